// A line on which every answer takes its time, and the clock only seems to run: how much of an account's budget reading
// uses can be told without waiting for it.

import type {Client} from '../../src/client.js';
import {createGate} from '../../src/gate.js';
import type {ReadingContext} from '../../src/reading/list.js';
import {createPlaces, USUAL_START} from '../../src/reading/places.js';
import {createVirtualClock} from './virtual-clock.js';

export type SlowQuery = {
  readonly path: string;
  readonly params: URLSearchParams;
  /** How many requests came before this one. */
  readonly number: number;
};

export type SlowLine = {
  readonly context: ReadingContext;
  readonly queries: readonly (SlowQuery & {readonly atMs: number})[];
  /** Lets the clock run until `work` has ended. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
  /** The part of the budget that was used between the first request and the last. */
  readonly share: () => number;
};

const REQUESTS_PER_SECOND = 5;
const BYTES_OF_A_ROW = 500;

/** A line to an account that gives `answer` after `latencyMs`, with the limits of a run as it is configured by default. */
export function createSlowLine(
  answer: (query: SlowQuery) => Readonly<Record<string, unknown>>,
  {latencyMs = 1_500} = {},
): SlowLine {
  const clock = createVirtualClock();
  const window = 10;
  const gate = createGate({requestsPerSecond: REQUESTS_PER_SECOND, maxConcurrent: window, clock});
  const queries: (SlowQuery & {atMs: number})[] = [];
  const client: Client = {
    get: async (path, parameters, {rank, signal}) => {
      const pass = await gate.enter(rank, signal);
      const query = {path, params: new URLSearchParams(parameters), number: queries.length, atMs: clock.now()};
      queries.push(query);
      const begunAt = clock.wall();
      const body = answer(query);
      await clock.sleep(latencyMs);
      pass.answered();
      const rows = Object.values(body).flatMap(value => (Array.isArray(value) ? value : []));
      return {body, bytes: rows.length * BYTES_OF_A_ROW, begunAt, receivedAt: clock.wall()};
    },
    close: () => undefined,
  };
  const places = createPlaces({
    pages: 10 * window,
    pagesOfOne: window + 2,
    pagesOfWaiting: 2 * window,
    bytes: 16 * 1024 * 1024,
    start: {...USUAL_START, clock},
  });
  return {
    context: {client, places, pageSize: 100, window, wall: clock.wall},
    queries,
    run: async work => {
      await clock.run();
      return await work;
    },
    share: () => {
      const times = queries.map(({atMs}) => atMs);
      const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
      return (queries.length - 1) / seconds / REQUESTS_PER_SECOND;
    },
  };
}
