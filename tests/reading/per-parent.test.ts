import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {isChildrenCheckpoint} from '../../src/reading/finished-parents.js';
import {createKeySet} from '../../src/reading/key-set.js';
import {createProgress, type ListSession, openList, type Page} from '../../src/reading/list.js';
import {readPerParent} from '../../src/reading/per-parent.js';
import type {PerParent} from '../../src/stream-definition.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext} from '../support/reading.js';

// Only a reading that waits for ever takes so long.
const STUCK_MS = 20_000;

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

/** The part of a list that a query asks for. */
function pageOf(ids: readonly string[], params: URLSearchParams, cap = 100): readonly {readonly id: string}[] {
  const offset = Number(params.get('offset') ?? 0);
  return ids.slice(offset, offset + Math.min(cap, Number(params.get('limit') ?? 20))).map(id => ({id}));
}

/** Parents under `parents`, children of each under `parents/:id/children`. */
function answerFamilies({children, cap = 100, total = true}: Sizes) {
  return ({path, params}: ListQuery): ListAnswer => {
    const [, parent] = path.split('/');
    const ids = parent
      ? childIds(Number(parent), children[Number(parent) - 1] ?? 0)
      : children.map((_, index) => String(index + 1));
    const meta = total ? {meta: {total: String(ids.length)}} : {};
    return {body: {[parent ? 'children' : 'parents']: pageOf(ids, params, cap), ...meta}};
  };
}

const BELOW: PerParent = {tapStreamId: 'parents', path: 'parents/:id/children'};

