// What a sync would read and take, without reading it: the files of a sync, one request a list, a document and a table.

import {checkToken} from './access.js';
import {parseBounds} from './bounds.js';
import {prepareChoice, warningsOf} from './choice.js';
import {systemClock} from './clock.js';
import {painter} from './colours.js';
import {duration} from './figures.js';
import type {Flags} from './flags.js';
import {forecastStreams} from './forecast.js';
import {checkReport, readCatalog, readConfig, readState} from './inputs.js';
import {type PlanDocument, toPlanDocument} from './plan-document.js';
import {planSettingsOf} from './plan-settings.js';
import {renderPlanTable} from './plan-table.js';
import {type Surroundings, withConnection} from './session.js';
import {planStreams} from './stream-plan.js';
import {widthOf} from './table.js';

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
  // What a sync would refuse is refused here too. How far it is to go does not change how much there is.
  parseBounds(flags);
  const {config: given, warnings} = readConfig(flags, surroundings);
  const catalog = readCatalog(flags);
  const {state, warnings: stateWarnings} = readState(flags.state);
  const {select, fullRefresh} = flags;
  const isText = given.logFormat === 'text';
  // The table says all that a person wants to know, so that lines about single requests would only be in its way.
  const config = isText && given.logLevel === 'info' ? {...given, logLevel: 'warn' as const} : given;
  const choose = prepareChoice({select, fullRefresh, config, catalog, state});
  checkReport(flags, config);

  return withConnection(config, surroundings, async ({client, reading, tally}, {log, signal}) => {
    for (const warning of [...warnings, ...stateWarnings]) log.warn({}, warning);
    await checkToken(client, signal);
    const choice = await choose(client, signal);
    for (const warning of warningsOf(choice, {config, fullRefresh})) log.warn({}, warning);
    const {
      selection: {streams},
      isFullRefresh,
    } = choice;
    const otherRequests = tally.total().requests;
    const {env, stderr, version} = surroundings;
    const {requestsPerSecond, pageSize} = config;
    if (isText && stderr.isTTY && requestsPerSecond > 0) {
      const seconds = streams.length / requestsPerSecond;
      stderr.write(`asking once for each of ${streams.length} streams, up to ${duration(seconds)}\n`);
    }

    const plannedAt = systemClock.wall();
    const plans = planStreams(streams, state, planSettingsOf(config, isFullRefresh), plannedAt);
    const reckoning = {pageSize, window: reading.window, nowMs: plannedAt};
    const forecasts = await forecastStreams({plans, client, reckoning, signal});
    const plan = toPlanDocument({forecasts, otherRequests, requestsPerSecond, pageSize, version, plannedAt, select});
    const paint = painter(stderr.isTTY === true, env);
    // The last column of a terminal stays free, so that no line wraps.
    const columns = stderr.isTTY ? widthOf(stderr) - 1 : Number.POSITIVE_INFINITY;
    if (!isText) log.info({...plan.totals}, 'sync planned');
    else for (const line of renderPlanTable(plan, columns)) stderr.write(`${paint(hide(line))}\n`);
    return plan;
  });
}
