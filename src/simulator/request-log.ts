// What was asked: a bounded log of requests, and counts over all of them.

import type {FaultAnswer} from './faults.js';

export type LoggedRequest = {
  readonly method: string;
  /** Relative to `/api/3/`. */
  readonly path: string;
  /** The query, percent-decoded. */
  readonly query: string;
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly arrivedAtMs: number;
  answeredAtMs?: number;
  /** 0 until the answer begins, and where the connection was reset. */
  status: number;
  fault?: FaultAnswer;
  /** Rows of the list in the answer. */
  rows?: number;
};

export type Stats = {
  readonly requests: number;
  /** Requests refused by the rate limit. */
  readonly throttled: number;
  /** Requests that met a fault. */
  readonly faulted: number;
  /** The most arrivals, refused ones included, in any 1,000 ms. */
  readonly maxInOneSecond: number;
};

export class RequestLog {
  readonly requests: LoggedRequest[] = [];
  readonly #kept: number;
  #lastSecond: number[] = [];
  #stats: Stats = {requests: 0, throttled: 0, faulted: 0, maxInOneSecond: 0};

  constructor(kept: number) {
    this.#kept = kept;
  }

  get stats(): Stats {
    return this.#stats;
  }

  arrived(method: string, path: string, params: URLSearchParams): LoggedRequest {
    const arrivedAtMs = performance.now();
    const request: LoggedRequest = {
      method,
      path,
      query: [...params].map(([key, value]) => `${key}=${value}`).join('&'),
      params: Object.fromEntries(params),
      arrivedAtMs,
      status: 0,
    };
    this.requests.push(request);
    if (this.requests.length > this.#kept) this.requests.splice(0, this.requests.length - this.#kept);
    this.#lastSecond = this.#lastSecond.filter(other => other > arrivedAtMs - 1000);
    this.#lastSecond.push(arrivedAtMs);
    this.#add({requests: 1});
    this.#stats = {...this.#stats, maxInOneSecond: Math.max(this.#stats.maxInOneSecond, this.#lastSecond.length)};
    return request;
  }

  throttled(): void {
    this.#add({throttled: 1});
  }

  faulted(): void {
    this.#add({faulted: 1});
  }

  #add(more: {requests?: number; throttled?: number; faulted?: number}): void {
    const {requests, throttled, faulted} = this.#stats;
    this.#stats = {
      ...this.#stats,
      requests: requests + (more.requests ?? 0),
      throttled: throttled + (more.throttled ?? 0),
      faulted: faulted + (more.faulted ?? 0),
    };
  }
}
