// Custom fields of contacts, deals and accounts: all their types, values that fit them, and what happens to values when
// a field changes.

import {describe, expect, test} from '@jest/globals';
import type {Simulator, WireRow, WireValue} from '../../src/simulator/simulator.js';
import {ask, rowsOf, withSimulator} from './support.js';

const types = ['checkbox', 'currency', 'date', 'datetime', 'dropdown', 'hidden', 'listbox', 'number', 'radio'];
const kinds = [
  {fields: 'fields', type: 'type', tag: 'perstag', values: 'fieldValues', field: 'field', value: 'value'},
  ...['deal', 'account'].map(kind => ({
    fields: `${kind}CustomFieldMeta`,
    type: 'fieldType',
    tag: 'personalization',
    values: `${kind}CustomFieldData`,
    field: 'customFieldId',
    value: 'fieldValue',
  })),
];
const counts = {dealCustomFieldMeta: 12, accountCustomFieldMeta: 12, fieldOptions: 60};

describe.each(kinds)('$fields', ({fields, type, tag, values, field, value}) => {
  test('have all types', () =>
    withSimulator({counts}, async simulator => {
      const found = new Set([...simulator.rows(fields)].map(row => row[type]));
      expect([...found]).toEqual(expect.arrayContaining([...types, 'text', 'textarea']));
      expect(found.has('multiselect')).toBe(fields !== 'fields');
    }));

  test('have two tags that differ by the case of their letters alone', () =>
    withSimulator({}, async simulator => {
      const tags = [...simulator.rows(fields)].map(row => String(row[tag])).filter(text => text !== '');
      expect(new Set(tags).size).toBe(tags.length);
      expect(new Set(tags.map(text => text.toUpperCase())).size).toBe(tags.length - 1);
    }));

  test('have values that fit them', () =>
    withSimulator({counts, contacts: 2000}, async simulator => {
      const fieldOf = new Map([...simulator.rows(fields)].map(row => [String(row['id']), row]));
      const seen = new Set<string>();
      for (const row of simulator.rows(values)) {
        const definition = fieldOf.get(String(row[field])) ?? {};
        const content = row[value] ?? null;
        if (content === null || content === '') continue;
        const kind = String(definition[type]);
        seen.add(kind);
        const misfit = misfitOf(kind, content, choicesOf(simulator, definition), fields === 'fields');
        expect({kind, content, misfit}).toEqual({kind, content, misfit: undefined});
      }
      expect([...seen]).toEqual(expect.arrayContaining(types));
    }));

  test('take their values along when they are removed, and leave them when their type or name changes', () =>
    withSimulator({contacts: 1000}, async simulator => {
      const [one, other] = [...simulator.rows(fields)].map(row => String(row['id']));
      const valuesOf = (id?: string) => [...simulator.rows(values)].filter(row => String(row[field]) === id);
      const before = valuesOf(other);
      expect(Math.min(valuesOf(one).length, before.length)).toBeGreaterThan(5);
      simulator.edit(fields, other ?? '', {[type]: 'number', [tag]: 'NEW_NAME'});
      simulator.remove(fields, one ?? '');
      expect(valuesOf(one)).toEqual([]);
      expect(valuesOf(other)).toEqual(before);
      const changed = rowsOf(await ask(simulator, `${fields}?limit=100`), fields).find(({id}) => id === other);
      expect(changed).toMatchObject({[type]: 'number', [tag]: 'NEW_NAME'});
    }));
});

test('the values of contacts stay what they are when choices go, change and come', () =>
  withSimulator({counts, contacts: 600}, async simulator => {
    const values = () => [...simulator.rows('fieldValues')];
    const before = values();
    const [one = '', other = '', ...more] = simulator.ids('fieldOptions');
    for (const id of [one, ...more.slice(0, 40)]) simulator.remove('fieldOptions', id);
    simulator.edit('fieldOptions', other, {value: 'another text'});
    for (let number = 0; number < 30; number++) simulator.insert('fieldOptions');
    expect(values()).toEqual(before);
  }));

test('a contact, a deal or an account has a field once', () =>
  withSimulator(
    {counts: {fieldValues: 2500, dealCustomFieldData: 600, accountCustomFieldData: 200}},
    async simulator => {
      for (const [name, owner, field] of [
        ['fieldValues', 'contact', 'field'],
        ['dealCustomFieldData', 'dealId', 'customFieldId'],
        ['accountCustomFieldData', 'accountId', 'customFieldId'],
      ] as const) {
        const pairs = [...simulator.rows(name)].map(row => `${row[owner]} ${row[field]}`);
        expect(new Set(pairs).size).toBe(pairs.length);
      }
    },
  ));

test('all values of a contact come along, however many they are', () =>
  withSimulator({}, async simulator => {
    const [contact] = [...simulator.rows('contacts')].map(({id}) => String(id));
    for (let number = 0; number < 250; number++)
      simulator.insert('fieldValues', {contact: contact ?? '', field: String(1000 + number)});
    const answer = await ask(simulator, 'contacts?limit=1&include=fieldValues');
    const [row] = rowsOf(answer, 'contacts');
    const expected = [...simulator.rows('fieldValues')].filter(other => other['contact'] === contact).map(({id}) => id);
    expect(expected.length).toBeGreaterThanOrEqual(250);
    expect(row?.['fieldValues']).toEqual(expected);
    expect(rowsOf(answer, 'fieldValues').map(({id}) => id)).toEqual(expected);
  }));

function choicesOf(simulator: Simulator, {id, fieldOptions}: WireRow): string[] {
  if (Array.isArray(fieldOptions)) return fieldOptions.map(String);
  return [...simulator.rows('fieldOptions')].filter(({field}) => field === id).map(({value}) => String(value));
}

// What is wrong with a value, if anything.
function misfitOf(type: string, content: WireValue, choices: readonly string[], isText: boolean): string | undefined {
  const isOffered = (text: string) => choices.some(choice => text.startsWith(choice));
  const fits = (isRight: boolean) => (isRight ? undefined : `no ${type}`);
  if (isText && typeof content !== 'string') return 'no text';
  switch (type) {
    case 'date':
      return fits(/^\d{4}-\d\d-\d\d$/.test(String(content)));
    case 'datetime':
      return fits(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[56]:00$/.test(String(content)));
    case 'number':
      return fits(typeof content === 'string' && /^\d+(\.\d+)?$/.test(content));
    case 'currency':
      return fits((isText || typeof content !== 'string') && /^\d+$/.test(String(content)));
    case 'dropdown':
    case 'radio':
      return fits(isOffered(String(content)));
    case 'listbox':
    case 'checkbox':
    case 'multiselect': {
      const texts = Array.isArray(content) ? content.map(String) : String(content).split('||').slice(1, -1);
      return fits(Array.isArray(content) !== isText && texts.length > 0 && texts.every(isOffered));
    }
    default:
      return fits(typeof content === 'string');
  }
}
