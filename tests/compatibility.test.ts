// People who come from the Python tap, Stitch or Qlik keep their tables: names, keys, methods, fields and types are the
// facts of tests/support/facts, compared with the table and the schemas one by one.

import {describe, expect, test} from '@jest/globals';
import {snakeCase} from '../src/keys.js';
import {loadSchema, typesOf} from '../src/schemas.js';
import {dataKeyOf, keyPropertiesOf, replicationMethodOf, validReplicationKeys} from '../src/stream-definition.js';
import {findStream, streams} from '../src/streams.js';
import {FIRST_STREAMS, fieldFacts, streamFacts} from './support/facts.js';
import {schemaPaths} from './support/schema-paths.js';

const firstFacts = streamFacts.slice(0, FIRST_STREAMS);

test('has the 59 streams of the Python tap, in this order and before all others', () => {
  expect(firstFacts).toHaveLength(59);
  const first = streams.slice(0, firstFacts.length);
  expect(first.map(stream => stream.tapStreamId)).toEqual(firstFacts.map(fact => fact.stream));
});

test('offers a second replication key for contacts and sms alone', () => {
  const choices = streams.filter(stream => validReplicationKeys(stream).length > 1);
  expect(Object.fromEntries(choices.map(stream => [stream.tapStreamId, validReplicationKeys(stream)]))).toEqual({
    contacts: ['udate', 'updated_timestamp'],
    sms: ['ldate', 'tstamp'],
  });
});

describe.each(firstFacts)('$stream', fact => {
  const stream = findStream(fact.stream);
  if (stream === undefined) throw new Error(`no stream ${fact.stream}`);
  const facts = fieldFacts.filter(({stream: name}) => name === fact.stream);
  const fromPython = facts.filter(({origin}) => origin === 'python');
  const apiOnly = facts.filter(({origin}) => origin === 'api-only');
  const nodes = new Map(schemaPaths(loadSchema(fact.stream)));

  test('keeps its key, replication method and replication key', () => {
    expect(keyPropertiesOf(stream)).toEqual([fact.primary_key]);
    expect(replicationMethodOf(stream)).toBe(fact.replication_method);
    expect(stream.replicationKey ?? '').toBe(fact.replication_key);
  });

  // The Python tap reads a child by one request per parent row; this tap does so only where the whole list is missing.
  test('is read from the same list of the API', () => {
    const {path, tapStreamId: parent = ''} = stream.perParent ?? {path: stream.path};
    expect(path).toBe(fact.path.replace(/\{[^}]*\}/, ':id'));
    expect(parent).toBe(fact.parent);
    expect(dataKeyOf(stream)).toBe(fact.data_key);
  });

  // Three differences, all of them narrower than the Python tap's schemas and none visible in a table: a decimal is a
  // plain number, because targets reject or lose `multipleOf`; a field of any type is text; and the key is not null.
  test('keeps the names, types and formats of every field', () => {
    const expected = fromPython.map(({field, types, format}) => ({
      field,
      types: field === 'id' ? ['integer'] : types === 'any' ? ['null', 'string'] : types.split('|'),
      format: format === 'date-time' ? format : undefined,
    }));
    const actual = fromPython.map(({field}) => {
      const node = nodes.get(field);
      return {field, types: node && typesOf(node), format: node?.format};
    });
    expect(actual).toEqual(expected);
  });

  test('adds the fields that the API has gained, after the others, in a type that holds what the API sends', () => {
    const topLevel = [...nodes.keys()].filter(path => /^\w+$/.test(path));
    expect(topLevel.slice(topLevel.length - apiOnly.length)).toEqual(apiOnly.map(({field}) => field));
    for (const {field, types, format} of apiOnly) {
      const node = nodes.get(field);
      const admitted = node === undefined ? [] : typesOf(node);
      const sent = types.split('|').filter(type => type !== 'null');
      // Ids, counts, flags and dates come as strings; where only null was ever seen, the name decides.
      const holding = sent.flatMap(type => (type === 'string' ? ['string', 'integer'] : [type]));
      if (sent.length > 0) expect({[field]: holding}).toEqual({[field]: expect.arrayContaining([admitted[1]])});
      if (format !== '') expect({[field]: node?.format}).toEqual({[field]: format});
    }
  });

  test('has no further fields, but for the items of added arrays', () => {
    const known = new Set([...facts.map(({field}) => field), ...apiOnly.map(({field}) => `${field}[]`)]);
    expect([...nodes.keys()].filter(path => !known.has(path))).toEqual([]);
  });

  test('spells every key of the API as its field, by the rule or by its row', () => {
    const spelt = facts.filter(({api_field: wireKey}) => wireKey !== '');
    for (const {field, api_field: wireKey} of spelt) {
      // A question mark before a key says that the spelling is inferred from its neighbours.
      const key = wireKey.replace(/^\?/, '');
      expect({[key]: stream.wireKeys?.[field] === key ? field : snakeCase(key)}).toEqual({[key]: field});
    }
  });
});
