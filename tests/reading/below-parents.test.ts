// Rows that hang below contacts and orders: along with their parents where that was proven, below each of them where not.

import {afterEach, describe, expect, test} from '@jest/globals';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {type StreamReading, startReading} from '../../src/reading/reader.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

const INCLUDE = 'geoIps.geoAddress';
const PROOF = `include=${INCLUDE}`;
const FILTER = 'filters[updated_after]';
const CONTACTS = 250;

/** What differs from a server that brings all rows along and obeys every parameter. */
type World = {
  readonly contacts?: number;
  /** How many addresses a contact was seen from. */
  readonly ipsOf?: (contact: number) => number;
  /** When a contact changed last. */
  readonly movedAt?: (contact: number) => string | null;
  /** The rows that come along of those that should. */
  readonly along?: (rows: readonly WireRow[], query: ListQuery) => unknown;
  readonly ignoresFilter?: boolean;
  /** What a contact says of its addresses beside what comes along. */
  readonly named?: (contact: number) => object;
  readonly ignoresKeys?: boolean;
  readonly instead?: (query: ListQuery) => ListAnswer | undefined;
};

const upTo = (count: number) => Array.from({length: count}, (_, index) => index + 1);

/** A third of the contacts has none, a third has one, the rest two. */
const THIRDS = (contact: number) => contact % 3;

/** The tenth address of a contact and the first of the next must not have the same id. */
function ipIds(contact: number, count: number): string[] {
  return upTo(count).map(number => String(contact * 1_000 + number));
}

function allIps({contacts = CONTACTS, ipsOf = THIRDS}: World = {}): string[] {
  return upTo(contacts).flatMap(contact => ipIds(contact, ipsOf(contact)));
}

function serve(world: World) {
  const {
    contacts = CONTACTS,
    ipsOf = THIRDS,
    movedAt = () => '2026-05-01T00:00:00+00:00',
    along = rows => rows,
    named = () => ({}),
  } = world;
  const geoIps = (contact: number) =>
    ipIds(contact, ipsOf(contact)).map(id => ({
      id,
      contact: String(contact),
      // Ten contacts share an address.
      geoaddrid: String(90_000 + Math.floor(contact / 10)),
      tstamp: '2026-05-01T00:00:00+00:00',
    }));
  const addressOf = (geoaddrid: unknown) => ({id: geoaddrid, city: `city ${geoaddrid}`});

  return (query: ListQuery): ListAnswer => {
    const instead = world.instead?.(query);
    if (instead) return instead;
    const {path, params} = query;
    const limit = Number(params.get('limit') ?? 20);
    const [resource, id, part] = path.split('/');
    if (resource === 'geoIps') {
      const owner = geoIps(Math.floor(Number(id) / 1_000)).find(ip => ip.id === id);
      return {body: owner ? {geoAddress: addressOf(owner.geoaddrid)} : {}};
    }
    if (part === 'geoIps') return {body: {geoIps: geoIps(Number(id)).slice(0, limit)}};
    if (part !== undefined) return {body: {[part]: ipIds(Number(id), ipsOf(Number(id))).map(key => ({id: key}))}};

    const bound = params.get(FILTER);
    const passed = upTo(contacts)
      .map(number => ({id: String(number), udate: movedAt(number), ...named(number)}))
      .filter(
        ({udate}) => bound === null || world.ignoresFilter || (udate !== null && Date.parse(udate) > Date.parse(bound)),
      );
    const total = {meta: {total: String(passed.length)}};
    const [after, before] = [params.get('id_greater') ?? 0, params.get('id_less') ?? Number.POSITIVE_INFINITY];
    const isWithin = ({id}: {id: string}) => Number(id) > Number(after) && Number(id) < Number(before);
    const wanted = world.ignoresKeys ? passed : passed.filter(isWithin);
    const sorted = params.get('orders[id]') === 'DESC' ? wanted.toReversed() : wanted;
    const offset = Number(params.get('offset') ?? 0);
    const page = sorted.slice(offset, offset + limit);
    if (params.get('include') !== INCLUDE) return {body: {contacts: page, ...total}};
    const came = page.flatMap(contact => geoIps(Number(contact.id)));
    const addresses = [...new Set(came.map(ip => ip.geoaddrid))].map(addressOf);
    const beside = along(came, query);
    return {
      body: {contacts: page, ...(beside === undefined ? {} : {geoIps: beside, geoAddresses: addresses}), ...total},
    };
  };
}

