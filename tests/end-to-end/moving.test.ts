// Rows are inserted, edited and removed while they are read. No row that stays throughout is lost, what nobody touched
// is exactly as it is, and the next sync brings every edit that the first one read past.

import {expect, test} from '@jest/globals';
import type {SimulatorOptions} from '../../src/simulator/simulator.js';
import {NOON, withAccount} from '../support/account.js';
import {createMovement} from '../support/movement.js';
import {resourceOf} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {countOf, lostOrStale, missing, snapshot, stayed, unchanged} from '../support/truth.js';

const counts = {
  contacts: 2_200,
  contactTags: 2_500,
  deals: 1_500,
  contactLists: 1_500,
  emailActivities: 2_100,
  fieldValues: 1_700,
  tags: 500,
};
// Six seeds make 72,000.
const ROWS = 12_000;
const resources = Object.keys(counts);
const streams = [
  'contact_custom_field_values',
  'contact_lists',
  'contact_tags',
  'contacts',
  'deals',
  'email_activities',
  'tags',
];
const config = {max_concurrent_requests: 6};

const worlds: [seed: number, name: string, options: SimulatorOptions][] = [
  [1, 'a server that obeys what is documented', {}],
  [2, 'a server that obeys all orders', {obeyOrders: ['*']}],
  [
    3,
    'a server that obeys all orders and filters, and has none of its own',
    {obeyOrders: ['*'], obeyFilters: ['*'], unstable: resources},
  ],
  [4, 'a server that obeys nothing, in the order of ids', {ignoreOrders: ['*'], ignoreFilters: ['*'], unstable: []}],
  [
    5,
    'a server that obeys nothing and has lists without an order',
    {ignoreOrders: ['*'], ignoreFilters: ['*'], unstable: ['contactLists', 'deals']},
  ],
  [
    6,
    'a server that obeys orders and tells no totals',
    {obeyOrders: ['*'], totals: Object.fromEntries(resources.map(name => [name, 'absent']))},
  ],
];

// A list without an order is read again and again, which a slow machine needs time for.
const LONGEST_MS = 180_000;

test.each(worlds)(
  'seed %i: nothing is lost and no edit forgotten, from %s',
  (seed, _, options) => {
    const movement = createMovement({seed, resources, from: NOON});
    return withAccount({seed, counts, now: movement.now, ...options}, async ({sim, start}) => {
      const target = createTarget();
      const select = streams.join();
      const before = snapshot(sim, streams);
      expect(streams.map(resourceOf).sort()).toEqual([...resources].sort());
      expect(countOf(before)).toBe(ROWS);

      movement.begin(sim);
      const first = await target.run(start({select, config}));
      movement.end();
      const after = snapshot(sim, streams);
      const {insert, edit, remove} = movement.done();
      expect({seed, code: first.code, isMoved: Math.min(insert, edit, remove) > 30}).toEqual({
        seed,
        code: 0,
        isMoved: true,
      });
      const lost = missing(target, stayed(before, after));
      const wrong = lostOrStale(target, unchanged(before, after));
      expect({seed, lost: lost.length, some: lost.slice(0, 20)}).toEqual({seed, lost: 0, some: []});
      expect({seed, wrong}).toEqual({seed, wrong: []});

      const second = await target.run(start({select, config, state: target.state()}));
      expect({seed, code: second.code, lostOrStale: lostOrStale(target, after)}).toEqual({
        seed,
        code: 0,
        lostOrStale: [],
      });
    });
  },
  LONGEST_MS,
);
