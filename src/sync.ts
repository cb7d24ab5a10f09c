// The engine: walks the selected streams in order and yields Singer messages. Writes nothing and knows no HTTP.

import {checkToken, isTokenGood} from './access.js';
import {bookmarkOf, nextBookmark, sinceOf, type Zones, zonesOf} from './bookmarks.js';
import type {Client} from './client.js';
import {fromMillis, hasZone, shiftSeconds} from './dates.js';
import {ApiError} from './errors.js';
import {snakeCase} from './keys.js';
import type {Logger} from './logger.js';
import type {Message, SchemaMessage, StateMessage} from './messages.js';
import type {Progress, ReadingContext} from './reading/list.js';
import {type StreamReading, startReading} from './reading/reader.js';
import type {SelectedStream} from './selection.js';
import {hasState, markFinished, type State, setCurrentlySyncing} from './state.js';
import {dataKeyOf, keyPropertiesOf} from './streams.js';
import {compileTransform, type Transformer} from './transform.js';
import type {WireRow} from './wire.js';

// No account is older: a read from here is a read of everything and needs no filter.
const BEGINNING = '2000-01-01T00:00:00.000000Z';

const RECORD_COUNT_EVERY_MS = 60_000;

// The bookmark was made by the clock of the server then, which may have been set since.
const CLOCKS_APART_MS = 3_600_000;

export type SyncOptions = {
  readonly streams: readonly SelectedStream[];
  readonly state: State;
  readonly client: Client;
  readonly reading: ReadingContext;
  readonly settings: SyncSettings;
  readonly log: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** Ends the run: the last true STATE is yielded, and the report says so. */
  readonly signal: AbortSignal;
  /** Told after each record. */
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Told how the streams ended, after the last message. */
  readonly onReport?: (report: SyncReport) => void;
};

export type SyncSettings = {
  /** UTC instant from which incremental streams without a bookmark are read. */
  readonly startDate: string;
  /** Zone of the API's date-times that name none. */
  readonly naiveTimezone: string;
  /** How many seconds before its bookmark a stream is read again. */
  readonly lookbackSeconds: (tapStreamId: string) => number;
  /** Whether a stream's bookmark is ignored in this run. */
  readonly isFullRefresh: (tapStreamId: string) => boolean;
  readonly failFast: boolean;
};

/** How far a run has come. */
export type SyncProgress = {
  /** The stream that is being written, and how many of its records were. */
  readonly stream: string;
  readonly records: number;
  /** The readings of all streams of the run, in the order of output. */
  readonly known: readonly StreamReading[];
};

/** How one stream ended. */
export type StreamReport = {
  readonly stream: string;
  /** Stopped: the run ended before the stream did. */
  readonly outcome: 'done' | 'skipped' | 'failed' | 'stopped';
  readonly records: number;
  readonly requests: number;
  readonly seconds: number;
};

export type SyncReport = {
  readonly streams: readonly StreamReport[];
  /** Stopped by its signal before all streams were read. */
  readonly isInterrupted: boolean;
};

type StreamPlan = {
  readonly stream: SelectedStream;
  readonly tapStreamId: string;
  readonly zones: Zones;
  readonly bookmark: string | undefined;
  /** Records older than this are left out; undefined for a whole read. */
  readonly since: string | undefined;
};

/**
 * Reads the streams and yields their messages, one stream behind the other, with a true STATE between them.
 * Throws InputError when the token is refused; a stream's own failure is reported, not thrown.
 */
