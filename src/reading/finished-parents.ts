// Which parents are done: their children have all come. By that an interrupted reading below parents goes on.

import {compareIds, isPlainId} from '../ids.js';
import {isCount} from '../json.js';
import type {WireRow} from '../wire.js';
import type {Checkpoint} from './checkpoint.js';
import {USUAL_FORM} from './envelopes.js';
import {createKeySet} from './key-set.js';

/** A checkpoint of the reading below parents. */
export type ChildrenCheckpoint = {
  readonly way: 'children';
  /** Different children that came so far, those of the parent being read left out. */
  readonly seen: number;
  readonly total: null;
  /**
   * The keys of the parents whose children have all come, as a set of keys writes them. Not only the last key: where
   * the parents' list has no order, or shifts, a parent with a lower one may come later.
   */
  readonly parents?: string;
  /** Those of them whose keys are no integers, such as UUIDs. */
  readonly named?: readonly string[];
  /** The id up to which all parents are done, where they come by ascending ids for certain. */
  readonly upTo?: string;
};

export type Finished = {
  readonly has: (parent: string) => boolean;
  /** All children of a parent have come; `seen` rows, those of the other parents included. */
  readonly add: (parent: string, seen: number) => void;
  /** The parents that are finished now, as a checkpoint; it may be asked for when others are, too. */
  readonly note: () => () => ChildrenCheckpoint | undefined;
};

/** Parents with keys that are no integers are few. A state is written again and again. */
const MOST_NAMED = 500;

/** A parent that was finished, and the one after it: whoever holds one knows all that were finished since. */
type Mark = {readonly parent: string; readonly seen: number; next?: Mark};

/**
 * The parents that are finished, those of a checkpoint included. Once `isInOrder` says that they come by ascending ids,
 * their place in that order is all that a checkpoint has to hold, however many they are.
 */
export function createFinished(options: {
  readonly checkpoint?: Checkpoint | undefined;
  readonly isInOrder: () => boolean;
}): Finished {
  const {checkpoint} = options;
  const resumed = checkpoint && isChildrenCheckpoint(checkpoint) ? checkpoint : undefined;
  const parents = (resumed?.parents !== undefined && createKeySet({from: resumed.parents})) || createKeySet();
  const named = new Set(resumed?.named);
  const startedBehind = resumed?.upTo;
  let last: Mark = {parent: startedBehind ?? '', seen: resumed?.seen ?? 0};
  let isAscending = true;
  return {
    has: parent =>
      parents.has(parent) ||
      named.has(parent) ||
      (startedBehind !== undefined && isPlainId(parent) && !isBehind(parent, startedBehind)),
    add: (parent, seen) => {
      isAscending &&= isBehind(parent, last.parent);
      if (isPlainId(parent)) parents.add(parent);
      else named.add(parent);
      last.next = {parent, seen};
      last = last.next;
    },
    note: () => {
      const noted = last;
      return () => {
        const checkpoint = {way: 'children', seen: noted.seen, total: null} as const;
        if (isAscending && options.isInOrder())
          return noted.parent === '' ? undefined : {...checkpoint, upTo: noted.parent};
        if (noted.parent === '' && resumed === undefined) return undefined;
        // Those before the place where this run began are in no set.
        if (startedBehind !== undefined) return undefined;
        const since = new Set<string>();
        for (let mark = noted.next; mark; mark = mark.next) since.add(mark.parent);
        const text = parents.without(since).toText();
        const others = [...named].filter(parent => !since.has(parent));
        if (text === undefined || others.length > MOST_NAMED) return undefined;
        return {...checkpoint, parents: text, ...(others.length > 0 && {named: others})};
      };
    },
  };
}

/** So many rows do not ascend by chance. */
const LEAST_IN_ORDER = 100;

/**
 * Sees whether parents come by ascending ids: all that came did, and with `isByKey` none can come that belongs before
 * them, since each page is asked for by the last id. A server that ignores this shows any rows at first, which is why a
 * few do not show it; where the reading begins behind a parent, all that come belong behind that one.
 */
export function createOrder(
  isByKey: () => boolean,
  behind = '',
): {
  /** Takes a page of parents, before what hangs below them is read. */
  readonly look: (rows: readonly WireRow[]) => void;
  readonly isShown: () => boolean;
} {
  let last = behind;
  let rows = behind === '' ? 0 : LEAST_IN_ORDER;
  let isAscending = true;
  return {
    look: page => {
      for (const row of page) {
        const key = USUAL_FORM.keyOf(row) ?? '';
        isAscending &&= isBehind(key, last);
        last = key;
      }
      rows += page.length;
    },
    isShown: () => isAscending && rows >= LEAST_IN_ORDER && isByKey(),
  };
}

/** Whether the reading below parents can go on from a checkpoint. */
export function isChildrenCheckpoint(checkpoint: Checkpoint): checkpoint is ChildrenCheckpoint {
  const {way, seen, parents, named, upTo} = checkpoint;
  if (way !== 'children' || !isCount(seen)) return false;
  if (named !== undefined && !(Array.isArray(named) && named.every(key => typeof key === 'string'))) return false;
  if (upTo !== undefined) return typeof upTo === 'string' && isPlainId(upTo) && parents === undefined;
  return createKeySet({from: parents}) !== undefined;
}

function isBehind(parent: string, other: string): boolean {
  return isPlainId(parent) && (other === '' || (isPlainId(other) && compareIds(parent, other) > 0));
}
