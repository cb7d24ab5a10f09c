// Completion for zsh, by its own function _arguments.

import {quote} from '../shell.js';
import type {CompletedCommand, CompletedOption, Names, Value} from './model.js';

/** The script: a file of the fpath, or sourced behind compinit. */
export function zshScript(program: string, commands: readonly CompletedCommand[], names: Names): string {
  const name = `_${program.replace(/\W/g, '_')}`;
  return `#compdef ${program}
# Completion of ${program} for zsh: source it in ~/.zshrc behind compinit, or save it as ${name} in the fpath.
${name}_streams() {
  local -a names
  names=(${names.streams.join(' ')})
  compadd "$@" -- $names
}
${name}_patterns() {
  local -a names
  names=(${[...names.streams, ...names.presets].join(' ')})
  compset -P '*,'
  compset -P '!'
  compadd -S '' -- $names
}
${commands.map(command => commandFunction(name, command)).join('\n')}
if [[ $funcstack[1] == ${name} ]]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

/** The function of one command, which hands on to those of the commands below it. */
function commandFunction(name: string, {path, options, commands, positions}: CompletedCommand): string {
  const specs = [...options.map(option => optionSpec(name, option))];
  if (commands.length > 0) specs.push("'1:command:->command'", "'*::argument:->argument'");
  else {
    for (const {value, isVariadic} of positions)
      specs.push(quote(`${isVariadic ? '*' : ''}:argument:${action(name, value)}`));
  }
  const own = functionName(name, path);
  const lines = [`${own}() {`, '  local context state state_descr line', '  typeset -A opt_args'];
  lines.push(`  _arguments -C ${specs.join(' \\\n    ')}`);
  if (commands.length > 0) {
    const described = commands.map(child => quote(`${child.name}:${child.description}`)).join(' ');
    lines.push('  case $state in', '    command)', '      local -a commands', `      commands=(${described})`);
    lines.push('      _describe command commands ;;', '    argument)', '      case $line[1] in');
    for (const child of commands)
      lines.push(`        ${child.name}) ${functionName(name, `${path} ${child.name}`.trim())} ;;`);
    lines.push('      esac ;;', '  esac');
  }
  return [...lines, '}'].join('\n');
}

function functionName(name: string, path: string): string {
  return path === '' ? name : `${name}__${path.replace(/\W/g, '_')}`;
}

function optionSpec(name: string, {names, description, value, isRepeatable}: CompletedOption): string {
  const told = `[${plain(description)}]`;
  const behind = value ? `:${value.type === 'words' ? 'word' : value.type}:${action(name, value)}` : '';
  const again = isRepeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
  if (names.length < 2) return quote(`${again}${names.join('')}${told}${behind}`);
  return `${again === '' ? '' : quote(again)}{${names.join(',')}}${quote(`${told}${behind}`)}`;
}

function action(name: string, value: Value): string {
  switch (value.type) {
    case 'file':
      return '_files';
    case 'patterns':
      return `${name}_patterns`;
    case 'stream':
      return `${name}_streams`;
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'free':
      return ' ';
  }
}

/** What a description must not hold as it is. */
function plain(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&');
}
