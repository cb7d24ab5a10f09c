// Reads lists that know no offsets: those that come whole in one answer, and those that number their pages. Pages by
// number cannot overlap, so that no seam shows a row that slipped through while others came or went: a list of several
// pages is read again until a reading of it brings nothing new.

import {ApiError} from '../errors.js';
import type {ListSession, Page, RawPage, ReadingContext} from './list.js';
import {createTotals} from './totals.js';
import {verdictOf} from './verdict.js';

type Query = Readonly<Record<string, string>>;

const MOST_READINGS = 6;

/** The one page of a list that is not paged: what an answer shows is there at one and the same moment. Throws ApiError. */
export async function* readOnce(session: ListSession, query: Query): AsyncGenerator<Page> {
  const {progress} = session;
  const {page} = (await session.request(query)).accept();
  yield page;
  progress.verdict = progress.total === undefined || progress.seen >= progress.total ? 'verified' : 'unverified';
}

/** The pages of a list by `page` and `page_size`; no row comes twice. Sets the verdict. Throws ApiError. */
export async function* readNumberedPages(
  context: ReadingContext,
  session: ListSession,
  query: Query,
): AsyncGenerator<Page> {
  const {progress} = session;
  const totals = createTotals();
  let isSound = false;
  for (let reading = 1; reading <= MOST_READINGS && !isSound; reading += 1) {
    const seenBefore = progress.seen;
    let pages = 0;
    let rows = 0;
    for (let isEnd = false; !isEnd; ) {
      const raw = await ask(pages + 1);
      if (!raw) break;
      totals.note(raw, rows);
      if (raw.count > 0) pages += 1;
      rows += raw.count;
      isEnd = isLast(raw, rows);
      // A list that knows no pages sends the same rows for ever.
      if (reading === 1 && pages > 1 && raw.repeated === raw.count) isEnd = true;
      yield raw.page;
    }
    isSound = pages <= 1 || (reading > 1 && progress.seen === seenBefore);
  }
  const [totalBefore, totalAfter] = [totals.before(), totals.latest()];
  progress.verdict = verdictOf({seen: progress.seen, totalBefore, totalAfter, isSound});

  /** Undefined behind the last page, where some answer 404. */
  async function ask(page: number): Promise<RawPage | undefined> {
    try {
      const parameters = {...query, page: String(page), page_size: String(context.pageSize)};
      return (await session.request(parameters)).accept();
    } catch (error) {
      if (page > 1 && error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }
}

function isLast({count, total, hasNext}: RawPage, rows: number): boolean {
  if (count === 0 || hasNext === false) return true;
  return hasNext === undefined && total !== undefined && rows >= total;
}
