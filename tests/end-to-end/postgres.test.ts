// The whole path into a database: a simulated account, the tap, a target, PostgreSQL. What lies in the tables at the
// end is held against the account itself, never against what the tap said.

import {spawn} from 'node:child_process';
import {mkdirSync, readFileSync} from 'node:fs';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {transformSync} from '@swc/core';
import type {Client} from 'pg';
import {type Simulator, startSimulator} from '../../src/simulator/simulator.js';
import {type CatalogDocument, check, NOON} from '../support/account.js';
import {type OwnStream, ownStreams, recordsOfCustomObject} from '../support/custom-object-records.js';
import {differences, type ExpectedRecord, expectedRecords} from '../support/expected-records.js';
import {type Loaded, load} from '../support/loader.js';
import {type Postgres, startPostgres} from '../support/postgres.js';
import {allStreams, keyFieldsOf, parentOf} from '../support/stream-rows.js';
import {createWorkspace, runTap, type Workspace} from '../support/tap.js';

const TRICKY_TEXT = 'tab\there, a backslash \\ and "quotes"\nand O\'Hara 👩🏽‍🚀';
/** What hangs below contacts, or below what hangs below them: later runs ask below the contacts that changed. */
const belowContacts = allStreams.filter(stream => ['contacts', 'contact_geo_ips'].includes(parentOf(stream) ?? ''));

const clock = {now: NOON};
let postgres: Postgres;
let database: Client;
let simulator: Simulator;
let workspace: Workspace;
let catalog: CatalogDocument;
let customObjects: readonly OwnStream[];
let streams: readonly string[];
let first: Loaded;
let keysAtFirst: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  workspace = createWorkspace();
  simulator = await startSimulator({records: 2_400, requestsPerSecond: 0, seed: 11, now: () => clock.now});
  simulator.edit('contacts', '3', {
    firstName: TRICKY_TEXT,
    orgid: '9223372036854775807',
    cdate: '2024-11-03T01:30:00-06:00',
    edate: '0000-00-00 00:00:00',
  });
  simulator.edit('deals', '2', {value: '12345678901234567.12345678'});
  catalog = JSON.parse((await run(['--discover'])).stdout);
  customObjects = ownStreams(simulator, catalog);
  streams = [...allStreams, ...customObjects.map(({stream}) => stream)];
  postgres = await startPostgres();
  database = await postgres.connect();
  first = await syncAndLoad();
  keysAtFirst = new Map(streams.map(stream => [stream, [...expected(stream).keys()]]));
});

afterAll(async () => {
  await postgres?.stop();
  await simulator?.stop();
  workspace?.remove();
});

