// Completion for fish, one line of `complete` for each option, command and value.

import type {CompletedCommand, CompletedOption, Names, Value} from './model.js';

/** The script that fish sources, or finds in its directory of completions. */
export function fishScript(program: string, commands: readonly CompletedCommand[], names: Names): string {
  const name = `__${program.replace(/\W/g, '_')}`;
  const steps = commands.flatMap(({path, commands: below}) =>
    below.map(
      child => `            case ${quote(`${path}/${child.name}`)}
                set at ${quote(`${path} ${child.name}`.trim())}`,
    ),
  );
  return `# Completion of ${program} for fish: save it as ~/.config/fish/completions/${program}.fish
function ${name}_at --argument-names path
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at/$word"
${steps.join('\n')}
        end
    end
    test "$at" = "$path"
end
function ${name}_streams
    printf '%s\\n' ${names.streams.join(' ')}
end
function ${name}_patterns
    set -l head (string match -r '^(?:.*,)?!?' -- (commandline -ct))
    for word in (${name}_streams) ${names.presets.join(' ')}
        echo "$head$word"
    end
end
complete -c ${program} -f
${commands.flatMap(command => completions(program, name, command)).join('\n')}
`;
}

function completions(program: string, name: string, {path, options, commands, positions}: CompletedCommand): string[] {
  const start = `complete -c ${program} -n ${quote(`${name}_at ${quote(path)}`)}`;
  return [
    ...commands.map(child => `${start} -a ${quote(child.name)} -d ${quote(child.description)}`),
    ...positions.flatMap(({value}) => argument(name, value).map(told => `${start} ${told}`)),
    ...options.map(
      option => `${start} ${optionNames(option)}${behind(name, option.value)} -d ${quote(option.description)}`,
    ),
  ];
}

function optionNames({names}: CompletedOption): string {
  return names.map(one => (one.startsWith('--') ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`)).join(' ');
}

function behind(name: string, value: Value | undefined): string {
  if (!value) return '';
  const [told] = argument(name, value);
  if (value.type === 'file') return ` -r ${told}`;
  return told === undefined ? ' -x' : ` -x ${told}`;
}

/** What may stand at the place of a value. */
function argument(name: string, value: Value): readonly string[] {
  switch (value.type) {
    case 'file':
      return ['-F'];
    case 'patterns':
      return [`-a ${quote(`(${name}_patterns)`)}`];
    case 'stream':
      return [`-a ${quote(`(${name}_streams)`)}`];
    case 'words':
      return [`-a ${quote(value.words.join(' '))}`];
    case 'free':
      return [];
  }
}

/** In fish a quote inside quotes stands behind a backslash. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
