import {EventEmitter} from 'node:events';
import {inspect} from 'node:util';
import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib';
import {afterEach, describe, expect, test} from '@jest/globals';
import {type Attempt, type ClientOptions, createClient} from '../src/client.js';
import {systemClock} from '../src/clock.js';
import {ApiError} from '../src/errors.js';
import {createGate} from '../src/gate.js';
import {createLogger} from '../src/logger.js';
import {createJumpingClock} from './support/jumping-clock.js';
import {type ListAnswer, type ListQuery, type ListServer, startListServer} from './support/list-server.js';
import {gatherWarnings} from './support/warnings.js';

const token = 'c0ffee0123456789+/="secret';
const good: ListAnswer = {body: {things: [{id: '1'}]}};
const html =
  '<!DOCTYPE html><html><head><style>p {color: red}</style></head><body><h1>502 Bad Gateway</h1></body></html>';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

async function serve(answer: (query: ListQuery) => ListAnswer | Promise<ListAnswer>): Promise<ListServer> {
  const server = await startListServer(answer);
  closing.push(server.stop);
  return server;
}

/** A client of the server without a rate limit, whose waits take no time. It logs everything, and hides nothing. */
function connect(server: {readonly url: string}, changes: Partial<ClientOptions> = {}) {
  const clock = createJumpingClock();
  const lines: string[] = [];
  const attempts: Attempt[] = [];
  const sent: boolean[] = [];
  const client = createClient({
    baseUrl: server.url,
    token,
    userAgent: 'test/1',
    requestTimeoutSeconds: 10,
    maxRetries: 8,
    maxConcurrent: 10,
    gate: createGate({requestsPerSecond: 0, maxConcurrent: 10, clock}),
    clock,
    random: () => 0,
    log: createLogger({level: 'trace', format: 'text', secrets: [], write: line => lines.push(line)}),
    onSent: ({isRetry}) => sent.push(isRetry),
    onAttempt: attempt => attempts.push(attempt),
    ...changes,
  });
  closing.push(client.close);
  const get = (path = 'things', query = {}, signal?: AbortSignal) =>
    client.get(path, query, {rank: 0, endpoint: 'things', ...(signal ? {signal} : {})});
  const getWithoutLinks = () => client.get('things', {}, {rank: 0, endpoint: 'things', dropsLinks: true});
  return {get, getWithoutLinks, clock, lines, attempts, sent};
}

async function faultOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => undefined,
    error => error,
  );
  if (error instanceof ApiError) return error;
  throw new Error(`not an ApiError: ${inspect(error)}`);
}

/** Answers with the given answers, one after another; the last for ever. */
function inTurn(...answers: readonly ListAnswer[]): (query: ListQuery) => ListAnswer {
  return ({number}) => answers[Math.min(number, answers.length - 1)] ?? {};
}

/** The gate's waits are a little shorter than what was asked: the clock goes on meanwhile. */
function toTenths(milliseconds: number): number {
  return Math.round(milliseconds / 100) * 100;
}

