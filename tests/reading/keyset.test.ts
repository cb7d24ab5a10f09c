import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {createKeySet} from '../../src/reading/key-set.js';
import {readByKeyset} from '../../src/reading/keyset.js';
import {isKeysetCheckpoint} from '../../src/reading/keyset-checkpoint.js';
import {createProgress, openList, type Page} from '../../src/reading/list.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {createContext} from '../support/reading.js';

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

type Answer = (query: ListQuery) => ListAnswer | Promise<ListAnswer>;

type Options = {
  readonly pageSize?: number;
  readonly window?: number;
  readonly places?: number;
  /** Where an earlier reading stood. */
  readonly checkpoint?: Checkpoint | undefined;
  /** After how many pages the reading is killed. */
  readonly mostPages?: number;
};

/** Reads until the end, or until it is killed. */
async function read(answer: Answer, options: Options = {}) {
  const {pageSize = 100, window = 6, places: most = 12, checkpoint, mostPages = Number.POSITIVE_INFINITY} = options;
  const server = await startListServer(answer);
  servers.push(server);
  const {context, client} = createContext(server.url, {pageSize, window, places: most});
  const progress = createProgress();
  const totals = new Set<number | undefined>();
  const list = {path: 'contacts', dataKeys: ['contacts'], endpoint: 'contacts', rank: 0};
  const controller = new AbortController();
  const startAt = checkpoint && isKeysetCheckpoint(checkpoint) ? checkpoint.seen : 0;
  const session = openList(context, list, progress, controller.signal, createKeySet({startAt}));
  const ids: number[] = [];
  const places: Page['checkpoint'][] = [];
  const checkpoints: (Checkpoint | undefined)[] = [];
  try {
    const pages = readByKeyset(context, session, {parameters, query: {status: '-1'}, checkpoint});
    let next = await pages.next();
    for (; !next.done && places.length < mostPages; next = await pages.next()) {
      const page = next.value;
      totals.add(progress.total);
      ids.push(...(page.rows['contacts'] ?? []).map(row => Number(row['id'])));
      places.push(page.checkpoint);
      page.release();
    }
    // Asked for when the reading has long gone on, as it does ahead of the writing.
    checkpoints.push(...places.map(place => place?.()));
    const end = next.done ? next.value : undefined;
    if (!next.done) {
      controller.abort('killed');
      await pages.return('done');
    }
    const {queries} = server;
    return {ids, sorted: ids.toSorted((a, b) => a - b), queries, progress, totals, checkpoints, end};
  } finally {
    client.close();
  }
}

