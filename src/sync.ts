// The engine: walks the selected streams in order and yields Singer messages. Writes nothing and knows no HTTP.

import {checkToken} from './access.js';
import type {Client} from './client.js';
import type {Conclusion} from './conclusion.js';
import {ApiError} from './errors.js';
import {requestsRemembered} from './estimate.js';
import type {Logger} from './logger.js';
import type {Message} from './message-types.js';
import {judgeFailure, logOutcome, reportStream, reportUnread, stateBehind, warnOfLosses} from './outcome.js';
import type {ReadingContext} from './reading/list.js';
import {type StreamReading, startReading} from './reading/reader.js';
import type {Outcome, StreamReport, SyncReport} from './report.js';
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
  readonly log: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** This machine's time: milliseconds since 1970 (UTC). */
  readonly wall: () => number;
  /** Ends the run: the last true STATE is yielded, and the report says so. */
  readonly signal: AbortSignal;
  /** Told after each record. */
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
 * Reads the streams and yields their messages, one stream behind the other, with a true STATE between them.
 * Throws InputError when the token is refused; a stream's own failure is reported, not thrown.
 */
export async function* sync(options: SyncOptions): AsyncGenerator<Message> {
  const {client, log, settings, signal, wall} = options;
  const plans = planStreams(options.streams, options.state, settings, wall());
  const reports: StreamReport[] = [];
  let state = options.state;
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
      yield toStateMessage(state);

      const end = yield* syncStream({plan, reading, known, expected, state}, options);
      state = end.state;
      reports.push(end.report);
      logOutcome(end.report, log);
      isInterrupted = end.report.outcome === 'stopped';
      if (isInterrupted || (end.report.outcome === 'failed' && settings.failFast)) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    isInterrupted = true;
  } finally {
    for (const reading of known) reading.stop();
  }
  yield toStateMessage(isInterrupted ? state : setCurrentlySyncing(state, null));
  options.onReport?.({streams: [...reports, ...plans.slice(reports.length).map(reportUnread)], isInterrupted});
}

type StreamTurn = {
  readonly plan: StreamPlan;
  readonly reading: StreamReading;
  /** The readings of all streams. */
  readonly known: readonly StreamReading[];
  readonly expected: readonly number[];
  readonly state: State;
};

type StreamEnd = {readonly state: State; readonly report: StreamReport};

/** Yields the messages of one stream, and returns the state behind it and how it ended. */
async function* syncStream(
  {plan, reading, known, expected, state}: StreamTurn,
  options: SyncOptions,
): AsyncGenerator<Message, StreamEnd> {
  const {client, log, now, signal, tally, wall} = options;
  const {progress} = reading;
  const course = createCourse(plan, progress, wall);
  const startedAt = now();
  const report = (outcome: Outcome, {conclusion, error}: {conclusion?: Conclusion; error?: ApiError} = {}) => {
    const counts = tally.of(plan.tapStreamId);
    const seconds = (now() - startedAt) / 1_000;
    return reportStream({plan, progress, course, outcome, conclusion, error, counts, seconds});
  };
  const onRecord = () => options.onProgress?.({stream: plan.tapStreamId, records: course.records(), known, expected});
  try {
    const conclusion = yield* streamMessages({plan, reading, course, state, log, now, onRecord});
    const ended = {plan, progress, course, conclusion};
    warnOfLosses(ended, log);
    return {state: stateBehind(ended, state), report: report('done', {conclusion})};
  } catch (error) {
    // What was written is not read again: the next run goes on behind it.
    const written = course.save(state);
    if (signal.aborted) return {state: written, report: report('stopped')};
    if (!(error instanceof ApiError)) throw error;
    reading.stop();
    const judged = {plan, progress, state: options.state, client, log, signal};
    const outcome = await judgeFailure(error, judged).catch(fault => {
      if (signal.aborted) return 'stopped' as const;
      throw fault;
    });
    return {state: written, report: report(outcome, {error})};
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
