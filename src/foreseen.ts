// How a stream is going to be read, as far as that is decided before the first request: by the choices that the reading
// makes (reading/ways.ts) and what earlier runs have proven. And the one question whose answer tells how much that is.
// Pure.

import {shiftSeconds} from './dates.js';
import {includedName, includingRows, withMargin} from './reading/below-parents.js';
import {asBound} from './reading/changed-rows.js';
import {createProofs} from './reading/known-proofs.js';
import {filterOf, includeOf, orderBy, type Shortcut} from './reading/shortcuts.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import {includeName} from './reading/value-lists.js';
import {isBelowCheckpoint, PAGES_OF_A_SHORT_LIST} from './reading/ways.js';
import {parentsSince} from './reading/witnesses.js';
import {livesBelowParents, type StreamDefinition} from './stream-definition.js';

/** A request of one row, whose answer counts the rows that will be read. */
export type Question = {
  readonly definition: StreamDefinition;
  readonly query: Readonly<Record<string, string>>;
  /** What the answer holds if the server brings further rows along, where that is not known yet. */
  readonly along?: string;
};

export type Foreseen = {
  readonly question: Question;
  /** Whether an interrupted read is gone on with. */
  readonly isResumed: boolean;
} & (
  | {readonly type: 'list'; readonly shortcut: Exclude<Shortcut, {type: 'include'}> | undefined}
  /** News come along with the parents that changed. */
  | {readonly type: 'side-loaded'}
  | {readonly type: 'pages'}
  | {readonly type: 'once'}
  | Below
);

/** Rows below parents. */
export type Below = {
  readonly type: 'below';
  /** Whether the parents' list brings them along; undefined where that would be found out. */
  readonly isIncluded: boolean | undefined;
  /** Those below which they hang, and those below which these do, from the top down; the first has a list of its own. */
  readonly ancestors: readonly StreamToRead[];
  readonly top: Foreseen;
};

export type Circumstances = {
  /** Rows of a page. */
  readonly pageSize: number;
  /** This machine's time, by which the age of a proof is told: milliseconds since 1970 (UTC). */
  readonly nowMs: number;
};

/** How a stream is going to be read. */
export function foresee(stream: StreamToRead, circumstances: Circumstances): Foreseen {
  const {definition, parents, checkpoint} = stream;
  if (livesBelowParents(definition) && !parents) {
    throw new Error(`nobody has said how the parents of ${definition.tapStreamId} are read`);
  }
  if (parents && (livesBelowParents(definition) || (checkpoint && isBelowCheckpoint(checkpoint)))) {
    return foreseeBelow(stream, parents, circumstances);
  }
  if (definition.paging) return {type: definition.paging, question: ask(stream, circumstances), isResumed: false};
  const shortcut = shortcutOf(stream, circumstances);
  const isResumed = checkpoint !== undefined && (checkpoint['shortcut'] ?? null) === (shortcut?.parameter ?? null);
  if (shortcut?.type === 'include') {
    return {type: 'side-loaded', question: askForParents(stream), isResumed};
  }
  return {type: 'list', shortcut, question: ask(stream, circumstances, boundOf(stream, shortcut)), isResumed};
}

/** What is known of the server's obedience as to one list. */
export function knownOf({memory}: StreamToRead, {nowMs}: Circumstances): (name: string) => boolean | undefined {
  return createProofs({proofs: memory.proofs}, () => nowMs).known;
}

/** Whether a list is read as a whole, whatever is wanted of it. */
export function isShortList(rows: number | undefined, {pageSize}: Pick<Circumstances, 'pageSize'>): boolean {
  return rows !== undefined && rows <= PAGES_OF_A_SHORT_LIST * pageSize;
}

/** The shortcut that is known to be obeyed, where one is of use. */
function shortcutOf(stream: StreamToRead, circumstances: Circumstances): Shortcut | undefined {
  const {definition, since, replication, memory, sideLoading, checkpoint} = stream;
  if (since === undefined || !replication) return undefined;
  if (!checkpoint && isShortList(memory.rows, circumstances)) return undefined;
  const known = knownOf(stream, circumstances);
  const filter = filterOf(definition, replication);
  if (filter && known(filter.parameter) === true) {
    return {type: 'filter', parameter: filter.parameter, marginSeconds: filter.marginSeconds};
  }
  const order = orderBy(replication, memory.proofs, known);
  if (order !== undefined) return {type: 'order', parameter: order};
  if (!sideLoading?.isWanted) return undefined;
  const include = includeOf(sideLoading);
  return known(include) === true ? {type: 'include', parameter: include} : undefined;
}

function boundOf({since}: StreamToRead, shortcut: Shortcut | undefined): Question['query'] {
  if (since === undefined || !shortcut) return {};
  if (shortcut.type === 'order') return {[shortcut.parameter]: 'DESC'};
  return shortcut.type === 'filter'
    ? {[shortcut.parameter]: asBound(shiftSeconds(since, -shortcut.marginSeconds))}
    : {};
}

/** The question to a stream's own list. */
function ask(stream: StreamToRead, circumstances: Circumstances, bound: Question['query'] = {}): Question {
  const {definition, values} = stream;
  const one = definition.paging === 'pages' ? {page: '1', page_size: '1'} : {limit: '1'};
  const query = {...definition.parameters, ...bound, ...one};
  if (!values || knownOf(stream, circumstances)(includeName(values)) !== undefined) return {definition, query};
  const {parameter, dataKey} = values.source.include;
  return {definition, query: {...query, include: parameter}, along: dataKey};
}

function askForParents({definition, since, sideLoading}: StreamToRead): Question {
  const filter = sideLoading?.parent.changedSince;
  if (!sideLoading || !filter || since === undefined) {
    throw new Error(`nobody has said what brings ${definition.tapStreamId} along`);
  }
  const {parent} = sideLoading;
  const bound = {[filter.parameter]: asBound(parentsSince(since, sideLoading))};
  return {definition: parent, query: {...parent.parameters, ...bound, limit: '1'}};
}

/** How the rows below parents are going to be read. */
export function foreseeBelow(stream: StreamToRead, parents: StreamToRead, circumstances: Circumstances): Foreseen {
  const ancestors = ancestorsOf(parents);
  const [first = parents] = ancestors;
  const top = foresee(first, circumstances);
  const {checkpoint, definition} = stream;
  const include = definition.perParent?.include;
  const isIncluded = include ? knownOf(stream, circumstances)(includedName(include)) : false;
  const question =
    include && isIncluded === undefined
      ? {
          ...top.question,
          query: {...top.question.query, ...includingRows(include)},
          along: include.dataKey,
        }
      : top.question;
  const isResumed = checkpoint !== undefined && (checkpoint.way === 'included') === (isIncluded === true);
  return {type: 'below', isIncluded, ancestors, top, question, isResumed};
}

function ancestorsOf(parents: StreamToRead): readonly StreamToRead[] {
  const own = withMargin(parents);
  return own.parents ? [...ancestorsOf(own.parents), own] : [own];
}
