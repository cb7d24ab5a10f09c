// What a target has to hold, worked out from the rows of the simulator: which rows are lost, which are stale, and which
// records follow from a state.

import type {Simulator} from '../../src/simulator/simulator.js';
import {bookmarkOf} from './account.js';
import {differences, type ExpectedRecord, expectedRecords, expectedSince, isShownTwice} from './expected-records.js';
import {replicationKeyOf} from './stream-rows.js';
import type {State, Target} from './target.js';

const HOUR = 3_600_000;

/** All records of some streams at one moment: stream -> key -> record. */
export type Snapshot = ReadonlyMap<string, ReadonlyMap<string, ExpectedRecord>>;

export function snapshot(sim: Simulator, streams: readonly string[]): Snapshot {
  return new Map(streams.map(stream => [stream, expectedRecords(sim, stream)]));
}

/** How many rows of these streams an account holds. */
export function countOf(rows: Snapshot): number {
  return [...rows.values()].reduce((sum, records) => sum + records.size, 0);
}

/**
 * Where a target differs from the rows of a snapshot: what is missing, and what is there with other content; the first
 * twenty of each stream. What it holds besides them is not judged: nothing tells a target of rows that are gone.
 */
export function lostOrStale(target: Target, rows: Snapshot): string[] {
  return [...rows].flatMap(([stream, expected]) => {
    const lines = [...target.table(stream)].flatMap(([key, {line}]) => (expected.has(key) ? [line] : []));
    return differences(lines, stream, expected);
  });
}

/** The keys that a target holds and the account no longer has. */
export function ghosts(target: Target, rows: Snapshot): string[] {
  return [...rows].flatMap(([stream, expected]) =>
    [...target.table(stream).keys()].filter(key => !expected.has(key)).map(key => `${stream} ${key}`),
  );
}

/** The rows that are in both snapshots: they were there all the time between. */
export function stayed(before: Snapshot, after: Snapshot): Snapshot {
  return filtered(before, (stream, key) => after.get(stream)?.has(key) === true);
}

/** The rows that are the same in both snapshots. */
export function unchanged(before: Snapshot, after: Snapshot): Snapshot {
  return filtered(before, (stream, key, record) => {
    const other = after.get(stream)?.get(key);
    return other !== undefined && JSON.stringify(other) === JSON.stringify(record);
  });
}

/** The keys of rows that are not in the target. */
export function missing(target: Target, rows: Snapshot): string[] {
  return [...rows].flatMap(([stream, records]) => {
    const table = target.table(stream);
    return [...records.keys()].filter(key => !table.has(key)).map(key => `${stream} ${key}`);
  });
}

function filtered(
  rows: Snapshot,
  isWanted: (stream: string, key: string, record: ExpectedRecord) => boolean,
): Snapshot {
  return new Map(
    [...rows].map(([stream, records]) => [
      stream,
      new Map([...records].filter(([key, record]) => isWanted(stream, key, record))),
    ]),
  );
}

/** The bookmark of a stream's default key. */
export function bookmarkIn(state: State, stream: string): string | undefined {
  const value = bookmarkOf(state, stream)[replicationKeyOf(stream)];
  return typeof value === 'string' ? value : undefined;
}

/** From where a stream goes on: its bookmark, or an hour before it where its clock showed that time twice. */
export function sinceIn(state: State, stream: string): string | undefined {
  const bookmark = bookmarkIn(state, stream);
  const keepsUtc = /^(account|deal)_custom_field/.test(stream);
  if (bookmark === undefined || keepsUtc || !isShownTwice(bookmark)) return bookmark;
  return `${new Date(Date.parse(bookmark) - HOUR).toISOString().slice(0, 19)}.000000Z`;
}

/** Where the records of a run are not exactly those that follow from the state it began with. */
export function differencesSince(lines: readonly string[], rows: Snapshot, state: State): string[] {
  return [...rows].flatMap(([stream, records]) =>
    differences(lines, stream, expectedSince(records, replicationKeyOf(stream), sinceIn(state, stream))),
  );
}

/** The highest key of a stream's records, where a bookmark stands after a calm read of them all. */
export function highestKey(rows: Snapshot, stream: string): string | undefined {
  const key = replicationKeyOf(stream);
  let highest: string | undefined;
  for (const record of rows.get(stream)?.values() ?? []) {
    const value = record[key];
    if (typeof value === 'string' && (highest === undefined || value > highest)) highest = value;
  }
  return highest;
}
