import {afterEach, describe, expect, test} from '@jest/globals';
import {createFiller} from '../../src/custom-fields/values.js';
import {startReading} from '../../src/reading/reader.js';
import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import {isComplete} from '../../src/reading/values-proof.js';
import {findStream} from '../../src/streams.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {createContext} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

const [EARLIER, BETWEEN, LATER] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00.000000Z', '2026-03-01T00:00:00Z'];
const ROWS = 230;
const FIELDS = ['1', '2', '3'];
const field = {tag: '', title: '', kind: 'text', options: [], currency: undefined} as const;

type World = {
  /** How many values an answer brings along at most; none brings any where it is undefined. */
  readonly brought?: (page: number) => number;
  readonly isFilterIgnored?: boolean;
  readonly status?: (query: ListQuery) => number | undefined;
  /** The deals of which a value has changed. */
  readonly changed?: readonly string[];
  /** Whether a deal can be asked for alone. */
  readonly isSingle?: (id: string) => boolean;
};

/** Deals of which each has the values `<id>.<field>`, but every tenth of them. */
function createWorld({brought, isFilterIgnored = false, status, changed = [], isSingle = () => false}: World) {
  const deals = Array.from({length: ROWS}, (_, index) => ({id: String(index + 1), mdate: EARLIER}));
  const values = deals
    .filter(({id}) => Number(id) % 10 !== 0)
    .flatMap(({id}) =>
      FIELDS.map(customFieldId => ({
        ...{id: `${id}${customFieldId}`, dealId: Number(id), customFieldId, fieldValue: `${id}.${customFieldId}`},
        updatedTimestamp: changed.includes(id) ? LATER : EARLIER,
      })),
    );
  let pages = 0;
  return (query: ListQuery): ListAnswer => {
    const {path, params} = query;
    const refusal = status?.(query);
    if (refusal !== undefined) return {status: refusal, body: {}};
    const offset = Number(params.get('offset') ?? 0);
    const end = offset + Number(params.get('limit') ?? 20);
    const [, alone] = /^deals\/(\d+)$/.exec(path) ?? [];
    if (alone !== undefined) {
      const deal = deals.find(({id}) => id === alone);
      return deal && isSingle(alone) ? {body: {deal}} : {status: 404, body: {message: 'No Result found'}};
    }
    const isFuture = (params.get('filters[updated_after]') ?? '') > EARLIER;
    if (path === 'deals') {
      const rows = isFuture ? [] : deals.slice(offset, end);
      const own = new Set(rows.map(({id}) => Number(id)));
      const ofRows = values.filter(({dealId}) => own.has(dealId));
      if (params.has('include')) pages += 1;
      const most = params.has('include') ? brought?.(pages) : undefined;
      const beside = most === undefined ? {} : {dealCustomFieldData: ofRows.slice(0, most)};
      return {body: {deals: rows, ...beside, meta: {total: isFuture ? 0 : ROWS}}};
    }
    const wanted = params.get('filters[dealId]');
    const filtered =
      wanted === null || isFilterIgnored ? values : values.filter(({dealId}) => String(dealId) === wanted);
    return {body: {dealCustomFieldData: filtered.slice(offset, end)}};
  };
}

function dealsWithValues(since?: string): StreamToRead {
  const [deals, values] = [findStream('deals'), findStream('deal_custom_field_values')];
  if (!deals?.customFields || !values) throw new Error('the stream table lacks custom fields of deals');
  const instantOf = (key: string) => (row: WireRow) => (typeof row[key] === 'string' ? String(row[key]) : null);
  const columns = FIELDS.map(id => ({name: `cf_${id}`, fieldId: id, part: 'value', type: 'text'}) as const);
  const fields = FIELDS.map(id => ({...field, id}));
  const memory = {rows: undefined, proofs: {}};
  return {
    definition: deals,
    since,
    replication: {key: 'mdate', valueOf: instantOf('mdate')},
    memory,
    checkpoint: undefined,
    values: {
      source: deals.customFields,
      filler: createFiller(columns, fields, undefined),
      list: {
        definition: values,
        since: undefined,
        replication: {key: 'updated_timestamp', valueOf: instantOf('updatedTimestamp')},
        memory,
        checkpoint: undefined,
      },
      since,
      proofPrefix: 'dealCustomFieldData: ',
      fault: undefined,
    },
  };
}

