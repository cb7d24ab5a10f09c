// Reads a list by its keys: each page asks for the rows behind the last key. Keys never change, so that nothing that
// is inserted or deleted meanwhile can push a row out of sight. A long list is cut into ranges of keys that are read
// side by side, since one chain of requests waits for each answer. Works only where the server obeys the order and the
// bounds; every page shows whether it does, and where it does not, the list has to be read in another way.

import {isCount} from '../json.js';
import type {KeysetParameters} from '../stream-definition.js';
import type {Checkpoint} from './checkpoint.js';
import type {Accept, ListSession, Page, RawPage, ReadingContext, Verdict} from './list.js';
import {verdictOf} from './verdict.js';
import {isSurelyLast} from './walk.js';

/** Lists shorter than this many pages are read in one chain: finding the ranges costs requests too. */
const PAGES_WORTH_RANGES = 8;

/** A checkpoint of this way of reading. */
export type KeysetCheckpoint = {
  readonly way: 'keyset';
  /** Different rows that came so far. */
  readonly seen: number;
  /** The list's own count when the reading began. */
  readonly total: number | null;
  /** Ranges still to be read, ascending: keys greater than the first number and less than the second. */
  readonly ranges: readonly (readonly [after: number, before: number | null])[];
  /** The greatest key there was when the list was cut, where it was. */
  readonly greatest: number | null;
};

export type KeysetReading = {
  readonly parameters: KeysetParameters;
  /** What is asked of every page besides its keys. */
  readonly query: Readonly<Record<string, string>>;
  /** Where an earlier run stood. The session's key set then begins with the number of rows that were seen by it. */
  readonly checkpoint?: Checkpoint | undefined;
};

/** A range as it is being read: keys greater than `after`, which moves on, and less than `before`; the last one is open. */
type Chain = {after: number; readonly before: number | undefined; isOver: boolean};

/** How the reading stands, all chains together. */
type Standing = {
  chains: readonly Chain[];
  /** The list's own count when the reading began. */
  readonly total: number | undefined;
  /** The greatest key there was when the list was cut. */
  greatest: number | undefined;
  /** How many rows a full page has. */
  full: number | undefined;
};

/** What the list can be asked for. */
type Questions = {
  /** How many rows a page is asked for. */
  readonly limit: number;
  /** The first page of all, without a bound. */
  readonly first: () => Promise<Accept>;
  readonly within: (chain: Chain) => Promise<Accept>;
  /** The row with the greatest key, and the list's own count. Not to be accepted. */
  readonly last: () => Promise<Pick<Accept, 'keys' | 'total'>>;
};

/**
 * The pages of a list; no row comes twice. Returns 'refuted', without a verdict, when a page has shown that the server
 * does not obey: the list then has to be read from its beginning in another way. Throws ApiError.
 */
export async function* readByKeyset(
  context: ReadingContext,
  session: ListSession,
  reading: KeysetReading,
): AsyncGenerator<Page, 'done' | 'refuted'> {
  const {progress, seen} = session;
  const {checkpoint} = reading;
  const questions = createQuestions(context, session, reading);
  const isResumed = checkpoint !== undefined && isKeysetCheckpoint(checkpoint);
  const standing = isResumed ? readCheckpoint(checkpoint) : yield* readFirst(session, questions);
  if (isResumed) progress.total = standing?.total;
  if (standing) {
    if (standing.chains.every(({isOver}) => isOver)) {
      const {total} = standing;
      progress.verdict = verdictOf({seen: progress.seen, totalBefore: total, totalAfter: total, isSound: true});
      return 'done';
    }
    await cut(context, session, questions, standing);
    if (yield* readChains(session, questions, standing)) {
      progress.verdict = await judge(session, questions, standing);
      return 'done';
    }
  }
  // Whoever reads on begins anew.
  seen.forgetUnknown();
  progress.seen = seen.size();
  return 'refuted';
}

