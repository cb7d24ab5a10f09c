// JSON without losing digits. A double holds fifteen digits for certain; ids and amounts may have more. Reading turns
// a number that a double cannot hold into its text, and writing puts such digits back as a number.

/** A record as the API spells it, one row of a list. */
export type WireRow = Readonly<Record<string, unknown>>;

/**
 * Parses a JSON text like JSON.parse, but a number whose digits a double would change (2^53 + 1, 0.1 with twenty
 * digits, 1e400) comes back as the text that was sent. Throws SyntaxError where JSON.parse does.
 */
export function parseWire(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MAYBE_LONG.test(text) && !MAYBE_FAR.test(text) && !MAYBE_NUMBER.test(text)) return value;
  return JSON.parse(text.replace(STRING_OR_NUMBER, token => (survives(token) ? token : `"${token}"`)));
}

/** A number whose digits have to be written as they are. */
export class ExactNumber {
  constructor(readonly digits: string) {}

  /** What `serialize` looks for: no text of a record holds U+0000, so nothing else is ever taken for it. */
  toJSON(): string {
    return `\u0000${this.digits}\u0000`;
  }
}

/** Writes a value as JSON like JSON.stringify, an ExactNumber in it as the number it is. */
export function serialize(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes('\\u0000') ? json.replace(EXACT_NUMBER, '$1') : json;
}

/** Tells whether a number, written as text, keeps its value when it is held in a double. A quoted text passes as it is. */
export function survives(token: string): boolean {
  if (token.startsWith('"')) return true;
  const number = Number(token);
  if (Number.isSafeInteger(number) && String(number) === token) return true;
  return Number.isFinite(number) && normalize(String(number)) === normalize(token);
}

// What may be a number of sixteen digits, or one with an exponent of three: all others a double holds. Both may be fooled
// by a text, which costs time only. They are quick because they are of fixed width, so that most letters are skipped.
const MAYBE_LONG = new RegExp(`[-:,[\\s]\\d${'[\\d.]'.repeat(15)}`);
const MAYBE_FAR = /\d[eE][-+\d]\d\d\d*[\s,}\]]/;

// The whole text may be a number, too.
const MAYBE_NUMBER = /^\s*-?\d/;

const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

const EXACT_NUMBER = /"\\u0000([-+.\deE]+)\\u0000"/g;

/** One spelling for each size: the digits without zeros at either end, and the power of ten they are multiplied by. */
function normalize(token: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
