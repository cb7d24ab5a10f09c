// Contacts and what hangs on them: tags, lists, field values, tracking data.

import {wallClock, withOffset} from '../central-time.js';
import type {Resource} from '../resource.js';
import {before, byId, byNumber, byStamp, byText, equals, since, unproven} from '../rules.js';
import {created, type Instants, later, never, onClock, touched, unless, updated} from '../stamps.js';
import {cities, companies, firstNames, lastNames, userAgent, words} from '../texts.js';
import {contactValue} from './field-types.js';

const addedAt = unless(row => row.index % 6 === 1, later(60));
const openedAt = unless(row => row.index % 8 === 3, touched);
const subscribedAt = unless(row => row.index % 13 === 6, created);
const isLocated = (row: Instants): boolean => row.index % 3 === 0;
const locatedAt = unless(row => !isLocated(row), created);

const contacts: Resource = {
  name: 'contacts',
  size: [250, 'withContacts'],
  editable: 'phone',
  isRemovable: true,
  row: r => {
    const firstName = r.pick(firstNames);
    const lastName = r.pick(lastNames);
    const mailName = `${firstName}.${lastName}${r.index}`.toLowerCase().replace(/[^a-zà-ž0-9.]/g, '');
    const domain = r.index % 43 === 9 ? 'exämple.com' : 'example.com';
    const organization = r.index % 3 === 0 ? r.ref('accounts') : null;
    return {
      cdate: r.cdate,
      email: r.index % 101 === 17 ? '' : `${mailName}@${domain}`,
      phone: r.index % 4 === 0 ? `+1 312 555 ${String(r.int(10000)).padStart(4, '0')}` : '',
      firstName: r.text(firstName),
      lastName: r.index % 5 === 4 ? '' : lastName,
      orgid: organization ?? '0',
      orgname: organization === null ? '' : r.pick(companies),
      segmentio_id: '',
      bounced_hard: '0',
      bounced_soft: r.count(2),
      bounced_date: r.index % 19 === 2 ? withOffset(r.updated).slice(0, 10) : r.index % 2 === 0 ? null : '0000-00-00',
      ip: r.index % 7 === 0 ? String(2130706433 + r.index) : '0',
      ua: r.index % 7 === 0 ? userAgent : '',
      hash: r.hex(32),
      socialdata_lastcheck: '0000-00-00 00:00:00',
      email_local: '',
      email_domain: '',
      sentcnt: r.count(40),
      rating_tstamp: '0000-00-00',
      gravatar: r.flag(),
      deleted: '0',
      anonymized: '0',
      adate: r.at(addedAt),
      udate: r.udate,
      edate: r.at(openedAt),
      deleted_at: r.index % 2 === 0 ? null : '0000-00-00 00:00:00',
      // The names say UTC, the values are the Central wall clock all the same.
      created_utc_timestamp: r.createdClock,
      updated_utc_timestamp: wallClock(r.touched),
      created_timestamp: r.createdClock,
      updated_timestamp: wallClock(r.touched),
      created_by: r.index % 3 === 0 ? null : '0',
      updated_by: r.index % 3 === 0 ? null : '0',
      email_empty: r.index % 101 === 17,
      best_send_hour: r.count(24),
      last_click_date: null,
      last_mpp_open_date: null,
      last_open_date: null,
      mpp_tracking: '0',
      sms_consent: r.flag(0.1),
      sms_consent_updated_at: '0000-00-00 00:00:00',
      whatsapp_id: null,
      whatsapp_username: null,
      scoreValues: r.children('contacts/{id}/scoreValues'),
      accountContacts: r.children('accountContacts'),
      links: r.links(
        'contacts',
        'bounceLogs',
        'contactAutomations',
        'contactData',
        'contactGoals',
        'contactLists',
        'contactLogs',
        'contactTags',
        'contactDeals',
        'deals',
        'fieldValues',
        'geoIps',
        'notes',
        'organization',
        'plusAppend',
        'trackingLogs',
        'scoreValues',
        'accountContacts',
        'automationEntryCounts',
      ),
      id: r.id,
      organization,
    };
  },
  stamps: {
    cdate: created,
    adate: addedAt,
    udate: updated,
    edate: openedAt,
    created_timestamp: onClock(created),
    created_utc_timestamp: onClock(created),
    updated_timestamp: onClock(touched),
    updated_utc_timestamp: onClock(touched),
  },
  filters: [
    since('filters[updated_after]', 'udate'),
    before('filters[updated_before]', 'udate'),
    since('filters[created_after]', 'cdate'),
    before('filters[created_before]', 'cdate'),
    equals('email', 'email'),
    {
      parameter: 'id_greater',
      isObeyed: true,
      test: value => (/^\d+$/.test(value) ? candidate => Number(candidate.id) > Number(value) : undefined),
    },
    {
      parameter: 'id_less',
      isObeyed: true,
      test: value => (/^\d+$/.test(value) ? candidate => Number(candidate.id) < Number(value) : undefined),
    },
    {
      parameter: 'ids[]',
      isObeyed: true,
      test: value => {
        const ids = new Set(value.split(','));
        return candidate => ids.has(candidate.id);
      },
    },
    {
      parameter: 'listid',
      isObeyed: true,
      test: (value, {childrenOf}) =>
        value === '0'
          ? undefined
          : candidate => childrenOf('contactLists', candidate.index).some(({list}) => list === value),
    },
    {
      parameter: 'status',
      isObeyed: true,
      test: (value, {childrenOf}) =>
        value === '-1'
          ? undefined
          : candidate => childrenOf('contactLists', candidate.index).some(({status}) => status === value),
    },
    {
      // Worked in one project, was ignored in most accounts of another.
      parameter: 'tagid',
      isObeyed: false,
      test: (value, {childrenOf}) =>
        value === '0'
          ? undefined
          : candidate => childrenOf('contactTags', candidate.index).some(({tag}) => tag === value),
    },
  ],
  orders: [
    byId(),
    byStamp('cdate'),
    byText('email'),
    byText('first_name', 'firstName'),
    byText('last_name', 'lastName'),
    byText('name', 'firstName'),
    byNumber('score', 'sentcnt'),
  ],
};

