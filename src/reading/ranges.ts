// The ranges of keys into which a long list is cut, to be read side by side. How far the keys reach takes a request of
// its own; but keys are whole numbers, so that the rows still to come take up at least as many keys as they are: ranges
// of these can be read while that request is under way. Pure.

/** A range as it is being read: keys greater than `after`, which moves on, and less than `before`; the last one is open. */
export type Chain = {after: number; before: number | undefined; isOver: boolean};

/** A range of fewer keys is not cut any more. */
const LEAST_WIDTH = 4;

/** Cuts the keys behind `after` that `rows` rows need at least into `count` ranges; an open one follows them. */
export function cutSureKeys(after: number, rows: number, count: number): Chain[] {
  const width = Math.floor(rows / Math.max(1, count));
  const ranges = width < LEAST_WIDTH ? [] : piecesOf(after, width, count);
  return [...ranges, rangeOf(after + ranges.length * width, undefined)];
}

/**
 * The ranges again, now that the greatest key is known: the last one, which is open and not begun, is cut, so that there
 * are about `count` ranges in all. Those that are being read may end earlier.
 */
export function cutUpTo(ranges: readonly Chain[], greatest: number, count: number): Chain[] {
  const begun = ranges.slice(0, -1);
  const after = ranges.at(-1)?.after ?? 0;
  const running = begun.filter(({isOver}) => !isOver);
  // Of an order that is ignored the last row is the first, which is nothing to go by.
  const width = Math.max(0, greatest - after);
  const all = running.reduce((sum, range) => sum + widthOf(range), width);
  const share = Math.round((count * width) / Math.max(1, all));
  const pieces = Math.max(1, Math.min(share, count - running.length, width));
  const step = Math.floor(width / pieces);
  return [...begun, ...piecesOf(after, step, pieces - 1), rangeOf(after + (pieces - 1) * step, undefined)];
}

/**
 * The ranges with the widest one halved, where it is likely to hold `rows` rows or more of `left` that are still to come;
 * undefined where it is not. The open one reaches to the greatest key, as far as that is known.
 */
export function halveWidest(
  ranges: readonly Chain[],
  {rows, left, greatest}: {readonly rows: number; readonly left: number; readonly greatest: number | undefined},
): Chain[] | undefined {
  const running = ranges.filter(({isOver}) => !isOver).map(range => ({range, width: widthOf(range, greatest)}));
  const [first] = running.toSorted((a, b) => b.width - a.width);
  const all = running.reduce((sum, {width}) => sum + width, 0);
  if (!first || first.width < LEAST_WIDTH || (left * first.width) / all < rows) return undefined;
  const {range: widest, width} = first;
  const middle = widest.after + Math.floor(width / 2);
  const upper = rangeOf(middle, widest.before);
  widest.before = middle + 1;
  return ranges.flatMap(range => (range === widest ? [range, upper] : [range]));
}

/** Notes that all keys up to `to` came that were asked for behind `from`: in one range, and in those cut off it since. */
export function moveOn(ranges: readonly Chain[], from: number, to: number): void {
  for (const range of ranges) {
    const {after, before = Number.POSITIVE_INFINITY} = range;
    if (after >= from && after < to) range.after = Math.min(to, before - 1);
  }
}

function piecesOf(after: number, width: number, count: number): Chain[] {
  // Both bounds exclude their own key: the next range begins with the key before this end.
  return Array.from({length: count}, (_, index) => rangeOf(after + index * width, after + (index + 1) * width + 1));
}

function rangeOf(after: number, before: number | undefined): Chain {
  return {after, before, isOver: false};
}

/** How many keys a range has left; an open one up to the greatest that is known. */
function widthOf({after, before}: Chain, greatest = after): number {
  return Math.max(0, (before === undefined ? greatest : before - 1) - after);
}
