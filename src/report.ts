// The run report: what a run read, how, at what cost and with what certainty. Data and pure functions; knows no files
// and no log. Holds counts, names, instants and what the user filters by, never a record's content.

import type {BoundOption} from './bounds.js';
import {fromMillis} from './dates.js';
import type {Filters} from './filters.js';
import type {Verdict} from './reading/list.js';
import type {RequestCounts} from './request-tally.js';

/** Stopped: the run ended before the stream did. Not started: it ended before the turn of the stream. */
export type Outcome = 'done' | 'skipped' | 'failed' | 'stopped' | 'not started';

/** How one stream ended. */
export type StreamReport = {
  readonly stream: string;
  /** The parameters that narrow its list, as they were given. */
  readonly filters: Filters;
  readonly outcome: Outcome;
  readonly records: number;
  /**
   * Attempts that were sent, repeated ones and those for proofs included. Streams that live in the same answers are
   * asked for once, under the name of the first of them.
   */
  readonly requests: number;
  readonly retries: number;
  /** For how long the answers to this stream's requests closed the door for everybody. */
  readonly throttledSeconds: number;
  readonly seconds: number;
  /** The ways of reading, in the order of their use: `keyset`, `offsets`, `newest first` and so on. */
  readonly ways: readonly string[];
  /** What the server was seen to obey: parameter -> whether it does, as far as known. */
  readonly proofs: Readonly<Record<string, boolean>>;
  /** Requests spent on proofs, which are part of `requests`. */
  readonly proofRequests: number;
  /** Whether it went on from the checkpoint of an earlier run. */
  readonly resumed: boolean;
  /** On all that was asked for, the whole list or what is new in it; null where the read did not end. */
  readonly verdict: Verdict | null;
  /** The list's own count of its rows, as last told. */
  readonly total: number | null;
  readonly bookmarkBefore: string | null;
  readonly bookmarkAfter: string | null;
  /** The version that the records carried. */
  readonly version: number | null;
  /** Whether the read ended with ACTIVATE_VERSION. */
  readonly activated: boolean;
  /** Values set to null since they did not fit their field's type: field -> count. */
  readonly misfits: Readonly<Record<string, number>>;
  /** Fields that the API sent and the schema lacks: field -> count. */
  readonly drift: Readonly<Record<string, number>>;
  /** Rows left out since they had no key. */
  readonly withoutKey: number;
  /** Why it was skipped or failed, as an ApiError words it: without the token. */
  readonly error: string | null;
};

/** How the streams of a run ended, in the order of output. */
export type SyncReport = {
  readonly streams: readonly StreamReport[];
  /** Stopped by its signal before all streams were read. */
  readonly isInterrupted: boolean;
  /** The bound that ended the run before all streams were read, where one did. */
  readonly bound?: BoundEnd | undefined;
};

/** A run that ended at one of its bounds. */
export type BoundEnd = {
  readonly option: BoundOption;
  readonly limit: number;
  /** The stream that is left in the middle, if one is. */
  readonly inside: StreamInside | undefined;
  /** Whether the state says more now than when the run began, or a stream was read. */
  readonly hasMovedOn: boolean;
};

/** How far a stream was read: rows up to where the next run goes on, of those that the API counts. */
export type StreamInside = {
  readonly stream: string;
  readonly rows: number | undefined;
  readonly total: number | undefined;
};

export type RunFacts = {
  readonly sync: SyncReport;
  /** Of the whole run, requests that belong to no stream included. */
  readonly counts: RequestCounts;
  /** The version of the tap. */
  readonly version: string;
  /** Milliseconds since 1970 (UTC). */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly exitCode: number;
  /** Why the run could not go on. */
  readonly error: string | null;
};

/** The report as it is written: one JSON object. */
export type RunReport = {
  readonly tap: 'tap-activecampaign';
  readonly tap_version: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly seconds: number;
  readonly exit_code: number;
  readonly interrupted: boolean;
  readonly bound: BoundEntry | null;
  readonly error: string | null;
  readonly totals: Totals;
  readonly streams: readonly StreamEntry[];
};

