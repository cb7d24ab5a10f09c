import {describe, expect, test} from '@jest/globals';
import {systemClock} from '../src/clock.js';
import {gatherWarnings} from './support/warnings.js';

describe("the machine's clock", () => {
  test('sleeps as long as it is told', async () => {
    const before = systemClock.now();
    await systemClock.sleep(30);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(28);
  });

  test.each([2 ** 31, 90 * 86_400_000, Number.POSITIVE_INFINITY])(
    'does not come back at once from a sleep longer than a timer can be: %d ms',
    async milliseconds => {
      const warnings = gatherWarnings();
      const controller = new AbortController();
      let hasEnded = false;
      const sleeping = systemClock.sleep(milliseconds, controller.signal).finally(() => {
        hasEnded = true;
      });
      await systemClock.sleep(20);
      expect(hasEnded).toBe(false);
      controller.abort(new Error('woken'));
      await expect(sleeping).rejects.toThrow('woken');
      expect(await warnings.stop()).toEqual([]);
    },
  );

  test("wakes up with the signal's reason, or does not fall asleep at all", async () => {
    const reason = new Error('stopped');
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
  });
});