type Options = {
  readonly below?: Partial<PerParent>;
  readonly isOnce?: boolean;
  /** Whether the parents are known to come by ascending ids. */
  readonly isInOrder?: boolean;
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
async function* readParents(session: ListSession, pageSize: number): AsyncGenerator<WireRow> {
  for (let offset = 0; ; offset += pageSize) {
    const raw = (await session.request({limit: String(pageSize), offset: String(offset)})).accept();
    raw.page.release();
    yield* raw.page.rows['parents'] ?? [];
    if (raw.count < pageSize) return;
  }
}

async function read(answer: (query: ListQuery) => ListAnswer | Promise<ListAnswer>, options: Options = {}) {
  const {below = {}, isOnce = false, isInOrder = false, checkpoint, mostPages = Number.POSITIVE_INFINITY} = options;
  const {pageSize = 100, window = 6, ...bounds} = options;
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, window, ...bounds});
  const killed = new AbortController();
  const signal = AbortSignal.any([killed.signal, AbortSignal.timeout(STUCK_MS)]);
  const list = {endpoint: 'children', rank: 0};
  const parents = openList(
    context,
    {...list, path: 'parents', dataKeys: ['parents'], rank: 0.5},
    createProgress(),
    signal,
  );
  const progress = createProgress();
  const seen = createKeySet({startAt: checkpoint && isChildrenCheckpoint(checkpoint) ? checkpoint.seen : 0});
  const childList = {...list, path: 'children', dataKeys: ['children']};
  const pages = readPerParent(context, openList(context, childList, progress, signal, seen), {
    below: {...BELOW, ...below},
    query: {},
    isOnce,
    parents: readParents(parents, pageSize),
    isInOrder: () => isInOrder,
    checkpoint,
    signal,
  });
  const rows: WireRow[] = [];
  const places: Page['checkpoint'][] = [];
  try {
    for await (const page of pages) {
      rows.push(...(page.rows['children'] ?? []));
      places.push(page.checkpoint);
      page.release();
      if (places.length >= mostPages) break;
    }
    // Asked for when the reading has long gone on, as it does ahead of the writing.
    const checkpoints = places.map(place => place?.());
    return {ids: rows.map(({id}) => String(id)), rows, queries: server.queries, progress, checkpoints};
  } finally {
    killed.abort('killed');
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
        fc.array(fc.oneof(fc.integer({min: 0, max: 5}), fc.integer({min: 0, max: 30})), {maxLength: 15, size: 'max'}),
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
  }, 120_000);

  test('takes one request a parent', async () => {
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

  test('asks below as many parents at once as a list may have requests under way', async () => {
    const answer = answerFamilies({children: Array.from({length: 30}, () => 1)});
    let underWay = 0;
    let most = 0;
    const {ids} = await read(
      async query => {
        if (query.path === 'parents') return answer(query);
        underWay += 1;
        most = Math.max(most, underWay);
        // Whatever is asked for together comes before this one is answered.
        for (let turns = 0; turns < 200; turns += 1) await new Promise(resolve => setImmediate(resolve));
        underWay -= 1;
        return answer(query);
      },
      {window: 5},
    );
    expect(ids).toHaveLength(30);
    expect(most).toBe(5);
  });

  test('gives a page of a long child before it asks for the next, so that no number of pages is too large', async () => {
    const {ids} = await read(answerFamilies({children: [500, 3]}), {pageSize: 10, window: 2, places: 1});
    expect(ids).toHaveLength(503);
  });

  test('never waits for a place that only it could give back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant(0), fc.integer({min: 1, max: 70})), {maxLength: 8, size: 'max'}),
        fc.integer({min: 1, max: 8}),
        fc.integer({min: 1, max: 3}),
        fc.constantFrom(1, 700, 5_000),
        fc.boolean(),
        async (children, window, places, bytes, total) => {
          const {ids} = await read(answerFamilies({children, total}), {pageSize: 10, window, places, bytes});
          expect(ids).toHaveLength(children.reduce((sum, count) => sum + count, 0));
        },
      ),
      {seed: 22, numRuns: 40},
    );
  }, 120_000);

  test('asks once more where a list that tells no total has a number of rows that could be a cap', async () => {
    const {ids} = await read(answerFamilies({children: [50, 20, 3], cap: 20, total: false}));
    expect(ids).toHaveLength(73);
  });

  test('asks once more where no rows come of a list that counts some', async () => {
    const answer = answerFamilies({children: [2, 3, 2]});
    const asked = new Set<string>();
    const {ids, queries} = await read(query => {
      const isEmpty = query.path === 'parents/2/children' && !asked.has(query.path);
      asked.add(query.path);
      return isEmpty ? {body: {children: [], meta: {total: '3'}}} : answer(query);
    });
    expect(ids).toEqual([...childIds(1, 2), ...childIds(2, 3), ...childIds(3, 2)]);
    expect(queries.filter(({path}) => path === 'parents/2/children')).toHaveLength(2);
  });

  test('walks a long child list with pages that overlap by a row', async () => {
    const {queries} = await read(answerFamilies({children: [1, 25]}), {pageSize: 10});
    const offsets = queries.filter(({path}) => path === 'parents/2/children').map(({params}) => params.get('offset'));
    expect(offsets).toEqual(['0', '9', '18']);
  });

  test('asks for all rows of a parent at once where they are not paged', async () => {
    const all = childIds(1, 250).map(id => ({id}));
    const {ids, queries} = await read(
      ({path}) => ({body: path === 'parents' ? {parents: [{id: 1}]} : {children: all, meta: {total: 400}}}),
      {isOnce: true},
    );
    expect(ids).toHaveLength(250);
    expect(queries.map(({path, params}) => [path, params.size])).toEqual([
      ['parents', 2],
      ['parents/1/children', 0],
    ]);
  });

  test('asks by a parameter where the parent is no part of the path, on every page', async () => {
    const {ids, queries} = await read(
      ({path, params}) => {
        const group = params.get('group_id');
        const ids = path === 'parents' ? ['1', '2'] : childIds(Number(group), group === '2' ? 25 : 3);
        return {body: {[path]: pageOf(ids, params), meta: {total: ids.length}}};
      },
      {below: {path: 'children', parameter: 'group_id'}, pageSize: 10},
    );
    expect(ids).toEqual([...childIds(1, 3), ...childIds(2, 25)]);
    const asked = queries.filter(({path}) => path === 'children').map(({params}) => params.get('group_id'));
    expect(asked.toSorted()).toEqual(['1', '2', '2', '2']);
  });

  test('asks for a parent by what it holds under another key, and by no other', async () => {
    const {queries} = await read(
      ({path}) => ({
        body: path === 'parents' ? {parents: [{id: 1, uuid: 'a/b c'}, {id: 2, uuid: null}, {id: 3}]} : {children: []},
      }),
      {below: {parentKey: 'uuid'}},
    );
    expect(queries.map(({path}) => path)).toEqual(['parents', 'parents/a%2Fb%20c/children']);
  });

  test('brings a row that hangs below several parents once', async () => {
    const rows: Readonly<Record<string, readonly object[]>> = {
      1: [{id: 7}, {id: 8}],
      2: [{id: 8}, {id: 9}],
      3: [{id: 7}],
    };
    const answer = ({path}: ListQuery) => {
      const [, parent] = path.split('/');
      return {body: parent ? {children: rows[parent]} : {parents: [{id: 1}, {id: 2}, {id: 3}]}};
    };
    const {ids, progress} = await read(answer);
    expect(ids).toEqual(['7', '8', '9']);
    expect(progress.seen).toBe(3);

    const named = await read(answer, {below: {parentField: 'parent_id'}});
    expect(named.rows.map(({parent_id, id}) => [parent_id, id])).toEqual([
      ['1', 7],
      ['1', 8],
      ['2', 8],
      ['2', 9],
      ['3', 7],
    ]);
    expect(named.progress.seen).toBe(5);
  });

  test('brings a row once that comes twice below one parent, also where it is told by its parent', async () => {
    const answer = answerFamilies({children: [25]});
    const {rows} = await read(answer, {pageSize: 10, below: {parentField: 'parent_id'}});
    expect(rows.map(({id}) => id)).toEqual(childIds(1, 25));
  });

  test.each([404, 403])('takes a parent that has gone meanwhile for one without children: HTTP %i', async status => {
    const answer = answerFamilies({children: [1, 1, 1]});
    const message = 'No Result found for Subscriber with id 2';
    const {ids} = await read(query =>
      query.path === 'parents/2/children' ? {status, body: {message}} : answer(query),
    );
    expect(ids).toEqual([...childIds(1, 1), ...childIds(3, 1)]);
  });

  test('fails where a parent is there, and the right to what hangs below it is not', async () => {
    const answer = answerFamilies({children: [1, 1, 1]});
    await expect(
      read(query =>
        query.path === 'parents/2/children'
          ? {status: 403, body: {message: 'You do not have permission'}}
          : answer(query),
      ),
    ).rejects.toThrow('parents/2/children: HTTP 403, You do not have permission');
  });

  test('goes on with the next parent where one goes while its children are read', async () => {
    const answer = answerFamilies({children: [1, 55, 1]});
    const {ids, checkpoints} = await read(
      query =>
        query.path === 'parents/2/children' && query.params.get('offset') === '18' ? {status: 404} : answer(query),
      {pageSize: 10, window: 1},
    );
    expect(ids).toEqual([...childIds(1, 1), ...childIds(2, 19), ...childIds(3, 1)]);
    expect(createKeySet({from: checkpoints.at(-1)?.['parents']})?.size()).toBe(3);
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
    const parents = [{id: null}, {}, {id: ''}, {id: 1}];
    const {ids, queries} = await read(query =>
      query.path === 'parents' ? {body: {parents, meta: {total: 4}}} : answer(query),
    );
    expect(ids).toEqual(childIds(1, 2));
    expect(queries.map(({path}) => path)).toEqual(['parents', 'parents/1/children']);
  });
});

