// The engine: walks the selected streams in order and yields Singer messages, several at a time. Writes nothing and knows no HTTP.

import {checkToken} from './access.js';
import {type BoundReached, type Bounds, boundIn, reachedAfter} from './bounds.js';
import type {Client} from './client.js';
import type {Conclusion} from './conclusion.js';
import {ApiError} from './errors.js';
import {requestsRemembered} from './estimate.js';
import type {Logger} from './logger.js';
import type {Message} from './message-types.js';
import {judgeFailure, logOutcome, reportStream, reportUnread, stateBehind, warnOfLosses} from './outcome.js';
import type {ReadingContext} from './reading/list.js';
import {type StreamReading, startReading} from './reading/reader.js';
import type {BoundEnd, Outcome, StreamInside, StreamReport, SyncReport} from './report.js';
import type {RequestTally} from './request-tally.js';
import type {SelectedStream} from './selection.js';
import {type State, setCurrentlySyncing} from './state.js';
import {createCourse} from './stream-course.js';
import {streamMessages, toStateMessage} from './stream-messages.js';
import {type PlanSettings, planStreams, type StreamPlan, toRead} from './stream-plan.js';

export type SyncOptions = {
  readonly streams: readonly SelectedStream[];
  readonly state: State;
  readonly client: Client;
  readonly reading: ReadingContext;
  /** What the requests of each stream cost so far. */
  readonly tally: Pick<RequestTally, 'of'>;
  readonly settings: SyncSettings;
  readonly bounds: Bounds;
  readonly log: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** This machine's time: milliseconds since 1970 (UTC). */
  readonly wall: () => number;
  /** Ends the run: the last true STATE is yielded, and the report says so. May abort with BoundReached. */
  readonly signal: AbortSignal;
  /** Told after the records of each page. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Told how the streams ended, after the last message. */
  readonly onReport?: (report: SyncReport) => void;
};

export type SyncSettings = PlanSettings & {
  readonly failFast: boolean;
};

/** How far a run has come. */
export type SyncProgress = {
  /** The stream that is being written, and how many of its records were. */
  readonly stream: string;
  readonly records: number;
  /** The readings of all streams of the run, in the order of output. */
  readonly known: readonly StreamReading[];
  /** How many requests each of them is expected to take, by what the state remembers. */
  readonly expected: readonly number[];
};

/**
 * Reads the streams and yields their messages, those of a page together, one stream behind the other, with a true STATE between them.
 * A run that comes to a bound ends with the STATE from which the next one goes on. Throws InputError when the token is
 * refused; a stream's own failure is reported, not thrown.
 */
export async function* sync(options: SyncOptions): AsyncGenerator<readonly Message[]> {
  const {bounds, client, log, settings, signal, wall} = options;
  const plans = planStreams(options.streams, options.state, settings, wall());
  const reports: StreamReport[] = [];
  let state = options.state;
  let records = 0;
  let inside: StreamInside | undefined;
  let reached: BoundReached | undefined;
  let isInterrupted = false;

  const token = checkToken(client, signal);
  // A wrong token is told from a missing right by this one request, so nothing is written before its answer.
  const streams = plans.map(plan => toRead(plan, reason => logIgnored(plan, reason, log)));
  const reckoning = {...options.reading, nowMs: wall()};
  const expected = streams.map(stream => requestsRemembered(stream, reckoning));
  const known = startReading(options.reading, streams, signal);
  try {
    await token;
    for (const plan of plans) logMemory(plan, log);
    for (const [rank, plan] of plans.entries()) {
      const reading = known[rank];
      if (!reading) continue;
      options.reading.places.setCurrent(rank);
      state = setCurrentlySyncing(state, plan.tapStreamId);
      reached = reachedAfter(records, bounds);
      if (reached) break;
      yield [toStateMessage(state)];

      const end = yield* syncStream({plan, reading, known, expected, state, records}, options);
      state = end.state;
      records += end.report.records;
      reports.push(end.report);
      logOutcome(end.report, log);
      ({reached, inside} = end);
      isInterrupted = end.report.outcome === 'stopped';
      if (isInterrupted || (end.report.outcome === 'failed' && settings.failFast)) break;
    }
  } catch (error) {
    reached = boundIn(error, signal);
    if (!signal.aborted && !reached) throw error;
    isInterrupted = true;
  } finally {
    for (const reading of known) reading.stop();
  }
  yield [toStateMessage(isInterrupted || reached ? state : setCurrentlySyncing(state, null))];
  options.onReport?.({
    streams: [...reports, ...plans.slice(reports.length).map(reportUnread)],
    isInterrupted: isInterrupted && !reached,
    ...(reached ? {bound: endAt(reached, {inside, hasMovedOn: hasMovedOn(reports, options.state, state)})} : {}),
  });
}

