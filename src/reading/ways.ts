// Chooses how a list is read: by what its row of the stream table offers, by what is wanted of it, and by what the
// server was seen to obey. Each way has a file of its own; where one of them finds that the server does not obey, the
// whole list is read in the same run.

import {shiftSeconds} from '../dates.js';
import {ApiError, isRefusal} from '../errors.js';
import {listKeyOf, livesBelowParents, type PerParent} from '../stream-definition.js';
import {type IncludedCheckpoint, isIncludedCheckpoint, readBelowParents} from './below-parents.js';
import {BY_ID, readChangedRows, readRows, use} from './changed-rows.js';
import type {Checkpoint} from './checkpoint.js';
import {beginProofs, type EarlyProofs} from './early-proofs.js';
import {type ChildrenCheckpoint, isChildrenCheckpoint} from './finished-parents.js';
import {createKeySet, type KeySet} from './key-set.js';
import {isKeysetCheckpoint} from './keyset-checkpoint.js';
import {type Accept, type List, openList, type Page, type Progress, type ReadingContext} from './list.js';
import {createNarrowing} from './narrowing.js';
import {readNewestFirst, readNewestFirstPlace} from './newest-first.js';
import {readNumberedPages, readOnce} from './numbered-pages.js';
import {readOffsetPlace} from './offsets.js';
import {createProver} from './proofs.js';
import {filterOf, findShortcut, includeOf, type Shortcut} from './shortcuts.js';
import {readSideLoaded} from './side-loaded.js';
import type {SideLoading, StreamToRead} from './stream-to-read.js';
import {createWitnesses, proveSideLoading, type Witnesses} from './witnesses.js';

/** A list of so many pages is read as a whole: proving what would shorten it costs as much. */
export const PAGES_OF_A_SHORT_LIST = 2;

/**
 * The pages of one stream's list. When they have ended, `progress` says how the list was read and what is known of the
 * server. Throws ApiError.
 */
