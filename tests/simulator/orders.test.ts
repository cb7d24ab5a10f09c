// Orders in the two worlds: every list can be told to obey its dates and its ids, and none does unless told.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, SimulatorOptions} from '../../src/simulator/simulator.js';
import {ask, idsOf, metaOf, readAll, withSimulator} from './support.js';
import {columnNamed, datesIn, idsInOrder, inSnakeCase, momentOf} from './wire-order.js';

// What incremental streams are bookmarked by, as the stream names it.
const replicationKeys = `
  accountContacts updated_timestamp, accountCustomFieldData updated_timestamp,
  accountCustomFieldMeta updated_timestamp, accounts updated_timestamp, activities tstamp, automationBlocks mdate,
  automations mdate, bounceLogs updated_timestamp, calendars mdate, campaigns updated_timestamp,
  configs updated_timestamp, connections udate, contactAutomations lastdate, contactConversions cdate,
  contactData tstamp, contactDeals updated_timestamp, contactEmails sdate, contactLists updated_timestamp,
  contactTags updated_timestamp, contacts udate, conversionTriggers udate, conversions udate, dealActivities cdate,
  dealCustomFieldData updated_timestamp, dealCustomFieldMeta updated_timestamp, dealGroups udate, dealStages udate,
  dealTasks udate, deals mdate, ecomCustomers tstamp, ecomOrderActivities updated_date, ecomOrderProducts updated_date,
  ecomOrders updated_date, emailActivities tstamp, fieldValues udate, forms udate, links updated_timestamp,
  lists updated_timestamp, messages mdate, savedResponses mdate, scores mdate, siteMessages ldate, sms ldate,
  templates mdate`
  .split(',')
  .map(line => line.trim().split(' '))
  .map(([path = '', key = '']): [string, string] => [path, key]);

const obeyedByDefault = ['activities.tstamp', 'contactAutomations.lastdate', 'emailActivities.tstamp'];

// Rows of these come with others and have no list of their own, or answers of another form.
const otherForms =
  'audiences eventTracking eventTrackingEvents fieldOptions fieldRels geoAddresses groupMembers siteTracking'.split(
    ' ',
  );
const plainLists = (simulator: Simulator) =>
  simulator.resources.filter(name => /^\w+$/.test(name) && !otherForms.includes(name));
// Dates that hang on other rows, are values that users typed, or are zero in every row.
const noStamps = `
  accountCustomFieldData.fieldValue campaigns.repair_timestamp campaigns.series_send_lock_time contactAutomations.remdate
  contacts.bounced_date contacts.deleted_at contacts.rating_tstamp contacts.sms_consent_updated_at
  contacts.socialdata_lastcheck dealCustomFieldData.fieldValue deals.nextdate fieldValues.value
  users.password_updated_utc_timestamp`
  .trim()
  .split(/\s+/);

const account: SimulatorOptions = {contacts: 160, changes: 300, seed: 11, now: () => Date.UTC(2026, 10, 1, 6, 40)};
const obedient: SimulatorOptions = {...account, obeyOrders: ['*']};

