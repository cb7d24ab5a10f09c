// Reads rows that hang below those of another stream. Where the parents' list was proven to bring them along, a request
// serves a whole page of parents; else each parent takes one.

import {shiftSeconds} from '../dates.js';
import {isMissing, isRefusal} from '../errors.js';
import {isObject} from '../json.js';
import {dataKeyOf, type PerParent, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {KEYSET, use} from './changed-rows.js';
import type {Checkpoint} from './checkpoint.js';
import {formOf, USUAL_FORM} from './envelopes.js';
import {createOrder, isChildrenCheckpoint} from './finished-parents.js';
import {createProofs} from './known-proofs.js';
import {
  type Accept,
  createProgress,
  type List,
  type ListSession,
  openList,
  type Page,
  type Progress,
  type ReadingContext,
} from './list.js';
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
  const isCount = typeof seen === 'number' && Number.isSafeInteger(seen) && seen >= 0;
  return way === 'included' && isCount && isObject(at) && typeof at['way'] === 'string';
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

  if (include && (await isIncluded(include))) {
    try {
      if (yield* readIncluded(include)) return;
      proofs().refute(includedName(include));
    } catch (error) {
      // What the server has come to refuse, the way below each parent may still do without.
      if (!isRefusal(error)) throw error;
      proofs().refute(includedName(include));
    }
  }
  use(session, 'children');
  if (!checkpoint || !isChildrenCheckpoint(checkpoint)) forgetUnknown();
  const order = createOrder(() => ofParents.ways.at(-1) === KEYSET);
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
    for await (const page of readList(readingContext, parents, listOf(parents, [parentsKey]), ofParents, signal)) {
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

  function isIncluded(by: Include): Promise<boolean> {
    return proofs().prove(includedName(by), () => proveIncluded(by));
  }

  /** Returns false when an answer does not bring the rows along. */
  async function* readIncluded(by: Include): AsyncGenerator<Page, boolean> {
    use(session, 'included');
    const place = checkpoint && isIncludedCheckpoint(checkpoint) ? checkpoint.at : undefined;
    if (!place) forgetUnknown();
    const parameters = {...listed.definition.parameters, ...includingRows(by)};
    const withRows = {...listed, definition: {...listed.definition, parameters}, checkpoint: place};
    for await (const page of readList(context, withRows, listOf(listed, [listedKey, by.dataKey]), ofParents, signal)) {
      noteBegin();
      const came = page.rows[listedKey] ?? [];
      const loaded = page.rows[by.dataKey];
      if (!loaded && came.length > 0) {
        page.release();
        return false;
      }
      const wanted = new Set(came.filter(row => isWanted(row, listed)).map(USUAL_FORM.keyOf));
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

  /** Whether the answers of the parents' list hold the same rows as those below some single parents of a page. */
  async function proveIncluded(by: Include): Promise<boolean | undefined> {
    const keys = [listedKey, by.dataKey, ...(by.through ? [by.through.dataKey] : [])];
    const parameters = {...listed.definition.parameters, ...listed.definition.order, ...includingRows(by)};
    const answer = await look(listOf(listed, keys), {...parameters, limit: String(context.pageSize)}, ofParents);
    const loaded = answer.rowsByKey.get(by.dataKey);
    if (answer.count === 0) return undefined;
    const owners = by.through ? answer.rowsByKey.get(by.through.dataKey) : answer.rows;
    if (!loaded || !owners) return false;
    const families = owners.flatMap(owner => {
      const parent = USUAL_FORM.keyOf(owner);
      return parent === undefined ? [] : [{parent, rows: loaded.filter(row => isOf(row, owner, by))}];
    });
    for (const {parent, rows} of sampleOf(families)) {
      if (!(await isSame(parent, rows))) return false;
    }
    return true;
  }

  async function isSame(parent: string, loaded: readonly WireRow[]): Promise<boolean> {
    const path = below.path.replace(':id', encodeURIComponent(parent));
    let own: Accept;
    try {
      own = await look({...list, path}, {...query, limit: String(context.pageSize)}, progress);
    } catch (error) {
      // The parent has gone since.
      if (isMissing(error)) return loaded.length === 0;
      throw error;
    }
    const known = new Set(loaded.map(USUAL_FORM.keyOf));
    return own.keys.every(key => known.has(key)) && (own.count >= context.pageSize || own.count === known.size);
  }

  /**
   * An answer that is only looked at: its rows come again. `counted` is the progress of the list that it is of; who can
   * read the parents need not have the right to read what hangs below them.
   */
  async function look(at: List, parameters: Query, counted: Progress): Promise<Accept> {
    const own = createProgress();
    const looking = openList(context, at, own, signal);
    try {
      const answer = await looking.request(parameters, {isPart: true, order: -1});
      answer.discard();
      return answer;
    } finally {
      counted.proofRequests += 1;
      counted.requests += own.requests;
    }
  }
}

/** The parents as they are asked for: from a little earlier on, for the clocks that do not agree. */
export function withMargin(parents: StreamToRead): StreamToRead {
  const {since} = parents;
  return since === undefined ? parents : {...parents, since: shiftSeconds(since, -MARGIN_SECONDS)};
}

type Include = NonNullable<PerParent['include']>;

/** A parent, and the rows that came along with it. */
type Family = {readonly parent: string; readonly rows: readonly WireRow[]};

/**
 * Where it shows that rows were cut off: at either end of the page parents have none, the last that has some lacks
 * others, or of those with most some have more.
 */
function sampleOf(families: readonly Family[]): ReadonlySet<Family> {
  const most = Math.max(0, ...families.map(({rows}) => rows.length));
  const withRows = families.filter(({rows}) => rows.length > 0);
  const without = families.filter(({rows}) => rows.length === 0);
  const full = withRows.filter(({rows}) => rows.length === most);
  const places = [withRows.at(-1), full[0], full[Math.floor(full.length / 2)], full.at(-1), without[0], without.at(-1)];
  return new Set(places.filter(family => family !== undefined));
}

/** Whether a row that came along belongs to a parent. */
function isOf(row: WireRow, parent: WireRow, {parentKey, through}: Include): boolean {
  const [child, owner] = through ? [row['id'], parent[through.childKey]] : [row[parentKey ?? ''], parent['id']];
  return child !== undefined && String(child) === String(owner);
}

/** What asks for the rows along with their parents. */
export function includingRows({parameter}: Include): Query {
  return parameter === undefined ? {} : {include: parameter};
}

/** The name under which it is kept whether the parents bring the rows along. */
export function includedName({parameter, dataKey}: Include): string {
  return parameter === undefined ? `beside ${dataKey}` : `include=${parameter}`;
}
