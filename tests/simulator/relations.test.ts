// How the rows of an account hang together, and which rows bring others along.

import {describe, expect, test} from '@jest/globals';
import {toWireJson, type WireRow} from '../../src/simulator/simulator.js';
import {ask, asRow, readAll, rowsOf, withSimulator} from './support.js';

describe('relations', () => {
  test.each([
    ['contactTags', 'contact', 'contacts'],
    ['contactTags', 'tag', 'tags'],
    ['contactLists', 'contact', 'contacts'],
    ['contactLists', 'list', 'lists'],
    ['fieldValues', 'contact', 'contacts'],
    ['fieldValues', 'field', 'fields'],
    ['fieldOptions', 'field', 'fields'],
    ['fieldRels', 'field', 'fields'],
    ['contactData', 'contact', 'contacts'],
    ['accountContacts', 'contact', 'contacts'],
    ['accountContacts', 'account', 'accounts'],
    ['accountCustomFieldData', 'accountId', 'accounts'],
    ['accountCustomFieldData', 'customFieldId', 'accountCustomFieldMeta'],
    ['dealStages', 'group', 'dealGroups'],
    ['dealCustomFieldData', 'dealId', 'deals'],
    ['dealCustomFieldData', 'customFieldId', 'dealCustomFieldMeta'],
    ['contactDeals', 'deal', 'deals'],
    ['dealActivities', 'deal', 'deals'],
    ['ecomOrderProducts', 'orderid', 'ecomOrders'],
    ['ecomOrders', 'customerid', 'ecomCustomers'],
    ['ecomOrders', 'connectionid', 'connections'],
    ['campaignMessages', 'campaignid', 'campaigns'],
    ['campaignMessages', 'messageid', 'messages'],
    ['campaignLists', 'listid', 'lists'],
    ['links', 'campaignid', 'campaigns'],
    ['automationBlocks', 'automation', 'automations'],
    ['contactAutomations', 'automation', 'automations'],
    ['goals', 'blockid', 'automationBlocks'],
    ['activities', 'subscriberid', 'contacts'],
  ])('%s name by %s a row of %s', (child, key, parent) =>
    withSimulator({}, async simulator => {
      const ids = new Set([...simulator.rows(parent)].map(({id}) => String(id)));
      for (const row of simulator.rows(child)) expect(ids).toContain(String(row[key]));
    }),
  );

  test.each([
    ['ecomOrders', 'orderProducts', 'ecomOrderProducts', 'orderid'],
    ['dealGroups', 'stages', 'dealStages', 'group'],
    ['contacts', 'accountContacts', 'accountContacts', 'contact'],
    ['fields', 'options', 'fieldOptions', 'field'],
    ['fields', 'relations', 'fieldRels', 'field'],
  ])('%s list in %s the %s that name them', (parent, key, child, back) =>
    withSimulator({changes: 300}, async simulator => {
      const children = [...simulator.rows(child)];
      let listed = 0;
      for (const row of simulator.rows(parent)) {
        const ids = children.filter(other => other[back] === row['id']).map(({id}) => id);
        expect(row[key]).toEqual(ids);
        listed += ids.length;
      }
      expect(listed).toBe(children.length);
    }),
  );

  test("a deal's stage is in the deal's pipeline", () =>
    withSimulator({}, async simulator => {
      const groups = new Map([...simulator.rows('dealStages')].map(({id, group}) => [id, group]));
      for (const deal of simulator.rows('deals')) {
        if (deal['stage'] !== undefined) expect(deal['group']).toBe(groups.get(deal['stage']));
      }
    }));
});

