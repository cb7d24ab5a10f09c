// An account's custom objects as streams: one each, with a column for every field and every relationship. Which fields
// there are, the list of schemas tells.

import {distinguished, shortened, toColumnName, toName} from './column-names.js';
import {isObject} from './json.js';
import {type PropertySchema, type StreamSchema, schemaOf} from './schemas.js';
import type {StreamDefinition, Unreadable} from './stream-definition.js';
import type {WireRow} from './wire.js';

/** What begins the name of each of these streams. */
export const CUSTOM_OBJECT = 'custom_object_';

/** The replication key of their streams. */
export const OBJECT_REPLICATION_KEY = 'updated_timestamp';

/** The key of the stream metadata that names the schema. */
export const SCHEMA_ID = 'custom-object-schema-id';

/** The key of the metadata of a column that tells whose it is. */
export const COLUMN_OWNER = 'custom-object-column';

/** A stream of custom objects that targets may have by now. */
export type ReleasedObject = {
  readonly tapStreamId: string;
  readonly schemaId: string;
  /** Its columns, each with its owner: what the rows call it, and the kind of column (`field:amount:number`). */
  readonly columns: ReadonlyMap<string, string>;
};

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
 * What was released keeps its name, whatever has become of the others. The warnings name what had to be called otherwise.
 */
