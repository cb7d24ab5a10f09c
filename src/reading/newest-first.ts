// Reads only what is new: the list by its replication key, the newest first, down to what is older than the bookmark.
// Rows without a key stand at one end or the other; they cannot be told from changed ones, so both ends are read.

import {shiftSeconds} from '../dates.js';
import {isCount} from '../json.js';
import type {Checkpoint} from './checkpoint.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {asItComes, type Mark, newestFirst, readMark} from './sequence.js';
import type {Replication} from './stream-to-read.js';
import {createTotals} from './totals.js';
import {walk} from './walk.js';

const WAY = 'newest first';

// A row can carry a stamp some seconds old when it becomes visible, and be sorted by it among those already there.
const MARGIN_SECONDS = 60;

export type NewestFirstOptions = {
  readonly query: Readonly<Record<string, string>>;
  /** The parameter that was proven to order by the replication key. */
  readonly order: string;
  /** Rows older than this are not wanted. */
  readonly since: string;
  readonly replication: Replication;
  readonly resume?: NewestFirstPlace | undefined;
};

/** Where an interrupted reading stood. */
export type NewestFirstPlace = {readonly order: string; readonly offset: number; readonly mark: Mark};

/** Reads the checkpoint of this way of reading; undefined when it is none. */
export function readNewestFirstPlace(checkpoint: Checkpoint): NewestFirstPlace | undefined {
  const {way, order, offset, mark: written} = checkpoint;
  const mark = readMark(written);
  if (way !== WAY || typeof order !== 'string' || !isCount(offset) || !mark) return undefined;
  return {order, offset, mark};
}

/**
 * The pages that hold what is new, and some older rows. Returns refuted when a page shows that the server does not obey
 * the order; what came until then is no loss. Sets the verdict of the session's progress when done. Throws ApiError.
 */
export async function* readNewestFirst(
  context: ReadingContext,
  session: ListSession,
  {query, order, since, replication, resume}: NewestFirstOptions,
): AsyncGenerator<Page, 'done' | 'refuted'> {
  const instantOf = replication.valueOf;
  const bound = shiftSeconds(since, -MARGIN_SECONDS);
  const totals = createTotals();
  let lowest: string | undefined;
  const end = yield* walk(context, session, {
    query: {...query, [order]: 'DESC'},
    sequence: newestFirst(instantOf, resume?.mark),
    totals,
    number: 1,
    isPart: true,
    endsAtDisorder: true,
    isEnough: page => {
      lowest = oldestOf(page, instantOf) ?? lowest;
      return lowest !== undefined && lowest < bound;
    },
    finish: (page, {offset, mark}) => ({
      ...page,
      checkpoint: () => ({way: WAY, seen: 0, total: null, order, offset, mark}),
    }),
    ...(resume ? {from: resume.offset} : {}),
  });
  if (end.reason === 'disorder' || end.seams === 'broken') return 'refuted';
  if (end.reason === 'enough') {
    const look = async (parameters: Readonly<Record<string, string>>) => {
      const answer = await session.request({...query, ...parameters, limit: '1'}, {isPart: true});
      answer.discard();
      return answer.rows.map(instantOf)[0];
    };
    const total = totals.latest() ?? 0;
    const last = total > 0 ? await look({[order]: 'DESC', offset: String(total - 1)}) : undefined;
    // A list that tells no length, or has become shorter, shows its other end when it is turned round.
    const value = last ?? (await look({[order]: 'ASC', offset: '0'}));
    // Where rows without a key stand at the end of both orders, they cannot be had without reading everything.
    if (last === null && value !== null) return 'refuted';
    // The other end is newer than this one: the order is obeyed one way only, or not any more.
    if (typeof value === 'string' && lowest !== undefined && value > lowest) return 'refuted';
    if (value === null) {
      const other = yield* walk(context, session, {
        query: {...query, [order]: 'ASC'},
        sequence: asItComes(),
        totals: createTotals(),
        number: 2,
        isPart: true,
        isEnough: page => page.rows.some(row => instantOf(row) !== null),
      });
      // Their keys are all alike: only pages that follow one another exactly show that they keep their places.
      if (other.seams !== 'exact') return 'refuted';
    }
  }
  session.progress.listRows = totals.latest();
  session.progress.verdict = totals.hasMoved() ? 'moving' : 'verified';
  return 'done';
}

function oldestOf(page: Accept, instantOf: Replication['valueOf']): string | undefined {
  return page.rows.map(instantOf).findLast(value => value !== null) ?? undefined;
}
