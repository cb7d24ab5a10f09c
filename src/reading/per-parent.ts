// Reads a list that exists only below its parents: one request (or a few) for every row of the parent's list.

import {ApiError} from '../errors.js';
import type {Checkpoint} from './checkpoint.js';
import {createKeySet} from './key-set.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {isSurelyLast} from './walk.js';

/** A checkpoint of this way of reading. */
export type ChildrenCheckpoint = {
  readonly way: 'children';
  /** Different children that came so far, those of the parent being read left out. */
  readonly seen: number;
  readonly total: null;
  /**
   * The keys of the parents whose children have all come, as a set of keys writes them. Not only the last key: where
   * the parents' list has no order, or shifts, a parent with a lower one may come later.
   */
  readonly parents: string;
};

/** The list below one parent, whose first page is under way. */
type Child = {readonly parent: string; readonly path: string; readonly order: number; readonly first: Promise<Accept>};

/**
 * The pages of all children, parent by parent. `parentPages` brings the parents, in whatever order, as the rows under
 * `parentsKey`; its list has a rank of its own, just behind that of the children. `pathOf` gives the child list of a
 * parent's key. The children's key set begins with the number of rows that `checkpoint` has seen. Throws ApiError.
 */
export async function* readPerParent(
  context: ReadingContext,
  parentPages: AsyncGenerator<Page>,
  parentsKey: string,
  children: ListSession,
  pathOf: (parentKey: string) => string,
  checkpoint?: Checkpoint | undefined,
): AsyncGenerator<Page> {
  const finished = createFinished(checkpoint);
  const ahead: Child[] = [];
  let order = 0;
  try {
    for await (const parent of keysOf(parentPages, parentsKey)) {
      if (finished.has(parent)) continue;
      const path = pathOf(parent);
      const first = children.request(pageQuery(context, 0), {path, isPart: true, order});
      // Looked at in order, below; until then a fault must not count as unhandled.
      first.catch(() => undefined);
      ahead.push({parent, path, order, first});
      order += 1;
      if (ahead.length >= context.window) yield* readChild(context, children, finished, ahead.shift());
    }
    while (ahead.length > 0) yield* readChild(context, children, finished, ahead.shift());
  } finally {
    for (const {first} of ahead) first.then(({discard}) => discard()).catch(() => undefined);
  }
}

/** Whether this way of reading can go on from a checkpoint. */
export function isChildrenCheckpoint(checkpoint: Checkpoint): checkpoint is ChildrenCheckpoint {
  const {way, seen, parents} = checkpoint;
  const isCount = typeof seen === 'number' && Number.isSafeInteger(seen) && seen >= 0;
  return way === 'children' && isCount && createKeySet({from: parents}) !== undefined;
}

async function* keysOf(pages: AsyncGenerator<Page>, parentsKey: string): AsyncGenerator<string> {
  for await (const page of pages) {
    const keys = (page.rows[parentsKey] ?? []).map(row => row['id']).filter(id => id !== undefined && id !== null);
    page.release();
    for (const key of keys) yield String(key);
  }
}

/** Each page goes out before the next is asked for: pages that wait for one another would use up the places. */
async function* readChild(
  context: ReadingContext,
  session: ListSession,
  finished: Finished,
  child: Child | undefined,
): AsyncGenerator<Page> {
  if (!child) return;
  const {parent, path, order, first} = child;
  const finish = () => finished.add(parent, session.progress.seen);
  try {
    let raw = (await first).accept();
    for (let offset = raw.count; ; offset += raw.count) {
      const isCounted = raw.total === undefined ? isSurelyLast(raw.count, context.pageSize) : offset >= raw.total;
      const isEnd = raw.count === 0 || isCounted;
      if (isEnd) finish();
      yield {...raw.page, checkpoint: finished.note()};
      if (isEnd) return;
      raw = (await session.request(pageQuery(context, offset), {path, isPart: true, order})).accept();
      // A list that knows no offsets sends the same rows for ever.
      if (raw.repeated === raw.count) {
        raw.page.release();
        finish();
        return;
      }
    }
  } catch (error) {
    // The parent has gone between its page and this request.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    finish();
  }
}

function pageQuery({pageSize}: ReadingContext, offset: number): Record<string, string> {
  return {limit: String(pageSize), offset: String(offset)};
}

type Finished = {
  readonly has: (parent: string) => boolean;
  /** All children of a parent have come; `seen` rows, those of the other parents included. */
  readonly add: (parent: string, seen: number) => void;
  /** The parents that are finished now, as a checkpoint; it may be asked for when others are, too. */
  readonly note: () => () => ChildrenCheckpoint | undefined;
};

/** A parent that was finished, and the one after it: whoever holds one knows all that were finished since. */
type Mark = {readonly parent: string; readonly seen: number; next?: Mark};

function createFinished(checkpoint: Checkpoint | undefined): Finished {
  const resumed = checkpoint && isChildrenCheckpoint(checkpoint) ? checkpoint : undefined;
  const parents = (resumed && createKeySet({from: resumed.parents})) ?? createKeySet();
  let last: Mark = {parent: '', seen: resumed?.seen ?? 0};
  return {
    has: parents.has,
    add: (parent, seen) => {
      parents.add(parent);
      last.next = {parent, seen};
      last = last.next;
    },
    note: () => {
      const noted = last;
      return () => {
        const since: string[] = [];
        for (let mark = noted.next; mark; mark = mark.next) since.push(mark.parent);
        const text = parents.without(since).toText();
        return text === undefined ? undefined : {way: 'children', seen: noted.seen, total: null, parents: text};
      };
    },
  };
}
