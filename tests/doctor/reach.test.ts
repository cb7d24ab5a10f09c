// The way to a server, gone for real on this machine.

import {createServer, type Server} from 'node:https';
import type {AddressInfo} from 'node:net';
import {expect, test} from '@jest/globals';
import {reach} from '../../src/doctor/reach.js';
import {makeCertificate} from '../support/certificate.js';

const VALID_UNTIL = Date.UTC(2040, 0, 1);
const {signal} = new AbortController();

async function withServer(use: (port: number, server: Server) => Promise<void>): Promise<void> {
  const server = createServer(makeCertificate(VALID_UNTIL));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.address() as AddressInfo).port, server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a certificate is looked at, though it is not trusted, and nothing is sent', () =>
  withServer(async (port, server) => {
    let requests = 0;
    server.on('request', () => {
      requests += 1;
    });
    expect(await reach(`https://127.0.0.1:${port}`, signal)).toEqual({
      stoppedAt: undefined,
      addresses: undefined,
      milliseconds: expect.any(Number),
      certificate: {fault: 'DEPTH_ZERO_SELF_SIGNED_CERT', validUntil: VALID_UNTIL, protocol: 'TLSv1.3'},
    });
    expect(requests).toBe(0);
  }));

test('a name is looked up, and a port where nobody listens refuses', async () => {
  let closed = 0;
  await withServer(async port => {
    closed = port;
    const reached = await reach(`https://localhost:${port}`, signal);
    expect(reached.stoppedAt).not.toBe('dns');
  });
  expect(await reach(`http://127.0.0.1:${closed}`, signal)).toEqual({
    stoppedAt: 'tcp',
    code: 'ECONNREFUSED',
    addresses: 1,
  });
});

test('an end that was asked for is no finding', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(reach('http://127.0.0.1:9', stop.signal)).rejects.toThrow('stopped');
});
