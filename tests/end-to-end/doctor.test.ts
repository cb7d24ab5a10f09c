// `--test` as a user runs it: every line says ok, warn, fail or skip, what was found and what to do.

import {readFileSync} from 'node:fs';
import {createServer as createHttpsServer} from 'node:https';
import {type AddressInfo, createServer, type Server} from 'node:net';
import {afterAll, beforeAll, expect, test} from '@jest/globals';
import {type Simulator, startSimulator} from '../../src/simulator/simulator.js';
import {makeCertificate} from '../support/certificate.js';
import {createWorkspace, runTap} from '../support/tap.js';

const workspace = createWorkspace();
let account: Simulator;

beforeAll(async () => {
  account = await startSimulator({contacts: 30, requestsPerSecond: 0});
});
afterAll(async () => {
  await account.stop();
  workspace.remove();
});

type Given = {
  readonly state?: unknown;
  readonly catalog?: unknown;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** The lines by their checks, and whatever else there is to see. */
async function examine(config: object, {state, catalog, args = [], env}: Given = {}) {
  const {code, lines, stderr, stdout} = await runTap(
    [
      '--test',
      '--config',
      workspace.file('config.json', {requests_per_second: 0, max_retries: 0, ...config}),
      ...(state === undefined ? [] : ['--state', workspace.file('state.json', state)]),
      ...(catalog === undefined ? [] : ['--catalog', workspace.file('catalog.json', catalog)]),
      ...args,
    ],
    env,
  );
  for (const line of lines) expect(line).toMatch(/^(ok {2}|warn|fail|skip) {2}[a-z_]+: \S/);
  const of = (check: string) => lines.filter(line => line.slice(6).startsWith(`${check}: `));
  return {code, stderr, stdout, of, checks: [...new Set(lines.map(line => line.slice(6, line.indexOf(':'))))]};
}

const CHECKS = [
  ...['config', 'url', 'dns', 'connection', 'token', 'clock', 'zone', 'catalog', 'selection', 'permissions'],
  ...['rate', 'state', 'report_file'],
];

const reach = () => ({api_url: account.url, api_token: account.token});

test('a healthy account ends with 0, and every check is told', async () => {
  const {code, stderr, stdout, checks, of} = await examine(reach());
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  expect(checks).toEqual(CHECKS);
  expect(stdout).not.toMatch(/^(warn|fail|skip)/m);
  const [user] = account.rows('users');
  expect(of('token')[0]).toContain(`the user "${user?.['username']}", of the group "`);
  expect(of('zone')[0]).toContain('are of America/Chicago, as 30 rows show');
});

test('a token that is refused ends with 2, and what needs no token is checked all the same', async () => {
  const secret = 'f00dfacef00dfacef00dface';
  const {code, stdout, stderr, of} = await examine({...reach(), api_token: secret}, {state: {bookmarks: {tgas: {}}}});
  expect(code).toBe(2);
  expect(of('token')).toEqual([expect.stringMatching(/^fail .*HTTP 403.*copy the key from Settings > Developer/)]);
  expect(of('clock')).toEqual([expect.stringMatching(/^ok/)]);
  for (const check of ['zone', 'permissions']) expect(of(check)).toEqual([expect.stringMatching(/^skip .*the token/)]);
  expect(of('state')).toEqual([expect.stringMatching(/^warn .*"tgas".*did you mean "tags"/)]);
  expect(stdout + stderr).not.toContain(secret);
});

const selected = (stream: string) => ({stream, selected: true});
const gone = {
  ...selected('custom_object_pets'),
  metadata: [{breadcrumb: [], metadata: {'custom-object-schema-id': '00000000-0000-4000-8000-000000000000'}}],
};

test('the faults of an account end with 1: a clock, a zone, missing rights, and a rate', async () => {
  const manners = 'contacts=30&clock_skew_seconds=200&forbidden=deals,tags&missing=goals&rate_headers=on';
  const {code, of} = await examine(
    {
      api_url: `sandbox:${manners}&requests_per_second=30`,
      naive_timezone: 'UTC',
      requests_per_second: 25,
    },
    {
      state: {bookmarks: {deals: {mdate: '2026-01-01T00:00:00Z'}}},
      catalog: {streams: [...['tags', 'deals', 'goals', 'contacts', 'tgas'].map(selected), gone]},
    },
  );
  expect(code).toBe(1);
  expect(of('dns')).toEqual([expect.stringMatching(/^skip/)]);
  expect(of('clock')).toEqual([
    expect.stringMatching(/^warn .*this machine is (199|200|201) s behind the API; set its clock/),
  ]);
  expect(of('zone')).toEqual([expect.stringMatching(/^warn .*set naive_timezone to America\/Chicago/)]);
  expect(of('rate')).toEqual([expect.stringMatching(/^ok .*the API allows 30 a second/)]);
  expect(of('catalog')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ok .*names 6 streams/),
      expect.stringMatching(/^warn .*"tgas".*did you mean "tags"/),
      expect.stringMatching(/^warn .*no custom object of custom_object_pets any more/),
    ]),
  );
  expect(of('selection')).toEqual([expect.stringMatching(/^ok .*5 of 1\d\d streams/)]);
  expect(of('permissions').sort()).toEqual([
    expect.stringMatching(/^fail .*deals could be read before/),
    expect.stringMatching(/^ok .*1 of 5 selected streams/),
    expect.stringMatching(/^warn .*custom_object_pets cannot be read/),
    expect.stringMatching(/^warn .*goals cannot be read.*HTTP 404/),
    expect.stringMatching(/^warn .*tags cannot be read.*HTTP 403/),
  ]);
});