export async function* readStream(
  context: ReadingContext,
  stream: StreamToRead,
  list: List,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const {definition, filters, since, replication, memory, sideLoading, parents} = stream;
  if (definition.fault) throw new ApiError(definition.fault);
  progress.proofs = memory.proofs;
  const resume = readCheckpoint(stream);
  progress.isResumed = resume !== undefined;
  const isOfParents = sideLoading !== undefined && resume?.shortcut === includeOf(sideLoading);
  // A place among the parents says nothing of the list itself.
  const session = openList(context, list, progress, signal, isOfParents ? undefined : resume?.seen);
  const query = {...definition.parameters, ...definition.order};
  /** Filled by a whole read that is to prove something. */
  let newestRows: Witnesses | undefined;
  const newest = () => (newestRows?.newest() ?? []).map(({parent, changedAt}) => ({key: parent, changedAt}));
  const isNarrowed = filters !== undefined;
  const proving = replication && {query, replication, newest, isNarrowed};
  const prover = proving && createProver(context, session, proving);
  /** What would shorten the next reading, asked while the whole list is read. */
  let early: EarlyProofs | undefined;
  const narrowing = filters && createNarrowing(context, session, {definition, filters});
  /** The parameter that shortens the reading, for checkpoints; null while the whole list is read. */
  let via: string | null = null;
  let witnesses: Witnesses | undefined;

  try {
    for await (const page of read()) {
      if (narrowing && !(await narrowing.admits(page))) continue;
      const {checkpoint} = page;
      const shortcut = via;
      const place = () => {
        const at = checkpoint?.();
        return at && {...at, shortcut};
      };
      yield checkpoint ? {...page, checkpoint: place} : page;
    }
  } catch (error) {
    throw narrowing ? narrowing.explain(error) : error;
  }

  async function* read(): AsyncGenerator<Page> {
    // Such lists know nothing that would shorten their reading.
    if (livesBelowParents(definition) || definition.paging) {
      yield* readWhole(undefined);
      if (progress.isWhole) progress.listRows = progress.total ?? progress.seen;
      return;
    }
    const {first, isShort} = await lookAhead();
    let shortcut: Shortcut | undefined;
    if (since !== undefined && replication && prover && !isShort) {
      shortcut = await findShortcut(stream, replication, prover, progress);
      if (shortcut) {
        first?.discard();
        try {
          if (yield* readBy(shortcut, since)) return;
          prover.refute(shortcut.parameter);
        } catch (error) {
          // What the server has come to refuse, or to stumble over, the whole list may still do without.
          if (!isRefusal(error) && !isStumble(error)) throw error;
          if (isRefusal(error)) prover.refute(shortcut.parameter);
        }
      }
    }
    yield* readWhole(shortcut ? undefined : first, shortcut === undefined);
    progress.listRows = progress.total ?? progress.seen;
    // What is proven now need not be proven when only news are wanted; of a short list it never will be.
    if (replication && prover && !shortcut && !isShortList(progress.listRows)) {
      const found = await (early?.settle() ?? findShortcut(stream, replication, prover, progress));
      if (!found && sideLoading && witnesses) {
        const newest = witnesses.newest();
        const options = {...throughParents(sideLoading), sideLoading, replication, witnesses: newest, progress, signal};
        await prover.prove(includeOf(sideLoading), () => proveSideLoading(context, options));
      }
    }
  }

  /** Finds out whether a list is short, where its news are wanted and nobody has told yet: its first page does. */
  async function lookAhead(): Promise<{readonly first?: Accept; readonly isShort: boolean}> {
    if (since === undefined || !replication || resume) return {isShort: false};
    if (memory.rows !== undefined) return {isShort: isShortList(memory.rows)};
    // Who reads by key begins with a page of another query.
    if (filterOf(definition, replication) || definition.keyset) return {isShort: false};
    const limit = String(context.pageSize);
    let first: Accept;
    try {
      first = await session.request({...BY_ID, ...query, limit, offset: '0'}, {order: 0});
    } catch (error) {
      // The whole read does without what the server refuses.
      if (isRefusal(error)) return {isShort: false};
      throw error;
    }
    return {first, isShort: isShortList(first.total ?? (first.count < context.pageSize ? first.count : undefined))};
  }

  function isShortList(rows: number | undefined): boolean {
    return rows !== undefined && rows <= PAGES_OF_A_SHORT_LIST * context.pageSize;
  }

  /** The list of the parents that brings the rows of this one along. */
  function throughParents({parent}: SideLoading): {readonly list: List; readonly dataKey: string} {
    const dataKey = list.dataKeys[0] ?? '';
    return {list: {...list, path: parent.path, dataKeys: [listKeyOf(parent), dataKey]}, dataKey};
  }

  /** What a checkpoint only counts comes again where it is not gone on with. */
  function forgetUnknown(): void {
    session.seen.forgetUnknown();
    progress.seen = session.seen.size();
  }

  /** Reads by a shortcut. Returns false when a page shows that the server does not obey it. */
  async function* readBy(shortcut: Shortcut, wanted: string): AsyncGenerator<Page, boolean> {
    if (!replication) return false;
    const {parameter} = shortcut;
    via = parameter;
    const place = resume?.shortcut === parameter ? resume : undefined;
    if (!place) forgetUnknown();
    const checkpoint = place?.checkpoint;
    if (shortcut.type === 'include') {
      if (!sideLoading) return false;
      use(session, 'side-loaded');
      const options = {...throughParents(sideLoading), sideLoading, since: wanted, progress, resume: place, signal};
      progress.isSideLoaded = true;
      return (yield* readSideLoaded(context, options)) === 'done';
    }
    if (shortcut.type === 'order') {
      use(session, 'newest first');
      const resumed = checkpoint && readNewestFirstPlace(checkpoint);
      const options = {query, order: parameter, since: wanted, replication, resume: resumed};
      return (yield* readNewestFirst(context, session, options)) === 'done';
    }
    use(session, 'changed since');
    const bound = shiftSeconds(wanted, -shortcut.marginSeconds);
    const options = {definition, query, filter: parameter, replication, since: bound, checkpoint};
    return (yield* readChangedRows(context, session, options)) === 'done';
  }

  async function* readWhole(first: Accept | undefined, isToProve = false): AsyncGenerator<Page> {
    via = null;
    progress.isWhole = true;
    progress.isSideLoaded = false;
    const checkpoint = resume?.shortcut === null ? resume.checkpoint : undefined;
    if (!checkpoint) forgetUnknown();
    const parent = definition.perParent;
    if (parent && (livesBelowParents(definition) || (checkpoint && isBelowCheckpoint(checkpoint)))) {
      yield* readChildren(parent, checkpoint);
    } else if (definition.paging === 'once') {
      use(session, 'whole');
      yield* readOnce(session, query);
    } else if (definition.paging === 'pages') {
      use(session, 'pages');
      yield* readNumberedPages(context, session, query);
    } else {
      const isToBeProven = sideLoading && !progress.isResumed && prover?.known(includeOf(sideLoading)) === undefined;
      const shortcut = replication && (filterOf(definition, replication)?.parameter ?? `orders[${replication.key}]`);
      if (replication && shortcut && prover?.known(shortcut) === undefined) {
        newestRows = createWitnesses(replication, 'id');
      }
      if (replication && isToBeProven) witnesses = createWitnesses(replication, sideLoading.source.parentKey);
      try {
        for await (const page of readRows(context, session, {
          definition,
          query,
          isNarrowed: false,
          checkpoint,
          first,
          onAllRows: () => void early?.settle(),
        })) {
          // A run that goes on has asked before it was interrupted, and asks again only at the end.
          const isSurelyLong = progress.total !== undefined && !isShortList(progress.total);
          if (proving && prover && isToProve && isSurelyLong && !resume) {
            early ??= beginProofs(context, session, stream, prover, proving);
          }
          const rows = page.rows[list.dataKeys[0] ?? ''] ?? [];
          newestRows?.look(rows);
          witnesses?.look(rows);
          yield page;
        }
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404 || !parent) throw error;
        yield* readChildren(parent);
      }
    }
  }

  async function* readChildren(below: PerParent, checkpoint?: Checkpoint): AsyncGenerator<Page> {
    if (!parents) throw new Error(`nobody has said how the parents of ${definition.tapStreamId} are read`);
    progress.isWhole = areAllWanted(parents);
    yield* readBelowParents(context, session, {
      definition,
      below,
      parents,
      narrowing,
      checkpoint,
      readList: readStream,
      signal,
    });
  }
}

