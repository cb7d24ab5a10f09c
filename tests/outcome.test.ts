// What is said of a stream that has ended.

import {describe, expect, test} from '@jest/globals';
import {conclude} from '../src/conclusion.js';
import {ApiError} from '../src/errors.js';
import type {Filters} from '../src/filters.js';
import {createLogger, type Logger} from '../src/logger.js';
import {logOutcome, reportStream, reportUnread, warnOfLosses} from '../src/outcome.js';
import {createProgress, type Progress} from '../src/reading/list.js';
import {selectStreams} from '../src/selection.js';
import {createCourse} from '../src/stream-course.js';
import {planStream} from '../src/stream-plan.js';
import type {WireRow} from '../src/wire.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BOOKMARK = '2026-07-30T00:00:00.000000Z';

const ROWS: readonly WireRow[] = [
  {id: '1', udate: '2026-07-31T00:00:00Z', novelty: 1},
  {id: '2', udate: '2026-07-31T00:00:00Z', deleted_at: 'soon'},
  {udate: '2026-07-31T00:00:00Z'},
  {id: '3', udate: '2020-07-31T00:00:00Z'},
];

type Given = {readonly rows?: readonly WireRow[]; readonly bookmark?: string; readonly filters?: Filters};

/** A stream of contacts that was read to its end. */
function ended(progress: Partial<Progress>, {rows = ROWS, bookmark = BOOKMARK, filters}: Given = {}) {
  const [stream] = selectStreams({select: 'contacts'}).streams;
  if (!stream) throw new Error('there is no stream contacts');
  const plan = planStream(
    stream,
    {bookmarks: {contacts: {udate: bookmark}}},
    {...USUAL_SETTINGS, filters: () => filters},
    NOW,
  );
  const whole = {...createProgress(), begunAt: NOW, isWhole: true, verdict: 'verified' as const, ...progress};
  const course = createCourse(plan, whole, () => NOW);
  for (const row of rows) course.take(row);
  const conclusion = conclude(plan, whole, course.account());
  return {plan, progress: whole, course, conclusion};
}

function logged(use: (log: Logger) => void): string[] {
  const lines: string[] = [];
  use(createLogger({level: 'info', format: 'text', secrets: [], write: line => void lines.push(line)}));
  return lines;
}

describe('rows that are missing', () => {
  const warnings = (progress: Partial<Progress>) =>
    logged(log => warnOfLosses(ended(progress, {rows: []}), log)).join('');

  test.each<[string, Partial<Progress>]>([
    ['of the list', {verdict: 'unverified', total: 10, seen: 9}],
    ['of the list of its parents', {parents: {...createProgress(), verdict: 'unverified', total: 10, seen: 9}}],
  ])('%s are warned of', (_, progress) =>
    expect(warnings(progress)).toMatch(/^WARNING fewer (rows|parents) came than the API counts stream=contacts/),
  );

  test.each<[string, Partial<Progress>]>([
    ['the API tells no total', {verdict: 'unverified', seen: 9}],
    ['the total moved', {verdict: 'moving', total: 10, seen: 9}],
    ['only changes were read', {isWhole: false, verdict: undefined, total: 10, seen: 2}],
    ['a part was read that nothing is known of', {isWhole: false, verdict: 'unverified', total: 10, seen: 2}],
    ['more came than the API counts', {verdict: 'unverified', total: 9, seen: 10}],
  ])('are none where %s', (_, progress) => expect(warnings(progress)).toBe(''));
});

test('what a person has to know is said in a line each', () => {
  const lines = logged(log => warnOfLosses(ended({}, {bookmark: '2199-01-01T00:00:00.000000Z'}), log));
  expect(lines).toEqual([
    expect.stringMatching(/null.* field=deleted_at/),
    expect.stringMatching(/schema lacks.*novelty/),
    expect.stringMatching(/without their key.* count=1/),
    expect.stringMatching(/only 0 rows came where there were some before/),
    expect.stringMatching(/the bookmark lies in the future/),
  ]);
});

