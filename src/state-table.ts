// What a state says of each stream: as data, and as a table for people. Pure.

import {fromMillis} from './dates.js';
import {count, plural} from './figures.js';
import {isCount, isObject} from './json.js';
import {oneLine} from './one-line.js';
import type {Proof} from './reading/list.js';
import {resumable} from './resuming.js';
import {getBookmark, type State, streamInState} from './state.js';
import {entryOf, isNothing, property} from './state-entry.js';
import {validReplicationKeys} from './stream-definition.js';
import {memoryOf, type WholeRead} from './stream-memory.js';
import type {StreamProgress} from './stream-progress.js';

/** What a state says of one stream; null stands for what it does not say. */
export type StreamStanding = {
  readonly stream: string;
  /** Whether the tap has such a stream. */
  readonly known: boolean;
  /** The key by which it goes on, the usual one where it has no bookmark; null for a stream that is read whole. */
  readonly replication_key: string | null;
  readonly bookmark: string | null;
  /** The bookmarks by all its replication keys. */
  readonly bookmarks: Readonly<Record<string, string>>;
  /** Whether the bookmark stands there in the form of another tap. */
  readonly foreign: boolean;
  /** When it was last read to its end. */
  readonly last_read: string | null;
  readonly whole_read: WholeRead | null;
  readonly interrupted: Interrupted | null;
  /** What its server was seen to obey, by parameter. */
  readonly proofs: Readonly<Record<string, Proof>>;
};

/** An interrupted read and how far it came. */
type Interrupted = {
  readonly began_at: string;
  readonly saved_at: string;
  /** The highest replication key that was written. */
  readonly highest: string | null;
  /** Different rows that came, and the length of the list, where they are known. */
  readonly rows: number | null;
  readonly total: number | null;
  /** Why the next run begins anew, unless something else was selected; null where it can go on. */
  readonly expired: string | null;
};

export type Standing = {
  readonly currently_syncing: string | null;
  readonly streams: readonly StreamStanding[];
};

/** What a state says, stream by stream in its own order. `nowMs` is the machine's time: milliseconds since 1970 (UTC). */
export function standingOf(state: State, nowMs: number): Standing {
  return {
    currently_syncing: state.currently_syncing ?? null,
    streams: Object.keys(state.bookmarks).map(name => standingOfStream(state, name, nowMs)),
  };
}

function standingOfStream(state: State, stream: string, nowMs: number): StreamStanding {
  const definition = streamInState(state, stream);
  const keys = definition ? validReplicationKeys(definition) : [];
  const entry = entryOf(state, stream);
  const own = keys.filter(key => isObject(entry) && !isNothing(property(entry, key)));
  const bookmarkBy = (replicationKey: string) =>
    getBookmark(state, {tapStreamId: stream, replicationKey, validReplicationKeys: keys});
  const bookmarks = own.flatMap(key => [[key, bookmarkBy(key)] as const]);
  const [usual] = keys;
  const key = own[0] ?? usual;
  const bookmark = key === undefined ? undefined : bookmarkBy(key);
  const {wholeRead, progress, proofs} = memoryOf(state, stream);
  const lastRead = isObject(entry) ? property(entry, 'synced_at') : undefined;
  return {
    stream,
    known: definition !== undefined,
    replication_key: key ?? null,
    bookmark: bookmark ?? null,
    bookmarks: Object.fromEntries(bookmarks.filter((each): each is [string, string] => each[1] !== undefined)),
    foreign: bookmark !== undefined && own.length === 0,
    last_read: typeof lastRead === 'string' ? lastRead : null,
    whole_read: wholeRead ?? null,
    interrupted: progress ? interruptedAt(progress, nowMs) : null,
    proofs,
  };
}

function interruptedAt(progress: StreamProgress, nowMs: number): Interrupted {
  const {beganAt, savedAt, highest, at, selection} = progress;
  const answer = resumable(progress, {selection, now: fromMillis(nowMs)});
  return {
    began_at: beganAt,
    saved_at: savedAt,
    highest,
    rows: countOf(at['seen']),
    total: countOf(at['total']),
    expired: 'reason' in answer ? answer.reason : null,
  };
}

const TITLES = ['stream', 'replication key', 'bookmark', 'last read', 'last whole read', 'interrupted', 'server obeys'];

const NOTHING = '-';

/** The table of a state, a stream a line, and behind it what there is to say of some. */
export function renderStanding({currently_syncing: syncing, streams}: Standing): string {
  if (streams.length === 0) return 'the state holds nothing: every stream begins at start_date\n';
  // Names are whatever stands in the file.
  const rows = [TITLES, ...streams.flatMap(toRows)].map(row => row.map(oneLine));
  const widths = TITLES.map((_, index) => Math.max(...rows.map(row => (row[index] ?? '').length)));
  const lines = rows.map(row =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const foreign = streams.filter(({foreign}) => foreign).map(({stream}) => stream);
  const notes = [
    ...(syncing === null ? [] : [`${syncing} was being read; it comes first in the next run`]),
    ...(foreign.length === 0 ? [] : [`in the form of another tap, which is read as well: ${foreign.join(', ')}`]),
  ];
  return `${[...lines, ...(notes.length > 0 ? ['', ...notes.map(oneLine)] : [])].join('\n')}\n`;
}

function toRows(standing: StreamStanding): readonly (readonly string[])[] {
  const {stream, known, replication_key: key, bookmark, bookmarks, last_read, whole_read: whole} = standing;
  const others = Object.entries(bookmarks).filter(([other]) => other !== key);
  return [
    [
      stream,
      known ? (key ?? NOTHING) : 'unknown stream',
      shortInstant(bookmark),
      shortInstant(last_read),
      whole ? `${shortInstant(whole.at)}, ${plural(whole.rows, 'row')}` : NOTHING,
      interruptedText(standing.interrupted),
      proofsText(standing.proofs),
    ],
    ...others.map(([other, instant]) => ['', other, shortInstant(instant)]),
  ];
}

function interruptedText(interrupted: Interrupted | null): string {
  if (!interrupted) return NOTHING;
  const {rows, total, saved_at: savedAt, expired} = interrupted;
  const far =
    rows === null ? '' : ` after ${total === null ? plural(rows, 'row') : `${count(rows)} of ${plural(total, 'row')}`}`;
  return `${shortInstant(savedAt)}${far}${expired === null ? '' : ', begins anew'}`;
}

/** How many of the parameters that were tried the server obeys. */
function proofsText(proofs: StreamStanding['proofs']): string {
  const tried = Object.values(proofs);
  if (tried.length === 0) return NOTHING;
  const obeyed = tried.filter(proof => proof.obeyed).length;
  return obeyed === tried.length ? 'all' : obeyed === 0 ? 'none' : `${obeyed} of ${tried.length}`;
}

/** An instant without the decimals that say nothing. */
function shortInstant(instant: string | null): string {
  return instant?.replace(/\.0+Z$/, 'Z') ?? NOTHING;
}

function countOf(value: unknown): number | null {
  return isCount(value) ? value : null;
}
