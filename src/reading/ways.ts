// Chooses how a list is read: by what its row of the stream table offers, by what is wanted of it, and by what the
// server was seen to obey. Each way has a file of its own; where one of them finds that the server does not obey, the
// whole list is read in the same run.

import {shiftSeconds} from '../dates.js';
import {ApiError} from '../errors.js';
import {findStream, listKeyOf} from '../streams.js';
import type {Checkpoint} from './checkpoint.js';
import {createKeySet, type KeySet} from './key-set.js';
import {isKeysetCheckpoint, readByKeyset} from './keyset.js';
import {
  type Accept,
  createProgress,
  type List,
  openList,
  type Page,
  type Progress,
  type ReadingContext,
} from './list.js';
import {readNewestFirst, readNewestFirstPlace} from './newest-first.js';
import {readByOffset, readOffsetPlace} from './offsets.js';
import {isChildrenCheckpoint, readPerParent} from './per-parent.js';
import {createProver} from './proofs.js';
import type {StreamToRead} from './reader.js';
import {filterOf, findShortcut, type Shortcut} from './shortcuts.js';

/** A list of so many pages is read as a whole: proving what would shorten it costs as much. */
const PAGES_OF_A_SHORT_LIST = 2;

// A filter may go by whole days, in the zone of the account. One that is ignored shows rows of all ages.
const FILTER_TOLERANCE_SECONDS = 2 * 86_400;

