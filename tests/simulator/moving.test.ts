// An account that changes while it is read: by hand, at random, with stamps that move as the provider's do.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, WireRow} from '../../src/simulator/simulator.js';
import {ask, idsOf, metaOf, readAll, rowsOf, withSimulator} from './support.js';

// 2026-08-01 12:00:00 UTC, five hours ahead of the Central summer clock.
const now = () => Date.UTC(2026, 7, 1, 12, 0, 0, 750);

describe('a change by hand', () => {
  test('an edited contact has its stamps moved to now, in all their styles', () =>
    withSimulator({now}, async simulator => {
      const before = row(simulator, 'contacts', 5);
      simulator.edit('contacts', String(before['id']), {phone: '+1'});
      const [after] = rowsOf(await ask(simulator, `contacts?ids[]=${before['id']}`), 'contacts');
      expect(after).toMatchObject({
        phone: '+1',
        email: before['email'],
        cdate: before['cdate'],
        udate: '2026-08-01T07:00:00-05:00',
        updated_timestamp: '2026-08-01 07:00:00',
        updated_utc_timestamp: '2026-08-01 07:00:00',
      });
    }));

  test.each([
    ['deals', 'mdate', '2026-08-01T07:00:00-05:00'],
    ['contactTags', 'updated_timestamp', '2026-08-01 07:00:00'],
    ['accounts', 'updatedTimestamp', '2026-08-01T07:00:00-05:00'],
    ['dealCustomFieldData', 'updatedTimestamp', '2026-08-01T12:00:00+00:00'],
    ['dealStages', 'udate', '2026-08-01T07:00:00-05:00'],
    ['users', 'udate', '2026-08-01T07:00:00-05:00'],
    ['contactAutomations', 'lastdate', '2026-08-01T07:00:00-05:00'],
    ['templates', 'mdate', '2026-08-01 07:00:00'],
  ])('%s move their %s', (name, key, stamp) =>
    withSimulator({now}, async simulator => {
      simulator.edit(name, String(row(simulator, name, 0)['id']));
      expect(row(simulator, name, 0)[key]).toBe(stamp);
    }),
  );

  test.each([
    ['activities', 'tstamp'],
    ['dealActivities', 'cdate'],
    ['contactEmails', 'sdate'],
  ])('a row of the log %s keeps its %s', (name, key) =>
    withSimulator({now}, async simulator => {
      const before = row(simulator, name, 0);
      simulator.edit(name, String(before['id']));
      expect(row(simulator, name, 0)[key]).toBe(before[key]);
    }),
  );

  test('an opened mail moves updated_timestamp alone', () =>
    withSimulator({now}, async simulator => {
      const before = row(simulator, 'contacts', 4);
      simulator.touch(String(before['id']));
      expect(row(simulator, 'contacts', 4)).toEqual({
        ...before,
        edate: '2026-08-01T07:00:00-05:00',
        updated_timestamp: '2026-08-01 07:00:00',
        updated_utc_timestamp: '2026-08-01 07:00:00',
      });
    }));

  test('a new row has a new id, the stamps of now, and what was given', () =>
    withSimulator({now}, async simulator => {
      const last = Number([...simulator.rows('deals')].at(-1)?.['id']);
      const id = simulator.insert('deals', {title: 'Big one'});
      expect(Number(id)).toBeGreaterThan(last);
      const [deal] = (await readAll(simulator, 'deals?orders[cdate]=ASC', 'deals')).slice(-1);
      expect(deal).toMatchObject({
        id,
        title: 'Big one',
        cdate: '2026-08-01T07:00:00-05:00',
        mdate: '2026-08-01T07:00:00-05:00',
      });
      expect(metaOf(await ask(simulator, 'deals'))['total']).toBe(simulator.count('deals'));
    }));

  test('a removed row is gone, with what hangs on it', () =>
    withSimulator({}, async simulator => {
      const {id} = row(simulator, 'contacts', 10);
      expect([...simulator.rows('contactTags')].some(({contact}) => contact === id)).toBe(true);
      simulator.remove('contacts', String(id));
      expect(await idsOf(simulator, `contacts?ids[]=${id}`)).toEqual([]);
      expect(simulator.count('contacts')).toBe(249);
      for (const name of ['contactTags', 'contactLists', 'fieldValues', 'accountContacts']) {
        expect([...simulator.rows(name)].some(({contact}) => contact === id)).toBe(false);
      }
    }));

  test('of what there is not fails', () =>
    withSimulator({}, async simulator => {
      expect(() => simulator.edit('contacts', '999999')).toThrow('contacts has no row 999999');
      expect(() => simulator.remove('contact', '1')).toThrow('no resource "contact"');
      expect(() => simulator.insert('deals', {id: '5'})).toThrow('gives ids itself');
    }));

  test('of a tag leaves the contact alone, unless asked otherwise', async () => {
    for (const [childrenMoveContacts, moves] of [
      [false, false],
      [true, true],
    ] as const) {
      await withSimulator({now, childrenMoveContacts}, async simulator => {
        const {id, udate} = row(simulator, 'contacts', 20);
        const tag = [...simulator.rows('contactTags')].find(({contact}) => contact === id);
        simulator.remove('contactTags', String(tag?.['id']));
        expect(row(simulator, 'contacts', 20)['udate'] !== udate).toBe(moves);
      });
    }
  });

  test('a row that is given to another parent leaves the first one', () =>
    withSimulator({now}, async simulator => {
      const [from, to] = [row(simulator, 'ecomOrders', 4), row(simulator, 'ecomOrders', 9)];
      const [product] = Array.isArray(from['orderProducts']) ? from['orderProducts'] : [];
      simulator.edit('ecomOrderProducts', String(product), {orderid: String(to['id'])});
      expect(row(simulator, 'ecomOrders', 4)['orderProducts']).not.toContain(product);
      expect(row(simulator, 'ecomOrders', 9)['orderProducts']).toContain(product);
      for (const at of [4, 9])
        expect(row(simulator, 'ecomOrders', at)['updatedDate']).toBe('2026-08-01T07:00:00-05:00');
    }));

  test('a parent that lists its children moves when one comes', () =>
    withSimulator({now}, async simulator => {
      const {id} = row(simulator, 'ecomOrders', 4);
      const product = simulator.insert('ecomOrderProducts', {orderid: String(id)});
      const order = row(simulator, 'ecomOrders', 4);
      expect(order['orderProducts']).toContain(product);
      expect(order['updatedDate']).toBe('2026-08-01T07:00:00-05:00');
    }));
});

