// Custom fields of deals and accounts, and their values.

import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {equals} from '../rules.js';
import {created, inUtc, updated} from '../stamps.js';
import {words} from '../texts.js';
import type {WireRow} from '../wire.js';
import {optionsOf, typedValue, typeOf} from './field-types.js';

const dealCustomFieldMeta: Resource = {
  name: 'dealCustomFieldMeta',
  size: [6, 'hardly'],
  editable: 'fieldLabel',
  total: 'absent',
  row: r => customField(r, 'deal'),
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
};

const dealCustomFieldData: Resource = {
  name: 'dealCustomFieldData',
  size: [60, 'withContacts'],
  parent: {resource: 'deals', key: 'dealId'},
  goesWith: {resource: 'dealCustomFieldMeta', key: 'customFieldId'},
  editable: 'fieldValue',
  isRemovable: true,
  total: 'absent',
  row: r => {
    const field = r.inTurn('dealCustomFieldMeta');
    return {
      id: r.id,
      dealCustomFieldMetumId: Number(field.id),
      dealId: Number(r.parent() ?? 0),
      customFieldId: Number(field.id),
      createdTimestamp: r.createdUtc,
      updatedTimestamp: r.updatedUtc,
      fieldValue: typedValue(r, typeOf('deal', field.index)),
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
  row: r => customField(r, 'account'),
  stamps: {createdTimestamp: inUtc(created), updatedTimestamp: inUtc(updated)},
};

const accountCustomFieldData: Resource = {
  name: 'accountCustomFieldData',
  size: [30, 'withContacts'],
  parent: {resource: 'accounts', key: 'accountId'},
  goesWith: {resource: 'accountCustomFieldMeta', key: 'customFieldId'},
  editable: 'fieldValue',
  isRemovable: true,
  total: 'absent',
  row: r => {
    const field = r.inTurn('accountCustomFieldMeta');
    return {
      id: r.id,
      accountCustomFieldMetumId: Number(field.id),
      accountId: Number(r.parent() ?? 0),
      customFieldId: Number(field.id),
      createdTimestamp: r.createdUtc,
      updatedTimestamp: r.updatedUtc,
      fieldValue: typedValue(r, typeOf('account', field.index)),
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

// Numbers where the fields of contacts have texts, and true UTC.
function customField(r: RowSource, kind: 'deal' | 'account'): WireRow {
  const type = typeOf(kind, r.index);
  return {
    id: r.id,
    fieldLabel: r.text(`Label ${r.pick(words)} ${r.index}`),
    fieldType: type,
    fieldOptions: optionsOf(type, r),
    fieldDefault: r.index % 2 === 0 ? 1 : null,
    fieldDefaultCurrency: type === 'currency' ? 'usd' : null,
    isFormVisible: 0,
    isRequired: r.int(2),
    displayOrder: r.index + 1,
    // Two tags that differ by the case of their letters alone.
    personalization: r.index % 2 === 0 ? '' : r.index === 3 ? 'field_1' : `FIELD_${r.index}`,
    knownFieldId: null,
    hideFieldFlag: type === 'hidden' ? 1 : 0,
    createdTimestamp: r.createdUtc,
    updatedTimestamp: r.updatedUtc,
    links: r.links(`${kind}CustomFieldMeta`, `${kind}CustomFieldData`),
  };
}
