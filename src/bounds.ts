// The bounds that a person sets to a run: how many records it writes, how many requests it sends, how long it takes.
// Knows which one is reached, and nothing of how a run ends. Pure.

import {InputError} from './errors.js';
import type {Flags} from './flags.js';
import {showText} from './json.js';

export type BoundOption = '--max-records' | '--max-requests' | '--max-minutes';

/** What is not bounded is undefined. */
export type Bounds = {
  readonly records: number | undefined;
  readonly requests: number | undefined;
  readonly minutes: number | undefined;
};

export const UNBOUNDED: Bounds = {records: undefined, requests: undefined, minutes: undefined};

/** Ends a run that has come to one of its bounds: no fault, and the rest comes with the next run. */
export class BoundReached extends Error {
  override readonly name = 'BoundReached';
  readonly option: BoundOption;
  readonly limit: number;

  constructor(option: BoundOption, limit: number) {
    super(`${option} ${limit} is reached`);
    this.option = option;
    this.limit = limit;
  }
}

/** The bounds that the flags set. Throws InputError for what is no positive number; only minutes have fractions. */
export function parseBounds({maxRecords, maxRequests, maxMinutes}: Flags): Bounds {
  return {
    records: parseLimit('--max-records', maxRecords, WHOLE),
    requests: parseLimit('--max-requests', maxRequests, WHOLE),
    minutes: parseLimit('--max-minutes', maxMinutes, FRACTION),
  };
}

/** The bound of records, once so many were written; undefined while more may come. */
export function reachedAfter(records: number, {records: limit}: Bounds): BoundReached | undefined {
  return limit !== undefined && records >= limit ? new BoundReached('--max-records', limit) : undefined;
}

/** The bound that ended what ended by `error`, or by the abort of `signal`; undefined where something else did. */
export function boundIn(error: unknown, signal: AbortSignal): BoundReached | undefined {
  // What is broken off by a signal may end in any error.
  const cause: unknown = signal.aborted ? signal.reason : error;
  return cause instanceof BoundReached ? cause : undefined;
}

type Form = {readonly pattern: RegExp; readonly wanted: string};

const WHOLE: Form = {pattern: /^\d+$/, wanted: 'a whole number from 1 on, such as 1000'};
const FRACTION: Form = {pattern: /^(\d+\.?\d*|\.\d+)$/, wanted: 'a number above 0, such as 30 or 0.5'};

function parseLimit(option: BoundOption, text: string | undefined, {pattern, wanted}: Form): number | undefined {
  if (text === undefined) return undefined;
  const limit = pattern.test(text.trim()) ? Number(text) : Number.NaN;
  if (limit > 0 && Number.isFinite(limit)) return limit;
  throw new InputError(option, `must be ${wanted}, not ${showText(text)}`);
}
