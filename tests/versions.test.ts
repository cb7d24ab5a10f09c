import {describe, expect, test} from '@jest/globals';
import {judgeWholeRead, nextVersion, type WholeReadToJudge} from '../src/versions.js';

test.each([
  ['none was used', undefined, 1_790_000_000_000, 1_790_000_000_000],
  ['the last one is past', 1_780_000_000_000, 1_790_000_000_000, 1_790_000_000_000],
  ['the last one is of this millisecond', 1_790_000_000_000, 1_790_000_000_000, 1_790_000_000_001],
  ['the clock was set back', 1_800_000_000_000, 1_790_000_000_000, 1_800_000_000_001],
  ['the clock has fractions', undefined, 1_790_000_000_000.25, 1_790_000_000_001],
])('a version rises and is not behind the clock when %s', (_when, previous, nowMs, version) => {
  expect(nextVersion(previous, nowMs)).toBe(version);
});

describe('a whole read may speak about what is missing', () => {
  const YESTERDAY = '2026-03-08T00:00:00.000000Z';
  const TODAY = '2026-03-09T00:00:00.000000Z';
  const judge = (
    before: number | undefined,
    doubt: number | undefined,
    rows: number,
    more: Partial<WholeReadToJudge> = {},
  ) =>
    judgeWholeRead({
      before: before === undefined ? undefined : {at: '2026-03-01T00:00:00.000000Z', rows: before},
      doubt: doubt === undefined ? undefined : {at: YESTERDAY, rows: doubt},
      hadRows: false,
      rows,
      at: TODAY,
      verdict: 'verified',
      ...more,
    });

  test.each<[string, number | undefined, number | undefined, number]>([
    ['the first one', undefined, undefined, 730],
    ['the first one, empty', undefined, undefined, 0],
    ['the first one after a doubt whose whole read is lost', undefined, 3, 1],
    ['as many rows', 730, undefined, 730],
    ['more rows', 730, undefined, 9_000],
    ['half of the rows', 730, undefined, 365],
    ['empty as before', 0, undefined, 0],
    ['rows again after a doubt', 730, 3, 729],
    ['as few rows as in the doubt', 730, 3, 3],
    ['a few more than in the doubt', 730, 3, 8],
    ['half of those in the doubt', 730, 300, 150],
    ['empty a second time', 730, 0, 0],
    ['the only row is gone a second time', 1, 0, 0],
  ])('when it is verified and saw: %s', (_what, before, doubt, rows) => {
    expect(judge(before, doubt, rows)).toEqual({believed: true});
  });

  test.each<[string, number, number | undefined, number]>([
    ['suddenly nothing', 730, undefined, 0],
    ['suddenly nothing where one row was', 1, undefined, 0],
    ['less than half', 730, undefined, 364],
    ['less than half of those in the doubt', 730, 300, 149],
    ['nothing after a doubt with rows', 730, 3, 0],
    ['little, after a doubt that was none', 730, 400, 300],
  ])('and may not yet when it saw: %s', (_what, before, doubt, rows) => {
    expect(judge(before, doubt, rows)).toEqual({
      believed: false,
      doubt: {at: TODAY, rows},
      warning:
        `only ${rows} rows came where the last whole read had ${before}; ` +
        'nothing is taken for deleted until another run sees the same',
    });
  });

  test('and may not yet when it saw nothing of a stream of which only a bookmark is known', () => {
    const warning =
      'only 0 rows came where there were some before; nothing is taken for deleted until another run sees the same';
    expect(judge(undefined, undefined, 0, {hadRows: true})).toEqual({
      believed: false,
      doubt: {at: TODAY, rows: 0},
      warning,
    });
    expect(judge(undefined, 0, 0, {hadRows: true})).toEqual({believed: true});
    expect(judge(undefined, undefined, 1, {hadRows: true})).toEqual({believed: true});
  });

  test.each(['moving', 'unverified'] as const)('and may not when it is %s; a doubt stays', verdict => {
    expect(judge(730, undefined, 730, {verdict})).toEqual({believed: false});
    expect(judge(undefined, undefined, 730, {verdict})).toEqual({believed: false});
    expect(judge(730, 3, 3, {verdict})).toEqual({believed: false, doubt: {at: YESTERDAY, rows: 3}});
  });

  test.each(['moving', 'unverified'] as const)(
    'and may not when it is %s; rows that came again end a doubt',
    verdict => {
      expect(judge(730, 0, 731, {verdict})).toEqual({believed: false});
      expect(judge(730, 3, 365, {verdict})).toEqual({believed: false});
      expect(judge(undefined, 0, 1, {verdict, hadRows: true})).toEqual({believed: false});
    },
  );
});
