// Where every answer takes 1.5 s, whoever waits for one before he asks for the next uses a small part of the budget.

import {describe, expect, test} from '@jest/globals';
import {createProgress, openList} from '../../src/reading/list.js';
import {readByOffset} from '../../src/reading/offsets.js';
import {startReading} from '../../src/reading/reader.js';
import {planned} from '../support/planned.js';
import {idsOf} from '../support/reading.js';
import {createSlowLine, type SlowQuery} from '../support/slow-line.js';

const ids = (count: number) => Array.from({length: count}, (_, index) => String(index + 1));

function shuffle(list: readonly string[], seed: number): string[] {
  const keyed = list.map(id => ({id, key: Math.sin(Number(id) * 12.9898 + seed * 78.233) * 43_758.5453}));
  return keyed.sort((a, b) => (a.key % 1) - (b.key % 1)).map(({id}) => id);
}

/** A list in another order with each answer; `missing` rows are counted and never shown. */
function answerAtRandom(rows: readonly string[], missing = 0) {
  return ({params, number}: SlowQuery) => {
    const offset = Number(params.get('offset'));
    const page = shuffle(rows, number).slice(offset, offset + Number(params.get('limit')));
    return {things: page.map(id => ({id})), meta: {total: rows.length + missing}};
  };
}

async function readWhole(answer: (query: SlowQuery) => Readonly<Record<string, unknown>>) {
  const line = createSlowLine(answer);
  const list = {path: 'things', dataKeys: ['things'], endpoint: 'things', rank: 0};
  const progress = createProgress();
  const session = openList(line.context, list, progress, new AbortController().signal);
  const order = {'orders[id]': 'ASC'};
  const came = await line.run(idsOf(readByOffset(line.context, session, {query: {}, order, isOpen: false}), 'things'));
  return {
    came: came
      .map(Number)
      .sort((a, b) => a - b)
      .map(String),
    line,
    progress,
  };
}

describe('a list without an order', () => {
  test.each([
    {rows: 340, share: 0.65},
    {rows: 640, share: 0.8},
    {rows: 2_000, share: 0.92},
  ])(
    'of $rows rows is read again and again at $share of the budget, with no request more than its passes take',
    async ({rows, share}) => {
      const {came, line, progress} = await readWhole(answerAtRandom(ids(rows)));
      expect(came).toEqual(ids(rows));
      expect(progress).toMatchObject({verdict: 'verified', isUnordered: true});
      expect(line.share()).toBeGreaterThanOrEqual(share);
      const offsets = line.queries.map(({params}) => Number(params.get('offset')));
      const pages = Math.max(...offsets) / 99 + 1;
      const pass = Array.from({length: pages}, (_, index) => index * 99);
      expect(offsets).toEqual(Array.from({length: offsets.length / pages}, () => pass).flat());
      // Every second pass does without the order.
      const ordered = line.queries.map(({params}) => params.has('orders[id]'));
      expect(ordered).toEqual(offsets.map((_, index) => Math.floor(index / pages) % 2 === 0));
    },
  );

  test('is read no more often than before where rows are counted that never come', async () => {
    const {came, line, progress} = await readWhole(answerAtRandom(ids(250), 2));
    expect(came).toEqual(ids(250));
    expect(progress.verdict).toBe('unverified');
    const passesWithNews = line.queries.length / 3 - 6;
    expect(passesWithNews).toBeGreaterThanOrEqual(2);
    expect(passesWithNews % 1).toBe(0);
  });

  test('is asked for at other distances when its pages become shorter from one pass to the next', async () => {
    const rows = ids(640);
    const answer = answerAtRandom(rows);
    const {came, line} = await readWhole(query => {
      const {things, meta} = answer(query);
      return {things: query.number < 10 ? things : things.slice(0, 60), meta};
    });
    expect(came).toEqual(rows);
    expect(line.queries.some(({params}) => params.get('offset') === '59')).toBe(true);
  });
});

const LATEST = '2026-01-01T00:00:00.000Z';

type Row = {readonly id: string; readonly udate: string; readonly mdate: string; readonly tstamp: string};

/** Rows that were changed in another order than they were made in. */
function tableOf(count: number): Row[] {
  return ids(count).map((id, index) => {
    const changed = new Date(Date.UTC(2025, 0, 1) + ((index * 7_919) % count) * 60_000).toISOString();
    return {id, udate: changed, mdate: changed, tstamp: changed};
  });
}