describe('a server that obeys every order', () => {
  test.each(replicationKeys)('sorts %s by %s, up and down', (path, key) =>
    withSimulator(obedient, async simulator => {
      const column = columnNamed([...simulator.rows(path)], key);
      for (const direction of ['ASC', 'DESC'] as const) {
        expect(await ordered(simulator, path, `orders[${key}]=${direction}`)).toEqual(
          idsInOrder(simulator.rows(path), {column, direction}),
        );
      }
    }),
  );

  test('sorts by every date that a list shows, as it is spelled and in snake case', () =>
    withSimulator(obedient, async simulator => {
      let columns = 0;
      for (const path of plainLists(simulator)) {
        const rows = [...simulator.rows(path)];
        for (const column of datesIn(rows).filter(name => !noStamps.includes(`${path}.${name}`))) {
          columns++;
          for (const name of new Set([column, inSnakeCase(column)])) {
            expect({path, name, ids: await ordered(simulator, path, `orders[${name}]=DESC`)}).toEqual({
              path,
              name,
              ids: idsInOrder(rows, {column, direction: 'DESC'}),
            });
          }
        }
      }
      expect(columns).toBeGreaterThan(100);
    }));

  test('sorts every list by id', () =>
    withSimulator(obedient, async simulator => {
      for (const path of plainLists(simulator)) {
        const ids = [...simulator.rows(path)].map(({id}) => String(id));
        expect(await ordered(simulator, path, 'orders[id]=ASC')).toEqual(ids);
        expect(await ordered(simulator, path, 'orders[id]=DESC')).toEqual(ids.reverse());
      }
    }));

  test.each([
    ['oldest', 'updated_timestamp', '2019-01-01 00:00:00', 'ASC'],
    ['newest', 'updated_timestamp', '2030-01-01 00:00:00', 'DESC'],
    ['lowest for a missing date', 'updated_timestamp', null, 'ASC'],
    ['lowest for a zero date', 'updated_timestamp', '0000-00-00 00:00:00', 'ASC'],
    ['oldest', 'cdate', '2019-01-01T00:00:00-06:00', 'ASC'],
    ['newest', 'cdate', '2030-01-01T00:00:00Z', 'DESC'],
  ] as const)('ranks a row %s whose %s somebody set to %s', (_, column, value, direction) =>
    withSimulator(obedient, async simulator => {
      const id = simulator.insert('contactTags', {[column]: value});
      expect((await ordered(simulator, 'contactTags', `orders[${column}]=${direction}`))[0]).toBe(id);
    }),
  );

  test('keeps the two readings of the autumn hour apart where a date has its offset, and not where it has none', () =>
    withSimulator({...obedient, counts: {contactTags: 0, bounceLogs: 0}, changes: 0}, async simulator => {
      const [late, early] = ['2025-11-02 01:20:00', '2025-11-02 01:10:00'].map(clock =>
        simulator.insert('bounceLogs', {
          tstamp: `${clock.replace(' ', 'T')}${clock.includes('01:20') ? '-05:00' : '-06:00'}`,
          updated_timestamp: clock,
        }),
      );
      expect(await ordered(simulator, 'bounceLogs', 'orders[tstamp]=ASC')).toEqual([late, early]);
      expect(await ordered(simulator, 'bounceLogs', 'orders[updated_timestamp]=ASC')).toEqual([early, late]);
    }));

  test('ranks a contact by the opened mail in updated_timestamp, and by the edit in udate', () =>
    withSimulator(obedient, async simulator => {
      const [, , edited, touched] = [...simulator.rows('contacts')].map(({id}) => String(id));
      simulator.edit('contacts', edited ?? '');
      simulator.touch(touched ?? '');
      expect((await ordered(simulator, 'contacts', 'orders[updated_timestamp]=DESC')).slice(0, 20)).toContain(touched);
      expect((await ordered(simulator, 'contacts', 'orders[udate]=DESC')).slice(0, 20)).toContain(edited);
      expect((await ordered(simulator, 'contacts', 'orders[udate]=DESC')).slice(0, 20)).not.toContain(touched);
    }));

  test('goes by the second order where the first one ties, and an order that is ignored does not count', () =>
    withSimulator({...obedient, ignoreOrders: ['contacts.email']}, async simulator => {
      const rows = [...simulator.rows('contacts')];
      const expected = rows
        .map(row => ({
          id: Number(row['id']),
          name: String(row['lastName']).toLowerCase(),
          moment: momentOf(row['udate']) ?? 0,
        }))
        .sort((a, b) => (a.name === b.name ? b.moment - a.moment || a.id - b.id : a.name < b.name ? -1 : 1));
      expect(new Set(expected.map(({name}) => name)).size).toBeLessThan(rows.length / 2);
      const orders = 'orders[email]=DESC&orders[last_name]=ASC&orders[wibble]=DESC&orders[udate]=DESC';
      expect(await ordered(simulator, 'contacts', orders)).toEqual(expected.map(({id}) => String(id)));
    }));

  test('sorts what a filter leaves', () =>
    withSimulator({...obedient, unstable: []}, async simulator => {
      for (const [path, column, from] of [
        ['contacts', 'udate', 'filters[updated_after]=2024-01-01T00:00:00Z'],
        ['activities', 'tstamp', 'after=2024-01-01T00:00:00Z'],
      ] as const) {
        const rows = [...simulator.rows(path)].filter(row => (momentOf(row[column]) ?? 0) > Date.UTC(2024, 0, 1));
        expect(rows.length).toBeGreaterThan(20);
        expect(await ordered(simulator, path, `orders[${column}]=DESC&${from}`)).toEqual(
          idsInOrder(rows, {column, direction: 'DESC'}),
        );
      }
    }));
});

