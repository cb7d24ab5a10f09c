// What a query asks for, as far as the API would look at it.

export type Query = {
  readonly limit: number;
  readonly offset: number;
  /** Plain parameters and `filters[name]`, in their sequence, the operator apart. */
  readonly filters: readonly {readonly parameter: string; readonly operator: string; readonly value: string}[];
  readonly orders: readonly {readonly name: string; readonly isDescending: boolean}[];
  readonly includes: readonly string[];
  readonly params: URLSearchParams;
};

/** Reads a query; `limit` is 20 when it is missing or no number, and capped without a word. */
export function readQuery(params: URLSearchParams, pageCap: number): Query {
  const filters = [];
  const orders = [];
  const ids = [];
  for (const [key, value] of params) {
    const filter = /^filters\[([^\]]*)\](?:\[([^\]]*)\])?$/.exec(key);
    const order = /^orders\[([^\]]*)\]$/.exec(key);
    if (filter !== null) filters.push({parameter: `filters[${filter[1]}]`, operator: filter[2] ?? 'eq', value});
    else if (order !== null) orders.push({name: order[1] ?? '', isDescending: value.toUpperCase() === 'DESC'});
    else if (/^ids\[\d*\]$/.test(key)) ids.push(value);
    else filters.push({parameter: key, operator: 'eq', value});
  }
  if (ids.length > 0) filters.push({parameter: 'ids[]', operator: 'eq', value: ids.join(',')});
  return {
    limit: Math.min(positive(params.get('limit')) ?? 20, pageCap),
    offset: positive(params.get('offset')) ?? 0,
    filters,
    orders,
    includes: (params.get('include') ?? '').split(',').filter(name => name !== ''),
    params,
  };
}

function positive(text: string | null): number | undefined {
  return text !== null && /^\d{1,12}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}
