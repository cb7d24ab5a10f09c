// What is read below a single row: contacts and their parts, orders and their discounts, broadcasts and their recipients.

import {describe, expect, test} from '@jest/globals';
import {type Simulator, toWireJson, type WireRow} from '../../src/simulator/simulator.js';
import {ask, asRow, type Row, readAll, rowsOf, withSimulator} from './support.js';

const below = [
  ['contacts/{id}/contactLogs', 'contacts', 'contactLogs', 'contact'],
  ['contacts/{id}/trackingLogs', 'contacts', 'trackingLogs', 'contact'],
  ['contacts/{id}/geoIps', 'contacts', 'geoIps', 'contact'],
  ['contacts/{id}/scoreValues', 'contacts', 'scoreValues', 'contact'],
  ['contacts/{id}/contactGoals', 'contacts', 'contactGoals', 'contact'],
  ['ecomOrders/{id}/orderDiscounts', 'ecomOrders', 'ecomOrderDiscounts', 'orderid'],
  ['customObjects/records/{id}', 'customObjects/schemas', 'records', 'schemaId'],
] as const;

describe.each(below)('%s', (path, owner, key, column) => {
  test('has the rows that name the row above them, all of them together, after changes too', () =>
    withSimulator({changes: 400, unstable: []}, async simulator => {
      const read: Row[] = [];
      for (const id of simulator.ids(owner)) {
        const rows = await readAll(simulator, path.replace('{id}', id), key);
        expect(rows.every(row => row[column] === id)).toBe(true);
        expect(rows).toEqual([...simulator.rowsUnder(path, id)].map(asSent));
        read.push(...rows);
      }
      expect(idsIn(read)).toEqual(idsIn([...simulator.rows(path)].map(asSent)));
      expect(read.length).toBeGreaterThan(9);
    }));

  test('is 404 and a message below a row that there is not', () =>
    withSimulator({}, async simulator => {
      const {status, body} = await ask(simulator, path.replace('{id}', '999999'));
      expect(status).toBe(404);
      expect(body['message']).toMatch(/^No Result found for \w+ with id 999999$/);
    }));

  test('moves: rows come, change and go, and go with the row above them', () =>
    withSimulator({unstable: []}, async simulator => {
      const id = [...simulator.ids(owner)][1] ?? '';
      const idsBelow = async () => idsIn(await readAll(simulator, path.replace('{id}', id), key));
      const before = await idsBelow();
      const columnOfHand = path.endsWith('contactGoals') ? {contact: id} : {[column]: id};
      const added = simulator.insert(path, columnOfHand);
      expect(await idsBelow()).toEqual([...before, added].sort());
      simulator.edit(path, added);
      simulator.remove(path, added);
      expect(await idsBelow()).toEqual(before);
      simulator.insert(path, columnOfHand);
      simulator.remove(owner, id);
      expect((await ask(simulator, path.replace('{id}', id))).status).toBe(404);
      expect([...simulator.rows(path)].some(row => row[column] === id)).toBe(false);
    }));
});

test('a new row hangs on one that lives, and names it throughout', () =>
  withSimulator({contacts: 60}, async simulator => {
    for (const id of [...simulator.ids('contacts')].slice(0, 50)) simulator.remove('contacts', id);
    const living = new Set(simulator.ids('contacts'));
    for (const path of ['contacts/{id}/trackingLogs', 'contacts/{id}/contactGoals', 'contactTags']) {
      for (let number = 0; number < 20; number++) simulator.insert(path);
      for (const {contact, subscriberid = contact} of [...simulator.rows(path)].slice(-20)) {
        expect(living).toContain(contact);
        expect(subscriberid).toBe(contact);
      }
    }
  }));

describe('most contacts have', () => {
  test.each([
    ['contacts/{id}/trackingLogs', 0.1, 0.5],
    ['contacts/{id}/geoIps', 0.1, 0.4],
    ['contacts/{id}/scoreValues', 0.1, 0.3],
    ['contacts/{id}/plusAppend', 0.05, 0.2],
    ['contacts/{id}/contactGoals', 0.05, 0.3],
  ])('few %s or none', (path, least, most) =>
    withSimulator({contacts: 1000}, async simulator => {
      const owners = new Set([...simulator.rows(path)].map(({contact}) => contact));
      expect(owners.size / 1000).toBeGreaterThan(least);
      expect(owners.size / 1000).toBeLessThan(most);
    }),
  );
});

