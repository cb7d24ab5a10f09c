import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createProgress, openList} from '../../src/reading/list.js';
import {readNewestFirst} from '../../src/reading/newest-first.js';
import {createProver} from '../../src/reading/proofs.js';
import type {WireRow} from '../../src/wire.js';
import {type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

const servers: ListServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.stop())));

type Row = {readonly id: number; readonly stamp: string | null};

/** What a server makes of `orders[stamp]`. */
type Kind =
  | 'obeys'
  | 'ignores'
  | 'turns round by id'
  | 'is random'
  | 'obeys, equal ones at random'
  | 'newest by default';

type Plan = {
  readonly rows: number;
  readonly seed: number;
  readonly kind: Kind;
  readonly nulls: 'first' | 'last';
  /** How many rows in a hundred have no stamp, and how many different stamps there are. */
  readonly without: number;
  readonly stamps: number;
  readonly changes: number;
};

function dice(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function stampAt(second: number): string {
  return `${new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString().slice(0, 19)}.000000Z`;
}

/** A list of which some rows were changed after all others, at second 1,000,000. */
function makeRows({rows, seed, without, stamps, changes}: Plan): Row[] {
  const next = dice(seed);
  return Array.from({length: rows}, (_, index) => {
    const isChanged = next() * rows < changes;
    const second = isChanged ? 1_000_000 + Math.floor(next() * 50) : Math.floor((index / rows) * stamps) * 60;
    return {id: index + 1, stamp: next() * 100 < without && !isChanged ? null : stampAt(second)};
  });
}

const SINCE = stampAt(999_000);

async function serve(plan: Plan, rows: readonly Row[]) {
  const next = dice(plan.seed + 7);
  const server = await startListServer(({params}) => {
    const order = [...params].find(([name]) => name.startsWith('orders['));
    const isKnown = order?.[0] === 'orders[stamp]';
    const down = order?.[1] === 'DESC' ? -1 : 1;
    const drawn = rows.map(row => ({row, draw: next()}));
    const byStamp = (a: Row, b: Row, direction: number) => {
      if (a.stamp === b.stamp) return 0;
      if (a.stamp === null || b.stamp === null)
        return (a.stamp === null) === (plan.nulls === 'first') ? -direction : direction;
      return a.stamp < b.stamp ? -direction : direction;
    };
    drawn.sort((a, b) => {
      if (plan.kind === 'is random') return a.draw - b.draw;
      if (plan.kind === 'turns round by id') return order ? (a.row.id - b.row.id) * down : a.row.id - b.row.id;
      if (plan.kind === 'newest by default')
        return (isKnown ? byStamp(a.row, b.row, down) : byStamp(a.row, b.row, -1)) || a.row.id - b.row.id;
      if (plan.kind === 'ignores' || !isKnown) return a.row.id - b.row.id;
      return byStamp(a.row, b.row, down) || (plan.kind === 'obeys' ? a.row.id - b.row.id : a.draw - b.draw);
    });
    const offset = Number(params.get('offset') ?? 0);
    const page = drawn.slice(offset, offset + Number(params.get('limit')));
    return {body: {things: page.map(({row}) => ({id: String(row.id), stamp: row.stamp})), meta: {total: rows.length}}};
  });
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize: 20, window: 4});
  const progress = createProgress();
  const things = {path: 'things', dataKeys: ['things'], endpoint: 'things', rank: 0};
  const session = openList(context, things, progress, new AbortController().signal);
  const stampOf = (row: WireRow) => (typeof row['stamp'] === 'string' ? row['stamp'] : null);
  const replication = {key: 'stamp', valueOf: stampOf};
  return {server, context, client, session, progress, replication};
}

async function readNews(plan: Plan) {
  const rows = makeRows(plan);
  const {context, client, session, progress, replication, server} = await serve(plan, rows);
  const prover = createProver(context, session, {query: {}, replication});
  const isProven = await prover.order('orders[stamp]');
  let end: 'done' | 'refuted' | undefined;
  async function* read() {
    end = yield* readNewestFirst(context, session, {query: {}, order: 'orders[stamp]', since: SINCE, replication});
  }
  const ids = new Set((await idsOf(read(), 'things')).map(Number));
  client.close();
  const wanted = rows.filter(({stamp}) => stamp === null || stamp >= SINCE);
  return {isProven, end, missing: wanted.filter(({id}) => !ids.has(id)), requests: server.queries.length, progress};
}

