// What the tests of reading share: a context without a rate limit, and a way to read a list to its end.

import {createClient} from '../../src/client.js';
import {systemClock} from '../../src/clock.js';
import {createGate} from '../../src/gate.js';
import {createLogger} from '../../src/logger.js';
import type {Page, ReadingContext} from '../../src/reading/list.js';
import {createPlaces} from '../../src/reading/places.js';

const silentLog = createLogger({level: 'fatal', format: 'text', secrets: [], write: () => undefined});

type ContextOptions = {
  readonly pageSize?: number;
  readonly window?: number;
  readonly maxRetries?: number;
  /** How many places for pages there are in all; plenty where it is not said. */
  readonly places?: number;
  /** How many bytes they may hold. */
  readonly bytes?: number;
};

/** What reading needs to read from the server at `url`, and its client, to be closed in the end. */
export function createContext(url: string, options: ContextOptions = {}) {
  const {pageSize = 100, window = 6, maxRetries = 0, places: pages = 2 * window, bytes = 1_000_000_000} = options;
  const client = createClient({
    baseUrl: url,
    token: 'token',
    userAgent: 'test',
    requestTimeoutSeconds: 10,
    maxRetries,
    maxConcurrent: window,
    gate: createGate({requestsPerSecond: 0, maxConcurrent: window, clock: systemClock}),
    clock: {...systemClock, sleep: () => Promise.resolve()},
    random: () => 0,
    log: silentLog,
  });
  const places = createPlaces({pages, pagesOfOne: Math.min(pages, window), bytes});
  const context: ReadingContext = {client, places, pageSize, window, wall: systemClock.wall};
  return {context, client};
}

/** Reads to the end and gives the ids in the order they came. */
export async function idsOf(pages: AsyncIterable<Page>, dataKey: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages) {
    ids.push(...(page.rows[dataKey] ?? []).map(row => String(row['id'])));
    page.release();
  }
  return ids;
}
