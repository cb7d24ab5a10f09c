// What answers with and without a parameter prove, and what they do not.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {areOthers, hasLostRows, isOther, type Look, valuesWithoutMatch} from '../../src/reading/evidence.js';

const MOST = 20;

/** The first page of a list of these ids, which tells its length unless it is said otherwise. */
function look(ids: readonly number[], total: number | undefined = ids.length): Look {
  const keys = ids.slice(0, MOST).map(String);
  return {count: keys.length, keys, total, isWhole: ids.length <= MOST};
}
const silent = (ids: readonly number[]): Look => ({...look(ids), total: undefined});
const upTo = (last: number, first = 1) => Array.from({length: last - first + 1}, (_, index) => first + index);

describe('values that no row matches are like the one that is given', () => {
  test.each([
    ['3', '2000000011'],
    ['-12.5', '2000000011'],
    ['3,5', '2000000011'],
    ['1', '2000000011'],
    ['0', '2000000011'],
    ['true', 'false'],
    ['False', 'true'],
    ['2024-02-29', '2996-02-29'],
    ['2024-02-29T01:02:03-06:00', '2996-02-29T01:02:03-06:00'],
    ['vip', 'no-such-value-5f1c0e2b'],
    ['jane@example.com', 'no-such-value-5f1c0e2b'],
  ])('%s: %s', (value, other) => expect(valuesWithoutMatch(value)[0]).toBe(other));

  test('a list has lists', () => expect(valuesWithoutMatch(['3', '5'])[0]).toEqual(['2000000011']));

  test('a flag has its opposite among them, and a date one long before', () => {
    expect(valuesWithoutMatch('1')).toContain('0');
    expect(valuesWithoutMatch('0')).toContain('1');
    expect(valuesWithoutMatch('2024-02-29')).toContain('1972-02-29');
  });
});

describe('rows that are gone between two answers and are there in both', () => {
  const long = look(upTo(60));

  test.each<[string, Look, Look, Look, boolean]>([
    ['all of them', long, look([]), long, true],
    ['all of a list that tells no length', silent(upTo(60)), silent([]), silent(upTo(60)), true],
    ['some of a list that fits on a page', look(upTo(9)), look([2, 5]), look(upTo(9)), true],
    ['some of one in another order each time', look([3, 1, 2]), look([2]), look([1, 2, 3]), true],
    ['none', long, long, long, false],
    ['none, in another order', look([3, 1, 2]), look([1, 2, 3]), look([2, 1, 3]), false],
    ['none that stayed: it went meanwhile', look([1, 2, 3]), look([1, 3]), look([1, 3]), false],
    ['none that stayed: it came meanwhile', look([1, 3]), look([1, 3]), look([1, 2, 3]), false],
    ['nothing, of an empty list', look([]), look([]), look([]), false],
    ['nothing, of a list that was empty meanwhile', look([]), look([]), long, false],
    ['some of a long list, which may be on another page', long, look(upTo(60, 2)), long, false],
  ])('%s', (_, before, between, after, expected) => expect(hasLostRows(before, between, after)).toBe(expected));
});

describe('answers that are others for good', () => {
  const all = look(upTo(60));
  const part = look(upTo(60, 2));
  const times = (count: number, one: Look) => Array.from({length: count}, () => one);

  test.each<[string, readonly Look[], readonly Look[], boolean]>([
    ['fewer rows, of a calm list', times(5, all), times(3, part), true],
    ['more rows, of a calm list', times(5, part), times(3, all), true],
    ['as many rows', times(5, all), times(3, all), false],
    [
      'fewer rows than a moving list ever had',
      [60, 62, 61, 63, 64].map(total => look(upTo(60), total)),
      times(3, look(upTo(5))),
      true,
    ],
    [
      'fewer rows by less than the list moves',
      [60, 62, 61, 63, 64].map(total => look(upTo(60), total)),
      times(3, look(upTo(58))),
      false,
    ],
    ['other first rows, in the order of ids', times(5, silent(upTo(60))), times(3, silent(upTo(60, 2))), true],
    [
      'other first rows, in the order of ids turned round',
      times(5, silent(upTo(60).reverse())),
      times(3, silent(upTo(50).reverse())),
      true,
    ],
    ['the same first rows', times(5, silent(upTo(60))), times(3, silent(upTo(40))), false],
    ['fewer rows than stand on a page', times(5, silent(upTo(60))), times(3, silent([7])), true],
    [
      'other first rows, without an order',
      times(5, silent([9, 4, 7, 1, 5, 2])),
      times(3, silent([3, 8, 6, 1, 5, 2])),
      false,
    ],
    ['first rows that change', [silent(upTo(60)), silent(upTo(60, 3))], times(3, silent(upTo(60, 2))), false],
    ['first rows that change with it', times(5, silent(upTo(60))), [silent(upTo(60, 3)), silent(upTo(60, 2))], false],
    ['rows of which only some answers tell the number', [all, silent(upTo(60))], times(3, part), true],
  ])('%s', (_, without, withIt, expected) => expect(areOthers(without, withIt)).toBe(expected));

  test('are asked for again only where one of them differs from its neighbours', () => {
    expect(isOther([all, all], part)).toBe(true);
    expect(isOther([all, all], all)).toBe(false);
    expect(isOther([look(upTo(60)), look(upTo(62))], look(upTo(61)))).toBe(false);
    expect(isOther([silent(upTo(60)), silent(upTo(60))], silent(upTo(60, 2)))).toBe(true);
    expect(isOther([silent(upTo(60)), silent(upTo(60))], silent(upTo(60)))).toBe(false);
  });

  test('are never those of one and the same list without an order, whether its answers are kept or not', () => {
    const shuffled = fc
      .shuffledSubarray(upTo(40), {minLength: 40, maxLength: 40})
      .map(ids => silent(ids.slice(0, MOST)));
    const kept = fc.tuple(shuffled, shuffled).map(([one, other]) => [times(5, one), times(3, other)] as const);
    const fresh = fc.tuple(
      fc.array(shuffled, {minLength: 5, maxLength: 5}),
      fc.array(shuffled, {minLength: 3, maxLength: 3}),
    );
    fc.assert(
      fc.property(fc.oneof(kept, fresh), ([without, withIt]) => !areOthers(without, withIt)),
      {seed: 3, numRuns: 1_000},
    );
  });
});
