// ACTIVATE_VERSION makes targets delete what a read no longer saw. It comes where a whole read was complete, and never
// costs a row that is still there.

import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {Dice, mix} from '../../src/simulator/random.js';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {type TestAccount, withAccount} from '../support/account.js';
import {createMovement, PRESENT} from '../support/movement.js';
import {defaultStreams, replicationKeyOf, resourceOf} from '../support/stream-rows.js';
import {createTarget, expectKilled, type RunPlan, type Target, type TargetRun} from '../support/target.js';
import {ghosts, lostOrStale, missing, snapshot, stayed} from '../support/truth.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;
const config = {emit_activate_version_messages: true, max_retries: 1};
const fullTables = defaultStreams.filter(stream => replicationKeyOf(stream) === '');
const resources = [...new Set(defaultStreams.map(resourceOf))];
/** Every list tells its length: what tells none cannot be known to be complete. */
const totals = Object.fromEntries(resources.map(name => [name, 'string' as const]));
const counts = {
  addresses: 130,
  campaignLists: 240,
  campaignMessages: 210,
  contactTags: 350,
  deals: 220,
  ecomOrderProducts: 180,
  goals: 120,
  groups: 40,
  segments: 160,
  tags: 450,
  users: 60,
};

const activated = ({activations}: TargetRun) => activations.map(({stream}) => stream).sort();

/** A run of the tap with the target's last state, some time after the one before. */
function next({clock, start}: TestAccount, target: Target, args: readonly string[] = [], plan: RunPlan = {}) {
  clock.now += HOUR;
  const state = target.state();
  return target.run(start({config, args, ...(state === undefined ? {} : {state})}), plan);
}

/** Removes a share of the rows, chosen at random. */
function removeShare(sim: Simulator, resource: string, share: number, dice: Dice): void {
  const ids = [...sim.rows(resource)].map(({id}) => String(id)).filter(() => dice.chance(share));
  for (const id of ids) sim.remove(resource, id);
}

test('closes every full table of a calm account, and what was removed is gone from the target', () =>
  withAccount({contacts: 40, counts, totals, unstable: []}, async account => {
    const {sim} = account;
    const target = createTarget();
    const first = await next(account, target);
    expect(first.code).toBe(0);
    expect(activated(first)).toEqual([...fullTables].sort());
    expect(lostOrStale(target, snapshot(sim, defaultStreams))).toEqual([]);

    const dice = new Dice(5);
    for (const stream of fullTables) removeShare(sim, resourceOf(stream), 0.2, dice);
    sim.insert('tags');
    const rows = snapshot(sim, fullTables);
    expect(ghosts(target, rows).length).toBeGreaterThan(100);
    const second = await next(account, target);
    expect(activated(second)).toEqual([...fullTables].sort());
    expect(ghosts(target, rows)).toEqual([]);
    expect(lostOrStale(target, rows)).toEqual([]);
    for (const {stream, version} of second.activations) {
      const before = first.activations.find(other => other.stream === stream);
      expect({stream, isRising: version > (before?.version ?? 0)}).toEqual({stream, isRising: true});
      if (target.table(stream).size > 0) expect(second.versionsOf(stream)).toEqual([version]);
    }
  }));

test('closes an incremental stream only when it was read again as a whole', () =>
  withAccount({contacts: 40, counts, totals, unstable: []}, async account => {
    const {sim} = account;
    const target = createTarget();
    const first = await next(account, target);
    removeShare(sim, 'contactTags', 0.2, new Dice(6));
    removeShare(sim, 'deals', 0.2, new Dice(7));
    const second = await next(account, target);
    for (const run of [first, second]) expect(activated(run)).toEqual([...fullTables].sort());
    expect(second.versionsOf('contact_tags').every(version => version === undefined)).toBe(true);
    const rows = snapshot(sim, ['contact_tags', 'deals']);
    expect(ghosts(target, rows).length).toBeGreaterThan(50);

    const third = await next(account, target, ['--full-refresh', 'contact_tags,deals']);
    expect(activated(third)).toEqual([...fullTables, 'contact_tags', 'deals'].sort());
    expect(ghosts(target, rows)).toEqual([]);
    expect(lostOrStale(target, rows)).toEqual([]);
  }));

test('is not written without the setting, nor are versions', () =>
  withAccount({contacts: 20, totals}, async ({start}) => {
    const run = await createTarget().run(start({args: ['--full-refresh']}));
    expect(run.activations).toEqual([]);
    for (const stream of defaultStreams)
      expect(run.versionsOf(stream).filter(version => version !== undefined)).toEqual([]);
  }));

