// HTTP: who may ask, how fast, what path means what, and how an answer travels.

import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {gzipSync} from 'node:zlib';
import type {Account} from './account.js';
import {type FaultAnswer, type FaultPlan, type Faults, faultBody, htmlPage} from './faults.js';
import type {Lists} from './lists.js';
import {noResult} from './no-result.js';
import {type Route, routeOf} from './paths.js';
import {type Query, readQuery} from './query.js';
import {Dice, mix} from './random.js';
import type {RateLimit} from './rate-limit.js';
import type {LoggedRequest, RequestLog} from './request-log.js';
import {toWireJson, toWirePage, type WireRow} from './wire.js';

export type ServerOptions = {
  readonly account: Account;
  readonly token: string;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly limit: RateLimit;
  /** What `RateLimit-Limit` says; undefined where answers are silent about the rate. */
  readonly rateHeaders: number | undefined;
  readonly lists: Lists;
  readonly beforeEachRequest: () => void;
  /** The server's clock in milliseconds. */
  readonly now: () => number;
  readonly port: number;
  readonly seed: number;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly slowOffsetMs: number;
  readonly pageCap: number;
  readonly retryAfter: number | false;
  readonly forbidden: readonly string[];
  readonly missing: readonly string[];
};

type Answer = {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly rows?: number;
};

const root = '/api/3/';
const slowestOffsetMs = 10_000;

/** Listens on the loopback. */
export async function listen(options: ServerOptions): Promise<{url: string; http: Server}> {
  const dice = new Dice(mix(options.seed, 31));
  const http = createServer((request, response) => {
    serve(request, response, options, dice).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  // Node's five seconds would close idle connections under a client that waits out a pause.
  http.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, '127.0.0.1', resolve);
  });
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {url: `http://127.0.0.1:${port}`, http};
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  dice: Dice,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const path = url.pathname.startsWith(root) ? url.pathname.slice(root.length) : url.pathname;
  const logged = options.log.arrived(request.method ?? 'GET', path, url.searchParams);
  const send = sender(request, response, options, logged);

  if (request.headers['api-token'] !== options.token) return send(json(403, {message: 'Forbidden'}));
  if (!options.limit.accepts(logged.arrivedAtMs)) {
    options.log.throttled();
    return send(tooManyRequests(options.retryAfter));
  }
  options.beforeEachRequest();

  const route = routeOf(path, url.searchParams);
  const query = readQuery(url.searchParams, options.pageCap, route && options.lists.envelopeOf(route).paging);
  const fault = options.faults.next({
    path,
    name: route?.name ?? path,
    query: logged.query,
    offset: query.offset,
    pageRows: query.limit,
  });
  if (fault !== undefined) {
    logged.fault = fault.answer;
    options.log.faulted();
  }
  const depth = options.account.has(path) ? Math.min(query.offset, options.account.table(path).count) : 0;
  const slowOffsetMs = Math.min((depth / 1000) * options.slowOffsetMs, slowestOffsetMs);
  const slownessMs = fault?.answer === 'slow' ? (fault.delayMs ?? 2000) : 0;
  await pause(options.latencyMs + dice.fraction() * options.jitterMs + slowOffsetMs + slownessMs, response);

  const rightAnswer = () => answer({method: request.method ?? 'GET', path, route, query}, options);
  const given = fault === undefined ? rightAnswer() : faultyAnswer(fault, path, rightAnswer);
  if (given !== undefined) send(given);
  else if (fault !== undefined) breakConnection(fault.answer, response, rightAnswer);
}

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly route: Route | undefined;
  readonly query: Query;
};

function answer({method, path, route, query}: Asked, {lists, forbidden, missing}: ServerOptions): Answer {
  if (method !== 'GET') return json(405, {message: 'Method Not Allowed'});
  if (route === undefined) return notFound();
  // A path is forbidden or missing with all its parameters.
  const names = [route.name, route.name.replace(/\?.*/, '')];
  if (names.some(name => forbidden.includes(name))) return {status: 403, ...faultBody(403, path)};
  if (names.some(name => missing.includes(name))) return {status: 404, ...faultBody(404, path)};
  const list = lists.answer(route, query);
  if (list === undefined) return json(404, {message: noResult(route)});
  return {status: list.status, body: toWirePage(list.body), rows: list.rows};
}

function notFound(): Answer {
  return json(404, {message: 'The requested resource was not found'});
}

function json(status: number, body: WireRow): Answer {
  return {status, body: toWireJson(body)};
}

// The provider's documents do not say what the body of a 429 looks like.
function tooManyRequests(retryAfter: number | false): Answer {
  const headers = retryAfter === false ? {} : {'Retry-After': String(retryAfter)};
  return {...json(429, {message: 'Too Many Requests'}), headers};
}

type Send = (answer: Answer) => void;

function sender(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  logged: LoggedRequest,
): Send {
  response.once('close', () => {
    logged.answeredAtMs ??= performance.now();
  });
  return ({status, type = 'application/json', headers = {}, body, rows}) => {
    logged.status = status;
    if (rows !== undefined) logged.rows = rows;
    const isZipped = body !== '' && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    // At once, not in Node's thread pool: a run of a million rows grew by 60 MB over the pool's buffers.
    const bytes = isZipped ? gzipSync(body, {level: 1}) : Buffer.from(body);
    response.writeHead(status, {
      Date: new Date(options.now()).toUTCString(),
      'Content-Type': type,
      'Content-Length': bytes.length,
      ...(isZipped ? {'Content-Encoding': 'gzip', Vary: 'Accept-Encoding'} : {}),
      'Cache-Control': 'no-store',
      ...(options.rateHeaders === undefined
        ? {}
        : {'RateLimit-Limit': options.rateHeaders, 'RateLimit-Remaining': options.limit.left()}),
      'X-Request-Id': mix(options.seed, Math.floor(logged.arrivedAtMs * 1000)).toString(16),
      ...headers,
    });
    response.end(bytes);
    logged.answeredAtMs = performance.now();
  };
}

// The faults that never become an answer.
function breakConnection(answer: FaultAnswer, response: ServerResponse, rightAnswer: () => Answer): void {
  if (answer === 'reset') response.socket?.resetAndDestroy();
  if (answer !== 'cut') return;
  const {body} = rightAnswer();
  response.writeHead(200, {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body)});
  response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
}

function faultyAnswer(fault: FaultPlan, path: string, rightAnswer: () => Answer): Answer | undefined {
  switch (fault.answer) {
    case 'reset':
    case 'cut':
    case 'hang':
      return undefined;
    case 'truncated': {
      const {body} = rightAnswer();
      return {status: 200, body: body.slice(0, Math.ceil(body.length / 2))};
    }
    case 'empty':
      return {status: 200, headers: {'X-Ac-Error': 'Code 9001'}, body: ''};
    case 'html':
      return {status: 200, type: 'text/html; charset=UTF-8', body: htmlPage(200)};
    case 'bare':
      return {status: 200, body: '{}'};
    case 'slow':
      return rightAnswer();
    default: {
      const headers = fault.retryAfter === undefined ? {} : {'Retry-After': String(fault.retryAfter)};
      const form = fault.body === undefined ? faultBody(fault.answer, path) : {body: fault.body};
      return {status: fault.answer, headers, ...form};
    }
  }
}

// Ends early when the connection goes, so that a stopped server leaves no timer behind.
function pause(ms: number, response: ServerResponse): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise(resolve => {
    const timer = setTimeout(done, ms);
    response.once('close', done);
    function done() {
      clearTimeout(timer);
      response.removeListener('close', done);
      resolve();
    }
  });
}
