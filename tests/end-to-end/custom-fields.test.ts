// Custom fields as columns: whatever the server does, they hold what the rows of the value streams say, at a few requests
// more than without them, and a value that changes brings its row again.

import {describe, expect, test} from '@jest/globals';
import {Dice} from '../../src/simulator/random.js';
import type {Simulator, SimulatorOptions, WireRow} from '../../src/simulator/simulator.js';
import {
  bookmarkOf,
  type CatalogDocument,
  complaints,
  type RunOptions,
  type TestAccount,
  withAccount,
} from '../support/account.js';
import {
  type Cells,
  columnNames,
  columnsIn,
  expectedColumns,
  fieldsOf,
  type Holder,
  holders,
  insideObject,
  valuesOf,
} from '../support/custom-columns.js';
import {PRESENT} from '../support/movement.js';
import {startProxy} from '../support/proxy.js';
import {runTap} from '../support/tap.js';
import {createTarget, expectKilled, type Target} from '../support/target.js';

const HOUR = 3_600_000;

const columns = {custom_fields: 'columns'};
const select = 'contacts,deals,accounts';

const small: SimulatorOptions = {
  seed: 5,
  counts: {
    contacts: 250,
    fields: 12,
    fieldValues: 2_200,
    deals: 210,
    dealCustomFieldMeta: 12,
    dealCustomFieldData: 1_600,
    accounts: 130,
    accountCustomFieldMeta: 12,
    accountCustomFieldData: 1_000,
  },
};

const expectAll = (sim: Simulator, lines: readonly string[]) => {
  for (const stream of holders) expect(columnsIn(lines, stream)).toEqual(expectedColumns(sim, stream));
};

const manyContacts = {contacts: 3_500, fields: 12, fieldValues: 9_000};

const wayOf = (stderr: string, stream: string) =>
  new RegExp(`stream finished stream=${stream} .*way="?([^"\\n]*?)"? verdict`).exec(stderr)?.[1];

describe('the columns of a first run', () => {
  test.each<[string, SimulatorOptions]>([
    ['come along with the rows', {}],
    ['come along in the spelling of their own list', {includedDealKeys: 'camel'}],
    ['are joined where the server brings none along', {ignoreIncludes: ['*']}],
    [
      'are joined where lists of values have no order, too',
      {ignoreIncludes: ['*'], unstable: ['fieldValues', 'deals', 'dealCustomFieldData']},
    ],
  ])('hold what the value rows say: they %s', (_, options) =>
    withAccount({...small, ...options}, async ({sim, sync}) => {
      const {lines, stderr} = await sync({config: columns, select});
      expectAll(sim, lines);
      const isIncluded = options.ignoreIncludes === undefined;
      for (const stream of ['contacts', 'deals']) {
        expect(wayOf(stderr, stream)).toContain(isIncluded ? 'values included' : 'values joined');
      }
      expect(stderr).not.toContain('the schema lacks');
      expect(stderr).not.toContain('do not fit');
    }),
  );

  test('are the same in an object', () =>
    withAccount(small, async ({sim, sync}) => {
      const {lines, output} = await sync({config: {custom_fields: 'object'}, select});
      for (const stream of holders) {
        expect(columnsIn(lines, stream, insideObject)).toEqual(expectedColumns(sim, stream));
        expect(output.schemas.get(stream)?.schema.properties['custom_fields']).toMatchObject({
          type: ['null', 'object'],
        });
      }
    }));

  test('are not there where only rows are wanted, and nobody asks for them', () =>
    withAccount(small, async ({sim, sync}) => {
      const {output} = await sync({select});
      expect(output.of('contacts')).toHaveLength(250);
      expect(Object.keys(output.of('contacts')[0] ?? {}).filter(name => name.startsWith('cf_'))).toEqual([]);
      expect(sim.requests.filter(({path}) => /field/i.test(path))).toEqual([]);
    }));

  test('are only those that are selected, and where none is, no values are read', () =>
    withAccount({...small, ignoreIncludes: ['*']}, async ({sim, sync}) => {
      const one = await sync({config: columns, select: 'contacts.email,contacts.cf_field_1'});
      const [name = ''] = [...columnNames(sim, 'contacts').values()].filter(other => other === 'cf_field_1');
      const wanted = [...expectedColumns(sim, 'contacts')].map(([id, cells]) => [id, {[name]: cells[name]}]);
      expect(columnsIn(one.lines, 'contacts')).toEqual(new Map(wanted as [string, Cells][]));
      const asked = sim.requests.length;
      await sync({config: columns, select: 'contacts,!contacts.cf_*'});
      expect(sim.requests.slice(asked).filter(({path}) => path === 'fieldValues')).toEqual([]);
    }));

  test('are in the catalog of the account, by which they are chosen', () =>
    withAccount(small, async ({sim, sync, workspace}) => {
      const discovered = await runDiscovery({sim, workspace});
      const contacts = discovered.streams.find(({tap_stream_id: id}) => id === 'contacts');
      const names = Object.keys(contacts?.schema.properties ?? {}).filter(name => name.startsWith('cf_'));
      expect(names.filter(name => !name.endsWith('_currency')).sort()).toEqual(
        [...columnNames(sim, 'contacts').values()].sort(),
      );
      for (const entry of discovered.streams) {
        const root = entry.metadata.find(({breadcrumb}) => breadcrumb.length === 0);
        Object.assign(root?.metadata ?? {}, {selected: entry.tap_stream_id === 'contacts'});
        const field = entry.metadata.find(({breadcrumb}) => breadcrumb[1] === names[0]);
        if (field) Object.assign(field.metadata, {selected: false});
      }
      const {output} = await sync({config: columns, catalog: discovered});
      expect(Object.keys(output.of('contacts')[0] ?? {}).filter(name => name.startsWith('cf_'))).toEqual(
        names.slice(1),
      );
    }));
});

