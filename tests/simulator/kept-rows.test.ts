// Sequences are kept between requests; whatever happens to the rows meanwhile, an answer is what they are now.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Simulator, WireRow} from '../../src/simulator/simulator.js';
import {ask, idsOf, metaOf, withSimulator} from './support.js';
import {idsInOrder, momentOf} from './wire-order.js';

const begin = Date.UTC(2026, 6, 1);

type Question = {readonly path: string; readonly query: string; readonly expected: (rows: WireRow[]) => string[]};

const after2024 = (column: string) => (row: WireRow) => {
  const moment = momentOf(row[column]);
  return row['cdate'] === undefined || (moment !== null && moment > Date.UTC(2024, 0, 1));
};
const questions: readonly Question[] = [
  {
    path: 'contactTags',
    query: 'orders[updated_timestamp]=DESC',
    expected: rows => idsInOrder(rows, {column: 'updated_timestamp', direction: 'DESC'}),
  },
  {
    path: 'contactTags',
    query: 'orders[updated_timestamp]=ASC',
    expected: rows => idsInOrder(rows, {column: 'updated_timestamp', direction: 'ASC'}),
  },
  {
    path: 'contacts',
    query: 'orders[udate]=DESC&filters[updated_after]=2024-01-01T00:00:00Z',
    expected: rows => idsInOrder(rows.filter(after2024('udate')), {column: 'udate', direction: 'DESC'}),
  },
  {
    path: 'contacts',
    query: 'orders[updated_timestamp]=ASC',
    expected: rows => idsInOrder(rows, {column: 'updated_timestamp', direction: 'ASC'}),
  },
  {
    path: 'contacts',
    query: 'orders[email]=ASC',
    expected: rows =>
      rows
        .map(row => ({id: Number(row['id']), email: String(row['email']).toLowerCase()}))
        .sort((a, b) => (a.email === b.email ? a.id - b.id : a.email < b.email ? -1 : 1))
        .map(({id}) => String(id)),
  },
  {
    path: 'contacts',
    query: 'orders[last_name]=ASC&orders[udate]=DESC',
    expected: rows => {
      const byDate = idsInOrder(rows, {column: 'udate', direction: 'DESC'});
      const names = new Map(rows.map(row => [String(row['id']), String(row['lastName']).toLowerCase()]));
      const nameOf = (id: string) => names.get(id) ?? '';
      return byDate.sort((a, b) => (nameOf(a) === nameOf(b) ? 0 : nameOf(a) < nameOf(b) ? -1 : 1));
    },
  },
  {
    path: 'contacts',
    query: 'filters[updated_after]=2024-01-01T00:00:00Z',
    expected: rows => rows.filter(after2024('udate')).map(({id}) => String(id)),
  },
  {
    path: 'deals',
    query: 'filters[updated_after]=2024-01-01T00:00:01Z',
    expected: rows => rows.filter(after2024('mdate')).map(({id}) => String(id)),
  },
  {
    path: 'deals',
    query: 'orders[mdate]=DESC&filters[status]=0',
    expected: rows =>
      idsInOrder(
        rows.filter(row => row['cdate'] === undefined || row['status'] === '0'),
        {column: 'mdate', direction: 'DESC'},
      ),
  },
];

const step = fc.record({
  path: fc.constantFrom('contactTags', 'contacts', 'deals'),
  action: fc.constantFrom('insert', 'edit', 'edit', 'remove', 'touch', 'set', 'ask', 'ask'),
  at: fc.nat(1_000_000),
});

