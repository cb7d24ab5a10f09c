// Filters and orders: which the server obeys, which it ignores, and how both can be turned round.

import {describe, expect, test} from '@jest/globals';
import {DateTime} from 'luxon';
import type {Simulator, SimulatorOptions, WireRow} from '../../src/simulator/simulator.js';
import {ask, idsOf, metaOf, type Row, readAll, withSimulator} from './support.js';

const stable: SimulatorOptions = {unstable: []};

describe('contacts', () => {
  test.each([
    ['Z', '2024-03-01T12:00:00Z'],
    ['an offset', '2024-03-01T06:00:00-06:00'],
    ['a space and no zone, on the Central clock', '2024-03-01 06:00:00'],
    ['a T and no zone, likewise', '2024-03-01T06:00:00'],
  ])('filters[updated_after] compares udate, with %s', (_, bound) =>
    withSimulator({}, async simulator => {
      const expected = [...simulator.rows('contacts')]
        .filter(row => instant(row['udate']) > instant('2024-03-01T12:00:00Z'))
        .map(({id}) => id);
      expect(expected.length).toBeGreaterThan(10);
      const answer = await ask(simulator, `contacts?limit=100&filters[updated_after]=${encodeURIComponent(bound)}`);
      expect(metaOf(answer)['total']).toBe(String(expected.length));
      expect(
        (await readAll(simulator, `contacts?filters[updated_after]=${encodeURIComponent(bound)}`)).map(({id}) => id),
      ).toEqual(expected);
    }),
  );

  test('a date alone begins on the Central clock', () =>
    withSimulator({}, async simulator => {
      const bound = DateTime.fromISO('2023-07-09', {zone: 'America/Chicago'}).toMillis();
      const expected = [...simulator.rows('contacts')].filter(row => instant(row['udate']) > bound);
      expect(await readAll(simulator, 'contacts?filters[updated_after]=2023-07-09')).toHaveLength(expected.length);
    }));

  test('an instant in the future leaves nothing, and total 0', () =>
    withSimulator({}, async simulator => {
      const answer = await ask(simulator, 'contacts?limit=1&filters[updated_after]=2035-01-01T00:00:00Z');
      expect(answer.body['contacts']).toEqual([]);
      expect(metaOf(answer)['total']).toBe('0');
    }));

  test('an unreadable instant is ignored', () =>
    withSimulator({}, async simulator => {
      expect(metaOf(await ask(simulator, 'contacts?filters[updated_after]=soon'))['total']).toBe('250');
      // A plus that nobody encoded is a space.
      expect(metaOf(await ask(simulator, 'contacts?filters[updated_after]=2030-01-01T00:00:00+00:00'))['total']).toBe(
        '250',
      );
    }));

  test.each([
    [false, 0],
    [true, 1],
  ])('the bound itself is in if updated_after_inclusive is %s', (updatedAfterInclusive, rows) =>
    withSimulator({updatedAfterInclusive, now: () => Date.UTC(2027, 0, 1)}, async simulator => {
      simulator.edit('contacts', '1');
      expect(await readAll(simulator, 'contacts?filters[updated_after]=2027-01-01T00:00:00Z')).toHaveLength(rows);
      expect(await readAll(simulator, 'contacts?filters[updated_after]=2026-12-31T23:59:59Z')).toHaveLength(1);
    }),
  );

  test('the other bounds narrow too, and all of them together', () =>
    withSimulator({}, async simulator => {
      const [from, to] = ['2021-01-01T00:00:00Z', '2024-01-01T00:00:00Z'];
      const expected = [...simulator.rows('contacts')].filter(
        row =>
          instant(row['cdate']) > instant(from) &&
          instant(row['cdate']) < instant(to) &&
          instant(row['udate']) < instant(to),
      );
      const query = `filters[created_after]=${from}&filters[created_before]=${to}&filters[updated_before]=${to}`;
      expect(await readAll(simulator, `contacts?${query}`)).toHaveLength(expected.length);
    }));

  test('id_greater and id_less bound the ids, with and without a filter, up and down', () =>
    withSimulator({}, async simulator => {
      const all = [...simulator.rows('contacts')];
      const between = (rows: readonly WireRow[]) => rows.map(({id}) => Number(id)).filter(id => id > 100 && id < 300);
      const ids = async (query: string) =>
        (await readAll(simulator, `contacts?id_greater=100&id_less=300&${query}`)).map(({id}) => Number(id));
      expect(await ids('orders[id]=ASC')).toEqual(between(all));
      expect(await ids('orders[id]=DESC')).toEqual(between(all).reverse());
      const changed = all.filter(row => instant(row['udate']) > instant('2022-01-01T00:00:00Z'));
      expect(await ids('orders[id]=ASC&filters[updated_after]=2022-01-01T00:00:00Z')).toEqual(between(changed));
    }));

  test('neither bound is included', () =>
    withSimulator({}, async simulator => {
      const [a, b, c] = [...simulator.rows('contacts')].slice(70, 73).map(({id}) => id);
      expect(await idsOf(simulator, `contacts?id_greater=${a}&id_less=${c}`)).toEqual([b]);
      expect(await idsOf(simulator, `contacts?id_greater=${a}&id_less=${c}&orders[email]=ASC`)).toEqual([b]);
    }));

  test('bounds between ids and beyond them are bounds all the same', () =>
    withSimulator({}, async simulator => {
      const ids = [...simulator.rows('contacts')].map(({id}) => Number(id));
      for (const bound of [0, 1, 2, 3, 4, 250, 251, 499, 500, 501, 10 ** 9]) {
        const answer = await ask(simulator, `contacts?id_greater=${bound}`);
        expect({bound, total: metaOf(answer)['total']}).toEqual({
          bound,
          total: String(ids.filter(id => id > bound).length),
        });
      }
    }));

  test.each([
    ['shrunk', '150'],
    ['all', '250'],
  ] as const)('the total behind id_greater can be %s', (totalAfterIdGreater, total) =>
    withSimulator({totalAfterIdGreater}, async simulator => {
      const bound = [...simulator.rows('contacts')][99]?.['id'];
      expect(metaOf(await ask(simulator, `contacts?id_greater=${bound}`))['total']).toBe(total);
    }),
  );

  test.each([
    ['email', 'email'],
    ['first_name', 'firstName'],
    ['last_name', 'lastName'],
  ])('orders[%s] sorts by it', (order, key) =>
    withSimulator({}, async simulator => {
      const values = (await readAll(simulator, `contacts?orders[${order}]=DESC`, 'contacts')).map(row =>
        String(row[key]).toLowerCase(),
      );
      expect(isDescending(values)).toBe(true);
    }),
  );

  test('orders[udate] is not documented, and ignored unless told', async () => {
    const query = 'contacts?limit=100&orders[udate]=DESC';
    await withSimulator({}, async simulator =>
      expect(await idsOf(simulator, query)).toEqual(await idsOf(simulator, 'contacts?limit=100')),
    );
    await withSimulator({obeyOrders: ['contacts.udate']}, async simulator => {
      const udates = (await readAll(simulator, query, 'contacts')).map(row => instant(row['udate']));
      expect(isDescending(udates)).toBe(true);
    });
  });

  test('listid, status and tagid look at lists and tags', () =>
    withSimulator({obeyFilters: ['contacts.tagid']}, async simulator => {
      for (const [parameter, name, key] of [
        ['listid', 'contactLists', 'list'],
        ['status', 'contactLists', 'status'],
        ['tagid', 'contactTags', 'tag'],
      ] as const) {
        const members = new Set([...simulator.rows(name)].filter(row => row[key] === '1').map(({contact}) => contact));
        const found = await readAll(simulator, `contacts?${parameter}=1`, 'contacts');
        expect(found.map(({id}) => id).sort()).toEqual([...members].sort());
      }
    }));

  test('tagid is ignored by default', () =>
    withSimulator({}, async simulator =>
      expect(metaOf(await ask(simulator, 'contacts?tagid=1'))['total']).toBe('250'),
    ));
});

