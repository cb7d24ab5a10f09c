// What a list that is read by its keys can be asked for, and what is asked of it in the end.

import type {KeysetParameters} from '../stream-definition.js';
import type {Checkpoint} from './checkpoint.js';
import type {Accept, ListSession, RawPage, ReadingContext} from './list.js';
import type {Chain} from './ranges.js';

export type KeysetReading = {
  readonly parameters: KeysetParameters;
  /** What is asked of every page besides its keys. */
  readonly query: Readonly<Record<string, string>>;
  /** Where an earlier run stood. The session's key set then begins with the number of rows that were seen by it. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Told that all rows have come, before the reading is judged. */
  readonly onAllRows?: (() => void) | undefined;
};

/** Keys greater than the first number and less than the second. */
export type Range = Readonly<Pick<Chain, 'after' | 'before'>>;

/** What the list can be asked for. */
export type Questions = {
  /** How many rows a page is asked for. */
  readonly limit: number;
  /** The first page of all, without a bound. */
  readonly first: () => Promise<Accept>;
  readonly within: (range: Range) => Promise<Accept>;
  /** The row with the greatest key, and the list's own count. Not to be accepted. */
  readonly last: () => Promise<Pick<Accept, 'keys' | 'total'>>;
};

/** Asks by the parameters of a reading. */
export function createQuestions(
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

/** What is asked when all rows have come. */
export type End = {
  /** Nothing but empty pages is expected any more: what they only confirm need not be waited for. */
  readonly foresee: () => void;
  /** Rows came all the same. */
  readonly revoke: () => void;
  /** The last row, and the list's own count, as they were when all rows had come. */
  readonly last: () => ReturnType<Questions['last']>;
};

/** `total` is the list's own count when the reading began; one that tells none is not asked again. */
export function createEnd(questions: Questions, total: number | undefined, onAllRows: KeysetReading['onAllRows']): End {
  let isForeseen = false;
  let foreseen: ReturnType<Questions['last']> | undefined;
  return {
    foresee: () => {
      // Once only: there are servers whose pages are shorter now and then.
      if (isForeseen || total === undefined) return;
      isForeseen = true;
      foreseen = questions.last();
      // Looked at in the end; until then a fault must not count as unhandled.
      foreseen.catch(() => undefined);
      onAllRows?.();
    },
    revoke: () => {
      foreseen = undefined;
    },
    last: () => {
      onAllRows?.();
      return foreseen ?? questions.last();
    },
  };
}

/** The last key of a page. */
export function lastKey(raw: Pick<RawPage, 'keys'>, otherwise: number): number {
  return Number(raw.keys.at(-1) ?? otherwise);
}
