// Rows that change places with one another while a list is read: its total stays, and so do its seams.

import {afterEach, expect, test} from '@jest/globals';
import {createProgress, openList} from '../../src/reading/list.js';
import {readByOffset} from '../../src/reading/offsets.js';
import {startListServer} from '../support/list-server.js';
import {createContext, idsOf} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

test.each([1, 2, 3])('two rows that change places after %i answers are both read', async answers => {
  const ROWS = 300;
  const ids = Array.from({length: ROWS}, (_, index) => String(((index * 7) % ROWS) + 1_000));
  const [early = '', late = ''] = [ids[10], ids[250]];
  const swapped = ids.map(id => (id === early ? late : id === late ? early : id));
  const server = await startListServer(({params, number}) => {
    const offset = Number(params.get('offset'));
    const page = (number < answers ? ids : swapped).slice(offset, offset + Number(params.get('limit')));
    return {body: {things: page.map(id => ({id})), meta: {total: String(ROWS)}}};
  });
  const {context, client} = createContext(server.url, {pageSize: 50, window: 1});
  closing.push(server.stop, client.close);
  const progress = createProgress();
  const things = {path: 'things', dataKeys: ['things'], endpoint: 'things', rank: 0};
  const session = openList(context, things, progress, new AbortController().signal);
  const read = await idsOf(readByOffset(context, session, {query: {}, order: {}, isOpen: false}), 'things');
  expect(read).toEqual(expect.arrayContaining([early, late]));
  expect({rows: new Set(read).size, verdict: progress.verdict}).toEqual({rows: ROWS, verdict: 'verified'});
});
