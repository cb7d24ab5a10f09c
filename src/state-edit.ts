// Changes that people make to a state: a bookmark set, streams forgotten, the forms of other taps written in this one's.
// Pure. What is over is written as null, since runners merge states, and what is left out would come back.

import {fromMillis, parseInstant} from './dates.js';
import {InputError} from './errors.js';
import {supersede} from './foreign-state.js';
import {matchGlobs, splitTerms} from './globs.js';
import {describe, isObject, showText} from './json.js';
import {forgetStream, getBookmark, hasState, type State, setCurrentlySyncing, streamInState} from './state.js';
import {entryOf, isNothing, property, putEntry} from './state-entry.js';
import {type StreamDefinition, validReplicationKeys} from './stream-definition.js';
import {endProgress} from './stream-memory.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

type Json = Readonly<Record<string, unknown>>;

export type BookmarkToSet = {
  readonly stream: string;
  /** As the user wrote it. */
  readonly instant: string;
  /** The replication key; if not given, the one that the state has a bookmark of, else the stream's usual one. */
  readonly key?: string | undefined;
};

/**
 * The state with a stream's bookmark at an instant: its next read begins there, an interrupted one is given up. Throws
 * InputError for a stream, a key or an instant that there is not; `nowMs` is the machine's time.
 */
export function setBookmark(state: State, {stream, instant, key}: BookmarkToSet, nowMs: number): State {
  const definition = streamInState(state, stream) ?? refuseStream(state, stream);
  const at = parseInstant(instant);
  if (at === undefined) {
    throw wrong(`the bookmark must be a date-time with its zone (2024-01-01T00:00:00Z), not ${showText(instant)}`);
  }
  const now = fromMillis(nowMs);
  if (at > now) throw wrong(`${at} lies in the future; a bookmark is a moment up to which all was read`);
  const replicationKey = key === undefined ? keyInState(state, definition) : checkKey(definition, key);
  if (replicationKey === undefined) {
    throw wrong(`${stream} has no bookmark: it is read whole in every run`);
  }
  const entry = endProgress(supersede(entryOf(state, stream)));
  // Rows below parents that changed are asked for from a moment of their own on.
  const parentsSince = definition.perParent?.isBelowChanged ? {parents_since: at} : {};
  // A later moment would leave out changes of custom fields that were never written.
  const valuesSince = property(entry, 'values_since');
  const earlier = typeof valuesSince === 'string' && valuesSince > at ? {values_since: at} : {};
  return putEntry(state, stream, {...entry, [replicationKey]: at, ...parentsSince, ...earlier});
}

/**
 * The state in which the streams that match were never read: without bookmarks, progress and counts. Names that columns
 * were given, the highest version and what the server was seen to obey stay. Throws InputError where no pattern is
 * given, where one matches no stream, and where the state holds nothing of those that match.
 */
export function resetStreams(state: State, patterns: readonly string[]): State {
  if (patterns.length === 0) {
    throw new InputError('state reset', "names no stream; give patterns such as contacts,deal*, or '*' for all");
  }
  const names = [...new Set([...streams.map(({tapStreamId}) => tapStreamId), ...Object.keys(state.bookmarks)])];
  const matched = matchGlobs(splitTerms(patterns.join(','), 'state reset'), names, 'state reset');
  const known = Object.keys(state.bookmarks).filter(name => matched.has(name) && hasState(state, name));
  const syncing = state.currently_syncing;
  const isSyncing = typeof syncing === 'string' && matched.has(syncing);
  if (known.length === 0 && !isSyncing) {
    const [one] = matched;
    const what = matched.size === 1 ? one : 'the streams that match';
    throw new InputError('state reset', `the state holds nothing of ${what}, so there is nothing to forget`);
  }
  const after = known.reduce(forgetStream, state);
  return isSyncing ? setCurrentlySyncing(after, null) : after;
}

/**
 * The state in this tap's own form: the bookmarks of the Python tap and of Meltano's SDK under their replication keys.
 * What is in this form already, and streams that the tap does not have, stay as they are.
 */
export function migrateState(state: State): State {
  return Object.keys(state.bookmarks).reduce((migrated, name) => {
    const definition = streamInState(state, name);
    const entry = entryOf(state, name);
    if (!definition || isNothing(entry)) return migrated;
    const keys = validReplicationKeys(definition);
    // A bare instant of a stream without bookmarks says when it was read.
    if (!isObject(entry) && keys.length === 0) {
      return typeof entry === 'string' ? putEntry(migrated, name, {synced_at: parseInstant(entry) ?? entry}) : migrated;
    }
    const isOwn = isObject(entry) && keys.some(key => !isNothing(property(entry, key)));
    const key = keyOf(entry, keys);
    const bookmark = isOwn || key === undefined ? undefined : bookmarkBy(state, name, key, keys);
    return key === undefined || bookmark === undefined
      ? migrated
      : putEntry(migrated, name, {...supersede(entry), [key]: bookmark});
  }, state);
}

/** What differs between two states, a line for each value: `contacts.udate: null -> 2024-01-01T00:00:00.000000Z`. */
export function changesBetween(before: State, after: State): readonly string[] {
  const names = [...new Set([...Object.keys(before.bookmarks), ...Object.keys(after.bookmarks)])];
  const ofStreams = names.flatMap(name => differences(name, entryOf(before, name), entryOf(after, name)));
  const syncing = [before, after].map(({currently_syncing}) => currently_syncing ?? null);
  return [...ofStreams, ...differences('currently_syncing', syncing[0], syncing[1])];
}

function differences(name: string, before: unknown, after: unknown): readonly string[] {
  if (JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) return [];
  const isFlat = !isNothing(before) && !isObject(before);
  if (!isObject(after) || isFlat) return [`${name}: ${show(before)} -> ${show(after)}`];
  const known: Json = isObject(before) ? before : {};
  return Object.entries(after).flatMap(([key, value]) => differences(`${name}.${key}`, property(known, key), value));
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value ?? null);
  return text.length > 60 ? describe(value) : text;
}

function refuseStream(state: State, name: string): never {
  const names = [...streams.map(({tapStreamId}) => tapStreamId), ...Object.keys(state.bookmarks)];
  throw wrong(`there is no stream ${showText(name)}${didYouMean(name, names)}`);
}

function checkKey(definition: StreamDefinition, key: string): string {
  const keys = validReplicationKeys(definition);
  if (keys.includes(key)) return key;
  const {tapStreamId} = definition;
  const choice = keys.length === 0 ? 'it is read whole in every run' : `choose ${keys.join(' or ')}`;
  throw wrong(`${showText(key)} is no replication key of ${tapStreamId}; ${choice}`);
}

/** The replication key by which a stream has a bookmark, the usual one first; that one where it has none. */
function keyInState(state: State, definition: StreamDefinition): string | undefined {
  return keyOf(entryOf(state, definition.tapStreamId), validReplicationKeys(definition));
}

function keyOf(entry: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(entry)) return keys[0];
  const {replication_key: foreign} = entry;
  return keys.find(key => !isNothing(property(entry, key))) ?? keys.find(key => key === foreign) ?? keys[0];
}

function bookmarkBy(state: State, tapStreamId: string, replicationKey: string, keys: readonly string[]) {
  return getBookmark(state, {tapStreamId, replicationKey, validReplicationKeys: keys});
}

function wrong(detail: string): InputError {
  return new InputError('state set', detail);
}
