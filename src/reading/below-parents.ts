// Reads rows that hang below those of another stream. Where the parents' list was proven to bring them along, a request
// serves a whole page of parents; else each parent takes one.

import {shiftSeconds} from '../dates.js';
import {isRefusal} from '../errors.js';
import {isCount, isObject} from '../json.js';
import {dataKeyOf, type PerParent, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {KEYSET, use} from './changed-rows.js';
import type {Checkpoint} from './checkpoint.js';
import {formOf, USUAL_FORM} from './envelopes.js';
import {createOrder, isChildrenCheckpoint} from './finished-parents.js';
import {createIncludedProof, type Include, type IncludedProof} from './included-rows.js';
import type {KeysetCheckpoint} from './keyset-checkpoint.js';
import {createProofs} from './known-proofs.js';
import {createProgress, type List, type ListSession, type Page, type Progress, type ReadingContext} from './list.js';
import type {Narrowing} from './narrowing.js';
import {readPerParent} from './per-parent.js';
import type {StreamToRead} from './stream-to-read.js';

type Query = Readonly<Record<string, string>>;

/** A row may show an earlier time than that at which it could first be seen. */
const MARGIN_SECONDS = 60;

/** Reads the list of a stream; that of the parents, which may hang below others in turn. */
export type ReadList = (
  context: ReadingContext,
  stream: StreamToRead,
  list: List,
  progress: Progress,
  signal: AbortSignal,
) => AsyncGenerator<Page>;

export type RowsBelow = {
  readonly definition: StreamDefinition;
  readonly below: PerParent;
  /** The parents as they are to be read. */
  readonly parents: StreamToRead;
  /** Where filters narrow what hangs below each parent. */
  readonly narrowing: Narrowing | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly readList: ReadList;
  readonly signal: AbortSignal;
};

/** A checkpoint of the parents' list, whose answers bring the rows along. */
export type IncludedCheckpoint = {
  readonly way: 'included';
  /** Different rows that came so far. */
  readonly seen: number;
  readonly total: null;
  readonly at: Checkpoint;
};

/** Whether rows that come with their parents can be gone on with from a checkpoint. */
export function isIncludedCheckpoint(checkpoint: Checkpoint): checkpoint is IncludedCheckpoint {
  const {way, seen, at} = checkpoint;
  return way === 'included' && isCount(seen) && isObject(at) && typeof at['way'] === 'string';
}

/** The pages of all rows below the parents. `session` is that of the rows' stream. Throws ApiError. */
export async function* readBelowParents(
  context: ReadingContext,
  session: ListSession,
  options: RowsBelow,
): AsyncGenerator<Page> {
  const {definition, below, narrowing, checkpoint, readList, signal} = options;
  const parents = withMargin(options.parents);
  const {list, progress} = session;
  const parentsKey = dataKeyOf(parents.definition);
  const {include} = below;
  /** Whose list brings the rows along: that of the parents, or the one below which those hang themselves. */
  const listed = include?.through && parents.parents ? withMargin(parents.parents) : parents;
  const listedKey = dataKeyOf(listed.definition);
  const ownKey = list.dataKeys[0] ?? '';
  const query: Query = {...definition.parameters, ...definition.order};
  const ofParents = createProgress();
  progress.parents = ofParents;

  const proof = include && proofOf(include);
  if (include && proof && (await proofs().prove(includedName(include), proof.prove))) {
    try {
      if (yield* readIncluded(include, proof)) return;
      proofs().refute(includedName(include));
    } catch (error) {
      // What the server has come to refuse, the way below each parent may still do without.
      if (!isRefusal(error)) throw error;
      proofs().refute(includedName(include));
    }
  }
  use(session, 'children');
  if (!checkpoint || !isChildrenCheckpoint(checkpoint)) forgetUnknown();
  const behind = parentsBehind(checkpoint, parents, below);
  const order = createOrder(() => ofParents.ways.at(-1) === KEYSET, behind?.upTo);
  const remaining = behind ? {...parents, checkpoint: behind.checkpoint} : parents;
  // One page of parents after the other: they are few beside what hangs below them, and so come by ascending ids.
  const oneByOne = parents.definition.keyset ? {...context, window: 1} : context;
  const children = readPerParent(context, session, {
    below,
    query,
    isOnce: definition.paging === 'once',
    parents: wantedParents(oneByOne),
    isInOrder: order.isShown,
    narrowing,
    checkpoint,
    signal,
  });
  for await (const page of children) {
    noteBegin();
    yield page;
  }
  end();

  async function* wantedParents(readingContext: ReadingContext): AsyncGenerator<WireRow> {
    for await (const page of readList(readingContext, remaining, listOf(parents, [parentsKey]), ofParents, signal)) {
      order.look(page.rows[parentsKey] ?? []);
      const rows = (page.rows[parentsKey] ?? []).filter(row => isWanted(row, parents));
      page.release();
      yield* rows;
    }
  }

  function isWanted(parent: WireRow, {since, replication}: StreamToRead): boolean {
    const changedAt = replication?.valueOf(parent) ?? null;
    return since === undefined || changedAt === null || changedAt >= since;
  }

  function listOf({definition: of}: StreamToRead, dataKeys: readonly string[]): List {
    return {
      path: of.path,
      dataKeys,
      endpoint: list.endpoint,
      // Between this stream and the next: what this one is waiting for goes before the parents further down.
      rank: (list.rank + Math.floor(list.rank) + 1) / 2,
      form: formOf(of),
    };
  }

  /** What a checkpoint only counts comes again where another way of reading begins anew. */
  function forgetUnknown(): void {
    session.seen.forgetUnknown();
    progress.seen = session.seen.size();
  }

  /** The parents' list is asked first, and before a page of children is written it has said when that was. */
  function noteBegin(): void {
    const {begunAt} = ofParents;
    if (begunAt !== undefined) progress.begunAt = Math.min(progress.begunAt ?? begunAt, begunAt);
  }

  function end(): void {
    noteBegin();
    // Nothing counts the children: below a parent that was read early, some may have come since.
    progress.verdict = 'unverified';
  }

  function proofs() {
    return createProofs(progress, context.wall);
  }

  function proofOf(by: Include): IncludedProof {
    const {parameters, order} = listed.definition;
    const list = listOf(listed, keysOf(by));
    const asked = {list, parameters: {...parameters, ...order, ...includingRows(by)}, progress: ofParents};
    return createIncludedProof(context, session, {below, include: by, query, listed: asked, signal});
  }

  function keysOf(by: Include): readonly string[] {
    return [listedKey, by.dataKey, ...(by.through ? [by.through.dataKey] : [])];
  }

  /** Returns false when an answer does not bring the rows along. */
  async function* readIncluded(by: Include, {isComplete}: IncludedProof): AsyncGenerator<Page, boolean> {
    use(session, 'included');
    const place = checkpoint && isIncludedCheckpoint(checkpoint) ? checkpoint.at : undefined;
    if (!place) forgetUnknown();
    const parameters = {...listed.definition.parameters, ...includingRows(by)};
    const withRows = {...listed, definition: {...listed.definition, parameters}, checkpoint: place};
    for await (const page of readList(context, withRows, listOf(listed, keysOf(by)), ofParents, signal)) {
      noteBegin();
      const came = page.rows[listedKey] ?? [];
      const loaded = page.rows[by.dataKey];
      const changed = came.filter(row => isWanted(row, listed));
      if ((!loaded && came.length > 0) || !(await isComplete(changed, page.rows))) {
        page.release();
        return false;
      }
      const wanted = new Set(changed.map(USUAL_FORM.keyOf));
      const rows = (loaded ?? []).filter(row => isFresh(row, wanted, by));
      progress.seen = session.seen.size();
      const seen = progress.seen;
      const at = page.checkpoint;
      yield {
        ...page,
        rows: {[ownKey]: rows},
        checkpoint: () => {
          const there = at?.();
          return there && {way: 'included', seen, total: null, at: there};
        },
      };
    }
    end();
    return true;
  }

  function isFresh(row: WireRow, wanted: ReadonlySet<string | undefined>, {parentKey}: Include): boolean {
    const parent = parentKey === undefined ? undefined : row[parentKey];
    if (listed.since !== undefined && parent !== undefined && !wanted.has(String(parent))) return false;
    const key = USUAL_FORM.keyOf(row);
    return key === undefined || session.seen.add(key);
  }
}

/**
 * Where the list of the parents is gone on with, when all up to one are done and their ids tell which come behind it:
 * whoever asked for all of them again in every run would never come to an end with a few requests in each. Parents that
 * are chosen by their changes come by other ways.
 */
function parentsBehind(
  checkpoint: Checkpoint | undefined,
  {definition, since}: StreamToRead,
  {parentKey}: PerParent,
): {readonly upTo: string; readonly checkpoint: KeysetCheckpoint} | undefined {
  const upTo = checkpoint && isChildrenCheckpoint(checkpoint) ? checkpoint.upTo : undefined;
  if (upTo === undefined || !definition.keyset || since !== undefined || parentKey !== undefined) return undefined;
  const after = Number(upTo);
  if (!isCount(after)) return undefined;
  return {upTo, checkpoint: {way: 'keyset', seen: 0, total: null, ranges: [[after, null]], greatest: null}};
}

/** The parents as they are asked for: from a little earlier on, for the clocks that do not agree. */
export function withMargin(parents: StreamToRead): StreamToRead {
  const {since} = parents;
  return since === undefined ? parents : {...parents, since: shiftSeconds(since, -MARGIN_SECONDS)};
}

/** What asks for the rows along with their parents. */
export function includingRows({parameter}: Include): Query {
  return parameter === undefined ? {} : {include: parameter};
}

/** The name under which it is kept whether the parents bring the rows along. */
export function includedName({parameter, dataKey}: Include): string {
  return parameter === undefined ? `beside ${dataKey}` : `include=${parameter}`;
}