/** Whether this way of reading can go on from a checkpoint. */
export function isKeysetCheckpoint(checkpoint: Checkpoint): checkpoint is KeysetCheckpoint {
  const {way, seen, total, ranges, greatest} = checkpoint;
  if (way !== 'keyset' || !isCount(seen) || !(total === null || isCount(total))) return false;
  if (!(greatest === null || isCount(greatest)) || !Array.isArray(ranges)) return false;
  let end: unknown = 0;
  for (const range of ranges) {
    const [after, before, ...others]: readonly unknown[] = Array.isArray(range) ? range : [];
    if (others.length > 0 || !isCount(after) || !(before === null || isCount(before))) return false;
    // Both bounds exclude their own key: a range may begin with the key before the end of the last one.
    if (!isCount(end) || after < end - 1 || (before !== null && before <= after)) return false;
    end = before;
  }
  // Rows that come meanwhile come at the end, which is never closed.
  return end === null;
}

function createQuestions(
  {pageSize}: ReadingContext,
  session: ListSession,
  {query, parameters}: KeysetReading,
): Questions {
  const ascending = {...query, [parameters.order]: 'ASC', limit: String(pageSize)};
  return {
    limit: pageSize,
    first: () => session.request(ascending),
    within: async ({after, before}) => {
      const upper = before === undefined ? {} : {[parameters.before]: String(before)};
      const bounded = {...ascending, [parameters.after]: String(after), ...upper};
      const answer = await session.request(bounded, {isPart: true});
      if (!answer.isBare) return answer;
      // The end of a list is an empty list; nothing at all is too little to go by.
      answer.discard();
      return await session.request(bounded, {isPart: true});
    },
    last: async () => {
      const answer = await session.request({...query, [parameters.order]: 'DESC', limit: '1'}, {isPart: true});
      answer.discard();
      return answer;
    },
  };
}

function readCheckpoint({ranges, total, greatest}: KeysetCheckpoint): Standing {
  const chains = ranges.map(([after, before]) => ({after, before: before ?? undefined, isOver: false}));
  return {chains, total: total ?? undefined, greatest: greatest ?? undefined, full: undefined};
}

/** Reads the first page. Returns undefined when it shows that the server does not obey. */
async function* readFirst(session: ListSession, questions: Questions): AsyncGenerator<Page, Standing | undefined> {
  // The length is taken from the page that names no bound: whether it shrinks with one is not documented.
  const first = (await questions.first()).accept();
  const {total, count} = first;
  const chain: Chain = {after: 0, before: undefined, isOver: false};
  // Nothing, from a list that does not say that it is empty, is too little to go by.
  if (!isWithin(first, chain) || (count === 0 && total !== 0)) {
    yield first.page;
    return undefined;
  }
  chain.after = lastKey(first, 0);
  // A first page that holds all that the list counts is the whole list.
  chain.isOver = total !== undefined && session.progress.seen >= total;
  const standing = {chains: [chain], total, greatest: undefined, full: count};
  yield withCheckpoint(first.page, session, standing);
  return standing;
}

/** Cuts the one range of a long list into about equal ones. */
async function cut(
  {pageSize, window}: ReadingContext,
  {seen}: ListSession,
  questions: Questions,
  standing: Standing,
): Promise<void> {
  const [chain] = standing.chains;
  if (!chain || standing.chains.length > 1 || standing.greatest !== undefined || standing.total === undefined) return;
  const {after} = chain;
  const pages = Math.floor((standing.total - seen.size()) / (standing.full ?? pageSize));
  if (pages < PAGES_WORTH_RANGES) return;
  const greatest = lastKey(await questions.last(), 0);
  const count = Math.min(window, Math.floor(pages / (PAGES_WORTH_RANGES / 2)));
  const width = Math.floor((greatest - after) / count);
  // An order that is ignored names the first row, not the last.
  if (!(width > 0)) return;
  standing.greatest = greatest;
  standing.chains = Array.from({length: count}, (_, index) => ({
    after: after + index * width,
    // Both bounds exclude their own key: the next range begins with the key before this end.
    before: index === count - 1 ? undefined : after + (index + 1) * width + 1,
    isOver: false,
  }));
}

