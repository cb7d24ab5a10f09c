// The answers of all paths: a page of rows, what is side-loaded with them, and the form that they travel in.

import type {Account} from './account.js';
import {type Envelope, list} from './envelopes.js';
import {furtherMeta} from './meta.js';
import type {Route} from './paths.js';
import type {Query} from './query.js';
import type {Resource} from './resource.js';
import type {Selector} from './selection.js';
import {type SideLoadOptions, sideLoader} from './side-loads.js';
import type {View} from './view.js';
import {views} from './views/index.js';
import type {WireRow} from './wire.js';

export type ListOptions = SideLoadOptions & {
  readonly totals: Readonly<Record<string, 'string' | 'number' | 'absent'>>;
  readonly totalAfterIdGreater: 'shrunk' | 'all';
  /** Lists that send all rows whatever was asked; where nothing is said, those that have no paging. */
  readonly unpaged: readonly string[] | undefined;
};

export type ListAnswer = {readonly status: number; readonly body: WireRow; readonly rows: number};

export type Lists = {
  /** How the answers of a path travel. */
  envelopeOf(route: Route): Envelope;
  /** One answer; undefined if the id in the path stands for no row. */
  answer(route: Route, query: Query): ListAnswer | undefined;
};

type Found = {
  readonly rows: readonly WireRow[];
  readonly siblings: WireRow;
  /** The rows of the query, of which these are a page. */
  readonly count: number;
  /** What `meta.total` says. */
  readonly total: number;
};

/** The lists of one account. Reads the account anew for every page. */
export function lists(account: Account, select: Selector, options: ListOptions): Lists {
  const viewOf = new Map<string, View>(views.map(view => [view.name, view]));
  const withSiblings = sideLoader(account, options);
  return {envelopeOf, answer};

  function envelopeOf({name}: Route): Envelope & {readonly name: string} {
    const {paging, ...others} = viewOf.get(name) ?? account.resource(name);
    const isUnpaged = options.unpaged?.includes(name) ?? paging === 'none';
    if (isUnpaged) return {...others, paging: 'none'};
    return paging === undefined || paging === 'none' ? others : {...others, paging};
  }

  function answer(route: Route, query: Query): ListAnswer | undefined {
    const view = viewOf.get(route.name);
    const found = view === undefined ? page(account.resource(route.name), route, query) : part(view, route, query);
    if (found === undefined) return undefined;
    const {rows, siblings, count} = found;
    const {name, key = name, form = list, sent, paging} = envelopeOf(route);
    if (typeof paging === 'object' && paging.isStrict && query.offset > 0 && query.offset >= count)
      return {status: 404, body: {detail: 'Invalid page.'}, rows: 0};
    const body = form({
      path: name,
      key,
      rows: sent === undefined ? rows : rows.map(sent),
      siblings,
      meta: meta(envelopeOf(route), query, found),
      total: count,
      query,
    });
    return {status: 200, body, rows: rows.length};
  }

  function page(resource: Resource, {name, id}: Route, query: Query): Found | undefined {
    // A parameter that names no row leaves nothing; a path that does leads nowhere.
    const among = name.includes('{id}')
      ? (account.indicesUnder(resource, id) ?? (name.includes('?') ? [] : undefined))
      : undefined;
    if (among === undefined && name.includes('{id}')) return undefined;
    const selection = select(resource, query, among);
    const indices: number[] = [];
    const end = Math.min(selection.count, query.offset + query.limit);
    for (let position = query.offset; position < end; position++) indices.push(selection.indexAt(position));
    const plain = indices.map(index => account.row(resource, index));
    return {
      ...withSiblings(resource, query, indices, plain),
      count: selection.count,
      total: options.totalAfterIdGreater === 'all' ? selection.countWithoutIdBounds : selection.count,
    };
  }

  function part(view: View, {id}: Route, query: Query): Found | undefined {
    const all = view.rowsOf(account, id);
    if (all === undefined) return undefined;
    return {
      rows: all.slice(query.offset, query.offset + query.limit),
      siblings: {},
      count: all.length,
      total: all.length,
    };
  }

  function meta(
    {name, total, echo = []}: Envelope & {readonly name: string},
    query: Query,
    found: Found,
  ): WireRow | undefined {
    const kind = options.totals[name] ?? total ?? (name.includes('{id}') ? 'absent' : 'string');
    if (kind === 'absent') return undefined;
    const told = {count: found.rows.length, limit: query.limit, offset: query.offset};
    return {
      total: kind === 'number' ? found.total : String(found.total),
      ...Object.fromEntries(echo.map(key => [key, told[key]])),
      ...furtherMeta(account, name, query),
    };
  }
}
