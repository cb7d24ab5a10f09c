// What the body of a failed request says, as one short line for people. The API has no common form for errors:
// an object with a message, lists of errors, texts, HTML pages of the front end, nothing.

import {isObject} from './json.js';

const LONGEST_LINE = 200;

// A page of the front end may be long, and the line is in its beginning. Broken HTML takes time that grows with the
// square of its length, so that there must be a bound.
const LONGEST_TEXT = 10_000;

/**
 * One line without control characters and HTML, or undefined when the body says nothing. `hide` takes out what must
 * not be shown: a server may repeat what was sent to it.
 */
export function describeErrorBody(body: string, hide: (text: string) => string): string | undefined {
  const found = firstText(parseIfJson(body));
  if (found === undefined) return undefined;
  // Hidden before anything is cut off: half a secret would not be known again.
  const line = hide(found)
    .slice(0, LONGEST_TEXT)
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line === '' ? undefined : line.slice(0, LONGEST_LINE);
}

function parseIfJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** The first text that says something. */
function firstText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (Array.isArray(value)) return firstOf(value);
  return isObject(value) ? firstOf(TELLING_KEYS.map(key => value[key])) : undefined;
}

const TELLING_KEYS = ['message', 'detail', 'title', 'error', 'errors'];

function firstOf(values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = firstText(value);
    if (text !== undefined) return text;
  }
  return undefined;
}
