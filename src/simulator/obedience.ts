// What the server obeys of a query: the rules of the resources, and what it was told to do beyond or against them.

import type {Query} from './query.js';
import type {Filter, FilterContext, Order, Resource} from './resource.js';
import {byId, byStamp} from './rules.js';

/** Entries are `*`, a path, or a path and a name (`contacts.updated_after`); `path` alone where no name is spoken of. */
export type Obedience = {
  readonly obeyFilters: readonly string[];
  readonly ignoreFilters: readonly string[];
  readonly obeyOrders: readonly string[];
  readonly ignoreOrders: readonly string[];
  /** Lists that sort by id whatever an order names, in the direction asked for. */
  readonly directionOnlyOrders: readonly string[];
  /** Lists that come in a new sequence with each request, if no order is obeyed. */
  readonly unstable: readonly string[];
  /** Lists whose rows of equal rank come in a new sequence with each request. */
  readonly unstableTies: readonly string[];
  readonly nulls: 'lowest' | 'highest';
  readonly context: Pick<FilterContext, 'isAfterInclusive' | 'dealsFilterGranularity'>;
};

export type AskedFilter = {readonly filter: Filter; readonly operator: string; readonly value: string};
export type AskedOrder = {readonly order: Order; readonly isDescending: boolean};

/** Whether a list of `*`, `path` and `path.name` names this one. */
export function names(entries: readonly string[], path: string, name = ''): boolean {
  return entries.includes('*') || entries.includes(path) || entries.includes(`${path}.${name}`);
}

/** The filters of a query that narrow it. */
export function obeyedFilters(
  resource: Resource,
  query: Query,
  {obeyFilters, ignoreFilters}: Obedience,
): AskedFilter[] {
  return query.filters.flatMap(({parameter, operator, value}) => {
    const filter = resource.filters?.find(candidate => candidate.parameter === parameter);
    if (filter === undefined || value === '') return [];
    const name = parameter.replace(/^filters\[(.*)\]$/, '$1').replace('[]', '');
    if (names(ignoreFilters, resource.name, name)) return [];
    return filter.isObeyed || names(obeyFilters, resource.name, name) ? [{filter, operator, value}] : [];
  });
}

/** The orders of a query that sort it, in their sequence. */
export function obeyedOrders(resource: Resource, query: Query, obedience: Obedience): AskedOrder[] {
  return query.orders.flatMap(({parameter, name, isDescending}) => {
    if (parameter !== (resource.orderParameter ?? 'orders')) return [];
    if (names(obedience.ignoreOrders, resource.name, name)) return [];
    if (names(obedience.directionOnlyOrders, resource.name)) return [{order: byId(), isDescending}];
    const order = orderNamed(resource, name);
    const isObeyed = order?.isObeyed === true || names(obedience.obeyOrders, resource.name, name);
    return order !== undefined && isObeyed ? [{order, isDescending}] : [];
  });
}

/** What a list is sorted by when a query asks for no order that it obeys. */
export function usualOrders(resource: Resource): AskedOrder[] {
  const {usualOrder} = resource;
  const order = usualOrder === undefined ? undefined : orderNamed(resource, usualOrder.name);
  return usualOrder === undefined || order === undefined ? [] : [{order, isDescending: usualOrder.isDescending}];
}

// Most lists have numbers for ids, and most have stamps; by both a database could sort.
function orderNamed({ids, orders, stamps = {}}: Resource, name: string): Order | undefined {
  const declared = orders?.find(candidate => candidate.name === name);
  if (declared !== undefined) return declared;
  if (name === 'id') return ids === undefined ? byId(false) : undefined;
  const column = Object.keys(stamps).find(candidate => candidate === name || inSnakeCase(candidate) === name);
  return column === undefined ? undefined : byStamp(name, column, false);
}

function inSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
