// Names of columns and streams that an account's own people have chosen, as every target takes them.

import {createHash} from 'node:crypto';

/** PostgreSQL cuts off longer names, without a word where two become one. */
const LONGEST_NAME = 63;

const HASH_DIGITS = 6;

/**
 * A text as a part of a name: lower case, letters, digits and single underscores; empty where it has neither. Letters
 * with marks lose them.
 */
export function toName(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** A text as the name of a column, which begins with a letter: with `fallback`, where the text does not. */
export function toColumnName(text: string, fallback: string): string {
  const name = toName(text);
  if (name === '') return fallback;
  return /^\d/.test(name) ? `${fallback}_${name}` : name;
}

/** A name that is short enough: of a longer one, the beginning and what tells it from others. */
export function shortened(name: string, identity: string): string {
  return name.length <= LONGEST_NAME ? name : distinguished(name, identity);
}

/** A name that another one has already, made a different one by what it stands for. */
export function distinguished(name: string, identity: string): string {
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_DIGITS);
  return `${name.slice(0, LONGEST_NAME - HASH_DIGITS - 1)}_${hash}`;
}
