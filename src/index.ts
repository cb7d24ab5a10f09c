// The tap as a library: what `import … from 'tap-activecampaign'` gives. Reads no file or variable of its own accord and
// prints nothing; everything comes in as objects and goes out as messages, log entries and a report.

import type {Catalog} from './catalog.js';
import type {Config} from './config.js';
import {ApiError} from './errors.js';
import {checkOptions, DISCOVER_OPTIONS, SYNC_OPTIONS} from './library-options.js';
import type {LogEntry} from './logger.js';
import type {Message} from './message-types.js';
import type {RunReport} from './report.js';

export type {Catalog, CatalogEntry, MetadataEntry} from './catalog.js';
export {ApiError, type ApiFault, InputError} from './errors.js';
export type {LogEntry} from './logger.js';
export type {
  ActivateVersionMessage,
  Message,
  RecordMessage,
  SchemaMessage,
  StateMessage,
} from './message-types.js';
export type {RunReport, StreamEntry} from './report.js';
export type {State} from './state-entry.js';

/** The settings, by the names and with the meanings of the config file (docs/settings.md). */
export type Settings = {
  readonly api_url: string;
  readonly api_token?: string;
  readonly [setting: string]: unknown;
};

type Common = {
  /** Variables that are read besides the settings, and win over them, such as `process.env`; none if not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends what is under way. */
  readonly signal?: AbortSignal;
  /** Takes the entries of the log from the setting `log_level` on. No entry holds the token. */
  readonly log?: (entry: LogEntry) => void;
};

export type DiscoverOptions = Common & {
  /** The account to ask; without one the static catalog is given, offline. */
  readonly config?: Settings;
};

/**
 * The catalog: of all that the API lists, or with a config of what its account has and its token may read, which takes
 * a request for each list. Throws InputError when the config or the token is wrong, ApiError when the account cannot be
 * reached, and the reason of `signal` when that aborts.
 */
export async function discover(options: DiscoverOptions = {}): Promise<Catalog> {
  checkOptions(options, DISCOVER_OPTIONS);
  const {config: settings, ...common} = options;
  if (settings === undefined) {
    const {discover: discoverOffline} = await import('./catalog.js');
    return discoverOffline();
  }
  const {config, warnings} = await readSettings(settings, common);
  const {discoverAccount} = await import('./discovery.js');
  const {connection, log, signal, close} = await open(config, common);
  try {
    for (const warning of warnings) log.warn({}, warning);
    return await discoverAccount(connection.client, config, {log, signpost: log, signal});
  } finally {
    await close();
  }
}

export type SyncOptions = Common & {
  readonly config: Settings;
  /** A catalog with a selection, as `discover` gives it, or of another tool; without one the default selection counts. */
  readonly catalog?: unknown;
  /** The `value` of the last STATE message of an earlier sync that was stored for good. */
  readonly state?: unknown;
  /** Streams and fields, as `--select` takes them: `'contacts,deal*,!*.email'`, or a list of such terms. */
  readonly select?: string | readonly string[];
  /** Whose bookmarks are ignored: true for all streams, or terms as `--full-refresh` takes them. */
  readonly fullRefresh?: boolean | string | readonly string[];
  /** Told how the run went, after the last message; not when the loop is left early. */
  readonly onReport?: (report: RunReport) => void;
};

/**
 * Syncs the selected streams: yields Singer messages in the order in which a target has to take them. Nothing is asked
 * before the first one is; a slow consumer slows the reading down, and leaving the loop closes all connections. What
 * came before a STATE message must be stored before that state is.
 *
 * Throws InputError when an option, the config, the catalog, the state or the token is wrong, mostly before the first
 * message. A stream that fails does not stop the others: once all had their turn, and the last STATE was yielded,
 * an ApiError names those that failed. When `signal` aborts, a last true STATE is yielded and the loop ends without an
 * error.
 */
export async function* sync(given: SyncOptions): AsyncGenerator<Message, void, void> {
  checkOptions(given, SYNC_OPTIONS);
  const {config: settings, onReport, ...options} = given;
  const {config, warnings, version} = await readSettings(settings, options);
  const {prepareSync} = await import('./begin-sync.js');
  const {parseState} = await import('./state.js');
  const {checkReportFile} = await import('./report-file.js');
  const {state, warnings: ofState} = parseState(options.state, 'state');
  const {catalog, select, fullRefresh} = options;
  const begin = prepareSync({
    config,
    catalog: catalog === undefined ? undefined : {source: 'catalog', value: catalog},
    state,
    select: select === undefined ? undefined : toTerms(select),
    fullRefresh: typeof fullRefresh === 'boolean' ? fullRefresh || undefined : fullRefresh && toTerms(fullRefresh),
    warnings: [...warnings, ...ofState],
  });
  const {reportFile, tokenFile} = config;
  if (reportFile !== undefined) checkReportFile(reportFile, tokenFile === undefined ? [] : [tokenFile]);

  const {connection, log, signal, stop, close} = await open(config, options);
  try {
    const run = await begin({connection, log, signpost: log, columns: undefined, version, signal, stop});
    try {
      for await (const messages of run.messages) yield* messages;
    } catch (error) {
      onReport?.(run.tellEnd(error).report);
      throw error;
    }
    const {report} = run.tellEnd();
    onReport?.(report);
    throwIfFailed(report);
  } catch (error) {
    // Whoever stopped the run knows why, and has its last STATE.
    if (!stop.aborted) throw error;
  } finally {
    await close();
  }
}

function toTerms(terms: string | readonly string[]): string {
  return typeof terms === 'string' ? terms : terms.join(',');
}

async function readSettings(value: Settings, {env = {}}: Common) {
  const {parseConfig} = await import('./config.js');
  const {readVersion} = await import('./version.js');
  const version = readVersion();
  return {...parseConfig({files: [{source: 'config', value}], env, version}), version};
}

/** A connection to the account of the config, with a log that hides its token. */
async function open(config: Config, {signal: stop = new AbortController().signal, log: take}: Common) {
  const {secretsOf} = await import('./config.js');
  const {findAccount} = await import('./connection.js');
  const {createEntryLogger} = await import('./logger.js');
  const {openSession} = await import('./session.js');
  const account = await findAccount(config);
  const secrets = [account.token, ...secretsOf(config)];
  const log = createEntryLogger({level: config.logLevel, secrets}, entry => take?.(entry));
  return {...openSession(account, config, log, {signal: stop}), log, stop};
}

function throwIfFailed({streams}: RunReport): void {
  const failed = streams.filter(({outcome}) => outcome === 'failed');
  const [first] = failed;
  if (!first) return;
  const detail = `failed; the other streams are done, and the last STATE is true (${first.error ?? 'see the log'})`;
  throw new ApiError({path: failed.map(({stream}) => stream).join(', '), detail});
}
