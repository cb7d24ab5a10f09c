// Lists of every length, with and without a total, in any order, however the server cuts its pages: complete, and no
// row twice (which the conformance check of every run sees to).

import {describe, expect, test} from '@jest/globals';
import {resourceNames} from '../../src/simulator/resources/index.js';
import type {SimulatorOptions} from '../../src/simulator/simulator.js';
import {
  bookmarkOf,
  complaints,
  expectedWarnings,
  type RunOptions,
  type TestAccount,
  withAccount,
} from '../support/account.js';
import {checkConformance} from '../support/conformance.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {startListServer} from '../support/list-server.js';
import {allStreams} from '../support/stream-rows.js';
import {runTap} from '../support/tap.js';

/** Syncs, and expects the whole of these streams without a word of warning. */
async function expectWhole({sim, sync}: TestAccount, streams: readonly string[], run: RunOptions = {}): Promise<void> {
  const result = await sync({select: streams.join(), ...run});
  expect(streams.flatMap(stream => differences(result.lines, stream, expectedRecords(sim, stream)))).toEqual([]);
  expect(complaints(result)).toEqual(expectedWarnings(sim, streams));
}

const requestsOf = ({sim}: TestAccount, path: string) => sim.requests.filter(request => request.path === path);

/** The requests that read: those that find out which orders the server obeys ask for a few rows only. */
const pagesOf = (account: TestAccount, path: string) =>
  requestsOf(account, path).filter(({params}) => params['limit'] === '100');

describe('lists of all lengths', () => {
  // One list for each length; a request more or less at an end shows here.
  const byLength = {brandings: 0, configs: 1, addresses: 99, goals: 100, tags: 101, scores: 200, templates: 300};
  const resources = Object.keys(byLength);

  test.each(['string', 'number', 'absent'] as const)('are whole when their total is %s', kind =>
    withAccount(
      {contacts: 5, counts: byLength, totals: Object.fromEntries(resources.map(name => [name, kind]))},
      async account => {
        await expectWhole(account, resources);
        const asked = Object.fromEntries(resources.map(name => [name, pagesOf(account, name).length]));
        // Where the total is told, not a request is wasted on finding the end: each page but the first has a row of the
        // page before and 99 new ones. Where it is not, an empty page and a full one are no end.
        const told = {brandings: 1, configs: 1, addresses: 1, goals: 1, tags: 2, scores: 3, templates: 4};
        expect(asked).toEqual(kind === 'absent' ? {...told, brandings: 2, goals: 2} : told);
      },
    ),
  );

  test.each(['string', 'absent'] as const)(
    'are whole when the server cuts pages at 20 rows and the total is %s',
    kind =>
      withAccount(
        {
          pageCap: 20,
          counts: {...byLength, configs: 19, addresses: 20, goals: 21, tags: 40, contacts: 205},
          totals: Object.fromEntries([...resources, 'contacts'].map(name => [name, kind])),
        },
        account => expectWhole(account, [...resources, 'contacts']),
      ),
  );

  test.each(['number', 'absent'] as const)('are whole in pages of 37 rows when the total is %s', kind =>
    withAccount(
      {
        counts: {...byLength, configs: 36, addresses: 37, goals: 38, tags: 74, contacts: 185},
        totals: Object.fromEntries([...resources, 'contacts'].map(name => [name, kind])),
      },
      async account => {
        await expectWhole(account, [...resources, 'contacts'], {config: {page_size: 37}});
        const limits = account.sim.requests.flatMap(({params}) => params['limit'] ?? []);
        expect(Math.max(...limits.map(Number))).toBe(37);
      },
    ),
  );

  test('are whole one row at a time', () =>
    withAccount({counts: {contacts: 3, tags: 2, dealCustomFieldMeta: 2}}, account =>
      expectWhole(account, ['contacts', 'tags', 'deal_custom_fields'], {config: {page_size: 1}}),
    ));

  test('are whole at any number of requests under way', () =>
    withAccount({counts: {contacts: 2300, tags: 700, contactTags: 900}, jitterMs: 20}, async account => {
      for (const max_concurrent_requests of [1, 40]) {
        await expectWhole(account, ['contacts', 'tags', 'contact_tags'], {config: {max_concurrent_requests}});
      }
    }));
});

describe('contacts, read by their ids,', () => {
  test.each([0, 1, 99, 100, 101, 200, 300])('are whole when there are %i of them', contacts =>
    withAccount({contacts, totals: {contacts: contacts % 2 ? 'absent' : 'string'}}, account =>
      expectWhole(account, ['contacts']),
    ),
  );

  const many: [string, SimulatorOptions][] = [
    ['the order and the bounds are obeyed', {}],
    ['the total goes on counting all of them', {totalAfterIdGreater: 'all'}],
    ['there is no total', {totals: {contacts: 'absent'}}],
    ['the order is ignored', {ignoreOrders: ['contacts']}],
    ['the bounds are ignored', {ignoreFilters: ['contacts']}],
    ['the lower bound alone is ignored', {ignoreFilters: ['contacts.id_greater']}],
    ['the upper bound alone is ignored', {ignoreFilters: ['contacts.id_less']}],
    ['the order and the bounds are ignored', {ignoreOrders: ['contacts'], ignoreFilters: ['contacts']}],
    [
      'the order is ignored and another one comes each time',
      {ignoreOrders: ['contacts'], ignoreFilters: ['contacts'], unstable: ['contacts']},
    ],
  ];
  test.each(many)('are whole when there are many and %s', (_, options) =>
    withAccount({counts: {contacts: 1450, ...smallest}, ...options}, async account => {
      await expectWhole(account, ['contacts']);
      const offsets = requestsOf(account, 'contacts').filter(({params}) => Number(params['offset'] ?? 0) > 0);
      // Without the order ids still ascend, as they do by default, so that the bounds alone decide.
      expect(offsets.length > 0).toBe(options.ignoreFilters !== undefined);
    }),
  );
});

