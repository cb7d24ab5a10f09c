// What goes wrong, and what comes of it: one stream's failure is its own, passing faults leave no trace, and no STATE
// ever promises more than the lines before it hold.

import {describe, expect, test} from '@jest/globals';
import type {FaultPlan, Simulator} from '../../src/simulator/simulator.js';
import {bookmarkOf, check, complaints, expectedWarnings, type Run, withAccount} from '../support/account.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {defaultStreams, replicationKeyOf} from '../support/stream-rows.js';
import type {TapResult} from '../support/tap.js';

const ALWAYS = Number.POSITIVE_INFINITY;
const quick = {max_retries: 1};

const broken = (path: string, more: Partial<FaultPlan> = {}): FaultPlan => ({
  path,
  answer: 500,
  times: ALWAYS,
  ...more,
});

function wholeOf(run: Run, sim: Simulator, streams: readonly string[]): string[] {
  return streams.flatMap(stream => differences(run.lines, stream, expectedRecords(sim, stream)));
}

/** Of a read that broke off there is where to go on, and nothing that says how far the stream has been read. */
const onlyProgress = {progress: [expect.objectContaining({at: expect.any(Object)})]};

const others = (...streams: string[]) => defaultStreams.filter(stream => !streams.includes(stream));

/** Where a STATE promises rows that had not been written before it, in this run or, by its first state, in others. */
function promisesTooEarly({lines}: TapResult, sim: Simulator, before: Record<string, unknown> = {}): string[] {
  const rows = defaultStreams.flatMap(stream => {
    const key = replicationKeyOf(stream);
    return [...expectedRecords(sim, stream)].flatMap(([id, record]) => {
      const value = record[key];
      return typeof value === 'string' && value >= String(bookmarkOf(before, stream)[key] ?? '')
        ? [{stream, id, key, value}]
        : [];
    });
  });
  const written = new Set<string>();
  const found: string[] = [];
  for (const [index, line] of lines.entries()) {
    const message = JSON.parse(line);
    if (message.type === 'RECORD') written.add(`${message.stream} ${message.record.id}`);
    if (message.type !== 'STATE') continue;
    for (const {stream, id, key, value} of rows) {
      const bookmark = bookmarkOf(message.value, stream)[key];
      if (typeof bookmark === 'string' && value <= bookmark && !written.has(`${stream} ${id}`)) {
        found.push(`line ${index + 1} promises ${stream} ${id}`);
      }
    }
  }
  return found.slice(0, 20);
}

