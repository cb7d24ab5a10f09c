// All streams that there are, selected together: every record of each, with every value, however long the lists are and
// whatever happens to them meanwhile; and with the next sync what has changed.

import {describe, expect, test} from '@jest/globals';
import {resourceNames} from '../../src/simulator/resources/index.js';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {
  bookmarkOf,
  type CatalogDocument,
  check,
  complaints,
  NOON,
  type TestAccount,
  withAccount,
} from '../support/account.js';
import {ownStreams, recordsOfCustomObject} from '../support/custom-object-records.js';
import {differences, type ExpectedRecord, expectedRecords} from '../support/expected-records.js';
import {createMovement} from '../support/movement.js';
import {allStreams, furtherStreams, keyFieldsOf, parentOf, resourceOf, rowsBelow} from '../support/stream-rows.js';
import {runTap} from '../support/tap.js';
import {createTarget} from '../support/target.js';
import {countOf, differencesSince, lostOrStale, missing, snapshot, stayed} from '../support/truth.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;
const select = '*';

/** What an account has one of. */
const singles = ['eventTracking', 'siteTracking', 'settings/account', 'sms/credits'];
const lists = resourceNames.filter(name => !singles.includes(name));
const belowContacts = allStreams.filter(stream => ['contacts', 'contact_geo_ips'].includes(parentOf(stream) ?? ''));
const others = allStreams.filter(stream => !belowContacts.includes(stream));

/** Where records are not those of the account, of all its streams and of no others. */
async function wrongIn({sim, workspace}: TestAccount, lines: readonly string[]): Promise<string[]> {
  const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0};
  const discovered = await runTap(['--config', workspace.file('discovery.json', settings), '--discover']);
  const own = ownStreams(sim, JSON.parse(discovered.stdout) as CatalogDocument);
  const expected = new Map<string, ReadonlyMap<string, ExpectedRecord>>([
    ...snapshot(sim, allStreams),
    ...own.map(stream => [stream.stream, recordsOfCustomObject(sim, stream)] as const),
  ]);
  const streams = new Set(lines.map(line => JSON.parse(line).stream).filter(stream => stream !== undefined));
  const unknown = [...streams].filter(stream => !expected.has(stream)).map(stream => `${stream} is not expected`);
  return [
    ...unknown,
    ...[...expected].flatMap(([stream, records]) =>
      differences(lines, stream, records, allStreams.includes(stream) ? keyFieldsOf(stream) : ['id']),
    ),
  ];
}

const worlds: [string, SimulatorOptions][] = [
  ['a server that obeys what is documented', {seed: 41}],
  [
    'a server that obeys every order, filter and include',
    {seed: 42, obeyOrders: ['*'], obeyFilters: ['*'], obeyIncludes: ['*']},
  ],
  [
    'a server that obeys none',
    {seed: 43, ignoreOrders: ['*'], ignoreFilters: ['*'], ignoreIncludes: ['*'], totalAfterIdGreater: 'all'},
  ],
  [
    'a server that tells no totals and pages every list',
    {seed: 44, totals: Object.fromEntries(lists.map(name => [name, 'absent'])), unpaged: []},
  ],
];

test.each(worlds)(
  'every record of 111 streams and of custom objects, true in every value, comes from %s, and with a second sync what has changed, and nothing that the bookmarks exclude',
  (_, options) =>
    withAccount({contacts: 40, counts: {dealRoles: 12, 'prism/urlWhitelistings': 12}, ...options}, async account => {
      const {sim, clock, start} = account;
      const target = createTarget();
      const {lines, output} = check(await target.run(start({select})), 0);
      expect(allStreams.filter(stream => !output.schemas.has(stream))).toEqual([]);
      expect(furtherStreams.filter(stream => output.of(stream).length === 0)).toEqual([]);
      expect(await wrongIn(account, lines)).toEqual([]);

      const state = target.state() ?? {};
      clock.now += HOUR;
      sim.change(300);
      clock.now += HOUR;
      const rows = snapshot(sim, others);
      const second = await target.run(start({select, state}));
      expect({code: second.code, differences: differencesSince(second.lines, rows, state)}).toEqual({
        code: 0,
        differences: [],
      });
      expect(lostOrStale(target, rows)).toEqual([]);
    }),
);