describe('reading below parents whose children move', () => {
  test('loses no child that stays, and brings none twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({min: 0, max: 60}), {minLength: 1, maxLength: 5}),
        fc.constantFrom(5, 10),
        fc.integer({min: 1, max: 4}),
        fc.nat(1_000_000),
        fc.integer({min: 0, max: 3}),
        fc.integer({min: 0, max: 2}),
        fc.boolean(),
        fc.record({places: fc.integer({min: 1, max: 8}), bytes: fc.constantFrom(1, 1_000_000)}),
        async (sizes, pageSize, window, seed, removed, inserted, total, bounds) => {
          const next = dice(seed);
          const lists = sizes.map((size, index) => childIds(index + 1, size));
          const stayed = new Set(lists.flat());
          const {ids} = await read(
            ({path, params}) => {
              const [, parent] = path.split('/');
              const list = lists[Number(parent) - 1];
              if (!list)
                return {
                  body: {
                    parents: pageOf(
                      lists.map((_, index) => String(index + 1)),
                      params,
                    ),
                  },
                };
              // What was read last moves most.
              for (let count = 0; count < removed; count += 1) {
                const [gone = ''] = list.splice(Math.floor(next() * list.length), 1);
                stayed.delete(gone);
              }
              for (let count = 0; count < inserted; count += 1) list.push(String(Number(list.at(-1) ?? 0) + 1_000_000));
              return {body: {children: pageOf(list, params), ...(total && {meta: {total: list.length}})}};
            },
            {pageSize, window, ...bounds},
          );
          expect(ids).toHaveLength(new Set(ids).size);
          expect([...stayed].filter(id => !ids.includes(id))).toEqual([]);
        },
      ),
      {seed: 23, numRuns: 60},
    );
  }, 120_000);
});

