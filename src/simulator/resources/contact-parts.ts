// What is read below single contacts: logs, places, scores, goals and what others know of them. Most contacts have few
// of these rows or none.

import {object} from '../envelopes.js';
import type {Resource} from '../resource.js';
import {byStamp} from '../rules.js';
import {created, updated} from '../stamps.js';
import {cities, words} from '../texts.js';

// The provider's example is empty, so the columns are a guess: those of the other log.
const contactLogs: Resource = {
  name: 'contacts/{id}/contactLogs',
  key: 'contactLogs',
  size: [20, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact', every: 7},
  editable: 'value',
  isLog: true,
  row: r => ({
    subscriberid: r.parent(),
    type: r.pick(['subscribe', 'unsubscribe', 'update']),
    value: r.text(r.pick(words)),
    tstamp: r.cdate,
    links: {contact: `https://sandbox.api-us1.com/api/3/contactLogs/${r.id}/contact`},
    id: r.id,
    contact: r.parent(),
  }),
  stamps: {tstamp: created},
};

const trackingLogs: Resource = {
  name: 'contacts/{id}/trackingLogs',
  key: 'trackingLogs',
  size: [60, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact', every: 4},
  editable: 'value',
  isLog: true,
  row: r => ({
    subscriberid: r.parent(),
    type: r.pick(['pagevisit', 'Another event', 'Yet Another Event']),
    value: r.text(`https://example.com/${r.pick(words)}?a=${r.index}`),
    tstamp: r.cdate,
    hash: r.hex(40),
    links: {contact: `https://sandbox.api-us1.com/api/3/trackingLogs/${r.id}/contact`},
    id: r.id,
    contact: r.parent(),
  }),
  stamps: {tstamp: created},
  // Only public code relies on it.
  orders: [byStamp('tstamp', 'tstamp', false)],
};

const geoIps: Resource = {
  name: 'contacts/{id}/geoIps',
  key: 'geoIps',
  size: [45, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact', every: 3},
  editable: 'campaignid',
  isRemovable: true,
  row: r => {
    const address = r.refOrZero('geoAddresses');
    return {
      contact: r.parent(),
      campaignid: r.refOrZero('campaigns'),
      messageid: r.refOrZero('messages'),
      geoaddrid: address,
      ip4: String(2130706433 + r.index),
      tstamp: r.udate,
      links: {geoAddress: `https://sandbox.api-us1.com/api/3/geoIps/${r.id}/geoAddress`},
      id: r.id,
      geoAddress: address,
    };
  },
  stamps: {tstamp: updated},
};

/** Read below an address of the internet, or together with contacts. Several of those may be in one place. */
const geoAddresses: Resource = {
  name: 'geoAddresses',
  isSideLoaded: true,
  size: [30, 'withContacts'],
  editable: 'zip',
  row: r => ({
    ip4: String(2130706433 + r.index),
    country2: 'US',
    country: 'United States',
    state: r.pick(['Illinois', 'New York', '']),
    city: r.text(r.pick(cities)),
    zip: String(10001 + r.int(80000)),
    area: '0',
    lat: `${r.int(90)}.${r.int(10000)}`,
    lon: `-${r.int(180)}.${r.int(10000)}`,
    tz: r.pick(['America/Chicago', 'America/New_York']),
    tstamp: r.udate,
    links: [],
    id: r.id,
  }),
  stamps: {tstamp: updated},
};

const scoreValues: Resource = {
  name: 'contacts/{id}/scoreValues',
  key: 'scoreValues',
  size: [50, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact', every: 5},
  isListedByParent: true,
  goesWith: {resource: 'scores', key: 'score'},
  editable: 'scoreValue',
  isRemovable: true,
  row: r => ({
    score: r.inTurn('scores').id,
    contact: r.parent(),
    deal: null,
    cdate: r.cdate,
    mdate: r.udate,
    scoreValue: r.count(100),
    links: r.links('scoreValues', 'score', 'contact', 'deal'),
    id: r.id,
  }),
  stamps: {cdate: created, mdate: updated},
};

/** Goals are reached on the way through an automation. */
const contactGoals: Resource = {
  name: 'contacts/{id}/contactGoals',
  key: 'contactGoals',
  size: [25, 'withContacts'],
  parent: {resource: 'contactAutomations', key: 'contactAutomation', every: 3},
  under: {resource: 'contacts', key: 'contact'},
  goesWith: {resource: 'contacts', key: 'contact'},
  editable: 'timespan',
  row: r => {
    const way = r.parent() ?? '0';
    const contact = r.valueOf('contactAutomations', way, 'contact');
    const automation = r.valueOf('contactAutomations', way, 'automation') ?? '0';
    const goal = r.refOrZero('goals');
    return {
      goalid: goal,
      seriesid: automation,
      subscriberid: contact,
      subscriberseriesid: way,
      timespan: r.count(90),
      tstamp: r.udate,
      links: r.links('contactGoals', 'goal', 'automation', 'contact', 'contactAutomation'),
      id: r.id,
      goal,
      automation,
      contact,
      contactAutomation: way,
    };
  },
  stamps: {tstamp: updated},
};

const plusAppend: Resource = {
  name: 'contacts/{id}/plusAppend',
  key: 'plusAppend',
  form: object,
  size: [25, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact', every: 10},
  editable: 'membershipsLinkedin',
  row: r => ({
    contact: r.parent(),
    last_updated_rapleaf: null,
    last_updated_fliptop: null,
    last_updated_fullcontact: null,
    imageUrl: `https://img.fullcontact.com/static/${r.hex(40)}`,
    membershipsFacebook: '',
    membershipsTwitter: `https://twitter.com/${r.pick(words)}${r.index}`,
    membershipsLinkedin: r.text(''),
    links: {contact: `https://sandbox.api-us1.com/api/3/plusAppends/${r.id}/contact`},
    id: r.id,
  }),
};

export const contactPartResources = [
  contactLogs,
  trackingLogs,
  geoIps,
  geoAddresses,
  scoreValues,
  contactGoals,
  plusAppend,
];
