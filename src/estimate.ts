// How many records and requests a stream is going to take, from the way in which it will be read, what one answer has
// told and what the state remembers. Pure; says of every figure how sure it is, and promises nothing that nobody knows.

import {count} from './figures.js';
import {type Circumstances, type Foreseen, foresee, isShortList, knownOf} from './foreseen.js';
import {snakeCase} from './keys.js';
import {
  type PageSizes,
  requestsByKey,
  requestsOfBlindWalk,
  requestsOfNumberedPages,
  requestsOfWalk,
  requestsWithoutOrder,
} from './page-counts.js';
import type {Checkpoint} from './reading/checkpoint.js';
import {filterOf, includeOf, orderBy} from './reading/shortcuts.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import {includeName} from './reading/value-lists.js';
import {dataKeyOf, listKeyOf} from './stream-definition.js';
import type {WireRow} from './wire.js';

/** How sure a figure is. Counted: the API has told it just now. Remembered: when the list was last read. */
export type Sureness = 'counted' | 'remembered' | 'at most' | 'at least' | 'unknown';

/** A figure; undefined where it is unknown. */
export type Figure = {readonly value: number | undefined; readonly is: Sureness};

/** What is expected of a stream. */
export type Expected = {
  /** As the run report names them, in the order of their use. */
  readonly ways: readonly string[];
  /** Those below which its rows hang, or with which they come, and how many they are. */
  readonly parents: {readonly stream: string; readonly count: number | undefined} | undefined;
  readonly records: Figure;
  readonly requests: Figure & {readonly value: number};
  /** What makes it more or less than one would think; the beginning of no sentence. */
  readonly note: string | undefined;
};

/** What an answer to the question has told. */
export type Told = {
  /** How many rows there are of those that were asked for; undefined where the answer does not say. */
  readonly rows: number | undefined;
  /** One of them. */
  readonly row: WireRow | undefined;
  /** Whether rows came under the question's further key. */
  readonly hasAlong: boolean;
};

export type Reckoning = Circumstances & PageSizes;

/** Nothing was asked: what the state remembers has to do. */
const NOTHING: Told = {rows: undefined, row: undefined, hasAlong: false};

// What the proofs of the reading usually cost (reading/proofs.ts, narrowing.ts, values-proof.ts, below-parents.ts).
const PROOF_OF_FILTER = 4;
const PROOF_OF_ORDER = 2;
const PROOF_OF_PARENTS = 1;
const PROOF_OF_NARROWING = 3;
const PROOF_OF_VALUES = 3;
const PROOF_OF_INCLUDED_ROWS = 5;
// What a way costs more than the others that turns out to be obeyed, and saves nothing after all.
const MOST_FOR_A_TRIAL = 3;

type Requests = Expected['requests'];

const UNKNOWN: Figure = {value: undefined, is: 'unknown'};

/** What is expected of a stream that is going to be read in this way. */
export function estimate(
  stream: StreamToRead,
  foreseen: Foreseen,
  told: Told | undefined,
  reckoning: Reckoning,
): Expected {
  const expected = estimateRows(stream, foreseen, told ?? NOTHING, reckoning);
  const known = knownOf(stream, reckoning);
  const filters = Object.keys(stream.filters ?? {}).filter(name => known(name) !== true);
  const narrowed = {...expected, requests: plus(expected.requests, filters.length * PROOF_OF_NARROWING)};
  return stream.values ? withValues(stream, narrowed, told ?? NOTHING, reckoning) : narrowed;
}

/** The requests that a stream is expected to take by what the state remembers alone; at least one. */
export function requestsRemembered(stream: StreamToRead, reckoning: Reckoning): number {
  return estimate(stream, foresee(stream, reckoning), undefined, reckoning).requests.value;
}

function estimateRows(stream: StreamToRead, foreseen: Foreseen, told: Told, reckoning: Reckoning): Expected {
  const {definition, memory, sideLoading} = stream;
  if (foreseen.type === 'list') return estimateList(stream, foreseen, told, reckoning);
  if (foreseen.type === 'below') return estimateBelow(stream, foreseen, told, reckoning);
  const blank = {parents: undefined, note: undefined};
  if (foreseen.type === 'once') {
    return {...blank, ways: ['whole'], records: rowsOf(told.rows, undefined), requests: expect(1)};
  }
  if (foreseen.type === 'pages') {
    const rows = rowsOf(told.rows, memory.rows);
    const requests =
      rows.value === undefined
        ? atLeast(1)
        : expect(requestsOfNumberedPages(rows.value, told.rows === undefined, reckoning));
    return {...blank, ways: ['pages'], records: rows, requests};
  }
  const {rows} = told;
  const requests =
    rows === undefined ? atLeast(1) : expect(requestsOfRows(foreseen.question.definition, rows, reckoning));
  const parents = {stream: sideLoading?.source.tapStreamId ?? definition.tapStreamId, count: rows};
  return {ways: ['side-loaded'], parents, records: UNKNOWN, requests, note: undefined};
}