/** Reads the deals; gives the texts of their columns by id. */
async function read(world: World, options: Parameters<typeof createContext>[1] = {}, stream = dealsWithValues()) {
  const server = await startListServer(createWorld(world));
  const {context, client} = createContext(server.url, options);
  closing.push(server.stop, client.close);
  const [reading] = startReading(context, [stream], new AbortController().signal);
  if (!reading) throw new Error('the stream is not read');
  context.places.setCurrent(0);
  const rows = new Map<string, string>();
  for await (const page of reading.pages) {
    for (const row of page.rows['deals'] ?? []) {
      expect(rows.has(String(row['id']))).toBe(false);
      rows.set(String(row['id']), FIELDS.map(id => row[`cf:cf_${id}`] ?? '-').join(' '));
    }
    page.release();
  }
  return {rows, progress: reading.progress, server};
}

const expected = new Map(
  Array.from({length: ROWS}, (_, index) => {
    const id = String(index + 1);
    return [id, index % 10 === 9 ? '- - -' : FIELDS.map(number => `${id}.${number}`).join(' ')];
  }),
);

describe('deals with their values', () => {
  test.each<[string, World, boolean]>([
    ['that come along', {brought: () => 1e9}, true],
    ['that nobody brings', {}, false],
    ['of which only the first hundred come along', {brought: () => 100}, false],
    [
      'of which only the first hundred come along from the third answer on',
      {brought: page => (page < 3 ? 1e9 : 100)},
      false,
    ],
    [
      'of which only the first hundred come along from the fourth answer on',
      {brought: page => (page < 4 ? 1e9 : 100)},
      false,
    ],
    ['of which none comes along any more from the third answer on', {brought: page => (page < 3 ? 1e9 : 0)}, false],
    // Who cannot ask for those of one deal has no witness.
    ['that come along where no filter shows those of one deal', {brought: () => 1e9, isFilterIgnored: true}, false],
    [
      'of which only the first hundred come along where no filter shows those of one deal',
      {brought: () => 100, isFilterIgnored: true},
      false,
    ],
  ])('%s have all of them', async (_, world, isIncluded) => {
    const {rows, progress} = await read(world, {pageSize: 50, window: 1});
    expect(rows).toEqual(expected);
    expect(progress.proofs['include=dealCustomFieldData']?.obeyed).toBe(isIncluded);
    expect(progress.ways.includes('values joined')).toBe(!isIncluded);
  });

  test.each([
    [1, 1],
    [2, 1_000_000],
    [20, 1],
  ])('are read with %i places for pages of %i bytes', async (places, bytes) => {
    for (const world of [{}, {brought: () => 1e9}, {brought: (page: number) => (page < 3 ? 1e9 : 0)}]) {
      expect((await read(world, {pageSize: 20, places, bytes})).rows).toEqual(expected);
    }
  });

  test.each([
    ['has come to refuse it', 422, false],
    ['stumbles over it', 503, true],
  ])('are joined where the server %s, though it once brought them along', async (_, code, obeyed) => {
    const status = ({params}: ListQuery) => (params.has('include') ? code : undefined);
    const proofs = {'include=dealCustomFieldData': {obeyed: true, at: new Date().toISOString()}};
    const stream = {...dealsWithValues(), memory: {rows: undefined, proofs}};
    const {rows, progress} = await read({brought: () => 1e9, status}, {}, stream);
    expect(rows).toEqual(expected);
    expect(progress.ways).toEqual(expect.arrayContaining(['values joined']));
    expect(progress.proofs['include=dealCustomFieldData']?.obeyed).toBe(obeyed);
  });

  test('end where the server refuses them in the middle, and the next run does without', async () => {
    let asked = 0;
    const status = ({params}: ListQuery) => {
      if (!params.has('include')) return undefined;
      asked += 1;
      return asked > 4 ? 422 : undefined;
    };
    const server = await startListServer(createWorld({brought: () => 1e9, status}));
    const {context, client} = createContext(server.url, {pageSize: 20, window: 1});
    closing.push(server.stop, client.close);
    const [reading] = startReading(context, [dealsWithValues()], new AbortController().signal);
    const reads = async () => {
      for await (const page of reading?.pages ?? []) page.release();
    };
    await expect(reads()).rejects.toMatchObject({status: 422});
    expect(reading?.progress.proofs['include=dealCustomFieldData']?.obeyed).toBe(false);
  });

  describe('of which some have changed and the deals have not', () => {
    const changed = ['7', '21', '229'];
    const late = new Map([...expected].filter(([id]) => changed.includes(id)));
    const stream = {...dealsWithValues(BETWEEN), memory: {rows: 5_000, proofs: {}}};

    test.each<[string, World, number]>([
      ['that can be asked for alone, with values that come along', {isSingle: () => true, brought: () => 1e9}, 3],
      ['that can be asked for alone, with values that are joined', {isSingle: () => true}, 3],
      ['of which one cannot be asked for alone', {isSingle: id => id !== '21', brought: () => 1e9}, 3],
      ['that cannot be asked for alone', {brought: () => 1e9}, 1],
      ['whose values cannot', {isSingle: () => true, brought: () => 1e9, isFilterIgnored: true}, 3],
    ])('come again: %s', async (_, world, asked) => {
      const {rows, server, progress} = await read({...world, changed}, {}, stream);
      expect(progress.proofs['include=dealCustomFieldData']?.obeyed).toBe(
        world.brought !== undefined && !world.isFilterIgnored,
      );
      expect(new Map([...rows].filter(([id]) => changed.includes(id)))).toEqual(late);
      // The list as a whole is the last resort, of which all rows but the wanted ones are left out.
      expect(rows.size).toBe(changed.length);
      const alone = server.queries.filter(({path}) => path.startsWith('deals/'));
      expect(alone).toHaveLength(asked);
    });
  });

  test('began when the first of all answers did, that of the values included', async () => {
    const {progress, server} = await read({}, {pageSize: 50});
    expect(server.queries.find(({path}) => path !== 'deals')).toBeDefined();
    expect(progress.values).toEqual({verdict: 'unverified', isSure: true});
    expect(progress.begunAt).toBeLessThanOrEqual(Date.now());
  });

  test('are refused as any list is where they cannot be read, without reading values', async () => {
    const status = ({path}: ListQuery) => (path === 'deals' ? 404 : undefined);
    const server = await startListServer(createWorld({status}));
    const {context, client} = createContext(server.url, {});
    closing.push(server.stop, client.close);
    const [reading] = startReading(context, [dealsWithValues()], new AbortController().signal);
    await expect(reading?.pages.next()).rejects.toMatchObject({status: 404, path: 'deals'});
    expect(reading?.progress.requests).toBe(0);
    expect(server.queries.filter(({path}) => path !== 'deals')).toEqual([]);
  });

  test('fail where the values cannot be read', async () => {
    const status = ({path}: ListQuery) => (path === 'deals' ? undefined : 404);
    await expect(read({status})).rejects.toThrow(/^deals: the values of its custom fields cannot be read/);
  });
});

test.each<[string, readonly WireRow[], readonly WireRow[] | undefined, boolean]>([
  [
    'all that rows name came',
    [
      {id: '1', fieldValues: ['5']},
      {id: '2', fieldValues: []},
    ],
    [{id: '5'}],
    true,
  ],
  ['one that a row names did not', [{id: '1', fieldValues: ['5', 6]}], [{id: '5'}], false],
  ['values came, and no row names any', [{id: '1'}, {id: '2'}], [{id: '5'}], false],
  ['some rows have none, and name none', [{id: '1', fieldValues: ['5']}, {id: '2'}], [{id: '5'}], true],
  ['nothing came, and nothing is named', [{id: '1'}, {id: '2'}], [], true],
  ['the list of values is missing', [{id: '1'}], undefined, false],
])('values of contacts are complete or not: %s', (_, rows, loaded, isAll) => {
  const source = findStream('contacts')?.customFields;
  const {values} = dealsWithValues();
  if (!source || !values) throw new Error('the stream table lacks custom fields of contacts');
  expect(isComplete({values: {...values, source}}, rows, loaded)).toBe(isAll);
});