type Wish = {
  readonly stream?: string;
  readonly pageSize?: number;
  readonly entry?: object;
  readonly checkpoint?: Checkpoint | undefined;
};

async function start(answer: (query: ListQuery) => ListAnswer, wish: Wish = {}) {
  const {stream = 'contact_geo_ips', pageSize = 100, entry, checkpoint} = wish;
  const server = await startListServer(answer);
  const {context, client} = createContext(server.url, {pageSize});
  closing.push(server.stop, client.close);
  const [reading] = startReading(context, [planned(stream, entry, {checkpoint})], new AbortController().signal);
  if (!reading) throw new Error('nothing is read');
  const asked = (path: RegExp) => server.queries.filter(query => path.test(query.path));
  return {reading, asked};
}

/** Reads to the end, or until so many pages came; gives the ids and where the last page stood. */
async function read({pages}: StreamReading, dataKey = 'geoIps', mostPages = Number.POSITIVE_INFINITY) {
  const ids: string[] = [];
  let checkpoint: Checkpoint | undefined;
  let count = 0;
  for await (const page of pages) {
    count += 1;
    ids.push(...(page.rows[dataKey] ?? []).map(({id}) => String(id)));
    checkpoint = page.checkpoint?.();
    page.release();
    if (count >= mostPages) break;
  }
  const stored: Checkpoint | undefined = checkpoint && JSON.parse(JSON.stringify(checkpoint));
  return {ids, checkpoint: stored, pages: count};
}

async function readAll(world: World, wish?: Wish, dataKey?: string) {
  const {reading, asked} = await start(serve(world), wish);
  const {ids} = await read(reading, dataKey);
  return {ids: ids.toSorted((a, b) => Number(a) - Number(b)), progress: reading.progress, asked};
}

const PER_CONTACT = /^contacts\/\d+\/geoIps$/;
const LIST = /^contacts$/;
const known = (obeyed: boolean) => ({proofs: {[PROOF]: {obeyed, at: new Date().toISOString()}}});

