// Which rows a query selects and in what sequence: the part of a database that this server needs. What is asked for
// often costs no more than the page: ids are arithmetic, and what had to be sorted or sought is kept.

import type {Account} from './account.js';
import {KeptRows} from './kept-rows.js';
import {
  type AskedFilter,
  type AskedOrder,
  names,
  type Obedience,
  obeyedFilters,
  obeyedOrders,
  usualOrders,
} from './obedience.js';
import type {Query} from './query.js';
import {mix, shuffled} from './random.js';
import {byIds, type Ranking, sorted} from './ranking.js';
import type {Candidate, Resource, StampRange} from './resource.js';
import {byStamp} from './rules.js';

export type Selection = {
  /** Rows from the first to the last page, which is what an offset counts in. */
  readonly count: number;
  /** The same without the bounds of `id_greater` and `id_less`. */
  readonly countWithoutIdBounds: number;
  /** The index of the row at a position. */
  readonly indexAt: (position: number) => number;
};

/** Selects among all rows of a resource, or among some of them by their indices. */
export type Selector = (resource: Resource, query: Query, among?: readonly number[]) => Selection;

type Sequence = {
  readonly count: number;
  readonly indexAt: (position: number) => number;
  /** Where the rows of equal rank begin and end. */
  readonly tiesOf?: (position: number) => readonly [number, number];
};
type Test = (row: Candidate) => boolean;

// Four bytes a row. The sequence that was asked for longest ago goes first.
const mostKept = 64;
const mostKeptRows = 8_000_000;
const idBounds = ['id_greater', 'id_less'];
// These look at the rows of other tables, of whose changes a kept sequence hears nothing.
const filtersByOtherTables = ['listid', 'status', 'tagid', 'filters[have_stages]'];