describe('lists of several pages', () => {
  const PAGE_SIZE = 3;
  // Few contacts, and much below those of them that have something.
  const counts = {
    ...Object.fromEntries(lists.map(name => [name, 8])),
    ...Object.fromEntries(lists.filter(name => name.includes('{id}')).map(name => [name, 36])),
    contacts: 9,
    contactAutomations: 60,
    'contacts/{id}/contactGoals': 100,
    'contacts/{id}/plusAppend': 1,
    'groupMembers?group_id={id}': 40,
    // This list knows nothing of the size of a page.
    'channel/whatsapp/flow-execution': 50,
  };
  /** Answers of one object, and of all there is; and what comes with the contacts, unasked. */
  const unpaged = [
    'contact_score_values',
    ...['event_tracking_status', 'site_tracking_status', 'account_settings', 'sms_credits', 'current_user'],
    ...['bulk_imports', 'segments_v2', 'segment_count_history', 'sms_broadcast_failures'],
    ...['contact_geo_addresses', 'contact_plus_appends', 'contact_organizations'],
  ];

  test('are whole, each of them', () =>
    withAccount({seed: 45, counts, unpaged: [], ignoreIncludes: ['*']}, async account => {
      const {sim, sync} = account;
      const {lines} = await sync({select, config: {page_size: PAGE_SIZE}});
      expect(await wrongIn(account, lines)).toEqual([]);
      const paged = sim.requests.filter(({params}) => Number(params['offset']) > 0 || Number(params['page']) > 1);
      const names = new Set(paged.map(request => request.path));
      const patternOf = (stream: string) =>
        new RegExp(`^${resourceOf(stream).replace(/\?.*/, '').replace('{id}', '[^/]+')}$`);
      const single = furtherStreams
        .filter(stream => !unpaged.includes(stream))
        .filter(stream => ![...names].some(name => patternOf(stream).test(name)));
      expect(single).toEqual([]);
    }));

  test('are whole where answers hold the rows of many parents', () =>
    withAccount({seed: 46, counts: {...counts, contacts: 40}, obeyIncludes: ['*']}, async account => {
      const {lines} = await account.sync({select, config: {page_size: PAGE_SIZE}});
      expect(await wrongIn(account, lines)).toEqual([]);
    }));
});

describe('an account that moves', () => {
  const moved = [
    ...['contacts', 'contacts/{id}/trackingLogs', 'contacts/{id}/geoIps', 'contacts/{id}/scoreValues'],
    ...['audiences', 'channel/whatsapp/inbox/conversation', 'channel/whatsapp/flow-execution-contact'],
    ...['customObjects/records/{id}', 'ecomOrders', 'lists/exclusions', 'logs', 'notes', 'personalizations'],
    ...['prism/urlWhitelistings', 'sms/broadcasts', 'sms/broadcasts/{id}/recipients', 'taskNotifications'],
  ];
  const counts = {
    ...Object.fromEntries(moved.map(name => [name, 60])),
    contacts: 160,
    'sms/broadcasts': 12,
    'contacts/{id}/trackingLogs': 200,
    'contacts/{id}/geoIps': 150,
  };

  /** Several rows lead to one of these, so that it may only be seen below one that was not there all the time. */
  const shared = ['contact_organizations', 'contact_geo_addresses'];
  const placesOf = (sim: Simulator, stream: string) =>
    [...rowsBelow(sim, stream)].map(({parent, row}) => ({key: String(row['id']), parent}));

  test.each([
    [51, {}],
    [52, {ignoreIncludes: ['*'], ignoreOrders: ['*'], ignoreFilters: ['*']}],
    [53, {obeyIncludes: ['*'], obeyOrders: ['*'], unpaged: []}],
  ] as const)('seed %i: loses no row that stays', (seed, options) => {
    const movement = createMovement({seed, resources: moved, from: NOON, changesPerAnswer: 1});
    return withAccount({seed, counts, now: movement.now, ...options}, async ({sim, start}) => {
      const target = createTarget();
      const before = snapshot(sim, allStreams);
      const placesBefore = shared.map(stream => placesOf(sim, stream));
      movement.begin(sim);
      const {code} = await target.run(start({select, config: {page_size: 20, max_concurrent_requests: 4}}));
      movement.end();
      const after = snapshot(sim, allStreams);
      const {insert, edit, remove} = movement.done();
      expect({seed, code, isMoved: Math.min(insert, edit, remove) > 30}).toEqual({seed, code: 0, isMoved: true});
      const there = new Map(stayed(before, after));
      for (const [index, stream] of shared.entries()) {
        const places = placesOf(sim, stream).map(place => JSON.stringify(place));
        const keys = placesBefore[index]?.filter(place => places.includes(JSON.stringify(place))).map(({key}) => key);
        there.set(stream, new Map([...(there.get(stream) ?? [])].filter(([key]) => keys?.includes(key))));
      }
      expect(countOf(there)).toBeGreaterThan(800);
      expect({seed, lost: missing(target, there)}).toEqual({seed, lost: []});
    });
  });
});

