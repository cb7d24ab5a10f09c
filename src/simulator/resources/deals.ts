// Deals, their pipelines and stages, tasks and log.

import {parseMoment, wallClock} from '../central-time.js';
import type {Resource} from '../resource.js';
import {before, bounds, byNumber, byStamp, byText, equals, since, unproven} from '../rules.js';
import {created, type Instants, later, onClock, unless, updated} from '../stamps.js';
import {companies, words} from '../texts.js';

const initializedAt = unless(row => row.index % 2 === 0, created);
const estimatedAt = unless(row => row.index % 3 !== 0, updated);
// The stages that a pipeline starts with have no dates: nine in ten of a recording.
const isDefaultStage = (row: Instants): boolean => row.index % 10 !== 4 && !row.isChanged;
const isDefaultType = (row: Instants): boolean => row.index < 3 && !row.isChanged;

const deals: Resource = {
  name: 'deals',
  size: [120, 'withContacts'],
  editable: 'description',
  isRemovable: true,
  total: 'number',
  row: r => {
    const title = r.text(`${r.pick(companies)} ${r.pick(words)}`);
    if (r.isPartial) {
      const {partialDeals} = r.relations;
      const hasStatus = partialDeals === 'with-status' || (partialDeals === 'mixed' && r.index % 2 === 0);
      return {title, id: r.id, isDisabled: r.index % 3 === 0 ? 1 : true, ...(hasStatus ? {status: '0'} : {})};
    }
    const account = r.index % 4 === 0 ? null : r.ref('accounts');
    const stage = r.ref('dealStages');
    const nextTask = r.index % 5 === 0 ? r.ref('dealTasks') : null;
    return {
      hash: r.hex(8),
      owner: r.ref('users'),
      contact: r.ref('contacts'),
      organization: account,
      group: stage === null ? r.ref('dealGroups') : r.parentOf('dealStages', stage),
      stage,
      title,
      description: r.index % 3 === 0 ? '' : r.text('Article do skill hope.'),
      percent: '0',
      cdate: r.cdate,
      mdate: r.udate,
      nextdate: nextTask === null ? null : r.later(86400 * 30),
      nexttaskid: nextTask,
      // Cents, as a text: one beyond 2^53 among them.
      value: r.index % 59 === 13 ? '900719925474099301' : r.count(3_000_000),
      currency: r.pick(['usd', 'usd', 'eur', 'aud']),
      winProbability: r.index % 3 === 0 ? r.int(101) : null,
      winProbabilityMdate: r.at(estimatedAt),
      status: r.pick(['0', '0', '1', '2']),
      activitycount: r.count(60),
      nextdealid: r.id,
      edate: r.index % 3 === 0 ? '0000-00-00 00:00:00' : r.index % 3 === 1 ? null : wallClock(r.created + 86400 * 60),
      links: r.links(
        'deals',
        'dealActivities',
        'contact',
        'contactDeals',
        'group',
        'nextTask',
        'notes',
        'account',
        'customerAccount',
        'organization',
        'owner',
        'scoreValues',
        'stage',
        'tasks',
        'dealCustomFieldData',
      ),
      id: r.id,
      isDisabled: false,
      nextTask,
      account,
      customerAccount: account,
    };
  },
  // Partial deals come whatever was asked: `selection.ts` lets them through.
  stamps: {
    cdate: created,
    mdate: updated,
    winProbabilityMdate: estimatedAt,
    edate: unless(row => row.index % 3 !== 2, onClock(later(86400 * 60))),
  },
  filters: [
    bounds('filters[updated_after]', 'mdate', (bound, context, text) => ({
      least: context.dealsFilterGranularity === 'day' ? startOfDay(text) : Math.ceil(bound),
    })),
    before('filters[updated_before]', 'mdate'),
    since('filters[created_after]', 'cdate', true),
    before('filters[created_before]', 'cdate'),
    equals('filters[status]', 'status'),
    equals('filters[stage]', 'stage'),
    equals('filters[group]', 'group'),
    equals('filters[owner]', 'owner'),
    unproven(since('filters[updated_timestamp]', 'mdate', true)),
  ],
  orders: [
    byStamp('cdate'),
    byText('title'),
    byNumber('value'),
    byText('contact_name', 'contact'),
    byText('contact_orgname', 'account'),
    byText('next-action', 'nextdate'),
  ],
};

