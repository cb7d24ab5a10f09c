// One run from its flags to its end: reads the files, connects, syncs or discovers. Everything that goes wrong is
// thrown; cli.ts turns it into an exit code.

import {resolve} from 'node:path';
import type {Writable} from 'node:stream';
import {checkToken, findUnreadable} from './access.js';
import {findOffer, namesCustomObjects, type Offer, USUAL_OFFER} from './account-offer.js';
import {annotateUnsupported, type Catalog, discover} from './catalog.js';
import type {Client} from './client.js';
import {systemClock} from './clock.js';
import {type Config, fullRefreshDaysOf, lookbackOf, parseConfig} from './config.js';
import {type Connection, connect, findAccount} from './connection.js';
import {withCustomFieldsOf} from './custom-fields/offer.js';
import {InputError} from './errors.js';
import {readJsonFile, readTextFile} from './files.js';
import {filtersOf, unusedFilters} from './filters.js';
import {parseCatalog} from './given-catalog.js';
import {globMatcher, splitTerms} from './globs.js';
import {createLogger, type Logger, type LogLevel} from './logger.js';
import {writeMessages} from './messages.js';
import {createProgressLine, type ProgressLine} from './progress.js';
import type {SyncReport} from './report.js';
import {checkReportFile} from './report-file.js';
import {type RunStatus, tellEnd} from './run-end.js';
import {fullRefreshMatcher, type SelectedStream, selectStreams} from './selection.js';
import {parseState, readStateText, type State} from './state.js';
import type {StreamDefinition} from './stream-definition.js';
import {streams} from './streams.js';
import {sync} from './sync.js';

/** The flags as they were given. */
export type Flags = {
  readonly config: readonly string[];
  readonly discover?: boolean;
  readonly about?: boolean;
  readonly format?: string;
  readonly catalog?: string;
  readonly properties?: string;
  readonly state?: string;
  readonly select?: string;
  readonly fullRefresh?: string | true;
};

export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdout: Writable & {readonly isTTY?: boolean};
  readonly stderr: Terminal;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Told the log once the config has said what it looks like. */
  readonly onLog: (log: Logger) => void;
};

