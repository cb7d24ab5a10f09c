// The one written form of an instant, and every spelling of a date the API is known to send.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {DateTime, FixedOffsetZone} from 'luxon';
import {floorToSecond, fromMillis, isAmbiguous, parseInstant, shiftSeconds, toUtc} from '../src/dates.js';
import {isZone} from '../src/zone-offsets.js';

const central = 'America/Chicago';

describe('a date with an offset', () => {
  test.each([
    ['2026-05-28T03:05:54-05:00', '2026-05-28T08:05:54.000000Z'],
    ['2026-01-31T23:05:54-06:00', '2026-02-01T05:05:54.000000Z'],
    ['2024-02-28T23:59:59-05:00', '2024-02-29T04:59:59.000000Z'],
    ['2024-12-31T20:00:00-05:00', '2025-01-01T01:00:00.000000Z'],
    ['2024-03-01T00:30:00+05:30', '2024-02-29T19:00:00.000000Z'],
    ['2026-05-28T03:05:54-0500', '2026-05-28T08:05:54.000000Z'],
    ['2026-05-28T03:05:54-05', '2026-05-28T08:05:54.000000Z'],
    ['2026-05-28 03:05:54 -0500', '2026-05-28T08:05:54.000000Z'],
    ['2026-05-28T03:05:54Z', '2026-05-28T03:05:54.000000Z'],
    ['2026-05-28t03:05:54z', '2026-05-28T03:05:54.000000Z'],
    ['2026-05-28T03:05:54+00:00', '2026-05-28T03:05:54.000000Z'],
    ['2026-05-28T03:05:54-00:00', '2026-05-28T03:05:54.000000Z'],
    ['2026-05-28 03:05:54+00:00', '2026-05-28T03:05:54.000000Z'],
    ['2019-09-06T2:10:00-05:00', '2019-09-06T07:10:00.000000Z'],
    ['  2026-05-28T03:05:54Z\n', '2026-05-28T03:05:54.000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
    ['0099-12-31T23:00:00-05:00', '0100-01-01T04:00:00.000000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
  ])('%j is %s, whatever the zone', (wire, instant) => {
    expect(toUtc(wire, central)).toBe(instant);
    expect(toUtc(wire, 'Asia/Kolkata')).toBe(instant);
  });

  test.each([
    ['2026-05-28T03:05:54.1Z', '2026-05-28T03:05:54.100000Z'],
    ['2026-05-28T03:05:54.123Z', '2026-05-28T03:05:54.123000Z'],
    ['2026-05-28T03:05:54.123456Z', '2026-05-28T03:05:54.123456Z'],
    ['2026-05-28T03:05:54.123456999Z', '2026-05-28T03:05:54.123456Z'],
    ['2026-05-28T22:05:54.999999999-05:00', '2026-05-29T03:05:54.999999Z'],
  ])('%s keeps six decimals: %s', (wire, instant) => expect(toUtc(wire, central)).toBe(instant));
});

describe('a date without a zone', () => {
  test.each([
    ['2026-05-28 03:05:54', '2026-05-28T08:05:54.000000Z'],
    ['2026-01-28 03:05:54', '2026-01-28T09:05:54.000000Z'],
    ['2026-05-28T03:05:54', '2026-05-28T08:05:54.000000Z'],
    ['2026-05-28 3:05:54', '2026-05-28T08:05:54.000000Z'],
    ['2026-05-28 03:05', '2026-05-28T08:05:00.000000Z'],
    ['2026-05-28 03:05:54.25', '2026-05-28T08:05:54.250000Z'],
    ['2026-05-28', '2026-05-28T05:00:00.000000Z'],
    ['2026-12-31 23:00:00', '2027-01-01T05:00:00.000000Z'],
  ])('%s is a wall clock of the zone: %s', (wire, instant) => expect(toUtc(wire, central)).toBe(instant));

  test('is taken as it stands where the zone is UTC', () => {
    expect(toUtc('2026-05-28 03:05:54', 'UTC')).toBe('2026-05-28T03:05:54.000000Z');
  });

  test.each([
    ['2024-11-03 00:59:59', '2024-11-03T05:59:59.000000Z'],
    ['2024-11-03 01:00:00', '2024-11-03T06:00:00.000000Z'],
    ['2024-11-03 01:59:59', '2024-11-03T06:59:59.000000Z'],
    ['2024-11-03 02:00:00', '2024-11-03T08:00:00.000000Z'],
  ])('%s in the autumn night means the earlier instant: %s', (wire, instant) =>
    expect(toUtc(wire, central)).toBe(instant),
  );

  test.each([
    ['2024-03-10 01:59:59', '2024-03-10T07:59:59.000000Z'],
    ['2024-03-10 02:00:00', '2024-03-10T08:00:00.000000Z'],
    ['2024-03-10 02:30:00', '2024-03-10T08:30:00.000000Z'],
    ['2024-03-10 03:00:00', '2024-03-10T08:00:00.000000Z'],
  ])('%s in the spring night, the lost hour moved forward, is %s', (wire, instant) => {
    expect(toUtc(wire, central)).toBe(instant);
    expect(toUtc(wire, central)?.slice(0, 19)).toBe(
      DateTime.fromSQL(wire, {zone: central}).toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss"),
    );
  });

  test.each([
    ['-05:00', '2024-11-03T06:30:00.000000Z'],
    ['-06:00', '2024-11-03T07:30:00.000000Z'],
  ])('takes the offset %s of its twin in the row when the hour came twice', (offset, instant) => {
    const row = {id: '1', udate: '2024-11-02T01:30:00-05:00', cdate: `2024-11-03T01:30:00${offset}`};
    expect(toUtc('2024-11-03 01:30:00', central, row)).toBe(instant);
  });

  test('asks no twin of another second, of an impossible offset, or for an hour that came once', () => {
    expect(toUtc('2024-11-03 01:30:00', central, {cdate: '2024-11-03T01:30:01-06:00'})).toBe(
      '2024-11-03T06:30:00.000000Z',
    );
    expect(toUtc('2024-11-03 01:30:00', central, {cdate: '2024-11-03T01:30:00+02:00'})).toBe(
      '2024-11-03T06:30:00.000000Z',
    );
    expect(toUtc('2024-11-03 03:30:00', central, {cdate: '2024-11-03T03:30:00-05:00'})).toBe(
      '2024-11-03T09:30:00.000000Z',
    );
  });

  test('throws for a zone that does not exist', () => {
    expect(() => toUtc('2024-11-03 03:30:00', 'Mars/Olympus')).toThrow(RangeError);
  });
});

test.each([
  '',
  '  ',
  '0',
  '0000-00-00',
  '0000-00-00 00:00:00',
  '0000-00-00T00:00:00-05:00',
  '0000-01-01 00:00:00',
  '2024-00-10',
  '2024-10-00 10:00:00',
  '2024-13-01',
  '2024-02-30',
  '2023-02-29 00:00:00',
  '1900-02-29 00:00:00',
  '2024-04-31T00:00:00Z',
  '2024-01-01 24:00:00',
  '2024-01-01T10:60:00Z',
  '2024-01-01T10:00:60Z',
  '-0001-11-30T00:00:00-06:00',
  '0001-01-01T00:00:00+05:00',
  '9999-12-31T23:00:00-05:00',
])('%j is a date that is not set', wire => expect(toUtc(wire, central)).toBeNull());

test.each([
  'yesterday',
  '1388563200',
  '20240101',
  '2024-1-1',
  '2024',
  '2024-01',
  '2024-W01-1',
  '01/02/2024',
  '2024-01-01T',
  '2024-01-01T00',
  '2024-01-01T00:00:00.Z',
  '2024-01-01T00:00:00+24:00',
  '2024-01-01T00:00:00+5',
  '2024-01-01T00:00:00-05:0',
  '2024-01-01T00:00:00-05/00',
  '2024-01-01T00:00:00 UTC',
  '2024-01-01x00:00:00Z',
  '2024-01-0aT00:00:00Z',
  '٢٠٢٤-01-01',
])('%j is no date', wire => expect(toUtc(wire, central)).toBeUndefined());

describe('any date', () => {
  const zones = [
    'America/Chicago',
    'Europe/Berlin',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Africa/Casablanca',
  ];
  const instants = fc.integer({min: Date.UTC(1971, 0), max: Date.UTC(2037, 0)});

  test('with an offset is read as luxon reads it', () => {
    fc.assert(
      fc.property(instants, fc.integer({min: -14 * 60, max: 14 * 60}), (millis, offset) => {
        const date = DateTime.fromMillis(millis).setZone(FixedOffsetZone.instance(offset));
        expect(toUtc(date.toFormat("yyyy-MM-dd'T'HH:mm:ss.SSSZZ"), central)).toBe(fromMillis(millis));
      }),
      {seed: 3, numRuns: 2000},
    );
  });

  test('without one is the first instant at which the clocks of the zone, as luxon has them, show it', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (millis, zone) => {
        const date = DateTime.fromMillis(millis - (millis % 1000), {zone});
        const [first = date] = date.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
        expect(toUtc(date.toFormat('yyyy-MM-dd HH:mm:ss'), zone)).toBe(fromMillis(first.toMillis()));
      }),
      {seed: 4, numRuns: 3000},
    );
  });

  // Random instants seldom meet the nights in which the clocks change; this looks at nothing else.
  test('agrees with luxon around every change of the clocks in a year', () => {
    for (const zone of zones) {
      for (let hour = 0; hour < 366 * 24; hour += 1) {
        const date = DateTime.fromMillis(Date.UTC(2024, 0, 1, hour, 15), {zone});
        if (date.minus({hours: 3}).offset === date.plus({hours: 3}).offset) continue;
        const [first = date] = date.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
        expect([zone, toUtc(date.toFormat('yyyy-MM-dd HH:mm:ss'), zone)]).toEqual([zone, fromMillis(first.toMillis())]);
        expect([zone, isAmbiguous(fromMillis(date.toMillis()), zone)]).toEqual([
          zone,
          date.getPossibleOffsets().length > 1,
        ]);
      }
    }
  });

  test('is written so that texts compare like the instants', () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => expect(fromMillis(a) < fromMillis(b)).toBe(a < b)),
      {seed: 5},
    );
  });

  test('is read again from its own written form', () => {
    fc.assert(
      fc.property(instants, millis => {
        expect(toUtc(fromMillis(millis), central)).toBe(fromMillis(millis));
        expect(parseInstant(fromMillis(millis))).toBe(fromMillis(millis));
      }),
      {seed: 6},
    );
  });

  test('may be any text at all', () => {
    fc.assert(
      fc.property(fc.string(), text => expect([null, undefined]).toContain(toUtc(text, central))),
      {seed: 7, numRuns: 500},
    );
  });
});