/** A seeded generator of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

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
            seen = run.progress.seen;
          }
          expect([...got].sort()).toEqual(children.flatMap((count, index) => childIds(index + 1, count)).sort());
          if (children.length > 0) expect(seen).toBe(got.size);
        },
      ),
      {seed: 29, numRuns: 60},
    );
  }, 120_000);

  test.each([undefined, 'parent_id'])(
    'loses nothing where parents come by ascending ids, however often it is killed, with the field: %s',
    async parentField => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(fc.integer({min: 0, max: 4}), fc.integer({min: 0, max: 30})), {maxLength: 25, size: 'max'}),
          fc.constantFrom(3, 10, 100),
          fc.integer({min: 1, max: 5}),
          fc.array(fc.integer({min: 1, max: 12}), {maxLength: 6}),
          async (children, pageSize, window, kills) => {
            const answer = answerFamilies({children});
            const got = new Set<string>();
            let checkpoint: Checkpoint | undefined;
            let seen = 0;
            for (const mostPages of [...kills, 10_000]) {
              const run = await read(answer, {
                pageSize,
                window,
                checkpoint,
                mostPages,
                isInOrder: true,
                below: parentField === undefined ? {} : {parentField},
              });
              for (const id of run.ids) got.add(id);
              const place = run.checkpoints.at(-1);
              // However many parents there are, the checkpoint holds one number.
              if (place) expect(Object.keys(place).sort()).toEqual(['seen', 'total', 'upTo', 'way']);
              checkpoint = stored(place) ?? checkpoint;
              if (checkpoint) expect(isChildrenCheckpoint(checkpoint)).toBe(true);
              seen = run.progress.seen;
            }
            expect([...got].sort()).toEqual(children.flatMap((count, index) => childIds(index + 1, count)).sort());
            expect(seen).toBe(got.size);
          },
        ),
        {seed: 31, numRuns: 40},
      );
    },
    120_000,
  );

  test('holds the last parent whose children have all been written, where parents come by ascending ids', async () => {
    const answer = answerFamilies({children: [1, 2, 0, 15, 4]});
    const {checkpoints} = await read(answer, {pageSize: 10, isInOrder: true});
    expect(checkpoints.map(checkpoint => checkpoint?.['upTo'])).toEqual(['1', '2', '3', '3', '3', '5']);
    const again = await read(answer, {pageSize: 10, isInOrder: true, checkpoint: stored(checkpoints[3])});
    const paths = again.queries.map(({path}) => path).filter(path => path !== 'parents');
    expect([...new Set(paths)]).toEqual(['parents/4/children', 'parents/5/children']);
    expect(again.checkpoints.at(-1)).toEqual({way: 'children', seen: 22, total: null, upTo: '5'});
  });

  test('compares the ids of parents as numbers', async () => {
    const children = Array.from({length: 12}, () => 1);
    const {checkpoints} = await read(answerFamilies({children}), {isInOrder: true, mostPages: 9});
    const again = await read(answerFamilies({children}), {isInOrder: true, checkpoint: stored(checkpoints.at(-1))});
    expect(again.ids).toEqual([...childIds(10, 1), ...childIds(11, 1), ...childIds(12, 1)]);
  });

  test('holds all finished parents as soon as they are seen not to come by ascending ids', async () => {
    const answer = answerFamilies({children: [1, 1, 1, 1]});
    const {checkpoints} = await read(
      query => (query.path === 'parents' ? {body: {parents: [{id: 2}, {id: 3}, {id: 1}, {id: 4}]}} : answer(query)),
      {isInOrder: true, window: 1},
    );
    expect(checkpoints.map(checkpoint => checkpoint?.['upTo'])).toEqual([undefined, undefined, undefined, undefined]);
    const parents = checkpoints.map(checkpoint => createKeySet({from: checkpoint?.['parents']}));
    expect(parents.map(set => set?.size())).toEqual([1, 2, 3, 4]);
  });

  test('counts what came before it also where its first parent has gone', async () => {
    const answer = answerFamilies({children: [3, 1, 2]});
    const {checkpoints} = await read(answer, {mostPages: 1});
    const {progress, checkpoints: after} = await read(
      query => (query.path === 'parents/2/children' ? {status: 404} : answer(query)),
      {checkpoint: stored(checkpoints[0])},
    );
    expect(after[0]).toMatchObject({seen: 5});
    expect(progress.seen).toBe(5);
  });

  test('asks for no parent again whose children have all been written, and for the others from their beginning', async () => {
    const answer = answerFamilies({children: [2, 25, 0, 3]});
    const first = await read(answer, {pageSize: 10, mostPages: 3});
    // Each page of a long list begins with the last row of the page before it.
    expect(first.ids).toHaveLength(2 + 10 + 9);
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
    // Only behind its last page a long list is known to be at its end.
    expect(parents).toEqual([1, 2, 3, 3, 3, 5]);
    expect(checkpoints.map(checkpoint => checkpoint?.['seen'])).toEqual([1, 3, 3, 3, 3, 22]);
  });

  test('takes a parent that has gone for a finished one', async () => {
    const answer = answerFamilies({children: [1, 1, 1]});
    const {checkpoints} = await read(query =>
      query.path === 'parents/2/children' ? {status: 404, body: {message: 'No Result found'}} : answer(query),
    );
    expect(createKeySet({from: checkpoints.at(-1)?.['parents']})?.has('2')).toBe(true);
  });

  test('names the parents whose keys are no integers, unless they are many', async () => {
    const answer =
      (count: number) =>
      ({path}: ListQuery): ListAnswer => {
        const [, parent] = path.split('/');
        const parents = Array.from({length: count}, (_, index) => ({id: index === 1 ? '7' : `a-${index}`}));
        return {body: parent === undefined ? {parents} : {children: [{id: `${parent}.1`}]}};
      };
    const {checkpoints} = await read(answer(4), {mostPages: 3});
    expect(checkpoints.map(checkpoint => checkpoint?.['named'])).toEqual([['a-0'], ['a-0'], ['a-0', 'a-2']]);
    const again = await read(answer(4), {checkpoint: stored(checkpoints[2])});
    expect(again.ids).toEqual(['a-3.1']);
    const {checkpoints: ofMany} = await read(answer(99), {pageSize: 100});
    expect(ofMany.at(-1)?.['named']).toHaveLength(98);
    const {checkpoints: ofTooMany} = await read(answer(510), {pageSize: 1_000});
    expect(ofTooMany.at(-1)).toBeUndefined();
  });

  test.each([
    {way: 'keyset'},
    {seen: -1},
    {seen: '2'},
    {parents: 'AAAA'},
    {parents: undefined},
    {parents: 7},
    {upTo: '5'},
    {upTo: null},
    {named: 'a-1'},
    {named: [1]},
  ])('is not possible when it is of another shape: %j', fault => {
    const good = {way: 'children', seen: 2, total: null, parents: createKeySet().toText()};
    expect(isChildrenCheckpoint(good)).toBe(true);
    expect(isChildrenCheckpoint({...good, ...fault})).toBe(false);
  });

  test.each([{upTo: 5}, {upTo: ''}, {upTo: '-1'}, {upTo: 'a-1'}])(
    'is not possible when its place is no id: %j',
    fault => {
      const good = {way: 'children', seen: 2, total: null, upTo: '5'};
      expect(isChildrenCheckpoint(good)).toBe(true);
      expect(isChildrenCheckpoint({...good, ...fault})).toBe(false);
    },
  );
});
