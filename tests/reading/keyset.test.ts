import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readByKeyset} from '../../src/reading/keyset.js';
import {createProgress, openList, type Page} from '../../src/reading/list.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

const servers: ListServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.stop())));

const parameters = {order: 'orders[id]', after: 'id_greater', before: 'id_less'};

type Server = {
  /** The ids there are, in the order of the server's own choosing. */
  readonly ids: readonly number[];
  readonly cap?: number;
  /** The total of the list, that of the rows within the bounds, or none. */
  readonly total?: 'whole' | 'bounded' | 'absent';
  /** The parameters that the server does not know and so ignores. */
  readonly ignores?: readonly string[];
};

/** A list as the server keeps it: every parameter that it does not ignore is obeyed. */
function answerList({ids, cap = 100, total = 'whole', ignores = []}: Server) {
  return ({params}: ListQuery): ListAnswer => {
    const read = (name: string) => (ignores.includes(name) ? null : params.get(name));
    const after = Number(read('id_greater') ?? Number.NEGATIVE_INFINITY);
    const before = Number(read('id_less') ?? Number.POSITIVE_INFINITY);
    const bounded = ids.filter(id => id > after && id < before);
    const direction = read('orders[id]');
    if (direction) bounded.sort((a, b) => (direction === 'DESC' ? b - a : a - b));
    const offset = Number(read('offset') ?? 0);
    const page = bounded.slice(offset, offset + Math.min(cap, Number(params.get('limit') ?? 20)));
    const counted = total === 'bounded' ? bounded.length : ids.length;
    const meta = total === 'absent' ? {} : {meta: {total: String(counted)}};
    return {body: {contacts: page.map(id => ({id: String(id)})), ...meta}};
  };
}

async function read(
  answer: (query: ListQuery) => ListAnswer | Promise<ListAnswer>,
  {pageSize = 100, window = 6, places = 12} = {},
) {
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, window, places});
  const progress = createProgress();
  const totals = new Set<number | undefined>();
  const list = {path: 'contacts', query: {status: '-1'}, dataKeys: ['contacts'], endpoint: 'contacts', rank: 0};
  const session = openList(context, list, progress, new AbortController().signal);
  try {
    const pages = readByKeyset(context, session, parameters);
    const ids = (
      await idsOf(
        noting(pages, () => totals.add(progress.total)),
        'contacts',
      )
    ).map(Number);
    return {ids, sorted: ids.toSorted((a, b) => a - b), queries: server.queries, progress, totals};
  } finally {
    client.close();
  }
}

async function* noting(pages: AsyncGenerator<Page>, note: () => void): AsyncGenerator<Page> {
  for await (const page of pages) {
    note();
    yield page;
  }
}

function upTo(count: number): number[] {
  return Array.from({length: count}, (_, index) => index + 1);
}

