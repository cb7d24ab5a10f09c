// All HTTP of the tap: one GET at a time from its caller's view, with the token, the gate, time-outs and retries.
// The HTTP library's errors end here, because they carry the token.

import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import {brotliDecompressSync, gunzipSync, inflateSync} from 'node:zlib';
import got, {RequestError} from 'got';
import type {Clock} from './clock.js';
import {ApiError} from './errors.js';
import type {Gate} from './gate.js';
import type {Logger} from './logger.js';
import {parseWire} from './wire.js';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;

// A 403 is sometimes gone a moment later, but far more often it is the answer to a missing right, on dozens of
// streams of one account: it is believed after fewer tries than a broken server is.
const TRIES_OF_403 = 4;

/** What a whole, parsed answer of status 200 says. */
export type Answer = {
  readonly body: Readonly<Record<string, unknown>>;
  /** Bytes of JSON text, as a measure of the memory it takes. */
  readonly bytes: number;
  /** When the server began to work on the request, by the server's own clock: milliseconds since 1970 (UTC). */
  readonly begunAt: number;
  /** When the answer was here, by this machine's clock: milliseconds since 1970 (UTC). */
  readonly receivedAt: number;
};

export type RequestOptions = {
  /** Who goes first at the gate: lower before higher. */
  readonly rank: number;
  /** The stream that asks, for the metrics. */
  readonly endpoint: string;
  readonly signal?: AbortSignal;
};

export type Client = {
  /**
   * Asks `path` (relative to /api/3/) and gives the answer's object. Retries what is transient (behaviour: 429, 5xx,
   * a passing 403, resets, time-outs, cut, empty or HTML bodies). Throws ApiError for what stays, and the signal's
   * reason when it aborts.
   */
  readonly get: (path: string, query: Readonly<Record<string, string>>, options: RequestOptions) => Promise<Answer>;
  /** Closes the connections that were kept open. */
  readonly close: () => void;
};

/** One attempt as it ended, for logs and metrics. */
export type Attempt = {
  readonly endpoint: string;
  readonly path: string;
  readonly query: string;
  readonly status: number | undefined;
  readonly seconds: number;
  readonly retried: boolean;
};

export type ClientOptions = {
  /** `https://account.api-us1.com`, without path. */
  readonly baseUrl: string;
  readonly token: string;
  readonly userAgent: string;
  readonly requestTimeoutSeconds: number;
  readonly maxRetries: number;
  readonly maxConcurrent: number;
  readonly gate: Gate;
  readonly clock: Clock;
  /** A number in [0, 1), for the jitter of the backoff. */
  readonly random: () => number;
  readonly log: Logger;
  readonly onAttempt?: (attempt: Attempt) => void;
};

/** How an attempt ended. A fault is either worth another try or final. */
type Outcome =
  | {readonly type: 'answer'; readonly answer: Answer}
  | {
      readonly type: 'fault';
      readonly detail: string;
      readonly status?: number | undefined;
      /** How many tries in all such a fault deserves; undefined means as many as configured. */
      readonly tries?: number;
      /** Set when the gate already makes everybody wait. */
      readonly gateWaits?: boolean;
      readonly isWrongAddress?: boolean;
    };

/** A client for one account. Sends nothing by itself. */
export function createClient(options: ClientOptions): Client {
  const {baseUrl, gate, clock, log} = options;
  const agents = {
    http: new HttpAgent({keepAlive: true, maxSockets: options.maxConcurrent}),
    https: new HttpsAgent({keepAlive: true, maxSockets: options.maxConcurrent}),
  };
  const http = got.extend({
    prefixUrl: `${baseUrl}/api/3/`,
    agent: agents,
    headers: {
      'api-token': options.token,
      'user-agent': options.userAgent,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    },
    // Unpacking page by page costs a fifth of what the library's streams cost.
    decompress: false,
    throwHttpErrors: false,
    // The token travels in a header of its own, which a redirect would carry to another host.
    followRedirect: false,
    retry: {limit: 0},
    timeout: {request: options.requestTimeoutSeconds * 1_000},
  });

  async function attempt(path: string, query: string, {rank, signal}: RequestOptions): Promise<Outcome> {
    const pass = await gate.enter(rank, signal);
    const departedAt = clock.now();
    const departedWall = clock.wall();
    try {
      const response = await http.get(path, {searchParams: query, responseType: 'buffer', ...(signal ? {signal} : {})});
      const receivedAt = clock.wall();
      const sentAt = response.timings.upload;
      if (sentAt !== undefined) pass.departed(departedAt + Math.max(0, sentAt - departedWall));
      const status = response.statusCode;
      const retryAfterMs = readRetryAfter(response.headers['retry-after'], receivedAt);
      if (status === 429) pass.refused(retryAfterMs);
      else pass.answered();
      if (status === 503 && retryAfterMs !== undefined) gate.pause(retryAfterMs);
      return judge({
        status,
        headers: response.headers,
        body: response.body,
        receivedAt,
        tookMs: clock.now() - departedAt,
        gateWaits: status === 429 || (status === 503 && retryAfterMs !== undefined),
      });
    } catch (error) {
      pass.failed();
      signal?.throwIfAborted();
      if (error instanceof RequestError) return judgeNetworkFault(error);
      throw error;
    }
  }

  async function get(path: string, query: Readonly<Record<string, string>>, request: RequestOptions): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    for (let tries = 1; ; tries += 1) {
      const startedAt = clock.now();
      const outcome = await attempt(path, search, request);
      const isAnswer = outcome.type === 'answer';
      const isFinal = isAnswer || tries >= Math.min(outcome.tries ?? Number.POSITIVE_INFINITY, options.maxRetries + 1);
      options.onAttempt?.({
        endpoint: request.endpoint,
        path,
        query: search,
        status: isAnswer ? 200 : outcome.status,
        seconds: (clock.now() - startedAt) / 1_000,
        retried: !isFinal,
      });
      if (isAnswer) return outcome.answer;
      if (isFinal) {
        const after = tries > 1 ? ` (after ${tries} tries)` : '';
        const {status, isWrongAddress = false} = outcome;
        throw new ApiError({path, status, detail: outcome.detail + after, isWrongAddress});
      }
      log.debug(
        {path, query: search, status: outcome.status, try: tries, detail: outcome.detail},
        'request is repeated',
      );
      if (!outcome.gateWaits) {
        const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (tries - 1));
        await clock.sleep(backoffMs * (0.5 + options.random() / 2), request.signal);
      }
    }
  }

  return {
    get,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
  readonly receivedAt: number;
  readonly tookMs: number;
  readonly gateWaits: boolean;
};

