// What a sync is expected to read and take, by its state, its settings and one answer.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {type Expected, estimate, requestsRemembered, type Told} from '../src/estimate.js';
import {foresee} from '../src/foreseen.js';
import {selectStreams} from '../src/selection.js';
import {planStream, toRead} from '../src/stream-plan.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BOOKMARK = '2026-07-31T00:00:00.000000Z';
const PROVEN_AT = '2026-07-30T00:00:00.000000Z';
const reckoning = {pageSize: 100, window: 10, nowMs: NOW};

const streams = new Map(selectStreams({select: '*'}).streams.map(one => [one.definition.tapStreamId, one]));

/** The stream as a run would read it; `bookmarks` is the state. */
function stream(select: string, bookmarks: object = {}, settings: Partial<typeof USUAL_SETTINGS> = {}) {
  const selected = streams.get(select);
  if (!selected) throw new Error(`there is no stream ${select}`);
  const state = {bookmarks: {...bookmarks}};
  const plan = planStream(selected, state, {...USUAL_SETTINGS, ...settings}, NOW);
  return {plan, read: toRead(plan, () => undefined)};
}

function asked(select: string, bookmarks: object = {}, settings: Partial<typeof USUAL_SETTINGS> = {}) {
  return foresee(stream(select, bookmarks, settings).read, reckoning).question;
}

const told = (rows: number | undefined, more: Partial<Told> = {}): Told => ({
  rows,
  row: {id: '1'},
  hasAlong: false,
  ...more,
});

function expected(select: string, answer: Told | undefined, bookmarks: object = {}, settings = {}): Expected {
  const {read} = stream(select, bookmarks, settings);
  return estimate(read, foresee(read, reckoning), answer, reckoning);
}

/** How an expectation is written in these tests. */
function brief({ways, parents, records, requests}: Expected): string {
  const some = parents ? ` of ${parents.count} ${parents.stream}` : '';
  const figure = ({value, is}: Expected['records']) => (is === 'counted' ? `${value}` : `${is} ${value}`);
  return `${ways.join(', ')}${some}: ${figure(records)} in ${figure(requests)}`;
}

const obeyed = (name: string, isObeyed = true) => ({proofs: {[name]: {obeyed: isObeyed, at: PROVEN_AT}}});
const contactsKnown = {contacts: {udate: BOOKMARK, rows: 3_000, ...obeyed('filters[updated_after]')}};

describe('a first sync', () => {
  test.each([
    ['tags', told(25), 'offsets: 25 in 1'],
    // Pages, and what proves the filter for the next time.
    ['contacts', told(3_000), 'keyset: 3000 in 44'],
    ['contact_tags', told(3_360), 'offsets: 3360 in 37'],
    ['contact_data', told(720), 'offsets: 720 in 10'],
    // The same, where the wire spells the replication key in another way.
    ['accounts', told(480, {row: {id: '1', updatedTimestamp: ''}}), 'offsets: 480 in 9'],
    ['contact_lists', told(3_120), 'offsets: 3120 in 323'],
    ['deal_custom_field_values', told(undefined), 'offsets: unknown undefined in at least 1'],
    ['sms_credits', told(1), 'whole: 1 in 1'],
    ['whatsapp_templates', told(240), 'pages: 240 in 6'],
    // What comes beside another list is not counted by it.
    ['contact_custom_field_options', told(12), 'offsets: unknown undefined in 1'],
    ['contact_logs', told(300), 'children of 300 contacts: unknown undefined in 305'],
    ['segment_count_history', told(8), 'children of 8 segments_v2: unknown undefined in 17'],
    ['contact_geo_ips', told(300, {hasAlong: true}), 'included of 300 contacts: unknown undefined in 10'],
    ['contact_geo_ips', told(300), 'children of 300 contacts: unknown undefined in 305'],
    ['contact_geo_addresses', told(300), 'children of undefined contact_geo_ips: unknown undefined in at least 305'],
  ])('of %s', (select, answer, expectation) => {
    expect(brief(expected(select, answer))).toBe(expectation);
  });

  test('from start_date on takes no more than the whole list and the search for a shorter way', () => {
    const settings = {startDate: '2026-01-01T00:00:00.000000Z'};
    expect(brief(expected('contacts', told(3_000), {}, settings))).toBe('keyset: at most 3000 in at most 47');
    expect(brief(expected('contacts', told(150), {}, settings))).toBe('keyset: at most 150 in 3');
  });
});

