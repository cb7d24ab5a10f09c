// What belongs to lists without being theirs: exclusions, personalizations, and imports of contacts into them.

import type {Page} from '../envelopes.js';
import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {byText, contains} from '../rules.js';
import {words} from '../texts.js';
import {isRow, type WireValue} from '../wire.js';

const exclusions: Resource = {
  name: 'lists/exclusions',
  key: 'exclusions',
  size: [5, 'hardly'],
  editable: 'matchPhrase',
  isRemovable: true,
  total: 'number',
  row: r => {
    const isForAll = r.index % 3 === 0;
    return {
      id: r.id,
      matchPhrase: `${r.pick(words)}${r.index}@example.com`,
      matchType: r.pick(['exact', 'begin', 'end']),
      channel: isForAll ? 'allSms' : 'several',
      hidden: r.index % 5 === 4,
      lists: isForAll ? [] : someLists(r),
    };
  },
  filters: [
    contains('filters[matchPhrase]', 'matchPhrase'),
    {
      // The parameter is `filters[lists][]`.
      parameter: 'filters[lists]',
      isObeyed: true,
      test: value => candidate => {
        const {lists} = candidate.row();
        return Array.isArray(lists) && lists.includes(value);
      },
    },
  ],
  orders: [byText('matchPhrase'), byText('lists')],
};

const personalizations: Resource = {
  name: 'personalizations',
  size: [6, 'hardly'],
  editable: 'content',
  isRemovable: true,
  row: r => {
    const lists = someLists(r);
    const names = lists.map(id => r.valueOf('lists', id, 'name'));
    return {
      name: `${r.pick(words)} ${r.index}`,
      tag: `${r.pick(words)}tag${r.index}`,
      format: r.pick(['html', 'text']),
      content: r.text('this is the content'),
      listIds: lists.join(),
      listNames: names.join(),
      listsCount: String(lists.length),
      isLocked: r.index % 5 === 4,
      links: [],
      id: r.id,
    };
  },
  // These are `filter`, not `filters`.
  filters: [
    contains('filter[name]', 'name'),
    contains('filter[tag]', 'tag'),
    contains('filter[listName]', 'listNames'),
    contains('filter[content]', 'content'),
    contains('filter[format]', 'format'),
  ],
  orders: [byText('format'), byText('tag'), byText('name'), byText('content')],
};

/** Days of imports, in two lists: those that wait, and those that are done. */
const bulkImports: Resource = {
  name: 'import/bulk_import',
  size: [6, 'hardly'],
  editable: 'batches',
  form: ({rows}) => ({
    outstanding: inState(rows, 'outstanding'),
    recentlyCompleted: inState(rows, 'recently_completed'),
  }),
  total: 'absent',
  paging: 'none',
  row: r => {
    const batches = r.int(300) + 1;
    return {
      state: r.index % 3 === 0 ? 'outstanding' : 'recently_completed',
      // A day has one row in each list.
      forDate: new Date(Date.UTC(2026, 4, 1 + r.index)).toISOString().slice(0, 10),
      batches: String(batches),
      contacts: String(250 * batches),
    };
  },
};

export const listSettingResources = [exclusions, personalizations, bulkImports];

function someLists(r: RowSource): string[] {
  const [one, other] = [r.refOrZero('lists'), r.inTurn('lists').id];
  return one === other ? [one] : [one, other];
}

function inState(rows: Page['rows'], wanted: string): WireValue[] {
  return rows.flatMap(row => {
    if (!isRow(row)) return [];
    const {state, ...others} = row;
    return state === wanted ? [others] : [];
  });
}