describe('rows that the parents bring along', () => {
  test('are read so where a sample shows that they are the same', async () => {
    const {ids, progress, asked} = await readAll({});
    expect(ids).toEqual(allIps());
    expect(progress.ways).toEqual(['included']);
    expect(progress.proofs[PROOF]).toMatchObject({obeyed: true});
    // The sample: a page of contacts; the first and the last of it without rows, the last that has some, and three of
    // those that have most. Then the last of the second page.
    const sampled = asked(PER_CONTACT).map(({path}) => Number(path.split('/')[1]));
    expect(sampled.toSorted((a, b) => a - b)).toEqual([2, 3, 50, 98, 99, 100, 198, 200]);
    expect([progress.parents?.proofRequests, progress.proofRequests]).toEqual([1, 8]);
    // The sample, three pages, and the question whether contacts have come since.
    expect(asked(LIST)).toHaveLength(1 + 3 + 1);
    expect(
      asked(LIST)
        .filter(({params}) => params.get('limit') !== '1')
        .map(({params}) => params.get('include')),
    ).toEqual(Array.from({length: 4}, () => INCLUDE));
    expect(progress).toMatchObject({
      seen: ids.length,
      isWhole: true,
      verdict: 'unverified',
      parents: {verdict: 'verified'},
    });
  });

  test('are read so at once where it was proven in an earlier run', async () => {
    const {ids, progress, asked} = await readAll({}, {entry: known(true)});
    expect(ids).toEqual(allIps());
    // The ends of the second page.
    expect(asked(PER_CONTACT)).toHaveLength(2);
    expect(progress.proofRequests).toBe(2);
  });

  test('are read so where they come unasked, and nothing is asked of the list for them', async () => {
    const scores = upTo(60).map(id => ({id: String(id), contact: String(id), mdate: '2026-05-01 00:00:00'}));
    const {reading, asked} = await start(
      ({path, params}) => {
        const [, contact] = path.split('/');
        if (contact) return {body: {scoreValues: scores.filter(score => score.contact === contact)}};
        const after = Number(params.get('id_greater') ?? 0);
        const contacts = upTo(60)
          .filter(id => id > after)
          .slice(0, Number(params.get('limit')));
        const beside = scores.filter(score => contacts.includes(Number(score.contact)));
        return {body: {contacts: contacts.map(id => ({id})), scoreValues: beside, meta: {total: '60'}}};
      },
      {stream: 'contact_score_values', pageSize: 25},
    );
    expect((await read(reading, 'scoreValues')).ids).toEqual(scores.map(({id}) => id));
    expect(reading.progress.ways).toEqual(['included']);
    expect(asked(LIST).some(({params}) => params.has('include'))).toBe(false);
    expect(asked(/scoreValues$/)).toHaveLength(3 + 1);
  });

  test('say when the reading began before their first page is written', async () => {
    const {reading} = await start(serve({}), {entry: known(true)});
    const {value} = await reading.pages.next();
    value?.release();
    expect(reading.progress.begunAt).toBeGreaterThan(0);
    reading.stop();
  });

  test('come once where pages of their parents overlap', async () => {
    const orders = upTo(45).map(String);
    const {reading, asked} = await start(
      ({path, params}) => {
        const [, order] = path.split('/');
        const discount = (id: string) => ({id: `${id}7`, orderid: id});
        if (order) return {body: {ecomOrderDiscounts: [discount(order)]}};
        const offset = Number(params.get('offset') ?? 0);
        const page = orders.slice(offset, offset + Number(params.get('limit')));
        const beside = params.get('include') === 'orderDiscounts' ? {ecomOrderDiscounts: page.map(discount)} : {};
        return {body: {ecomOrders: page.map(id => ({id})), ...beside, meta: {total: orders.length}}};
      },
      {stream: 'ecommerce_order_discounts', pageSize: 10},
    );
    expect((await read(reading, 'ecomOrderDiscounts')).ids).toEqual(orders.map(id => `${id}7`));
    expect(reading.progress.seen).toBe(45);
    // Five pages that overlap by an order, and the sample, and the ends of the second and the fourth page.
    expect(asked(/^ecomOrders$/)).toHaveLength(1 + 5);
    expect(asked(/orderDiscounts$/)).toHaveLength(3 + 2);
  });
});

