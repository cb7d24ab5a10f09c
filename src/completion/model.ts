// What can be completed, in the terms of no shell: the commands, their options, and what stands behind each of them.

import type {Argument, Command, Option} from 'commander';

/**
 * What a value is: the name of a file, names of streams and patterns parted by commas, the name of one stream, one of a
 * few words, or nothing that could be guessed.
 */
export type Value =
  | {readonly type: 'file' | 'patterns' | 'stream' | 'free'}
  | {readonly type: 'words'; readonly words: readonly string[]};

export type CompletedOption = {
  /** As they are written: `-c`, `--config`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for one that stands alone. */
  readonly value: Value | undefined;
  readonly isRepeatable: boolean;
};

export type CompletedCommand = {
  /** The names behind that of the program, with blanks between them; empty for the program itself. */
  readonly path: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly {readonly name: string; readonly description: string}[];
  readonly positions: readonly {readonly value: Value; readonly isVariadic: boolean}[];
};

/** The names that take the place of the values `patterns` and `stream`. */
export type Names = {readonly streams: readonly string[]; readonly presets: readonly string[]};

/** The program and all its commands, each in front of those below it. */
export function describeCommands(command: Command, path = ''): readonly CompletedCommand[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const self = {
    path,
    options: help.visibleOptions(command).map(describeOption),
    commands: below.map(child => ({name: child.name(), description: child.description()})),
    positions: command.registeredArguments.map(argument => ({
      value: toValue(argument.name(), argument.argChoices),
      isVariadic: argument.variadic,
    })),
  };
  return [self, ...below.flatMap(child => describeCommands(child, `${path} ${child.name()}`.trim()))];
}

function describeOption({short, long, flags, argChoices, description, parseArg}: Option): CompletedOption {
  const placeholder = /[<[]([^\]>.]+)/.exec(flags)?.[1];
  return {
    names: [short, long].filter(name => name !== undefined),
    description,
    value: placeholder === undefined ? undefined : toValue(placeholder, argChoices),
    // One that gathers its values says how.
    isRepeatable: parseArg !== undefined && argChoices === undefined,
  };
}

/** What a value is, by the name that the help gives it. */
function toValue(placeholder: string, choices: Argument['argChoices']): Value {
  if (choices) return {type: 'words', words: choices};
  const type = (['file', 'patterns', 'stream'] as const).find(name => name === placeholder);
  return {type: type ?? 'free'};
}
