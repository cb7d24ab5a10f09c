// One list of the API and one page of it: what every way of reading asks for and hands on.

import type {Client} from '../client.js';
import {ApiError} from '../errors.js';
import type {WireRow} from '../wire.js';
import type {Checkpoint} from './checkpoint.js';
import {type Form, hasNext, isBare, totalOf, USUAL_FORM} from './envelopes.js';
import {createKeySet, type KeySet} from './key-set.js';
import type {Places} from './places.js';

/** A list endpoint as it is to be read in this run. */
export type List = {
  /** Relative to `/api/3/`. */
  readonly path: string;
  /** The arrays wanted from each answer. The first is the list itself: paging counts its rows. */
  readonly dataKeys: readonly string[];
  /** The stream whose name goes into metrics. */
  readonly endpoint: string;
  /** The stream's place in the output; lower ones are served first. */
  readonly rank: number;
  /** How its answers hold the rows; the usual way if not given. */
  readonly form?: Form;
  /** Whether nobody wants the `links` of its rows. */
  readonly dropsLinks?: boolean | undefined;
};

/** Rows that came together, none of which came before. Release it when they are written. */
export type Page = {
  /** By their data key; without those that came beside the list, and are missing in the answer. */
  readonly rows: Readonly<Record<string, readonly WireRow[]>>;
  /** When the answer was received: milliseconds since 1970 (UTC). */
  readonly receivedAt: number;
  readonly release: () => void;
  /**
   * Where a later reading can go on once this page and all before it are written; absent where it cannot. Called, if
   * at all, before the page behind it is released.
   */
  readonly checkpoint?: () => Checkpoint | undefined;
  /** Whether a row is wanted however old its replication key is: what belongs to it has changed. */
  readonly isWanted?: (row: WireRow) => boolean;
};

/**
 * How sure it is that a reading saw every row. Verified: as many different ones came as the list counted before and
 * after. Moving: the count changed meanwhile, but no row can have slipped through. Unverified: neither could be shown.
 */
export type Verdict = 'verified' | 'moving' | 'unverified';

/** What the server was seen to do with a parameter. `at` is UTC. */
export type Proof = {readonly obeyed: boolean; readonly at: string};

/** How far the reading of a list has come; updated with every page. */
export type Progress = {
  /** When the server began to answer the first request, by its own clock: milliseconds since 1970 (UTC). */
  begunAt: number | undefined;
  /** The list's own count of its rows, as last told; undefined where it tells none. */
  total: number | undefined;
  /** Different rows seen so far, those before a checkpoint included. */
  seen: number;
  requests: number;
  /** The ways of reading that were used, in their order. */
  ways: readonly string[];
  /** How many rows the whole list has, as far as this reading can tell. */
  listRows: number | undefined;
  /** Whether the list was read as a whole, not only what is new in it. Told when the reading ends, as the verdict is. */
  isWhole: boolean;
  verdict: Verdict | undefined;
  /** Whether the list turned out to have no order: what was not seen in it may all the same be there. */
  isUnordered: boolean;
  /** Whether the reading went on from a checkpoint. */
  isResumed: boolean;
  /** What is known of the server's obedience by now: parameter -> proof, those of earlier runs included. */
  proofs: Readonly<Record<string, Proof>>;
  /** Requests that were only asked to prove something; part of `requests`. */
  proofRequests: number;
  /** The list of the parents, where this one is read below them: rows that are missing there are missing here. */
  parents?: Progress;
  /**
   * The values that the rows carry, where they do: how sure it is that none is missing, and whether every change of one
   * was seen, not only those that moved their rows.
   */
  values?: {readonly verdict: Verdict; readonly isSure: boolean};
  /** Whether what is new is read through the parents that changed: it is as sure as their stamps are. */
  isSideLoaded: boolean;
};

/** The progress of a list that was not asked yet. */
export function createProgress(): Progress {
  return {
    begunAt: undefined,
    total: undefined,
    seen: 0,
    requests: 0,
    ways: [],
    listRows: undefined,
    isWhole: false,
    verdict: undefined,
    isUnordered: false,
    isResumed: false,
    isSideLoaded: false,
    proofs: {},
    proofRequests: 0,
  };
}

/** What the ways of reading share in one run. */
export type ReadingContext = {
  readonly client: Client;
  readonly places: Places;
  /** Rows to ask for in a page, 1 to 100. */
  readonly pageSize: number;
  /** Requests of one list that may be under way together. */
  readonly window: number;
  /** Milliseconds since 1970 (UTC), by which the age of a proof is told. */
  readonly wall: () => number;
};

/** What an answer holds of the list itself, repeated rows included. */
export type Answered = {
  readonly rows: readonly WireRow[];
  /** The rows under each of the list's data keys. One that came beside the list, and is missing, has none. */
  readonly rowsByKey: ReadonlyMap<string, readonly WireRow[]>;
  readonly count: number;
  /** The keys of the rows in the order they came; undefined for a row without one. */
  readonly keys: readonly (string | undefined)[];
  readonly total: number | undefined;
  /** Whether more pages follow, where the answer says so. */
  readonly hasNext: boolean | undefined;
  /** The answer was `{}`: no list, not even an empty one. */
  readonly isBare: boolean;
};

