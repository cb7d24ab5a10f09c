// A line on which one request in eight goes wrong, in all the ways there are: everything arrives, and what is broken for
// good is one stream's own.

import {describe, expect, test} from '@jest/globals';
import {faultAnswers} from '../../src/simulator/faults.js';
import type {FaultPlan, SimulatorOptions} from '../../src/simulator/simulator.js';
import {bookmarkOf, withAccount} from '../support/account.js';
import {defaultStreams, replicationKeyOf, resourceOf} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {bookmarkIn, differencesSince, lostOrStale, snapshot} from '../support/truth.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;

// Long enough for requests that go wrong in the middle of every way of reading.
const counts = {contactTags: 900, contacts: 800, deals: 500, emailActivities: 700, fieldValues: 400, tags: 600};

describe('12 % of the requests go wrong', () => {
  // By chance all of them pass but these two, which hold up everybody.
  const throttled: FaultPlan[] = [40, 90].flatMap(skip => [
    {path: '*', answer: 429, skip},
    {path: '*', answer: 429, skip: skip + 25, retryAfter: 1},
  ]);

  // At the same time, since most of it is waiting until a request may be tried again.
  test.concurrent.each<[seed: number, options: SimulatorOptions]>([
    [1, {obeyOrders: ['*']}],
    [2, {}],
    [3, {obeyOrders: ['*'], obeyFilters: ['*'], unstable: ['contactTags', 'deals']}],
    [4, {ignoreOrders: ['*'], ignoreFilters: ['*'], unstable: []}],
  ])(
    'seed %i: everything arrives, and the changes of an hour with the next sync',
    (seed, options) =>
      withAccount({contacts: 60, counts, seed, faultRate: 0.12, faults: throttled, ...options}, async account => {
        const {sim, clock, start} = account;
        const target = createTarget();
        const before = snapshot(sim, defaultStreams);
        const first = await target.run(start());
        expect({seed, code: first.code, lostOrStale: lostOrStale(target, before)}).toEqual({
          seed,
          code: 0,
          lostOrStale: [],
        });
        clock.now += HOUR;
        sim.change(120);
        const rows = snapshot(sim, defaultStreams);
        const state = target.state() ?? {};
        const second = await target.run(start({state}));
        expect({seed, code: second.code, differences: differencesSince(second.lines, rows, state)}).toEqual({
          seed,
          code: 0,
          differences: [],
        });
        const {faulted, requests} = sim.stats();
        expect(faulted).toBeGreaterThan(requests * 0.08);
        const met = new Set(sim.requests.map(({fault}) => fault));
        const kinds = faultAnswers.filter(answer => ![400, 401, 404, 422, 'bare', 'slow', 'hang'].includes(answer));
        // Each account has seen most kinds, and the four together all.
        expect(kinds.filter(kind => met.has(kind)).length).toBeGreaterThan(kinds.length - 3);
      }),
    // Four accounts at once, and a slow machine.
    120_000,
  );
});

describe('a stream that breaks for good', () => {
  test.concurrent.each([
    ['contact_tags', 'at its first page', {}],
    ['deals', 'in its middle', {page: 3}],
    ['accounts', 'at its first page', {}],
  ] as const)('%s, %s: the others arrive, its bookmark stays, its name is the last word', (stream, _, where) => {
    const path = resourceOf(stream);
    return withAccount({contacts: 60, counts, unstable: []}, async ({sim, clock, start}) => {
      const target = createTarget();
      const config = {max_retries: 1};
      const first = await target.run(start({config}));
      const state = target.state() ?? {};
      clock.now += HOUR;
      sim.change(120);
      sim.addFault({path, answer: 500, times: ALWAYS, ...where});
      const rows = snapshot(sim, defaultStreams);
      const second = await target.run(start({state, config, args: ['--full-refresh', stream]}));
      const after = target.state() ?? {};

      expect([first.code, second.code]).toEqual([0, 1]);
      const others = new Map([...rows].filter(([name]) => name !== stream));
      expect(differencesSince(second.lines, others, state)).toEqual([]);
      expect(bookmarkIn(after, stream)).toBe(bookmarkIn(state, stream));
      expect(bookmarkOf(after, stream)['synced_at']).toBe(bookmarkOf(state, stream)['synced_at']);
      const incremental = defaultStreams.filter(name => name !== stream && replicationKeyOf(name) !== '');
      const standing = incremental.filter(name => bookmarkIn(after, name) === bookmarkIn(state, name));
      expect(standing.length).toBeLessThan(incremental.length / 2);
      expect(second.stderr.trimEnd().split('\n').slice(-3).join('\n')).toMatch(new RegExp(`\\b${stream}\\b`));
    });
  });
});
