// The example answers that the provider publishes with its API (facts/samples, one file an endpoint), and what they are
// to the tap: which paths answer with them, and which streams have their rows.

import {readdirSync, readFileSync} from 'node:fs';
import type {Reading, Row} from './kept-values.js';

const directory = new URL('facts/samples/', import.meta.url);

/** What an API answers: path, relative to `/api/3/` -> body. */
export type Answers = Readonly<Record<string, Row>>;

export type Sample = {
  /** The file, without `.json`. */
  readonly name: string;
  /** The path that answers with the file as it stands, relative to `/api/3/`. */
  readonly path?: string;
  /** Where it answers no list: the lists whose rows it shows, path -> key in their answers -> key in the file. */
  readonly lists?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Further answers: those of the lists that name the parent below which it is asked for. */
  readonly parents?: Answers;
  /** Key in the file -> the streams that have the row, or the rows, under it. */
  readonly streams: Readonly<Record<string, readonly string[]>>;
  /** What a record is made of, where that is not the row alone: of the row, its key in the file, and the stream. */
  readonly toRow?: (row: Row, key: string, stream: string) => Row;
  /** How values are to be read, where it is not as those of most lists. */
  readonly reading?: Partial<Reading>;
};

// Lists whose date-times are in UTC where they name no zone.
const UTC = {zone: 'UTC'} as const;
// Fields of older tables, whose names are not quite the wire's.
const SUBSCRIPTION = {oddNames: {ip4Sub: 'ip_4sub', ip4Unsub: 'ip_4unsub'}};
const single = (row: Row) => ({id: 1, ...row});
const parent = (list: string, id: string) => ({[list]: {[list]: [{id}]}});
const contact = (id: string) => parent('contacts', id);