describe('obedience of orders', () => {
  test.each(replicationKeys.filter(([path, key]) => !obeyedByDefault.includes(`${path}.${key}`)))(
    '%s ignore orders[%s] and orders[id] by default, unless those are documented',
    (path, key) =>
      withSimulator({...account, unstable: []}, async simulator => {
        const plain = [...simulator.rows(path)].map(({id}) => String(id));
        expect(await ordered(simulator, path, `orders[${key}]=DESC`)).toEqual(plain);
        if (!['contacts', 'campaigns'].includes(path))
          expect(await ordered(simulator, path, 'orders[id]=DESC')).toEqual(plain);
      }),
  );

  test.each([['*'], ['ecomOrders'], ['ecomOrders.updated_date']])('ignoring %s wins over obeying all', entry =>
    withSimulator({...obedient, ignoreOrders: [entry]}, async simulator =>
      expect(await ordered(simulator, 'ecomOrders', 'orders[updated_date]=DESC')).toEqual(
        await ordered(simulator, 'ecomOrders', ''),
      ),
    ),
  );

  test('one name is obeyed and its other spelling is not, if the entry says so', () =>
    withSimulator({...account, obeyOrders: ['accounts.updated_timestamp']}, async simulator => {
      const plain = await ordered(simulator, 'accounts', '');
      expect(await ordered(simulator, 'accounts', 'orders[updated_timestamp]=DESC')).not.toEqual(plain);
      expect(await ordered(simulator, 'accounts', 'orders[updatedTimestamp]=DESC')).toEqual(plain);
      expect(await ordered(simulator, 'accounts', 'orders[created_timestamp]=DESC')).toEqual(plain);
    }));

  test('a name that no column has is ignored', () =>
    withSimulator({...obedient, unstable: []}, async simulator =>
      expect(await ordered(simulator, 'deals', 'orders[udate]=DESC')).toEqual(await ordered(simulator, 'deals', '')),
    ));

  test.each([
    ['obeyOrders', ['contactLists'], 'orders[updated_timestamp]=DESC', true],
    ['obeyOrders', ['contactLists.id'], 'orders[id]=ASC', true],
    ['obeyOrders', ['contactLists.id'], 'orders[updated_timestamp]=DESC', false],
    ['directionOnlyOrders', ['contactLists'], 'orders[wibble]=DESC', true],
    ['ignoreOrders', ['contactLists'], 'orders[id]=ASC', false],
  ] as const)('with %s %s and %s, an unstable list stays put: %p, %p', (option, entries, query, isPut) =>
    withSimulator({[option]: entries}, async simulator => {
      const first = await idsOf(simulator, `contactLists?limit=100&${query}`);
      const second = await idsOf(simulator, `contactLists?limit=100&${query}`);
      if (isPut) expect(second).toEqual(first);
      else expect(second).not.toEqual(first);
    }),
  );
});

describe('rows without the date of an order', () => {
  test.each([
    ['campaigns', 'sdate'],
    ['dealStages', 'udate'],
    ['deals', 'mdate'],
    ['savedResponses', 'mdate'],
    ['contactData', 'geo_tstamp'],
  ])('of %s rank lowest by %s, or highest if nulls=highest', async (path, key) => {
    for (const nulls of ['lowest', 'highest'] as const) {
      await withSimulator({...obedient, nulls, changes: 0}, async simulator => {
        const column = columnNamed([...simulator.rows(path)], key);
        const rows = [...simulator.rows(path)];
        expect(rows.filter(row => momentOf(row[column]) === null).length).toBeGreaterThan(0);
        for (const direction of ['ASC', 'DESC'] as const) {
          const ids = await ordered(simulator, path, `orders[${key}]=${direction}`);
          expect(ids).toEqual(idsInOrder(rows, {column, direction, nulls}));
          const isLast = momentOf(rows.find(({id}) => id === ids.at(-1))?.[column]) === null;
          expect(isLast).toBe((nulls === 'lowest') === (direction === 'DESC'));
        }
      });
    }
  });

  test('are those with a zero date as well', () =>
    withSimulator({...obedient, nulls: 'highest'}, async simulator => {
      const id = simulator.insert('contactTags', {updated_timestamp: '0000-00-00 00:00:00'});
      expect((await ordered(simulator, 'contactTags', 'orders[updated_timestamp]=DESC'))[0]).toBe(id);
    }));

  test('rank so in an order by a text too', async () => {
    for (const nulls of ['lowest', 'highest'] as const) {
      await withSimulator({nulls, partialDeals: 'none'}, async simulator => {
        const first = (await readAll(simulator, 'deals?orders[contact_orgname]=ASC', 'deals'))[0];
        expect(first?.['account'] === null).toBe(nulls === 'lowest');
      });
    }
  });
});

