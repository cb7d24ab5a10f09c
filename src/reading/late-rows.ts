// Reads rows that are wanted for their values alone: those have changed, and the rows themselves have not, so that no
// way to what is new has brought them.

import {valueReader} from '../custom-fields/values.js';
import {ApiError, isRefusal} from '../errors.js';
import {isObject} from '../json.js';
import type {WireRow} from '../wire.js';
import {USUAL_FORM} from './envelopes.js';
import {createKeySet, type KeySet} from './key-set.js';
import {type Accept, createProgress, type ListSession, openList, type Page} from './list.js';
import {
  besides,
  includingValues,
  keyOfRow,
  listIncludingValues,
  listOfValues,
  type ReadingWithValues,
  takeOver,
} from './value-lists.js';
import {readStream} from './ways.js';

/** Some of many rows may have gone since; where more are missing, the server has not done as it was asked. */
const MOST_MISSING_OF_ALL = 0.1;

export type LateRows = {
  /** Whether answers bring the values along. */
  readonly isIncluded: boolean;
  /** The keys of the rows that are wanted, as far as they are few enough to be asked for. */
  readonly ids: readonly string[] | undefined;
  readonly isWanted: (key: string) => boolean;
};

/** The pages with the wanted rows, each row once. Throws ApiError. */
export async function* readLateRows(reading: ReadingWithValues, late: LateRows): AsyncGenerator<Page> {
  const came = createKeySet();
  if (late.ids && (yield* readByIds(reading, late, late.ids, came))) return;
  if (late.ids && isWorthSingly(reading, late, late.ids) && (yield* readSingly(reading, late, late.ids, came))) return;
  yield* readAmongAll(reading, late, came);
}

/** Asks for them by their ids. Returns false where the server does not give those that were asked for. */
async function* readByIds(
  reading: ReadingWithValues,
  {isIncluded}: LateRows,
  ids: readonly string[],
  came: KeySet,
): AsyncGenerator<Page, boolean> {
  const {context, stream, list, progress, signal} = reading;
  const {idsParameter} = stream.definition;
  // Which of them a filter lets through, only the list that it narrows was seen to tell.
  if (idsParameter === undefined || stream.filters) return false;
  const {parameters} = isIncluded ? includingValues(reading) : stream.definition;
  const own = createProgress();
  const session = openList(context, {...listFor(reading, isIncluded), ...besides(list)}, own, signal);
  const limit = String(context.pageSize);
  try {
    for (let at = 0; at < ids.length; at += context.pageSize) {
      const some = ids.slice(at, at + context.pageSize);
      const wanted = Object.fromEntries(some.map((id, index) => [`${idsParameter}[${index}]`, id]));
      const answer = await session.request({...parameters, ...wanted, limit}, {isPart: true});
      if (!answer.keys.every(key => key !== undefined && some.includes(key))) {
        answer.discard();
        return false;
      }
      for (const key of answer.keys) if (key !== undefined) came.add(key);
      yield answer.accept().page;
    }
  } finally {
    takeOver(progress, own);
  }
  return ids.length - came.size() <= MOST_MISSING_OF_ALL * ids.length;
}

/** Whether asking for each row alone costs less than the whole list. A row that is asked for alone knows no filters. */
function isWorthSingly(
  {stream, values, context}: ReadingWithValues,
  {isIncluded}: LateRows,
  ids: readonly string[],
): boolean {
  const {definition, memory} = stream;
  if (definition.idsParameter !== undefined || definition.parameters !== undefined || memory.rows === undefined) {
    return false;
  }
  if (isIncluded && values.source.values.byParent === undefined) return false;
  return ids.length * (isIncluded ? 2 : 1) < memory.rows / context.pageSize;
}