describe('pages while rows change', () => {
  test('a removal before the offset makes the next page skip a row', () =>
    withSimulator({counts: {tags: 250}}, async simulator => {
      const all = [...simulator.rows('tags')].map(({id}) => String(id));
      const first = await idsOf(simulator, 'tags?limit=100');
      simulator.remove('tags', all[10] ?? '');
      const second = await idsOf(simulator, 'tags?limit=100&offset=100');
      expect([...first, ...second]).not.toContain(all[100]);
      expect(second[0]).toBe(all[101]);
    }));

  test('a page of ids greater than the last one skips none', () =>
    withSimulator({}, async simulator => {
      const all = [...simulator.rows('contacts')].map(({id}) => String(id));
      for (const gone of [all[3], all[50], all[120]]) simulator.remove('contacts', gone ?? '');
      expect((await idsOf(simulator, `contacts?limit=100&id_greater=${all[99]}`))[0]).toBe(all[100]);
    }));

  test('contactLists come in another order every time, and offsets lose rows and repeat others', () =>
    withSimulator({counts: {contactLists: 500}}, async simulator => {
      const read = (await readAll(simulator, 'contactLists')).map(({id}) => id);
      expect(read).toHaveLength(500);
      expect(new Set(read).size).toBeLessThan(450);
      const single = await Promise.all([0, 1].map(() => idsOf(simulator, 'contactLists?limit=100')));
      expect(single[0]).not.toEqual(single[1]);
    }));

  test('deals without an order do so too, with one they stay', () =>
    withSimulator({counts: {deals: 300}}, async simulator => {
      expect(new Set((await readAll(simulator, 'deals')).map(({id}) => id)).size).toBeLessThan(300);
      expect(new Set((await readAll(simulator, 'deals?orders[cdate]=ASC', 'deals')).map(({id}) => id)).size).toBe(300);
    }));

  test('every list but those is stable, and the two can be made so', () =>
    withSimulator({unstable: ['tags']}, async simulator => {
      expect(await idsOf(simulator, 'deals?limit=100')).toEqual(await idsOf(simulator, 'deals?limit=100'));
      expect(await idsOf(simulator, 'contactLists?limit=100')).toEqual(
        await idsOf(simulator, 'contactLists?limit=100'),
      );
      expect(await idsOf(simulator, 'tags?limit=100')).not.toEqual(await idsOf(simulator, 'tags?limit=100'));
    }));
});

