// Walks a list by offset, several pages at once. Each page begins with the last row of the page before it: where that
// row is missing, rows have moved meanwhile, and the walk steps back until it sees what it had covered.

import type {KeySet} from './key-set.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {asItComes, type Mark, type Sequence, unordered} from './sequence.js';
import type {Totals} from './totals.js';

/** How many full pages of a list of unknown length allow one more request to run ahead of the end. */
const PAGES_PER_GUESS = 8;

/** Apart enough that no page of one walk has an order among those of another. */
const ORDERS_PER_WALK = 2 ** 40;

/** Each step back is twice as wide as the one before, so that this many reach any place. */
const MOST_STEPS_BACK = 40;
/** Where no order is known, a row that two pages have not brought back will not come by asking. */
const MOST_STEPS_BACK_UNORDERED = 2;
/** How many pages in a row without a new row end a list of unknown length. */
const MOST_PAGES_WITHOUT_NEWS = 2;
const MOST_PAGES_WITHOUT_NEWS_UNORDERED = 6;
/** A list whose seams broke so often has no order worth watching. */
const MOST_BROKEN_SEAMS = 2;

export type WalkOptions = {
  readonly query: Readonly<Record<string, string>>;
  readonly sequence: Sequence;
  readonly totals: Totals;
  /** Walks of one session are numbered: their pages come one behind the other. */
  readonly number: number;
  /** How far an earlier walk came, where the list does not tell its length. */
  readonly until?: number;
  /** Where a checkpoint stood. */
  readonly from?: number;
  /** The answer for the first page, where it was asked for already. */
  readonly first?: Accept;
  /** What the walk before has asked for already. */
  readonly begun?: Begun | undefined;
  /** Whether another walk is sure to follow one that finds no order, whatever its other pages bring. */
  readonly isFollowed?: () => boolean;
  /** What the walk that follows asks for, instead of `query`. */
  readonly queryOfNext?: Readonly<Record<string, string>>;
  /** Whether a page is the last one wanted; few are asked for ahead then, as one is often enough. */
  readonly isEnough?: (page: Accept) => boolean;
  /** Whether the totals are not those of the whole list. */
  readonly isPart?: boolean;
  /** Ends at a page that contradicts the sequence, instead of going on without an order. */
  readonly endsAtDisorder?: boolean;
  /** Gives a page what it is to remember of its place. */
  readonly finish?: (page: Page, place: Place) => Page;
};

/** Where to go on behind a page. */
export type Place = {readonly offset: number; readonly mark: Mark; readonly sequence: Sequence['name']};

export type WalkEnd = {
  readonly reason: 'end' | 'enough' | 'disorder';
  /** How many rows stood before the end. */
  readonly position: number;
  /** The sequence that held up to the end. */
  readonly sequence: Pick<Sequence, 'name' | 'isDoubtful'>;
  /** Exact: every page began with the very row it was to begin with. Held: after steps back. */
  readonly seams: 'exact' | 'held' | 'broken';
  /** What was asked for of the walk that follows. */
  readonly begun?: Begun | undefined;
};

type Ahead = {readonly offset: number; readonly answer: Promise<Accept>};

/** The first pages of a walk, asked for before the one before it has ended. */
type Begun = {readonly ahead: readonly Ahead[]; readonly full: number};