/** What a checkpoint is after it was written into a state and read again. */
function stored(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
  return checkpoint && JSON.parse(JSON.stringify(checkpoint));
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
  ])('brings every row once where $world, or finds that it cannot', async ({ignores}) => {
    const ends = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(
        ids,
        fc.constantFrom(100, 20),
        fc.constantFrom(100, 7),
        fc.constantFrom('whole' as const, 'bounded' as const, 'absent' as const),
        fc.constantFrom(1, 3, 10),
        async (ids, cap, pageSize, total, window) => {
          const answer = answerList({ids, cap, total, ignores});
          const {sorted, end, progress} = await read(answer, {pageSize, window, places: window});
          ends.add(end);
          expect(new Set(sorted).size).toBe(sorted.length);
          if (end === 'refuted') expect(progress.verdict).toBeUndefined();
          else {
            expect(sorted).toEqual(ids.toSorted((a, b) => a - b));
            // Where the length shrinks with a bound, it is asked for without one.
            expect(progress.verdict).toBe(total === 'absent' ? 'unverified' : 'verified');
          }
        },
      ),
      {seed: 17, numRuns: 6},
    );
    if (ignores.length === 0) expect([...ends]).toEqual(['done']);
    else expect(ends).toContain('refuted');
  });

  test.each([
    {rows: 1, requests: 1},
    {rows: 100, requests: 1},
    // The last one asks how long the list is in the end.
    {rows: 101, requests: 3},
    {rows: 699, requests: 8},
    // A full page is no end: rows may have come among those still to be read.
    {rows: 700, requests: 9},
  ])('takes $requests requests for $rows rows in one chain', async ({rows, requests}) => {
    const {ids: got, queries, progress} = await read(answerList({ids: upTo(rows)}));
    expect(got).toEqual(upTo(rows));
    expect(queries).toHaveLength(requests);
    expect(progress).toMatchObject({verdict: 'verified', seen: rows, total: rows, requests});
    expect(queries.every(({params}) => params.get('status') === '-1')).toBe(true);
    const orders = queries.map(({params}) => params.get('orders[id]'));
    expect(orders).toEqual(queries.map((_, index) => (index > 0 && index === requests - 1 ? 'DESC' : 'ASC')));
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

  test('does not believe that a list is empty unless it says so', async () => {
    expect(await read(() => ({body: {}}))).toMatchObject({end: 'refuted', ids: []});
    expect(await read(() => ({body: {contacts: []}}))).toMatchObject({end: 'refuted', ids: []});
    const empty = await read(answerList({ids: []}));
    expect(empty).toMatchObject({end: 'done', ids: [], progress: {verdict: 'verified', requests: 1}});
  });

  test('asks once more when a range has no list, not even an empty one', async () => {
    const answer = answerList({ids: upTo(1_250)});
    const bare = new Set([1, 3, 9]);
    const {sorted, progress} = await read(query => (bare.has(query.number) ? {body: {}} : answer(query)), {window: 1});
    expect(sorted).toEqual(upTo(1_250));
    expect(progress.verdict).toBe('verified');
  });

  test('tells the length of the whole list, though pages with bounds count what is within them', async () => {
    const {progress, totals} = await read(answerList({ids: upTo(1_234), total: 'bounded'}));
    expect(progress).toMatchObject({total: 1_234, seen: 1_234});
    expect([...totals]).toEqual([1_234]);
  });

  test('is no way to read a list where a key is missing or is no number', async () => {
    for (const odd of [{id: 'b'}, {name: 'no key'}]) {
      const {end} = await read(() => ({body: {contacts: [{id: '1'}, odd, {id: '4'}], meta: {total: '3'}}}));
      expect(end).toBe('refuted');
    }
  });

  test('fails with what a page fails with', async () => {
    const answer = answerList({ids: upTo(3_000)});
    await expect(
      read(query => (query.number === 9 ? {status: 400, body: {message: 'broken'}} : answer(query))),
    ).rejects.toThrow('contacts: HTTP 400, broken');
  });
});

describe('the verdict on a reading by key', () => {
  const rows = upTo(350);

  /** The list at first, and as it is from a request on. */
  function changing(first: readonly number[], from: number, later: readonly number[], ignores: readonly string[] = []) {
    return (query: ListQuery) => answerList({ids: query.number < from ? first : later, ignores})(query);
  }

  test.each<{list: string; from: number; later: readonly number[]; verdict: string}>([
    {list: 'stays as it is', from: 9, later: rows, verdict: 'verified'},
    {list: 'grows', from: 2, later: upTo(351), verdict: 'moving'},
    {list: 'grows behind the last page', from: 4, later: upTo(351), verdict: 'moving'},
    {list: 'shrinks', from: 2, later: rows.slice(1), verdict: 'moving'},
    {
      list: 'loses a row that came, and gets another that does',
      from: 2,
      later: [...rows.slice(1), 351],
      verdict: 'moving',
    },
    {
      list: 'loses a row that came, and gets another too late',
      from: 4,
      later: [...rows.slice(1), 351],
      verdict: 'moving',
    },
  ])('is "$verdict" when the list $list', async ({from, later, verdict}) => {
    const {progress, ids} = await read(changing(rows, from, later));
    expect(ids.length).toBeGreaterThanOrEqual(350);
    expect(progress.verdict).toBe(verdict);
  });

  test.each([
    {later: rows, verdict: 'verified'},
    {later: [...rows.slice(1), 351], verdict: 'moving'},
  ])('is "$verdict" where the server knows the ascending order only', async ({later, verdict}) => {
    const {progress, end} = await read(changing(rows, 4, later, ['orders[id]']));
    expect({end, verdict: progress.verdict}).toEqual({end: 'done', verdict});
  });

  test('is "unverified" when rows are missing, or when nobody counts them', async () => {
    const short = await read(query => {
      const {body} = answerList({ids: rows})(query);
      return {body: {...Object(body), meta: {total: 360}}};
    });
    expect(short.progress.verdict).toBe('unverified');
    expect((await read(answerList({ids: rows, total: 'absent'}))).progress.verdict).toBe('unverified');
  });
});

