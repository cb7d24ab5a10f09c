// The rows and bodies that the simulator sends, and how PHP spells them as JSON.

/** A JSON value. A bigint is a JSON number whose digits a double would lose. */
export type WireValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly WireValue[]
  | {readonly [key: string]: WireValue};

/** A row as a list endpoint sends it. */
export type WireRow = {readonly [key: string]: WireValue};

/** Whether a value is an object, and no list. */
export function isRow(value: WireValue | undefined): value is WireRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Spells a value as PHP's json_encode does: `/` as `\/`, and everything outside ASCII as `\uXXXX`, a lone
 * surrogate included. The digits of a bigint are written whole.
 */
export function toWireJson(value: WireValue): string {
  return stringified(value)
    .replace(/[\u007f-\uffff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('/', '\\/');
}

/**
 * Spells an answer likewise, row by row: one row outside ASCII would make a whole page of text twice as large in memory
 * before it is escaped.
 */
export function toWirePage(body: WireRow): string {
  const members = Object.entries(body).map(([key, value]) => {
    const text = Array.isArray(value) ? `[${value.map(toWireJson).join(',')}]` : toWireJson(value);
    return `${toWireJson(key)}:${text}`;
  });
  return `{${members.join(',')}}`;
}

// JSON.stringify refuses a bigint, and JSON.rawJSON is missing from Node 20. Its digits then travel as a text with a
// mark that no user types, at the price of two slower passes, which only the few bodies pay that hold such a number.
const digitsMark = 'digits-7d1f0c52-9b1e-4a5e:';
const markedDigits = new RegExp(`"${digitsMark}(-?\\d+)"`, 'g');

function stringified(value: WireValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(value, markingDigits).replace(markedDigits, '$1');
  }
}

function markingDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${digitsMark}${value}` : value;
}
