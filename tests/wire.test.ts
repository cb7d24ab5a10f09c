// JSON in and out without losing digits.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {ExactNumber, parseWire, serialize, survives} from '../src/wire.js';

describe('parseWire', () => {
  test.each([
    ['{"id": 9007199254740993}', {id: '9007199254740993'}],
    ['{"id":-9223372036854775808}', {id: '-9223372036854775808'}],
    ['[12345678901234567890, 1]', ['12345678901234567890', 1]],
    ['[0.12345678901234567891]', ['0.12345678901234567891']],
    ['[1e400,-1E+400]', ['1e400', '-1E+400']],
    ['[1e-400]', ['1e-400']],
    ['9007199254740993', '9007199254740993'],
    [' 1e400 ', '1e400'],
  ])('keeps the digits of %s as text', (text, value) => expect(parseWire(text)).toEqual(value));

  test.each([
    ['[9007199254740992, 9007199254740991]', [9007199254740992, 9007199254740991]],
    ['[0.1, 1.50, 100.00, 1e5, 1.0E+2, 12345678.9012345]', [0.1, 1.5, 100, 100000, 100, 12345678.9012345]],
    ['[10000000000000000000000]', [1e22]],
    ['[0.00000000000000000000]', [0]],
  ])('reads %s, which a double holds, as numbers', (text, value) => expect(parseWire(text)).toEqual(value));

  test('leaves texts with digits in them alone', () => {
    const row = {
      a: '9007199254740993',
      b: 'see [12345678901234567890, 1e400]',
      c: '\\":12345678901234567890',
      '1e400': null,
    };
    expect(parseWire(JSON.stringify(row))).toEqual(row);
    expect(parseWire(JSON.stringify({...row, d: 0}).replace('"d":0', '"d":9007199254740993'))).toEqual({
      ...row,
      d: '9007199254740993',
    });
  });

  test('reads what JSON.parse reads, as JSON.parse does, when no number is long', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const value: unknown = JSON.parse(text);
        fc.pre(!/\d{16}|e[-+]\d/.test(text));
        expect(parseWire(text)).toEqual(value);
      }),
      {seed: 1, numRuns: 300},
    );
  });

  test('gives back the digits of any integer', () => {
    fc.assert(
      fc.property(fc.bigInt({min: -(2n ** 70n), max: 2n ** 70n}), integer => {
        const [value] = parseWire(`[${integer}]`) as [unknown];
        expect(BigInt(value as string | number)).toBe(integer);
      }),
      {seed: 2, numRuns: 500},
    );
  });

  test('keeps as text just those numbers that a double would change, wherever they stand', () => {
    const digits = fc.array(fc.integer({min: 0, max: 9}), {minLength: 1, maxLength: 25}).map(all => all.join(''));
    const whole = digits.map(all => all.replace(/^0+(?=.)/, ''));
    const exponent = fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat({max: 500}), fc.nat(2));
    const number = fc
      .tuple(fc.constantFrom('', '-'), whole, fc.option(digits), fc.option(exponent))
      .map(([sign, before, after, power]) => {
        const [letter, signOfPower, height, zeros] = power ?? ['', '', '', 0];
        return `${sign}${before}${after === null ? '' : `.${after}`}${letter}${signOfPower}${'0'.repeat(zeros)}${height}`;
      });
    const place = fc.constantFrom(
      '[#]',
      '[1,#]',
      '[ # ]',
      '[#,2]',
      '{"a":#}',
      '{"a": #\n}',
      '{"a":#,"b":1}',
      '#',
      ' #',
    );
    fc.assert(
      fc.property(number, place, (token, around) => {
        const value = JSON.stringify(parseWire(around.replace('#', token)));
        const expected = survives(token) ? JSON.stringify(Number(token)) : `"${token}"`;
        expect(value).toBe(JSON.stringify(JSON.parse(around.replace('#', expected))));
      }),
      {seed: 3, numRuns: 3_000},
    );
  });

  test.each([
    '',
    '{',
    '{"a":1,}',
    '[01]',
    '{12345678901234567890:1}',
    '[01234567890123456789]',
    '[12345678901234567890.]',
    '<html>',
  ])('throws a SyntaxError for %s', text => expect(() => parseWire(text)).toThrow(SyntaxError));

  test('reads a text of many megabytes next to a long number', () => {
    const html = '<p class="x">\\ 12345678901234567890</p>'.repeat(100_000);
    expect(parseWire(`{"html":${JSON.stringify(html)},"id":12345678901234567890}`)).toEqual({
      html,
      id: '12345678901234567890',
    });
  });
});

describe('serialize', () => {
  test('writes exact numbers with the digits they have, and all else like JSON.stringify', () => {
    const others = {a: 'x', b: [1.5, null, true], c: {d: '12'}};
    expect(serialize(others)).toBe(JSON.stringify(others));
    expect(
      serialize({id: new ExactNumber('9223372036854775807'), list: [new ExactNumber('-0.12345678901234567891e-7')]}),
    ).toBe('{"id":9223372036854775807,"list":[-0.12345678901234567891e-7]}');
  });

  test('takes no text for an exact number', () => {
    const texts = ['\\u0000123\\u0000', '"\\u0000123\\u0000"', '123', '\\'];
    expect(JSON.parse(serialize({texts, id: new ExactNumber('5')}))).toEqual({texts, id: 5});
  });
});

test.each([
  ['0', true],
  ['-0', true],
  ['1.10', true],
  ['0.1', true],
  ['123456789012345678', false],
  ['123456789012345680', true],
  ['0.1000000000000000055511151231257827', false],
  ['1e308', true],
  ['1e309', false],
  ['1e-400', false],
  ['"12345678901234567890"', true],
])('%s keeps its value in a double: %p', (token, expected) => expect(survives(token)).toBe(expected));
