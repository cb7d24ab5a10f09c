// The streams beyond the first 59, compared one by one with what the API's documents and public code say of them
// (tests/support/facts): paths, keys, methods, and the name, type and format of every field.

import {describe, expect, test} from '@jest/globals';
import {snakeCase} from '../src/keys.js';
import {loadSchema, typesOf} from '../src/schemas.js';
import {
  keyPropertiesOf,
  listKeyOf,
  livesBelowParents,
  replicationMethodOf,
  type StreamDefinition,
} from '../src/stream-definition.js';
import {findStream, streams} from '../src/streams.js';
import {FIRST_STREAMS, fieldFacts, streamFacts} from './support/facts.js';
import {schemaPaths} from './support/schema-paths.js';

type Node = {readonly field: string; readonly types: readonly string[]; readonly format?: string};

const further = streamFacts.slice(FIRST_STREAMS);

/** What the tap puts into a record by itself: whose row it is, which list it came from, or the number of a single row. */
const PUT_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bulk_imports: {state: 'string'},
  event_tracking_status: {id: 'integer'},
  site_tracking_status: {id: 'integer'},
  account_settings: {id: 'integer'},
  sms_credits: {id: 'integer'},
  segment_count_history: {segment_id: 'string', timestamp: 'string'},
  sms_broadcast_recipients: {broadcast_id: 'integer'},
  sms_broadcast_failures: {broadcast_id: 'integer'},
  contact_automation_entry_counts: {contact_id: 'integer'},
};

/** Where one example says less than is sure. */
const OTHERWISE: Readonly<Record<string, readonly Node[]>> = {
  // The facts have one example of a number; a field may be of any type.
  'custom_object_records fields[].value': [{field: 'fields[].value', types: ['null', 'string']}],
  // Accounts send what a field offers to choose from, in a form that no example shows. A text takes any.
  'custom_object_schemas fields[].scale': [
    {field: 'fields[].scale', types: ['null', 'integer']},
    {field: 'fields[].options', types: ['null', 'string']},
  ],
  // Relationships have names that their owners give them.
  'custom_object_records relationships.primary-contact': [],
  'custom_object_records relationships.primary-contact[]': [],
  // The user of the token is one of the users, of whom more is known.
  'current_user signature': [
    ...['signature', 'local_zoneid'].map(field => ({field, types: ['null', 'string']})),
    ...['password_updated_utc_timestamp', 'cdate', 'udate'].map(field => ({
      field,
      types: ['null', 'string'],
      format: 'date-time',
    })),
    {field: 'mfa_enabled', types: ['null', 'integer']},
  ],
  // Called objects, of which nothing is known: one of a few words in all likelihood. A text takes either.
  'whatsapp_conversations status': [{field: 'status', types: ['null', 'string']}],
  'whatsapp_conversations source': [{field: 'source', types: ['null', 'string']}],
  // A wrapper whose fields stand at the top.
  'site_tracking_domains attributes': [],
  'saved_segments attributes': [],
  'segments_v2 attributes': [],
};

/** Lists whose rows stand under several keys, or are the answer itself. */
const WITHOUT_LIST_KEY = ['bulk_imports', 'account_settings', 'sms_credits'];

function streamNamed(tapStreamId: string): StreamDefinition {
  const stream = findStream(tapStreamId);
  if (stream === undefined) throw new Error(`no stream ${tapStreamId}`);
  return stream;
}

