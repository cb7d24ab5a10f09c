// What a run means to read of one stream: from when on, whether everything, under which version, and whether it goes on
// where an interrupted read stood. Decided before the first request, from the state and the settings alone.

import {createHash} from 'node:crypto';
import {bookmarkOf, sinceOf, type Zones, zonesOf} from './bookmarks.js';
import {columnsToRemember} from './custom-fields/released.js';
import {hasColumns, valuesOf} from './custom-fields/to-read.js';
import {fromMillis, shiftSeconds} from './dates.js';
import {type Filters, isOfOthers, narrowed} from './filters.js';
import {canDropLinks} from './links.js';
import {parentsOf} from './parents.js';
import type {Replication, SideLoading, StreamToRead, ValuesToRead} from './reading/stream-to-read.js';
import {objectToRemember} from './released-objects.js';
import {replicationOf} from './replication.js';
import {resumable} from './resuming.js';
import type {SelectedStream} from './selection.js';
import {sideLoadingOf} from './side-loading.js';
import type {State} from './state.js';
import {forgetRows, memoryOf, type StreamMemory} from './stream-memory.js';
import type {StreamProgress} from './stream-progress.js';
import {nextVersion} from './versions.js';

// No account is older: a read from here is a read of everything.
const BEGINNING = '2000-01-01T00:00:00.000000Z';

const DAY_SECONDS = 86_400;

export type PlanSettings = {
  /** UTC instant from which incremental streams without a bookmark are read. */
  readonly startDate: string;
  /** Zone of the API's date-times that name none. */
  readonly naiveTimezone: string;
  /** How many seconds before its bookmark a stream is read again. */
  readonly lookbackSeconds: (tapStreamId: string) => number;
  /** After how many days a stream is read again from its start; undefined for never. */
  readonly fullRefreshDays: (tapStreamId: string) => number | undefined;
  /** Whether a stream's bookmark is ignored in this run. */
  readonly isFullRefresh: (tapStreamId: string) => boolean;
  /** Whether whole reads tell targets by a version what they no longer saw. */
  readonly emitActivateVersion: boolean;
  /** The parameters that narrow a stream's list; undefined for none. */
  readonly filters: (tapStreamId: string) => Filters | undefined;
};

export type StreamPlan = {
  readonly stream: SelectedStream;
  readonly tapStreamId: string;
  readonly zones: Zones;
  /** Undefined for a FULL_TABLE stream. */
  readonly replication: Replication | undefined;
  /** The bookmark of the state; undefined where it is that of other filters. */
  readonly storedBookmark: string | undefined;
  /** What stands in the state until the read has ended: the bookmark, whether it counts or not. */
  readonly bookmarkInState: string | undefined;
  /** The bookmark below which the next one must not fall. */
  readonly bookmark: string | undefined;
  /** Records older than this are left out; undefined when every record is wanted. */
  readonly since: string | undefined;
  /** The same for a read of the whole list, which brings what reads of less may have missed. */
  readonly sinceOfWhole: string | undefined;
  /** Whether all is wanted that the settings allow, not only what changed since the bookmark. */
  readonly isFromStart: boolean;
  readonly memory: StreamMemory;
  readonly filters: Filters | undefined;
  /**
   * Whether its filters, or the custom object that it stands for, are others than when it was last read, so that
   * nothing of that counts any more.
   */
  readonly startsOver: boolean;
  /** Undefined for a stream whose rows come with no others. */
  readonly sideLoading: Omit<SideLoading, 'isWanted'> | undefined;
  /** Hash of all that decides which records come and how they look. */
  readonly selection: string;
  /** The interrupted read that this one goes on with, if the reading can. */
  readonly resumed: StreamProgress | undefined;
  /** Those below which its rows hang, as they are to be read; undefined for a stream with a list of its own. */
  readonly parents: StreamToRead | undefined;
  /** The values of custom fields that its records are to have; undefined where they have none. */
  readonly values: ValuesToRead | undefined;
  /** The columns that custom fields, or those of a custom object, give it, to be remembered. */
  readonly columns: Readonly<Record<string, string>>;
  /** Why an interrupted read is of no use. */
  readonly ignored: string | undefined;
  /** The version of the records, if they are to have one and the read begins anew. */
  readonly version: number | undefined;
};