describe('while rows are inserted, edited and removed', () => {
  test('every order and filter shows the rows as they are', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 20, maxLength: 120}), fc.nat(1000), async (steps, seed) => {
        let now = begin;
        const options = {seed, contacts: 70, obeyOrders: ['*'], unstable: [], now: () => now};
        await withSimulator(options, async simulator => {
          for (const question of questions) await check(simulator, question);
          for (const {path, action, at} of steps) {
            now += (at % 3) * 1000;
            const question = questions[at % questions.length];
            if (action !== 'ask') move(simulator, path, action, at);
            else if (question !== undefined) await check(simulator, question);
          }
          for (const question of questions) await check(simulator, question);
        });
      }),
      {seed: 20260704, numRuns: 8},
    ));

  test.each([5000, 20_000])('%i changes between two requests are all seen', changes =>
    withSimulator(
      {counts: {contactTags: 24_000}, obeyOrders: ['*'], now: () => begin, slowOffsetMs: 0},
      async simulator => {
        const pages = ['0', '7900', '16000', '23950'].map(
          offset => `contactTags?limit=100&orders[updated_timestamp]=DESC&offset=${offset}`,
        );
        await idsOf(simulator, pages[0] ?? '');
        const ids = [...simulator.rows('contactTags')].map(({id}) => String(id));
        for (const [at, id] of ids.slice(0, changes).entries()) {
          if (at % 5 === 0) simulator.remove('contactTags', id);
          else simulator.edit('contactTags', id);
        }
        // Once when they are merged and once more on what came of it.
        for (let round = 0; round < 2; round++) {
          const expected = idsInOrder(simulator.rows('contactTags'), {column: 'updated_timestamp', direction: 'DESC'});
          for (const page of pages) {
            const offset = Number(/\d+$/.exec(page)?.[0]);
            expect(await idsOf(simulator, page)).toEqual(expected.slice(offset, offset + 100));
          }
          for (const id of expected.slice(100, 150)) simulator.edit('contactTags', id);
          simulator.insert('contactTags');
        }
      },
    ),
  );

  test('more sequences than are kept are answered all the same', () =>
    withSimulator({contacts: 40, now: () => begin}, async simulator => {
      for (let round = 0; round < 2; round++) {
        simulator.change(60, round);
        const rows = [...simulator.rows('contacts')];
        for (let day = 0; day < 90; day++) {
          const bound = new Date(Date.UTC(2024, 0, 1) + day * 86_400_000).toISOString().slice(0, 19);
          const expected = rows.filter(row => (momentOf(row['udate']) ?? 0) > Date.parse(`${bound}Z`));
          const answer = await ask(simulator, `contacts?filters[updated_after]=${bound}Z`);
          expect(metaOf(answer)['total']).toBe(String(expected.length));
        }
      }
    }));
});

async function check(simulator: Simulator, {path, query, expected}: Question): Promise<void> {
  const rows = [...simulator.rows(path)];
  const ids: string[] = [];
  for (let offset = 0; offset <= rows.length; offset += 100)
    ids.push(...(await idsOf(simulator, `${path}?limit=100&offset=${offset}&${query}`)));
  expect({query, ids}).toEqual({query, ids: expected(rows)});
}

function move(simulator: Simulator, path: string, action: string, at: number): void {
  const count = simulator.count(path);
  if (action === 'insert' || count === 0) {
    simulator.insert(path);
    return;
  }
  const id = String([...simulator.rows(path)][at % count]?.['id']);
  if (action === 'edit') simulator.edit(path, id);
  else if (action === 'remove') simulator.remove(path, id);
  else if (action === 'touch' && path === 'contacts') simulator.touch(id);
  else if (action === 'set') simulator.edit(path, id, setting(path, at));
}

// Values that move a row in its order though its stamps would not, and out of it and back.
function setting(path: string, at: number): WireRow {
  const date = `20${20 + (at % 10)}-03-0${1 + (at % 9)} 10:00:00`;
  switch (path) {
    case 'contactTags':
      return {updated_timestamp: at % 4 === 0 ? null : date};
    case 'contacts':
      return {email: `${at}@example.com`, udate: at % 4 === 0 ? null : `${date.replace(' ', 'T')}-06:00`};
    default:
      return {status: String(at % 3), mdate: at % 4 === 0 ? null : `${date.replace(' ', 'T')}-06:00`};
  }
}