describe('a later sync', () => {
  test('counts what a proven filter leaves', () => {
    expect(asked('contacts', contactsKnown).query).toEqual({
      'filters[updated_after]': '2026-07-30T23:59:59Z',
      limit: '1',
    });
    expect(brief(expected('contacts', told(44), contactsKnown))).toBe('changed since, keyset: 44 in 1');
    const deals = {deals: {mdate: BOOKMARK, rows: 900, ...obeyed('filters[updated_after]')}};
    expect(brief(expected('deals', told(120), deals))).toBe('changed since, offsets: at most 120 in 2');
  });

  test.each([
    ['was not seen to obey', {contacts: {udate: BOOKMARK, rows: 3_000}}],
    ['was seen not to obey', {contacts: {udate: BOOKMARK, rows: 3_000, ...obeyed('filters[updated_after]', false)}}],
    ['has but a few rows', {contacts: {...contactsKnown.contacts, rows: 200}}],
  ])('asks without a filter a server that %s', (_, bookmarks) => {
    expect(asked('contacts', bookmarks).query).toEqual({limit: '1'});
  });

  test('looks at the newest row where an order is proven', () => {
    const logs = {logs: {tstamp: BOOKMARK, rows: 1_600, ...obeyed('orders[tstamp]')}};
    expect(asked('logs', logs).query).toEqual({'orders[tstamp]': 'DESC', limit: '1'});
    const newest = (tstamp: string) => ({row: {id: '9', tstamp}});
    expect(brief(expected('logs', told(1_600, newest('2026-07-30T00:00:00Z')), logs))).toBe(
      'newest first: at least 0 in 2',
    );
    expect(brief(expected('logs', told(1_850, newest('2026-07-31T10:00:00Z')), logs))).toBe(
      'newest first: at least 250 in at least 4',
    );
  });

  test('looks through a list that knows no shorter way, and proves nothing twice', () => {
    const tags = {
      contact_tags: {updated_timestamp: BOOKMARK, rows: 3_300, ...obeyed('orders[updated_timestamp]', false)},
    };
    expect(brief(expected('contact_tags', told(3_360), tags))).toBe('offsets: at most 3360 in 35');
  });

  test('counts the parents that changed, where they bring the rows along', () => {
    const tags = {contact_tags: {updated_timestamp: BOOKMARK, rows: 3_300, ...obeyed('include=contactTags')}};
    expect(asked('contact_tags', tags)).toMatchObject({
      definition: {tapStreamId: 'contacts'},
      query: {'filters[updated_after]': '2026-07-30T23:58:59Z'},
    });
    expect(brief(expected('contact_tags', told(12), tags))).toBe('side-loaded of 12 contacts: unknown undefined in 1');
  });

  test('asks below the parents that changed', () => {
    const logs = {...contactsKnown, contact_logs: {parents_since: BOOKMARK, rows: 900}};
    expect(asked('contact_logs', logs)).toMatchObject({
      definition: {tapStreamId: 'contacts'},
      query: {'filters[updated_after]': '2026-07-30T23:58:59Z'},
    });
    expect(brief(expected('contact_logs', told(12), logs))).toBe('children of 12 contacts: unknown undefined in 13');
  });

  test('goes by what is remembered of a list that does not tell its length', () => {
    const values = {ecommerce_order_products: {rows: 840}};
    expect(expected('ecommerce_order_products', told(undefined), values)).toMatchObject({
      records: {value: 840, is: 'remembered'},
      requests: {value: 10},
      note: 'the list does not tell its length; it had 840 rows when it was last read',
    });
  });

  test('goes on with an interrupted read, and counts the rest of it', () => {
    const {plan} = stream('messages');
    const progress = (shortcut: string | null) => ({
      messages: {
        progress: [
          {
            selection: plan.selection,
            began_at: BOOKMARK,
            saved_at: '2026-08-01T11:00:00.000000Z',
            highest: null,
            zoneless: false,
            left_out: 0,
            version: null,
            at: {way: 'offsets', seen: 900, total: 1_000, offset: 899, shortcut},
          },
        ],
      },
    });
    const {read} = stream('messages', progress(null));
    expect(foresee(read, reckoning).isResumed).toBe(true);
    // One page, and the proofs behind it.
    expect(brief(expected('messages', told(1_000), progress(null)))).toBe('offsets: 100 in 3');
    expect(brief(expected('messages', told(1_000), progress('orders[mdate]')))).toBe('offsets: 1000 in 13');
  });
});

