// Tags, lists and values are read through the contacts and deals that changed: only where they were seen to move those,
// and whatever the server does, nothing is lost.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {bookmarkOf, type TestAccount, withAccount} from '../support/account.js';
import {createTarget, type State, type Target} from '../support/target.js';
import {differencesSince, lostOrStale, snapshot} from '../support/truth.js';

const HOUR = 3_600_000;
const EIGHT_DAYS = 8 * 24 * HOUR;

const idsOf = (sim: Simulator, resource: string) => [...sim.rows(resource)].map(({id}) => String(id));

/** Edits rows from all over a list, so that each hangs on another parent. */
function editSome(sim: Simulator, resource: string, count: number, from = 0): string[] {
  const ids = idsOf(sim, resource);
  const edited = Array.from({length: count}, (_, index) => ids[from + Math.floor((index * ids.length) / count)] ?? '');
  for (const id of edited) sim.edit(resource, id);
  return edited;
}

/** Edits values of deals, and the deals with them. */
function editValuesOfDeals(sim: Simulator, count: number, from = 0): string[] {
  const edited = editSome(sim, 'dealCustomFieldData', count, from);
  for (const {id, dealId} of sim.rows('dealCustomFieldData')) {
    if (edited.includes(String(id))) sim.edit('deals', String(dealId));
  }
  return edited;
}

/** Syncs one stream and compares what came, and what the target holds, with what the account has. */
async function syncRightly({sim, start}: TestAccount, stream: string, target: Target) {
  const state = target.state() ?? {};
  const rows = snapshot(sim, [stream]);
  const asked = sim.stats().requests;
  const run = await target.run(start({state, select: stream}));
  const requests = sim.stats().requests - asked;
  expect({code: run.code, differences: differencesSince(run.lines, rows, state)}).toEqual({code: 0, differences: []});
  expect(lostOrStale(target, rows)).toEqual([]);
  return {run, requests, way: /way="?([^"\n]*?)"?( verdict|$)/m.exec(run.stderr)?.[1]};
}

const proofIn = (state: State | undefined, stream: string, name: string) => {
  const {proofs = {}} = bookmarkOf(state ?? {}, stream) as {proofs?: Record<string, {obeyed: boolean}>};
  return proofs[`include=${name}`]?.obeyed;
};

const children = [
  ['contact_tags', 'contactTags'],
  ['contact_lists', 'contactLists'],
  ['contact_custom_field_values', 'fieldValues'],
] as const;

const sizes = (resource: string): SimulatorOptions => ({
  seed: 31,
  counts: {contacts: 1_500, [resource]: 2_000},
  unstable: [],
});

describe.each(children)('%s', (stream, resource) => {
  test('come with the contacts that changed, in a few requests, where they move them', () =>
    withAccount({...sizes(resource), childrenMoveContacts: true}, async account => {
      const {sim, clock} = account;
      editSome(sim, resource, 40);
      clock.now += HOUR;
      const target = createTarget();
      const first = await syncRightly(account, stream, target);
      expect(proofIn(target.state(), stream, resource)).toBe(true);

      clock.now += HOUR;
      const changed = [...editSome(sim, resource, 25, 7), sim.insert(resource), sim.insert(resource)];
      clock.now += HOUR;
      const second = await syncRightly(account, stream, target);
      expect(second.way).toBe('side-loaded');
      const came = second.run.written(stream).map(line => String(JSON.parse(line).record.id));
      expect(came).toEqual(expect.arrayContaining(changed));
      expect({requests: second.requests, isCheap: second.requests <= 6}).toEqual({
        requests: second.requests,
        isCheap: true,
      });
      expect(first.requests).toBeGreaterThan(20);

      // Nothing has changed but the same few rows come again, as with every bookmark.
      const third = await syncRightly(account, stream, target);
      expect(third.way).toBe('side-loaded');
    }));

  test('are read as a whole where they do not move their contacts', () =>
    withAccount(sizes(resource), async account => {
      const {sim, clock} = account;
      editSome(sim, resource, 40);
      clock.now += HOUR;
      const target = createTarget();
      await syncRightly(account, stream, target);
      expect(proofIn(target.state(), stream, resource)).toBe(false);
      clock.now += HOUR;
      editSome(sim, resource, 25, 7);
      clock.now += HOUR;
      const second = await syncRightly(account, stream, target);
      expect(second.way).toBe('offsets');
    }));
});