/** The plan for a stream. `nowMs` is the machine's time: milliseconds since 1970 (UTC). */
export function planStream(stream: SelectedStream, state: State, settings: PlanSettings, nowMs: number): StreamPlan {
  const {definition, replicationKey} = stream;
  const {tapStreamId} = definition;
  const zones = zonesOf(definition, settings.naiveTimezone);
  const found = memoryOf(state, tapStreamId);
  const bookmarkInState = replicationKey === undefined ? undefined : bookmarkOf(state, definition, replicationKey);
  const filters = settings.filters(tapStreamId);
  const isFilteredAnew = isOfOthers(found.filters, filters, definition);
  const wasRead = bookmarkInState !== undefined || found.wholeRead !== undefined || found.rows !== undefined;
  const startsOver = isFilteredAnew && wasRead;
  const memory = isFilteredAnew ? forgetRows(found) : found;
  const storedBookmark = startsOver ? undefined : bookmarkInState;
  const isRefreshed = settings.isFullRefresh(tapStreamId);
  const bookmark = isRefreshed ? undefined : storedBookmark;
  const days = settings.fullRefreshDays(tapStreamId);
  const isDue = days !== undefined && isOlderThan(days, memory.wholeRead?.at, nowMs);
  const lookback = settings.lookbackSeconds(tapStreamId);
  // Below parents that changed all rows are wanted: which of them are new, only the change of the parent tells.
  // Who chooses FULL_TABLE for an incremental stream wants all of them.
  const isChosenWhole = replicationKey === undefined && definition.replicationKey !== undefined;
  const isBelowChanged = definition.perParent?.isBelowChanged === true && !isChosenWhole;
  const readOnFrom = isBelowChanged && !isRefreshed ? memory.parentsSince : bookmark;
  // Records that were written without columns get them now.
  const isFirstWithValues = hasColumns(stream) && memory.valuesSince === undefined;
  const isFromStart = readOnFrom === undefined || isDue || isFirstWithValues;
  const since = isFromStart || isBelowChanged ? startOf(stream, settings) : sinceOf(readOnFrom, lookback, zones);
  const parentsSince = isBelowChanged && !isFromStart ? shiftSeconds(readOnFrom, -lookback) : undefined;
  const {sureUntil} = memory;
  const isUnsure = !isFromStart && sureUntil !== undefined && sureUntil < readOnFrom;
  const sinceOfWhole = isUnsure ? sinceOf(sureUntil, lookback, zones) : since;

  // Where start_date leaves records out, their absence means nothing. Neither does it in the first read of a stream,
  // when the target has nothing yet; one that starts over has what its former filters let through.
  const isReread = isRefreshed || startsOver || (isDue && bookmark !== undefined);
  const isWhole = since === undefined && parentsSince === undefined;
  const speaksOfAbsence = isWhole && (replicationKey === undefined || isReread);
  const isVersioned = settings.emitActivateVersion && speaksOfAbsence;

  const valuesSince = isFromStart || replicationKey === undefined ? undefined : memory.valuesSince;
  const selection = hashOf([
    stream.schema.properties,
    replicationKey,
    since,
    zones.read,
    definition.path,
    parentsSince,
    ...(valuesSince === undefined ? [] : [valuesSince]),
    ...(filters ? [filters] : []),
    ...(stream.mask ? [stream.mask.fingerprint] : []),
  ]);
  const {resumed, ignored} = chooseProgress(memory.progress, {selection, nowMs, isVersioned, settings});
  return {
    stream,
    tapStreamId,
    zones,
    replication: replicationOf(stream, zones.read),
    storedBookmark,
    bookmarkInState,
    bookmark,
    since,
    sinceOfWhole,
    isFromStart,
    // What the server obeys together with other filters, or with none, it need not obey with these.
    memory: isFilteredAnew && !resumed ? {...memory, proofs: {}} : memory,
    filters,
    startsOver,
    // Rows that come along with their parents come whatever is asked of their own list.
    sideLoading: filters ? undefined : sideLoadingOf(stream, settings.naiveTimezone),
    parents: parentsOf(definition, {state, naiveTimezone: settings.naiveTimezone, since: parentsSince}),
    values: valuesOf(stream, {state, naiveTimezone: settings.naiveTimezone, since: valuesSince, lookback}),
    columns: {...columnsToRemember(stream), ...objectToRemember(definition)},
    selection,
    resumed,
    ignored,
    version: isVersioned ? nextVersion(memory.version, nowMs) : undefined,
  };
}

