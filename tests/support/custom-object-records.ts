// The second opinion on custom objects: what their streams and columns are called, of which type they are, and which
// records a whole read brings, worked out from the rows of the simulator with rules of its own.

import {isDeepStrictEqual} from 'node:util';
import type {Simulator, WireRow, WireValue} from '../../src/simulator/simulator.js';
import type {CatalogDocument, CatalogEntry} from './account.js';
import {type ExpectedRecord, recordBySchema} from './expected-records.js';

/** A kind of custom objects, and the catalog's entry for it. */
export type OwnStream = {
  readonly stream: string;
  readonly schemaId: string;
  readonly schema: CatalogEntry['schema'];
  /** What the rows call it -> the column; what they call it is `field:<id>` or `relationship:<id>`. */
  readonly columns: ReadonlyMap<string, string>;
};

const listTypes = ['multiselect', 'multi-select', 'checkbox'];

/** The columns that every custom object has: the column -> what the rows call it. */
const USUAL = {
  id: 'id',
  external_id: 'externalId',
  schema_id: 'schemaId',
  created_timestamp: 'createdTimestamp',
  updated_timestamp: 'updatedTimestamp',
};

/**
 * The streams of an account's custom objects in its catalog, the oldest first. Throws an Error where the catalog lacks
 * one, has one too many, or calls a stream or a column otherwise than the rules say.
 */
export function ownStreams(sim: Simulator, catalog: CatalogDocument): OwnStream[] {
  const entries = new Map(
    catalog.streams.flatMap(entry => {
      const schemaId = entry.metadata.find(({breadcrumb}) => breadcrumb.length === 0)?.metadata[
        'custom-object-schema-id'
      ];
      return schemaId === undefined ? [] : [[String(schemaId), entry] as const];
    }),
  );
  const rows = [...sim.rows('customObjects/schemas')];
  if (rows.length !== entries.size) throw new Error(`${entries.size} streams for ${rows.length} custom objects`);
  const taken: string[] = [];
  return rows
    .sort((a, b) => (String(a['createdTimestamp']) < String(b['createdTimestamp']) ? -1 : 1))
    .map(row => {
      const entry = entries.get(String(row['id']));
      if (!entry) throw new Error(`no stream for the custom object ${row['slug']}`);
      const stream = named(`custom_object_${plainName(row['slug'])}`, taken, [entry.tap_stream_id]);
      return {stream, schemaId: String(row['id']), schema: entry.schema, columns: columnsOf(row, entry)};
    });
}

/** Every record of a custom object, by its id. */
export function recordsOfCustomObject(sim: Simulator, own: OwnStream): Map<string, ExpectedRecord> {
  const records = new Map<string, ExpectedRecord>();
  for (const row of sim.rowsUnder('customObjects/records/{id}', own.schemaId)) {
    records.set(String(row['id']), recordBySchema(flat(row, own), own.schema));
  }
  return records;
}

/** The type of a column as its schema has it, by the type of a field. */
function typeOfField(type: string): object {
  if (['number', 'currency'].includes(type)) return {type: ['null', 'number']};
  if (type === 'boolean') return {type: ['null', 'boolean']};
  if (type === 'datetime') return {type: ['null', 'string'], format: 'date-time'};
  const text = {type: ['null', 'string']};
  return listTypes.includes(type) ? {type: ['null', 'array'], items: text} : text;
}

function columnsOf(row: WireRow, {schema, tap_stream_id}: CatalogEntry): Map<string, string> {
  const known = Object.keys(schema.properties);
  const taken = Object.keys(USUAL);
  const columns = new Map<string, string>();
  const add = (identity: string, wanted: string, type: object) => {
    const column = named(wanted, taken, known);
    columns.set(identity, column);
    const {description: _, ...property} = schema.properties[column] as {description: string};
    if (!isDeepStrictEqual(property, type))
      throw new Error(`${tap_stream_id}.${column} is ${JSON.stringify(property)}, not ${JSON.stringify(type)}`);
  };
  for (const {id, type} of partsOf(row['fields'])) add(`field:${id}`, columnName(id), typeOfField(String(type)));
  for (const {id, hasMany} of partsOf(row['relationships'])) {
    const [ending, type] = hasMany ? ['ids', typeOfField('multiselect')] : ['id', typeOfField('text')];
    add(`relationship:${id}`, `${plainName(id)}_${ending}`, type);
  }
  if (known.length !== taken.length) throw new Error(`${tap_stream_id} has the columns ${known}, not ${taken}`);
  return columns;
}

/** The name itself, or, where it is taken, with something behind it that tells the two apart. */
function named(wanted: string, taken: string[], known: readonly string[]): string {
  const pattern = taken.includes(wanted) ? new RegExp(`^${wanted}_[0-9a-f]{6}$`) : new RegExp(`^${wanted}$`);
  const name = known.find(candidate => pattern.test(candidate) && !taken.includes(candidate));
  if (name === undefined) throw new Error(`nothing is called ${pattern} among ${known}`);
  taken.push(name);
  return name;
}

function plainName(text: unknown): string {
  return (
    String(text)
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('_') ?? ''
  );
}

function columnName(id: unknown): string {
  return plainName(id).replace(/^(?=\d)/, 'field_');
}

function partsOf(value: WireValue | undefined): readonly WireRow[] {
  return Array.isArray(value) ? value.map(part => part as WireRow) : [];
}

/** A row with every value under the name of its column. */
function flat(row: WireRow, {columns, schema}: OwnStream): WireRow {
  const cells: [string, WireValue][] = Object.entries(USUAL).map(([column, key]) => [column, row[key] ?? null]);
  const put = (identity: string, value: WireValue) => {
    const column = columns.get(identity);
    if (column !== undefined) cells.push([column, value]);
  };
  for (const {id, value = null} of partsOf(row['fields'])) put(`field:${id}`, value);
  for (const [id, ids] of Object.entries((row['relationships'] ?? {}) as WireRow)) {
    const property = schema.properties[columns.get(`relationship:${id}`) ?? ''] as {items?: object} | undefined;
    const list = partsOf(ids);
    put(`relationship:${id}`, property?.items || list.length > 1 ? list : (list[0] ?? null));
  }
  return Object.fromEntries(cells);
}
