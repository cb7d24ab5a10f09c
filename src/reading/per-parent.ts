// Reads a list that exists only below its parents: one request (or a few) for every row of the parent's list.

import {ApiError} from '../errors.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {isSurelyLast, readByOffset} from './offsets.js';

/** The list below one parent, whose first page is under way. */
type Child = {readonly path: string; readonly order: number; readonly first: Promise<Accept>};

/**
 * The pages of all children, parent by parent. `pathOf` gives the child list of a parent's key. The parents' list has
 * a rank of its own, just behind that of the children. Throws ApiError.
 */
export async function* readPerParent(
  context: ReadingContext,
  parents: ListSession,
  children: ListSession,
  pathOf: (parentKey: string) => string,
): AsyncGenerator<Page> {
  const ahead: Child[] = [];
  let order = 0;
  try {
    for await (const parentKey of keysOf(context, parents)) {
      const path = pathOf(parentKey);
      const first = children.request(firstQuery(context, children), {path, isPart: true, order});
      // Looked at in order, below; until then a fault must not count as unhandled.
      first.catch(() => undefined);
      ahead.push({path, order, first});
      order += 1;
      if (ahead.length >= context.window) yield* readChild(context, children, ahead.shift());
    }
    while (ahead.length > 0) yield* readChild(context, children, ahead.shift());
  } finally {
    for (const {first} of ahead) first.then(({discard}) => discard()).catch(() => undefined);
  }
}

async function* keysOf(context: ReadingContext, parents: ListSession): AsyncGenerator<string> {
  const mainKey = parents.list.dataKeys[0] ?? '';
  for await (const page of readByOffset(context, parents)) {
    const keys = (page.rows[mainKey] ?? []).map(row => row['id']).filter(id => id !== undefined && id !== null);
    page.release();
    for (const key of keys) yield String(key);
  }
}

/** Each page goes out before the next is asked for: pages that wait for one another would use up the places. */
async function* readChild(
  context: ReadingContext,
  session: ListSession,
  child: Child | undefined,
): AsyncGenerator<Page> {
  if (!child) return;
  const {path, order, first} = child;
  try {
    let raw = (await first).accept();
    for (let offset = raw.count; ; offset += raw.count) {
      yield raw.page;
      const isEnd = raw.total === undefined ? isSurelyLast(raw.count, context.pageSize) : offset >= raw.total;
      if (raw.count === 0 || isEnd) return;
      const query = {...firstQuery(context, session), offset: String(offset)};
      raw = (await session.request(query, {path, isPart: true, order})).accept();
      // A list that knows no offsets sends the same rows for ever.
      if (raw.repeated === raw.count) {
        raw.page.release();
        return;
      }
    }
  } catch (error) {
    // The parent has gone between its page and this request.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

function firstQuery(context: ReadingContext, {list}: ListSession): Record<string, string> {
  return {...list.query, limit: String(context.pageSize), offset: '0'};
}
