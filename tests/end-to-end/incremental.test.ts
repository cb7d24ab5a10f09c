// A second sync with the last STATE: every changed record comes, and hardly any other. Which ones exactly follows from
// the bookmarks: rows whose key is the bookmark or later, rows without a key, and whole tables.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {
  bookmarkOf,
  complaints,
  editedCatalog,
  expectedWarnings,
  NOON,
  type Run,
  type TestAccount,
  withAccount,
} from '../support/account.js';
import {differences, expectedRecords, expectedSince, isShownTwice} from '../support/expected-records.js';
import {defaultStreams, replicationKeyOf, resourceOf} from '../support/stream-rows.js';

const HOUR = 3_600_000;
const incremental = defaultStreams.filter(stream => replicationKeyOf(stream) !== '');
const filtered = {contacts: 'filters[updated_after]', deals: 'filters[updated_after]', activities: 'after'};

const keepsUtc = (stream: string) => /^(account|deal)_custom_field/.test(stream);
const instantAt = (at: number) => `${new Date(at).toISOString().slice(0, 19)}.000000Z`;
const idsOf = ({output}: Run, stream: string) => output.of(stream).map(record => String(record['id']));

/** The bookmark of a stream's default key. */
function bookmarkIn(state: Record<string, unknown>, stream: string): string | undefined {
  const value = bookmarkOf(state, stream)[replicationKeyOf(stream)];
  return typeof value === 'string' ? value : undefined;
}

/** From where a stream goes on: its bookmark, or an hour before it where its clock showed that time twice. */
function sinceIn(state: Record<string, unknown>, stream: string): string | undefined {
  const bookmark = bookmarkIn(state, stream);
  if (bookmark === undefined || keepsUtc(stream) || !isShownTwice(bookmark)) return bookmark;
  return instantAt(Date.parse(bookmark) - HOUR);
}

/** Where the records of a run are not those that follow from the state it began with. */
function differencesSince(run: Run, sim: Simulator, state: Record<string, unknown>): string[] {
  return defaultStreams.flatMap(stream => {
    const records = expectedRecords(sim, stream);
    return differences(run.lines, stream, expectedSince(records, replicationKeyOf(stream), sinceIn(state, stream)));
  });
}

function requestsOf({sim}: TestAccount, path: string, from: number) {
  return sim.requests.slice(from).filter(request => request.path === path);
}

const worlds: [string, SimulatorOptions][] = [
  ['a server that obeys what is documented', {}],
  ['a server that obeys every filter and order', {obeyFilters: ['*'], obeyOrders: ['*']}],
  ['a server that ignores every filter and order', {ignoreFilters: ['*'], ignoreOrders: ['*']}],
  ['a server whose bounds are inclusive', {updatedAfterInclusive: true}],
  ['a server whose filter of deals knows days only', {dealsFilterGranularity: 'day'}],
];

// More than two pages: shorter lists are read as a whole. And enough roles for some to go without a warning.
const longer = {contacts: 210, counts: {deals: 220, activities: 230, dealRoles: 12}};

