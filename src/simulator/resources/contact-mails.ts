// Mails to single contacts, and those that came back.

import type {Resource} from '../resource.js';
import {equals} from '../rules.js';
import {created, onClock, updated} from '../stamps.js';

const contactEmails: Resource = {
  name: 'contactEmails',
  size: [40, 'withContacts'],
  editable: 'source',
  isLog: true,
  row: r => {
    const [contact, message, user] = [r.refOrZero('contacts'), r.refOrZero('messages'), r.refOrZero('users')];
    return {
      messageid: message,
      seriesid: '0',
      messageheader: r.text(`Message-ID: <${r.hex(16)}@example.com>`),
      userid: user,
      d_id: '0',
      subscriberid: contact,
      account: r.index % 3 === 0 ? r.ref('accounts') : null,
      ip: '0',
      sdate: r.cdate,
      source: 'web',
      links: r.links('contactEmails', 'contact', 'message', 'user', 'deal', 'account'),
      id: r.id,
      user,
      deal: r.index % 3 === 1 ? r.ref('deals') : null,
      contact,
      message,
    };
  },
  stamps: {sdate: created},
};

const bounceLogs: Resource = {
  name: 'bounceLogs',
  size: [15, 'withContacts'],
  editable: 'error',
  row: r => {
    const [contact, campaign, message] = [r.refOrZero('contacts'), r.refOrZero('campaigns'), r.refOrZero('messages')];
    const code = r.pick(['48', '9', '5.1.1']);
    return {
      tstamp: r.cdate,
      bounceid: '1',
      subscriberid: contact,
      campaignid: campaign,
      messageid: message,
      codeid: r.count(60),
      email: `bounced${r.index}@example.com`,
      error: '',
      source: r.text('Return-Path: <>\nReceived: from mail.example.com (unknown [192.0.2.1])'),
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      created_by: null,
      updated_by: null,
      links: r.links('bounceLogs', 'bounce', 'contact', 'campaign', 'message', 'code'),
      id: r.id,
      bounce: '1',
      contact,
      campaign,
      message,
      code,
    };
  },
  stamps: {tstamp: created, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
  filters: [equals('filters[campaignid]', 'campaignid', false)],
};

export const contactMailResources = [contactEmails, bounceLogs];