/**
 * A run whose time was up, or whose requests were spent, before it could begin to read: its STATE is the one it was
 * given, so that whoever keeps the last one keeps it.
 */
export async function* syncNothing(
  state: State,
  reached: BoundReached,
  onReport: (report: SyncReport) => void,
): AsyncGenerator<readonly Message[]> {
  yield [toStateMessage(state)];
  onReport({streams: [], isInterrupted: false, bound: endAt(reached, {inside: undefined, hasMovedOn: false})});
}

function endAt({option, limit}: BoundReached, how: Pick<BoundEnd, 'inside' | 'hasMovedOn'>): BoundEnd {
  return {option, limit, ...how};
}

/** Whether the next run has less to do, or begins elsewhere. */
function hasMovedOn(reports: readonly StreamReport[], before: State, after: State): boolean {
  if (reports.some(({outcome}) => outcome !== 'stopped')) return true;
  return whatCounts(before) !== whatCounts(after);
}

/** What a state says besides the times of reading: a place that was only reached again is no step. */
function whatCounts({bookmarks}: State): string {
  return JSON.stringify(bookmarks, (key, value) => (key === 'saved_at' || key === 'began_at' ? undefined : value));
}

type StreamTurn = {
  readonly plan: StreamPlan;
  readonly reading: StreamReading;
  /** The readings of all streams. */
  readonly known: readonly StreamReading[];
  readonly expected: readonly number[];
  readonly state: State;
  /** Records that the run wrote before. */
  readonly records: number;
};

type StreamEnd = {
  readonly state: State;
  readonly report: StreamReport;
  readonly reached?: BoundReached | undefined;
  readonly inside?: StreamInside | undefined;
};

/** Yields the messages of one stream, and returns the state behind it and how it ended. */
async function* syncStream(
  {plan, reading, known, expected, state, records}: StreamTurn,
  options: SyncOptions,
): AsyncGenerator<readonly Message[], StreamEnd> {
  const {bounds, client, log, now, signal, tally, wall} = options;
  const {progress} = reading;
  const course = createCourse(plan, progress, wall);
  const startedAt = now();
  const report = (outcome: Outcome, {conclusion, error}: {conclusion?: Conclusion; error?: ApiError} = {}) => {
    const counts = tally.of(plan.tapStreamId);
    const seconds = (now() - startedAt) / 1_000;
    return reportStream({plan, progress, course, outcome, conclusion, error, counts, seconds});
  };
  const onRecords = () => options.onProgress?.({stream: plan.tapStreamId, records: course.records(), known, expected});
  // Records are no end before the next run can go on behind them; time that is up is one behind any page.
  const bound = () => {
    const enough = reachedAfter(records + course.records(), bounds);
    return boundIn(undefined, signal) ?? (enough && course.canGoOn() ? enough : undefined);
  };
  const isStop = (error: unknown) => signal.aborted || boundIn(error, signal) !== undefined;
  const stopped = (state: State, error: unknown): StreamEnd => {
    const reached = boundIn(error, signal);
    const {tapStreamId} = plan;
    const inside = {stream: tapStreamId, rows: course.rowsBehind(), total: progress.total};
    const hasBegun = inside.rows !== undefined || course.records() > 0;
    return {state, report: report('stopped'), reached, inside: hasBegun ? inside : undefined};
  };
  try {
    const conclusion = yield* streamMessages({plan, reading, course, state, log, now, onRecords, bound});
    const ended = {plan, progress, course, conclusion};
    warnOfLosses(ended, log);
    return {state: stateBehind(ended, state), report: report('done', {conclusion})};
  } catch (error) {
    // What was written is not read again: the next run goes on behind it.
    const written = course.save(state);
    if (isStop(error)) return stopped(written, error);
    if (!(error instanceof ApiError)) throw error;
    reading.stop();
    const judged = {plan, progress, state: options.state, client, log, signal};
    try {
      return {state: written, report: report(await judgeFailure(error, judged), {error})};
    } catch (fault) {
      if (isStop(fault)) return stopped(written, fault);
      throw fault;
    }
  }
}

/** Says what the state remembers of a stream and is of no use. */
function logMemory(plan: StreamPlan, log: Logger): void {
  const {tapStreamId: stream, startsOver, resumed, filters = {}} = plan;
  if (startsOver && !resumed) {
    const what = plan.stream.definition.metadata ? 'the filters, or the custom object,' : 'the filters';
    log.info({stream, filters}, `${what} are not those of the last run, so that the stream starts over`);
  }
  for (const complaint of plan.memory.complaints) log.warn({stream: plan.tapStreamId}, complaint);
  if (plan.ignored !== undefined) logIgnored(plan, plan.ignored, log);
}

function logIgnored({tapStreamId: stream}: StreamPlan, reason: string, log: Logger): void {
  log.warn({stream, reason}, 'the checkpoint of an interrupted read is ignored, and the stream begins again');
}
