// Reads lists that know no offsets: those that come whole in one answer, and those that number their pages. Pages by
// number cannot overlap, so that no seam shows a row that slipped through while others came or went: a list of several
// pages is read again, until a reading brings the same rows in the same order or, where the list moves, no new ones.

import {createHash} from 'node:crypto';
import {ApiError} from '../errors.js';
import {createKeySet} from './key-set.js';
import type {ListSession, Page, RawPage, ReadingContext} from './list.js';
import {createTotals} from './totals.js';
import {verdictOf} from './verdict.js';
import {isSurelyLast} from './walk.js';

type Query = Readonly<Record<string, string>>;

const MOST_READINGS = 6;
/** While a list moves, one reading may miss the same row as the one before. */
const MOST_READINGS_WITHOUT_NEWS = 3;
/** A list that knows no pages sends the same rows for ever. */
const MOST_PAGES_WITHOUT_NEWS = 2;

/** One reading of all pages. */
type Reading = {
  /** Whether a single page was all there is: nothing slips through between pages where there is one. */
  readonly isOnePage: boolean;
  /** Tells whether another reading brought the same rows in the same order. */
  readonly order: string;
};

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
  let withoutNews = 0;
  let before: Reading | undefined;
  for (let reading = 1; reading <= MOST_READINGS && !isSound; reading += 1) {
    const seenBefore = progress.seen;
    const now = yield* readThrough();
    withoutNews = before === undefined || progress.seen > seenBefore ? 0 : withoutNews + 1;
    // Rows that stand where they stood have let none slip through.
    const isStill = now.order === before?.order;
    const isEnough = isStill || haveAllCome() ? 1 : MOST_READINGS_WITHOUT_NEWS;
    isSound = now.isOnePage || withoutNews >= isEnough;
    before = now;
  }
  const [totalBefore, totalAfter] = [totals.before(), totals.latest()];
  progress.verdict = verdictOf({seen: progress.seen, totalBefore, totalAfter, isSound});

  async function* readThrough(): AsyncGenerator<Page, Reading> {
    const known = createKeySet();
    const order = createHash('sha1');
    let pages = 0;
    let rows = 0;
    let withoutNews = 0;
    let isEnd = false;
    while (!isEnd && withoutNews < MOST_PAGES_WITHOUT_NEWS) {
      const raw = await ask(pages + 1);
      if (!raw) break;
      totals.note(raw, rows);
      yield raw.page;
      if (raw.count === 0) break;
      pages += 1;
      rows += raw.count;
      order.update(JSON.stringify(raw.keys));
      const knownBefore = known.size();
      for (const key of raw.keys) if (key !== undefined) known.add(key);
      withoutNews = known.size() > knownBefore ? 0 : withoutNews + 1;
      isEnd = isLast(raw, rows);
    }
    // A full page may have pushed a row on to the next one, where it was looked for when it had come back.
    const isOnePage = pages === 0 || (pages === 1 && (isEnd || isSurelyLast(rows, context.pageSize)));
    return {isOnePage, order: order.digest('hex')};
  }

  function haveAllCome(): boolean {
    const everThere = totals.everThere();
    return everThere !== undefined && progress.seen >= everThere;
  }

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

function isLast({total, hasNext}: RawPage, rows: number): boolean {
  if (hasNext !== undefined) return !hasNext;
  return total !== undefined && rows >= total;
}
