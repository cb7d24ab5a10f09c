// The simulator's face: an HTTP server on the loopback that speaks the API's dialect, and the hands to move its account.

import type {Server} from 'node:http';
import {Account} from './account.js';
import {type Changes, change} from './changes.js';
import {faults} from './faults.js';
import {lists} from './lists.js';
import {defaultToken, type FaultPlan, type LoggedRequest, type SimulatorOptions} from './options.js';
import {checkPaths} from './paths.js';
import {mix} from './random.js';
import {rateLimit} from './rate-limit.js';
import {RequestLog, type Stats} from './request-log.js';
import {resourceNames} from './resources/index.js';
import {selector} from './selection.js';
import {listen} from './server.js';
import {sizesFor} from './sizes.js';
import {idsOf} from './view.js';
import {viewNamed} from './views/index.js';
import type {WireRow} from './wire.js';

export type {RowName} from './account.js';
export type {Changes} from './changes.js';
export type {FaultAnswer, FaultPlan, LoggedRequest, SimulatorOptions} from './options.js';
export {parseSandboxUrl, SandboxUrlError} from './parameters.js';
export type {Stats} from './request-log.js';
export {toWireJson, type WireRow, type WireValue} from './wire.js';

export type Simulator = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly token: string;
  /** What was asked, the oldest first; bounded by the option `loggedRequests`. */
  readonly requests: readonly LoggedRequest[];
  stats(): Stats;
  /** The names of all resources: the paths of the API, with `{id}` where the id of another row stands. */
  readonly resources: readonly string[];
  /**
   * The living rows of a resource by ascending id, as its list would send them; the attributes of a row of JSON:API stand
   * beside its id, and a text is the one value of its row. A bigint is a JSON number. Paths whose rows follow from those
   * of others (`contacts/{id}/organization`) have theirs, too.
   */
  rows(resource: string): Iterable<WireRow>;
  /** Those of one answer: the rows below the row that has this id. */
  rowsUnder(resource: string, id: string): Iterable<WireRow>;
  /** The ids of the rows of a resource in the sequence of `rows`, for those that do not show them. */
  ids(resource: string): Iterable<string>;
  count(resource: string): number;
  /** A new row, stamped now; its id. What `row` does not say is made up. */
  insert(resource: string, row?: WireRow): string;
  /** Changes a row and its stamps. Without `row` a text of it changes. */
  edit(resource: string, id: string, row?: WireRow): void;
  /** What an opened mail does to a contact: `updated_timestamp` moves and `udate` stays. */
  touch(contactId: string): void;
  /** Removes a row and what hangs on it. */
  remove(resource: string, id: string): void;
  /** Random changes, in turn over all resources; the same ones for the same seed. */
  change(count: number, seed?: number): Changes;
  addFault(plan: FaultPlan): void;
  stop(): Promise<void>;
};

