// What a sync would read and take, as the one JSON document of --plan. Pure. Its shape is a promise: keys are added, and
// none is renamed or removed.

import {fromMillis} from './dates.js';
import type {Expected, Figure} from './estimate.js';
import type {Forecast} from './forecast.js';
import {type Dominance, dominanceOf} from './plan-dominance.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import type {ReplicationMethod} from './stream-definition.js';
import type {StreamPlan} from './stream-plan.js';

/** How sure a number of requests is, or a sum. */
export type RequestSureness = 'expected' | 'at most' | 'at least' | 'unknown';

export type PlanDocument = {
  readonly tap: 'tap-activecampaign';
  readonly tap_version: string;
  /** UTC. */
  readonly planned_at: string;
  /** 0 for no limit. */
  readonly requests_per_second: number;
  readonly page_size: number;
  readonly totals: PlanTotals;
  /** Undefined values are null, as everywhere here: where nothing is to be read nothing dominates. */
  readonly dominates: Dominance | null;
  readonly streams: readonly PlanEntry[];
};

export type PlanTotals = {
  readonly streams: number;
  /** Of streams whose records are unknown, none are counted. */
  readonly records: number;
  readonly records_are: RequestSureness;
  /** With those that belong to no stream: who the token belongs to, and what fields and objects the account has. */
  readonly requests: number;
  readonly requests_are: RequestSureness;
  /** Null where there is no limit. */
  readonly minutes: number | null;
  /** Streams of which neither the API nor the state says how many records they have. */
  readonly unknown: readonly string[];
  /** Streams that this token cannot read. */
  readonly unreadable: readonly string[];
};

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

export type PlanFacts = {
  readonly forecasts: readonly Forecast[];
  /** Requests of a sync that belong to no stream. */
  readonly otherRequests: number;
  readonly requestsPerSecond: number;
  readonly pageSize: number;
  /** The version of the tap. */
  readonly version: string;
  /** Milliseconds since 1970 (UTC). */
  readonly plannedAt: number;
  /** The value of --select, for the advice. */
  readonly select: string | undefined;
};

/** The document. */
export function toPlanDocument(facts: PlanFacts): PlanDocument {
  const {forecasts, otherRequests, requestsPerSecond, pageSize, version, plannedAt, select} = facts;
  const minutesOf = (requests: number) =>
    requestsPerSecond === 0 ? null : Math.round((requests / requestsPerSecond / 60) * 1_000) / 1_000;
  const streams = forecasts.map(forecast => toEntry(forecast, minutesOf));
  const ofStreams = streams.reduce((sum, {requests}) => sum + (requests ?? 0), 0);
  const requests = ofStreams + otherRequests;
  const named = (is: (entry: PlanEntry) => boolean) => streams.filter(is).map(({stream}) => stream);
  return {
    tap: 'tap-activecampaign',
    tap_version: version,
    planned_at: fromMillis(plannedAt),
    requests_per_second: requestsPerSecond,
    page_size: pageSize,
    totals: {
      streams: streams.length,
      records: streams.reduce((sum, {records}) => sum + (records ?? 0), 0),
      records_are: allTogether(streams.filter(({readable}) => readable).map(({records_are}) => records_are)),
      requests,
      requests_are: allTogether(streams.filter(({readable}) => readable).map(({requests_are}) => requests_are)),
      minutes: minutesOf(requests),
      unknown: named(({readable, records_are}) => readable && records_are === 'unknown'),
      unreadable: named(({readable}) => !readable),
    },
    dominates: dominanceOf(streams, {requests, select}),
    streams,
  };
}

function toEntry(forecast: Forecast, minutesOf: (requests: number) => number | null): PlanEntry {
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

/** How sure a sum is. Where some may be more and others less, it is what is expected. */
function allTogether(figures: readonly PlanEntry['records_are' | 'requests_are'][]): RequestSureness {
  const isMore = figures.includes('at least') || figures.includes('unknown');
  const isLess = figures.includes('at most');
  if (isMore === isLess) return 'expected';
  return isMore ? 'at least' : 'at most';
}
