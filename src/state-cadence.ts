// When a STATE is worth writing inside a stream. A run that is killed soon must not have worked in vain, and a long one
// loses a thousand records or ten seconds at most; more often than that, targets would only write what they have to
// write anyway.

const EARLY_PAGES = 10;
const RECORDS = 1_000;
const SILENCE_MS = 10_000;

export type StateCadence = {
  /** Takes the records of a page that was written; tells whether a STATE is due behind it. */
  readonly isDueAfter: (records: number) => boolean;
};

/** The cadence of one stream, from now on. `now` gives milliseconds of a clock that never jumps. */
export function createStateCadence(now: () => number): StateCadence {
  let pages = 0;
  let records = 0;
  let saidAt = now();
  let endedAt = saidAt;
  return {
    isDueAfter: count => {
      const tookMs = now() - endedAt;
      endedAt = now();
      records += count;
      if (count > 0) pages += 1;
      const isEarly = count > 0 && pages <= EARLY_PAGES;
      // The next page is about as long as this one, and as long in coming; a STATE inside it would not be true.
      const isFull = records + count > RECORDS;
      const isLate = now() - saidAt + tookMs > SILENCE_MS;
      if (!isEarly && !isFull && !isLate) return false;
      records = 0;
      saidAt = now();
      return true;
    },
  };
}