const contactTags: Resource = {
  name: 'contactTags',
  size: [280, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact'},
  editable: 'updated_by',
  isRemovable: true,
  row: r => ({
    contact: r.parent(),
    tag: r.ref('tags'),
    cdate: r.cdate,
    created_timestamp: r.createdClock,
    updated_timestamp: r.updatedClock,
    created_by: r.index % 4 === 0 ? null : '0',
    updated_by: '0',
    links: r.links('contactTags', 'tag', 'contact'),
    id: r.id,
  }),
  stamps: {cdate: created, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
  filters: [equals('filters[tagid]', 'tag', false), equals('filters[tag]', 'tag', false)],
};

const contactLists: Resource = {
  name: 'contactLists',
  size: [260, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact'},
  editable: 'unsubreason',
  row: r => {
    const status = r.pick(['1', '1', '1', '2', '0', '3']);
    return {
      contact: r.parent(),
      list: r.ref('lists'),
      form: r.index % 9 === 0 ? r.ref('forms') : null,
      seriesid: '0',
      sdate: r.at(subscribedAt),
      udate: r.udate,
      status,
      responder: '1',
      sync: r.flag(0.2),
      unsubreason: status === '2' ? r.text('too many mails') : null,
      campaign: null,
      message: null,
      first_name: r.pick(firstNames),
      last_name: r.pick(lastNames),
      ip4Sub: r.index % 7 === 0 ? String(2130706433 + r.index) : '0',
      sourceid: r.count(5),
      autosyncLog: null,
      ip4_last: '0',
      ip4Unsub: '0',
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      created_by: null,
      updated_by: null,
      unsubscribeAutomation: null,
      channel: 'email',
      links: r.links(
        'contactLists',
        'automation',
        'list',
        'contact',
        'form',
        'autosyncLog',
        'campaign',
        'unsubscribeAutomation',
        'message',
      ),
      id: r.id,
      automation: null,
    };
  },
  stamps: {
    sdate: subscribedAt,
    udate: updated,
    created_timestamp: onClock(created),
    updated_timestamp: onClock(updated),
  },
  filters: [
    equals('list', 'list', false),
    equals('status', 'status', false),
    equals('filters[list]', 'list', false),
    equals('filters[listid]', 'list', false),
    equals('filters[contact]', 'contact', false),
    since('filters[updated_since]', 'udate'),
  ].map(unproven),
};

const fieldValues: Resource = {
  name: 'fieldValues',
  size: [240, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact'},
  goesWith: {resource: 'fields', key: 'field'},
  editable: 'value',
  isRemovable: true,
  row: r => {
    const [contact, field] = [r.parent(), r.inTurn('fields')];
    return {
      contact,
      field: field.id,
      value: contactValue(r, field.index),
      cdate: r.cdate,
      udate: r.udate,
      created_by: r.index % 2 === 0 ? null : '0',
      updated_by: '0',
      links: r.links('fieldValues', 'owner', 'field'),
      id: r.id,
      owner: contact,
    };
  },
  stamps: {cdate: created, udate: updated},
  filters: [equals('filters[fieldid]', 'field'), equals('filters[val]', 'value')],
};

const contactData: Resource = {
  name: 'contactData',
  size: [60, 'withContacts'],
  parent: {resource: 'contacts', key: 'contact'},
  editable: 'ga_campaign_name',
  row: r => {
    const isKnown = isLocated(r);
    return {
      contact: r.parent(),
      tstamp: r.udate,
      geoTstamp: r.at(locatedAt),
      geoIp4: isKnown ? String(2130706433 + r.index) : '0',
      geoCountry2: isKnown ? 'US' : '',
      geo_country: isKnown ? 'United States' : '',
      geoState: isKnown ? 'IL' : '',
      geoCity: isKnown ? r.pick(cities) : '',
      geoZip: isKnown ? '60601' : '',
      geoArea: '0',
      geoLat: isKnown ? '41.878113' : '0.000000',
      geoLon: isKnown ? '-87.629799' : '0.000000',
      geoTz: isKnown ? 'America/Chicago' : '',
      geoTzOffset: isKnown ? '-6.00' : '0.00',
      ga_campaign_source: '',
      ga_campaign_name: r.text(isKnown ? r.pick(words) : ''),
      ga_campaign_medium: '',
      ga_campaign_term: '',
      ga_campaign_content: '',
      ga_campaign_customsegment: '',
      ga_first_visit: r.at(onClock(locatedAt)),
      ga_times_visited: r.count(9),
      // Ids beyond 2^53, which a double would round.
      fb_id: r.index % 4 === 1 ? String(9007199254740993n + BigInt(r.index)) : '0',
      fb_name: '',
      tw_id: r.index % 11 === 5 ? '9223372036854775807' : '0',
      created_timestamp: '0000-00-00 00:00:00',
      updated_timestamp: '0000-00-00 00:00:00',
      created_by: '0',
      updated_by: '0',
      links: [],
      id: r.id,
    };
  },
  stamps: {
    tstamp: updated,
    geoTstamp: locatedAt,
    ga_first_visit: onClock(locatedAt),
    created_timestamp: never,
    updated_timestamp: never,
  },
};

export const contactResources = [contacts, contactTags, contactLists, fieldValues, contactData];
