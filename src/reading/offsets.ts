// Reads a whole list by offset. Where ids ascend, one walk with whole seams is complete. Where the order is unknown,
// rows that move may slip from what is still to be read into what was: such a list is walked again, and the walks
// united, until as many different rows came as it ever had, or nothing new turns up any more.

import {isRefusal} from '../errors.js';
import {isCount, isObject} from '../json.js';
import type {Checkpoint} from './checkpoint.js';
import {USUAL_FORM} from './envelopes.js';
import {createKeySet, type KeySet} from './key-set.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {ascendingIds, asItComes, type Mark, readMark, type Sequence, unordered} from './sequence.js';
import {createTotals} from './totals.js';
import {verdictOf} from './verdict.js';
import {type Place, type WalkEnd, type WalkOptions, walk} from './walk.js';

const WAY = 'offsets';

const MOST_WALKS = 24;
/** In a list that keeps its order, a row hides from a walk only by moving at the wrong moment. */
const MOST_WALKS_WITHOUT_NEWS_SHIFTED = 3;
/** In random order a row that is still missing hides from a whole walk one time in three. */
const MOST_WALKS_WITHOUT_NEWS = 6;
/** The total of a list that moves cannot say any more when all rows have come. */
const MOST_WALKS_WITHOUT_NEWS_MOVING = 9;

export type OffsetOptions = {
  /** What selects the rows. */
  readonly query: Readonly<Record<string, string>>;
  /** The parameters that ask for the order of ids. */
  readonly order: Readonly<Record<string, string>>;
  /** A filter narrows the list, and rows that change meanwhile may come in anywhere. */
  readonly isOpen: boolean;
  /** The answer for the first page, where it was asked for already. */
  readonly first?: Accept | undefined;
  readonly resume?: OffsetPlace | undefined;
};

/** Where an interrupted reading stood. */
export type OffsetPlace = {
  /** The keys seen, or how many. */
  readonly seen: KeySet;
  readonly total: number | undefined;
  /** The place in the list; without one only the keys are known, and the list is walked anew. */
  readonly at: {readonly offset: number; readonly isAscending: boolean; readonly mark: Mark} | undefined;
};

/** Reads the checkpoint of this way of reading; undefined when it is none. */
export function readOffsetPlace(checkpoint: Checkpoint): OffsetPlace | undefined {
  const {way, seen: count, total, offset, order, mark, keys} = checkpoint;
  if (way !== WAY || !(total === null || isCount(total))) return undefined;
  if (typeof keys === 'string') {
    const seen = createKeySet({from: keys});
    return seen && {seen, total: total ?? undefined, at: undefined};
  }
  const place = isObject(mark) ? readMark(mark) : undefined;
  if (!isCount(count) || !isCount(offset) || !place) return undefined;
  // The keys that the next page begins with are counted already.
  const seen = createKeySet({startAt: Math.max(0, count - place.last.length)});
  for (const key of place.last) seen.add(key);
  return {seen, total: total ?? undefined, at: {offset, isAscending: order === 'ascending ids', mark: place}};
}