describe('a server that honours only the direction of an order', () => {
  test.each(['*', 'contactTags'])('sorts by id whatever the order names, on %s', entry =>
    withSimulator({...account, directionOnlyOrders: [entry]}, async simulator => {
      const ids = [...simulator.rows('contactTags')].map(({id}) => String(id));
      for (const name of ['updated_timestamp', 'id', 'wibble', 'cdate'])
        expect(await ordered(simulator, 'contactTags', `orders[${name}]=ASC`)).toEqual(ids);
      ids.reverse();
      for (const name of ['updated_timestamp', 'id', 'wibble', 'cdate'])
        expect(await ordered(simulator, 'contactTags', `orders[${name}]=DESC&orders[tag]=ASC`)).toEqual(ids);
    }),
  );

  test('does so in spite of what is documented and of obey_orders, and filters as ever', () =>
    withSimulator({...obedient, directionOnlyOrders: ['activities']}, async simulator => {
      const late = [...simulator.rows('activities')]
        .filter(({tstamp}) => (momentOf(tstamp) ?? 0) > Date.UTC(2024, 0, 1))
        .map(({id}) => String(id));
      expect(await ordered(simulator, 'activities', 'orders[tstamp]=DESC&after=2024-01-01T00:00:00Z')).toEqual(
        late.reverse(),
      );
    }));

  test('is overruled by ignore_orders, and leaves other lists alone', () =>
    withSimulator(
      {...account, directionOnlyOrders: ['contactTags'], ignoreOrders: ['contactTags.cdate']},
      async simulator => {
        const ids = [...simulator.rows('contactTags')].map(({id}) => String(id));
        expect(await ordered(simulator, 'contactTags', 'orders[cdate]=DESC')).toEqual(ids);
        const tags = [...simulator.rows('tags')].map(({id}) => String(id));
        expect(await ordered(simulator, 'tags', 'orders[id]=DESC')).toEqual(tags);
      },
    ));
});

describe('rows of equal rank', () => {
  const tied: SimulatorOptions = {obeyOrders: ['*'], seed: 5, now: () => Date.UTC(2027, 0, 1)};

  test('stay in the sequence of ids, up and down', () =>
    withSimulator(tied, async simulator => {
      const edited = editEveryThird(simulator);
      for (const direction of ['ASC', 'DESC']) {
        const ids = await ordered(simulator, 'contactTags', `orders[updated_timestamp]=${direction}`);
        expect(ids.filter(id => edited.includes(id))).toEqual(edited);
      }
    }));

  test.each(['*', 'contactTags'])('come in a new sequence with each request if unstable_ties has %s', entry =>
    withSimulator({...tied, unstableTies: [entry]}, async simulator => {
      const edited = editEveryThird(simulator).slice(0, 90);
      for (const id of editEveryThird(simulator).slice(90)) simulator.remove('contactTags', id);
      const query = 'contactTags?limit=100&orders[updated_timestamp]=DESC';
      const pages = [await idsOf(simulator, query), await idsOf(simulator, query)];
      expect(pages[0]?.slice(0, 90)).not.toEqual(pages[1]?.slice(0, 90));
      for (const page of pages) {
        expect(
          page
            .slice(0, 90)
            .map(Number)
            .sort((a, b) => a - b),
        ).toEqual(edited.map(Number));
        expect(page.slice(90)).toEqual(pages[0]?.slice(90));
      }
      expect(pages[0]?.slice(90)).toEqual(
        idsInOrder(simulator.rows('contactTags'), {column: 'updated_timestamp', direction: 'DESC'}).slice(90, 100),
      );
    }),
  );

  test('then shift between the pages of one read, and other lists keep theirs', () =>
    withSimulator({...tied, unstableTies: ['contactTags'], counts: {contactTags: 1000}}, async simulator => {
      editEveryThird(simulator);
      const read = await ordered(simulator, 'contactTags', 'orders[updated_timestamp]=DESC');
      expect(read).toHaveLength(1000);
      expect(new Set(read).size).toBeLessThan(950);
      const campaigns = () => ordered(simulator, 'campaigns', 'orders[sdate]=ASC');
      expect(await campaigns()).toEqual(await campaigns());
    }));

  test('are none in an order by id', () =>
    withSimulator({...tied, unstableTies: ['*']}, async simulator => {
      const ids = [...simulator.rows('contactTags')].map(({id}) => String(id));
      editEveryThird(simulator);
      expect(await ordered(simulator, 'contactTags', 'orders[id]=ASC')).toEqual(ids);
    }));
});

