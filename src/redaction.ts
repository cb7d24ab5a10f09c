// Hides secrets in texts and documents, however they are spelt there.

import {isObject} from './json.js';

const HIDDEN = '***';

// A shorter secret, or piece of one, may stand in a record by chance; keys of the API have 72 letters.
const LONG_ENOUGH = 16;

/**
 * Gives a function that puts `***` in the place of every secret: as it is, in a URL, escaped in JSON, or in base64,
 * there also as a part of something longer.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  return redactorOf(longestFirst(secrets));
}

/**
 * The secrets that are too long to be anything else: no record and no document is to change because somebody's token is
 * an ordinary word.
 */
export function longOnes(secrets: readonly string[]): readonly string[] {
  return secrets.filter(secret => secret.length >= LONG_ENOUGH && !/^[\d.eE+-]+$/.test(secret));
}

/** Gives a function that redacts lines of JSON in UTF-8, which stay JSON, for secrets that are long enough. */
export function createLineRedactor(secrets: readonly string[]): (lines: Buffer) => Buffer {
  // Inside a text of JSON a secret stands escaped; unescaped, its quotes could be those around the text.
  const spellings = longestFirst(longOnes(secrets).map(escaped));
  const hide = redactorOf(spellings);
  // Nearly no lines hold one: to look for bytes costs a fraction of what it costs to take the text apart.
  const needles = spellings.map(spelling => Buffer.from(spelling));
  return lines => (needles.some(needle => lines.includes(needle)) ? Buffer.from(hide(lines.toString('utf8'))) : lines);
}

/** All spellings. Where one holds another, the longer one goes first, so as to leave nothing of it. */
function longestFirst(secrets: readonly string[]): readonly string[] {
  const spellings = secrets.filter(secret => secret !== '').flatMap(spellingsOf);
  return [...new Set(spellings)].sort((a, b) => b.length - a.length);
}

function redactorOf(spellings: readonly string[]): (text: string) => string {
  return text => spellings.reduce((shown, spelling) => shown.replaceAll(spelling, HIDDEN), text);
}

/** A JSON value with its texts and names redacted. */
export function hideIn(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map(item => hideIn(item, hide));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [hide(name), hideIn(item, hide)]));
}

function spellingsOf(secret: string): string[] {
  const asParameter = new URLSearchParams([['', secret]]).toString().slice(1);
  const encoded = [encodeURIComponent(secret.toWellFormed()), asParameter];
  const inLowerCase = encoded.map(text => text.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()));
  return [secret, ...encoded, ...inLowerCase, escaped(secret), ...inBase64(secret)];
}

function escaped(secret: string): string {
  return JSON.stringify(secret).slice(1, -1);
}

/**
 * What stands in the base64 of any text with the secret in it, whichever way its bytes fall into groups of three; and
 * the base64 of the secret itself.
 */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const inner = [0, 1, 2].map(before => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Letters at either end hold bits of a neighbour as well.
    const isOpen = (before + bytes.length) % 3 !== 0;
    return text.slice(Math.ceil((before * 8) / 6), isOpen ? -1 : undefined);
  });
  const whole = bytes.toString('base64').replace(/=+$/, '');
  const standard = [whole, ...inner.filter(text => text.length >= LONG_ENOUGH)];
  return standard.flatMap(text => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
