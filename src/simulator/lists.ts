// The answers of the list endpoints: a page of rows, what is side-loaded with them, and the meta object.

import type {Account} from './account.js';
import {withOffset} from './central-time.js';
import {names} from './obedience.js';
import type {Query} from './query.js';
import {mix} from './random.js';
import type {Resource} from './resource.js';
import type {Selection, Selector} from './selection.js';
import type {WireRow, WireValue} from './wire.js';

export type ListOptions = {
  readonly totals: Readonly<Record<string, 'string' | 'number' | 'absent'>>;
  readonly totalAfterIdGreater: 'shrunk' | 'all';
  readonly ignoreIncludes: readonly string[];
  readonly includedDealKeys: 'snake' | 'camel';
};

export type ListAnswer = {readonly body: WireRow; readonly rows: number};

export type Lists = {
  /** One page of an account-wide list. */
  page(resource: Resource, query: Query): ListAnswer;
  /** The products of one order, or undefined if there is no such order. */
  productsOfOrder(orderId: string, query: Query): ListAnswer | undefined;
  /** The user whom the token belongs to. */
  currentUser(): WireRow;
};

/** The lists of one account. Reads the account anew for every page. */
export function lists(account: Account, select: Selector, options: ListOptions): Lists {
  return {page, productsOfOrder, currentUser};

  function page(resource: Resource, query: Query): ListAnswer {
    const selection = select(resource, query);
    const indices: number[] = [];
    const end = Math.min(selection.count, query.offset + query.limit);
    for (let position = query.offset; position < end; position++) indices.push(selection.indexAt(position));
    const plain = indices.map(index => account.row(resource, index));
    const {rows, siblings} = withSiblings(resource, query, indices, plain);
    return {body: {...siblings, [resource.name]: rows, ...meta(resource, query, selection)}, rows: rows.length};
  }

  function productsOfOrder(orderId: string, query: Query): ListAnswer | undefined {
    const order = account.table('ecomOrders').indexOf(orderId);
    if (order === undefined) return undefined;
    const rows = account.childRows('ecomOrderProducts', order).slice(query.offset, query.offset + query.limit);
    return {body: {ecomOrderProducts: rows}, rows: rows.length};
  }

  function currentUser(): WireRow {
    const users = account.table('users');
    return {
      user: users.count === 0 ? {id: '1', username: 'admin'} : account.row(account.resource('users'), users.indexAt(0)),
    };
  }

  function meta(resource: Resource, query: Query, selection: Selection): WireRow {
    const kind = options.totals[resource.name] ?? resource.total ?? 'string';
    if (kind === 'absent') return {};
    const rows = options.totalAfterIdGreater === 'all' ? selection.countWithoutIdBounds : selection.count;
    return {meta: {total: kind === 'number' ? rows : String(rows), ...furtherMeta(resource.name, query)}};
  }

  // Rows that come along: always with some lists, with others when `include` asks for them.
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

  function furtherMeta(name: string, query: Query): WireRow {
    switch (name) {
      case 'contacts':
        return {page_input: pageInput(query), sortable: true};
      case 'deals':
        return {currencies: {USD: {currency: 'USD', total: String(account.table('deals').count), value: '30000'}}};
      case 'fields':
        return {selected: {}};
      case 'automations':
        return {starts: [{id: '2', series: '1', type: 'subscribe'}], filtered: false, smsLogs: []};
      case 'contactAutomations':
        return {showcase_stats: []};
      default:
        return {};
    }
  }
}

// The server's reading of the parameters. It does not echo filters.
function pageInput(query: Query): WireRow {
  const number = (key: string, otherwise: number) => Number(query.params.get(key) ?? otherwise) || otherwise;
  return {
    segmentid: 0,
    formid: number('formid', 0),
    listid: number('listid', 0),
    tagid: number('tagid', 0),
    limit: query.limit,
    offset: query.offset,
    search: query.params.get('search'),
    sort: null,
    seriesid: 0,
    waitid: 0,
    status: number('status', -1),
    forceQuery: 0,
    cacheid: mix(query.limit, query.offset).toString(16).padStart(32, '0'),
  };
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
