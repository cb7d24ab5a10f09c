// When an interrupted read may go on from its checkpoint: only while what it has read can still be trusted.

import {shiftSeconds} from './dates.js';
import type {StreamProgress} from './stream-progress.js';

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

// Rows are added, changed and deleted behind a read that stands still.
const LONGEST_PAUSE_SECONDS = DAY_SECONDS;
// A read that never ends, because each run is cut short, would never bring its bookmark forward.
const LONGEST_READ_SECONDS = 7 * DAY_SECONDS;
// Machines that share a state need not agree on the time.
const CLOCKS_APART_SECONDS = HOUR_SECONDS;

/**
 * The progress, when its read may go on, else why not: the end of a sentence that begins with what is ignored. Takes
 * the hash of what is selected now and the present instant by this machine's clock.
 */
export function resumable(
  progress: StreamProgress,
  {selection, now}: {readonly selection: string; readonly now: string},
): {readonly progress: StreamProgress} | {readonly reason: string} {
  if (progress.selection !== selection) return {reason: 'it was made for other fields, filters or dates'};
  if (progress.savedAt <= shiftSeconds(now, -LONGEST_PAUSE_SECONDS)) return {reason: 'it is older than 24 hours'};
  if (progress.savedAt > shiftSeconds(now, CLOCKS_APART_SECONDS)) return {reason: 'it comes from the future'};
  if (progress.beganAt < shiftSeconds(now, -LONGEST_READ_SECONDS)) return {reason: 'its read began over 7 days ago'};
  return {progress};
}
