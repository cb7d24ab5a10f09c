// The records of a custom object hold their values in a list of fields, and what they relate to in lists of ids. Here
// each becomes a key of its own: `field:<id>` and `relationship:<id>`.

import {isObject} from '../json.js';
import {typesOf} from '../schemas.js';
import type {StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';

/** Makes the rows of a stream's records. A relationship to one object is the id itself, unless there are several. */
export function customObjectRows({schema, wireKeys = {}}: StreamDefinition): (row: WireRow) => WireRow {
  const lists = new Set(
    Object.entries(wireKeys).flatMap(([column, wireKey]) => {
      const property = schema?.properties[column];
      return property && typesOf(property).includes('array') ? [wireKey] : [];
    }),
  );
  return ({fields, relationships, ...row}) => {
    const flat: Record<string, unknown> = {...row};
    for (const [id, value] of valuesIn(fields)) {
      const key = `field:${id}`;
      flat[key] = lists.has(key) && isSingle(value) ? [value] : value;
    }
    for (const [id, ids] of Object.entries(isObject(relationships) ? relationships : {})) {
      const key = `relationship:${id}`;
      const isOne = Array.isArray(ids) && ids.length <= 1 && !lists.has(key);
      flat[key] = isOne ? (ids[0] ?? null) : ids;
    }
    return flat;
  };
}

/** Values by their fields: a list of `{id, value}`, which may come as an object with numbers for keys, or a map by field. */
function valuesIn(fields: unknown): readonly (readonly [id: unknown, value: unknown])[] {
  const entries = Array.isArray(fields) ? [...fields.entries()] : isObject(fields) ? Object.entries(fields) : [];
  return entries.flatMap(([key, field]): readonly (readonly [unknown, unknown])[] => {
    if (isObject(field) && 'id' in field) return [[field['id'], field['value']]];
    return Array.isArray(fields) ? [] : [[key, field]];
  });
}

/** Whether a value is one choice of those that a list could hold. */
function isSingle(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}