describe('rows that the parents do not bring along are read below each of them', () => {
  const some = (rows: readonly WireRow[], isKept: (row: WireRow) => boolean) => rows.filter(isKept);

  test.each<[string, World]>([
    ['where the server does not know the parameter', {along: () => undefined}],
    ['where an empty list comes along', {along: () => []}],
    ['where what comes along ends early', {along: rows => rows.slice(0, 50)}],
    ['where what comes along begins late', {along: rows => rows.slice(40)}],
    [
      'where only the first of each parent comes along',
      {along: rows => some(rows, ({id}) => String(id).endsWith('1'))},
    ],
    [
      'where at most two of each parent come along, and the last one has no more',
      {ipsOf: contact => (contact === 40 ? 3 : 1), along: rows => some(rows, ({id}) => Number(id) % 1_000 < 3)},
    ],
    [
      'where more come along than there are',
      {along: rows => rows.flatMap(row => [row, {...row, id: `9${row['id']}`}])},
    ],
    ['where others come along', {along: rows => rows.map(row => ({...row, id: `9${row['id']}`}))}],
    [
      'where the server refuses the parameter',
      {instead: ({params}) => (params.has('include') ? {status: 400, body: {message: 'no such include'}} : undefined)},
    ],
  ])('%s', async (_, world) => {
    const {ids, progress, asked} = await readAll({...world, contacts: 120});
    expect(ids).toEqual(allIps({...world, contacts: 120}));
    expect(progress.ways).toEqual(['children']);
    expect(progress.proofs[PROOF]).toMatchObject({obeyed: false});
    expect(new Set(asked(PER_CONTACT).map(({path}) => path)).size).toBe(120);
  });

  test('at once where it was refuted in an earlier run', async () => {
    const {ids, progress, asked} = await readAll({}, {entry: known(false)});
    expect(ids).toEqual(allIps());
    expect(asked(LIST).some(({params}) => params.has('include'))).toBe(false);
    expect(asked(PER_CONTACT)).toHaveLength(CONTACTS);
    expect(progress.proofRequests).toBe(0);
  });

  test('without a conclusion where there are no parents', async () => {
    const {ids, progress} = await readAll({contacts: 0});
    expect(ids).toEqual([]);
    expect(progress.proofs).toEqual({});
  });

  test('and a parent that has gone during the sample is no contradiction', async () => {
    const gone = ({path}: ListQuery) => (path === 'contacts/99/geoIps' ? {status: 404} : undefined);
    expect((await readAll({instead: gone})).progress.ways).toEqual(['included']);
    const goneWithRows = ({path}: ListQuery) => (path === 'contacts/100/geoIps' ? {status: 404} : undefined);
    expect((await readAll({instead: goneWithRows})).progress.ways).toEqual(['children']);
  });
});

describe('where rows cease to come along in the middle of the list', () => {
  const LAST = 2;
  /** The pages of contacts that bring rows along, the sample included. */
  function breaksOff(how: 'missing' | 'refused'): World {
    let pages = 0;
    return {
      instead: ({params}) => {
        if (params.has('include')) pages += 1;
        return how === 'refused' && params.has('include') && pages > LAST ? {status: 422} : undefined;
      },
      along: rows => (pages > LAST ? undefined : rows),
    };
  }

  /** Brings two rows along with the pages of contacts behind this one. */
  const cutBehind = (last: number) => (rows: readonly WireRow[]) =>
    Number(rows[0]?.['contact']) > last ? rows.slice(0, 2) : rows;

  test.each(['missing', 'refused'] as const)('they are read below each parent in the same run: %s', async how => {
    const world = breaksOff(how);
    const {reading, asked} = await start(
      query => {
        const {path, params} = query;
        return path === 'contacts' && !params.has('include') ? serve({})(query) : serve(world)(query);
      },
      {entry: known(true)},
    );
    const {ids} = await read(reading);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(allIps());
    expect(reading.progress.ways).toEqual(['included', 'children']);
    expect(reading.progress.proofs[PROOF]).toMatchObject({obeyed: false});
    expect(reading.progress.seen).toBe(ids.length);
    expect(new Set(asked(PER_CONTACT).map(({path}) => path)).size).toBe(CONTACTS);
  });

  // Contacts name what belongs to them, and go on naming what is gone.
  const ids = (contact: number) => ipIds(contact, THIRDS(contact));
  test.each<[string, World, boolean]>([
    ['cut off, and the contacts name them', {named: contact => ({geoIps: ids(contact)}), along: cutBehind(100)}, false],
    ['cut off, and nobody names them', {along: cutBehind(200)}, false],
    [
      'whole, and the contacts name more than there are',
      {named: contact => ({geoIps: [...ids(contact), `${contact}999`, '0', null]})},
      true,
    ],
  ])('nothing is lost where they are %s', async (_, world, isIncluded) => {
    const {ids: came, progress, asked} = await readAll({contacts: 350, ...world}, {entry: known(true), pageSize: 50});
    expect(came).toEqual(allIps({contacts: 350}));
    expect(progress.ways).toEqual(isIncluded ? ['included'] : ['included', 'children']);
    // Of those that name what is gone, two a page are looked at.
    if (isIncluded) expect(asked(PER_CONTACT)).toHaveLength(2 * 7);
  });

  test('the stream fails where the server stumbles', async () => {
    const {reading} = await start(
      serve({instead: ({params}) => (params.get('id_greater') === '100' ? {status: 500} : undefined)}),
      {entry: known(true)},
    );
    await expect(read(reading)).rejects.toThrow('HTTP 500');
  });
});

