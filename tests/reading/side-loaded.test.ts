// Tags through the contacts that changed: what proves that they can be read so, and how they are.

import {afterEach, describe, expect, test} from '@jest/globals';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {type StreamReading, startReading} from '../../src/reading/reader.js';
import {selectStreams} from '../../src/selection.js';
import {planStream, toRead} from '../../src/stream-plan.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {USUAL_SETTINGS} from '../support/planned.js';
import {createContext} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

const TAGS = 300;
const PROOF = 'include=contactTags';
const FILTER = 'filters[updated_after]';

type Row = Readonly<Record<string, unknown>>;

/** What differs from a server where the change of a tag moves its contact. Seconds are those of an hour of May. */
type World = {
  /** The contact of a tag; that of its own number where nothing is said. */
  readonly contactOf?: (tag: number) => number;
  /** When a contact moved whose newest tag changed at a second. */
  readonly movedAt?: (changedAt: number, contact: number) => number | null;
  readonly createdAt?: (changedAt: number) => number;
  /** A tag as it comes along. */
  readonly along?: (tag: Row) => Row | undefined;
  /** What stands in the place of all tags that come along. */
  readonly inPlace?: (query: ListQuery) => {readonly contactTags?: unknown} | undefined;
  readonly ignores?: 'ids' | 'the filter';
  readonly instead?: (query: ListQuery) => ListAnswer | undefined;
};

function stamp(second: number | null): string | null {
  return second === null ? null : new Date(Date.UTC(2026, 4, 1) + second * 1_000).toISOString().slice(0, 19);
}

/** Three hundred tags, of which each is a minute newer than the one before. */
function serve(world: World) {
  const {contactOf = tag => tag, movedAt = at => at, createdAt = () => -86_400, along = tag => tag} = world;
  const numbers = Array.from({length: TAGS}, (_, index) => index + 1);
  const tags: Row[] = numbers.map(number => ({
    id: String(number),
    contact: String(contactOf(number)),
    tag: '7',
    updated_timestamp: stamp(number * 60)?.replace('T', ' '),
  }));
  const newest = new Map(numbers.map(number => [contactOf(number), number * 60]));
  const inOrder = [...newest].sort(([a], [b]) => a - b);
  const contacts: Row[] = inOrder.map(([contact, changedAt]) => {
    const movedSecond = movedAt(changedAt, contact);
    const udate = movedSecond === null ? null : `${stamp(movedSecond)}+00:00`;
    return {id: String(contact), cdate: `${stamp(createdAt(changedAt))}+00:00`, udate};
  });

  return (query: ListQuery): ListAnswer => {
    const instead = world.instead?.(query);
    if (instead) return instead;
    const {path, params} = query;
    const limit = Number(params.get('limit'));
    const offset = Number(params.get('offset') ?? 0);
    if (path === 'contactTags') {
      return {body: {contactTags: tags.slice(offset, offset + limit), meta: {total: String(TAGS)}}};
    }
    const ids = [...params].filter(([name]) => /^ids\[\d*\]$/.test(name)).map(([, value]) => value);
    const after = Number(params.get('id_greater') ?? 0);
    const isWanted = ({id, udate}: Row) => {
      if (ids.length > 0 && world.ignores !== 'ids' && !ids.includes(String(id))) return false;
      const bound = params.get(FILTER);
      if (bound === null || world.ignores === 'the filter') return true;
      return udate !== null && Date.parse(String(udate)) > Date.parse(bound);
    };
    const wanted = contacts.filter(isWanted);
    const rows = wanted.filter(({id}) => Number(id) > after).slice(0, limit);
    const included = tags.filter(({contact}) => rows.some(({id}) => id === contact)).flatMap(tag => along(tag) ?? []);
    const beside = params.get('include') === 'contactTags' ? (world.inPlace?.(query) ?? {contactTags: included}) : {};
    return {body: {...beside, contacts: rows, meta: {total: String(wanted.length)}}};
  };
}

type Wish = {
  readonly pageSize?: number;
  readonly entry?: Row;
  readonly checkpoint?: Checkpoint;
};

async function start(world: World, {pageSize = 100, entry, checkpoint}: Wish = {}) {
  const server = await startListServer(serve(world));
  const {context, client} = createContext(server.url, {pageSize});
  closing.push(server.stop, client.close);
  const [stream] = selectStreams({select: 'contact_tags'}).streams;
  if (!stream) throw new Error('there is no stream contact_tags');
  const plan = planStream(stream, {bookmarks: {contact_tags: entry ?? {}}}, USUAL_SETTINGS, Date.now());
  const wish = {...toRead(plan, () => undefined), checkpoint};
  const [reading] = startReading(context, [wish], new AbortController().signal);
  if (!reading) throw new Error('nothing is read');
  return {reading, server, asked: (path: string) => server.queries.filter(query => query.path === path)};
}