function judge({status, headers, body, receivedAt, tookMs, gateWaits}: RawAnswer): Outcome {
  const text = readText(body, String(headers['content-encoding'] ?? ''));
  if (status === 200) {
    const parsed = text === undefined ? undefined : parseObject(text);
    if (text === undefined || parsed === undefined) {
      return {type: 'fault', status, detail: `the answer is ${text === '' ? 'empty' : 'no whole JSON object'}`};
    }
    const date = Date.parse(String(headers['date'] ?? ''));
    const begunAt = (Number.isNaN(date) ? receivedAt : date) - tookMs;
    return {type: 'answer', answer: {body: parsed, bytes: text.length, begunAt, receivedAt}};
  }
  if (status >= 300 && status < 400) {
    const detail = `it redirects to ${hostOf(headers['location'])}`;
    return {type: 'fault', status, tries: 1, isWrongAddress: true, detail};
  }
  const detail = describe(text ?? '') ?? 'no further explanation';
  if (status === 403) return {type: 'fault', status, tries: TRIES_OF_403, detail};
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  return {type: 'fault', status, detail, gateWaits, ...(isTransient ? {} : {tries: 1})};
}

/** The body as text, or undefined when its compression is broken or unknown. */
function readText(body: Uint8Array, encoding: string): string | undefined {
  try {
    const unpack = {
      '': undefined,
      identity: undefined,
      gzip: gunzipSync,
      br: brotliDecompressSync,
      deflate: inflateSync,
    }[encoding];
    return Buffer.from(unpack ? unpack(body) : body).toString('utf8');
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseWire(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an error body says, in the many forms it comes in (JSON object, list of errors, string, HTML); one short line. */
function describe(text: string): string | undefined {
  let said: unknown = text;
  try {
    said = JSON.parse(text);
  } catch {
    // Not JSON: HTML or plain text, used as it stands.
  }
  const found = firstText(said);
  const line = found
    ?.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u0000-\u001f]+/g, ' ')
    .trim();
  return line ? line.slice(0, 200) : undefined;
}

function firstText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(firstText).find(text => text !== undefined);
  if (!isObject(value)) return undefined;
  const keys = ['message', 'detail', 'title', 'error', 'errors'];
  return keys.map(key => firstText(value[key])).find(text => text !== undefined && text !== '');
}

/** Milliseconds to wait from a Retry-After header (whole seconds, fractions or an HTTP date), undefined without one. */
function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const date = Date.parse(header);
  // An HTTP date has whole seconds only: one more, so as not to come too early.
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs + 1_000);
}

function hostOf(location: string | string[] | undefined): string {
  const url = URL.canParse(String(location)) ? new URL(String(location)) : undefined;
  return url?.host ?? 'another address';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host is not known',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no whole answer came in time',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the host cannot be reached',
};

// Wrong certificates do not mend themselves; a name that does not exist seldom does.
const FINAL_CODES = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/;

function judgeNetworkFault(error: RequestError): Outcome {
  // The code alone: the library's message may repeat the URL, and its error holds the request's headers.
  const code = error.code;
  const detail = REASONS[code] ?? `the request failed (${code})`;
  if (FINAL_CODES.test(code)) {
    return {type: 'fault', tries: 1, isWrongAddress: true, detail: `there is no secure connection (${code})`};
  }
  return {type: 'fault', detail, ...(code === 'ENOTFOUND' ? {tries: 3, isWrongAddress: true} : {})};
}