describe('single objects', () => {
  test.each([
    ['contacts/{id}/plusAppend', 'plusAppend'],
    ['contacts/{id}/organization', 'organization'],
  ])('%s is one object, or a bare {}', (path, key) =>
    withSimulator({}, async simulator => {
      const texts: string[] = [];
      for (const id of simulator.ids('contacts')) {
        const {status, text, body} = await ask(simulator, path.replace('{id}', id));
        expect(status).toBe(200);
        texts.push(text);
        const [row] = [...simulator.rowsUnder(path, id)].map(asSent);
        expect(body).toEqual(row === undefined ? {} : {[key]: row});
      }
      expect(texts.filter(text => text === '{}').length).toBeGreaterThan(100);
      expect(texts.filter(text => text !== '{}').length).toBeGreaterThan(20);
      expect((await ask(simulator, path.replace('{id}', '999999'))).status).toBe(404);
    }),
  );

  test("an organization is the contact's account by its older name, and goes with it", () =>
    withSimulator({}, async simulator => {
      const contact = [...simulator.rows('contacts')].find(({organization}) => organization !== null);
      const account = [...simulator.rows('accounts')].find(({id}) => id === contact?.['organization']);
      const path = `contacts/${contact?.['id']}/organization`;
      expect(asRow((await ask(simulator, path)).body['organization'])).toMatchObject({
        id: account?.['id'],
        name: account?.['name'],
        owner: account?.['owner'],
      });
      simulator.remove('accounts', String(account?.['id']));
      expect((await ask(simulator, path)).text).toBe('{}');
    }));

  test('the place of an address is the one that it names', () =>
    withSimulator({}, async simulator => {
      const [ip] = [...simulator.rows('contacts/{id}/geoIps')];
      const path = `geoIps/${ip?.['id']}/geoAddress`;
      expect(asRow((await ask(simulator, path)).body['geoAddress'])['id']).toBe(ip?.['geoaddrid']);
      simulator.remove('geoAddresses', String(ip?.['geoAddress']));
      expect((await ask(simulator, path)).text).toBe('{}');
      simulator.remove('contacts/{id}/geoIps', String(ip?.['id']));
      expect((await ask(simulator, path)).status).toBe(404);
    }));
});

test('entries into automations are counted from those of the contact', () =>
  withSimulator({}, async simulator => {
    const [entry] = [...simulator.rows('contactAutomations')];
    const [contact, automation] = [String(entry?.['contact']), String(entry?.['automation'])];
    const countOf = async () => {
      const answer = await ask(simulator, `contacts/${contact}/automationEntryCounts`);
      return rowsOf(answer, 'automationEntryCounts').find(({id}) => id === automation)?.['contactEntryCount'];
    };
    const before = Number(await countOf());
    expect(before).toBeGreaterThan(0);
    simulator.insert('contactAutomations', {contact, automation});
    expect(Number(await countOf())).toBe(before + 1);
  }));

test('a goal is reached by a contact on its own way through an automation', () =>
  withSimulator({}, async simulator => {
    const ways = new Map([...simulator.rows('contactAutomations')].map(row => [row['id'], row]));
    for (const goal of simulator.rows('contacts/{id}/contactGoals')) {
      const way = ways.get(goal['contactAutomation'] ?? null);
      expect([goal['contact'], goal['automation']]).toEqual([way?.['contact'], way?.['automation']]);
    }
  }));

describe('with contacts come', () => {
  test('their scores, always: the same rows as below each contact', () =>
    withSimulator({changes: 300}, async simulator => {
      const answer = await ask(simulator, 'contacts?limit=100');
      const ids = rowsOf(answer, 'contacts').map(({id}) => String(id));
      const expected = ids.flatMap(id => [...simulator.rowsUnder('contacts/{id}/scoreValues', id)].map(asSent));
      expect(rowsOf(answer, 'scoreValues')).toEqual(expected);
      expect(rowsOf(answer, 'contacts').flatMap(({scoreValues}) => scoreValues)).toEqual(expected.map(({id}) => id));
    }));

  test('their addresses and places, when asked for, unless that is ignored', async () => {
    const path = 'contacts?limit=100&include=geoIps.geoAddress';
    await withSimulator({}, async simulator => {
      const answer = await ask(simulator, path);
      const ids = rowsOf(answer, 'contacts').map(({id}) => String(id));
      const expected = ids.flatMap(id => [...simulator.rowsUnder('contacts/{id}/geoIps', id)].map(asSent));
      expect(expected.length).toBeGreaterThan(10);
      expect(rowsOf(answer, 'geoIps')).toEqual(expected);
      expect(rowsOf(answer, 'contacts').flatMap(({geoIps}) => geoIps)).toEqual(expected.map(({id}) => id));
      const places = new Set(expected.map(({geoAddress}) => geoAddress));
      expect(new Set(rowsOf(answer, 'geoAddresses').map(({id}) => id))).toEqual(places);
    });
    await withSimulator({ignoreIncludes: ['contacts.geoIps.geoAddress']}, async simulator => {
      expect(Object.keys((await ask(simulator, path)).body).sort()).toEqual(['contacts', 'meta', 'scoreValues']);
    });
  });
});

