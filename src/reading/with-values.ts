// Reads a list whose rows are to carry the values of their custom fields. Where the answers were proven to bring the
// values along, they come at no further request; where not, the list of values is read once, as a whole, and the rows
// find theirs in it. A row whose values have changed comes again although its own replication key has not moved.

import {createValueStore, StorageError, type ValueStore} from '../custom-fields/value-store.js';
import {valueReader} from '../custom-fields/values.js';
import {ApiError, isRefusal} from '../errors.js';
import {dataKeyOf} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {createKeySet} from './key-set.js';
import {createProofs} from './known-proofs.js';
import {readLateRows} from './late-rows.js';
import {createProgress, type List, type Page, type Progress, type ReadingContext} from './list.js';
import {includeOf} from './shortcuts.js';
import type {StreamToRead} from './stream-to-read.js';
import {
  byParent,
  includeName,
  includingValues,
  keyOfRow,
  listIncludingValues,
  listOfValues,
  look,
  type ReadingWithValues,
  takeOver,
} from './value-lists.js';
import {createLooks, isComplete, proveInclude} from './values-proof.js';
import {isStumble, readStream} from './ways.js';

/** Rows beyond so many are not asked for by their ids: their ids would take up memory, and the whole list is at hand. */
const MOST_LATE_ROWS = 50_000;

// How the values came, for the report.
const INCLUDED = 'values included';
const JOINED = 'values joined';

/**
 * The pages of one stream's list, its rows with their values where the stream wants them; `progress` then tells of
 * these, too. Throws ApiError, also where the values cannot be read: a row without them would pass for one that has none.
 */
export async function* readWithValues(
  context: ReadingContext,
  stream: StreamToRead,
  list: List,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const {values} = stream;
  if (values) yield* readAndFill({context, stream, values, list, progress, signal});
  else yield* readStream(context, stream, list, progress, signal);
}