/** The fields that the facts call for, under their paths, apart from their order. */
function expectedNodes(tapStreamId: string, keys: readonly string[]): readonly Node[] {
  const facts = fieldFacts.filter(({stream}) => stream === tapStreamId);
  const documented = facts.flatMap(({field, types, format}): readonly Node[] => {
    const otherwise = OTHERWISE[`${tapStreamId} ${field}`];
    if (otherwise) return otherwise;
    const named = types.split('|').map(type => (type === 'any' || type === 'null' ? 'string' : type));
    const type = named.findLast(name => name !== 'string') ?? 'string';
    const path = field.replace(/^attributes\./, '');
    return [
      {
        field: path,
        types: keys.includes(path) ? [type] : ['null', type],
        ...(format === 'date-time' && {format}),
      },
    ];
  });
  const known = new Set(documented.map(({field}) => field));
  const items = documented
    .filter(({field, types}) => types.includes('array') && !known.has(`${field}[]`))
    .map(({field}) => {
      const isOfObjects = documented.some(other => other.field.startsWith(`${field}[].`));
      return {field: `${field}[]`, types: ['null', isOfObjects ? 'object' : 'string']};
    });
  const putIn = Object.entries(PUT_IN[tapStreamId] ?? {}).map(([field, type]) => ({field, types: [type]}));
  return [...putIn, ...documented, ...items];
}

/** What a list has of which nobody documents the fields: its keys and the rest. */
function undocumentedNodes({replicationKey, ...stream}: StreamDefinition): readonly Node[] {
  const putIn = PUT_IN[stream.tapStreamId] ?? {};
  const keys = keyPropertiesOf(stream).map(field => ({field, types: [putIn[field] ?? 'string']}));
  const moved =
    replicationKey === undefined ? [] : [{field: replicationKey, types: ['null', 'string'], format: 'date-time'}];
  return [...keys, ...moved, {field: 'extra', types: ['null', 'string']}];
}

function byField(one: Node, other: Node): number {
  return one.field < other.field ? -1 : 1;
}

test('there are 52 of them, behind the first 59 and in the order of the facts', () => {
  expect(streams.slice(FIRST_STREAMS).map(({tapStreamId}) => tapStreamId)).toEqual(further.map(({stream}) => stream));
  expect(further).toHaveLength(52);
});

describe.each(further)('$stream', fact => {
  const stream = streamNamed(fact.stream);
  const schema = loadSchema(fact.stream);
  const keys = keyPropertiesOf(stream);
  const hasFacts = fieldFacts.some(({stream: name}) => name === fact.stream);
  const nodes = schemaPaths(schema).map(([field, node]) => ({
    field,
    types: typesOf(node),
    ...(node.format && {format: node.format}),
  }));

  test('has its key, replication method and replication key', () => {
    expect(keys).toEqual(fact.primary_key.split(','));
    expect(replicationMethodOf(stream)).toBe(fact.replication_method);
    expect(stream.replicationKey ?? '').toBe(fact.replication_key);
  });

  test('is read at its path, below the parent whose key the path names', () => {
    const {perParent, path, envelope} = stream;
    const named = /\{(\w+)\.(\w+)\}/.exec(fact.path);
    expect(path).toBe(fact.path.replace(/\{[^}]*\}/, ':id'));
    expect(livesBelowParents(stream)).toBe(perParent !== undefined);
    if (fact.parent !== '') expect(perParent?.tapStreamId).toBe(fact.parent);
    if (named) expect([perParent?.tapStreamId, snakeCase(perParent?.parentKey ?? 'id')]).toEqual(named.slice(1));
    if (WITHOUT_LIST_KEY.includes(fact.stream)) expect(['batches', 'body']).toContain(envelope);
    else expect(listKeyOf(stream)).toBe(fact.data_key);
  });

  test('has the fields of the facts with their types and formats, what the tap puts in, and no others', () => {
    const expected = hasFacts ? expectedNodes(fact.stream, keys) : undocumentedNodes(stream);
    expect(nodes.toSorted(byField)).toEqual(expected.toSorted(byField));
  });

  test('keeps what is not documented in extra, its last field, where no field is documented and nowhere else', () => {
    expect(stream.hasExtra === true).toBe(!hasFacts);
    const fields = Object.keys(schema.properties);
    expect(fields.includes('extra')).toBe(!hasFacts);
    if (!hasFacts) expect(fields.at(-1)).toBe('extra');
  });

  test('spells every key of the API as its field, by the rule for names', () => {
    for (const {stream: name, field, api_field: wireKey} of fieldFacts) {
      if (name !== fact.stream || wireKey === '') continue;
      expect(wireKey.split('.').map(snakeCase).join('.')).toBe(field);
    }
  });
});