describe('a request', () => {
  test('carries the token, the name of the program and its parameters, and gives the object that came', async () => {
    const server = await serve(() => ({body: {things: [], meta: {total: '0'}}}));
    const {get} = connect(server);
    const {body, bytes} = await get('contacts/1/things', {
      limit: '100',
      'filters[updated_after]': '2024-01-01T00:00:00Z',
    });
    expect(body).toEqual({things: [], meta: {total: '0'}});
    expect(bytes).toBe('{"things":[],"meta":{"total":"0"}}'.length);
    expect(server.queries).toHaveLength(1);
    expect(server.queries[0]?.path).toBe('contacts/1/things');
    expect(Object.fromEntries(server.queries[0]?.params ?? [])).toEqual({
      limit: '100',
      'filters[updated_after]': '2024-01-01T00:00:00Z',
    });
    expect(server.queries[0]?.headers).toMatchObject({'api-token': token, 'user-agent': 'test/1'});
  });

  const whole = Buffer.from(JSON.stringify(good.body));
  test.each<{fault: string; answer: ListAnswer}>([
    {fault: '429 that says how long to wait', answer: {status: 429, headers: {'retry-after': '30'}, body: {}}},
    {fault: '429 without Retry-After', answer: {status: 429, body: {message: 'slow down'}}},
    {fault: '429 in HTML', answer: {status: 429, body: html}},
    {fault: '429 without a body', answer: {status: 429}},
    {fault: '500', answer: {status: 500, body: {message: 'oops'}}},
    {fault: '502 in HTML', answer: {status: 502, body: html}},
    {fault: '503 without Retry-After', answer: {status: 503, body: html}},
    {fault: '503 with Retry-After', answer: {status: 503, headers: {'retry-after': '7'}, body: html}},
    {fault: '504', answer: {status: 504, body: html}},
    {fault: '520', answer: {status: 520, body: html}},
    {fault: '524', answer: {status: 524, body: html}},
    {fault: '408', answer: {status: 408}},
    {fault: '403 that passes', answer: {status: 403, body: {message: 'Forbidden'}}},
    {fault: 'connection that is reset', answer: {breakage: 'reset'}},
    {fault: 'body that is cut on the line', answer: {...good, breakage: 'cut'}},
    {fault: 'body that is cut by the server', answer: {body: whole.subarray(0, 20)}},
    {fault: 'gzip body that is corrupt', answer: {headers: {'content-encoding': 'gzip'}, body: Buffer.alloc(50, 7)}},
    {
      fault: 'gzip body that is cut',
      answer: {headers: {'content-encoding': 'gzip'}, body: gzipSync(whole).subarray(0, 25)},
    },
    {fault: 'encoding that is not known', answer: {headers: {'content-encoding': 'snail'}, body: whole}},
    {fault: '200 with an empty body', answer: {headers: {'x-ac-error': 'Code 9001'}, body: ''}},
    {fault: '200 in HTML', answer: {headers: {'content-type': 'text/html'}, body: html}},
    {fault: '200 with a JSON array', answer: {body: []}},
    {fault: '200 with a JSON string', answer: {body: '"Forbidden"'}},
    {fault: '200 with null', answer: {body: 'null'}},
  ])('is repeated after a fault that passes: $fault', async ({answer}) => {
    const server = await serve(inTurn(answer, answer, good));
    const {get, attempts, lines} = connect(server);
    expect((await get()).body).toEqual(good.body);
    expect(server.queries).toHaveLength(3);
    expect(attempts.map(({retried}) => retried)).toEqual([true, true, false]);
    const repeated = lines.filter(line => line.includes('request is repeated'));
    expect(repeated).toHaveLength(2);
    expect(repeated[0]).toMatch(/^DEBUG request is repeated path=things .*try=1 /);
  });

  test.each([400, 401, 404, 405, 422])('is not repeated after a %d', async status => {
    const server = await serve(() => ({status, body: {message: 'no such thing'}}));
    const {get, attempts} = connect(server);
    const error = await faultOf(get());
    expect(error).toMatchObject({path: 'things', status, detail: 'no such thing', isWrongAddress: false});
    expect(error.message).toBe(`things: HTTP ${status}, no such thing`);
    expect(server.queries).toHaveLength(1);
    expect(attempts).toMatchObject([{status, retried: false, endpoint: 'things', path: 'things'}]);
  });

  test('believes a 403 after four tries', async () => {
    const server = await serve(() => ({status: 403, body: {errors: [{title: 'You do not have permission'}]}}));
    const error = await faultOf(connect(server).get());
    expect(error.message).toBe('things: HTTP 403, You do not have permission (after 4 tries)');
    expect(server.queries).toHaveLength(4);
  });

  test.each([
    {maxRetries: 0, tries: 1},
    {maxRetries: 2, tries: 3},
    {maxRetries: 8, tries: 9},
  ])('is repeated $maxRetries times, as max_retries says', async ({maxRetries, tries}) => {
    const server = await serve(() => ({status: 502, body: html}));
    const error = await faultOf(connect(server, {maxRetries}).get());
    expect(error.status).toBe(502);
    expect(error.detail).toMatch(
      tries === 1 ? /^502 Bad Gateway$/ : new RegExp(`^502 Bad Gateway \\(after ${tries} tries\\)$`),
    );
    expect(server.queries).toHaveLength(tries);
  });

  test('waits ever longer between its tries, with jitter, a minute at most', async () => {
    const server = await serve(() => ({status: 500}));
    const least = connect(server, {maxRetries: 9});
    await faultOf(least.get());
    expect(least.clock.sleeps).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    const most = connect(server, {maxRetries: 9, random: () => 0.999_999});
    await faultOf(most.get());
    expect(most.clock.sleeps.map(Math.round)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
  });

  test('says so when no connection can be made, and when the host is not known', async () => {
    const server = await startListServer(() => good);
    await server.stop();
    const refused = await faultOf(connect(server, {maxRetries: 1}).get());
    expect(refused).toMatchObject({status: undefined, message: 'things: the connection was refused (after 2 tries)'});
    const unknown = await faultOf(connect({url: 'http://no-such-host.invalid'}, {maxRetries: 0}).get());
    expect(unknown.message).toMatch(/^things: (the host is not known|the name server does not answer)$/);
  });

  test.each(['silence', 'drip'] as const)('ends when no whole answer came in time: %s', async breakage => {
    const server = await serve(inTurn({...good, breakage}, good));
    const {get, attempts} = connect(server, {requestTimeoutSeconds: 0.1});
    expect((await get()).body).toEqual(good.body);
    const final = await faultOf(
      connect(await serve(() => ({...good, breakage})), {requestTimeoutSeconds: 0.1, maxRetries: 0}).get(),
    );
    expect(final.message).toBe('things: no whole answer came in time');
    expect(attempts).toMatchObject([
      {status: undefined, retried: true},
      {status: 200, retried: false},
    ]);
  });

  test('does not follow a redirect, and does not send the token to the other host', async () => {
    const other = await serve(() => good);
    for (const status of [301, 302, 307, 308]) {
      const server = await serve(() => ({status, headers: {location: `${other.url}/api/3/things`}}));
      const error = await faultOf(connect(server).get());
      expect(error).toMatchObject({status, isWrongAddress: true, detail: `it redirects to ${new URL(other.url).host}`});
      expect(server.queries).toHaveLength(1);
    }
    expect(other.queries).toHaveLength(0);
  });

  test('uses a connection again', async () => {
    const server = await serve(() => good);
    const {get} = connect(server);
    for (let count = 0; count < 20; count += 1) await get();
    expect(server.queries).toHaveLength(20);
    expect(server.connections()).toBe(1);
  });

  test('takes the time of the request alone, not of the wait for its turn', async () => {
    const clock = createJumpingClock();
    const gate = createGate({requestsPerSecond: 0, maxConcurrent: 10, clock});
    gate.pause(60_000);
    const {get, attempts} = connect(await serve(() => good), {gate, clock});
    await get();
    expect(clock.sleeps).toHaveLength(1);
    expect(attempts[0]?.seconds).toBeLessThan(30);
  });
});

describe('an answer', () => {
  test.each([
    {encoding: 'gzip', pack: gzipSync},
    {encoding: 'br', pack: brotliCompressSync},
    {encoding: 'deflate', pack: deflateSync},
    {encoding: 'GZIP', pack: gzipSync},
    {encoding: 'identity', pack: (text: Buffer) => text},
  ])('is unpacked: $encoding', async ({encoding, pack}) => {
    const text = Buffer.from(JSON.stringify({things: [{name: 'Zoë 🎈'.repeat(50)}]}));
    const server = await serve(() => ({headers: {'content-encoding': encoding}, body: pack(text)}));
    const {body, bytes} = await connect(server, {maxRetries: 0}).get();
    expect(body).toEqual(JSON.parse(text.toString()));
    expect(bytes).toBe(text.length);
  });

  test('keeps the digits of numbers that no double holds', async () => {
    const server = await serve(() => ({
      body: '{"things":[{"id":9007199254740993,"rate":0.1,"big":1e400,"small":12}]}',
    }));
    const {body} = await connect(server).get();
    expect(body['things']).toEqual([{id: '9007199254740993', rate: 0.1, big: '1e400', small: 12}]);
  });

  test.each([
    {links: 'are plain', row: {id: 1, links: {notes: 'https://x/1'}}, read: {id: 1, links: {}}, packed: true},
    {links: 'come without compression', row: {links: {notes: 'y'}, id: 1}, read: {links: {}, id: 1}, packed: false},
    {links: 'hold others', row: {id: 1, links: {a: {b: 'c'}, d: 'e'}}, packed: true},
    {links: 'stand in a field too', row: {id: 1, note: {links: {a: 'b'}}, links: {c: 'd'}}, packed: true},
    {links: 'have a brace in them', row: {links: {a: 'x}y', b: 'c'}, name: 'Zoë'}, packed: false},
  ])('comes without the links of its rows where they are not wanted, and $links', async ({row, read = row, packed}) => {
    const text = Buffer.from(JSON.stringify({things: [row]}));
    const answer = packed ? {headers: {'content-encoding': 'gzip'}, body: gzipSync(text)} : {body: text};
    const client = connect(await serve(() => answer));
    expect((await client.getWithoutLinks()).body['things']).toEqual([read]);
    expect((await client.get()).body['things']).toEqual([row]);
  });

  test("says when the server began to work on it: the server's own Date, less the time it took", async () => {
    const date = 'Tue, 02 Jan 2024 03:04:05 GMT';
    const clock = createJumpingClock();
    const server = await serve(async () => {
      await clock.sleep(5_000);
      return {...good, headers: {date}};
    });
    const before = clock.wall();
    const {begunAt, receivedAt} = await connect(server, {clock}).get();
    expect(begunAt).toBeLessThanOrEqual(Date.parse(date) - 5_000);
    expect(begunAt).toBeGreaterThan(Date.parse(date) - 8_000);
    expect(receivedAt).toBeGreaterThanOrEqual(before + 5_000);
    expect(receivedAt).toBeLessThanOrEqual(clock.wall());
  });

  test("takes this machine's clock where the server sends no date that can be read", async () => {
    const before = Date.now();
    const {begunAt} = await connect(await serve(() => ({...good, headers: {date: 'soon'}}))).get();
    expect(begunAt).toBeGreaterThan(before - 5_000);
    expect(begunAt).toBeLessThanOrEqual(Date.now());
  });
});

describe('Retry-After', () => {
  const now = new Date(Date.UTC(2024, 0, 2, 3, 4, 5));
  const inTwenty = new Date(now.getTime() + 20_000);

  test.each([
    {says: 'whole seconds', header: '30', waits: [30_000]},
    {says: 'a fraction of a second', header: '1.5', waits: [1_500]},
    {says: 'an hour', header: '3600', waits: [3_600_000]},
    {says: "a date, by the server's clock", header: inTwenty.toUTCString(), waits: [21_000]},
    {says: 'a date that is over', header: new Date(0).toUTCString(), waits: [1_000]},
    {says: 'nothing to wait for', header: '0', waits: [1_000]},
    {says: 'nothing that can be read', header: 'in 5', waits: [1_000]},
    {says: 'nothing at all', header: '', waits: [1_000]},
  ])('is obeyed after a 429: $says', async ({header, waits}) => {
    const headers = {date: now.toUTCString(), 'retry-after': header};
    const {get, clock} = connect(await serve(inTurn({status: 429, headers}, good)));
    await get();
    expect(clock.sleeps.map(toTenths)).toEqual(waits);
  });

  test('is obeyed after a 503, without a wait of the request on top', async () => {
    const {get, clock} = connect(await serve(inTurn({status: 503, headers: {'retry-after': '12'}}, good)));
    await get();
    expect(clock.sleeps.map(toTenths)).toEqual([12_000]);
  });

  test('holds for every request of the run, whoever was told', async () => {
    const server = await serve(inTurn({status: 429, headers: {'retry-after': '40'}}, good));
    const {get, clock} = connect(server);
    const waiting = get();
    while (clock.sleeps.length === 0) await new Promise(resolve => setImmediate(resolve));
    await Promise.all([waiting, get('others')]);
    expect(clock.sleeps.map(toTenths)).toEqual([40_000]);
  });
});

describe('an attempt', () => {
  test('is told of as soon as it is sent, and whether it repeats another', async () => {
    const server = await serve(inTurn({status: 500}, {breakage: 'reset'}, {status: 429}, good));
    const {get, sent} = connect(server);
    await get();
    expect(sent).toEqual([false, true, true, true]);
    await get();
    expect(sent).toEqual([false, true, true, true, false]);
    expect(server.queries).toHaveLength(5);
  });

  test('is told of though nobody waits for its answer any more', async () => {
    const controller = new AbortController();
    const server = await serve(() => {
      controller.abort(new Error('stopped by the test'));
      return {breakage: 'silence'};
    });
    const {get, sent, attempts} = connect(server);
    await expect(get('things', {}, controller.signal)).rejects.toThrow('stopped by the test');
    expect({sent, asked: server.queries.length, attempts}).toEqual({sent: [false], asked: 1, attempts: []});
  });

  test('that never found its way to a server was not sent', async () => {
    const server = await startListServer(() => good);
    await server.stop();
    const {get, sent, attempts} = connect(server, {maxRetries: 2});
    await faultOf(get());
    expect(sent).toEqual([]);
    expect(attempts).toHaveLength(3);
  });

  test.each<{when: string; answers: readonly ListAnswer[]; paused: readonly number[]}>([
    {when: 'nothing was refused', answers: [{status: 500}, good], paused: [0, 0]},
    {when: 'a 429 says 30 s', answers: [{status: 429, headers: {'retry-after': '30'}}, good], paused: [30_000, 0]},
    {when: 'a 429 says nothing', answers: [{status: 429}, {status: 429}, good], paused: [1_000, 2_000, 0]},
    {when: 'a 503 says 7 s', answers: [{status: 503, headers: {'retry-after': '7'}}, good], paused: [7_000, 0]},
    {when: 'a 500 says 7 s', answers: [{status: 500, headers: {'retry-after': '7'}}, good], paused: [0, 0]},
  ])('tells for how long its answer closed the gate: $when', async ({answers, paused}) => {
    const {get, attempts} = connect(await serve(inTurn(...answers)));
    await get();
    expect(attempts.map(({pausedMs}) => toTenths(pausedMs))).toEqual(paused);
  });

  test('counts no time for which another one had closed the gate already', async () => {
    const refused: ListAnswer = {status: 429, headers: {'retry-after': '40'}};
    // Both are refused together, before either waits.
    const server = await serve(async ({number}) => {
      if (number > 1) return good;
      while (server.queries.length < 2) await new Promise(resolve => setImmediate(resolve));
      return refused;
    });
    const controller = new AbortController();
    const {signal} = controller;
    const gate = createGate({requestsPerSecond: 0, maxConcurrent: 10, clock: systemClock, signal});
    const {get, attempts} = connect(server, {gate});
    const both = Promise.allSettled([get('a', {}, signal), get('b', {}, signal)]);
    while (attempts.length < 2) await new Promise(resolve => setImmediate(resolve));
    controller.abort();
    await both;
    const [first = 0, second = 0] = attempts.map(({pausedMs}) => pausedMs).sort((a, b) => b - a);
    expect(toTenths(first)).toBe(40_000);
    expect(second).toBeLessThan(5_000);
  });
});

describe('the body of an error', () => {
  test.each<{form: string; body: unknown; detail: string}>([
    {
      form: 'an object with a message',
      body: {message: 'No Result found for Tag with id 31'},
      detail: 'No Result found for Tag with id 31',
    },
    {
      form: 'a list of errors with title and detail',
      body: {errors: [{title: 'Invalid', detail: 'limit is no number', code: 422, source: {parameter: 'limit'}}]},
      detail: 'limit is no number',
    },
    {
      form: 'a list of errors with a title',
      body: {errors: [{title: 'Upgrade', detail: '', code: 'x'}]},
      detail: 'Upgrade',
    },
    {form: 'a list of texts', body: {errors: ['first', 'second']}, detail: 'first'},
    {form: 'a list whose first error says nothing', body: {errors: [{}, '', {title: 'second'}]}, detail: 'second'},
    {form: 'errors as one text', body: {errors: 'just this'}, detail: 'just this'},
    {form: 'an error', body: {error: {message: 'inner'}}, detail: 'inner'},
    {form: 'a bare JSON text', body: '"Forbidden"', detail: 'Forbidden'},
    {form: 'an empty object', body: {}, detail: 'no further explanation'},
    {form: 'nothing', body: '', detail: 'no further explanation'},
    {form: 'null', body: 'null', detail: 'no further explanation'},
    {form: 'a page of HTML', body: html, detail: '502 Bad Gateway'},
    {form: 'HTML in JSON', body: {message: '<b>Not</b>\r\n  <i>here</i>'}, detail: 'Not here'},
    {
      form: 'plain text',
      body: 'plain\n\ttext\u2028of \u001b[31mmany\u009b lines\u0000',
      detail: 'plain text of [31mmany lines',
    },
    {form: 'a long text', body: {message: 'x'.repeat(5_000)}, detail: 'x'.repeat(200)},
  ])('ends in one short line: $form', async ({body, detail}) => {
    const error = await faultOf(connect(await serve(() => ({status: 422, body}))).get());
    expect(error.detail).toBe(detail);
  });

  test('takes no time, however long and broken its HTML is', async () => {
    const {get} = connect(await serve(() => ({status: 400, body: '<style><'.repeat(200_000)})));
    const startedAt = performance.now();
    await faultOf(get());
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('the token', () => {
  const forms = [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1)];
  const hidesToken = (text: string) => forms.every(form => !text.includes(form));

  test.each<{when: string; answer: ListAnswer}>([
    {when: 'the server refuses it', answer: {status: 403, body: {message: 'Forbidden'}}},
    {when: 'the server repeats it', answer: {status: 400, body: {message: `Token ${token} is not known`}}},
    {when: 'the server repeats it at the end of the line', answer: {status: 400, body: 'x'.repeat(190) + token}},
    {when: 'the server repeats it in a page', answer: {status: 500, body: `<p>Api-Token: ${token}</p>`}},
    {when: 'the server repeats it encoded', answer: {status: 400, body: `?key=${encodeURIComponent(token)}`}},
    {when: 'the server repeats it escaped', answer: {status: 400, body: `{"key": ${JSON.stringify(token)}, broken`}},
    {when: 'the server sends it elsewhere', answer: {status: 302, headers: {location: 'http://c0ffee.example.org'}}},
    {when: 'the connection is reset', answer: {breakage: 'reset'}},
    {when: 'the body is cut', answer: {...good, breakage: 'cut'}},
    {when: 'no answer comes', answer: {breakage: 'silence'}},
    {when: 'an answer is no JSON', answer: {body: html}},
  ])('is in no error and in no line of the log when $when', async ({answer}) => {
    const {get, lines} = connect(await serve(() => answer), {requestTimeoutSeconds: 0.1, maxRetries: 2});
    const error = await faultOf(get());
    const shown = [
      error.message,
      error.detail,
      String(error),
      error.stack ?? '',
      inspect(error, {depth: Number.POSITIVE_INFINITY, showHidden: true}),
      JSON.stringify(error),
      ...lines,
    ];
    expect(shown.filter(text => !hidesToken(text))).toEqual([]);
    expect(shown.filter(text => text.includes('c0ffee0123'))).toEqual([]);
    expect(error.cause).toBeUndefined();
  });

  test('is in no error when it cannot be sent at all', async () => {
    const error = await connect(await serve(() => good), {token: 'two\nlines', maxRetries: 1})
      .get()
      .catch(error => error);
    expect(inspect(error, {depth: Number.POSITIVE_INFINITY, showHidden: true})).not.toMatch(/two\\?n?\s*lines/);
  });
});

describe('an abort', () => {
  const reason = new Error('stopped by the test');

  test('ends a request under way at once, with its reason', async () => {
    const controller = new AbortController();
    const server = await serve(() => {
      controller.abort(reason);
      return {breakage: 'silence'};
    });
    await expect(connect(server).get('things', {}, controller.signal)).rejects.toBe(reason);
    expect(server.queries).toHaveLength(1);
  });

  test('ends a body that is still coming', async () => {
    const controller = new AbortController();
    const server = await serve(() => ({body: {things: 'x'.repeat(10_000)}, breakage: 'drip'}));
    const waiting = connect(server, {clock: systemClock}).get('things', {}, controller.signal);
    while (server.queries.length === 0) await new Promise(resolve => setImmediate(resolve));
    setTimeout(() => controller.abort(reason), 50);
    await expect(waiting).rejects.toBe(reason);
  });

  test('ends the wait before the next try', async () => {
    const controller = new AbortController();
    const {get} = connect(await serve(() => ({status: 500})), {
      clock: {
        ...systemClock,
        sleep: (milliseconds, signal) => {
          setImmediate(() => controller.abort(reason));
          return systemClock.sleep(milliseconds * 1_000, signal);
        },
      },
    });
    await expect(get('things', {}, controller.signal)).rejects.toBe(reason);
  });

  test('ends the wait at the gate, and sends nothing any more', async () => {
    const controller = new AbortController();
    const server = await serve(() => good);
    const run = new AbortController();
    const gate = createGate({requestsPerSecond: 5, maxConcurrent: 1, clock: systemClock, signal: run.signal});
    gate.pause(60_000);
    const waiting = connect(server, {gate, clock: systemClock}).get('things', {}, controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(connect(server).get('things', {}, controller.signal)).rejects.toBe(reason);
    expect(server.queries).toHaveLength(0);
    run.abort();
  });

  test('may be listened for by a hundred requests without a warning on stderr, and by none of them later', async () => {
    const warnings = gatherWarnings();
    const controller = new AbortController();
    const server = await serve(inTurn({status: 500}, {breakage: 'reset'}, good));
    const {get} = connect(server);
    await Promise.all(Array.from({length: 100}, () => get('things', {}, controller.signal)));
    expect(await warnings.stop()).toEqual([]);
    expect(EventEmitter.getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });
});

describe('the departure of a request', () => {
  test('counts from when it is really sent, though the process was busy after it was let through', async () => {
    const arrivals: number[] = [];
    const server = await serve(async () => {
      arrivals.push(performance.now());
      // Too late an answer to tell the gate anything before the second request.
      await systemClock.sleep(900);
      return good;
    });
    const gate = createGate({requestsPerSecond: 1, maxConcurrent: 10, clock: systemClock});
    const {get} = connect(server, {clock: systemClock, gate});
    const both = Promise.all([get(), get()]);
    const busyUntil = performance.now() + 400;
    while (performance.now() < busyUntil);
    await both;
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });
});
