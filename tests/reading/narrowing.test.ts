// Filters are proven before the first row is handed on, by servers that obey them and by servers that do not: a list may
// move meanwhile, come in another order each time, and keep its length to itself.

import {afterEach, describe, expect, test} from '@jest/globals';
import {createFiller} from '../../src/custom-fields/values.js';
import {type Filters, narrowed} from '../../src/filters.js';
import {readLateRows} from '../../src/reading/late-rows.js';
import {createProgress} from '../../src/reading/list.js';
import {type StreamReading, startReading} from '../../src/reading/reader.js';
import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

type Row = {readonly id: string; readonly color: string; readonly size: string};

/** Rows of which each third is red, and each fifth large. */
function rowsUpTo(count: number): Row[] {
  return Array.from({length: count}, (_, index) => ({
    id: String(index + 1),
    color: index % 3 === 0 ? 'red' : 'blue',
    size: index % 5 === 0 ? '10' : '1',
  }));
}

type World = {
  /** The rows at the time of a request. */
  readonly rows?: (number: number) => readonly Row[];
  /** The parameters that are obeyed; `not` leaves out a color. */
  readonly obeyed?: readonly string[];
  readonly isShuffled?: boolean;
  /** What is told of the length; nothing if undefined. */
  readonly total?: (rows: number, number: number) => number | undefined;
  readonly answer?: (query: ListQuery) => ListAnswer | undefined;
};

const OBEYED = ['color', 'size', 'not'];

async function startTags({
  rows = () => rowsUpTo(90),
  obeyed = OBEYED,
  isShuffled = false,
  total = count => count,
  answer = () => undefined,
}: World): Promise<ListServer> {
  const server = await startListServer(query => {
    const {params, number} = query;
    const own = answer(query);
    if (own) return own;
    const wanted = (name: string) => (obeyed.includes(name) ? params.get(name) : null);
    const [color, size, not] = [wanted('color'), wanted('size'), wanted('not')];
    const found = rows(number).filter(
      row => (color ?? row.color) === row.color && (size ?? row.size) === row.size && row.color !== not,
    );
    const rankOf = ({id}: Row) => (Number(id) * 7_919 * (number + 1)) % 10_007;
    const listed = isShuffled ? found.sort((a, b) => rankOf(a) - rankOf(b)) : found;
    const offset = Number(params.get('offset') ?? 0);
    const length = total(found.length, number);
    return {
      body: {
        tags: listed.slice(offset, offset + Number(params.get('limit') ?? 20)),
        ...(length === undefined ? {} : {meta: {total: String(length)}}),
      },
    };
  });
  closing.push(server.stop);
  return server;
}

const color = (value: string): Filters => ({color: value});

function streamOf(name: string, filters: Filters, entry: object = {}): StreamToRead {
  const stream = planned(name, entry);
  return {...stream, filters, definition: narrowed(stream.definition, filters)};
}

function startToRead(server: ListServer, stream: StreamToRead, pageSize = 20): StreamReading {
  const {context, client} = createContext(server.url, {pageSize});
  closing.push(client.close);
  const [reading] = startReading(context, [stream], new AbortController().signal);
  if (!reading) throw new Error('the stream is read');
  return reading;
}

