// The budget of an account: five requests in any second, as the server counts them. Never more, and hardly less.

import {expect, test} from '@jest/globals';
import type {Simulator} from '../../src/simulator/simulator.js';
import {withAccount} from '../support/account.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {defaultStreams} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {countOf, lostOrStale, snapshot} from '../support/truth.js';

/** The most arrivals in any 1,000 ms. */
function mostInOneSecond(arrivals: readonly number[]): number {
  return Math.max(...arrivals.map((from, index) => arrivals.slice(index).filter(at => at < from + 1_000).length));
}

const arrivalsOf = ({requests}: Simulator) => requests.map(({arrivedAtMs}) => arrivedAtMs).sort((a, b) => a - b);

test('7,500 records of the streams selected by default at 300 ms: whole, at 4.75 requests a second or more, never six in one, none refused', () =>
  withAccount({records: 9_200, latencyMs: 300, requestsPerSecond: 5}, async ({sim, sync}) => {
    const {lines, output} = await sync({config: {requests_per_second: 5}});
    const expected = snapshot(sim, defaultStreams);
    expect(output.records.length).toBe(countOf(expected));
    expect(output.records.length).toBeGreaterThanOrEqual(7_500);
    expect([...expected].flatMap(([stream, records]) => differences(lines, stream, records))).toEqual([]);

    const arrivals = arrivalsOf(sim);
    const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
    const perSecond = ((arrivals.length - 1) * 1_000) / (last - first);
    expect(perSecond).toBeGreaterThanOrEqual(4.75);
    expect(mostInOneSecond(arrivals)).toBeLessThanOrEqual(5);
    expect(sim.stats()).toMatchObject({throttled: 0, maxInOneSecond: 5});
  }));

test.each([
  [429, 2],
  [503, 3],
] as const)(
  'a %i with Retry-After %i holds back every request for so long, and nothing is lost',
  (answer, retryAfter) =>
    withAccount(
      {
        counts: {contacts: 450, tags: 320},
        latencyMs: 100,
        requestsPerSecond: 5,
        faults: [{path: '*', answer, retryAfter, skip: 4, times: 2}],
      },
      async ({sim, sync}) => {
        const select = 'contacts,tags,users,lists,forms';
        const {lines} = await sync({select, config: {requests_per_second: 5}});
        expect(select.split(',').flatMap(stream => differences(lines, stream, expectedRecords(sim, stream)))).toEqual(
          [],
        );
        const refused = sim.requests.filter(({status}) => status === answer);
        expect(refused.length).toBeGreaterThanOrEqual(1);
        for (const {answeredAtMs = 0} of refused) {
          // What had left before the answer came is on its way and cannot be called back.
          const tooEarly = sim.requests.filter(
            ({arrivedAtMs}) => arrivedAtMs > answeredAtMs + 25 && arrivedAtMs < answeredAtMs + retryAfter * 1_000,
          );
          expect(tooEarly.map(({path, arrivedAtMs}) => `${path} ${arrivedAtMs - answeredAtMs} ms after`)).toEqual([]);
        }
        expect(mostInOneSecond(arrivalsOf(sim))).toBeLessThanOrEqual(5);
        expect(sim.stats().throttled).toBe(0);
      },
    ),
);

test('a Retry-After of 6 s is obeyed by every request, those in flight included', () =>
  withAccount(
    {
      counts: {contactTags: 6_000, contacts: 2_000},
      latencyMs: 50,
      jitterMs: 600,
      faults: [
        // Three of those in flight are told so; the others come through.
        {path: '*', answer: 429, retryAfter: 6, skip: 40, times: 3},
        {path: 'contacts', answer: 500, skip: 4, times: 2},
      ],
    },
    async ({sim, start}) => {
      const target = createTarget();
      const select = 'contact_tags,contacts';
      const {code} = await target.run(start({select, config: {max_concurrent_requests: 12}}));
      const rows = snapshot(sim, ['contact_tags', 'contacts']);
      expect({code, lostOrStale: lostOrStale(target, rows)}).toEqual({code: 0, lostOrStale: []});

      const told = sim.requests.filter(({status}) => status === 429);
      expect(told).toHaveLength(3);
      const times = told.map(({answeredAtMs = Number.NaN}) => answeredAtMs).sort((a, b) => a - b);
      const [firstToldAt = 0, , lastToldAt = 0] = times;
      const inFlight = sim.requests.filter(
        ({arrivedAtMs, answeredAtMs = 0}) => arrivedAtMs < firstToldAt && answeredAtMs > firstToldAt,
      );
      expect(inFlight.length).toBeGreaterThanOrEqual(6);
      // What was sent before the answer had come is on its way, and nobody can call it back. The server knows only
      // roughly when its answer has come.
      const [onItsWayMs, pauseMs] = [100, 5_950];
      const arrivals = sim.requests.map(({arrivedAtMs}) => arrivedAtMs);
      const tooEarly = times.flatMap(toldAt =>
        arrivals.map(at => Math.round(at - toldAt)).filter(after => after > onItsWayMs && after < pauseMs),
      );
      expect(tooEarly).toEqual([]);
      // The pause is no longer than it has to be.
      const next = Math.min(...arrivals.filter(at => at > lastToldAt + pauseMs));
      expect(next - lastToldAt).toBeLessThan(7_500);
    },
  ));
