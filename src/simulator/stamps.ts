// The columns that hold a row's instants: which instant each one shows, in which style, and where it shows none. Rows
// are written from them and orders rank by them, so that the two agree.

import {centralOffset, parseMoment} from './central-time.js';
import type {RowSource} from './row-source.js';
import type {WireValue} from './wire.js';

/** What a stamp may depend on: nothing that would need the whole row. Instants are seconds since 1970. */
export type Instants = Pick<RowSource, 'index' | 'created' | 'updated' | 'touched' | 'isChanged'>;

export type Stamp = {
  /** Null where the row shows null, a zero date, or no such column. */
  readonly instantOf: (row: Instants) => number | null;
  /** With its offset, on the Central clock without one, in true UTC that may not say so, or in UTC with a Z. */
  readonly style: 'offset' | 'clock' | 'utc' | 'zulu';
  /** How many digits a second has behind its point, where the style is `zulu`. */
  readonly digits?: number;
};

export const created: Stamp = {instantOf: row => row.created, style: 'offset'};
export const updated: Stamp = {instantOf: row => row.updated, style: 'offset'};
/** Sends and opens move it too. */
export const touched: Stamp = {instantOf: row => row.touched, style: 'offset'};
export const never: Stamp = {instantOf: () => null, style: 'offset'};

/** Some seconds after the creation. */
export function later(seconds: number): Stamp {
  return {instantOf: row => row.created + seconds, style: 'offset'};
}

/** The same on the Central wall clock, which says nothing of its zone. */
export function onClock(stamp: Stamp): Stamp {
  return {...stamp, style: 'clock'};
}

/** The same in true UTC, as custom fields keep it. */
export function inUtc(stamp: Stamp): Stamp {
  return {...stamp, style: 'utc'};
}

/** The same in UTC with a Z, as the newer parts of the API write it, down to nanoseconds. */
export function zulu(stamp: Stamp, digits: number): Stamp {
  return {...stamp, style: 'zulu', digits};
}

/** The digits behind the point of a second, which a row keeps for all its instants. */
export function fractionOf({index}: Instants, digits: number): string {
  const nanoseconds = (index * 7_919_003 + 1_234_567) % 1_000_000_000;
  return String(nanoseconds).padStart(9, '0').slice(0, digits);
}

/** The same, but for the rows that show null instead. */
export function unless(isMissing: (row: Instants) => boolean, stamp: Stamp): Stamp {
  return {...stamp, instantOf: row => (isMissing(row) ? null : stamp.instantOf(row))};
}

/**
 * What a database that keeps the column as it is shown sorts by: true time where the offset or UTC is known, the
 * digits of the wall clock where not, so that the autumn's double hour is in the order of its digits.
 */
export function rankOf({instantOf, style, digits = 0}: Stamp, row: Instants): number | null {
  const instant = instantOf(row);
  if (style === 'zulu' && digits > 0 && instant !== null) return instant + Number(`0.${fractionOf(row, digits)}`);
  return instant === null || style !== 'clock' ? instant : instant + centralOffset(instant);
}

/** The same for a column whose value somebody set by hand. What is no date ranks as null. */
export function rankOfValue(value: WireValue, {style}: Stamp): number | null {
  const text = String(value ?? '');
  if (text.startsWith('0000')) return null;
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  // The digits of a wall clock, read as if they were UTC, are its rank.
  const digits = style === 'offset' || hasZone ? text : `${text.length === 10 ? `${text}T00:00` : text}Z`;
  const moment = parseMoment(digits);
  if (moment === undefined) return null;
  if (style === 'zulu') return moment;
  const instant = Math.floor(moment);
  return style === 'clock' && hasZone ? instant + centralOffset(instant) : instant;
}
