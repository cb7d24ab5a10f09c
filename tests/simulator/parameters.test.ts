// The parameters of `sandbox:`: what they set, and what is said about wrong ones.

import {describe, expect, test} from '@jest/globals';
import {parameters, parseSandboxUrl, SandboxUrlError} from '../../src/simulator/parameters.js';
import {resourceNames} from '../../src/simulator/resources/index.js';

test.each([
  ['sandbox:', {}],
  ['sandbox:?', {}],
  ['sandbox://', {}],
  ['SANDBOX:seed=7', {seed: 7}],
  ['sandbox:contacts=10000&latency_ms=300&seed=7&changes=25', {contacts: 10_000, latencyMs: 300, seed: 7, changes: 25}],
  ['sandbox:records=7500', {records: 7500}],
  ['sandbox:deals=500&contactTags=1000000', {counts: {deals: 500, contactTags: 1_000_000}}],
  ['sandbox:token=abc%20d', {token: 'abc d'}],
  ['sandbox:jitter_ms=12.5&slow_offset_ms=0', {jitterMs: 12.5, slowOffsetMs: 0}],
  ['sandbox:requests_per_second=0&page_cap=20', {requestsPerSecond: 0, pageCap: 20}],
  ['sandbox:retry_after=off', {retryAfter: false}],
  ['sandbox:rate_headers=on', {rateHeaders: true}],
  ['sandbox:retry_after=30', {retryAfter: 30}],
  ['sandbox:clock_skew_seconds=-90', {clockSkewSeconds: -90}],
  ['sandbox:moving=0.5&fault_rate=0.02', {moving: 0.5, faultRate: 0.02}],
  ['sandbox:forbidden=deals,users&missing=segments', {forbidden: ['deals', 'users'], missing: ['segments']}],
  [
    'sandbox:faults=deals@2:503x3,*:reset',
    {
      faults: [
        {path: 'deals', page: 2, answer: 503, times: 3},
        {path: '*', answer: 'reset'},
      ],
    },
  ],
  [
    'sandbox:ignore_filters=contacts.updated_after&obey_orders=*',
    {ignoreFilters: ['contacts.updated_after'], obeyOrders: ['*']},
  ],
  [
    'sandbox:ignore_orders=deals&obey_filters=contacts.tagid',
    {ignoreOrders: ['deals'], obeyFilters: ['contacts.tagid']},
  ],
  ['sandbox:direction_only_orders=*', {directionOnlyOrders: ['*']}],
  ['sandbox:unstable_ties=contactTags,deals&nulls=highest', {unstableTies: ['contactTags', 'deals'], nulls: 'highest'}],
  ['sandbox:ignore_includes=contacts', {ignoreIncludes: ['contacts']}],
  ['sandbox:obey_includes=ecomOrders.orderDiscounts', {obeyIncludes: ['ecomOrders.orderDiscounts']}],
  ['sandbox:unpaged=', {unpaged: []}],
  ['sandbox:unpaged=tags,webhook/events', {unpaged: ['tags', 'webhook/events']}],
  [
    'sandbox:lists/exclusions=7&contacts/{id}/trackingLogs=900',
    {counts: {'lists/exclusions': 7, 'contacts/{id}/trackingLogs': 900}},
  ],
  [
    'sandbox:missing=contacts/{id}/geoIps&faults=sms/broadcasts/{id}/recipients@2:503',
    {
      missing: ['contacts/{id}/geoIps'],
      faults: [{path: 'sms/broadcasts/{id}/recipients', answer: 503, page: 2}],
    },
  ],
  ['sandbox:unstable=', {unstable: []}],
  ['sandbox:unstable=tags', {unstable: ['tags']}],
  ['sandbox:totals=tags:absent,contacts:number', {totals: {tags: 'absent', contacts: 'number'}}],
  ['sandbox:deals_filter_granularity=day', {dealsFilterGranularity: 'day'}],
  ['sandbox:updated_after_inclusive=on', {updatedAfterInclusive: true}],
  ['sandbox:total_after_id_greater=all', {totalAfterIdGreater: 'all'}],
  ['sandbox:ecom_order_products=404', {ecomOrderProducts: false}],
  ['sandbox:partial_deals=none', {partialDeals: 'none'}],
  ['sandbox:custom_field_dates=zoneless', {customFieldDates: 'zoneless'}],
  [
    'sandbox:children_move_contacts=on&included_deal_keys=camel',
    {childrenMoveContacts: true, includedDealKeys: 'camel'},
  ],
  ['sandbox:logged_requests=50', {loggedRequests: 50}],
])('%s is read', (url, options) => {
  expect(parseSandboxUrl(url)).toEqual(options);
});

