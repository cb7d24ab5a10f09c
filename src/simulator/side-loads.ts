// Rows that come along with the rows of a page: always with some lists, with others when `include` asks for them.

import type {Account} from './account.js';
import {names} from './obedience.js';
import type {Query} from './query.js';
import type {Resource} from './resource.js';
import type {WireRow, WireValue} from './wire.js';

export type SideLoadOptions = {
  readonly obeyIncludes: readonly string[];
  readonly ignoreIncludes: readonly string[];
  readonly includedDealKeys: 'snake' | 'camel';
};

export type WithSiblings = {readonly rows: readonly WireRow[]; readonly siblings: WireRow};

// What only public code relies on is not obeyed unless told so, but for the parts of contacts, of which some were seen.
const unproven = ['ecomOrders.orderDiscounts'];
const partsOfContacts = [
  ['fieldValues', 'fieldValues'],
  ['contactTags', 'contactTags'],
  ['contactLists', 'contactLists'],
  ['geoIps', 'contacts/{id}/geoIps'],
] as const;

/** Makes the function that adds them to a page of rows, whose indices it is told too. */
export function sideLoader(
  account: Account,
  options: SideLoadOptions,
): (resource: Resource, query: Query, indices: readonly number[], rows: readonly WireRow[]) => WithSiblings {
  return withSiblings;

  function withSiblings(
    resource: Resource,
    query: Query,
    indices: readonly number[],
    rows: readonly WireRow[],
  ): WithSiblings {
    const includes = query.includes.filter(name => isObeyed(resource.name, name));
    const childrenOnPage = (child: string) => indices.flatMap(index => account.childRows(child, index));
    switch (resource.name) {
      case 'fields':
        return {rows, siblings: {fieldOptions: childrenOnPage('fieldOptions'), fieldRels: childrenOnPage('fieldRels')}};
      case 'dealGroups':
        return {rows, siblings: {dealStages: childrenOnPage('dealStages')}};
      case 'activities':
        return {rows, siblings: {contacts: contactsOf(rows), activityRecipients: rows.map(recipientOf)}};
      case 'accounts':
        return {rows: query.params.get('count_deals') === 'true' ? rows.map(counted) : rows, siblings: {}};
      case 'deals':
        return {
          rows,
          siblings: includes.includes('dealCustomFieldData') ? {dealCustomFieldData: includedDealValues(indices)} : {},
        };
      case 'contacts':
        return contactsWithParts(includes, indices, rows);
      case 'ecomOrders':
        return includes.includes('orderDiscounts') ? ordersWithDiscounts(indices, rows) : {rows, siblings: {}};
      default:
        return {rows, siblings: {}};
    }
  }

  function isObeyed(path: string, name: string): boolean {
    if (names(options.ignoreIncludes, path, name)) return false;
    return !unproven.includes(`${path}.${name}`) || names(options.obeyIncludes, path, name);
  }

  function contactsWithParts(
    includes: readonly string[],
    indices: readonly number[],
    rows: readonly WireRow[],
  ): WithSiblings {
    const siblings: {[key: string]: WireValue} = {
      scoreValues: indices.flatMap(index => account.childRows('contacts/{id}/scoreValues', index)),
    };
    let filled = rows;
    for (const [key, child] of partsOfContacts) {
      if (!includes.some(name => name === key || name.startsWith(`${key}.`))) continue;
      const perContact = indices.map(index => account.childRows(child, index));
      siblings[key] = perContact.flat();
      filled = listing(filled, key, perContact);
    }
    if (includes.includes('contactTags.tag')) siblings['tags'] = named('tags', siblings['contactTags'], 'tag');
    if (includes.includes('contactLists.list')) siblings['lists'] = named('lists', siblings['contactLists'], 'list');
    if (includes.includes('geoIps.geoAddress'))
      siblings['geoAddresses'] = named('geoAddresses', siblings['geoIps'], 'geoAddress');
    return {rows: filled, siblings};
  }

  function ordersWithDiscounts(indices: readonly number[], rows: readonly WireRow[]): WithSiblings {
    const perOrder = indices.map(index => account.childRows('ecomOrders/{id}/orderDiscounts', index));
    return {rows: listing(rows, 'orderDiscounts', perOrder), siblings: {ecomOrderDiscounts: perOrder.flat()}};
  }

  // The rows that others name by their id, each once.
  function named(resource: string, rows: WireValue | undefined, key: string): WireRow[] {
    const table = account.table(resource);
    const indices = new Set((Array.isArray(rows) ? rows : []).flatMap(row => table.indexOf(String(row[key])) ?? []));
    return [...indices].sort((a, b) => a - b).map(index => account.row(account.resource(resource), index));
  }

  function contactsOf(activities: readonly WireRow[]): WireRow[] {
    return named('contacts', activities, 'subscriberid');
  }

  function counted(row: WireRow): WireRow {
    return {...row, contactCount: String(Number(row['id']) % 7), dealCount: String(Number(row['id']) % 3)};
  }

  function includedDealValues(indices: readonly number[]): WireRow[] {
    const values = indices.flatMap(index => account.childRows('dealCustomFieldData', index));
    if (options.includedDealKeys === 'camel') return values;
    return values.map(({id, dealId, customFieldId, fieldValue, createdTimestamp, updatedTimestamp}) => ({
      id: id ?? null,
      deal_id: dealId ?? null,
      custom_field_id: customFieldId ?? null,
      custom_field_text_value: fieldValue ?? null,
      created_timestamp: createdTimestamp ?? null,
      updated_timestamp: updatedTimestamp ?? null,
    }));
  }
}

// Rows that hold under a key the ids of those that came along for each.
function listing(rows: readonly WireRow[], key: string, parts: readonly (readonly WireRow[])[]): WireRow[] {
  return rows.map((row, at) => ({...row, [key]: (parts[at] ?? []).map(({id}) => id ?? null)}));
}

function recipientOf(activity: WireRow): WireRow {
  const contact = activity['subscriberid'] ?? null;
  return {
    reltype: 'Subscriber',
    relid: contact,
    activityid: activity['id'] ?? null,
    recipient: {type: 'contact', id: contact},
  };
}
