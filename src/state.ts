// The state: how far each stream has been read. Pure: every function returns a new state. Knows its own form; carries
// through whatever else it finds.

import {CUSTOM_OBJECT, OBJECT_REPLICATION_KEY} from './custom-objects.js';
import {InputError} from './errors.js';
import {openEntry, readForeignBookmark, supersede, unwrap} from './foreign-state.js';
import {describe, isObject, showText} from './json.js';
import {parseJson} from './parse-json.js';
import {
  entryOf,
  hollow,
  isHollow,
  isNothing,
  property,
  putEntry,
  readInstant,
  type State,
  type Wrong,
} from './state-entry.js';
import {type StreamDefinition, validReplicationKeys} from './stream-definition.js';
import {finishMemory, type MemoryOfFinish, startOver} from './stream-memory.js';
import {findStream, streams} from './streams.js';
import {didYouMean} from './suggest.js';

export type {State} from './state-entry.js';

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
  return readBookmark(entryOf(state, tapStreamId), keys, (where, value) => {
    throw wrongInstant('state', tapStreamId, where, value);
  });
}

/** The stream of a name in a state: one of the table, or a custom object of the account that wrote it. */
export function streamInState(state: State, name: string): StreamDefinition | undefined {
  const isOwn = name.startsWith(CUSTOM_OBJECT) && Object.hasOwn(state.bookmarks, name);
  const own = {tapStreamId: name, path: '', replicationKey: OBJECT_REPLICATION_KEY};
  return findStream(name) ?? (isOwn ? own : undefined);
}

/** The state with the stream that is being read, or null between streams. */
export function setCurrentlySyncing(state: State, tapStreamId: string | null): State {
  return {...state, currently_syncing: tapStreamId};
}

// What was found out about a stream's server, or made ready for its rows, is no reading.
const PREPARATIONS = ['proofs', 'version', 'columns'];

/** Whether the stream was ever read, as far as the state tells: such a stream must not become unreadable in silence. */
export function hasState(state: State, tapStreamId: string): boolean {
  const entry = entryOf(state, tapStreamId);
  if (!isObject(entry)) return !isNothing(entry);
  return Object.entries(entry).some(([key, value]) => !isHollow(value) && !PREPARATIONS.includes(key));
}

/** The state in which a stream was never read. What was made ready for its rows stays. */
export function forgetStream(state: State, tapStreamId: string): State {
  const entry = openEntry(entryOf(state, tapStreamId));
  const gone = Object.entries(entry).filter(([key]) => !PREPARATIONS.includes(key));
  return putEntry(state, tapStreamId, {
    ...entry,
    ...Object.fromEntries(gone.map(([key, value]) => [key, hollow(value)])),
  });
}

/** What a stream that was read to its end leaves behind. */
export type Finish = MemoryOfFinish & {
  readonly replicationKey?: string;
  readonly bookmark?: string | undefined;
  /** When the reading began: also full-table streams leave a trace, which hasState finds. */
  readonly syncedAt: string;
  /** The replication keys by which no bookmark counts any more, where the stream was started over. */
  readonly startedOver?: readonly string[] | undefined;
};

/**
 * The state after a stream was read to its end: its bookmark, if it has one, when it was read, and what is remembered
 * of it. Its progress is over. Bookmarks of its other keys stay, those of the SDK's form become null. Where it was started
 * over, nothing stays of what was read before.
 */
export function markFinished(
  state: State,
  tapStreamId: string,
  {replicationKey, bookmark, syncedAt, startedOver, ...memory}: Finish,
): State {
  const found = entryOf(state, tapStreamId);
  const before = startedOver ? startOver(supersede(openEntry(found)), startedOver) : found;
  const isMoved = replicationKey !== undefined && bookmark !== undefined;
  const entry = isMoved ? {...supersede(before), [replicationKey]: bookmark} : openEntry(before);
  return putEntry(state, tapStreamId, {...finishMemory(entry, memory), synced_at: syncedAt});
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
  return (
    named
      // Which custom objects there are, only the account knows.
      .filter(({name}) => findStream(name) === undefined && !name.startsWith(CUSTOM_OBJECT))
      .map(({name, what}) => `the state ${what} ${JSON.stringify(name)}, a stream the tap does not have${guess(name)}`)
  );
}

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

function readBookmark(entry: unknown, keys: readonly string[], wrong: Wrong): string | undefined {
  if (isNothing(entry)) return undefined;
  const key = isObject(entry) ? keys.find(key => !isNothing(property(entry, key))) : undefined;
  return isObject(entry) && key !== undefined
    ? readInstant(property(entry, key), key, wrong)
    : readForeignBookmark(entry, keys, wrong);
}

function wrongInstant(source: string, tapStreamId: string, where: string, value: unknown): InputError {
  const place = `bookmarks.${tapStreamId}${where === '' ? '' : `.${where}`}`;
  const shown = typeof value === 'string' ? showText(value) : describe(value);
  return new InputError(source, `${place} must be a date-time with its zone (2024-01-01T00:00:00Z), not ${shown}`);
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
