// What hangs below single contacts takes a request each: later runs ask below the contacts that changed, runs that were
// killed go on where they stood, and where the list of contacts brings the rows along, nobody is asked one by one.

import {describe, expect, test} from '@jest/globals';
import type {LoggedRequest, Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {editedCatalog, type TestAccount, withAccount} from '../support/account.js';
import {differences, type ExpectedRecord, expectedRecords} from '../support/expected-records.js';
import {PRESENT} from '../support/movement.js';
import {startProxy} from '../support/proxy.js';
import {allStreams, keyFieldsOf, parentOf, resourceOf, rowsBelow} from '../support/stream-rows.js';
import {createTarget, expectKilled} from '../support/target.js';
import {lostOrStale, snapshot} from '../support/truth.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;

const streams = allStreams.filter(stream => ['contacts', 'contact_geo_ips'].includes(parentOf(stream) ?? ''));
const select = streams.join();

/** The contacts below which a list was asked for, one entry a request. */
function askedBelow(requests: readonly LoggedRequest[], stream: string): string[] {
  const pattern = new RegExp(`^${resourceOf(stream).replace('{id}', '([^/]+)')}$`);
  return requests.flatMap(({path}) => pattern.exec(path)?.[1] ?? []);
}

/** The records of a stream that hang below certain contacts. */
function recordsBelow(sim: Simulator, stream: string, contacts: readonly string[]): Map<string, ExpectedRecord> {
  const parents =
    parentOf(stream) === 'contacts'
      ? contacts
      : [...recordsBelow(sim, parentOf(stream) ?? '', contacts).values()].map(({id}) => String(id));
  const keys = [...rowsBelow(sim, stream)]
    .filter(({parent}) => parents.includes(parent))
    .map(({row}) =>
      keyFieldsOf(stream)
        .map(field => String(row[field]))
        .join(),
    );
  return new Map([...expectedRecords(sim, stream)].filter(([key]) => keys.includes(key)));
}

describe('a second sync', () => {
  const ancient = '2019-03-04T05:06:07-06:00';
  const parts = ['contactLogs', 'trackingLogs', 'geoIps'].map(name => `contacts/{id}/${name}`);

  const worlds: [string, SimulatorOptions, alongside: readonly string[]][] = [
    [
      'a server that brings along what it is documented to',
      {},
      ['contact_geo_ips', 'contact_geo_addresses', 'contact_score_values'],
    ],
    [
      'a server that ignores filters alone',
      {ignoreFilters: ['*']},
      ['contact_geo_ips', 'contact_geo_addresses', 'contact_score_values'],
    ],
    [
      'a server that ignores filters and includes',
      {ignoreFilters: ['*'], ignoreIncludes: ['*'], ignoreOrders: ['*']},
      ['contact_score_values'],
    ],
  ];

  test.each(worlds)(
    'asks below the contacts that changed alone, and brings all that is there, from %s',
    (_, options, alongside) =>
      withAccount(
        {seed: 61, contacts: 80, counts: {contactAutomations: 240, 'contacts/{id}/contactGoals': 160}, ...options},
        async account => {
          const {sim, clock, start} = account;
          const target = createTarget();
          expect((await target.run(start({select}))).code).toBe(0);
          expect(lostOrStale(target, snapshot(sim, streams))).toEqual([]);

          clock.now += HOUR;
          // Contacts that have something of all kinds, and one that stays as it is.
          const ids = [...sim.ids('contacts')];
          const [one = '', other = '', last = '', quiet = ''] = [0, 30, 60, 41].map(place => ids[place]);
          for (const id of [one, other, last]) sim.edit('contacts', id);
          const changed = [one, other, last, sim.insert('contacts')];
          // Some of what comes is older than any bookmark, and nobody sees what is new below a contact that did not change.
          const inserted = parts.flatMap(part =>
            [...changed, quiet].map(contact => ({part, contact, id: sim.insert(part, {contact, tstamp: ancient})})),
          );
          sim.insert('contacts/{id}/scoreValues', {contact: other, mdate: ancient});
          clock.now += HOUR;
          const asked = sim.requests.length;
          const second = await target.run(start({select, state: target.state()}));
          expect(second.code).toBe(0);
          for (const stream of streams) {
            const expected = recordsBelow(sim, stream, changed);
            expect({stream, isSome: expected.size > 0}).toEqual({stream, isSome: true});
            const wrong = differences(second.lines, stream, expected);
            // Addresses do not say whose they are: those of a whole page of contacts come.
            const isOpen = options.ignoreFilters !== undefined && parentOf(stream) === 'contact_geo_ips';
            expect(isOpen ? wrong.filter(line => !line.endsWith('is not expected')) : wrong).toEqual([]);
          }
          const hidden = inserted.filter(({contact}) => contact === quiet);
          for (const {part, id} of hidden) {
            const stream = streams.find(name => resourceOf(name) === part) ?? '';
            expect(target.table(stream).has(id)).toBe(false);
          }

          const requests = sim.requests.slice(asked);
          for (const stream of streams.filter(name => parentOf(name) === 'contacts')) {
            // Those that lead to others are asked once for themselves and once for those.
            const times = stream === 'contact_geo_ips' ? 2 : 1;
            const wanted = alongside.includes(stream)
              ? []
              : changed.flatMap(id => Array.from({length: times}, () => id));
            expect({stream, below: askedBelow(requests, stream).sort()}).toEqual({stream, below: wanted.sort()});
          }

          const before = sim.requests.length;
          const third = await target.run(start({select, state: target.state(), args: ['--full-refresh', 'contact_*']}));
          expect({code: third.code, lostOrStale: lostOrStale(target, snapshot(sim, streams))}).toEqual({
            code: 0,
            lostOrStale: [],
          });
          const everyone = [...sim.ids('contacts')].sort();
          for (const stream of streams.filter(name => parentOf(name) === 'contacts' && !alongside.includes(name))) {
            const below = new Set(askedBelow(sim.requests.slice(before), stream));
            expect({stream, below: [...below].sort()}).toEqual({stream, below: everyone});
          }
        },
      ),
  );

  test('asks below all contacts where a catalog asks for the whole table', () =>
    withAccount({seed: 62, contacts: 30}, async ({sim, clock, sync}) => {
      const stream = 'contact_goals';
      const catalog = editedCatalog({[stream]: {'': {selected: true, 'replication-method': 'FULL_TABLE'}}});
      const first = await sync({catalog});
      clock.now += HOUR;
      const asked = sim.requests.length;
      const second = await sync({catalog, state: first.output.state});
      expect(askedBelow(sim.requests.slice(asked), stream).sort()).toEqual([...sim.ids('contacts')].sort());
      expect(differences(second.lines, stream, expectedRecords(sim, stream))).toEqual([]);
    }));
});

describe('rows that come along with their parents', () => {
  const alongside = ['contact_geo_ips', 'contact_geo_addresses', 'contact_score_values', 'ecommerce_order_discounts'];
  const counts = {contacts: 700, ecomOrders: 600, 'contacts/{id}/geoIps': 500, 'contacts/{id}/scoreValues': 400};
  const usual: SimulatorOptions = {
    seed: 63,
    counts: {...counts, 'ecomOrders/{id}/orderDiscounts': 350, geoAddresses: 300},
    obeyIncludes: ['ecomOrders.orderDiscounts'],
  };

  /** Syncs one stream, expects all of it, and tells what that took. */
  async function requestsFor(
    {sim, sync}: TestAccount,
    stream: string,
    config: Readonly<Record<string, unknown>> = {},
  ): Promise<{all: number; single: number}> {
    const asked = sim.requests.length;
    const {lines} = await sync({select: stream, config});
    expect(differences(lines, stream, expectedRecords(sim, stream))).toEqual([]);
    const requests = sim.requests.slice(asked);
    return {all: requests.length, single: askedBelow(requests, stream).length};
  }

  test.each(alongside)(
    '%s cost a page of parents each hundred, and are the same where each parent is asked',
    stream => {
      // The scores of contacts come along whatever is asked for, but they need not.
      const isUnasked = stream === 'contact_score_values';
      const pages = stream === 'ecommerce_order_discounts' ? 6 : 7;
      return withAccount(usual, async account => {
        const obeyed = await requestsFor(account, stream);
        // A few are asked for, at first and now and then, to see that nothing is missing in what comes along.
        expect(obeyed.single).toBeLessThanOrEqual(10);
        expect(obeyed.all).toBeLessThanOrEqual(pages + 12);
        await withAccount({...usual, obeyIncludes: [], ignoreIncludes: ['*']}, async other => {
          if (isUnasked) return;
          const parents =
            parentOf(stream) === 'contact_geo_ips'
              ? 'contacts/{id}/geoIps'
              : stream.startsWith('contact')
                ? 'contacts'
                : 'ecomOrders';
          const ignored = await requestsFor(other, stream);
          expect(ignored.single).toBeGreaterThanOrEqual(other.sim.count(parents));
          expect(obeyed.all * 25).toBeLessThan(ignored.all);
        });
      });
    },
  );

  type Alter = (body: Record<string, unknown>, page: number) => Record<string, unknown>;

  /** What comes along is taken out of answers, as servers might do it. */
  const thefts: [string, Alter][] = [
    [
      'from the third page on',
      ({geoIps, geoAddresses, ...body}, page) => (page < 4 ? {...body, geoIps, geoAddresses} : body),
    ],
    [
      'but for the first forty',
      ({geoIps, ...body}) => ({...body, geoIps: Array.isArray(geoIps) ? geoIps.slice(0, 40) : geoIps}),
    ],
    ['and an empty list is left', body => ({...body, geoIps: []})],
  ];

  test.each(thefts)('are complete where the server drops them %s', (_, alter) =>
    withAccount(usual, async account => {
      let page = 0;
      const proxy = await startProxy(
        account.sim.url,
        () => undefined,
        (body, asked) => {
          if (!asked.searchParams.has('include')) return body;
          page += 1;
          return JSON.stringify(alter(JSON.parse(body), page));
        },
      );
      try {
        const {single} = await requestsFor(account, 'contact_geo_ips', {api_url: proxy.url});
        expect(single).toBeGreaterThanOrEqual(account.sim.count('contacts'));
      } finally {
        await proxy.stop();
      }
    }),
  );

  test.each([400, 422] as const)('are complete where the server comes to refuse them with %i', answer =>
    withAccount(usual, async account => {
      account.sim.addFault({path: 'contacts', query: 'include=', answer, skip: 4, times: ALWAYS});
      const {single} = await requestsFor(account, 'contact_geo_ips', {max_retries: 1});
      expect(single).toBeGreaterThanOrEqual(account.sim.count('contacts'));
    }),
  );
});

describe('a run that is killed', () => {
  const KILLS = 4;
  const config = {max_concurrent_requests: 4};

  /** Syncs a stream with kills between, and tells how many requests that took, and how many one run takes. */
  async function killed(options: SimulatorOptions, stream: string): Promise<{requests: number; ofOne: number}> {
    const world = {seed: 64, now: () => PRESENT, loggedRequests: 10, ...options};
    let ofOne = 0;
    await withAccount(world, async ({sim, sync}) => {
      await sync({select: stream, config});
      ofOne = sim.stats().requests;
    });
    let requests = 0;
    await withAccount(world, async ({sim, start}) => {
      const target = createTarget();
      for (let kills = 0; ; kills++) {
        const state = target.state();
        // Later each time, so that no run would come so far from the start.
        const kill = {after: 2_400 + 150 * kills, signal: 'SIGKILL'} as const;
        const keeps = kills % 2 === 0 ? 'all' : 'what a STATE stands behind';
        const run = await target.run(
          start({select: stream, config, ...(state === undefined ? {} : {state})}),
          kills < KILLS ? {kill, keeps} : {},
        );
        if (kills === KILLS) {
          expect(run.code).toBe(0);
          break;
        }
        expectKilled(run, {kill});
      }
      expect(lostOrStale(target, snapshot(sim, [stream]))).toEqual([]);
      requests = sim.stats().requests;
    });
    return {requests, ofOne};
  }

  test('four times below contacts is complete in the end, and has asked below few of them twice', async () => {
    const counts = {contacts: 1_000, 'contacts/{id}/trackingLogs': 20_000};
    const {requests, ofOne} = await killed({contacts: 20, counts}, 'contact_tracking_logs');
    expect(ofOne).toBeGreaterThan(1_000);
    expect({requests, ofOne, isCheap: requests <= 1.5 * ofOne}).toEqual({requests, ofOne, isCheap: true});
  });

  test('four times among rows that come along with contacts is complete in the end', async () => {
    const counts = {contacts: 3_000, 'contacts/{id}/geoIps': 20_000};
    const {requests, ofOne} = await killed({contacts: 20, counts}, 'contact_geo_ips');
    expect(ofOne).toBeLessThan(50);
    expect({requests, ofOne, isGoneOnWith: requests < KILLS * ofOne}).toEqual({requests, ofOne, isGoneOnWith: true});
  });
});
