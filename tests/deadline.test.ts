import {describe, expect, test} from '@jest/globals';
import {startDeadline} from '../src/deadline.js';
import {createVirtualClock} from './support/virtual-clock.js';

describe('a deadline', () => {
  test('comes after its minutes, and tells which bound it is', async () => {
    const clock = createVirtualClock();
    const {signal} = startDeadline(1.5, clock);
    await clock.run(89_999);
    expect(signal.aborted).toBe(false);
    await clock.run();
    expect(signal.reason).toMatchObject({option: '--max-minutes', limit: 1.5});
    expect(clock.now()).toBe(90_000);
  });

  test('does not come early though the clock sleeps a day at most', async () => {
    const clock = createVirtualClock();
    const day = 86_400_000;
    const lazy = {...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.min(ms, day), signal)};
    const {signal} = startDeadline(90 * 1_440, lazy);
    await clock.run(90 * day - 1);
    expect(signal.aborted).toBe(false);
    await clock.run();
    expect(signal.aborted).toBe(true);
  });

  test('never comes when it was cancelled, or when there is none', async () => {
    const clock = createVirtualClock();
    const cancelled = startDeadline(1, clock);
    cancelled.cancel();
    const none = startDeadline(undefined, clock);
    await clock.run();
    expect([cancelled.signal.aborted, none.signal.aborted]).toEqual([false, false]);
  });
});