test.each<[string, boolean]>([
  ['any values', false],
  ['some of the values', true],
])('a server that stops to bring %s along in the middle of a list loses none', (_, bringsSome) =>
  withAccount(small, async ({sim, sync}) => {
    const asked = new Map<string, number>();
    const isTired = ({pathname: path, searchParams}: URL) => {
      if (!searchParams.has('include')) return false;
      asked.set(path, (asked.get(path) ?? 0) + 1);
      return (asked.get(path) ?? 0) > 4;
    };
    const tired = new Set<URL>();
    const proxy = await startProxy(
      sim.url,
      url => {
        if (!isTired(url)) return;
        if (bringsSome) tired.add(url);
        else url.searchParams.delete('include');
      },
      (body, url) => {
        if (!tired.has(url)) return body;
        const answer = JSON.parse(body);
        const name = url.pathname.endsWith('contacts') ? 'fieldValues' : 'dealCustomFieldData';
        return JSON.stringify({...answer, [name]: answer[name].slice(0, 100)});
      },
    );
    try {
      const {lines, stderr, output} = await sync({config: {...columns, api_url: proxy.url, page_size: 50}, select});
      expectAll(sim, lines);
      for (const stream of ['contacts', 'deals']) {
        expect(wayOf(stderr, stream)).toMatch(/values included.*values joined/);
      }
      expect(bookmarkOf(output.state, 'contacts')['proofs']).toMatchObject({'include=fieldValues': {obeyed: false}});
    } finally {
      await proxy.stop();
    }
  }),
);

test('columns that come along cost at most 15 % more requests than none', () =>
  withAccount({seed: 2, counts: {contacts: 2_000, fields: 12, fieldValues: 24_000}}, async ({sim, sync}) => {
    const requests = async (config: object) => {
      const before = sim.stats().requests;
      const run = await sync({config: {...config, page_size: 20}, select: 'contacts'});
      return {run, count: sim.stats().requests - before};
    };
    const without = await requests({});
    const within = await requests(columns);
    expect(columnsIn(within.run.lines, 'contacts')).toEqual(expectedColumns(sim, 'contacts'));
    expect({...within, run: undefined, ratio: within.count / without.count < 1.15}).toEqual({
      count: within.count,
      run: undefined,
      ratio: true,
    });
  }));

