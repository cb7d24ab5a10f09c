// Ready-made selections: streams that answer one kind of question together. `catalogs/` is made of them.

export type Preset = {
  /** What it is for; ends the sentence "For ...". */
  readonly purpose: string;
  /** The tap_stream_ids, alphabetical. */
  readonly streams: readonly string[];
};

/**
 * By the name of the catalog. Each stream is a list of the API, or comes along with one: what takes a request for every
 * contact, or is part of few plans only, is for those who ask for it.
 */
export const presets: Readonly<Record<string, Preset>> = {
  contacts: {
    purpose: 'who the contacts are: their fields, tags, lists and scores',
    streams: [
      'contact_custom_field_options',
      'contact_custom_field_rels',
      'contact_custom_field_values',
      'contact_custom_fields',
      'contact_data',
      'contact_lists',
      'contact_score_values',
      'contact_tags',
      'contacts',
      'lists',
      'scores',
      'segments',
      'tags',
    ],
  },
  crm: {
    purpose: 'deals, accounts and tasks: pipelines, who works on what, notes and outcomes',
    streams: [
      'account_contacts',
      'account_custom_field_values',
      'account_custom_fields',
      'accounts',
      'contact_deals',
      'contacts',
      'deal_activities',
      'deal_custom_field_values',
      'deal_custom_fields',
      'deal_group_users',
      'deal_groups',
      'deal_roles',
      'deal_stages',
      'deals',
      'notes',
      'task_outcomes',
      'task_type_outcome_rels',
      'task_types',
      'tasks',
      'users',
    ],
  },
  ecommerce: {
    purpose: 'orders, what was bought and who bought it',
    streams: [
      'contacts',
      'ecommerce_connections',
      'ecommerce_customers',
      'ecommerce_order_activities',
      'ecommerce_order_products',
      'ecommerce_orders',
    ],
  },
  marketing: {
    purpose: 'campaigns and automations: what was sent to whom, and what came of it',
    streams: [
      'activities',
      'automation_blocks',
      'automations',
      'bounce_logs',
      'campaign_links',
      'campaign_lists',
      'campaign_messages',
      'campaigns',
      'contact_automations',
      'contact_conversions',
      'contact_emails',
      'contact_lists',
      'contacts',
      'conversion_triggers',
      'conversions',
      'email_activities',
      'forms',
      'goals',
      'link_data',
      'lists',
      'logs',
      'messages',
      'mpp_link_data',
      'scores',
      'segments',
      'site_messages',
      'sms',
      'templates',
    ],
  },
};