/** The bound at which the run ended with streams left to read. */
export type BoundEntry = {
  readonly option: BoundOption;
  readonly limit: number;
  readonly moved_on: boolean;
};

export type Totals = {
  readonly streams: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly stopped: number;
  readonly not_started: number;
  readonly records: number;
  /** More than the sum over the streams: who the token belongs to is asked for none of them. */
  readonly requests: number;
  readonly retries: number;
  readonly proof_requests: number;
  readonly throttled_seconds: number;
};

export type StreamEntry = {
  readonly stream: string;
  readonly filters: Filters;
  readonly outcome: Outcome;
  readonly records: number;
  readonly requests: number;
  readonly retries: number;
  readonly throttled_seconds: number;
  readonly seconds: number;
  readonly ways: readonly string[];
  readonly proofs: Readonly<Record<string, boolean>>;
  readonly proof_requests: number;
  readonly resumed: boolean;
  readonly verdict: Verdict | null;
  readonly total: number | null;
  readonly bookmark_before: string | null;
  readonly bookmark_after: string | null;
  readonly version: number | null;
  readonly activated: boolean;
  readonly misfits: Readonly<Record<string, number>>;
  readonly drift: Readonly<Record<string, number>>;
  readonly without_key: number;
  readonly error: string | null;
};

/** The report of a stream of which nothing is known yet: not started, with nothing read. */
export function blankReport(stream: string): StreamReport {
  return {
    stream,
    filters: {},
    outcome: 'not started',
    records: 0,
    requests: 0,
    retries: 0,
    throttledSeconds: 0,
    seconds: 0,
    ways: [],
    proofs: {},
    proofRequests: 0,
    resumed: false,
    verdict: null,
    total: null,
    bookmarkBefore: null,
    bookmarkAfter: null,
    version: null,
    activated: false,
    misfits: {},
    drift: {},
    withoutKey: 0,
    error: null,
  };
}

/** The report of a run, ready to be written as JSON. */
export function toRunReport({sync, counts, version, startedAt, endedAt, exitCode, error}: RunFacts): RunReport {
  const {streams, isInterrupted, bound} = sync;
  const count = (outcome: Outcome) => streams.filter(stream => stream.outcome === outcome).length;
  const sum = (figure: (stream: StreamReport) => number) => streams.reduce((sum, stream) => sum + figure(stream), 0);
  return {
    tap: 'tap-activecampaign',
    tap_version: version,
    started_at: fromMillis(startedAt),
    ended_at: fromMillis(endedAt),
    seconds: round((endedAt - startedAt) / 1_000),
    exit_code: exitCode,
    interrupted: isInterrupted,
    bound: bound ? {option: bound.option, limit: bound.limit, moved_on: bound.hasMovedOn} : null,
    error,
    totals: {
      streams: streams.length,
      done: count('done'),
      skipped: count('skipped'),
      failed: count('failed'),
      stopped: count('stopped'),
      not_started: count('not started'),
      records: sum(({records}) => records),
      requests: counts.requests,
      retries: counts.retries,
      proof_requests: sum(({proofRequests}) => proofRequests),
      throttled_seconds: round(counts.throttledSeconds),
    },
    streams: streams.map(toEntry),
  };
}

function toEntry(report: StreamReport): StreamEntry {
  return {
    stream: report.stream,
    filters: report.filters,
    outcome: report.outcome,
    records: report.records,
    requests: report.requests,
    retries: report.retries,
    throttled_seconds: round(report.throttledSeconds),
    seconds: round(report.seconds),
    ways: report.ways,
    proofs: report.proofs,
    proof_requests: report.proofRequests,
    resumed: report.resumed,
    verdict: report.verdict,
    total: report.total,
    bookmark_before: report.bookmarkBefore,
    bookmark_after: report.bookmarkAfter,
    version: report.version,
    activated: report.activated,
    misfits: report.misfits,
    drift: report.drift,
    without_key: report.withoutKey,
    error: report.error,
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
