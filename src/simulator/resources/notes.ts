// Notes on contacts, deals, accounts, tasks and activities, all in one list.

import type {Resource} from '../resource.js';
import {equals} from '../rules.js';
import {created, updated} from '../stamps.js';
import {words} from '../texts.js';

type Owner = {readonly reltype: string; readonly type: string; readonly resource: string};

// The types of Subscriber, Deal and Activity are those of the provider's examples, the other two follow their pattern.
const owners: readonly [Owner, ...Owner[]] = [
  {reltype: 'Subscriber', type: 'contact', resource: 'contacts'},
  {reltype: 'Deal', type: 'deal', resource: 'deals'},
  {reltype: 'CustomerAccount', type: 'customerAccount', resource: 'accounts'},
  {reltype: 'DealTask', type: 'dealTask', resource: 'dealTasks'},
  {reltype: 'Activity', type: 'activity', resource: 'activities'},
];

const notes: Resource = {
  name: 'notes',
  size: [50, 'withContacts'],
  editable: 'note',
  isRemovable: true,
  // A text in the provider's example, a number in recordings.
  total: 'number',
  row: r => {
    const {reltype, type, resource} = r.pick(owners);
    const [owner, user] = [r.refOrZero(resource), r.refOrZero('users')];
    return {
      relid: owner,
      reltype,
      userid: user,
      is_draft: r.flag(0.05),
      cdate: r.cdate,
      mdate: r.udate,
      note: r.text(`Spoke about ${r.pick(words)}`),
      links: r.links('notes', 'activities', 'user', 'mentions', 'notes', 'owner'),
      id: r.id,
      user,
      owner: {type, id: owner},
    };
  },
  stamps: {cdate: created, mdate: updated},
  filters: [equals('filters[reltype]', 'reltype', false), equals('filters[relid]', 'relid', false)],
};

export const noteResources = [notes];
