// A clock that stands still until everything that can happen now has happened, and then jumps to the next timer.

import type {Clock} from '../../src/clock.js';

export type VirtualClock = Clock & {
  /** Runs timers in order until none is left, or until `untilMs`. */
  readonly run: (untilMs?: number) => Promise<void>;
};

export function createVirtualClock(): VirtualClock {
  let now = 0;
  let order = 0;
  const timers: {readonly atMs: number; readonly order: number; readonly fire: () => void}[] = [];

  return {
    now: () => now,
    wall: () => Date.UTC(2026, 0, 1) + now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        order += 1;
        const timer = {atMs: now + Math.max(0, milliseconds), order, fire: resolve};
        timers.push(timer);
        signal?.addEventListener('abort', () => {
          const index = timers.indexOf(timer);
          if (index !== -1) timers.splice(index, 1);
          reject(signal.reason);
        });
      }),
    run: async (untilMs = Number.POSITIVE_INFINITY) => {
      for (;;) {
        // One turn of the event loop empties the queue of promises.
        await new Promise(resolve => setImmediate(resolve));
        timers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
        const next = timers[0];
        if (!next || next.atMs > untilMs) return;
        timers.shift();
        now = next.atMs;
        next.fire();
      }
    },
  };
}
