// Readings that are given a checkpoint, and cannot go on with it.

import {afterEach, describe, expect, test} from '@jest/globals';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {startReading} from '../../src/reading/reader.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

const UDATE = '2026-05-01T00:00:00Z';

function contacts(count: number): readonly object[] {
  return Array.from({length: count}, (_, index) => ({id: String(index + 1), udate: '2026-05-02T00:00:00+00:00'}));
}

/** The page of a list read by key that a query asks for. */
function pageOf(rows: readonly object[], params: URLSearchParams): ListAnswer {
  const after = Number(params.get('id_greater') ?? 0);
  const before = Number(params.get('id_less') ?? rows.length + 1);
  const wanted = rows.slice(after, before - 1);
  const sorted = params.get('orders[id]') === 'DESC' ? wanted.reverse() : wanted;
  return {body: {contacts: sorted.slice(0, Number(params.get('limit'))), meta: {total: String(rows.length)}}};
}

async function goOn(answer: (query: ListQuery) => ListAnswer, checkpoint: Checkpoint, entry: object) {
  const server = await startListServer(answer);
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const stream = planned('contacts', entry, {checkpoint});
  const [reading] = startReading(context, [stream], new AbortController().signal);
  if (!reading) throw new Error('the stream is read');
  const ids = await idsOf(reading.pages, 'contacts');
  const {verdict, ways, seen} = reading.progress;
  return {rows: ids.length, different: new Set(ids).size, seen, verdict, ways};
}

describe('an interrupted reading that cannot be gone on with', () => {
  test('brings the whole list where the filter of its beginning fails', async () => {
    const answer = ({params}: ListQuery) =>
      params.has('filters[updated_after]') ? {status: 500, body: {}} : pageOf(contacts(1_000), params);
    const proofs = {'filters[updated_after]': {obeyed: true, at: new Date().toISOString()}};
    const place = {way: 'keyset', seen: 920, total: 1_000, ranges: [[920, null]], greatest: null};
    expect(
      await goOn(answer, {...place, shortcut: 'filters[updated_after]'}, {udate: UDATE, proofs, rows: 1_000}),
    ).toMatchObject({rows: 1_000, different: 1_000, seen: 1_000, verdict: 'verified'});
  });

  test('brings all that is new where it read the whole list and a filter was proven meanwhile', async () => {
    const answer = ({params}: ListQuery) => {
      const bound = params.get('filters[updated_after]');
      return pageOf(bound !== null && bound > '2026-05-03' ? [] : contacts(300), params);
    };
    const place = {way: 'keyset', seen: 5_000, total: 9_000, ranges: [[5_000, null]], greatest: null, shortcut: null};
    const {rows, seen, ways} = await goOn(answer, place, {udate: UDATE});
    expect({rows, seen, ways}).toEqual({rows: 300, seen: 300, ways: ['changed since', 'keyset']});
  });
});
