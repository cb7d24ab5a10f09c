import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createProgress, openList} from '../../src/reading/list.js';
import {readPerParent} from '../../src/reading/per-parent.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

const servers: ListServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map(server => server.stop())));

type Sizes = {
  /** How many children each parent has; parents are numbered from 1. */
  readonly children: readonly number[];
  readonly cap?: number;
  readonly total?: boolean;
};

function childIds(parent: number, count: number): string[] {
  return Array.from({length: count}, (_, index) => String(parent * 10_000 + index));
}

/** Parents under `parents`, children of each under `parents/:id/children`. */
function answerFamilies({children, cap = 100, total = true}: Sizes) {
  return ({path, params}: ListQuery): ListAnswer => {
    const [, parent] = path.split('/');
    const ids = parent
      ? childIds(Number(parent), children[Number(parent) - 1] ?? 0)
      : children.map((_, index) => String(index + 1));
    const offset = Number(params.get('offset') ?? 0);
    const page = ids.slice(offset, offset + Math.min(cap, Number(params.get('limit') ?? 20)));
    const meta = total ? {meta: {total: String(ids.length)}} : {};
    return {body: {[parent ? 'children' : 'parents']: page.map(id => ({id})), ...meta}};
  };
}

type Options = {
  readonly pageSize?: number;
  readonly window?: number;
  readonly places?: number;
  readonly bytes?: number;
};

async function read(answer: (query: ListQuery) => ListAnswer, {pageSize = 100, window = 6, ...bounds}: Options = {}) {
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, window, ...bounds});
  const {signal} = new AbortController();
  const list = {query: {}, endpoint: 'children', rank: 0};
  const parents = openList(
    context,
    {...list, path: 'parents', dataKeys: ['parents'], rank: 0.5},
    createProgress(),
    signal,
  );
  const progress = createProgress();
  const children = openList(context, {...list, path: 'children', dataKeys: ['children']}, progress, signal);
  const pages = readPerParent(context, parents, children, key => `parents/${key}/children`);
  try {
    return {ids: await idsOf(pages, 'children'), queries: server.queries, progress};
  } finally {
    client.close();
  }
}

describe('reading below parents', () => {
  test('brings the children of every parent, in the order of the parents, whatever the sizes of pages and windows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({min: 0, max: 5}), fc.integer({min: 0, max: 60})), {maxLength: 25, size: 'max'}),
        fc.constantFrom(1, 3, 10, 100),
        fc.integer({min: 1, max: 6}),
        fc.integer({min: 1, max: 8}),
        fc.constantFrom(1, 1_000_000),
        fc.boolean(),
        async (children, pageSize, window, places, bytes, total) => {
          const {ids} = await read(answerFamilies({children, total}), {pageSize, window, places, bytes});
          expect(ids).toEqual(children.flatMap((count, index) => childIds(index + 1, count)));
        },
      ),
      {seed: 21, numRuns: 25},
    );
  }, 30_000);

  test('takes one request a parent, and asks for several at once', async () => {
    const {queries, progress} = await read(answerFamilies({children: [2, 0, 1, 3]}));
    expect(queries.map(({path}) => path)).toEqual([
      'parents',
      'parents/1/children',
      'parents/2/children',
      'parents/3/children',
      'parents/4/children',
    ]);
    expect(progress).toMatchObject({requests: 4, seen: 6, total: undefined});
  });

  test('gives a page of a long child before it asks for the next, so that no number of pages is too large', async () => {
    const {ids} = await read(answerFamilies({children: [500, 3]}), {pageSize: 10, window: 2, places: 1});
    expect(ids).toHaveLength(503);
  });

  test('asks once more where a list that tells no total has a number of rows that could be a cap', async () => {
    const {ids} = await read(answerFamilies({children: [50, 20, 3], cap: 20, total: false}));
    expect(ids).toHaveLength(73);
  });

  test('takes a parent that has gone meanwhile for one without children', async () => {
    const answer = answerFamilies({children: [1, 1, 1]});
    const {ids} = await read(query =>
      query.path === 'parents/2/children' ? {status: 404, body: {message: 'No Result found'}} : answer(query),
    );
    expect(ids).toEqual([...childIds(1, 1), ...childIds(3, 1)]);
  });

  test('fails with what any child fails with, behind the children that came before', async () => {
    const answer = answerFamilies({children: [1, 1, 1]});
    await expect(
      read(query => (query.path === 'parents/2/children' ? {status: 400, body: {message: 'broken'}} : answer(query))),
    ).rejects.toThrow('parents/2/children: HTTP 400, broken');
  });

  test('ends with a child list that knows no offsets and always sends the same rows', async () => {
    const answer = answerFamilies({children: [1]});
    const rows = Array.from({length: 100}, (_, index) => ({id: index}));
    const {ids} = await read(query => (query.path === 'parents' ? answer(query) : {body: {children: rows}}));
    expect(ids).toHaveLength(100);
  });

  test('passes over parents without an id', async () => {
    const answer = answerFamilies({children: [2]});
    const {ids} = await read(query =>
      query.path === 'parents' ? {body: {parents: [{id: null}, {}, {id: 1}], meta: {total: 3}}} : answer(query),
    );
    expect(ids).toEqual(childIds(1, 2));
  });
});
