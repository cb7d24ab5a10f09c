// States that this tap did not write: the flat form of the Python tap, the form of Meltano's SDK, and the wrappers in
// which runners keep a state.

import {isObject} from './json.js';
import {isNothing, readInstant, type Wrong} from './state-entry.js';

type Json = Readonly<Record<string, unknown>>;

// singer_sdk, helpers/_state.py
const SDK_KEYS = [
  'replication_key',
  'replication_key_value',
  'replication_key_signpost',
  'starting_replication_value',
  'progress_markers',
  'partitions',
];

/**
 * The bookmark in an entry that is a bare instant or of the SDK's form; undefined when it has none for these keys. Calls
 * `wrong` with what it cannot read.
 */
export function readForeignBookmark(entry: unknown, keys: readonly string[], wrong: Wrong): string | undefined {
  return isObject(entry) ? readSdkBookmark(entry, keys, '', wrong) : readInstant(entry, '', wrong);
}

/** Who wrote an entry that holds a bookmark of a foreign form; undefined for one of our own. */
export function writerOf(entry: unknown): 'the Python tap' | "Meltano's SDK" | undefined {
  if (typeof entry === 'string') return 'the Python tap';
  const isOfSdk = isObject(entry) && SDK_KEYS.some(key => !isNothing(entry[key]));
  return isOfSdk ? "Meltano's SDK" : undefined;
}

/** An entry to which our own keys can be added. */
export function openEntry(entry: unknown): Json {
  if (isObject(entry)) return entry;
  // A bare instant moves into the object under the name that says least about it.
  return isNothing(entry) ? {} : {replication_key_value: entry};
}

/**
 * An entry for which a bookmark of our own form stands from now on. Runners merge states, so a key that is left out
 * would come back: what is over is written as null.
 */
export function supersede(entry: unknown): Json {
  if (!isObject(entry)) return {};
  const over = SDK_KEYS.filter(key => Object.hasOwn(entry, key)).map(key => [key, null]);
  return {...entry, ...Object.fromEntries(over)};
}

/** The state inside a STATE message or the wrapper in which Meltano keeps one; any other value as it is. */
export function unwrap(value: unknown): unknown {
  if (!isObject(value) || value['bookmarks'] !== undefined) return value;
  if (value['type'] === 'STATE') return value['value'] ?? {};
  const completed = isObject(value['completed']) ? value['completed'] : value;
  return completed['singer_state'] ?? value;
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

function lowest(values: readonly (string | undefined)[]): string | undefined {
  return values.filter(value => value !== undefined).sort()[0];
}
