// The moment at which a run has to end.

import {BoundReached} from './bounds.js';
import type {Clock} from './clock.js';

export type Deadline = {
  /** Aborts with BoundReached when the time has come. */
  readonly signal: AbortSignal;
  /** Nobody waits for it any more. */
  readonly cancel: () => void;
};

/** A deadline in so many minutes from now; without a number it never comes. */
export function startDeadline(minutes: number | undefined, clock: Pick<Clock, 'now' | 'sleep'>): Deadline {
  const come = new AbortController();
  const cancelled = new AbortController();
  if (minutes !== undefined) void wait(minutes);
  return {signal: come.signal, cancel: () => cancelled.abort()};

  async function wait(limit: number): Promise<void> {
    const endsAt = clock.now() + limit * 60_000;
    // A clock does not sleep for as long as one likes.
    for (let left = limit * 60_000; left > 0; left = endsAt - clock.now()) {
      await clock.sleep(left, cancelled.signal).catch(() => undefined);
      if (cancelled.signal.aborted) return;
    }
    come.abort(new BoundReached('--max-minutes', limit));
  }
}
