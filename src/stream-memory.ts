// What the state remembers of a stream besides its bookmark: its last whole read, what its server was seen to obey, the
// version of its rows, and where an interrupted read stood. All of it only saves time: what cannot be understood is left
// aside, with a sentence about it, and never ends a run.

import {openEntry} from './foreign-state.js';
import {isCount, isObject} from './json.js';
import type {Proof} from './reading/list.js';
import {entryOf, isHollow, isNothing, parseTime, property, putEntry, type State} from './state-entry.js';
import {parseProgress, parseVersion, type StreamProgress, writeProgress} from './stream-progress.js';

type Json = Readonly<Record<string, unknown>>;

// Runners merge states, objects key by key and lists as a whole (Meltano, core/utils, merge). A progress of which half
// is another's would lose rows, and Meltano ends with an error where an object meets a null. So what can be over, and
// come again, is a list of one.

/** A whole read that ended: when, and how many different rows it saw. */
export type WholeRead = {readonly at: string; readonly rows: number};

/** All that is remembered of a stream. What is absent was never there, is over, or is not understood. */
export type StreamMemory = {
  /** How many rows the list was last seen or told to have. */
  readonly rows?: number;
  readonly wholeRead?: WholeRead;
  /** A whole read that suddenly lost most of the rows: acted on when another run sees the same. */
  readonly doubt?: WholeRead;
  /**
   * The bookmark up to which nothing can have been missed, where reads through changed parents have moved it since: the
   * next read of the list itself begins there.
   */
  readonly sureUntil?: string;
  /** From when on the parents, below which a stream's rows hang, have to be asked whether they changed. */
  readonly parentsSince?: string;
  /** From when on a changed value of a custom field makes its row come again. */
  readonly valuesSince?: string;
  /** The columns of custom fields that targets may have: name -> whose it is and of which type. However old. */
  readonly columns?: Readonly<Record<string, string>>;
  /** By the parameter that was tried, such as `orders[tstamp]`. However old. */
  readonly proofs: Readonly<Record<string, Proof>>;
  /** The highest version that was ever used for the stream. */
  readonly version?: number;
  /** The fingerprint of the filters that narrowed its last read that ended; none where nothing did. */
  readonly filters?: string;
  readonly progress?: StreamProgress;
  /** Sentences about what is there and is not understood. */
  readonly complaints: readonly string[];
};

/** What a read that ended adds to the memory. What is not given stays as it was. */
export type MemoryOfFinish = {
  readonly rows?: number | undefined;
  /** Ends a doubt, unless one is given beside it. */
  readonly wholeRead?: WholeRead | undefined;
  readonly doubt?: WholeRead | null | undefined;
  /** Null when nothing is unsure any more. */
  readonly sureUntil?: string | null | undefined;
  readonly parentsSince?: string | undefined;
  readonly valuesSince?: string | undefined;
  readonly proofs?: Readonly<Record<string, Proof>> | undefined;
  readonly version?: number | undefined;
  /** Null when it was not narrowed. */
  readonly filters?: string | null | undefined;
};

/** What the state remembers of a stream. Never throws, whatever stands there. */
export function memoryOf(state: State, tapStreamId: string): StreamMemory {
  const value = entryOf(state, tapStreamId);
  const entry = isObject(value) ? value : {};
  const complaints: string[] = [];
  const read = <T>(key: string, parse: (value: unknown) => T | undefined, complaint: string): T | undefined => {
    const written = property(entry, key);
    if (isHollow(written)) return undefined;
    const parsed = parse(written);
    if (parsed === undefined) complaints.push(complaint);
    return parsed;
  };

  const rows = read('rows', parseCount, `the length of ${tapStreamId} is no number of rows; it is found out again`);
  const wholeRead = read(
    'whole_read',
    parseWholeRead,
    `the last whole read of ${tapStreamId} is not one of this tap's; it counts as never read whole`,
  );
  const doubt = read(
    'doubt',
    value => parseWholeRead(only(value)),
    `the doubtful read of ${tapStreamId} is not one of this tap's; it is forgotten`,
  );
  const sureUntil = read(
    'sure_until',
    parseTime,
    `up to where ${tapStreamId} is sure is no date-time; it counts as sure up to its bookmark`,
  );
  const parentsSince = read(
    'parents_since',
    parseTime,
    `since when the parents of ${tapStreamId} are to be asked is no date-time; it counts as never read`,
  );
  const valuesSince = read(
    'values_since',
    parseTime,
    `since when the custom fields of ${tapStreamId} are to be asked is no date-time; they count as never read`,
  );
  const columns = read(
    'columns',
    parseTexts,
    `the columns that ${tapStreamId} had are not this tap's; their names and types are made anew`,
  );
  const proofs = proofsOf(entry);
  if (proofs.malformed > 0) {
    complaints.push(`${proofs.malformed} of the proofs of ${tapStreamId} are not this tap's; they are made anew`);
  }
  const version = read(
    'version',
    parseVersion,
    `the version of ${tapStreamId} is not one of this tap's; the next one is made from the clock`,
  );
  const written = property(entry, 'filters');
  // Whatever stands there, it is not the fingerprint of the filters that are given now, unless it is that very text.
  const filters = isNothing(written) ? undefined : typeof written === 'string' ? written : JSON.stringify(written);
  const progress = read(
    'progress',
    value => parseProgress(only(value)),
    `the checkpoint of ${tapStreamId} is not one of this tap's; the stream begins again`,
  );
  return {
    ...(rows !== undefined && {rows}),
    ...(wholeRead && {wholeRead}),
    ...(doubt && {doubt}),
    ...(sureUntil !== undefined && {sureUntil}),
    ...(parentsSince !== undefined && {parentsSince}),
    ...(valuesSince !== undefined && {valuesSince}),
    ...(columns && {columns}),
    proofs: proofs.known,
    ...(version !== undefined && {version}),
    ...(filters !== undefined && {filters}),
    ...(progress && {progress}),
    complaints,
  };
}