describe('below parents that changed', () => {
  const SINCE = '2026-05-10T00:00:00.000000Z';
  const BEFORE = '2026-05-09T12:00:00+00:00';
  const AFTER = '2026-05-10T12:00:00+00:00';
  /** Every twentieth contact has changed. */
  const movedAt = (contact: number) => (contact % 20 === 0 ? AFTER : BEFORE);
  const changed = upTo(CONTACTS).filter(contact => movedAt(contact) === AFTER);
  const wanted = (contacts: readonly number[]) => contacts.flatMap(contact => ipIds(contact, THIRDS(contact)));
  const parentsOf = (queries: readonly ListQuery[]) =>
    queries.map(({path}) => Number(path.split('/')[1])).toSorted((a, b) => a - b);

  test('rows are asked for below those alone', async () => {
    const {ids, progress, asked} = await readAll({movedAt}, {entry: {parents_since: SINCE, ...known(false)}});
    expect(ids).toEqual(wanted(changed));
    expect(parentsOf(asked(PER_CONTACT))).toEqual(changed);
    const bounds = asked(LIST).map(({params}) => params.get(FILTER));
    expect(bounds).toContain('2026-05-09T23:58:59Z');
    expect(progress).toMatchObject({isWhole: false, listRows: undefined, ways: ['children']});
  });

  test('rows that come along are those of these parents', async () => {
    const {ids, progress, asked} = await readAll({movedAt}, {entry: {parents_since: SINCE, ...known(true)}});
    expect(ids).toEqual(wanted(changed));
    expect(asked(PER_CONTACT)).toEqual([]);
    expect(progress).toMatchObject({isWhole: false, ways: ['included']});
  });

  test.each([true, false])(
    'the others are passed over where the server ignores the filter; rows come along: %s',
    async obeyed => {
      const entry = {parents_since: SINCE, ...known(obeyed)};
      // Nobody knows of a contact without a time whether it has changed.
      const withoutOne = (contact: number) => (contact === 7 ? null : movedAt(contact));
      const {ids, asked} = await readAll({movedAt: withoutOne, ignoresFilter: true}, {entry});
      const perhaps = [...changed, 7].toSorted((a, b) => a - b);
      expect(ids).toEqual(wanted(perhaps));
      if (!obeyed) expect(parentsOf(asked(PER_CONTACT))).toEqual(perhaps);
    },
  );

  test.each([true, false])(
    'a minute is nothing, as a time may be shown that is earlier than the change could be seen; filter ignored: %s',
    async ignoresFilter => {
      const at = (contact: number) => (contact === 5 ? '2026-05-09T23:59:30+00:00' : BEFORE);
      for (const obeyed of [true, false]) {
        const entry = {parents_since: SINCE, ...known(obeyed)};
        const {ids} = await readAll({movedAt: at, ignoresFilter}, {entry});
        expect(ids).toEqual(ipIds(5, 2));
      }
    },
  );

  test('of parents that hang below others themselves, those above them tell what changed', async () => {
    const wish = {stream: 'contact_geo_addresses', entry: {parents_since: SINCE, ...known(false)}};
    const {ids, progress, asked} = await readAll({movedAt}, wish, 'geoAddress');
    const ips = wanted(changed);
    expect(parentsOf(asked(/^geoIps\/\d+\/geoAddress$/)).map(String)).toEqual(ips);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...new Set(ips.map(id => String(90_000 + Math.floor(Number(id) / 10_000))))]);
    expect(progress).toMatchObject({isWhole: false, listRows: undefined});
  });
});

