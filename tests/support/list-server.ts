// A server of one list, bare of everything but the paging that is being tested: what a page holds and what it says of
// the whole is the test's to choose.

import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

export type ListQuery = {readonly path: string; readonly params: URLSearchParams; readonly number: number};

export type ListAnswer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

export type ListServer = {
  readonly url: string;
  readonly queries: readonly ListQuery[];
  readonly stop: () => Promise<void>;
};

/** Starts a server that answers every request with what `answer` makes of it. A text body is sent as it stands. */
export async function startListServer(answer: (query: ListQuery) => ListAnswer): Promise<ListServer> {
  const queries: ListQuery[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const query = {path: url.pathname.replace('/api/3/', ''), params: url.searchParams, number: queries.length};
    queries.push(query);
    const {status = 200, headers = {}, body} = answer(query);
    response.writeHead(status, {'content-type': 'application/json', ...headers});
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    queries,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
