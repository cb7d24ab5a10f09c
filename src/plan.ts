// What a sync would read and take, without reading it: the files of a sync, one request a list, a document and a table.

import {checkToken} from './access.js';
import {prepareChoice} from './choice.js';
import {systemClock} from './clock.js';
import {duration} from './figures.js';
import {unusedFilters} from './filters.js';
import type {Flags} from './flags.js';
import {forecastStreams} from './forecast.js';
import {readCatalog, readConfig, readState} from './inputs.js';
import {type PlanDocument, toPlanDocument} from './plan-document.js';
import {planSettingsOf} from './plan-settings.js';
import {renderPlanTable} from './plan-table.js';
import {type Surroundings, withConnection} from './session.js';
import {planStreams} from './stream-plan.js';

/**
 * The plan of the sync that the same flags would begin; its table goes to stderr, unless the log is JSON. `hide` takes
 * secrets out of its lines.
 * Throws InputError and ApiError.
 */
export async function runPlan(
  flags: Flags,
  surroundings: Surroundings,
  hide: (text: string) => string,
): Promise<PlanDocument> {
  const {config: given, warnings} = readConfig(flags, surroundings);
  const catalog = readCatalog(flags);
  const {state, warnings: stateWarnings} = readState(flags.state);
  const {select, fullRefresh} = flags;
  const isText = given.logFormat === 'text';
  // The table says all that a person wants to know, so that lines about single requests would only be in its way.
  const config = isText && given.logLevel === 'info' ? {...given, logLevel: 'warn' as const} : given;
  const choose = prepareChoice({select, fullRefresh, config, catalog, state});

  return withConnection(config, surroundings, async ({client, reading, tally}, {log, signal}) => {
    for (const warning of [...warnings, ...stateWarnings]) log.warn({}, warning);
    await checkToken(client, signal);
    const {selection, isFullRefresh, warnings: ofChoice} = await choose(client, signal);
    const ids = selection.streams.map(({definition}) => definition.tapStreamId);
    for (const warning of [...ofChoice, ...unusedFilters(config.filters, ids)]) log.warn({}, warning);
    const otherRequests = tally.total().requests;
    const {stderr, version} = surroundings;
    const {requestsPerSecond, pageSize} = config;
    if (isText && stderr.isTTY && requestsPerSecond > 0) {
      stderr.write(
        `asking once for each of ${ids.length} streams, up to ${duration(ids.length / requestsPerSecond)}\n`,
      );
    }

    const plannedAt = systemClock.wall();
    const plans = planStreams(selection.streams, state, planSettingsOf(config, isFullRefresh), plannedAt);
    const reckoning = {pageSize, window: reading.window, nowMs: plannedAt};
    const forecasts = await forecastStreams({plans, client, reckoning, signal});
    const plan = toPlanDocument({forecasts, otherRequests, requestsPerSecond, pageSize, version, plannedAt, select});
    // The last column of a terminal stays free, so that no line wraps.
    const columns = stderr.isTTY ? (stderr.columns ?? 80) - 1 : Number.POSITIVE_INFINITY;
    if (isText) for (const line of renderPlanTable(plan, columns)) stderr.write(`${hide(line)}\n`);
    return plan;
  });
}
