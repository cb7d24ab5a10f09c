import {afterEach, describe, expect, test} from '@jest/globals';
import {type StreamReading, startReading} from '../../src/reading/reader.js';
import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import type {StreamDefinition} from '../../src/stream-definition.js';
import {findStream} from '../../src/streams.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';
import {gatherWarnings} from '../support/warnings.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

type Wish = string | {readonly stream: string; readonly since: string};

function definitionOf(tapStreamId: string): StreamDefinition {
  const definition = findStream(tapStreamId);
  if (!definition) throw new Error(`no stream ${tapStreamId}`);
  return definition;
}

async function start(answer: (query: ListQuery) => ListAnswer, wishes: readonly Wish[], options = {}) {
  const server: ListServer = await startListServer(answer);
  const {context, client} = createContext(server.url, options);
  closing.push(server.stop, client.close);
  const controller = new AbortController();
  const streams = wishes.map(wish => toRead(typeof wish === 'string' ? {stream: wish} : wish));
  return {readings: startReading(context, streams, controller.signal), server, context, controller};
}

function toRead({stream, since}: {readonly stream: string; readonly since?: string}): StreamToRead {
  const definition = definitionOf(stream);
  const key = definition.replicationKey;
  const instantOf = (row: WireRow) => (typeof row[key ?? ''] === 'string' ? String(row[key ?? '']) : null);
  return {
    definition,
    since,
    replication: key === undefined ? undefined : {key, valueOf: instantOf},
    memory: {rows: undefined, proofs: {}},
    parents: definition.perParent && toRead({stream: definition.perParent.tapStreamId}),
    checkpoint: undefined,
  };
}

function idsOfStream(reading: StreamReading | undefined, dataKey: string): Promise<string[]> {
  if (!reading) throw new Error('the stream is not read');
  return idsOf(reading.pages, dataKey);
}

/** Rows 1 to n under the last part of the path; none of them is from the future. */
function answerRows(count: (path: string) => number, extra: Record<string, unknown> = {}) {
  return ({path, params}: ListQuery): ListAnswer => {
    const offset = Number(params.get('offset') ?? 0);
    const isFuture = [...params].some(([name, value]) => name.startsWith('filters') && value > '2026-06');
    const total = isFuture ? 0 : count(path);
    const rows = Array.from({length: total}, (_, index) => ({id: String(index + 1)}));
    const page = rows.slice(offset, offset + Number(params.get('limit') ?? 20));
    return {body: {...extra, [path.split('/').at(-1) ?? '']: page, meta: {total: String(total)}}};
  };
}