/** An answer that has become a page. */
export type RawPage = Answered & {
  /** Rows of the list itself that had come before. */
  readonly repeated: number;
  readonly page: Page;
};

/** Reads pages of one list and remembers which rows came. */
export type ListSession = {
  readonly list: List;
  readonly progress: Progress;
  /** The keys of the list's own rows that came, by which repeated ones are known. */
  readonly seen: KeySet;
  /** Asks for one page. Pages may be asked for together; accept them in order with `accept`. */
  readonly request: (query: Readonly<Record<string, string>>, options?: PageOptions) => Promise<Accept>;
};

export type PageOptions = {
  /** Where the list is, if not at its own path. */
  readonly path?: string;
  /** The answer counts a part of the list only, so that its total is not that of the list. */
  readonly isPart?: boolean;
  /** Where the page will stand among those of the list; in the order in which they are asked for, if not given. */
  readonly order?: number;
};

/** An answer that can be looked at and waits for its turn; one of the two is called, once. */
export type Accept = Answered & {
  /** Turns it into a page without the rows that came before. Called in the order of the list. */
  readonly accept: () => RawPage;
  /** Forgets it: none of its rows counts as seen. */
  readonly discard: () => void;
};

/** Begins to read a list. `signal` ends all its requests; `seen` holds the keys that came in an earlier run. */
export function openList(
  context: ReadingContext,
  list: List,
  progress: Progress,
  signal: AbortSignal,
  seen: KeySet = createKeySet(),
): ListSession {
  const mainKey = list.dataKeys[0] ?? '';
  const {rowsOf, keyOf} = list.form ?? USUAL_FORM;
  const seenByKey = new Map(list.dataKeys.map(dataKey => [dataKey, dataKey === mainKey ? seen : createKeySet()]));
  let usualBytes = 0;
  let asked = 0;

  async function request(
    query: Readonly<Record<string, string>>,
    {path = list.path, isPart = false, order = asked}: PageOptions = {},
  ): Promise<Accept> {
    asked += 1;
    const place = await context.places.take({rank: list.rank, order, expectedBytes: usualBytes, signal});
    try {
      const {rank, endpoint, dropsLinks} = list;
      const answer = await context.client.get(path, query, {rank, endpoint, signal, dropsLinks});
      place.fill(answer.bytes);
      usualBytes = answer.bytes;
      progress.requests += 1;
      progress.begunAt = Math.min(progress.begunAt ?? answer.begunAt, answer.begunAt);
      const present = list.dataKeys.filter(dataKey => dataKey === mainKey || answer.body[dataKey] !== undefined);
      const rowsByKey = new Map(present.map(dataKey => [dataKey, readRows(answer.body, dataKey, path)]));
      const rows = rowsByKey.get(mainKey) ?? [];
      const total = readTotal(answer.body, rows.length);
      const answered = {
        rows,
        rowsByKey,
        count: rows.length,
        keys: rows.map(keyOf),
        total,
        hasNext: hasNext(answer.body),
        isBare: isBare(answer.body),
      };
      return {
        ...answered,
        accept: () => {
          const seenBefore = seen.size();
          const fresh = Array.from(rowsByKey, ([dataKey, rows]) => {
            return [dataKey, withoutRepeated(rows, dataKey)] as const;
          });
          const page = {rows: Object.fromEntries(fresh), receivedAt: answer.receivedAt, release: place.release};
          const withKey = answered.keys.filter(key => key !== undefined).length;
          progress.seen = seen.size();
          if (!isPart) progress.total = total ?? progress.total;
          return {...answered, repeated: withKey - (progress.seen - seenBefore), page};
        },
        discard: place.release,
      };
    } catch (error) {
      place.release();
      throw error;
    }
  }

  /** The rows under a data key. Throws ApiError when the answer is of another form. */
  function readRows(body: Readonly<Record<string, unknown>>, dataKey: string, path: string): readonly WireRow[] {
    // What comes beside the list may be PHP's null for nothing.
    if (dataKey !== mainKey && body[dataKey] === null) return [];
    const rows = dataKey === mainKey ? rowsOf(body, dataKey) : USUAL_FORM.rowsOf(body, dataKey);
    if (rows) return rows;
    throw new ApiError({path, status: 200, detail: `the answer has no list "${dataKey}"`});
  }

  function withoutRepeated(rows: readonly WireRow[], dataKey: string): readonly WireRow[] {
    const seen = seenByKey.get(dataKey);
    const keyOfRow = dataKey === mainKey ? keyOf : USUAL_FORM.keyOf;
    return rows.filter(row => {
      const key = keyOfRow(row);
      // A row without its key cannot be known again; who writes records counts it.
      return key === undefined || !seen || seen.add(key);
    });
  }

  return {list, progress, seen, request};
}

/** The total, but not one below the rows of its own answer: it does not count the list, and must not end its reading. */
function readTotal(body: Readonly<Record<string, unknown>>, rows: number): number | undefined {
  const total = totalOf(body);
  return total !== undefined && total >= rows ? total : undefined;
}
