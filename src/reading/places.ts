// How many pages may be asked for or held in memory at once. Streams ahead of the one being written share what is
// left over, so that reading ahead neither starves the current stream nor lets memory grow with the account. What is
// read ahead of the writing is lost when the process is killed, and asked for again by the next run: so a run begins
// with few pages ahead, and earns more by writing and by lasting.

import {onAbort} from '../abort-listeners.js';
import type {Clock} from '../clock.js';

/** Pages that may be ahead at once: some from the beginning, and more the longer a run lasts and the more it writes. */
export type SlowStart = {
  /** From the first moment: enough to find out how the first list is to be read. */
  readonly first: number;
  /** One more for every so many pages written: of what a kill finds done, it wastes a small part at the most. */
  readonly pagesToEarnOne: number;
  /** So many more in every second: at the API's own rate, so that a run that keeps to it loses nothing by starting slowly. */
  readonly perSecond: number;
};

/** Killed at once, a run has wasted two requests; it has its full reach after ten seconds. */
export const USUAL_START: SlowStart = {first: 2, pagesToEarnOne: 4, perSecond: 5};

export type Place = {
  /** The page has come: `bytes` is what it really takes. */
  readonly fill: (bytes: number) => void;
  /** The page is written, or was never got. Further calls do nothing. */
  readonly release: () => void;
};

export type PlaceRequest = {
  /** The stream's place in the output. A list that a stream needs besides its own has a rank just behind it. */
  readonly rank: number;
  /**
   * Where the page stands among those of its rank: what has the lowest order is written first. Less than 0 for a page
   * that is only looked at: it gives its place back at once, and needs no share of those that wait to be written.
   */
  readonly order: number;
  /** Counted until the page has come. */
  readonly expectedBytes: number;
  readonly signal: AbortSignal;
};

export type Places = {
  /** Waits for a place for one page, lower ranks first. Rejects with the signal's reason when it aborts. */
  readonly take: (request: PlaceRequest) => Promise<Place>;
  /** Says which stream is being written: it has its own share of places. */
  readonly setCurrent: (rank: number) => void;
};

export type PlacesOptions = {
  /** Pages that all streams together may hold. */
  readonly pages: number;
  /** Pages that one stream may hold; the one being written may do so whatever the others have taken. */
  readonly pagesOfOne: number;
  /** Pages that a stream may hold whose turn has not come, if not as many: enough that it need not stop meanwhile. */
  readonly pagesOfWaiting?: number;
  /** Whether pages are asked for only when the turn of their stream has come. */
  readonly isOneByOne?: boolean;
  /** Bytes of JSON text beyond which no page is asked for but the one that has to be written next. */
  readonly bytes: number;
  /** What bounds the pages in the beginning, by a clock; without it, nothing does. */
  readonly start?: SlowStart & {readonly clock: Pick<Clock, 'now' | 'sleep'>};
};

type Waiting = PlaceRequest & {readonly admit: (place: Place) => void};

/** The places of one run. */
export function createPlaces(options: PlacesOptions): Places {
  const {pages, pagesOfOne, pagesOfWaiting = pagesOfOne, isOneByOne = false, bytes, start} = options;
  const waiting: Waiting[] = [];
  /** The orders of the pages that each rank holds. */
  const heldByRank = new Map<number, number[]>();
  let heldPages = 0;
  let heldBytes = 0;
  let current = 0;
  // Counted from the first page on: what comes before it is no reading.
  let earned: Earnings | undefined;
  let alarm: AbortController | undefined;

  function isFree(request: PlaceRequest): boolean {
    // Pages that come before this one have been handed on and will be released. Those behind it wait for it, so that
    // refusing it would hold up everything for ever.
    const isNext = isCurrent(request) && heldOf(request).every(other => other > request.order);
    return isNext || (hasRoom(request) && isEarned());
  }

  function hasRoom(request: PlaceRequest): boolean {
    const share = isCurrent(request) ? pagesOfOne : pagesOfWaiting;
    if (heldBytes >= bytes || (request.order >= 0 && heldOf(request).length >= share)) return false;
    return isCurrent(request) || (!isOneByOne && heldPages < pages);
  }

  function isEarned(): boolean {
    return !earned || heldPages < earned.pages();
  }

  function isCurrent({rank}: PlaceRequest): boolean {
    return rank < current + 1;
  }

  function heldOf({rank}: PlaceRequest): readonly number[] {
    return heldByRank.get(rank) ?? [];
  }

  function admitThoseThatFit(): void {
    for (let index = 0; index < waiting.length; ) {
      const next = waiting[index];
      if (next && isFree(next)) {
        waiting.splice(index, 1);
        next.admit(occupy(next));
      } else index += 1;
    }
    void wakeInTime();
  }

  /** Looks again whenever time alone has earned a place that somebody waits for; where nobody does, no timer runs. */
  async function wakeInTime(): Promise<void> {
    if (!earned || !waiting.some(hasRoom)) alarm?.abort();
    else if (!alarm) {
      alarm = new AbortController();
      await earned.more(alarm.signal);
      alarm = undefined;
      admitThoseThatFit();
    }
  }

  function occupy({rank, order, expectedBytes}: PlaceRequest): Place {
    const held = heldByRank.get(rank) ?? [];
    heldByRank.set(rank, held);
    held.push(order);
    let counted = expectedBytes;
    let isHeld = true;
    let isFilled = false;
    heldPages += 1;
    heldBytes += counted;
    return {
      fill: actual => {
        if (!isHeld) return;
        isFilled = true;
        heldBytes += actual - counted;
        counted = actual;
        admitThoseThatFit();
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        if (isFilled) earned?.addWritten();
        heldPages -= 1;
        heldBytes -= counted;
        held.splice(held.indexOf(order), 1);
        admitThoseThatFit();
      },
    };
  }

  return {
    take: request =>
      new Promise((resolve, reject) => {
        const {signal, rank} = request;
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        earned ??= start && createEarnings(start);
        const entry: Waiting = {
          ...request,
          admit: place => {
            stopWaiting();
            resolve(place);
          },
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
          void wakeInTime();
        };
        const stopWaiting = onAbort(signal, giveUp);
        const behind = waiting.findIndex(other => other.rank > rank);
        waiting.splice(behind === -1 ? waiting.length : behind, 0, entry);
        admitThoseThatFit();
      }),
    setCurrent: rank => {
      current = rank;
      admitThoseThatFit();
    },
  };
}

type Earnings = {
  /** How many pages may be ahead by now. */
  readonly pages: () => number;
  readonly addWritten: () => void;
  /** Resolves when time has earned one more, or when the signal aborts. */
  readonly more: (signal: AbortSignal) => Promise<void>;
};

/** Counts from now. */
function createEarnings({first, pagesToEarnOne, perSecond, clock}: NonNullable<PlacesOptions['start']>): Earnings {
  const msToEarnOne = 1_000 / perSecond;
  const begunAt = clock.now();
  let written = 0;
  const byTime = () => Math.floor((clock.now() - begunAt) / msToEarnOne);
  return {
    pages: () => first + Math.floor(written / pagesToEarnOne) + byTime(),
    addWritten: () => {
      written += 1;
    },
    more: async signal => {
      const waitMs = begunAt + (byTime() + 1) * msToEarnOne - clock.now();
      // A whole millisecond, lest rounding makes it a sleep of nothing.
      await clock.sleep(Math.max(1, Math.ceil(waitMs)), signal).catch(() => undefined);
    },
  };
}
