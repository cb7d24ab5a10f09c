import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createGate, type Gate} from '../src/gate.js';
import {createVirtualClock, type VirtualClock} from './support/virtual-clock.js';

type Server = {readonly arrivals: readonly number[]; readonly request: (gate: Gate, rank?: number) => Promise<void>};

/** A server that looks only at when requests arrive; `uplinkMs` is how long each takes to get there. */
function createServer(clock: VirtualClock, serviceMs: () => number, uplinkMs: () => number): Server {
  const arrivals: number[] = [];
  return {
    arrivals,
    request: async (gate, rank = 0) => {
      const pass = await gate.enter(rank);
      await clock.sleep(uplinkMs());
      arrivals.push(clock.now());
      await clock.sleep(serviceMs());
      pass.answered();
    },
  };
}

function mostInOneSecond(arrivals: readonly number[]): number {
  const sorted = [...arrivals].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from, index) => sorted.slice(index).filter(at => at < from + 1_000).length));
}

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('the gate', () => {
  test.each([
    {latency: 50, line: 'calm', share: 0.97},
    {latency: 300, line: 'calm', share: 0.97},
    {latency: 300, line: 'service times vary by a fifth', share: 0.93},
    {latency: 1_500, line: 'calm', share: 0.95},
  ])('uses $share of five requests a second at $latency ms when the line is: $line', async ({latency, line, share}) => {
    const clock = createVirtualClock();
    const random = createRandom(7);
    const service = line === 'calm' ? () => latency : () => latency * (0.8 + 0.4 * random());
    const server = createServer(clock, service, () => 0);
    const gate = createGate({requestsPerSecond: 5, maxConcurrent: 10, clock});
    const all = Promise.all(Array.from({length: 300}, () => server.request(gate)));
    await clock.run();
    await all;
    const lastMs = Math.max(...server.arrivals);
    expect(299 / (lastMs / 1_000) / 5).toBeGreaterThanOrEqual(share);
    expect(mostInOneSecond(server.arrivals)).toBeLessThanOrEqual(5);
  });

  test('never lets the server see more than the limit in a second, whatever the service times and a jitter up to the margin', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 12}),
        fc.integer({min: 1, max: 20}),
        fc.array(fc.record({service: fc.integer({min: 1, max: 3_000}), uplink: fc.integer({min: 0, max: 24})}), {
          minLength: 10,
          maxLength: 60,
        }),
        async (requestsPerSecond, maxConcurrent, steps) => {
          const clock = createVirtualClock();
          let step = 0;
          const next = () => steps[step % steps.length] ?? {service: 1, uplink: 0};
          const server = createServer(
            clock,
            () => {
              step += 1;
              return next().service;
            },
            () => next().uplink,
          );
          const gate = createGate({requestsPerSecond, maxConcurrent, clock});
          const all = Promise.all(steps.map(() => server.request(gate)));
          await clock.run();
          await all;
          expect(mostInOneSecond(server.arrivals)).toBeLessThanOrEqual(requestsPerSecond);
        },
      ),
      {seed: 11, numRuns: 60},
    );
  });

  test('takes an answer that came late for a request that reached the server late', async () => {
    const clock = createVirtualClock();
    const uplinks = [...Array.from({length: 20}, () => 0), 250];
    const server = createServer(
      clock,
      () => 300,
      () => uplinks.shift() ?? 0,
    );
    const gate = createGate({requestsPerSecond: 5, maxConcurrent: 10, clock});
    const all = Promise.all(Array.from({length: 40}, () => server.request(gate)));
    await clock.run();
    await all;
    expect(mostInOneSecond(server.arrivals)).toBe(5);
  });

  test('spreads a rate below one a second over the seconds', async () => {
    const clock = createVirtualClock();
    const server = createServer(
      clock,
      () => 10,
      () => 0,
    );
    const gate = createGate({requestsPerSecond: 0.5, maxConcurrent: 10, clock});
    const all = Promise.all([server.request(gate), server.request(gate), server.request(gate)]);
    await clock.run();
    await all;
    expect(server.arrivals.map(at => Math.floor(at / 1_000))).toEqual([0, 2, 4]);
  });

  test('knows no limit at a rate of 0, but keeps to the number of requests in flight', async () => {
    const clock = createVirtualClock();
    const server = createServer(
      clock,
      () => 100,
      () => 0,
    );
    const gate = createGate({requestsPerSecond: 0, maxConcurrent: 4, clock});
    const all = Promise.all(Array.from({length: 12}, () => server.request(gate)));
    await clock.run();
    await all;
    expect(server.arrivals).toEqual([0, 0, 0, 0, 100, 100, 100, 100, 200, 200, 200, 200]);
  });

  test('makes everybody wait as long as Retry-After says, and starts more slowly afterwards', async () => {
    const clock = createVirtualClock();
    const gate = createGate({requestsPerSecond: 5, maxConcurrent: 10, clock});
    const refused = await gate.enter(0);
    refused.refused(6_000);
    const departures: number[] = [];
    const all = Promise.all(
      Array.from({length: 6}, async () => {
        const pass = await gate.enter(0);
        departures.push(clock.now());
        pass.answered();
      }),
    );
    await clock.run();
    await all;
    expect(departures[0]).toBe(6_000);
    expect((departures[5] ?? 0) - (departures[0] ?? 0)).toBeGreaterThanOrEqual(1_050);
    expect(gate.pausedMs()).toBe(6_000);
  });

  test('waits longer with every refusal that names no time, and is quick again after a good answer', async () => {
    const clock = createVirtualClock();
    const gate = createGate({requestsPerSecond: 0, maxConcurrent: 10, clock});
    const pauses: number[] = [];
    const attempt = async (isRefused: boolean) => {
      const before = clock.now();
      const pass = await gate.enter(0);
      pauses.push(clock.now() - before);
      if (isRefused) pass.refused(undefined);
      else pass.answered();
    };
    const all = (async () => {
      for (const isRefused of [true, true, true, false, true, true]) await attempt(isRefused);
    })();
    await clock.run();
    await all;
    expect(pauses).toEqual([0, 1_000, 2_000, 4_000, 0, 1_000]);
  });

  test('lets lower ranks go first and equal ranks in their order', async () => {
    const clock = createVirtualClock();
    const gate = createGate({requestsPerSecond: 1, maxConcurrent: 1, clock});
    const order: string[] = [];
    const pass = async (rank: number, name: string) => {
      const {answered} = await gate.enter(rank);
      order.push(name);
      answered();
    };
    const all = Promise.all([pass(5, 'first come'), pass(2, 'c'), pass(1, 'a'), pass(2, 'd'), pass(1, 'b')]);
    await clock.run();
    await all;
    expect(order).toEqual(['first come', 'a', 'b', 'c', 'd']);
  });

  test('forgets a request that was given up, and its own waiting when the run ends', async () => {
    const clock = createVirtualClock();
    const run = new AbortController();
    const gate = createGate({requestsPerSecond: 1, maxConcurrent: 1, clock, signal: run.signal});
    (await gate.enter(0)).answered();
    gate.pause(60_000);
    const controller = new AbortController();
    const waiting = gate.enter(0, controller.signal);
    controller.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    run.abort(new Error('stopped'));
    await clock.run();
    expect(clock.now()).toBe(0);
  });
});
