import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createProgress, openList} from '../../src/reading/list.js';
import {readByOffset} from '../../src/reading/offsets.js';
import {type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

const servers: ListServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.stop())));

/** A seeded generator of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Order = 'by id' | 'by id, downwards' | 'by the last edit' | 'in groups, at random inside' | 'random';

type Plan = {
  readonly rows: number;
  readonly order: Order;
  readonly seed: number;
  /** Rows removed, inserted and edited before an answer. */
  readonly removed: number;
  readonly inserted: number;
  readonly edited: number;
  /** Before which answers: every one, every second, … */
  readonly every: number;
  readonly window: number;
  readonly total: 'number' | 'absent';
};

/** Reads a list that moves before each answer; gives what was read and what was there all the time. */
async function readMoving({rows, order, seed, removed, inserted, edited, every, window, total}: Plan) {
  const next = dice(seed);
  let clock = 0;
  let highest = rows;
  const list = new Map(Array.from({length: rows}, (_, index) => [index + 1, {editedAt: 0}]));
  const stayed = new Set(list.keys());
  const pick = () => [...list.keys()][Math.floor(next() * list.size)];

  function move(): void {
    clock += 1;
    for (let count = 0; count < removed; count += 1) {
      const id = pick();
      if (id === undefined) break;
      list.delete(id);
      stayed.delete(id);
    }
    for (let count = 0; count < inserted; count += 1) {
      highest += 1;
      list.set(highest, {editedAt: clock});
    }
    for (let count = 0; count < edited; count += 1) {
      const id = pick();
      if (id !== undefined) list.set(id, {editedAt: clock});
    }
  }

  function sorted(): number[] {
    const entries = [...list].map(([id, {editedAt}]) => ({id, editedAt, draw: next()}));
    const compare = {
      'by id': (a: {id: number}, b: {id: number}) => a.id - b.id,
      'by id, downwards': (a: {id: number}, b: {id: number}) => b.id - a.id,
      'by the last edit': (a: {id: number; editedAt: number}, b: {id: number; editedAt: number}) =>
        a.editedAt - b.editedAt || a.id - b.id,
      'in groups, at random inside': (a: {id: number; draw: number}, b: {id: number; draw: number}) =>
        Math.floor(b.id / 7) - Math.floor(a.id / 7) || a.draw - b.draw,
      random: (a: {draw: number}, b: {draw: number}) => a.draw - b.draw,
    }[order];
    return entries.sort(compare).map(({id}) => id);
  }

  let requests = 0;
  const server = await startListServer(({params}) => {
    requests += 1;
    // A list that never rests cannot be read in random order: it rests after a while.
    if (requests < 300 && requests % every === 0) move();
    const offset = Number(params.get('offset'));
    const page = sorted().slice(offset, offset + Number(params.get('limit')));
    return {
      body: {things: page.map(id => ({id: String(id)})), ...(total === 'absent' ? {} : {meta: {total: list.size}})},
    };
  });
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize: 20, window});
  const progress = createProgress();
  const things = {path: 'things', dataKeys: ['things'], endpoint: 'things', rank: 0};
  const session = openList(context, things, progress, new AbortController().signal);
  const ids = await idsOf(readByOffset(context, session, {query: {}, order: {}, isOpen: false}), 'things');
  client.close();
  const read = new Set(ids.map(Number));
  return {
    lost: [...stayed].filter(id => !read.has(id)),
    repeated: ids.length - read.size,
    requests,
    progress,
    left: list.size,
  };
}

const plans = {
  rows: fc.integer({min: 0, max: 600}),
  seed: fc.nat(1_000_000),
  removed: fc.integer({min: 0, max: 30}),
  inserted: fc.integer({min: 0, max: 5}),
  edited: fc.integer({min: 0, max: 5}),
  every: fc.integer({min: 1, max: 3}),
  window: fc.constantFrom(1, 3, 6),
};

describe('reading a list that moves by offset', () => {
  test('loses no row that stays where ids ascend, whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record({...plans, total: fc.constantFrom('number', 'absent')}), async plan => {
        const {lost, repeated} = await readMoving({...plan, order: 'by id'});
        expect({lost, repeated}).toEqual({lost: [], repeated: 0});
      }),
      {seed: 11, numRuns: 50},
    );
  });

  test.each(['by id, downwards', 'by the last edit'] as const)(
    'loses no row that stays where the list stands %s',
    async order => {
      const one = fc.integer({min: 0, max: 1});
      const few = {removed: one, inserted: one, edited: one, every: fc.integer({min: 3, max: 5})};
      await fc.assert(
        fc.asyncProperty(fc.record({...plans, ...few, total: fc.constant('number')}), async plan => {
          const {lost, repeated} = await readMoving({...plan, order});
          expect({lost, repeated}).toEqual({lost: [], repeated: 0});
        }),
        {seed: 12, numRuns: 25},
      );
    },
  );

  test('loses no row that stays where the order changes with every request', async () => {
    const one = fc.integer({min: 0, max: 1});
    const few = {removed: one, inserted: one, every: fc.integer({min: 5, max: 9})};
    await fc.assert(
      fc.asyncProperty(fc.record({...plans, ...few, total: fc.constant('number')}), async plan => {
        const {lost, repeated} = await readMoving({...plan, order: 'random'});
        expect({lost, repeated}).toEqual({lost: [], repeated: 0});
      }),
      {seed: 13, numRuns: 20},
    );
  });

  test.each(['number', 'absent'] as const)(
    'loses no row of a resting list whose equal rows change places, with the total %s',
    async total => {
      const none = fc.constant(0);
      const still = {...plans, removed: none, inserted: none, edited: none, total: fc.constant(total)};
      await fc.assert(
        fc.asyncProperty(fc.record(still), async plan => {
          const {lost, repeated} = await readMoving({...plan, order: 'in groups, at random inside'});
          expect({lost, repeated}).toEqual({lost: [], repeated: 0});
        }),
        {seed: 15, numRuns: 25},
      );
    },
  );

  test('calls a read verified only when nothing moved and every row came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          ...plans,
          total: fc.constant('number'),
          order: fc.constantFrom('by id', 'by id, downwards', 'random'),
        }),
        async plan => {
          const {progress, requests, lost} = await readMoving(plan);
          const isVerified = progress.verdict === 'verified';
          const isStill = (plan.removed === 0 && plan.inserted === 0) || requests === 1;
          // Of rows that stand otherwise in every answer, some may come and go without a sign.
          if (isVerified && plan.order !== 'random') expect(lost).toEqual([]);
          if (isVerified) expect(progress.seen).toBe(progress.total);
          if (isStill && plan.edited === 0) expect(progress.verdict).toBe('verified');
        },
      ),
      {seed: 14, numRuns: 40},
    );
  });
});