const valueKeyOf = (stream: Holder) => (stream === 'contacts' ? 'value' : 'fieldValue');

/** The values of fields that hold any text. */
function textValues(sim: Simulator, stream: Holder): WireRow[] {
  const fields = [...sim.rows(fieldsOf(stream))].filter(row => (row['type'] ?? row['fieldType']) === 'text');
  const ids = new Set(fields.map(({id}) => String(id)));
  return [...sim.rows(valuesOf(stream).resource)].filter(row => ids.has(String(row['field'] ?? row['customFieldId'])));
}

/** Rows, and fields of theirs that hold any text and have no value yet. */
function freePlaces(sim: Simulator, stream: Holder): WireRow[] {
  const {resource, parent} = valuesOf(stream);
  const field = stream === 'contacts' ? 'field' : 'customFieldId';
  const taken = new Set([...sim.rows(resource)].map(row => `${row[parent]} ${row[field]}`));
  const [text] = textValues(sim, stream);
  return [...sim.rows(stream)]
    .filter(({id}) => !taken.has(`${id} ${text?.[field]}`))
    .map(({id}) => ({
      [parent]: stream === 'contacts' ? (id ?? null) : Number(id),
      [field]: text?.[field] ?? null,
      ...(stream === 'contacts' && {owner: id ?? null}),
    }));
}

/** Gives other texts to values all over a list; says whose they are. */
function changeTexts(sim: Simulator, stream: Holder, count: number, text: string): Set<string> {
  const {resource, parent} = valuesOf(stream);
  const rows = textValues(sim, stream);
  const changed = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const row = rows[Math.floor((index * rows.length) / count)];
    if (!row) continue;
    sim.edit(resource, String(row['id']), {[valueKeyOf(stream)]: `${text} ${index}`});
    changed.add(String(row[parent]));
  }
  return changed;
}

const keys = {contacts: 'udate', deals: 'mdate', accounts: 'updated_timestamp'} as const;

/** Syncs and compares what the target then holds with what the account has; gives the ids that came, by stream. */
async function syncRightly({sim, start}: TestAccount, target: Target, options: RunOptions = {}) {
  const state = target.state();
  const asked = sim.stats().requests;
  const run = await target.run(start({config: columns, select, ...(state && {state}), ...options}));
  if (run.code !== 0) throw new Error(run.stderr.split('\n').slice(-12).join('\n'));
  for (const stream of holders) {
    const lines = [...target.table(stream).values()].map(({line}) => line);
    expect(columnsIn(lines, stream)).toEqual(expectedColumns(sim, stream));
  }
  const came = (stream: Holder) =>
    new Map(
      run
        .written(stream)
        .map(line => JSON.parse(line).record)
        .map(record => [String(record.id), record]),
    );
  return {run, came, requests: sim.stats().requests - asked};
}