describe('what cannot be read', () => {
  const gone = (path: string) => ({path, answer: 404, times: ALWAYS}) as const;
  const quick = {max_retries: 1};

  test('a contact that has gone between its page and the request below it is no error', () =>
    withAccount({contacts: 30, ignoreIncludes: ['*']}, async ({sim, sync}) => {
      const streams = ['contact_tracking_logs', 'contact_geo_ips', 'contact_plus_appends'];
      // The first of them has something, and so has another one.
      const ids = ['1', '13'];
      for (const id of ids)
        for (const name of ['trackingLogs', 'geoIps', 'plusAppend']) sim.addFault(gone(`contacts/${id}/${name}`));
      const run = await sync({select: streams.join(), config: quick});
      expect(complaints(run)).toEqual([]);
      const expected = streams.map(stream => {
        const living = [...expectedRecords(sim, stream)].filter(([, {contact}]) => !ids.includes(String(contact)));
        return [stream, new Map(living)] as const;
      });
      for (const [stream, records] of expected) {
        expect(differences(run.lines, stream, records)).toEqual([]);
        expect(records.size).toBeLessThan(expectedRecords(sim, stream).size);
      }
    }));

  const refused = [
    ['saved_segments', 'audiences'],
    ['whatsapp_conversations', 'channel/whatsapp/inbox/conversation'],
    ['contact_tracking_logs', 'contacts/{id}/trackingLogs'],
    ['contact_geo_ips', 'contacts/{id}/geoIps'],
    ['custom_object_records', 'customObjects/records/{id}'],
    ['segments_v2', 'segmentsV2/{id}'],
    ['account_settings', 'settings/account'],
  ] as const;

  const refusedStreams = refused.map(([stream]) => stream);
  const names = expect.stringMatching(new RegExp(refusedStreams.map(stream => `(?=.*${stream})`).join('')));

  test('lists of all kinds, refused with 403, are skipped with a warning each, and the others are whole', () =>
    withAccount(
      {contacts: 20, forbidden: refused.map(([, path]) => path), ignoreIncludes: ['*']},
      async ({sim, sync}) => {
        const neighbours = ['notes', 'contact_goals', 'sms_credits'];
        const run = await sync({select: [...refusedStreams, ...neighbours].join(), config: quick});
        const said = complaints(run);
        const skipped = refusedStreams.map(stream =>
          expect.stringMatching(new RegExp(`^WARNING stream is skipped: .* stream=${stream} reason=.*HTTP 403`)),
        );
        expect(said.slice(0, -1)).toEqual(expect.arrayContaining(skipped));
        expect(said).toHaveLength(refused.length + 1);
        expect(said.at(-1)).toMatch(/^WARNING streams were skipped streams=/);
        expect(said.at(-1)).toEqual(names);
        expect(neighbours.flatMap(other => differences(run.lines, other, expectedRecords(sim, other)))).toEqual([]);
        for (const stream of refusedStreams) expect(bookmarkOf(run.output.state, stream)['synced_at']).toBeUndefined();
      },
    ));

  test('they have failed where they were read before, and keep their bookmarks', () =>
    withAccount({contacts: 20, ignoreIncludes: ['*']}, async ({sim, sync}) => {
      const options = {select: [...refusedStreams, 'notes'].join(), config: quick};
      const first = await sync(options);
      for (const [, path] of refused) sim.addFault({path, answer: 403, times: ALWAYS});
      const {state} = first.output;
      const second = await sync({...options, state, args: ['--full-refresh'], code: 1});
      expect(complaints(second).at(-1)).toMatch(/^CRITICAL /);
      expect(complaints(second).at(-1)).toEqual(names);
      for (const stream of refusedStreams)
        expect(bookmarkOf(second.output.state, stream)).toMatchObject(bookmarkOf(state, stream));
      expect(differences(second.lines, 'notes', expectedRecords(sim, 'notes'))).toEqual([]);
    }));
});
