// Accounts (companies), who works there, and their custom fields.

import type {Resource} from '../resource.js';
import {contains, equals} from '../rules.js';
import {created, inUtc, updated} from '../stamps.js';
import {companies} from '../texts.js';
import {customField, customValue} from './deals.js';

const accounts: Resource = {
  name: 'accounts',
  size: [40, 'withContacts'],
  editable: 'accountUrl',
  isRemovable: true,
  row: r => ({
    name: r.text(`${r.pick(companies)} ${r.index}`),
    accountUrl: r.index % 2 === 0 ? null : `https://example.com/${r.index}`,
    createdTimestamp: r.cdate,
    updatedTimestamp: r.udate,
    // Both counts stay 0 unless the query says count_deals=true (`lists.ts`).
    contactCount: '0',
    dealCount: '0',
    owner: r.ref('users'),
    links: r.links('accounts', 'notes', 'accountCustomFieldData', 'accountContacts', 'required'),
    id: r.id,
  }),
  stamps: {createdTimestamp: created, updatedTimestamp: updated},
  filters: [contains('search', 'name')],
};

const accountContacts: Resource = {
  name: 'accountContacts',
  size: [45, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact'},
  isListedByParent: true,
  editable: 'jobTitle',
  isRemovable: true,
  row: r => ({
    account: r.ref('accounts'),
    contact: r.parent(),
    jobTitle: r.text(r.pick(['', 'Product Manager', 'CEO'])),
    createdTimestamp: r.cdate,
    updatedTimestamp: r.udate,
    links: r.links('accountContacts', 'account', 'contact'),
    id: r.id,
  }),
  stamps: {createdTimestamp: created, updatedTimestamp: updated},
  filters: [equals('filters[contact]', 'contact'), equals('filters[account]', 'account')],
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

export const accountResources = [accounts, accountContacts, accountCustomFieldMeta, accountCustomFieldData];
