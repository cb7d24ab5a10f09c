// One sync from its flags to its end: reads the files, connects, syncs, tells how it went. Everything that goes wrong is
// thrown; cli.ts turns it into an exit code.

import {prepareSync} from './begin-sync.js';
import {type Bounds, parseBounds} from './bounds.js';
import {systemClock} from './clock.js';
import {startDeadline} from './deadline.js';
import type {Flags} from './flags.js';
import {checkReport, readCatalog, readConfig, readState} from './inputs.js';
import {writeMessages} from './messages.js';
import {createLineRedactor} from './redaction.js';
import {createRequestBudget} from './request-budget.js';
import type {RunStatus} from './run-end.js';
import type {Surroundings} from './session.js';

/**
 * Syncs the selected streams to stdout. Says whether a stream failed, or the run ended early.
 * Throws InputError, ApiError and OutputClosedError, once the end was told.
 */
export async function runSync(flags: Flags, surroundings: Surroundings): Promise<RunStatus> {
  const bounds = parseBounds(flags);
  const deadline = startDeadline(bounds.minutes, systemClock);
  try {
    return await runWithin(bounds, deadline.signal, {flags, surroundings});
  } finally {
    deadline.cancel();
  }
}

async function runWithin(
  bounds: Bounds,
  deadline: AbortSignal,
  {flags, surroundings}: {readonly flags: Flags; readonly surroundings: Surroundings},
): Promise<RunStatus> {
  const {config, warnings} = readConfig(flags, surroundings);
  const catalog = readCatalog(flags);
  const {state, warnings: stateWarnings} = readState(flags.state);
  const {select, fullRefresh} = flags;
  const begin = prepareSync({
    select,
    fullRefresh,
    config,
    catalog,
    state,
    warnings: [...warnings, ...stateWarnings],
  });
  checkReport(flags, config);

  const bounded = {
    ...surroundings,
    signal: AbortSignal.any([surroundings.signal, deadline]),
    budget: bounds.requests === undefined ? undefined : createRequestBudget(bounds.requests),
  };
  // What talks to a server takes longer to load than all that was read so far: a wrong input is told of without it.
  const {withConnection} = await import('./session.js');
  return withConnection(config, bounded, async (connection, output) => {
    const {version, signal: stop, stdout} = surroundings;
    const {progress, secrets, abort} = output;
    const {messages, tellEnd} = await begin({
      ...output,
      connection,
      version,
      stop,
      bounds,
      onProgress: progress?.update,
    });
    try {
      await writeMessages(messages, stdout, {onClosed: abort, hide: createLineRedactor(secrets)});
    } catch (error) {
      progress?.end();
      tellEnd(error);
      throw error;
    }
    progress?.end();
    return tellEnd().status;
  });
}
