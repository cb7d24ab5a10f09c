// Reads the files that a user names. Every fault is the user's to mend, so each ends in an InputError that names the
// file and the way out. Knows JSON, not what is in it.

import {readFileSync, type Stats, statSync} from 'node:fs';
import {codeOf, InputError} from './errors.js';
import {describe, isObject} from './json.js';
import {type FileKind, parseJson} from './parse-json.js';

/**
 * The text of a file without its byte order mark. `from` is where to read it, if not under its name. Throws InputError
 * when the file cannot be read or is not UTF-8.
 */
export function readTextFile(path: string, what: FileKind, from: string | number = path): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(from);
  } catch (error) {
    throw new InputError(path, whyUnreadable(error, what));
  }
  try {
    // The decoder drops the byte order mark by itself.
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    throw new InputError(path, `the ${what} file is not UTF-8 text; save it as UTF-8`);
  }
}

/** The object in a JSON file. Throws InputError when there is no file, no JSON or no object at its root. */
export function readJsonFile(path: string, what: FileKind): Readonly<Record<string, unknown>> {
  const text = readTextFile(path, what);
  if (text.trim() === '') throw new InputError(path, `the ${what} file is empty; it must hold a JSON object`);
  const value = parseJson(text, path, what);
  if (!isObject(value)) {
    throw new InputError(path, `the ${what} file must hold a JSON object ({…}), not ${describe(value)}`);
  }
  return value;
}

/** What is there under a path, behind links; undefined where nothing can be seen. */
export function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const WAYS_OUT: Readonly<Record<FileKind, string>> = {
  config: 'check its path, or write --config ENV to read TAP_ACTIVECAMPAIGN_* variables',
  catalog: 'check its path, or make one with --discover',
  state: 'check its path; a first run needs no --state, or an empty file',
};

function whyUnreadable(error: unknown, what: FileKind): string {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `there is no such ${what} file; ${WAYS_OUT[what]}`;
    case 'EISDIR':
      return `is a directory; name the ${what} file in it`;
    case 'EACCES':
    case 'EPERM':
      return `the ${what} file may not be read by this user; check its permissions`;
    default:
      return `the ${what} file cannot be read (${codeOf(error) ?? 'unknown reason'})`;
  }
}
