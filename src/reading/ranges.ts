// The ranges of keys into which a long list is cut, to be read side by side. Pure.

/** A range as it is being read: keys greater than `after`, which moves on, and less than `before`; the last one is open. */
export type Chain = {after: number; before: number | undefined; isOver: boolean};

/** A range of fewer keys is not cut any more. */
const LEAST_WIDTH = 4;

/** Cuts what lies behind `after` into `count` about equal ranges, of which the last one is open. */
export function cutUpTo(after: number, greatest: number, count: number): Chain[] {
  const width = Math.floor((greatest - after) / count);
  // Both bounds exclude their own key: the next range begins with the key before this end.
  return Array.from({length: count}, (_, index) =>
    rangeOf(after + index * width, index === count - 1 ? undefined : after + (index + 1) * width + 1),
  );
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

function rangeOf(after: number, before: number | undefined): Chain {
  return {after, before, isOver: false};
}

/** How many keys a range has left; an open one up to the greatest that is known. */
function widthOf({after, before}: Chain, greatest = after): number {
  return Math.max(0, (before === undefined ? greatest : before - 1) - after);
}
