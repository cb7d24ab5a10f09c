// Finds out whether the answers of a list bring the values of its rows along, all of them. A server that does not know
// an `include=` ignores it without a word, and one that does may leave some values out: the list of values is the witness.

import {type FieldValue, valueReader} from '../custom-fields/values.js';
import {dataKeyOf} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {
  byParent,
  includingValues,
  keyOfRow,
  listIncludingValues,
  listOfValues,
  look,
  type ReadingWithValues,
} from './value-lists.js';

/** Behind so many pages a row or two are asked for alone, and then behind twice as many as each time before. */
const FIRST_LOOK_AFTER_PAGES = 2;

/** Whether all values of the rows come with them. Undefined where there is nothing to go by. Throws ApiError. */
export function proveInclude(reading: ReadingWithValues): Promise<boolean | undefined> {
  return reading.stream.definition.idsParameter === undefined ? proveByRows(reading) : proveByValues(reading);
}

/** Some values, and whether the rows that they belong to bring them along. */
async function proveByValues(reading: ReadingWithValues): Promise<boolean | undefined> {
  const {stream, values, context} = reading;
  const {idsParameter, parameters} = stream.definition;
  const limit = String(context.pageSize);
  const listed = await look(reading, listOfValues(reading), {...values.list.definition.parameters, limit});
  const witnesses = byParent(listed.rows, valueReader(values.source.values));
  const ids = Object.fromEntries([...witnesses.keys()].map((id, index) => [`${idsParameter}[${index}]`, id]));
  if (witnesses.size === 0) return undefined;
  const query = {...parameters, ...includingValues(reading).parameters, ...ids, limit};
  const answer = await look(reading, listIncludingValues(reading), query);
  const loaded = answer.rowsByKey.get(values.source.include.dataKey);
  if (answer.count === 0) return undefined;
  if (!loaded || !isComplete(reading, answer.rows, loaded)) return false;
  const came = new Set(loaded.map(keyOfRow));
  const asked = answer.rows.flatMap(row => witnesses.get(keyOfRow(row)) ?? []).filter(saysSomething);
  return asked.length === 0 ? undefined : asked.every(({id}) => came.has(id));
}

/** A page of rows, and whether two of them have the same values alone: what is cut off is missing at the end. */
async function proveByRows(reading: ReadingWithValues): Promise<boolean | undefined> {
  const {stream, values, context} = reading;
  const query = {...stream.definition.order, ...includingValues(reading).parameters, limit: String(context.pageSize)};
  const answer = await look(reading, listIncludingValues(reading), query);
  const loaded = answer.rowsByKey.get(values.source.include.dataKey);
  if (answer.count === 0) return undefined;
  return loaded !== undefined && (await hasAllAtItsEnd(reading, answer.rows, loaded));
}

/**
 * Whether no value is missing that a row names itself. Where rows of a list do not, `createLooks` looks at some of them;
 * where they should, and none does although values came, nobody knows whether these are all.
 */
export function isComplete(
  {values}: Pick<ReadingWithValues, 'values'>,
  rows: readonly WireRow[],
  loaded: readonly WireRow[] | undefined,
): boolean {
  if (rows.length === 0) return true;
  if (!loaded) return false;
  const {listedBy} = values.source.include;
  if (listedBy === undefined) return true;
  if (loaded.length > 0 && !rows.some(row => Array.isArray(row[listedBy]))) return false;
  const came = new Set(loaded.map(keyOfRow));
  return rows.every(row => {
    const named = row[listedBy];
    return !Array.isArray(named) || named.every(id => came.has(String(id)));
  });
}

/**
 * Looks at pages whose rows do not name their values, now and then, and where more rows at the end of a page have none
 * than ever followed one another: returns false when one lacks some.
 */
export function createLooks(
  reading: ReadingWithValues,
): (rows: readonly WireRow[], loaded: readonly WireRow[]) => Promise<boolean> {
  const read = valueReader(reading.values.source.values);
  let pages = 0;
  let next = FIRST_LOOK_AFTER_PAGES;
  let mostWithout = 0;
  return async (rows, loaded) => {
    // Of a single row there is no end that could have been cut off.
    if (reading.values.source.include.listedBy !== undefined || rows.length <= 1) return true;
    const brought = byParent(loaded, read);
    let without = 0;
    for (const row of rows) {
      if (brought.has(keyOfRow(row))) {
        mostWithout = Math.max(mostWithout, without);
        without = 0;
      } else without += 1;
    }
    pages += 1;
    if (pages < next && without <= mostWithout) return true;
    if (pages >= next) next = 2 * pages;
    const isWhole = await hasAllAtItsEnd(reading, rows, loaded);
    mostWithout = Math.max(mostWithout, without);
    return isWhole;
  };
}

/** Whether the last row that has values, and the last that has none, have the same alone. */
async function hasAllAtItsEnd(
  reading: ReadingWithValues,
  rows: readonly WireRow[],
  loaded: readonly WireRow[],
): Promise<boolean> {
  const brought = byParent(loaded, valueReader(reading.values.source.values));
  const ids = rows.map(keyOfRow).filter(id => id !== '');
  const sample = [ids.findLast(id => brought.has(id)), ids.findLast(id => !brought.has(id))];
  for (const id of sample) {
    if (id === undefined) continue;
    const alone = await valuesAlone(reading, id);
    const came = new Set(brought.get(id)?.map(value => value.id));
    if (!alone?.every(key => came.has(key))) return false;
  }
  return true;
}

/**
 * The ids of what one row has values for, asked for alone. Undefined where the filter is ignored: among the values of all
 * rows, those of this one may be on any page.
 */
async function valuesAlone(reading: ReadingWithValues, parent: string): Promise<readonly string[] | undefined> {
  const {values, context} = reading;
  const {byParent: parameter} = values.source.values;
  if (parameter === undefined) return [];
  const {definition} = values.list;
  const query = {...definition.parameters, [parameter]: parent, limit: String(context.pageSize)};
  const answer = await look(reading, {...listOfValues(reading), dataKeys: [dataKeyOf(definition)]}, query);
  const found = byParent(answer.rows, valueReader(values.source.values));
  const own = found.get(parent) ?? [];
  if (found.size > (found.has(parent) ? 1 : 0)) return undefined;
  return own.filter(saysSomething).map(({id}) => id);
}

/** Values that were emptied may be left out as well: the columns are the same. */
function saysSomething({value}: FieldValue): boolean {
  return value !== null;
}
