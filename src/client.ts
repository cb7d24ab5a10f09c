// All HTTP of the tap: one GET at a time from its caller's view, with the token, the gate, time-outs and retries.
// The HTTP library's errors end here, because they carry the token.

import {Agent as HttpAgent} from 'node:http';
import {Agent as HttpsAgent} from 'node:https';
import got, {RequestError} from 'got';
import {onAbort} from './abort-listeners.js';
import {unpackBody} from './body.js';
import type {Clock} from './clock.js';
import {describeErrorBody} from './error-body.js';
import {ApiError} from './errors.js';
import type {Gate, Pass} from './gate.js';
import {isObject} from './json.js';
import {countRowLinks, withoutLinks} from './links.js';
import type {Logger} from './logger.js';
import {createRedactor} from './redaction.js';
import type {RequestBudget} from './request-budget.js';
import {parseWire} from './wire.js';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;

// A 403 is sometimes gone a moment later, but far more often it is the answer to a missing right, on dozens of
// streams of one account: it is believed after fewer tries than a broken server is.
const TRIES_OF_403 = 4;

// What a person is told of at the usual log level.
const TRIES_UNTOLD = 3;
const LONG_PAUSE_SECONDS = 10;

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
  /** Whether the first 403 is believed, though some pass: who only looks asks once. */
  readonly believesRefusal?: boolean;
  /** Whether the answer's objects under a key `links` may come empty. */
  readonly dropsLinks?: boolean | undefined;
};

export type Client = {
  /**
   * Asks `path` (relative to /api/3/) and gives the answer's object. Retries what is transient (429, 5xx,
   * a passing 403, resets, time-outs, cut, empty or HTML bodies). Throws ApiError for what stays, BoundReached when the
   * budget is spent, and the signal's reason when it aborts.
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
  /** From its departure to its end; the wait for its turn is not part of it. */
  readonly seconds: number;
  readonly succeeded: boolean;
  readonly retried: boolean;
  /** For how long its answer closed the gate, beyond the time that it was closed anyway. */
  readonly pausedMs: number;
  /** Those of its answer, by their names in small letters; none where no answer came. */
  readonly headers: Headers;
  /** When it ended, by this machine's clock: milliseconds since 1970 (UTC). */
  readonly endedAt: number;
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

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
  /** What may be sent in all, retries included; without one there is no end to it. */
  readonly budget?: RequestBudget | undefined;
  /** Told when an attempt has really left for the server, also when its answer is not waited for any more. */
  readonly onSent?: (sent: {readonly endpoint: string; readonly isRetry: boolean}) => void;
  readonly onAttempt?: (attempt: Attempt) => void;
};

type Ended = {readonly outcome: Outcome} & Pick<Attempt, 'seconds' | 'pausedMs' | 'headers' | 'endedAt'>;

/** How an attempt ended. A fault is either worth another try or final. */
type Outcome =
  | {readonly type: 'answer'; readonly answer: Answer}
  | {
      readonly type: 'fault';
      readonly detail: string;
      readonly status?: number | undefined;
      /** How many such faults one behind the other are believed; undefined means as many tries as configured. */
      readonly tries?: number;
      /** Set when the gate already makes everybody wait. */
      readonly gateWaits?: boolean;
      readonly isWrongAddress?: boolean;
    };

/** What an answer tells of the pace. */
type Told = {readonly path: string; readonly status: number; readonly retryAfterMs: number | undefined};