describe('filters by an instant', () => {
  const future = '2035-01-01T00:00:00Z';

  test.each([
    ['contacts', 'filters[updated_after]', '0'],
    ['contacts', 'filters[created_after]', '0'],
    ['activities', 'after', '0'],
    ['deals', 'filters[updated_after]', 0],
  ])('leave nothing of %s with %s in the future', (path, parameter, total) =>
    withSimulator({...account, partialDeals: 'none'}, async simulator => {
      const answer = await ask(simulator, `${path}?limit=1&${parameter}=${future}`);
      expect({rows: answer.body[path], total: metaOf(answer)['total']}).toEqual({rows: [], total});
    }),
  );

  test('leave the deals without permission', () =>
    withSimulator(account, async simulator => {
      const partial = [...simulator.rows('deals')].filter(row => row['mdate'] === undefined).map(({id}) => String(id));
      expect(partial.length).toBeGreaterThan(1);
      const answer = await ask(simulator, `deals?limit=100&filters[updated_after]=${future}`);
      expect(metaOf(answer)['total']).toBe(partial.length);
      expect((await idsOf(simulator, `deals?limit=100&filters[updated_after]=${future}`)).sort()).toEqual(
        partial.sort(),
      );
    }));

  test.each([
    ['contacts', 'filters[updated_after]'],
    ['deals', 'filters[updated_after]'],
    ['activities', 'after'],
  ])('leave everything of %s if %s is ignored', (path, parameter) =>
    withSimulator({...account, ignoreFilters: ['*']}, async simulator => {
      const answer = await ask(simulator, `${path}?limit=1&${parameter}=${future}`);
      expect(answer.body[path]).toHaveLength(1);
      expect(String(metaOf(answer)['total'])).toBe(String(simulator.count(path)));
    }),
  );

  test('of which two meet on a second leave each row to one of them', () =>
    withSimulator({...account, partialDeals: 'none', unstable: []}, async simulator => {
      const dates = [...simulator.rows('deals')].map(({mdate}) => momentOf(mdate) ?? 0);
      for (const date of dates.slice(0, 20)) {
        const bound = new Date(date + 1000).toISOString();
        const totals = await Promise.all(
          [`filters[updated_before]=${bound}`, `filters[updated_after]=${bound}`].map(async query =>
            Number(metaOf(await ask(simulator, `deals?limit=1&${query}`))['total']),
          ),
        );
        expect(totals).toEqual([
          dates.filter(other => other <= date).length,
          dates.filter(other => other > date).length,
        ]);
      }
    }));

  test('go by the date that a row shows, also where somebody set it', () =>
    withSimulator({...account, partialDeals: 'none'}, async simulator => {
      const id = simulator.insert('deals', {mdate: '2034-05-01T00:00:00-05:00'});
      simulator.insert('deals', {mdate: null});
      expect(await idsOf(simulator, 'deals?filters[updated_after]=2034-05-01T05:00:00Z')).toEqual([id]);
      expect(await idsOf(simulator, 'deals?filters[updated_after]=2034-05-01T05:00:01Z')).toEqual([]);
    }));
});

async function ordered(simulator: Simulator, path: string, orders: string): Promise<string[]> {
  return (await readAll(simulator, `${path}?${orders}`, path)).map(({id}) => String(id));
}

// They all get the stamp of now.
function editEveryThird(simulator: Simulator): string[] {
  const ids = [...simulator.rows('contactTags')].map(({id}) => String(id)).filter((_, at) => at % 3 === 0);
  for (const id of ids) simulator.edit('contactTags', id);
  return ids;
}