test('discounts come with orders only if the server is told to obey', async () => {
  const path = 'ecomOrders?limit=100&include=orderDiscounts';
  await withSimulator({}, async simulator =>
    expect(Object.keys((await ask(simulator, path)).body).sort()).toEqual(['ecomOrders', 'meta']),
  );
  await withSimulator({obeyIncludes: ['ecomOrders.orderDiscounts']}, async simulator => {
    const answer = await ask(simulator, path);
    const all = [...simulator.rows('ecomOrders/{id}/orderDiscounts')].map(asSent);
    expect(rowsOf(answer, 'ecomOrderDiscounts')).toEqual(all);
    expect(rowsOf(answer, 'ecomOrders').flatMap(({orderDiscounts}) => orderDiscounts)).toEqual(all.map(({id}) => id));
  });
  await withSimulator({obeyIncludes: ['*'], ignoreIncludes: ['ecomOrders']}, async simulator =>
    expect(Object.keys((await ask(simulator, path)).body)).not.toContain('ecomOrderDiscounts'),
  );
});

describe('options name such paths by a pattern', () => {
  const path = 'contacts/{id}/trackingLogs';
  const idsOfTwo = (simulator: Simulator) => [...simulator.ids('contacts')].slice(0, 2);

  test.each([
    ['forbidden', 403],
    ['missing', 404],
  ] as const)('%s holds for every contact', (option, status) =>
    withSimulator({[option]: [path]}, async simulator => {
      for (const id of idsOfTwo(simulator)) {
        expect((await ask(simulator, path.replace('{id}', id))).status).toBe(status);
        expect((await ask(simulator, `contacts/${id}/geoIps`)).status).toBe(200);
      }
    }),
  );

  test('a fault strikes at any of them, or at one', () =>
    withSimulator({}, async simulator => {
      const [one, other] = idsOfTwo(simulator).map(id => path.replace('{id}', id));
      simulator.addFault({path, answer: 503, skip: 1});
      simulator.addFault({path: other ?? '', answer: 502});
      const statuses: number[] = [];
      for (const asked of [one, one, one, other, other]) statuses.push((await ask(simulator, asked ?? '')).status);
      expect(statuses).toEqual([200, 503, 200, 502, 200]);
    }));

  test('totals and counts', () =>
    withSimulator({counts: {[path]: 40, contacts: 10}, totals: {[path]: 'string'}}, async simulator => {
      expect(simulator.count(path)).toBe(40);
      let total = 0;
      for (const id of simulator.ids('contacts')) {
        const {body} = await ask(simulator, path.replace('{id}', id));
        total += Number(asRow(body['meta'])['total']);
      }
      expect(total).toBe(40);
    }));

  test('orders, which only public code relies on here', async () => {
    const newestFirst = async (simulator: Simulator) => {
      const [id = ''] = idsOfTwo(simulator);
      for (let number = 0; number < 3; number++) simulator.insert(path, {contact: id});
      const rows = rowsOf(await ask(simulator, `${path.replace('{id}', id)}?orders[tstamp]=DESC`), 'trackingLogs');
      return rows.map(row => String(row['tstamp'])).every((date, at, all) => at === 0 || date <= (all[at - 1] ?? ''));
    };
    let now = Date.UTC(2026, 8, 1);
    const options = {
      now: () => {
        now += 60_000;
        return now;
      },
    };
    await withSimulator(options, async simulator => expect(await newestFirst(simulator)).toBe(false));
    await withSimulator({...options, obeyOrders: [`${path}.tstamp`]}, async simulator =>
      expect(await newestFirst(simulator)).toBe(true),
    );
  });
});

function asSent(row: WireRow): Row {
  return asRow(JSON.parse(toWireJson(row)));
}

function idsIn(rows: readonly Row[]): string[] {
  return rows.map(({id}) => String(id)).sort();
}
