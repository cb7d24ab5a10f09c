// Reads the JSON of a file that the user named. Pure.

import {InputError} from './errors.js';
import {findJsonFault} from './json-fault.js';

/** Names the kind of file in messages: "the config file". */
export type FileKind = 'config' | 'catalog' | 'state';

/** The value of a JSON text. Throws InputError with line and column of the fault, never with a piece of the text. */
export function parseJson(text: string, source: string, what: FileKind): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch {
    const place = findJsonFault(json);
    const at = place === undefined ? '' : ` at line ${place.line}, column ${place.column}`;
    throw new InputError(source, `the ${what} file is not valid JSON${at}; mend it there`);
  }
}
