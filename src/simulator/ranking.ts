// In which sequence orders put rows: how two of them compare, and the fast way to sort many.

import type {Candidate, Order, Rank} from './resource.js';

/** Orders in the sequence asked for. */
export type Ranking = {
  readonly orders: readonly {readonly order: Order; readonly isDescending: boolean}[];
  /** Whether a missing value ranks below all others, as in MySQL, or above them. */
  readonly nulls: 'lowest' | 'highest';
};

export const byIds: Ranking = {orders: [], nulls: 'lowest'};

/** Negative, 0 or positive, as sort functions have it; 0 for rows that the orders do not tell apart. */
export function compare(left: Candidate, right: Candidate, {orders, nulls}: Ranking): number {
  for (const {order, isDescending} of orders) {
    const difference = compareRanks(order.rank(left), order.rank(right), nulls);
    if (difference !== 0) return isDescending ? -difference : difference;
  }
  return 0;
}

/** Sorts indices that ascend. Rows of equal rank stay in their sequence. */
export function sorted(indices: Uint32Array, ranking: Ranking, rowAt: (index: number) => Candidate): Uint32Array {
  const [first, ...others] = ranking.orders;
  if (first === undefined) return indices;
  if (others.length === 0) {
    const levels = levelsOf(indices, first.order, ranking.nulls, rowAt);
    if (levels !== undefined) return sortedByLevels(indices, levels, first.isDescending);
  }
  const columns = ranking.orders.map(({order, isDescending}) => ({
    isDescending,
    ranks: Array.from(indices, index => order.rank(rowAt(index))),
  }));
  const places = Uint32Array.from(indices, (_, place) => place);
  places.sort((a, b) => {
    for (const {isDescending, ranks} of columns) {
      const difference = compareRanks(ranks[a] ?? null, ranks[b] ?? null, ranking.nulls);
      if (difference !== 0) return isDescending ? -difference : difference;
    }
    return a - b;
  });
  return places.map(place => indices[place] ?? 0);
}

function compareRanks(left: Rank, right: Rank, nulls: Ranking['nulls']): number {
  if (left === right) return 0;
  if (left === null) return nulls === 'lowest' ? -1 : 1;
  if (right === null) return nulls === 'lowest' ? 1 : -1;
  return left < right ? -1 : 1;
}

type Levels = {readonly levels: Float64Array; readonly highest: number};

// Whole numbers, which instants and ids are, as levels from 0 on. Undefined for texts, fractions and numbers that
// would not fit into a double together with their place.
function levelsOf(
  indices: Uint32Array,
  order: Order,
  nulls: Ranking['nulls'],
  rowAt: (index: number) => Candidate,
): Levels | undefined {
  const levels = new Float64Array(indices.length);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let place = 0; place < indices.length; place++) {
    const rank = order.rank(rowAt(indices[place] ?? 0));
    if (rank !== null && !Number.isSafeInteger(rank)) return undefined;
    levels[place] = rank === null ? Number.NaN : Number(rank);
    if (rank !== null) [least, most] = [Math.min(least, Number(rank)), Math.max(most, Number(rank))];
  }
  const span = Math.max(0, most - least);
  if ((span + 3) * placesFor(indices.length) > Number.MAX_SAFE_INTEGER) return undefined;
  const none = nulls === 'lowest' ? 0 : span + 2;
  for (let place = 0; place < levels.length; place++) {
    const level = levels[place] ?? 0;
    levels[place] = Number.isNaN(level) ? none : level - least + 1;
  }
  return {levels, highest: span + 2};
}

// Level and place in one number, so that the engine's own sort of numbers does it: a fifth of the time of a sort with
// a function.
function sortedByLevels(indices: Uint32Array, {levels, highest}: Levels, isDescending: boolean): Uint32Array {
  const places = placesFor(indices.length);
  const keys = levels.map((level, place) => (isDescending ? highest - level : level) * places + place);
  keys.sort();
  return indices.map((_, at) => {
    const key = keys[at] ?? 0;
    return indices[key - Math.floor(key / places) * places] ?? 0;
  });
}

// A power of two, by which a double divides exactly.
function placesFor(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 2)));
}