// Asked of every list: those that know it can be read without fear of rows that move, the others ignore it.
const BY_ID = {'orders[id]': 'ASC'};

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
  const {definition, since, replication, memory} = stream;
  progress.proofs = memory.proofs;
  const resume = readCheckpoint(stream);
  progress.isResumed = resume !== undefined;
  const session = openList(context, list, progress, signal, resume?.seen);
  const query = {...definition.parameters, ...definition.order};
  const prover = replication && createProver(context, session, {query, replication});
  /** The parameter that shortens the reading, for checkpoints; null while the whole list is read. */
  let via: string | null = null;

  for await (const page of read()) {
    const {checkpoint} = page;
    const shortcut = via;
    const place = () => {
      const at = checkpoint?.();
      return at && {...at, shortcut};
    };
    yield checkpoint ? {...page, checkpoint: place} : page;
  }

  async function* read(): AsyncGenerator<Page> {
    const {first, isShort} = await lookAhead();
    let shortcut: Shortcut | undefined;
    if (since !== undefined && replication && prover && !isShort) {
      shortcut = await findShortcut(definition, replication, prover, progress);
      if (shortcut) {
        first?.discard();
        if (yield* readBy(shortcut, since)) return;
        prover.refute(shortcut.parameter);
      }
    }
    yield* readWhole(shortcut ? undefined : first);
    progress.listRows = progress.total ?? progress.seen;
    // What is proven now need not be proven when only news are wanted; of a short list it never will be.
    if (replication && prover && !shortcut && !isShortList(progress.listRows)) {
      await findShortcut(definition, replication, prover, progress);
    }
  }

  /** Finds out whether a list is short, where its news are wanted and nobody has told yet: its first page does. */
  async function lookAhead(): Promise<{readonly first?: Accept; readonly isShort: boolean}> {
    if (since === undefined || !replication || resume) return {isShort: false};
    if (memory.rows !== undefined) return {isShort: isShortList(memory.rows)};
    if (filterOf(definition, replication)) return {isShort: false};
    const limit = String(context.pageSize);
    const first = await session.request({...BY_ID, ...query, limit, offset: '0'}, {order: 0});
    return {first, isShort: isShortList(first.total ?? (first.count < context.pageSize ? first.count : undefined))};
  }

  function isShortList(rows: number | undefined): boolean {
    return rows !== undefined && rows <= PAGES_OF_A_SHORT_LIST * context.pageSize;
  }

  function use(way: string): void {
    progress.ways = [...progress.ways, way];
  }

  /** Reads by a shortcut. Returns false when a page shows that the server does not obey it. */
  async function* readBy(shortcut: Shortcut, wanted: string): AsyncGenerator<Page, boolean> {
    if (!replication) return false;
    const {parameter} = shortcut;
    via = parameter;
    const checkpoint = resume?.shortcut === parameter ? resume.checkpoint : undefined;
    if (shortcut.type === 'order') {
      use('newest first');
      const place = checkpoint && readNewestFirstPlace(checkpoint);
      const options = {query, order: parameter, since: wanted, replication, resume: place};
      return (yield* readNewestFirst(context, session, options)) === 'done';
    }
    use('changed since');
    const bound = shiftSeconds(wanted, -shortcut.marginSeconds);
    const earliest = shiftSeconds(bound, -FILTER_TOLERANCE_SECONDS);
    const filtered = {...query, [parameter]: `${bound.slice(0, 19)}Z`};
    for await (const page of readAll(filtered, checkpoint)) {
      yield page;
      const values = (page.rows[list.dataKeys[0] ?? ''] ?? []).map(replication.valueOf);
      if (values.some(value => value !== null && value < earliest)) return false;
    }
    return true;
  }

  async function* readWhole(first: Accept | undefined): AsyncGenerator<Page> {
    via = null;
    progress.isWhole = true;
    const checkpoint = resume?.shortcut === null ? resume.checkpoint : undefined;
    const parent = definition.perParent;
    if (parent && checkpoint && isChildrenCheckpoint(checkpoint)) yield* readChildren(parent, checkpoint);
    else {
      try {
        yield* readAll(query, checkpoint, first);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404 || !parent) throw error;
        yield* readChildren(parent);
      }
    }
  }

  /** Reads every row that a query selects. */
  async function* readAll(
    selected: Readonly<Record<string, string>>,
    checkpoint?: Checkpoint,
    first?: Accept,
  ): AsyncGenerator<Page> {
    const isNarrowed = selected !== query;
    const place = checkpoint && readOffsetPlace(checkpoint);
    if (definition.keyset && !place) {
      use('keyset');
      const end = yield* readByKeyset(context, session, {parameters: definition.keyset, query: selected, checkpoint});
      if (end === 'done') return;
    }
    use('offsets');
    const options = {isOpen: isNarrowed, first, resume: place};
    yield* readByOffset(context, session, {...options, query: {...BY_ID, ...selected}});
  }

  async function* readChildren(
    below: NonNullable<StreamToRead['definition']['perParent']>,
    checkpoint?: Checkpoint,
  ): AsyncGenerator<Page> {
    const parent = findStream(below.tapStreamId);
    if (!parent) throw new Error(`${definition.tapStreamId} hangs on ${below.tapStreamId}, which is no stream`);
    use('children');
    const parents = createProgress();
    progress.parents = parents;
    const parentsList: List = {
      path: parent.path,
      dataKeys: [listKeyOf(parent)],
      endpoint: list.endpoint,
      // Between this stream and the next: what this one is waiting for goes before the parents further down.
      rank: list.rank + 0.5,
    };
    const everyParent = {
      definition: parent,
      since: undefined,
      replication: undefined,
      memory: {rows: undefined, proofs: {}},
      checkpoint: undefined,
    };
    const parentPages = readStream(context, everyParent, parentsList, parents, signal);
    const pathOf = (key: string) => below.path.replace(':id', encodeURIComponent(key));
    yield* readPerParent(context, parentPages, listKeyOf(parent), session, pathOf, checkpoint);
    // Without parents no request for the stream's own rows was answered, and the parents' list says when that was.
    progress.begunAt ??= parents.begunAt;
    // Nothing counts the children: below a parent that was read early, some may have come since.
    progress.verdict = 'unverified';
  }
}

type Resume = {
  readonly checkpoint: Checkpoint;
  /** The parameter that shortened the reading; null where the whole list was read. */
  readonly shortcut: string | null;
  readonly seen: KeySet;
};

/** The checkpoint, if one of the ways of reading takes it. */
function readCheckpoint({checkpoint, onIgnored, definition}: StreamToRead): Resume | undefined {
  if (!checkpoint) return undefined;
  const {shortcut = null, seen} = checkpoint;
  if (shortcut === null || typeof shortcut === 'string') {
    if (isKeysetCheckpoint(checkpoint) && definition.keyset) {
      return {checkpoint, shortcut, seen: createKeySet({startAt: Number(seen)})};
    }
    const place = readOffsetPlace(checkpoint);
    if (place) return {checkpoint, shortcut, seen: place.seen};
    if (isChildrenCheckpoint(checkpoint) && definition.perParent) {
      return {checkpoint, shortcut, seen: createKeySet({startAt: checkpoint.seen})};
    }
    if (readNewestFirstPlace(checkpoint)) return {checkpoint, shortcut, seen: createKeySet()};
  }
  onIgnored?.('no way of reading knows it');
  return undefined;
}
