// Custom objects: their schemas, of which four are made by hand with every type of field, and their records.

import {uuids} from '../ids.js';
import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {byStamp, byText, contains, since, unproven} from '../rules.js';
import {created, updated, zulu} from '../stamps.js';
import {words} from '../texts.js';
import type {WireRow, WireValue} from '../wire.js';

type Template = {
  readonly slug: string;
  readonly singular: string;
  /** Types by ids. */
  readonly fields: Readonly<Record<string, string>>;
  /** By their ids. */
  readonly relationships: Readonly<Record<string, {readonly namespace: string; readonly hasMany: boolean}>>;
};

const [createdTimestamp, updatedTimestamp] = [zulu(created, 9), zulu(updated, 9)];
const contact = {namespace: 'contacts', hasMany: false};

// Slugs and field ids that differ by case, dashes and underscores alone, or begin with a digit, for those who make names
// of tables and columns from them.
const templates: readonly [Template, ...Template[]] = [
  {
    slug: 'support-ticket',
    singular: 'Support Ticket',
    fields: {subject: 'text', Body: 'textarea', priority: 'dropdown', labels: 'multiselect', 'due-date': 'date'},
    relationships: {'primary-contact': contact},
  },
  {
    slug: 'Support_Ticket',
    singular: 'Support ticket',
    fields: {subject: 'text', 'opened-at': 'datetime', opened_at: 'datetime'},
    relationships: {'primary-contact': contact, account: {namespace: 'accounts', hasMany: false}},
  },
  {
    slug: '2nd-order',
    singular: '2nd Order',
    fields: {'1st-item': 'text', 'my-number-field': 'number', Amount: 'currency', amount: 'number', Paid: 'boolean'},
    relationships: {deal: {namespace: 'deals', hasMany: true}},
  },
  {
    slug: 'invoice',
    singular: 'Invoice',
    fields: {number: 'text', total: 'currency', 'sent-on': 'date', 'paid-at': 'datetime', state: 'dropdown'},
    relationships: {payers: {namespace: 'contacts', hasMany: true}, account: {namespace: 'accounts', hasMany: false}},
  },
];

const schemas: Resource = {
  name: 'customObjects/schemas',
  key: 'schemas',
  ids: uuids,
  size: [4, 'hardly'],
  editable: 'description',
  isRemovable: true,
  total: 'number',
  echo: ['count', 'limit', 'offset'],
  row: r => {
    const {slug, singular, fields, relationships} = templateOf(r.index);
    return {
      id: r.id,
      slug: r.index < templates.length ? slug : `${slug}-${r.index}`,
      visibility: r.index % 3 === 2 ? 'published' : 'private',
      labels: labelsOf(singular),
      description: r.text('Sample Schema'),
      createdTimestamp: r.at(createdTimestamp),
      updatedTimestamp: r.at(updatedTimestamp),
      fields: Object.entries(fields).map(([id, type]) => fieldOf(id, type)),
      icons: {default: 'https://d226aj4ao1t61q.cloudfront.net/n9mayqo2d_customobject.png'},
      relationships: Object.entries(relationships).map(([id, {namespace, hasMany}]) => ({
        id,
        labels: labelsOf(id),
        description: `Related ${namespace}`,
        namespace,
        hasMany,
      })),
    };
  },
  stamps: {createdTimestamp, updatedTimestamp},
  filters: [contains('filters[name]', 'slug')],
  orders: [byStamp('createdTimestamp'), byText('labels.singular', 'slug')],
};

const records: Resource = {
  name: 'customObjects/records/{id}',
  key: 'records',
  ids: uuids,
  size: [60, 'withContacts'],
  parent: {resource: 'customObjects/schemas', key: 'schemaId'},
  editable: 'externalId',
  isRemovable: true,
  total: 'number',
  echo: ['count', 'limit', 'offset'],
  row: r => {
    const schema = r.parent() ?? '';
    const {fields, relationships} = templateOf(r.relations.indexOfId('customObjects/schemas', schema) ?? 0);
    return {
      id: r.id,
      externalId: `external-${r.index}`,
      schemaId: schema,
      // A field without a value is left out.
      fields: Object.entries(fields)
        .filter((_, at) => (r.index + at) % 5 !== 4)
        .map(([id, type]) => ({id, value: contentOf(r, type)})),
      relationships: Object.fromEntries(
        Object.entries(relationships).map(([id, {namespace, hasMany}]) => [id, relatedTo(r, namespace, hasMany)]),
      ),
      createdTimestamp: r.at(createdTimestamp),
      updatedTimestamp: r.at(updatedTimestamp),
    };
  },
  stamps: {createdTimestamp, updatedTimestamp},
  // One client relies on these bounds, others were told that they leave nothing.
  filters: [
    unproven(since('filters[createdTimestamp]', 'createdTimestamp')),
    unproven(since('filters[updatedTimestamp]', 'updatedTimestamp')),
  ],
  orders: [byStamp('createdTimestamp')],
};

export const customObjectResources = [schemas, records];

function templateOf(index: number): Template {
  return templates[index % templates.length] ?? templates[0];
}

function labelsOf(singular: string): WireRow {
  return {singular, plural: `${singular}s`};
}

function fieldOf(id: string, type: string): WireRow {
  return {
    id,
    labels: labelsOf(id),
    type,
    required: false,
    ...(type === 'number' || type === 'currency' ? {scale: type === 'currency' ? 2 : 0} : {}),
    ...(type === 'dropdown' || type === 'multiselect'
      ? {options: ['low', 'high'].map(value => ({id: value, value}))}
      : {}),
  };
}

// The provider shows the value of a number alone; the others are as in its other custom fields.
function contentOf(r: RowSource, type: string): WireValue {
  switch (type) {
    case 'number':
      return r.index % 13 === 5 ? 9007199254740993n : r.int(1000);
    case 'currency':
      return r.int(1_000_000);
    case 'boolean':
      return r.index % 2 === 0;
    case 'date':
      return r.later(0).slice(0, 10);
    case 'datetime':
      return r.at(createdTimestamp);
    case 'dropdown':
      return r.pick(['low', 'high']);
    case 'multiselect':
      return r.index % 3 === 0 ? ['low', 'high'] : ['low'];
    case 'textarea':
      return r.text(`${r.pick(words)}\n${r.pick(words)}`);
    default:
      return r.text(r.pick(words));
  }
}

function relatedTo(r: RowSource, namespace: string, hasMany: boolean): string[] {
  const ids = [r.ref(namespace), ...(hasMany ? [r.ref(namespace)] : [])];
  return [...new Set(ids.filter(id => id !== null))];
}
