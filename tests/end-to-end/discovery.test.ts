// Discovery: the same catalog for everybody without an account, and what this token may read with one.

import {readFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import {type CatalogDocument, complaints, shippedCatalog, withAccount} from '../support/account.js';
import {streamFacts as facts} from '../support/facts.js';
import {defaultStreams, resourceOf} from '../support/stream-rows.js';
import {createWorkspace, runTap, type TapResult} from '../support/tap.js';

const shipped = readFileSync(new URL('../../catalogs/discovered.json', import.meta.url), 'utf8');
const COUNT = 111;
/** With one custom object there is none of a similar name to warn of. */
const oneObject = {'customObjects/schemas': 1};

function catalogOf(result: TapResult): CatalogDocument {
  expect(result.code).toBe(0);
  return JSON.parse(result.stdout);
}

/** The streams that a catalog marks, each with the reason. */
function unsupportedIn(catalog: CatalogDocument): Record<string, unknown> {
  const marked = catalog.streams.flatMap(({tap_stream_id, metadata}) => {
    const own = metadata.find(({breadcrumb}) => breadcrumb.length === 0)?.metadata;
    return own?.['inclusion'] === 'unsupported' ? [[tap_stream_id, own['unsupported-reason']]] : [];
  });
  return Object.fromEntries(marked);
}

test('prints the catalog that comes with the tap, byte by byte, whatever the surroundings', async () => {
  const surroundings = [{}, {TZ: 'Asia/Kolkata', LANG: 'tr_TR.UTF-8', TAP_ACTIVECAMPAIGN_API_URL: 'nonsense'}];
  for (const env of surroundings) {
    const {code, stdout, stderr} = await runTap(['--discover'], env);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(stdout).toBe(shipped);
  }
});

test('needs no network to print the catalog', async () => {
  const workspace = createWorkspace();
  const trap = workspace.file(
    'no-network.cjs',
    `const stop = () => { throw new Error('the network was used'); };
     require('node:net').Socket.prototype.connect = stop;
     require('node:dns').lookup = stop;
     globalThis.fetch = stop;`,
  );
  try {
    const {stdout} = await runTap(['-d'], {NODE_OPTIONS: `--require=${trap}`});
    expect(stdout).toBe(shipped);
    const caught = await runTap(['--discover', '--config', 'ENV'], {
      NODE_OPTIONS: `--require=${trap}`,
      TAP_ACTIVECAMPAIGN_API_URL: 'http://127.0.0.1:9',
      TAP_ACTIVECAMPAIGN_API_TOKEN: 'f00dcafe',
      TAP_ACTIVECAMPAIGN_MAX_RETRIES: '0',
    });
    expect(caught.code).toBe(1);
  } finally {
    workspace.remove();
  }
});

test('tells of 111 streams with the keys and methods that people rely on', async () => {
  const {streams} = catalogOf(await runTap(['--discover']));
  expect(streams).toHaveLength(COUNT);
  const told = streams.map(({tap_stream_id, stream, key_properties, replication_method, replication_key}) => ({
    tap_stream_id,
    stream,
    key_properties,
    replication_method,
    replication_key: replication_key ?? '',
  }));
  expect(told).toEqual(
    facts.map(fact => ({
      tap_stream_id: fact.stream,
      stream: fact.stream,
      key_properties: fact.primary_key.split(','),
      replication_method: fact.replication_method,
      replication_key: fact.replication_key,
    })),
  );
});

test('asks an account for the token and once for every list, and prints the same catalog where all may be read', () =>
  withAccount({contacts: 5, counts: oneObject}, async ({sim, workspace}) => {
    const config = workspace.file('config.json', {api_url: sim.url, api_token: sim.token, requests_per_second: 0});
    const result = await runTap(['--config', config, '--discover']);
    const [ownEntry, ...others] = catalogOf(result).streams.toReversed();
    expect(others.toReversed()).toEqual(shippedCatalog('discovered').streams);
    expect(ownEntry?.tap_stream_id).toBe('custom_object_support_ticket');
    expect(complaints(result)).toEqual([]);

    // The token, what custom objects there are, and one request each: below the first of their parents where rows hang
    // below others.
    const lists = new Set(facts.map(({stream}) => pathOf(stream).replace(/\{.*\}/, '*')));
    const patterns = [...lists].filter(path => path.includes('*')).map(path => ({path, pattern: patternOf(path)}));
    const asked = sim.requests.map(({path, query}) => {
      const found = patterns.find(({pattern}) => pattern.test(`${path}?${query}`));
      return found?.path ?? path;
    });
    expect(asked.sort()).toEqual([...lists, 'users/me', 'customObjects/schemas'].sort());
    expect(sim.requests.slice(0, 2).map(({path}) => path)).toEqual(['users/me', 'customObjects/schemas']);
    expect(sim.requests.slice(2).every(({params}) => params['limit'] === '1')).toBe(true);
  }));

/** The path that a stream is read at; that of the Python tap's one child is its other one. */
function pathOf(stream: string): string {
  if (stream === 'ecommerce_order_products') return 'ecomOrderProducts';
  const {path = ''} = facts.find(fact => fact.stream === stream) ?? {};
  return /[?{]/.test(resourceOf(stream)) ? resourceOf(stream) : path;
}

function patternOf(path: string): RegExp {
  const [before = '', behind = ''] = path.split('*');
  return new RegExp(`^${before.replace('?', '\\?')}[^/&?]+${behind}[?&]limit=1$`);
}

test('marks the streams that the token may not read, and those that the plan lacks, with the reason', () =>
  withAccount(
    {
      contacts: 5,
      counts: oneObject,
      forbidden: ['campaigns', 'fields'],
      missing: ['sms', 'segments', 'ecomOrderProducts'],
    },
    async ({sim, workspace, sync}) => {
      const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, max_retries: 0};
      const args = ['--config', workspace.file('config.json', settings), '--discover'];
      const result = await runTap(args);
      const catalog = catalogOf(result);
      expect(unsupportedIn(catalog)).toEqual({
        campaigns: expect.stringMatching(/^HTTP 403: ./),
        contact_custom_fields: expect.stringMatching(/^HTTP 403: ./),
        contact_custom_field_options: expect.stringMatching(/^HTTP 403: ./),
        contact_custom_field_rels: expect.stringMatching(/^HTTP 403: ./),
        sms: expect.stringMatching(/^HTTP 404: ./),
        segments: expect.stringMatching(/^HTTP 404: ./),
        segments_v2: expect.stringMatching(/^HTTP 404: ./),
        segment_count_history: expect.stringMatching(/^HTTP 404: ./),
      });
      expect(catalog.streams.slice(0, COUNT).map(({tap_stream_id}) => tap_stream_id)).toEqual(
        facts.map(({stream}) => stream),
      );
      expect((await runTap(args)).stdout).toBe(result.stdout);

      // What discovery has marked is not asked for again.
      const before = sim.requests.length;
      const run = await sync({catalog});
      const unread = Object.keys(unsupportedIn(catalog));
      expect([...run.output.schemas.keys()].sort()).toEqual(
        defaultStreams.filter(stream => !unread.includes(stream)).sort(),
      );
      expect(sim.requests.slice(before).map(({path}) => path)).not.toContain('campaigns');
      expect(complaints(run)).toEqual([expect.stringContaining('campaigns')]);
    },
  ));

test('marks the products of orders where neither their list nor the orders can be read', () =>
  withAccount({contacts: 5, missing: ['ecomOrderProducts'], forbidden: ['ecomOrders']}, async ({sim, workspace}) => {
    const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, max_retries: 0};
    const result = await runTap(['--config', workspace.file('config.json', settings), '--discover']);
    expect(unsupportedIn(catalogOf(result))).toEqual({
      ecommerce_orders: expect.stringMatching(/^HTTP 403: ./),
      ecommerce_order_products: expect.stringMatching(/^HTTP 403: ./),
      ecommerce_order_discounts: expect.stringMatching(/^HTTP 403: ./),
    });
  }));