describe('deals', () => {
  test('filters[updated_after] compares mdate, includes its bound, and lets deals without permission through', () =>
    withSimulator(stable, async simulator => {
      const deals = [...simulator.rows('deals')];
      const bound = String(deals[41]?.['mdate']);
      const expected = deals.filter(deal => deal['mdate'] === undefined || instant(deal['mdate']) >= instant(bound));
      expect(
        (await readAll(simulator, `deals?filters[updated_after]=${encodeURIComponent(bound)}`, 'deals')).map(
          ({id}) => id,
        ),
      ).toEqual(expected.map(({id}) => id));
      expect(expected.some(deal => deal['mdate'] === undefined)).toBe(true);
    }));

  test('of day granularity, the time of day is cut off', () =>
    withSimulator(
      {...stable, dealsFilterGranularity: 'day', partialDeals: 'none', now: () => Date.UTC(2026, 7, 1, 9)},
      async simulator => {
        const id = simulator.insert('deals');
        expect(await idsOf(simulator, 'deals?filters[updated_after]=2026-08-01T23:00:00Z')).toEqual([id]);
        expect(await idsOf(simulator, 'deals?filters[updated_after]=2026-08-02T00:00:00Z')).toEqual([]);
      },
    ));

  test('come in the order of creation with orders[cdate]', () =>
    withSimulator({}, async simulator => {
      const dates = (await readAll(simulator, 'deals?orders[cdate]=ASC', 'deals'))
        .map(({cdate}) => cdate)
        .filter(date => date !== undefined);
      expect(isDescending(dates.map(instant).reverse())).toBe(true);
    }));
});