describe('reading by key', () => {
  const ids = fc.uniqueArray(fc.oneof(fc.integer({min: 1, max: 900}), fc.integer({min: 1, max: 3_000_000})), {
    maxLength: 1_500,
    size: 'max',
  });

  test.each<{world: string; ignores: readonly string[]}>([
    {world: 'everything is obeyed', ignores: []},
    {world: 'the order is ignored', ignores: ['orders[id]']},
    {world: 'the lower bound is ignored', ignores: ['id_greater']},
    {world: 'the upper bound is ignored', ignores: ['id_less']},
    {world: 'both bounds are ignored', ignores: ['id_greater', 'id_less']},
    {world: 'all is ignored', ignores: ['orders[id]', 'id_greater', 'id_less']},
  ])('brings every row once where $world', async ({ignores}) => {
    await fc.assert(
      fc.asyncProperty(
        ids,
        fc.constantFrom(100, 20),
        fc.constantFrom(100, 7),
        fc.constantFrom('whole' as const, 'bounded' as const, 'absent' as const),
        fc.constantFrom(1, 3, 10),
        async (ids, cap, pageSize, total, window) => {
          const {sorted} = await read(answerList({ids, cap, total, ignores}), {pageSize, window, places: window});
          expect(sorted).toEqual(ids.toSorted((a, b) => a - b));
        },
      ),
      {seed: 17, numRuns: 6},
    );
  });

  test.each([
    {rows: 1, requests: 1},
    {rows: 100, requests: 1},
    {rows: 101, requests: 2},
    {rows: 699, requests: 7},
    // A full page is no end: rows may have come among those still to be read.
    {rows: 700, requests: 8},
  ])('takes $requests requests for $rows rows in one chain', async ({rows, requests}) => {
    const {ids: got, queries} = await read(answerList({ids: upTo(rows)}));
    expect(got).toEqual(upTo(rows));
    expect(queries).toHaveLength(requests);
    expect(queries.every(({params}) => params.get('status') === '-1' && params.get('orders[id]') === 'ASC')).toBe(true);
    expect(queries.some(({params}) => params.has('offset'))).toBe(false);
  });

  test('keeps several ranges of a long list under way at once, and asks little more than its pages', async () => {
    let waiting = 0;
    let most = 0;
    const answer = answerList({ids: upTo(6_000)});
    const {sorted, queries} = await read(async query => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise(resolve => setTimeout(resolve, 5));
      waiting -= 1;
      return answer(query);
    });
    expect(sorted).toEqual(upTo(6_000));
    expect(most).toBe(6);
    expect(queries.length).toBeLessThanOrEqual(60 + 2 * 6 + 1);
  });

  test('is not misled by rows that are deleted while it reads, nor by rows that come', async () => {
    let ids = upTo(2_500);
    const deleted = new Set<number>();
    const {sorted} = await read(({number, ...query}) => {
      for (const id of ids) if ((id * 7_919 + number * 104_729) % 101 === 0) deleted.add(id);
      ids = [...ids.filter(id => !deleted.has(id)), 2_501 + number];
      return answerList({ids})({number, ...query});
    });
    expect(deleted.size).toBeGreaterThan(300);
    expect(upTo(2_500).filter(id => !deleted.has(id) && !sorted.includes(id))).toEqual([]);
    expect(new Set(sorted).size).toBe(sorted.length);
  });

  test.each(['whole', 'bounded'] as const)(
    'loses no row where others come among those still to be read, as edited ones do behind a filter (total: %s)',
    async total => {
      // Every other id to begin with; those between them are edited while the first page is on its way.
      const changed = upTo(199).map(index => index * 2);
      const {sorted} = await read(query =>
        answerList({ids: query.number === 0 ? changed : [...changed, 391, 393, 395], total})(query),
      );
      expect(changed.filter(id => !sorted.includes(id))).toEqual([]);
    },
  );

  test('goes on behind short pages until nothing comes or all that is counted has come', async () => {
    const answer = answerList({ids: upTo(450)});
    const {ids: got} = await read(query => {
      const {body} = answer(query);
      const {contacts, ...rest} = Object(body);
      return {body: {...rest, contacts: query.number === 0 ? contacts : contacts.slice(0, 31)}};
    });
    expect(got).toEqual(upTo(450));
  });

  test('asks once more when nothing comes from a list that does not say that it is empty', async () => {
    const answer = answerList({ids: upTo(250)});
    const {sorted} = await read(query => (query.number === 0 ? {body: {}} : answer(query)));
    expect(sorted).toEqual(upTo(250));
    expect((await read(answerList({ids: []}))).queries).toHaveLength(1);
  });

  test('tells the length of the whole list, though pages with bounds count what is within them', async () => {
    const {progress, totals} = await read(answerList({ids: upTo(1_234), total: 'bounded'}));
    expect(progress).toMatchObject({total: 1_234, seen: 1_234});
    expect([...totals]).toEqual([1_234]);
  });

  test('reads by offset when a key is missing or is no number', async () => {
    const rows = [{id: '1'}, {id: 'b'}, {name: 'no key'}, {id: '4'}];
    const {queries} = await read(({params}) => {
      const offset = Number(params.get('offset') ?? 0);
      return {body: {contacts: rows.slice(offset), meta: {total: '4'}}};
    });
    expect(queries.map(({params}) => params.has('offset'))).toContain(true);
  });

  test('fails with what a page fails with', async () => {
    const answer = answerList({ids: upTo(3_000)});
    await expect(
      read(query => (query.number === 9 ? {status: 400, body: {message: 'broken'}} : answer(query))),
    ).rejects.toThrow('contacts: HTTP 400, broken');
  });
});