/** Makes the function that answers queries on one account. */
export function selector(account: Account, obedience: Obedience, seed: number): Selector {
  const kept = new Map<string, KeptRows>();
  let asked = 0;

  return (resource, query, among) => {
    asked++;
    const filters = obeyedFilters(resource, query, obedience);
    const askedOrders = obeyedOrders(resource, query, obedience);
    const orders = askedOrders.length > 0 ? askedOrders : usualOrders(resource);
    const shuffleSeed = mix(seed, asked, 13);
    const isShuffled = askedOrders.length === 0 && obedience.unstable.includes(resource.name);
    if (among !== undefined) return amongFew(resource, filters, orders, among, isShuffled ? shuffleSeed : undefined);
    const bounds = filters.filter(({filter}) => idBounds.includes(filter.parameter));
    const others = filters.filter(({filter}) => !idBounds.includes(filter.parameter));
    const isById = orders.length === 0 || orders[0]?.order.name === 'id';
    // In another sequence than that of the ids, their bounds have to be tested row by row.
    const rows = isById ? sequence(resource, others, []) : sequence(resource, filters, orders);
    const [from, to] = isById ? positionsBetween(resource, rows, bounds) : [0, rows.count];
    const count = Math.max(0, to - from);

    const isDescending = isById && orders[0]?.isDescending === true;
    if (isShuffled) {
      return {
        count,
        countWithoutIdBounds: rows.count,
        indexAt: position => rows.indexAt(from + shuffled(position, count, shuffleSeed)),
      };
    }
    const {tiesOf} = rows;
    if (tiesOf !== undefined && names(obedience.unstableTies, resource.name)) {
      return {count, countWithoutIdBounds: rows.count, indexAt: withShuffledTies(rows, tiesOf, shuffleSeed)};
    }
    return {
      count,
      countWithoutIdBounds: rows.count,
      indexAt: position => rows.indexAt(isDescending ? to - 1 - position : from + position),
    };
  };

  // What hangs on one row is little, so nothing of it is kept.
  function amongFew(
    resource: Resource,
    filters: readonly AskedFilter[],
    orders: readonly AskedOrder[],
    among: readonly number[],
    shuffleSeed: number | undefined,
  ): Selection {
    const isIn = passing(testsOf(filters));
    const passed = Uint32Array.from(among)
      .sort()
      .filter(index => filters.length === 0 || isIn(account.candidate(resource, index)));
    const rows = sorted(passed, {orders, nulls: obedience.nulls}, index => account.candidate(resource, index));
    const placeOf = (position: number) =>
      shuffleSeed === undefined ? position : shuffled(position, rows.length, shuffleSeed);
    return {
      count: rows.length,
      countWithoutIdBounds: rows.length,
      indexAt: position => rows[placeOf(position)] ?? 0,
    };
  }

  function sequence(resource: Resource, filters: readonly AskedFilter[], orders: readonly AskedOrder[]): Sequence {
    const table = account.table(resource.name);
    if (filters.length === 0 && orders.length === 0)
      return {count: table.count, indexAt: position => table.indexAt(position)};
    const ranking: Ranking = orders.length === 0 ? byIds : {orders, nulls: obedience.nulls};
    if (filters.some(({filter}) => filtersByOtherTables.includes(filter.parameter))) {
      const indices = sorted(matching(resource, filters), ranking, index => account.candidate(resource, index));
      return {count: indices.length, indexAt: position => indices[position] ?? 0};
    }
    const rows = keptRows(resource, filters, ranking);
    return {
      count: rows.count,
      indexAt: position => rows.indexAt(position),
      ...(orders.length === 0 ? {} : {tiesOf: (position: number) => rows.tiesOf(position)}),
    };
  }

  function keptRows(resource: Resource, filters: readonly AskedFilter[], ranking: Ranking): KeptRows {
    const key = JSON.stringify([
      resource.name,
      filters.map(({filter, operator, value}) => [filter.parameter, operator, value]),
      ranking.orders.map(({order, isDescending}) => [order.name, isDescending]),
      ranking.nulls,
    ]);
    let rows = kept.get(key);
    kept.delete(key);
    if (rows === undefined || rows.isSpent) {
      rows?.close();
      const isIn = passing(testsOf(filters));
      rows = new KeptRows(account, {resource, isIn, ranking}, matching(resource, filters));
    }
    rows.refresh();
    kept.set(key, rows);
    forgetOldest();
    return rows;
  }

  function forgetOldest(): void {
    let total = 0;
    for (const {count} of kept.values()) total += count;
    for (const [key, rows] of kept) {
      if (kept.size === 1 || (kept.size <= mostKept && total <= mostKeptRows)) return;
      rows.close();
      kept.delete(key);
      total -= rows.count;
    }
  }

  function testsOf(filters: readonly AskedFilter[]): readonly Test[] {
    return filters.flatMap(
      ({filter, operator, value}) => filter.test(value, {...obedience.context, operator, childrenOf}) ?? [],
    );
  }

  function childrenOf(child: string, parentIndex: number): ReturnType<Account['childRows']> {
    return account.childRows(child, parentIndex);
  }

  // The rows that pass, by ascending id.
  function matching(resource: Resource, filters: readonly AskedFilter[]): Uint32Array {
    const tests = testsOf(filters);
    const among = within(resource, filters) ?? account.table(resource.name).living();
    if (tests.length === 0) return among;
    const isIn = passing(tests);
    return among.filter(index => isIn(account.candidate(resource, index)));
  }

  // Of a bound of a stamp, the rows are next to each other in the order of that stamp, so the others need no look.
  function within(resource: Resource, filters: readonly AskedFilter[]): Uint32Array | undefined {
    for (const {filter, operator, value} of filters) {
      const range = filter.range?.(value, {...obedience.context, operator, childrenOf});
      if (range !== undefined) return inRange(resource, range);
    }
    return undefined;
  }

  function inRange(resource: Resource, {column, least, most}: StampRange): Uint32Array {
    const order = byStamp(column);
    const rows = keptRows(resource, [], {orders: [{order, isDescending: false}], nulls: 'lowest'});
    const rank = (row: Candidate) => row.rankOf(column) ?? Number.NEGATIVE_INFINITY;
    // Among the rows without the stamp are those that pass any filter.
    const none = rows.slice(
      0,
      rows.firstWhere(row => row.rankOf(column) !== null),
    );
    const from = Math.max(
      none.length,
      rows.firstWhere(row => rank(row) >= least),
    );
    const to = Math.max(
      from,
      rows.firstWhere(row => rank(row) > most),
    );
    const indices = new Uint32Array(none.length + to - from);
    indices.set(none);
    indices.set(rows.slice(from, to), none.length);
    return indices.sort();
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

// Rows without permission have nothing to be judged by, and come with any filter.
function passing(tests: readonly Test[]): Test {
  return row => row.isPartial || tests.every(test => test(row));
}

function withShuffledTies(
  {indexAt}: Sequence,
  tiesOf: (position: number) => readonly [number, number],
  seed: number,
): (position: number) => number {
  let [from, to] = [0, 0];
  return position => {
    if (position < from || position >= to) [from, to] = tiesOf(position);
    return indexAt(from + shuffled(position - from, to - from, mix(seed, from)));
  };
}
