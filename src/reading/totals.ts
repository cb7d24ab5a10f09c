// What a list tells of its own length while it is read: the total of its first answer, of its last, and how it moved.

import type {Answered} from './list.js';

export type Totals = {
  /** Takes the answer for the page at `offset`. */
  readonly note: (answered: Answered, offset: number) => void;
  readonly before: () => number | undefined;
  readonly latest: () => number | undefined;
  /** Rows that the list ever had while it was read, as far as its totals tell: whoever has seen as many has seen all. */
  readonly everThere: () => number | undefined;
  readonly hasMoved: () => boolean;
};

/** The totals of one reading; `before` is that of the reading which it goes on with. */
export function createTotals(before?: number): Totals {
  let first = before;
  let latest = before;
  let inserted = 0;
  let hasMoved = false;
  return {
    note: ({total, count}, offset) => {
      if (total !== undefined) {
        first ??= total;
        inserted += Math.max(0, total - (latest ?? total));
        hasMoved ||= total !== (latest ?? total);
        latest = total;
      }
      // Rows that stand beyond the total belie it: the list goes on as one that tells none.
      if (count > 0 && latest !== undefined && offset + count > latest) latest = undefined;
    },
    before: () => first,
    latest: () => latest,
    everThere: () => (first === undefined || latest === undefined ? undefined : first + inserted),
    hasMoved: () => hasMoved,
  };
}
