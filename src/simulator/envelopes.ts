// How rows travel: under which key, in which form, and how a client pages through them.

import type {Query} from './query.js';
import {isRow, type WireRow, type WireValue} from './wire.js';

export type Envelope = {
  /** The key of the rows in an answer; the path where nothing is said. */
  readonly key?: string;
  /** A list with `meta` where nothing is said. */
  readonly form?: Form;
  /** What is sent for a row; the row itself where nothing is said. */
  readonly sent?: (row: WireRow) => WireValue;
  /** `limit` and `offset` where nothing is said; `none` sends all rows whatever is asked. */
  readonly paging?: 'none' | PageNumbers;
  /** `meta.total`; a string where nothing is said, and absent where the path holds the id of another row. */
  readonly total?: 'string' | 'number' | 'absent';
  /** Other keys of `meta` that tell how the query was read. */
  readonly echo?: readonly ('count' | 'limit' | 'offset')[];
};

/** Paging by `page`, counted from 1, and `page_size`. */
export type PageNumbers = {
  /** Rows of a page when no size was asked for. */
  readonly rows: number;
  /** The most rows that can be asked for; as many as `rows` where `page_size` is unknown to the list. */
  readonly mostRows?: number;
  /** A page behind the last one is answered 404. */
  readonly isStrict?: boolean;
};

export type Page = {
  readonly path: string;
  readonly key: string;
  readonly rows: readonly WireValue[];
  /** Rows that come along. */
  readonly siblings: WireRow;
  readonly meta: WireRow | undefined;
  /** The rows of the query, of which these are a page. */
  readonly total: number;
  readonly query: Query;
};

export type Form = (page: Page) => WireRow;

/** `{tags: [...], meta: {...}}` */
export const list: Form = ({key, rows, siblings, meta}) => ({
  ...siblings,
  [key]: rows,
  ...(meta === undefined ? {} : {meta}),
});

/** `{geoAddress: {...}}`, and a bare `{}` where there is nothing. */
export const object: Form = ({key, rows: [row]}) => (row === undefined ? {} : {[key]: row});

/** The row without a key around it. */
export const bare: Form = ({rows: [row]}) => (isRow(row) ? row : {});

/** `{count, next, previous, results}`, as Django's framework for APIs writes a page. */
export const results: Form = ({path, rows, total, query}) => {
  const page = Math.floor(query.offset / query.limit) + 1;
  const pageUrl = (number: number) => {
    const params = new URLSearchParams(query.params);
    params.set('page', String(number));
    return `https://sandbox.api-us1.com/api/3/${path}?${params}`;
  };
  return {
    count: total,
    next: query.offset + query.limit < total ? pageUrl(page + 1) : null,
    previous: page > 1 ? pageUrl(page - 1) : null,
    results: rows,
  };
};

/** A row of JSON:API: everything but type and id goes into `attributes`. */
export function jsonApi({type = null, id = null, ...attributes}: WireRow): WireRow {
  return {type, id, attributes};
}