test('marks what hangs below others and may not be read there, though those others may', () => {
  const below = ['contacts/{id}/trackingLogs', 'geoIps/{id}/geoAddress', 'sms/broadcasts/{id}/recipients'];
  const objects = 'customObjects/records/{id}';
  return withAccount({contacts: 30, forbidden: [...below, objects], missing: ['groupMembers']}, async account => {
    const {sim, workspace} = account;
    const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, max_retries: 0};
    const result = await runTap(['--config', workspace.file('config.json', settings), '--discover']);
    const catalog = catalogOf(result);
    const own = catalog.streams.slice(COUNT).map(({tap_stream_id}) => tap_stream_id);
    expect(own.length).toBeGreaterThan(1);
    const forbidden = ['contact_tracking_logs', 'contact_geo_addresses', 'sms_broadcast_recipients'];
    expect(unsupportedIn(catalog)).toEqual(
      Object.fromEntries([
        ...[...forbidden, 'custom_object_records', ...own].map(stream => [
          stream,
          expect.stringMatching(/^HTTP 403: ./),
        ]),
        ...['custom_field_groups', 'custom_field_group_members'].map(stream => [
          stream,
          expect.stringMatching(/^HTTP 404: ./),
        ]),
      ]),
    );
  });
});

test('takes a refusal for final only when it stays, and a broken list for readable', () =>
  withAccount(
    {
      contacts: 5,
      counts: oneObject,
      faults: [
        {path: 'deals', answer: 403, times: 2},
        {path: 'tags', answer: 500, times: Number.POSITIVE_INFINITY},
      ],
    },
    async ({sim, workspace}) => {
      const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, max_retries: 3};
      const result = await runTap(['--config', workspace.file('config.json', settings), '--discover']);
      expect(unsupportedIn(catalogOf(result))).toEqual({});
      expect(complaints(result)).toEqual([expect.stringMatching(/^WARNING .*tags.*500/)]);
    },
  ));

test('prints no catalog for a token that the account refuses', () =>
  withAccount({contacts: 5}, async ({sim, workspace}) => {
    const settings = {api_url: sim.url, api_token: 'wrong-token', requests_per_second: 0, max_retries: 1};
    const result = await runTap(['--config', workspace.file('config.json', settings), '--discover']);
    expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
    expect(complaints(result)).toEqual([expect.stringMatching(/^CRITICAL api_token: /)]);
    expect(result.stderr).not.toContain('wrong-token');
  }));