type OfType<T extends Foreseen['type']> = Extract<Foreseen, {type: T}>;

function estimateList(
  stream: StreamToRead,
  {shortcut, isResumed}: OfType<'list'>,
  told: Told,
  reckoning: Reckoning,
): Expected {
  const {definition, memory, since, checkpoint} = stream;
  const way = definition.keyset ? 'keyset' : 'offsets';
  const blank = {parents: undefined, note: undefined};
  if (shortcut?.type === 'order') {
    return {...blank, ways: ['newest first'], ...newsOf(stream, told, reckoning)};
  }
  if (shortcut) {
    const ways = ['changed since', way];
    if (told.rows === undefined) return {...blank, ways, records: UNKNOWN, requests: atLeast(1)};
    const rest = isResumed ? restOf(told.rows, checkpoint) : told.rows;
    // Asked for from a day before, rows come that are left out.
    const is = shortcut.marginSeconds > 1 ? 'at most' : 'counted';
    return {...blank, ways, records: {value: rest, is}, requests: expect(requestsOfRows(definition, rest, reckoning))};
  }

  const rows = rowsOf(told.rows, memory.rows);
  const isBeside = dataKeyOf(definition) !== listKeyOf(definition);
  if (rows.value === undefined) {
    const note = 'the list does not tell its length, and nobody remembers it';
    return {...blank, ways: [way], records: UNKNOWN, requests: atLeast(1), note};
  }
  const rest = isResumed ? restOf(rows.value, checkpoint) : rows.value;
  const isBlind = told !== NOTHING && told.rows === undefined;
  const read = expect(requestsOfRows(definition, rest, reckoning, isBlind));
  const requests = plus(read, proofRequests(stream, rows.value, told.row, reckoning));
  const all: Figure = {value: rest, is: since === undefined ? rows.is : 'at most'};
  const isFewer = since !== undefined && !isShortList(rows.value, reckoning) && mayProveMore(stream, reckoning);
  return {
    ...blank,
    ways: [way],
    records: isBeside ? UNKNOWN : all,
    requests: isFewer ? {value: requests.value + MOST_FOR_A_TRIAL, is: 'at most'} : requests,
    note: noteOf(stream, {rows: rows.value, isBlind, isFewer, ...reckoning}),
  };
}

type Circumstance = PageSizes & {readonly rows: number; readonly isBlind: boolean; readonly isFewer: boolean};

function noteOf({definition}: StreamToRead, {rows, pageSize, isBlind, isFewer}: Circumstance): string | undefined {
  if (definition.hasNoOrder && rows > pageSize) {
    return 'its order is known to change with every request, so that it is read several times';
  }
  if (isFewer) return 'fewer, if the API obeys a filter or an order by the time of change, which the sync finds out';
  return isBlind ? `the list does not tell its length; it had ${count(rows)} rows when it was last read` : undefined;
}

/** What has changed, of a list whose newest rows come first: one row tells whether anything has, and not how much. */
function newsOf(
  {since, replication, memory}: StreamToRead,
  {rows, row}: Told,
  {pageSize}: Reckoning,
): Pick<Expected, 'records' | 'requests'> {
  const newest = row && replication?.valueOf(row);
  const isOld = typeof newest === 'string' && since !== undefined && newest < since;
  const grown = rows === undefined || memory.rows === undefined ? 0 : Math.max(0, rows - memory.rows);
  const least = isOld || rows === 0 ? 0 : Math.max(row ? 1 : 0, grown);
  // Behind the page that is enough, the other end of the list is looked at.
  const requests = requestsOfWalk(least, {pageSize}) + 1;
  return {records: {value: least, is: 'at least'}, requests: isOld ? expect(requests) : atLeast(requests)};
}

function estimateBelow(
  stream: StreamToRead,
  {ancestors, top, isIncluded: known, isResumed}: OfType<'below'>,
  told: Told,
  reckoning: Reckoning,
): Expected {
  const {definition, memory, checkpoint, since} = stream;
  const [first, ...others] = ancestors;
  const parent = ancestors.at(-1);
  if (!first || !parent) throw new Error(`${definition.tapStreamId} hangs below nothing`);
  const list = estimateRows(first, top, told, reckoning);
  const tops = list.records;
  const isAll = ancestors.every(ancestor => ancestor.since === undefined);
  const records: Figure =
    isAll && since === undefined && memory.rows !== undefined ? {value: memory.rows, is: 'remembered'} : UNKNOWN;
  const include = definition.perParent?.include;
  if (known ?? told.hasAlong) {
    const listed = include?.through ? first : parent;
    const parents = {stream: listed.definition.tapStreamId, count: tops.value};
    const requests = plus(list.requests, known === undefined ? PROOF_OF_INCLUDED_ROWS : 0);
    return {ways: ['included'], parents, records, requests, note: list.note};
  }
  // Those in between take a request each as well.
  let level = tops;
  let requests = list.requests;
  for (const {definition: own, memory: remembered} of others) {
    requests = sum(requests, level);
    level =
      own.paging === 'once'
        ? level
        : {value: remembered.rows, is: remembered.rows === undefined ? 'unknown' : 'remembered'};
  }
  const wanted = isResumed && level.value !== undefined ? {...level, is: 'at most' as const} : level;
  const longer = records.value === undefined ? 0 : Math.floor(records.value / reckoning.pageSize);
  return {
    ways: ['children'],
    parents: {stream: parent.definition.tapStreamId, count: level.value},
    records: checkpoint && isResumed ? UNKNOWN : records,
    requests: plus(sum(requests, wanted), longer),
    note: list.note,
  };
}