describe('the report of a stream', () => {
  const counts = {requests: 7, retries: 2, throttledSeconds: 1.5};
  const read = {
    total: 4,
    seen: 4,
    ways: ['offsets'],
    proofs: {'orders[id]': {obeyed: false, at: BOOKMARK}},
    proofRequests: 2,
    parents: {...createProgress(), verdict: 'verified' as const, proofRequests: 1},
  };

  test('that was read to its end says how, at what cost and with what certainty', () => {
    const report = reportStream({...ended(read), outcome: 'done', error: undefined, counts, seconds: 3});
    expect(report).toEqual({
      stream: 'contacts',
      filters: {},
      outcome: 'done',
      records: 2,
      requests: 7,
      retries: 2,
      throttledSeconds: 1.5,
      seconds: 3,
      ways: ['offsets'],
      proofs: {'orders[id]': false},
      proofRequests: 3,
      resumed: false,
      verdict: 'verified',
      total: 4,
      bookmarkBefore: BOOKMARK,
      bookmarkAfter: '2026-07-31T00:00:00.000000Z',
      version: null,
      activated: false,
      misfits: {deleted_at: 1},
      drift: {novelty: 1},
      withoutKey: 1,
      error: null,
    });
  });

  test('that failed gives the reason, and the bookmark as it was', () => {
    const error = new ApiError({path: 'contacts', status: 500, detail: 'it is broken'});
    const {plan, progress, course} = ended(read);
    expect(
      reportStream({plan, progress, course, outcome: 'failed', conclusion: undefined, error, counts, seconds: 3}),
    ).toMatchObject({
      outcome: 'failed',
      verdict: null,
      bookmarkAfter: BOOKMARK,
      error: 'contacts: HTTP 500, it is broken',
    });
  });

  test('whose turn did not come has the bookmark of the state', () =>
    expect(reportUnread(ended(read).plan)).toMatchObject({
      outcome: 'not started',
      bookmarkBefore: BOOKMARK,
      bookmarkAfter: BOOKMARK,
    }));

  test('of other filters than before had a bookmark that does not count, and keeps it unless it was read to its end', () => {
    const filters = {listid: '3'};
    const {conclusion, ...stream} = ended(read, {rows: [], filters});
    const facts = {outcome: 'done' as const, error: undefined, counts, seconds: 3};
    expect(reportUnread(stream.plan)).toMatchObject({filters, bookmarkBefore: BOOKMARK, bookmarkAfter: BOOKMARK});
    expect(reportStream({...stream, ...facts, conclusion})).toMatchObject({filters, bookmarkAfter: null});
    expect(reportStream({...stream, ...facts, conclusion: undefined})).toMatchObject({bookmarkAfter: BOOKMARK});
  });

  test('that is narrowed names its filters in its line of the log', () => {
    const report = reportStream({
      ...ended(read, {filters: {listid: '3', 'ids[]': ['5']}}),
      outcome: 'done',
      error: undefined,
      counts,
      seconds: 3,
    });
    const line = logged(log => logOutcome(report, log)).find(text => text.includes('stream finished'));
    expect(line).toMatch(/ verdict=verified filters=\{"listid":"3","ids\[\]":\["5"\]\}\n$/);
  });

  test('is a line of the log, with the verdict on all that was wanted', () => {
    const lines = [{}, {isWhole: false, verdict: 'moving' as const}].flatMap(progress => {
      const report = reportStream({
        ...ended({...read, ...progress}),
        outcome: 'done',
        error: undefined,
        counts,
        seconds: 3,
      });
      return logged(log => logOutcome(report, log)).filter(line => line.includes('stream finished'));
    });
    expect(lines).toEqual([
      expect.stringMatching(/stream=contacts records=2 requests=7 seconds=3 way=offsets verdict=verified\n$/),
      expect.stringMatching(/stream=contacts records=2 requests=7 seconds=3 way=offsets verdict=moving\n$/),
    ]);
  });
});
