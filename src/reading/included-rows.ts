// Finds out whether the answers of a list of parents bring along what hangs below them, all of it. A server that does not
// know an `include=` ignores it without a word, and one that does may cut off what it brings: what hangs below a single
// parent is the witness.

import {isMissing} from '../errors.js';
import type {PerParent} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {USUAL_FORM} from './envelopes.js';
import {createKeySet} from './key-set.js';
import {
  type Accept,
  createProgress,
  type List,
  type ListSession,
  openList,
  type Progress,
  type ReadingContext,
} from './list.js';

type Query = Readonly<Record<string, string>>;

export type Include = NonNullable<PerParent['include']>;

/**
 * Behind so many pages a parent or two are asked alone, and then behind twice as many as each time before; and where more
 * of them at the end of a page have nothing than ever followed one another.
 */
const FIRST_LOOK_AFTER_PAGES = 2;

export type IncludedRows = {
  readonly below: PerParent;
  readonly include: Include;
  /** What is asked of what hangs below a single parent. */
  readonly query: Query;
  /** The list that brings the rows along, with all keys that tell of them, and what is asked of it besides its pages. */
  readonly listed: {readonly list: List; readonly parameters: Query; readonly progress: Progress};
  readonly signal: AbortSignal;
};

export type IncludedProof = {
  /** Whether the first answer holds the same as single parents have below them. Undefined where it has no parents. */
  readonly prove: () => Promise<boolean | undefined>;
  /** Whether all that hangs below these parents came with them or before. Asked for each page, in order. */
  readonly isComplete: (parents: readonly WireRow[], rows: Rows) => Promise<boolean>;
};

type Rows = Readonly<Record<string, readonly WireRow[]>>;

/** What a parent, by its key, has below it and did not come: these keys, or any that did not. */
type Gap = {readonly parent: string; readonly keys: ReadonlySet<string> | undefined};

/** A parent, and the rows that came along with it. */
type Family = {readonly parent: string; readonly rows: readonly WireRow[]};

