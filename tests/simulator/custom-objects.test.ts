// Custom objects: schemas with fields of every type, and records that fit them.

import {describe, expect, test} from '@jest/globals';
import {type Simulator, toWireJson, type WireRow} from '../../src/simulator/simulator.js';
import {ask, asRow, metaOf, type Row, readAll, rowsOf, withSimulator} from './support.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('custom objects', () => {
  const records = 'customObjects/records/{id}';
  const optionsOf = {counts: {[records]: 400}};

  test('have schemas with UUIDs, all types of fields, relations, nanoseconds and counts as numbers', () =>
    withSimulator({}, async simulator => {
      const answer = await ask(simulator, 'customObjects/schemas?limit=3');
      const rows = [...simulator.rows('customObjects/schemas')];
      expect(metaOf(answer)).toEqual({total: rows.length, count: 3, limit: 3, offset: 0});
      expect(rowsOf(answer, 'schemas')).toEqual(rows.slice(0, 3).map(asSent));
      expect(rows.filter(({id}) => !uuid.test(String(id)))).toEqual([]);
      for (const {createdTimestamp} of rows)
        expect(createdTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect(new Set(fieldsIn(rows).map(({type}) => type))).toEqual(
        new Set([
          ...['boolean', 'currency', 'date', 'datetime', 'dropdown', 'multiselect'],
          ...['number', 'text', 'textarea'],
        ]),
      );
      const relations = rows.flatMap(row => asSent(row)['relationships']).map(asRow);
      expect(new Set(relations.map(({namespace}) => namespace))).toEqual(new Set(['contacts', 'accounts', 'deals']));
    }));

  test('have slugs and field ids that collide when spelled alike, or begin with a digit', () =>
    withSimulator({}, async simulator => {
      const rows = [...simulator.rows('customObjects/schemas')];
      const slugs = rows.map(({slug}) => String(slug));
      expect(new Set(slugs).size).toBe(slugs.length);
      expect(new Set(slugs.map(spelledAlike)).size).toBe(slugs.length - 1);
      expect(slugs.some(slug => /^\d/.test(slug))).toBe(true);
      const colliding = rows.filter(row => {
        const ids = fieldsIn([row]).map(({id}) => String(id));
        return new Set(ids.map(spelledAlike)).size < ids.length;
      });
      expect(colliding.length).toBeGreaterThan(1);
    }));

  test('have records that fit the fields and relations of their schema', () =>
    withSimulator(optionsOf, async simulator => {
      const schemas = new Map([...simulator.rows('customObjects/schemas')].map(row => [String(row['id']), row]));
      const ids = new Map(['contacts', 'accounts', 'deals'].map(name => [name, new Set(simulator.ids(name))] as const));
      for (const record of [...simulator.rows(records)].map(asSent)) {
        const schema = asSent(schemas.get(String(record['schemaId'])) ?? {});
        const types = new Map(fieldsIn([schema]).map(({id, type}) => [id, type]));
        for (const {id = null, value} of fieldsIn([record]))
          expect({type: types.get(id), kind: kindOf(value)}).toEqual({
            type: types.get(id),
            kind:
              {boolean: 'boolean', currency: 'number', number: 'number', multiselect: 'list'}[String(types.get(id))] ??
              'string',
          });
        for (const {id, namespace} of listIn(schema['relationships']))
          for (const related of [asRow(record['relationships'])[String(id)]].flat())
            expect(ids.get(String(namespace))).toContain(related);
      }
    }));

  test('have records in a new order each time, and in that of their creation when asked', () =>
    withSimulator(optionsOf, async simulator => {
      const [schema = ''] = simulator.ids('customObjects/schemas');
      const path = `customObjects/records/${schema}`;
      const page = async (query: string) => rowsOf(await ask(simulator, `${path}?limit=100${query}`), 'records');
      expect(idsOf(await page(''))).not.toEqual(idsOf(await page('')));
      const newest = await page('&orders[createdTimestamp]=DESC');
      const dates = newest.map(row => String(row['createdTimestamp']));
      expect(dates).toEqual([...dates].sort().reverse());
      expect(metaOf(await ask(simulator, `${path}?limit=30&offset=90`))).toEqual({
        total: 100,
        count: 10,
        limit: 30,
        offset: 90,
      });
    }));

  test('ignore bounds of their dates, unless told to obey', async () => {
    const lengthIn = async (simulator: Simulator) => {
      const [schema = ''] = simulator.ids('customObjects/schemas');
      const query = 'limit=100&filters[updatedTimestamp][gt]=2023-01-01T00:00:00Z';
      return rowsOf(await ask(simulator, `customObjects/records/${schema}?${query}`), 'records').length;
    };
    await withSimulator(optionsOf, async simulator => expect(await lengthIn(simulator)).toBe(100));
    await withSimulator({...optionsOf, obeyFilters: [records]}, async simulator => {
      const [schema = ''] = simulator.ids('customObjects/schemas');
      const late = [...simulator.rowsUnder(records, schema)].filter(
        row => String(row['updatedTimestamp']) > '2023-01-01',
      );
      expect(await lengthIn(simulator)).toBe(late.length);
      expect(late.length).toBeLessThan(100);
    });
  });

  test('are 404 for a schema that is unknown, or was removed with its records', () =>
    withSimulator(optionsOf, async simulator => {
      const [schema = ''] = simulator.ids('customObjects/schemas');
      simulator.remove('customObjects/schemas', schema);
      expect((await ask(simulator, `customObjects/records/${schema}`)).status).toBe(404);
      expect(simulator.count(records)).toBe(300);
    }));

  test('that change within a second are in the order of their digits', () =>
    withSimulator({counts: {[records]: 80}, now: () => Date.UTC(2026, 9, 1)}, async simulator => {
      const [schema = ''] = simulator.ids('customObjects/schemas');
      for (let number = 0; number < 30; number++) simulator.insert(records, {schemaId: schema});
      for (const direction of ['ASC', 'DESC']) {
        const rows = await readAll(
          simulator,
          `customObjects/records/${schema}?orders[createdTimestamp]=${direction}`,
          'records',
        );
        const dates = rows.map(row => String(row['createdTimestamp']));
        const sorted = [...dates].sort();
        expect(dates).toEqual(direction === 'ASC' ? sorted : sorted.reverse());
      }
    }));
});

function asSent(row: WireRow): Row {
  return asRow(JSON.parse(toWireJson(row)));
}

function idsOf(rows: readonly Row[]): string[] {
  return rows.map(({id}) => String(id));
}

function listIn(value: Row[string] | undefined): Row[] {
  return Array.isArray(value) ? value.map(asRow) : [];
}

function fieldsIn(rows: readonly WireRow[]): Row[] {
  return rows.flatMap(row => listIn(asSent(row)['fields']));
}

function spelledAlike(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

function kindOf(value: Row[string] | undefined): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
