// Puts together what it takes to talk to one account: its address, the gate, the client and the places for pages.

import {type Attempt, type Client, createClient} from './client.js';
import {systemClock} from './clock.js';
import type {Config} from './config.js';
import {InputError} from './errors.js';
import {createGate} from './gate.js';
import type {Logger} from './logger.js';
import type {ReadingContext} from './reading/list.js';
import {createPlaces, USUAL_START} from './reading/places.js';
import type {RequestBudget} from './request-budget.js';
import {createRequestTally, type RequestTally} from './request-tally.js';

const MOST_BYTES_IN_MEMORY = 16 * 1024 * 1024;

export type Connection = {
  readonly client: Client;
  readonly reading: ReadingContext;
  /** Has a listener told of every attempt that ends from now on. */
  readonly watch: (listener: (attempt: Attempt) => void) => void;
  /** What was asked so far, by the stream that asked. */
  readonly tally: Pick<RequestTally, 'of' | 'total'>;
  /** Closes connections, and the simulator if there is one. */
  readonly close: () => Promise<void>;
};

/** Where an account is and how to be let in. `stop` ends the simulator, where the account is one. */
export type Account = {readonly url: string; readonly token: string; readonly stop?: () => Promise<void>};

/**
 * The account that the config names; for `sandbox:` the simulator is started in this process.
 * Throws InputError when a sandbox parameter is wrong.
 */
export async function findAccount(config: Config): Promise<Account> {
  if ('url' in config.api) return config.api;
  const {parseSandboxUrl, SandboxUrlError, startSimulator} = await import('./simulator/simulator.js');
  try {
    return await startSimulator(parseSandboxUrl(config.api.sandbox));
  } catch (error) {
    if (error instanceof SandboxUrlError) throw new InputError('api_url', error.message);
    throw error;
  }
}

/** What ends whatever is under way, and how many requests may be sent in all. */
export type Limits = {readonly signal: AbortSignal; readonly budget?: RequestBudget | undefined};

/** A connection to an account. Sends nothing by itself. */
export function connect(account: Account, config: Config, log: Logger, {signal, budget}: Limits): Connection {
  const {maxConcurrentRequests: window, pageSize} = config;
  const gate = createGate({
    requestsPerSecond: config.requestsPerSecond,
    maxConcurrent: window,
    clock: systemClock,
    signal,
  });
  const tally = createRequestTally();
  const listeners: ((attempt: Attempt) => void)[] = [];
  const client = createClient({
    baseUrl: account.url,
    token: account.token,
    userAgent: config.userAgent,
    requestTimeoutSeconds: config.requestTimeoutSeconds,
    maxRetries: config.maxRetries,
    maxConcurrent: window,
    gate,
    clock: systemClock,
    random: Math.random,
    log,
    budget,
    onSent: ({endpoint, isRetry}) => tally.sent(endpoint, isRetry),
    onAttempt: attempt => {
      tally.paused(attempt.endpoint, attempt.pausedMs);
      logAttempt(attempt, log);
      for (const listener of listeners) listener(attempt);
    },
  });
  // Where no limit holds requests back, only what was written earns more of them.
  const perSecond = Math.min(USUAL_START.perSecond, config.requestsPerSecond);
  const start = {...USUAL_START, perSecond, clock: systemClock};
  const places = createPlaces({
    pages: 10 * window,
    pagesOfOne: window + 2,
    pagesOfWaiting: 2 * window,
    // Where requests are counted, none is spent on a stream whose turn may not come.
    isOneByOne: budget !== undefined,
    bytes: MOST_BYTES_IN_MEMORY,
    start,
  });
  return {
    client,
    reading: {client, places, pageSize, window, wall: systemClock.wall},
    watch: listener => void listeners.push(listener),
    tally,
    close: async () => {
      client.close();
      await account.stop?.();
    },
  };
}

function logAttempt({endpoint, path, query, status, seconds, succeeded, retried}: Attempt, log: Logger): void {
  log.debug({path, query, status, seconds, retried}, 'request');
  log.metric({
    type: 'timer',
    metric: 'http_request_duration',
    value: seconds,
    tags: {endpoint, http_status_code: status ?? 0, status: succeeded ? 'succeeded' : 'failed'},
  });
}
