// Rows below parents that come and go while they are read, whose readings are killed and gone on with, in few places.

import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {startReading} from '../../src/reading/reader.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

// Only a reading that waits for ever takes so long.
const STUCK_MS = 20_000;

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

const upTo = (count: number) => Array.from({length: count}, (_, index) => index + 1);

/** A seeded generator of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Movement = {
  readonly rows: number;
  readonly seed: number;
  /** Parents that go and come with every so many answers of their list. */
  readonly removed: number;
  readonly inserted: number;
  readonly every: number;
};

/** What the stream below is called, its parents' list, and the key of a row that names its parent. */
type Family = {
  readonly stream: string;
  readonly list: string;
  readonly dataKey: string;
  readonly parentKey: string;
  readonly include: string;
};

const DISCOUNTS: Family = {
  stream: 'ecommerce_order_discounts',
  list: 'ecomOrders',
  dataKey: 'ecomOrderDiscounts',
  parentKey: 'orderid',
  include: 'orderDiscounts',
};

const IPS: Family = {
  stream: 'contact_geo_ips',
  list: 'contacts',
  dataKey: 'geoIps',
  parentKey: 'contact',
  include: 'geoIps.geoAddress',
};

/** Every parent has up to sixteen rows below it, more than some pages hold. */
function rowsBelow(parent: number, {parentKey}: Family): readonly {readonly id: string}[] {
  return upTo((7 * parent) % 17).map(number => ({id: String(parent * 100 + number), [parentKey]: String(parent)}));
}

/** The part of a list that a query asks for. */
function pageOf<T>(rows: readonly T[], params: URLSearchParams): readonly T[] {
  const offset = Number(params.get('offset') ?? 0);
  return rows.slice(offset, offset + Number(params.get('limit')));
}

/** A server whose parents move: orders are read by offset, contacts by key. */
function serveMoving(family: Family, {rows, seed, removed, inserted, every}: Movement, isIncluded: boolean) {
  const next = dice(seed);
  const parents = upTo(rows);
  const stayed = new Set(parents);
  let highest = rows;
  let answers = 0;

  function move(): void {
    answers += 1;
    if (answers % every !== 0) return;
    for (let count = 0; count < removed; count += 1) {
      const [gone = 0] = parents.splice(Math.floor(next() * parents.length), 1);
      stayed.delete(gone);
    }
    for (let count = 0; count < inserted; count += 1) {
      highest += 1;
      parents.push(highest);
    }
  }

  const answer = ({path, params}: ListQuery): ListAnswer => {
    const [, parent] = path.split('/');
    if (parent !== undefined) {
      if (!parents.includes(Number(parent))) return {status: 404, body: {}};
      return {body: {[family.dataKey]: pageOf(rowsBelow(Number(parent), family), params)}};
    }
    move();
    const after = Number(params.get('id_greater') ?? 0);
    const before = Number(params.get('id_less') ?? Number.POSITIVE_INFINITY);
    const sorted = params.get('orders[id]') === 'DESC' ? parents.toReversed() : parents;
    const page = pageOf(
      sorted.filter(id => id > after && id < before),
      params,
    );
    const beside = page.flatMap(id => rowsBelow(id, family));
    const came = isIncluded && params.get('include') === family.include ? {[family.dataKey]: beside} : {};
    return {body: {[family.list]: page.map(id => ({id: String(id)})), ...came, meta: {total: parents.length}}};
  };
  return {answer, wanted: () => [...stayed].flatMap(id => rowsBelow(id, family).map(row => row.id))};
}

type Bounds = {readonly pageSize: number; readonly window: number; readonly places: number; readonly bytes: number};

const bounds = fc.record({
  pageSize: fc.constantFrom(4, 7, 25),
  window: fc.integer({min: 1, max: 4}),
  places: fc.integer({min: 1, max: 6}),
  bytes: fc.constantFrom(1, 500, 1_000_000),
});

