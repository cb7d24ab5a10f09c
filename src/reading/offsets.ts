// Reads a list by offset, several pages at once where its length is known. A list may repeat rows on one page and so
// lose others between pages, when its order is not stable or its rows move: then it is read again, and the readings
// united, until as many different rows came as the list says it has.

import type {Accept, ListSession, Page, Progress, RawPage, ReadingContext} from './list.js';

const MOST_PASSES = 16;
/** A row that is still missing from a list in random order hides from a whole pass one time in three. */
const MOST_PASSES_WITHOUT_NEWS = 6;

/** How many full pages of a list of unknown length allow one more request to run ahead of the end. */
const PAGES_PER_GUESS = 8;

/** Apart enough that no page of one pass has an order among those of another. */
const ORDERS_PER_PASS = 2 ** 40;

type Ahead = {readonly pass: number; readonly offset: number; readonly answer: Promise<Accept>};

/** The pages of a list, in its own order; no row comes twice. Throws ApiError. */
export async function* readByOffset(context: ReadingContext, session: ListSession): AsyncGenerator<Page> {
  const {progress} = session;
  const passes = createPasses(progress);
  const ask = (offset: number, pass: number) => {
    const query = {...session.list.query, limit: String(context.pageSize), offset: String(offset)};
    return session.request(query, {order: pass * ORDERS_PER_PASS + offset});
  };

  let first = (await ask(0, passes.number())).accept();
  if (first.count === 0 && first.total !== 0) {
    // Nothing, from a list that does not say that it is empty, is too little to go by.
    first.page.release();
    first = (await ask(0, passes.number())).accept();
  }
  passes.note(first, 0);
  yield first.page;
  // The server may give fewer rows than were asked for, without a word; what came is what counts.
  const step = first.count;
  if (step === 0 || (first.total === undefined && isSurelyLast(step, context.pageSize))) return;

  const ahead: Ahead[] = [];
  let pages = 1;
  let next = step;
  const horizon = () => passes.total() ?? step * (pages + 1 + Math.floor(pages / PAGES_PER_GUESS));
  const askAhead = () => {
    while (ahead.length < context.window) {
      if (next >= horizon()) {
        if (!passes.isNextNeeded(ahead.length * step)) return;
        passes.begin();
        next = 0;
      }
      const pass = passes.number();
      const answer = ask(next, pass);
      // Looked at in order, below; until then a fault must not count as unhandled.
      answer.catch(() => undefined);
      ahead.push({pass, offset: next, answer});
      next += step;
    }
  };
  try {
    for (askAhead(); ; askAhead()) {
      const head = ahead.shift();
      if (!head) return;
      let raw = (await head.answer).accept();
      if (raw.isBare && passes.total() === undefined) {
        // The end of a list is an empty list; nothing at all is too little to go by here, too.
        raw.page.release();
        raw = (await ask(head.offset, head.pass)).accept();
      }
      passes.note(raw, head.offset);
      pages += 1;
      yield raw.page;
      if (passes.total() === undefined) {
        // A list that knows no offsets sends the same rows for ever.
        const isRepeat = raw.count > 0 && raw.repeated === raw.count;
        if (raw.count < step || isRepeat) return;
      }
      // A page shorter than the total promised is not trusted alone: what follows it is asked for,
      // as a page of the same pass: those ahead, of the next one perhaps, wait for it.
      let offset = head.offset + raw.count;
      while (offset < Math.min(head.offset + step, passes.total() ?? 0)) {
        raw = passes.note((await ask(offset, head.pass)).accept(), offset);
        yield raw.page;
        offset = raw.count === 0 ? Number.POSITIVE_INFINITY : offset + raw.count;
      }
    }
  } finally {
    for (const {answer} of ahead) answer.then(({discard}) => discard()).catch(() => undefined);
  }
}

type Passes = {
  readonly number: () => number;
  /** The list's own count of its rows, as last told. */
  readonly total: () => number | undefined;
  readonly note: (raw: RawPage, offset: number) => RawPage;
  /** Whether the list has to be walked once more, though `rowsUnderWay` rows are still to come, new ones perhaps. */
  readonly isNextNeeded: (rowsUnderWay: number) => boolean;
  readonly begin: () => void;
};

/** Counts the walks through a list, and knows when another one is worth its requests. */
function createPasses(progress: Progress): Passes {
  // Where another way of reading came first, which rows were pushed aside cannot be told from which it had seen.
  const isSecondReading = progress.seen > 0;
  let passes = 1;
  let withoutNews = 0;
  let seenBefore = progress.seen;
  let repeated = 0;
  let firstTotal: number | undefined;
  let lastTotal: number | undefined;
  return {
    number: () => passes,
    total: () => lastTotal,
    note: (raw, offset) => {
      repeated += raw.repeated;
      firstTotal ??= raw.total;
      lastTotal = raw.total ?? lastTotal;
      // Rows that stand beyond the total belie it: the list goes on as one that tells none.
      if (raw.count > 0 && lastTotal !== undefined && offset + raw.count > lastTotal) lastTotal = undefined;
      return raw;
    },
    isNextNeeded: rowsUnderWay => {
      if (lastTotal === undefined || progress.seen + rowsUnderWay >= lastTotal) return false;
      // Rows that are counted but neither shown nor pushed aside by others will not show up by asking again.
      const isMoving = repeated > 0 || firstTotal !== lastTotal || isSecondReading;
      const hasNews = progress.seen > seenBefore || rowsUnderWay > 0;
      return isMoving && passes < MOST_PASSES && (hasNews || withoutNews + 1 < MOST_PASSES_WITHOUT_NEWS);
    },
    begin: () => {
      passes += 1;
      withoutNews = progress.seen > seenBefore ? 0 : withoutNews + 1;
      seenBefore = progress.seen;
    },
  };
}

/** Whether a page of `count` rows, without a total, ends its list. A round number may be an unknown cap. */
export function isSurelyLast(count: number, limit: number): boolean {
  return count < limit && count % 5 !== 0;
}
