// A server that gives an account's answers again: what it has not been asked before it asks of the account that its
// argument names (the base URL), and keeps the bytes of the answer. Prints its own base URL.
// The simulator takes longer to make a page than the tap to read it, and a tap that waits does not show how fast it is.

import {Agent, createServer, request} from 'node:http';

const account = process.argv[2];
const agent = new Agent({keepAlive: true});
const kept = new Map();

const server = createServer(async ({url, headers}, response) => {
  if (!kept.has(url)) kept.set(url, await ask(url, headers));
  const {status, fields, body} = kept.get(url);
  response.writeHead(status, fields).end(body);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));

/** Status, header fields without those of the connection and of the hour, and the bytes as they came. */
function ask(url, {host: _, connection: __, ...headers}) {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(url, account), {agent, headers}, async answer => {
      const body = Buffer.concat(await answer.toArray());
      const {date: _, connection: __, 'keep-alive': ___, 'transfer-encoding': ____, ...fields} = answer.headers;
      resolve({status: answer.statusCode, fields: {...fields, 'content-length': body.length}, body});
    });
    asked.on('error', reject).end();
  });
}