/** The state with where the read of a stream stands. Its bookmark stays: the read has not ended. */
export function setProgress(state: State, tapStreamId: string, progress: StreamProgress): State {
  const entry = openEntry(entryOf(state, tapStreamId));
  const used = progress.version === null ? {} : {version: higherVersion(entry, progress.version)};
  return putEntry(state, tapStreamId, {...entry, ...used, progress: [writeProgress(progress)]});
}

/** The state without an interrupted read of a stream, where it had one: nobody can go on with it any more. */
export function dropProgress(state: State, tapStreamId: string): State {
  const entry = openEntry(entryOf(state, tapStreamId));
  return Object.hasOwn(entry, 'progress') ? putEntry(state, tapStreamId, endProgress(entry)) : state;
}

/** An entry without an interrupted read. */
export function endProgress(entry: Json): Json {
  return {...entry, ...over(entry, 'progress')};
}

/**
 * The state with proofs about a stream's server. Those not named stay, since a runner that merges states would bring
 * them back: a proof is revoked by a newer one.
 */
export function setProofs(state: State, tapStreamId: string, proofs: Readonly<Record<string, Proof>>): State {
  const entry = openEntry(entryOf(state, tapStreamId));
  return putEntry(state, tapStreamId, {...entry, proofs: mergeProofs(entry, proofs)});
}

/** The state with columns that targets are given. Those of before stay: their names are never free again. */
export function setColumns(state: State, tapStreamId: string, columns: Readonly<Record<string, string>>): State {
  if (Object.keys(columns).length === 0) return state;
  const entry = openEntry(entryOf(state, tapStreamId));
  const before = parseTexts(property(entry, 'columns'));
  return putEntry(state, tapStreamId, {...entry, columns: {...before, ...columns}});
}

/**
 * The entry of a stream whose read has ended. What is over becomes null where it stood before, since a runner that
 * merges states would bring it back, and is not mentioned elsewhere.
 */
export function finishMemory(entry: Json, finish: MemoryOfFinish): Json {
  const {rows, wholeRead, doubt, sureUntil, parentsSince, valuesSince, proofs, version, filters} = finish;
  return {
    ...entry,
    ...(rows !== undefined && {rows}),
    ...(wholeRead && {whole_read: wholeRead, ...over(entry, 'doubt')}),
    ...(doubt === null ? over(entry, 'doubt') : doubt && {doubt: [doubt]}),
    ...(sureUntil === null ? over(entry, 'sure_until') : sureUntil !== undefined && {sure_until: sureUntil}),
    ...(parentsSince !== undefined && {parents_since: parentsSince}),
    ...(valuesSince !== undefined && {values_since: valuesSince}),
    ...(proofs && {proofs: mergeProofs(entry, proofs)}),
    ...(version !== undefined && {version: higherVersion(entry, version)}),
    ...(filters === null ? over(entry, 'filters') : filters !== undefined && {filters}),
    ...over(entry, 'progress'),
  };
}

/**
 * A memory without what was found out about rows that other filters let through. What is known of the server stays, and
 * so does an interrupted read, which names the filters that it was made with.
 */
export function forgetRows({columns, proofs, version, filters, progress, complaints}: StreamMemory): StreamMemory {
  return {
    ...(columns && {columns}),
    proofs,
    ...(version !== undefined && {version}),
    ...(filters !== undefined && {filters}),
    ...(progress && {progress}),
    complaints,
  };
}

/**
 * The entry of a stream that was started over, without what is forgotten then and without its bookmarks by these keys.
 * The last whole read stays, for the one that has just ended takes its place.
 */
export function startOver(entry: Json, replicationKeys: readonly string[]): Json {
  const gone = [...replicationKeys, 'rows', 'doubt', 'sure_until', 'parents_since', 'values_since'];
  return Object.assign({}, entry, ...gone.map(key => over(entry, key)));
}

function over(entry: Json, key: string): Json {
  return Object.hasOwn(entry, key) ? {[key]: null} : {};
}

function mergeProofs(entry: Json, proofs: Readonly<Record<string, Proof>>): Readonly<Record<string, Proof>> {
  return {...proofsOf(entry).known, ...proofs};
}

function higherVersion(entry: Json, version: number): number {
  return Math.max(parseVersion(property(entry, 'version')) ?? version, version);
}

function proofsOf(entry: Json): {readonly known: Readonly<Record<string, Proof>>; readonly malformed: number} {
  const written = property(entry, 'proofs');
  if (isNothing(written)) return {known: {}, malformed: 0};
  if (!isObject(written)) return {known: {}, malformed: 1};
  const named = Object.entries(written).filter(([, value]) => !isNothing(value));
  const known = named.flatMap(([name, value]) => {
    const proof = parseProof(value);
    return proof ? [[name, proof] as const] : [];
  });
  return {known: Object.fromEntries(known), malformed: named.length - known.length};
}

function parseProof(value: unknown): Proof | undefined {
  if (!isObject(value)) return undefined;
  const obeyed = property(value, 'obeyed');
  const at = parseTime(property(value, 'at'));
  return typeof obeyed === 'boolean' && at !== undefined ? {obeyed, at} : undefined;
}

function parseWholeRead(value: unknown): WholeRead | undefined {
  if (!isObject(value)) return undefined;
  const at = parseTime(property(value, 'at'));
  const rows = property(value, 'rows');
  return at !== undefined && isCount(rows) ? {at, rows} : undefined;
}

/** What a list of one holds; any other value as it is. */
function only(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function parseTexts(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts);
}

function parseCount(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}