/** Asks for each row alone, and where the answers of the list bring the values along, for these too. */
async function* readSingly(
  reading: ReadingWithValues,
  {isIncluded}: LateRows,
  ids: readonly string[],
  came: KeySet,
): AsyncGenerator<Page, boolean> {
  const {context, list, progress, signal, values} = reading;
  const {single, include} = values.source;
  const [mainKey = ''] = list.dataKeys;
  const form = {
    ...USUAL_FORM,
    rowsOf: (body: WireRow) => (isObject(body[single]) ? [body[single]] : undefined),
  };
  const [ownOfRows, ownOfValues] = [createProgress(), createProgress()];
  const rows = openList(context, {...list, dataKeys: [mainKey], form, ...besides(list)}, ownOfRows, signal);
  const valuesOfRows = openList(context, listOfValues(reading), ownOfValues, signal);
  let isOneMissing = false;
  try {
    for (const id of ids) {
      const answer = await askAlone(rows, `${list.path}/${encodeURIComponent(id)}`);
      if (answer && answer.keys[0] !== id) answer.discard();
      if (answer?.keys[0] !== id) {
        isOneMissing = true;
        // Perhaps nothing can be asked for alone.
        if (came.size() === 0) return false;
        continue;
      }
      const brought = isIncluded ? await valuesAlone(reading, valuesOfRows, id) : [];
      if (!brought) {
        answer.discard();
        return false;
      }
      came.add(id);
      const {page} = answer.accept();
      yield isIncluded ? {...page, rows: {...page.rows, [include.dataKey]: brought}} : page;
    }
  } finally {
    takeOver(progress, ownOfRows);
    takeOver(progress, ownOfValues);
  }
  return !isOneMissing;
}

async function askAlone(session: ListSession, path: string): Promise<Accept | undefined> {
  try {
    return await session.request({}, {path, isPart: true});
  } catch (error) {
    if (isRefusal(error) || (error instanceof ApiError && error.status === 404)) return undefined;
    // An answer of another form.
    if (error instanceof ApiError && error.status === 200) return undefined;
    throw error;
  }
}

/** All values of a row; undefined where the server shows others too, or not all. */
async function valuesAlone(
  {context, values}: ReadingWithValues,
  session: ListSession,
  id: string,
): Promise<readonly WireRow[] | undefined> {
  const {byParent: parameter = ''} = values.source.values;
  const query = {...values.list.definition.parameters, [parameter]: id, limit: String(context.pageSize)};
  const {rows, discard} = await session.request(query, {isPart: true});
  discard();
  const read = valueReader(values.source.values);
  const isTheirs = rows.every(row => read(row)?.parent === id);
  return isTheirs && rows.length > 0 && rows.length < context.pageSize ? rows : undefined;
}

/** Reads the whole list, and picks them out of it. */
async function* readAmongAll(reading: ReadingWithValues, late: LateRows, came: KeySet): AsyncGenerator<Page> {
  const {context, stream, list, progress, signal} = reading;
  const definition = late.isIncluded ? includingValues(reading) : stream.definition;
  const own = createProgress();
  const all = {
    definition,
    filters: stream.filters,
    since: undefined,
    replication: undefined,
    memory: {rows: stream.memory.rows, proofs: progress.proofs},
    checkpoint: undefined,
  };
  const [mainKey = ''] = list.dataKeys;
  const pages = readStream(context, all, {...listFor(reading, late.isIncluded), ...besides(list)}, own, signal);
  try {
    for await (const page of pages) {
      const rows = (page.rows[mainKey] ?? []).filter(row => late.isWanted(keyOfRow(row)) && came.add(keyOfRow(row)));
      // Where an interrupted reading of this one stood, nobody could go on.
      const {checkpoint: _, ...rest} = page;
      if (rows.length === 0) page.release();
      else yield {...rest, rows: {...page.rows, [mainKey]: rows}};
    }
  } finally {
    takeOver(progress, own);
  }
}

function listFor(reading: ReadingWithValues, isIncluded: boolean) {
  return isIncluded ? listIncludingValues(reading) : reading.list;
}