/** A client for one account. Sends nothing by itself. */
export function createClient(options: ClientOptions): Client {
  const {baseUrl, budget, gate, clock, log} = options;
  // A server may repeat in its answer what was sent to it.
  const hide = createRedactor([options.token]);
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
    // Done by body.ts, at a fifth of the cost.
    decompress: false,
    throwHttpErrors: false,
    // The token travels in a header of its own, which a redirect would carry to another host.
    followRedirect: false,
    retry: {limit: 0},
    timeout: {request: options.requestTimeoutSeconds * 1_000},
  });

  async function attempt(
    path: string,
    query: string,
    {rank, signal, dropsLinks}: RequestOptions,
    onSent: () => void,
  ): Promise<Ended> {
    // Known to be refused, it need not wait for its turn; while it waits, others may take what is left.
    if (budget?.isSpent()) return budget.refuse();
    const pass = await gate.enter(rank, signal);
    if (budget?.take() === false) {
      pass.failed();
      return budget.refuse();
    }
    const departedAt = clock.now();
    const end = (outcome: Outcome, headers: Headers = {}, pausedMs = 0): Ended => {
      return {outcome, seconds: (clock.now() - departedAt) / 1_000, pausedMs, headers, endedAt: clock.wall()};
    };
    const answer = http.get(query === '' ? path : `${path}?${query}`, {responseType: 'buffer'});
    const stopWaiting = signal && onAbort(signal, () => answer.cancel());
    try {
      // A connection had to be opened, or the process was busy: the server sees the request when it is really sent.
      answer.on('request', request =>
        request.once('finish', () => {
          pass.departed(clock.now());
          onSent();
        }),
      );
      const response = await answer;
      const receivedAt = clock.wall();
      const tookMs = clock.now() - departedAt;
      const {statusCode: status, headers, body} = response;
      const date = Date.parse(String(headers.date));
      const answeredAt = Number.isNaN(date) ? receivedAt : date;
      const retryAfterMs = readRetryAfter(headers['retry-after'], answeredAt);
      const {gateWaits, pausedMs} = heed(pass, {path, status, retryAfterMs});
      const begunAt = answeredAt - tookMs;
      return end(judge({status, headers, body, begunAt, receivedAt, gateWaits, hide, dropsLinks}), headers, pausedMs);
    } catch (error) {
      pass.failed();
      signal?.throwIfAborted();
      if (error instanceof RequestError) return end(judgeNetworkFault(error));
      throw error;
    } finally {
      stopWaiting?.();
      budget?.ended();
    }
  }

  /** Closes the gate for as long as an answer asks for; says whether it does, and for how much longer than it was closed. */
  function heed(
    pass: Pass,
    {path, status, retryAfterMs}: Told,
  ): {readonly gateWaits: boolean; readonly pausedMs: number} {
    const pausedBeforeMs = gate.pausedMs();
    if (status === 429) pass.refused(retryAfterMs);
    else pass.answered();
    const isPaused = status === 503 && retryAfterMs !== undefined;
    if (isPaused) gate.pause(retryAfterMs);
    const pausedMs = gate.pausedMs() - pausedBeforeMs;
    const seconds = Math.round(pausedMs / 1_000);
    if (seconds >= LONG_PAUSE_SECONDS) log.warn({path, status, seconds}, 'the API asks for a pause; all requests wait');
    return {gateWaits: status === 429 || isPaused, pausedMs};
  }

  async function get(path: string, query: Readonly<Record<string, string>>, request: RequestOptions): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    let lastStatus: number | undefined;
    let alike = 0;
    for (let tries = 1; ; tries += 1) {
      const {endpoint} = request;
      const onSent = () => options.onSent?.({endpoint, isRetry: tries > 1});
      const {outcome, ...ended} = await attempt(path, search, request, onSent);
      const isAnswer = outcome.type === 'answer';
      const status = isAnswer ? 200 : outcome.status;
      // A server in trouble may refuse once between other faults: only refusal upon refusal is an answer.
      alike = status === lastStatus ? alike + 1 : 1;
      lastStatus = status;
      const isBelieved = request.believesRefusal === true && status === 403;
      const isFinal =
        isAnswer || isBelieved || tries > options.maxRetries || alike >= (outcome.tries ?? Number.POSITIVE_INFINITY);
      options.onAttempt?.({
        endpoint,
        path,
        query: search,
        status,
        succeeded: isAnswer,
        retried: !isFinal,
        ...ended,
      });
      if (isAnswer) return outcome.answer;
      if (isFinal) {
        const after = tries > 1 ? ` (after ${tries} tries)` : '';
        const {isWrongAddress = false} = outcome;
        throw new ApiError({path, status, detail: outcome.detail + after, isWrongAddress});
      }
      // One fault is everyday; who watches a run that does not get on wants to know why.
      const tell = tries === TRIES_UNTOLD ? log.warn : log.debug;
      tell({path, query: search, status: outcome.status, try: tries, detail: outcome.detail}, 'request is repeated');
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
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly begunAt: number;
  readonly receivedAt: number;
  readonly gateWaits: boolean;
  readonly hide: (text: string) => string;
  readonly dropsLinks: boolean | undefined;
};

function judge({status, headers, body, begunAt, receivedAt, gateWaits, hide, dropsLinks}: RawAnswer): Outcome {
  const unpack = () => unpackBody(body, String(headers['content-encoding'] ?? ''));
  const bytes = unpack();
  if (status === 200) {
    const isEmpty = bytes?.length === 0;
    const read = (dropsLinks && bytes && parseWithoutLinks(bytes)) || parseObject(dropsLinks ? unpack() : bytes);
    if (!read) return {type: 'fault', status, detail: `the answer is ${isEmpty ? 'empty' : 'no whole JSON object'}`};
    return {type: 'answer', answer: {...read, begunAt, receivedAt}};
  }
  if (status >= 300 && status < 400) {
    const detail = hide(`it redirects to ${hostOf(headers['location'])}`);
    return {type: 'fault', status, tries: 1, isWrongAddress: true, detail};
  }
  const detail = describeErrorBody(bytes?.toString('utf8') ?? '', hide) ?? 'no further explanation';
  if (status === 403) return {type: 'fault', status, tries: TRIES_OF_403, detail};
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500;
  return {type: 'fault', status, detail, gateWaits, ...(isTransient ? {} : {tries: 1})};
}

/** Nothing where more than the links of rows would be lost. Makes use of the memory of `bytes`. */
function parseWithoutLinks(bytes: Buffer): ReturnType<typeof parseObject> {
  const {json, emptied} = withoutLinks(bytes);
  const read = parseObject(json);
  return read && emptied === countRowLinks(read.body) ? read : undefined;
}

function parseObject(json: Buffer | undefined): Pick<Answer, 'body' | 'bytes'> | undefined {
  if (json === undefined) return undefined;
  try {
    const body = parseWire(json.toString('utf8'));
    return isObject(body) ? {body, bytes: json.length} : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds to wait from a Retry-After header: whole seconds, fractions or an HTTP date, which is compared with
 * the server's own clock. Undefined when it names no time to come: who is told nothing has to wait by his own measure.
 */
function readRetryAfter(header: string | undefined, answeredAt: number): number | undefined {
  if (header === undefined) return undefined;
  // An HTTP date has whole seconds only: one more, so as not to come too early.
  const milliseconds = /GMT\s*$/.test(header) ? Date.parse(header) - answeredAt + 1_000 : Number(header) * 1_000;
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
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