export function customObjectStreams(
  objects: readonly CustomObject[],
  released: readonly ReleasedObject[] = [],
): {readonly streams: readonly StreamDefinition[]; readonly warnings: readonly string[]} {
  const warnings: string[] = [];
  const known = new Map(released.map(object => [object.schemaId, object]));
  const taken = new Set([...RESERVED_STREAMS, ...released.map(({tapStreamId}) => tapStreamId)]);
  const sorted = objects.toSorted((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  const streams = sorted.map(object => {
    const before = known.get(object.id);
    const plain = shortened(CUSTOM_OBJECT + (toName(object.slug) || 'object'), object.id);
    const tapStreamId = before?.tapStreamId ?? (taken.has(plain) ? distinguished(plain, object.id) : plain);
    if (tapStreamId !== plain) {
      const reason = taken.has(plain) ? `since ${plain} is another one` : 'as it was before';
      warnings.push(`the custom object "${object.slug}" is the stream ${tapStreamId}, ${reason}`);
    }
    taken.add(tapStreamId);
    return toStream(tapStreamId, object, before?.columns ?? new Map(), warnings);
  });
  return {streams, warnings};
}

/** A stream that was released and cannot be read now, so that somebody can be told why. */
export function unreadableObject(
  {tapStreamId, schemaId, columns}: ReleasedObject,
  fault: Unreadable,
): StreamDefinition {
  const object = {id: schemaId, slug: '', title: tapStreamId, createdAt: '', fields: [], relationships: []};
  const stream = toStream(tapStreamId, object, columns, []);
  const added = [...columns].flatMap(([column, owner]) => {
    const kind = kindIn(owner);
    return kind === undefined ? [] : [[column, COLUMNS[kind]] as const];
  });
  const properties = {...schemaOf(stream).properties, ...Object.fromEntries(added)};
  return {...stream, schema: {...schemaOf(stream), properties}, fault};
}

/** The columns of a custom object's own fields and relationships, each with its owner; none of any other stream. */
export function ownColumns({schema, metadata, wireKeys = {}}: StreamDefinition): ReadonlyMap<string, string> {
  if (metadata?.[SCHEMA_ID] === undefined) return new Map();
  return new Map(
    Object.entries(wireKeys).flatMap(([column, wireKey]) => {
      const kind = kinds.find(each => isSameType(COLUMNS[each], schema?.properties[column]));
      return kind === undefined ? [] : [[column, ownerOf(wireKey, kind)]];
    }),
  );
}

/** Streams of every account that have such a name. */
const RESERVED_STREAMS: readonly string[] = ['custom_object_schemas', 'custom_object_records'];

const TEXT: PropertySchema = {type: ['null', 'string']};
const INSTANT: PropertySchema = {type: ['null', 'string'], format: 'date-time'};

const COLUMNS = {
  text: TEXT,
  instant: INSTANT,
  number: {type: ['null', 'number']},
  flag: {type: ['null', 'boolean']},
  texts: {type: ['null', 'array'], items: TEXT},
} as const satisfies Readonly<Record<string, PropertySchema>>;

type Kind = keyof typeof COLUMNS;

const kinds: readonly Kind[] = ['text', 'instant', 'number', 'flag', 'texts'];

/** By the type of a field; all others are texts, what is no text in them as JSON. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['number', 'number'],
  ['currency', 'number'],
  ['boolean', 'flag'],
  ['datetime', 'instant'],
  ['multiselect', 'texts'],
  ['multi-select', 'texts'],
  ['checkbox', 'texts'],
]);

function toStream(
  tapStreamId: string,
  object: CustomObject,
  released: ReadonlyMap<string, string>,
  warnings: string[],
): StreamDefinition {
  const properties: Record<string, PropertySchema> = {
    id: describe({type: 'string'}, 'Id of the object, a UUID.'),
    external_id: describe(TEXT, 'Id of the object in the system it came from.'),
    schema_id: describe(TEXT, 'Id of the kind of objects; see the stream custom_object_schemas.'),
    created_timestamp: describe(INSTANT, 'When the object was created, in UTC.'),
    [OBJECT_REPLICATION_KEY]: describe(INSTANT, 'When the object was last changed, in UTC.'),
  };
  const wireKeys: Record<string, string> = {};
  // A column never becomes that of another field, nor of another type: targets may have it.
  const taken = new Set([...Object.keys(properties), ...released.keys()]);
  const own = [...released].filter(([column]) => !Object.hasOwn(properties, column));
  const releasedTo = new Map(own.map(([column, owner]) => [owner, column]));
  const add = (wanted: string, identity: string, kind: Kind, description: string) => {
    const owner = ownerOf(identity, kind);
    const plain = shortened(wanted, identity);
    const names = [plain, distinguished(plain, identity), distinguished(plain, owner)];
    const column = releasedTo.get(owner) ?? names.find(name => !taken.has(name)) ?? distinguished(plain, owner);
    if (column !== plain) {
      warnings.push(`${tapStreamId}: "${identity}" is the column ${column}, since ${plain} is another one`);
    }
    taken.add(column);
    properties[column] = describe(COLUMNS[kind], description);
    wireKeys[column] = identity;
  };
  for (const {id, title, type} of object.fields) {
    add(toColumnName(id, 'field'), `field:${id}`, KINDS.get(type) ?? 'text', `${title} (a field of type ${type}).`);
  }
  for (const {id, title, isMany} of object.relationships) {
    const name = toColumnName(id, 'relationship');
    const description = `${title}: ${isMany ? 'ids of the related objects' : 'id of the related object'}.`;
    add(isMany ? `${name}_ids` : `${name}_id`, `relationship:${id}`, isMany ? 'texts' : 'text', description);
  }
  const schema: StreamSchema = {type: 'object', description: `${object.title}: a custom object.`, properties};
  return {
    tapStreamId,
    schema,
    metadata: {[SCHEMA_ID]: object.id},
    path: `customObjects/records/${encodeURIComponent(object.id)}`,
    listKey: 'records',
    envelope: 'customObjects',
    replicationKey: OBJECT_REPLICATION_KEY,
    order: {'orders[createdTimestamp]': 'ASC'},
    wireKeys,
    unselected: 'custom objects are read when they are asked for',
  };
}

function describe({type, format, ...rest}: PropertySchema, description: string): PropertySchema {
  return {type, description, ...(format && {format}), ...rest};
}

function ownerOf(identity: string, kind: Kind): string {
  return `${identity}:${kind}`;
}

function kindIn(owner: string): Kind | undefined {
  const name = owner.slice(owner.lastIndexOf(':') + 1);
  return kinds.find(kind => kind === name);
}

function isSameType(a: PropertySchema, b: PropertySchema | undefined): boolean {
  return b !== undefined && String(a.type) === String(b.type) && a.format === b.format;
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