describe('a value that changes while its row does not move', () => {
  test.each<[string, SimulatorOptions]>([
    ['with values that come along', {}],
    ['with values that are joined', {ignoreIncludes: ['*']}],
    ['with rows that cannot be asked for by their ids', {ignoreFilters: ['contacts.ids']}],
    ['with filters that are ignored', {ignoreFilters: ['*']}],
  ])('brings it again, %s', (_, options) =>
    withAccount({...small, ...options}, async account => {
      const {sim, clock} = account;
      const target = createTarget();
      await syncRightly(account, target);
      const bookmark = (stream: Holder) => bookmarkOf(target.state() ?? {}, stream)[keys[stream]];
      const before = new Map(holders.map(stream => [stream, String(bookmark(stream))]));
      clock.now += HOUR;
      const changed = new Map(holders.map(stream => [stream, changeTexts(sim, stream, 7, 'new')]));
      clock.now += HOUR;

      const second = await syncRightly(account, target);
      for (const stream of holders) {
        const came = second.came(stream);
        const wanted = changed.get(stream) ?? new Set();
        expect([...came.keys()]).toEqual(expect.arrayContaining([...wanted]));
        // Nothing else has come but what every bookmark brings again: the last row, and deals that have no date.
        const others = [...came].filter(([id]) => !wanted.has(id)).map(([, record]) => record[keys[stream]]);
        expect(others.filter(key => key !== null && key < (before.get(stream) ?? ''))).toEqual([]);
        expect(String(bookmark(stream))).toBe(before.get(stream));
      }

      clock.now += HOUR;
      const third = await syncRightly(account, target);
      for (const stream of holders) {
        const came = [...third.came(stream)].filter(([, record]) => record[keys[stream]] !== null);
        expect(came.filter(([, record]) => record[keys[stream]] < (before.get(stream) ?? ''))).toEqual([]);
      }
    }),
  );

  test('costs a few requests where the values can be had newest first', () =>
    withAccount({...small, obeyOrders: ['fieldValues.udate']}, async account => {
      const {sim, clock} = account;
      const target = createTarget();
      const options = {select: 'contacts'};
      const state = async () => {
        const kept = target.state();
        const before = sim.stats().requests;
        const run = await target.run(account.start({config: columns, ...options, ...(kept && {state: kept})}));
        return {run, requests: sim.stats().requests - before};
      };
      await state();
      for (let round = 0; round < 2; round += 1) {
        clock.now += HOUR;
        const changed = changeTexts(sim, 'contacts', 5, `round ${round}`);
        clock.now += HOUR;
        const {run, requests} = await state();
        const came = run.written('contacts').map(line => String(JSON.parse(line).record.id));
        expect(came).toEqual(expect.arrayContaining([...changed]));
        // The token, the fields, the proofs, and a page of each list.
        expect({requests, isCheap: requests <= 16}).toEqual({requests, isCheap: true});
      }
    }));

  test('needs no reading of values where every change moves its row', () =>
    withAccount({...small, childrenMoveContacts: true}, async account => {
      const {sim, clock} = account;
      const target = createTarget();
      const run = async () => {
        const kept = target.state();
        const before = sim.requests.length;
        const result = await target.run(
          account.start({config: columns, select: 'contacts', ...(kept && {state: kept})}),
        );
        return {result, values: sim.requests.slice(before).filter(({path}) => path === 'fieldValues').length};
      };
      await run();
      clock.now += HOUR;
      changeTexts(sim, 'contacts', 40, 'new');
      clock.now += HOUR;
      // Behind this whole read of the values it is found out.
      expect((await run()).values).toBeGreaterThan(20);
      clock.now += HOUR;
      const changed = changeTexts(sim, 'contacts', 9, 'newer');
      clock.now += HOUR;
      const {result, values} = await run();
      expect(values).toBe(0);
      const came = result.written('contacts').map(line => String(JSON.parse(line).record.id));
      expect(came).toEqual(expect.arrayContaining([...changed]));
    }));
});

test('records that were written without columns get them when these are first wanted', () =>
  withAccount(small, async account => {
    const target = createTarget();
    const rows = await target.run(account.start({select}));
    expect(rows.code).toBe(0);
    account.clock.now += HOUR;
    const {came} = await syncRightly(account, target);
    expect(came('contacts').size).toBe(250);
    account.clock.now += HOUR;
    expect((await syncRightly(account, target)).came('contacts').size).toBeLessThan(5);
  }));

test.each<[string, SimulatorOptions]>([
  ['come along', {}],
  ['are joined', {ignoreIncludes: ['*']}],
])('values that change and come while they are read are right after one more run, where they %s', (_, options) =>
  withAccount({...small, ...options}, async account => {
    const {sim, clock} = account;
    const dice = new Dice(8);
    const texts = new Map(holders.map(stream => [stream, textValues(sim, stream)]));
    const free = new Map(holders.map(stream => [stream, freePlaces(sim, stream)]));
    let requests = 0;
    // Requests find a value changed, some of them another one new, and time gone on.
    const proxy = await startProxy(sim.url, () => {
      requests += 1;
      clock.now += 700;
      if (requests > 150) return;
      for (const stream of holders) {
        const {resource} = valuesOf(stream);
        const row = texts.get(stream)?.[dice.int(100)];
        if (row) sim.edit(resource, String(row['id']), {[valueKeyOf(stream)]: `text ${requests}`});
        const place = requests % 10 === 0 ? free.get(stream)?.[requests] : undefined;
        if (place) sim.insert(resource, {...place, [valueKeyOf(stream)]: `new ${requests}`});
      }
    });
    try {
      const target = createTarget();
      const moving = {...columns, api_url: proxy.url, page_size: 25};
      for (let round = 0; round < 2; round += 1) {
        const kept = target.state();
        const run = await target.run(account.start({config: moving, select, ...(kept && {state: kept})}));
        expect(run.code).toBe(0);
      }
      clock.now += HOUR;
      await syncRightly(account, target);
    } finally {
      await proxy.stop();
    }
  }),
);

