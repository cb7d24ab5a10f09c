// How the rows of a list follow one another, as far as a walk by offset can see it: what has been covered, and whether
// a page goes on from there without a gap. Rows that are inserted or deleted meanwhile shift the rest of the list, and
// only the seam between two pages shows it.

import {compareIds, isPlainId} from '../ids.js';
import {isObject} from '../json.js';
import type {WireRow} from '../wire.js';
import type {Answered, RawPage} from './list.js';

/** How many keys of the last page are remembered, by which a later run finds its place again. */
const KEYS_REMEMBERED = 3;

/** Where a sequence stands: plain JSON for a checkpoint. */
export type Mark = {
  /** The highest id covered, or the replication key of the last row. */
  readonly frontier: string | null;
  /** The last keys that came. */
  readonly last: readonly string[];
};

/** Pages in the order in which they are covered. Create one for each walk. */
export type Sequence = {
  readonly name: 'ascending ids' | 'newest first' | 'as it comes' | 'unordered';
  /** Whether no row can lie between what is covered and this page. */
  readonly touches: (page: Answered) => boolean;
  /** Takes the page as covered; false when it contradicts the order that this sequence stands for. */
  readonly cover: (page: RawPage) => boolean;
  /** Whether rows came that should have come before: they were deleted since, or the order is not what it seems. */
  readonly isDoubtful: () => boolean;
  readonly mark: () => Mark;
};

/**
 * Ids ascend: a page reaches from its first id to its last, and nothing but a gap can hide a row between two pages. In
 * a list that is `open` (a filter lets rows in while it is read) new rows may come among those covered.
 */
export function ascendingIds({isOpen, mark}: {readonly isOpen: boolean; readonly mark?: Mark}): Sequence {
  let frontier = mark?.frontier ?? undefined;
  let isDoubtful = false;
  const remembered = remember(mark);
  return {
    name: 'ascending ids',
    touches: ({keys: [first]}) =>
      first !== undefined && frontier !== undefined && isPlainId(first) && compareIds(first, frontier) <= 0,
    cover: page => {
      const {keys, repeated} = page;
      if (!ascend(keys)) return false;
      const covered = frontier;
      const inside = covered === undefined ? 0 : keys.filter(key => compareIds(key ?? '', covered) <= 0).length;
      const last = keys.at(-1);
      if (last !== undefined && (covered === undefined || compareIds(last, covered) > 0)) frontier = last;
      remembered.take(keys);
      // A row that was not there when its place was read cannot have come in, as ids only grow. But pages are asked for
      // together, and one that was answered earlier still shows a row that another one shows no more.
      isDoubtful ||= !isOpen && inside > repeated;
      return true;
    },
    isDoubtful: () => isDoubtful,
    mark: () => ({frontier: frontier ?? null, last: remembered.last()}),
  };
}

/** Sorted by the replication key, the newest first; rows without one stand at either end. Equal keys in any order. */
export function newestFirst(instantOf: (row: WireRow) => string | null, mark?: Mark): Sequence {
  let frontier = mark?.frontier ?? undefined;
  const remembered = remember(mark);
  return {
    name: 'newest first',
    touches: page => {
      const first = page.rows.map(instantOf).find(value => value !== null);
      const isNewer = first !== undefined && first !== null && frontier !== undefined && first > frontier;
      return isNewer || remembered.holdsAny(page.keys);
    },
    isDoubtful: () => false,
    cover: page => {
      const values = page.rows.map(instantOf);
      if (!descend(values)) return false;
      frontier = values.findLast(value => value !== null) ?? frontier;
      remembered.take(page.keys);
      return true;
    },
    mark: () => ({frontier: frontier ?? null, last: remembered.last()}),
  };
}

/** No order is known, but a stable one is hoped for: a page goes on where it shares a row with the page before. */
export function asItComes(mark?: Mark): Sequence {
  const remembered = remember(mark);
  return {
    name: 'as it comes',
    // Rows without a key cannot be known again.
    touches: ({keys}) => keys.includes(undefined) || remembered.holdsAny(keys),
    cover: ({keys}) => {
      remembered.take(keys);
      return true;
    },
    isDoubtful: () => false,
    mark: () => ({frontier: null, last: remembered.last()}),
  };
}

/** No order at all: seams mean nothing. */
export function unordered(): Sequence {
  return {
    name: 'unordered',
    touches: () => true,
    cover: () => true,
    isDoubtful: () => false,
    mark: () => ({frontier: null, last: []}),
  };
}

/** Reads the mark of a checkpoint; undefined when it is none. */
export function readMark(value: unknown): Mark | undefined {
  if (!isObject(value)) return undefined;
  const {frontier, last} = value;
  if (frontier !== null && typeof frontier !== 'string') return undefined;
  if (!Array.isArray(last) || !last.every(key => typeof key === 'string')) return undefined;
  return {frontier, last};
}

/** Whether values never grow, but for nulls at either end. */
export function descend(values: readonly (string | null)[]): boolean {
  const first = values.findIndex(value => value !== null);
  const end = values.findLastIndex(value => value !== null);
  let previous: string | null = null;
  return values.slice(Math.max(0, first), end + 1).every(value => {
    const isNext = value !== null && (previous === null || value <= previous);
    previous = value;
    return isNext;
  });
}

function ascend(keys: readonly (string | undefined)[]): boolean {
  let previous: string | undefined;
  return keys.every(key => {
    if (key === undefined || !isPlainId(key)) return false;
    const isNext = previous === undefined || compareIds(key, previous) > 0;
    previous = key;
    return isNext;
  });
}

function remember(mark: Mark | undefined) {
  let keys = new Set(mark?.last ?? []);
  return {
    take: (page: readonly (string | undefined)[]) => {
      const known = page.filter(key => key !== undefined);
      if (known.length > 0) keys = new Set(known);
    },
    holdsAny: (page: readonly (string | undefined)[]) => page.some(key => key !== undefined && keys.has(key)),
    last: () => [...keys].slice(-KEYS_REMEMBERED),
  };
}
