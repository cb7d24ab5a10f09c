// `--test --survey` as a user runs it: what two servers of one account do, told without a word of what the account has.

import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../src/simulator/simulator.js';
import {streams} from '../../src/streams.js';
import type {SurveyDocument} from '../../src/survey/document.js';
import {fieldFacts} from '../support/facts.js';
import {createWorkspace, runTap} from '../support/tap.js';

const TOKEN = 'f00dfacef00dfacef00dface';
const MOST = 300;
const DAY_MS = 86_400_000;

const account: SimulatorOptions = {contacts: 130, requestsPerSecond: 0, token: TOKEN};
/** Everything that nobody has seen is obeyed in one world, and ignored in the other. */
const worlds = {
  obedient: {obeyOrders: ['*'], obeyFilters: ['*'], obeyIncludes: ['*'], unstable: [], updatedAfterInclusive: true},
  disobedient: {
    ignoreOrders: ['*'],
    ignoreFilters: ['*'],
    ignoreIncludes: ['*'],
    unstable: ['contacts', 'contactTags'],
    totals: {tags: 'absent', contacts: 'number'},
    pageCap: 50,
    forbidden: ['deals'],
    missing: ['goals'],
    rateHeaders: true,
    faults: [{path: 'lists', answer: 503, times: 20}],
  },
} satisfies Readonly<Record<string, SimulatorOptions>>;

const workspace = createWorkspace();
const simulators: Record<string, Simulator> = {};
const documents: Record<string, {readonly text: string; readonly told: SurveyDocument; readonly stderr: string}> = {};

beforeAll(async () => {
  for (const [name, world] of Object.entries(worlds)) {
    const clock: {now?: number} = {};
    const simulator = await startSimulator({...account, ...world, now: () => clock.now ?? Date.now()});
    simulators[name] = simulator;
    // Two changes in one day, by which a filter of days and one of seconds can be told apart.
    const [first = '', second = ''] = simulator.ids('contacts');
    clock.now = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;
    simulator.edit('contacts', first);
    clock.now += DAY_MS / 24;
    simulator.edit('contacts', second);
    delete clock.now;
    const config = {api_url: simulator.url, api_token: TOKEN, requests_per_second: 0};
    const {code, stdout, stderr} = await runTap(['--test', '--survey', '--config', workspace.file('c.json', config)]);
    if (code !== 0) throw new Error(stderr);
    documents[name] = {text: stdout, told: JSON.parse(stdout), stderr};
  }
}, 60_000);
afterAll(async () => {
  for (const simulator of Object.values(simulators)) await simulator.stop();
  workspace.remove();
});

function told(world: keyof typeof worlds) {
  const document = documents[world];
  if (!document) throw new Error(`${world} was not surveyed`);
  return document.told;
}

function listOf(world: keyof typeof worlds, stream: string) {
  const list = told(world).streams[stream]?.list;
  if (!list) throw new Error(`${stream} was not seen in the ${world} world`);
  return list;
}

describe('the survey', () => {
  test.each(['obedient', 'disobedient'] as const)(
    'asks the %s world no more than 300 times, and says how often',
    world => {
      const {requests} = told(world);
      const asked = simulators[world]?.stats().requests ?? 0;
      expect(requests).toEqual({used: asked, most: MOST});
      expect(asked).toBeLessThanOrEqual(MOST);
      expect(simulators[world]?.requests.every(({method}) => method === 'GET')).toBe(true);
    },
  );

  test('tells of every stream, and what became of the first look', () => {
    expect(Object.keys(told('obedient').streams)).toEqual(streams.map(({tapStreamId}) => tapStreamId));
    const statuses = Object.entries(told('disobedient').streams).map(([stream, {status}]) => [stream, status]);
    expect(Object.fromEntries(statuses)).toMatchObject({contacts: 200, deals: 403, goals: 404, lists: 503});
    expect(told('disobedient').statuses['403']).toBeGreaterThan(1);
  });

  test('tells which orders, filters, bounds and includes the server obeys', () => {
    const obedient = listOf('obedient', 'contacts');
    expect(obedient.orders).toEqual({'orders[udate]': 'obeyed', 'orders[id]': 'obeyed'});
    expect(obedient.filters).toEqual({'filters[updated_after]': 'obeyed'});
    expect(obedient.filter_bounds).toEqual({is_inclusive: true, knows_time_of_day: true});
    expect(obedient.keyset).toEqual({after: 'obeyed', before: 'obeyed', is_total_shrunk: true});
    expect(obedient.includes?.['contactTags']).toMatchObject({came: 'obeyed', comes_unasked: false});
    const disobedient = listOf('disobedient', 'contacts');
    expect(disobedient.orders).toEqual({'orders[udate]': 'ignored', 'orders[id]': 'ignored'});
    expect(disobedient.filters).toEqual({'filters[updated_after]': 'ignored'});
    expect(disobedient.filter_bounds).toBeUndefined();
    expect(disobedient.keyset).toEqual({after: 'ignored', before: 'ignored', is_total_shrunk: false});
    expect(disobedient.includes?.['contactTags']).toEqual({came: 'ignored', rows: null, comes_unasked: false});
  });

  test('tells the cap of a page, totals and their types, and whether an order is stable', () => {
    const {
      rows,
      rows_for_1000: cap,
      total,
      total_type: type,
      is_order_stable: isStable,
    } = listOf('obedient', 'contacts');
    expect({rows, cap, total, type, isStable}).toEqual({
      rows: 100,
      cap: 100,
      total: 130,
      type: 'string',
      isStable: true,
    });
    expect(listOf('disobedient', 'contacts')).toMatchObject({
      rows: 50,
      rows_for_1000: 50,
      total: 130,
      total_type: 'number',
      is_order_stable: false,
    });
    expect(listOf('disobedient', 'tags')).toMatchObject({total: null, total_type: 'absent'});
  });

  test('tells in which zone stamps without one are, and how names differ from the schema', () => {
    const {zoneless_fields: fields, unknown_fields: unknown} = listOf('obedient', 'contacts');
    expect(fields).toContainEqual({field: 'created_timestamp', twin: 'cdate', zone: 'America/Chicago'});
    expect(unknown).toEqual([]);
  });

  test('tells of the rate, the clock, and of latency by offset', () => {
    expect(told('obedient').rate).toMatchObject({limit_told: null, refused: 0});
    expect(told('disobedient').rate).toMatchObject({limit_told: 0});
    expect(Math.abs(told('obedient').clock.this_machine_ahead_seconds ?? 99)).toBeLessThan(3);
    expect(told('obedient').latency_by_offset.map(({offset}) => offset)).toEqual([0, 55, 110]);
    expect(told('obedient').latency_ms?.median).toBeGreaterThanOrEqual(0);
  });
});

