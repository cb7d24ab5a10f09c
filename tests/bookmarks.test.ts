// Where an incremental stream begins, and where it goes on next time.

import {describe, expect, test} from '@jest/globals';
import {bookmarkOf, nextBookmark, sinceOf, zonesOf} from '../src/bookmarks.js';
import {hasZone, sameWallClock} from '../src/dates.js';
import {findStream} from '../src/streams.js';

const CENTRAL = {written: 'America/Chicago', read: 'America/Chicago'};
const AS_UTC = {written: 'America/Chicago', read: 'UTC'};
const AS_TOKYO = {written: 'America/Chicago', read: 'Asia/Tokyo'};

describe('the bookmark after a read', () => {
  const BEGAN = '2026-08-01T12:00:00.000000Z';
  const bookmarkAfter = (
    before: string | undefined,
    highest: string | undefined,
    isZoneless = false,
    zones = CENTRAL,
  ) => nextBookmark(before, {highest, isZoneless, beganAt: '2026-08-01T12:00:00.900000Z'}, zones);

  test.each([
    ['the highest key', undefined, '2026-08-01T11:59:59.000000Z', '2026-08-01T11:59:59.000000Z'],
    ['the second in which the read began, behind it', undefined, '2026-08-01T12:00:00.500000Z', BEGAN],
    [
      'the old one where it is later',
      '2026-08-02T00:00:00.000000Z',
      '2026-08-01T11:00:00.000000Z',
      '2026-08-02T00:00:00.000000Z',
    ],
    ['the old one where no key came', BEGAN, undefined, BEGAN],
    ['none where no key ever came', undefined, undefined, undefined],
  ])('is %s', (_, before, highest, expected) => expect(bookmarkAfter(before, highest)).toBe(expected));

  test.each([
    ['UTC', AS_UTC, true, '2026-08-01T07:00:00.000000Z'],
    ['Tokyo time', AS_TOKYO, true, '2026-07-31T22:00:00.000000Z'],
    ['UTC where the keys have zones of their own', AS_UTC, false, BEGAN],
    ['Central time', CENTRAL, true, BEGAN],
  ])('of keys that are read as %s stops where the key of that moment would be', (_, zones, isZoneless, expected) =>
    expect(bookmarkAfter(undefined, '2026-08-01T12:30:00.000000Z', isZoneless, zones)).toBe(expected),
  );
});

test.each([
  ['2026-07-01T00:00:00.000000Z', 0, CENTRAL, '2026-07-01T00:00:00.000000Z'],
  ['2026-07-01T00:00:00.000000Z', 90, CENTRAL, '2026-06-30T23:58:30.000000Z'],
  ['2025-11-02T06:30:00.000000Z', 0, CENTRAL, '2025-11-02T05:30:00.000000Z'],
  ['2025-11-02T01:30:00.000000Z', 0, AS_UTC, '2025-11-02T00:30:00.000000Z'],
  ['2025-11-02T06:30:00.000000Z', 0, AS_UTC, '2025-11-02T06:30:00.000000Z'],
  ['2025-11-02T06:30:00.000000Z', 0, {written: 'UTC', read: 'UTC'}, '2025-11-02T06:30:00.000000Z'],
])('a stream with the bookmark %s and %i s of lookback begins, by %j, at %s', (bookmark, lookback, zones, expected) =>
  expect(sinceOf(bookmark, lookback, zones)).toBe(expected),
);

describe('a bookmark of another key', () => {
  const contacts = findStream('contacts');
  if (!contacts) throw new Error('there is no stream contacts');
  const instant = '2026-07-01T00:00:00.000000Z';
  const from = (bookmark: unknown, key: string) => bookmarkOf({bookmarks: {contacts: bookmark}}, contacts, key);

  test.each([
    ['serves the proposed key, which moves least', {updated_timestamp: instant}, 'udate', instant],
    ['does not serve a chosen one', {udate: instant}, 'updated_timestamp', undefined],
    [
      "does not serve a chosen one in the SDK's form",
      {replication_key: 'udate', replication_key_value: instant},
      'updated_timestamp',
      undefined,
    ],
    [
      'is not looked at where the own one is there',
      {udate: '2020-01-01T00:00:00Z', updated_timestamp: instant},
      'updated_timestamp',
      instant,
    ],
  ])('%s', (_, bookmark, key, expected) => expect(from(bookmark, key)).toBe(expected));

  test('is what the Python tap does not say, so that its bare instant serves any', () =>
    expect(from('2026-07-01T00:00:00Z', 'updated_timestamp')).toBe(instant));
});

test('four streams keep true UTC, whatever the setting', () => {
  const zones = ['deal_custom_fields', 'contact_tags'].map(name => {
    const stream = findStream(name);
    return stream && zonesOf(stream, 'Asia/Tokyo');
  });
  expect(zones).toEqual([{written: 'UTC', read: 'UTC'}, AS_TOKYO]);
});

test.each([
  ['2026-08-01T12:00:00.000000Z', 'America/Chicago', 'UTC', '2026-08-01T07:00:00.000000Z'],
  ['2026-01-01T01:00:00.000000Z', 'America/Chicago', 'UTC', '2025-12-31T19:00:00.000000Z'],
  ['2025-11-02T01:30:00.000000Z', 'UTC', 'America/Chicago', '2025-11-02T06:30:00.000000Z'],
  ['2026-08-01T12:00:00.123456Z', 'UTC', 'UTC', '2026-08-01T12:00:00.123456Z'],
])('what clocks show at %s in %s they show in %s at %s', (instant, from, to, expected) =>
  expect(sameWallClock(instant, from, to)).toBe(expected),
);

test.each([
  ['2026-08-01 07:00:00', false],
  ['2026-08-01', false],
  ['2026-08-01T07:00:00.123', false],
  ['2026-08-01T07:00:00-05:00', true],
  ['2026-08-01T07:00:00-0500', true],
  ['2026-08-01T07:00:00.5Z', true],
])('%s names its zone: %s', (wire, expected) => expect(hasZone(wire)).toBe(expected));