describe('contact_tags', () => {
  const moving = {...sizes('contactTags'), childrenMoveContacts: true};

  test('are read as a whole where the server brings none along', () =>
    withAccount({...moving, ignoreIncludes: ['*']}, async account => {
      const {sim, clock} = account;
      editSome(sim, 'contactTags', 40);
      clock.now += HOUR;
      const target = createTarget();
      await syncRightly(account, 'contact_tags', target);
      expect(proofIn(target.state(), 'contact_tags', 'contactTags')).toBe(false);
      clock.now += HOUR;
      editSome(sim, 'contactTags', 25, 7);
      clock.now += HOUR;
      expect(await syncRightly(account, 'contact_tags', target)).toMatchObject({way: 'offsets'});
    }));

  test('are read as a whole in the same run where the server brings them along no more', async () => {
    const target = createTarget();
    let calls = 0;
    /** The same account both times, and all that has happened to it. */
    const play = async (options: SimulatorOptions, use: (account: TestAccount) => Promise<void>) =>
      withAccount({...moving, ...options}, async account => {
        const {sim, clock} = account;
        calls += 1;
        editSome(sim, 'contactTags', 40);
        clock.now += HOUR;
        if (calls === 2) {
          clock.now += HOUR;
          editSome(sim, 'contactTags', 25, 7);
          clock.now += HOUR;
        }
        await use(account);
      });
    await play({}, async account => {
      await syncRightly(account, 'contact_tags', target);
      expect(proofIn(target.state(), 'contact_tags', 'contactTags')).toBe(true);
    });
    await play({ignoreIncludes: ['contacts']}, async account => {
      const {way} = await syncRightly(account, 'contact_tags', target);
      expect(way).toBe('side-loaded, offsets');
      expect(proofIn(target.state(), 'contact_tags', 'contactTags')).toBe(false);
    });
  });

  test('are not read through their contacts where all are asked for', () =>
    withAccount(moving, async account => {
      const {sim, clock, start} = account;
      editSome(sim, 'contactTags', 40);
      clock.now += HOUR;
      const target = createTarget();
      await syncRightly(account, 'contact_tags', target);
      const config = {start_date: '2020-01-01T00:00:00Z'};
      const args = ['--full-refresh'];
      const run = await target.run(start({state: target.state() ?? {}, select: 'contact_tags', config, args}));
      expect(run.stderr).toMatch(/way=offsets/);
    }));
});

describe('deal_custom_field_values', () => {
  const stream = 'deal_custom_field_values';
  const resource = 'dealCustomFieldData';
  const options: SimulatorOptions = {seed: 32, counts: {deals: 800, [resource]: 700}, unstable: []};

  async function twoSyncs(account: TestAccount, target: Target) {
    const {sim, clock} = account;
    editValuesOfDeals(sim, 30);
    clock.now += HOUR;
    await syncRightly(account, stream, target);
    clock.now += HOUR;
    editValuesOfDeals(sim, 20, 7);
    clock.now += HOUR;
    return await syncRightly(account, stream, target);
  }

  test.each(['mixed', 'none'] as const)('come with the deals that changed: partial deals %s', partialDeals =>
    withAccount({...options, partialDeals, includedDealKeys: 'camel'}, async account => {
      const target = createTarget();
      const {way, requests} = await twoSyncs(account, target);
      expect(way).toBe('side-loaded');
      expect(requests).toBeLessThanOrEqual(4);
    }),
  );

  test('are read as a whole where the rows that come along have other fields than those of the list', () =>
    withAccount({...options, includedDealKeys: 'snake'}, async account => {
      const target = createTarget();
      const {way} = await twoSyncs(account, target);
      expect(way).toBe('offsets');
      expect(proofIn(target.state(), stream, resource)).toBe(false);
    }));

  test('what did not move its deal comes with the whole read of the week, and the next sync is narrow again', () =>
    withAccount({...options, includedDealKeys: 'camel'}, async account => {
      const {sim, clock, start} = account;
      const target = createTarget();
      editValuesOfDeals(sim, 30);
      clock.now += HOUR;
      await syncRightly(account, stream, target);
      const sure = bookmarkOf(target.state() ?? {}, stream)['updated_timestamp'];

      clock.now += HOUR;
      const [quiet = ''] = editSome(sim, resource, 1, 3);
      clock.now += HOUR;
      editValuesOfDeals(sim, 20, 7);
      clock.now += HOUR;
      const narrow = await target.run(start({state: target.state() ?? {}, select: stream}));
      const cameIn = (run: typeof narrow) => run.written(stream).map(line => String(JSON.parse(line).record.id));
      expect(cameIn(narrow)).not.toContain(quiet);
      expect(bookmarkOf(target.state() ?? {}, stream)).toMatchObject({sure_until: sure});
      expect(bookmarkOf(target.state() ?? {}, stream)['updated_timestamp']).not.toBe(sure);

      const whole = await target.run(start({state: withOldProofs(target.state() ?? {}, stream), select: stream}));
      expect(whole.stderr).toMatch(/way=offsets/);
      expect(cameIn(whole)).toContain(quiet);
      expect(lostOrStale(target, snapshot(sim, [stream]))).toEqual([]);
      expect(bookmarkOf(target.state() ?? {}, stream)).toMatchObject({sure_until: null});
      const next = await syncRightly(account, stream, target);
      expect(next.way).toBe('side-loaded');
    }));
});

/** The state as it is when its proofs do not hold any more. */
function withOldProofs(state: State, stream: string): State {
  const entry = bookmarkOf(state, stream);
  const {proofs} = entry as {proofs: Record<string, {obeyed: boolean; at: string}>};
  const old = Object.entries(proofs).map(([name, {obeyed, at}]) => {
    return [name, {obeyed, at: new Date(Date.parse(at) - EIGHT_DAYS).toISOString()}];
  });
  return {...state, bookmarks: {[stream]: {...entry, proofs: Object.fromEntries(old)}}};
}
