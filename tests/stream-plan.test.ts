// What a run means to read of a stream, by its state and the settings.

import {describe, expect, test} from '@jest/globals';
import {type Filters, fingerprintOf} from '../src/filters.js';
import {selectStreams} from '../src/selection.js';
import {type PlanSettings, planStream, type StreamPlan, toRead} from '../src/stream-plan.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BOOKMARK = '2026-07-30T00:00:00.000000Z';
const START = '2024-01-01T00:00:00.000000Z';

const SETTINGS: PlanSettings = {...USUAL_SETTINGS, naiveTimezone: 'America/Chicago'};

function plan(select: string, entry: unknown, settings: Partial<PlanSettings> = {}): StreamPlan {
  const [stream] = selectStreams({select}).streams;
  if (!stream) throw new Error(`there is no stream ${select}`);
  const name = stream.definition.tapStreamId;
  return planStream(stream, {bookmarks: {[name]: entry}}, {...SETTINGS, ...settings}, NOW);
}

const readAt = (day: string) => ({whole_read: {at: `2026-07-${day}T12:00:00.000000Z`, rows: 730}});
const refreshed = {isFullRefresh: () => true};
const weekly = {fullRefreshDays: () => 7};
const from2024 = {startDate: START};
const versioned = {emitActivateVersion: true};

describe('a stream is read', () => {
  test.each<[string, string, unknown, Partial<PlanSettings>, string | undefined, boolean, string | undefined]>([
    // what, stream, its entry, settings, since, from the start, lower bound of the next bookmark
    ['whole without a bookmark', 'contacts', undefined, {}, undefined, true, undefined],
    ['from start_date without a bookmark', 'contacts', undefined, from2024, START, true, undefined],
    [
      'whole where start_date is as old as any account',
      'contacts',
      undefined,
      {startDate: '1990-01-01T00:00:00.000000Z'},
      undefined,
      true,
      undefined,
    ],
    ['from its bookmark on', 'contacts', {udate: BOOKMARK}, from2024, BOOKMARK, false, BOOKMARK],
    [
      'from so many seconds before its bookmark on',
      'contacts',
      {udate: BOOKMARK},
      {lookbackSeconds: () => 60},
      '2026-07-29T23:59:00.000000Z',
      false,
      BOOKMARK,
    ],
    [
      'whole with --full-refresh, whatever its bookmark',
      'contacts',
      {udate: BOOKMARK},
      refreshed,
      undefined,
      true,
      undefined,
    ],
    [
      'from start_date with --full-refresh',
      'contacts',
      {udate: BOOKMARK},
      {...refreshed, ...from2024},
      START,
      true,
      undefined,
    ],
    [
      'whole where its last whole read is too old',
      'contacts',
      {udate: BOOKMARK, ...readAt('24')},
      weekly,
      undefined,
      true,
      BOOKMARK,
    ],
    [
      'from start_date where its last whole read is too old',
      'contacts',
      {udate: BOOKMARK, ...readAt('24')},
      {...weekly, ...from2024},
      START,
      true,
      BOOKMARK,
    ],
    ['whole where no whole read is known', 'contacts', {udate: BOOKMARK}, weekly, undefined, true, BOOKMARK],
    [
      'from its bookmark on where its last whole read is young',
      'contacts',
      {udate: BOOKMARK, ...readAt('26')},
      weekly,
      BOOKMARK,
      false,
      BOOKMARK,
    ],
    ['whole if it has no replication key', 'tags', {synced_at: BOOKMARK}, from2024, undefined, true, undefined],
  ])('%s', (_, stream, entry, settings, since, isFromStart, bookmark) =>
    expect(plan(stream, entry, settings)).toMatchObject({since, isFromStart, bookmark}),
  );

  test('by what the state remembers, in which its length and the proofs are named', () => {
    const proofs = {'orders[id]': {obeyed: true, at: BOOKMARK}};
    const read = toRead(plan('contacts', {udate: BOOKMARK, rows: 730, proofs}), () => undefined);
    expect(read).toMatchObject({since: BOOKMARK, memory: {rows: 730, proofs}, checkpoint: undefined});
    expect(read.replication?.valueOf({udate: BOOKMARK})).toBe(BOOKMARK);
  });
});

