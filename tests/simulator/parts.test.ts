// The simulator's own tools: the Central clock, PHP's JSON, shuffles, and the arithmetic of ids.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {DateTime} from 'luxon';
import {doubleHour, parseMoment, utcWithOffset, wallClock, withOffset} from '../../src/simulator/central-time.js';
import {idOf, indexOfId, uuids} from '../../src/simulator/ids.js';
import {shuffled} from '../../src/simulator/random.js';
import {resourceNames} from '../../src/simulator/resources/index.js';
import {sizesFor} from '../../src/simulator/sizes.js';
import {Table} from '../../src/simulator/table.js';
import {toWireJson, toWirePage} from '../../src/simulator/wire.js';

const runs = {seed: 20260601, numRuns: 300};
const instants = fc.integer({min: Date.UTC(2008, 0, 1) / 1000, max: Date.UTC(2040, 0, 1) / 1000});

describe('the Central clock', () => {
  test('is the one of the time zone database', () => {
    fc.assert(
      fc.property(instants, instant => {
        const there = DateTime.fromSeconds(instant, {zone: 'America/Chicago'});
        expect(withOffset(instant)).toBe(there.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"));
        expect(wallClock(instant)).toBe(there.toFormat('yyyy-MM-dd HH:mm:ss'));
        expect(utcWithOffset(instant)).toBe(there.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ssZZ"));
      }),
      runs,
    );
  });

  test('what it writes with an offset, it reads', () => {
    fc.assert(
      fc.property(instants, instant => expect(parseMoment(withOffset(instant))).toBe(instant)),
      runs,
    );
  });

  test('shows the hour after doubleHour twice', () => {
    for (const year of [2019, 2022, 2025]) {
      const first = doubleHour(year);
      expect(wallClock(first)).toBe(wallClock(first + 3600));
      expect(withOffset(first)).toMatch(/T01:00:00-05:00$/);
      expect(withOffset(first + 3600)).toMatch(/T01:00:00-06:00$/);
    }
  });

  test.each([
    ['2026-07-01', Date.UTC(2026, 6, 1, 5)],
    ['2026-01-01 00:00:00', Date.UTC(2026, 0, 1, 6)],
    ['2025-11-02 01:30:00', Date.UTC(2025, 10, 2, 6, 30)],
    ['2026-07-01T00:00:00.5Z', Date.UTC(2026, 6, 1, 0, 0, 0, 500)],
    ['2026-07-01T00:00:00+0200', Date.UTC(2026, 5, 30, 22)],
  ])('reads %s', (text, milliseconds) => expect(parseMoment(text)).toBe(milliseconds / 1000));

  test.each(['', 'soon', '2026', '2026-07-01T25', '1767225600'])('does not read "%s"', text =>
    expect(parseMoment(text)).toBeUndefined(),
  );
});

describe('JSON as PHP spells it', () => {
  test('is ASCII, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({stringUnit: 'binary'}), value => {
        const plain: Parameters<typeof toWireJson>[0] = JSON.parse(JSON.stringify(value));
        const text = toWireJson(plain);
        expect(text).toMatch(/^[\u0020-\u007e]*$/);
        expect(JSON.parse(text)).toEqual(plain);
      }),
      runs,
    );
  });

  test('is the same whether an answer is written whole or row by row', () => {
    const body = {
      tags: [
        {id: '1', tag: 'a/b'},
        {id: '2', tag: '🎉', size: 9007199254740993n},
      ],
      meta: {total: '2'},
      none: [],
    };
    expect(toWirePage(body)).toBe(toWireJson(body));
  });

  test('escapes slashes, emoji and lone surrogates, and keeps the digits of big numbers', () => {
    expect(toWireJson({a: 'x/y', b: '🎉', c: '\ud83d', d: 9007199254740993n, e: '\u007f12'})).toBe(
      '{"a":"x\\/y","b":"\\ud83c\\udf89","c":"\\ud83d","d":9007199254740993,"e":"\\u007f12"}',
    );
  });
});

test('sizes add up to every total', () => {
  for (let records = resourceNames.length; records < 3000; records += 7) {
    const sizes = [...sizesFor({records}).values()];
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(records);
  }
});

test('a shuffle is a permutation, and another one for another seed', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 700}), fc.nat(), (count, seed) => {
      const places = Array.from({length: count}, (_, position) => shuffled(position, count, seed));
      expect([...places].sort((a, b) => a - b)).toEqual(Array.from({length: count}, (_, position) => position));
    }),
    {...runs, numRuns: 60},
  );
  const with1 = Array.from({length: 100}, (_, position) => shuffled(position, 100, 1));
  expect(with1).not.toEqual(Array.from({length: 100}, (_, position) => shuffled(position, 100, 2)));
});

test('an id leads back to its index, and what is no id leads nowhere', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({max: 10_000_000}), (salt, index) => {
      const id = idOf(salt, index);
      expect(indexOfId(salt, id)).toBe(index);
      expect(idOf(salt, index + 1)).toBeGreaterThan(id);
      expect([indexOfId(salt, id - 1), indexOfId(salt, id + 1)]).not.toContain(index);
    }),
    runs,
  );
});

test('a UUID leads back to its index with its own salt alone', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.nat({max: 10_000_000}), (salt, index) => {
      const id = uuids.idOf(salt, index);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(uuids.indexOf(salt, id)).toBe(index);
      expect(uuids.indexOf(salt + 1, id)).toBeUndefined();
      expect(uuids.indexOf(salt, `${id}0`)).toBeUndefined();
      expect(uuids.indexOf(salt, String(index))).toBeUndefined();
    }),
    runs,
  );
});

test('a table under inserts and removals is what a plain list would be', () => {
  fc.assert(
    fc.property(fc.nat({max: 40}), fc.array(fc.nat({max: 100}), {maxLength: 60}), (baseCount, steps) => {
      const table = new Table('tags', 5, baseCount);
      const model = Array.from({length: baseCount}, (_, index) => index);
      let next = baseCount;
      for (const step of steps) {
        if (step % 3 === 0 || model.length === 0) {
          table.insert({insertedAt: 0, overrides: {}});
          model.push(next++);
        } else {
          const [gone = 0] = model.splice(step % model.length, 1);
          table.remove(gone);
        }
      }
      expect(table.count).toBe(model.length);
      expect(model.map((_, position) => table.indexAt(position))).toEqual(model);
      for (let id = 0; id <= 2 * next + 3; id++) {
        const index = indexOfId(5, id);
        expect(table.indexOf(String(id))).toBe(index !== undefined && model.includes(index) ? index : undefined);
      }
    }),
    {...runs, numRuns: 100},
  );
});
