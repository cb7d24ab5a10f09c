import {describe, expect, test} from '@jest/globals';
import {createRequestBudget} from '../src/request-budget.js';

/** Ends after what can happen now has happened. */
const turn = () => new Promise(resolve => setImmediate(resolve));

describe('a budget of requests', () => {
  test('gives out as many as it has', () => {
    const budget = createRequestBudget(2);
    expect([budget.take(), budget.isSpent(), budget.take(), budget.isSpent(), budget.take()]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  test('refuses the next one when those that were sent have come to their ends', async () => {
    const budget = createRequestBudget(2);
    budget.take();
    budget.take();
    const events: string[] = [];
    const refused = budget.refuse().catch(({name, option, limit}) => events.push(`${name} ${option} ${limit}`));
    budget.ended();
    await turn();
    expect(events).toEqual([]);
    budget.ended();
    // Whoever waited for the answer comes first, however many promises it passes through.
    void Promise.resolve()
      .then(() => undefined)
      .then(() => events.push('answer'));
    await refused;
    expect(events).toEqual(['answer', 'BoundReached --max-requests 2']);
  });

  test('refuses at once when nothing is under way', async () => {
    const budget = createRequestBudget(1);
    budget.take();
    budget.ended();
    await expect(budget.refuse()).rejects.toThrow('--max-requests 1 is reached');
  });
});
