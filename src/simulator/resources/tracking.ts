// What is tracked and told: domains, events, two switches, the events that a webhook can have. And the account itself.

import {bare, jsonApi, object} from '../envelopes.js';
import type {Resource} from '../resource.js';
import {created, updated, zulu} from '../stamps.js';
import {words} from '../texts.js';

const [createdAt, updatedAt] = [zulu(created, 0), zulu(updated, 0)];

const urlWhitelistings: Resource = {
  name: 'prism/urlWhitelistings',
  key: 'data',
  sent: jsonApi,
  size: [3, 'hardly'],
  editable: 'whitelisted_page',
  isRemovable: true,
  total: 'absent',
  paging: 'none',
  row: r => {
    const domain = `${r.pick(words)}${r.index}.example.com`;
    return {
      type: 'urlWhitelistings',
      id: r.id,
      whitelisted_domain: domain,
      whitelisted_page: '*',
      url_regex: `#^${domain.replaceAll('.', '\\.')}(\\/.*)?$#`,
      conversations_enabled: r.int(2),
      tracking_enabled: 1,
      created_at: r.at(createdAt),
      updated_at: r.at(updatedAt),
      wp_enabled: 0,
    };
  },
  stamps: {created_at: createdAt, updated_at: updatedAt},
};

const eventTrackingEvents: Resource = {
  name: 'eventTrackingEvents',
  size: [5, 'hardly'],
  editable: 'name',
  isLog: true,
  total: 'number',
  row: r => ({name: ['__pagevisit', '__redir'][r.index] ?? `${r.pick(words)} event ${r.index}`}),
};

function tracking(name: string): Resource {
  return {name, form: object, paging: 'none', size: [1, 'never'], editable: 'enabled', row: () => ({enabled: true})};
}

const knownEvents = (
  'bounce click contact_tag_added contact_tag_removed deal_add deal_note_add deal_pipeline_add deal_stage_add ' +
  'deal_task_add deal_task_complete deal_tasktype_add deal_update forward list_add open reply sent share sms_reply ' +
  'sms_sent sms_unsub subscribe subscriber_note unsubscribe update'
).split(' ');

/** A list of texts. */
const webhookEvents: Resource = {
  name: 'webhook/events',
  key: 'webhookEvents',
  sent: ({event = null}) => event,
  size: [25, 'hardly'],
  editable: 'event',
  isLog: true,
  total: 'number',
  paging: 'none',
  row: r => ({event: knownEvents[r.index] ?? `new_event_${r.index}`}),
};

// The provider tells the names of the fields, but shows no answer: whether a key stands around them is unknown.
const account: Resource = {
  name: 'settings/account',
  form: bare,
  paging: 'none',
  size: [1, 'never'],
  editable: 'subscriber_limit',
  row: r => ({
    account: 'sandbox.activehosted.com',
    email: 'admin@example.com',
    first_name: 'Ada',
    last_name: 'Abel',
    cname: '',
    status: 'active',
    subscriber_limit: 50_000,
    subscriber_total: r.relations.countOf('contacts'),
    trial: false,
    credits: null,
    branding: true,
  }),
};

export const trackingResources = [
  urlWhitelistings,
  eventTrackingEvents,
  tracking('eventTracking'),
  tracking('siteTracking'),
  webhookEvents,
  account,
];
