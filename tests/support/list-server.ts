// A server of one list, bare of everything but what is being tested: what a page holds, what it says of the whole, and
// how the line breaks is the test's to choose.

import {createServer, type IncomingHttpHeaders, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type ListQuery = {
  readonly path: string;
  readonly params: URLSearchParams;
  /** How many requests came before this one. */
  readonly number: number;
  readonly headers: IncomingHttpHeaders;
};

/** How the line breaks: before a byte was sent, half-way through the body, never a byte, or a byte every 10 ms. */
export type Breakage = 'reset' | 'cut' | 'silence' | 'drip';

export type ListAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly breakage?: Breakage;
};

export type ListServer = {
  readonly url: string;
  readonly queries: readonly ListQuery[];
  /** How many connections were opened so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
};

/** Starts a server that answers every request with what `answer` makes of it. Text and bytes are sent as they stand. */
export async function startListServer(
  answer: (query: ListQuery) => ListAnswer | Promise<ListAnswer>,
): Promise<ListServer> {
  const queries: ListQuery[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.replace('/api/3/', '');
    const query = {path, params: url.searchParams, number: queries.length, headers: request.headers};
    queries.push(query);
    send(await answer(query), response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    queries,
    connections: () => connections,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send({status = 200, headers = {}, body = '', breakage}: ListAnswer, response: ServerResponse): void {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  if (breakage === 'silence') return;
  if (breakage === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const length = {'content-length': String(bytes.length)};
  response.writeHead(status, {'content-type': 'application/json', ...length, ...headers});
  if (breakage === 'cut') response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  else if (breakage === 'drip') drip(bytes, response);
  else response.end(bytes);
}

function drip(bytes: Uint8Array, response: ServerResponse): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= bytes.length) response.end();
  }, 10);
  response.on('close', () => clearInterval(timer));
}