describe('random changes', () => {
  test('touch every resource when there are enough of them, and are stamped now', () =>
    withSimulator({now}, async simulator => {
      const {inserted, edited, removed} = simulator.change(4 * simulator.resources.length, 3);
      expect(new Set([...inserted, ...edited, ...removed].map(({resource}) => resource)).size).toBe(
        simulator.resources.length,
      );
      expect(Math.min(inserted.length, edited.length, removed.length)).toBeGreaterThan(5);
      const logs = ['activities', 'emailActivities', 'dealActivities', 'contactEmails', 'contactConversions'];
      expect(edited.filter(({resource}) => logs.includes(resource))).toEqual([]);
      for (const {resource, id} of edited.filter(({resource: name}) => name === 'contacts' || name === 'deals')) {
        const changed = [...simulator.rows(resource)].find(other => other['id'] === id);
        expect(String(changed?.[resource === 'deals' ? 'mdate' : 'udate'])).toBe('2026-08-01T07:00:00-05:00');
      }
      for (const {resource, id} of removed)
        expect([...simulator.rows(resource)].map(other => other['id'])).not.toContain(id);
    }));

  test('are the same for the same seed', async () => {
    const made: unknown[] = [];
    for (const seed of [3, 3, 4])
      await withSimulator({now}, async simulator => void made.push(simulator.change(60, seed)));
    expect(made[0]).toEqual(made[1]);
    expect(made[2]).not.toEqual(made[0]);
  });

  test('differ from one call to the next', () =>
    withSimulator({now}, async simulator => expect(simulator.change(30)).not.toEqual(simulator.change(30))));

  test('asked for at the start lie over the account of the seed', async () => {
    const plain: WireRow[] = [];
    await withSimulator({}, async simulator => void plain.push(...simulator.rows('contacts')));
    await withSimulator({changes: 200, now}, async simulator => {
      const moved = [...simulator.rows('contacts')];
      const known = new Map(plain.map(other => [other['id'], other]));
      const changed = moved.filter(other => JSON.stringify(known.get(other['id'])) !== JSON.stringify(other));
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.length).toBeLessThan(10);
      for (const {udate} of changed) expect(udate).toBe('2026-08-01T07:00:00-05:00');
    });
  });

  test('go on while it is served', () =>
    withSimulator({moving: 500}, async simulator => {
      const before = JSON.stringify([...simulator.rows('contacts')]);
      await ask(simulator, 'users/me');
      const until = performance.now() + 250;
      while (performance.now() < until) await ask(simulator, 'users/me');
      expect(JSON.stringify([...simulator.rows('contacts')])).not.toBe(before);
    }));
});

function row(simulator: Simulator, name: string, at: number): WireRow {
  return [...simulator.rows(name)][at] ?? {};
}
