// How many pages may be asked for or held in memory at once. Streams ahead of the one being written share what is
// left over, so that reading ahead neither starves the current stream nor lets memory grow with the account.

export type Place = {
  /** The page has come: `bytes` is what it really takes. */
  readonly fill: (bytes: number) => void;
  /** The page is written, or was never got. Further calls do nothing. */
  readonly release: () => void;
};

export type Places = {
  /**
   * Waits for a place for one page of the stream with this rank, lower ranks first, and counts `expectedBytes` until
   * the page has come. Rejects with the signal's reason when it aborts.
   */
  readonly take: (rank: number, expectedBytes: number, signal: AbortSignal) => Promise<Place>;
  /** Says which stream is being written; ranks up to it have their own share of places. */
  readonly setCurrent: (rank: number) => void;
};

export type PlacesOptions = {
  /** Pages that all streams together may hold. */
  readonly pages: number;
  /** Pages that the current stream may hold whatever the others have taken. */
  readonly pagesOfCurrent: number;
  /** Bytes of JSON text beyond which no further page is asked for, except one of the current stream. */
  readonly bytes: number;
};

type Waiting = {readonly rank: number; readonly expectedBytes: number; readonly admit: (place: Place) => void};

/** The places of one run. */
export function createPlaces({pages, pagesOfCurrent, bytes}: PlacesOptions): Places {
  const waiting: Waiting[] = [];
  const heldByRank = new Map<number, number>();
  let heldPages = 0;
  let heldBytes = 0;
  let current = 0;

  function isFree(rank: number): boolean {
    const held = heldByRank.get(rank) ?? 0;
    if (rank <= current && held === 0) return true;
    if (heldBytes >= bytes) return false;
    return heldPages < pages || (rank <= current && held < pagesOfCurrent);
  }

  function admitThoseThatFit(): void {
    for (let index = 0; index < waiting.length; ) {
      const next = waiting[index];
      if (next && isFree(next.rank)) {
        waiting.splice(index, 1);
        next.admit(occupy(next.rank, next.expectedBytes));
      } else index += 1;
    }
  }

  function occupy(rank: number, expectedBytes: number): Place {
    let counted = expectedBytes;
    let isHeld = true;
    heldPages += 1;
    heldBytes += counted;
    heldByRank.set(rank, (heldByRank.get(rank) ?? 0) + 1);
    return {
      fill: actual => {
        if (!isHeld) return;
        heldBytes += actual - counted;
        counted = actual;
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        heldPages -= 1;
        heldBytes -= counted;
        heldByRank.set(rank, (heldByRank.get(rank) ?? 0) - 1);
        admitThoseThatFit();
      },
    };
  }

  return {
    take: (rank, expectedBytes, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        if (isFree(rank) && !waiting.some(other => other.rank <= rank)) {
          resolve(occupy(rank, expectedBytes));
          return;
        }
        const entry: Waiting = {
          rank,
          expectedBytes,
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
      }),
    setCurrent: rank => {
      current = rank;
      admitThoseThatFit();
    },
  };
}
