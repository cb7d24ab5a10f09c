// When a STATE is due inside a stream.

import {describe, expect, test} from '@jest/globals';
import {createStateCadence} from '../src/state-cadence.js';

/** Which of the pages a STATE follows, counted from one. A page is its records and the milliseconds it took. */
function dueAfter(pages: readonly (readonly [records: number, ms: number])[]): number[] {
  let now = 5_000;
  const cadence = createStateCadence(() => now);
  return pages.flatMap(([records, ms], index) => {
    now += ms;
    return cadence.isDueAfter(records) ? [index + 1] : [];
  });
}

const FIRST_TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const times = (count: number, page: readonly [number, number]) => Array.from({length: count}, () => page);

describe('a STATE is due', () => {
  test.each([
    ['after each of the first ten pages, then every 1,000 records', times(40, [100, 10]), [...FIRST_TEN, 20, 30, 40]],
    ['every 10 seconds where pages are slow', times(20, [3, 2_500]), [...FIRST_TEN, 14, 18]],
    [
      'at the end of a page, however late that is',
      [
        [1, 25_000],
        [1, 1],
        [1, 60_000],
      ] as const,
      [1, 2, 3],
    ],
    ['before the next page would exceed 1,000 records', times(30, [99, 10]), [...FIRST_TEN, 20, 30]],
    [
      'behind every page of nearly as many',
      [...times(10, [1, 1]), [999, 1], [1, 1], [999, 1]] as const,
      [...FIRST_TEN, 11, 13],
    ],
    ['for pages without records before 10 seconds have passed', times(9, [0, 4_000]), [2, 4, 6, 8]],
    [
      'early after pages that have records, wherever they stand',
      [
        [0, 1],
        [7, 1],
        [0, 1],
        [0, 1],
        [7, 1],
        [7, 1],
        [7, 1],
      ] as const,
      [2, 5, 6, 7],
    ],
  ])('%s', (_, pages, expected) => expect(dueAfter(pages)).toEqual(expected));
});