export async function* sync(options: SyncOptions): AsyncGenerator<Message> {
  const {client, log, settings, signal} = options;
  const plans = interruptedFirst(options.streams, options.state).map(stream => makePlan(stream, options));
  const reports: StreamReport[] = [];
  let state = options.state;

  const token = checkToken(client, signal);
  // A wrong token is told from a missing right by this one request, so nothing is written before its answer.
  const readings = startReading(options.reading, plans.map(toRead), signal);
  try {
    await token;
    for (const [rank, plan] of plans.entries()) {
      const reading = readings[rank];
      if (!reading) continue;
      options.reading.places.setCurrent(rank);
      state = setCurrentlySyncing(state, plan.tapStreamId);
      yield toMessage(state);

      const counts = {records: 0};
      const startedAt = options.now();
      const report = (outcome: StreamReport['outcome']): StreamReport => {
        const seconds = (options.now() - startedAt) / 1_000;
        return {
          stream: plan.tapStreamId,
          outcome,
          records: counts.records,
          requests: reading.progress.requests + (reading.progress.parents?.requests ?? 0),
          seconds,
        };
      };
      const onRecord = () => {
        counts.records += 1;
        options.onProgress?.({stream: plan.tapStreamId, records: counts.records, known: readings});
      };
      try {
        const bookmark = yield* syncStream(plan, reading, options, onRecord);
        state = markFinished(state, plan.tapStreamId, {
          ...(plan.stream.replicationKey === undefined ? {} : {replicationKey: plan.stream.replicationKey, bookmark}),
          syncedAt: fromMillis(reading.progress.begunAt ?? 0),
        });
        reports.push(report('done'));
      } catch (error) {
        if (signal.aborted) {
          reports.push(report('stopped'));
          throw error;
        }
        if (!(error instanceof ApiError)) throw error;
        reading.stop();
        const outcome = await judgeFailure(error, plan, reading, options);
        reports.push(report(outcome));
        if (outcome === 'failed' && settings.failFast) break;
      }
      logEnd(reports.at(-1), log);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    yield toMessage(state);
    options.onReport?.({streams: reports, isInterrupted: true});
    return;
  } finally {
    for (const reading of readings) reading.stop();
  }
  yield toMessage(setCurrentlySyncing(state, null));
  options.onReport?.({streams: reports, isInterrupted: false});
}

/** The messages of one stream. Returns the bookmark that holds after them. */
async function* syncStream(
  {stream, tapStreamId, zones, bookmark, since}: StreamPlan,
  reading: StreamReading,
  {log, now}: SyncOptions,
  onRecord: () => void,
): AsyncGenerator<Message, string | undefined> {
  const {definition, replicationKey} = stream;
  const dataKey = dataKeyOf(definition);
  const keys = keyPropertiesOf(definition);
  const transformer = compileTransform({
    schema: stream.schema,
    fullSchema: stream.fullSchema,
    zone: zones.read,
    ...(definition.wireKeys ? {wireKeys: definition.wireKeys} : {}),
  });
  const counter = createRecordCounter(tapStreamId, log, now);
  let isAnnounced = false;
  let highest: string | undefined;
  let isZoneless = false;
  let withoutKey = 0;

  try {
    for await (const page of reading.pages) {
      // Not before the first page: a stream that turns out to be unreadable makes no table.
      if (!isAnnounced) yield toSchemaMessage(stream);
      isAnnounced = true;
      const extractedAt = fromMillis(page.receivedAt);
      for (const row of page.rows[dataKey] ?? []) {
        const record = transformer.transform(row);
        if (keys.some(key => record[key] === null)) {
          withoutKey += 1;
          continue;
        }
        const value = replicationKey === undefined ? undefined : record[replicationKey];
        // Rows without a replication key cannot be told from changed ones: they are written and move nothing.
        if (typeof value === 'string') {
          if (since !== undefined && value < since) continue;
          if (highest === undefined || value > highest) highest = value;
          isZoneless ||= zones.read !== zones.written && isWrittenZoneless(row, replicationKey);
        }
        yield {type: 'RECORD', stream: tapStreamId, record, time_extracted: extractedAt};
        onRecord();
        counter.count();
      }
      page.release();
    }
    // A list below its parents has no page at all where there are no parents.
    if (!isAnnounced) yield toSchemaMessage(stream);
  } finally {
    // Also of a stream that fails or is stopped: its records were written.
    counter.end();
  }

  warnOfLosses(tapStreamId, transformer, withoutKey, reading, log);
  const {begunAt} = reading.progress;
  if (bookmark !== undefined && begunAt !== undefined && bookmark > fromMillis(begunAt + CLOCKS_APART_MS)) {
    const advice = 'what changed before it is left out; run the stream with --full-refresh once';
    log.warn({stream: tapStreamId, bookmark}, `the bookmark lies in the future: ${advice}`);
  }
  return nextBookmark(bookmark, {highest, isZoneless, begunAt}, zones);
}

function toSchemaMessage({definition, schema, replicationKey}: SelectedStream): SchemaMessage {
  return {
    type: 'SCHEMA',
    stream: definition.tapStreamId,
    schema,
    key_properties: keyPropertiesOf(definition),
    ...(replicationKey === undefined ? {} : {bookmark_properties: [replicationKey]}),
  };
}

/** Whether a row's date-time stands there without a zone. */
function isWrittenZoneless(row: WireRow, field: string | undefined): boolean {
  const wireKey = Object.keys(row).find(key => snakeCase(key) === field);
  return !hasZone(String(row[wireKey ?? '']));
}

function makePlan(stream: SelectedStream, {state, settings}: SyncOptions): StreamPlan {
  const {definition, replicationKey} = stream;
  const {tapStreamId} = definition;
  const zones = zonesOf(definition, settings.naiveTimezone);
  const plan = {stream, tapStreamId, zones, bookmark: undefined, since: undefined};
  if (replicationKey === undefined) return plan;
  const bookmark = settings.isFullRefresh(tapStreamId) ? undefined : bookmarkOf(state, definition, replicationKey);
  if (bookmark === undefined) return {...plan, since: settings.startDate};
  return {...plan, bookmark, since: sinceOf(bookmark, settings.lookbackSeconds(tapStreamId), zones)};
}

/** What the server is asked to filter by: the same instant as the tap's own test, less the margin of the filter. */
function toRead({stream, since}: StreamPlan) {
  const {definition} = stream;
  const filter = definition.changedSince;
  const helps = filter?.replicationKey === stream.replicationKey && since !== undefined && since > BEGINNING;
  const changedSince = filter && helps ? `${shiftSeconds(since, -filter.marginSeconds).slice(0, 19)}Z` : undefined;
  return {definition, changedSince};
}

/** A stream that was interrupted comes first, the others behind it in their order (singer-python's convention). */
function interruptedFirst(streams: readonly SelectedStream[], state: State): readonly SelectedStream[] {
  const at = streams.findIndex(stream => stream.definition.tapStreamId === state.currently_syncing);
  return at <= 0 ? streams : [...streams.slice(at), ...streams.slice(0, at)];
}

/** Skipped, when the account never could read the stream; failed, when it could, or when the API is broken. */
async function judgeFailure(
  error: ApiError,
  {tapStreamId: stream}: StreamPlan,
  {progress}: StreamReading,
  {client, log, state, signal}: SyncOptions,
): Promise<'skipped' | 'failed'> {
  const isRefused = error.status === 401 || error.status === 403;
  const isUnreadable = error.status === 404 || (isRefused && (await isTokenGood(client, signal)));
  // Pages that came in this run say as much as a state.
  if (isUnreadable && !hasState(state, stream) && progress.requests === 0) {
    const advice = 'this token may not read it, or the plan lacks it; grant the right or deselect the stream';
    log.warn({stream, reason: error.message}, `stream is skipped: ${advice}`);
    return 'skipped';
  }
  const advice = isUnreadable
    ? 'it could be read before: has a right been taken away?'
    : 'its bookmark stays as it was';
  log.error({stream, reason: error.message}, `stream failed: ${advice}`);
  return 'failed';
}

function warnOfLosses(
  stream: string,
  transformer: Transformer,
  withoutKey: number,
  {progress}: StreamReading,
  log: Logger,
): void {
  for (const [field, count] of transformer.misfits) {
    log.warn({stream, field, count}, 'values that do not fit the type of their field were set to null');
  }
  if (transformer.drift.size > 0) {
    const fields = Object.fromEntries(transformer.drift);
    log.warn({stream, fields}, 'the API sends fields that the schema lacks; they were left out');
  }
  if (withoutKey > 0) log.warn({stream, count: withoutKey}, 'rows without their key were left out');
  warnIfShort(stream, progress, 'fewer rows came than the API counts', log);
  if (progress.parents) warnIfShort(stream, progress.parents, 'fewer parents came than the API counts', log);
}

function warnIfShort(stream: string, {seen, total}: Progress, sentence: string, log: Logger): void {
  if (total !== undefined && seen < total) log.warn({stream, rows: seen, total}, sentence);
}

function logEnd(report: StreamReport | undefined, log: Logger): void {
  if (!report) return;
  const {stream, outcome, records, requests, seconds} = report;
  if (outcome === 'done') log.info({stream, records, requests, seconds: round(seconds)}, 'stream finished');
  log.metric({type: 'timer', metric: 'sync_duration', value: seconds, tags: {stream, status: outcome}});
}

/** Counts records as singer-python does: the number since the last point, every minute and at the end. */
function createRecordCounter(stream: string, log: Logger, now: () => number): {count(): void; end(): void} {
  let records = 0;
  let saidAt = now();
  const say = () => {
    log.metric({type: 'counter', metric: 'record_count', value: records, tags: {endpoint: stream}});
    records = 0;
    saidAt = now();
  };
  return {
    count: () => {
      records += 1;
      if (now() - saidAt >= RECORD_COUNT_EVERY_MS) say();
    },
    end: say,
  };
}

function toMessage(state: State): StateMessage {
  return {type: 'STATE', value: state};
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
