// What is to be said of a state: whether a run could go on from it, and from where. Pure.

import {bookmarkOf} from '../bookmarks.js';
import {CUSTOM_OBJECT} from '../custom-objects.js';
import {fromMillis} from '../dates.js';
import {InputError} from '../errors.js';
import {plural} from '../figures.js';
import {type FiltersByStream, filtersOf, isOfOthers} from '../filters.js';
import {unwrap, writerOf} from '../foreign-state.js';
import {isObject} from '../json.js';
import {parseState, type State} from '../state.js';
import {entryOf} from '../state-entry.js';
import {memoryOf} from '../stream-memory.js';
import {findStream} from '../streams.js';
import {type Finding, fail, listOf, ok, warn} from './finding.js';

/** Clocks differ a little, and so do the stamps of rows that are being written. */
const TOLERANCE_MS = 60_000;

export type StateContext = {
  /** The name of the file. */
  readonly source: string;
  /** By the server's clock where that is known: milliseconds since 1970 (UTC). */
  readonly nowMs: number;
  /** Undefined where the config is wrong. */
  readonly filters: FiltersByStream | undefined;
};

/** The findings on a state as JSON.parse gives it; the state is undefined where a run would refuse it. */
export function judgeState(
  value: unknown,
  context: StateContext,
): {readonly findings: readonly Finding[]; readonly state: State | undefined} {
  const faults = faultsIn(value, context.source);
  if (faults.length > 0) {
    return {findings: faults.map(fault => fail('state', 'input', fault)), state: undefined};
  }
  const {state} = parseState(value, context.source);
  const ids = Object.keys(state.bookmarks);
  const findings = [
    ...unknownIn(state, context.source).map(warning => warn('state', warning, 'it is carried along and does nothing')),
    ...ids.flatMap(id => judgeEntry(state, id, context)),
    ...judgeForms(value, state),
  ];
  const isWell = findings.every(({level}) => level === 'ok');
  const going = `a run goes on from it, with ${plural(ids.length, 'stream')}`;
  return {findings: isWell ? [ok('state', going), ...findings] : findings, state};
}

/** Each fault for itself, where a state has several. */
function faultsIn(value: unknown, source: string): readonly string[] {
  const whole = faultOf(value, source);
  if (whole === undefined) return [];
  const state = value === null ? undefined : unwrap(value);
  const bookmarks = isObject(state) ? state['bookmarks'] : undefined;
  if (!isObject(state) || !isObject(bookmarks)) return [whole];
  const single = Object.entries(bookmarks).flatMap(([id, entry]) => faultOf({bookmarks: {[id]: entry}}, source) ?? []);
  const around = faultOf({...state, bookmarks: {}}, source);
  return around === undefined ? single : [around, ...single];
}

/** Sentences about streams that the tap does not have; only the account can tell which custom objects there are. */
function unknownIn(state: State, source: string): readonly string[] {
  const isCommon = (id: unknown) => typeof id !== 'string' || !id.startsWith(CUSTOM_OBJECT);
  const common = Object.entries(state.bookmarks).filter(([id]) => isCommon(id));
  const {currently_syncing: syncing} = state;
  const rest = {bookmarks: Object.fromEntries(common), ...(isCommon(syncing) ? {currently_syncing: syncing} : {})};
  return parseState(rest, source).warnings;
}

function faultOf(value: unknown, source: string): string | undefined {
  try {
    parseState(value, source);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function judgeEntry(state: State, id: string, {nowMs, filters}: StateContext): readonly Finding[] {
  const definition = findStream(id);
  const memory = memoryOf(state, id);
  const findings = memory.complaints.map(complaint => warn('state', complaint));
  const key = definition?.replicationKey;
  const bookmark = definition && key !== undefined ? bookmarkOf(state, definition, key) : undefined;
  if (bookmark !== undefined && bookmark > fromMillis(nowMs + TOLERANCE_MS)) {
    const wayOut = `set it back, or run once with --full-refresh ${id}`;
    findings.push(warn('state', `${id} goes on from ${bookmark}, which is yet to come: nothing older is read`, wayOut));
  }
  const wasRead = bookmark !== undefined || memory.wholeRead !== undefined || memory.rows !== undefined;
  if (definition && filters && wasRead && isOfOthers(memory.filters, filtersOf(filters, id), definition)) {
    const wayOut = 'nothing need be done, if that is meant';
    findings.push(warn('state', `${id} was read with other filters, and starts over`, wayOut));
  } else if (memory.progress) {
    findings.push(ok('state', `${id} was interrupted at ${memory.progress.savedAt}, and goes on there`));
  }
  return findings;
}

/** What other taps and runners wrote. */
function judgeForms(value: unknown, state: State): readonly Finding[] {
  const findings: Finding[] = [];
  if (value !== null && unwrap(value) !== value) {
    findings.push(ok('state', 'it is wrapped up, as runners keep it, and is unpacked'));
  }
  const writers = new Map<string, string[]>();
  for (const id of Object.keys(state.bookmarks)) {
    const writer = writerOf(entryOf(state, id));
    if (writer !== undefined) writers.set(writer, [...(writers.get(writer) ?? []), id]);
  }
  for (const [writer, ids] of writers) {
    findings.push(ok('state', `${writer} wrote the bookmarks of ${listOf(ids)}; they are taken over`));
  }
  return findings;
}