test('everything wrong at once is told at once: host, settings, catalog, selection and state', async () => {
  const {code, of, checks} = await examine(
    {
      api_url: 'https://nobody.invalid',
      api_token: 'f00dface',
      page_size: 0,
      naive_timezone: 'Mars',
      report_file: '/dev/null',
    },
    {
      state: {bookmarks: {tags: 4, contacts: {udate: 'x'}}},
      args: ['--max-records', 'many'],
      catalog: {streams: [{stream: 'deals', selected: true, replication_key: 'foo'}, {stream: 'tgas'}]},
    },
  );
  expect(code).toBe(2);
  expect(checks).toEqual(CHECKS);
  // A bound that is none, two settings, and that a real account has a limit.
  expect(of('config')).toHaveLength(4);
  expect(of('dns')).toEqual([expect.stringMatching(/^fail .*(no host nobody\.invalid|name server)/)]);
  for (const check of ['connection', 'token', 'clock', 'zone', 'selection', 'permissions', 'rate']) {
    expect(of(check)).toEqual([expect.stringMatching(/^skip /)]);
  }
  expect(of('catalog').map(line => line.slice(0, 4))).toEqual(['fail', 'warn']);
  expect(of('state').map(line => line.slice(0, 4))).toEqual(['fail', 'fail']);
  expect(of('report_file')).toEqual([expect.stringMatching(/^fail/)]);
});

test('what is no API, or speaks no TLS, is told with the step at which the way ends', async () => {
  const server: Server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  try {
    const secure = await examine({api_url: `https://127.0.0.1:${port}`, api_token: 'f00dface'});
    expect(secure.code).toBe(1);
    expect(secure.of('connection')).toEqual([expect.stringMatching(/^fail .*makes no secure connection/)]);
    const plain = await examine({api_url: `http://127.0.0.1:${port}`, api_token: 'f00dface'});
    expect(plain.code).toBe(2);
    expect(plain.of('token')).toEqual([expect.stringMatching(/^fail .*api_url.*copy the URL/)]);
  } finally {
    server.close();
  }
});

test('the page on checking tells of all checks', () => {
  const page = readFileSync(new URL('../../docs/checking.md', import.meta.url), 'utf8');
  expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, check]) => check)).toEqual(CHECKS);
});

test('a certificate that soon expires, and one for another host, are told before a token is sent', async () => {
  const certificate = makeCertificate(Date.now() + 5.5 * 86_400_000);
  const env = {NODE_EXTRA_CA_CERTS: workspace.file('own.pem', certificate.cert)};
  let requests = 0;
  const server = createHttpsServer(certificate, (_, response) => {
    requests += 1;
    response.writeHead(403).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  try {
    const own = await examine({api_url: `https://127.0.0.1:${port}`, api_token: 'f00dface'}, {env});
    expect(own.of('connection')).toEqual([
      expect.stringMatching(/^warn .* by TLSv1\.3; its certificate holds for 5 more/),
    ]);
    expect(own.of('token')).toEqual([expect.stringMatching(/^fail .*HTTP 403/)]);
    expect(requests).toBe(1);
    const other = await examine({api_url: `https://localhost:${port}`, api_token: 'f00dface'}, {env});
    expect(other.code).toBe(2);
    expect(other.of('connection')).toEqual([expect.stringMatching(/^fail .*is for another host; copy api_url/)]);
    expect(requests).toBe(1);
  } finally {
    server.close();
  }
});
