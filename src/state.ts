// The state: how far each stream has been read. Pure: every function returns a new state. Knows its own form, the flat
// form of the Python tap and the form of Meltano's SDK; carries through whatever else it finds.

import {parseInstant} from './dates.js';
import {InputError} from './errors.js';
import {parseJson} from './files.js';
import {describe, isObject} from './json.js';
import {findStream, streams, validReplicationKeys} from './streams.js';
import {didYouMean} from './suggest.js';

type Json = Readonly<Record<string, unknown>>;

/** The value of a STATE message. A stream's bookmark is an object, or a bare instant in the Python tap's form. */
export type State = {
  readonly bookmarks: Json;
  readonly currently_syncing?: string | null;
  readonly [key: string]: unknown;
};

/** What getBookmark has to know of a stream. */
export type BookmarkedStream = {
  readonly tapStreamId: string;
  readonly replicationKey: string;
  readonly validReplicationKeys: readonly string[];
};

/**
 * The value in the text of a state file, for parseState. An empty file holds null: runners make such files before the
 * first run. Throws InputError for text that is not JSON.
 */
export function readStateText(text: string, source: string): unknown {
  const json = text.replace(/^\uFEFF/, '').trim();
  if (json === '') return null;
  if (/\}\s*\n\s*\{/.test(json) && isWholeJson(json.slice(json.lastIndexOf('\n') + 1))) {
    throw new InputError(source, 'the state file holds several lines; keep only the last one, the newest (tail -n 1)');
  }
  return parseJson(text, source, 'state');
}

/**
 * Takes a state in one of the accepted forms; undefined, null and `{}` are no state. A STATE message and the wrapper in
 * which Meltano keeps a state are unpacked. Warnings are sentences about streams that the tap does not have; what the
 * state says of them is carried along. Throws InputError that names file, stream and key of what it cannot take.
 */
export function parseState(
  value: unknown,
  source: string,
): {readonly state: State; readonly warnings: readonly string[]} {
  const state = parse(value, source);
  return {state, warnings: warningsOf(state)};
}

/**
 * The instant at which the stream goes on, UTC with six decimals; undefined when it was never read. The bookmark of the
 * stream's own key comes first, then that of another valid key (a key the user has changed), then the forms of other
 * taps. Never throws for a state that parseState has passed.
 */
export function getBookmark(
  state: State,
  {tapStreamId, replicationKey, validReplicationKeys: validKeys}: BookmarkedStream,
): string | undefined {
  const keys = [replicationKey, ...validKeys];
  return readBookmark(property(state.bookmarks, tapStreamId), keys, (where, value) => {
    throw wrongInstant('state', tapStreamId, where, value);
  });
}

/** The state with a bookmark for one key of a stream; its other keys stay, those of the SDK's form become null. */
export function setBookmark(state: State, tapStreamId: string, replicationKey: string, instant: string): State {
  return update(state, tapStreamId, {[replicationKey]: instant}, true);
}

/** The state with the stream that is being read, or null between streams. */
export function setCurrentlySyncing(state: State, tapStreamId: string | null): State {
  return {...state, currently_syncing: tapStreamId};
}

/** Whether the stream was ever read, as far as the state tells: such a stream must not become unreadable in silence. */
export function hasState(state: State, tapStreamId: string): boolean {
  const bookmark = property(state.bookmarks, tapStreamId);
  return isObject(bookmark) ? Object.values(bookmark).some(value => !isNothing(value)) : !isNothing(bookmark);
}

/** What a stream that was read to its end leaves behind. */
export type Finish = {
  readonly replicationKey?: string;
  readonly bookmark?: string | undefined;
  /** When the reading began: also full-table streams leave a trace, which hasState finds. */
  readonly syncedAt: string;
};

/** The state after a stream was read to its end: its bookmark, if it has one, and when it was read. */
export function markFinished(state: State, tapStreamId: string, {replicationKey, bookmark, syncedAt}: Finish): State {
  const finished = {synced_at: syncedAt};
  if (replicationKey === undefined || bookmark === undefined) return update(state, tapStreamId, finished, false);
  return update(state, tapStreamId, {[replicationKey]: bookmark, ...finished}, true);
}

// The keys of Meltano's SDK (singer_sdk, helpers/_state.py). Runners merge states, so a key that is left out would come
// back: what is over is written as null.
const SDK_KEYS = [
  'replication_key',
  'replication_key_value',
  'replication_key_signpost',
  'starting_replication_value',
  'progress_markers',
  'partitions',
];

function update(state: State, tapStreamId: string, changes: Json, isMoved: boolean): State {
  const before = property(state.bookmarks, tapStreamId);
  // A bare instant that no bookmark replaces yet moves into the object under the name that says least about it.
  const kept: Json = isObject(before) ? before : isMoved || isNothing(before) ? {} : {replication_key_value: before};
  const over = isMoved ? SDK_KEYS.filter(key => Object.hasOwn(kept, key)).map(key => [key, null]) : [];
  return {
    ...state,
    bookmarks: {...state.bookmarks, [tapStreamId]: {...kept, ...Object.fromEntries(over), ...changes}},
  };
}

