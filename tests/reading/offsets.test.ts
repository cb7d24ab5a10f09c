import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createProgress, openList} from '../../src/reading/list.js';
import {readByOffset} from '../../src/reading/offsets.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

type ListOptions = {
  readonly rows: number;
  readonly cap?: number;
  readonly total?: 'text' | 'number' | 'absent';
  readonly order?: (ids: readonly string[], request: number) => readonly string[];
};

const servers: ListServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.stop())));

/** A list of rows 1 to n in its own order, in pages of at most `cap` rows. */
function answerList({rows, cap = 100, total = 'text', order = ids => ids}: ListOptions) {
  const ids = Array.from({length: rows}, (_, index) => String(index + 1));
  return ({params, number}: ListQuery): ListAnswer => {
    const limit = Math.min(cap, Number(params.get('limit') ?? 20));
    const offset = Number(params.get('offset') ?? 0);
    const page = order(ids, number).slice(offset, offset + limit);
    const meta = total === 'absent' ? {} : {meta: {total: total === 'text' ? String(rows) : rows}};
    return {body: {things: page.map(id => ({id})), ...meta}};
  };
}

async function read(answer: (query: ListQuery) => ListAnswer, pageSize = 100, bytes?: number) {
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, ...(bytes === undefined ? {} : {bytes})});
  const list = {path: 'things', dataKeys: ['things'], endpoint: 'things', rank: 0};
  const progress = createProgress();
  const session = openList(context, list, progress, new AbortController().signal);
  const ids = await idsOf(
    readByOffset(context, session, {query: {}, order: {'orders[id]': 'ASC'}, isOpen: false}),
    'things',
  );
  client.close();
  return {ids, requests: server.queries.length, queries: server.queries, verdict: progress.verdict};
}

function shuffle(ids: readonly string[], seed: number): string[] {
  const keyed = ids.map(id => ({id, key: Math.sin(Number(id) * 12.9898 + seed * 78.233) * 43_758.5453}));
  return keyed.sort((a, b) => (a.key % 1) - (b.key % 1)).map(({id}) => id);
}

