import {expect, test} from '@jest/globals';
import {blankReport, type StreamReport, toRunReport} from '../src/report.js';

const contacts: StreamReport = {
  stream: 'contacts',
  filters: {listid: '3'},
  outcome: 'done',
  records: 3_120,
  requests: 34,
  retries: 2,
  throttledSeconds: 1.2345,
  seconds: 9.4321,
  ways: ['newest first', 'keyset'],
  proofs: {'orders[id]': true, 'filters[updated_after]': false},
  proofRequests: 3,
  resumed: true,
  verdict: 'verified',
  total: 3_120,
  bookmarkBefore: '2024-01-01T00:00:00.000000Z',
  bookmarkAfter: '2024-02-01T00:00:00.000000Z',
  version: 1_790_000_000_000,
  activated: true,
  misfits: {score: 2},
  drift: {new_field: 3_120},
  withoutKey: 1,
  error: null,
};
const deals: StreamReport = {...blankReport('deals'), outcome: 'failed', requests: 9, error: 'deals: HTTP 500, oops'};
const tags: StreamReport = {...blankReport('tags'), outcome: 'skipped', records: 1, proofRequests: 1};
const users: StreamReport = {...blankReport('users'), outcome: 'stopped', records: 100};

const facts = {
  sync: {streams: [contacts, deals, tags, users, blankReport('webhooks')], isInterrupted: true},
  counts: {requests: 50, retries: 10, throttledSeconds: 61.239},
  version: '1.2.3',
  startedAt: Date.UTC(2024, 1, 2, 3, 4, 5, 678),
  endedAt: Date.UTC(2024, 1, 2, 3, 5, 5, 789),
  exitCode: 143,
  error: null,
};

test('the report of a stream has every figure under its name in JSON', () => {
  const [entry] = toRunReport(facts).streams;
  expect(entry).toEqual({
    stream: 'contacts',
    filters: {listid: '3'},
    outcome: 'done',
    records: 3_120,
    requests: 34,
    retries: 2,
    throttled_seconds: 1.23,
    seconds: 9.43,
    ways: ['newest first', 'keyset'],
    proofs: {'orders[id]': true, 'filters[updated_after]': false},
    proof_requests: 3,
    resumed: true,
    verdict: 'verified',
    total: 3_120,
    bookmark_before: '2024-01-01T00:00:00.000000Z',
    bookmark_after: '2024-02-01T00:00:00.000000Z',
    version: 1_790_000_000_000,
    activated: true,
    misfits: {score: 2},
    drift: {new_field: 3_120},
    without_key: 1,
    error: null,
  });
});

test('the report of a run says when, how it ended, and the sums', () => {
  const {streams, ...run} = toRunReport(facts);
  expect(streams.map(({stream}) => stream)).toEqual(['contacts', 'deals', 'tags', 'users', 'webhooks']);
  expect(run).toEqual({
    tap: 'tap-activecampaign',
    tap_version: '1.2.3',
    started_at: '2024-02-02T03:04:05.678000Z',
    ended_at: '2024-02-02T03:05:05.789000Z',
    seconds: 60.11,
    exit_code: 143,
    interrupted: true,
    bound: null,
    error: null,
    totals: {
      streams: 5,
      done: 1,
      skipped: 1,
      failed: 1,
      stopped: 1,
      not_started: 1,
      records: 3_221,
      requests: 50,
      retries: 10,
      proof_requests: 4,
      throttled_seconds: 61.24,
    },
  });
});

test('nothing is left out of its JSON: what is not known is null', () => {
  const report = toRunReport({...facts, sync: {streams: [blankReport('webhooks')], isInterrupted: false}});
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(Object.keys(report.streams[0] ?? {})).toEqual(Object.keys(toRunReport(facts).streams[0] ?? {}));
  expect(report.streams[0]).toMatchObject({outcome: 'not started', records: 0, verdict: null, error: null});
});

test('a report cannot be taken for a state', () => {
  expect(toRunReport(facts)).not.toHaveProperty('bookmarks');
});
