// What --plan says of one stream: an entry of its document, whose shape is the same promise. Pure.

import type {Expected, Figure} from './estimate.js';
import type {Forecast} from './forecast.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import type {ReplicationMethod} from './stream-definition.js';
import type {StreamPlan} from './stream-plan.js';

/** How sure a number of requests is, or a sum. */
export type RequestSureness = 'expected' | 'at most' | 'at least' | 'unknown';

export type PlanEntry = {
  readonly stream: string;
  readonly method: ReplicationMethod;
  readonly replication_key: string | null;
  readonly start: PlanStart;
  /** In the words of the run report. */
  readonly ways: readonly string[];
  /** Those below which its rows hang, or with which they come, and how many of them will be asked for. */
  readonly parents: {readonly stream: string; readonly count: number | null} | null;
  readonly records: number | null;
  readonly records_are: Figure['is'];
  readonly requests: number | null;
  readonly requests_are: RequestSureness;
  readonly minutes: number | null;
  /** The stream whose requests bring this one along, which takes none of its own then. */
  readonly shared_with: string | null;
  readonly readable: boolean;
  /** Why it cannot be read, or what makes it more or less than one would think. */
  readonly note: string | null;
};

export type PlanStart = {
  readonly from: 'whole' | 'start_date' | 'bookmark' | 'checkpoint';
  /** UTC: from when on changes are wanted, or when the checkpoint was made. Null for everything. */
  readonly at: string | null;
};

/** The entry of one stream; `minutesOf` tells how long so many requests take, null where there is no limit. */
export function toEntry(forecast: Forecast, minutesOf: (requests: number) => number | null): PlanEntry {
  const {plan, isResumed, expected, sharedWith, problem} = forecast;
  const {replicationMethod, replicationKey} = plan.stream;
  const start = {
    stream: plan.tapStreamId,
    method: replicationMethod,
    replication_key: replicationKey ?? null,
    start: startOf(plan, isResumed),
  };
  if (!expected) {
    return {
      ...start,
      ways: [],
      parents: null,
      records: null,
      records_are: 'unknown',
      requests: null,
      requests_are: 'unknown',
      minutes: null,
      shared_with: sharedWith ?? null,
      readable: problem?.isRefusal !== true,
      note: problem?.sentence ?? null,
    };
  }
  const {ways, parents, records, note} = expected;
  const requests = sharedWith === undefined ? expected.requests.value : 0;
  return {
    ...start,
    ways,
    parents: parents ? {stream: parents.stream, count: parents.count ?? null} : null,
    records: records.value ?? null,
    records_are: records.is,
    requests,
    requests_are: sharedWith === undefined ? surenessOf(expected) : 'expected',
    minutes: minutesOf(requests),
    shared_with: sharedWith ?? null,
    readable: true,
    note: note ?? null,
  };
}

function startOf({isFromStart, since, resumed, parents}: StreamPlan, isResumed: boolean): PlanStart {
  if (isResumed && resumed) return {from: 'checkpoint', at: resumed.savedAt};
  const ofParents = changedSince(parents);
  if (ofParents !== undefined) return {from: 'bookmark', at: ofParents};
  if (since === undefined) return {from: 'whole', at: null};
  return {from: isFromStart ? 'start_date' : 'bookmark', at: since};
}

/** From when on parents have to have changed for rows below them to be wanted. */
function changedSince(parents: StreamToRead | undefined): string | undefined {
  return parents && (parents.since ?? changedSince(parents.parents));
}

function surenessOf({requests}: Expected): RequestSureness {
  return requests.is === 'at most' || requests.is === 'at least' ? requests.is : 'expected';
}
