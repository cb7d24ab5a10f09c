// An account's custom objects as streams: one each, with a column for every field and every relationship. Which fields
// there are, the list of schemas tells.

import {distinguished, shortened, toColumnName, toName} from './column-names.js';
import type {ApiFault} from './errors.js';
import {isObject} from './json.js';
import type {PropertySchema, StreamSchema} from './schemas.js';
import type {StreamDefinition} from './stream-definition.js';
import type {WireRow} from './wire.js';

/** What begins the name of each of these streams. */
export const CUSTOM_OBJECT = 'custom_object_';

/** The key of the stream metadata that names the schema. */
export const SCHEMA_ID = 'custom-object-schema-id';

/** A kind of custom objects, as a row of `customObjects/schemas` describes it. */
export type CustomObject = {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly createdAt: string;
  readonly fields: readonly Part[];
  readonly relationships: readonly (Part & {readonly isMany: boolean})[];
};

/** A field or a relationship. */
type Part = {readonly id: string; readonly title: string; readonly type: string};

/** Reads a row of `customObjects/schemas`; undefined for one without an id. */
export function parseCustomObject(row: WireRow): CustomObject | undefined {
  const {id} = row;
  if (typeof id !== 'string' || id === '') return undefined;
  return {
    id,
    slug: textOf(row['slug']) ?? id,
    title: titleOf(row) ?? textOf(row['slug']) ?? id,
    createdAt: textOf(row['createdTimestamp']) ?? '',
    fields: partsOf(row['fields']),
    relationships: rowsIn(row['relationships']).flatMap(part =>
      partsOf([part]).map(parsed => ({...parsed, isMany: part['hasMany'] === true})),
    ),
  };
}

/**
 * A stream for each kind of objects, the oldest first: of two whose names would be the same, the older one keeps it.
 * `released` are the names that a catalog gives, by the ids of schemas: each belongs to its objects for ever.
 * The warnings name what had to be called otherwise.
 */
export function customObjectStreams(
  objects: readonly CustomObject[],
  released: ReadonlyMap<string, string> = new Map(),
): {
  readonly streams: readonly StreamDefinition[];
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const taken = new Set<string>([...RESERVED_STREAMS, ...released.values()]);
  const sorted = objects.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  const streams = sorted.map(object => {
    const plain = shortened(CUSTOM_OBJECT + (toName(object.slug) || 'object'), object.id);
    const tapStreamId = released.get(object.id) ?? (taken.has(plain) ? distinguished(plain, object.id) : plain);
    if (tapStreamId !== plain) {
      warnings.push(`the custom object "${object.slug}" is the stream ${tapStreamId}, since ${plain} is another one`);
    }
    taken.add(tapStreamId);
    return toStream(tapStreamId, object, warnings);
  });
  return {streams, warnings};
}

/**
 * The stream of a kind of objects of which only the id is known, so that somebody can be told that it is gone, or with
 * `fault` why nothing of it is known.
 */
export function customObjectStream(tapStreamId: string, schemaId: string, fault?: ApiFault): StreamDefinition {
  const object = {id: schemaId, slug: '', title: tapStreamId, createdAt: '', fields: [], relationships: []};
  return {...toStream(tapStreamId, object, []), ...(fault && {fault})};
}

/** Streams of every account that have such a name. */
const RESERVED_STREAMS: readonly string[] = ['custom_object_schemas', 'custom_object_records'];

const TEXT: PropertySchema = {type: ['null', 'string']};
const INSTANT: PropertySchema = {type: ['null', 'string'], format: 'date-time'};
const NUMBER: PropertySchema = {type: ['null', 'number']};
const FLAG: PropertySchema = {type: ['null', 'boolean']};
const TEXTS: PropertySchema = {type: ['null', 'array'], items: TEXT};

/** By the type of a field; all others are texts, what is no text in them as JSON. */
const COLUMN_TYPES: ReadonlyMap<string, PropertySchema> = new Map([
  ['number', NUMBER],
  ['currency', NUMBER],
  ['boolean', FLAG],
  ['datetime', INSTANT],
  ['multiselect', TEXTS],
  ['multi-select', TEXTS],
  ['checkbox', TEXTS],
]);

function toStream(tapStreamId: string, object: CustomObject, warnings: string[]): StreamDefinition {
  const properties: Record<string, PropertySchema> = {
    id: describe({type: 'string'}, 'Id of the object, a UUID.'),
    external_id: describe(TEXT, 'Id of the object in the system it came from.'),
    schema_id: describe(TEXT, 'Id of the kind of objects; see the stream custom_object_schemas.'),
    created_timestamp: describe(INSTANT, 'When the object was created, in UTC.'),
    updated_timestamp: describe(INSTANT, 'When the object was last changed, in UTC.'),
  };
  const wireKeys: Record<string, string> = {};
  const add = (wanted: string, identity: string, property: PropertySchema, description: string) => {
    const plain = shortened(wanted, identity);
    const column = Object.hasOwn(properties, plain) ? distinguished(plain, identity) : plain;
    if (column !== plain) {
      warnings.push(`${tapStreamId}: "${identity}" is the column ${column}, since ${plain} is another one`);
    }
    properties[column] = describe(property, description);
    wireKeys[column] = identity;
  };
  for (const {id, title, type} of object.fields) {
    add(
      toColumnName(id, 'field'),
      `field:${id}`,
      COLUMN_TYPES.get(type) ?? TEXT,
      `${title} (a field of type ${type}).`,
    );
  }
  for (const {id, title, isMany} of object.relationships) {
    const name = toColumnName(id, 'relationship');
    const description = `${title}: ${isMany ? 'ids of the related objects' : 'id of the related object'}.`;
    add(isMany ? `${name}_ids` : `${name}_id`, `relationship:${id}`, isMany ? TEXTS : TEXT, description);
  }
  const schema: StreamSchema = {type: 'object', description: `${object.title}: a custom object.`, properties};
  return {
    tapStreamId,
    schema,
    metadata: {[SCHEMA_ID]: object.id},
    path: `customObjects/records/${encodeURIComponent(object.id)}`,
    listKey: 'records',
    envelope: 'customObjects',
    replicationKey: 'updated_timestamp',
    order: {'orders[createdTimestamp]': 'ASC'},
    wireKeys,
    unselected: 'custom objects are read when they are asked for',
  };
}

function describe({type, format, ...rest}: PropertySchema, description: string): PropertySchema {
  return {type, description, ...(format && {format}), ...rest};
}

function partsOf(value: unknown): readonly Part[] {
  return rowsIn(value).flatMap(row => {
    const id = textOf(row['id']);
    return id === undefined ? [] : [{id, title: titleOf(row) ?? id, type: textOf(row['type']) ?? 'text'}];
  });
}

function rowsIn(value: unknown): readonly WireRow[] {
  return Array.isArray(value) ? value.filter(isObject) : isObject(value) ? Object.values(value).filter(isObject) : [];
}

function titleOf({labels}: WireRow): string | undefined {
  return isObject(labels) ? textOf(labels['singular']) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
