// Two logs that only grow: what contacts did, and mails to and from deals and contacts.

import type {Resource} from '../resource.js';
import {byStamp, equals, since, unproven} from '../rules.js';
import {created} from '../stamps.js';
import {words} from '../texts.js';

const activities: Resource = {
  name: 'activities',
  size: [160, 'withContacts'],
  editable: 'jsonData',
  isLog: true,
  row: r => {
    const [contact, user] = [r.refOrZero('contacts'), r.refOrZero('users')];
    const reference = String(r.int(90_000) + 1);
    return {
      tstamp: r.cdate,
      subscriberid: contact,
      reference_type: 'SubscriberEmail',
      reference_id: reference,
      reference_action: '',
      jsonData: r.index % 5 === 0 ? r.text('{"subject":"hi"}') : null,
      userid: user,
      permission: '',
      referenceModelName: 'contact-email',
      notes: [],
      recipients: [String(Number(r.id) + 1000)],
      reference: {type: 'contact-email', id: reference},
      user,
      id: r.id,
    };
  },
  stamps: {tstamp: created},
  filters: [since('after', 'tstamp'), equals('contact', 'subscriberid')],
  orders: [byStamp('tstamp')],
};

const emailActivities: Resource = {
  name: 'emailActivities',
  size: [70, 'withContacts'],
  editable: 'subject',
  isLog: true,
  row: r => {
    const [contact, user] = [r.refOrZero('contacts'), r.refOrZero('users')];
    const deal = r.index % 4 === 0 ? r.ref('deals') : null;
    const relation = deal === null ? {type: 'contact', id: contact} : {type: 'deal', id: deal};
    return {
      subscriberid: contact,
      userid: user,
      d_id: deal ?? '0',
      account: r.index % 6 === 0 ? r.ref('accounts') : null,
      reltype: deal === null ? 'Subscriber' : 'Deal',
      relid: relation.id,
      from_name: 'John Doe',
      from_address: 'johndoe@example.com',
      to_address: `contact${r.index}@example.com`,
      cc_address: '',
      subject: r.text(`Re: ${r.pick(words)}`),
      message: r.text('Thanks, talk soon.'),
      message_html: `<p>${r.text('Thanks, talk soon.')}</p>`,
      tstamp: r.cdate,
      links: r.links('emailActivities', 'contact', 'user', 'deal', 'reference', 'account'),
      id: r.id,
      contact,
      deal,
      user,
      reference: relation,
    };
  },
  stamps: {tstamp: created},
  filters: [
    equals('filters[subscriberid]', 'subscriberid'),
    equals('filters[dealId]', 'd_id'),
    unproven(since('filters[tstamp]', 'tstamp')),
  ],
  orders: [byStamp('tstamp')],
};

export const activityResources = [activities, emailActivities];