test('the page on checking shows and names what the survey tells', () => {
  const page = readFileSync(new URL('../../docs/checking.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(listOf('obedient', 'contacts')).toMatchObject(JSON.parse(shown));
  const named = new Set([...page.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  const {survey_version: _, tap_version: __, ...document} = told('obedient');
  const names = [...Object.keys(document), ...Object.keys(listOf('obedient', 'contacts'))];
  expect(names.filter(name => !named.has(name))).toEqual([]);
});

/** All texts in a value, those of keys only where it is asked for. */
function* textsIn(value: unknown, withKeys = false): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (withKeys && !Array.isArray(value)) yield key;
      yield* textsIn(item, withKeys);
    }
  }
}

test.each(['obedient', 'disobedient'] as const)(
  'holds no value of any row of the %s world, neither the address nor the token',
  world => {
    const {text = '', told: document} = documents[world] ?? {};
    const simulator = simulators[world];
    if (!simulator) throw new Error('no simulator');
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(new URL(simulator.url).host);
    expect(text).not.toMatch(/127\.0\.0\.1|https?:|@|example\.com/);
    // Names of the API, of which some are texts in rows as well: the type of an owner, the name of a list.
    const words = new Set([
      ...streams.flatMap(({tapStreamId, path}) => [tapStreamId, path, ...path.split('/')]),
      ...fieldFacts.flatMap(({field, api_field: name}) => [field, name]),
      // The key of a relation, a list of bulk imports, and a type of custom fields that is one of totals as well.
      ...['dealTask', 'outstanding', 'number'],
    ]);
    const values = new Set<string>();
    for (const name of simulator.resources) {
      for (const row of simulator.rows(name)) for (const value of textsIn(row)) values.add(value);
    }
    expect(values.size).toBeGreaterThan(2_000);
    // A number of few digits is a count by chance, and a zone is a word of the survey.
    const telling = [...values].filter(value => value.length >= 4 && !/^\d{1,6}$/.test(value) && !words.has(value));
    const shown = [...textsIn(document, true)];
    const zones = Intl.supportedValuesOf('timeZone');
    const leaked = telling.filter(
      value =>
        (shown.includes(value) && !zones.includes(value)) ||
        (value.length >= 10 && !zones.includes(value) && text.includes(value)),
    );
    expect(leaked).toEqual([]);
  },
);

test('a survey without a test, and one whose token is refused, are wrong input', async () => {
  const config = workspace.file('wrong.json', {
    api_url: simulators['obedient']?.url,
    api_token: 'f00df00df00df00d',
    requests_per_second: 0,
    max_retries: 0,
  });
  const alone = await runTap(['--survey', '--config', config]);
  expect({code: alone.code, stdout: alone.stdout}).toEqual({code: 2, stdout: ''});
  expect(alone.stderr).toMatch(/^CRITICAL --survey: .*--test --survey\n$/);
  const refused = await runTap(['--test', '--survey', '--config', config]);
  expect({code: refused.code, stdout: refused.stdout}).toEqual({code: 2, stdout: ''});
  expect(refused.stderr).toMatch(/CRITICAL api_token: .*copy the key/);
});