/** One run: reads until the end, or so many pages. */
async function run(url: string, {stream, dataKey}: Family, entry: object, limits: Bounds, mostPages: number) {
  const {context, client} = createContext(url, limits);
  const killed = new AbortController();
  const {checkpoint, ...rest} = {checkpoint: undefined, ...entry};
  const signal = AbortSignal.any([killed.signal, AbortSignal.timeout(STUCK_MS)]);
  const [reading] = startReading(context, [planned(stream, rest, {checkpoint})], signal);
  if (!reading) throw new Error('nothing is read');
  const ids: string[] = [];
  let place: Checkpoint | undefined;
  let pages = 0;
  try {
    for await (const page of reading.pages) {
      pages += 1;
      ids.push(...(page.rows[dataKey] ?? []).map(({id}) => String(id)));
      place = page.checkpoint?.() ?? place;
      page.release();
      if (pages >= mostPages) break;
    }
  } finally {
    killed.abort('killed');
    client.close();
  }
  const stored: Checkpoint | undefined = place && JSON.parse(JSON.stringify(place));
  return {ids, place: stored, proofs: reading.progress.proofs, isOver: pages < mostPages};
}

describe('rows below parents that come and go', () => {
  const one = fc.integer({min: 0, max: 1});
  const movements = fc.record({
    rows: fc.integer({min: 0, max: 90}),
    seed: fc.nat(1_000_000),
    removed: one,
    inserted: one,
    every: fc.integer({min: 1, max: 3}),
  });

  test.each([
    {parents: 'orders', family: DISCOUNTS, isIncluded: true},
    {parents: 'orders', family: DISCOUNTS, isIncluded: false},
    {parents: 'contacts', family: IPS, isIncluded: true},
    {parents: 'contacts', family: IPS, isIncluded: false},
  ])(
    'are all read that stay, below $parents, however often the reading is killed; they come along: $isIncluded',
    async ({family, isIncluded}) => {
      await fc.assert(
        fc.asyncProperty(
          movements,
          bounds,
          fc.array(fc.integer({min: 1, max: 9}), {maxLength: 4}),
          async (movement, limits, kills) => {
            const {answer, wanted} = serveMoving(family, movement, isIncluded);
            const server = await startListServer(answer);
            closing.push(server.stop);
            const got = new Set<string>();
            let entry: object = {};
            for (const mostPages of [...kills, 100_000]) {
              const {ids, place, proofs, isOver} = await run(server.url, family, entry, limits, mostPages);
              expect(new Set(ids).size).toBe(ids.length);
              for (const id of ids) got.add(id);
              if (isOver) break;
              entry = {...entry, proofs, ...(place && {checkpoint: place})};
            }
            expect(wanted().filter(id => !got.has(id))).toEqual([]);
          },
        ),
        {seed: 73, numRuns: 40},
      );
    },
    120_000,
  );
});

test('no reading below parents below parents waits for a place that only it could give back', async () => {
  const answer = ({path, params}: ListQuery): ListAnswer => {
    const [resource = '', id, part] = path.split('/');
    if (part === 'geoAddress') return {body: {geoAddress: {id: `9${id}`}}};
    if (part === 'geoIps') return {body: {geoIps: upTo(3).map(number => ({id: `${id}${number}`, contact: id}))}};
    const rows = upTo(30).map(String);
    const after = Number(params.get('id_greater') ?? 0);
    const offset = Number(params.get('offset') ?? 0);
    const page = rows.filter(row => Number(row) > after).slice(offset, offset + Number(params.get('limit')));
    return {body: {[resource]: page.map(row => ({id: row})), meta: {total: rows.length}}};
  };
  const server = await startListServer(answer);
  closing.push(server.stop);
  await fc.assert(
    fc.asyncProperty(bounds, async limits => {
      const {context, client} = createContext(server.url, limits);
      const streams = [
        ['tags', 'tags', 30],
        ['contact_geo_addresses', 'geoAddress', 90],
        ['contact_geo_ips', 'geoIps', 90],
        ['users', 'users', 30],
      ] as const;
      const wishes = streams.map(([name]) => planned(name));
      const readings = startReading(context, wishes, AbortSignal.timeout(STUCK_MS));
      for (const [rank, [name, dataKey, count]] of streams.entries()) {
        context.places.setCurrent(rank);
        const reading = readings[rank];
        const ids = reading ? await idsOf(reading.pages, dataKey) : [];
        expect({[name]: ids.length}).toEqual({[name]: count});
      }
      client.close();
    }),
    {seed: 72, numRuns: 12},
  );
}, 120_000);
