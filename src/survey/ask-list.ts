// Looks at one list of the API: whether it answers, and what its answer shows.

import {BoundReached} from '../bounds.js';
import type {Answer, Client} from '../client.js';
import {ApiError} from '../errors.js';
import {formOf, totalOf} from '../reading/envelopes.js';
import type {Replication} from '../reading/stream-to-read.js';
import {listKeyOf, livesBelowParents, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';

export type Query = Readonly<Record<string, string>>;

/** The rows that are asked for at first: as many as the API is documented to give. */
export const PAGE = 100;

/** A list that answered. */
export type Seen = {
  readonly body: Answer['body'];
  readonly bytes: number;
  readonly rows: readonly WireRow[];
  readonly keys: readonly (string | undefined)[];
  readonly total: number | undefined;
};

/** A list that answered with another status; undefined where no whole answer came, or none was asked for. */
export type Unseen = {readonly status: number | undefined};

/** A stream whose list was looked at. */
export type Look = {
  readonly definition: StreamDefinition;
  readonly replication: Replication | undefined;
  /** Where the list is, with the id of another row where it lies below one. */
  readonly path: string;
  readonly query: Query;
  readonly found: Seen | Unseen;
};

/** A list that could be read. */
export type SeenLook = Look & {readonly found: Seen};

/** Whether a list could be read. */
export function isSeen(look: Look): look is SeenLook {
  return 'rows' in look.found;
}

/** Asks a list. Throws BoundReached, and the signal's reason. */
export async function askList(
  client: Client,
  definition: StreamDefinition,
  {path, query}: Pick<Look, 'path' | 'query'>,
  signal: AbortSignal,
): Promise<Seen | Unseen> {
  const {rowsOf, keyOf} = formOf(definition);
  try {
    const {body, bytes} = await client.get(path, query, {rank: 0, endpoint: definition.tapStreamId, signal});
    const rows = rowsOf(body, listKeyOf(definition));
    if (!rows) return {status: 200};
    return {body, bytes, rows, keys: rows.map(keyOf), total: totalOf(body)};
  } catch (error) {
    if (error instanceof ApiError) return {status: error.status};
    throw error;
  }
}

/** Where a stream's list is, given the first row of the list above it; undefined where there is no such row. */
export function placeOf(
  definition: StreamDefinition,
  parent: WireRow | undefined,
): Pick<Look, 'path' | 'query'> | undefined {
  const {perParent, parameters = {}} = definition;
  const query = {...parameters, ...pageOf(definition, PAGE)};
  if (!perParent || !livesBelowParents(definition)) return {path: definition.path, query};
  const key = parent?.[perParent.parentKey ?? 'id'];
  if (typeof key !== 'string' && typeof key !== 'number') return undefined;
  const path = perParent.path.replace(':id', encodeURIComponent(String(key)));
  return {path, query: perParent.parameter === undefined ? query : {...query, [perParent.parameter]: String(key)}};
}

/** What asks for so many rows. */
export function pageOf({paging}: StreamDefinition, rows: number): Query {
  return paging === 'once' ? {} : paging === 'pages' ? {page: '1', page_size: String(rows)} : {limit: String(rows)};
}

/** Does something with all items, several at a time, until nothing more may be asked. Throws what `act` throws. */
export async function withEach<T>(items: Iterable<T>, width: number, act: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const work = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      try {
        await act(next.value);
      } catch (error) {
        if (error instanceof BoundReached) return;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({length: width}, work));
}