describe('the links of rows', () => {
  test.each([
    ['contacts', true],
    ['brandings', true],
    // A field of it takes any JSON.
    ['segments_v2', false],
    ['segments_v2,!segments_v2.meta', true],
    // What its schema lacks is kept, whatever its name.
    ['calendar_rels', false],
  ])('are left out of %s: %p', (select, expected) => {
    expect(toRead(plan(select, undefined), () => undefined).dropsLinks).toBe(expected);
  });
});

describe('below parents', () => {
  const SINCE = '2026-07-31T09:00:00.000000Z';
  const read = {parents_since: SINCE};
  const minute = {lookbackSeconds: () => 60};

  /** From when on parents are wanted, and the parents of those; null where there are none. */
  const parentsOf = ({parents}: StreamPlan) =>
    [parents, parents?.parents].map(stream => (stream === undefined ? null : (stream.since ?? 'all')));

  test.each<[string, string, unknown, Partial<PlanSettings>, string, boolean]>([
    // what, stream, its entry, settings, from when on parents are wanted, from the start
    ['rows are wanted below all in the first run', 'contact_goals', undefined, {}, 'all', true],
    ['rows are wanted below those that changed since the last one began', 'contact_goals', read, {}, SINCE, false],
    ['and so many seconds before', 'contact_goals', read, minute, '2026-07-31T08:59:00.000000Z', false],
    ['and below all with --full-refresh', 'contact_goals', read, refreshed, 'all', true],
    [
      'and below all where the last whole read is too old',
      'contact_goals',
      {...read, ...readAt('24')},
      weekly,
      'all',
      true,
    ],
    ['and below all where no whole read is known', 'contact_goals', read, weekly, 'all', true],
    ['and not where it is young', 'contact_goals', {...read, ...readAt('26')}, weekly, SINCE, false],
    ['and below all where there is a bookmark alone', 'contact_goals', {tstamp: BOOKMARK}, {}, 'all', true],
    ['rows without a replication key likewise: first below all', 'contact_organizations', undefined, {}, 'all', true],
    ['then below those that changed', 'contact_organizations', read, {}, SINCE, false],
    ['and below all with --full-refresh', 'contact_organizations', read, refreshed, 'all', true],
    ['and below all where the last whole read is too old', 'contact_organizations', read, weekly, 'all', true],
    [
      'rows are wanted below all where no change of theirs moves a parent',
      'sms_broadcast_recipients',
      read,
      {},
      'all',
      true,
    ],
    [
      'and below all, too, where only rows tell what is new',
      'custom_object_records',
      {updated_timestamp: BOOKMARK},
      {},
      'all',
      false,
    ],
  ])('%s: %s %j', (_, stream, entry, settings, since, isFromStart) => {
    const planned = plan(stream, entry, settings);
    expect(parentsOf(planned)).toEqual([since, null]);
    expect(planned.isFromStart).toBe(isFromStart);
  });

  test('all rows of a parent are wanted, however old, but for those older than start_date', () => {
    expect(plan('contact_goals', {...read, tstamp: BOOKMARK})).toMatchObject({since: undefined, bookmark: BOOKMARK});
    const from = plan('contact_goals', {...read, tstamp: BOOKMARK}, from2024);
    expect(from).toMatchObject({since: START, sinceOfWhole: START, parents: {since: SINCE}});
    expect(plan('contact_goals', undefined, from2024)).toMatchObject({since: START, parents: {since: undefined}});
  });

  test('those at the top tell what changed, where parents hang below others', () => {
    expect(parentsOf(plan('contact_geo_addresses', undefined))).toEqual(['all', 'all']);
    expect(parentsOf(plan('contact_geo_addresses', read))).toEqual(['all', SINCE]);
    expect(parentsOf(plan('segment_count_history', read))).toEqual(['all', 'all']);
  });

  test('who chooses to replicate an incremental stream as a whole gets the rows below all of them', () => {
    const [stream] = selectStreams({select: 'contact_goals'}).streams;
    if (!stream) throw new Error('there is no stream contact_goals');
    const whole = {...stream, replicationKey: undefined, replicationMethod: 'FULL_TABLE' as const};
    const planned = planStream(whole, {bookmarks: {contact_goals: read}}, SETTINGS, NOW);
    expect(parentsOf(planned)).toEqual(['all', null]);
    expect(planned.isFromStart).toBe(true);
  });

  test('those have no parents that are in a list of their own, and no other table says how to read them', () => {
    expect(plan('contacts', {udate: BOOKMARK}).parents).toBeUndefined();
    expect(plan('ecommerce_order_products', undefined).parents?.definition.tapStreamId).toBe('ecommerce_orders');
  });

  test('they are read by what is known of their own list', () => {
    const proofs = {'filters[updated_after]': {obeyed: true, at: BOOKMARK}};
    const [stream] = selectStreams({select: 'contact_goals'}).streams;
    if (!stream) throw new Error('there is no stream contact_goals');
    const state = {bookmarks: {contact_goals: read, contacts: {udate: BOOKMARK, rows: 900, proofs}}};
    const {parents} = toRead(planStream(stream, state, SETTINGS, NOW), () => undefined);
    expect(parents).toMatchObject({memory: {rows: 900, proofs}, checkpoint: undefined, since: SINCE});
    expect(parents?.replication?.key).toBe('udate');
    expect(parents?.replication?.valueOf({udate: '2026-07-01T00:00:00-05:00'})).toBe('2026-07-01T05:00:00.000000Z');
  });

  test('an interrupted read below all is not gone on with below those that changed', () => {
    const progress = (entry: unknown) => ({
      selection: plan('contact_goals', entry).selection,
      began_at: '2026-08-01T09:00:00.000000Z',
      saved_at: '2026-08-01T11:00:00.000000Z',
      highest: null,
      zoneless: false,
      left_out: 0,
      version: null,
      at: {way: 'children', seen: 3, upTo: '7'},
    });
    expect(plan('contact_goals', {progress: [progress(undefined)]}).resumed).toBeDefined();
    expect(plan('contact_goals', {...read, progress: [progress(read)]}).resumed).toBeDefined();
    expect(plan('contact_goals', {...read, progress: [progress(undefined)]}).resumed).toBeUndefined();
    expect(plan('contact_goals', {...read, progress: [progress({parents_since: BOOKMARK})]}).resumed).toBeUndefined();
  });

  test('a version speaks of what is missing only where rows are wanted below all of them', () => {
    expect(plan('contact_organizations', undefined, versioned).version).toBe(NOW);
    expect(plan('contact_organizations', read, versioned).version).toBeUndefined();
    expect(plan('contact_organizations', read, {...versioned, ...weekly}).version).toBe(NOW);
    expect(plan('contact_goals', {...read, tstamp: BOOKMARK}, versioned).version).toBeUndefined();
    expect(plan('contact_goals', {...read, tstamp: BOOKMARK}, {...versioned, ...refreshed}).version).toBe(NOW);
  });
});

