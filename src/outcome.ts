// How a stream ended: what a failure means, what is kept of a read and what is warned of, and the stream's part in the
// run report.

import {isTokenGood} from './access.js';
import type {Client} from './client.js';
import type {Conclusion} from './conclusion.js';
import {shiftSeconds} from './dates.js';
import type {ApiError} from './errors.js';
import {fingerprintOf} from './filters.js';
import type {Logger} from './logger.js';
import type {Progress} from './reading/list.js';
import {blankReport, type Outcome, type StreamReport} from './report.js';
import type {RequestCounts} from './request-tally.js';
import {hasState, markFinished, type State} from './state.js';
import type {StreamCourse} from './stream-course.js';
import {validReplicationKeys} from './stream-definition.js';
import type {StreamPlan} from './stream-plan.js';

// The bookmark was made by the clock of the server then, which may have been set since.
const CLOCKS_APART_SECONDS = 3_600;

export type FailureToJudge = {
  readonly plan: StreamPlan;
  readonly progress: Progress;
  /** The state with which the run began. */
  readonly state: State;
  readonly client: Client;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/**
 * Says and logs what a failure means. Skipped, when the account never could read the stream; failed, when it could, or
 * when the API is broken. Throws InputError when it is the token that is refused.
 */
export async function judgeFailure(error: ApiError, judged: FailureToJudge): Promise<'skipped' | 'failed'> {
  const {plan, progress, state, client, log, signal} = judged;
  const {tapStreamId: stream} = plan;
  const {isGone, advice: ofStream} = plan.stream.definition.fault ?? {};
  const isRefused = error.status === 401 || error.status === 403;
  const isUnreadable = isGone ?? (error.status === 404 || (isRefused && (await isTokenGood(client, signal))));
  // Pages that came in this run say as much as a state.
  if (isUnreadable && !hasState(state, stream) && progress.requests === 0) {
    const advice =
      ofStream ?? 'this token may not read it, or the plan lacks it; grant the right or deselect the stream';
    log.warn({stream, reason: error.message}, `stream is skipped: ${advice}`);
    return 'skipped';
  }
  const usual = isUnreadable ? 'it could be read before: has a right been taken away?' : 'its bookmark stays as it was';
  const advice = ofStream ?? usual;
  log.error({stream, reason: error.message}, `stream failed: ${advice}`);
  return 'failed';
}

/** A read that went to its end. */
export type EndedRead = {
  readonly plan: StreamPlan;
  readonly progress: Progress;
  readonly course: StreamCourse;
  readonly conclusion: Conclusion;
};

/** The state behind a stream that was read to its end, from the one in which it began. */
export function stateBehind({plan, progress, course, conclusion}: EndedRead, state: State): State {
  const {tapStreamId, stream, filters, startsOver} = plan;
  const {bookmark, wholeRead, doubt, sureUntil, parentsSince, valuesSince} = conclusion;
  const {beganAt, version} = course.account();
  // Where the read stood was said in earlier STATEs, so it must be taken back.
  return markFinished(course.saved(state), tapStreamId, {
    ...(stream.replicationKey === undefined ? {} : {replicationKey: stream.replicationKey, bookmark}),
    syncedAt: beganAt,
    rows: progress.listRows,
    wholeRead,
    doubt,
    sureUntil,
    parentsSince,
    valuesSince,
    version,
    filters: fingerprintOf(filters, stream.definition) ?? null,
    startedOver: startsOver ? validReplicationKeys(stream.definition) : undefined,
  });
}

/** Warns of what a person has to know of a stream that was read to its end. */
export function warnOfLosses({plan, progress, course, conclusion}: EndedRead, log: Logger): void {
  const {tapStreamId: stream, bookmark} = plan;
  for (const [field, count] of course.misfits) {
    log.warn({stream, field, count}, 'values that do not fit the type of their field were set to null');
  }
  if (course.drift.size > 0) {
    const fields = Object.fromEntries(course.drift);
    log.warn({stream, fields}, 'the API sends fields that the schema lacks; they were left out');
  }
  const withoutKey = course.withoutKey();
  if (withoutKey > 0) log.warn({stream, count: withoutKey}, 'rows without their key were left out');
  const {partialRows} = plan.stream.definition;
  if (partialRows && course.partial() > 0) {
    const advice = `the user of this token lacks the ${partialRows.right}`;
    log.warn({stream, count: course.partial()}, `rows came without most of their fields: ${advice}`);
  }
  if (progress.isWhole) warnIfShort(stream, progress, 'fewer rows came than the API counts', log);
  if (progress.parents) warnIfShort(stream, progress.parents, 'fewer parents came than the API counts', log);
  if (conclusion.warning !== undefined) log.warn({stream}, conclusion.warning);
  if (bookmark !== undefined && bookmark > shiftSeconds(course.account().beganAt, CLOCKS_APART_SECONDS)) {
    const advice = 'what changed before it is left out; run the stream with --full-refresh once';
    log.warn({stream, bookmark}, `the bookmark lies in the future: ${advice}`);
  }
}

/** A list that tells no total is unverified as well, and nobody can do anything about it. */
function warnIfShort(stream: string, {verdict, seen, total}: Progress, sentence: string, log: Logger): void {
  if (verdict === 'unverified' && total !== undefined && seen < total) log.warn({stream, rows: seen, total}, sentence);
}

export type StreamToReport = {
  readonly plan: StreamPlan;
  readonly progress: Progress;
  readonly course: StreamCourse;
  readonly outcome: Outcome;
  /** Undefined for a read that did not end. */
  readonly conclusion: Conclusion | undefined;
  /** Undefined where nothing failed. */
  readonly error: ApiError | undefined;
  readonly counts: RequestCounts;
  readonly seconds: number;
};

/** The stream's part in the run report. */
export function reportStream(ended: StreamToReport): StreamReport {
  const {plan, progress, course, outcome, conclusion, error, counts, seconds} = ended;
  const {version = null} = course.account();
  const records = course.records();
  const unread = reportUnread(plan);
  return {
    ...unread,
    outcome,
    records,
    requests: counts.requests,
    retries: counts.retries,
    throttledSeconds: counts.throttledSeconds,
    seconds,
    ways: progress.ways,
    proofs: Object.fromEntries(Object.entries(progress.proofs).map(([name, {obeyed}]) => [name, obeyed])),
    proofRequests: progress.proofRequests + (progress.parents?.proofRequests ?? 0),
    resumed: progress.isResumed,
    verdict: conclusion?.verdict ?? null,
    total: progress.total ?? null,
    bookmarkAfter: conclusion ? (conclusion.bookmark ?? plan.storedBookmark ?? null) : unread.bookmarkAfter,
    version: records > 0 || conclusion?.activated !== undefined ? version : null,
    activated: conclusion?.activated !== undefined,
    misfits: Object.fromEntries(course.misfits),
    drift: Object.fromEntries(course.drift),
    withoutKey: course.withoutKey(),
    error: error?.message ?? null,
  };
}

/** The report of a stream whose turn did not come. */
export function reportUnread({tapStreamId, bookmarkInState, filters = {}}: StreamPlan): StreamReport {
  const bookmark = bookmarkInState ?? null;
  return {...blankReport(tapStreamId), filters, bookmarkBefore: bookmark, bookmarkAfter: bookmark};
}

/** Logs how a stream ended. A failure is logged where it is judged. */
export function logOutcome(report: StreamReport, log: Logger): void {
  const {stream, outcome, records, requests, seconds, ways, verdict, filters} = report;
  if (outcome === 'done') {
    const way = ways.join(', ');
    const facts = {stream, records, requests, seconds: Math.round(seconds * 100) / 100, way};
    const narrowing = Object.keys(filters).length > 0 ? {filters} : {};
    log.info({...facts, verdict, ...narrowing}, 'stream finished');
  }
  log.metric({type: 'timer', metric: 'sync_duration', value: seconds, tags: {stream, status: outcome}});
}