/** A server that obeys orders and the filter by the time of change. */
function answerTables(
  tables: Readonly<Record<string, readonly Row[]>>,
  onAnswer: (path: string) => void = () => undefined,
) {
  return ({path, params}: SlowQuery) => {
    const [field = '', direction] =
      [...params].flatMap(([name, value]) => {
        const by = /^orders\[(.*)\]$/.exec(name)?.[1];
        return by === undefined ? [] : [[by, value] as const];
      })[0] ?? [];
    const read = (row: Row) => (field === 'id' ? row.id.padStart(9, '0') : String(Object(row)[field] ?? ''));
    const [after, greater, less] = ['filters[updated_after]', 'id_greater', 'id_less'].map(name => params.get(name));
    const rows = (tables[path] ?? [])
      .filter(({udate}) => after == null || udate >= after)
      .sort((a, b) => (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : 0) * (direction === 'DESC' ? -1 : 1));
    const within = rows.filter(
      ({id}) => (greater == null || Number(id) > Number(greater)) && (less == null || Number(id) < Number(less)),
    );
    const offset = Number(params.get('offset') ?? 0);
    onAnswer(path);
    return {[path]: within.slice(offset, offset + Number(params.get('limit'))), meta: {total: rows.length}};
  };
}

async function readStreams(
  answer: (query: SlowQuery) => Readonly<Record<string, unknown>>,
  streams: readonly string[],
) {
  const line = createSlowLine(answer);
  const {context} = line;
  const readings = startReading(
    context,
    streams.map(stream => planned(stream)),
    new AbortController().signal,
  );
  const work = async () => {
    const counts: number[] = [];
    for (const [rank, {pages}] of readings.entries()) {
      context.places.setCurrent(rank);
      let count = 0;
      for await (const page of pages) {
        count += Object.values(page.rows)[0]?.length ?? 0;
        page.release();
      }
      counts.push(count);
    }
    return counts;
  };
  const counts = await line.run(work());
  return {counts, line, proofs: readings.map(({progress}) => progress.proofs)};
}

/** Ids as they are where other rows were deleted: `gap` on the average between two of them, the wider the later. */
function sparse(count: number, gap: number): string[] {
  return ids(count).map((_, index) => String(Math.floor((index + 1) ** 1.1 * gap) + index));
}

describe('a long list of contacts', () => {
  test.each([
    ['one behind the other', ids(12_000)],
    ['two apart', ids(12_000).map(id => String(2 * Number(id)))],
    ['ten apart', ids(12_000).map(id => String(10 * Number(id)))],
    ['the wider apart the later', sparse(12_000, 2)],
    [
      'most of them gone in the beginning',
      ids(12_000).map((id, index) => String(index < 2_000 ? 40 * Number(id) : 98_000 + index)),
    ],
  ])(
    'whose ids are %s is read with 0.85 of the budget, the wait for the first two answers and the last one included',
    async (_, list) => {
      const contacts = tableOf(12_000).map((row, index) => ({...row, id: list[index] ?? ''}));
      const {counts, line, proofs} = await readStreams(answerTables({contacts}), ['contacts']);
      expect(counts).toEqual([12_000]);
      expect(proofs[0]?.['filters[updated_after]']?.obeyed).toBe(true);
      expect(line.share()).toBeGreaterThanOrEqual(0.85);
      // One or two more for each range, of which there are more where they turn out to be of different lengths.
      expect(line.queries.length).toBeLessThanOrEqual(145);
    },
  );
});

describe('what would shorten the next reading', () => {
  test('is asked for while rows are still being read, and several lists use the whole budget', async () => {
    const sizes = {contacts: 1_500, contactTags: 2_000, emailActivities: 2_000, notes: 1_200};
    const tables = Object.fromEntries(Object.entries(sizes).map(([path, count]) => [path, tableOf(count)]));
    const {counts, line, proofs} = await readStreams(answerTables(tables), [
      'contacts',
      'contact_tags',
      'email_activities',
      'notes',
    ]);
    expect(counts).toEqual(Object.values(sizes));
    expect(line.share()).toBeGreaterThanOrEqual(0.92);
    expect(proofs.map(known => Object.entries(known).filter(([, {obeyed}]) => obeyed)[0]?.[0])).toEqual([
      'filters[updated_after]',
      undefined,
      'orders[tstamp]',
      'orders[mdate]',
    ]);
  });

  test('is believed only as far as it holds against the rows that changed last', async () => {
    // Sorted by another column, notes begin with rows that did not change last; the one that did comes on the last page.
    const notes = tableOf(900).map(row => ({...row, mdate: row.id === '900' ? LATEST : row.mdate}));
    const answer = answerTables({notes});
    const {proofs, line} = await readStreams(
      query => answer({...query, params: new URLSearchParams(String(query.params).replace('mdate', 'tstamp'))}),
      ['notes'],
    );
    expect(proofs[0]?.['orders[mdate]']?.obeyed).toBe(false);
    const asked = line.queries.filter(({params}) => params.has('orders[mdate]')).map(({number}) => number);
    expect(asked[0]).toBeLessThan(9);
  });

  test('is looked at once more where a row changed after the first look', async () => {
    const notes = tableOf(900);
    let answers = 0;
    const answer = answerTables({notes}, () => {
      answers += 1;
      if (answers === 8) notes.push({id: '901', udate: LATEST, mdate: LATEST, tstamp: LATEST});
    });
    const {proofs, counts} = await readStreams(answer, ['notes']);
    expect(counts).toEqual([901]);
    expect(proofs[0]?.['orders[mdate]']?.obeyed).toBe(true);
  });
});
