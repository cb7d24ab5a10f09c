// Where every answer takes 1.5 s, whoever waits for one before he asks for the next uses a small part of the budget.

import {describe, expect, test} from '@jest/globals';
import {createProgress, openList} from '../../src/reading/list.js';
import {readByOffset} from '../../src/reading/offsets.js';
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
