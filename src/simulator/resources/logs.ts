// Logs of what was sent, opened and clicked. They only grow, and no parameter is known to narrow or sort them.

import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {created} from '../stamps.js';
import {userAgent, words} from '../texts.js';
import type {WireRow} from '../wire.js';

// One row a message sent.
const logs: Resource = {
  name: 'logs',
  size: [140, 'withContacts'],
  editable: 'successful',
  isLog: true,
  row: r => ({
    subscriberid: r.refOrZero('contacts'),
    campaignid: r.refOrZero('campaigns'),
    messageid: r.refOrZero('messages'),
    sendid: String(r.int(900) + 1),
    tstamp: r.cdate,
    successful: r.flag(0.97),
    links: r.links('logs', 'campaign', 'contact', 'message'),
    id: r.id,
  }),
  stamps: {tstamp: created},
};

// Opens and clicks of people.
const linkData: Resource = {
  name: 'linkData',
  size: [90, 'withContacts'],
  parent: {resource: 'links', key: 'linkid'},
  editable: 'referer',
  isLog: true,
  row: r => ({
    ...visit(r, 'linkData', r.flag(0.7)),
    times: String(r.int(5) + 1),
    ua: userAgent,
    referer: r.index % 3 === 0 ? r.text(`https://example.com/${r.pick(words)}`) : '',
  }),
  stamps: {tstamp: created},
};

// What mail programs fetched before anybody opened the mail.
const mppLinkData: Resource = {
  name: 'mppLinkData',
  size: [40, 'withContacts'],
  parent: {resource: 'links', key: 'linkid'},
  editable: 'referer',
  isLog: true,
  row: r => ({...visit(r, 'mppLinkData', '1'), times: '1', ua: 'Mozilla/5.0', referer: ''}),
  stamps: {tstamp: created},
};

// The list is known by its name and the date that it is read by: the other columns are a guess.
const messageActivities: Resource = {
  name: 'messageActivities',
  size: [20, 'withContacts'],
  editable: 'action',
  isLog: true,
  row: r => ({
    contact: r.ref('contacts'),
    message: r.ref('messages'),
    user: r.ref('users'),
    action: r.text(r.pick(['send', 'open', 'reply'])),
    tstamp: r.cdate,
    links: r.links('messageActivities', 'contact', 'message', 'user'),
    id: r.id,
  }),
  stamps: {tstamp: created},
};

export const logResources = [logs, linkData, mppLinkData, messageActivities];

function visit(r: RowSource, path: string, isRead: string): WireRow {
  const link = r.parent();
  const [campaign, message] = [r.valueOf('links', link, 'campaignid'), r.valueOf('links', link, 'messageid')];
  return {
    linkid: link ?? '0',
    subscriberid: r.refOrZero('contacts'),
    campaignid: campaign ?? '0',
    // Half of the links name no message of their own.
    messageid: message === null || message === '0' ? r.refOrZero('messages') : message,
    email: `reader${r.index}@example.com`,
    tstamp: r.cdate,
    isread: isRead,
    ip: `192.0.2.${r.int(255)}`,
    uasrc: '',
    links: r.links(path, 'link', 'contact', 'campaign', 'message'),
    id: r.id,
    link,
  };
}
