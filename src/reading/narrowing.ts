// Proves that the server obeys the filters of a stream before the first of its rows is handed on: it ignores what it does
// not know, without a word, and a stream that was to be a part of a list would silently become all of it.

import {ApiError, isRefusal} from '../errors.js';
import {type Filters, toQuery} from '../filters.js';
import type {StreamDefinition} from '../stream-definition.js';
import {areOthers, hasLostRows, isOther, type Look, valuesWithoutMatch} from './evidence.js';
import {createProofs} from './known-proofs.js';
import type {Accept, ListSession, Page, ReadingContext} from './list.js';
import {isSurelyLast} from './walk.js';

type Query = Readonly<Record<string, string>>;

/** Enough to tell a list by, and not many of rows that can be large. */
const ROWS_OF_A_LOOK = 20;

/** How the parameter is asked for again, between answers without it: not in turns, in case the list moves in turns. */
const ROUNDS = ['with', 'without', 'without', 'with', 'without'] as const;

/** Asks for a page of a list of the stream that is only looked at. */
export type AskToLook = (query: Query) => Promise<Accept>;

export type Narrowing = {
  /**
   * Whether a page may be handed on; it is released where not. Pages without rows may not until the filters are proven,
   * so that a stream that fails has begun nothing. Throws ApiError that names the filters that the server ignores.
   */
  readonly admits: (page: Page) => Promise<boolean>;
  /** Proves by another list than the stream's own, one that holds some of its rows. Throws as `admits` does. */
  readonly proveBy: (ask: AskToLook) => Promise<void>;
  /** A failure, with the filters named where the server may have failed because of them. */
  readonly explain: (error: unknown) => unknown;
};

/** The narrowing of one stream, whose `definition` holds the filters among its parameters. */
export function createNarrowing(
  context: ReadingContext,
  session: ListSession,
  {definition, filters}: {readonly definition: StreamDefinition; readonly filters: Filters},
): Narrowing {
  const {list, progress} = session;
  const proofs = createProofs(progress, context.wall);
  const names = Object.keys(filters);
  // What was refuted is tried again in each run: it is an error, and the user waits for it to be gone.
  const unknown = () => names.filter(name => proofs.known(name) !== true);
  let isProven = unknown().length === 0;

  const askOwnList: AskToLook = query => session.request(query, {isPart: true, order: -1});

  async function proveBy(ask: AskToLook): Promise<void> {
    if (isProven) return;
    const ignored: string[] = [];
    for (const name of unknown()) {
      const isObeyed = await tryOut(name, ask);
      proofs.keep(name, isObeyed);
      if (!isObeyed) ignored.push(name);
    }
    if (ignored.length > 0) throw new ApiError({path: list.path, detail: complaintOf(ignored)});
    isProven = true;
  }

  /** Whether the server obeys one of the filters, the others being asked for all the time. */
  async function tryOut(name: string, ask: AskToLook): Promise<boolean> {
    const look = createLook(ask);
    const others = withoutKeys({...definition.parameters, ...definition.order}, Object.keys(toQuery(pick(name))));
    const given = filters[name] ?? '';
    const tried: {readonly query: Query; readonly before: Look; readonly seen: Look; readonly after: Look}[] = [];
    let before = await look(others);
    for (const value of [...valuesWithoutMatch(given), given]) {
      const query = {...others, ...toQuery({[name]: value})};
      const seen = value === given ? await look(query) : await lookUnlessRefused(look, query);
      const after = await look(others);
      // Who refuses a value has looked at it; that the list is there all the same, the answer behind shows.
      if (seen === 'refused' || (seen && hasLostRows(before, seen, after))) return true;
      if (seen) tried.push({query, before, seen, after});
      before = after;
    }
    for (const {query, before, seen, after} of tried) {
      if (!isOther([before, after], seen)) continue;
      const [without, withIt] = [[before, after], [seen]];
      for (const round of ROUNDS) {
        if (round === 'with') withIt.push(await look(query));
        else without.push(await look(others));
      }
      if (areOthers(without, withIt)) return true;
    }
    return false;
  }

  function pick(name: string): Filters {
    return {[name]: filters[name] ?? ''};
  }

  function createLook(ask: AskToLook): (query: Query) => Promise<Look> {
    const {paging} = definition;
    const rows = Math.min(ROWS_OF_A_LOOK, context.pageSize);
    const page: Query =
      paging === 'once'
        ? {}
        : paging === 'pages'
          ? {page: '1', page_size: String(rows)}
          : {limit: String(rows), offset: '0'};
    const askOnce = async (query: Query) => {
      progress.proofRequests += 1;
      const answer = await ask({...query, ...page});
      answer.discard();
      return answer;
    };
    return async query => {
      const answer = await askOnce(query);
      // Nothing, from a list that does not say that it is empty, is too little to go by.
      const isDoubtful = answer.count === 0 && (answer.isBare || (answer.total ?? 0) > 0);
      const {count, keys, total, hasNext} = isDoubtful ? await askOnce(query) : answer;
      const isEnd = total === undefined ? isSurelyLast(count, rows) : count >= total;
      return {count, keys, total, isWhole: paging === 'once' || (hasNext === undefined ? isEnd : !hasNext)};
    };
  }

  function complaintOf(ignored: readonly string[]): string {
    const plural = ignored.length > 1;
    const which = `the filter${plural ? 's' : ''} ${ignored.map(name => `"${name}"`).join(' and ')}`;
    return `the API ignores ${which} and would send all rows; remove ${plural ? 'them' : 'it'} from the setting "filters"`;
  }

  return {
    admits: async page => {
      if (isProven) return true;
      try {
        if (Object.values(page.rows).some(rows => rows.length > 0)) await proveBy(askOwnList);
      } finally {
        if (!isProven) page.release();
      }
      return isProven;
    },
    proveBy,
    explain: error => {
      const isRefused = error instanceof ApiError && [400, 403, 404, 422].includes(error.status ?? 0);
      if (!isRefused || !isPathOf(definition, error.path)) return error;
      const {path, status, detail, isWrongAddress} = error;
      return new ApiError({
        path,
        status,
        isWrongAddress,
        detail: `${detail}; asked with the filters ${names.join(', ')}`,
      });
    },
  };
}

/** Whether a path is that of the stream's rows; those below which they hang are asked for without filters. */
function isPathOf({path: ownPath, perParent}: StreamDefinition, path: string): boolean {
  return [ownPath, perParent?.path ?? ownPath].some(own => {
    const [before = '', after] = own.split(':id');
    return after === undefined ? path === own : path.startsWith(before) && path.endsWith(after);
  });
}

/** Undefined where the server is in trouble with a value, as often as it is asked. */
async function lookUnlessRefused(
  look: (query: Query) => Promise<Look>,
  query: Query,
): Promise<Look | 'refused' | undefined> {
  try {
    return await look(query);
  } catch (error) {
    if (isRefusal(error) || (error instanceof ApiError && error.status === 404)) return 'refused';
    if (error instanceof ApiError && error.status !== undefined) return undefined;
    throw error;
  }
}

function withoutKeys(query: Query, keys: readonly string[]): Query {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !keys.includes(key)));
}
