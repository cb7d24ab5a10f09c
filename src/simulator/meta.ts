// What `meta` says beside the total.

import type {Account} from './account.js';
import type {Query} from './query.js';
import {mix} from './random.js';
import type {WireRow} from './wire.js';

/** The further keys of `meta` of one list. */
export function furtherMeta(account: Account, name: string, query: Query): WireRow {
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