/** Reads to the end, or to where `isEnough`; gives the ids page by page, and where each page stood. */
async function read({pages}: StreamReading, isEnough: (pages: number) => boolean = () => false) {
  const ids: string[][] = [];
  const checkpoints: (Checkpoint | undefined)[] = [];
  for await (const page of pages) {
    ids.push((page.rows['contactTags'] ?? []).map(({id}) => String(id)));
    checkpoints.push(page.checkpoint?.());
    page.release();
    if (isEnough(ids.length)) break;
  }
  return {ids, checkpoints};
}

/** What is found out behind a whole read, and what that asked of the contacts. */
async function findOut(world: World, wish?: Wish) {
  const {reading, asked} = await start(world, wish);
  const {ids} = await read(reading);
  expect(ids.flat()).toHaveLength(TAGS);
  return {holds: reading.progress.proofs[PROOF]?.obeyed, asked: asked('contacts'), progress: reading.progress};
}

describe('behind a whole read', () => {
  test('the contacts of the tags that changed last are looked at, in one request, and then their filter', async () => {
    const {holds, asked, progress} = await findOut({});
    expect(holds).toBe(true);
    const [contacts, future, all, filtered, ...others] = asked.map(({params}) => params);
    expect(others).toEqual([]);
    // The filter lets all rows through that there are.
    expect([all?.get(FILTER), filtered?.get(FILTER)]).toEqual([null, '1970-01-01T00:00:00Z']);
    const ids = [...(contacts ?? [])].filter(([name]) => name.startsWith('ids[')).map(([, id]) => Number(id));
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({length: 20}, (_, index) => TAGS - 19 + index));
    expect(contacts?.get('include')).toBe('contactTags');
    expect(Date.parse(future?.get(FILTER) ?? '')).toBeGreaterThan(Date.now());
    expect(progress).toMatchObject({verdict: 'verified', isWhole: true});
    expect(progress.isSideLoaded).toBe(false);
  });

  test.each<[string, World]>([
    ['two seconds between the stamps are nothing', {movedAt: at => at - 2}],
    ['a contact that was edited since is no contradiction', {movedAt: (at, id) => (id % 2 ? at : at + 50_000)}],
    ['ten contacts are enough', {contactOf: tag => 1 + (tag % 10)}],
  ])('%s', async (_, world) => expect((await findOut(world)).holds).toBe(true));

  test.each<[string, World]>([
    ['one contact is older than its tag', {movedAt: (at, id) => (id === 290 ? at - 3 : at)}],
    ['one contact has no stamp', {movedAt: (at, id) => (id === 290 ? null : at)}],
    ['the contacts bring no tags along', {inPlace: () => ({})}],
    ['the contacts bring an empty list along', {inPlace: () => ({contactTags: []})}],
    ['a tag is missing among those that come along', {along: tag => (tag['id'] === '290' ? undefined : tag)}],
    ['tags come along as they were before', {along: tag => ({...tag, updated_timestamp: '2026-04-01 00:00:00'})}],
    ['tags come along without a field', {along: ({tag: _, ...others}) => others}],
    ['the filter of the contacts is ignored', {ignores: 'the filter'}],
  ])('they cannot be read so where %s', async (_, world) => expect((await findOut(world)).holds).toBe(false));

  test.each<[string, World, number]>([
    ['there are nine contacts only', {contactOf: tag => 1 + (tag % 9)}, 0],
    ['the contacts came together with their tags', {createdAt: at => at - 30}, 1],
    ['most of the contacts were edited since', {movedAt: (at, id) => (id % 4 ? at + 90_000 : at)}, 1],
    ['other contacts come than were asked for', {ignores: 'ids'}, 1],
    ['the tags have changed since', {along: tag => ({...tag, updated_timestamp: '2026-06-01 00:00:00'})}, 1],
    [
      'the server is in trouble',
      {instead: ({path}) => (path === 'contacts' ? {status: 500, body: 'sorry'} : undefined)},
      1,
    ],
  ])('nothing is concluded, and so nothing kept, where %s', async (_, world, requests) => {
    const {holds, asked} = await findOut(world);
    expect({holds, requests: asked.length}).toEqual({holds: undefined, requests});
  });

  test('nothing is asked where it is known', async () => {
    const proofs = {[PROOF]: {obeyed: false, at: new Date().toISOString()}};
    const {asked} = await findOut({}, {entry: {proofs}});
    expect(asked).toEqual([]);
  });
});

