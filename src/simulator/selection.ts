// Which rows a query selects and in what sequence: the part of a database that this server needs. What is asked for
// often costs no more than the page: ids are arithmetic, and what had to be sorted is kept until a row changes.

import type {Account} from './account.js';
import type {Query} from './query.js';
import {mix, shuffled} from './random.js';
import type {Filter, FilterContext, Order, Resource} from './resource.js';

export type Selection = {
  /** Rows from the first to the last page, which is what an offset counts in. */
  readonly count: number;
  /** The same without the bounds of `id_greater` and `id_less`. */
  readonly countWithoutIdBounds: number;
  /** The index of the row at a position. */
  readonly indexAt: (position: number) => number;
};

/** What the server obeys, beyond or against the rules of the resources. */
export type Obedience = {
  readonly obeyFilters: readonly string[];
  readonly ignoreFilters: readonly string[];
  readonly obeyOrders: readonly string[];
  readonly ignoreOrders: readonly string[];
  readonly unstable: readonly string[];
  readonly context: Pick<FilterContext, 'isAfterInclusive' | 'dealsFilterGranularity'>;
};

export type Selector = (resource: Resource, query: Query) => Selection;

type AskedFilter = {readonly filter: Filter; readonly operator: string; readonly value: string};
type AskedOrder = {readonly order: Order; readonly isDescending: boolean};
type Sequence = {readonly count: number; readonly indexAt: (position: number) => number};

const keptSequences = 4;
const idBounds = ['id_greater', 'id_less'];
// These look at the rows of other tables, whose changes the table's own version does not tell.
const filtersByOtherTables = ['listid', 'status', 'tagid', 'filters[have_stages]'];

