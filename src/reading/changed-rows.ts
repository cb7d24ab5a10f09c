// Reads the rows that a query selects, key by key or by offset, and those of them that a filter by the time of change
// leaves. Whoever pages through a list does it here, whether the list is a stream's own or that of its parents.

import {shiftSeconds} from '../dates.js';
import {isRefusal} from '../errors.js';
import {listKeyOf, type StreamDefinition} from '../stream-definition.js';
import type {Checkpoint} from './checkpoint.js';
import {readByKeyset} from './keyset.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {readByOffset, readOffsetPlace} from './offsets.js';
import type {Replication} from './stream-to-read.js';

type Query = Readonly<Record<string, string>>;

// A filter may go by whole days, in the zone of the account. One that is ignored shows rows of all ages.
const FILTER_TOLERANCE_SECONDS = 2 * 86_400;

// Asked of every list: those that know it can be read without fear of rows that move, the others ignore it.
export const BY_ID: Query = {'orders[id]': 'ASC'};

/** The name of the way of reading a list key by key. */
export const KEYSET = 'keyset';

export type RowsToRead = {
  readonly definition: StreamDefinition;
  readonly query: Query;
  /** A filter narrows the list, and rows that change meanwhile may come in anywhere. */
  readonly isNarrowed: boolean;
  readonly checkpoint?: Checkpoint | undefined;
  /** The answer for the first page, where it was asked for already. */
  readonly first?: Accept | undefined;
  /** Told that all rows have come, where it takes another request to judge the reading. */
  readonly onAllRows?: (() => void) | undefined;
};

/** Reads every row that a query selects. Sets the verdict of the session's progress. Throws ApiError. */
export async function* readRows(
  context: ReadingContext,
  session: ListSession,
  {definition, query, isNarrowed, checkpoint, first, onAllRows}: RowsToRead,
): AsyncGenerator<Page> {
  const place = checkpoint && readOffsetPlace(checkpoint);
  if (definition.keyset && !place) {
    use(session, KEYSET);
    try {
      const end = yield* readByKeyset(context, session, {parameters: definition.keyset, query, checkpoint, onAllRows});
      if (end === 'done') return;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  use(session, 'offsets');
  yield* readByOffset(context, session, {query, order: BY_ID, isOpen: isNarrowed, first, resume: place});
}

export type ChangesToRead = {
  readonly definition: StreamDefinition;
  /** What is asked of every page besides the filter. */
  readonly query: Query;
  /** The parameter of the filter, which compares the replication key. */
  readonly filter: string;
  readonly replication: Replication;
  /** From when on. */
  readonly since: string;
  readonly checkpoint?: Checkpoint | undefined;
  /** Makes of a page what is handed on; undefined where it shows that the server does not obey. */
  readonly hand?: (page: Page) => Page | undefined;
};

/**
 * Reads the rows that changed since an instant. Returns refuted when a page shows that the server does not obey; what
 * came until then is no loss. Throws ApiError.
 */
export async function* readChangedRows(
  context: ReadingContext,
  session: ListSession,
  {definition, query, filter, replication, since, checkpoint, hand = page => page}: ChangesToRead,
): AsyncGenerator<Page, 'done' | 'refuted'> {
  const earliest = shiftSeconds(since, -FILTER_TOLERANCE_SECONDS);
  const filtered = {...query, [filter]: asBound(since)};
  const listKey = listKeyOf(definition);
  for await (const page of readRows(context, session, {definition, query: filtered, isNarrowed: true, checkpoint})) {
    const handed = hand(page);
    if (!handed) {
      page.release();
      return 'refuted';
    }
    const values = (page.rows[listKey] ?? []).map(replication.valueOf);
    yield handed;
    if (values.some(value => value !== null && value < earliest)) return 'refuted';
  }
  return 'done';
}

/** An instant as filters take it. */
export function asBound(instant: string): string {
  return `${instant.slice(0, 19)}Z`;
}

/** Notes a way of reading. */
export function use({progress}: Pick<ListSession, 'progress'>, way: string): void {
  progress.ways = [...progress.ways, way];
}
