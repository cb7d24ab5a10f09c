// Every stream of the tap is one row of this table plus one schema file: what differs between streams is data.

import {fieldsOfAccounts, fieldsOfContacts, fieldsOfDeals} from './custom-fields/source.js';
import {furtherStreams} from './further-streams.js';
import type {SideLoaded, StreamDefinition} from './stream-definition.js';

/** The first 59 streams, alphabetical. Names, keys and methods are those of the Python tap, whose users keep their tables. */
const firstStreams: readonly StreamDefinition[] = [
  {tapStreamId: 'account_contacts', path: 'accountContacts', replicationKey: 'updated_timestamp'},
  {
    tapStreamId: 'account_custom_field_values',
    path: 'accountCustomFieldData',
    replicationKey: 'updated_timestamp',
    zonelessDates: 'UTC',
  },
  {
    tapStreamId: 'account_custom_fields',
    path: 'accountCustomFieldMeta',
    replicationKey: 'updated_timestamp',
    zonelessDates: 'UTC',
  },
  // Without count_deals the API answers 0 for contactCount and dealCount.
  {
    tapStreamId: 'accounts',
    path: 'accounts',
    replicationKey: 'updated_timestamp',
    parameters: {count_deals: 'true'},
    customFields: fieldsOfAccounts,
  },
  {
    tapStreamId: 'activities',
    path: 'activities',
    replicationKey: 'tstamp',
    order: {'orders[tstamp]': 'ASC'},
    changedSince: {parameter: 'after', replicationKey: 'tstamp', marginSeconds: 1},
  },
  {tapStreamId: 'addresses', path: 'addresses'},
  {tapStreamId: 'automation_blocks', path: 'automationBlocks', replicationKey: 'mdate'},
  {tapStreamId: 'automations', path: 'automations', replicationKey: 'mdate'},
  {tapStreamId: 'bounce_logs', path: 'bounceLogs', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'brandings', path: 'brandings'},
  {tapStreamId: 'calendars', path: 'calendars', replicationKey: 'mdate'},
  {tapStreamId: 'campaign_links', path: 'links', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'campaign_lists', path: 'campaignLists'},
  {tapStreamId: 'campaign_messages', path: 'campaignMessages'},
  {tapStreamId: 'campaigns', path: 'campaigns', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'configs', path: 'configs', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'contact_automations', path: 'contactAutomations', replicationKey: 'lastdate'},
  {tapStreamId: 'contact_conversions', path: 'contactConversions', replicationKey: 'cdate'},
  // One list, `fields`, carries three streams: options and relations come side-loaded with the fields of each page.
  {tapStreamId: 'contact_custom_field_options', path: 'fields', dataKey: 'fieldOptions'},
  {tapStreamId: 'contact_custom_field_rels', path: 'fields', dataKey: 'fieldRels'},
  {
    tapStreamId: 'contact_custom_field_values',
    path: 'fieldValues',
    replicationKey: 'udate',
    sideLoaded: withContact('fieldValues'),
  },
  {tapStreamId: 'contact_custom_fields', path: 'fields'},
  {tapStreamId: 'contact_data', path: 'contactData', replicationKey: 'tstamp'},
  {tapStreamId: 'contact_deals', path: 'contactDeals', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'contact_emails', path: 'contactEmails', replicationKey: 'sdate'},
  // ip_4sub and ip_4unsub are spellings of an older pyhumps: the rule has changed since, the columns have not.
  {
    tapStreamId: 'contact_lists',
    path: 'contactLists',
    replicationKey: 'updated_timestamp',
    wireKeys: {ip_4sub: 'ip4Sub', ip_4unsub: 'ip4Unsub'},
    hasNoOrder: true,
    sideLoaded: withContact('contactLists'),
  },
  {
    tapStreamId: 'contact_tags',
    path: 'contactTags',
    replicationKey: 'updated_timestamp',
    sideLoaded: withContact('contactTags'),
  },
  // filters[updated_after] compares udate; updated_timestamp also moves on opens and sends, but no filter knows it.
  {
    tapStreamId: 'contacts',
    path: 'contacts',
    replicationKey: 'udate',
    otherReplicationKeys: ['updated_timestamp'],
    keyset: {order: 'orders[id]', after: 'id_greater', before: 'id_less'},
    changedSince: {parameter: 'filters[updated_after]', replicationKey: 'udate', marginSeconds: 1},
    idsParameter: 'ids',
    customFields: fieldsOfContacts,
  },
  {tapStreamId: 'conversion_triggers', path: 'conversionTriggers', replicationKey: 'udate'},
  {tapStreamId: 'conversions', path: 'conversions', replicationKey: 'udate'},
  {tapStreamId: 'deal_activities', path: 'dealActivities', replicationKey: 'cdate'},
  {
    tapStreamId: 'deal_custom_field_values',
    path: 'dealCustomFieldData',
    replicationKey: 'updated_timestamp',
    zonelessDates: 'UTC',
    sideLoaded: {
      tapStreamId: 'deals',
      include: 'dealCustomFieldData',
      parentKey: 'dealId',
      parentCreatedKey: 'cdate',
    },
  },
  {
    tapStreamId: 'deal_custom_fields',
    path: 'dealCustomFieldMeta',
    replicationKey: 'updated_timestamp',
    zonelessDates: 'UTC',
  },
  {tapStreamId: 'deal_group_users', path: 'dealGroupUsers'},
  {tapStreamId: 'deal_groups', path: 'dealGroups', replicationKey: 'udate'},
  {tapStreamId: 'deal_stages', path: 'dealStages', replicationKey: 'udate'},
  // The API declares its deal filters as dates, so day granularity cannot be excluded: ask one day earlier.
  {
    tapStreamId: 'deals',
    path: 'deals',
    replicationKey: 'mdate',
    order: {'orders[cdate]': 'ASC'},
    changedSince: {parameter: 'filters[updated_after]', replicationKey: 'mdate', marginSeconds: 86_400},
    customFields: fieldsOfDeals,
    partialRows: {markedBy: 'isDisabled', right: 'permission for their pipelines'},
  },
  {tapStreamId: 'ecommerce_connections', path: 'connections', replicationKey: 'udate'},
  {tapStreamId: 'ecommerce_customers', path: 'ecomCustomers', replicationKey: 'tstamp'},
  {tapStreamId: 'ecommerce_order_activities', path: 'ecomOrderActivities', replicationKey: 'updated_date'},
  // The account-wide list holds the same records as one request per order.
  {
    tapStreamId: 'ecommerce_order_products',
    path: 'ecomOrderProducts',
    perParent: {tapStreamId: 'ecommerce_orders', path: 'ecomOrders/:id/orderProducts'},
  },
  {tapStreamId: 'ecommerce_orders', path: 'ecomOrders', replicationKey: 'updated_date'},
  {tapStreamId: 'email_activities', path: 'emailActivities', replicationKey: 'tstamp'},
  // The API writes the option with an s that the column of the Python tap lacks.
  {
    tapStreamId: 'forms',
    path: 'forms',
    replicationKey: 'udate',
    wireKeys: {'options.blank_overwrite': 'blanks_overwrite'},
  },
  {tapStreamId: 'goals', path: 'goals'},
  {tapStreamId: 'groups', path: 'groups'},
  {tapStreamId: 'lists', path: 'lists', replicationKey: 'updated_timestamp'},
  {tapStreamId: 'messages', path: 'messages', replicationKey: 'mdate'},
  {tapStreamId: 'saved_responses', path: 'savedResponses', replicationKey: 'mdate'},
  {tapStreamId: 'scores', path: 'scores', replicationKey: 'mdate'},
  {tapStreamId: 'segments', path: 'segments'},
  {tapStreamId: 'site_messages', path: 'siteMessages', replicationKey: 'ldate'},
  {tapStreamId: 'sms', path: 'sms', replicationKey: 'ldate', otherReplicationKeys: ['tstamp']},
  {tapStreamId: 'tags', path: 'tags'},
  {tapStreamId: 'task_types', path: 'dealTasktypes'},
  {tapStreamId: 'tasks', path: 'dealTasks', replicationKey: 'udate'},
  {tapStreamId: 'templates', path: 'templates', replicationKey: 'mdate'},
  {tapStreamId: 'users', path: 'users'},
  {tapStreamId: 'webhooks', path: 'webhooks'},
];

/** All streams, in the order of output. */
export const streams: readonly StreamDefinition[] = [...firstStreams, ...furtherStreams];

const streamsById: ReadonlyMap<string, StreamDefinition> = new Map(streams.map(stream => [stream.tapStreamId, stream]));

/** The stream with this tap_stream_id, or undefined when the tap has none. */
export function findStream(tapStreamId: string): StreamDefinition | undefined {
  return streamsById.get(tapStreamId);
}

function withContact(include: string): SideLoaded {
  return {tapStreamId: 'contacts', include, parentKey: 'contact', parentCreatedKey: 'cdate'};
}