describe('what comes along', () => {
  test('fields bring the options and relations of the fields of their page', () =>
    withSimulator({counts: {fields: 40, fieldOptions: 90}}, async simulator => {
      const answer = await ask(simulator, 'fields?limit=10&offset=10');
      const fields = new Set(rowsOf(answer, 'fields').map(({id}) => id));
      const options = rowsOf(answer, 'fieldOptions');
      expect(options.length).toBeGreaterThan(0);
      expect([...options, ...rowsOf(answer, 'fieldRels')].every(({field}) => fields.has(field ?? null))).toBe(true);
      expect(await readAll(simulator, 'fields', 'fieldOptions')).toHaveLength(90);
    }));

  test('pipelines bring their stages, contacts their scores, activities their contacts and recipients', () =>
    withSimulator({}, async simulator => {
      expect(rowsOf(await ask(simulator, 'dealGroups'), 'dealStages')).toEqual(
        [...simulator.rows('dealStages')].map(asSent),
      );
      expect(rowsOf(await ask(simulator, 'contacts?limit=100'), 'scoreValues')).toHaveLength(20);
      const activities = await ask(simulator, 'activities?limit=50');
      const people = new Set(rowsOf(activities, 'contacts').map(({id}) => id));
      expect(rowsOf(activities, 'activities').every(({subscriberid}) => people.has(subscriberid ?? null))).toBe(true);
      expect(rowsOf(activities, 'activityRecipients')).toHaveLength(50);
    }));

  test('include brings values, tags and lists of the contacts of the page', () =>
    withSimulator({}, async simulator => {
      const answer = await ask(
        simulator,
        'contacts?limit=10&offset=30&include=fieldValues,contactTags.tag,contactLists',
      );
      const contacts = rowsOf(answer, 'contacts');
      for (const name of ['fieldValues', 'contactTags', 'contactLists']) {
        const ids = new Set(contacts.map(({id}) => id));
        const expected = [...simulator.rows(name)].map(asSent).filter(({contact}) => ids.has(contact ?? null));
        expect(rowsOf(answer, name)).toEqual(expected);
        expect(contacts.flatMap(contact => contact[name])).toEqual(expected.map(({id}) => id));
      }
      expect(rowsOf(answer, 'tags').length).toBeGreaterThan(0);
    }));

  test('include can be ignored', () =>
    withSimulator({ignoreIncludes: ['contacts.contactTags']}, async simulator => {
      const {body} = await ask(simulator, 'contacts?include=contactTags,fieldValues');
      expect(Object.keys(body).sort()).toEqual(['contacts', 'fieldValues', 'meta', 'scoreValues']);
    }));

  test.each([
    ['snake', 'deal_id'],
    ['camel', 'dealId'],
  ] as const)('deals bring their values in %s keys', (includedDealKeys, key) =>
    withSimulator({includedDealKeys, unstable: []}, async simulator => {
      const values = rowsOf(await ask(simulator, 'deals?limit=100&include=dealCustomFieldData'), 'dealCustomFieldData');
      expect(values.length).toBeGreaterThan(0);
      expect(values[0]).toHaveProperty(key);
    }),
  );

  test('the products of one order come by its path, and 404 if there is no such order', () =>
    withSimulator({}, async simulator => {
      const order = [...simulator.rows('ecomOrders')].find(
        ({orderProducts}) => Array.isArray(orderProducts) && orderProducts.length > 1,
      );
      const answer = await ask(simulator, `ecomOrders/${order?.['id']}/orderProducts`);
      expect(rowsOf(answer, 'ecomOrderProducts').map(({id}) => id)).toEqual(order?.['orderProducts']);
      expect(answer.body['meta']).toBeUndefined();
      expect((await ask(simulator, 'ecomOrders/999999/orderProducts')).status).toBe(404);
    }));

  test('the account-wide list of products can be missing while the path per order works', () =>
    withSimulator({ecomOrderProducts: false}, async simulator => {
      expect((await ask(simulator, 'ecomOrderProducts')).status).toBe(404);
      expect((await ask(simulator, 'ecomOrders/1/orderProducts')).status).toBe(200);
    }));
});

function asSent(row: WireRow): ReturnType<typeof asRow> {
  return asRow(JSON.parse(toWireJson(row)));
}