describe('what is new', () => {
  const at = new Date().toISOString();
  // The tags from the 151st on are new.
  const entry = {
    updated_timestamp: '2026-05-01T02:31:00.000000Z',
    rows: TAGS,
    proofs: Object.fromEntries([PROOF, 'orders[updated_timestamp]'].map(name => [name, {obeyed: name === PROOF, at}])),
  };
  const fresh = Array.from({length: 150}, (_, index) => String(151 + index));

  test('comes with the contacts that changed, from a minute before', async () => {
    const {reading, asked} = await start({}, {entry});
    const {ids} = await read(reading);
    expect(ids.flat()).toEqual(['150', ...fresh]);
    expect(asked('contactTags')).toEqual([]);
    const [first] = asked('contacts');
    expect(Object.fromEntries(first?.params ?? [])).toEqual({
      'orders[id]': 'ASC',
      include: 'contactTags',
      [FILTER]: '2026-05-01T02:29:59Z',
      limit: '100',
    });
    const {ways, isWhole, isSideLoaded, verdict, begunAt, parents} = reading.progress;
    expect({ways, isWhole, isSideLoaded, verdict}).toEqual({
      ways: ['side-loaded'],
      isWhole: false,
      isSideLoaded: true,
      verdict: 'verified',
    });
    expect(parents).toMatchObject({ways: ['keyset'], seen: 151});
    expect(begunAt).toBe(parents?.begunAt);
  });

  test('comes once, though several contacts bring it along', async () => {
    const {reading} = await start({along: tag => ({...tag, id: String(Number(tag['id']) % 40)})}, {entry});
    const ids = (await read(reading)).ids.flat();
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
  });

  test('is read on from where an interrupted reading stood', async () => {
    const before = await start({}, {entry, pageSize: 20});
    const {checkpoints} = await read(before.reading, pages => pages === 3);
    const checkpoint = checkpoints[2];
    expect(checkpoint).toMatchObject({way: 'keyset', shortcut: PROOF, seen: 60});
    const {reading, asked} = await start({}, {entry, pageSize: 20, ...(checkpoint && {checkpoint})});
    const {ids} = await read(reading);
    expect(ids.flat()).toEqual(fresh.slice(59));
    expect(reading.progress.isResumed).toBe(true);
    expect(asked('contactTags')).toEqual([]);
  });

  test('is read from the beginning where the checkpoint is that of a whole read', async () => {
    const checkpoint = {way: 'offsets', seen: 99, total: TAGS, offset: 99, order: 'ascending ids', shortcut: null};
    const {reading} = await start({}, {entry, checkpoint: {...checkpoint, mark: {last: ['100'], highest: 100}}});
    expect((await read(reading)).ids.flat()).toEqual(['150', ...fresh]);
  });

  const onPage = (page: number, answer: ListAnswer) => {
    let asked = 0;
    return ({path}: ListQuery) => {
      if (path === 'contacts') asked += 1;
      return path === 'contacts' && asked === page ? answer : undefined;
    };
  };
  let pages = 0;
  const fallbacks: [string, () => World, boolean?][] = [
    ['the contacts bring no tags along', () => ({inPlace: () => ({})})],
    [
      'the second page brings none along any more',
      () => {
        pages = 0;
        return {
          inPlace: () => {
            pages += 1;
            return pages > 1 ? {} : undefined;
          },
        };
      },
    ],
    ['the filter is ignored', () => ({ignores: 'the filter', movedAt: at => at - 5 * 86_400})],
    ['the contacts may not be read', () => ({instead: onPage(1, {status: 403, body: {message: 'no'}})})],
    ['the answer is too much for the server', () => ({instead: onPage(2, {status: 504, body: 'too long'})}), true],
  ];
  test.each(fallbacks)(
    'is read from the list itself in the same run where %s',
    async (_, world, isInTrouble = false) => {
      const {reading} = await start(world(), {entry});
      const {ids} = await read(reading);
      const all = Array.from({length: TAGS}, (_, index) => String(index + 1));
      expect(ids.flat()).toEqual(expect.arrayContaining(all));
      const {ways, isWhole, isSideLoaded, parents, verdict, proofs} = reading.progress;
      expect({ways, isWhole, verdict}).toEqual({ways: ['side-loaded', 'offsets'], isWhole: true, verdict: 'verified'});
      expect([isSideLoaded, parents]).toEqual([false, undefined]);
      // A server in trouble may be able to answer another day.
      expect(proofs[PROOF]?.obeyed).toBe(isInTrouble);
    },
  );

  test('comes whole where a reading of the contacts cannot be gone on with', async () => {
    const before = await start({}, {entry, pageSize: 20});
    const {checkpoints} = await read(before.reading, pages => pages === 3);
    const checkpoint = checkpoints[2];
    const {reading} = await start({inPlace: () => ({})}, {entry, pageSize: 20, ...(checkpoint && {checkpoint})});
    const {ids} = await read(reading);
    expect(ids.flat()).toHaveLength(TAGS);
    expect(reading.progress).toMatchObject({seen: TAGS, isWhole: true, verdict: 'verified'});
  });

  test('is nothing where the contacts have no tags', async () => {
    const {reading} = await start({inPlace: () => ({contactTags: []})}, {entry});
    expect((await read(reading)).ids.flat()).toEqual([]);
    expect(reading.progress.ways).toEqual(['side-loaded']);
  });

  test('is nothing where no contact has changed', async () => {
    const later = {...entry, updated_timestamp: '2026-06-01T00:00:00.000000Z'};
    const {reading} = await start({inPlace: () => ({})}, {entry: later});
    expect((await read(reading)).ids.flat()).toEqual([]);
    expect(reading.progress.ways).toEqual(['side-loaded']);
  });

  test('fails with the line, and leaves what was proven', async () => {
    const {reading} = await start({instead: onPage(2, {breakage: 'reset'})}, {entry});
    await expect(read(reading)).rejects.toThrow(/contacts/);
    expect(reading.progress.proofs[PROOF]?.obeyed).toBe(true);
  });
});
