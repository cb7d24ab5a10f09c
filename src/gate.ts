// The one door to the API: every attempt of every request passes here, so that the server never sees more than the
// allowed number in any second, and a pause that it asks for holds for everybody. Knows nothing of HTTP.

import {onAbort} from './abort-listeners.js';
import type {Clock} from './clock.js';

// The server counts arrivals, we know departures. The margin absorbs timers and a little jitter of the line: 25 ms
// costs 2.4 % of the budget and is raised where the server still refuses.
const LEAST_MARGIN_MS = 25;
const MOST_MARGIN_MS = 150;
const MARGIN_STEP_MS = 25;
const MARGIN_RELIEF_MS = 5;
const ANSWERS_PER_RELIEF = 25;

// An answer that took longer than usual may mean that its request reached the server late, so that it falls into a
// later second than its departure says. More than this is taken for slow service.
const MOST_DELAY_MS = 500;
const USUAL_OVER = 21;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What a request holds from its departure to its answer. Call `answered` or `failed` exactly once. */
export type Pass = {
  /** The request really left at `atMs` (clock.now), later than it was let through: a connection had to be opened. */
  readonly departed: (atMs: number) => void;
  /** An answer came, whatever its status. */
  readonly answered: () => void;
  /** The server refused for the rate (429): everybody waits `retryAfterMs`, or ever longer when it does not say. */
  readonly refused: (retryAfterMs: number | undefined) => void;
  /** No answer came. */
  readonly failed: () => void;
};

export type Gate = {
  /**
   * Waits until a request may leave. Lower ranks go first, equal ranks in the order of their calls.
   * Rejects with the signal's reason when it aborts.
   */
  readonly enter: (rank: number, signal?: AbortSignal) => Promise<Pass>;
  /** Lets nobody through for `milliseconds` from now; never shortens a pause. */
  readonly pause: (milliseconds: number) => void;
  /** Milliseconds that the gate stood closed because the server had asked for it, so far. */
  readonly pausedMs: () => number;
};

export type GateOptions = {
  /** 0 means no limit. Below 1, one request in 1/n seconds; above, a fraction is cut off, as no second may hold more. */
  readonly requestsPerSecond: number;
  readonly maxConcurrent: number;
  readonly clock: Clock;
  /** Ends the gate's own waiting, so that a long pause does not keep a stopped process alive. */
  readonly signal?: AbortSignal;
};

type Waiting = {
  readonly rank: number;
  readonly admit: (pass: Pass) => void;
};

type Departure = {atMs: number};

/** A gate for one account; see the limits in `GateOptions`. */
export function createGate({requestsPerSecond, maxConcurrent, clock, signal: ended}: GateOptions): Gate {
  const limited = requestsPerSecond > 0;
  const perWindow = Math.max(1, Math.floor(requestsPerSecond));
  const windowMs = requestsPerSecond >= 1 ? 1_000 : 1_000 / (requestsPerSecond || 1);

  const queue: Waiting[] = [];
  const departures: Departure[] = [];
  const usualDelay = createMedian(USUAL_OVER);
  let inFlight = 0;
  let marginMs = LEAST_MARGIN_MS;
  let goodAnswers = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let nextPauseMs = FIRST_PAUSE_MS;
  let pausedMs = 0;
  let pumping = false;

  function nextDepartureAt(): number {
    if (!limited || departures.length < perWindow) return pausedUntil;
    const latestFirst = departures.map(departure => departure.atMs).sort((a, b) => b - a);
    const nth = latestFirst[perWindow - 1] ?? Number.NEGATIVE_INFINITY;
    return Math.max(pausedUntil, nth + windowMs + marginMs);
  }

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    while (queue.length > 0 && inFlight < maxConcurrent && !ended?.aborted) {
      // Asked again after every sleep: timers fire early, and a pause may have come meanwhile.
      const waitMs = nextDepartureAt() - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, ended).catch(() => undefined);
      else queue.shift()?.admit(depart());
    }
    pumping = false;
  }

  function depart(): Pass {
    const departure: Departure = {atMs: clock.now()};
    departures.push(departure);
    if (departures.length > 4 * perWindow) departures.shift();
    inFlight += 1;
    let open = true;
    const leave = () => {
      if (!open) return;
      open = false;
      inFlight -= 1;
      void pump();
    };
    return {
      departed: atMs => {
        departure.atMs = Math.max(departure.atMs, atMs);
      },
      answered: () => {
        const tookMs = clock.now() - departure.atMs;
        const usualMs = usualDelay.add(tookMs);
        departure.atMs += Math.min(MOST_DELAY_MS, Math.max(0, tookMs - usualMs));
        goodAnswers += 1;
        nextPauseMs = FIRST_PAUSE_MS;
        if (goodAnswers % ANSWERS_PER_RELIEF === 0) marginMs = Math.max(LEAST_MARGIN_MS, marginMs - MARGIN_RELIEF_MS);
        leave();
      },
      refused: retryAfterMs => {
        // Several requests in flight are refused together; only the first of them teaches something.
        if (clock.now() >= pausedUntil) {
          marginMs = Math.min(MOST_MARGIN_MS, marginMs + MARGIN_STEP_MS);
          goodAnswers = 0;
          if (retryAfterMs === undefined) {
            pause(nextPauseMs);
            nextPauseMs = Math.min(LONGEST_PAUSE_MS, nextPauseMs * 2);
          }
        }
        if (retryAfterMs !== undefined) pause(retryAfterMs);
        leave();
      },
      failed: leave,
    };
  }

  function pause(milliseconds: number): void {
    const now = clock.now();
    const until = Math.max(pausedUntil, now + milliseconds);
    pausedMs += until - Math.max(pausedUntil, now);
    pausedUntil = until;
  }

  return {
    enter: (rank, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const waiting: Waiting = {
          rank,
          admit: pass => {
            stopWaiting?.();
            resolve(pass);
          },
        };
        const giveUp = () => {
          queue.splice(queue.indexOf(waiting), 1);
          reject(signal?.reason);
        };
        const stopWaiting = signal && onAbort(signal, giveUp);
        const behind = queue.findIndex(other => other.rank > rank);
        queue.splice(behind === -1 ? queue.length : behind, 0, waiting);
        void pump();
      }),
    pause,
    pausedMs: () => pausedMs,
  };
}

/** The median of the last `size` numbers, the one just added included. */
function createMedian(size: number): {add(value: number): number} {
  const last: number[] = [];
  return {
    add: value => {
      last.push(value);
      if (last.length > size) last.shift();
      const sorted = last.toSorted((a, b) => a - b);
      return sorted[Math.floor((sorted.length - 1) / 2)] ?? value;
    },
  };
}
