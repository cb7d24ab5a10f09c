// What is read below single contacts and follows from what others hold.

import type {Account} from '../account.js';
import {object} from '../envelopes.js';
import {idsOf, type View} from '../view.js';
import type {WireRow} from '../wire.js';

/** What a contact's organization is: an account by its older name. */
const organization: View = {
  name: 'contacts/{id}/organization',
  key: 'organization',
  form: object,
  rowsOf: (account, id) => {
    const [contacts, accounts] = [account.table('contacts'), account.table('accounts')];
    const contact = contacts.indexOf(id);
    if (contact === undefined) return undefined;
    const index = accounts.indexOf(String(account.row(account.resource('contacts'), contact)['organization']));
    return index === undefined ? [] : [organizationOf(account.row(account.resource('accounts'), index))];
  },
  ids: account => idsOf(account, 'contacts'),
};

/** How often a contact entered each automation. */
const automationEntryCounts: View = {
  name: 'contacts/{id}/automationEntryCounts',
  key: 'automationEntryCounts',
  rowsOf: (account, id) => {
    if (account.table('contacts').indexOf(id) === undefined) return undefined;
    const entries = new Map<string, number>();
    for (const index of account.indicesWith('contactAutomations', 'contact', id)) {
      const automation = String(account.row(account.resource('contactAutomations'), index)['automation']);
      entries.set(automation, (entries.get(automation) ?? 0) + 1);
    }
    return [...entries]
      .sort(([a], [b]) => Number(a) - Number(b))
      .flatMap(([automation, count]) => entryCountsOf(account, automation, count));
  },
  ids: account => idsOf(account, 'contacts'),
};

/** Where an address of the internet is. */
const geoAddress: View = {
  name: 'geoIps/{id}/geoAddress',
  key: 'geoAddress',
  form: object,
  rowsOf: (account, id) => {
    const address = account.valueOf('contacts/{id}/geoIps', id, 'geoAddress');
    if (address === undefined) return undefined;
    const index = account.table('geoAddresses').indexOf(String(address));
    return index === undefined ? [] : [account.row(account.resource('geoAddresses'), index)];
  },
  ids: account => idsOf(account, 'contacts/{id}/geoIps'),
};

export const contactViews = [organization, automationEntryCounts, geoAddress];

function organizationOf({id = null, name = null, owner = null, createdTimestamp, updatedTimestamp}: WireRow): WireRow {
  return {
    name,
    created_timestamp: createdTimestamp ?? null,
    updated_timestamp: updatedTimestamp ?? null,
    userid: owner,
    id,
    owner,
  };
}

// None of an automation that is gone.
function entryCountsOf(account: Account, automation: string, count: number): readonly WireRow[] {
  const index = account.table('automations').indexOf(automation);
  if (index === undefined) return [];
  const {id = null, name = null, status = null, hidden = null} = account.row(account.resource('automations'), index);
  return [{id, name, status, hidden, contactEntryCount: String(count)}];
}
