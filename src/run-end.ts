// Tells how a sync ended: in the sentences of the log, and by the run report in the log, in its file and on a terminal.

import {ApiError, InputError} from './errors.js';
import {DONE, exitCodeOf, FAILED} from './exit-codes.js';
import type {Logger} from './logger.js';
import {OutputClosedError} from './messages.js';
import {createRedactor, hideIn, longOnes} from './redaction.js';
import {type BoundEnd, type RunReport, type StreamReport, type SyncReport, toRunReport} from './report.js';
import {writeReportFile} from './report-file.js';
import {renderReportTable} from './report-table.js';
import type {RequestTally} from './request-tally.js';

// What the logger writes before each line of the table, and the last column, in which a line would wrap.
const BESIDE_TABLE = 'INFO '.length + 1;

export type RunEnd = {
  /** What the engine told of the streams; undefined when it did not come to that. */
  readonly told: SyncReport | undefined;
  readonly tally: Pick<RequestTally, 'of' | 'total'>;
  /** What ended the run early, and will be complained of behind the report. */
  readonly error: unknown;
  /** Told of a signal that stopped the run. */
  readonly signal: AbortSignal;
  /** The version of the tap. */
  readonly version: string;
  /** Milliseconds since 1970 (UTC). */
  readonly startedAt: number;
  readonly seconds: number;
  readonly reportFile: string | undefined;
  /** What must not be shown in it. */
  readonly secrets: readonly string[];
};

export type RunVoices = {
  readonly log: Logger;
  /** For the few sentences that a person at a terminal sees too. */
  readonly signpost: Logger;
  /** Tells the width of the terminal; undefined where there is none. */
  readonly columns: (() => number) | undefined;
};

/** Bounded: it ended at a bound of its own, with streams left to read. */
export type RunStatus = 'done' | 'failed' | 'stopped' | 'bounded';

export type RunResult = {readonly status: RunStatus; readonly report: RunReport};

/** Tells how a sync ended, the streams that failed last. Says whether one did, or the run ended early. */
export function tellEnd(end: RunEnd, {log, signpost, columns}: RunVoices): RunResult {
  const sync = complete(end);
  const namesOf = (outcome: StreamReport['outcome']) =>
    sync.streams.filter(stream => stream.outcome === outcome).map(({stream}) => stream);
  const failed = namesOf('failed');
  const skipped = namesOf('skipped');
  const status = sync.isInterrupted ? 'stopped' : failed.length > 0 ? 'failed' : sync.bound ? 'bounded' : 'done';
  const report = toRunReport({
    sync,
    counts: end.tally.total(),
    version: end.version,
    startedAt: end.startedAt,
    endedAt: end.startedAt + end.seconds * 1_000,
    exitCode: exitCodeFor(end, status),
    error: describe(end),
  });

  if (end.error === undefined) {
    log.metric({type: 'timer', metric: 'job_duration', value: end.seconds, tags: {job_type: 'sync', status}});
    if (skipped.length > 0) log.warn({streams: skipped}, 'streams were skipped');
    const {done: streams, records} = report.totals;
    const facts = {streams, records, seconds: Math.round(end.seconds * 10) / 10};
    if (status === 'stopped') log.warn(facts, 'sync stopped by a signal; the next run goes on from the last STATE');
    else if (sync.bound)
      tellBound(sync.bound, {...facts, requests: report.totals.requests}, sync.streams, {log, signpost});
    else signpost.info(facts, 'sync finished');
  }
  if (end.reportFile !== undefined) save(end.reportFile, hideIn(report, createRedactor(longOnes(end.secrets))), log);
  log.document('run report', report);
  if (columns) for (const line of renderReportTable(report, columns() - BESIDE_TABLE)) signpost.info({}, line);
  if (failed.length > 0) log.fatal({streams: failed}, 'streams failed; see their errors above');
  return {status, report};
}

/** The engine's report, with the requests of streams that were read ahead and whose turn did not come. */
function complete({told, tally, signal}: RunEnd): SyncReport {
  // Where the engine says nothing, nothing is known of the streams: better none than wrong ones.
  if (!told) return {streams: [], isInterrupted: signal.aborted};
  const streams = told.streams.map(report => ({...report, ...tally.of(report.stream)}));
  return {...told, streams};
}

/** Tells at which bound a run has ended, what is left of it, and whether the next one will get any further. */
function tellBound(
  {option, limit, inside, hasMovedOn}: BoundEnd,
  facts: Readonly<Record<string, number>>,
  streams: readonly StreamReport[],
  {log, signpost}: Pick<RunVoices, 'log' | 'signpost'>,
): void {
  const bound = `${option} ${limit}`;
  const left = streams.filter(({outcome, stream}) => isLeft(outcome) && stream !== inside?.stream);
  const notBegun = left.map(({stream}) => stream);
  signpost.info(
    {bound, ...facts, ...(inside ? {inside} : {}), not_begun: notBegun},
    'a bound is reached, and the sync ends; the next run goes on from the last STATE',
  );
  if (!hasMovedOn)
    log.warn({bound}, 'the bound lets nothing move on: the next run would end where this one did; raise it');
}

function isLeft(outcome: StreamReport['outcome']): boolean {
  return outcome === 'stopped' || outcome === 'not started';
}

function exitCodeFor({error, signal}: RunEnd, status: RunStatus): number {
  if (signal.aborted) return exitCodeOf(signal.reason);
  if (error !== undefined) return exitCodeOf(error);
  return status === 'failed' ? FAILED : DONE;
}

function describe({error, signal}: RunEnd): string | null {
  // What a stopped run breaks off is no fault.
  if (error === undefined || signal.aborted) return null;
  const isForeseen = [InputError, ApiError, OutputClosedError].some(type => error instanceof type);
  if (isForeseen && error instanceof Error) return error.message;
  // The words of an unforeseen one may hold anything, a record too.
  return `unexpected fault of the tap (${error instanceof Error ? error.name : typeof error}); see the log`;
}

function save(file: string, report: unknown, log: Logger): void {
  try {
    writeReportFile(file, report);
  } catch (error) {
    // The records are written and the exit code tells of them: a report that is lost changes neither.
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({reason}, 'the run report was not saved; it stands in the log at level info');
  }
}
