// Rows that come along with the rows of a page: always with some lists, with others when `include` asks for them.

import type {Account} from './account.js';
import {withOffset} from './central-time.js';
import {names} from './obedience.js';
import type {Query} from './query.js';
import {mix} from './random.js';
import type {Resource} from './resource.js';
import type {WireRow, WireValue} from './wire.js';

export type SideLoadOptions = {
  readonly ignoreIncludes: readonly string[];
  readonly includedDealKeys: 'snake' | 'camel';
};

export type WithSiblings = {readonly rows: readonly WireRow[]; readonly siblings: WireRow};

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
  ): {rows: readonly WireRow[]; siblings: WireRow} {
    const includes = query.includes.filter(name => !names(options.ignoreIncludes, resource.name, name));
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
      default:
        return {rows, siblings: {}};
    }
  }

  function contactsWithParts(
    includes: readonly string[],
    indices: readonly number[],
    rows: readonly WireRow[],
  ): {rows: readonly WireRow[]; siblings: WireRow} {
    const siblings: {[key: string]: WireValue} = {
      scoreValues: indices.flatMap((index, at) => scoreValuesOf(rows[at], index)),
    };
    let filled = rows;
    for (const child of ['fieldValues', 'contactTags', 'contactLists']) {
      if (!includes.some(name => name === child || name.startsWith(`${child}.`))) continue;
      const perContact = indices.map(index => account.childRows(child, index));
      siblings[child] = perContact.flat();
      filled = filled.map((row, at) => ({...row, [child]: (perContact[at] ?? []).map(({id}) => id ?? null)}));
    }
    if (includes.includes('contactTags.tag')) siblings['tags'] = named('tags', siblings['contactTags'], 'tag');
    if (includes.includes('contactLists.list')) siblings['lists'] = named('lists', siblings['contactLists'], 'list');
    return {rows: filled, siblings};
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

  function scoreValuesOf(row: WireRow | undefined, index: number): WireRow[] {
    const ids = row?.['scoreValues'];
    if (!Array.isArray(ids)) return [];
    const {id, created, updated} = account.candidate(account.resource('contacts'), index);
    return ids.map(valueId => ({
      score: account.idAt('scores', 0) ?? '0',
      contact: id,
      deal: null,
      cdate: withOffset(created),
      mdate: withOffset(updated),
      scoreValue: String(mix(index, 17) % 100),
      links: {},
      id: String(valueId),
    }));
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

function recipientOf(activity: WireRow): WireRow {
  const contact = activity['subscriberid'] ?? null;
  return {
    reltype: 'Subscriber',
    relid: contact,
    activityid: activity['id'] ?? null,
    recipient: {type: 'contact', id: contact},
  };
}
