// What a second sync costs: a few requests where the server sorts, whatever the size of the account; and where the
// server obeys nothing, all the requests that it takes to be complete.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {NOON, withAccount} from '../support/account.js';
import {defaultStreams, replicationKeyOf, resourceOf} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {differencesSince, lostOrStale, snapshot} from '../support/truth.js';

const HOUR = 3_600_000;
const incremental = defaultStreams.filter(stream => replicationKeyOf(stream) !== '');
const resources = [...new Set(defaultStreams.map(resourceOf))];

// Rows of a log are written once.
const logs = [
  'activities',
  'emailActivities',
  'contactConversions',
  'contactEmails',
  'dealGroupUsers',
  'dealActivities',
  'linkData',
  'logs',
  'mppLinkData',
];

/** One row of a resource inserted and the others edited; the ids of all. */
function changeRows(sim: Simulator, resource: string, ids: readonly string[], count: number): string[] {
  const changed = [sim.insert(resource)];
  while (changed.length < count) {
    const id = ids[Math.floor((changed.length * ids.length) / count)] ?? '';
    if (logs.includes(resource)) changed.push(sim.insert(resource));
    else {
      sim.edit(resource, id);
      changed.push(id);
    }
  }
  return changed;
}

const idsOf = (sim: Simulator, resource: string) => [...sim.rows(resource)].map(({id}) => String(id));

describe('three changes a stream, a stream', () => {
  async function requestsOfTwo(rows: number, options: SimulatorOptions): Promise<{first: number; second: number}> {
    const counts = Object.fromEntries(resources.map(name => [name, rows]));
    const requests = {first: 0, second: 0};
    await withAccount({seed: 5, counts, ...options}, async ({sim, clock, start}) => {
      const target = createTarget();
      const first = await target.run(start());
      requests.first = sim.stats().requests;
      const state = target.state() ?? {};

      clock.now += HOUR;
      const changed = new Map(resources.map(name => [name, changeRows(sim, name, idsOf(sim, name), 3)]));
      clock.now += HOUR;
      const rows = snapshot(sim, defaultStreams);
      const second = await target.run(start({state}));
      requests.second = sim.stats().requests - requests.first;

      expect([first.code, second.code]).toEqual([0, 0]);
      expect(differencesSince(second.lines, rows, state)).toEqual([]);
      expect(lostOrStale(target, rows)).toEqual([]);
      for (const stream of incremental) {
        const came = second.written(stream).map(line => String(JSON.parse(line).record.id));
        expect({stream, came}).toEqual({stream, came: expect.arrayContaining(changed.get(resourceOf(stream)) ?? [])});
      }
    });
    return requests;
  }

  test('on 730 rows cost at most half of the requests of the first sync where orders are obeyed', async () => {
    const {first, second} = await requestsOfTwo(730, {obeyOrders: ['*'], unstable: []});
    expect({first, second, isHalf: second <= first / 2}).toEqual({first, second, isHalf: true});
  });

  test('on 430 rows all come where nothing is obeyed', async () => {
    const {first, second} = await requestsOfTwo(430, {
      ignoreOrders: ['*'],
      ignoreFilters: ['*'],
      unstable: [],
    });
    // To find out that nothing is obeyed costs something, but not much.
    expect({first, second, isFair: second <= first * 1.4}).toEqual({first, second, isFair: true});
  });
});

describe('a hundred changes among 1.7 million rows', () => {
  const big = {contactTags: 1_000_000, deals: 200_000, emailActivities: 500_000};
  // Not a number that could be a cap: lists without a total would be asked once more.
  const counts = {...Object.fromEntries(resources.map(name => [name, 21])), ...big};
  // No row of the account is stamped later, so that what comes is what changed.
  const bookmark = '2026-07-01T00:00:00.000000Z';
  const streamOf = {contactTags: 'contact_tags', deals: 'deals', emailActivities: 'email_activities'};

  /** The state after a sync that nobody has to wait for; `rows` is what the last whole read saw, if it is known. */
  function stateOf(rows: (resource: string) => number | undefined): Record<string, unknown> {
    const entries = defaultStreams.map(stream => {
      const key = replicationKeyOf(stream);
      const seen = rows(resourceOf(stream));
      const wholeRead = seen === undefined ? {} : {rows: seen, whole_read: {at: bookmark, rows: seen}};
      return [stream, {...(key === '' ? {} : {[key]: bookmark}), synced_at: bookmark, ...wholeRead}];
    });
    return {bookmarks: Object.fromEntries(entries)};
  }

  test.each([
    [150, 'none', 'the state tells how long the lists are'],
    [150, 'mixed', 'the state tells how long the lists are'],
    // How long each list is has to be found out first.
    [160, 'mixed', 'the state comes from another tap'],
  ] as const)(
    'cost less than %i requests: partial deals %s, %s',
    async (most, partialDeals, known) => {
      await withAccount({seed: 6, counts, partialDeals, obeyOrders: ['*'], now: () => NOON + HOUR}, async account => {
        const {sim, start} = account;
        const changed = new Map<string, string[]>();
        for (const [resource, count] of Object.entries(big)) {
          changed.set(resource, changeRows(sim, resource, await someIds(sim, resource, count), 100));
        }
        const state = stateOf(name => (known === 'the state comes from another tap' ? undefined : sim.count(name) - 1));
        const asked = sim.stats().requests;
        const target = createTarget();
        const {code} = await target.run(start({state}));
        const requests = sim.stats().requests - asked;
        for (const [resource, stream] of Object.entries(streamOf)) {
          const missing = changed.get(resource)?.filter(id => !target.table(stream).has(id));
          expect({stream, missing}).toEqual({stream, missing: []});
        }
        expect({code, requests, isCheap: requests < most}).toEqual({code: 0, requests, isCheap: true});
      });
    },
    120_000,
  );
});

/** The ids of a hundred rows from all over a long list: walking through it would take as long as reading it. */
async function someIds(sim: Simulator, path: string, count: number): Promise<string[]> {
  const pages = [0, 1, 2, 3, 4].map(async part => {
    const offset = Math.floor((part / 4) * (count - 20));
    const answer = await fetch(`${sim.url}/api/3/${path}?orders[id]=ASC&limit=20&offset=${offset}`, {
      headers: {'Api-Token': sim.token},
    });
    const body = (await answer.json()) as Record<string, {id: string}[]>;
    return (body[path] ?? []).map(({id}) => id);
  });
  return (await Promise.all(pages)).flat();
}