/** The same with the values of custom fields, which come along or are read as a list of their own. */
function withValues(stream: StreamToRead, expected: Expected, told: Told, reckoning: Reckoning): Expected {
  const {values} = stream;
  if (!values) return expected;
  const known = knownOf(stream, reckoning)(includeName(values));
  const proofs = known === undefined ? PROOF_OF_VALUES : 0;
  const isIncluded = known ?? told.hasAlong;
  const ways = [isIncluded ? 'values included' : 'values joined', ...expected.ways];
  const since = isIncluded ? values.since : undefined;
  // Where all rows come with their values, the list of values has nothing to add.
  if (isIncluded && since === undefined) return {...expected, ways, requests: plus(expected.requests, proofs)};
  const list = {...values.list, since, ...(since === undefined && {replication: undefined, sideLoading: undefined})};
  const ofValues = estimate(list, foresee(list, reckoning), undefined, reckoning);
  return {...expected, ways, requests: plus(sum(expected.requests, ofValues.requests), proofs)};
}

/** What the proofs cost that a read makes behind it, or before it: of a list that is short none is worth it. */
function proofRequests(stream: StreamToRead, rows: number, row: WireRow | undefined, reckoning: Reckoning): number {
  const {definition, replication, memory, sideLoading} = stream;
  if (!replication || isShortList(rows, reckoning)) return 0;
  const known = knownOf(stream, reckoning);
  const filter = filterOf(definition, replication);
  const isFilter = filter && known(filter.parameter);
  if (filter && isFilter !== false) return isFilter ? 0 : PROOF_OF_FILTER;
  if (orderBy(replication, memory.proofs, known) !== undefined) return 0;
  const wireKey = Object.keys(row ?? {}).find(key => snakeCase(key) === replication.key);
  const spellings = wireKey === undefined || wireKey === replication.key ? 1 : 2;
  const orders = known(`orders[${replication.key}]`) === undefined ? spellings * PROOF_OF_ORDER : 0;
  const parents = sideLoading && known(includeOf(sideLoading)) === undefined ? PROOF_OF_PARENTS : 0;
  return orders + parents;
}

/** Whether a read may still find out that the server obeys something that shortens it. */
function mayProveMore(stream: StreamToRead, reckoning: Reckoning): boolean {
  const {definition, replication} = stream;
  if (!replication) return false;
  const known = knownOf(stream, reckoning);
  const filter = filterOf(definition, replication);
  return (filter && known(filter.parameter) === undefined) || known(`orders[${replication.key}]`) === undefined;
}

function requestsOfRows(
  {keyset, hasNoOrder}: StreamToRead['definition'],
  rows: number,
  reckoning: PageSizes,
  isBlind = false,
): number {
  if (keyset) return requestsByKey(rows, reckoning);
  if (hasNoOrder) return requestsWithoutOrder(rows, reckoning);
  return isBlind ? requestsOfBlindWalk(rows, reckoning) : requestsOfWalk(rows, reckoning);
}

function restOf(rows: number, checkpoint: Checkpoint | undefined): number {
  const seen = checkpoint?.['seen'];
  return Math.max(0, rows - (typeof seen === 'number' ? seen : 0));
}

function rowsOf(told: number | undefined, remembered: number | undefined): Figure {
  if (told !== undefined) return {value: told, is: 'counted'};
  return remembered === undefined ? UNKNOWN : {value: remembered, is: 'remembered'};
}

function expect(value: number): Requests {
  return {value, is: 'counted'};
}

function atLeast(value: number): Requests {
  return {value, is: 'at least'};
}

function plus(requests: Requests, more: number): Requests {
  return {...requests, value: requests.value + more};
}

/** Requests and others; of what is unknown there may be none, or any number. */
function sum(requests: Requests, more: Figure): Requests {
  const value = requests.value + (more.value ?? 0);
  const bounds = [requests.is, more.is];
  if (bounds.includes('unknown') || bounds.includes('at least')) return {value, is: 'at least'};
  return {value, is: bounds.includes('at most') ? 'at most' : requests.is};
}