const dealGroups: Resource = {
  name: 'dealGroups',
  size: [3, 'hardly'],
  editable: 'title',
  total: 'number',
  row: r => ({
    allgroups: '1',
    allusers: '1',
    autoassign: r.flag(),
    cdate: r.cdate,
    count: r.count(80),
    currency: 'usd',
    id: r.id,
    links: r.links('dealGroups', 'dealGroupGroups', 'dealGroupUsers', 'stages'),
    source: '',
    stages: r.children('dealStages'),
    title: r.text(`Pipeline ${r.pick(words)}`),
    udate: r.udate,
    win_probability_initialize_date: r.at(initializedAt),
  }),
  stamps: {cdate: created, udate: updated, win_probability_initialize_date: initializedAt},
  filters: [
    equals('filters[title]', 'title'),
    {
      parameter: 'filters[have_stages]',
      isObeyed: true,
      test: (value, {childrenOf}) =>
        value === '1' ? candidate => childrenOf('dealStages', candidate.index).length > 0 : undefined,
    },
  ],
  orders: [byText('title'), byNumber('popular', 'count')],
};

const dealStages: Resource = {
  name: 'dealStages',
  size: [12, 'hardly'],
  parent: {resource: 'dealGroups', key: 'group'},
  isListedByParent: true,
  editable: 'title',
  total: 'number',
  row: r => {
    const isDefault = isDefaultStage(r);
    return {
      cardRegion1: 'title',
      cardRegion2: 'next-action',
      cardRegion3: 'show-avatar',
      cardRegion4: 'contact-fullname-orgname',
      cardRegion5: 'value',
      cdate: isDefault ? null : r.cdate,
      color: r.hex(6).toUpperCase(),
      dealOrder: 'next-action DESC',
      group: r.parent(),
      id: r.id,
      links: r.links('dealStages', 'group'),
      order: String(r.index + 1),
      title: r.text(`Stage ${r.pick(words)}`),
      udate: isDefault ? null : r.udate,
      width: '280',
    };
  },
  stamps: {cdate: unless(isDefaultStage, created), udate: unless(isDefaultStage, updated)},
  filters: [equals('filters[title]', 'title'), equals('filters[d_groupid]', 'group')],
  orders: [byText('title')],
};

const dealGroupUsers: Resource = {
  name: 'dealGroupUsers',
  size: [6, 'hardly'],
  editable: 'cdate',
  isLog: true,
  row: r => ({
    dealGroup: r.ref('dealGroups'),
    user: r.ref('users'),
    cdate: r.cdate,
    links: r.links('dealGroupUsers', 'dealGroup', 'user'),
    id: r.id,
  }),
  stamps: {cdate: created},
};

const dealActivities: Resource = {
  name: 'dealActivities',
  size: [130, 'withContacts'],
  editable: 'dataOldval',
  isLog: true,
  row: r => {
    const [deal, user] = [r.refOrZero('deals'), r.refOrZero('users')];
    const stage = r.index % 3 === 0 ? r.ref('dealStages') : null;
    return {
      d_id: deal,
      d_stageid: stage ?? '0',
      userid: user,
      dataId: r.count(2000),
      dataType: r.pick(['', 'contact', 'd_stageid', 'value']),
      dataAction: r.pick(['add', 'modify', 'delete']),
      dataOldval: r.index % 4 === 0 ? r.text('old') : '',
      cdate: r.cdate,
      sortdate: r.cdate,
      isAddtask: '0',
      deleted: '0',
      seriesid: '0',
      links: r.links('dealActivities', 'deal', 'stage', 'user', 'automation'),
      id: r.id,
      deal,
      stage,
      user,
      automation: null,
    };
  },
  stamps: {cdate: created, sortdate: created},
  filters: [
    equals('deal', 'deal'),
    equals('filters[data_type]', 'dataType'),
    equals('filters[data_id]', 'dataId'),
    {parameter: 'exclude', isObeyed: true, test: value => candidate => candidate.row()['dataType'] !== value},
  ],
};

