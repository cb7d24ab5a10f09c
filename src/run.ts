// One sync from its flags to its end: reads the files, connects, syncs, tells how it went. Everything that goes wrong is
// thrown; cli.ts turns it into an exit code.

import {prepareChoice} from './choice.js';
import {systemClock} from './clock.js';
import type {Config} from './config.js';
import {unusedFilters} from './filters.js';
import {catalogFileOf, type Flags} from './flags.js';
import {readCatalog, readConfig, readState} from './inputs.js';
import type {Logger} from './logger.js';
import {writeMessages} from './messages.js';
import {planSettingsOf} from './plan-settings.js';
import type {SyncReport} from './report.js';
import {checkReportFile} from './report-file.js';
import {type RunStatus, tellEnd} from './run-end.js';
import type {SelectedStream} from './selection.js';
import {type Surroundings, withConnection} from './session.js';
import {sync} from './sync.js';

/**
 * Syncs the selected streams to stdout. Says whether a stream failed, or the run was stopped.
 * Throws InputError, ApiError and OutputClosedError, once the end was told.
 */
export async function runSync(flags: Flags, surroundings: Surroundings): Promise<RunStatus> {
  const {config, warnings} = readConfig(flags, surroundings);
  const catalog = readCatalog(flags);
  const {state, warnings: stateWarnings} = readState(flags.state);
  const choose = prepareChoice({flags, config, catalog, state});
  if (config.reportFile !== undefined) {
    const inputs = [...flags.config, catalogFileOf(flags), flags.state];
    checkReportFile(
      config.reportFile,
      inputs.filter(input => input !== undefined),
    );
  }

  return withConnection(config, surroundings, async ({client, reading, tally}, output) => {
    const {log, progress, signal, abort} = output;
    for (const warning of [...warnings, ...stateWarnings]) log.warn({}, warning);
    const {selection, isFullRefresh, warnings: ofChoice} = await choose(client, signal);
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
      settings: {...planSettingsOf(config, isFullRefresh), failFast: config.failFast},
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

function logStart(streams: readonly SelectedStream[], config: Config, log: Logger): void {
  log.info({streams: streams.length, requests_per_second: config.requestsPerSecond}, 'sync started');
}