export const samples: readonly Sample[] = [
  {name: 'accountContacts', path: 'accountContacts', streams: {accountContacts: ['account_contacts']}},
  {
    name: 'accountCustomFieldData',
    path: 'accountCustomFieldData',
    streams: {accountCustomFieldData: ['account_custom_field_values']},
    reading: UTC,
  },
  {
    name: 'accountCustomFieldMeta',
    path: 'accountCustomFieldMeta',
    streams: {accountCustomFieldMeta: ['account_custom_fields']},
    reading: UTC,
  },
  {name: 'accounts', path: 'accounts', streams: {accounts: ['accounts']}},
  {
    name: 'activities',
    path: 'activities',
    lists: {contacts: {contacts: 'contacts'}},
    streams: {activities: ['activities'], contacts: ['contacts']},
  },
  {name: 'addresses', path: 'addresses', streams: {addresses: ['addresses']}},
  {name: 'automations', path: 'automations', streams: {automations: ['automations']}},
  {name: 'brandings', path: 'brandings', streams: {brandings: ['brandings']}},
  {name: 'calendars', path: 'calendars', streams: {calendars: ['calendars']}},
  {name: 'campaigns', path: 'campaigns', streams: {campaigns: ['campaigns']}},
  {name: 'campaigns-id-links', lists: {links: {links: 'links'}}, streams: {links: ['campaign_links']}},
  {name: 'connections', path: 'connections', streams: {connections: ['ecommerce_connections']}},
  {name: 'contactAutomations', path: 'contactAutomations', streams: {contactAutomations: ['contact_automations']}},
  {name: 'contactDeals', path: 'contactDeals', streams: {contactDeals: ['contact_deals']}},
  {
    name: 'contactLists-POST',
    lists: {contacts: {contacts: 'contacts'}, contactLists: {contactLists: 'contactList'}},
    streams: {contacts: ['contacts'], contactList: ['contact_lists']},
    reading: SUBSCRIPTION,
  },
  {
    name: 'contactTags-POST',
    lists: {contactTags: {contactTags: 'contactTag'}},
    streams: {contactTag: ['contact_tags']},
  },
  // The list of contacts brings their score values along.
  {name: 'contacts', path: 'contacts', streams: {contacts: ['contacts'], scoreValues: ['contact_score_values']}},
  {
    name: 'contacts-contactId-trackingLogs',
    path: 'contacts/112/trackingLogs',
    parents: contact('112'),
    streams: {trackingLogs: ['contact_tracking_logs']},
  },
  // One contact, and what comes along with it: some of it with the list of contacts, too, if one asks for that.
  {
    name: 'contacts-id',
    lists: {
      contacts: {contacts: 'contact', geoIps: 'geoIps', geoAddresses: 'geoAddresses'},
      'contacts/1/geoIps': {geoIps: 'geoIps'},
      contactAutomations: {contactAutomations: 'contactAutomations'},
      contactLists: {contactLists: 'contactLists'},
      deals: {deals: 'deals'},
      fieldValues: {fieldValues: 'fieldValues'},
    },
    parents: {'geoIps/1/geoAddress': {geoAddress: {id: '1'}}},
    streams: {
      contact: ['contacts'],
      contactAutomations: ['contact_automations'],
      contactLists: ['contact_lists'],
      deals: ['deals'],
      fieldValues: ['contact_custom_field_values'],
      geoAddresses: ['contact_geo_addresses'],
      geoIps: ['contact_geo_ips'],
    },
    reading: SUBSCRIPTION,
  },
  {
    name: 'contacts-id-accountContacts',
    lists: {accountContacts: {accountContacts: 'accountContacts'}},
    streams: {accountContacts: ['account_contacts']},
  },
  {
    name: 'contacts-id-automationEntryCounts',
    path: 'contacts/5/automationEntryCounts',
    parents: contact('5'),
    streams: {automationEntryCounts: ['contact_automation_entry_counts']},
    toRow: row => ({...row, contactId: '5'}),
  },
  {
    name: 'contacts-id-bounceLogs',
    lists: {bounceLogs: {bounceLogs: 'bounceLogs'}},
    streams: {bounceLogs: ['bounce_logs']},
  },
  {
    name: 'contacts-id-contactAutomations',
    lists: {contactAutomations: {contactAutomations: 'contactAutomations'}},
    streams: {contactAutomations: ['contact_automations']},
  },
  {
    name: 'contacts-id-contactData',
    lists: {contactData: {contactData: 'contactDatum'}},
    streams: {contactDatum: ['contact_data']},
  },
  {
    name: 'contacts-id-contactDeals',
    lists: {contacts: {contacts: 'contacts'}, deals: {deals: 'deals'}, contactDeals: {contactDeals: 'contactDeals'}},
    streams: {contacts: ['contacts'], deals: ['deals'], contactDeals: ['contact_deals']},
  },
  {
    name: 'contacts-id-contactGoals',
    path: 'contacts/5/contactGoals',
    parents: contact('5'),
    streams: {contactGoals: ['contact_goals']},
  },
  {
    name: 'contacts-id-contactLists',
    lists: {contactLists: {contactLists: 'contactLists'}},
    streams: {contactLists: ['contact_lists']},
    reading: SUBSCRIPTION,
  },
  // No rows, but an answer.
  {
    name: 'contacts-id-contactLogs',
    path: 'contacts/5/contactLogs',
    parents: contact('5'),
    streams: {contactLogs: ['contact_logs']},
  },
  {name: 'contacts-id-deals', lists: {deals: {deals: 'deals'}}, streams: {deals: ['deals']}},
  {
    name: 'contacts-id-fieldValues',
    lists: {fieldValues: {fieldValues: 'fieldValues'}},
    streams: {fieldValues: ['contact_custom_field_values']},
  },
  {
    name: 'contacts-id-geoIps',
    path: 'contacts/49/geoIps',
    parents: contact('49'),
    streams: {geoIps: ['contact_geo_ips']},
  },
  {name: 'contacts-id-notes', lists: {notes: {notes: 'notes'}}, streams: {notes: ['notes']}},
  {
    name: 'contacts-id-organization',
    path: 'contacts/5/organization',
    parents: contact('5'),
    streams: {organization: ['contact_organizations']},
  },
  {
    name: 'contacts-id-plusAppend',
    path: 'contacts/3/plusAppend',
    parents: contact('3'),
    streams: {plusAppend: ['contact_plus_appends']},
  },
  {
    name: 'contacts-id-scoreValues',
    path: 'contacts/1/scoreValues',
    parents: contact('1'),
    streams: {scoreValues: ['contact_score_values']},
  },
  // The records are of the kind that the other file describes, which makes a stream with columns of it.
  {
    name: 'customObjects-records-schemaId',
    path: 'customObjects/records/6449c3f3-b68d-46d1-850b-c8aea998ce1b',
    parents: {'customObjects/schemas': readSample('customObjects-schemas')},
    streams: {records: ['custom_object_records', 'custom_object_my_object']},
    toRow: (row, _, stream) => (stream === 'custom_object_records' ? row : toColumns(row)),
  },
  {name: 'customObjects-schemas', path: 'customObjects/schemas', streams: {schemas: ['custom_object_schemas']}},
  {name: 'dealActivities', path: 'dealActivities', streams: {dealActivities: ['deal_activities']}},
  {
    name: 'dealCustomFieldData',
    path: 'dealCustomFieldData',
    streams: {dealCustomFieldData: ['deal_custom_field_values']},
    reading: UTC,
  },
  {
    name: 'dealCustomFieldMeta',
    path: 'dealCustomFieldMeta',
    streams: {dealCustomFieldMeta: ['deal_custom_fields']},
    reading: UTC,
  },
  {
    name: 'dealGroups',
    path: 'dealGroups',
    lists: {dealStages: {dealStages: 'dealStages'}},
    streams: {dealGroups: ['deal_groups'], dealStages: ['deal_stages']},
  },
  {name: 'dealRoles', path: 'dealRoles', streams: {dealRoles: ['deal_roles']}},
  {name: 'dealStages', path: 'dealStages', streams: {dealStages: ['deal_stages']}},
  {name: 'dealTasks', path: 'dealTasks', streams: {dealTasks: ['tasks']}},
  {name: 'dealTasktypes', path: 'dealTasktypes', streams: {dealTasktypes: ['task_types']}},
  {name: 'deals', path: 'deals', streams: {deals: ['deals']}},
  {name: 'deals-id', lists: {deals: {deals: 'deal'}}, streams: {deal: ['deals']}},
  {name: 'ecomCustomers', path: 'ecomCustomers', streams: {ecomCustomers: ['ecommerce_customers']}},
  {name: 'ecomOrderProducts', path: 'ecomOrderProducts', streams: {ecomOrderProducts: ['ecommerce_order_products']}},
  {name: 'ecomOrders', path: 'ecomOrders', streams: {ecomOrders: ['ecommerce_orders']}},
  // The way of an account without the list of all products.
  {
    name: 'ecomOrders-id-orderProducts',
    path: 'ecomOrders/1/orderProducts',
    parents: parent('ecomOrders', '1'),
    streams: {ecomOrderProducts: ['ecommerce_order_products']},
  },
  // No example is printed: `{}`, which is how PHP writes an empty list.
  {name: 'emailActivities', path: 'emailActivities', streams: {emailActivities: ['email_activities']}},
  {name: 'eventTracking', path: 'eventTracking', streams: {eventTracking: ['event_tracking_status']}, toRow: single},
  {name: 'eventTrackingEvents', path: 'eventTrackingEvents', streams: {eventTrackingEvents: ['event_tracking_events']}},
  {
    name: 'fieldOption-bulk-POST',
    lists: {fields: {fields: '', fieldOptions: 'fieldOptions'}},
    streams: {fieldOptions: ['contact_custom_field_options']},
  },
  {
    name: 'fieldRels-POST',
    lists: {fields: {fields: '', fieldRels: 'fieldRel'}},
    streams: {fieldRel: ['contact_custom_field_rels']},
  },
  {name: 'fieldValues', path: 'fieldValues', streams: {fieldValues: ['contact_custom_field_values']}},
  {
    name: 'fields',
    path: 'fields',
    streams: {
      fields: ['contact_custom_fields'],
      fieldOptions: ['contact_custom_field_options'],
      fieldRels: ['contact_custom_field_rels'],
    },
  },
  // The option has an s on the wire.
  {
    name: 'forms',
    path: 'forms',
    streams: {forms: ['forms']},
    reading: {oddNames: {blanks_overwrite: 'blank_overwrite'}},
  },
  {
    name: 'geoIps-geoAddressID-geoAddress',
    path: 'geoIps/4/geoAddress',
    parents: {...contact('49'), 'contacts/49/geoIps': {geoIps: [{id: '4', contact: '49', geoaddrid: '3'}]}},
    streams: {geoAddress: ['contact_geo_addresses']},
  },
  {name: 'groupLimits', path: 'groupLimits', streams: {groupLimits: ['group_limits']}},
  {name: 'groupMembers', path: 'groupMembers', streams: {groupDefinitions: ['custom_field_groups']}},
  {name: 'groups', path: 'groups', streams: {groups: ['groups']}},
  {
    name: 'import-bulk_import',
    path: 'import/bulk_import',
    streams: {outstanding: ['bulk_imports'], recentlyCompleted: ['bulk_imports']},
    toRow: (row, key) => ({...row, state: key === 'outstanding' ? key : 'recently_completed'}),
  },
  {name: 'lists', path: 'lists', streams: {lists: ['lists']}},
  {name: 'lists-exclusions', path: 'lists/exclusions', streams: {exclusions: ['list_exclusions']}},
  {name: 'messages', path: 'messages', streams: {messages: ['messages']}},
  {name: 'notes', path: 'notes', streams: {notes: ['notes']}},
  {name: 'personalizations', path: 'personalizations', streams: {personalizations: ['personalizations']}},
  {
    name: 'prism-urlWhitelistings',
    path: 'prism/urlWhitelistings',
    streams: {data: ['site_tracking_domains']},
    toRow: ({attributes, ...row}) => ({...row, ...objectOf(attributes)}),
  },
  {name: 'savedResponses', path: 'savedResponses', streams: {savedResponses: ['saved_responses']}},
  {name: 'scores', path: 'scores', streams: {scores: ['scores']}},
  {name: 'siteTracking', path: 'siteTracking', streams: {siteTracking: ['site_tracking_status']}, toRow: single},
  {name: 'tags', path: 'tags', streams: {tags: ['tags']}},
  {name: 'taskOutcomes', path: 'taskOutcomes', streams: {taskOutcomes: ['task_outcomes']}},
  {
    name: 'tasktypeOutcomeRels',
    path: 'tasktypeOutcomeRels',
    streams: {tasktypeOutcomeRels: ['task_type_outcome_rels']},
  },
  {name: 'templates-id', lists: {templates: {templates: 'template'}}, streams: {template: ['templates']}},
  {name: 'users', path: 'users', streams: {users: ['users']}},
  {name: 'users-me', path: 'users/me', lists: {users: {users: 'user'}}, streams: {user: ['current_user', 'users']}},
  {
    name: 'webhook-events',
    path: 'webhook/events',
    streams: {webhookEvents: ['webhook_events']},
    toRow: ({text}) => ({event: text}),
  },
  {name: 'webhooks', path: 'webhooks', streams: {webhooks: ['webhooks']}},
];