/** The proof for one reading. `session` is that of the rows' own stream. Its functions throw ApiError. */
export function createIncludedProof(
  context: ReadingContext,
  {list, progress}: Pick<ListSession, 'list' | 'progress'>,
  {below, include, query, listed, signal}: IncludedRows,
): IncludedProof {
  const {dataKey, through, parameter} = include;
  /** Where parents may name what belongs to them: the ids stand under the key of the rows, or that of the parameter. */
  const [nameKey, otherNameKey = ''] = [through?.dataKey ?? dataKey, parameter?.split('.')[0]];
  const namesOf = (parent: WireRow) => parent[nameKey] ?? parent[otherNameKey];
  const [listedKey = ''] = listed.list.dataKeys;
  /** All that came along so far: a row that belongs to several parents comes with the first page of one. */
  const brought = createKeySet();
  const broughtOwners = createKeySet();
  let pages = 0;
  /** How many parents without rows have followed one another. */
  let mostWithout = 0;
  let next = FIRST_LOOK_AFTER_PAGES;

  async function prove(): Promise<boolean | undefined> {
    const parameters = {...listed.parameters, limit: String(context.pageSize)};
    const answer = await look(listed.list, parameters, listed.progress);
    if (answer.count === 0) return undefined;
    const families = familiesOf(Object.fromEntries(answer.rowsByKey));
    return families !== undefined && (await areSame(sampleOf(families)));
  }

  async function isComplete(parents: readonly WireRow[], rows: Rows): Promise<boolean> {
    for (const key of keysOf(rows[dataKey])) brought.add(key);
    for (const key of keysOf(through && rows[through.dataKey])) broughtOwners.add(key);
    pages += 1;
    const gaps = gapsOf(parents, rows);
    for (const gap of new Set([gaps[0], gaps.at(-1)])) if (gap && (await isReal(gap))) return false;
    const isNamed = parents.some(parent => Array.isArray(namesOf(parent)));
    // Of a single parent there is no end that could have been cut off.
    if (isNamed || parents.length <= 1) return true;
    const families = familiesOf({...rows, [listedKey]: parents}) ?? [];
    const last = families.findLastIndex(hasRows);
    const without = families.length - 1 - last;
    mostWithout = Math.max(mostWithout, mostWithoutIn(families.slice(0, last + 1)));
    if (pages < next && without <= mostWithout) return true;
    if (pages >= next) next = 2 * pages;
    mostWithout = Math.max(mostWithout, without);
    // What is cut off is missing at the end.
    const ends = [families[last], families.findLast(family => !hasRows(family))];
    for (const end of ends) if (end && (await isReal({parent: end.parent, keys: undefined}))) return false;
    return true;
  }

  /** Parents that name rows which did not come. */
  function gapsOf(parents: readonly WireRow[], rows: Rows): readonly Gap[] {
    if (!through) {
      return parents.flatMap(parent => {
        const key = USUAL_FORM.keyOf(parent);
        const missing = namedIn(namesOf(parent)).filter(id => !brought.has(id));
        return key === undefined || missing.length === 0 ? [] : [{parent: key, keys: new Set(missing)}];
      });
    }
    const unseen = parents.flatMap(parent => namedIn(namesOf(parent))).filter(id => !broughtOwners.has(id));
    const owners = (rows[through.dataKey] ?? []).flatMap(owner => {
      const [parent, [child]] = [USUAL_FORM.keyOf(owner), namedIn([owner[through.childKey]])];
      return parent === undefined || child === undefined || brought.has(child)
        ? []
        : [{parent, keys: new Set([child])}];
    });
    return [...owners, ...unseen.map(parent => ({parent, keys: undefined}))];
  }

  /** Whether what did not come is there: parents go on naming what is gone. */
  async function isReal({parent, keys}: Gap): Promise<boolean> {
    const own = await askBelow(parent);
    const there = own?.keys.filter(key => key !== undefined) ?? [];
    return there.some(key => (keys ? keys.has(key) : !brought.has(key)));
  }

  function familiesOf(rows: Rows): readonly Family[] | undefined {
    const [owners, loaded] = [rows[through?.dataKey ?? listedKey], rows[dataKey]];
    if (!owners || !loaded) return undefined;
    return owners.flatMap(owner => {
      const parent = USUAL_FORM.keyOf(owner);
      return parent === undefined ? [] : [{parent, rows: loaded.filter(row => isOf(row, owner, include))}];
    });
  }

  async function areSame(families: Iterable<Family>): Promise<boolean> {
    for (const {parent, rows} of families) {
      const own = await askBelow(parent);
      const known = new Set(rows.map(USUAL_FORM.keyOf));
      // The parent has gone since.
      if (!own && known.size > 0) return false;
      if (!own) continue;
      if (!own.keys.every(key => known.has(key))) return false;
      if (own.count < context.pageSize && own.count !== known.size) return false;
    }
    return true;
  }

  /** What hangs below a single parent; undefined where that is not there any more. */
  async function askBelow(parent: string): Promise<Accept | undefined> {
    const path = below.path.replace(':id', encodeURIComponent(parent));
    try {
      return await look({...list, path}, {...query, limit: String(context.pageSize)}, progress);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /**
   * An answer that is only looked at: its rows come again. `counted` is the progress of the list that it is of; who can
   * read the parents need not have the right to read what hangs below them.
   */
  async function look(at: List, parameters: Query, counted: Progress): Promise<Accept> {
    const own = createProgress();
    try {
      const answer = await openList(context, at, own, signal).request(parameters, {isPart: true, order: -1});
      answer.discard();
      return answer;
    } finally {
      counted.proofRequests += 1;
      counted.requests += own.requests;
    }
  }

  return {prove, isComplete};
}

/**
 * Where it shows that rows were cut off: at either end of the page parents have none, the last that has some lacks
 * others, or of those with most some have more.
 */
function sampleOf(families: readonly Family[]): ReadonlySet<Family> {
  const most = Math.max(0, ...families.map(({rows}) => rows.length));
  const withRows = families.filter(({rows}) => rows.length > 0);
  const without = families.filter(({rows}) => rows.length === 0);
  const full = withRows.filter(({rows}) => rows.length === most);
  const places = [withRows.at(-1), full[0], full[Math.floor(full.length / 2)], full.at(-1), without[0], without.at(-1)];
  return new Set(places.filter(family => family !== undefined));
}

function hasRows({rows}: Family): boolean {
  return rows.length > 0;
}

function mostWithoutIn(families: readonly Family[]): number {
  let most = 0;
  let without = 0;
  for (const family of families) {
    without = hasRows(family) ? 0 : without + 1;
    most = Math.max(most, without);
  }
  return most;
}

/** Whether a row that came along belongs to a parent. */
function isOf(row: WireRow, parent: WireRow, {parentKey, through}: Include): boolean {
  const [child, owner] = through ? [row['id'], parent[through.childKey]] : [row[parentKey ?? ''], parent['id']];
  return child !== undefined && String(child) === String(owner);
}

function keysOf(rows: readonly WireRow[] = []): readonly string[] {
  return rows.map(USUAL_FORM.keyOf).filter(key => key !== undefined);
}

/** The ids in a list of ids. None is 0, which stands for nothing. */
function namedIn(ids: unknown): readonly string[] {
  const named = Array.isArray(ids) ? ids.map(id => USUAL_FORM.keyOf({id})) : [];
  return named.filter(id => id !== undefined && id !== '' && id !== '0').map(String);
}