test('a whole read tells what is gone, whether the values come along or not', () =>
  withAccount({...small, seed: 6}, async ({sim, sync}) => {
    const config = {...columns, emit_activate_version_messages: true};
    const first = await sync({config, select});
    const [gone] = [...sim.rows('accounts')];
    sim.remove('accounts', String(gone?.['id']));
    const {output, lines} = await sync({config, select, state: first.output.state, args: ['--full-refresh']});
    // The list of deals has no order here, and so cannot speak of what is missing.
    expect([...output.activated.keys()]).toEqual(expect.arrayContaining(['accounts', 'contacts']));
    for (const stream of holders) expect(columnsIn(lines, stream)).toEqual(expectedColumns(sim, stream));
  }));

describe('a field that changes between runs', () => {
  const contacts = {config: columns, select: 'contacts'};
  const typesOf = (output: {schemas: ReadonlyMap<string, {schema: {properties: object}}>}) =>
    Object.fromEntries(
      Object.entries(output.schemas.get('contacts')?.schema.properties ?? {})
        .filter(([name]) => name.startsWith('cf_'))
        .map(([name, {type, format}]) => [name, [type, format ?? []].flat().join()]),
    );
  const idOf = (sim: Simulator, type: string) =>
    String([...sim.rows('fields')].find(row => row['type'] === type)?.['id']);

  test.each<[string, boolean]>([
    ['the state', false],
    ['a catalog', true],
  ])('keeps its column, by %s, whatever it is called', (_, byCatalog) =>
    withAccount(small, async ({sim, sync, workspace}) => {
      const catalog = byCatalog ? await runDiscovery({sim, workspace}) : undefined;
      const known = catalog && {catalog};
      const first = await sync({...contacts, ...known});
      const before = expectedColumns(sim, 'contacts');
      const id = idOf(sim, 'text');
      sim.edit('fields', id, {perstag: 'SOMETHING_ELSE', title: 'Something else'});
      const state = byCatalog ? undefined : first.output.state;
      const second = await sync({...contacts, ...known, ...(state && {state}), args: ['--full-refresh']});
      expect(typesOf(second.output)).toEqual(typesOf(first.output));
      expect(columnsIn(second.lines, 'contacts')).toEqual(before);
    }),
  );

  test('keeps its column when its type changes, with what fits, and gets another one', () =>
    withAccount(small, async ({sim, sync}) => {
      const first = await sync(contacts);
      const [text, number] = [idOf(sim, 'text'), idOf(sim, 'number')];
      const names = columnNames(sim, 'contacts');
      sim.edit('fields', text, {type: 'number'});
      sim.edit('fields', number, {type: 'textarea'});
      const ofText = [...sim.rows('fieldValues')].find(row => row['field'] === text && row['value']);
      sim.edit('fieldValues', String(ofText?.['id']), {value: '12.5'});
      const {output, stderr, lines} = await sync({...contacts, state: first.output.state, args: ['--full-refresh']});
      expect(typesOf(output)).toEqual({
        ...typesOf(first.output),
        [`${names.get(text)}_number`]: 'null,number',
        [`${names.get(number)}_text`]: 'null,string',
      });
      const cells = columnsIn(lines, 'contacts').get(String(ofText?.['contact']));
      expect(cells?.[`${names.get(text)}`]).toBe('12.5');
      expect(cells?.[`${names.get(text)}_number`]).toBe('#12.5');
      expect(stderr).toMatch(new RegExp(`do not fit .*field=${names.get(text)}_number`));
    }));

  test('takes its column along when it goes, and leaves the name to no other', () =>
    withAccount(small, async ({sim, sync}) => {
      const first = await sync(contacts);
      const id = idOf(sim, 'text');
      const name = columnNames(sim, 'contacts').get(id) ?? '';
      const tag = [...sim.rows('fields')].find(row => row['id'] === id)?.['perstag'];
      sim.remove('fields', id);
      const second = await sync({...contacts, state: first.output.state});
      expect(Object.keys(typesOf(second.output))).not.toContain(name);
      const again = sim.insert('fields', {perstag: String(tag), type: 'number'});
      const third = await sync({...contacts, state: second.output.state});
      expect(Object.keys(typesOf(third.output))).not.toContain(name);
      expect(typesOf(third.output)).toMatchObject({[`${name}_${again}`]: 'null,number'});
    }));
});

