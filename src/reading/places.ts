// How many pages may be asked for or held in memory at once. Streams ahead of the one being written share what is
// left over, so that reading ahead neither starves the current stream nor lets memory grow with the account.

export type Place = {
  /** The page has come: `bytes` is what it really takes. */
  readonly fill: (bytes: number) => void;
  /** The page is written, or was never got. Further calls do nothing. */
  readonly release: () => void;
};

export type PlaceRequest = {
  /** The stream's place in the output. A list that a stream needs besides its own has a rank just behind it. */
  readonly rank: number;
  /** Where the page stands among those of its rank: what has the lowest order is written first. */
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
  /** Bytes of JSON text beyond which no page is asked for but the one that has to be written next. */
  readonly bytes: number;
};

type Waiting = PlaceRequest & {readonly admit: (place: Place) => void};

/** The places of one run. */
export function createPlaces({pages, pagesOfOne, bytes}: PlacesOptions): Places {
  const waiting: Waiting[] = [];
  /** The orders of the pages that each rank holds. */
  const heldByRank = new Map<number, number[]>();
  let heldPages = 0;
  let heldBytes = 0;
  let current = 0;

  function isFree({rank, order}: PlaceRequest): boolean {
    const held = heldByRank.get(rank) ?? [];
    const isCurrent = rank < current + 1;
    // Pages that come before this one have been handed on and will be released. Those behind it wait for it, so that
    // refusing it would hold up everything for ever.
    if (isCurrent && held.every(other => other > order)) return true;
    if (heldBytes >= bytes || held.length >= pagesOfOne) return false;
    return isCurrent || heldPages < pages;
  }

  function admitThoseThatFit(): void {
    for (let index = 0; index < waiting.length; ) {
      const next = waiting[index];
      if (next && isFree(next)) {
        waiting.splice(index, 1);
        next.admit(occupy(next));
      } else index += 1;
    }
  }

  function occupy({rank, order, expectedBytes}: PlaceRequest): Place {
    const held = heldByRank.get(rank) ?? [];
    heldByRank.set(rank, held);
    held.push(order);
    let counted = expectedBytes;
    let isHeld = true;
    heldPages += 1;
    heldBytes += counted;
    return {
      fill: actual => {
        if (!isHeld) return;
        heldBytes += actual - counted;
        counted = actual;
        admitThoseThatFit();
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
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
        const entry: Waiting = {
          ...request,
          admit: place => {
            signal.removeEventListener('abort', giveUp);
            resolve(place);
          },
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', giveUp, {once: true});
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
