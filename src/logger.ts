// Logs on stderr: `LEVEL message` as singer-python writes them, or one JSON object a line with the fields of
// Meltano's SDK. Whatever the format, a line never holds a secret.

import {pino} from 'pino';
import {createRedactor, hideIn} from './redaction.js';

/** What every log call takes: the facts as fields, and a constant sentence. */
export type LogCall = (fields: Readonly<Record<string, unknown>>, sentence: string) => void;

export type Logger = {
  readonly debug: LogCall;
  readonly info: LogCall;
  readonly warn: LogCall;
  readonly error: LogCall;
  readonly fatal: LogCall;
  /** A point of singer-python's metrics, at level info. */
  readonly metric: (point: MetricPoint) => void;
  /** A JSON object under a name, at level info. */
  readonly document: (name: string, document: Readonly<Record<string, unknown>>) => void;
};

/** One measurement: singer-python, metrics.py. */
export type MetricPoint = {
  readonly type: 'counter' | 'timer';
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string | number>>;
};

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof LEVELS)[number];

export type LoggerOptions = {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Texts that must not appear in any line. */
  readonly secrets: readonly string[];
  /** Takes one whole line, with its newline. */
  readonly write: (line: string) => void;
};

// The names that Python's logging, and with it every reader of Singer logs, uses.
const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'DEBUG',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARNING',
  50: 'ERROR',
  60: 'CRITICAL',
};

type Entry = {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly metric?: MetricPoint;
  readonly document?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
};

/** A logger for one run. */
export function createLogger({level, format, secrets, write}: LoggerOptions): Logger {
  const hide = createRedactor(secrets);
  const render = format === 'json' ? renderJson : renderText;
  const destination = {
    write: (line: string) => {
      // A line of pino is an entry as we passed it in, so its shape is known.
      const entry: Entry = JSON.parse(line);
      // Value by value, since a secret that is an ordinary word must not break the line.
      const shown = Object.entries(entry).map(([name, value]) => [name, hideIn(value, hide)]);
      write(`${escapeControls(render({...entry, ...Object.fromEntries(shown)}))}\n`);
    },
  };
  const log = pino({level, base: null, timestamp: pino.stdTimeFunctions.epochTime}, destination);
  return {
    debug: (fields, sentence) => log.debug(fields, sentence),
    info: (fields, sentence) => log.info(fields, sentence),
    warn: (fields, sentence) => log.warn(fields, sentence),
    error: (fields, sentence) => log.error(fields, sentence),
    fatal: (fields, sentence) => log.fatal(fields, sentence),
    metric: point => log.info({metric: point}, 'METRIC'),
    document: (name, document) => log.info({document}, name),
  };
}

/** One entry of the log, for a program to take. */
export type LogEntry = {
  readonly level: LogLevel;
  /** A constant sentence. */
  readonly message: string;
  /** The facts, such as `stream` and `records`. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A logger that hands its entries to a function, secrets hidden, from a level on. */
export function createEntryLogger(
  {level: least, secrets}: Pick<LoggerOptions, 'level' | 'secrets'>,
  take: (entry: LogEntry) => void,
): Logger {
  const hide = createRedactor(secrets);
  const at =
    (level: LogLevel): LogCall =>
    (fields, message) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      const hidden = Object.entries(fields).map(([name, value]) => [name, hideIn(value, hide)]);
      take({level, message: hide(message), fields: Object.fromEntries(hidden)});
    };
  const info = at('info');
  return {
    debug: at('debug'),
    info,
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    metric: point => info({...point}, 'METRIC'),
    document: (name, document) => info(document, name),
  };
}

/** Readers of logs differ in where they see the end of a line, and a terminal obeys what follows an ESC. */
function escapeControls(line: string): string {
  return line.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    control => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function renderText({level, time: _time, msg, metric, document, ...fields}: Entry): string {
  if (metric) return `INFO METRIC: ${JSON.stringify(metric)}`;
  if (document) return `INFO ${msg} ${JSON.stringify(document)}`;
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${renderValue(value)}`);
  return [LEVEL_NAMES[level] ?? 'INFO', msg.replace(/\s*[\r\n]+\s*/g, ' '), ...facts].join(' ');
}

function renderValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"\u0000-\u001f\u007f-\u009f]+$/.test(value) ? value : JSON.stringify(value);
}

function renderJson({level, time, msg, metric, document, stream, ...fields}: Entry): string {
  const facts = document ?? fields;
  return JSON.stringify({
    level: (LEVEL_NAMES[level] ?? 'INFO').toLowerCase(),
    pid: process.pid,
    logger_name: metric ? 'tap-activecampaign.metrics' : 'tap-activecampaign',
    ts: time / 1_000,
    thread_name: 'MainThread',
    app_name: 'tap-activecampaign',
    stream_name: stream ?? metric?.tags['endpoint'] ?? null,
    message: metric ? `METRIC: ${JSON.stringify(metric)}` : msg,
    ...(metric ? {metric_info: metric} : {}),
    ...(Object.keys(facts).length > 0 ? {extra: facts} : {}),
  });
}
