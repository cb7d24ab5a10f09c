// Streams whose lists are none of the usual kind, each read from the answers that the API's documents show.

import {afterEach, expect, test} from '@jest/globals';
import {startReading} from '../../src/reading/reader.js';
import {dataKeyOf} from '../../src/stream-definition.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

/** The answers of a server, by path and what follows `?` but for the page that is asked for; 404 for any other. */
type Answers = Readonly<Record<string, unknown>>;

const UNIMPORTANT = ['limit', 'offset', 'page', 'page_size', 'orders[id]'];

async function read(stream: string, answers: Answers) {
  const server = await startListServer(({path, params}): ListAnswer => {
    const rest = [...params].filter(([name]) => !UNIMPORTANT.includes(name)).map(pair => pair.join('='));
    const body = answers[[path, ...rest].join('?')];
    return body === undefined ? {status: 404, body: {message: `nothing at ${path}`}} : {body};
  });
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const wish = planned(stream);
  const [reading] = startReading(context, [wish], new AbortController().signal);
  const rows: WireRow[] = [];
  for await (const page of reading?.pages ?? []) {
    rows.push(...(page.rows[dataKeyOf(wish.definition)] ?? []));
    page.release();
  }
  return {rows, paths: server.queries.map(({path}) => path), ways: reading?.progress.ways};
}

test.each<[string, Answers, readonly WireRow[], readonly string[]]>([
  [
    'webhook_events',
    {'webhook/events': {webhookEvents: ['subscribe', 'open'], meta: {}}},
    [{event: 'subscribe'}, {event: 'open'}],
    ['offsets'],
  ],
  ['event_tracking_status', {eventTracking: {eventTracking: {enabled: true}}}, [{id: 1, enabled: true}], ['whole']],
  ['current_user', {'users/me': {user: {id: '7', username: 'ann'}}}, [{id: '7', username: 'ann'}], ['whole']],
  [
    'sms_credits',
    {'sms/credits': {smsCredits: {period: 'monthly', available: 12}}},
    [{id: 1, smsCredits: {period: 'monthly', available: 12}}],
    ['whole'],
  ],
  [
    'bulk_imports',
    {
      'import/bulk_import': {
        outstanding: [],
        recentlyCompleted: [{forDate: '2026-05-01', batches: '2', contacts: '500'}],
      },
    },
    [{forDate: '2026-05-01', batches: '2', contacts: '500', state: 'recently_completed'}],
    ['whole'],
  ],
  [
    'site_tracking_domains',
    {
      'prism/urlWhitelistings': {
        data: [{type: 'urlWhitelistings', id: '3', attributes: {whitelisted_domain: 'a.example'}}],
      },
    },
    [{type: 'urlWhitelistings', id: '3', whitelisted_domain: 'a.example'}],
    ['offsets'],
  ],
  [
    'saved_segments',
    {audiences: {data: [{type: 'audience', id: 'a1', attributes: {name: 'all'}}], meta: {total: 1}}},
    [{type: 'audience', id: 'a1', name: 'all'}],
    ['pages'],
  ],
  [
    'whatsapp_templates',
    {
      'channel/whatsapp/channels/whatsapp/template': {
        count: 1,
        next: null,
        previous: null,
        results: [{id: 'b2', name: 'hello'}],
      },
    },
    [{id: 'b2', name: 'hello'}],
    ['pages'],
  ],
  [
    'custom_field_groups',
    {groupMembers: {groupDefinitions: [{id: 1, label: 'General'}], groupMembers: []}},
    [{id: 1, label: 'General'}],
    ['offsets'],
  ],
])('%s', async (stream, answers, rows, ways) => {
  const result = await read(stream, answers);
  expect(result.rows).toEqual(rows);
  expect(result.ways).toEqual(ways);
  expect(result.paths).toHaveLength(1);
});

test('the members of groups of fields come group by group', async () => {
  const member = (id: number, group_id: number) => ({id, rel_id: id, group_id, ordernum: 1});
  const {rows, paths} = await read('custom_field_group_members', {
    groupMembers: {groupDefinitions: [{id: 1}, {id: 2}], groupMembers: []},
    'groupMembers?group_id=1': {groupMembers: [member(11, 1), member(12, 1)]},
    'groupMembers?group_id=2': {groupMembers: [member(21, 2)]},
  });
  expect(rows.map(({id}) => id)).toEqual([11, 12, 21]);
  expect(paths).toHaveLength(3);
});

test('what segments counted comes below the segments, which come below those that the list shows', async () => {
  const {rows, ways} = await read('segment_count_history', {
    segments: {
      segments: [
        {id: '1', segmentid_v2: 'aa'},
        {id: '2', segmentid_v2: 'bb'},
        {id: '3', segmentid_v2: null},
      ],
    },
    'segmentsV2/aa': {data: {type: 'segment', id: 'aa', attributes: {name: 'A'}}},
    'segmentsV2/bb': {data: null},
    'segmentsV2/count-history?segmentIds=aa': {
      data: [{type: 'count', id: '1', attributes: {timestamp: '5', count: 3}}],
    },
  });
  expect(rows).toEqual([{segment_id: 'aa', type: 'count', id: '1', timestamp: '5', count: 3}]);
  expect(ways).toEqual(['children']);
});

test('failures of a broadcast carry its key, and are told apart by it', async () => {
  const failure = {errorCode: '30003', errorSource: 'carrier', count: 2};
  const {rows} = await read('sms_broadcast_failures', {
    'sms/broadcasts': {broadcasts: [{id: 1}, {id: 2}], meta: {total: 2}},
    'sms/broadcasts/metrics/1/failures': {failures: [failure, {...failure, errorCode: '30005'}]},
    'sms/broadcasts/metrics/2/failures': {failures: [failure]},
  });
  expect(rows.map(({broadcast_id, errorCode}) => [broadcast_id, errorCode])).toEqual([
    ['1', '30003'],
    ['1', '30005'],
    ['2', '30003'],
  ]);
});

test('an organisation is read below each contact, and a bare {} is none', async () => {
  const {rows} = await read('contact_organizations', {
    contacts: {contacts: [{id: '1'}, {id: '2'}, {id: '3'}], meta: {total: '3'}},
    'contacts/1/organization': {organization: {id: '9', name: 'A'}},
    'contacts/2/organization': {},
    'contacts/3/organization': {organization: {id: '9', name: 'A'}},
  });
  expect(rows).toEqual([{id: '9', name: 'A'}]);
});
