// The offsets of time zones. luxon costs a hundred times a plain look into a table, so it answers one question only, what
// a zone's offset is at an instant, and its answers are kept by day.

import {IANAZone} from 'luxon';

/** Seconds. */
export const DAY = 86_400;

/** Tells whether a name is that of a time zone, such as `America/Chicago` or `UTC`. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** What luxon knows of a zone, asked as seldom as possible. */
export type Offsets = {
  /** Seconds ahead of UTC at an instant given in seconds since 1970. */
  at(seconds: number): number;
  /** The offset of every wall clock of this day, or undefined when the clocks change on it or next to it. */
  onDay(day: number): number | undefined;
};

const zones = new Map<string, Offsets>();

/** The offsets of a zone. Throws RangeError when there is no such zone. */
export function offsetsOf(name: string): Offsets {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = IANAZone.create(name);
  if (!zone.isValid) throw new RangeError(`there is no time zone ${name}`);
  const ask = (seconds: number) => Math.round(zone.offset(seconds * 1000) * 60);
  const changes = new Map<number, Change>();
  const at = (seconds: number) => {
    const day = Math.floor(seconds / DAY);
    let change = changes.get(day);
    if (change === undefined) {
      change = findChange(ask, day);
      if (changes.size >= DAYS_KEPT) changes.clear();
      changes.set(day, change);
    }
    return seconds < change.second ? change.before : change.after;
  };
  const days = new Map<number, number | undefined>();
  const onDay = (day: number) => {
    const offset = days.get(day);
    if (offset !== undefined || days.has(day)) return offset;
    // A zone is less than a day away from UTC, so the day's wall clocks lie between these.
    const samples = [-1, 0, 1, 2].map(days => at((day + days) * DAY));
    const steady = samples.every(sample => sample === samples[0]) ? samples[0] : undefined;
    if (days.size >= DAYS_KEPT) days.clear();
    days.set(day, steady);
    return steady;
  };
  const offsets = {at, onDay};
  zones.set(name, offsets);
  return offsets;
}

/** How the offset of a zone changes in the course of a UTC day: seconds ahead of UTC, before and from a second since 1970 on. */
type Change = {readonly before: number; readonly after: number; readonly second: number};

/** No zone has changed twice within a day, so that the only change lies between two halves that differ. */
function findChange(ask: (seconds: number) => number, day: number): Change {
  let [first, last] = [day * DAY, day * DAY + DAY - 1];
  const [before, after] = [ask(first), ask(last)];
  if (before === after) return {before, after, second: first};
  while (last - first > 1) {
    const middle = Math.floor((first + last) / 2);
    if (ask(middle) === before) first = middle;
    else last = middle;
  }
  return {before, after, second: last};
}

/** Eighty years: more than any account has, and still small. */
const DAYS_KEPT = 30_000;
