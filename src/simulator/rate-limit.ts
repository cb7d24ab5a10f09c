// The account's limit: no more than so many accepted requests in any 1,000 ms, and no burst on top.

export type RateLimit = {
  /** Whether a request that arrives at this moment (in milliseconds) is accepted. */
  accepts(arrivedAtMs: number): boolean;
  /** How many more would be at the moment of the last request. */
  left(): number;
};

/** A sliding window; a refused request does not count against those that come after it. 0 accepts everything. */
export function rateLimit(requestsPerSecond: number): RateLimit {
  let accepted: number[] = [];
  return {
    accepts(arrivedAtMs) {
      if (requestsPerSecond === 0) return true;
      accepted = accepted.filter(other => other > arrivedAtMs - 1000);
      if (accepted.length >= requestsPerSecond) return false;
      accepted.push(arrivedAtMs);
      return true;
    },
    left: () => Math.max(0, requestsPerSecond - accepted.length),
  };
}
