// The lists beyond the first ones that have a path of their own: the keys and JSON types of their rows, how they hang
// together, their dates and totals, and the few parameters that they obey.

import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {DateTime} from 'luxon';
import {resourceNames} from '../../src/simulator/resources/index.js';
import {startSimulator, toWireJson} from '../../src/simulator/simulator.js';
import {ask, asRow, idsOf, metaOf, type Row, readAll, rowsOf, withSimulator} from './support.js';

type Facts = {
  readonly examples: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly keys: Readonly<Record<string, readonly string[]>>;
};

const {examples, keys}: Facts = facts('further-lists.json');
const firstLists = Object.keys(facts<{resources: Row}>('wire-fields.json').resources);

// What they are made of besides an id is a guess.
const guessed = {
  addressGroups: ['address', 'group'],
  addressLists: ['address', 'list'],
  calendarRels: ['calendar', 'dealGroup'],
  calendarUsers: ['calendar', 'user'],
  dealGroupGroups: ['dealGroup', 'group'],
  messageActivities: ['action', 'contact', 'message', 'tstamp', 'user'],
  taskNotifications: ['dealTask', 'user'],
};
const lists = [...Object.keys(examples), ...Object.keys(keys), ...Object.keys(guessed)];
const logs = ['logs', 'linkData', 'mppLinkData', 'messageActivities'];

const usual = {seed: 5, contacts: 1000};
let served: Promise<Readonly<Record<string, readonly Row[]>>> | undefined;
const noon = () => Date.UTC(2026, 6, 1, 17);

test('there are 16 of them', () => {
  expect(new Set(lists).size).toBe(16);
});

test('the first lists stand before them, so that random changes and totals reach those as ever', () => {
  expect(resourceNames.slice(0, firstLists.length)).toEqual([...firstLists].sort());
  expect(resourceNames.slice(firstLists.length)).toEqual(expect.arrayContaining(lists));
});

test('the sizes of the others do not depend on them', () =>
  withSimulator({counts: Object.fromEntries(lists.map(name => [name, 0]))}, async simulator => {
    expect(firstLists.reduce((sum, name) => sum + simulator.count(name), 0)).toBe(2500);
    expect(lists.map(name => simulator.count(name))).toEqual(lists.map(() => 0));
  }));

test('the log of what was sent is longer than a page without being asked for', () =>
  withSimulator({}, async simulator => {
    expect(lists.filter(name => simulator.count(name) > 100)).toEqual(['logs']);
    expect(Math.min(...lists.map(name => simulator.count(name)))).toBeGreaterThan(1);
  }));

describe.each(lists)('%s', name => {
  test('is a list under its own path, with its rows, meta and nothing else', () =>
    withSimulator(usual, async simulator => {
      const {status, body} = await ask(simulator, `${name}?limit=5`);
      expect({status, keys: Object.keys(body)}).toEqual({status: 200, keys: [name, 'meta']});
      expect((await readAll(simulator, name)).map(({id}) => id)).toEqual(
        [...simulator.rows(name)].map(({id}) => String(id)),
      );
    }));

  test(`counts its rows in a ${name === 'notes' ? 'number' : 'text'}`, () =>
    withSimulator({}, async simulator => {
      const count = simulator.count(name);
      expect(metaOf(await ask(simulator, name))).toEqual({total: name === 'notes' ? count : String(count)});
    }));

  test('can lack its total, be forbidden or be missing', () =>
    withSimulator({totals: {[name]: 'absent'}}, async simulator => {
      expect((await ask(simulator, name)).body['meta']).toBeUndefined();
      await withSimulator({forbidden: [name]}, async other => expect((await ask(other, name)).status).toBe(403));
      await withSimulator({missing: [name]}, async other => expect((await ask(other, name)).status).toBe(404));
    }));

  test('every row has an id of digits and links that are URLs', async () => {
    for (const {id, links} of await rowsIn(name)) {
      expect(id).toMatch(/^\d+$/);
      expect(Object.values(asRow(links)).join()).toMatch(new RegExp(`^https://[^,]+/api/3/${name}/${id}/`));
    }
  });

  test('empty is an empty list', () =>
    withSimulator({counts: {[name]: 0}}, async simulator => {
      expect(rowsOf(await ask(simulator, name), name)).toEqual([]);
      expect((await ask(simulator, name)).body[name]).toEqual([]);
    }));
});

