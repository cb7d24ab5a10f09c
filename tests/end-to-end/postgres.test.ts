// The whole path into a database: a simulated account, the tap, a target, PostgreSQL. What lies in the tables at the
// end is held against the account itself, never against what the tap said.

import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import type {Client} from 'pg';
import {loadSchema, type PropertySchema, typesOf} from '../../src/schemas.js';
import {type Simulator, startSimulator} from '../../src/simulator/simulator.js';
import {check, NOON} from '../support/account.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {type Loaded, load} from '../support/loader.js';
import {type Postgres, startPostgres} from '../support/postgres.js';
import {allStreams, resourceOf} from '../support/stream-rows.js';
import {createWorkspace, runTap, type Workspace} from '../support/tap.js';

const TRICKY_TEXT = 'tab\there, a backslash \\ and "quotes"\nand O\'Hara 👩🏽‍🚀';

const clock = {now: NOON};
let postgres: Postgres;
let database: Client;
let simulator: Simulator;
let workspace: Workspace;
let first: Loaded;
let idsAtFirst: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  workspace = createWorkspace();
  simulator = await startSimulator({records: 1_500, requestsPerSecond: 0, seed: 11, now: () => clock.now});
  simulator.edit('contacts', '3', {
    firstName: TRICKY_TEXT,
    orgid: '9223372036854775807',
    cdate: '2024-11-03T01:30:00-06:00',
    edate: '0000-00-00 00:00:00',
  });
  simulator.edit('deals', '2', {value: '12345678901234567.12345678'});
  postgres = await startPostgres();
  database = await postgres.connect();
  first = await syncAndLoad();
  idsAtFirst = new Map(allStreams.map(stream => [stream, idsInAccount(stream)]));
});

afterAll(async () => {
  await postgres?.stop();
  await simulator?.stop();
  workspace?.remove();
});

describe('a first sync', () => {
  test('fills one table a stream with every row of the account', async () => {
    const counts: Record<string, number> = {};
    for (const stream of allStreams) {
      const {rows} = await database.query(`select count(*)::int as count from ${stream}`);
      counts[stream] = rows[0].count;
    }
    expect(counts).toEqual(Object.fromEntries(allStreams.map(stream => [stream, simulator.count(resourceOf(stream))])));
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(1_500);
  });

  test('makes the id the primary key of every table', async () => {
    const {rows} = await database.query(`
      select table_name as table, column_name as column
      from information_schema.table_constraints join information_schema.key_column_usage using (constraint_name, table_name)
      where constraint_type = 'PRIMARY KEY' and table_constraints.table_schema = 'public' order by table_name collate "C"`);
    expect(rows).toEqual(allStreams.map(stream => ({table: stream, column: 'id'})));
  });

  test('gives every field a column of its type', async () => {
    const {rows} = await database.query(
      `select table_name || '.' || column_name as name, data_type from information_schema.columns where table_schema = 'public'`,
    );
    const promised = allStreams.flatMap(stream =>
      Object.entries(loadSchema(stream).properties).map(([field, node]) => [`${stream}.${field}`, columnFor(node)]),
    );
    expect(Object.fromEntries(rows.map(row => [row.name, row.data_type]))).toEqual(Object.fromEntries(promised));
  });

  test('stores every value as the account has it', async () => {
    for (const stream of allStreams) {
      expect(differences(await linesOf(stream), stream, expectedRecords(simulator, stream))).toEqual([]);
    }
  });

  test('keeps long numbers, instants and texts of any script', async () => {
    const {rows} = await database.query(
      `select first_name, orgid, contacts.cdate = '2024-11-03 07:30:00+00' as is_instant, contacts.edate, value
       from contacts join deals on deals.id = 2 where contacts.id = 3`,
    );
    expect(rows).toEqual([
      {
        first_name: TRICKY_TEXT,
        orgid: '9223372036854775807',
        is_instant: true,
        edate: null,
        value: '12345678901234567.12345678',
      },
    ]);
  });
});

describe('an incremental sync from the state that the target committed', () => {
  let second: Loaded;

  beforeAll(async () => {
    clock.now += 3_600_000;
    simulator.change(240);
    simulator.edit('contacts', '5', {firstName: 'Ŝanĝita 🌱'});
    second = await syncAndLoad(first.state);
  });

  test('brings every table up to the account, without duplicates', async () => {
    for (const stream of allStreams) {
      // The API tells of no deletion: what is gone from the account stays in the table.
      const present = idsInAccount(stream);
      const {rows} = await database.query(`select id from ${stream} order by id`);
      expect({stream, ids: rows.map(({id}) => id)}).toEqual({
        stream,
        ids: sorted(new Set([...(idsAtFirst.get(stream) ?? []), ...present])),
      });
      const lines = await linesOf(stream, present);
      expect(differences(lines, stream, expectedRecords(simulator, stream))).toEqual([]);
    }
  });

  test('updates a row in its place', async () => {
    const {rows} = await database.query('select first_name from contacts where id = 5');
    expect(rows).toEqual([{first_name: 'Ŝanĝita 🌱'}]);
  });

  test('brings few contacts that had not changed', () => {
    const contacts = second.records.get('contacts') ?? 0;
    expect(contacts).toBeGreaterThan(0);
    expect(contacts).toBeLessThan(simulator.count('contacts') / 4);
  });
});

async function syncAndLoad(state?: Loaded['state']): Promise<Loaded> {
  const settings = {api_url: simulator.url, api_token: simulator.token, requests_per_second: 0};
  const given = state === undefined ? [] : ['--state', workspace.file('state.json', state)];
  const result = await runTap(['--config', workspace.file('config.json', settings), ...given]);
  return load(check(result, 0).lines, database);
}

function idsInAccount(stream: string): readonly string[] {
  return [...simulator.rows(resourceOf(stream))].map(row => String(row['id']));
}

function sorted(ids: Iterable<string>): readonly string[] {
  return [...ids].sort((a, b) => Number(a) - Number(b));
}

/** The rows of a table, those with these ids if any are named, as a tap would have to write them. */
async function linesOf(stream: string, ids?: readonly string[]): Promise<readonly string[]> {
  const columns = Object.entries(loadSchema(stream).properties).map(([field, property]) =>
    columnFor(property) === 'timestamp with time zone'
      ? `to_char("${field}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "${field}"`
      : `"${field}"`,
  );
  const {rows} = await database.query(
    `select to_jsonb(row)::text as record from (select ${columns.join(', ')} from ${stream}) as row
     where $1::bigint[] is null or id = any($1)`,
    [ids ?? null],
  );
  return rows.map(({record}) => `{"type":"RECORD","stream":"${stream}","record":${record}}`);
}

/** The column that a field needs, as information_schema spells its type. */
function columnFor(property: PropertySchema): string {
  const types = typesOf(property).filter(type => type !== 'null');
  if (types.length > 1) return 'jsonb';
  if (property.format === 'date-time') return 'timestamp with time zone';
  const columns = {
    string: 'text',
    integer: 'bigint',
    number: 'numeric',
    boolean: 'boolean',
    null: '',
    object: 'jsonb',
    array: 'jsonb',
  };
  return types.map(type => columns[type]).join();
}
