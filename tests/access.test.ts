import {afterEach, describe, expect, test} from '@jest/globals';
import {findUnreadable} from '../src/access.js';
import {createLogger} from '../src/logger.js';
import {livesBelowParents, type StreamDefinition} from '../src/stream-definition.js';
import {streams} from '../src/streams.js';
import {type ListAnswer, type ListQuery, startListServer} from './support/list-server.js';
import {createContext} from './support/reading.js';
import {gatherWarnings} from './support/warnings.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

async function find(answer: (query: ListQuery) => ListAnswer, asked: readonly StreamDefinition[] = streams) {
  const server = await startListServer(answer);
  const {client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const lines: string[] = [];
  const log = createLogger({level: 'debug', format: 'text', secrets: [], write: line => lines.push(line)});
  const unreadable = await findUnreadable(client, asked, log, new AbortController().signal);
  return {unreadable: Object.fromEntries(unreadable), server, lines: lines.filter(line => !line.startsWith('DEBUG'))};
}

const good: ListAnswer = {body: {}};
const forbidden: ListAnswer = {status: 403, body: {message: 'Upgrade to see error 404 pages'}};
const missing: ListAnswer = {status: 404, body: {message: 'No such list'}};

describe('the access check', () => {
  test('asks every list once, for one row, and finds nothing amiss with a token that may read all', async () => {
    const warnings = gatherWarnings();
    const {unreadable, server, lines} = await find(() => good);
    expect(unreadable).toEqual({});
    expect(lines).toEqual([]);
    const lists = streams.filter(stream => !livesBelowParents(stream)).map(({path}) => path);
    expect(server.queries.map(({path}) => path).sort()).toEqual([...new Set(lists)].sort());
    expect(server.queries.every(({params}) => params.toString() === 'limit=1')).toBe(true);
    expect(await warnings.stop()).toEqual([]);
  });

  test('gives the reason for each stream that is refused, and for all that live in the same list', async () => {
    const {unreadable} = await find(({path}) => (path === 'fields' ? forbidden : path === 'goals' ? missing : good));
    expect(unreadable).toEqual({
      contact_custom_fields: 'HTTP 403: Upgrade to see error 404 pages',
      contact_custom_field_options: 'HTTP 403: Upgrade to see error 404 pages',
      contact_custom_field_rels: 'HTTP 403: Upgrade to see error 404 pages',
      goals: 'HTTP 404: No such list',
    });
  });

  test.each([
    {says: '404, the parents may be read', list: missing, parents: good, reason: undefined},
    {
      says: '404, the parents 403',
      list: missing,
      parents: forbidden,
      reason: 'HTTP 403: Upgrade to see error 404 pages',
    },
    {says: '404, the parents too', list: missing, parents: missing, reason: 'HTTP 404: No such list'},
    {says: '403', list: forbidden, parents: good, reason: 'HTTP 403: Upgrade to see error 404 pages'},
  ])(
    'asks for the parents where a child has no list of its own: the list says $says',
    async ({list, parents, reason}) => {
      const {unreadable} = await find(({path}) =>
        path === 'ecomOrderProducts' ? list : path === 'ecomOrders' ? parents : good,
      );
      expect(unreadable['ecommerce_order_products']).toBe(reason);
    },
  );

  test('does not ask for what is known to be unreadable', async () => {
    const pets = {tapStreamId: 'custom_object_pets', path: 'customObjects/records/p'};
    const {unreadable, server} = await find(
      () => good,
      [
        {...pets, fault: {path: 'p', detail: 'they are gone'}},
        {...pets, tapStreamId: 'custom_object_cars', fault: {path: 'p', status: 403, detail: 'no'}},
      ],
    );
    expect(unreadable).toEqual({custom_object_pets: 'they are gone', custom_object_cars: 'HTTP 403: no'});
    expect(server.queries).toEqual([]);
  });

  test('asks for what hangs below others at the first of them, however deep', async () => {
    const {unreadable, server} = await find(({path}) => {
      if (path === 'contacts') return {body: {contacts: [{id: '7'}, {id: '8'}]}};
      if (path === 'contacts/7/geoIps') return {body: {geoIps: [{id: '70'}]}};
      if (path === 'segments') return {body: {segments: [{id: '1', segmentid_v2: 'a/b'}]}};
      return /^geoIps|trackingLogs$/.test(path) ? forbidden : /goal|^segmentsV2/i.test(path) ? missing : good;
    });
    const reason = 'HTTP 403: Upgrade to see error 404 pages';
    // Below a single parent, 404 says that there is nothing.
    expect(unreadable).toEqual({
      contact_tracking_logs: reason,
      contact_geo_addresses: reason,
      goals: 'HTTP 404: No such list',
    });
    const paths = server.queries.map(({path}) => path);
    // A contact that has gone may be told so under 403.
    const {unreadable: without} = await find(({path}) =>
      path === 'contacts'
        ? {body: {contacts: [{id: '7'}]}}
        : path.startsWith('contacts/7/')
          ? {status: 403, body: {message: 'No Result found for Subscriber with id 7'}}
          : good,
    );
    expect(without).toEqual({});
    expect(paths).toEqual(expect.arrayContaining(['geoIps/70/geoAddress', 'segmentsV2/a%2Fb']));
    expect(new Set(paths).size).toBe(paths.length);
  });

  test('takes a list that fails otherwise for readable, and says so', async () => {
    const {unreadable, lines} = await find(({path}) => (path === 'tags' ? {status: 422, body: '"odd"'} : good));
    expect(unreadable).toEqual({});
    expect(lines).toEqual([
      'WARNING access to the stream could not be checked stream=tags reason="tags: HTTP 422, odd"\n',
    ]);
  });

  test("ends with the run, by the run's own reason", async () => {
    const server = await startListServer(() => ({breakage: 'silence'}));
    const {client} = createContext(server.url);
    closing.push(server.stop, client.close);
    const controller = new AbortController();
    const log = createLogger({level: 'fatal', format: 'text', secrets: [], write: () => undefined});
    const finding = findUnreadable(client, streams, log, controller.signal);
    const reason = new Error('the run is over');
    controller.abort(reason);
    await expect(finding).rejects.toBe(reason);
  });
});
