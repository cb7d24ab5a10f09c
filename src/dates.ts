// The one way an instant is written: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, in UTC, so that `<` compares instants as text.
// Knows the spellings the API uses for a date, and how a wall clock without a zone is read in a named one. A contact
// brings ten dates, so that nothing is made on the way that is not in the result.

import {DAY, offsetsOf} from './zone-offsets.js';

/** A written date, taken apart. What it means in UTC is open where `offset` is undefined. */
type Clock = {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly secondOfDay: number;
  /** Six digits; empty for a whole second. */
  readonly micros: string;
  /** Seconds ahead of UTC. */
  readonly offset: number | undefined;
};

/**
 * Reads a date as the API writes it.
 *
 * Takes a text with an offset (`-05:00`, `-0500`, `-05`, `Z`), one without, which is then a wall clock of `zone`, or a
 * date alone, which is its midnight there. Where the clocks were put back and a wall clock happened twice, a value of
 * `row` that shows the same wall clock with an offset decides (the API sends most stamps in both spellings), else the
 * earlier instant is meant. A wall clock that the change to summer time left out is moved forward by that hour.
 *
 * Returns the instant; null for a date that is not set (empty, `0000-00-00`, 30 February, a year before 1 or beyond
 * 9999); undefined for a text that is no date at all. Throws RangeError when there is no such zone.
 */
export function toUtc(wire: string, zone: string, row?: Readonly<Record<string, unknown>>): string | null | undefined {
  let clock = readColumns(wire);
  if (clock === undefined) {
    const text = wire.trim();
    if (text === '' || text === '0') return null;
    clock = readClock(text);
  }
  if (clock === undefined || clock === null) return clock;
  return writeInstant(clock, clock.offset ?? offsetOfWallClock(clock, zone, row)) ?? null;
}

/**
 * Reads an instant that a person or a state file gives: RFC 3339 with its zone, or a date alone, which is its midnight
 * in UTC. Returns undefined for anything else, a date-time without a zone and impossible dates among it.
 */
export function parseInstant(text: string): string | undefined {
  const trimmed = text.trim();
  const clock = readClock(trimmed);
  if (clock === undefined || clock === null) return undefined;
  const offset = clock.offset ?? (trimmed.length === 10 ? 0 : undefined);
  return offset === undefined ? undefined : writeInstant(clock, offset);
}

/** Tells whether the clocks of `zone` show the wall clock of `instant` twice. Throws RangeError when there is no such zone. */
export function isAmbiguous(instant: string, zone: string): boolean {
  const offsets = offsetsOf(zone);
  const seconds = secondsOf(instant);
  const wall = seconds + offsets.at(seconds);
  return [offsets.at(seconds - DAY), offsets.at(seconds + DAY)].some(
    offset => wall - offset !== seconds && offsets.at(wall - offset) === offset,
  );
}

/**
 * The instant at which clocks of the zone `to` show what clocks of `from` show at `instant`, to the second; the earlier
 * one where they show it twice. Throws RangeError when there is no such zone.
 */
export function sameWallClock(instant: string, from: string, to: string): string {
  if (from === to) return instant;
  const wall = shiftSeconds(instant, offsetsOf(from).at(secondsOf(instant)));
  return toUtc(wall.slice(0, 19), to) ?? instant;
}

/** Moves an instant by whole seconds, forward or back. The years 1 and 9999 are the ends of time. */
export function shiftSeconds(instant: string, seconds: number): string {
  const moved = secondsOf(instant) + Math.trunc(seconds);
  if (moved < FIRST_DAY * DAY) return '0001-01-01T00:00:00.000000Z';
  if (moved >= (LAST_DAY + 1) * DAY) return '9999-12-31T23:59:59.999999Z';
  return new Date(moved * 1000).toISOString().slice(0, 19) + instant.slice(19);
}