describe('parseInstant', () => {
  test.each([
    ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.000000Z'],
    ['2020-01-01T00:00:00.000000Z', '2020-01-01T00:00:00.000000Z'],
    ['2020-01-01T00:00:00+00:00', '2020-01-01T00:00:00.000000Z'],
    ['2020-01-01T02:00:00.5+02:00', '2020-01-01T00:00:00.500000Z'],
    ['2020-01-01', '2020-01-01T00:00:00.000000Z'],
    [' 2020-01-01 ', '2020-01-01T00:00:00.000000Z'],
  ])('reads %j as %s', (text, instant) => expect(parseInstant(text)).toBe(instant));

  test.each([
    '',
    'now',
    '2020-01-01T00:00:00',
    '2020-01-01 00:00:00',
    '2020-02-30',
    '2020-02-30T00:00:00Z',
    '0000-00-00',
    '1577836800',
  ])('refuses %j', text => expect(parseInstant(text)).toBeUndefined());
});

test.each([
  ['2024-11-03T05:59:59.000000Z', false],
  ['2024-11-03T06:00:00.000000Z', true],
  ['2024-11-03T07:59:59.999999Z', true],
  ['2024-11-03T08:00:00.000000Z', false],
  ['2024-03-10T08:00:00.000000Z', false],
  ['2024-07-01T08:00:00.000000Z', false],
])('the wall clock of %s in Chicago occurs twice: %p', (instant, expected) =>
  expect(isAmbiguous(instant, central)).toBe(expected),
);

test.each([
  ['2024-01-01T00:00:00.123456Z', -1, '2023-12-31T23:59:59.123456Z'],
  ['2024-02-28T23:59:59.000000Z', 1, '2024-02-29T00:00:00.000000Z'],
  ['2024-01-01T00:00:00.000000Z', 0, '2024-01-01T00:00:00.000000Z'],
  ['0001-01-01T00:00:05.000001Z', -60, '0001-01-01T00:00:00.000000Z'],
  ['9999-12-31T23:59:59.000000Z', 60, '9999-12-31T23:59:59.999999Z'],
])('%s moved by %d seconds is %s', (instant, seconds, moved) => expect(shiftSeconds(instant, seconds)).toBe(moved));

test('floorToSecond drops the fraction, and fromMillis writes milliseconds', () => {
  expect(floorToSecond('2024-01-01T00:00:59.999999Z')).toBe('2024-01-01T00:00:59.000000Z');
  expect(fromMillis(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123000Z');
});

test('isZone knows the names of time zones', () => {
  expect([central, 'UTC', 'Europe/Berlin'].map(isZone)).toEqual([true, true, true]);
  expect(['', 'Chicago', 'America/Chicagoo'].map(isZone)).toEqual([false, false, false]);
});
