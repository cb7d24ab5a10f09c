// What a sync would read and take, as the one JSON document of --plan. Pure. Its shape is a promise: keys are added, and
// none is renamed or removed.

import {fromMillis} from './dates.js';
import type {Forecast} from './forecast.js';
import {type Dominance, dominanceOf} from './plan-dominance.js';
import {type PlanEntry, type RequestSureness, toEntry} from './plan-entry.js';

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

/** How sure a sum is. Where some may be more and others less, it is what is expected. */
function allTogether(figures: readonly PlanEntry['records_are' | 'requests_are'][]): RequestSureness {
  const isMore = figures.includes('at least') || figures.includes('unknown');
  const isLess = figures.includes('at most');
  if (isMore === isLess) return 'expected';
  return isMore ? 'at least' : 'at most';
}
