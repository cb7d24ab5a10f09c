// The time in which a run talks to an account: where it speaks, and what ends it.

import type {Writable} from 'node:stream';
import {systemClock} from './clock.js';
import {painter} from './colours.js';
import {type Config, secretsOf} from './config.js';
import {type Account, type Connection, connect, findAccount, type Limits} from './connection.js';
import {createLogger, type Logger, type LogLevel} from './logger.js';
import {createProgressLine, type ProgressLine} from './progress.js';
import type {RequestBudget} from './request-budget.js';
import {widthOf} from './table.js';

export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly stdout: Writable & {readonly isTTY?: boolean};
  readonly stderr: Terminal;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** The requests that may be sent in all; without one there is no end to it. */
  readonly budget?: RequestBudget | undefined;
  /** Told the log once the config has said what it looks like. */
  readonly onLog: (log: Logger) => void;
  /** Told what must not be shown from now on. */
  readonly onSecrets: (secrets: readonly string[]) => void;
};

/** stderr, which may be a terminal. */
type Terminal = {
  readonly write: (text: string) => boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Where a run speaks, and how it ends. */
export type Output = {
  readonly log: Logger;
  /** For the few sentences that a person at a terminal sees too. */
  readonly signpost: Logger;
  /** Tells the width of the terminal that the log is shown on; undefined where there is none. */
  readonly columns: (() => number) | undefined;
  readonly progress: ProgressLine | undefined;
  /** What must not be shown anywhere. */
  readonly secrets: readonly string[];
  readonly signal: AbortSignal;
  /** Ends the run early. */
  readonly abort: () => void;
};

/** A connection and what ends it. */
export type Session = {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** Ends whatever is under way. */
  readonly abort: () => void;
  readonly close: () => Promise<void>;
};

/** Connects to an account; the signal ends whatever is under way, and so does closing. */
export function openSession(account: Account, config: Config, log: Logger, {signal, budget}: Limits): Session {
  const end = new AbortController();
  const abort = () => end.abort(new Error('the run is over'));
  const ending = AbortSignal.any([signal, end.signal]);
  const connection = connect(account, config, log, {signal: ending, budget});
  return {
    connection,
    signal: ending,
    abort,
    close: async () => {
      abort();
      await connection.close();
    },
  };
}

/**
 * Calls `use` with a connection, and closes it whatever happens; what is still under way is ended with it.
 * Throws InputError when a parameter of the sandbox is wrong, and whatever `use` throws.
 */
export async function withConnection<T>(
  config: Config,
  surroundings: Surroundings,
  use: (connection: Connection, output: Output) => Promise<T>,
): Promise<T> {
  const account = await findAccount(config);
  const secrets = [account.token, ...secretsOf(config)];
  const {stderr, stdout} = surroundings;
  // At a terminal one line tells what the many lines of a run tell a log file; among messages it would be lost.
  const isTerminal = stderr.isTTY === true && config.logFormat === 'text';
  const paint = painter(isTerminal, surroundings.env);
  const columns = isTerminal ? () => widthOf(stderr) : undefined;
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
      secrets,
      write: line => (progress ? progress.above(paint(line)) : void stderr.write(paint(line))),
    });
  const signpost = createLog(config.logLevel);
  const log = isWatched ? createLog('warn') : signpost;
  surroundings.onLog(log);
  const {connection, signal, abort, close} = openSession(account, config, log, surroundings);
  try {
    return await use(connection, {log, signpost, columns, progress, secrets, signal, abort});
  } finally {
    progress?.end();
    await close();
  }
}
