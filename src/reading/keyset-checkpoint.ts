// Where a reading by keys stood, for the run that goes on with it.

import {isCount} from '../json.js';
import type {Checkpoint} from './checkpoint.js';

/** A checkpoint of this way of reading. */
export type KeysetCheckpoint = {
  readonly way: 'keyset';
  /** Different rows that came so far. */
  readonly seen: number;
  /** The list's own count when the reading began. */
  readonly total: number | null;
  /** Ranges still to be read, ascending: keys greater than the first number and less than the second. */
  readonly ranges: readonly (readonly [after: number, before: number | null])[];
  /** The greatest key there was when the list was cut, where it was. */
  readonly greatest: number | null;
};

/** Whether this way of reading can go on from a checkpoint. */
export function isKeysetCheckpoint(checkpoint: Checkpoint): checkpoint is KeysetCheckpoint {
  const {way, seen, total, ranges, greatest} = checkpoint;
  if (way !== 'keyset' || !isCount(seen) || !(total === null || isCount(total))) return false;
  if (!(greatest === null || isCount(greatest)) || !Array.isArray(ranges)) return false;
  let end: unknown = 0;
  for (const range of ranges) {
    const [after, before, ...others]: readonly unknown[] = Array.isArray(range) ? range : [];
    if (others.length > 0 || !isCount(after) || !(before === null || isCount(before))) return false;
    // Both bounds exclude their own key: a range may begin with the key before the end of the last one.
    if (!isCount(end) || after < end - 1 || (before !== null && before <= after)) return false;
    end = before;
  }
  // Rows that come meanwhile come at the end, which is never closed.
  return end === null;
}