test('filters go with the question, and what proves them with the requests', () => {
  const settings = {filters: () => ({listid: '3'})};
  const {read} = stream('contacts', {}, settings as never);
  const foreseen = foresee(read, reckoning);
  expect(foreseen.question.query).toEqual({listid: '3', limit: '1'});
  expect(estimate(read, foreseen, told(90), reckoning).requests.value).toBe(4);
});

test('without an answer, the state says how many requests a stream takes', () => {
  expect(requestsRemembered(stream('contacts', contactsKnown).read, reckoning)).toBe(1);
  expect(requestsRemembered(stream('contact_logs', contactsKnown).read, reckoning)).toBe(3_000 + 40);
  expect(requestsRemembered(stream('notes').read, reckoning)).toBe(1);
  expect(requestsRemembered(stream('tags', {tags: {rows: 1_000}}).read, reckoning)).toBe(11);
});

test('whatever an answer says, every stream takes a request or more, and no figure is negative or broken', () => {
  const answer = fc.record({
    rows: fc.option(fc.nat(3_000_000), {nil: undefined}),
    row: fc.option(fc.constant({id: '7', udate: '2026-07-31 00:00:00'}), {nil: undefined}),
    hasAlong: fc.boolean(),
  });
  const memory = fc.option(fc.nat(3_000_000), {nil: undefined});
  const proofs = fc.dictionary(
    fc
      .constantFrom('filters[updated_after]', 'after', 'orders[tstamp]', 'orders[updated_timestamp]', 'orders[mdate]')
      .chain(proof => fc.constantFrom(proof, 'include=contactTags', 'include=geoIps.geoAddress', 'beside scoreValues')),
    fc.record({obeyed: fc.boolean(), at: fc.constant(PROVEN_AT)}),
  );
  const place = fc.option(
    fc.record({
      way: fc.constantFrom('keyset', 'offsets', 'newest first', 'children', 'included'),
      seen: fc.nat(3_000_000),
      shortcut: fc.constantFrom(null, 'filters[updated_after]', 'orders[tstamp]', 'include=contactTags'),
      at: fc.constant({way: 'keyset'}),
    }),
    {nil: undefined},
  );
  const given = [fc.constantFrom(...streams.keys()), answer, memory, fc.boolean(), proofs, place] as const;
  fc.assert(
    fc.property(...given, (name, told, rows, isNew, known, at) => {
      const key = streams.get(name)?.replicationKey;
      const entry = {...(rows !== undefined && {rows}), ...(key !== undefined && !isNew && {[key]: BOOKMARK})};
      const since = isNew ? {} : {parents_since: BOOKMARK};
      const {read} = stream(name, {contacts: {proofs: known}, [name]: {...entry, ...since, proofs: known}});
      const resumed = {...read, checkpoint: at};
      const {requests, records} = estimate(resumed, foresee(resumed, reckoning), told, reckoning);
      expect(requestsRemembered(resumed, reckoning)).toBeGreaterThanOrEqual(1);
      expect(Number.isSafeInteger(requests.value) && requests.value >= 1).toBe(true);
      expect(requests.is).not.toBe('unknown');
      expect(records.value === undefined).toBe(records.is === 'unknown');
      expect(records.value ?? 0).toBeGreaterThanOrEqual(0);
    }),
    {seed: 20_261_123, numRuns: 1_500},
  );
});
