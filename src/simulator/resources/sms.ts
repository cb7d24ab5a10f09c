// Text messages to many: broadcasts, who got them, the lists they go to, the credits they cost.

import {withOffset} from '../central-time.js';
import {object} from '../envelopes.js';
import type {Resource} from '../resource.js';
import {before, byNumber, byStamp, byText, contains, equals, since} from '../rules.js';
import {created, type Instants, later, unless, updated, zulu} from '../stamps.js';
import {firstNames, lastNames, words} from '../texts.js';

// Every second broadcast was sent, and only those have recipients.
const isSent = (row: Instants): boolean => row.index % 2 === 0;
const [createdAt, updatedAt] = [zulu(created, 3), zulu(updated, 3)];
const sentAt = zulu(
  unless(row => !isSent(row), later(7200)),
  3,
);
const scheduledAt = zulu(
  unless(row => row.index % 4 === 1, later(3600)),
  3,
);

const broadcasts: Resource = {
  name: 'sms/broadcasts',
  key: 'broadcasts',
  size: [8, 'slowly'],
  editable: 'body',
  total: 'number',
  row: r => {
    const user = Number(r.refOrZero('users'));
    return {
      id: Number(r.id),
      name: r.text(`Broadcast ${r.pick(words)}`),
      address_id: r.index % 3 === 0 ? null : Number(r.refOrZero('addresses')),
      body: r.text('Reply STOP to end 👋'),
      media_urls: r.index % 3 === 1 ? ['https://example.com/picture.png'] : [],
      preview_url: `https://example.com/preview/${r.index}`,
      shorten_track_links_enabled: r.index % 2 === 0,
      status: isSent(r) ? 'sent' : r.pick(['draft', 'scheduled', 'pending_review', 'sending']),
      sent_date: r.at(sentAt),
      scheduled_date: r.at(scheduledAt),
      custom_run_id: null,
      custom_segment_id: r.index % 3 === 2 ? r.ref('audiences') : null,
      scheduled_by: isSent(r) ? user : null,
      sent_to_count: isSent(r) ? r.children('sms/broadcasts/{id}/recipients').length : null,
      created_at: r.at(createdAt),
      created_by: user,
      updated_at: r.at(updatedAt),
      updated_by: user,
      deleted_at: null,
      sift_approved: 1,
      arc_approved: 1,
      quiet_hours_enabled: r.index % 2 === 0 ? null : 1,
      list_ids: [Number(r.refOrZero('sms/lists'))],
      segment_id: r.index % 3 === 0 ? null : r.refOrZero('segments'),
      label_ids: r.index % 2 === 0 ? null : [],
    };
  },
  stamps: {created_at: createdAt, updated_at: updatedAt, sent_date: sentAt, scheduled_date: scheduledAt},
  // Of which date `start_date` and `end_date` speak is not documented.
  filters: [
    contains('filters[name]', 'name'),
    equals('filters[status]', 'status'),
    since('start_date', 'created_at', true),
    before('end_date', 'created_at'),
  ],
  orders: [byStamp('created_at'), byStamp('updated_at'), byStamp('sent_date'), byText('name'), byText('status')],
};

/** The id is that of the contact, who is among them once. */
const recipients: Resource = {
  name: 'sms/broadcasts/{id}/recipients',
  key: 'recipients',
  size: [60, 'withContacts'],
  parent: {resource: 'sms/broadcasts', key: 'broadcast', every: 2},
  // The parent's row holds how many they are.
  isListedByParent: true,
  editable: 'clicks',
  total: 'number',
  echo: ['limit', 'offset'],
  row: r => {
    const hasFailed = r.index % 6 === 1;
    // Documented as a time stamp in CST.
    const sentDate = r.later(0);
    return {
      id: Number(r.inTurn('contacts').id) || Number(r.id),
      name: r.text(`${r.pick(firstNames)} ${r.pick(lastNames)}`),
      phoneNumber: `+1312555${String(r.int(10_000)).padStart(4, '0')}`,
      sentDate,
      clicks: hasFailed ? 0 : r.int(4),
      deliverability: hasFailed ? 'failed' : 'delivered',
      replies: r.index % 5 === 0 ? [{message: r.text('Yes'), date: withOffset(r.created + 300)}] : [],
      optOut: r.index % 11 === 0 ? 'yes' : 'no',
      details: hasFailed
        ? {errorCode: r.pick(['30003', '30005', '30007']), errorSource: r.pick(['twilio', 'ac'])}
        : r.index % 2 === 0
          ? {}
          : [],
    };
  },
  stamps: {sentDate: created},
  filters: [
    {
      parameter: 'filters[deliverability]',
      isObeyed: true,
      test: value => candidate => (candidate.row()['deliverability'] === 'failed') === (value === 'failures'),
    },
    contains('search', 'name'),
  ],
  // This is `order`, not `orders`.
  orderParameter: 'order',
  orders: [
    byText('name'),
    byText('phone', 'phoneNumber'),
    byStamp('sentDate'),
    byNumber('clicks'),
    byText('deliverability'),
    byText('optOut'),
  ],
};

const smsLists: Resource = {
  name: 'sms/lists',
  key: 'lists',
  size: [3, 'hardly'],
  editable: 'name',
  total: 'number',
  row: r => ({id: Number(r.id), name: r.text(`SMS list ${r.pick(words)}`), subscriber_count: r.int(900)}),
  filters: [contains('filters[name]', 'name')],
};

const credits: Resource = {
  name: 'sms/credits',
  key: 'smsCredits',
  form: object,
  paging: 'none',
  size: [1, 'never'],
  editable: 'usedThisPeriod',
  row: () => ({
    period: 'month',
    nextRefillDate: '2026-07-26 15:06:25',
    includedThisPeriod: 1000,
    usedThisPeriod: 71,
    extra: 9040,
    available: 9969,
  }),
};

export const smsResources = [broadcasts, recipients, smsLists, credits];
