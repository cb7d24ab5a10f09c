// A small Singer target: loads the lines of a tap into PostgreSQL, one table a stream, rows by their key. The text of a
// line goes to the server as it is, and the server does the typing, so that no digit passes through a JavaScript number.

import type {Client} from 'pg';

type Property = {readonly type: string | readonly string[]; readonly format?: string};

type Table = {readonly name: string; readonly columns: readonly string[]; readonly keys: readonly string[]};

export type Loaded = {
  /** The value of the last STATE whose records were committed before it was taken. */
  readonly state: Readonly<Record<string, unknown>> | undefined;
  /** RECORD messages by stream, a stream without any included. */
  readonly records: ReadonlyMap<string, number>;
};

const BATCH_LINES = 500;

/**
 * Loads Singer messages into the database, into the schema that its search path names first. Tables and columns are
 * made where they are missing. Throws on a line that is no message, on a RECORD before its SCHEMA, and on a value that
 * does not fit its column.
 */
export async function load(lines: AsyncIterable<string> | Iterable<string>, database: Client): Promise<Loaded> {
  const tables = new Map<string, Table>();
  const records = new Map<string, number>();
  const batch: string[] = [];
  let batchTable: Table | undefined;
  let state: Loaded['state'];

  const flush = async () => {
    if (batchTable !== undefined && batch.length > 0) await upsert(batch, batchTable, database);
    batch.length = 0;
  };

  for await (const line of lines) {
    const message = JSON.parse(line);
    switch (message.type) {
      case 'SCHEMA':
        await flush();
        tables.set(message.stream, await prepareTable(message, database));
        records.set(message.stream, records.get(message.stream) ?? 0);
        break;
      case 'RECORD': {
        const table = tables.get(message.stream);
        if (table === undefined) throw new Error(`a RECORD of ${message.stream} came before its SCHEMA`);
        if (table !== batchTable || batch.length >= BATCH_LINES) await flush();
        batchTable = table;
        batch.push(line);
        records.set(message.stream, (records.get(message.stream) ?? 0) + 1);
        break;
      }
      case 'STATE':
        await flush();
        state = message.value;
        break;
      default:
        throw new Error(`a message of unknown type: ${line.slice(0, 100)}`);
    }
  }
  await flush();
  return {state, records};
}

/** The PostgreSQL type of a field; several types need one column that keeps them apart. */
function columnType({type, format}: Property): string {
  const types = [type].flat().filter(name => name !== 'null');
  switch (types.join('|')) {
    case 'integer':
      return 'bigint';
    case 'number':
    case 'integer|number':
      return 'numeric';
    case 'boolean':
      return 'boolean';
    case 'string':
      return format === 'date-time' ? 'timestamptz' : 'text';
    default:
      return 'jsonb';
  }
}

type SchemaMessage = {
  readonly stream: string;
  readonly schema: {readonly properties: Readonly<Record<string, Property>>};
  readonly key_properties: readonly string[];
};

async function prepareTable({stream, schema, key_properties: keys}: SchemaMessage, database: Client): Promise<Table> {
  const name = quote(stream);
  const columns = Object.entries(schema.properties).map(([column, property]) => ({
    name: quote(column),
    type: columnType(property),
  }));
  const definitions = columns.map(column => `${column.name} ${column.type}`);
  const primaryKey = `primary key (${keys.map(quote).join(', ')})`;
  await database.query(`create table if not exists ${name} (${[...definitions, primaryKey].join(', ')})`);
  const additions = definitions.map(definition => `add column if not exists ${definition}`);
  await database.query(`alter table ${name} ${additions.join(', ')}`);
  return {name, columns: columns.map(column => column.name), keys: keys.map(quote)};
}

/** One statement, so one transaction. Of a key that is twice in a batch the last row counts. */
async function upsert(lines: readonly string[], {name, columns, keys}: Table, database: Client): Promise<void> {
  const rest = columns.filter(column => !keys.includes(column)).map(column => `${column} = excluded.${column}`);
  await database.query(
    `insert into ${name} (${columns.join(', ')})
     select distinct on (${keys.map(key => `row.${key}`).join(', ')}) ${columns.map(column => `row.${column}`).join(', ')}
     from jsonb_array_elements($1::jsonb) with ordinality as line (message, number),
       jsonb_populate_record(null::${name}, message -> 'record') as row
     order by ${keys.map(key => `row.${key}`).join(', ')}, number desc
     on conflict (${keys.join(', ')}) do ${rest.length > 0 ? `update set ${rest.join(', ')}` : 'nothing'}`,
    [`[${lines.join(',')}]`],
  );
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
