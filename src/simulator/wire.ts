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

/**
 * Spells a value as PHP's json_encode does: `/` as `\/`, and everything outside ASCII as `\uXXXX`, a lone
 * surrogate included. The digits of a bigint are written whole.
 */
export function toWireJson(value: WireValue): string {
  return stringified(value)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// JSON.stringify refuses a bigint, and JSON.rawJSON is missing from Node 20. Its digits then travel as a text behind
// U+007F, at the price of two slower passes, which only the few bodies pay that hold such a number.
function stringified(value: WireValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    const text = JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'bigint' ? `\u007f${inner}` : inner,
    );
    return text.replace(/"\u007f(-?\d+)"/g, '$1');
  }
}
