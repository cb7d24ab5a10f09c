// How many requests a run may still send. What is asked for beyond that is refused once all answers are here, so that
// none of those that were paid for is lost. Knows nothing of HTTP.

import {BoundReached} from './bounds.js';

export type RequestBudget = {
  readonly isSpent: () => boolean;
  /** Takes one request out of it; false when none is left. Call `ended` for each that was taken. */
  readonly take: () => boolean;
  /** A request that was taken has come to its end, with or without an answer. */
  readonly ended: () => void;
  /** Rejects with BoundReached, when no request is under way any more. */
  readonly refuse: () => Promise<never>;
};

/** A budget of `limit` requests. */
export function createRequestBudget(limit: number): RequestBudget {
  const refused: (() => void)[] = [];
  let taken = 0;
  let underWay = 0;

  function refuseWhenQuiet(): void {
    if (underWay > 0) return;
    // Whoever waits for the last answer takes it first.
    setImmediate(() => {
      for (const reject of refused.splice(0)) reject();
    });
  }

  return {
    isSpent: () => taken >= limit,
    take: () => {
      if (taken >= limit) return false;
      taken += 1;
      underWay += 1;
      return true;
    },
    ended: () => {
      underWay -= 1;
      refuseWhenQuiet();
    },
    refuse: () =>
      new Promise((_, reject) => {
        refused.push(() => reject(new BoundReached('--max-requests', limit)));
        refuseWhenQuiet();
      }),
  };
}
