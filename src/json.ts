// What JSON values are, and how messages name them.

/** Whether a value is a JSON object: neither null, nor an array, nor a scalar. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a count: a whole number from 0 on, small enough for JSON to carry it exactly. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * A text as messages show it: in quotes, or its length alone where it is longer than `most` letters. A long one may be the
 * token, pasted into the wrong place.
 */
export function showText(text: string, most = 40): string {
  return text.length > most ? `a text of ${text.length} characters` : JSON.stringify(text);
}

/** A JSON value's kind, for messages: "a number", "null". */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}
