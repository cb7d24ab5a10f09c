// Accounts (companies) and who works there.

import type {Resource} from '../resource.js';
import {contains, equals} from '../rules.js';
import {created, updated} from '../stamps.js';
import {companies} from '../texts.js';

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
    // Both counts stay 0 unless the query says count_deals=true (`side-loads.ts`).
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

export const accountResources = [accounts, accountContacts];
