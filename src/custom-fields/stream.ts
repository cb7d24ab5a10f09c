// What the custom fields of an account add to a stream: the columns, or the one object, in its schema and its rows.

import {type PropertySchema, type StreamSchema, schemaOf} from '../schemas.js';
import type {StreamDefinition} from '../stream-definition.js';
import {columnsOf, PREFIX, type ReleasedColumn, schemaOfColumn} from './columns.js';
import type {Definitions} from './definitions.js';
import {wireKeyOf} from './values.js';

/** How custom fields go into the records of those that they belong to. */
export type CustomFieldsMode = 'columns' | 'object';

/** The field that takes all columns, where they are wanted in an object. */
export const OBJECT_FIELD = 'custom_fields';

/** The key on the wire of that field. */
export const OBJECT_KEY = 'cf:';

// What the metadata of a column says, so that a catalog tells whose it is.
export const FIELD_ID = 'custom-field-id';
export const PART = 'custom-field-part';
/** What it holds, where its schema does not show that. */
export const FIELD_TYPE = 'custom-field-type';

/** A stream whose records have what the fields hold. `released` are the columns that targets may have of it. */
export function withCustomFields(
  definition: StreamDefinition,
  {fields, readAt}: Definitions,
  released: readonly ReleasedColumn[],
  mode: CustomFieldsMode,
): StreamDefinition {
  const columns = columnsOf(fields, released);
  const byId = new Map(fields.map(field => [field.id, field]));
  const properties = columns.flatMap(column => {
    const field = byId.get(column.fieldId);
    return field ? [[column, schemaOfColumn(column, field)] as const] : [];
  });
  const isObject = mode === 'object';
  const shape: PropertySchema | undefined = isObject
    ? {
        type: ['null', 'object'],
        properties: Object.fromEntries(properties.map(([{name}, schema]) => [insideName(name), schema])),
      }
    : undefined;
  const added = isObject
    ? {[OBJECT_FIELD]: {type: ['null', 'object'], description: 'The custom fields, by their tags.'} as const}
    : Object.fromEntries(properties.map(([{name}, schema]) => [name, schema]));
  const wireKeys = Object.fromEntries(
    columns.map(column => [isObject ? `${OBJECT_FIELD}.${insideName(column.name)}` : column.name, wireKeyOf(column)]),
  );
  const schema = schemaOf(definition);
  return {
    ...definition,
    schema: {...schema, properties: {...schema.properties, ...added}},
    wireKeys: {...definition.wireKeys, ...wireKeys, ...(isObject && {[OBJECT_FIELD]: OBJECT_KEY})},
    custom: {columns, fields, readAt, shape, fault: undefined},
  };
}

/** A stream whose custom fields could not be found out: reading it tells why. */
export function withUnknownFields(definition: StreamDefinition, fault: string): StreamDefinition {
  return {...definition, custom: {columns: [], fields: [], readAt: '', shape: undefined, fault}};
}

/** A schema by which records are made: with what is in an object that targets see as an open one. */
export function shaped(schema: StreamSchema, {custom}: StreamDefinition): StreamSchema {
  if (!custom?.shape || !Object.hasOwn(schema.properties, OBJECT_FIELD)) return schema;
  return {...schema, properties: {...schema.properties, [OBJECT_FIELD]: custom.shape}};
}

/** What the catalog is to say of a field besides, so that it is known again whatever it is called then. */
export function columnMetadata({custom}: StreamDefinition, field: string): Readonly<Record<string, string>> {
  const column = custom?.shape ? undefined : custom?.columns.find(({name}) => name === field);
  if (!column) return {};
  return {[FIELD_ID]: column.fieldId, ...(column.part === 'currency' && {[PART]: column.part})};
}

function insideName(name: string): string {
  return name.slice(PREFIX.length);
}