/** stderr, which may be a terminal. */
type Terminal = {
  readonly write: (text: string) => boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/**
 * The catalog for the account that the config names: every stream that the token cannot read is marked.
 * Throws InputError and ApiError.
 */
export async function runDiscovery(flags: Flags, surroundings: Surroundings): Promise<Catalog> {
  const {config, warnings} = readConfig(flags, surroundings);
  return withConnection(config, surroundings, async ({client}, {log, signpost, signal}) => {
    for (const warning of warnings) log.warn({}, warning);
    await checkToken(client, signal);
    const usual = await findOffer(client, undefined, signal);
    const offer = await offerFields(usual, config, {client, state: {bookmarks: {}}, isWanted: () => true}, signal);
    for (const warning of offer.warnings) log.warn({}, warning);
    signpost.info({}, 'asking once for every stream whether this token may read it');
    const unreadable = await findUnreadable(client, offer.streams, log, signal);
    const catalog = annotateUnsupported(discover(offer.streams), unreadable);
    for (const [stream, reason] of unreadable) log.warn({stream, reason}, 'the stream cannot be read by this token');
    signpost.info({streams: catalog.streams.length, unsupported: unreadable.size}, 'discovery finished');
    return catalog;
  });
}

/**
 * Syncs the selected streams to stdout. Says whether a stream failed, or the run was stopped.
 * Throws InputError, ApiError and OutputClosedError, once the end was told.
 */
export async function runSync(flags: Flags, surroundings: Surroundings): Promise<RunStatus> {
  const {config, warnings} = readConfig(flags, surroundings);
  const catalogFile = catalogFileOf(flags);
  const givenCatalog = catalogFile === undefined ? undefined : readJsonFile(catalogFile, 'catalog');
  const {state, warnings: stateWarnings} = readState(flags.state);
  // Of most runs it is known what there is to choose from, and what is wrong with the choice is said at once.
  const isOwn = namesCustomObjects(givenCatalog, globsIn(flags));
  const mayHaveFields = config.customFields === 'rows' ? () => false : fieldsChooser(flags, givenCatalog);
  const isUsual = !isOwn && !streams.some(mayHaveFields);
  const usual = isUsual ? choose(flags, givenCatalog, USUAL_OFFER) : undefined;
  if (config.reportFile !== undefined) {
    const inputs = [...flags.config, catalogFile, flags.state];
    checkReportFile(
      config.reportFile,
      inputs.filter(input => input !== undefined),
    );
  }

  return withConnection(config, surroundings, async ({client, reading, tally}, output) => {
    const {log, progress, signal, abort} = output;
    for (const warning of [...warnings, ...stateWarnings]) log.warn({}, warning);
    const findAll = async () => {
      const offer = isOwn ? await findOffer(client, givenCatalog, signal) : USUAL_OFFER;
      const known = {client, state, catalog: givenCatalog, isWanted: mayHaveFields};
      return choose(flags, givenCatalog, await offerFields(offer, config, known, signal));
    };
    const {selection, isFullRefresh, warnings: ofChoice} = usual ?? (await findAll());
    const ids = selection.streams.map(({definition}) => definition.tapStreamId);
    for (const warning of [...ofChoice, ...unusedFilters(config.filters, ids)]) log.warn({}, warning);
    const isRefreshing = selection.streams.some(({definition}) => isFullRefresh(definition.tapStreamId));
    if (flags.fullRefresh !== undefined && !isRefreshing) {
      log.warn({}, '--full-refresh means none of the selected streams, and changes nothing');
    }
    if (selection.streams.length === 0)
      log.warn({}, 'no stream is selected; mark some in the catalog, or name them with --select');
    else logStart(selection.streams, config, log);

    const startedAt = systemClock.wall();
    const startedMs = systemClock.now();
    let told: SyncReport | undefined;
    const tell = (error?: unknown): RunStatus => {
      progress?.end();
      const end = {
        told,
        tally,
        error,
        signal: surroundings.signal,
        version: surroundings.version,
        startedAt,
        seconds: (systemClock.now() - startedMs) / 1_000,
        reportFile: config.reportFile,
      };
      return tellEnd(end, output);
    };
    const messages = sync({
      streams: selection.streams,
      state,
      client,
      reading,
      tally,
      settings: {
        startDate: config.startDate,
        naiveTimezone: config.naiveTimezone,
        lookbackSeconds: tapStreamId => lookbackOf(config.lookbackSeconds, tapStreamId),
        fullRefreshDays: tapStreamId => fullRefreshDaysOf(config.fullRefreshDays, tapStreamId),
        isFullRefresh,
        emitActivateVersion: config.emitActivateVersionMessages,
        filters: tapStreamId => filtersOf(config.filters, tapStreamId),
        failFast: config.failFast,
      },
      log,
      now: systemClock.now,
      wall: systemClock.wall,
      signal,
      onReport: ended => {
        told = ended;
      },
      ...(progress ? {onProgress: progress.update} : {}),
    });
    try {
      await writeMessages(messages, surroundings.stdout, {onClosed: abort});
    } catch (error) {
      tell(error);
      throw error;
    }
    return tell();
  });
}

/** What is to be synced, of all that there is. Throws InputError for a catalog or a term that does not fit. */
function choose(flags: Flags, givenCatalog: unknown, offer: Offer) {
  const {select, fullRefresh} = flags;
  const source = catalogFileOf(flags);
  const catalog = source === undefined ? undefined : parseCatalog(givenCatalog, source, offer.streams);
  const selection = selectStreams({
    ...(catalog ? {catalog: catalog.catalog} : {}),
    ...(select === undefined ? {} : {select}),
    offer: offer.streams,
  });
  return {
    selection,
    isFullRefresh: fullRefresh === undefined ? () => false : fullRefreshMatcher(fullRefresh, offer.streams),
    warnings: [...(catalog?.warnings ?? []), ...offer.warnings, ...selection.warnings],
  };
}

/** The offer with the custom fields of the account, where they are wanted. */
async function offerFields(
  offer: Offer,
  {customFields: mode}: Config,
  known: {
    readonly client: Client;
    readonly state: State;
    readonly catalog?: unknown;
    readonly isWanted: (stream: StreamDefinition) => boolean;
  },
  signal: AbortSignal,
): Promise<Offer> {
  const {client, state, catalog, isWanted} = known;
  return mode === 'rows' ? offer : await withCustomFieldsOf(client, offer, {mode, isWanted, state, catalog}, signal);
}

/**
 * Tells the streams with custom fields that may be synced: those that --select names, by themselves or by their fields,
 * else those that a catalog selects. Throws InputError for a catalog that does not fit.
 */
function fieldsChooser(flags: Flags, givenCatalog: unknown): (stream: StreamDefinition) => boolean {
  const terms = flags.select === undefined ? [] : splitTerms(flags.select, '--select');
  const named = terms.filter(({isNegative}) => !isNegative).map(({glob}) => globMatcher(glob.split('.')[0] ?? ''));
  const {select: _, fullRefresh: __, ...withoutSelect} = flags;
  const {selection} = choose(withoutSelect, givenCatalog, USUAL_OFFER);
  const selected = new Set(selection.streams.map(({definition}) => definition.tapStreamId));
  return ({tapStreamId, customFields}) => {
    if (!customFields) return false;
    return named.length > 0 ? named.some(matches => matches(tapStreamId)) : selected.has(tapStreamId);
  };
}

/** The patterns that name streams. */
function globsIn({select = '', fullRefresh}: Flags): readonly string[] {
  return `${select},${fullRefresh === true ? '' : (fullRefresh ?? '')}`
    .split(',')
    .map(term => term.trim().replace(/^!\s*/, ''));
}

/** The file of --catalog, or of its old name. */
function catalogFileOf({catalog, properties}: Flags): string | undefined {
  if (catalog !== undefined && properties !== undefined && resolve(catalog) !== resolve(properties)) {
    throw new InputError('--properties', 'is the old name of --catalog, and they name two files; keep one of them');
  }
  return catalog ?? properties;
}

function readConfig({config: files}: Flags, {env, version}: Surroundings) {
  const named = files.filter(file => file !== 'ENV');
  return parseConfig({files: named.map(file => ({source: file, value: readJsonFile(file, 'config')})), env, version});
}

function readState(file: string | undefined) {
  if (file === undefined) return parseState(undefined, '--state');
  return parseState(readStateText(readTextFile(file, 'state'), file), file);
}

/** Where a run speaks, and how it ends. */
type Output = {
  readonly log: Logger;
  /** For the few sentences that a person at a terminal sees too. */
  readonly signpost: Logger;
  /** Tells the width of the terminal that the log is shown on; undefined where there is none. */
  readonly columns: (() => number) | undefined;
  readonly progress: ProgressLine | undefined;
  readonly signal: AbortSignal;
  /** Ends the run early. */
  readonly abort: () => void;
};

/** Calls `use` with a connection, and closes it whatever happens; what is still under way is ended with it. */
async function withConnection<T>(
  config: Config,
  surroundings: Surroundings,
  use: (connection: Connection, output: Output) => Promise<T>,
): Promise<T> {
  const account = await findAccount(config);
  const {stderr, stdout} = surroundings;
  // At a terminal one line tells what the many lines of a run tell a log file; among messages it would be lost.
  const isTerminal = stderr.isTTY === true && config.logFormat === 'text';
  const columns = isTerminal ? () => stderr.columns ?? 80 : undefined;
  const isWatched = columns && !stdout.isTTY && config.logLevel === 'info';
  const progress = isWatched
    ? createProgressLine({
        write: text => void stderr.write(text),
        now: systemClock.now,
        columns,
        pageSize: config.pageSize,
      })
    : undefined;
  const createLog = (level: LogLevel) =>
    createLogger({
      level,
      format: config.logFormat,
      secrets: [account.token],
      write: line => (progress ? progress.above(line) : void stderr.write(line)),
    });
  const signpost = createLog(config.logLevel);
  const log = isWatched ? createLog('warn') : signpost;
  surroundings.onLog(log);
  const end = new AbortController();
  const abort = () => end.abort(new Error('the run is over'));
  const signal = AbortSignal.any([surroundings.signal, end.signal]);
  const connection = connect(account, config, log, signal);
  try {
    return await use(connection, {log, signpost, columns, progress, signal, abort});
  } finally {
    abort();
    progress?.end();
    await connection.close();
  }
}

function logStart(streams: readonly SelectedStream[], config: Config, log: Logger): void {
  log.info({streams: streams.length, requests_per_second: config.requestsPerSecond}, 'sync started');
}
