import {describe, expect, test} from '@jest/globals';
import type {Column, ColumnType} from '../../src/custom-fields/columns.js';
import type {FieldDefinition, FieldKind} from '../../src/custom-fields/field.js';
import {fieldsOfAccounts, fieldsOfContacts, fieldsOfDeals} from '../../src/custom-fields/source.js';
import {createFiller, type FieldValue, valueReader} from '../../src/custom-fields/values.js';

const field = (kind: FieldKind, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  id: '1',
  title: '',
  tag: '',
  kind,
  options: [],
  currency: undefined,
  ...more,
});
const column = (type: ColumnType, part: Column['part'] = 'value'): Column => ({name: 'cf_a', fieldId: '1', part, type});
const value = (held: unknown, more: Partial<FieldValue> = {}): FieldValue => ({
  id: '1',
  parent: '5',
  field: '1',
  value: held,
  currency: null,
  ...more,
});
const filled = (definition: FieldDefinition, type: ColumnType, ...values: FieldValue[]) =>
  createFiller([column(type)], [definition], undefined).fill({id: '5'}, values);

describe('a row of a value list', () => {
  test.each([
    [
      'a contact',
      fieldsOfContacts,
      {id: '1', contact: '5', field: '2', value: 'Burger', owner: '5'},
      {id: '1', parent: '5', field: '2', value: 'Burger', currency: null},
    ],
    [
      'a deal',
      fieldsOfDeals,
      {id: '3', dealId: 5, customFieldId: 2, fieldValue: 12345, fieldCurrency: 'eur'},
      {id: '3', parent: '5', field: '2', value: 12345, currency: 'eur'},
    ],
    [
      'a deal that brought it along',
      fieldsOfDeals,
      {
        id: '3',
        deal_id: '5',
        custom_field_id: '2',
        custom_field_text_value: null,
        custom_field_date_value: '0000-00-00',
        custom_field_currency_value: '12345',
        custom_field_currency_type: 'eur',
      },
      {id: '3', parent: '5', field: '2', value: '12345', currency: 'eur'},
    ],
    [
      'an account',
      fieldsOfAccounts,
      {id: 4, accountId: 5, customFieldId: 2, fieldValue: ['a', 'b']},
      {id: '4', parent: '5', field: '2', value: ['a', 'b'], currency: null},
    ],
    [
      'an account that brought it along',
      fieldsOfAccounts,
      {id: '4', customer_account_id: '5', custom_field_id: '2', custom_field_number_value: '0'},
      {id: '4', parent: '5', field: '2', value: '0', currency: null},
    ],
    [
      'a contact that has emptied it',
      fieldsOfContacts,
      {id: '1', contact: '5', field: '2', value: ''},
      {id: '1', parent: '5', field: '2', value: null, currency: null},
    ],
  ])('of %s says whose it is and what it holds', (_, source, row, expected) => {
    expect(valueReader(source.values)(row)).toEqual(expected);
  });

  test('that does not say whose it is counts for nothing', () => {
    expect(valueReader(fieldsOfDeals.values)({id: '3', customFieldId: 2, fieldValue: 'x'})).toBeUndefined();
  });
});

describe('a value in its column', () => {
  const choices = [
    {id: '10', value: 'red', label: 'Red'},
    {id: '11', value: '10', label: 'Ten'},
    {id: '12', value: 'blue', label: 'Blue'},
  ];
  test.each<[string, FieldDefinition, ColumnType, unknown, unknown]>([
    ['a text stays', field('text'), 'text', 'x ||y', 'x ||y'],
    ['a number in a text column is left to the transformation', field('text'), 'text', 5, 5],
    ['a date loses its time', field('date'), 'text', '2018-05-10T00:00:00-05:00', '2018-05-10'],
    ['a date stays', field('date'), 'text', '2018-05-10', '2018-05-10'],
    ['what is no date stays', field('date'), 'text', 'next May', 'next May'],
    ['choices in a frame become a list', field('list'), 'list', '||a||b c||', ['a', 'b c']],
    ['a single choice becomes a list', field('list'), 'list', 'a', ['a']],
    ['a list stays', field('list'), 'list', ['a', 'b'], ['a', 'b']],
    ['the id of an option becomes its label', field('text', {options: choices}), 'text', '12', 'Blue'],
    [
      'the value of an option stays, though another has such an id',
      field('text', {options: choices}),
      'text',
      '10',
      '10',
    ],
    ['ids in lists become labels', field('list', {options: choices}), 'list', '||12||red||', ['Blue', 'red']],
    ['nothing is nothing', field('list'), 'list', null, null],
  ])('%s', (_, definition, type, held, expected) => {
    expect(filled(definition, type, value(held))).toEqual({id: '5', 'cf:cf_a': expected});
  });

  test('has the currency that it names, or that of its field, and none where there is no amount', () => {
    const filler = createFiller([column('text', 'currency')], [field('currency', {currency: 'usd'})], undefined);
    const currencyOf = (one: FieldValue) => filler.fill({}, [one])['cf:cf_a'];
    expect(currencyOf(value(100, {currency: 'eur'}))).toBe('eur');
    expect(currencyOf(value(100))).toBe('usd');
    expect(currencyOf(value(null, {currency: 'eur'}))).toBeNull();
  });

  test('is the one with the highest id where there are two, and the other one is counted', () => {
    const values = [value('new', {id: '10'}), value('old', {id: '9'})];
    expect(filled(field('text'), 'text', ...values)).toEqual({
      id: '5',
      'cf:cf_a': 'new',
      'custom_field:1:another_value': true,
    });
  });

  test('of a field that nobody knows is counted, and that of one that is not selected is not', () => {
    const filler = createFiller([], [field('text')], undefined);
    expect([filler.isWanted('1'), filler.isWanted('2')]).toEqual([false, true]);
    expect(filler.fill({id: '5'}, [value('x'), value('y', {field: '2'})])).toEqual({id: '5', 'custom_field:2': true});
  });

  test('stands in an object where that is wanted', () => {
    const filler = createFiller([column('text')], [field('text')], 'holder');
    expect(filler.fill({id: '5'}, [value('x')])).toEqual({id: '5', holder: {'cf:cf_a': 'x'}});
  });
});
