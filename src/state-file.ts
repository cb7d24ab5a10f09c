// A state file that is changed in place: what is around the state in it stays.

import {accessSync, constants, statSync} from 'node:fs';
import {codeOf, InputError} from './errors.js';
import {readTextFile} from './files.js';
import {isObject} from './json.js';
import {writeInOneStep} from './one-step.js';
import {parseState, readStateText, type State} from './state.js';

/** The name that stands for stdin. */
export const STDIN = '-';

export type StateFile = {
  readonly state: State;
  /** Sentences about streams that the tap does not have. */
  readonly warnings: readonly string[];
  /** The text of the file with another state in the place of this one. */
  readonly with: (state: State) => string;
};

/** Reads a state file, or stdin. Throws InputError when it cannot be read or holds no state. */
export function readStateFile(path: string): StateFile {
  const source = path === STDIN ? 'stdin' : path;
  const text = readTextFile(source, 'state', path === STDIN ? 0 : path);
  const value = readStateText(text, source);
  const {state, warnings} = parseState(value, source);
  // Scripts take the last line of such a file: one line stays one.
  const indent = /[{,]\s*\n/.test(text) ? 2 : undefined;
  return {state, warnings, with: changed => `${JSON.stringify(rewrap(value, changed), null, indent)}\n`};
}

/**
 * Writes a text in the place of a file that is there, in one step and to the disk. Its mode stays, its owner where that
 * is allowed, and a link stays one. Throws InputError when it cannot, and for what is no plain file.
 */
export function replaceFile(path: string, text: string): void {
  // The state would take the place of a device or a pipe, /dev/null for one, for all who use it.
  if (statSync(path, {throwIfNoEntry: false})?.isFile() === false) {
    throw new InputError(path, 'is no plain file; name one, or write to stdout with -');
  }
  try {
    // The directory alone decides over a rename; a file that is not to be written is to stay as it is.
    accessSync(path, constants.W_OK);
    writeInOneStep(path, text);
  } catch (error) {
    const code = codeOf(error) ?? 'unknown reason';
    throw new InputError(
      path,
      `cannot be written (${code}); make the file and its directory writable for this user, or write to stdout with -`,
    );
  }
}

/** The value of a file with another state in it: in the STATE message or the wrapper of Meltano that it was in. */
function rewrap(value: unknown, state: State): unknown {
  if (!isObject(value) || value['bookmarks'] !== undefined) return state;
  if (value['type'] === 'STATE') return {...value, value: state};
  const {completed} = value;
  if (isObject(completed) && completed['singer_state'] !== undefined) {
    return {...value, completed: {...completed, singer_state: state}};
  }
  return value['singer_state'] === undefined ? state : {...value, singer_state: state};
}