describe('does not close', () => {
  test('a stream that fails, though it is whole but for a page', () =>
    withAccount({contacts: 20, counts, totals}, async account => {
      const {sim} = account;
      const target = createTarget();
      await next(account, target);
      removeShare(sim, 'tags', 0.1, new Dice(8));
      const held = target.table('tags').size;
      sim.addFault({path: 'tags', page: 3, answer: 500, times: ALWAYS});
      const second = await next(account, target);
      expect(second.code).toBe(1);
      expect(activated(second)).toEqual(fullTables.filter(stream => stream !== 'tags').sort());
      expect(target.table('tags').size).toBe(held);
    }));

  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('a stream that is interrupted by %s', signal =>
    withAccount({counts: {...counts, tags: 2_000}, totals, now: () => PRESENT}, async account => {
      const target = createTarget();
      const run = await next(account, target, ['--select', 'tags'], {kill: {after: 700, signal}});
      expect(run.code).not.toBe(0);
      expect(run.activations).toEqual([]);
    }),
  );

  test('a list that does not tell its length', () =>
    withAccount({contacts: 20, counts, totals: {...totals, tags: 'absent'}}, async account => {
      const target = createTarget();
      await next(account, target);
      removeShare(account.sim, 'tags', 0.1, new Dice(9));
      const second = await next(account, target);
      expect(activated(second)).toEqual(fullTables.filter(stream => stream !== 'tags').sort());
      expect(ghosts(target, snapshot(account.sim, ['tags'])).length).toBeGreaterThan(20);
    }));

  test('a list that answers with nothing at all', () =>
    withAccount({contacts: 20, counts, totals}, async account => {
      const target = createTarget();
      await next(account, target);
      account.sim.addFault({path: 'tags', answer: 'bare', times: ALWAYS});
      for (let run = 0; run < 3; run++) {
        expect(activated(await next(account, target))).toEqual(fullTables.filter(stream => stream !== 'tags').sort());
      }
      expect(target.table('tags').size).toBe(counts.tags);
    }));
});

describe('a list that has suddenly lost most of its rows', () => {
  const shrunk = ['segments', 'tags'];
  const others = fullTables.filter(stream => !shrunk.includes(stream)).sort();

  async function shrink(account: TestAccount, target: Target): Promise<TargetRun> {
    await next(account, target);
    removeShare(account.sim, 'tags', 0.6, new Dice(10));
    removeShare(account.sim, 'segments', 1, new Dice(11));
    expect(account.sim.count('tags')).toBeLessThan(counts.tags / 2);
    expect(account.sim.count('segments')).toBe(0);
    return next(account, target);
  }

  test('is not believed at once, with a warning, and is when the next run sees the same', () =>
    withAccount({contacts: 20, counts, totals}, async account => {
      const target = createTarget();
      const second = await shrink(account, target);
      expect(second.code).toBe(0);
      expect(activated(second)).toEqual(others);
      expect([target.table('tags').size, target.table('segments').size]).toEqual([counts.tags, counts.segments]);
      for (const stream of shrunk) {
        expect(second.stderr.split('\n')).toContainEqual(
          expect.stringMatching(new RegExp(`^WARNING .*\\b${stream}\\b`)),
        );
      }
      const third = await next(account, target);
      expect(activated(third)).toEqual([...fullTables].sort());
      expect(ghosts(target, snapshot(account.sim, shrunk))).toEqual([]);
      expect(lostOrStale(target, snapshot(account.sim, shrunk))).toEqual([]);
    }));

  test('and has them again loses nothing', () =>
    withAccount({contacts: 20, counts, totals}, async account => {
      const {sim} = account;
      const target = createTarget();
      await shrink(account, target);
      while (sim.count('tags') < counts.tags) sim.insert('tags');
      while (sim.count('segments') < counts.segments) sim.insert('segments');
      const third = await next(account, target);
      expect(activated(third)).toEqual([...fullTables].sort());
      expect(lostOrStale(target, snapshot(sim, shrunk))).toEqual([]);
      // The doubt is over: the same loss later on is a new one.
      removeShare(sim, 'tags', 0.6, new Dice(12));
      expect(activated(await next(account, target))).toEqual(fullTables.filter(stream => stream !== 'tags').sort());
    }));
});

const worlds: [seed: number, options: SimulatorOptions][] = [
  [1, {obeyOrders: ['*'], unstable: []}],
  [2, {obeyOrders: ['*'], unstable: ['tags', 'contactTags']}],
  [3, {ignoreOrders: ['*'], unstable: []}],
  [4, {ignoreOrders: ['*'], unstable: ['segments']}],
];

/** No version was activated that lacks a row of those that stayed, and none without a verified read. */
function expectNothingAliveRemoved(seed: number, target: Target, run: TargetRun, rows: ReturnType<typeof snapshot>) {
  const closed = new Map([...rows].filter(([stream]) => run.activations.some(other => other.stream === stream)));
  const lost = missing(target, closed);
  const outdated = run.activations.flatMap(({stream, version}) =>
    [...(closed.get(stream)?.keys() ?? [])]
      .filter(key => target.table(stream).get(key)?.version !== version)
      .map(key => `${stream} ${key}`),
  );
  expect({seed, lost, outdated}).toEqual({seed, lost: [], outdated: []});
}

