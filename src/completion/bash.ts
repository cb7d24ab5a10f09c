// Completion for bash, 3.2 and later, without the help of the package bash-completion.

import {quote} from '../shell.js';
import type {CompletedCommand, Names, Value} from './model.js';

/** The script that bash sources. */
export function bashScript(program: string, commands: readonly CompletedCommand[], names: Names): string {
  const name = `_${program.replace(/\W/g, '_')}`;
  const steps = commands.flatMap(({path, commands: below}) =>
    below.map(child => `${pattern(path, child.name)}) node=${quote(`${path} ${child.name}`.trim())} position=0 ;;`),
  );
  const values = commands.flatMap(({path, options}) =>
    options
      .filter(({value}) => value)
      .map(option => `${option.names.map(one => pattern(path, one)).join('|')}) expects=${kind(option.value)} ;;`),
  );
  const nodes = commands.map(({path, commands: below, options}) => {
    const offered = options.flatMap(option => option.names).join(' ');
    return `${quote(path)}) options=${quote(offered)} commands=${quote(below.map(child => child.name).join(' '))} ;;`;
  });
  const positions = commands.flatMap(({path, positions}) =>
    positions.map(
      ({value, isVariadic}, index) => `${quote(`${path}/`)}${isVariadic ? '*' : index}) expects=${kind(value)} ;;`,
    ),
  );
  return `# Completion of ${program} for bash: source it in ~/.bashrc.
${name}() {
  local streams=${quote(names.streams.join(' '))}
  local presets=${quote(names.presets.join(' '))}
  local line=\${COMP_LINE-} cur node='' expects='' position=0 options='' commands='' word i head='' quoted='' list=''
  local -a words
  COMPREPLY=()
  # bash parts words at characters that belong to them here, such as @ and =; a quote that is open keeps them together.
  if [[ -n $line ]]; then
    line=\${line:0:COMP_POINT}
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=('')
  else
    words=("\${COMP_WORDS[@]:0:COMP_CWORD+1}") quoted=yes
  fi
  cur=\${words[\${#words[@]}-1]}
  case $cur in [\\'\\"]*) cur=\${cur:1} quoted=yes ;; esac

  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ -n $expects && $word != -* ]]; then expects=''; continue; fi
    expects=''
    case "$node/$word" in
${indent([...steps, ...values], 6)}
      */-*) ;;
      *) position=$((position + 1)) ;;
    esac
  done

  case $node in
${indent(nodes, 4)}
  esac
  if [[ -z $expects && $cur == --*=* ]]; then
    head=\${cur%%=*}
    case "$node/$head" in
${indent(values, 6)}
    esac
    head=$head= cur=\${cur#*=}
  elif [[ $cur == -* ]]; then
    expects='words '$options
  elif [[ -z $expects ]]; then
    expects='words '$commands
    [[ -n $commands ]] || case "$node/$position" in
${indent(positions, 6)}
    esac
  fi

  case $expects in
    file)
      compopt -o filenames 2> /dev/null
      while IFS= read -r word; do COMPREPLY+=("$head$word"); done < <(compgen -f -- "$cur") ;;
    patterns)
      compopt -o nospace 2> /dev/null
      [[ $cur == *,* ]] && list=\${cur%,*},
      cur=\${cur#"$list"}
      [[ $cur == !* ]] && list=$list! cur=\${cur:1}
      for word in $(compgen -W "$streams $presets" -- "$cur"); do COMPREPLY+=("$head$list$word"); done ;;
    stream)
      for word in $(compgen -W "$streams" -- "$cur"); do COMPREPLY+=("$head$word"); done ;;
    words*)
      for word in $(compgen -W "\${expects#words }" -- "$cur"); do COMPREPLY+=("$head$word"); done ;;
  esac

  # What is in front of the last such character stays, and is not written again.
  if [[ -z $quoted ]]; then
    head=$head$list$cur
    word=\${head##*[$COMP_WORDBREAKS]}
    head=\${head%"$word"}
    COMPREPLY=("\${COMPREPLY[@]#"$head"}")
  fi
}
complete -F ${name} ${program}
`;
}

function pattern(path: string, word: string): string {
  return quote(`${path}/${word}`);
}

function kind(value: Value | undefined): string {
  if (value?.type === 'words') return quote(`words ${value.words.join(' ')}`);
  return value?.type ?? 'free';
}

function indent(lines: readonly string[], by: number): string {
  return lines.map(line => `${' '.repeat(by)}${line}`).join('\n');
}
