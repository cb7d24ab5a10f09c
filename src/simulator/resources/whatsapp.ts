// WhatsApp: templates, flows that were run and with whom, conversations. Another product behind the same host: UUIDs,
// page numbers, times in UTC down to microseconds, and contacts with ids of their own.

import {results} from '../envelopes.js';
import {uuidOf, uuids} from '../ids.js';
import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {byText, contains, equals} from '../rules.js';
import {created, unless, updated, zulu} from '../stamps.js';
import {firstNames, lastNames, words} from '../texts.js';
import type {WireRow} from '../wire.js';

const [createdOn, updatedOn] = [zulu(created, 6), zulu(updated, 6)];
const startOn = unless(row => row.index % 3 === 0, createdOn);
// Salts of ids that no list here shows: contacts as this product counts them, flows and their versions.
const [contactSalt, flowSalt, versionSalt] = [101, 102, 103];

// How many rows a page has without `page_size` is not documented.
const paged = {form: results, ids: uuids, paging: {rows: 20, mostRows: 100, isStrict: true}} as const;

const templates: Resource = {
  ...paged,
  name: 'channel/whatsapp/channels/whatsapp/template',
  size: [5, 'hardly'],
  editable: 'name',
  row: r => ({
    name: `${r.pick(words)}_${r.index}`,
    language: r.pick(['en', 'en_US', 'es_MX']),
    components: r.index % 3 === 0 ? null : [{type: 'BODY', text: r.text('Hello {{1}}')}],
    id: r.id,
    category: r.pick(['MARKETING', 'UTILITY']),
    status: r.pick(['approved', 'draft', 'rejected']),
    rejected_reason: r.index % 4 === 0 ? 'INVALID_FORMAT' : null,
    is_deleted: false,
    channel: {id: 1, channel_type: 'WHATSAPP', name: 'Sandbox', channel_id: '13125550100', status: 'ACTIVE'},
    show_in_sandbox: r.index % 2 === 0,
  }),
  filters: [equals('category', 'category'), equals('status', 'status'), contains('search', 'name')],
  orderParameter: 'ordering',
  orders: [byText('name'), byText('status')],
};

const flowExecutions: Resource = {
  ...paged,
  // This list knows `page` only.
  paging: {rows: 20, isStrict: true},
  name: 'channel/whatsapp/flow-execution',
  size: [6, 'slowly'],
  editable: 'completed',
  row: r => ({
    status: r.pick(['COMPLETED', 'RUNNING', 'CANCELED']),
    execute_for: r.pick(['CSV', 'SEGMENT']),
    id: r.id,
    has_priority: r.index % 5 === 0,
    flow_execution_variables: r.index % 2 === 0 ? {} : {name: r.text(r.pick(words))},
    start_on: r.at(startOn),
    num_contacts: r.int(90),
    expired: r.int(9),
    running: r.int(9),
    completed: r.int(90),
    canceled: 0,
    failed: r.int(3),
    created_on: r.at(createdOn),
    avg_completion_time: `00:0${r.int(10)}:30`,
    status_reason: null,
    status_triggered_by: r.index % 2 === 0 ? null : Number(r.refOrZero('users')),
    status_last_change_on: r.at(updatedOn),
    created_by: person(r),
    flow_version: uuidOf(versionSalt, r.int(3)),
  }),
  stamps: {start_on: startOn, created_on: createdOn, status_last_change_on: updatedOn},
  filters: [equals('flow_version', 'flow_version'), contains('search', 'status')],
};

const flowExecutionContacts: Resource = {
  ...paged,
  name: 'channel/whatsapp/flow-execution-contact',
  size: [30, 'withContacts'],
  editable: 'flow_name',
  row: r => {
    const flow = r.int(3);
    return {
      id: r.id,
      contact: {
        id: uuidOf(contactSalt, r.int(1000)),
        phone: `+1312555${String(r.int(10_000)).padStart(4, '0')}`,
        first_name: r.pick(firstNames),
        last_name: r.pick(lastNames),
      },
      status: r.pick(['READY', 'RUNNING', 'COMPLETED', 'CANCELED']),
      created_on: r.at(createdOn),
      status_reason: null,
      is_test: r.index % 7 === 0,
      flow_version: r.index % 5 === 0 ? null : uuidOf(versionSalt, flow),
      flow: r.index % 5 === 0 ? null : uuidOf(flowSalt, flow),
      flow_name: r.text(`Flow ${flow}`),
    };
  },
  stamps: {created_on: createdOn},
  filters: [
    equals('flow', 'flow'),
    {
      parameter: 'is_active',
      isObeyed: true,
      test: value => candidate =>
        ['READY', 'RUNNING'].includes(String(candidate.row()['status'])) === !['false', '0'].includes(value),
    },
  ],
};

const conversations: Resource = {
  ...paged,
  name: 'channel/whatsapp/inbox/conversation',
  size: [20, 'withContacts'],
  editable: 'assigned_team',
  row: r => {
    const contact = uuidOf(contactSalt, r.int(1000));
    return {
      id: r.id,
      contact,
      status: r.pick(['NEW', 'IN_PROGRESS', 'RESOLVED', 'CLOSED']),
      first_message: {
        id: `wamid.${r.hex(24)}`,
        to_number: '13125550100',
        from_number: `1312555${String(r.int(10_000)).padStart(4, '0')}`,
        body: r.index % 4 === 0 ? null : r.text('Hi there'),
        direction: 'INBOUND',
        timestamp: r.at(createdOn),
        contact,
        status: 'received',
        msg_type: 'text',
        is_deleted: false,
      },
      assigned: r.index % 3 === 0 ? [] : [person(r)],
      tags: r.index % 2 === 0 ? [] : [{id: r.int(9) + 1, name: r.pick(words)}],
      created_on: r.at(createdOn),
      source: r.pick(['INBOX', 'API', 'FLOW']),
      assigned_team: r.int(4),
      channel: r.index % 4 === 1 ? null : 1,
    };
  },
  stamps: {created_on: createdOn},
  filters: [equals('contact', 'contact')],
};

export const whatsappResources = [templates, flowExecutions, flowExecutionContacts, conversations];

function person(r: RowSource): WireRow {
  return {
    first_name: r.pick(firstNames),
    last_name: r.pick(lastNames),
    email: `agent${r.int(9)}@example.com`,
    id: r.int(9) + 1,
    profile_image: null,
    role: null,
  };
}