describe('a stream that is broken for good', () => {
  test('leaves the others whole, keeps its bookmark and is named at the end, with exit code 1', () =>
    withAccount({contacts: 40, faults: [broken('deals')]}, async ({sim, sync}) => {
      const bookmark = '2024-01-01T00:00:00.000000Z';
      const state = {bookmarks: {deals: {mdate: bookmark}}};
      const run = await sync({config: quick, state, code: 1});
      expect(wholeOf(run, sim, others('deals'))).toEqual([]);
      expect(run.output.of('deals')).toEqual([]);
      expect(bookmarkOf(run.output.state, 'deals')).toEqual({mdate: bookmark});
      expect(run.output.state['currently_syncing']).toBe(null);
      expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*deals/);
      expect(complaints(run)[0]).toMatch(/^ERROR .*deals.*500/);
      expect(promisesTooEarly(run, sim, state)).toEqual([]);
    }));

  test('half-way has written some rows, and its bookmark stays where it was', () =>
    withAccount({counts: {accounts: 350}, faults: [broken('accounts', {page: 3})]}, async ({sim, sync}) => {
      const run = await sync({select: 'accounts,contacts,tags', config: quick, code: 1});
      expect(run.output.of('accounts').length).toBeGreaterThanOrEqual(100);
      expect(run.output.of('accounts').length).toBeLessThan(350);
      expect(bookmarkOf(run.output.state, 'accounts')).toEqual(onlyProgress);
      expect(wholeOf(run, sim, ['contacts', 'tags'])).toEqual([]);
      expect(promisesTooEarly(run, sim)).toEqual([]);
    }));

  test.each([
    ['which goes on where it broke off', 0, 199],
    ['which begins anew where that is too long ago', 8, 0],
  ])('is made up for by the next run, %s', (_, daysAgo, rows) =>
    withAccount(
      {
        counts: {accounts: 350, deals: 130},
        faults: [broken('accounts', {page: 3, times: 2})],
        now: () => Date.now() - daysAgo * 86_400_000,
      },
      async ({sim, sync}) => {
        const select = 'accounts,deals';
        const first = await sync({select, config: quick, code: 1});
        const second = await sync({select, config: quick, state: first.output.state});
        // What the first run brought and the second did not: together they bring every row, and none twice.
        const kept = first.lines.filter(line => line.startsWith('{"type":"RECORD","stream":"accounts"')).slice(0, rows);
        const both = [...kept, ...second.lines];
        expect(differences(both, 'accounts', expectedRecords(sim, 'accounts'))).toEqual([]);
        expect(bookmarkOf(second.output.state, 'accounts')).toMatchObject({
          updated_timestamp: expect.any(String),
          progress: null,
        });
        expect(second.output.of('deals').length).toBeLessThan(20);
      },
    ),
  );

  test('ends the run at once with fail_fast, on a true STATE', () =>
    withAccount({contacts: 40, faults: [broken('campaigns')]}, async ({sim, sync}) => {
      const run = await sync({config: {...quick, fail_fast: true}, code: 1});
      const before = defaultStreams.filter(stream => stream < 'campaigns');
      expect(wholeOf(run, sim, before)).toEqual([]);
      expect([...run.output.schemas.keys()]).toEqual(before);
      expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*campaigns/);
      expect(promisesTooEarly(run, sim)).toEqual([]);
    }));

  test('takes the streams along that live in the same list, and no others', () =>
    withAccount({contacts: 20, faults: [broken('fields')]}, async ({sim, sync}) => {
      const run = await sync({config: quick, code: 1});
      const streams = ['contact_custom_field_options', 'contact_custom_field_rels', 'contact_custom_fields'];
      for (const stream of streams) expect(run.stderr.trimEnd().split('\n').at(-1)).toContain(stream);
      expect(wholeOf(run, sim, others(...streams))).toEqual([]);
    }));
});

describe.each([
  ['forbidden', 403],
  ['missing', 404],
] as const)('a list that is %s', (option, status) => {
  test('is skipped with a warning by an account that never could read it', () =>
    withAccount({contacts: 20, [option]: ['deals', 'tags']}, async ({sim, sync}) => {
      const run = await sync({config: quick});
      expect(wholeOf(run, sim, others('deals', 'tags'))).toEqual([]);
      const named = complaints(run).filter(line => line.includes(`HTTP ${status}`) || line.includes(String(status)));
      expect(named).toEqual([
        expect.stringMatching(/^WARNING stream is skipped.*deals/),
        expect.stringMatching(/^WARNING stream is skipped.*tags/),
      ]);
      const again = await sync({config: quick, state: run.output.state, select: 'deals,tags,users'});
      expect(again.output.of('users').length).toBeGreaterThan(0);
    }));

  test.each(['deals', 'tags'])('is a failure where %s could be read before', stream =>
    withAccount({contacts: 20}, async ({sim, sync}) => {
      const select = 'contacts,deals,tags';
      const first = await sync({select, config: quick});
      sim.addFault({path: stream, answer: status, times: ALWAYS});
      const second = await sync({select, config: quick, state: first.output.state, code: 1});
      expect(complaints(second).at(-1)).toMatch(new RegExp(`^CRITICAL .*${stream}`));
      expect(bookmarkOf(second.output.state, stream)).toEqual(bookmarkOf(first.output.state, stream));
    }),
  );
});

test.each([403, 404] as const)(
  'a list that answers %i in its middle has failed: it could be read a moment before',
  answer =>
    withAccount({counts: {accounts: 350}, faults: [broken('accounts', {answer, page: 3})]}, async ({sync}) => {
      const run = await sync({select: 'accounts,tags', code: 1});
      expect(complaints(run).at(-1)).toMatch(/^CRITICAL .*accounts/);
      expect(bookmarkOf(run.output.state, 'accounts')).toEqual(onlyProgress);
    }),
);

