// The one line that a person at a terminal sees: what is being read, how far, how fast, and how long it will take.

import {duration, plural} from './figures.js';
import type {StreamReading} from './reading/reader.js';
import type {SyncProgress} from './sync.js';

const REDRAW_EVERY_MS = 250;
const RATE_OVER_MS = 15_000;

export type ProgressLine = {
  /** Takes the newest numbers; they are drawn four times a second. */
  readonly update: (progress: SyncProgress) => void;
  /** Writes a whole log line above the progress line. */
  readonly above: (line: string) => void;
  /** Takes the line away for good. */
  readonly end: () => void;
};

export type ProgressOptions = {
  readonly write: (text: string) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  readonly columns: () => number;
  readonly pageSize: number;
  /** Calls back again and again, until the function it gives is called. */
  readonly every?: (milliseconds: number, call: () => void) => () => void;
};

/** A progress line on a terminal. It goes on telling the rate while the next page is long in coming. */
export function createProgressLine({write, now, columns, pageSize, every = onTimer}: ProgressOptions): ProgressLine {
  const CLEAR = '\r\u001b[2K';
  const samples: {readonly atMs: number; readonly requests: number}[] = [];
  let latest: SyncProgress | undefined;
  let line = '';

  const stop = every(REDRAW_EVERY_MS, () => {
    if (!latest) return;
    // A line that reaches the last column would wrap, and the next one would not take its place.
    line = describe(latest, rate(latest)).slice(0, Math.max(20, columns() - 1));
    write(CLEAR + line);
  });

  /** Requests a second, over the last quarter of a minute. */
  function rate({known}: SyncProgress): number {
    const atMs = now();
    const requests = listsOf(known).reduce((sum, list) => sum + list.requests, 0);
    samples.push({atMs, requests});
    while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > RATE_OVER_MS) samples.shift();
    const first = samples[0] ?? {atMs, requests};
    return atMs > first.atMs ? ((requests - first.requests) * 1_000) / (atMs - first.atMs) : 0;
  }

  function describe(progress: SyncProgress, perSecond: number): string {
    const {stream, records, known} = progress;
    const begun = known.filter(({progress}) => progress.requests > 0).length;
    const streams = known.length > 1 ? `, ${begun} of ${known.length} streams begun` : '';
    const left = perSecond > 0 ? `, about ${duration(requestsLeft(progress, pageSize) / perSecond)} left` : '';
    return `${stream}: ${plural(records, 'record')}${streams}, ${perSecond.toFixed(1)} requests/s${left}`;
  }

  return {
    update: progress => {
      latest = progress;
    },
    above: text => write(line === '' ? text : CLEAR + text + line),
    end: () => {
      stop();
      if (line !== '') write(CLEAR);
      line = '';
    },
  };
}

// Keeps no process alive.
function onTimer(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds).unref();
  return () => clearInterval(timer);
}

/** Streams may live in the same answers, which count once. */
function listsOf(readings: readonly StreamReading[]): readonly StreamReading['progress'][] {
  return [...new Set(readings.map(({progress}) => progress))];
}

/**
 * Requests still to come: pages, as far as lists have told their length. A list that was not asked yet, or tells none,
 * takes as many as were expected of it.
 */
function requestsLeft({known, expected}: SyncProgress, pageSize: number): number {
  return listsOf(known).reduce((sum, list) => {
    const {requests, total, seen} = list;
    if (total !== undefined) return sum + Math.max(0, Math.ceil((total - seen) / pageSize));
    const all = expected[known.findIndex(({progress}) => progress === list)] ?? 1;
    return sum + Math.max(0, all - requests);
  }, 0);
}