describe('reading by offset', () => {
  test('brings every row once, in order, whatever the length, the cap and the way the total is told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 0, max: 700}),
        fc.constantFrom(20, 25, 50, 100),
        fc.constantFrom('text' as const, 'number' as const, 'absent' as const),
        fc.constantFrom(100, 37, 1),
        async (rows, cap, total, pageSize) => {
          const length = pageSize === 1 ? rows % 40 : rows;
          const {ids} = await read(answerList({rows: length, cap, total}), pageSize);
          expect(ids).toEqual(Array.from({length}, (_, index) => String(index + 1)));
        },
      ),
      {seed: 3, numRuns: 60},
    );
  });

  test.each([
    {rows: 0, total: 'text' as const, requests: 1},
    {rows: 1, total: 'text' as const, requests: 1},
    {rows: 100, total: 'text' as const, requests: 1},
    {rows: 101, total: 'number' as const, requests: 2},
    {rows: 298, total: 'text' as const, requests: 3},
    {rows: 299, total: 'text' as const, requests: 4},
    {rows: 1, total: 'absent' as const, requests: 1},
    {rows: 99, total: 'absent' as const, requests: 1},
    {rows: 100, total: 'absent' as const, requests: 2},
    {rows: 250, total: 'absent' as const, requests: 3},
  ])('takes $requests requests for $rows rows with the total: $total', async ({rows, total, requests}) => {
    expect((await read(answerList({rows, total}))).requests).toBe(requests);
  });

  test('asks once more when a list that tells no total is empty, or has a number of rows that could be a cap', async () => {
    expect((await read(answerList({rows: 0, total: 'absent'}))).requests).toBe(2);
    expect((await read(answerList({rows: 60, cap: 20, total: 'absent'}))).ids).toHaveLength(60);
  });

  test('reads a list again whose order changes with every request, until as many rows came as it counts', async () => {
    const {ids} = await read(answerList({rows: 640, order: shuffle}));
    expect([...ids].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({length: 640}, (_, i) => String(i + 1)));
  });

  test('does not read again because of rows that are counted but never shown', async () => {
    const answer = answerList({rows: 230});
    const {ids, requests} = await read(query => ({body: {...Object(answer(query).body), meta: {total: '235'}}}));
    expect(ids).toHaveLength(230);
    // Three pages, and the question behind the last one.
    expect(requests).toBe(4);
  });

  test('asks on behind a page that is shorter than the total promised', async () => {
    const answer = answerList({rows: 450});
    const {ids} = await read(query => {
      const {body} = answer(query);
      const page = Object(body);
      return query.params.get('offset') === '200' && query.number < 5
        ? {body: {...page, things: page.things.slice(0, 31)}}
        : {body};
    });
    expect(ids).toEqual(Array.from({length: 450}, (_, index) => String(index + 1)));
  });

  test('asks on behind a short page before the next pass, though memory is short', async () => {
    const answer = answerList({rows: 40});
    const firstTime = new Set(['10', '20']);
    const {ids} = await read(
      query => {
        const {things, meta} = Object(answer(query).body);
        const offset = query.params.get('offset') ?? '';
        if (!firstTime.delete(offset)) return {body: {things, meta}};
        // One page repeats rows, so that a second pass is begun while the next page comes up short.
        const repeated = ['1', '2', '3', '4', '5'].map(id => ({id}));
        return {body: {meta, things: offset === '10' ? [...repeated, ...things.slice(5)] : things.slice(0, 5)}};
      },
      10,
      1,
    );
    expect(ids.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({length: 40}, (_, index) => index + 1));
  });

  test('reads rows that came to the list while it was read', async () => {
    let rows = 250;
    const {ids} = await read(query => {
      rows += 30;
      return answerList({rows})(query);
    });
    expect(ids.length).toBeGreaterThanOrEqual(340);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('ends with a list that knows no offsets and always sends the same rows', async () => {
    const {ids, requests} = await read(() => ({body: {things: Array.from({length: 40}, (_, index) => ({id: index}))}}));
    expect(ids).toHaveLength(40);
    expect(requests).toBe(3);
  });

  test('takes {} for a list without rows, and a map of rows for a list', async () => {
    expect((await read(() => ({body: {}}))).ids).toEqual([]);
    expect((await read(() => ({body: {things: {'0': {id: '1'}, '2': {id: '2'}}, meta: {total: '2'}}}))).ids).toEqual([
      '1',
      '2',
    ]);
  });

  test.each([0, -1, 40, 110])('does not end with a total of %i that more rows than that belie', async total => {
    const answer = answerList({rows: 430, total: 'absent'});
    const {ids} = await read(query => ({body: {...Object(answer(query).body), meta: {total}}}));
    expect(ids).toHaveLength(430);
  });

  test('asks once more when a list that tells no total is suddenly a bare {}', async () => {
    const answer = answerList({rows: 430, total: 'absent'});
    const {ids, requests} = await read(query => (query.number === 2 ? {body: {}} : answer(query)));
    expect(ids).toHaveLength(430);
    expect(requests).toBe(6);
  });

  test('fails when the answer holds another list', async () => {
    await expect(read(() => ({body: {others: []}}))).rejects.toThrow(
      'things: HTTP 200, the answer has no list "things"',
    );
  });

  test('asks for pages ahead of the one that is looked at, where the total is known', async () => {
    const {queries} = await read(answerList({rows: 500}));
    expect(queries.map(({params}) => Number(params.get('offset')))).toEqual([0, 99, 198, 297, 396, 495]);
  });

  test.each([400, 422])('does without the order where the server refuses it with %i', async status => {
    const answer = answerList({rows: 250});
    const {ids, queries} = await read(query => (query.params.has('orders[id]') ? {status} : answer(query)));
    expect(ids).toHaveLength(250);
    expect(queries.filter(({params}) => params.has('orders[id]'))).toHaveLength(1);
  });

  test('reads a list again without the order where it is obeyed on the first pages only', async () => {
    const answer = answerList({rows: 450, order: ids => ids.toReversed()});
    const ordered = answerList({rows: 450});
    const isObeyed = ({params}: ListQuery) => params.has('orders[id]') && Number(params.get('offset')) < 200;
    const {ids, verdict} = await read(query => (isObeyed(query) ? ordered(query) : answer(query)));
    expect(ids.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({length: 450}, (_, index) => index + 1));
    expect(verdict).toBe('verified');
  });
});
