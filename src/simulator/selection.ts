// Which rows a query selects and in what sequence: the part of a database that this server needs. What is asked for
// often costs no more than the page: ids are arithmetic, and what had to be sorted is kept until a row changes.

import type {Account} from './account.js';
import type {Query} from './query.js';
import {mix, shuffled} from './random.js';
import type {Candidate, Filter, FilterContext, Order, Resource} from './resource.js';
import type {Table} from './table.js';

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

type Asked = {
  readonly filters: readonly {filter: Filter; operator: string; value: string}[];
  readonly orders: readonly {order: Order; isDescending: boolean}[];
};

const cachedSelections = 4;
const idBounds = ['id_greater', 'id_less'];

/** Makes the function that answers queries on one account. */
export function selector(account: Account, obedience: Obedience, seed: number): Selector {
  const cache = new Map<string, Uint32Array>();
  let asked = 0;

  return (resource, query) => {
    asked++;
    const table = account.table(resource.name);
    const {filters, orders} = obeyed(resource, query, obedience);
    const bounds = filters.filter(({filter}) => idBounds.includes(filter.parameter));
    const others = filters.filter(({filter}) => !idBounds.includes(filter.parameter));
    const [first] = orders;
    const isById = orders.length === 0 || first?.order.name === 'id';
    const isDescending = isById && first?.isDescending === true;
    const isShuffled = orders.length === 0 && obedience.unstable.includes(resource.name);

    const rows = sequence(others, isById ? [] : orders);
    const [from, to] = isById ? positionsBetween(bounds) : [0, rows.count];
    const count = Math.max(0, to - from);
    const shuffleSeed = mix(seed, asked, 13);
    return {
      count,
      countWithoutIdBounds: rows.count,
      indexAt: position => {
        if (isShuffled) return rows.indexAt(from + shuffled(position, count, shuffleSeed));
        return rows.indexAt(isDescending ? to - 1 - position : from + position);
      },
    };

    function sequence(
      kept: Asked['filters'],
      sorted: Asked['orders'],
    ): {count: number; indexAt: (position: number) => number; table: Table} {
      // An order by another key than the id leaves the bounds of ids to be tested row by row.
      const tested = sorted.length === 0 ? kept : [...kept, ...bounds];
      if (tested.length === 0 && sorted.length === 0)
        return {table, count: table.count, indexAt: position => table.indexAt(position)};
      const indices = cached(tested, sorted);
      return {table, count: indices.length, indexAt: position => indices[position] ?? 0};
    }

    // By halving, in the sequence of ids.
    function positionsBetween(idFilters: Asked['filters']): [number, number] {
      let [low, high] = [0, rows.count];
      for (const {filter, value} of idFilters) {
        if (!/^\d+$/.test(value)) continue;
        if (filter.parameter === 'id_greater') low = Math.max(low, positionBehind(Number(value)));
        else high = Math.min(high, positionBehind(Number(value) - 1));
      }
      return [low, high];
    }

    function positionBehind(id: number): number {
      if (others.length === 0) return table.countUpTo(id);
      let [low, high] = [0, rows.count];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (Number(table.idAt(rows.indexAt(middle))) <= id) low = middle + 1;
        else high = middle;
      }
      return low;
    }

    function cached(kept: Asked['filters'], sorted: Asked['orders']): Uint32Array {
      const key = JSON.stringify([
        resource.name,
        kept.map(({filter, operator, value}) => [filter.parameter, operator, value]),
        sorted.map(({order, isDescending: isDown}) => [order.name, isDown]),
        // Filters by tags and lists look at other tables too.
        table.version,
        kept.some(({filter}) => ['listid', 'status', 'tagid', 'filters[have_stages]'].includes(filter.parameter))
          ? asked
          : 0,
      ]);
      const known = cache.get(key);
      if (known !== undefined) return known;
      const indices = sortedIndices(matching(kept), sorted);
      if (cache.size >= cachedSelections) cache.delete(cache.keys().next().value ?? '');
      cache.set(key, indices);
      return indices;
    }

    function matching(kept: Asked['filters']): Uint32Array {
      const tests = kept.flatMap(({filter, operator, value}) => {
        const childrenOf = (child: string, parentIndex: number) => account.childRows(child, parentIndex);
        return filter.test(value, {...obedience.context, operator, childrenOf}) ?? [];
      });
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

    function sortedIndices(indices: Uint32Array, sorted: Asked['orders']): Uint32Array {
      if (sorted.length === 0) return indices;
      const ranks = sorted.map(({order}) => ranksOf(order, indices));
      const places = Uint32Array.from(indices, (_, place) => place);
      places.sort((a, b) => {
        for (const [at, {isDescending: isDown}] of sorted.entries()) {
          const [left, right] = [ranks[at]?.[a] ?? 0, ranks[at]?.[b] ?? 0];
          if (left !== right) return left < right === isDown ? 1 : -1;
        }
        return a - b;
      });
      return places.map(place => indices[place] ?? 0);
    }

    function ranksOf(order: Order, indices: Uint32Array): ArrayLike<string | number> {
      const rank = (index: number) => order.rank(account.candidate(resource, index) satisfies Candidate);
      const isNumeric = indices.length === 0 || typeof rank(indices[0] ?? 0) === 'number';
      return isNumeric ? Float64Array.from(indices, index => Number(rank(index))) : Array.from(indices, rank);
    }
  };
}

function obeyed(resource: Resource, query: Query, obedience: Obedience): Asked {
  const {obeyFilters, ignoreFilters, obeyOrders, ignoreOrders} = obedience;
  return {
    filters: query.filters.flatMap(({parameter, operator, value}) => {
      const filter = resource.filters?.find(candidate => candidate.parameter === parameter);
      if (filter === undefined || value === '') return [];
      const name = parameter.replace(/^filters\[(.*)\]$/, '$1').replace('[]', '');
      return isObeyed(resource.name, name, filter.isObeyed, obeyFilters, ignoreFilters)
        ? [{filter, operator, value}]
        : [];
    }),
    orders: query.orders.flatMap(({name, isDescending}) => {
      const order = resource.orders?.find(candidate => candidate.name === name);
      if (order === undefined) return [];
      return isObeyed(resource.name, name, order.isObeyed, obeyOrders, ignoreOrders) ? [{order, isDescending}] : [];
    }),
  };
}

function isObeyed(
  path: string,
  name: string,
  byDefault: boolean,
  obey: readonly string[],
  ignore: readonly string[],
): boolean {
  if (names(ignore, path, name)) return false;
  return byDefault || names(obey, path, name);
}

/** Whether a list of `*`, `path` and `path.name` names this one. */
export function names(entries: readonly string[], path: string, name: string): boolean {
  return entries.includes('*') || entries.includes(path) || entries.includes(`${path}.${name}`);
}