/** What was handed on, and why no more. */
async function read({pages, progress}: StreamReading, dataKey = 'tags') {
  const ids: string[] = [];
  let pagesSeen = 0;
  let fault = 'none';
  try {
    for await (const page of pages) {
      pagesSeen += 1;
      ids.push(...(page.rows[dataKey] ?? []).map(row => String(row['id'])));
      page.release();
    }
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  const proofs = Object.fromEntries(Object.entries(progress.proofs).map(([name, {obeyed}]) => [name, obeyed]));
  return {
    ids: ids.sort((a, b) => Number(a) - Number(b)),
    pages: pagesSeen,
    fault,
    proofs,
    asked: progress.proofRequests,
  };
}

const RED = rowsUpTo(90)
  .filter(row => row.color === 'red')
  .map(({id}) => id);

const IGNORED =
  'tags: the API ignores the filter "color" and would send all rows; remove it from the setting "filters"';

/** A list that grows by some rows with each request, or loses some. */
const growing = (number: number) => rowsUpTo(90 + 2 * number);
const shrinking = (number: number) => rowsUpTo(Math.max(30, 300 - 3 * number));
const swinging = (number: number) => rowsUpTo(90 - (number % 2));
const restless = (number: number) => rowsUpTo(90 + ((number * 7_919) % 11));

const worlds: [string, World][] = [
  ['a calm list', {}],
  ['one that fits on a page', {rows: () => rowsUpTo(12)}],
  ['one that tells no length', {total: () => undefined}],
  ['a short one that tells no length', {rows: () => rowsUpTo(12), total: () => undefined}],
  ['one that tells its length now and then', {total: (count, number) => (number % 2 === 0 ? count : undefined)}],
  ['one that tells the length of the account whatever is asked', {total: () => 90}],
  ['one in another order each time', {isShuffled: true}],
  ['one in another order each time, that tells no length', {isShuffled: true, total: () => undefined}],
  ['one that grows', {rows: growing}],
  ['one that shrinks', {rows: shrinking}],
  ['one that has a row more at every other request', {rows: swinging}],
  ['one whose length is another one each time', {rows: restless}],
  ['one that moves and tells no length', {rows: restless, total: () => undefined}],
  ['one that moves in another order each time', {rows: restless, isShuffled: true}],
];

describe('a filter that is obeyed is proven, by', () => {
  test.each(worlds)('%s', async (_, world) => {
    const server = await startTags(world);
    const {ids, fault, proofs, asked} = await read(startToRead(server, streamOf('tags', color('red'))));
    expect({fault, proofs}).toEqual({fault: 'none', proofs: {color: true}});
    const red = new Set(rowsUpTo(400).flatMap(row => (row.color === 'red' ? [row.id] : [])));
    expect(ids.filter(id => !red.has(id))).toEqual([]);
    expect(ids.length).toBeGreaterThan(0);
    if (!world.rows) expect(ids).toEqual(RED);
    expect(asked).toBeLessThanOrEqual(4);
  });

  test.each([1, 2, 100])('pages of %i rows', async pageSize => {
    const server = await startTags({});
    const {ids, proofs} = await read(startToRead(server, streamOf('tags', color('red')), pageSize));
    expect({ids, proofs}).toEqual({ids: RED, proofs: {color: true}});
  });
});

describe('a filter that is ignored fails the stream before anything is handed on, by', () => {
  test.each(worlds)('%s', async (_, world) => {
    const server = await startTags({...world, obeyed: []});
    const {fault, pages, proofs, asked} = await read(startToRead(server, streamOf('tags', color('red'))));
    expect({fault, pages, proofs}).toEqual({fault: IGNORED, pages: 0, proofs: {color: false}});
    expect(asked).toBeLessThanOrEqual(25);
  });

  test.each([1, 2, 100])('pages of %i rows', async pageSize => {
    for (const world of [{}, {isShuffled: true}, {rows: restless, total: () => undefined}]) {
      const server = await startTags({...world, obeyed: []});
      const reading = startToRead(server, streamOf('tags', color('red')), pageSize);
      expect(await read(reading)).toMatchObject({fault: IGNORED, pages: 0});
    }
  });
});

describe('a filter is obeyed', () => {
  test('also where its value leaves all rows', async () => {
    const server = await startTags({rows: () => rowsUpTo(90).map(row => ({...row, color: 'red'}))});
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({
      fault: 'none',
      proofs: {color: true},
      asked: 3,
    });
  });

  test.each<[string, World]>([
    ['a calm list', {}],
    ['one that fits on a page', {rows: () => rowsUpTo(12)}],
    ['one that tells no length', {total: () => undefined}],
    ['one that moves a little', {rows: restless}],
  ])('that leaves out what it names, so that a value without match leaves all: %s', async (_, world) => {
    const server = await startTags(world);
    const {fault, proofs, ids} = await read(startToRead(server, streamOf('tags', {not: 'red'})));
    expect({fault, proofs}).toEqual({fault: 'none', proofs: {not: true}});
    expect(ids.filter(id => RED.includes(id))).toEqual([]);
  });

  test('where some rows come with every value, as those do that nobody may see', async () => {
    const server = await startTags({
      answer: ({params}) => {
        const found = rowsUpTo(90).filter(
          row => row.color === (params.get('color') ?? row.color) || Number(row.id) > 85,
        );
        const offset = Number(params.get('offset'));
        return {body: {tags: found.slice(offset, offset + Number(params.get('limit'))), meta: {total: found.length}}};
      },
    });
    const {fault, proofs} = await read(startToRead(server, streamOf('tags', color('red'))));
    expect({fault, proofs}).toEqual({fault: 'none', proofs: {color: true}});
  });

  test.each([400, 404, 422])('where another value is refused with %i', async status => {
    const server = await startTags({
      answer: ({params}) => (['red', null].includes(params.get('color')) ? undefined : {status, body: {message: 'no'}}),
    });
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({
      ids: RED,
      fault: 'none',
      proofs: {color: true},
    });
  });

  test('where a value without match breaks the server and another does not', async () => {
    const server = await startTags({
      answer: ({params}) => (params.get('color')?.startsWith('no-such') ? {status: 500, body: {}} : undefined),
    });
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({
      ids: RED,
      fault: 'none',
      proofs: {color: true},
    });
  });

  test('where nothing is written as a bare object', async () => {
    const server = await startTags({
      answer: ({params}) => (params.get('color')?.startsWith('no-such') ? {body: {}} : undefined),
    });
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({ids: RED, fault: 'none'});
  });
});

describe('a filter is ignored', () => {
  test('where an answer was empty once by mistake', async () => {
    let mistakes = 1;
    const server = await startTags({
      obeyed: [],
      answer: ({params}) => {
        if (!params.get('color')?.startsWith('no-such') || mistakes === 0) return undefined;
        mistakes -= 1;
        return {body: {tags: [], meta: {total: '90'}}};
      },
    });
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({fault: IGNORED, pages: 0});
  });

  test('where each query has an order of its own, which is kept', async () => {
    const rankOf = (id: string, text: string) => (Number(id) * 7_919 * (text.length + 1)) % 101;
    const server = await startTags({
      answer: ({params}) => {
        const text = params.get('color') ?? '';
        const listed = rowsUpTo(90).sort((a, b) => rankOf(a.id, text) - rankOf(b.id, text));
        const offset = Number(params.get('offset'));
        return {body: {tags: listed.slice(offset, offset + Number(params.get('limit')))}};
      },
    });
    expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({fault: IGNORED, pages: 0});
  });
});

describe('of several filters', () => {
  test('each is proven beside the others', async () => {
    const server = await startTags({});
    const {ids, fault, proofs, asked} = await read(startToRead(server, streamOf('tags', {color: 'red', size: '10'})));
    expect({fault, proofs, asked}).toEqual({fault: 'none', proofs: {color: true, size: true}, asked: 6});
    expect(ids).toEqual(rowsUpTo(90).flatMap(row => (row.color === 'red' && row.size === '10' ? [row.id] : [])));
    for (const {params} of server.queries) expect(params.has('color') || params.has('size')).toBe(true);
  });

  test.each<[readonly string[], string]>([
    [['size'], 'the filter "color" and would send all rows; remove it'],
    [['color'], 'the filter "size" and would send all rows; remove it'],
    [[], 'the filters "color" and "size" and would send all rows; remove them'],
  ])('those are named that are ignored where %j are obeyed', async (obeyed, words) => {
    const server = await startTags({obeyed});
    const {fault, pages} = await read(startToRead(server, streamOf('tags', {color: 'red', size: '10'})));
    expect({fault, pages}).toEqual({fault: `tags: the API ignores ${words} from the setting "filters"`, pages: 0});
  });
});

describe('nothing is asked for a proof', () => {
  test.each<[string, World, Filters]>([
    ['in an empty list', {rows: () => []}, color('red')],
    ['in an empty list of a server that ignores it', {rows: () => [], obeyed: []}, color('red')],
    ['where the filter leaves nothing', {}, color('green')],
  ])('%s', async (_, world, filters) => {
    const server = await startTags(world);
    expect(await read(startToRead(server, streamOf('tags', filters)))).toEqual({
      ids: [],
      pages: 0,
      fault: 'none',
      proofs: {},
      asked: 0,
    });
  });

  const provenAt = (daysAgo: number, obeyed: boolean) => ({
    memory: {rows: undefined, proofs: {color: {obeyed, at: new Date(Date.now() - daysAgo * 86_400_000).toISOString()}}},
  });

  test.each<[string, number, boolean, number]>([
    ['that is younger than a week', 6, true, 0],
    ['that is older', 8, true, 3],
    ['to the contrary, which the user waits to be gone', 1, false, 3],
  ])('where there is one %s (%i days, %j): %i requests', async (_, daysAgo, obeyed, asked) => {
    const server = await startTags({});
    const stream = {...streamOf('tags', color('red')), ...provenAt(daysAgo, obeyed)};
    expect(await read(startToRead(server, stream))).toMatchObject({ids: RED, proofs: {color: true}, asked});
  });
});

test('a list that fills while it is read is proven then', async () => {
  // The first request finds nothing, and is repeated since the list does not say that it is empty.
  const server = await startTags({rows: number => rowsUpTo(number === 0 ? 0 : 90), obeyed: [], total: () => undefined});
  expect(await read(startToRead(server, streamOf('tags', color('red'))))).toMatchObject({fault: IGNORED, pages: 0});
});

test('a filter that is refused is named', async () => {
  const server = await startTags({
    answer: ({params}) => (params.has('color') ? {status: 422, body: {message: 'what color?'}} : undefined),
  });
  const {fault} = await read(startToRead(server, streamOf('tags', {color: 'red', size: '10'})));
  expect(fault).toBe('tags: HTTP 422, what color?; asked with the filters color, size');
});

test('a failure of the parents is not put down to the filters of their children', async () => {
  const server = await startTags({answer: () => ({status: 422, body: {message: 'no contacts'}})});
  const {fault} = await read(startToRead(server, streamOf('contact_logs', color('red'))), 'contactLogs');
  expect(fault).toBe('contacts: HTTP 422, no contacts');
});

test('streams of one list share a reading only where their filters are the same', async () => {
  const server = await startListServer(({params}) => {
    const fields = rowsUpTo(9).filter(({color}) => color === (params.get('color') ?? color));
    const offset = Number(params.get('offset'));
    return {body: {fields: fields.slice(offset), fieldOptions: fields, fieldRels: [], meta: {total: fields.length}}};
  });
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const streams = [
    planned('contact_custom_fields'),
    streamOf('contact_custom_field_options', color('red')),
    streamOf('contact_custom_field_rels', color('red')),
  ];
  const readings = startReading(context, streams, new AbortController().signal);
  const [fields, options, rels] = readings;
  if (!fields || !options || !rels) throw new Error('three streams are read');
  expect(options.progress).toBe(rels.progress);
  expect(options.progress).not.toBe(fields.progress);
  expect(await idsOf(fields.pages, 'fields')).toHaveLength(9);
  expect(await idsOf(options.pages, 'fieldOptions')).toEqual(['1', '4', '7']);
  expect(await idsOf(rels.pages, 'fieldRels')).toEqual([]);
});

describe('below parents', () => {
  const CONTACTS = 6;
  /** Contacts of which the first two have no logs. */
  const startContacts = async (isObeyed: boolean, gone: (parent: number) => boolean = () => false) => {
    const server = await startListServer(({path, params}) => {
      const contacts = Array.from({length: CONTACTS}, (_, index) => ({id: String(index + 1)}));
      if (path === 'contacts') {
        const after = Number(params.get('id_greater') ?? 0);
        return {body: {contacts: contacts.filter(({id}) => Number(id) > after), meta: {total: String(CONTACTS)}}};
      }
      const parent = Number(path.split('/')[1]);
      if (gone(parent)) return {status: 404, body: {message: 'No Result found'}};
      const logs = parent <= 2 ? [] : rowsUpTo(6).map(row => ({...row, id: String(parent * 100 + Number(row.id))}));
      const wanted = isObeyed ? params.get('color') : null;
      return {body: {contactLogs: logs.filter(({color}) => color === (wanted ?? color))}};
    });
    closing.push(server.stop);
    return server;
  };
  const logs = () => streamOf('contact_logs', color('red'));

  test('a filter goes to the path of each, and the first one with rows proves it', async () => {
    const server = await startContacts(true);
    const {ids, fault, proofs, asked} = await read(startToRead(server, logs()), 'contactLogs');
    expect({ids, fault, proofs, asked}).toEqual({
      ids: ['301', '304', '401', '404', '501', '504', '601', '604'],
      fault: 'none',
      proofs: {color: true},
      asked: 3,
    });
    expect(server.queries.filter(({path, params}) => path === 'contacts' && params.has('color'))).toEqual([]);
  });

  test('a filter that is ignored fails the stream, and nothing was handed on', async () => {
    const server = await startContacts(false);
    const {fault, pages} = await read(startToRead(server, logs()), 'contactLogs');
    expect(fault).toMatch(/^contacts\/:id\/contactLogs: the API ignores the filter "color"/);
    expect(pages).toBe(0);
  });

  test('a parent that goes while it is to prove something leaves that to the next', async () => {
    let asked = 0;
    const server = await startContacts(true, parent => {
      if (parent === 3) asked += 1;
      return parent === 3 && asked > 1;
    });
    const {ids, fault} = await read(startToRead(server, logs()), 'contactLogs');
    expect({ids, fault}).toEqual({ids: ['401', '404', '501', '504', '601', '604'], fault: 'none'});
  });
});

test('rows that are wanted for their values alone are picked out of the narrowed list, not asked for by their ids', async () => {
  // Asked for by their ids, rows come whatever else is asked.
  const contacts = rowsUpTo(30);
  const server = await startListServer(({params}) => {
    const ids = [...params].flatMap(([name, value]) => (name.startsWith('ids[') ? [value] : []));
    const wanted = params.get('color');
    const found = contacts
      .filter(({id, color}) => (ids.length > 0 ? ids.includes(id) : color === (wanted ?? color)))
      .filter(({id}) => Number(id) > Number(params.get('id_greater') ?? 0));
    return {body: {contacts: found, meta: {total: String(found.length)}}};
  });
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const stream = streamOf('contacts', color('red'));
  const source = stream.definition.customFields;
  if (!source) throw new Error('contacts have custom fields');
  const values = {
    source,
    filler: createFiller([], [], undefined),
    list: planned('contact_custom_field_values'),
    since: undefined,
    proofPrefix: '',
    fault: undefined,
  };
  const list = {path: 'contacts', dataKeys: ['contacts'], endpoint: 'contacts', rank: 0};
  const {signal} = new AbortController();
  const reading = {context, stream, values, list, progress: createProgress(), signal};
  const ids = ['4', '5', '6', '7'];
  const late = {isIncluded: false, ids, isWanted: (id: string) => ids.includes(id)};
  expect(await idsOf(readLateRows(reading, late), 'contacts')).toEqual(['4', '7']);
});

test('a changed-since filter that makes the server forget the others is not used', async () => {
  const stampOf = (id: number) => new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString();
  const contacts = Array.from({length: 900}, (_, index) => ({
    id: String(index + 1),
    udate: stampOf(index),
    list: index % 2 === 0 ? '3' : '4',
  }));
  const server = await startListServer(({params}) => {
    const since = params.get('filters[updated_after]');
    const list = since === null ? params.get('listid') : null;
    const found = contacts
      .filter(row => (list ?? row.list) === row.list && (since === null || row.udate > since))
      .filter(({id}) => Number(id) > Number(params.get('id_greater') ?? 0))
      .filter(({id}) => Number(id) < Number(params.get('id_less') ?? 10_000));
    const sorted = params.get('orders[id]') === 'DESC' ? found.reverse() : found;
    return {body: {contacts: sorted.slice(0, Number(params.get('limit'))), meta: {total: String(found.length)}}};
  });
  closing.push(server.stop);
  const stream = streamOf('contacts', {listid: '3'}, {udate: stampOf(800), rows: 450});
  const {ids, fault, proofs} = await read(startToRead(server, stream, 100), 'contacts');
  expect(fault).toBe('none');
  expect(proofs).toMatchObject({listid: true, 'filters[updated_after]': false});
  expect(ids.filter(id => contacts[Number(id) - 1]?.list !== '3')).toEqual([]);
});
