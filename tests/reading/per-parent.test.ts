import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {createKeySet} from '../../src/reading/key-set.js';
import {createProgress, type ListSession, openList, type Page} from '../../src/reading/list.js';
import {isChildrenCheckpoint, readPerParent} from '../../src/reading/per-parent.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext} from '../support/reading.js';

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
  /** Where an earlier reading stood. */
  readonly checkpoint?: Checkpoint | undefined;
  /** After how many pages the reading is killed. */
  readonly mostPages?: number;
};

/** The parents' list by offset, as long as pages are full: any other way of reading would do. */
async function* readParents(session: ListSession, pageSize: number): AsyncGenerator<Page> {
  for (let offset = 0; ; offset += pageSize) {
    const raw = (await session.request({limit: String(pageSize), offset: String(offset)})).accept();
    yield raw.page;
    if (raw.count < pageSize) return;
  }
}

async function read(answer: (query: ListQuery) => ListAnswer, options: Options = {}) {
  const {pageSize = 100, window = 6, checkpoint, mostPages = Number.POSITIVE_INFINITY, ...bounds} = options;
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, window, ...bounds});
  const controller = new AbortController();
  const list = {endpoint: 'children', rank: 0};
  const parents = openList(
    context,
    {...list, path: 'parents', dataKeys: ['parents'], rank: 0.5},
    createProgress(),
    controller.signal,
  );
  const progress = createProgress();
  const seen = createKeySet({startAt: checkpoint && isChildrenCheckpoint(checkpoint) ? checkpoint.seen : 0});
  const childList = {...list, path: 'children', dataKeys: ['children']};
  const children = openList(context, childList, progress, controller.signal, seen);
  const pathOf = (key: string) => `parents/${key}/children`;
  const pages = readPerParent(context, readParents(parents, pageSize), 'parents', children, pathOf, checkpoint);
  const ids: string[] = [];
  const places: Page['checkpoint'][] = [];
  try {
    for await (const page of pages) {
      ids.push(...(page.rows['children'] ?? []).map(row => String(row['id'])));
      places.push(page.checkpoint);
      page.release();
      if (places.length >= mostPages) break;
    }
    // Asked for when the reading has long gone on, as it does ahead of the writing.
    return {ids, queries: server.queries, progress, checkpoints: places.map(place => place?.())};
  } finally {
    controller.abort('killed');
    client.close();
  }
}

/** What a checkpoint is after it was written into a state and read again. */
function stored(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
  return checkpoint && JSON.parse(JSON.stringify(checkpoint));
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

describe('going on below parents from a checkpoint', () => {
  test('loses nothing that stays, however often it is killed and in whatever order the parents come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({min: 0, max: 4}), fc.integer({min: 0, max: 30})), {maxLength: 25, size: 'max'}),
        fc.constantFrom(3, 10, 100),
        fc.integer({min: 1, max: 5}),
        fc.array(
          fc.record({
            pages: fc.integer({min: 1, max: 12}),
            /** By this number the parents are turned round, as a list without a stable order may be. */
            turn: fc.integer({min: 0, max: 24}),
            isHidden: fc.integer({min: 0, max: 25}),
          }),
          {maxLength: 6},
        ),
        async (children, pageSize, window, kills) => {
          const all = children.map((_, index) => String(index + 1));
          const answer = answerFamilies({children});
          const got = new Set<string>();
          let checkpoint: Checkpoint | undefined;
          let seen = 0;
          for (const {pages: mostPages, turn, isHidden} of [...kills, {pages: 10_000, turn: 0, isHidden: -1}]) {
            // A parent that shifts out of sight while the list is read comes in the next run.
            const listed = [...all.slice(turn), ...all.slice(0, turn)].filter(key => Number(key) !== isHidden);
            const run = await read(
              query => {
                if (query.path !== 'parents') return answer(query);
                const offset = Number(query.params.get('offset'));
                return {body: {parents: listed.slice(offset, offset + pageSize).map(id => ({id}))}};
              },
              {pageSize, window, checkpoint, mostPages},
            );
            for (const id of run.ids) got.add(id);
            checkpoint = stored(run.checkpoints.at(-1)) ?? checkpoint;
            if (checkpoint) expect(isChildrenCheckpoint(checkpoint)).toBe(true);
            seen = run.progress.requests > 0 ? run.progress.seen : seen;
          }
          expect([...got].sort()).toEqual(children.flatMap((count, index) => childIds(index + 1, count)).sort());
          if (children.length > 0) expect(seen).toBe(got.size);
        },
      ),
      {seed: 29, numRuns: 60},
    );
  }, 60_000);

  test('asks for no parent again whose children have all been written, and for the others from their beginning', async () => {
    const answer = answerFamilies({children: [2, 25, 0, 3]});
    const first = await read(answer, {pageSize: 10, mostPages: 3});
    expect(first.ids).toHaveLength(2 + 20);
    const checkpoint = stored(first.checkpoints.at(-1));
    expect(checkpoint).toMatchObject({way: 'children', seen: 2, total: null});
    const second = await read(answer, {pageSize: 10, checkpoint});
    expect(second.queries.map(({path}) => path).sort()).toEqual([
      'parents',
      'parents/2/children',
      'parents/2/children',
      'parents/2/children',
      'parents/3/children',
      'parents/4/children',
    ]);
    expect(second.progress.seen).toBe(30);
  });

  test('says how far it was when a page came, though it has gone on since', async () => {
    const {checkpoints} = await read(answerFamilies({children: [1, 2, 0, 15, 4]}), {pageSize: 10});
    const parents = checkpoints.map(checkpoint => createKeySet({from: checkpoint?.['parents']})?.size());
    expect(parents).toEqual([1, 2, 3, 3, 4, 5]);
    expect(checkpoints.map(checkpoint => checkpoint?.['seen'])).toEqual([1, 3, 3, 3, 18, 22]);
  });

  test('takes a parent that has gone for a finished one', async () => {
    const answer = answerFamilies({children: [1, 1, 1]});
    const {checkpoints} = await read(query =>
      query.path === 'parents/2/children' ? {status: 404, body: {message: 'No Result found'}} : answer(query),
    );
    expect(createKeySet({from: checkpoints.at(-1)?.['parents']})?.has('2')).toBe(true);
  });

  test('has no checkpoint where the keys of the parents are no integers', async () => {
    const {checkpoints} = await read(({path}) =>
      path === 'parents' ? {body: {parents: [{id: 'a-1'}]}} : {body: {children: [{id: 1}]}},
    );
    expect(checkpoints).toEqual([undefined]);
  });

  test.each([{way: 'keyset'}, {seen: -1}, {seen: '2'}, {parents: 'AAAA'}, {parents: undefined}, {parents: 7}])(
    'is not possible when it is of another shape: %j',
    fault => {
      const good = {way: 'children', seen: 2, total: null, parents: createKeySet().toText()};
      expect(isChildrenCheckpoint(good)).toBe(true);
      expect(isChildrenCheckpoint({...good, ...fault})).toBe(false);
    },
  );
});