test.each(worlds)('brings every change and nothing that the bookmarks exclude, from %s', (_, options) =>
  withAccount({...longer, seed: 11, ...options}, async account => {
    const {sim, clock, sync} = account;
    const isIgnored = options.ignoreFilters !== undefined;
    const first = await sync();
    clock.now += HOUR;
    const changes = sim.change(180);
    clock.now += HOUR;
    const asked = sim.requests.length;
    const second = await sync({state: first.output.state});

    expect(differencesSince(second, sim, first.output.state)).toEqual([]);
    expect(complaints(second)).toEqual(expectedWarnings(sim, defaultStreams));
    for (const {resource, id} of [...changes.inserted, ...changes.edited]) {
      const stream = defaultStreams.find(name => resourceOf(name) === resource);
      const isThere = [...sim.rows(resource)].some(row => String(row['id']) === id);
      if (stream !== undefined && isThere) expect(idsOf(second, stream)).toContain(id);
    }
    const brought = incremental.reduce((sum, stream) => sum + second.output.of(stream).length, 0);
    const before = incremental.reduce((sum, stream) => sum + first.output.of(stream).length, 0);
    expect(brought).toBeLessThan(before / 4);

    // The first sync asks for everything, and then finds out whether the server filters: whole pages are asked for by
    // an instant to come only. Where it filters, the second is asked by the bookmark, less a margin, and for nothing else.
    for (const [stream, parameter] of Object.entries(filtered)) {
      const askedBy = (requests: typeof sim.requests) => requests.flatMap(({params}) => params[parameter] ?? []);
      const ofFirst = sim.requests.slice(0, asked).filter(({path}) => path === stream);
      expect(askedBy(ofFirst).length).toBeGreaterThan(0);
      const pages = askedBy(ofFirst.filter(({params}) => params['limit'] === '100'));
      expect(pages.filter(instant => Date.parse(instant) < Date.now() + 300 * 24 * HOUR)).toEqual([]);
      const requests = requestsOf(account, stream, asked);
      const margin = stream === 'deals' ? 24 * HOUR : 1_000;
      const bookmark = Date.parse(sinceIn(first.output.state, stream) ?? '');
      const from = `${new Date(bookmark - margin).toISOString().slice(0, 19)}Z`;
      expect(requests.length).toBeGreaterThan(0);
      expect({stream, from: askedBy(requests)}).toEqual({stream, from: isIgnored ? [] : requests.map(() => from)});
    }

    // Nothing has moved: what comes again is what stands at a bookmark or has no key.
    clock.now += HOUR;
    const third = await sync({state: second.output.state});
    expect(differencesSince(third, sim, second.output.state)).toEqual([]);
    for (const stream of incremental) {
      expect({stream, bookmark: bookmarkIn(third.output.state, stream)}).toEqual({
        stream,
        bookmark: bookmarkIn(second.output.state, stream),
      });
    }
  }),
);

test('asks for less where the server filters', () =>
  withAccount({counts: {contacts: 900, deals: 600, activities: 700}}, async account => {
    const {sim, clock, sync} = account;
    const select = 'contacts,deals,activities';
    const first = await sync({select});
    clock.now += HOUR;
    sim.insert('contacts');
    const from = sim.requests.length;
    await sync({select, state: first.output.state});
    // A page that holds all that the server counts is the end; the deals of the last day come with them.
    expect(sim.requests.length - from).toBeLessThanOrEqual(5);
  }));

describe('a bookmark', () => {
  test('is the highest key that came', () =>
    withAccount({contacts: 30}, async ({sim, sync}) => {
      const {output} = await sync();
      for (const stream of incremental) {
        const keys = [...expectedRecords(sim, stream).values()].map(record => record[replicationKeyOf(stream)]);
        const highest = keys
          .filter(key => typeof key === 'string')
          .sort()
          .at(-1);
        expect({stream, bookmark: bookmarkIn(output.state, stream)}).toEqual({stream, bookmark: highest});
      }
    }));

  test.each([0, -3600, 3600])('is never later than the clock of a server that is %i seconds ahead', clockSkewSeconds =>
    withAccount({contacts: 10, now: Date.now, clockSkewSeconds}, async ({sim, sync}) => {
      sim.insert('contacts', {udate: '2031-01-01T00:00:00-06:00'});
      sim.insert('accounts', {updatedTimestamp: '2031-01-01T00:00:00-06:00'});
      sim.insert('tags');
      const startedAt = Date.now();
      const select = 'contacts,accounts';
      const first = await sync({select});
      for (const stream of ['contacts', 'accounts']) {
        const bookmark = Date.parse(bookmarkIn(first.output.state, stream) ?? '') - clockSkewSeconds * 1_000;
        expect(bookmark).toBeGreaterThan(startedAt - 3_000);
        expect(bookmark).toBeLessThanOrEqual(Date.now());
      }
      const contact = sim.insert('contacts');
      const second = await sync({select, state: first.output.state});
      expect(idsOf(second, 'contacts')).toContain(contact);
    }),
  );

  test.each([
    ['accounts', 'accounts', 'America/Chicago'],
    ['contact_tags', 'contactTags', 'America/Chicago'],
    ['contact_tags', 'contactTags', 'UTC'],
    ['contact_tags', 'contactTags', 'Asia/Tokyo'],
  ])('leaves no row of %s behind that was edited behind the reader (%s, %s)', (stream, path, naive_timezone) =>
    withAccount(
      {counts: {[path]: 300}, faults: [{path, page: 3, answer: 'slow', delayMs: 600}]},
      async ({sim, clock, start, sync}) => {
        const ids = [...sim.rows(path)].map(({id}) => String(id));
        const [early = '', late = ''] = [ids[5], ids[295]];
        const config = {naive_timezone};
        const run = start({select: stream, config});
        // Every page but the third has come.
        const pages = () =>
          sim.requests.filter(request => request.path === path && request.params['offset'] !== undefined);
        await until(() => pages().length === 4);
        await until(() => pages().filter(({status}) => status === 200).length === 3);
        clock.now += 60_000;
        sim.edit(path, early);
        clock.now += 60_000;
        sim.edit(path, late);
        const first = await run.result;
        const [line = ''] = first.lines.filter(text => text.startsWith(`{"type":"RECORD"`) && idIn(text) === late);
        // The reader has seen the later edit and not the earlier one.
        expect(JSON.parse(line).record).toMatchObject({id: Number(late)});
        clock.now += HOUR;
        const state = JSON.parse(first.lines.at(-1) ?? '').value;
        const second = await sync({select: stream, state, config});
        expect(idsOf(second, stream)).toEqual(expect.arrayContaining([early, late]));
        expect(idsOf(second, stream).length).toBeLessThan(10);
      },
    ),
  );

  test('does not move when no row came, nor backwards', () =>
    withAccount({contacts: 10}, async ({sync}) => {
      const state = {
        bookmarks: {contacts: {udate: '2026-07-31T00:00:00.000000Z'}, deals: {mdate: '2033-01-01T00:00:00.000000Z'}},
      };
      const {output} = await sync({select: 'contacts,deals', state});
      expect(bookmarkIn(output.state, 'contacts')).toBe('2026-07-31T00:00:00.000000Z');
      expect(bookmarkIn(output.state, 'deals')).toBe('2033-01-01T00:00:00.000000Z');
    }));
});

