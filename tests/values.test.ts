// One value of the wire at a time: what becomes of it where the schema wants a number, a flag or a text.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {cleanText, MISFIT, mapJson, toBoolean, toInteger, toNumber, toText} from '../src/values.js';
import {ExactNumber, serialize} from '../src/wire.js';

describe('an integer', () => {
  test.each([
    [5, 5],
    ['5', 5],
    ['-5', -5],
    ['+5', 5],
    [' 5 ', 5],
    ['007', 7],
    ['5.00', 5],
    ['5.', 5],
    ['1,234', 1234],
    ['-1,234,567.00', -1234567],
    [true, 1],
    [false, 0],
    ['', null],
    ['  ', null],
    [1e15, 1e15],
    ['9007199254740991', 9007199254740991],
  ])('reads %j as %j', (wire, value) => expect(toInteger(wire)).toBe(value));

  test.each([
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993.0', '-9007199254740993'],
    ['12,345,678,901,234,567', '12345678901234567'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    [1e18, '1000000000000000000'],
  ])('keeps the digits of %j', (wire, digits) => expect(toInteger(wire)).toEqual(new ExactNumber(digits)));

  test.each([
    '5.5',
    5.5,
    'five',
    '1,23',
    '0012,345',
    '1e3',
    '0x10',
    'NaN',
    '--5',
    '5 6',
    '.',
    '-',
    '9223372036854775808',
    '-9223372036854775809',
    1e19,
    1e300,
    [],
    {},
  ])('does not fit %j', wire => expect(toInteger(wire)).toBe(MISFIT));
});

describe('a number', () => {
  test.each([
    [5.5, 5.5],
    ['5.5', 5.5],
    ['12.50', 12.5],
    ['-0.10', -0.1],
    [' 1,234.5 ', 1234.5],
    ['.5', 0.5],
    ['5.', 5],
    ['+1e5', 100000],
    ['1.0E+3', 1000],
    [true, 1],
    ['', null],
    ['0.00000000000000000000', 0],
    ['100.000000000000000000', 100],
  ])('reads %j as %j', (wire, value) => expect(toNumber(wire)).toBe(value));

  test.each([
    ['0.12345678901234567891', '0.12345678901234567891'],
    ['9007199254740993', '9007199254740993'],
    ['+1,234,567,890,123.456789', '1234567890123.456789'],
    ['00123456789012345678.5', '123456789012345678.5'],
    ['-.12345678901234567891E-3', '-0.12345678901234567891e-3'],
  ])('keeps the digits of %j as %s', (wire, digits) => expect(toNumber(wire)).toEqual(new ExactNumber(digits)));

  test.each(['NaN', 'Infinity', '1e400', '-1e400', '1e-400', '0x10', '1,2', '12 %', '1.2.3', '.', 'e5', [], {}])(
    'does not fit %j',
    wire => expect(toNumber(wire)).toBe(MISFIT),
  );

  test('is written with the value its text had', () => {
    const decimals = fc.tuple(fc.bigInt({min: -(10n ** 20n), max: 10n ** 20n}), fc.nat(22));
    fc.assert(
      fc.property(decimals, ([integer, scale]) => {
        const digits = String(integer < 0n ? -integer : integer).padStart(scale + 1, '0');
        const text = `${integer < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
        const written = serialize(toNumber(text));
        // Compared as integers after moving the point by the same number of places.
        const [, sign = '', whole = '', fraction = '', exponent = '0'] =
          /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(written) ?? [];
        const places = scale + Number(exponent) - fraction.length + 40;
        expect(BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(places)).toBe(integer * 10n ** 40n);
      }),
      {seed: 8, numRuns: 1000},
    );
  });
});

describe('a flag', () => {
  test.each([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    ['1', true],
    ['0', false],
    ['true', true],
    ['FALSE', false],
    [' True ', true],
    ['', null],
  ])('reads %j as %j', (wire, value) => expect(toBoolean(wire)).toBe(value));

  test.each([2, -1, '2', 'yes', 'on', [], {}])('does not fit %j', wire => expect(toBoolean(wire)).toBe(MISFIT));
});

describe('a text', () => {
  test.each([
    ['', ''],
    ['  two  \r\n\t spaces ', '  two  \r\n\t spaces '],
    ['a\u0000b\u0000', 'ab'],
    ['cut \ud83d', 'cut \ufffd'],
    ['\ude00 and whole 😀', '\ufffd and whole 😀'],
    ['\u0001\u007f\ufeff\u2028', '\u0001\u007f\ufeff\u2028'],
    [5, '5'],
    [1.5, '1.5'],
    [true, 'true'],
    [['a', 'b\u0000'], '["a","b"]'],
    [{userId: '5', list: []}, '{"userId":"5","list":[]}'],
  ])('writes %j as %j', (wire, text) => expect(toText(wire)).toBe(text));

  test('keeps any well-formed text without U+0000 as it is', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        fc.pre(!text.includes('\u0000'));
        expect(cleanText(text)).toBe(text);
      }),
      {seed: 9, numRuns: 300},
    );
  });
});

test('mapJson spells keys at every depth and lets no null hide a value', () => {
  const wire = {userId: 1, list: [{A_b: 'x\u0000'}], order: 'kept', Order: null, ship: null, Ship: 'kept'};
  expect(mapJson(wire, key => key.toLowerCase())).toEqual({
    userid: 1,
    list: [{a_b: 'x'}],
    order: 'kept',
    ship: 'kept',
  });
});

test('mapJson takes __proto__ for a key like any other', () => {
  const copy = mapJson(JSON.parse('{"__proto__":{"polluted":true}}'), key => key);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true}}');
});

test('mapJson survives any depth', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(50_000)}1${']'.repeat(50_000)}`);
  expect(JSON.stringify(mapJson(deep, key => key))).toMatch(/^\[{512}null\]{512}$/);
});
