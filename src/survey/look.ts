// What one answer of a list shows of the server. Pure. Names that are not the tap's own are told only where they can be
// nothing but names of the API: in every one of several rows, and spelled as such names are.

import {CUSTOM_OBJECT} from '../custom-objects.js';
import {hasZone} from '../dates.js';
import {isObject} from '../json.js';
import {snakeCase} from '../keys.js';
import type {Replication} from '../reading/stream-to-read.js';
import type {StreamSchema} from '../schemas.js';
import {listKeyOf, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {twinsIn, zoneThatFits} from '../zone-twins.js';
import type {SurveyedList, ZonelessField} from './document.js';

type Body = Readonly<Record<string, unknown>>;

/** Fewer rows do not show that a name is one of the API's. */
const LEAST_ROWS = 3;
const API_NAME = /^[a-zA-Z][a-zA-Z0-9_]{0,49}$/;

const ZONELESS = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}$/;

/** The kind of `meta.total`, as it was sent. */
export function totalTypeOf({meta}: Body): SurveyedList['total_type'] {
  const total = isObject(meta) ? meta['total'] : undefined;
  if (total === undefined) return 'absent';
  return typeof total === 'string' ? 'string' : typeof total === 'number' ? 'number' : 'other';
}

/** The order in which the ids stand. */
export function orderOf(keys: readonly (string | undefined)[]): SurveyedList['default_order'] {
  const ids = keys.map(Number);
  if (ids.length < 2 || !ids.every(Number.isFinite)) return 'unclear';
  const inOrder = (isNext: (id: number, before: number) => boolean) =>
    ids.every((id, index) => index === 0 || isNext(id, ids[index - 1] ?? id));
  if (inOrder((id, before) => id > before)) return 'ascending ids';
  return inOrder((id, before) => id < before) ? 'descending ids' : 'another';
}

/** The names of what an answer holds besides its rows. */
export function besideIn(body: Body, definition: StreamDefinition): readonly string[] {
  const own = [listKeyOf(definition), 'meta'];
  return Object.keys(body)
    .filter(name => !own.includes(name) && API_NAME.test(name))
    .sort();
}

/** How many rows lack the replication key; null where there is none. */
export function withoutKey(rows: readonly WireRow[], replication: Replication | undefined): number | null {
  return replication ? rows.filter(row => replication.valueOf(row) === null).length : null;
}

/** The names in which rows and schema differ. Where the account itself names the fields, nothing is told. */
export function fieldsOf(
  rows: readonly WireRow[],
  definition: StreamDefinition,
  schema: StreamSchema,
): Pick<SurveyedList, 'unknown_fields' | 'absent_fields'> {
  if (rows.length === 0 || hasOwnNames(definition)) return {unknown_fields: [], absent_fields: []};
  const spelled = new Map(Object.entries(definition.wireKeys ?? {}).map(([field, key]) => [key, field]));
  const fieldOf = (key: string) => spelled.get(key) ?? snakeCase(key);
  const known = Object.keys(schema.properties);
  const present = new Set(rows.flatMap(row => Object.keys(row).map(fieldOf)));
  // The tap makes these.
  const made = ['extra', definition.perParent?.parentField];
  const unknown = namesInEvery(rows).filter(key => key !== 'links' && !known.includes(fieldOf(key)));
  return {
    unknown_fields: unknown.sort(),
    absent_fields: known.filter(field => !present.has(field) && !made.includes(field)),
  };
}

/** The fields of date-times without a zone, each with the zone in which it agrees with a field that names one. */
export function zonelessIn(rows: readonly WireRow[], definition: StreamDefinition): readonly ZonelessField[] {
  if (hasOwnNames(definition)) return [];
  const names = namesInEvery(rows);
  const isDate = (name: string, isFit: (text: string) => boolean) =>
    rows.some(row => typeof row[name] === 'string' && isFit(row[name]));
  const zoneless = names.filter(name => isDate(name, text => ZONELESS.test(text) && !text.startsWith('0000')));
  const others = names.filter(name => isDate(name, text => /^\d{4}-\d{2}-\d{2}T/.test(text) && hasZone(text)));
  return zoneless.map(field => {
    const found = others.map(twin => ({twin, twins: twinsIn(rows, {withOffset: twin, zoneless: field})}));
    const [best] = found.toSorted((a, b) => b.twins.length - a.twins.length);
    // A few rows may agree by chance.
    const isTwin = best && best.twins.length > 0 && best.twins.length * 2 > rows.length;
    return {field, twin: isTwin ? best.twin : null, zone: isTwin ? (zoneThatFits(best.twins) ?? null) : null};
  });
}

/** Whether the names in a list's rows may be those that people gave to their own things. */
function hasOwnNames({tapStreamId, envelope}: StreamDefinition): boolean {
  return envelope !== undefined || tapStreamId.startsWith(CUSTOM_OBJECT);
}

/** Names that every row has, of enough rows. */
function namesInEvery(rows: readonly WireRow[]): readonly string[] {
  const [first] = rows;
  if (!first || rows.length < LEAST_ROWS) return [];
  return Object.keys(first).filter(name => API_NAME.test(name) && rows.every(row => Object.hasOwn(row, name)));
}