/** The names of all files, without `.json`. */
export function sampleNames(): readonly string[] {
  return readdirSync(directory).map(name => name.replace(/\.json$/, ''));
}

/** Reads a file. Ids and addresses that the provider has made unreadable (`XXXX`) are numbers of as many digits. */
export function readSample(name: string): Row {
  const text = readFileSync(new URL(`${name}.json`, directory), 'utf8');
  return JSON.parse(text, (_, value) => (/^X+$/.test(value) ? '7'.repeat(value.length) : value));
}

/** The answers of an API that has the rows of one sample and no others. */
export function answersOf({name, path, lists = {}, parents = {}}: Sample, body = readSample(name)): Answers {
  const ofLists = Object.entries(lists).map(([listPath, keys]) => {
    const answer = Object.entries(keys).map(([key, from]) => [key, rowsIn(body[from])]);
    return [listPath, Object.fromEntries(answer)];
  });
  return {...parents, ...Object.fromEntries(ofLists), ...(path === undefined ? {} : {[path]: body})};
}

/** tap_stream_id -> the rows of which it has to have a record each. */
export function rowsOf(
  {name, streams, toRow = row => row}: Sample,
  body = readSample(name),
): ReadonlyMap<string, readonly Row[]> {
  const rows = new Map<string, Row[]>();
  for (const [key, tapStreamIds] of Object.entries(streams)) {
    for (const tapStreamId of tapStreamIds) {
      const found = rowsIn(body[key]).map(row => toRow(objectOf(row), key, tapStreamId));
      rows.set(tapStreamId, [...(rows.get(tapStreamId) ?? []), ...found]);
    }
  }
  return rows;
}

/** An object alone is a list of one. */
function rowsIn(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A text alone is an object with a text. */
function objectOf(value: unknown): Row {
  return typeof value === 'object' && value !== null ? {...value} : {text: value};
}

/** The fields and relationships of a custom object as columns; of a relationship to one, the one id. */
function toColumns({fields, relationships, ...row}: Row): Row {
  const columns: Record<string, unknown> = {...row};
  for (const field of rowsIn(fields).map(objectOf)) columns[columnOf(String(field['id']))] = field['value'];
  for (const [name, ids] of Object.entries(objectOf(relationships))) columns[`${columnOf(name)}_id`] = rowsIn(ids)[0];
  return columns;
}

function columnOf(name: string): string {
  return name.replaceAll('-', '_');
}