/** Drops the fraction of a second: the API's stamps have none, so a bound with one would split rows of one second. */
export function floorToSecond(instant: string): string {
  return `${instant.slice(0, 19)}.000000Z`;
}

/** Writes milliseconds since 1970, such as `Date.now()`, as an instant. */
export function fromMillis(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 23)}000Z`;
}

/** Tells whether a date-time as the API writes it names its zone. */
export function hasZone(wire: string): boolean {
  return /(?:[Zz]|[+-]\d{2}(?::?\d{2})?)\s*$/.test(wire.slice(11));
}

// ISO dates are fixed columns, and so is all the API sends but for a few odd spellings: read the columns, and bring the
// odd ones into that shape first.

const ODD_SPELLING =
  /^(-?)(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2}))?(\.\d+)? ?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

function readClock(text: string): Clock | null | undefined {
  const clock = readColumns(text);
  if (clock !== undefined) return clock;
  const [, sign, date, hour = '00', minute = '00', second = '00', fraction = '', zone = ''] =
    ODD_SPELLING.exec(text) ?? [];
  if (date === undefined) return undefined;
  // PHP writes a zero date with an offset as 30 November of the year -1.
  if (sign === '-') return null;
  return readColumns(`${date}T${hour.padStart(2, '0')}:${minute}:${second}${fraction}${zone}`);
}

const SPACE = 0x20;
const HYPHEN = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const LETTER_T = 0x54;

/** Reads `YYYY-MM-DDTHH:MM:SS`, a fraction and an offset; null when it is of that shape but no such day or time exists. */
function readColumns(text: string): Clock | null | undefined {
  const separator = text.charCodeAt(10);
  if (separator !== LETTER_T && separator !== SPACE) return undefined;
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return undefined;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return undefined;
  const year = twoDigitsAt(text, 0) * 100 + twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  const hour = twoDigitsAt(text, 11);
  const minute = twoDigitsAt(text, 14);
  const second = twoDigitsAt(text, 17);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return undefined;

  let end = 19;
  if (text.charCodeAt(19) === POINT) {
    end = 20;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (end === 20) return undefined;
  }
  const offset = end === text.length ? undefined : readOffset(text, end);
  if (offset === null) return undefined;
  if (year === 0 || day === 0 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 59) return null;
  return {
    day: dayNumber(year, month, day),
    secondOfDay: hour * 3600 + minute * 60 + second,
    micros: end === 19 ? '' : text.slice(20, Math.min(end, 26)).padEnd(6, '0'),
    offset,
  };
}

/** Seconds ahead of UTC, from `Z`, `-05`, `-0500` or `-05:00` at the end of the text; null for anything else. */
function readOffset(text: string, at: number): number | null {
  const length = text.length - at;
  const sign = text[at];
  if (length === 1 && (sign === 'Z' || sign === 'z')) return 0;
  if ((sign !== '+' && sign !== '-') || (length === 6 && text[at + 3] !== ':')) return null;
  const hours = twoDigitsAt(text, at + 1);
  const minutes = length === 6 ? twoDigitsAt(text, at + 4) : length === 5 ? twoDigitsAt(text, at + 3) : 0;
  if ((length !== 3 && length < 5) || length > 6 || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  const seconds = hours * 3600 + minutes * 60;
  return sign === '-' ? 0 - seconds : seconds;
}

/** Two digits as a number; negative when one of them is none. */
function twoDigitsAt(text: string, at: number): number {
  // Of all letters the digits alone differ from `0` by less than ten, in this way of counting.
  const tens = text.charCodeAt(at) ^ ZERO;
  const units = text.charCodeAt(at + 1) ^ ZERO;
  return tens > 9 || units > 9 ? -10_000 : tens * 10 + units;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Days of a month; none for a month that does not exist. */
function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// From 1 March of the year 0.
const DAYS_BEFORE_1970 = 719_468;

/** Days since 1970-01-01, in the calendar that is now in use. Counted from March on, a leap day ends its year. */
function dayNumber(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return years * 365 + leapDays + ofYear - DAYS_BEFORE_1970;
}

const FIRST_DAY = dayNumber(1, 1, 1);
const LAST_DAY = dayNumber(9999, 12, 31);

/** Seconds since 1970, without the fraction, of an instant in this file's own form. */
function secondsOf(instant: string): number {
  const clock = readColumns(instant);
  if (clock === null || clock === undefined || clock.offset !== 0) throw new RangeError(`${instant} is no instant`);
  return clock.day * DAY + clock.secondOfDay;
}

/** Undefined where UTC leaves the years 1 to 9999. */
function writeInstant({day, secondOfDay, micros}: Clock, offset: number): string | undefined {
  const second = secondOfDay - offset;
  const days = Math.floor(second / DAY);
  const dayInUtc = day + days;
  if (dayInUtc < FIRST_DAY || dayInUtc > LAST_DAY) return undefined;
  const secondInUtc = second - days * DAY;
  const hour = Math.floor(secondInUtc / HOUR);
  // Of two ready pieces: any other way to put it together takes longer than all that was done before.
  const text = textOfHour(dayInUtc, hour) + textOfSecond(secondInUtc - hour * HOUR);
  return micros === '' ? text : `${text.slice(0, 20)}${micros}Z`;
}

/** A text that was put together otherwise is still in its pieces, and costs more each time that it is written. */
function joined(...pieces: readonly string[]): string {
  return pieces.join('');
}

const HOUR = 3_600;

/** Eleven years, and three megabytes when every hour of them was met. */
const DAYS_KEPT = 4_000;

const hoursOfDays = new Map<number, string[]>();

/** `YYYY-MM-DDTHH`, of an hour of a day counted from 1970 on. */
function textOfHour(day: number, hour: number): string {
  let known = hoursOfDays.get(day);
  if (known === undefined) {
    const date = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    known = TWO_DIGITS.slice(0, 24).map(hour => joined(date, 'T', hour));
    if (hoursOfDays.size >= DAYS_KEPT) hoursOfDays.clear();
    hoursOfDays.set(day, known);
  }
  return known[hour] ?? '';
}

const TWO_DIGITS: readonly string[] = Array.from({length: 60}, (_, value) => String(value).padStart(2, '0'));

const secondsOfHour: readonly string[] = TWO_DIGITS.flatMap(minute =>
  TWO_DIGITS.map(second => joined(':', minute, ':', second, '.000000Z')),
);

/** `:MM:SS.000000Z`, of a second of an hour. */
function textOfSecond(second: number): string {
  return secondsOfHour[second] ?? '';
}

function offsetOfWallClock(clock: Clock, zone: string, row: Readonly<Record<string, unknown>> | undefined): number {
  const offsets = offsetsOf(zone);
  const steady = offsets.onDay(clock.day);
  if (steady !== undefined) return steady;
  const wall = clock.day * DAY + clock.secondOfDay;
  const around = [offsets.at(wall - DAY), offsets.at(wall + DAY)];
  const readings = around.filter(offset => offsets.at(wall - offset) === offset);
  // In the hour that summer time leaves out, luxon goes on with the offset of before; so do we.
  if (readings.length === 0) return Math.min(...around);
  const twin = row === undefined ? undefined : offsetOfTwin(clock, row);
  return twin !== undefined && readings.includes(twin) ? twin : Math.max(...readings);
}

/** The offset that another value of the row gives to the same wall clock, to the second. */
function offsetOfTwin(clock: Clock, row: Readonly<Record<string, unknown>>): number | undefined {
  for (const value of Object.values(row)) {
    if (typeof value !== 'string') continue;
    const other = readClock(value.trim());
    if (other?.offset === undefined) continue;
    if (other.day === clock.day && other.secondOfDay === clock.secondOfDay) return other.offset;
  }
  return undefined;
}
