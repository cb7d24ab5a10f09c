// Finds out whether a change of a row moves its parent, so that what changed can be read through the parents that did.
// Nobody documents it. The witnesses are the rows that changed last: were their parents not moved by them, they all
// would have to have been edited since by chance, most of them within the same minute.

import {shiftSeconds} from '../dates.js';
import {snakeCase} from '../keys.js';
import type {WireRow} from '../wire.js';
import {asBound, BY_ID} from './changed-rows.js';
import {type Accept, createProgress, type List, openList, type Progress, type ReadingContext} from './list.js';
import {createProver} from './proofs.js';
import type {Replication, SideLoading} from './stream-to-read.js';

const MOST_WITNESSES = 20;
const LEAST_WITNESSES = 10;

// Both stamps are made by one change, but perhaps not in the same second.
const TOLERANCE_SECONDS = 2;
const MINUTE_SECONDS = 60;

/** A row by whose parent it can be seen whether the two move together. */
export type Witness = {readonly parent: string; readonly changedAt: string; readonly row: WireRow};

export type Witnesses = {
  /** Looks at rows of the list as they come. */
  readonly look: (rows: readonly WireRow[]) => void;
  /** The rows that changed last, each of another parent. */
  readonly newest: () => readonly Witness[];
};

/** Gathers witnesses among the rows of a list. */
export function createWitnesses(replication: Replication, parentKey: string): Witnesses {
  const byParent = new Map<string, Witness>();
  const snakeKey = snakeCase(parentKey);
  let oldest: Witness | undefined;

  const findOldest = () =>
    [...byParent.values()].reduce<Witness | undefined>(
      (lowest, witness) => (lowest === undefined || witness.changedAt < lowest.changedAt ? witness : lowest),
      undefined,
    );

  function lookAt(row: WireRow): void {
    const changedAt = replication.valueOf(row);
    const named = row[parentKey] ?? row[snakeKey];
    if (changedAt === null || (typeof named !== 'string' && typeof named !== 'number')) return;
    const isFull = byParent.size >= MOST_WITNESSES;
    if (isFull && oldest && changedAt <= oldest.changedAt) return;
    const parent = String(named);
    const before = byParent.get(parent);
    if (before && changedAt <= before.changedAt) return;
    if (isFull && !before && oldest) byParent.delete(oldest.parent);
    byParent.set(parent, {parent, changedAt, row});
    oldest = findOldest();
  }

  return {
    look: rows => rows.forEach(lookAt),
    newest: () => [...byParent.values()].sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1)),
  };
}

export type SideLoadingProof = {
  readonly sideLoading: SideLoading;
  readonly replication: Replication;
  /** The parents' list, whose answers bring the rows along. */
  readonly list: List;
  /** The data key of the rows. */
  readonly dataKey: string;
  readonly witnesses: readonly Witness[];
  /** Told of the requests. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

/**
 * Whether what changed in a list can be read through the parents that changed: they bring its rows along, the same as
 * the list itself has them, are moved by their changes, and can be filtered by that. Undefined when the witnesses do not
 * say. Throws ApiError.
 */
export async function proveSideLoading(
  context: ReadingContext,
  options: SideLoadingProof,
): Promise<boolean | undefined> {
  const {list, progress, signal, sideLoading} = options;
  const {parent, source, parentReplication} = sideLoading;
  const witnesses = options.witnesses.slice(0, context.pageSize);
  const filter = parent.changedSince;
  if (!filter || witnesses.length < LEAST_WITNESSES) return undefined;
  // What is found out about the parents' filter is a part of this proof, and kept with it alone.
  const ofParents = createProgress();
  const session = openList(context, list, ofParents, signal);
  const query = {...BY_ID, ...parent.parameters, ...parent.order};
  try {
    ofParents.proofRequests += 1;
    const include = {include: source.include, limit: String(context.pageSize)};
    const answer = await session.request({...query, ...include, ...parentsOf(witnesses, sideLoading)}, {isPart: true});
    answer.discard();
    const holds = judge(witnesses, answer, options);
    if (!holds) return holds;
    const prover = createProver(context, session, {query, replication: parentReplication});
    return (await prover.filter(filter.parameter)) || prover.known(filter.parameter);
  } finally {
    progress.requests += ofParents.requests;
    progress.proofRequests += ofParents.proofRequests;
  }
}

/** The bound from which parents are asked for, so that all come whose rows changed since an instant. */
export function parentsSince(since: string, {parent}: SideLoading): string {
  return shiftSeconds(since, -(parent.changedSince?.marginSeconds ?? 0) - MINUTE_SECONDS);
}

/** What asks for the parents of the witnesses: their ids, or the filter that they would be read by. */
function parentsOf(witnesses: readonly Witness[], sideLoading: SideLoading): Readonly<Record<string, string>> {
  const {changedSince, idsParameter} = sideLoading.parent;
  if (idsParameter !== undefined) {
    return Object.fromEntries(witnesses.map(({parent}, index) => [`${idsParameter}[${index}]`, parent]));
  }
  const oldest = witnesses.at(-1)?.changedAt;
  return changedSince && oldest ? {[changedSince.parameter]: asBound(parentsSince(oldest, sideLoading))} : {};
}

function judge(
  witnesses: readonly Witness[],
  {rowsByKey, rows, count, total}: Accept,
  {sideLoading, replication, dataKey}: SideLoadingProof,
): boolean | undefined {
  const {parent: definition, parentReplication, parentCreatedAt, recordOf} = sideLoading;
  const isFiltered = definition.idsParameter === undefined;
  const parents = byId(rows);
  const loaded = rowsByKey.get(dataKey);
  if (!loaded) return false;
  const children = byId(loaded);
  let old = 0;
  let movedAtOnce = 0;
  for (const {parent: key, changedAt, row} of witnesses) {
    const parent = parents.get(key);
    if (!parent) {
      // The filter has passed it over; unless it stands on another page.
      if (isFiltered) return total !== undefined && count >= total ? false : undefined;
      // It is gone, or ids are not obeyed.
      continue;
    }
    const parentChangedAt = parentReplication.valueOf(parent);
    // Deals without permission have no stamps: whatever the filter, they come.
    if (parentChangedAt === null && isFiltered) continue;
    if (parentChangedAt === null || parentChangedAt < shiftSeconds(changedAt, -TOLERANCE_SECONDS)) return false;
    const child = children.get(String(row['id']));
    if (!child) return false;
    const childChangedAt = replication.valueOf(child);
    // It has changed meanwhile, and says nothing of what it was before.
    if (childChangedAt !== null && childChangedAt > changedAt) continue;
    if (JSON.stringify(recordOf(child)) !== JSON.stringify(recordOf(row))) return false;
    // A parent that came together with its row would carry that stamp in any case.
    const createdAt = parentCreatedAt(parent);
    if (createdAt === null || createdAt > shiftSeconds(changedAt, -MINUTE_SECONDS)) continue;
    old += 1;
    if (parentChangedAt <= shiftSeconds(changedAt, MINUTE_SECONDS)) movedAtOnce += 1;
  }
  // Parents that were edited later are no contradiction, but no evidence either.
  return old >= LEAST_WITNESSES && movedAtOnce * 2 >= old ? true : undefined;
}

function byId(rows: readonly WireRow[]): ReadonlyMap<string, WireRow> {
  return new Map(rows.map(row => [String(row['id']), row]));
}
