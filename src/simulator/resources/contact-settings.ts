// What describes contacts: tags, lists, custom fields with their options and relations, scores, segments.

import type {Resource} from '../resource.js';
import {byText, contains, equals} from '../rules.js';
import {created, onClock, unless, updated} from '../stamps.js';
import {words} from '../texts.js';
import type {WireRow} from '../wire.js';
import {contactFieldType} from './field-types.js';

const editedUnlessNew = unless(row => row.index % 2 === 0 && !row.isChanged, updated);

const tags: Resource = {
  name: 'tags',
  size: [25, 'hardly'],
  editable: 'description',
  row: r => ({
    tagType: r.pick(['contact', 'contact', 'template']),
    tag: r.text(`${r.pick(words)}-${r.index}`),
    description: r.index % 3 === 0 ? `about ${r.pick(words)}` : '',
    cdate: r.cdate,
    created_timestamp: r.createdClock,
    updated_timestamp: r.updatedClock,
    created_by: r.index % 3 === 0 ? null : '0',
    updated_by: null,
    deleted: '0',
    subscriber_count: r.count(500),
    links: r.links('tags', 'contactGoalTags', 'templateTags'),
    id: r.id,
  }),
  stamps: {cdate: created, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
  filters: [contains('search', 'tag'), contains('filters[search]', 'tag')],
  orders: [byText('search', 'tag')],
};

const lists: Resource = {
  name: 'lists',
  size: [6, 'hardly'],
  editable: 'sender_reminder',
  row: r => {
    const user = r.ref('users');
    const name = `${r.pick(words)} letter ${r.index}`;
    return {
      stringid: name.replaceAll(' ', '-'),
      userid: user,
      name: r.text(name),
      cdate: r.cdate,
      p_use_tracking: '1',
      ...zeros('p_use_analytics_read p_use_analytics_link p_use_twitter p_use_facebook'),
      p_embed_image: '1',
      p_use_captcha: '1',
      send_last_broadcast: '0',
      private: '0',
      analytics_domains: null,
      ...empties('analytics_source analytics_ua twitter_token twitter_token_secret'),
      facebook_session: null,
      carboncopy: null,
      subscription_notify: null,
      unsubscription_notify: null,
      require_name: '0',
      get_unsubscribe_reason: '0',
      to_name: 'Subscriber',
      optinoptout: '1',
      ...empties(
        'sender_name sender_addr1 sender_addr2 sender_city sender_state sender_zip sender_country sender_phone',
      ),
      sender_url: 'https://example.com',
      sender_reminder: 'You signed up for my mailing list.',
      fulladdress: '',
      optinmessageid: '0',
      optoutconf: '0',
      deletestamp: null,
      udate: r.at(editedUnlessNew),
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      created_by: null,
      updated_by: null,
      active_subscribers: r.count(900),
      channel: 'email',
      description: '',
      non_deleted_subscribers: r.count(900),
      links: r.links('lists', 'contactGoalLists', 'user', 'addressLists'),
      id: r.id,
      user,
    };
  },
  stamps: {
    cdate: created,
    udate: editedUnlessNew,
    created_timestamp: onClock(created),
    updated_timestamp: onClock(updated),
  },
  filters: [contains('filters[name]', 'name')],
  orders: [byText('name')],
};

const fields: Resource = {
  name: 'fields',
  size: [12, 'hardly'],
  editable: 'descript',
  row: r => ({
    title: r.text(`Field ${r.pick(words)} ${r.index}`),
    descript: r.index % 2 === 0 ? null : 'What we know of them',
    type: contactFieldType(r.index),
    isrequired: r.flag(0.2),
    // Two tags that differ by the case of their letters alone.
    perstag: r.index === 5 ? 'field_4' : `FIELD_${r.index}`,
    defval: r.index % 2 === 0 ? null : '',
    show_in_list: r.flag(0.3),
    rows: '0',
    cols: '0',
    visible: '1',
    service: '',
    ordernum: String(r.index + 1),
    cdate: r.cdate,
    udate: r.udate,
    created_by: null,
    created_timestamp: r.createdClock,
    options: r.children('fieldOptions'),
    relations: r.children('fieldRels'),
    updated_by: null,
    updated_timestamp: r.updatedClock,
    links: r.links('fields', 'options', 'relations'),
    id: r.id,
  }),
  stamps: {cdate: created, udate: updated, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
  filters: [equals('filters[perstag]', 'perstag')],
};

const fieldOptions: Resource = {
  name: 'fieldOptions',
  isSideLoaded: true,
  size: [30, 'hardly'],
  parent: {resource: 'fields', key: 'field', every: 3},
  isListedByParent: true,
  editable: 'label',
  isRemovable: true,
  row: r => {
    const value = r.text(`${r.pick(words)} ${r.index}`);
    return {
      field: r.parent(),
      orderid: String(r.index + 1),
      value,
      label: value,
      isdefault: '0',
      cdate: r.cdate,
      udate: r.udate,
      links: r.links('fieldOptions', 'field'),
      id: r.id,
    };
  },
};

const fieldRels: Resource = {
  name: 'fieldRels',
  isSideLoaded: true,
  size: [14, 'hardly'],
  parent: {resource: 'fields', key: 'field'},
  isListedByParent: true,
  editable: 'dorder',
  isRemovable: true,
  row: r => ({
    field: r.parent(),
    // Relation 0 stands for all lists.
    relid: r.index % 2 === 0 ? '0' : r.refOrZero('lists'),
    dorder: r.count(9),
    cdate: r.cdate,
    links: [],
    id: r.id,
  }),
};

const scores: Resource = {
  name: 'scores',
  size: [3, 'hardly'],
  editable: 'descript',
  row: r => ({
    reltype: r.pick(['contact', 'deal']),
    name: r.text(`Score ${r.pick(words)}`),
    descript: '+50 points when user clicks any link sent',
    status: '1',
    cdate: r.cdate,
    mdate: r.udate,
    links: [],
    id: r.id,
  }),
  stamps: {cdate: created, mdate: updated},
};

const segments: Resource = {
  name: 'segments',
  size: [8, 'hardly'],
  editable: 'name',
  row: r => ({
    name: r.text(`Segment ${r.pick(words)}`),
    logic: r.pick(['and', 'or']),
    hidden: r.flag(0.3),
    seriesid: '0',
    created_timestamp: r.createdClock,
    updated_timestamp: r.updatedClock,
    created_by: null,
    updated_by: null,
    // A segment that is saved has this for its id among the audiences.
    segmentid_v2: r.relations.idOfIndex('audiences', r.index),
    links: r.links('segments', 'campaigns', 'conditions'),
    id: r.id,
  }),
  stamps: {created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
};

export const contactSettingResources = [tags, lists, fields, fieldOptions, fieldRels, scores, segments];

/** The same value under many keys. */
export function zeros(keys: string): WireRow {
  return Object.fromEntries(keys.split(' ').map(key => [key, '0']));
}

function empties(keys: string): WireRow {
  return Object.fromEntries(keys.split(' ').map(key => [key, '']));
}
