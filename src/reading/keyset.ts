// Reads a list by its keys: each page asks for the rows behind the last key. Keys never change, so that nothing that
// is inserted or deleted meanwhile can push a row out of sight. A long list is cut into ranges of keys that are read
// side by side, since one chain of requests waits for each answer. Works only where the server obeys the order and the
// bounds; every page shows whether it does, and where it does not, the list has to be read in another way.

import {isKeysetCheckpoint, type KeysetCheckpoint} from './keyset-checkpoint.js';
import {
  createEnd,
  createQuestions,
  type End,
  type KeysetReading,
  lastKey,
  type Questions,
  type Range,
} from './keyset-questions.js';
import type {Accept, ListSession, Page, RawPage, ReadingContext, Verdict} from './list.js';
import {type Chain, cutUpTo, halveWidest, moveOn} from './ranges.js';
import {verdictOf} from './verdict.js';
import {isSurelyLast} from './walk.js';

/** Lists shorter than this many pages are read in one chain: finding the ranges costs requests too. */
const PAGES_WORTH_RANGES = 8;
/** A range that has so many left when others have ended is halved: at its end there would be but one request at a time. */
const PAGES_WORTH_HALVES = 4;

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
    const count = await cut(context, session, questions, standing);
    const end = createEnd(questions, standing.total, reading.onAllRows);
    if (yield* readChains(session, questions, standing, end, count)) {
      progress.verdict = await judge(session, questions, standing, end);
      return 'done';
    }
  }
  // Whoever reads on begins anew.
  seen.forgetUnknown();
  progress.seen = seen.size();
  return 'refuted';
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

/** Cuts the one range of a long list into about equal ones. Returns how many are wanted; undefined for a short list. */
async function cut(
  {pageSize, window}: ReadingContext,
  {seen}: ListSession,
  questions: Questions,
  standing: Standing,
): Promise<number | undefined> {
  const [chain] = standing.chains;
  if (!chain || standing.chains.length > 1 || standing.greatest !== undefined || standing.total === undefined) {
    return undefined;
  }
  const pages = Math.floor((standing.total - seen.size()) / (standing.full ?? pageSize));
  if (pages < PAGES_WORTH_RANGES) return undefined;
  const greatest = lastKey(await questions.last(), 0);
  const count = Math.min(window, Math.floor(pages / (PAGES_WORTH_RANGES / 2)));
  // An order that is ignored names the first row, not the last.
  if (greatest - chain.after < count) return undefined;
  standing.greatest = greatest;
  standing.chains = cutUpTo(chain.after, greatest, count);
  return count;
}

type Pulled = {readonly chain: Chain; readonly asked: Range; readonly answer: Accept};

/** Reads the chains side by side. Returns false as soon as a page shows that the server does not obey. */
async function* readChains(
  session: ListSession,
  questions: Questions,
  standing: Standing,
  end: End,
  count: number | undefined,
): AsyncGenerator<Page, boolean> {
  const pulls = new Map<Chain, Promise<Pulled>>();
  /** Those whose last page was a short one. */
  const dry = new Set<Chain>();

  function pull(chain: Chain): void {
    const asked = {after: chain.after, before: chain.before};
    const pulled = questions.within(asked).then(answer => ({chain, asked, answer}));
    // Looked at when it is its turn; until then a fault must not count as unhandled.
    pulled.catch(() => undefined);
    pulls.set(chain, pulled);
  }

  /** Keeps as many chains under way as were wanted, where others than the long ones have ended. */
  function keepUp(wanted: number): void {
    const {total = 0, full = questions.limit, greatest} = standing;
    while (pulls.size < wanted) {
      const left = total - session.seen.size();
      const chains = halveWidest(standing.chains, {rows: PAGES_WORTH_HALVES * full, left, greatest});
      if (!chains) return;
      standing.chains = chains;
      for (const chain of chains) if (!chain.isOver && !pulls.has(chain)) pull(chain);
    }
  }

  try {
    standing.chains.forEach(pull);
    while (pulls.size > 0) {
      const {chain, asked, answer} = await Promise.race(pulls.values());
      pulls.delete(chain);
      const raw = answer.accept();
      if (!isWithin(raw, asked)) {
        yield raw.page;
        return false;
      }
      moveOn(standing.chains, asked.after, lastKey(raw, asked.after));
      chain.isOver = raw.count === 0 || isComplete(raw, chain, {session, questions, standing});
      yield withCheckpoint(raw.page, session, standing);
      if (!chain.isOver) pull(chain);
      else if (count !== undefined) keepUp(count);
      if (raw.count < (standing.full ?? questions.limit)) dry.add(chain);
      else dry.delete(chain);
      if (raw.count > 0) end.revoke();
      if (pulls.size > 0 && [...pulls.keys()].every(other => dry.has(other))) end.foresee();
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

async function judge(
  {progress}: ListSession,
  questions: Questions,
  {chains, total}: Standing,
  {last: askLast}: End,
): Promise<Verdict> {
  if (total === undefined) return 'unverified';
  const last = await askLast();
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

/** Whether the keys of a page ascend, and stay within its range. */
function isWithin(raw: RawPage, {after, before = Number.POSITIVE_INFINITY}: Range): boolean {
  let previous = after;
  return raw.keys.every(key => {
    const number = Number(key);
    const isNext = number > previous && number < before;
    previous = number;
    return isNext;
  });
}