describe('reading the selected streams', () => {
  test('reads a list that holds several streams once, and gives each its own rows', async () => {
    const {readings, server} = await start(
      ({params}) => {
        const offset = Number(params.get('offset') ?? 0);
        const fields = Array.from({length: Math.min(100, 250 - offset)}, (_, index) => ({
          id: String(offset + index + 1),
        }));
        // Every hundredth field has two options and one relation.
        const withMore = fields.filter(({id}) => Number(id) % 100 === 1);
        const fieldOptions = withMore.flatMap(({id}) => [{id: `${id}1`}, {id: `${id}2`}]);
        return {body: {fields, fieldOptions, fieldRels: withMore, meta: {total: '250'}}};
      },
      ['contact_custom_field_options', 'contact_custom_field_rels', 'contact_custom_fields'],
    );
    expect(await idsOfStream(readings[0], 'fieldOptions')).toEqual(['11', '12', '1011', '1012', '2011', '2012']);
    expect(await idsOfStream(readings[1], 'fieldRels')).toEqual(['1', '101', '201']);
    expect(await idsOfStream(readings[2], 'fields')).toHaveLength(250);
    expect(server.queries).toHaveLength(3);
    expect(readings.map(({progress}) => progress)).toEqual(readings.map(() => readings[0]?.progress));
  });

  test('pages by the rows of the list itself, also where only what comes with it is selected', async () => {
    const {readings, server} = await start(
      answerRows(() => 120, {fieldOptions: [{id: '7'}]}),
      ['contact_custom_field_options'],
    );
    expect(await idsOfStream(readings[0], 'fieldOptions')).toEqual(['7']);
    expect(server.queries).toHaveLength(2);
  });

  test.each([null, {}, [], undefined])('takes %j beside the rows of a list for nothing', async fieldOptions => {
    const {readings} = await start(
      answerRows(() => 3, {fieldOptions}),
      ['contact_custom_field_options', 'contact_custom_fields'],
    );
    expect(await idsOfStream(readings[0], 'fieldOptions')).toEqual([]);
    expect(await idsOfStream(readings[1], 'fields')).toHaveLength(3);
  });

  test('sends the parameters of a stream with every page, and its filter where there is a bookmark', async () => {
    const {readings, server} = await start(
      answerRows(() => 150),
      ['accounts', {stream: 'deals', since: '2024-01-02T00:00:00.000000Z'}],
    );
    await idsOfStream(readings[0], 'accounts');
    await idsOfStream(readings[1], 'deals');
    const asked = (path: string) =>
      server.queries.filter(query => query.path === path).map(({params}) => Object.fromEntries(params));
    expect(asked('accounts')).toEqual([
      {'orders[id]': 'ASC', count_deals: 'true', limit: '100', offset: '0'},
      {'orders[id]': 'ASC', count_deals: 'true', limit: '100', offset: '99'},
    ]);
    const [probe, ...pages] = asked('deals').filter(({limit}) => limit === '100');
    expect(probe).toMatchObject({'filters[updated_after]': expect.stringMatching(/^20\d\d-.*Z$/)});
    expect(pages).toEqual(
      ['0', '99'].map(offset => ({
        'orders[id]': 'ASC',
        'orders[cdate]': 'ASC',
        'filters[updated_after]': '2024-01-01T00:00:00Z',
        limit: '100',
        offset,
      })),
    );
  });

  test('reads contacts by key', async () => {
    const {readings, server} = await start(
      ({params}) => {
        if ((params.get('filters[updated_after]') ?? '') > '2026-06') return {body: {contacts: [], meta: {total: '0'}}};
        const from = Number(params.get('id_greater') ?? 0);
        const limit = Math.min(Number(params.get('limit')), 250 - from);
        const rows = Array.from({length: limit}, (_, index) => ({id: String(from + index + 1)}));
        return {body: {contacts: rows, meta: {total: '250'}}};
      },
      [{stream: 'contacts', since: '2024-01-01T00:00:01.000000Z'}],
    );
    expect(await idsOfStream(readings[0], 'contacts')).toHaveLength(250);
    const [probe, ...pages] = server.queries
      .map(({params}) => params)
      .filter((params, index) => index === 0 || params.has('orders[id]'));
    expect(probe?.get('filters[updated_after]')).toMatch(/^20\d\d-/);
    // The last two ask whether anything has moved meanwhile.
    expect(pages.map(params => params.get('id_greater'))).toEqual([null, '100', '200', null, '250']);
    expect(new Set(pages.map(params => params.get('filters[updated_after]')))).toEqual(
      new Set(['2024-01-01T00:00:00Z']),
    );
  });

  describe('the products of orders', () => {
    const orders = (path: string) => (path === 'ecomOrders' ? 130 : path === 'ecomOrderProducts' ? 0 : 1);
    const perOrder = ({path, ...query}: ListQuery): ListAnswer => {
      if (path === 'ecomOrderProducts') return {status: 404, body: {message: 'No Result found'}};
      if (path === 'ecomOrders') return answerRows(orders)({path, ...query});
      const order = path.split('/')[1];
      return {body: {ecomOrderProducts: [{id: `${order}1`}, {id: `${order}2`}]}};
    };

    test('come from the list of the account', async () => {
      const {readings, server} = await start(
        answerRows(() => 3),
        ['ecommerce_order_products'],
      );
      expect(await idsOfStream(readings[0], 'ecomOrderProducts')).toEqual(['1', '2', '3']);
      expect(server.queries.map(({path}) => path)).toEqual(['ecomOrderProducts']);
    });

    test('come order by order where that list answers 404', async () => {
      const {readings, server} = await start(perOrder, ['ecommerce_order_products']);
      const ids = await idsOfStream(readings[0], 'ecomOrderProducts');
      expect(ids).toEqual(Array.from({length: 130}, (_, index) => [`${index + 1}1`, `${index + 1}2`]).flat());
      const paths = server.queries.map(({path}) => path);
      expect(paths.filter(path => path === 'ecomOrders')).toHaveLength(2);
      expect(paths.filter(path => /^ecomOrders\/\d+\/orderProducts$/.test(path))).toHaveLength(130);
      expect(readings[0]?.progress).toMatchObject({seen: 260, total: undefined});
    });

    test.each([
      {places: 2, bytes: 1_000_000},
      {places: 20, bytes: 1},
    ])('come order by order too with $places places for pages of $bytes bytes', async ({places, bytes}) => {
      const wishes = ['tags', 'ecommerce_order_products', 'users'];
      const {readings, context} = await start(perOrder, wishes, {places, bytes, window: 4, pageSize: 10});
      // The first and the last stream are there for the places that they take.
      context.places.setCurrent(1);
      expect(await idsOfStream(readings[1], 'ecomOrderProducts')).toHaveLength(260);
    });

    test('fail with any other answer than 404', async () => {
      const {readings} = await start(() => ({status: 403, body: {message: 'no shop'}}), ['ecommerce_order_products']);
      await expect(idsOfStream(readings[0], 'ecomOrderProducts')).rejects.toThrow(
        'ecomOrderProducts: HTTP 403, no shop',
      );
    });
  });

  test('asks first for what is written first', async () => {
    const order: string[] = [];
    const {readings} = await start(
      query => {
        order.push(query.path);
        return answerRows(() => 1)(query);
      },
      ['tags', 'users', 'lists', 'addresses'],
      {window: 1, places: 4},
    );
    for (const [index, key] of ['tags', 'users', 'lists', 'addresses'].entries())
      await idsOfStream(readings[index], key);
    expect(order).toEqual(['tags', 'users', 'lists', 'addresses']);
  });

  test('lets a stream fail alone', async () => {
    const {readings} = await start(
      query => (query.path === 'tags' ? {status: 404, body: {message: 'gone'}} : answerRows(() => 2)(query)),
      ['tags', 'users'],
    );
    await expect(idsOfStream(readings[0], 'tags')).rejects.toThrow('tags: HTTP 404, gone');
    expect(await idsOfStream(readings[1], 'users')).toEqual(['1', '2']);
  });

  test('ends the requests of a stream that is stopped, and of no other', async () => {
    const {readings} = await start(
      query => (query.path === 'tags' ? {breakage: 'silence'} : answerRows(() => 2)(query)),
      ['tags', 'users'],
    );
    const stopped = idsOfStream(readings[0], 'tags');
    readings[0]?.stop();
    await expect(stopped).rejects.toThrow(/abort/);
    expect(await idsOfStream(readings[1], 'users')).toEqual(['1', '2']);
  });

  test("ends everything with the run, by the run's own reason", async () => {
    const {readings, controller} = await start(() => ({breakage: 'silence'}), ['tags', 'users']);
    const ended = readings.map(reading => idsOfStream(reading, 'any'));
    const reason = new Error('the run is over');
    controller.abort(reason);
    for (const one of ended) await expect(one).rejects.toBe(reason);
  });

  test('prints no warning, however many requests one stream has under way', async () => {
    const warnings = gatherWarnings();
    const {readings} = await start(
      answerRows(() => 10_000),
      ['tags'],
      {window: 40},
    );
    expect(await idsOfStream(readings[0], 'tags')).toHaveLength(10_000);
    expect(await warnings.stop()).toEqual([]);
  });
});

test('a stream of which it is known why it cannot be read fails with that, and is not asked for', async () => {
  const server = await startListServer(answerRows(() => 3));
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const stream = toRead({stream: 'tags'});
  const definition = {...stream.definition, fault: {path: 'elsewhere', status: 500, detail: 'in trouble'}};
  const [reading] = startReading(context, [{...stream, definition}], new AbortController().signal);
  await expect(idsOfStream(reading, 'tags')).rejects.toThrow('elsewhere: HTTP 500, in trouble');
  expect(server.queries).toEqual([]);
});
