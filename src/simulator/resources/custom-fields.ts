// Custom fields of deals and accounts, and their values.

import type {Resource} from '../resource.js';
import {equals} from '../rules.js';
import {created, inUtc, updated} from '../stamps.js';
import {words} from '../texts.js';

const dealCustomFieldMeta: Resource = {
  name: 'dealCustomFieldMeta',
  size: [6, 'hardly'],
  editable: 'fieldLabel',
  total: 'absent',
  row: r => customField(r, 'dealCustomFieldMeta', 'dealCustomFieldData'),
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
};

const dealCustomFieldData: Resource = {
  name: 'dealCustomFieldData',
  size: [60, 'withContacts'],
  parent: {resource: 'deals', key: 'dealId'},
  editable: 'fieldValue',
  isRemovable: true,
  total: 'absent',
  row: r => {
    const field = Number(r.refOrZero('dealCustomFieldMeta'));
    return {
      id: r.id,
      dealCustomFieldMetumId: field,
      dealId: Number(r.parent() ?? 0),
      customFieldId: field,
      createdTimestamp: r.createdUtc,
      updatedTimestamp: r.updatedUtc,
      fieldValue: customValue(r),
      links: r.links('dealCustomFieldData', 'deal', 'dealCustomFieldMetum'),
    };
  },
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
  filters: [equals('filters[dealId]', 'dealId')],
};

const accountCustomFieldMeta: Resource = {
  name: 'accountCustomFieldMeta',
  size: [6, 'hardly'],
  editable: 'fieldLabel',
  total: 'absent',
  row: r => customField(r, 'accountCustomFieldMeta', 'accountCustomFieldData'),
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
};

const accountCustomFieldData: Resource = {
  name: 'accountCustomFieldData',
  size: [30, 'withContacts'],
  editable: 'fieldValue',
  isRemovable: true,
  total: 'absent',
  row: r => {
    const field = Number(r.refOrZero('accountCustomFieldMeta'));
    return {
      id: r.id,
      accountCustomFieldMetumId: field,
      accountId: Number(r.refOrZero('accounts')),
      customFieldId: field,
      createdTimestamp: r.createdUtc,
      updatedTimestamp: r.updatedUtc,
      fieldValue: customValue(r),
      links: r.links('accountCustomFieldData', 'account', 'accountCustomFieldMetum'),
    };
  },
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
  filters: [equals('filters[customerAccountId]', 'accountId')],
};

export const customFieldResources = [
  accountCustomFieldMeta,
  accountCustomFieldData,
  dealCustomFieldMeta,
  dealCustomFieldData,
];

// A custom field of deals or accounts, and a value of one: numbers where contacts have texts, and true UTC.
function customField(r: Parameters<Resource['row']>[0], ...path: [string, string]): ReturnType<Resource['row']> {
  const type = ['text', 'multiselect', 'number', 'date', 'currency', 'datetime'][r.index % 6] ?? 'text';
  return {
    id: r.id,
    fieldLabel: r.text(`Label ${r.pick(words)} ${r.index}`),
    fieldType: type,
    fieldOptions: type === 'multiselect' ? ['Option 1', 'Option 2', r.pick(words)] : null,
    fieldDefault: r.index % 2 === 0 ? 1 : null,
    fieldDefaultCurrency: type === 'currency' ? 'usd' : null,
    isFormVisible: 0,
    isRequired: r.int(2),
    displayOrder: r.index + 1,
    personalization: r.index % 2 === 0 ? '' : `FIELD_${r.index}`,
    knownFieldId: null,
    hideFieldFlag: 0,
    createdTimestamp: r.createdUtc,
    updatedTimestamp: r.updatedUtc,
    links: r.links(...path),
  };
}

// A text, a list, a number, a date, cents or nothing.
function customValue(r: Parameters<Resource['row']>[0]): ReturnType<Resource['row']>[string] {
  switch (r.index % 7) {
    case 0:
      return r.text('test title');
    case 1:
      return ['Option 1', r.text('Option 2')];
    case 2:
      return r.int(100_000);
    case 3:
      return r.later(0).slice(0, 10);
    case 4:
      return r.index % 2 === 0 ? 9007199254740993n : r.int(1000) / 8;
    case 5:
      return null;
    default:
      return '';
  }
}
