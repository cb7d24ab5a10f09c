// Reads rows that are wanted for their values alone: those have changed, and the rows themselves have not, so that no
// way to what is new has brought them.

import {createKeySet, type KeySet} from './key-set.js';
import {createProgress, openList, type Page} from './list.js';
import {
  besides,
  includingValues,
  keyOfRow,
  listIncludingValues,
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
  if (idsParameter === undefined) return false;
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

/** Reads the whole list, and picks them out of it. */
async function* readAmongAll(reading: ReadingWithValues, late: LateRows, came: KeySet): AsyncGenerator<Page> {
  const {context, stream, list, progress, signal} = reading;
  const definition = late.isIncluded ? includingValues(reading) : stream.definition;
  const own = createProgress();
  const all = {
    definition,
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
