// Stands between the tap and the simulator, and changes what is asked or answered: for servers that behave as no option
// can say.

import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Proxy = {readonly url: string; readonly stop: () => Promise<void>};

/** Starts a proxy before the server at `url`. `rewrite` may change a request, and `alter` what is answered. */
export async function startProxy(
  url: string,
  rewrite: (asked: URL) => void,
  alter: (body: string, asked: URL) => string = body => body,
): Promise<Proxy> {
  const server = createServer(async (request, response) => {
    const asked = new URL(request.url ?? '/', url);
    rewrite(asked);
    const token = request.headers['api-token'];
    const answer = await fetch(asked, {headers: {'api-token': String(token)}});
    response.writeHead(answer.status, {'content-type': 'application/json', date: answer.headers.get('date') ?? ''});
    response.end(alter(await answer.text(), asked));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
