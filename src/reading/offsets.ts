// Reads a list by offset, several pages at once where its length is known. A list may repeat rows on one page and so
// lose others between pages, when its order is not stable or its rows move: then it is read again, and the readings
// united, until as many different rows came as the list says it has.

import type {Accept, ListSession, Page, RawPage, ReadingContext} from './list.js';

const MOST_PASSES = 16;
/** A row that is still missing from a list in random order hides from a whole pass one time in three. */
const MOST_PASSES_WITHOUT_NEWS = 6;

/** How many full pages of a list of unknown length allow one more request to run ahead of the end. */
const PAGES_PER_GUESS = 8;

/** What is known of a list: its own count of its rows, and how many of them make a page. */
type Shape = {readonly total: number; readonly step: number};

/** What is known after one walk from the first row to the last. */
type Pass = {repeated: number; firstTotal: number | undefined; lastTotal: number | undefined; step: number};

/** The pages of a list, in its own order; no row comes twice. Throws ApiError. */
export async function* readByOffset(context: ReadingContext, session: ListSession): AsyncGenerator<Page> {
  let passesWithoutNews = 0;
  let shape: Shape | undefined;
  for (let passes = 1; passes <= MOST_PASSES; passes += 1) {
    const seenBefore = session.progress.seen;
    const pass: Pass = yield* readOnce(context, session, shape);
    if (pass.lastTotal === undefined || session.progress.seen >= pass.lastTotal) return;
    // Rows that are counted but neither shown nor pushed aside by others will not show up by asking again. Where another
    // way of reading came first, which rows were pushed aside cannot be told from which it had seen.
    const isMoving = pass.repeated > 0 || pass.firstTotal !== pass.lastTotal || seenBefore > 0;
    if (passes === 1 && !isMoving) return;
    passesWithoutNews = session.progress.seen > seenBefore ? 0 : passesWithoutNews + 1;
    if (passesWithoutNews >= MOST_PASSES_WITHOUT_NEWS) return;
    shape = {total: pass.lastTotal, step: pass.step};
  }
}

/** Walks the list once. Without its shape, the first page has to come before others can be asked for. */
async function* readOnce(
  context: ReadingContext,
  session: ListSession,
  shape: Shape | undefined,
): AsyncGenerator<Page, Pass> {
  const ask = (offset: number) =>
    session.request({...session.list.query, limit: String(context.pageSize), offset: String(offset)}, {order: offset});
  const pass: Pass = {repeated: 0, firstTotal: shape?.total, lastTotal: shape?.total, step: shape?.step ?? 0};
  const isFirstPass = session.progress.seen === 0;
  const note = (raw: RawPage) => {
    if (isFirstPass) pass.repeated += raw.repeated;
    pass.firstTotal ??= raw.total;
    pass.lastTotal = raw.total ?? pass.lastTotal;
    return raw;
  };

  let pages = 0;
  if (!shape) {
    let first = note((await ask(0)).accept());
    if (first.count === 0 && first.total !== 0) {
      // Nothing, from a list that does not say that it is empty, is too little to go by.
      first.page.release();
      first = note((await ask(0)).accept());
    }
    yield first.page;
    // The server may give fewer rows than were asked for, without a word; what came is what counts (behaviour 3.2).
    pass.step = first.count;
    pages = 1;
    const isWhole = first.total === undefined && isSurelyLast(first.count, context.pageSize);
    if (first.count === 0 || isWhole) return pass;
  }

  const {step} = pass;
  const ahead: {readonly offset: number; readonly answer: Promise<Accept>}[] = [];
  let next = pages * step;
  const horizon = () => pass.lastTotal ?? step * (pages + 1 + Math.floor(pages / PAGES_PER_GUESS));
  try {
    for (;;) {
      while (ahead.length < context.window && next < horizon()) {
        const answer = ask(next);
        // Looked at in order, below; until then a fault must not count as unhandled.
        answer.catch(() => undefined);
        ahead.push({offset: next, answer});
        next += step;
      }
      const head = ahead.shift();
      if (!head) return pass;
      let raw = note((await head.answer).accept());
      pages += 1;
      yield raw.page;
      if (pass.lastTotal === undefined) {
        // A list that knows no offsets sends the same rows for ever.
        const isRepeat = raw.count > 0 && raw.repeated === raw.count;
        if (raw.count < step || isRepeat) return pass;
      }
      // A page shorter than the total promised is not trusted alone (behaviour 3.4): what follows it is asked for.
      let offset = head.offset + raw.count;
      while (offset < Math.min(head.offset + step, pass.lastTotal ?? 0)) {
        raw = note((await ask(offset)).accept());
        yield raw.page;
        if (raw.count === 0) return pass;
        offset += raw.count;
      }
    }
  } finally {
    for (const {answer} of ahead) answer.then(({discard}) => discard()).catch(() => undefined);
  }
}

/** Whether a page of `count` rows, without a total, ends its list. A round number may be an unknown cap. */
export function isSurelyLast(count: number, limit: number): boolean {
  return count < limit && count % 5 !== 0;
}
