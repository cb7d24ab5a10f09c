// Time as the tap needs it, passed in wherever it is used so that tests run on a clock of their own.

import {onAbort} from './abort-listeners.js';

// A longer timer would fire at once. The gate looks at the clock again after every sleep.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Two clocks and a sleep. */
export type Clock = {
  /** Milliseconds of a clock that never jumps; only differences mean something. */
  readonly now: () => number;
  /** Milliseconds since 1970 (UTC), as the machine believes. */
  readonly wall: () => number;
  /** Resolves after `milliseconds`, 24 days at most; rejects with the signal's reason when it aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
};

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(
        () => {
          stopWaiting?.();
          resolve();
        },
        Math.min(milliseconds, LONGEST_TIMER_MS),
      );
      const stopWaiting =
        signal &&
        onAbort(signal, () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
    }),
};