describe('records carry a version', () => {
  test.each<[string, string, unknown, Partial<PlanSettings>, number | undefined]>([
    ['in a stream without a replication key', 'tags', undefined, versioned, NOW],
    ['above the highest one that was used', 'tags', {version: NOW + 5}, versioned, NOW + 6],
    ['with --full-refresh', 'contacts', {udate: BOOKMARK}, {...versioned, ...refreshed}, NOW],
    [
      'where the stream is read again by full_refresh_days',
      'contacts',
      {udate: BOOKMARK},
      {...versioned, ...weekly},
      NOW,
    ],
    ['not where they are not wanted', 'tags', undefined, {}, undefined],
    ['not in the first read of an incremental stream', 'contacts', undefined, versioned, undefined],
    [
      'not in the first read with full_refresh_days either',
      'contacts',
      undefined,
      {...versioned, ...weekly},
      undefined,
    ],
    ['not where only changes are read', 'contacts', {udate: BOOKMARK}, versioned, undefined],
    [
      'not where start_date leaves records out',
      'contacts',
      {udate: BOOKMARK},
      {...versioned, ...refreshed, ...from2024},
      undefined,
    ],
  ])('%s', (_, stream, entry, settings, version) => expect(plan(stream, entry, settings).version).toBe(version));
});

const narrowedBy = (filters: Filters) => ({filters: () => filters});
const ofList3 = narrowedBy({listid: '3'});