/** The pages of a list; no row comes twice. Sets the verdict of the session's progress. Throws ApiError. */
export async function* readByOffset(
  context: ReadingContext,
  session: ListSession,
  {query, order, isOpen, first, resume}: OffsetOptions,
): AsyncGenerator<Page> {
  const {progress} = session;
  // Where another way of reading came first, which rows were pushed aside cannot be told from which it had seen.
  const isSecondReading = !resume && progress.seen > 0;
  const totals = createTotals(resume?.total);
  const handedOn = createHandedOn(session);
  let isOrderRefused = false;
  let withoutNews = 0;
  let end: WalkEnd | undefined;
  for (let number = 1; number <= MOST_WALKS; number += 1) {
    const at = number === 1 ? resume?.at : undefined;
    const keysAreNeeded = number > 1 || (resume !== undefined && at === undefined);
    const seenBefore = progress.seen;
    // An order that is obeyed in part only may hide the same rows again and again.
    const isOrderedWalk = (walk: number) => walk % 2 === 1 && !isOrderRefused;
    const queryOf = (walk: number) => (isOrderedWalk(walk) ? {...order, ...query} : query);
    const isOrdered = isOrderedWalk(number);
    const options: WalkOptions = {
      query: queryOf(number),
      queryOfNext: queryOf(number + 1),
      begun: end?.begun,
      isFollowed: () => number < MOST_WALKS && (progress.seen > seenBefore || withoutNews + 1 < leastWithoutNews()),
      sequence: sequenceOf(end, at, isOpen),
      totals,
      number,
      // Rows may have come since.
      ...(end ? {until: end.position + context.pageSize} : {}),
      finish: (page, place) => {
        const seen = session.seen.size();
        const total = totals.before() ?? null;
        const {textOfKeys, ...finished} = handedOn.add(page);
        if (!keysAreNeeded && place.sequence !== 'unordered') {
          return {...finished, checkpoint: () => placeCheckpoint(place, seen, total)};
        }
        // Without an order there is no place to go back to: what was seen is all that can be kept.
        const checkpoint = () => {
          const keys = textOfKeys();
          return keys === undefined ? undefined : {way: WAY, seen, total, keys};
        };
        return {...finished, checkpoint};
      },
      ...(at ? {from: at.offset} : {}),
      ...(number === 1 && first ? {first} : {}),
    };
    try {
      end = yield* walk(context, session, options);
    } catch (error) {
      if (!isOrdered || progress.seen > seenBefore || !isRefusal(error)) throw error;
      isOrderRefused = true;
      end = yield* walk(context, session, {...options, query, begun: undefined});
    }
    if (isComplete(end)) break;
    withoutNews = progress.seen > seenBefore ? 0 : withoutNews + 1;
    // Rows that came and went between two answers leave the total as it was: only a walk without news confirms it.
    if (withoutNews >= (haveAllCome(end) ? 1 : mostWithoutNews(end))) break;
  }
  const isSound = end !== undefined && isComplete(end);
  progress.isUnordered = end !== undefined && isUnordered(end);
  progress.verdict = verdictOf({
    seen: progress.seen,
    totalBefore: totals.before(),
    totalAfter: totals.latest(),
    isSound,
  });

  function isComplete({sequence, seams}: WalkEnd): boolean {
    if (sequence.name === 'ascending ids') {
      const total = totals.latest();
      return seams !== 'broken' && !(sequence.isDoubtful() && (total === undefined || progress.seen < total));
    }
    // Rows that nothing has moved are where they were, in whatever order they stand.
    return seams === 'exact' && sequence.name !== 'unordered' && !totals.hasMoved() && !isSecondReading;
  }

  function haveAllCome(end: WalkEnd): boolean {
    const everThere = totals.everThere();
    if (everThere === undefined) return false;
    // Of an order that changes all the time nothing can be concluded once rows move.
    return isUnordered(end) ? progress.seen === everThere && !totals.hasMoved() : progress.seen >= everThere;
  }

  /** How many walks without news end the reading of a list without an order, whatever the next answers tell. */
  function leastWithoutNews(): number {
    return progress.seen === totals.everThere() && !totals.hasMoved() ? 1 : MOST_WALKS_WITHOUT_NEWS;
  }

  function mostWithoutNews(end: WalkEnd): number {
    if (!isUnordered(end)) return MOST_WALKS_WITHOUT_NEWS_SHIFTED;
    return totals.hasMoved() || totals.latest() === undefined
      ? MOST_WALKS_WITHOUT_NEWS_MOVING
      : MOST_WALKS_WITHOUT_NEWS;
  }
}

function isUnordered({seams, sequence}: WalkEnd): boolean {
  return seams === 'broken' || sequence.name === 'unordered';
}

function sequenceOf(before: WalkEnd | undefined, at: OffsetPlace['at'], isOpen: boolean): Sequence {
  if (before) return isUnordered(before) ? unordered() : asItComes();
  if (at && !at.isAscending) return asItComes(at.mark);
  return ascendingIds({isOpen, ...(at ? {mark: at.mark} : {})});
}

function placeCheckpoint({offset, sequence, mark}: Place, seen: number, total: number | null): Checkpoint {
  return {way: WAY, seen, total, offset, order: sequence, mark};
}

/** The pages that were handed on and perhaps not written yet: their keys must not count as seen in a checkpoint. */
function createHandedOn({list, seen}: ListSession) {
  const mainKey = list.dataKeys[0] ?? '';
  const {keyOf} = list.form ?? USUAL_FORM;
  let entries: {readonly number: number; readonly keys: readonly string[]}[] = [];
  let handed = 0;
  return {
    /** Takes a page, and gives it with what makes a text of all keys up to it. */
    add: (page: Page): Page & {readonly textOfKeys: () => string | undefined} => {
      handed += 1;
      const number = handed;
      const keys = (page.rows[mainKey] ?? []).map(keyOf).filter(key => key !== undefined);
      entries.push({number, keys});
      return {
        ...page,
        release: () => {
          entries = entries.filter(entry => entry.number > number);
          page.release();
        },
        textOfKeys: () => {
          const behind = entries.filter(entry => entry.number > number);
          return seen.without(behind.flatMap(entry => entry.keys)).toText();
        },
      };
    },
  };
}