const moved = ['addresses', 'campaign_messages', 'contact_tags', 'segments', 'tags'];
const movedCounts = {
  addresses: 300,
  campaignMessages: 450,
  contactTags: 900,
  contacts: 100,
  segments: 260,
  tags: 1_100,
};

test.each(worlds)(
  'seed %i: no row that lived throughout is missing from a version, though the rows move',
  (seed, options) => {
    const movement = createMovement({seed, resources: moved.map(resourceOf), from: PRESENT, changesPerAnswer: 1});
    return withAccount({seed, counts: movedCounts, totals, now: movement.now, ...options}, async account => {
      const {sim, start, workspace} = account;
      const target = createTarget();
      const report = workspace.path('report.json');
      for (let round = 0; round < 4; round++) {
        // Two calm rounds in the end: a list may have lost more than half of its rows meanwhile, and is not believed at once.
        const before = snapshot(sim, moved);
        if (round < 2) movement.begin(sim);
        const state = target.state();
        const run = await target.run(
          start({
            select: moved.join(),
            config: {...config, report_file: report},
            args: ['--full-refresh'],
            ...(state === undefined ? {} : {state}),
          }),
        );
        movement.end();
        expect(run.code).toBe(0);
        const after = snapshot(sim, moved);
        expectNothingAliveRemoved(seed, target, run, stayed(before, after));
        const {streams} = JSON.parse(readFileSync(report, 'utf8')) as {
          streams: {stream: string; verdict: string; activated: boolean}[];
        };
        for (const {stream} of run.activations) {
          expect(streams).toContainEqual(expect.objectContaining({stream, verdict: 'verified', activated: true}));
        }
        if (round === 3) {
          // Of a list in random order nobody can say that nothing is missing.
          const ordered = moved.filter(stream => seed !== 4 || stream !== 'segments');
          expect(activated(run)).toEqual(ordered);
          expect(ghosts(target, new Map([...after].filter(([stream]) => ordered.includes(stream))))).toEqual([]);
          expect(lostOrStale(target, after)).toEqual([]);
        }
      }
    });
  },
);

describe('an interrupted run', () => {
  test.each([21, 22])('seed %i: keeps its version when it goes on, and closes it in the end', seed => {
    const dice = new Dice(mix(seed, 81));
    return withAccount({counts: {tags: 3_000}, totals, now: () => PRESENT}, async account => {
      const {sim, start} = account;
      const target = createTarget();
      const rows = snapshot(sim, ['tags']);
      const versions = new Set<number | undefined>();
      for (let kills = 0; ; kills++) {
        const state = target.state();
        // Late enough for a STATE behind the first pages.
        const signal = dice.pick(['SIGKILL', 'SIGTERM', 'SIGINT'] as const);
        const kill = {after: 330 + dice.int(500), signal};
        const options = {select: 'tags', config, ...(state === undefined ? {} : {state})};
        const plan = kills < 4 ? {kill} : {};
        const run = await target.run(start(options), plan);
        for (const version of run.versionsOf('tags')) versions.add(version);
        if (run.code === 0) {
          expect(run.activations).toEqual([{stream: 'tags', version: [...versions][0], removed: []}]);
          expect({seed, isKilled: kills > 1}).toEqual({seed, isKilled: true});
          break;
        }
        expectKilled(run, plan);
        expect(run.activations).toEqual([]);
      }
      expect({seed, versions: versions.size, lostOrStale: lostOrStale(target, rows)}).toEqual({
        seed,
        versions: 1,
        lostOrStale: [],
      });
    });
  });

  test.each([31])('seed %i: and gone on with while rows move, closes nothing that lacks a row', seed => {
    const dice = new Dice(mix(seed, 82));
    const movement = createMovement({seed, resources: ['tags', 'segments'], from: PRESENT, changesPerAnswer: 1});
    const options = {seed, counts: {tags: 2_000, segments: 800}, totals, now: movement.now, obeyOrders: ['*']};
    return withAccount(options, async ({sim, start}) => {
      const target = createTarget();
      const streams = ['segments', 'tags'];
      for (let round = 0; round < 4; round++) {
        const before = snapshot(sim, streams);
        const activations: string[] = [];
        for (let kills = 0; ; kills++) {
          movement.begin(sim);
          if (round >= 2 || dice.chance(0.5)) movement.end();
          const state = target.state();
          const kill = {after: 100 + dice.int(900), signal: dice.pick(['SIGKILL', 'SIGTERM'] as const)};
          const plan = kills < 3 ? {kill} : {};
          const options = {select: streams.join(), config, ...(state === undefined ? {} : {state})};
          const run = await target.run(start(options), plan);
          movement.end();
          expectNothingAliveRemoved(seed, target, run, stayed(before, snapshot(sim, streams)));
          activations.push(...activated(run));
          if (run.code === 0) break;
          expectKilled(run, plan);
        }
        if (round === 3) expect(new Set(activations)).toEqual(new Set(streams));
      }
    });
  });
});
