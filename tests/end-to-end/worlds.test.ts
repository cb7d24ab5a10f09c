// Whatever a server obeys or ignores, a second sync brings the same records: those that follow from the bookmarks, and
// no others. Only the number of requests differs.

import {expect, test} from '@jest/globals';
import {Dice, mix} from '../../src/simulator/random.js';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {withAccount} from '../support/account.js';
import {defaultStreams, replicationKeyOf, resourceOf} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {bookmarkIn, differencesSince, highestKey, lostOrStale, snapshot} from '../support/truth.js';
import {randomWorld} from '../support/worlds.js';

const HOUR = 3_600_000;

// Some pages each, so that there is something to prove and to save; all others are a page or two.
const counts = {
  accounts: 330,
  campaigns: 260,
  contactLists: 340,
  contactTags: 460,
  contacts: 420,
  dealActivities: 330,
  deals: 430,
  dealStages: 270,
  ecomOrders: 250,
  emailActivities: 470,
  fieldValues: 350,
  tags: 310,
  templates: 240,
};
const resources = [...new Set(defaultStreams.map(resourceOf))];
const incremental = defaultStreams.filter(stream => replicationKeyOf(stream) !== '');

const obeyed: SimulatorOptions = {obeyOrders: ['*'], obeyFilters: ['*'], unstable: []};
const worlds: [seed: number, options: SimulatorOptions][] = [
  [1, {ignoreOrders: ['*'], ignoreFilters: ['*']}],
  [2, obeyed],
  [3, {...obeyed, nulls: 'highest', unstableTies: ['*']}],
  [4, {directionOnlyOrders: ['*'], unstable: []}],
  // Among these six each way in which a random server may behave comes at least once.
  ...[5, 6, 8, 9, 11, 13].map((seed): [number, SimulatorOptions] => [seed, randomWorld(seed, resources)]),
];

/** Rows that have no replication key, or lose it, and change: they come every time. */
function changeRowsWithoutKey(sim: Simulator, dice: Dice): void {
  const stages = [...sim.rows('dealStages')].filter(({udate}) => udate === null).map(({id}) => String(id));
  sim.edit('dealStages', stages[dice.int(stages.length)] ?? '', {title: 'nobody knows when', udate: null});
  sim.insert('dealStages', {title: 'nobody knows since when', udate: null});
  const accounts = [...sim.rows('accounts')].map(({id}) => String(id));
  const timeless = {name: 'nobody knows when', updatedTimestamp: null};
  sim.edit('accounts', accounts[dice.int(accounts.length)] ?? '', timeless);
}

test.each(worlds)('seed %i: the records are those that follow from the bookmarks', (seed, options) =>
  // One account for all, so that what differs is the server.
  withAccount({contacts: 40, counts, ...options, seed: 17}, async ({sim, clock, start}) => {
    const target = createTarget();
    const before = snapshot(sim, defaultStreams);
    const first = await target.run(start());
    expect({seed, code: first.code, lostOrStale: lostOrStale(target, before)}).toEqual({
      seed,
      code: 0,
      lostOrStale: [],
    });
    const state = target.state() ?? {};
    const bookmarks = (from: Readonly<Record<string, unknown>>) =>
      incremental.map(stream => `${stream} ${bookmarkIn(from, stream)}`);
    expect(bookmarks(state)).toEqual(incremental.map(stream => `${stream} ${highestKey(before, stream)}`));

    clock.now += HOUR;
    sim.change(150, 18);
    changeRowsWithoutKey(sim, new Dice(mix(seed, 72)));
    clock.now += HOUR;
    const rows = snapshot(sim, defaultStreams);
    const second = await target.run(start({state}));
    expect({seed, code: second.code, differences: differencesSince(second.lines, rows, state)}).toEqual({
      seed,
      code: 0,
      differences: [],
    });
    expect({seed, lostOrStale: lostOrStale(target, rows)}).toEqual({seed, lostOrStale: []});
  }),
);
