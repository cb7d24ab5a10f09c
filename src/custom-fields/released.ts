// Which columns of custom fields targets may have by now: those in the state, and those in a catalog. Both are other
// people's files, and what cannot be understood in them was not released by this tap.

import {isObject} from '../json.js';
import type {SelectedStream} from '../selection.js';
import type {State} from '../state-entry.js';
import {memoryOf} from '../stream-memory.js';
import {type CustomColumns, isColumnType, type Owner, PREFIX, type ReleasedColumn, typeOfSchema} from './columns.js';
import {FIELD_ID, FIELD_TYPE, PART} from './stream.js';

type Json = Readonly<Record<string, unknown>>;

/** The columns of a stream that were released, as the state and a catalog as it was given tell. */
export function releasedColumns(state: State, catalog: unknown, tapStreamId: string): readonly ReleasedColumn[] {
  const inState = Object.entries(memoryOf(state, tapStreamId).columns ?? {}).flatMap(
    ([name, text]) => parse(name, text) ?? [],
  );
  const known = new Set(inState.map(({name}) => name));
  return [...inState, ...columnsIn(catalog, tapStreamId).filter(({name}) => !known.has(name))];
}

/** What the state is to remember of a stream's columns: name -> `field id:type`. */
export function columnsToRemember({definition}: Pick<SelectedStream, 'definition'>): Readonly<Record<string, string>> {
  const {columns} = definition.custom ?? ({columns: []} satisfies Pick<CustomColumns, 'columns'>);
  return Object.fromEntries(
    columns.map(({name, fieldId, part, type}) => [name, `${fieldId}:${part === 'currency' ? part : type}`]),
  );
}

function parse(name: string, text: string): ReleasedColumn | undefined {
  const at = text.lastIndexOf(':');
  const [fieldId, type] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1) return undefined;
  if (type === 'currency') return {name, type: 'text', owner: {fieldId, part: type}};
  return isColumnType(type) ? {name, type, owner: {fieldId, part: 'value'}} : undefined;
}

function columnsIn(catalog: unknown, tapStreamId: string): readonly ReleasedColumn[] {
  const entries = isObject(catalog) && Array.isArray(catalog['streams']) ? catalog['streams'].filter(isObject) : [];
  const entry = entries.find(given => (given['tap_stream_id'] ?? given['stream']) === tapStreamId);
  const schema = entry?.['schema'];
  const properties = isObject(schema) && isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!name.startsWith(PREFIX) || !isObject(property)) return [];
    const said = metadataIn(entry?.['metadata'], name);
    const told = textIn(said, FIELD_TYPE);
    const type =
      told !== undefined && isColumnType(told)
        ? told
        : typeOfSchema([property['type']].flat().filter(isText), property['format']);
    return type === undefined ? [] : [{name, type, owner: ownerIn(said)}];
  });
}

/** What a catalog says of the field of a stream. */
function metadataIn(metadata: unknown, name: string): Json {
  const items = Array.isArray(metadata) ? metadata.filter(isObject) : [];
  for (const {breadcrumb, metadata: said} of items) {
    if (!Array.isArray(breadcrumb) || breadcrumb.length !== 2 || breadcrumb[1] !== name || !isObject(said)) continue;
    if (textIn(said, FIELD_ID) !== undefined) return said;
  }
  return {};
}

function ownerIn(said: Json): Owner | undefined {
  const fieldId = textIn(said, FIELD_ID);
  return fieldId === undefined ? undefined : {fieldId, part: said[PART] === 'currency' ? 'currency' : 'value'};
}

function textIn(json: Json, key: string): string | undefined {
  const value = json[key];
  return isText(value) && value !== '' ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
