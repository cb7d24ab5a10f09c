// The machine's clock, except that a sleep takes no time: it moves the clock instead. For tests that talk to a real
// server but must not wait.

import {type Clock, systemClock} from '../../src/clock.js';

export type JumpingClock = Clock & {
  /** The sleeps so far, in milliseconds. */
  readonly sleeps: readonly number[];
};

export function createJumpingClock(): JumpingClock {
  const sleeps: number[] = [];
  let jumpedMs = 0;
  return {
    sleeps,
    now: () => systemClock.now() + jumpedMs,
    wall: () => systemClock.wall() + jumpedMs,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      jumpedMs += milliseconds;
    },
  };
}