const idIn = (line: string) => String(JSON.parse(line).record.id);

/** Waits until something is so; looks every few milliseconds. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5));
}

test('rows without a replication key come on every run and move nothing', () =>
  withAccount({contacts: 200}, async ({sim, sync}) => {
    const select = 'deals,deal_stages';
    const first = await sync({select});
    const second = await sync({select, state: first.output.state});
    for (const [stream, key] of [
      ['deals', 'mdate'],
      ['deal_stages', 'udate'],
    ] as const) {
      const withoutKey = [...expectedRecords(sim, stream)]
        .filter(([, record]) => record[key] === null)
        .map(([id]) => id);
      expect(withoutKey.length).toBeGreaterThan(1);
      expect(idsOf(second, stream)).toEqual(expect.arrayContaining(withoutKey));
      expect(idsOf(second, stream).length).toBeLessThan(withoutKey.length + 5);
    }
    expect(second.output.state).toMatchObject({
      bookmarks: {deals: {mdate: bookmarkIn(first.output.state, 'deals')}},
    });
  }));

describe('the beginning of an incremental read', () => {
  const since = '2024-05-05T05:05:05.000000Z';

  test('is start_date where there is no bookmark', () =>
    withAccount({contacts: 60}, async account => {
      const run = await account.sync({config: {start_date: '2024-05-05T00:05:05-05:00'}});
      for (const stream of defaultStreams) {
        const records = expectedRecords(account.sim, stream);
        expect(differences(run.lines, stream, expectedSince(records, replicationKeyOf(stream), since))).toEqual([]);
      }
      const pages = requestsOf(account, 'contacts', 0).filter(({params}) => params['limit'] === '100');
      const [proof, ...others] = pages.map(({params}) => params['filters[updated_after]']);
      expect(Date.parse(proof ?? '')).toBeGreaterThan(Date.now());
      expect(new Set(others)).toEqual(new Set(['2024-05-05T05:05:04Z']));
    }));

  test.each([
    ['a number', 86_400, ['2026-07-31', '2026-07-31']],
    ['a map', {deals: 172_800}, ['2026-08-01', '2026-07-30']],
  ])('lies before the bookmark by lookback_seconds, %s', (_, lookback_seconds, days) =>
    withAccount({contacts: 10}, async ({sim, sync}) => {
      const stamps = ['2026-07-30', '2026-07-31', '2026-08-01'];
      for (const day of stamps) sim.insert('contacts', {udate: `${day}T05:00:00-05:00`});
      for (const day of stamps) sim.insert('deals', {mdate: `${day}T05:00:00-05:00`});
      const bookmark = '2026-08-01T10:00:00.000000Z';
      const state = {bookmarks: {contacts: {udate: bookmark}, deals: {mdate: bookmark}}};
      const {output} = await sync({select: 'contacts,deals', state, config: {lookback_seconds}});
      const earliest = [
        ['contacts', 'udate'],
        ['deals', 'mdate'],
      ].map(([stream = '', key = '']) => {
        const keys = output.of(stream).map(record => record[key]);
        return keys
          .filter(value => typeof value === 'string')
          .sort()[0]
          ?.slice(0, 10);
      });
      expect(earliest).toEqual(days);
      expect(output.state).toMatchObject(state);
    }),
  );

  test.each([
    ['of all streams', [], ['contacts', 'deals', 'accounts']],
    ['of those that match', ['contacts,acc*'], ['contacts', 'accounts']],
  ])('is that of the account with --full-refresh, %s', (_, globs, whole) =>
    withAccount({contacts: 30}, async ({sim, sync}) => {
      const select = 'contacts,deals,accounts';
      const bookmark = '2026-07-31T00:00:00.000000Z';
      const state = {
        bookmarks: {contacts: {udate: bookmark}, deals: {mdate: bookmark}, accounts: {updated_timestamp: bookmark}},
      };
      const run = await sync({select, state, args: ['--full-refresh', ...globs]});
      for (const stream of ['contacts', 'deals', 'accounts']) {
        const from = whole.includes(stream) ? undefined : bookmark;
        const expected = expectedSince(expectedRecords(sim, stream), replicationKeyOf(stream), from);
        expect(differences(run.lines, stream, expected)).toEqual([]);
        // What was read whole has a bookmark of its own, whatever stood there.
        if (from === undefined) expect(bookmarkIn(run.output.state, stream)).not.toBe(bookmark);
      }
    }),
  );
});

describe('the user may choose in the catalog', () => {
  test('updated_timestamp for contacts, which moves on opens as well', () =>
    withAccount({contacts: 250}, async account => {
      const {sim, clock, sync} = account;
      const catalog = editedCatalog({contacts: {'': {selected: true, 'replication-key': 'updated_timestamp'}}});
      const first = await sync({catalog});
      expect(first.output.schemas.get('contacts')?.bookmark_properties).toEqual(['updated_timestamp']);
      clock.now += HOUR;
      const touched = String([...sim.rows('contacts')][70]?.['id']);
      sim.touch(touched);
      clock.now += HOUR;
      const from = sim.requests.length;
      const second = await sync({catalog, state: first.output.state});
      expect(idsOf(second, 'contacts')).toContain(touched);
      expect(idsOf(second, 'contacts').length).toBeLessThan(5);
      expect(requestsOf(account, 'contacts', from).some(({query}) => query.includes('filters'))).toBe(false);
      expect(bookmarkOf(second.output.state, 'contacts')).toMatchObject({
        updated_timestamp: instantAt(NOON + HOUR),
      });
    }));

  test('tstamp for sms', () =>
    withAccount({contacts: 150}, async ({sim, sync}) => {
      const catalog = editedCatalog({sms: {'': {selected: true, 'replication-key': 'tstamp'}}});
      const first = await sync({catalog});
      const second = await sync({catalog, state: first.output.state});
      const {tstamp} = bookmarkOf(first.output.state, 'sms');
      expect(typeof tstamp).toBe('string');
      const expected = expectedSince(expectedRecords(sim, 'sms'), 'tstamp', String(tstamp));
      expect(differences(second.lines, 'sms', expected)).toEqual([]);
    }));

  test('another key later on, which then begins anew: what moved it before was not written', () =>
    withAccount({contacts: 20}, async ({sim, clock, sync}) => {
      const first = await sync({select: 'contacts'});
      const [opened = '', edited = ''] = [...sim.rows('contacts')].map(({id}) => String(id));
      clock.now += HOUR;
      sim.touch(opened);
      clock.now += HOUR;
      sim.edit('contacts', edited);
      const second = await sync({select: 'contacts', state: first.output.state});
      expect(idsOf(second, 'contacts')).not.toContain(opened);
      const catalog = editedCatalog({contacts: {'': {selected: true, 'replication-key': 'updated_timestamp'}}});
      const third = await sync({catalog, state: second.output.state});
      expect(idsOf(third, 'contacts')).toContain(opened);
    }));

  test('FULL_TABLE for any stream', () =>
    withAccount({contacts: 30}, async ({sim, sync}) => {
      const catalog = editedCatalog({
        contacts: {'': {selected: true, 'replication-method': 'FULL_TABLE'}},
        deals: {'': {selected: true}},
      });
      const first = await sync({catalog});
      const second = await sync({catalog, state: first.output.state});
      expect(differences(second.lines, 'contacts', expectedRecords(sim, 'contacts'))).toEqual([]);
      expect(second.output.of('deals').length).toBeLessThan(first.output.of('deals').length);
      expect(second.output.schemas.get('contacts')).not.toHaveProperty('bookmark_properties');
      expect(bookmarkOf(second.output.state, 'contacts')).not.toHaveProperty('udate');
    }));
});

test('with naive_timezone UTC as well a second sync brings the changes and little else', () =>
  withAccount({contacts: 60, seed: 12}, async ({sim, clock, sync}) => {
    const config = {naive_timezone: 'UTC'};
    const first = await sync({config});
    clock.now += HOUR;
    sim.change(120);
    const second = await sync({config, state: first.output.state});
    for (const stream of defaultStreams) {
      const records = expectedRecords(sim, stream, 'UTC');
      const bookmark = bookmarkIn(first.output.state, stream);
      const needed = expectedSince(records, replicationKeyOf(stream), bookmark);
      expect(idsOf(second, stream)).toEqual(expect.arrayContaining([...needed.keys()]));
      const early = instantAt(Date.parse(bookmark ?? '2000-01-01T00:00:00Z') - HOUR);
      const admitted = expectedSince(records, replicationKeyOf(stream), bookmark && early);
      expect([...admitted.keys()]).toEqual(expect.arrayContaining(idsOf(second, stream)));
    }
  }));

describe('in the autumn hour that Central clocks show twice', () => {
  // 06:00 to 07:00 is its first pass (still summer time), 07:00 to 08:00 its second.
  const pass = (minutes: number) => Date.UTC(2025, 10, 2, 6, minutes);
  const streams = ['contact_tags', 'accounts', 'templates', 'contacts', 'lists'];

  test.each([
    ['read in the first pass, edited in the second at an earlier clock', [35, 40, 65], 'America/Chicago'],
    ['read in the second pass, edited in it', [20, 80, 90], 'America/Chicago'],
    ['read before, edited in both', [-10, -5, 62], 'America/Chicago'],
    ['read in the second pass, edited after it', [59, 115, 121], 'America/Chicago'],
    ['read in the first pass, edited in the second, stamps taken for UTC', [35, 40, 65], 'UTC'],
  ] as const)('nothing is lost: %s', (_, [stamped, read, edited], naive_timezone) =>
    withAccount({contacts: 20}, async ({sim, clock, sync}) => {
      const config = {naive_timezone};
      const select = streams.join();
      // The account's own stamps are later than 2025, so that rows of the test alone set the bookmarks: all others
      // are moved to a time before.
      for (const stream of streams) {
        const resource = resourceOf(stream);
        clock.now = Date.UTC(2025, 9, 1);
        for (const {id} of [...sim.rows(resource)]) sim.edit(resource, String(id));
      }
      clock.now = pass(stamped);
      for (const stream of streams) sim.insert(resourceOf(stream));
      clock.now = pass(read);
      const first = await sync({select, config});
      clock.now = pass(edited);
      const expected = streams.map(stream => {
        const [row] = sim.rows(resourceOf(stream));
        const id = String(row?.['id']);
        sim.edit(resourceOf(stream), id);
        return [stream, id] as const;
      });
      clock.now = pass(edited) + 4 * HOUR;
      const second = await sync({select, config, state: first.output.state});
      for (const [stream, id] of expected)
        expect({stream, ids: idsOf(second, stream)}).toEqual({stream, ids: expect.arrayContaining([id])});
      for (const stream of streams) expect(idsOf(second, stream).length).toBeLessThanOrEqual(2);
    }),
  );
});