describe('a stream whose list is narrowed by filters', () => {
  const FINGERPRINT = fingerprintOf({listid: '3'}, {tapStreamId: 'contacts', path: 'contacts'});
  const proofs = {'orders[id]': {obeyed: true, at: BOOKMARK}};
  const unfiltered = {
    udate: BOOKMARK,
    rows: 730,
    proofs,
    sure_until: BOOKMARK,
    ...readAt('26'),
    doubt: [{at: BOOKMARK, rows: 3}],
  };
  const filtered = {...unfiltered, filters: FINGERPRINT};

  test('goes on from its bookmark while they are the same', () => {
    const same = plan('contacts', filtered, {...ofList3, ...from2024});
    expect(same).toMatchObject({since: BOOKMARK, bookmark: BOOKMARK, isFromStart: false, startsOver: false});
    expect(same.memory).toMatchObject({rows: 730, wholeRead: {rows: 730}, doubt: {rows: 3}, proofs});
  });

  test.each<[string, unknown, Partial<PlanSettings>]>([
    ['they are new', unfiltered, ofList3],
    ['they have other values', filtered, narrowedBy({listid: '4'})],
    ['there are more of them', filtered, narrowedBy({listid: '3', status: '1'})],
    ['they are gone', filtered, {}],
    ['what the state says of them is not understood', {...filtered, filters: {listid: '3'}}, ofList3],
  ])('starts over where %s', (_, entry, settings) => {
    const other = plan('contacts', entry, {...settings, ...from2024});
    expect(other).toMatchObject({since: START, isFromStart: true, startsOver: true, bookmarkInState: BOOKMARK});
    expect(other.storedBookmark).toBeUndefined();
    expect(other.bookmark).toBeUndefined();
    expect(other.memory.proofs).toEqual({});
    for (const key of ['rows', 'wholeRead', 'doubt', 'sureUntil'] as const) expect(other.memory[key]).toBeUndefined();
  });

  test('has nothing to start over before it was read', () => {
    expect(plan('contacts', undefined, ofList3).startsOver).toBe(false);
    expect(plan('contacts', {proofs, version: 7}, ofList3).startsOver).toBe(false);
  });

  test('starts over as a whole table, too: its length means nothing any more', () => {
    const entry = {synced_at: BOOKMARK, rows: 25, whole_read: {at: BOOKMARK, rows: 25}};
    const tags = plan('tags', entry, narrowedBy({search: 'vip'}));
    expect(tags).toMatchObject({startsOver: true, since: undefined});
    expect(tags.memory.wholeRead).toBeUndefined();
  });

  test('starts over below parents of which none is known to be unchanged', () => {
    const entry = {tstamp: BOOKMARK, parents_since: BOOKMARK, ...readAt('26')};
    expect(plan('contact_logs', entry).parents?.since).toBe(BOOKMARK);
    expect(plan('contact_logs', entry, narrowedBy({a: 'b'})).parents?.since).toBeUndefined();
  });

  test('sends them with every request, in the order of their names', () => {
    const read = toRead(plan('accounts', undefined, narrowedBy({'ids[]': ['3', '5'], search: 'x'})), () => undefined);
    expect(read.definition.parameters).toEqual({count_deals: 'true', 'ids[0]': '3', 'ids[1]': '5', search: 'x'});
    expect(read.filters).toEqual({'ids[]': ['3', '5'], search: 'x'});
  });

  test('is not read through its parents, where the filters would not hold', () => {
    expect(toRead(plan('contact_tags', undefined), () => undefined).sideLoading).toBeDefined();
    const tags = toRead(plan('contact_tags', undefined, narrowedBy({'filters[tag]': '3'})), () => undefined);
    expect(tags.sideLoading).toBeUndefined();
    const scores = toRead(plan('contact_score_values', undefined, narrowedBy({a: 'b'})), () => undefined);
    expect(scores.definition.perParent).toEqual({
      tapStreamId: 'contacts',
      path: 'contacts/:id/scoreValues',
      isBelowChanged: true,
    });
    expect(scores.parents?.definition.parameters).toBeUndefined();
  });

  test('carries a version when it starts over: the target has what the former filters let through', () => {
    expect(plan('contacts', filtered, {...versioned}).version).toBe(NOW);
    expect(plan('contacts', filtered, {...versioned, ...ofList3}).version).toBeUndefined();
    expect(plan('contacts', undefined, {...versioned, ...ofList3}).version).toBeUndefined();
  });
});

