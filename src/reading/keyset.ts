// Reads a list by its keys: each page asks for the rows behind the last key. Keys never change, so that nothing that
// is inserted or deleted meanwhile can push a row out of sight. Works only where the server obeys both the order and
// the bound; every page shows whether it does.

import type {ListSession, Page, RawPage, ReadingContext} from './list.js';
import {readByOffset} from './offsets.js';

/** The pages of a list in the order of its keys. `parameter` asks for keys greater than its value. Throws ApiError. */
export async function* readByKeyset(
  context: ReadingContext,
  session: ListSession,
  parameter: string,
): AsyncGenerator<Page> {
  const query = {...session.list.query, limit: String(context.pageSize)};
  // The length is taken from the page that names no bound: whether it shrinks with one is not known (behaviour 3.8).
  const first = (await session.request(query)).accept();
  const total = first.total;
  let last: RawPage = first;
  let bound = 0;
  let asksAgain = false;

  for (;;) {
    yield last.page;
    if (!isAscending(last, bound)) {
      yield* readByOffset(context, session);
      return;
    }
    bound = Number(last.keys.at(-1) ?? bound);
    session.progress.total = total;
    const isShort = last.count < first.count;
    const isComplete = total === undefined ? last.count === 0 : session.progress.seen >= total;
    // A short page before the total is reached is not trusted alone (behaviour 3.4).
    if (isComplete || last.count === 0 || (isShort && asksAgain)) return;
    asksAgain = isShort;
    last = (await session.request({...query, [parameter]: String(bound)})).accept();
  }
}

function isAscending(raw: RawPage, bound: number): boolean {
  let before = bound;
  return raw.keys.every(key => {
    const isNext = Number(key) > before;
    before = Number(key);
    return isNext;
  });
}