describe('the rows', () => {
  test.each(Object.entries(examples))(
    "of %s have the keys and JSON types of the provider's example",
    async (name, known) => {
      const rows = await rowsIn(name);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        const types = Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeOf(value)]));
        expect(types).toEqual(known);
      }
    },
  );

  test.each([
    ...Object.entries(keys),
    ...Object.entries(guessed).map(([name, found]) => [name, ['id', ...found]] as const),
  ])('of %s have the known keys and hold texts', async (name, known) => {
    for (const {links, ...row} of await rowsIn(name)) {
      expect(Object.keys(row).sort()).toEqual([...known].sort());
      expect(new Set(Object.values(row).map(typeOf))).toEqual(new Set(['string']));
    }
  });
});

describe('relations', () => {
  test.each([
    ['notes', 'userid', 'users'],
    ['notes', 'user', 'users'],
    ['taskOutcomes', 'created_by', 'users'],
    ['taskOutcomes', 'updated_by', 'users'],
    ['tasktypeOutcomeRels', 'outcome_id', 'taskOutcomes'],
    ['tasktypeOutcomeRels', 'outcome', 'taskOutcomes'],
    ['tasktypeOutcomeRels', 'tasktype_id', 'dealTasktypes'],
    ['tasktypeOutcomeRels', 'tasktype', 'dealTasktypes'],
    ['tasktypeOutcomeRels', 'createdBy', 'users'],
    ['groupLimits', 'groupid', 'groups'],
    ['groupLimits', 'group', 'groups'],
    ['logs', 'subscriberid', 'contacts'],
    ['logs', 'campaignid', 'campaigns'],
    ['logs', 'messageid', 'messages'],
    ...['linkData', 'mppLinkData'].flatMap(name => [
      [name, 'linkid', 'links'],
      [name, 'link', 'links'],
      [name, 'subscriberid', 'contacts'],
      [name, 'campaignid', 'campaigns'],
      [name, 'messageid', 'messages'],
    ]),
    ['messageActivities', 'contact', 'contacts'],
    ['messageActivities', 'message', 'messages'],
    ['messageActivities', 'user', 'users'],
    ['listGroups', 'list', 'lists'],
    ['listGroups', 'group', 'groups'],
    ['addressGroups', 'address', 'addresses'],
    ['addressGroups', 'group', 'groups'],
    ['addressLists', 'address', 'addresses'],
    ['addressLists', 'list', 'lists'],
    ['calendarRels', 'calendar', 'calendars'],
    ['calendarRels', 'dealGroup', 'dealGroups'],
    ['calendarUsers', 'calendar', 'calendars'],
    ['calendarUsers', 'user', 'users'],
    ['dealGroupGroups', 'dealGroup', 'dealGroups'],
    ['dealGroupGroups', 'group', 'groups'],
    ['taskNotifications', 'dealTask', 'dealTasks'],
    ['taskNotifications', 'user', 'users'],
  ])('%s name by %s a row of %s', async (name, key, other) => {
    const ids = await idsIn(other);
    for (const row of await rowsIn(name)) expect(ids).toContain(row[key]);
  });

  test.each([
    ['Subscriber', 'contacts'],
    ['Deal', 'deals'],
    ['CustomerAccount', 'accounts'],
    ['DealTask', 'dealTasks'],
    ['Activity', 'activities'],
  ])('notes whose reltype is %s name by relid a row of %s, and so does their owner', async (reltype, other) => {
    const ids = await idsIn(other);
    const notes = (await rowsIn('notes')).filter(row => row['reltype'] === reltype);
    expect(notes.length).toBeGreaterThan(10);
    for (const {relid, owner} of notes) {
      expect(ids).toContain(relid);
      expect(asRow(owner)['id']).toBe(relid);
    }
    expect(new Set(notes.map(({owner}) => asRow(owner)['type'])).size).toBe(1);
  });

  test('notes are on nothing else', async () => {
    const kinds = new Set((await rowsIn('notes')).map(({reltype, owner}) => `${reltype} ${asRow(owner)['type']}`));
    expect([...kinds].sort()).toEqual([
      'Activity activity',
      'CustomerAccount customerAccount',
      'Deal deal',
      'DealTask dealTask',
      'Subscriber contact',
    ]);
  });

  test.each([{}, {changes: 600}])('an outcome lists the types of task that its relations name, with %j', options =>
    withSimulator({counts: {taskOutcomes: 9, tasktypeOutcomeRels: 20}, ...options}, async simulator => {
      const relations = [...simulator.rows('tasktypeOutcomeRels')];
      const lengths = [...simulator.rows('taskOutcomes')].map(({id, dealTasktype_ids}) => {
        const types = relations.filter(({outcome_id}) => outcome_id === id).map(({tasktype_id}) => tasktype_id);
        expect(dealTasktype_ids).toEqual([...new Set(types)]);
        return types.length;
      });
      expect(lengths).toContain(0);
      expect(Math.max(...lengths)).toBeGreaterThan(1);
    }),
  );

  test.each(['linkData', 'mppLinkData'])('a row of %s is in the campaign and message of its link', async name => {
    const links = new Map((await rowsIn('links')).map(({id, ...link}) => [id, link]));
    for (const {linkid, campaignid, messageid} of await rowsIn(name)) {
      const link = links.get(linkid ?? null);
      expect(campaignid).toBe(link?.['campaignid']);
      expect([messageid, '0']).toContain(link?.['messageid']);
    }
  });

  test('an outcome moves with the types that it lists', () =>
    withSimulator({now: noon}, async simulator => {
      const id = simulator.insert('tasktypeOutcomeRels');
      const relation = [...simulator.rows('tasktypeOutcomeRels')].find(row => row['id'] === id);
      const outcome = [...simulator.rows('taskOutcomes')].find(row => row['id'] === relation?.['outcome_id']);
      expect(outcome?.['dealTasktype_ids']).toContain(relation?.['tasktype_id']);
      expect(outcome?.['updated_utc_timestamp']).toBe('2026-07-01T12:00:00-05:00');
    }));

  test('what hangs on a row goes with it', () =>
    withSimulator(usual, async simulator => {
      const [notification] = [...simulator.rows('taskNotifications')];
      const removed = {resource: 'dealTasks', id: String(notification?.['dealTask'])};
      const before = simulator.count('taskNotifications');
      simulator.remove(removed.resource, removed.id);
      expect(simulator.count('taskNotifications')).toBeLessThan(before);
      for (const row of simulator.rows('taskNotifications')) expect(row['dealTask']).not.toBe(removed.id);
    }));

  test('each group has its limits', () =>
    withSimulator({}, async simulator => {
      expect([...simulator.rows('groupLimits')].map(({group}) => group)).toEqual(
        [...simulator.rows('groups')].map(({id}) => id),
      );
    }));
});

