// What the headers of a server's answers tell: how its clock goes, and what rate it allows. Pure.

import type {Attempt} from './client.js';

/** The header has whole seconds only. */
const HALF_A_SECOND_MS = 500;

/** How far this machine's clock is ahead of the server's, in seconds; undefined where the answer does not tell. */
export function skewOf({
  headers,
  seconds,
  endedAt,
}: Pick<Attempt, 'headers' | 'seconds' | 'endedAt'>): number | undefined {
  const date = Date.parse(String(headers['date']));
  if (Number.isNaN(date)) return undefined;
  // The server writes the header while it answers: somewhere between departure and arrival.
  return (endedAt - (seconds * 1_000) / 2 - (date + HALF_A_SECOND_MS)) / 1_000;
}

/** What is told of the rate. */
export type RateFacts = {
  /** The documented headers, where an answer had them. */
  readonly limit: number | undefined;
  /** The least that was left. */
  readonly remaining: number | undefined;
  /** Answers that refused for the rate. */
  readonly refused: number;
};

/** What a number of attempts tell of the rate. */
export function rateFactsOf(attempts: readonly Pick<Attempt, 'headers' | 'status'>[]): RateFacts {
  const numbersOf = (name: string) =>
    attempts.flatMap(({headers}) => {
      const value = headers[name];
      return typeof value === 'string' && /^\d+$/.test(value.trim()) ? [Number(value)] : [];
    });
  const remaining = numbersOf('ratelimit-remaining');
  return {
    limit: numbersOf('ratelimit-limit').at(-1),
    remaining: remaining.length === 0 ? undefined : Math.min(...remaining),
    refused: attempts.filter(({status}) => status === 429).length,
  };
}