describe('going on from a checkpoint', () => {
  test('loses nothing that stays, however often it is killed and whatever happens in between', async () => {
    const change = fc.record({
      deleted: fc.integer({min: 2, max: 40}),
      inserted: fc.integer({min: 0, max: 120}),
      edited: fc.integer({min: 0, max: 1_000}),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 0, max: 2_600}),
        fc.integer({min: 1, max: 40}),
        fc.array(fc.record({pages: fc.integer({min: 1, max: 9}), change}), {maxLength: 12}),
        fc.constantFrom({pageSize: 100, window: 6}, {pageSize: 20, window: 3}, {pageSize: 100, window: 1}),
        fc.constantFrom('whole' as const, 'bounded' as const, 'absent' as const),
        async (count, step, kills, {pageSize, window}, total) => {
          let ids = upTo(count).map(index => index * step);
          const before = ids;
          const gone = new Set<number>();
          const got = new Set<number>();
          let checkpoint: Checkpoint | undefined;
          let pages = 0;
          for (const {pages: mostPages, change} of kills) {
            const run = await read(answerList({ids, total}), {pageSize, window, checkpoint, mostPages});
            for (const id of run.ids) got.add(id);
            checkpoint = stored(run.checkpoints.at(-1)) ?? checkpoint;
            pages += run.checkpoints.length;
            if (checkpoint) expect(isKeysetCheckpoint(checkpoint)).toBe(true);
            const last = ids.at(-1) ?? 0;
            for (const id of ids) if ((id * 31 + change.deleted) % (change.deleted * 17) === 0) gone.add(id);
            // Rows that come into the list among the others, and behind them.
            const edited = step === 1 ? [] : upTo(change.edited).map(index => index * step + 1);
            const inserted = upTo(change.inserted).map(index => last + index);
            ids = [...new Set([...ids, ...edited, ...inserted])].filter(id => !gone.has(id)).sort((a, b) => a - b);
          }
          const run = await read(answerList({ids, total}), {pageSize, window, checkpoint});
          for (const id of run.ids) got.add(id);
          pages += run.checkpoints.length;
          expect(run.end).toBe('done');
          expect(before.filter(id => !gone.has(id) && !got.has(id))).toEqual([]);
          // Nothing is read twice but what was on its way: every run asks for the open end, and each range once more.
          expect(pages).toBeLessThanOrEqual(got.size / pageSize + (kills.length + 1) * (2 * window + 2) + 9);
        },
      ),
      {seed: 23, numRuns: 40},
    );
  }, 60_000);

  test('knows how many rows came before, and can verify the whole', async () => {
    const answer = answerList({ids: upTo(3_000)});
    const first = await read(answer, {mostPages: 12});
    const checkpoint = stored(first.checkpoints.at(-1));
    expect(checkpoint).toMatchObject({way: 'keyset', seen: first.ids.length, total: 3_000});
    const second = await read(answer, {checkpoint});
    expect(new Set([...first.ids, ...second.ids]).size).toBe(3_000);
    expect(first.ids.length + second.ids.length).toBe(3_000);
    expect(second.progress).toMatchObject({seen: 3_000, total: 3_000, verdict: 'verified'});
    // The first page, without a bound, is not asked for again.
    expect(second.queries.filter(({params}) => !params.has('id_greater'))).toHaveLength(1);
  });

  test('ends behind what is left of the list, though a row comes with every answer', async () => {
    const first = await read(answerList({ids: upTo(350)}), {mostPages: 3});
    const ids = upTo(350);
    const answer = (query: ListQuery): ListAnswer => {
      ids.push(ids.length + 1);
      return query.number > 50 ? {status: 400, body: {message: 'will this never end?'}} : answerList({ids})(query);
    };
    for (const length of [300, 350]) {
      ids.length = length;
      const {sorted, end} = await read(answer, {checkpoint: stored(first.checkpoints.at(-1))});
      expect(end).toBe('done');
      expect(sorted.slice(0, length - 300)).toEqual(upTo(length).slice(300));
    }
  });

  test('cuts what is left of a long list into ranges, where that was not done yet', async () => {
    const first = await read(answerList({ids: upTo(6_000)}), {mostPages: 1});
    const {queries} = await read(answerList({ids: upTo(6_000)}), {checkpoint: stored(first.checkpoints[0])});
    expect(queries.filter(({params}) => params.has('id_less')).length).toBeGreaterThan(30);
  });

  test('says where it stood when a page came, though it has gone on since', async () => {
    const {checkpoints} = await read(answerList({ids: upTo(1_500)}), {window: 2});
    const sizes = checkpoints.map(checkpoint => checkpoint?.['seen']);
    expect(sizes).toEqual(sizes.toSorted((a, b) => Number(a) - Number(b)));
    expect(sizes[0]).toBe(100);
    expect(checkpoints.at(-1)).toEqual({
      way: 'keyset',
      seen: 1_500,
      total: 1_500,
      ranges: [[1_500, null]],
      greatest: 1_500,
    });
  });

  test('begins anew, and counts anew, where the server does not obey any more', async () => {
    const first = await read(answerList({ids: upTo(900)}), {mostPages: 3});
    const answer = answerList({ids: upTo(900), ignores: ['id_greater']});
    const {end, progress, ids} = await read(answer, {checkpoint: stored(first.checkpoints.at(-1))});
    expect(end).toBe('refuted');
    expect(progress).toMatchObject({seen: ids.length, verdict: undefined});
  });

  test('has no checkpoint behind a page that refutes the order', async () => {
    const {end, checkpoints} = await read(answerList({ids: upTo(900), ignores: ['id_greater']}));
    expect(end).toBe('refuted');
    expect(checkpoints.at(-1)).toBeUndefined();
  });

  test.each([
    {way: 'offsets'},
    {seen: -1},
    {seen: '7'},
    {total: 1.5},
    {total: undefined},
    {greatest: 'z'},
    {greatest: undefined},
    {ranges: undefined},
    {ranges: []},
    {ranges: [[0, 10]]},
    {
      ranges: [
        [0, null],
        [9, null],
      ],
    },
    {
      ranges: [
        [0, 10],
        [5, null],
      ],
    },
    {
      ranges: [
        [10, 10],
        [10, null],
      ],
    },
    {
      ranges: [
        [0, 10, 20],
        [20, null],
      ],
    },
    {
      ranges: [
        ['0', 10],
        [10, null],
      ],
    },
    {ranges: [null]},
    {ranges: {0: [0, null]}},
  ])('is not possible when it is of another shape: %j', fault => {
    const good = {
      way: 'keyset',
      seen: 7,
      total: 20,
      ranges: [
        [3, 10],
        [9, null],
      ],
      greatest: null,
    };
    expect(isKeysetCheckpoint(good)).toBe(true);
    expect(isKeysetCheckpoint({...good, shortcut: 'a remark of somebody else'})).toBe(true);
    expect(isKeysetCheckpoint({...good, ...fault})).toBe(false);
  });
});
