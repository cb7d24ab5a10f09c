// What the numbers say about a reading: whether every row of the list was seen.

import type {Verdict} from './list.js';

export type Counts = {
  /** Different rows that came. */
  readonly seen: number;
  /** The list's own count of its rows when the reading began; undefined where it tells none. */
  readonly totalBefore: number | undefined;
  /** The same when the reading ended. */
  readonly totalAfter: number | undefined;
  /** Whether the way of reading knows of no place where rows can have slipped through. */
  readonly isSound: boolean;
};

/** The verdict on a reading that has ended. A list that tells no total is never verified. */
export function verdictOf({seen, totalBefore, totalAfter, isSound}: Counts): Verdict {
  if (totalBefore === undefined || totalAfter === undefined) return 'unverified';
  if (totalBefore === totalAfter && seen === totalBefore) return 'verified';
  if (!isSound) return 'unverified';
  // As many rows as ever, and still more came: some went while others came.
  return totalBefore !== totalAfter || seen > totalAfter ? 'moving' : 'unverified';
}
