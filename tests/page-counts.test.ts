import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  requestsByKey,
  requestsOfBlindWalk,
  requestsOfNumberedPages,
  requestsOfWalk,
  requestsWithoutOrder,
} from '../src/page-counts.js';

const sizes = {pageSize: 100, window: 10};

describe('a list takes as many requests', () => {
  // What readings of the simulator's account took, proofs left out.
  test.each([
    {rows: 0, walk: 1, byKey: 1},
    {rows: 100, walk: 1, byKey: 1},
    {rows: 101, walk: 2, byKey: 3},
    {rows: 160, walk: 2, byKey: 3},
    {rows: 240, walk: 3, byKey: 4},
    {rows: 300, walk: 4, byKey: 5},
    {rows: 1_920, walk: 20, byKey: 26},
    {rows: 3_000, walk: 31, byKey: 40},
  ])('as it has pages of $rows rows', ({rows, walk, byKey}) => {
    expect(requestsOfWalk(rows, sizes)).toBe(walk);
    expect(requestsByKey(rows, sizes)).toBe(byKey);
  });

  test('twice as it has rows, where a page holds a single one', () => {
    expect(requestsOfWalk(37, {pageSize: 1})).toBe(74);
  });

  test('and one more, where its last page could be followed by another', () => {
    expect(requestsOfBlindWalk(6, sizes)).toBe(1);
    expect(requestsOfBlindWalk(30, sizes)).toBe(2);
    expect(requestsOfBlindWalk(0, sizes)).toBe(2);
    expect(requestsOfBlindWalk(840, sizes)).toBe(10);
  });

  test('as many walks as it takes until no row is missing, where its order changes with every request', () => {
    expect(requestsWithoutOrder(60, sizes)).toBe(1);
    // Six to eight walks of three pages, and nine to twelve of thirty-two, were seen to do.
    expect(requestsWithoutOrder(260, sizes)).toBe(6 * 3);
    expect(requestsWithoutOrder(3_120, sizes)).toBe(10 * 32);
  });

  test('twice, where its pages are numbered and several', () => {
    expect(requestsOfNumberedPages(24, false, sizes)).toBe(1);
    expect(requestsOfNumberedPages(240, false, sizes)).toBe(6);
    expect(requestsOfNumberedPages(24, true, sizes)).toBe(2);
    expect(requestsOfNumberedPages(240, true, sizes)).toBe(8);
  });
});

test('more rows never take fewer requests, and no way takes fewer than its pages', () => {
  const numbers = [
    fc.nat(200_000),
    fc.nat(5_000),
    fc.integer({min: 1, max: 100}),
    fc.integer({min: 1, max: 20}),
  ] as const;
  fc.assert(
    fc.property(...numbers, (rows, more, pageSize, window) => {
      const given = {pageSize, window};
      for (const requests of [requestsOfWalk, requestsByKey, requestsWithoutOrder]) {
        const [fewer, all] = [requests(rows, given), requests(rows + more, given)];
        expect(Number.isSafeInteger(all)).toBe(true);
        expect(all).toBeGreaterThanOrEqual(fewer);
        expect(fewer).toBeGreaterThanOrEqual(Math.max(1, Math.ceil(rows / pageSize)));
      }
      expect(requestsOfBlindWalk(rows, given)).toBeGreaterThanOrEqual(requestsOfWalk(rows, given));
    }),
    {seed: 20_261_123, numRuns: 500},
  );
});