describe('a first sync', () => {
  test('fills one table a stream with every row of the account', async () => {
    expect(streams.length).toBeGreaterThan(allStreams.length);
    const counts: Record<string, number> = {};
    for (const stream of streams) {
      const {rows} = await database.query(`select count(*)::int as count from "${stream}"`);
      counts[stream] = rows[0].count;
    }
    expect(counts).toEqual(Object.fromEntries(streams.map(stream => [stream, expected(stream).size])));
    // Some rows are records of two streams.
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBeGreaterThan(2_400);
  });

  test('makes the key of every stream the primary key of its table', async () => {
    const {rows} = await database.query(`
      select table_name || '.' || column_name as name
      from information_schema.table_constraints join information_schema.key_column_usage using (constraint_name, table_name)
      where constraint_type = 'PRIMARY KEY' and table_constraints.table_schema = 'public'`);
    const keys = streams.flatMap(stream => keysOf(stream).map(field => `${stream}.${field}`));
    expect(rows.map(({name}) => name).sort()).toEqual(keys.sort());
  });

  test('gives every field a column of its type', async () => {
    const {rows} = await database.query(
      `select table_name || '.' || column_name as name, data_type from information_schema.columns where table_schema = 'public'`,
    );
    const promised = streams.flatMap(stream =>
      fieldsOf(stream).map(([field, property]) => [`${stream}.${field}`, columnFor(property)]),
    );
    expect(Object.fromEntries(rows.map(row => [row.name, row.data_type]))).toEqual(Object.fromEntries(promised));
  });

  test('stores every value as the account has it', async () => {
    for (const stream of streams) {
      expect(differences(await linesOf(stream), stream, expected(stream), keysOf(stream))).toEqual([]);
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
    simulator.change(360);
    simulator.edit('contacts', '5', {firstName: 'Ŝanĝita 🌱'});
    second = await syncAndLoad(first.state, ['--full-refresh', belowContacts.join()]);
  });

  test('brings every table up to the account, without duplicates', async () => {
    for (const stream of streams) {
      // The API tells of no deletion: what is gone from the account stays in the table.
      const present = expected(stream);
      const lines = await linesOf(stream);
      const keys = lines.map(line => keyIn(line, stream));
      expect({stream, keys: keys.sort()}).toEqual({
        stream,
        keys: [...new Set([...(keysAtFirst.get(stream) ?? []), ...present.keys()])].sort(),
      });
      const living = lines.filter(line => present.has(keyIn(line, stream)));
      expect(differences(living, stream, present, keysOf(stream))).toEqual([]);
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

// The script of examples/, with a command of its own that loads what it reads into the database.
describe('run.sh, as cron starts it', () => {
  const chosen = ['contacts', 'tags', 'deals'];
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const state = () => readFileSync(workspace.path('run/state.json'), 'utf8');

  beforeAll(async () => {
    mkdirSync(workspace.path('run'));
    await database.query('create schema script');
    await database.query('set search_path to script');
    const settings = {api_url: simulator.url, api_token: simulator.token, requests_per_second: 0};
    workspace.file('run/config.json', settings);
    const loader = readFileSync(`${root}tests/support/loader.ts`, 'utf8');
    workspace.file('run/loader.mjs', transformSync(loader, {jsc: {parser: {syntax: 'typescript'}}}).code);
    workspace.file(
      'run/target.mjs',
      `import {createInterface} from 'node:readline';
      import pg from '${pathToFileURL(`${root}node_modules/pg/lib/index.js`)}';
      import {load} from './loader.mjs';
      const database = new pg.Client(${JSON.stringify({
        host: database.host,
        user: 'postgres',
        database: 'postgres',
        options: '-c search_path=script',
      })});
      let left = Number(process.env.DIES_AFTER ?? Infinity);
      async function* lines() {
        for await (const line of createInterface({input: process.stdin})) {
          if (left-- === 0) return;
          yield line;
        }
      }
      await database.connect();
      const {state} = await load(lines(), database);
      await database.end();
      if (state !== undefined) console.log(JSON.stringify(state));
      if (left < 0) process.stdout.write('{"bookmarks": {"conta');
      process.exitCode = left < 0 ? 9 : 0;`,
    );
  });
  afterAll(() => database.query('set search_path to public'));

  /** Starts the script and gives its exit code; the target dies after so many lines. */
  async function start(diesAfter?: number): Promise<number> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      TAP: `${process.execPath} ${root}bin/tap-activecampaign.js --config config.json --select ${chosen.join()}`,
      TARGET: `${process.execPath} target.mjs`,
      ...(diesAfter === undefined ? {} : {DIES_AFTER: String(diesAfter)}),
    };
    const args = [`${root}examples/run.sh`, workspace.path('run')];
    const child = spawn('bash', args, {env, stdio: 'ignore'});
    return new Promise(resolve => child.on('close', code => resolve(code ?? -1)));
  }

  /** The API tells of no deletion: what is gone from the account stays in the table. */
  async function expectWhole(): Promise<void> {
    for (const stream of chosen) {
      const present = expected(stream);
      const living = (await linesOf(stream)).filter(line => present.has(keyIn(line, stream)));
      expect(differences(living, stream, present, keysOf(stream))).toEqual([]);
    }
  }

  test('keeps the old state when the target dies before it has committed one', async () => {
    expect(await start(0)).toBe(9);
    expect(state()).toBe('');
  });

  test('loads the account and keeps the state, and goes on from it', async () => {
    expect(await start()).toBe(0);
    await expectWhole();
    const first = state();
    expect(JSON.parse(first).currently_syncing).toBe(null);
    clock.now += 3_600_000;
    simulator.change(240);
    expect(await start(15)).toBe(9);
    // What the target had committed, and not the half of a line behind it.
    expect(JSON.parse(state()).currently_syncing).not.toBe(null);
    expect(await start()).toBe(0);
    expect(state()).not.toBe(first);
    await expectWhole();
  });
});

function run(args: readonly string[]) {
  const settings = {api_url: simulator.url, api_token: simulator.token, requests_per_second: 0};
  return runTap(['--config', workspace.file('config.json', settings), ...args]);
}

async function syncAndLoad(state?: Loaded['state'], args: readonly string[] = []): Promise<Loaded> {
  const given = state === undefined ? [] : ['--state', workspace.file('state.json', state)];
  return load(check(await run(['--select', '*', ...given, ...args]), 0).lines, database);
}

function expected(stream: string): ReadonlyMap<string, ExpectedRecord> {
  const own = customObjects.find(other => other.stream === stream);
  return own ? recordsOfCustomObject(simulator, own) : expectedRecords(simulator, stream);
}

function keysOf(stream: string): readonly string[] {
  return allStreams.includes(stream) ? keyFieldsOf(stream) : ['id'];
}

type Property = {readonly type: string | readonly string[]; readonly format?: string};

function fieldsOf(stream: string): [string, Property][] {
  const {schema} = catalog.streams.find(entry => entry.tap_stream_id === stream) ?? {};
  return Object.entries(schema?.properties ?? {}) as [string, Property][];
}

/** The rows of a table as a tap would have to write them. */
async function linesOf(stream: string): Promise<readonly string[]> {
  const columns = fieldsOf(stream).map(([field, property]) =>
    columnFor(property) === 'timestamp with time zone'
      ? `to_char("${field}" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "${field}"`
      : `"${field}"`,
  );
  const {rows} = await database.query(
    `select to_jsonb(row)::text as record from (select ${columns.join(', ')} from "${stream}") as row`,
  );
  return rows.map(({record}) => `{"type":"RECORD","stream":"${stream}","record":${record}}`);
}

function keyIn(line: string, stream: string): string {
  const {record} = JSON.parse(line);
  return keysOf(stream)
    .map(field => String(record[field]))
    .join();
}

/** The column that a field needs, as information_schema spells its type. */
function columnFor({type, format}: Property): string {
  const types = [type].flat().filter(name => name !== 'null');
  if (types.length > 1) return 'jsonb';
  if (format === 'date-time') return 'timestamp with time zone';
  const columns: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'bigint',
    number: 'numeric',
    boolean: 'boolean',
    object: 'jsonb',
    array: 'jsonb',
  };
  return types.map(name => columns[name]).join();
}