/**
 * Starts a simulator.
 *
 * @throws RangeError if an option names a path that there is not, or asks for records that no account has
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  checkPaths(options);
  const seed = options.seed ?? 1;
  const token = options.token ?? defaultToken;
  const requestsPerSecond = options.requestsPerSecond ?? 5;
  const clock = options.now ?? Date.now;
  const now = () => clock() + (options.clockSkewSeconds ?? 0) * 1000;
  const account = new Account({
    seed,
    sizes: sizesFor(options),
    now,
    hasUtcOffsets: options.customFieldDates !== 'zoneless',
    partialDeals: options.partialDeals ?? 'mixed',
    childrenMoveContacts: options.childrenMoveContacts ?? false,
  });
  const changesSeed = mix(seed, 23);
  change(account, options.changes ?? 0, changesSeed);

  const select = selector(
    account,
    {
      obeyFilters: options.obeyFilters ?? [],
      ignoreFilters: options.ignoreFilters ?? [],
      obeyOrders: options.obeyOrders ?? [],
      ignoreOrders: options.ignoreOrders ?? [],
      directionOnlyOrders: options.directionOnlyOrders ?? [],
      unstable: options.unstable ?? ['contactLists', 'deals', 'customObjects/records/{id}'],
      unstableTies: options.unstableTies ?? [],
      nulls: options.nulls ?? 'lowest',
      context: {
        isAfterInclusive: options.updatedAfterInclusive ?? false,
        dealsFilterGranularity: options.dealsFilterGranularity ?? 'second',
      },
    },
    seed,
  );
  const log = new RequestLog(options.loggedRequests ?? 10_000);
  const plannedFaults = faults(options.faults ?? [], {rate: options.faultRate ?? 0, seed});
  const server = await listen({
    account,
    token,
    log,
    faults: plannedFaults,
    limit: rateLimit(requestsPerSecond),
    rateHeaders: options.rateHeaders ? requestsPerSecond : undefined,
    lists: lists(account, select, {
      totals: options.totals ?? {},
      totalAfterIdGreater: options.totalAfterIdGreater ?? 'shrunk',
      unpaged: options.unpaged,
      obeyIncludes: options.obeyIncludes ?? [],
      ignoreIncludes: options.ignoreIncludes ?? [],
      includedDealKeys: options.includedDealKeys ?? 'snake',
    }),
    beforeEachRequest: movement(account, options.moving ?? 0, mix(seed, 29)),
    now,
    port: options.port ?? 0,
    seed,
    latencyMs: options.latencyMs ?? 0,
    jitterMs: options.jitterMs ?? 0,
    slowOffsetMs: options.slowOffsetMs ?? 0.2,
    pageCap: options.pageCap ?? 100,
    retryAfter: options.retryAfter ?? 1,
    forbidden: options.forbidden ?? [],
    missing: [...(options.missing ?? []), ...(options.ecomOrderProducts === false ? ['ecomOrderProducts'] : [])],
  });

  let changeCalls = 0;
  return {
    url: server.url,
    token,
    requests: log.requests,
    stats: () => log.stats,
    resources: resourceNames,
    rows: name => rowsOf(account, name),
    rowsUnder: (name, id) => rowsUnder(account, name, id),
    ids: name => idsOf(account, name),
    count: name => account.table(name).count,
    insert: (name, row) => account.insert(name, row),
    edit: (name, id, row) => account.edit(name, id, row),
    touch: contactId => account.touch(contactId),
    remove(name, id) {
      account.remove(name, id);
    },
    change: (count, changeSeed) => change(account, count, changeSeed ?? mix(changesSeed, ++changeCalls)),
    addFault(plan) {
      checkPaths({faults: [plan]});
      plannedFaults.add(plan);
    },
    stop: () => stopped(server.http),
  };
}

function* rowsOf(account: Account, name: string): Iterable<WireRow> {
  const view = viewNamed(name);
  if (view !== undefined) {
    for (const id of view.ids(account)) yield* view.rowsOf(account, id) ?? [];
    return;
  }
  const resource = account.resource(name);
  for (const index of account.table(name).living()) yield account.row(resource, index);
}

function rowsUnder(account: Account, name: string, id: string): Iterable<WireRow> {
  const view = viewNamed(name);
  if (view !== undefined) return view.rowsOf(account, id) ?? [];
  const resource = account.resource(name);
  return (account.indicesUnder(resource, id) ?? []).map(index => account.row(resource, index));
}

// Changes fall due with time and are made when somebody asks, so that no timer keeps the process awake.
function movement(account: Account, perSecond: number, seed: number): () => void {
  let beganAtMs: number | undefined;
  let made = 0;
  return () => {
    if (perSecond === 0) return;
    beganAtMs ??= performance.now();
    const due = Math.floor(((performance.now() - beganAtMs) / 1000) * perSecond);
    for (; made < due; made++) change(account, 1, mix(seed, made), made);
  };
}

function stopped(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
