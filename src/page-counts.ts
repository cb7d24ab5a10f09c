// How many requests it takes to read a list of so many rows, by the way of reading. Arithmetic alone: it follows what the
// files of src/reading/ do page by page.

/** Lists shorter than this many pages are read by key in one chain (reading/keyset.ts). */
const PAGES_WORTH_RANGES = 8;

// The mean of the longest of so many waits is a little more than their logarithm (Euler's constant), and whole walks are
// half a walk longer.
const BESIDES_LOGARITHM = 0.577;
const HALF_A_WALK = 0.5;

export type PageSizes = {
  /** Rows of a page. */
  readonly pageSize: number;
  /** Requests of one list that may be under way together. */
  readonly window: number;
};

/** Requests to read `rows` rows key by key, the look at the last one included. */
export function requestsByKey(rows: number, {pageSize, window}: PageSizes): number {
  if (rows <= pageSize) return 1;
  // A full last page does not show that it is the last.
  const pages = Math.floor(rows / pageSize) + 1;
  const behindFirst = Math.floor((rows - pageSize) / pageSize);
  if (behindFirst < PAGES_WORTH_RANGES) return pages + 1;
  // Two looks at the end, and in each range a last page that is not full.
  return pages + 2 + Math.min(window, Math.floor(behindFirst / (PAGES_WORTH_RANGES / 2)));
}

/** Requests to walk over `rows` rows once: each page begins with the last row of the one before. */
export function requestsOfWalk(rows: number, {pageSize}: Pick<PageSizes, 'pageSize'>): number {
  if (rows <= pageSize) return 1;
  // Pages of one row cannot overlap, so that all are read again to see that none has moved.
  if (pageSize === 1) return 2 * rows;
  return 1 + Math.ceil((rows - pageSize) / (pageSize - 1));
}

/** The same where the list does not tell its length: a page that could be full is followed by another one. */
export function requestsOfBlindWalk(rows: number, sizes: Pick<PageSizes, 'pageSize'>): number {
  const requests = requestsOfWalk(rows, sizes);
  const onLast = requests === 1 ? rows : 1;
  return requests + (onLast % 5 === 0 ? 1 : 0) + Math.floor(requests / PAGES_WORTH_RANGES);
}

/** Requests to read `rows` rows of a list whose order changes with every request, until a walk brings no new one. */
export function requestsWithoutOrder(rows: number, {pageSize}: Pick<PageSizes, 'pageSize'>): number {
  const walk = rows <= pageSize ? 1 : 1 + Math.ceil((rows - pageSize) / Math.max(1, pageSize - 1));
  if (walk === 1) return 1;
  // The chance that a walk misses a row: about one in e.
  const missed = (1 - pageSize / rows) ** walk;
  const untilAllCame = (Math.log(rows) + BESIDES_LOGARITHM) / -Math.log(missed) + HALF_A_WALK;
  return walk * (Math.round(untilAllCame) + 1);
}

/**
 * Requests to read `rows` rows of a list of numbered pages: several are read twice, to see that none has moved. One that
 * does not tell its length is asked for a page behind the last.
 */
export function requestsOfNumberedPages(
  rows: number,
  isBlind: boolean,
  {pageSize}: Pick<PageSizes, 'pageSize'>,
): number {
  const pages = Math.max(1, Math.ceil(rows / pageSize));
  return (pages === 1 ? 1 : 2) * (pages + (isBlind ? 1 : 0));
}
