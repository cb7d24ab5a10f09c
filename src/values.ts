// One value of the wire as one value of the schema: what a text, a number or a flag becomes where the schema wants an
// integer, a number, a boolean or a text. The API sends most numbers as texts, and PHP has its own idea of true and
// empty. Knows nothing of fields, rows or counting.

import {ExactNumber, survives} from './wire.js';

/** Says that a value does not fit the type that was asked for. */
export const MISFIT = Symbol('misfit');

type Fitted<Value> = Value | null | typeof MISFIT;

/** Reads an integer of at most 64 bits, from a number or from a text such as `5`, ` 5 `, `5.00` or `1,234`. Empty is null. */
export function toInteger(value: unknown): Fitted<number | ExactNumber> {
  if (typeof value === 'string') {
    return SHORT_INTEGER.test(value) ? Number(value) : integerOfText(value);
  }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value;
    return Number.isInteger(value) ? integerOfDigits(String(value)) : MISFIT;
  }
  return typeof value === 'boolean' ? Number(value) : MISFIT;
}

/** Reads a number, from a number or from a text such as `12.50`, `-1,234.5` or `1e5`, with all its digits. Empty is null. */
export function toNumber(value: unknown): Fitted<number | ExactNumber> {
  if (typeof value === 'string') {
    return value.length <= 15 && PLAIN_NUMBER.test(value) ? Number(value) : numberOfText(value);
  }
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : MISFIT;
}

/** Reads a flag: true and false, 1 and 0, or one of these as text in any case. Empty is null. */
export function toBoolean(value: unknown): Fitted<boolean> {
  if (typeof value === 'boolean') return value;
  if (value === 1) return true;
  if (value === 0) return false;
  if (typeof value !== 'string') return MISFIT;
  const text = value.trim().toLowerCase();
  if (text === '1' || text === 'true') return true;
  if (text === '0' || text === 'false') return false;
  return text === '' ? null : MISFIT;
}

/** Writes any value as text: a number and a flag as JSON spells them, an object or a list as its JSON. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return cleanText(value);
  return JSON.stringify(mapJson(value, cleanText));
}

/**
 * Takes out of a text what no database stores: U+0000 goes, and a lone surrogate (half of an emoji that was cut)
 * becomes U+FFFD. Nothing else changes.
 */
export function cleanText(text: string): string {
  return (text.includes('\u0000') ? text.replaceAll('\u0000', '') : text).toWellFormed();
}

/**
 * Copies a JSON value with clean texts and with its keys, at every level, spelt by `spell`. Below 512 levels, where
 * PHP's own writer gives up, there is only null: a hostile depth would end the stack.
 */
export function mapJson(value: unknown, spell: (key: string) => string, levels = 512): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map(item => mapJson(item, spell, levels - 1));
  const fields = new Map<string, unknown>();
  for (const [key, inner] of Object.entries(value)) {
    const field = spell(key);
    // Two keys may come out alike (`orderID`, `orderId`); the one that says something stays.
    if (inner !== null || !fields.has(field)) fields.set(field, mapJson(inner, spell, levels - 1));
  }
  return Object.fromEntries(fields);
}

// Up to fifteen digits always fit a double: the usual case, without further questions.
const SHORT_INTEGER = /^-?\d{1,15}$/;
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

const NUMBER_PARTS = /^([-+]?)(\d*|\d{1,3}(?:,\d{3})+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/;

function integerOfText(text: string): Fitted<number | ExactNumber> {
  const parts = partsOf(text);
  if (parts === null || parts === MISFIT) return parts;
  if (parts.exponent !== '' || /[^0]/.test(parts.fraction)) return MISFIT;
  return integerOfDigits(parts.sign + parts.whole);
}

const MAX_INTEGER = 2n ** 63n - 1n;

function integerOfDigits(digits: string): Fitted<number | ExactNumber> {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number;
  // Digits are looked at one by one only where 64 bits are still possible.
  if (Math.abs(number) > 1e19) return MISFIT;
  const exact = BigInt(digits);
  return exact <= MAX_INTEGER && exact >= -MAX_INTEGER - 1n ? new ExactNumber(exact.toString()) : MISFIT;
}

function numberOfText(text: string): Fitted<number | ExactNumber> {
  const parts = partsOf(text);
  if (parts === null || parts === MISFIT) return parts;
  const fraction = parts.fraction === '' ? '' : `.${parts.fraction}`;
  const exponent = parts.exponent === '' ? '' : `e${parts.exponent}`;
  const digits = parts.sign + parts.whole + fraction + exponent;
  const number = Number(digits);
  if (survives(digits)) return number;
  // Too large for a double, or so small that it would be zero: no target can store it.
  return Number.isFinite(number) && number !== 0 ? new ExactNumber(digits) : MISFIT;
}

type NumberParts = {sign: '' | '-'; whole: string; fraction: string; exponent: string};

/** Takes a number in text apart, without thousands separators and in the form JSON wants; null when it is empty. */
function partsOf(text: string): NumberParts | null | typeof MISFIT {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const [, sign, whole = '', fraction = '', exponent = ''] = NUMBER_PARTS.exec(trimmed) ?? [];
  if (sign === undefined || (whole === '' && fraction === '')) return MISFIT;
  return {
    sign: sign === '-' ? '-' : '',
    whole: whole.replaceAll(',', '').replace(/^0+(?=\d)/, '') || '0',
    fraction,
    exponent,
  };
}