describe('what a token may not read', () => {
  test.each<[string, SimulatorOptions]>([
    ['the fields', {forbidden: ['fields']}],
    ['the values', {forbidden: ['fieldValues'], ignoreIncludes: ['*']}],
  ])('%s: the stream fails, and says what to do', (_, options) =>
    withAccount({...small, ...options}, async ({sync}) => {
      const run = await sync({config: columns, select, code: 1});
      expect(run.output.of('contacts')).toEqual([]);
      expect(run.output.of('deals')).not.toEqual([]);
      expect(complaints(run).join('\n')).toMatch(/ERROR stream failed.* stream=contacts .*custom_fields to \\?"rows/);
    }),
  );

  test('neither a list nor its fields: it is skipped as without them', () =>
    withAccount({...small, forbidden: ['deals', 'dealCustomFieldMeta']}, async ({sync}) => {
      const run = await sync({config: columns, select});
      expect(run.output.of('deals')).toEqual([]);
      expect(complaints(run).join('\n')).toMatch(/stream is skipped.* stream=deals/);
    }));
});

test('an account without fields has no columns, and no values are asked for', () =>
  withAccount({seed: 1, counts: {contacts: 30, fields: 0, fieldValues: 0}}, async ({sim, sync}) => {
    const {output} = await sync({config: columns, select: 'contacts'});
    expect(output.of('contacts')).toHaveLength(30);
    expect(sim.requests.filter(({path}) => path === 'fieldValues')).toEqual([]);
  }));

test.each<[string, SimulatorOptions]>([
  ['come along', {}],
  ['are joined', {ignoreIncludes: ['*']}],
])('a killed run goes on, and no row lacks its values, where they %s', (_, options) =>
  withAccount({seed: 7, counts: manyContacts, now: () => PRESENT, ...options}, async account => {
    const target = createTarget();
    const run = async (after?: number) => {
      const state = target.state();
      const tap = account.start({config: columns, select: 'contacts', ...(state && {state})});
      const plan = {kill: {after: after ?? 0, signal: 'SIGKILL'}, keeps: 'what a STATE stands behind'} as const;
      const result = await target.run(tap, after === undefined ? {} : plan);
      if (after !== undefined) expectKilled(result, plan);
      return result;
    };
    await run(1_300);
    const second = await run(1_300);
    const last = await run();
    for (const {stderr} of [second, last]) expect(stderr).toContain('stream goes on where it was interrupted');
    expect(target.table('contacts').size).toBe(3_500);
    const lines = [...target.table('contacts').values()].map(({line}) => line);
    expect(columnsIn(lines, 'contacts')).toEqual(expectedColumns(account.sim, 'contacts'));
  }),
);

/** The catalog that discovery prints for an account. */
async function runDiscovery({sim, workspace}: Pick<TestAccount, 'sim' | 'workspace'>): Promise<CatalogDocument> {
  const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, ...columns};
  const result = await runTap(['--config', workspace.file('discovery.json', settings), '--discover']);
  if (result.code !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}
