// Where the custom fields of contacts, deals and accounts are, and how the wire spells them.

/**
 * The custom fields of one stream's rows: the list that defines them, the list of their values, and the `include=` that
 * brings the values along with the rows.
 */
export type CustomFieldSource = {
  readonly definitions: DefinitionSource;
  readonly values: ValueSource;
  readonly include: {
    readonly parameter: string;
    /** The key of the values in such an answer. */
    readonly dataKey: string;
    /** The key of a row that then names its values, where it does. */
    readonly listedBy?: string;
  };
  /** The key of a row that is asked for alone, by its path and id. */
  readonly single: string;
};

export type DefinitionSource = {
  /** The stream of the definitions. */
  readonly tapStreamId: string;
  /** The keys of a definition, as the wire spells them. */
  readonly title: string;
  readonly tag: string;
  readonly type: string;
  /** The currency of values that name none. */
  readonly currency?: string;
  /** The key of its options. */
  readonly options: string;
  /** The key under which options come beside the definitions, each naming its field by `field`. */
  readonly optionsBeside?: string;
};

export type ValueSource = {
  /** The stream of the values. */
  readonly tapStreamId: string;
  /** The parameter that asks for the values of one row only. */
  readonly byParent?: string;
  // What the list and the answers with `include=` call one and the same thing, as snake_case spells it.
  readonly parent: readonly string[];
  readonly field: readonly string[];
  /** A value stands under the one of these that fits its type. */
  readonly value: readonly string[];
  readonly currency: readonly string[];
};

// The spellings behind `include=` are those that public code reads: leapforce-dev/lib-go-activecampaign (deals), and
// applications that ask accounts for them.
const typedValues: Pick<ValueSource, 'value' | 'currency'> = {
  value: [
    'field_value',
    'custom_field_text_value',
    'custom_field_text_blob',
    'custom_field_date_value',
    'custom_field_datetime_value',
    'custom_field_number_value',
    'custom_field_currency_value',
  ],
  currency: ['field_currency', 'custom_field_currency_type'],
};

const typedDefinition = {
  title: 'fieldLabel',
  tag: 'personalization',
  type: 'fieldType',
  currency: 'fieldDefaultCurrency',
  options: 'fieldOptions',
} as const;

/** The custom fields of contacts. */
export const fieldsOfContacts: CustomFieldSource = {
  definitions: {
    tapStreamId: 'contact_custom_fields',
    title: 'title',
    tag: 'perstag',
    type: 'type',
    options: 'options',
    optionsBeside: 'fieldOptions',
  },
  values: {
    tapStreamId: 'contact_custom_field_values',
    parent: ['contact'],
    field: ['field'],
    value: ['value'],
    currency: ['currency'],
  },
  include: {parameter: 'fieldValues', dataKey: 'fieldValues', listedBy: 'fieldValues'},
  single: 'contact',
};

/** The custom fields of deals. */
export const fieldsOfDeals: CustomFieldSource = {
  definitions: {tapStreamId: 'deal_custom_fields', ...typedDefinition},
  values: {
    tapStreamId: 'deal_custom_field_values',
    byParent: 'filters[dealId]',
    parent: ['deal_id'],
    field: ['custom_field_id'],
    ...typedValues,
  },
  include: {parameter: 'dealCustomFieldData', dataKey: 'dealCustomFieldData'},
  single: 'deal',
};

/** The custom fields of accounts. */
export const fieldsOfAccounts: CustomFieldSource = {
  definitions: {tapStreamId: 'account_custom_fields', ...typedDefinition},
  values: {
    tapStreamId: 'account_custom_field_values',
    byParent: 'filters[customerAccountId]',
    parent: ['account_id', 'customer_account_id', 'customer_account'],
    field: ['custom_field_id', 'customer_account_custom_field_metum'],
    ...typedValues,
  },
  include: {parameter: 'accountCustomFieldData', dataKey: 'customerAccountCustomFieldData'},
  single: 'account',
};