const plans = {
  rows: fc.integer({min: 0, max: 300}),
  seed: fc.nat(1_000_000),
  nulls: fc.constantFrom('first' as const, 'last' as const),
  without: fc.constantFrom(0, 0, 2, 30, 90),
  stamps: fc.constantFrom(1, 5, 200, 5_000),
  changes: fc.constantFrom(0, 3, 40),
};

const calm: Plan = {rows: 300, seed: 5, kind: 'obeys', nulls: 'last', without: 0, stamps: 5_000, changes: 3};

describe('reading the newest first', () => {
  test.each(['obeys', 'obeys, equal ones at random', 'newest by default'] as const)(
    'brings every new row and every row without a key, or says that it cannot, from a server that %s',
    async kind => {
      let done = 0;
      await fc.assert(
        fc.asyncProperty(fc.record(plans), async plan => {
          const {isProven, end, missing} = await readNews({...plan, kind});
          if (!isProven || end !== 'done') return;
          done += 1;
          expect(missing).toEqual([]);
        }),
        {seed: 21, numRuns: 60},
      );
      // Where it always says that it cannot, nothing is shown.
      expect(done).toBeGreaterThan(20);
    },
  );

  test.each(['ignores', 'turns round by id', 'is random'] as const)(
    'misses nothing unnoticed on a server that %s',
    async kind => {
      await fc.assert(
        fc.asyncProperty(fc.record(plans), async plan => {
          const {isProven, end, missing} = await readNews({...plan, kind});
          if (isProven && end === 'done') expect(missing).toEqual([]);
        }),
        {seed: 22, numRuns: 60},
      );
    },
  );

  test.each([
    ['obeys', {}, true],
    ['newest by default', {}, true],
    ['ignores', {}, false],
    ['is random', {}, false],
    ['turns round by id', {}, false],
    // As in a log: the rows stand by their ids and by their keys alike.
    ['obeys', {changes: 0}, true],
    ['newest by default', {changes: 0}, true],
    ['turns round by id', {changes: 0}, false],
    // Rows without a key in front hide all others.
    ['obeys', {without: 90, nulls: 'first'}, true],
    ['obeys', {without: 90, nulls: 'last'}, false],
    ['obeys', {stamps: 1, changes: 0}, false],
  ] as const)('of a server that %s (%j), the proof says %s', async (kind, options, expected) => {
    expect((await readNews({...calm, ...options, kind})).isProven).toBe(expected);
  });

  test('takes two requests for few news, besides what proves the order', async () => {
    const {requests, progress, end} = await readNews(calm);
    expect({requests: requests - progress.proofRequests, end, verdict: progress.verdict}).toEqual({
      requests: 2,
      end: 'done',
      verdict: 'verified',
    });
  });

  test('keeps what was proven, and does not ask again', async () => {
    const {context, client, session, progress, replication, server} = await serve(calm, makeRows(calm));
    const prover = createProver(context, session, {query: {}, replication});
    expect([await prover.order('orders[stamp]'), await prover.order('orders[other]')]).toEqual([true, false]);
    const asked = server.queries.length;
    expect([await prover.order('orders[stamp]'), await prover.order('orders[other]')]).toEqual([true, false]);
    expect(server.queries.length).toBe(asked);
    expect(progress.proofRequests).toBe(asked);
    expect(Object.entries(progress.proofs).map(([name, {obeyed}]) => [name, obeyed])).toEqual([
      ['orders[stamp]', true],
      ['orders[other]', false],
    ]);
    client.close();
  });

  test('asks again after a week, and where the keys of all rows were alike', async () => {
    const alike = {...calm, stamps: 1, changes: 0};
    const {context, client, session, progress, replication, server} = await serve(alike, makeRows(alike));
    const prover = createProver(context, session, {query: {}, replication});
    await prover.order('orders[stamp]');
    expect(progress.proofs).toEqual({});
    const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000).toISOString();
    progress.proofs = {'orders[stamp]': {obeyed: true, at: eightDaysAgo}};
    const asked = server.queries.length;
    expect(await prover.order('orders[stamp]')).toBe(false);
    expect(server.queries.length).toBeGreaterThan(asked);
    client.close();
  });
});
