// The further rows of the stream table: what the API lists besides the 59 streams that other extractors have. Those of
// which nobody has said that they work, those that cost a request a parent and those that hold secrets are synced only
// when they are asked for.

import type {PerParent, StreamDefinition} from './stream-definition.js';

const DOCUMENTED_ONLY = 'the API documents it, but nobody is known to have read it';
const UNDOCUMENTED = 'the API does not document it, so that it may be missing or go away';
const UNCONFIRMED = 'nobody has confirmed that the API has such a list';
const SMS_PLAN = 'only accounts with SMS have it, and nobody is known to have read more than its first page';
const PER_CONTACT = 'it may take a request for every contact';

/** The further streams, by what they are about; each group has its own part of the API's paths. */
export const furtherStreams: readonly StreamDefinition[] = [
  {tapStreamId: 'notes', path: 'notes', replicationKey: 'mdate'},
  {
    tapStreamId: 'task_outcomes',
    path: 'taskOutcomes',
    replicationKey: 'updated_utc_timestamp',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'task_type_outcome_rels',
    path: 'tasktypeOutcomeRels',
    replicationKey: 'updated_utc_timestamp',
    unselected: DOCUMENTED_ONLY,
  },
  {tapStreamId: 'deal_roles', path: 'dealRoles', replicationKey: 'updated_timestamp'},
  // The flat list shows the groups; their members come for one group at a time.
  {
    tapStreamId: 'custom_field_groups',
    path: 'groupMembers',
    listKey: 'groupDefinitions',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'custom_field_group_members',
    ...below({tapStreamId: 'custom_field_groups', path: 'groupMembers', parameter: 'group_id'}),
    unselected: 'it takes a request for every group, by a parameter that nobody is known to have tried',
  },
  {tapStreamId: 'group_limits', path: 'groupLimits'},
  {
    tapStreamId: 'event_tracking_events',
    path: 'eventTrackingEvents',
    keyProperties: ['name'],
    unselected: DOCUMENTED_ONLY,
  },
  {tapStreamId: 'personalizations', path: 'personalizations', unselected: DOCUMENTED_ONLY},
  {tapStreamId: 'list_exclusions', path: 'lists/exclusions', unselected: DOCUMENTED_ONLY},
  {
    tapStreamId: 'bulk_imports',
    path: 'import/bulk_import',
    envelope: 'batches',
    paging: 'once',
    keyProperties: ['for_date', 'state'],
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'custom_object_schemas',
    path: 'customObjects/schemas',
    replicationKey: 'updated_timestamp',
    parameters: {showFields: 'all'},
    unselected: DOCUMENTED_ONLY,
  },
  // A schema does not change when its records do, so all schemas are asked in every run.
  {
    tapStreamId: 'custom_object_records',
    ...below({tapStreamId: 'custom_object_schemas', path: 'customObjects/records/:id'}),
    listKey: 'records',
    replicationKey: 'updated_timestamp',
    order: {'orders[createdTimestamp]': 'ASC'},
    unselected: 'each custom object has a typed stream of its own in the catalog of its account',
  },
  {
    tapStreamId: 'site_tracking_domains',
    path: 'prism/urlWhitelistings',
    listKey: 'data',
    envelope: 'resources',
    replicationKey: 'updated_at',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'webhook_events',
    path: 'webhook/events',
    listKey: 'webhookEvents',
    envelope: 'texts',
    keyProperties: ['event'],
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'event_tracking_status',
    path: 'eventTracking',
    envelope: 'object',
    paging: 'once',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'site_tracking_status',
    path: 'siteTracking',
    envelope: 'object',
    paging: 'once',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'current_user',
    path: 'users/me',
    listKey: 'user',
    envelope: 'object',
    paging: 'once',
    unselected: 'the stream users has the same record',
  },
  {
    tapStreamId: 'account_settings',
    path: 'settings/account',
    envelope: 'body',
    paging: 'once',
    hasExtra: true,
    unselected: 'it may hold secrets of the account, and its fields are not documented',
  },
  {
    tapStreamId: 'saved_segments',
    path: 'audiences',
    listKey: 'data',
    envelope: 'resources',
    paging: 'pages',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'segments_v2',
    ...below({tapStreamId: 'segments', path: 'segmentsV2/:id', parentKey: 'segmentid_v2'}),
    listKey: 'data',
    envelope: 'resources',
    paging: 'once',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'segment_count_history',
    ...below({
      tapStreamId: 'segments_v2',
      path: 'segmentsV2/count-history',
      parameter: 'segmentIds',
      parentField: 'segment_id',
    }),
    listKey: 'data',
    envelope: 'resources',
    paging: 'once',
    keyProperties: ['segment_id', 'timestamp'],
    hasExtra: true,
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'sms_broadcasts',
    path: 'sms/broadcasts',
    replicationKey: 'updated_at',
    unselected: SMS_PLAN,
  },
  {tapStreamId: 'sms_broadcast_lists', path: 'sms/lists', unselected: SMS_PLAN},
  {
    tapStreamId: 'sms_broadcast_recipients',
    ...below({tapStreamId: 'sms_broadcasts', path: 'sms/broadcasts/:id/recipients', parentField: 'broadcast_id'}),
    keyProperties: ['broadcast_id', 'id'],
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'sms_broadcast_failures',
    ...below({tapStreamId: 'sms_broadcasts', path: 'sms/broadcasts/metrics/:id/failures', parentField: 'broadcast_id'}),
    keyProperties: ['broadcast_id', 'error_code', 'error_source'],
    unselected: DOCUMENTED_ONLY,
  },
  {tapStreamId: 'sms_credits', path: 'sms/credits', envelope: 'body', paging: 'once', unselected: DOCUMENTED_ONLY},
  {
    tapStreamId: 'whatsapp_templates',
    path: 'channel/whatsapp/channels/whatsapp/template',
    listKey: 'results',
    paging: 'pages',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'whatsapp_flow_executions',
    path: 'channel/whatsapp/flow-execution',
    listKey: 'results',
    paging: 'pages',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'whatsapp_flow_execution_contacts',
    path: 'channel/whatsapp/flow-execution-contact',
    listKey: 'results',
    paging: 'pages',
    unselected: DOCUMENTED_ONLY,
  },
  {
    tapStreamId: 'whatsapp_conversations',
    path: 'channel/whatsapp/inbox/conversation',
    listKey: 'results',
    paging: 'pages',
    unselected: DOCUMENTED_ONLY,
  },
  {tapStreamId: 'logs', path: 'logs', replicationKey: 'tstamp'},
  {tapStreamId: 'link_data', path: 'linkData', replicationKey: 'tstamp'},
  {tapStreamId: 'mpp_link_data', path: 'mppLinkData', replicationKey: 'tstamp'},
  {
    tapStreamId: 'message_activities',
    path: 'messageActivities',
    replicationKey: 'tstamp',
    hasExtra: true,
    unselected: UNDOCUMENTED,
  },
  {tapStreamId: 'list_groups', path: 'listGroups', unselected: UNDOCUMENTED},
  {tapStreamId: 'task_notifications', path: 'taskNotifications', hasExtra: true, unselected: UNDOCUMENTED},
  {tapStreamId: 'deal_group_groups', path: 'dealGroupGroups', hasExtra: true, unselected: UNCONFIRMED},
  {tapStreamId: 'calendar_rels', path: 'calendarRels', hasExtra: true, unselected: UNCONFIRMED},
  {tapStreamId: 'calendar_users', path: 'calendarUsers', hasExtra: true, unselected: UNCONFIRMED},
  {tapStreamId: 'address_lists', path: 'addressLists', hasExtra: true, unselected: UNCONFIRMED},
  {tapStreamId: 'address_groups', path: 'addressGroups', hasExtra: true, unselected: UNCONFIRMED},
  {
    tapStreamId: 'ecommerce_order_discounts',
    ...below({
      tapStreamId: 'ecommerce_orders',
      path: 'ecomOrders/:id/orderDiscounts',
      include: {parameter: 'orderDiscounts', dataKey: 'ecomOrderDiscounts', parentKey: 'orderid'},
    }),
    listKey: 'ecomOrderDiscounts',
    hasExtra: true,
    unselected: 'it may take a request for every order',
  },
  {
    tapStreamId: 'contact_logs',
    ...belowContacts('contactLogs'),
    replicationKey: 'tstamp',
    hasExtra: true,
  },
  {tapStreamId: 'contact_tracking_logs', ...belowContacts('trackingLogs'), replicationKey: 'tstamp'},
  {
    tapStreamId: 'contact_geo_ips',
    ...belowContacts('geoIps', {parameter: 'geoIps.geoAddress', dataKey: 'geoIps', parentKey: 'contact'}),
    replicationKey: 'tstamp',
  },
  {
    tapStreamId: 'contact_geo_addresses',
    ...below({
      tapStreamId: 'contact_geo_ips',
      path: 'geoIps/:id/geoAddress',
      isBelowChanged: true,
      include: {
        parameter: 'geoIps.geoAddress',
        dataKey: 'geoAddresses',
        through: {dataKey: 'geoIps', childKey: 'geoaddrid'},
      },
    }),
    envelope: 'object',
    paging: 'once',
    unselected: PER_CONTACT,
  },
  // The list of contacts brings them along without being asked to.
  {
    tapStreamId: 'contact_score_values',
    ...belowContacts('scoreValues', {dataKey: 'scoreValues', parentKey: 'contact'}),
    replicationKey: 'mdate',
  },
  {
    tapStreamId: 'contact_automation_entry_counts',
    ...below({
      tapStreamId: 'contacts',
      path: 'contacts/:id/automationEntryCounts',
      parentField: 'contact_id',
      isBelowChanged: true,
    }),
    keyProperties: ['contact_id', 'id'],
    unselected: PER_CONTACT,
  },
  {tapStreamId: 'contact_goals', ...belowContacts('contactGoals'), replicationKey: 'tstamp'},
  {tapStreamId: 'contact_plus_appends', ...belowContacts('plusAppend'), envelope: 'object', paging: 'once'},
  {tapStreamId: 'contact_organizations', ...belowContacts('organization'), envelope: 'object', paging: 'once'},
];

function below(perParent: PerParent): Pick<StreamDefinition, 'path' | 'perParent'> {
  return {path: perParent.path, perParent};
}

/** Rows below each contact; later runs ask below the contacts that changed. */
function belowContacts(
  name: string,
  include?: PerParent['include'],
): Pick<StreamDefinition, 'path' | 'perParent' | 'unselected'> {
  const perParent = {tapStreamId: 'contacts', path: `contacts/:id/${name}`, isBelowChanged: true} as const;
  return {...below(include === undefined ? perParent : {...perParent, include}), unselected: PER_CONTACT};
}