/**
 * The plans for all streams of a run, in the order in which they are read: one that was interrupted comes first, the
 * others behind it in their order (singer-python's convention).
 */
export function planStreams(
  streams: readonly SelectedStream[],
  state: State,
  settings: PlanSettings,
  nowMs: number,
): readonly StreamPlan[] {
  const at = streams.findIndex(stream => stream.definition.tapStreamId === state.currently_syncing);
  const ordered = at <= 0 ? streams : [...streams.slice(at), ...streams.slice(0, at)];
  return ordered.map(stream => planStream(stream, state, settings, nowMs));
}

/** What the reading has to know of a plan. `onIgnored` is told why the reading cannot use its checkpoint. */
export function toRead(plan: StreamPlan, onIgnored: (reason: string) => void): StreamToRead {
  const {stream, since, replication, memory, filters, sideLoading, isFromStart, parents, values, resumed} = plan;
  return {
    definition: narrowed(stream.definition, filters),
    filters,
    since,
    replication,
    memory: {rows: memory.rows, proofs: memory.proofs},
    // Who asks for all of a list asks the list itself.
    sideLoading: sideLoading && {...sideLoading, isWanted: !isFromStart},
    parents,
    values,
    // What the schema lacks goes into a field of its own, whatever its name.
    dropsLinks: canDropLinks(stream.schema) && !stream.definition.hasExtra,
    checkpoint: resumed?.at,
    onIgnored,
  };
}

/** Where a stream begins that has no bookmark. */
function startOf({replicationKey}: SelectedStream, {startDate}: PlanSettings): string | undefined {
  return replicationKey === undefined || startDate <= BEGINNING ? undefined : startDate;
}

function isOlderThan(days: number, at: string | undefined, nowMs: number): boolean {
  return at === undefined || at < shiftSeconds(fromMillis(nowMs), -days * DAY_SECONDS);
}

type Choice = {
  readonly selection: string;
  readonly nowMs: number;
  readonly isVersioned: boolean;
  readonly settings: PlanSettings;
};

/**
 * The interrupted read to go on with, or why there is none. All records of a read carry the same version or none: those
 * of a version that is never activated stay hidden in some targets.
 */
function chooseProgress(
  progress: StreamProgress | undefined,
  {selection, nowMs, isVersioned, settings}: Choice,
): {readonly resumed: StreamProgress | undefined; readonly ignored: string | undefined} {
  if (progress === undefined) return {resumed: undefined, ignored: undefined};
  const ignore = (ignored: string) => ({resumed: undefined, ignored});
  const answer = resumable(progress, {selection, now: fromMillis(nowMs)});
  if ('reason' in answer) return ignore(answer.reason);
  if (progress.version !== null && !settings.emitActivateVersion) return ignore('its records carry a version');
  if (progress.version === null && isVersioned) return ignore('its records carry no version');
  return {resumed: answer.progress, ignored: undefined};
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
