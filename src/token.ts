// The API key: what can be none, and the file that it may be kept in.

import {closeSync, openSync, readSync} from 'node:fs';
import {codeOf} from './errors.js';
import {look} from './files.js';
import {quote} from './shell.js';

// What manuals and samples hold in place of a token, and variables that nobody filled in.
const PLACEHOLDER =
  /^(<.*>|\[.*\]|\$.*|\{.*\}|x{3,}|\*+|\.+|…|change[-_]?me|((my|your|the)[-_ ]?)?(activecampaign[-_ ]?)?api[-_ ]?(token|key)|((my|your|the)[-_ ]?)?(token|key))$/i;

/** Why a text is no key: the end of a sentence that begins with the name of the setting; undefined for one that may be. */
export function faultOfToken(token: string | undefined): string | undefined {
  const wayOut = 'copy the key from Settings > Developer';
  if (token === undefined) return `is missing; ${wayOut}`;
  if (PLACEHOLDER.test(token)) return `still holds a placeholder; ${wayOut}`;
  // Quotes are those of a file that was meant for a shell.
  if (/^[\x21-\x7E]+$/.test(token) && !/["'`]/.test(token)) return undefined;
  return `holds a blank, a quote, a control character or a letter that no key has; ${wayOut} again`;
}

/** What a token file holds, or why it is of no use: the end of a sentence that begins with the name of the setting. */
export type TokenFile = {readonly token: string} | {readonly fault: string};

// Who names a dump by mistake is told so at once.
const LONGEST_FILE_BYTES = 64 * 1_024;

const WAY_OUT = 'it must hold the key from Settings > Developer and nothing else';

/** Reads the key, without the line break behind it. A relative path is one in the working directory. Never throws. */
export function readTokenFile(path: string): TokenFile {
  let bytes: Buffer;
  try {
    bytes = readBeginning(path, LONGEST_FILE_BYTES + 1);
  } catch (error) {
    return {fault: `${path} ${whyUnreadable(error)}`};
  }
  if (bytes.length > LONGEST_FILE_BYTES) return {fault: `${path} is too large to hold a key alone; ${WAY_OUT}`};
  // A file that was saved by an editor of Windows may begin with a byte order mark.
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return {fault: `${path} is empty; ${WAY_OUT}`};
  if (/[\r\n]/.test(text)) return {fault: `${path} holds several lines; ${WAY_OUT}`};
  return {token: text};
}

/** At most so many bytes: a device tells no size, and may never end. */
function readBeginning(path: string, most: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read) {
      read = readSync(file, bytes, length, most - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * A warning about a file with a secret that everybody on the machine may read; none for one that is kept. Windows knows
 * no such modes, and a file that is not there is none of this function's business.
 */
export function warnIfPublic(path: string, platform = process.platform): readonly string[] {
  const file = platform === 'win32' ? undefined : look(path);
  if (!file?.isFile() || (file.mode & 0o004) === 0) return [];
  return [`everybody on this machine may read the key in ${path}; chmod 600 ${quoted(path)}`];
}

/** The path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : quote(path);
}

function whyUnreadable(error: unknown): string {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist; check the path, which is relative to the working directory';
    case 'EISDIR':
      return 'is a directory; name the file in it';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user; check its permissions';
    default:
      return `cannot be read (${code ?? 'unknown reason'})`;
  }
}