describe('an interrupted read', () => {
  const progress = (stream: string, settings: Partial<PlanSettings> = {}, changes: Record<string, unknown> = {}) => ({
    selection: plan(stream, undefined, settings).selection,
    began_at: '2026-08-01T09:00:00.000000Z',
    saved_at: '2026-08-01T11:00:00.000000Z',
    highest: BOOKMARK,
    zoneless: false,
    left_out: 0,
    version: null,
    at: {way: 'offsets', seen: 300},
    ...changes,
  });

  test('goes on where it stood', () => {
    const resumed = plan('contacts', {progress: [progress('contacts')]});
    expect(resumed).toMatchObject({resumed: {beganAt: '2026-08-01T09:00:00.000000Z'}, ignored: undefined});
    expect(toRead(resumed, () => undefined).checkpoint).toEqual({way: 'offsets', seen: 300});
  });

  test('goes on as a whole read where it was one by full_refresh_days', () => {
    const entry = {udate: BOOKMARK, ...readAt('24'), progress: [progress('contacts')]};
    expect(plan('contacts', entry, weekly).resumed).toBeDefined();
    expect(plan('contacts', entry).ignored).toBe('it was made for other fields, filters or dates');
  });

  test.each<[string, string, unknown, Partial<PlanSettings>, RegExp]>([
    ['fields', 'contacts.email', {progress: [progress('contacts')]}, {}, /other fields/],
    ['a bookmark', 'contacts', {udate: BOOKMARK, progress: [progress('contacts')]}, {}, /other fields/],
    ['a start_date', 'contacts', {progress: [progress('contacts')]}, from2024, /other fields/],
    ['a time zone', 'contacts', {progress: [progress('contacts')]}, {naiveTimezone: 'UTC'}, /other fields/],
    ['a stream', 'deals', {progress: [progress('contacts')]}, {}, /other fields/],
    ['a filter', 'contacts', {progress: [progress('contacts')]}, ofList3, /other fields, filters/],
    [
      'a value of its filter',
      'contacts',
      {progress: [progress('contacts', ofList3)]},
      narrowedBy({listid: '4'}),
      /filters/,
    ],
    [
      'yesterday',
      'contacts',
      {progress: [progress('contacts', {}, {saved_at: '2026-07-31T11:00:00.000000Z'})]},
      {},
      /24 hours/,
    ],
  ])('of another %s begins again', (_, stream, entry, settings, reason) => {
    const {resumed, ignored} = plan(stream, entry, settings);
    expect(resumed).toBeUndefined();
    expect(ignored).toMatch(reason);
  });

  test('goes on under new filters while the state still tells of the old ones, by what it found out of the server', () => {
    const proofs = {listid: {obeyed: true, at: BOOKMARK}};
    const entry = {udate: BOOKMARK, ...readAt('26'), proofs, progress: [progress('contacts', ofList3)]};
    const resumed = plan('contacts', entry, ofList3);
    expect(resumed).toMatchObject({startsOver: true, resumed: {highest: BOOKMARK}, memory: {proofs}});
    expect(toRead(resumed, () => undefined).checkpoint).toEqual({way: 'offsets', seen: 300});
  });

  test('keeps its version, also where the flag is gone that gave it one', () => {
    const entry = {progress: [progress('contacts', {}, {version: 77})]};
    expect(plan('contacts', entry, {...versioned, ...refreshed}).resumed?.version).toBe(77);
    expect(plan('contacts', entry, versioned).resumed?.version).toBe(77);
  });

  test.each<[string, Partial<PlanSettings>, number | null, string]>([
    ['versions are switched off', {}, 77, 'its records carry a version'],
    ['versions are switched on', versioned, null, 'its records carry no version'],
  ])('begins again where %s meanwhile', (_, settings, version, ignored) =>
    expect(plan('tags', {progress: [progress('tags', {}, {version})]}, settings)).toMatchObject({
      resumed: undefined,
      ignored,
    }),
  );

  test('needs no zone where the stream has its own', () => {
    const entry = {progress: [progress('deal_custom_fields')]};
    expect(plan('deal_custom_fields', entry, {naiveTimezone: 'Asia/Tokyo'}).resumed).toBeDefined();
  });
});

test('a plan is named by eight digits, which change with the fields, the dates and the zone', () => {
  const names = [
    plan('contacts', undefined),
    plan('contacts.email', undefined),
    plan('contacts', undefined, from2024),
    plan('contacts', undefined, {naiveTimezone: 'UTC'}),
    plan('deals', undefined),
  ].map(({selection}) => selection);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{8}$/);
  expect(plan('contacts', {synced_at: BOOKMARK}).selection).toBe(names[0]);
});