describe('rows below rows', () => {
  const addresses = [...new Set(allIps().map(id => String(90_000 + Math.floor(Number(id) / 10_000))))];
  const wish = {stream: 'contact_geo_addresses'};

  test('come along with the list of those at the top', async () => {
    const {ids, progress, asked} = await readAll({}, wish, 'geoAddress');
    expect(ids).toEqual(addresses);
    expect(progress).toMatchObject({ways: ['included'], isWhole: true});
    expect(asked(LIST)).toHaveLength(1 + 3 + 1);
    expect(asked(/^geoIps\//).length).toBeLessThanOrEqual(6);
  });

  test('are asked for one by one where nothing comes along', async () => {
    const {ids, progress, asked} = await readAll({along: () => undefined}, wish, 'geoAddress');
    expect(ids).toEqual(addresses);
    expect(progress.ways).toEqual(['children']);
    expect(asked(/^geoIps\//)).toHaveLength(allIps().length);
    expect(asked(PER_CONTACT)).toHaveLength(CONTACTS);
  });
});

describe('an interrupted reading', () => {
  const since = {parents_since: '2026-05-10T00:00:00.000000Z'};
  const movedAt = (contact: number) => (contact % 2 === 0 ? '2026-05-11T00:00:00+00:00' : '2026-05-01T00:00:00+00:00');
  const evens = upTo(CONTACTS).filter(contact => contact % 2 === 0);

  test.each<[string, object, readonly string[]]>([
    ['along with the parents', known(true), allIps()],
    ['below each parent', known(false), allIps()],
    ['along with those that changed', {...since, ...known(true)}, evens.flatMap(id => ipIds(id, THIRDS(id)))],
    ['below those that changed', {...since, ...known(false)}, evens.flatMap(id => ipIds(id, THIRDS(id)))],
  ])('%s goes on from any page, and loses nothing', async (_, entry, expected) => {
    for (const mostPages of [1, 2, 3, 7]) {
      const first = await start(serve({movedAt}), {entry, pageSize: 40});
      const {ids, checkpoint} = await read(first.reading, 'geoIps', mostPages);
      first.reading.stop();
      const second = await start(serve({movedAt}), {entry, pageSize: 40, checkpoint});
      const rest = await read(second.reading);
      expect(second.reading.progress.isResumed).toBe(checkpoint !== undefined);
      const all = new Set([...ids, ...rest.ids]);
      expect([...all].toSorted((a, b) => Number(a) - Number(b))).toEqual(expected);
      // It goes on: what was written is not asked for again.
      expect(rest.ids.length).toBeLessThan(expected.length);
      expect(second.reading.progress.seen).toBe(expected.length);
    }
  });

  test('below each of many parents holds the place among them, however long their list is', async () => {
    const first = await start(serve({}), {entry: known(false), pageSize: 10});
    const {checkpoint} = await read(first.reading, 'geoIps', 180);
    first.reading.stop();
    expect(checkpoint).toMatchObject({way: 'children', upTo: '180'});
    expect(first.asked(LIST).some(({params}) => params.has('id_less'))).toBe(false);
  });

  test('below each of many parents asks for none that is done, and moves on however short it is', async () => {
    const first = await start(serve({}), {entry: known(false), pageSize: 10});
    const before = await read(first.reading, 'geoIps', 120);
    first.reading.stop();
    const second = await start(serve({}), {entry: known(false), pageSize: 10, checkpoint: before.checkpoint});
    const {ids, checkpoint} = await read(second.reading, 'geoIps', 1);
    second.reading.stop();
    expect(second.asked(LIST)[0]?.params.get('id_greater')).toBe('120');
    expect(checkpoint).toMatchObject({way: 'children', upTo: '121'});
    const third = await start(serve({}), {entry: known(false), pageSize: 10, checkpoint});
    const rest = await read(third.reading);
    expect([...before.ids, ...ids, ...rest.ids]).toEqual(allIps());
    expect(third.asked(LIST).every(({params}) => Number(params.get('id_greater')) >= 121)).toBe(true);
    expect(third.reading.progress.seen).toBe(allIps().length);
  });

  test('below each of many parents asks for all of them where the server knows no bounds any more', async () => {
    const first = await start(serve({}), {entry: known(false), pageSize: 10});
    const before = await read(first.reading, 'geoIps', 120);
    first.reading.stop();
    expect(before.checkpoint).toMatchObject({upTo: '120'});
    const wish = {entry: known(false), pageSize: 10, checkpoint: before.checkpoint};
    const second = await start(serve({ignoresKeys: true}), wish);
    const rest = await read(second.reading);
    expect([...before.ids, ...rest.ids]).toEqual(allIps());
    expect(second.asked(LIST)[0]?.params.get('id_greater')).toBe('120');
  });

  // The first page of a server that knows no order may look as if it did.
  test.each<[string, readonly number[], number]>([
    ['none', [9, 5, 3, 7, 1], 100],
    ['none, and short pages', [9, 5, 3, 7, 1], 2],
    ['one that is broken far behind', [...upTo(180).map(id => id + 20), ...upTo(20)], 50],
  ])('loses nothing below parents that come in another order than that of their ids: %s', async (_, ids, pageSize) => {
    const answer = ({path, params}: ListQuery): ListAnswer => {
      const [, id] = path.split('/');
      if (id !== undefined) return {body: {geoIps: [{id, contact: id}]}};
      const [offset, limit] = [Number(params.get('offset') ?? 0), Number(params.get('limit'))];
      const contacts = ids.slice(offset, offset + limit).map(id => ({id: String(id)}));
      return {body: {contacts, meta: {total: String(ids.length)}}};
    };
    for (const mostPages of [1, 2, ids.length - 2]) {
      const first = await start(answer, {entry: known(false), pageSize});
      const {ids: before, checkpoint} = await read(first.reading, 'geoIps', mostPages);
      first.reading.stop();
      expect(checkpoint).toMatchObject({way: 'children', seen: mostPages});
      const second = await start(answer, {entry: known(false), pageSize, checkpoint});
      const {ids: rest} = await read(second.reading);
      expect([...before, ...rest].map(Number).toSorted((a, b) => a - b)).toEqual(ids.toSorted((a, b) => a - b));
    }
  });

  test('along with the parents begins again below each where they bring nothing along any more', async () => {
    const first = await start(serve({}), {entry: known(true), pageSize: 40});
    const {checkpoint} = await read(first.reading, 'geoIps', 3);
    first.reading.stop();
    expect(checkpoint).toMatchObject({way: 'included', at: {way: 'keyset'}});
    const {ids, progress} = await readAll({along: () => undefined}, {entry: known(true), pageSize: 40, checkpoint});
    expect(ids).toEqual(allIps());
    expect(progress.seen).toBe(ids.length);
    expect(progress.ways).toEqual(['included', 'children']);
  });

  test('below each parent begins again along with them where that was proven meanwhile', async () => {
    const first = await start(serve({}), {entry: known(false)});
    const {checkpoint} = await read(first.reading, 'geoIps', 20);
    first.reading.stop();
    expect(checkpoint).toMatchObject({way: 'children', upTo: '20'});
    const {ids, progress} = await readAll({}, {entry: known(true), checkpoint});
    expect(ids).toEqual(allIps());
    expect(progress.seen).toBe(ids.length);
  });
});

describe('a list of parents that cannot be read', () => {
  test.each([403, 404])('fails the stream with %i, before anything was asked below them', async status => {
    const {reading, asked} = await start(serve({instead: ({path}) => (path === 'contacts' ? {status} : undefined)}));
    await expect(read(reading)).rejects.toThrow(`contacts: HTTP ${status}`);
    expect(asked(PER_CONTACT)).toEqual([]);
    expect(reading.progress.requests).toBe(0);
  });
});
