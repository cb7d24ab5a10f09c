// Reads rows that exist only below their parents: one request (or a few) for every row of the parents' list.

import {isMissing} from '../errors.js';
import type {PerParent} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import type {Checkpoint} from './checkpoint.js';
import {type Form, USUAL_FORM} from './envelopes.js';
import {createFinished} from './finished-parents.js';
import {type Accept, createProgress, type ListSession, openList, type Page, type ReadingContext} from './list.js';
import type {Narrowing} from './narrowing.js';
import {readByOffset} from './offsets.js';
import {isSurelyLast} from './walk.js';

type Query = Readonly<Record<string, string>>;

/** Walks of one list, and the rows of one walk, for which there are orders. */
const [WALKS, ROWS] = [2 ** 5, 2 ** 24];
/** Apart as `walk` sets them. */
const ORDERS_PER_WALK = 2 ** 40;

/** So many parents do not go all at once: where none of them has the list, the API does not. */
const MOST_MISSING = 20;

export type ChildrenToRead = {
  readonly below: PerParent;
  /** What is asked of every page. */
  readonly query: Query;
  /** Asks for all rows of a parent at once. */
  readonly isOnce: boolean;
  /** The parents below which rows are wanted, in whatever order. */
  readonly parents: AsyncIterable<WireRow>;
  /** Whether the parents are seen to come in the order of their ids, whatever happens to their list. */
  readonly isInOrder: () => boolean;
  /** Where filters narrow what hangs below each parent: the first one that has rows shows whether they are obeyed. */
  readonly narrowing?: Narrowing | undefined;
  readonly checkpoint?: Checkpoint | undefined;
  readonly signal: AbortSignal;
};

/** The list below one parent, whose first page is under way. */
type Child = {readonly parent: string; readonly session: ListSession; readonly first: Promise<Accept>};

/**
 * The pages of all children, parent by parent, in the order of the parents. `session` is that of the children's stream:
 * a row that comes below several parents comes once, and what it begins with counts as seen. Throws ApiError.
 */
export async function* readPerParent(
  context: ReadingContext,
  session: ListSession,
  options: ChildrenToRead,
): AsyncGenerator<Page> {
  const {below, parents, checkpoint, isInOrder} = options;
  const mainKey = session.list.dataKeys[0] ?? '';
  const finished = createFinished({checkpoint, isInOrder});
  const ahead: Child[] = [];
  let order = 0;
  session.progress.seen = session.seen.size();
  let missing = 0;
  let hasAnswered = checkpoint !== undefined;
  try {
    for await (const row of parents) {
      const key = USUAL_FORM.keyOf(below.parentKey === undefined ? row : {id: row[below.parentKey]});
      // An unset one comes as an empty text, too.
      if (key === undefined || key === '' || finished.has(key)) continue;
      ahead.push(begin(key, order));
      order += 1;
      if (ahead.length >= context.window) yield* readChild(ahead.shift());
    }
    while (ahead.length > 0) yield* readChild(ahead.shift());
  } finally {
    for (const {first} of ahead) first.then(({discard}) => discard()).catch(() => undefined);
  }

  function begin(parent: string, at: number): Child {
    const child = openChild(context, session, options, parent, at);
    const first = child.request(options.isOnce ? queryOf(parent) : {...queryOf(parent), ...firstPage()});
    // Looked at in order, below; until then a fault must not count as unhandled.
    first.catch(() => undefined);
    return {parent, session: child, first};
  }

  async function* readChild(child: Child | undefined): AsyncGenerator<Page> {
    if (!child) return;
    const {parent, session: own, first} = child;
    const {progress} = session;
    const before = progress.seen;
    try {
      const answer = await first;
      hasAnswered = true;
      if (answer.count > 0) await proveBy(child, answer);
      for await (const {page, isLast} of pagesOf(child, answer)) {
        const rows = page.rows[mainKey] ?? [];
        // Who takes part in the key of a row makes it another one below each parent.
        const fresh = below.parentField === undefined ? rows.filter(isNew) : rows;
        progress.seen = below.parentField === undefined ? session.seen.size() : before + own.seen.size();
        if (isLast) finished.add(parent, progress.seen);
        yield {...page, rows: {...page.rows, [mainKey]: fresh}, checkpoint: finished.note()};
      }
    } catch (error) {
      // The parent has gone between its page and this request.
      if (!isMissing(error)) throw error;
      missing += 1;
      if (!hasAnswered && missing >= MOST_MISSING) throw error;
      finished.add(parent, progress.seen);
    } finally {
      progress.requests += own.progress.requests;
      const {begunAt} = own.progress;
      if (begunAt !== undefined) progress.begunAt = Math.min(progress.begunAt ?? begunAt, begunAt);
    }
  }

  /** One page mostly. A long list is read as any other is, page by page: one that is kept would hold up the next. */
  async function* pagesOf({parent, session: own}: Child, first: Accept): AsyncGenerator<{page: Page; isLast: boolean}> {
    if (options.isOnce || isWhole(first)) {
      yield {page: first.accept().page, isLast: true};
      return;
    }
    const query = queryOf(parent);
    for await (const page of readByOffset(context, own, {query, order: {}, isOpen: false, first})) {
      yield {page, isLast: false};
    }
    finished.add(parent, session.progress.seen);
  }

  async function proveBy({parent, session: own}: Child, {discard}: Accept): Promise<void> {
    try {
      const ofParent = below.parameter === undefined ? {} : {[below.parameter]: parent};
      await options.narrowing?.proveBy(query => own.request({...query, ...ofParent}, {isPart: true, order: -1}));
    } catch (error) {
      discard();
      throw error;
    }
  }

  function queryOf(parent: string): Query {
    return below.parameter === undefined ? options.query : {...options.query, [below.parameter]: parent};
  }

  function firstPage(): Query {
    return {limit: String(context.pageSize), offset: '0'};
  }

  function isWhole({count, total}: Accept): boolean {
    // Nothing, of a list that counts some rows, is too little to go by.
    if (total !== undefined) return count >= total;
    return count === 0 || isSurelyLast(count, context.pageSize);
  }

  function isNew(row: WireRow): boolean {
    const key = (session.list.form ?? USUAL_FORM).keyOf(row);
    return key === undefined || session.seen.add(key);
  }
}

/** A session for the list below one parent, whose pages come at its place among the parents. */
function openChild(
  context: ReadingContext,
  {list}: ListSession,
  {below, signal}: ChildrenToRead,
  parent: string,
  at: number,
): ListSession {
  const {parentField} = below;
  const form = list.form ?? USUAL_FORM;
  const rowsOf: Form['rowsOf'] = (body, dataKey) => {
    const rows = form.rowsOf(body, dataKey);
    return parentField === undefined ? rows : rows?.map(row => ({[parentField]: parent, ...row}));
  };
  const path = below.path.replace(':id', encodeURIComponent(parent));
  const own = createProgress();
  const session = openList(context, {...list, path, form: {...form, rowsOf}}, own, signal);
  return {
    ...session,
    request: (query, options = {}) => session.request(query, {...options, order: orderOf(at, options.order ?? 0)}),
  };
}

/** Pages of a parent come before those of the next one, and keep their order: that of a walk, in fewer digits. */
function orderOf(parent: number, order: number): number {
  const walk = Math.floor(order / ORDERS_PER_WALK);
  const row = Math.min(order - walk * ORDERS_PER_WALK, ROWS - 1);
  return (parent * WALKS + Math.min(walk, WALKS - 1)) * ROWS + row;
}