describe('a fault is one line that names the parameter and the way out', () => {
  test.each([
    ['https://example.com', '"https://example.com" does not begin with "sandbox:"'],
    ['sandbox:contact=5', 'sandbox parameter "contact" is unknown; did you mean "contacts"?'],
    ['sandbox:latency=5', 'sandbox parameter "latency" is unknown; did you mean "latency_ms"?'],
    ['sandbox:contacttags=5', 'sandbox parameter "contacttags" is unknown; did you mean "contactTags"?'],
    [
      'sandbox:zzzzzzzzzz=5',
      'sandbox parameter "zzzzzzzzzz" is unknown; activecampaign-simulator --help lists what there is',
    ],
    ['sandbox:contacts=many', 'sandbox parameter "contacts" must be a whole number from 0 on, not "many"'],
    ['sandbox:contacts=-1', 'sandbox parameter "contacts" must be a whole number from 0 on, not "-1"'],
    ['sandbox:contacts=', 'sandbox parameter "contacts" must be a whole number from 0 on, not ""'],
    ['sandbox:deals=1.5', 'sandbox parameter "deals" must be a whole number from 0 on, not "1.5"'],
    ['sandbox:page_cap=0', 'sandbox parameter "page_cap" must be a whole number from 1 on, not "0"'],
    ['sandbox:fault_rate=2', 'sandbox parameter "fault_rate" must be a share from 0 to 1, such as 0.02, not "2"'],
    ['sandbox:updated_after_inclusive=yes', 'sandbox parameter "updated_after_inclusive" must be on or off, not "yes"'],
    [
      'sandbox:partial_deals=some',
      'sandbox parameter "partial_deals" must be one of mixed, with-status, without-status, none, not "some"',
    ],
    [
      'sandbox:faults=deals:999',
      'sandbox parameter "faults" must be a list with commas, as --help shows it, not "deals:999"',
    ],
    ['sandbox:forbidden=deal', 'sandbox parameter forbidden: the simulator has no "deal"; did you mean "deals"?'],
    [
      'sandbox:ignore_filters=contact.updated_after',
      'sandbox parameter ignore_filters: the simulator has no "contact"; did you mean "contacts"?',
    ],
    [
      'sandbox:direction_only_orders=tag',
      'sandbox parameter direction_only_orders: the simulator has no "tag"; did you mean "tags"?',
    ],
    [
      'sandbox:unstable_ties=deal',
      'sandbox parameter unstable_ties: the simulator has no "deal"; did you mean "deals"?',
    ],
    [
      'sandbox:forbidden=contacts/{id}/trackingLog',
      'sandbox parameter forbidden: the simulator has no "contacts/{id}/trackingLog"; did you mean "contacts/{id}/trackingLogs"?',
    ],
    ['sandbox:nulls=first', 'sandbox parameter "nulls" must be one of lowest, highest, not "first"'],
    [
      'sandbox:records=5',
      `sandbox parameter records: the smallest account with these counts has ${resourceNames.length} records, not 5`,
    ],
  ])('%s', (url, message) => {
    expect(() => parseSandboxUrl(url)).toThrow(new SandboxUrlError(message));
  });
});

test('every parameter has a name in snake case and says what it does', () => {
  for (const {name, description} of parameters) {
    expect(name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(description.length).toBeGreaterThan(10);
  }
});
