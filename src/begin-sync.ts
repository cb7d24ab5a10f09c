// Puts a sync together, of what it was given to choose by and a connection: its messages, and the way to tell of its
// end. Shared by the command line and the library; writes no message itself.

import {type Bounds, boundIn, UNBOUNDED} from './bounds.js';
import {type Choice, type ChosenBy, prepareChoice, warningsOf} from './choice.js';
import {systemClock} from './clock.js';
import {secretsOf} from './config.js';
import type {Connection} from './connection.js';
import type {Message} from './message-types.js';
import {planSettingsOf} from './plan-settings.js';
import type {SyncReport} from './report.js';
import {type RunResult, type RunVoices, tellEnd} from './run-end.js';
import {type SyncProgress, sync, syncNothing} from './sync.js';

/** What a sync is given; `warnings` are sentences about its config and state. */
export type SyncGiven = ChosenBy & {readonly warnings: readonly string[]};

/** Where a sync happens. */
export type SyncPlace = RunVoices & {
  readonly connection: Connection;
  /** The version of the tap. */
  readonly version: string;
  /** None if not given. Of requests and minutes the connection knows. */
  readonly bounds?: Bounds;
  /** Ends the run, and the connection with it. */
  readonly signal: AbortSignal;
  /** The caller's own signal: told of as the reason why a run was stopped. */
  readonly stop: AbortSignal;
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
};

export type BegunSync = {
  readonly messages: AsyncGenerator<readonly Message[]>;
  /** Tells how it ended, in the log and the report; `error` is what ended it early. */
  readonly tellEnd: (error?: unknown) => RunResult;
};

/**
 * Prepares a sync. What can be checked without a request is checked at once: throws InputError. What is returned begins
 * it, and throws InputError and ApiError.
 */
export function prepareSync(given: SyncGiven): (place: SyncPlace) => Promise<BegunSync> {
  const choose = prepareChoice(given);
  const {config, state, warnings} = given;
  return async place => {
    const {bounds = UNBOUNDED, connection, log, signal, onProgress} = place;
    const {client, reading, tally} = connection;
    for (const warning of warnings) log.warn({}, warning);
    const startedAt = systemClock.wall();
    const startedMs = systemClock.now();
    let told: SyncReport | undefined;
    const onReport = (ended: SyncReport) => {
      told = ended;
    };
    const start = async () => {
      const choice = await choose(client, signal);
      logStart(choice, given, log);
      return sync({
        streams: choice.selection.streams,
        state,
        client,
        reading,
        tally,
        settings: {...planSettingsOf(config, choice.isFullRefresh), failFast: config.failFast},
        bounds,
        log,
        now: systemClock.now,
        wall: systemClock.wall,
        signal,
        onReport,
        ...(onProgress ? {onProgress} : {}),
      });
    };
    const messages = await start().catch(error => {
      const reached = boundIn(error, signal);
      if (!reached) throw error;
      return syncNothing(state, reached, onReport);
    });
    return {
      messages,
      tellEnd: error => {
        const seconds = (systemClock.now() - startedMs) / 1_000;
        const {version, stop} = place;
        const {reportFile} = config;
        const secrets = secretsOf(config);
        return tellEnd({told, tally, error, signal: stop, version, startedAt, seconds, reportFile, secrets}, place);
      },
    };
  };
}

function logStart(choice: Choice, given: SyncGiven, log: SyncPlace['log']): void {
  for (const warning of warningsOf(choice, given)) log.warn({}, warning);
  const {length: streams} = choice.selection.streams;
  if (streams > 0) log.info({streams, requests_per_second: given.config.requestsPerSecond}, 'sync started');
}