function parse(value: unknown, source: string): State {
  if (value === undefined || value === null) return {bookmarks: {}};
  const state = unwrap(value);
  if (!isObject(state)) throw new InputError(source, `the state must be a JSON object ({…}), not ${describe(state)}`);
  const {bookmarks = {}, currently_syncing: syncing = null, ...others} = state;
  const isForeign = state['bookmarks'] === undefined && state['currently_syncing'] === undefined;
  if (isForeign && Object.keys(others).length > 0) {
    throw new InputError(source, 'this is no state: it has no "bookmarks"; give the last STATE that the tap wrote');
  }
  if (syncing !== null && typeof syncing !== 'string') {
    throw new InputError(source, `currently_syncing must be the name of a stream, not ${describe(syncing)}`);
  }
  if (bookmarks !== null && !isObject(bookmarks)) {
    throw new InputError(source, `bookmarks must be an object of stream names, not ${describe(bookmarks)}`);
  }
  for (const [tapStreamId, bookmark] of Object.entries(bookmarks ?? {})) checkBookmark(tapStreamId, bookmark, source);
  return {
    ...others,
    bookmarks: bookmarks ?? {},
    ...(state['currently_syncing'] === undefined ? {} : {currently_syncing: syncing}),
  };
}

function warningsOf(state: State): readonly string[] {
  const syncing = state.currently_syncing;
  const named = Object.keys(state.bookmarks).map(name => ({name, what: 'holds a bookmark for'}));
  if (typeof syncing === 'string') named.push({name: syncing, what: 'says currently_syncing'});
  return named
    .filter(({name}) => findStream(name) === undefined)
    .map(({name, what}) => `the state ${what} ${JSON.stringify(name)}, a stream the tap does not have${guess(name)}`);
}

/** Called with the place of a value that is no instant; ends in an error. */
type Wrong = (where: string, value: unknown) => never;

function checkBookmark(tapStreamId: string, bookmark: unknown, source: string): void {
  const stream = findStream(tapStreamId);
  if (stream === undefined) return;
  const wrong: Wrong = (where, value) => {
    throw wrongInstant(source, tapStreamId, where, value);
  };
  const keys = validReplicationKeys(stream);
  if (keys.length === 0 && !isNothing(bookmark) && typeof bookmark !== 'string' && !isObject(bookmark)) {
    wrong('', bookmark);
  }
  // One key at a time, because the first that is set hides the others.
  for (const key of keys) readBookmark(bookmark, [key], wrong);
}

function readBookmark(bookmark: unknown, keys: readonly string[], wrong: Wrong): string | undefined {
  if (isNothing(bookmark)) return undefined;
  if (!isObject(bookmark)) return typeof bookmark === 'string' ? readInstant(bookmark, '', wrong) : wrong('', bookmark);
  const key = keys.find(key => !isNothing(property(bookmark, key)));
  if (key !== undefined) return readInstant(property(bookmark, key), key, wrong);
  return readSdkBookmark(bookmark, keys, '', wrong);
}

// The SDK moves replication_key_value when a stream is done. What it keeps of a stream that was not done is no safe
// place to go on from when rows came unsorted, so the value at which that run started is preferred.
function readSdkBookmark(bookmark: Json, keys: readonly string[], path: string, wrong: Wrong): string | undefined {
  const {replication_key: key, partitions, progress_markers: markers} = bookmark;
  if (typeof key === 'string' && !keys.includes(key)) return undefined;
  const read = (name: string, from: Json = bookmark, at = path) =>
    isNothing(from[name]) ? undefined : readInstant(from[name], `${at}${name}`, wrong);
  const done = read('replication_key_value');
  if (done !== undefined) return done;
  if (!isNothing(partitions)) {
    if (!Array.isArray(partitions)) return wrong(`${path}partitions`, partitions);
    const values = partitions.map((partition: unknown, index) => {
      const at = `${path}partitions[${index}]`;
      return isObject(partition) ? readSdkBookmark(partition, keys, `${at}.`, wrong) : wrong(at, partition);
    });
    // A partition that was never read has everything to come.
    return values.some(value => value === undefined) ? undefined : lowest(values);
  }
  if (Object.hasOwn(bookmark, 'starting_replication_value')) return read('starting_replication_value');
  if (isNothing(markers)) return undefined;
  if (!isObject(markers)) return wrong(`${path}progress_markers`, markers);
  const markedKey = markers['replication_key'];
  if (typeof markedKey === 'string' && !keys.includes(markedKey)) return undefined;
  const marked = read('replication_key_value', markers, `${path}progress_markers.`);
  return marked === undefined ? undefined : lowest([marked, read('replication_key_signpost')]);
}

function readInstant(value: unknown, where: string, wrong: Wrong): string {
  return (typeof value === 'string' ? parseInstant(value) : undefined) ?? wrong(where, value);
}

function wrongInstant(source: string, tapStreamId: string, where: string, value: unknown): InputError {
  const place = `bookmarks.${tapStreamId}${where === '' ? '' : `.${where}`}`;
  const shown = typeof value === 'string' && value.length <= 40 ? JSON.stringify(value) : describe(value);
  return new InputError(source, `${place} must be a date-time with its zone (2024-01-01T00:00:00Z), not ${shown}`);
}

function unwrap(value: unknown): unknown {
  if (!isObject(value) || value['bookmarks'] !== undefined) return value;
  if (value['type'] === 'STATE') return value['value'] ?? {};
  const completed = isObject(value['completed']) ? value['completed'] : value;
  return completed['singer_state'] ?? value;
}

function lowest(values: readonly (string | undefined)[]): string | undefined {
  return values.filter(value => value !== undefined).sort()[0];
}

// Names come from the user's file, and an object has more properties than its own.
function property(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function guess(name: string): string {
  return didYouMean(
    name,
    streams.map(({tapStreamId}) => tapStreamId),
  );
}