describe('dates', () => {
  const withOffsets = [
    ['notes', 'cdate'],
    ['notes', 'mdate'],
    ['taskOutcomes', 'created_utc_timestamp'],
    ['taskOutcomes', 'updated_utc_timestamp'],
    ['tasktypeOutcomeRels', 'created_utc_timestamp'],
    ['dealRoles', 'created_timestamp'],
    ['dealRoles', 'updated_timestamp'],
    ...logs.map((name): [string, string] => [name, 'tstamp']),
  ] satisfies [string, string][];

  test.each(withOffsets)('%s show in %s the Central offset', (name, key) =>
    withSimulator({counts: {[name]: 40}}, async simulator => {
      const dates = [...simulator.rows(name)].map(row => String(row[key]));
      for (const date of dates) {
        expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[56]:00$/);
        expect(date.slice(-6)).toBe(DateTime.fromISO(date, {zone: 'America/Chicago'}).toFormat('ZZ'));
      }
      expect(new Set(dates.map(date => date.slice(-6))).size).toBe(2);
    }),
  );

  test('tasktypeOutcomeRels show in updated_utc_timestamp the Central clock without a zone, beside a date with one', () =>
    withSimulator({now: noon}, async simulator => {
      const id = simulator.insert('tasktypeOutcomeRels');
      for (const row of simulator.rows('tasktypeOutcomeRels')) {
        expect(row['updated_utc_timestamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
        const created = String(row['created_utc_timestamp']).slice(0, 19).replace('T', ' ');
        expect(String(row['updated_utc_timestamp']) >= created).toBe(true);
        if (row['id'] === id) expect(row['updated_utc_timestamp']).toBe('2026-07-01 12:00:00');
      }
    }));

  test.each([
    ['notes', 'mdate', '2026-07-01T12:00:00-05:00'],
    ['taskOutcomes', 'updated_utc_timestamp', '2026-07-01T12:00:00-05:00'],
    ['tasktypeOutcomeRels', 'updated_utc_timestamp', '2026-07-01 12:00:00'],
    ['dealRoles', 'updated_timestamp', '2026-07-01T12:00:00-05:00'],
  ])('an edit of %s moves %s', (name, key, expected) =>
    withSimulator({now: noon}, async simulator => {
      const [first] = [...simulator.rows(name)];
      simulator.edit(name, String(first?.['id']));
      const [edited] = [...simulator.rows(name)];
      expect(edited?.[key]).toBe(expected);
      expect({...edited, [key]: ''}).not.toEqual({...first, [key]: ''});
    }),
  );
});

describe('logs', () => {
  test.each(logs)('%s only grow: ids and dates ascend, and random changes edit and remove nothing', name =>
    withSimulator({now: noon}, async simulator => {
      const before = [...simulator.rows(name)];
      const {edited, removed} = simulator.change(10 * simulator.resources.length, 3);
      expect([...edited, ...removed].filter(({resource}) => resource === name)).toEqual([]);
      const after = [...simulator.rows(name)];
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.length).toBe(before.length + 10);
      const instants = after.map(row => DateTime.fromISO(String(row['tstamp'])).toMillis());
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    }),
  );

  test('linkData are opens and clicks, mppLinkData only opens', async () => {
    expect(new Set((await rowsIn('linkData')).map(({isread}) => isread))).toEqual(new Set(['0', '1']));
    expect(new Set((await rowsIn('mppLinkData')).map(({isread}) => isread))).toEqual(new Set(['1']));
  });
});

