// In which zone the API writes date-times that name none. A row often carries the same moment twice, once with an offset
// and once without: their difference tells. Pure.

import {hasZone, toUtc} from './dates.js';
import type {WireRow} from './wire.js';

/** The same moment in both spellings. */
export type Twin = {readonly withOffset: string; readonly zoneless: string};

/** Where the two spellings stand in a row. */
export type TwinKeys = {readonly withOffset: string; readonly zoneless: string};

/** Both tell when a row was made: equal to the second on contacts, tags and lists. */
export const CREATED: TwinKeys = {withOffset: 'cdate', zoneless: 'created_timestamp'};

// The documented zone first, then what is most likely to be meant; any other zone stands behind.
const LIKELY = ['America/Chicago', 'UTC', 'America/New_York', 'America/Denver', 'America/Los_Angeles'];

const DAY_SECONDS = 86_400;
/** Every zone's offset is a multiple of this. */
const QUARTER_SECONDS = 900;

/** The twins in these rows. Values that are not the same moment in any zone are left out. */
export function twinsIn(rows: readonly WireRow[], keys: TwinKeys): readonly Twin[] {
  return rows.flatMap(row => {
    const withOffset = row[keys.withOffset];
    const zoneless = row[keys.zoneless];
    if (typeof withOffset !== 'string' || typeof zoneless !== 'string') return [];
    if (!hasZone(withOffset) || hasZone(zoneless) || zoneless.trim().length < 19) return [];
    return isSameMoment({withOffset, zoneless}) ? [{withOffset, zoneless}] : [];
  });
}

/** Whether all twins are one moment when the zone is this. */
export function fits(twins: readonly Twin[], zone: string): boolean {
  return twins.every(({withOffset, zoneless}) => {
    // Where a wall clock happened twice, the twin says which time is meant.
    const [told, read] = [toUtc(withOffset, zone), toUtc(zoneless, zone, {withOffset})];
    return told === read;
  });
}

/** The likeliest zone that fits all twins; undefined where none does, or there are no twins. */
export function zoneThatFits(twins: readonly Twin[]): string | undefined {
  if (twins.length === 0) return undefined;
  return [...LIKELY, ...Intl.supportedValuesOf('timeZone')].find(zone => fits(twins, zone));
}

function isSameMoment({withOffset, zoneless}: Twin): boolean {
  const [told, read] = [toUtc(withOffset, 'UTC'), toUtc(zoneless, 'UTC')];
  if (typeof told !== 'string' || typeof read !== 'string') return false;
  const seconds = (Date.parse(told) - Date.parse(read)) / 1_000;
  return Math.abs(seconds) < DAY_SECONDS && seconds % QUARTER_SECONDS === 0;
}