// Lists that grow with the contacts, and are not looked at.
const smallest = {contactTags: 1, contactLists: 1, fieldValues: 1, activities: 1, deals: 1};

test.each([
  ['as it usually does', {}],
  ['although an order is asked for', {ignoreOrders: ['*'], unstable: ['contactLists', 'deals', 'tags']}],
])('lists whose order changes with every request %s are whole', (_, options) =>
  withAccount({counts: {contactLists: 720, deals: 430, tags: 250}, ...options}, account =>
    expectWhole(account, ['contact_lists', 'deals', 'tags']),
  ),
);

describe('the products of orders', () => {
  const counts = {ecomOrders: 8, ecomOrderProducts: 900};

  test('come from their own list, without a request for each order', () =>
    withAccount({contacts: 20, counts}, async account => {
      await expectWhole(account, ['ecommerce_order_products']);
      expect(new Set(account.sim.requests.map(({path}) => path))).toEqual(new Set(['users/me', 'ecomOrderProducts']));
    }));

  test('are the same records when that list is missing and each order is asked', () =>
    withAccount({contacts: 20, counts, ecomOrderProducts: false}, async account => {
      await expectWhole(account, ['ecommerce_order_products']);
      const paths = account.sim.requests.map(({path}) => path);
      const orders = [...account.sim.rows('ecomOrders')].map(({id}) => `ecomOrders/${id}/orderProducts`);
      expect(paths).toEqual(expect.arrayContaining(orders));
    }));

  test('are complete beside the orders themselves, and where orders have none', () =>
    withAccount(
      {counts: {ecomOrders: 120, ecomOrderProducts: 30}, ecomOrderProducts: false, totals: {ecomOrders: 'absent'}},
      account => expectWhole(account, ['ecommerce_orders', 'ecommerce_order_products']),
    ));
});

describe('the three streams of the list of fields', () => {
  const streams = ['contact_custom_field_options', 'contact_custom_field_rels', 'contact_custom_fields'];
  const counts = {fields: 230, fieldOptions: 500, fieldRels: 260};

  test('come from one read of it', () =>
    withAccount({contacts: 20, counts}, async account => {
      await expectWhole(account, streams);
      expect(requestsOf(account, 'fields')).toHaveLength(3);
    }));

  test.each(streams)('%s comes alone as well', stream =>
    withAccount({contacts: 20, counts}, account => expectWhole(account, [stream])),
  );

  test('come from one read when one of them is read later than others', () =>
    withAccount({contacts: 20, counts}, async account => {
      const state = {bookmarks: {}, currently_syncing: 'contact_custom_field_rels'};
      await expectWhole(account, [...streams, 'contacts', 'tags'], {state});
      expect(requestsOf(account, 'fields')).toHaveLength(3);
    }));
});

test('a list that answers with a bare object or an empty array of PHP has no rows', () =>
  withAccount(
    {contacts: 5, faults: ['tags', 'scores'].map(path => ({path, answer: 'bare', times: Number.POSITIVE_INFINITY}))},
    async ({sync}) => {
      const {output} = await sync({select: 'tags,scores,users'});
      expect(output.of('tags')).toEqual([]);
      expect(output.of('users').length).toBeGreaterThan(0);
    },
  ));

test.each([
  ['', {}],
  [' that keeps the products of orders below them', {ecomOrderProducts: false}],
])('every stream of an empty account%s has its SCHEMA, no record, and the moment of its reading', (_, options) => {
  const counts = Object.fromEntries(resourceNames.map(name => [name, 0]));
  return withAccount({counts, ...options}, async ({sync}) => {
    const {output} = await sync({select: '*'});
    expect([...output.schemas.keys()].sort()).toEqual([...allStreams].sort());
    // There is always somebody whom the token belongs to.
    expect(output.records.map(({stream}) => stream)).toEqual(['current_user']);
    for (const stream of allStreams) {
      expect(bookmarkOf(output.state, stream)).toMatchObject({synced_at: expect.stringMatching(/^2026-08-01T/)});
    }
  });
});

test('says so when the list of orders, below which products are read, is shorter than its total', async () => {
  const server = await startListServer(({path}) => {
    if (path === 'users/me') return {body: {user: {id: '1'}}};
    if (path === 'ecomOrders') return {body: {ecomOrders: [{id: '1'}, {id: '2'}, {id: '3'}], meta: {total: '5'}}};
    const order = /^ecomOrders\/(\d)\/orderProducts$/.exec(path)?.[1];
    if (order === undefined) return {status: 404, body: {message: 'No Result found'}};
    return {body: {ecomOrderProducts: [{id: `${order}0`, orderid: order}]}};
  });
  const run = await runTap(['--config', 'ENV', '--select', 'ecommerce_order_products'], {
    TAP_ACTIVECAMPAIGN_API_URL: server.url,
    TAP_ACTIVECAMPAIGN_API_TOKEN: 'c0ffee',
    TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
  });
  await server.stop();
  expect(checkConformance(run).of('ecommerce_order_products')).toHaveLength(3);
  expect(complaints(run)).toEqual([expect.stringMatching(/^WARNING fewer parents came .* rows=3 total=5$/)]);
});
