// Whether this machine's clock agrees with the server's, which every answer tells. Pure.

import type {Attempt} from '../client.js';
import {type Finding, ok, skip, warn} from './finding.js';

/** Beyond this, logs and states of different machines contradict each other. */
const MOST_SKEW_SECONDS = 60;
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

/** The finding on the skew, in seconds. */
export function judgeClock(skewSeconds: number | undefined): Finding {
  if (skewSeconds === undefined) return skip('clock', 'since the answers name no date');
  const seconds = Math.round(Math.abs(skewSeconds));
  if (seconds <= MOST_SKEW_SECONDS) {
    return ok(
      'clock',
      seconds <= 1 ? 'this machine and the API agree' : `this machine and the API differ by ${seconds} s`,
    );
  }
  const finding = `this machine is ${seconds} s ${skewSeconds > 0 ? 'ahead of' : 'behind'} the API`;
  return warn('clock', finding, 'set its clock by a time server; bookmarks go by the clock of the API, and stay right');
}
