// The one line that a person at a terminal sees: what is being read, how far, how fast, and how long it will take.

import type {StreamReading} from './reading/reader.js';

const REDRAW_EVERY_MS = 250;
const RATE_OVER_MS = 15_000;

export type ProgressLine = {
  /** Takes the newest numbers; draws them at most four times a second. */
  readonly update: (progress: {stream: string; records: number; known: readonly StreamReading[]}) => void;
  /** Writes a whole log line above the progress line. */
  readonly above: (line: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
};

export type ProgressOptions = {
  readonly write: (text: string) => void;
  readonly now: () => number;
  readonly columns: () => number;
  readonly pageSize: number;
};

/** A progress line on a terminal. */
export function createProgressLine({write, now, columns, pageSize}: ProgressOptions): ProgressLine {
  const CLEAR = '\r\u001b[2K';
  const samples: {atMs: number; requests: number}[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  let line = '';

  function draw(text: string): void {
    line = text.slice(0, Math.max(20, columns() - 1));
    write(CLEAR + line);
  }

  return {
    update: ({stream, records, known}) => {
      const atMs = now();
      if (atMs - drawnAt < REDRAW_EVERY_MS) return;
      drawnAt = atMs;
      const requests = known.reduce((sum, {progress}) => sum + progress.requests, 0);
      samples.push({atMs, requests});
      while (samples.length > 1 && atMs - (samples[0]?.atMs ?? atMs) > RATE_OVER_MS) samples.shift();
      const first = samples[0] ?? {atMs, requests};
      const perSecond = atMs > first.atMs ? ((requests - first.requests) * 1_000) / (atMs - first.atMs) : 0;
      const left = requestsLeft(known, pageSize);
      const eta = perSecond > 0 ? `, about ${duration(left / perSecond)} left` : '';
      draw(`${stream}: ${records} records, ${perSecond.toFixed(1)} requests/s${eta}`);
    },
    above: text => write(line === '' ? text : CLEAR + text + line),
    end: () => {
      if (line !== '') write(CLEAR);
      line = '';
    },
  };
}

/** Pages still to come, as far as lists have told their length; a list that was not asked yet counts as one page. */
function requestsLeft(readings: readonly StreamReading[], pageSize: number): number {
  return readings.reduce((sum, {progress}) => {
    if (progress.requests === 0) return sum + 1;
    return sum + Math.max(0, Math.ceil(((progress.total ?? 0) - progress.seen) / pageSize));
  }, 0);
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.ceil((seconds % 3_600) / 60)} min`;
}
