// The two lists that hold the values of custom fields: their own, and that of their parents where it brings them along.

import type {FieldValue} from '../custom-fields/values.js';
import {dataKeyOf, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {formOf, USUAL_FORM} from './envelopes.js';
import {type Accept, createProgress, type List, openList, type Progress, type ReadingContext} from './list.js';
import type {StreamToRead, ValuesToRead} from './stream-to-read.js';

type Query = Readonly<Record<string, string>>;

/** A list whose rows are to carry values, as it is being read. */
export type ReadingWithValues = {
  readonly context: ReadingContext;
  readonly stream: StreamToRead;
  readonly values: ValuesToRead;
  readonly list: List;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

/** The name under which it is kept whether the rows bring their values along. */
export function includeName({source}: ValuesToRead): string {
  return `include=${source.include.parameter}`;
}

/** The definition of the rows, asked for with their values. */
export function includingValues({stream, values}: Pick<ReadingWithValues, 'stream' | 'values'>): StreamDefinition {
  const {definition} = stream;
  return {...definition, parameters: {...definition.parameters, include: values.source.include.parameter}};
}

/** The list of the rows, whose answers bring values along. */
export function listIncludingValues({list, values}: Pick<ReadingWithValues, 'list' | 'values'>): List {
  return {...list, dataKeys: [...list.dataKeys, values.source.include.dataKey]};
}

/** A further list that the rows need. What the stream itself asks for goes before it. */
export function besides(list: List): Pick<List, 'rank'> {
  return {rank: (list.rank + Math.floor(list.rank) + 1) / 2};
}

/** The list of the values. */
export function listOfValues({list, values}: Pick<ReadingWithValues, 'list' | 'values'>): List {
  const {definition} = values.list;
  return {
    path: definition.path,
    dataKeys: [dataKeyOf(definition)],
    endpoint: list.endpoint,
    ...besides(list),
    form: formOf(definition),
  };
}

/** Asks a list once, only to look at the answer: its rows come again. Throws ApiError. */
export async function look({context, progress, signal}: ReadingWithValues, list: List, query: Query): Promise<Accept> {
  const own = createProgress();
  try {
    const answer = await openList(context, list, own, signal).request(query, {isPart: true, order: -1});
    answer.discard();
    return answer;
  } finally {
    progress.proofRequests += 1;
    takeOver(progress, own);
  }
}

/** Adds up what another list that was read for the same rows has cost, and when that began. */
export function takeOver(progress: Progress, {requests, begunAt}: Progress): void {
  progress.requests += requests;
  if (begunAt !== undefined) progress.begunAt = Math.min(progress.begunAt ?? begunAt, begunAt);
}

/** The values in some rows, by their parents. */
export function byParent(
  rows: readonly WireRow[],
  read: (row: WireRow) => FieldValue | undefined,
): ReadonlyMap<string, readonly FieldValue[]> {
  const found = new Map<string, FieldValue[]>();
  for (const row of rows) {
    const value = read(row);
    if (!value) continue;
    const own = found.get(value.parent);
    if (own) own.push(value);
    else found.set(value.parent, [value]);
  }
  return found;
}

/** What tells a row from the others; empty for one that does not say. */
export function keyOfRow(row: WireRow): string {
  return USUAL_FORM.keyOf(row) ?? '';
}