describe('logs', () => {
  test('activities come oldest first, newest first by orders[tstamp], and after an instant', () =>
    withSimulator({}, async simulator => {
      const oldest = (await readAll(simulator, 'activities')).map(({tstamp}) => instant(tstamp));
      const newest = (await readAll(simulator, 'activities?orders[tstamp]=DESC', 'activities')).map(({tstamp}) =>
        instant(tstamp),
      );
      expect(isDescending(newest)).toBe(true);
      expect(oldest).toHaveLength(newest.length);
      const late = await readAll(simulator, 'activities?after=2024-01-01T00:00:00Z', 'activities');
      expect(late).toHaveLength(newest.filter(date => date > instant('2024-01-01T00:00:00Z')).length);
    }));

  test.each([
    ['activities', 'filters[tstamp][gt]=2030-01-01'],
    ['emailActivities', 'filters[tstamp][gt]=2030-01-01'],
    ['contactLists', 'filters[list]=1'],
    ['contactLists', 'filters[updated_since]=2030-01-01'],
    ['contactTags', 'filters[tag]=1'],
    ['tags', 'filters[updated_after]=2030-01-01'],
  ])('%s ignore %s', (path, query) =>
    withSimulator({}, async simulator =>
      expect(metaOf(await ask(simulator, `${path}?${query}`))['total']).toBe(String(simulator.count(path))),
    ),
  );

  test('emailActivities come newest first by orders[tstamp]', () =>
    withSimulator({}, async simulator => {
      const rows = await readAll(simulator, 'emailActivities?orders[tstamp]=DESC', 'emailActivities');
      expect(isDescending(rows.map(({tstamp}) => instant(tstamp)))).toBe(true);
    }));
});

