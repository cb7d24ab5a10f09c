// What a query asks for, as far as the API would look at it.

import type {PageNumbers} from './envelopes.js';
import type {OrderParameter} from './resource.js';

export type Query = {
  readonly limit: number;
  readonly offset: number;
  /** Plain parameters and `filters[name]`, in their sequence, the operator apart. */
  readonly filters: readonly {readonly parameter: string; readonly operator: string; readonly value: string}[];
  readonly orders: readonly QueryOrder[];
  readonly includes: readonly string[];
  readonly params: URLSearchParams;
};

export type QueryOrder = {readonly parameter: OrderParameter; readonly name: string; readonly isDescending: boolean};

/**
 * Reads a query; `limit` is 20 when it is missing or no number, and capped without a word. Page numbers are read as the
 * offset and limit that they stand for.
 */
export function readQuery(
  params: URLSearchParams,
  pageCap: number,
  paging: 'offsets' | 'none' | PageNumbers = 'offsets',
): Query {
  const filters = [];
  const orders = [];
  const ids = [];
  for (const [key, value] of params) {
    const filter = /^filters\[([^\]]*)\](?:\[([^\]]*)\])?$/.exec(key);
    const order = /^(orders|order)\[([^\]]*)\]$/.exec(key);
    if (filter !== null) filters.push({parameter: `filters[${filter[1]}]`, operator: filter[2] ?? 'eq', value});
    else if (order !== null) orders.push(bracketed(order[1] === 'order' ? 'order' : 'orders', order[2] ?? '', value));
    else if (key === 'sort' || key === 'ordering') orders.push(...dashed(key, value));
    else if (/^ids\[\d*\]$/.test(key)) ids.push(value);
    else filters.push({parameter: key, operator: 'eq', value});
  }
  if (ids.length > 0) filters.push({parameter: 'ids[]', operator: 'eq', value: ids.join(',')});
  return {
    ...pageOf(params, pageCap, paging),
    filters,
    orders,
    includes: (params.get('include') ?? '').split(',').filter(name => name !== ''),
    params,
  };
}

function pageOf(
  params: URLSearchParams,
  pageCap: number,
  paging: 'offsets' | 'none' | PageNumbers,
): Pick<Query, 'limit' | 'offset'> {
  if (paging === 'none') return {limit: Number.POSITIVE_INFINITY, offset: 0};
  if (paging === 'offsets') {
    return {limit: Math.min(positive(params.get('limit')) ?? 20, pageCap), offset: positive(params.get('offset')) ?? 0};
  }
  const {rows, mostRows = rows} = paging;
  const limit = mostRows > rows ? Math.min(positive(params.get('page_size')) ?? rows, mostRows) : rows;
  return {limit, offset: ((positive(params.get('page')) ?? 1) - 1) * limit};
}

// `orders[name]=DESC`
function bracketed(parameter: 'orders' | 'order', name: string, value: string): QueryOrder {
  return {parameter, name, isDescending: value.toUpperCase() === 'DESC'};
}

// `sort=-name,id`
function dashed(parameter: 'sort' | 'ordering', value: string): QueryOrder[] {
  return value.split(',').map(text => ({
    parameter,
    name: text.replace(/^-/, ''),
    isDescending: text.startsWith('-'),
  }));
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}