async function* readAndFill(reading: ReadingWithValues): AsyncGenerator<Page> {
  const {context, stream, values, list, progress, signal} = reading;
  const {filler, source} = values;
  const mainKey = dataKeyOf(stream.definition);
  const includedKey = source.include.dataKey;
  const read = valueReader(source.values);
  progress.proofs = stream.memory.proofs;
  const proofs = createProofs(progress, context.wall);
  const looksWell = createLooks(reading);
  const changed = createChanged();
  /** Whether the answers bring the values along. */
  let isIncluded = false;
  /** All values, once they were needed. */
  let store: ValueStore | undefined;

  try {
    if (values.fault !== undefined) await failFor(reading, values.fault);
    isIncluded = await isProven();
    progress.ways = isIncluded ? [INCLUDED] : [];
    if (!isIncluded) store = await readAll();
    else if (values.since !== undefined && !isMovedByValues()) await readChanges(values.since);
    else progress.values = {verdict: 'verified', isSure: values.since === undefined};

    const came = createKeySet();
    for await (const page of readRows()) {
      const whole = await fill(page);
      for (const row of page.rows[mainKey] ?? []) if (changed.has(keyOfRow(row))) came.add(keyOfRow(row));
      yield {...whole, isWanted: row => changed.has(keyOfRow(row))};
    }
    if (came.size() < changed.size() && !progress.isWhole) {
      const isLate = (key: string) => changed.has(key) && !came.has(key);
      const late = {isIncluded, ids: changed.ids()?.filter(isLate), isWanted: isLate};
      for await (const page of readLateRows(reading, late)) yield {...(await fill(page)), isWanted: () => true};
    }
  } catch (error) {
    // It ends this stream, and no other.
    throw error instanceof StorageError ? new ApiError({path: list.path, detail: error.message}) : error;
  } finally {
    store?.close();
  }

  async function isProven(): Promise<boolean> {
    let refusal: ApiError | undefined;
    const isProven = await proofs.prove(includeName(values), async () => {
      try {
        return await proveInclude(reading);
      } catch (error) {
        if (!isOfList(error)) throw error;
        refusal = error;
        return undefined;
      }
    });
    if (!refusal) return isProven;
    // The rows themselves cannot be read, and nothing of them was.
    progress.requests = 0;
    throw refusal;
  }

  function isOfList(error: unknown): error is ApiError {
    return error instanceof ApiError && error.path === list.path && [401, 403, 404].includes(error.status ?? 0);
  }

  /** The pages of the list, with their values where these come along. */
  async function* readRows(): AsyncGenerator<Page> {
    let isBegun = false;
    try {
      for await (const page of ask()) {
        isBegun = true;
        yield page;
      }
    } catch (error) {
      if (!isIncluded || !(isRefusal(error) || isStumble(error))) throw error;
      if (isRefusal(error)) proofs.refute(includeName(values));
      // The next run goes on where this one ends.
      if (isBegun) throw error;
      await readAllAfterAll();
      yield* ask();
    }
  }

  function ask(): AsyncGenerator<Page> {
    const asked = {...stream, memory: {...stream.memory, proofs: progress.proofs}};
    return isIncluded
      ? readStream(
          context,
          {...asked, definition: includingValues(reading)},
          listIncludingValues(reading),
          progress,
          signal,
        )
      : readStream(context, asked, list, progress, signal);
  }

  async function readAllAfterAll(): Promise<void> {
    isIncluded = false;
    store = await readAll();
  }

  async function hasAll({rows}: Page): Promise<boolean> {
    const own = rows[mainKey] ?? [];
    return isComplete(reading, own, rows[includedKey]) && (await looksWell(own, rows[includedKey] ?? []));
  }

  /** A page whose rows carry their values; where some did not come along, all values are read now. */
  async function fill(page: Page): Promise<Page> {
    if (isIncluded && !(await hasAll(page))) {
      proofs.refute(includeName(values));
      await readAllAfterAll();
    }
    const brought = store ? undefined : byParent(page.rows[includedKey] ?? [], read);
    const {listedBy} = source.include;
    const rows = (page.rows[mainKey] ?? []).map(row => {
      const key = keyOfRow(row);
      const filled = filler.fill(row, (store ? store.of(key) : brought?.get(key)) ?? []);
      return listedBy === undefined ? filled : without(filled, listedBy);
    });
    return {...page, rows: {[mainKey]: rows}};
  }

  /** Whether every change of a value moves its row, so that none is missed where the rows that changed are read. */
  function isMovedByValues(): boolean {
    const {sideLoading, memory} = values.list;
    const filter = stream.definition.changedSince;
    if (!sideLoading || filter === undefined || filter.replicationKey !== stream.replication?.key) return false;
    return createProofs({proofs: memory.proofs}, context.wall).known(includeOf(sideLoading)) === true;
  }

  /** Reads all values, and notes whose have changed. */
  async function readAll(): Promise<ValueStore> {
    const all = createValueStore();
    if (!progress.ways.includes(JOINED)) progress.ways = [...progress.ways, JOINED];
    const whole = {...values.list, replication: undefined, sideLoading: undefined};
    try {
      await readValues(whole, row => {
        const value = read(row);
        if (!value || !filler.isWanted(value.field)) return;
        all.add(value);
        noteChange(row, value);
      });
    } catch (error) {
      all.close();
      throw error;
    }
    return all;
  }

  async function readChanges(since: string): Promise<void> {
    const own = await readValues({...values.list, since}, row => {
      const value = read(row);
      if (value) noteChange(row, value);
    });
    const known = Object.entries(own.proofs).map(([name, proof]) => [values.proofPrefix + name, proof] as const);
    progress.proofs = {...progress.proofs, ...Object.fromEntries(known)};
  }

  function noteChange(row: WireRow, {field, parent}: {readonly field: string; readonly parent: string}): void {
    const {since, list: own} = values;
    if (since === undefined || !filler.isFilled(field)) return;
    // One without a stamp cannot be told from a changed one.
    const changedAt = own.replication?.valueOf(row) ?? null;
    if (changedAt === null || changedAt >= since) changed.add(parent);
  }

  async function readValues(wanted: StreamToRead, take: (row: WireRow) => void): Promise<Progress> {
    const own = createProgress();
    const ofValues = listOfValues(reading);
    const [valuesKey = ''] = ofValues.dataKeys;
    try {
      for await (const page of readStream(context, wanted, ofValues, own, signal)) {
        for (const row of page.rows[valuesKey] ?? []) take(row);
        page.release();
      }
    } catch (error) {
      throw error instanceof ApiError ? unreadable(reading, error) : error;
    } finally {
      takeOver(progress, own);
    }
    progress.values = {verdict: own.verdict ?? 'unverified', isSure: true};
    return own;
  }
}

/** Fails for what is wrong with the values, unless the list itself cannot be read, which goes before. */
async function failFor(reading: ReadingWithValues, fault: string): Promise<never> {
  const {list, stream} = reading;
  await look(reading, list, {...stream.definition.parameters, limit: '1'});
  throw new ApiError({path: list.path, detail: fault});
}

/** A fault of the values as one of the rows: these could be read, and are not written without the values. */
function unreadable({progress, list}: ReadingWithValues, {message}: ApiError): ApiError {
  // It was asked for in vain, but the stream is not one that never could be read.
  progress.requests += 1;
  const advice = 'deselect the columns, or set custom_fields to "rows", if this stays';
  return new ApiError({
    path: list.path,
    detail: `the values of its custom fields cannot be read (${message}); ${advice}`,
  });
}

/** The keys of rows whose values have changed. */
function createChanged() {
  const keys = createKeySet();
  let ids: string[] | undefined = [];
  return {
    add: (key: string) => {
      if (!keys.add(key)) return;
      ids?.push(key);
      if (ids && ids.length > MOST_LATE_ROWS) ids = undefined;
    },
    has: (key: string) => keys.size() > 0 && keys.has(key),
    size: () => keys.size(),
    /** Undefined when they are too many to be named. */
    ids: (): readonly string[] | undefined => ids,
  };
}

function without(row: WireRow, key: string): WireRow {
  if (!Object.hasOwn(row, key)) return row;
  const {[key]: _, ...rest} = row;
  return rest;
}