describe('orders that are only known from code', () => {
  test.each([
    ['dealActivities', 'cdate', 'cdate'],
    ['dealTasks', 'udate', 'udate'],
    ['deals', 'mdate', 'mdate'],
    ['messages', 'mdate', 'mdate'],
    ['automations', 'mdate', 'mdate'],
  ])('%s ignore orders[%s], and obey it when told', async (path, order, key) => {
    const query = `${path}?orders[${order}]=DESC`;
    const options: SimulatorOptions = {...stable, partialDeals: 'none'};
    await withSimulator(options, async simulator =>
      expect(await readAll(simulator, query, path)).toEqual(await readAll(simulator, path)),
    );
    for (const obeyOrders of [['*'], [path], [`${path}.${order}`]]) {
      await withSimulator({...options, obeyOrders}, async simulator => {
        const dates = (await readAll(simulator, query, path)).map(row => instant(row[key]));
        expect(dates.length).toBeGreaterThan(5);
        expect(isDescending(dates)).toBe(true);
      });
    }
  });

  test('contactAutomations obey orders[lastdate], which the provider links to, and ignore it when told', async () => {
    const query = 'contactAutomations?orders[lastdate]=DESC';
    const dates = async (simulator: Simulator) =>
      (await readAll(simulator, query, 'contactAutomations')).map(({lastdate}) => instant(lastdate));
    await withSimulator({}, async simulator => expect(isDescending(await dates(simulator))).toBe(true));
    await withSimulator({ignoreOrders: ['contactAutomations.lastdate']}, async simulator =>
      expect(isDescending(await dates(simulator))).toBe(false),
    );
  });

  test('campaigns obey orders[id] and ignore orders[cdate]', () =>
    withSimulator({}, async simulator => {
      const ids = (await idsOf(simulator, 'campaigns?limit=100&orders[id]=DESC')).map(Number);
      expect(isDescending(ids)).toBe(true);
      expect(await idsOf(simulator, 'campaigns?orders[cdate]=DESC')).toEqual(await idsOf(simulator, 'campaigns'));
    }));

  test('rows without the key of the order rank lowest', () =>
    withSimulator({}, async simulator => {
      const dates = (await readAll(simulator, 'campaigns?orders[sdate]=DESC', 'campaigns')).map(({sdate}) => sdate);
      expect(dates.at(-1)).toBeNull();
      expect(dates[0]).not.toBeNull();
    }));
});

describe('obedience', () => {
  test.each([
    ['contacts.updated_after', 'contacts?filters[updated_after]=2030-01-01T00:00:00Z'],
    ['contacts', 'contacts?id_greater=400'],
    ['*', 'activities?after=2030-01-01T00:00:00Z'],
  ])('ignore_filters=%s makes the server ignore %s', (entry, query) =>
    withSimulator({ignoreFilters: [entry]}, async simulator => {
      const [path = ''] = query.split('?');
      expect(metaOf(await ask(simulator, query))['total']).toBe(String(simulator.count(path)));
    }),
  );

  test('ignore_orders leaves contacts in the order of ids, or in none if they are unstable', async () => {
    await withSimulator({ignoreOrders: ['contacts']}, async simulator => {
      expect(await idsOf(simulator, 'contacts?orders[id]=DESC')).toEqual(await idsOf(simulator, 'contacts'));
    });
    await withSimulator({ignoreOrders: ['contacts'], unstable: ['contacts']}, async simulator => {
      expect(await idsOf(simulator, 'contacts?orders[id]=ASC')).not.toEqual(
        await idsOf(simulator, 'contacts?orders[id]=ASC'),
      );
    });
  });

  test.each([
    ['accountContacts', 'filters[account]', 'account'],
    ['fieldValues', 'filters[fieldid]', 'field'],
    ['dealStages', 'filters[d_groupid]', 'group'],
    ['dealTasks', 'filters[status]', 'status'],
    ['ecomOrders', 'filters[connectionid]', 'connectionid'],
    ['dealActivities', 'deal', 'deal'],
    ['dealCustomFieldData', 'filters[dealId]', 'dealId'],
  ])('%s obey %s, which is documented', (path, parameter, key) =>
    withSimulator({}, async simulator => {
      const value = [...simulator.rows(path)][0]?.[key];
      const expected = [...simulator.rows(path)].filter(row => row[key] === value).map(({id}) => id);
      expect((await readAll(simulator, `${path}?${parameter}=${value}`, path)).map(({id}) => id)).toEqual(expected);
      expect(expected.length).toBeLessThan(simulator.count(path));
    }),
  );

  test('answers follow the rows, though they are kept while nothing changes', () =>
    withSimulator({now: () => Date.UTC(2027, 0, 1)}, async simulator => {
      const changed = () => idsOf(simulator, 'contacts?filters[updated_after]=2026-12-01T00:00:00Z');
      expect(await changed()).toEqual([]);
      simulator.edit('contacts', '1');
      expect(await changed()).toEqual(['1']);
      simulator.remove('contacts', '1');
      expect(await changed()).toEqual([]);
    }));
});

function instant(date: WireRow[string] | Row[string] | undefined): number {
  return DateTime.fromISO(String(date)).toMillis();
}

function isDescending<Value extends string | number>(values: readonly Value[]): boolean {
  return values.every((value, at) => at === 0 || value <= (values[at - 1] ?? value));
}