/** Whether the server was in trouble with a request, as often as it was repeated. */
export function isStumble(error: unknown): boolean {
  return error instanceof ApiError && error.status !== undefined && error.status >= 500;
}

/** Whether all rows of a stream are wanted, and it hangs below no others of which some are not. */
function areAllWanted({since, parents}: StreamToRead): boolean {
  return since === undefined && (parents === undefined || areAllWanted(parents));
}

/** Whether a checkpoint is one of rows below parents. */
export function isBelowCheckpoint(checkpoint: Checkpoint): checkpoint is ChildrenCheckpoint | IncludedCheckpoint {
  return isChildrenCheckpoint(checkpoint) || isIncludedCheckpoint(checkpoint);
}

type Resume = {
  readonly checkpoint: Checkpoint;
  /** The parameter that shortened the reading; null where the whole list was read. */
  readonly shortcut: string | null;
  readonly seen: KeySet;
};

/** The checkpoint, if one of the ways of reading takes it. */
function readCheckpoint({checkpoint, onIgnored, definition, sideLoading}: StreamToRead): Resume | undefined {
  if (!checkpoint) return undefined;
  const {shortcut = null, seen} = checkpoint;
  const keyset = sideLoading && shortcut === includeOf(sideLoading) ? sideLoading.parent.keyset : definition.keyset;
  if (shortcut === null || typeof shortcut === 'string') {
    if (isKeysetCheckpoint(checkpoint) && keyset) {
      return {checkpoint, shortcut, seen: createKeySet({startAt: Number(seen)})};
    }
    const place = readOffsetPlace(checkpoint);
    if (place) return {checkpoint, shortcut, seen: place.seen};
    if (isBelowCheckpoint(checkpoint) && definition.perParent) {
      return {checkpoint, shortcut, seen: createKeySet({startAt: checkpoint.seen})};
    }
    if (readNewestFirstPlace(checkpoint)) return {checkpoint, shortcut, seen: createKeySet()};
  }
  onIgnored?.('no way of reading knows it');
  return undefined;
}