const dealTasks: Resource = {
  name: 'dealTasks',
  size: [40, 'withContacts'],
  editable: 'note',
  isRemovable: true,
  row: r => {
    const type = r.pick(['deal', 'contact']);
    const owner = r.refOrZero(type === 'deal' ? 'deals' : 'contacts');
    const hasOutcome = r.index % 4 === 1;
    return {
      id: r.id,
      duedate: r.later(86400 * 7),
      edate: r.later(86400 * 7 + 900),
      status: r.int(2),
      title: r.index % 2 === 0 ? null : r.text(`Call ${r.pick(words)}`),
      note: r.text('Testing Task'),
      relid: owner,
      reltype: type === 'deal' ? 'Deal' : 'Subscriber',
      dealTasktype: r.ref('dealTasktypes'),
      cdate: r.cdate,
      udate: r.udate,
      automation: null,
      doneAutomation: null,
      donedate: null,
      duration: '900',
      user: r.ref('users'),
      assignee: r.ref('users'),
      owner: {type, id: owner},
      outcomeId: hasOutcome ? 91 : null,
      outcomeInfo: hasOutcome ? 'More details about the outcome' : null,
      links: r.links(
        'dealTasks',
        'activities',
        'automation',
        'dealTasktype',
        'doneAutomation',
        'notes',
        'owner',
        'taskNotifications',
        'user',
        'assignee',
      ),
    };
  },
  stamps: {cdate: created, udate: updated, duedate: later(86400 * 7), edate: later(86400 * 7 + 900)},
  filters: [
    equals('filters[title]', 'title'),
    equals('filters[reltype]', 'reltype'),
    equals('filters[relid]', 'relid'),
    equals('filters[status]', 'status'),
    equals('filters[note]', 'note'),
    equals('filters[d_tasktypeid]', 'dealTasktype'),
    equals('filters[userid]', 'user'),
    equals('filters[assignee_userid]', 'assignee'),
    equals('filters[outcome_id]', 'outcomeId'),
    since('filters[due_after]', 'duedate'),
    before('filters[due_before]', 'duedate'),
  ],
};

const dealTasktypes: Resource = {
  name: 'dealTasktypes',
  size: [5, 'hardly'],
  editable: 'title',
  row: r => {
    const isDefault = isDefaultType(r);
    return {
      cdate: isDefault ? null : r.cdate,
      defduration: '0',
      id: r.id,
      links: [],
      status: '0',
      title: ['Call', 'Email', 'To-do'][r.index] ?? r.text(`Type ${r.pick(words)}`),
      udate: isDefault ? null : r.udate,
    };
  },
  stamps: {cdate: unless(isDefaultType, created), udate: unless(isDefaultType, updated)},
};

const contactDeals: Resource = {
  name: 'contactDeals',
  size: [20, 'withContacts'],
  editable: 'role',
  isRemovable: true,
  row: r => ({
    deal: r.ref('deals'),
    contact: r.ref('contacts'),
    role: r.index % 2 === 0 ? null : r.text('Decision maker'),
    cdate: r.cdate,
    created_timestamp: r.createdClock,
    updated_timestamp: r.updatedClock,
    created_by: null,
    updated_by: null,
    links: r.links('contactDeals', 'deal', 'contact'),
    id: r.id,
  }),
  stamps: {cdate: created, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
};

export const dealResources = [
  deals,
  dealGroups,
  dealStages,
  dealGroupUsers,
  dealActivities,
  dealTasks,
  dealTasktypes,
  contactDeals,
];

// Day granularity: the server looks at the date alone and begins that day on its own clock.
function startOfDay(text: string): number {
  return parseMoment(text.trim().slice(0, 10)) ?? 0;
}