/** Reads the chains side by side. Returns false as soon as a page shows that the server does not obey. */
async function* readChains(
  session: ListSession,
  questions: Questions,
  standing: Standing,
): AsyncGenerator<Page, boolean> {
  const pulls = new Map<Chain, Promise<{readonly chain: Chain; readonly answer: Accept}>>();

  function pull(chain: Chain): void {
    const pulled = questions.within(chain).then(answer => ({chain, answer}));
    // Looked at when it is its turn; until then a fault must not count as unhandled.
    pulled.catch(() => undefined);
    pulls.set(chain, pulled);
  }

  try {
    for (const chain of standing.chains) pull(chain);
    while (pulls.size > 0) {
      const {chain, answer} = await Promise.race(pulls.values());
      pulls.delete(chain);
      const raw = answer.accept();
      if (!isWithin(raw, chain)) {
        yield raw.page;
        return false;
      }
      chain.after = lastKey(raw, chain.after);
      chain.isOver = raw.count === 0 || isComplete(raw, chain, {session, questions, standing});
      yield withCheckpoint(raw.page, session, standing);
      if (!chain.isOver) pull(chain);
    }
    return true;
  } finally {
    for (const pulled of pulls.values()) pulled.then(({answer}) => answer.discard()).catch(() => undefined);
  }
}

type Reading = {readonly session: ListSession; readonly questions: Questions; readonly standing: Standing};

/** Whether a chain ends with this page, though it is not empty. */
function isComplete({count}: RawPage, {after, before}: Chain, {session, questions, standing}: Reading): boolean {
  const {progress} = session;
  // No key lies between the last one and the bound.
  if (before !== undefined) return after >= before - 1;
  // A reading that goes on may begin with the rest of the list.
  standing.full ??= isSurelyLast(count, questions.limit) ? questions.limit : count;
  // Behind a filter rows also come among those still to be read, and count as seen: a full page is no end.
  if (count >= standing.full) return false;
  const {chains, total, greatest} = standing;
  if (chains.length === 1 && total !== undefined && progress.seen >= total) return true;
  // Rows may come as fast as they are read: who waits for an empty page would never end.
  return greatest !== undefined && after >= greatest;
}

async function judge({progress}: ListSession, questions: Questions, {chains, total}: Standing): Promise<Verdict> {
  if (total === undefined) return 'unverified';
  const last = await questions.last();
  const {seen} = progress;
  const verdict = verdictOf({seen, totalBefore: total, totalAfter: last.total, isSound: true});
  const end = chains.at(-1);
  if (verdict !== 'verified' || !end) return verdict;
  // As many rows may have gone as have come, and new ones stand behind the end. The greatest key tells, unless the
  // server knows the ascending order only.
  if (lastKey(last, 0) === end.after) return verdict;
  const behind = await questions.within(end);
  behind.discard();
  return behind.count === 0 ? verdict : 'moving';
}

/** The place is noted now: the reading runs ahead of the writing. */
function withCheckpoint(page: Page, {progress}: ListSession, {chains, total, greatest}: Standing): Page {
  const checkpoint: KeysetCheckpoint = {
    way: 'keyset',
    seen: progress.seen,
    total: total ?? null,
    // The open end is asked for again by the run that goes on: rows may have come.
    ranges: chains
      .filter(({isOver, before}) => !isOver || before === undefined)
      .map(({after, before}) => [after, before ?? null] as const),
    greatest: greatest ?? null,
  };
  return {...page, checkpoint: () => checkpoint};
}

function lastKey(raw: Pick<RawPage, 'keys'>, otherwise: number): number {
  return Number(raw.keys.at(-1) ?? otherwise);
}

/** Whether the keys of a page ascend, and stay within its range. */
function isWithin(raw: RawPage, {after, before = Number.POSITIVE_INFINITY}: Chain): boolean {
  let previous = after;
  return raw.keys.every(key => {
    const number = Number(key);
    const isNext = number > previous && number < before;
    previous = number;
    return isNext;
  });
}
