// Automations with their blocks, goals and conversions, and the contacts who went through them.

import type {Resource} from '../resource.js';
import {byStamp, equals} from '../rules.js';
import {created, updated} from '../stamps.js';
import {words} from '../texts.js';

const automations: Resource = {
  name: 'automations',
  size: [12, 'hardly'],
  editable: 'name',
  row: r => ({
    name: r.text(`Automation ${r.pick(words)}`),
    cdate: r.cdate,
    mdate: r.udate,
    userid: r.ref('users'),
    status: r.pick(['1', '2']),
    entered: r.count(900),
    exited: r.count(900),
    hidden: '0',
    defaultscreenshot: 'http://img-us1.com/default-series.gif',
    screenshot: 'https://d226aj4ao1t61q.cloudfront.net/k0x4h0lr_default-automation.png',
    description: '',
    entitlements_violation: '0',
    exit_on_conversion: '0',
    exit_on_unsubscribe: '0',
    multientry: '0',
    source: '',
    links: r.links(
      'automations',
      'campaigns',
      'contactGoals',
      'contactAutomations',
      'blocks',
      'goals',
      'sms',
      'sitemessages',
    ),
    id: r.id,
  }),
  stamps: {cdate: created, mdate: updated},
};

const automationBlocks: Resource = {
  name: 'automationBlocks',
  size: [40, 'slowly'],
  parent: {resource: 'automations', key: 'automation'},
  editable: 'ordernum',
  row: r => ({
    automation: r.parent(),
    parent: r.index % 5 === 0 ? '0' : String(Math.max(1, Number(r.id) - 2)),
    ordernum: String(r.index % 12),
    params:
      [[], {}, {type: 'send', campaignid: '3', label: r.text('Say hello')}, [{field: '1', value: r.text('x')}]][
        r.index % 4
      ] ?? [],
    deleted: '0',
    cdate: r.cdate,
    mdate: r.udate,
    links: r.links('automationBlocks', 'automation'),
    id: r.id,
  }),
  stamps: {cdate: created, mdate: updated},
  filters: [equals('filters[automation]', 'automation', false)],
};

const contactAutomations: Resource = {
  name: 'contactAutomations',
  size: [75, 'withContacts'],
  editable: 'batchid',
  row: r => {
    const automation = r.refOrZero('automations');
    const total = r.int(9) + 1;
    const isCompleted = r.dice.chance(0.6);
    return {
      contact: r.ref('contacts'),
      seriesid: automation,
      startid: '0',
      status: isCompleted ? '2' : '1',
      batchid: isCompleted ? 'completed' : null,
      adddate: r.cdate,
      remdate: isCompleted ? r.udate : null,
      timespan: isCompleted ? r.count(90) : null,
      lastblock: r.count(60),
      lastlogid: '0',
      lastdate: r.udate,
      in_als: '3',
      completedElements: String(isCompleted ? total : 0),
      totalElements: String(total),
      completed: isCompleted ? 1 : 0,
      completeValue: isCompleted ? 100 : 0,
      links: r.links('contactAutomations', 'automation', 'contact', 'contactGoals', 'automationLogs'),
      id: r.id,
      automation,
    };
  },
  stamps: {adddate: created, lastdate: updated},
  filters: [
    equals('filters[subscriberid]', 'contact', false),
    equals('filters[status]', 'status', false),
    equals('filters[contact]', 'contact', false),
    equals('filters[automation]', 'automation', false),
  ],
  orders: [byStamp('lastdate')],
};

const goals: Resource = {
  name: 'goals',
  size: [6, 'hardly'],
  editable: 'name',
  row: r => {
    const [block, automation] = [r.refOrZero('automationBlocks'), r.refOrZero('automations')];
    return {
      blockid: block,
      seriesid: automation,
      name: r.text(`Goal ${r.pick(words)}`),
      cdate: r.cdate,
      dirty_stats: '0',
      links: r.links('goals', 'automation', 'automationBlock', 'contactGoals'),
      id: r.id,
      automation,
      automation_block: block,
    };
  },
  stamps: {cdate: created},
};

const conversions: Resource = {
  name: 'conversions',
  size: [4, 'hardly'],
  editable: 'name',
  row: r => ({
    name: r.text(`Conversion ${r.pick(words)}`),
    value: r.count(10_000),
    currency: 'usd',
    limit: '0',
    enforcelimit: '0',
    cdate: r.cdate,
    udate: r.udate,
    links: r.links('conversions', 'contactConversions', 'conversionTriggers'),
    id: r.id,
  }),
  stamps: {cdate: created, udate: updated},
};

const conversionTriggers: Resource = {
  name: 'conversionTriggers',
  size: [4, 'hardly'],
  editable: 'value',
  row: r => ({
    conversion: r.ref('conversions'),
    trigger_type: r.pick(['page', 'automation']),
    modifier: 'is',
    value: r.text('https://example.com/thanks'),
    dynamic: '0',
    retroactive: '0',
    cdate: r.cdate,
    udate: r.udate,
    automation_block: r.index % 2 === 0 ? null : r.ref('automationBlocks'),
    links: r.links('conversionTriggers', 'conversion', 'automationBlock'),
    id: r.id,
  }),
  stamps: {cdate: created, udate: updated},
};

const contactConversions: Resource = {
  name: 'contactConversions',
  size: [10, 'withContacts'],
  editable: 'modifier',
  isLog: true,
  row: r => {
    const trigger = r.ref('conversionTriggers');
    const converter = r.refOrZero('campaigns');
    return {
      contact: r.ref('contacts'),
      conversion: r.ref('conversions'),
      conversion_trigger: trigger,
      converted_by_type: 'campaign',
      converted_by_id: converter,
      trigger_type: 'page',
      modifier: '',
      value: r.count(10_000),
      currency: 'usd',
      dynamic: '0',
      cdate: r.cdate,
      links: r.links('contactConversions', 'contact', 'conversion', 'conversionTrigger'),
      id: r.id,
      conversiontrigger: trigger,
      converted_by: converter,
    };
  },
  stamps: {cdate: created},
};

export const automationResources = [
  automations,
  automationBlocks,
  contactAutomations,
  goals,
  conversions,
  conversionTriggers,
  contactConversions,
];