/** The pages of a list in its own order; no row comes twice. Throws ApiError. */
export async function* walk(
  context: ReadingContext,
  session: ListSession,
  options: WalkOptions,
): AsyncGenerator<Page, WalkEnd> {
  const {query, queryOfNext = query, begun, totals, isPart = false, from = 0} = options;
  let {sequence} = options;
  let seams: WalkEnd['seams'] = 'exact';
  let broken = 0;
  let pages = 0;
  /** Rows of the first page: the server may give fewer than were asked for, without a word. */
  let full = begun?.full ?? 0;
  let overlap = full === 1 ? 0 : 1;
  /** The end of what the last page showed. */
  let position = from;
  let isDisordered = false;
  /** Whether the rows that were seen are those of this walk. */
  const isFresh = session.seen.size() === 0 || from > 0;
  let pagesWithoutNews = 0;
  let lastKeys: Accept['keys'] = [];
  const ahead: Ahead[] = [...(begun?.ahead ?? [])];
  const step = () => Math.max(1, full - overlap);
  let next = begun ? (ahead.at(-1)?.offset ?? 0) + step() : from;
  /** Pages of the walk that follows. */
  const following: Ahead[] = [];
  /** A page that waits for those that have to come before it. */
  let waiting: Accept | undefined;

  const askOf = (number: number, parameters: WalkOptions['query'], offset: number, before: number): Promise<Accept> => {
    const page = {...parameters, limit: String(context.pageSize), offset: String(offset)};
    const answer = session.request(page, {order: number * ORDERS_PER_WALK + before - 0.5, isPart});
    // Looked at in order, below; until then a fault must not count as unhandled.
    answer.catch(() => undefined);
    return answer;
  };
  /** A page is written at its offset, or before the page at another one that has to wait for it. */
  const ask = (offset: number, before = offset + 0.5) => askOf(options.number, query, offset, before);

  function hand(answer: Accept, offset: number): Page {
    const seenBefore = session.seen.size();
    const raw = answer.accept();
    pagesWithoutNews = session.seen.size() > seenBefore ? 0 : pagesWithoutNews + 1;
    totals.note(raw, offset);
    if (!sequence.cover(raw)) {
      if (options.endsAtDisorder) isDisordered = true;
      sequence = asItComes();
      sequence.cover(raw);
    }
    pages += 1;
    if (raw.count > 0) {
      lastKeys = raw.keys;
      position = offset + raw.count;
    }
    const place = {offset: Math.max(0, position - overlap), mark: sequence.mark(), sequence: sequence.name};
    return options.finish?.(raw.page, place) ?? raw.page;
  }

  const isLast = ({count, total}: Accept, offset: number) =>
    total === undefined ? count < full : offset + count >= total;

  /** Steps back until a page shows what was covered, and goes on from there up to `head`. */
  async function* mend(head: Accept, offset: number): AsyncGenerator<Page, 'mended' | 'ended' | 'broken'> {
    const isOrdered = sequence.name === 'ascending ids' || sequence.name === 'newest first';
    const most = isOrdered ? MOST_STEPS_BACK : MOST_STEPS_BACK_UNORDERED;
    let back = offset;
    let width = Math.max(1, full - overlap);
    for (let steps = 1; steps <= most && back > 0; steps += 1) {
      back = Math.max(0, back - width);
      width *= 2;
      let page = await ask(back, offset);
      // Whatever an ordered list begins with stands before all that was covered.
      let touches = sequence.touches(page) || (back === 0 && isOrdered);
      while (touches) {
        yield hand(page, back);
        if (isDisordered || sequence.touches(head)) return 'mended';
        if (page.count === 0 || isLast(page, back)) return 'ended';
        back += Math.max(1, page.count - overlap);
        width = Math.max(1, full - overlap);
        page = await ask(back, offset);
        touches = sequence.touches(page);
      }
      page.discard();
    }
    return 'broken';
  }

  /** Looks at a page that shares a row with what was covered. */
  function judgeSeam({keys}: Accept): void {
    if (overlap === 0 || sequence.name === 'unordered' || sequence.name === 'ascending ids') return;
    if (isFresh && pages > 0 && hasChangedPlaces(keys, lastKeys, session.seen)) breakSeam();
    else if (seams === 'exact' && keys[0] !== undefined && keys[0] !== lastKeys.at(-1)) seams = 'held';
  }

  function breakSeam(): void {
    seams = 'broken';
    broken += 1;
    if (options.endsAtDisorder) isDisordered = true;
    else if (broken >= MOST_BROKEN_SEAMS) sequence = unordered();
  }

  /** Whether nothing follows a page that was handed on, as far as it shows. */
  function isEnd({count, total}: Accept, isFirst: boolean): boolean {
    if (isFirst) return count === 0 || (total === undefined && isSurelyLast(count, context.pageSize));
    if (totals.latest() !== undefined) return false;
    if (count < full) return true;
    // A list that knows no offsets sends the same rows for ever.
    const most = sequence.name === 'unordered' ? MOST_PAGES_WITHOUT_NEWS_UNORDERED : MOST_PAGES_WITHOUT_NEWS;
    return options.until === undefined ? pagesWithoutNews >= most : position >= options.until;
  }

  const endWith = (reason: WalkEnd['reason']): WalkEnd => {
    const handedOver = following.splice(0);
    return {reason, position, sequence, seams, begun: handedOver.length > 0 ? {ahead: handedOver, full} : undefined};
  };

  const isForeseen = (): boolean => {
    const total = totals.latest();
    const window = options.isEnough ? Math.min(context.window, pages) : context.window;
    if (total === undefined) return ahead.length < Math.min(window, 1 + Math.floor(pages / PAGES_PER_GUESS));
    return ahead.length < window && next + overlap < total;
  };

  /** Asks for what is foreseen, and for the walk that follows once all of this one is asked: each answer takes time. */
  function askAhead(): void {
    for (; isForeseen(); next += step()) ahead.push({offset: next, answer: ask(next)});
    const total = totals.latest();
    if (total === undefined || next + overlap < total || (seams !== 'broken' && sequence.name !== 'unordered')) return;
    for (let offset = (following.at(-1)?.offset ?? -step()) + step(); ; offset += step()) {
      const isBehind = offset > 0 && offset + overlap >= total;
      if (isBehind || ahead.length + following.length >= context.window || !options.isFollowed?.()) return;
      following.push({offset, answer: askOf(options.number + 1, queryOfNext, offset, offset + 0.5)});
    }
  }

  try {
    if (begun) askAhead();
    let answer = options.first ?? (await (ahead.shift()?.answer ?? ask(from)));
    if (from === 0 && answer.count === 0 && answer.total !== 0) {
      // Nothing, from a list that does not say that it is empty, is too little to go by.
      answer.discard();
      answer = await ask(0);
    }
    full = from > 0 && (answer.count < 2 || isLast(answer, from)) ? context.pageSize : answer.count;
    overlap = full > 1 ? 1 : 0;
    // Asked for at distances that pages of another length leave gaps between.
    if (begun && begun.full !== full) {
      forget([...ahead.splice(0), ...following.splice(0)]);
      next = from;
    }
    for (let offset = from; ; ) {
      const isFirst = pages === 0 && from === 0;
      if (!isFirst && answer.isBare && totals.latest() === undefined) {
        // The end of a list is an empty list; nothing at all is too little to go by here, too.
        answer.discard();
        answer = await ask(offset);
      }
      if (!isFirst && !sequence.touches(answer)) {
        waiting = answer;
        const mended: 'mended' | 'ended' | 'broken' = yield* mend(answer, offset);
        waiting = undefined;
        if (mended === 'broken') breakSeam();
        else if (seams === 'exact') seams = 'held';
        if (mended === 'ended') {
          answer.discard();
          break;
        }
      } else if (!isFirst) judgeSeam(answer);
      if (isDisordered) answer.discard();
      else yield hand(answer, offset);
      if (isDisordered) return endWith('disorder');
      if (options.isEnough?.(answer)) return endWith('enough');

      if (isEnd(answer, pages === 1 && isFirst)) break;
      if (next <= offset) next = offset + step();
      // A page shorter than the total promised is not trusted alone, unless what follows it brings nothing either.
      const total = totals.latest();
      if (ahead.length === 0 && next + overlap >= (total ?? 0) && position < (total ?? 0) && pagesWithoutNews === 0)
        next = position - overlap;
      askAhead();
      const head = ahead.shift();
      if (!head) break;
      answer = await head.answer;
      offset = head.offset;
      // Pages of one row cannot overlap.
      if (full === 1) sequence = unordered();
    }
    return endWith('end');
  } finally {
    waiting?.discard();
    forget([...ahead, ...following]);
  }
}

/** Lets go of pages that nobody will look at. */
function forget(pages: readonly Ahead[]): void {
  for (const {answer} of pages) answer.then(({discard}) => discard()).catch(() => undefined);
}

/**
 * Rows that were pushed on come first, in the order in which they came before. Where one stands otherwise it has changed
 * places with another, which may never have come: equal keys have no order, perhaps, or the list has none.
 */
function hasChangedPlaces(keys: Accept['keys'], before: Accept['keys'], seen: Pick<KeySet, 'has'>): boolean {
  const isKnown = keys.map(key => key !== undefined && seen.has(key));
  const known = isKnown.lastIndexOf(true) + 1;
  if (isKnown.slice(0, known).includes(false)) return true;
  const places = keys.slice(0, known).map(key => before.indexOf(key));
  return places.some((place, index) => index > 0 && place <= (places[index - 1] ?? -1));
}

/** Whether a page of `count` rows, without a total, ends its list. A round number may be an unknown cap. */
export function isSurelyLast(count: number, limit: number): boolean {
  return count < limit && count % 5 !== 0;
}
