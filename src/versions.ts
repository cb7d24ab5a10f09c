// Versions of a stream's rows, by which targets delete what a whole read no longer saw: how a new one is made, and
// when a whole read may speak about what is missing. Pure.

import type {Verdict} from './reading/list.js';
import type {WholeRead} from './stream-memory.js';

/**
 * A version above every one that was used before: targets ignore rows of a lower one. It is the time where the clock
 * allows, so that it rises also when the state is lost.
 */
export function nextVersion(previous: number | undefined, nowMs: number): number {
  return Math.max(Math.ceil(nowMs), (previous ?? 0) + 1);
}

/** A whole read that has ended, beside those of earlier runs. */
export type WholeReadToJudge = {
  /** The last one that was believed. */
  readonly before: WholeRead | undefined;
  /** The last one that was not. */
  readonly doubt: WholeRead | undefined;
  /** Whether the stream had rows once, though no whole read of it is known: the state comes from elsewhere. */
  readonly hadRows: boolean;
  /** Different rows that came. */
  readonly rows: number;
  /** When it began. */
  readonly at: string;
  readonly verdict: Verdict;
};

/**
 * Whether a whole read may speak about what is missing. A list that lost more than half of its rows may have lost them
 * to a right that was taken away or to a fault of the API, which nobody can see in the answer: it is believed when a
 * second run sees as little. Returns the doubt that holds from now on, if any, and a warning when it is new.
 */
export function judgeWholeRead({before, doubt, hadRows, rows, at, verdict}: WholeReadToJudge): {
  readonly believed: boolean;
  readonly doubt?: WholeRead;
  readonly warning?: string;
} {
  const yardstick = before?.rows ?? (hadRows ? 1 : 0);
  // Rows that came are there, whatever else was missed.
  if (verdict !== 'verified') return {believed: false, ...(doubt && isUnderHalf(rows, yardstick) && {doubt})};
  if (!isUnderHalf(rows, yardstick)) return {believed: true};
  if (doubt !== undefined && isUnderHalf(doubt.rows, yardstick) && !isUnderHalf(rows, doubt.rows)) {
    return {believed: true};
  }
  const had = before === undefined ? 'there were some before' : `the last whole read had ${before.rows}`;
  const advice = 'nothing is taken for deleted until another run sees the same';
  return {believed: false, doubt: {at, rows}, warning: `only ${rows} rows came where ${had}; ${advice}`};
}

function isUnderHalf(rows: number, of: number): boolean {
  return rows * 2 < of;
}
