// Runs that are killed after any message by any signal, again and again. What the target has kept of all of them
// together is complete, and what had been read is not read again from the start each time.

import {describe, expect, test} from '@jest/globals';
import {Dice, mix} from '../../src/simulator/random.js';
import type {SimulatorOptions} from '../../src/simulator/simulator.js';
import {bookmarkOf, type TestAccount, withAccount} from '../support/account.js';
import {createMovement, PRESENT} from '../support/movement.js';
import {resourceOf} from '../support/stream-rows.js';
import {createTarget, expectKilled, type RunPlan, type Target} from '../support/target.js';
import {countOf, lostOrStale, missing, snapshot, stayed} from '../support/truth.js';

const signals = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;

const counts = {
  accounts: 1_500,
  contactLists: 3_000,
  contactTags: 6_500,
  contacts: 5_000,
  deals: 2_500,
  emailActivities: 3_500,
  tags: 2_000,
};
const ROWS = 24_000;
const streams = ['accounts', 'contact_lists', 'contact_tags', 'contacts', 'deals', 'email_activities', 'tags'];
const select = streams.join();
const config = {max_concurrent_requests: 6};

type World = [kills: number, seed: number, name: string, times: number, options: SimulatorOptions];

const worlds: World[] = [
  [30, 31, 'where orders are obeyed', 2, {obeyOrders: ['*'], unstable: []}],
  [60, 32, 'where only what is documented is obeyed and some lists have no order', 3, {}],
];

/** The end of a run: after any of its first messages, by any signal; its target may die with it. */
function anyKill(dice: Dice, mostMessages: number): RunPlan {
  return {
    kill: {after: 1 + dice.int(mostMessages), signal: dice.pick(signals)},
    keeps: dice.chance(0.5) ? 'all' : 'what a STATE stands behind',
  };
}

/** Runs until every stream has been read to its end; the runs for which `killed` has no plan are left to end. */
async function chain(
  {start}: TestAccount,
  target: Target,
  killed: (number: number) => RunPlan | undefined,
): Promise<{kills: number}> {
  for (let kills = 0; ; kills++) {
    const plan = killed(kills);
    const state = target.state();
    const run = await target.run(start({select, config, ...(state === undefined ? {} : {state})}), plan);
    if (run.code === 0) return {kills};
    expectKilled(run, plan ?? {});
    // Whoever goes on now would begin a second sync.
    const isDone = streams.every(stream => bookmarkOf(target.state() ?? {}, stream)['synced_at'] !== undefined);
    if (isDone) return {kills: kills + 1};
  }
}

describe('over 24,000 rows', () => {
  test.each(worlds)(
    '%i kills, seed %i: lose nothing, %s, and cost at most %i times the requests',
    async (most, seed, _, times, options) => {
      const dice = new Dice(mix(seed, 61));
      let requestsOfOne = 0;
      await withAccount({seed, counts, now: () => PRESENT, ...options}, async ({sim, sync}) => {
        await sync({select, config});
        requestsOfOne = sim.stats().requests;
      });
      await withAccount({seed, counts, now: () => PRESENT, ...options}, async account => {
        const {sim} = account;
        const rows = snapshot(sim, streams);
        expect(countOf(rows)).toBe(ROWS);
        const target = createTarget();
        let held = 0;
        const {kills} = await chain(account, target, number => {
          if (number < most) return anyKill(dice, 450);
          held = streams.reduce((sum, stream) => sum + target.table(stream).size, 0);
          return undefined;
        });
        expect({seed, lostOrStale: lostOrStale(target, rows)}).toEqual({seed, lostOrStale: []});
        // No run has lived to read a list of 1,500 rows from its start to its end.
        expect({seed, held, isGoneOnWith: held > 50 * most}).toEqual({seed, held, isGoneOnWith: true});
        const requests = sim.stats().requests;
        expect({seed, kills, isCheap: requests <= times * requestsOfOne, requests, requestsOfOne}).toEqual({
          seed,
          kills: most,
          isCheap: true,
          requests,
          requestsOfOne,
        });
      });
    },
    120_000,
  );
});

// Every message of a run can be its last.
test.each([41, 42])('seed %i: a run that is killed once, anywhere, and gone on with is whole', seed => {
  const dice = new Dice(mix(seed, 62));
  const small = {accounts: 120, contactTags: 310, contacts: 250, tags: 230, deals: 210, contactLists: 110};
  return withAccount(
    {seed, counts: {...small, emailActivities: 330}, now: () => PRESENT, obeyOrders: ['*']},
    async account => {
      const rows = snapshot(account.sim, streams);
      for (let round = 0; round < 4; round++) {
        const target = createTarget();
        await chain(account, target, number => (number === 0 ? anyKill(dice, countOf(rows)) : undefined));
        expect({seed, round, lostOrStale: lostOrStale(target, rows)}).toEqual({seed, round, lostOrStale: []});
      }
    },
  );
});

test.each([51, 53])('seed %i: killed again and again while the rows move, nothing is lost or forgotten', seed => {
  const dice = new Dice(mix(seed, 63));
  const resources = streams.map(resourceOf);
  const movement = createMovement({seed, resources, from: PRESENT, changesPerAnswer: 1});
  const few = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / 5]));
  const obeyOrders = seed === 53 ? [] : ['*'];
  const options = {seed, counts: few, now: movement.now, obeyOrders, unstable: seed === 51 ? ['deals'] : []};
  return withAccount(options, async account => {
    const {sim} = account;
    const target = createTarget();
    const before = snapshot(sim, streams);
    movement.begin(sim);
    const {kills} = await chain(account, target, number => (number < 12 ? anyKill(dice, 900) : undefined));
    movement.end();
    const after = snapshot(sim, streams);
    const lost = missing(target, stayed(before, after));
    expect({seed, isKilled: kills > 3, lost: lost.length, some: lost.slice(0, 20)}).toEqual({
      seed,
      isKilled: true,
      lost: 0,
      some: [],
    });
    // The first of these may only be the rest of a sync that was broken off.
    for (let sync = 0; sync < 2; sync++) await chain(account, target, () => undefined);
    expect({seed, lostOrStale: lostOrStale(target, after)}).toEqual({seed, lostOrStale: []});
  });
});
