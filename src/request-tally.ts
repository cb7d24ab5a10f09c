// Counts what was asked of the API, by the stream that asked. Knows nothing of HTTP.

/** What the requests of a stream, or of a run, cost. */
export type RequestCounts = {
  /** Attempts that were sent, repeated ones included. */
  readonly requests: number;
  /** Attempts among them that repeat an earlier one. */
  readonly retries: number;
  /** For how long their answers closed the gate, beyond the time that it was closed anyway. */
  readonly throttledSeconds: number;
};

export type RequestTally = {
  /** An attempt has left for the server. */
  readonly sent: (endpoint: string, isRetry: boolean) => void;
  /** An answer closed the gate for so much longer. */
  readonly paused: (endpoint: string, milliseconds: number) => void;
  /** The counts of the requests that were made for an endpoint: a tap_stream_id, or `users/me`. */
  readonly of: (endpoint: string) => RequestCounts;
  /** The counts of all requests. */
  readonly total: () => RequestCounts;
};

type Sums = {requests: number; retries: number; pausedMs: number};

/** A tally of no requests yet. */
export function createRequestTally(): RequestTally {
  const whole: Sums = {requests: 0, retries: 0, pausedMs: 0};
  const byEndpoint = new Map<string, Sums>();

  function sumsOf(endpoint: string): readonly Sums[] {
    const sums = byEndpoint.get(endpoint) ?? {requests: 0, retries: 0, pausedMs: 0};
    byEndpoint.set(endpoint, sums);
    return [whole, sums];
  }

  return {
    sent: (endpoint, isRetry) => {
      for (const sums of sumsOf(endpoint)) {
        sums.requests += 1;
        if (isRetry) sums.retries += 1;
      }
    },
    paused: (endpoint, milliseconds) => {
      for (const sums of sumsOf(endpoint)) sums.pausedMs += milliseconds;
    },
    of: endpoint => toCounts(byEndpoint.get(endpoint)),
    total: () => toCounts(whole),
  };
}

function toCounts(sums: Sums | undefined): RequestCounts {
  return {
    requests: sums?.requests ?? 0,
    retries: sums?.retries ?? 0,
    throttledSeconds: (sums?.pausedMs ?? 0) / 1_000,
  };
}
