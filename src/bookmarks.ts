// Where an incremental stream begins to read, and where it goes on next time. Pure. Keys are compared as the tap reads
// them, and the clock behind them is the server's: this file knows how the two can differ.

import {floorToSecond, isAmbiguous, sameWallClock, shiftSeconds} from './dates.js';
import {getBookmark, type State} from './state.js';
import {type StreamDefinition, validReplicationKeys} from './stream-definition.js';

// The API writes date-times without a zone by the clock of Chicago, whatever the account's own zone.
const API_ZONE = 'America/Chicago';

// A wall clock that happened twice is read as its earlier instant, at most this much too early.
const REPEATED_HOUR_SECONDS = 3_600;

/** The zone of a list's date-times that name none: in which they are written, and in which they are read. */
export type Zones = {readonly written: string; readonly read: string};

/** The zones of a stream under the setting `naive_timezone`. */
export function zonesOf({zonelessDates}: StreamDefinition, naiveTimezone: string): Zones {
  return zonelessDates === undefined
    ? {written: API_ZONE, read: naiveTimezone}
    : {written: zonelessDates, read: zonelessDates};
}

/** The bookmark from which a stream goes on by this key; undefined when it has none. */
export function bookmarkOf(state: State, stream: StreamDefinition, replicationKey: string): string | undefined {
  const keys = validReplicationKeys(stream);
  return getBookmark(state, {
    tapStreamId: stream.tapStreamId,
    replicationKey,
    // The key that is proposed moves least: where another one stood, nothing of it can have been missed. The other way
    // round, what moved only the other key was never written.
    validReplicationKeys: replicationKey === keys[0] ? keys : [replicationKey],
  });
}

/** The instant from which records are wanted. */
export function sinceOf(bookmark: string, lookbackSeconds: number, {written, read}: Zones): string {
  const isRepeated = isAmbiguous(sameWallClock(bookmark, read, written), written);
  return shiftSeconds(bookmark, -lookbackSeconds - (isRepeated ? REPEATED_HOUR_SECONDS : 0));
}

export type KeysSeen = {
  /** The highest key that came, if any. */
  readonly highest: string | undefined;
  /** Whether keys came without a zone. */
  readonly isZoneless: boolean;
  /** When the read began, by the server's clock; an interrupted one that went on, when it first did. */
  readonly beganAt: string;
};

/**
 * The bookmark after a read: the highest key seen, but not past the moment the reading began. A row that is edited
 * behind the reader carries a stamp below newer ones, and would be left out for ever. Never moves backwards.
 */
export function nextBookmark(
  before: string | undefined,
  {highest, isZoneless, beganAt}: KeysSeen,
  {written, read}: Zones,
): string | undefined {
  if (highest === undefined) return before;
  // Stamps have whole seconds, so that the second in which the reading began belongs to the next run.
  const began = floorToSecond(beganAt);
  // A key that is read in another zone than it was written in is hours away from the instant it stands for.
  const ceilings = isZoneless ? [began, sameWallClock(began, written, read)] : [began];
  const after = [highest, ...ceilings].reduce((lowest, instant) => (instant < lowest ? instant : lowest));
  return before !== undefined && before > after ? before : after;
}