describe('parameters', () => {
  test('filters[sentiment] of taskOutcomes and search of dealRoles are obeyed, as documented', () =>
    withSimulator({counts: {taskOutcomes: 30, dealRoles: 30}}, async simulator => {
      const sentiments = rowsOf(
        await ask(simulator, 'taskOutcomes?limit=100&filters[sentiment]=NEGATIVE'),
        'taskOutcomes',
      );
      expect(new Set(sentiments.map(({sentiment}) => sentiment))).toEqual(new Set(['NEGATIVE']));
      const roles = rowsOf(await ask(simulator, 'dealRoles?limit=100&search=LUMEN'), 'dealRoles');
      expect(roles.length).toBeGreaterThan(0);
      expect(roles.length).toBeLessThan(30);
      for (const {title} of roles) expect(title).toContain('lumen');
    }));

  test('filters by reltype and relid and the order by cdate of notes, which only code relies on, are ignored', () =>
    withSimulator({}, async simulator => {
      const all = await idsOf(simulator, 'notes?limit=100');
      for (const query of ['filters[reltype]=Deal', 'filters[relid]=1', 'orders[cdate]=DESC', 'orders[id]=DESC'])
        expect(await idsOf(simulator, `notes?limit=100&${query}`)).toEqual(all);
    }));

  test('and obeyed where the server is told to', () =>
    withSimulator({obeyFilters: ['notes.reltype', 'notes.relid'], obeyOrders: ['notes.cdate']}, async simulator => {
      const all = await readAll(simulator, 'notes');
      expect(await idsOf(simulator, 'notes?limit=100&orders[cdate]=DESC')).toEqual(all.map(({id}) => id).reverse());
      const [deal] = all.filter(({reltype}) => reltype === 'Deal');
      const found = await idsOf(simulator, `notes?limit=100&filters[reltype]=Deal&filters[relid]=${deal?.['relid']}`);
      expect(found).toEqual(
        all.filter(({reltype, relid}) => reltype === 'Deal' && relid === deal?.['relid']).map(({id}) => id),
      );
    }));

  test.each(logs)('of %s nothing is known to be obeyed', name =>
    withSimulator({obeyFilters: ['*']}, async simulator => {
      const all = await idsOf(simulator, `${name}?limit=100`);
      for (const query of ['filters[tstamp][gt]=2030-01-01', 'after=2030-01-01', 'contact=1', 'orders[tstamp]=DESC'])
        expect(await idsOf(simulator, `${name}?limit=100&${query}`)).toEqual(all);
    }),
  );
});

test('an account of an exact total of records counts them, too', () =>
  withSimulator({records: 4000}, async simulator => {
    expect(simulator.resources.reduce((sum, name) => sum + simulator.count(name), 0)).toBe(4000);
    expect(lists.filter(name => simulator.count(name) === 0)).toEqual([]);
  }));

async function idsIn(name: string): Promise<ReadonlySet<unknown>> {
  return new Set((await rowsIn(name)).map(({id}) => id));
}

/** The rows of a list as they are sent, of the usual account. */
async function rowsIn(name: string): Promise<readonly Row[]> {
  served ??= rowsOfAll();
  return (await served)[name] ?? [];
}

async function rowsOfAll(): Promise<Readonly<Record<string, readonly Row[]>>> {
  const simulator = await startSimulator(usual);
  const rows = simulator.resources.map(name => [
    name,
    [...simulator.rows(name)].map(row => asRow(JSON.parse(toWireJson(row)))),
  ]);
  await simulator.stop();
  return Object.fromEntries(rows);
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function facts<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(`../support/facts/${file}`, import.meta.url), 'utf8'));
}
