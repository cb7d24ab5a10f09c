// Everything that can be set about a simulated account and server, with its default.

import type {FaultAnswer, FaultPlan} from './faults.js';
import type {LoggedRequest} from './request-log.js';

export type {FaultAnswer, FaultPlan, LoggedRequest};

export type SimulatorOptions = {
  /** The same seed gives the same account, byte for byte. Default 1. */
  readonly seed?: number | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** The one good token. Default `sandbox-token`. */
  readonly token?: string | undefined;

  /** Contacts; the other resources follow in proportion. Default 250. */
  readonly contacts?: number | undefined;
  /** Rows over all resources together, exactly; instead of following the contacts. */
  readonly records?: number | undefined;
  /** Rows of single resources by their path, such as `{deals: 500, 'contacts/{id}/trackingLogs': 9000}`. */
  readonly counts?: Readonly<Record<string, number>> | undefined;

  /** Milliseconds before each answer. Default 0. */
  readonly latencyMs?: number | undefined;
  /** Up to so many milliseconds more, at random. Default 0. */
  readonly jitterMs?: number | undefined;
  /** Milliseconds more for every 1,000 rows of offset. Default 0.2. */
  readonly slowOffsetMs?: number | undefined;
  /** Requests in any 1,000 ms; 0 sets no limit. Default 5. */
  readonly requestsPerSecond?: number | undefined;
  /** Seconds in `Retry-After` of a 429; false leaves the header out. Default 1. */
  readonly retryAfter?: number | false | undefined;
  /** Whether answers tell the limit and what is left of it: documented, and in no recorded answer. Default false. */
  readonly rateHeaders?: boolean | undefined;
  /** The most rows of a page, whatever `limit` asks. Default 100. */
  readonly pageCap?: number | undefined;
  /** How far the server's clock is ahead, in seconds. Default 0. */
  readonly clockSkewSeconds?: number | undefined;

  /** Random changes after the start, stamped with the time of the start. Default 0. */
  readonly changes?: number | undefined;
  /** Random changes a second from the first request on. Default 0. */
  readonly moving?: number | undefined;
  /** The share of requests that meet a transient fault. Default 0. */
  readonly faultRate?: number | undefined;
  /** Faults by plan. */
  readonly faults?: readonly FaultPlan[] | undefined;
  /** Paths that answer 403 for good. */
  readonly forbidden?: readonly string[] | undefined;
  /** Paths that answer 404 for good. */
  readonly missing?: readonly string[] | undefined;

  // Paths are relative to `/api/3/`; where an id stands in one it is written `{id}`: `contacts/{id}/trackingLogs`.
  // What is documented or was seen is obeyed, what only public code relies on is not. An entry is `*`, a path
  // (`contacts`) or a path and a name (`contacts.updated_after`, `deals.mdate`); ignoring wins. Every list can be told
  // to obey orders by its id and by its dates, as they are spelled (`accounts.updatedTimestamp`) or in snake case.
  readonly obeyFilters?: readonly string[] | undefined;
  readonly ignoreFilters?: readonly string[] | undefined;
  readonly obeyOrders?: readonly string[] | undefined;
  readonly ignoreOrders?: readonly string[] | undefined;
  /** Lists, or `*`, that sort by id whatever an order names, in the direction that it asks for. Default none. */
  readonly directionOnlyOrders?: readonly string[] | undefined;
  /** Whether rows without a value rank below all others in an order, or above them. Default `lowest`. */
  readonly nulls?: 'lowest' | 'highest' | undefined;
  /** `include=` to be obeyed though unproven, in the same spelling (`ecomOrders.orderDiscounts`). */
  readonly obeyIncludes?: readonly string[] | undefined;
  /** `include=` to be ignored, likewise (`contacts.contactTags`). */
  readonly ignoreIncludes?: readonly string[] | undefined;
  /** Lists that come in a new order with every request that asks for none. Default contactLists, deals, records. */
  readonly unstable?: readonly string[] | undefined;
  /** Lists, or `*`, whose rows of equal rank in an order come in a new sequence with every request. Default none. */
  readonly unstableTies?: readonly string[] | undefined;
  /** Lists that send all rows whatever `limit` and `offset` say. Default those without documented paging. */
  readonly unpaged?: readonly string[] | undefined;
  /** How `meta.total` is written on single lists, such as `{tags: 'absent'}`. */
  readonly totals?: Readonly<Record<string, 'string' | 'number' | 'absent'>> | undefined;
  /** Whether `filters[updated_after]` of deals honours a time of day. Default `second`. */
  readonly dealsFilterGranularity?: 'second' | 'day' | undefined;
  /** Whether `filters[updated_after]` of contacts and `after` of activities include the bound. Default false. */
  readonly updatedAfterInclusive?: boolean | undefined;
  /** Whether `meta.total` counts the rows behind `id_greater` and `id_less` only, or all. Default `shrunk`. */
  readonly totalAfterIdGreater?: 'shrunk' | 'all' | undefined;
  /** Whether the account-wide list `ecomOrderProducts` exists. Default true. */
  readonly ecomOrderProducts?: boolean | undefined;
  /** Deals that the user may not see: with a status, without, both, or none at all. Default `mixed`. */
  readonly partialDeals?: 'mixed' | 'with-status' | 'without-status' | 'none' | undefined;
  /** Dates of deal and account custom fields: `+00:00`, or UTC that does not say so. Default `offset`. */
  readonly customFieldDates?: 'offset' | 'zoneless' | undefined;
  /** Whether a change of tags, lists, field values, scores or places moves the contact's `udate`. Default false. */
  readonly childrenMoveContacts?: boolean | undefined;
  /** The spelling of rows that come by `deals?include=dealCustomFieldData`. Default `snake`. */
  readonly includedDealKeys?: 'snake' | 'camel' | undefined;

  /** Requests kept in the log; the oldest go first. Default 10,000. */
  readonly loggedRequests?: number | undefined;
  /** The clock of the server's stamps, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
};

export const defaultToken = 'sandbox-token';
