// Reads a list by its keys: each page asks for the rows behind the last key. Keys never change, so that nothing that
// is inserted or deleted meanwhile can push a row out of sight. A long list is cut into ranges of keys that are read
// side by side, since one chain of requests waits for each answer. Works only where the server obeys the order and the
// bounds; every page shows whether it does, and where it does not, the list is read by offset.

import type {KeysetParameters} from '../streams.js';
import type {ListSession, Page, RawPage, ReadingContext} from './list.js';
import {readByOffset} from './offsets.js';

/** Lists shorter than this many pages are read in one chain: finding the ranges costs requests too. */
const PAGES_WORTH_RANGES = 8;

/** Keys greater than `after` and less than `before`; the last range is open, for rows that come meanwhile. */
type Range = {
  readonly after: number;
  readonly before: number | undefined;
  /** The greatest key there was when the reading began, where it is known. */
  readonly greatest?: number;
};

/** The pages of a list; no row comes twice. Throws ApiError. */
export async function* readByKeyset(
  context: ReadingContext,
  session: ListSession,
  parameters: KeysetParameters,
): AsyncGenerator<Page> {
  const {list, progress} = session;
  const query = {...list.query, [parameters.order]: 'ASC', limit: String(context.pageSize)};
  // The length is taken from the page that names no bound: whether it shrinks with one is not documented.
  const first = (await session.request(query)).accept();
  const total = first.total;
  yield first.page;

  // Nothing, from a list that does not say that it is empty, is too little to go by.
  let isObeyed = isWithin(first, {after: 0, before: undefined}) && (first.count > 0 || total === 0);
  // A first page that holds all that the list counts is the whole list.
  if (isObeyed && first.count > 0 && !(total !== undefined && progress.seen >= total)) {
    const after = lastKey(first, 0);
    const rest = total === undefined ? 0 : Math.floor((total - progress.seen) / first.count);
    const ranges =
      rest < PAGES_WORTH_RANGES ? [{after, before: undefined}] : await cut(after, rest, context, session, parameters);
    const ask = ({after: bound, before}: Range) => {
      const upper = before === undefined ? {} : {[parameters.before]: String(before)};
      return session.request({...query, [parameters.after]: String(bound), ...upper}, {isPart: true});
    };
    isObeyed = yield* readRanges(ranges, ask, ({count}, at) => {
      // Behind a filter rows also come among those still to be read, and count as seen: a full page is no end.
      if (count >= first.count) return false;
      if (total !== undefined && ranges.length === 1 && progress.seen >= total) return true;
      // Rows may come as fast as they are read: who waits for an empty page would never end.
      return at.greatest !== undefined && at.after >= at.greatest;
    });
  }
  if (!isObeyed) yield* readByOffset(context, session);
}

/** Reads ranges side by side, each in a chain of its own. Returns false as soon as a page shows that the server does not obey. */
async function* readRanges(
  ranges: readonly Range[],
  ask: (range: Range) => ReturnType<ListSession['request']>,
  isComplete: (page: RawPage, reached: Range) => boolean,
): AsyncGenerator<Page, boolean> {
  const chains = new Map(ranges.map(range => [range, pull(range, range)]));

  async function pull(chain: Range, at: Range) {
    return {chain, at, answer: await ask(at)};
  }

  for (const pulled of chains.values()) pulled.catch(() => undefined);
  try {
    while (chains.size > 0) {
      const {chain, at, answer} = await Promise.race(chains.values());
      chains.delete(chain);
      const raw = answer.accept();
      yield raw.page;
      if (!isWithin(raw, at)) return false;
      const reached = {...at, after: lastKey(raw, at.after)};
      if (raw.count === 0 || isComplete(raw, reached)) continue;
      const pulled = pull(chain, reached);
      pulled.catch(() => undefined);
      chains.set(chain, pulled);
    }
    return true;
  } finally {
    for (const pulled of chains.values()) pulled.then(({answer}) => answer.discard()).catch(() => undefined);
  }
}

/** Cuts the keys behind `after` into about equal ranges. */
async function cut(
  after: number,
  pages: number,
  context: ReadingContext,
  session: ListSession,
  {order}: KeysetParameters,
): Promise<readonly Range[]> {
  const last = await session.request({...session.list.query, [order]: 'DESC', limit: '1'}, {isPart: true});
  last.discard();
  const greatest = lastKey(last, 0);
  const count = Math.min(context.window, Math.floor(pages / (PAGES_WORTH_RANGES / 2)));
  const width = Math.floor((greatest - after) / count);
  // An order that is ignored names the first row, not the last.
  if (!(width > 0)) return [{after, before: undefined}];
  return Array.from({length: count}, (_, index) => ({
    after: after + index * width,
    // Both bounds exclude their own key: the next range begins with the key before this end.
    ...(index === count - 1 ? {before: undefined, greatest} : {before: after + (index + 1) * width + 1}),
  }));
}

function lastKey(raw: Pick<RawPage, 'keys'>, otherwise: number): number {
  return Number(raw.keys.at(-1) ?? otherwise);
}

/** Whether the keys of a page ascend, and stay within its range. */
function isWithin(raw: RawPage, {after, before = Number.POSITIVE_INFINITY}: Range): boolean {
  let previous = after;
  return raw.keys.every(key => {
    const number = Number(key);
    const isNext = number > previous && number < before;
    previous = number;
    return isNext;
  });
}