/** Makes the function that answers queries on one account. */
export function selector(account: Account, obedience: Obedience, seed: number): Selector {
  const kept = new Map<string, Uint32Array>();
  let asked = 0;

  return (resource, query) => {
    asked++;
    const filters = obeyedFilters(resource, query, obedience);
    const orders = obeyedOrders(resource, query, obedience);
    const bounds = filters.filter(({filter}) => idBounds.includes(filter.parameter));
    const others = filters.filter(({filter}) => !idBounds.includes(filter.parameter));
    const isById = orders.length === 0 || orders[0]?.order.name === 'id';
    // In another sequence than that of the ids, their bounds have to be tested row by row.
    const rows = isById ? sequence(resource, others, []) : sequence(resource, filters, orders);
    const [from, to] = isById ? positionsBetween(resource, rows, bounds) : [0, rows.count];
    const count = Math.max(0, to - from);

    const isDescending = isById && orders[0]?.isDescending === true;
    const isShuffled = orders.length === 0 && obedience.unstable.includes(resource.name);
    const shuffleSeed = mix(seed, asked, 13);
    return {
      count,
      countWithoutIdBounds: rows.count,
      indexAt: position => {
        if (isShuffled) return rows.indexAt(from + shuffled(position, count, shuffleSeed));
        return rows.indexAt(isDescending ? to - 1 - position : from + position);
      },
    };
  };

  function sequence(resource: Resource, filters: readonly AskedFilter[], orders: readonly AskedOrder[]): Sequence {
    const table = account.table(resource.name);
    if (filters.length === 0 && orders.length === 0)
      return {count: table.count, indexAt: position => table.indexAt(position)};
    const key = JSON.stringify([
      resource.name,
      table.version,
      filters.map(({filter, operator, value}) => [filter.parameter, operator, value]),
      orders.map(({order, isDescending}) => [order.name, isDescending]),
      filters.some(({filter}) => filtersByOtherTables.includes(filter.parameter)) ? asked : 0,
    ]);
    let indices = kept.get(key);
    if (indices === undefined) {
      indices = sorted(account, resource, matching(account, resource, filters, obedience.context), orders);
      if (kept.size >= keptSequences) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, indices);
    }
    const found = indices;
    return {count: found.length, indexAt: position => found[position] ?? 0};
  }

  // From the first row behind `id_greater` to the last one before `id_less`.
  function positionsBetween(resource: Resource, rows: Sequence, bounds: readonly AskedFilter[]): [number, number] {
    let [low, high] = [0, rows.count];
    for (const {filter, value} of bounds) {
      if (!/^\d+$/.test(value)) continue;
      if (filter.parameter === 'id_greater') low = Math.max(low, positionBehind(resource, rows, Number(value)));
      else high = Math.min(high, positionBehind(resource, rows, Number(value) - 1));
    }
    return [low, high];
  }

  function positionBehind(resource: Resource, rows: Sequence, id: number): number {
    const table = account.table(resource.name);
    let [low, high] = [0, rows.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(table.idAt(rows.indexAt(middle))) <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whether a list of `*`, `path` and `path.name` names this one. */
export function names(entries: readonly string[], path: string, name: string): boolean {
  return entries.includes('*') || entries.includes(path) || entries.includes(`${path}.${name}`);
}

function matching(
  account: Account,
  resource: Resource,
  filters: readonly AskedFilter[],
  context: Obedience['context'],
): Uint32Array {
  const childrenOf = (child: string, parentIndex: number) => account.childRows(child, parentIndex);
  const tests = filters.flatMap(
    ({filter, operator, value}) => filter.test(value, {...context, operator, childrenOf}) ?? [],
  );
  const table = account.table(resource.name);
  const indices = new Uint32Array(table.count);
  let found = 0;
  for (let position = 0; position < table.count; position++) {
    const index = table.indexAt(position);
    if (tests.length > 0) {
      const candidate = account.candidate(resource, index);
      // Rows without permission have nothing to be judged by, and come with any filter.
      if (!candidate.isPartial && !tests.every(test => test(candidate))) continue;
    }
    indices[found++] = index;
  }
  return indices.slice(0, found);
}

// Equal ranks stay in the sequence of ids.
function sorted(
  account: Account,
  resource: Resource,
  indices: Uint32Array,
  orders: readonly AskedOrder[],
): Uint32Array {
  if (orders.length === 0) return indices;
  const columns = orders.map(({order, isDescending}) => ({
    isDescending,
    ranks: ranksOf(account, resource, order, indices),
  }));
  const places = Uint32Array.from(indices, (_, place) => place);
  places.sort((a, b) => {
    for (const {isDescending, ranks} of columns) {
      const [left, right] = [ranks[a] ?? 0, ranks[b] ?? 0];
      if (left !== right) return left < right === isDescending ? 1 : -1;
    }
    return a - b;
  });
  return places.map(place => indices[place] ?? 0);
}

function ranksOf(account: Account, resource: Resource, order: Order, indices: Uint32Array): ArrayLike<string | number> {
  const rank = (index: number) => order.rank(account.candidate(resource, index));
  const isNumeric = indices.length > 0 && typeof rank(indices[0] ?? 0) === 'number';
  return isNumeric ? Float64Array.from(indices, index => Number(rank(index))) : Array.from(indices, rank);
}

function obeyedFilters(resource: Resource, query: Query, {obeyFilters, ignoreFilters}: Obedience): AskedFilter[] {
  return query.filters.flatMap(({parameter, operator, value}) => {
    const filter = resource.filters?.find(candidate => candidate.parameter === parameter);
    if (filter === undefined || value === '') return [];
    const name = parameter.replace(/^filters\[(.*)\]$/, '$1').replace('[]', '');
    return isObeyed(resource.name, name, filter.isObeyed, obeyFilters, ignoreFilters)
      ? [{filter, operator, value}]
      : [];
  });
}

function obeyedOrders(resource: Resource, query: Query, {obeyOrders, ignoreOrders}: Obedience): AskedOrder[] {
  return query.orders.flatMap(({name, isDescending}) => {
    const order = resource.orders?.find(candidate => candidate.name === name);
    if (order === undefined) return [];
    return isObeyed(resource.name, name, order.isObeyed, obeyOrders, ignoreOrders) ? [{order, isDescending}] : [];
  });
}

function isObeyed(
  path: string,
  name: string,
  byDefault: boolean,
  obey: readonly string[],
  ignore: readonly string[],
): boolean {
  return !names(ignore, path, name) && (byDefault || names(obey, path, name));
}
