// What is to be said of this machine's clock beside the server's. Pure.

import {type Finding, ok, skip, warn} from './finding.js';

/** Beyond this, logs and states of different machines contradict each other. */
const MOST_SKEW_SECONDS = 60;

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