test('a list that is forbidden while the token cannot be checked has failed, and the others arrive', () =>
  withAccount({contacts: 20, forbidden: ['deals'], faults: [broken('users/me', {skip: 1})]}, async ({sim, sync}) => {
    const run = await sync({config: quick, code: 1});
    expect(complaints(run).at(-1)).toMatch(/^CRITICAL .*deals/);
    expect(wholeOf(run, sim, others('deals'))).toEqual([]);
  }));

describe('faults that pass', () => {
  test('are not taken for a refusal because a 403 is the last of several', () =>
    withAccount(
      {
        contacts: 5,
        faults: [
          {path: 'tags', answer: 503, times: 3},
          {path: 'tags', answer: 403},
        ],
      },
      async ({sim, sync}) => {
        const run = await sync({select: 'tags'});
        expect(wholeOf(run, sim, ['tags'])).toEqual([]);
        expect(sim.requests.filter(({path}) => path === 'tags')).toHaveLength(5);
      },
    ));

  // At the same time, since most of it is waiting until a request may be tried again.
  test.concurrent.each([21, 22, 23])('leave no trace: everything arrives, seed %i', seed =>
    withAccount({contacts: 80, seed, faultRate: 0.1}, async ({sim, sync}) => {
      const run = await sync();
      expect(sim.stats().faulted).toBeGreaterThan(3);
      expect(wholeOf(run, sim, defaultStreams)).toEqual([]);
      expect(complaints(run)).toEqual(expectedWarnings(sim, ['deals']));
      expect(promisesTooEarly(run, sim)).toEqual([]);
    }),
  );

  test.concurrent.each([
    403,
    429,
    500,
    502,
    503,
    504,
    520,
    'reset',
    'cut',
    'truncated',
    'empty',
    'html',
    'bare',
  ] as const)('are met by asking again: %s', answer =>
    withAccount(
      {
        counts: {tags: 250, contacts: 120},
        faults: [
          {path: 'users/me', answer},
          {path: 'tags', answer, page: 1},
          {path: 'tags', answer, page: 3},
          {path: 'contacts', answer},
        ],
      },
      async ({sim, sync}) => {
        const run = await sync({select: 'contacts,tags'});
        expect(sim.stats().faulted).toBe(4);
        expect(wholeOf(run, sim, ['contacts', 'tags'])).toEqual([]);
      },
    ),
  );
});

test('a token that is revoked during the run is said to be so, with exit code 2 and no STATE that is not true', () =>
  withAccount(
    {counts: {contacts: 200, deals: 150}, faults: [{path: '*', answer: 403, skip: 30, times: ALWAYS}]},
    async ({sim, start}) => {
      const run = check(await start({config: {...quick, max_concurrent_requests: 2}}).result, 2, {isBrokenOff: true});
      expect(run.output.records.length).toBeGreaterThan(0);
      expect(complaints(run).at(-1)).toMatch(/^CRITICAL api_token: /);
      expect(run.stderr).not.toContain(sim.token);
      expect(promisesTooEarly(run, sim)).toEqual([]);
    },
  ));

test('a server that is gone ends the run with exit code 1 and a true STATE, before long', () =>
  withAccount({contacts: 200, latencyMs: 20}, async ({sim, start}) => {
    const run = start({config: {...quick, max_concurrent_requests: 2}});
    await run.seen(line => line.startsWith('{"type":"STATE"') && line.includes('"activities"'));
    await sim.stop();
    const result = check(await run.result, 1);
    expect(result.output.state['currently_syncing']).toBe(null);
    expect(bookmarkOf(result.output.state, 'accounts')).toHaveProperty('updated_timestamp');
    expect(bookmarkOf(result.output.state, 'webhooks')).toEqual({});
    expect(promisesTooEarly(result, sim)).toEqual([]);
    expect(result.seconds).toBeLessThan(30);
  }));
