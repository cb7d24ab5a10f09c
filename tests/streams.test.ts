import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {snakeCase} from '../src/keys.js';
import {loadSchema, typesOf} from '../src/schemas.js';
import {
  dataKeyOf,
  keyPropertiesOf,
  livesBelowParents,
  replicationMethodOf,
  type StreamDefinition,
  validReplicationKeys,
} from '../src/stream-definition.js';
import {findStream, streams} from '../src/streams.js';
import {schemaPaths} from './support/schema-paths.js';

const schemasDirectory = new URL('../schemas/', import.meta.url);

describe('the stream table', () => {
  test('names its streams once, and the first 59 in alphabetical order', () => {
    const names = streams.map(stream => stream.tapStreamId);
    expect(names).toEqual([...new Set(names)]);
    const first = names.slice(0, 59);
    expect(first).toEqual(first.toSorted());
  });

  test('syncs all of the first 59 streams by default, and of the others those of which nothing speaks against it', () => {
    const unasked = streams.filter(({unselected}) => unselected === undefined).map(stream => stream.tapStreamId);
    expect(unasked.slice(0, 59)).toEqual(streams.slice(0, 59).map(stream => stream.tapStreamId));
    expect(unasked.slice(59)).toEqual(['notes', 'deal_roles', 'group_limits', 'logs', 'link_data', 'mpp_link_data']);
  });

  test('has one schema file for every stream and none besides', () => {
    const files = readdirSync(schemasDirectory).sort();
    expect(files).toEqual(streams.map(stream => `${stream.tapStreamId}.json`).sort());
  });

  test('finds a stream by its tap_stream_id, and nothing by any other name', () => {
    expect(streams.map(stream => findStream(stream.tapStreamId))).toEqual(streams);
    expect(findStream('no_such_stream')).toBeUndefined();
    expect(findStream('constructor')).toBeUndefined();
  });

  test.each([
    ['contact_custom_fields', 'fields'],
    ['contact_custom_field_options', 'fieldOptions'],
    ['contact_custom_field_rels', 'fieldRels'],
  ])('reads %s from the %s of one and the same list', (tapStreamId, dataKey) => {
    expect(streamNamed(tapStreamId).path).toBe('fields');
    expect(dataKeyOf(streamNamed(tapStreamId))).toBe(dataKey);
  });

  test('takes the data key from the last segment of a path of several', () => {
    expect(dataKeyOf({tapStreamId: 'exclusions', path: 'lists/exclusions'})).toBe('exclusions');
  });

  test('calls a stream INCREMENTAL when it has a replication key, else FULL_TABLE', () => {
    expect(replicationMethodOf({tapStreamId: 'a', path: 'a', replicationKey: 'udate'})).toBe('INCREMENTAL');
    expect(replicationMethodOf({tapStreamId: 'a', path: 'a'})).toBe('FULL_TABLE');
  });

  test('offers the default replication key before the others', () => {
    const stream = {tapStreamId: 'a', path: 'a', replicationKey: 'udate', otherReplicationKeys: ['cdate', 'mdate']};
    expect(validReplicationKeys(stream)).toEqual(['udate', 'cdate', 'mdate']);
    expect(validReplicationKeys({tapStreamId: 'a', path: 'a'})).toEqual([]);
  });

  test('reads zone-less dates as UTC for the custom fields and values of accounts and deals alone', () => {
    const utc = streams.filter(stream => stream.zonelessDates === 'UTC').map(stream => stream.tapStreamId);
    expect(utc).toEqual([
      'account_custom_field_values',
      'account_custom_fields',
      'deal_custom_field_values',
      'deal_custom_fields',
    ]);
  });
});

describe.each([...streams])('$tapStreamId', stream => {
  const schema = loadSchema(stream.tapStreamId);
  const nodes = schemaPaths(schema);
  const keys = keyPropertiesOf(stream);

  test('has a path of plain names, with the key of a parent only where its rows live below parents', () => {
    const names = stream.path.split('/');
    const plain = names.filter(name => name !== ':id');
    expect(plain.filter(name => !/^[A-Za-z][A-Za-z0-9]*([-_][a-z]+)*$/.test(name))).toEqual([]);
    expect(names.length - plain.length).toBe(livesBelowParents(stream) && stream.path.includes(':') ? 1 : 0);
    expect(dataKeyOf(stream)).toMatch(/^[A-Za-z_]+$/);
  });

  test('has its key properties in the schema, first and never null', () => {
    expect(Object.keys(schema.properties).slice(0, keys.length)).toEqual(keys);
    for (const key of keys) {
      const {description: _, ...property} = schema.properties[key] ?? {};
      expect([{type: 'integer'}, {type: 'string'}]).toContainEqual(property);
    }
  });

  test('admits null in every property but the key', () => {
    const strict = nodes.filter(([, node]) => !typesOf(node).includes('null')).map(([path]) => path);
    expect(strict).toEqual(keys);
  });

  test('has date-times in its schema for its replication keys', () => {
    for (const key of validReplicationKeys(stream)) {
      const {description: _, ...property} = schema.properties[key] ?? {};
      expect({[key]: property}).toEqual({[key]: {type: ['null', 'string'], format: 'date-time'}});
    }
  });

  test('offers other replication keys only beside a default one, each once', () => {
    const valid = validReplicationKeys(stream);
    expect(valid).toEqual([...new Set(valid)]);
    if (stream.otherReplicationKeys !== undefined) expect(stream.replicationKey).toBeDefined();
  });

  test('filters on the server by one of its valid replication keys', () => {
    if (stream.changedSince === undefined) return;
    expect(validReplicationKeys(stream)).toContain(stream.changedSince.replicationKey);
    expect(stream.changedSince.marginSeconds).toBeGreaterThanOrEqual(1);
  });

  test('names a stream of the table as its parent, and where the key of a parent goes', () => {
    if (stream.perParent === undefined) return;
    const {tapStreamId, path, parameter} = stream.perParent;
    expect(findStream(tapStreamId)).toBeDefined();
    expect(ancestorsOf(stream)).not.toContain(stream.tapStreamId);
    expect(path.split('/').includes(':id')).toBe(parameter === undefined);
  });

  test('puts the key of the parent into a field of its own where that is part of the key', () => {
    const {parentField} = stream.perParent ?? {};
    if (parentField !== undefined) expect(keys[0]).toBe(parentField);
    // Rows that nothing but their parent tells apart need it.
    if (stream.perParent !== undefined && parentField === undefined) expect(keys).toEqual(['id']);
  });

  test('is asked for below changed parents only where parents tell when they changed', () => {
    if (!stream.perParent?.isBelowChanged) return;
    const parent = findStream(stream.perParent.tapStreamId);
    // A parent that hangs below others itself is told of by those.
    expect(parent?.changedSince !== undefined || parent?.perParent?.isBelowChanged === true).toBe(true);
  });

  test('comes along with a list that is read by the ids of its rows', () => {
    const {include, tapStreamId} = stream.perParent ?? {};
    if (include === undefined) return;
    // With the parents' own parents come lists of both; else the rows are spelt as below a parent.
    if (include.through) expect(include.through.dataKey).toBe(dataKeyOf(streamNamed(tapStreamId ?? '')));
    else expect(include.dataKey).toBe(dataKeyOf(stream));
    expect(include.through === undefined).toBe(include.parentKey !== undefined);
    expect(findStream(tapStreamId ?? '')?.envelope).toBeUndefined();
    expect(keys).toEqual(['id']);
  });

  test('keeps what is not documented in a field at the end, if it does', () => {
    const fields = Object.keys(schema.properties);
    if (stream.hasExtra) expect(fields.at(-1)).toBe('extra');
    else expect(fields).not.toContain('extra');
  });

  test('says why it is synced only when it is asked for, in words that end a sentence', () => {
    if (stream.unselected !== undefined) expect(stream.unselected).toMatch(/^[a-z].*[a-z]$/);
  });

  test('has a description, and so has each of its fields, inside objects and lists too', () => {
    const described = nodes.filter(([path]) => !path.endsWith('[]'));
    const texts = [
      ['', schema.description] as const,
      ...described.map(([path, node]) => [path, node.description] as const),
    ];
    expect(texts.filter(([, text]) => text === undefined || !isSentences(text))).toEqual([]);
    // What a list holds is described with the list.
    const items = nodes.filter(([path, {description}]) => path.endsWith('[]') && description !== undefined);
    expect(items).toEqual([]);
  });

  test('spells out wire keys only for fields of its schema, and only where the rule leads elsewhere', () => {
    const paths = new Set(nodes.map(([path]) => path));
    for (const [field, wireKey] of Object.entries(stream.wireKeys ?? {})) {
      expect(paths).toContain(field);
      expect(snakeCase(wireKey)).not.toBe(field.split('.').at(-1));
      expect(Object.keys(schema.properties)).not.toContain(snakeCase(wireKey));
    }
  });

  // Targets keep a list as JSON or make a table of its own of it, in which names begin anew.
  test('has names that every target takes: lower case, at most 63 bytes', () => {
    const names = nodes.flatMap(([path]) => path.replaceAll('[]', '').split('.'));
    expect([stream.tapStreamId, ...names].filter(name => !/^[a-z_][a-z0-9_]{0,62}$/.test(name))).toEqual([]);
    const columns = columnNames(nodes).map(column => column.slice(column.lastIndexOf('[]') + 2).replace(/^__/, ''));
    expect(columns.filter(column => column.length > 63)).toEqual([]);
  });

  test('gives no column twice, ignoring case and with nested names joined by __', () => {
    const columns = columnNames(nodes).map(column => column.replaceAll('[]', ''));
    expect(columns).toEqual([...new Set(columns)]);
  });

  test('keeps to plain type lists with null first', () => {
    for (const [path, {type}] of nodes) {
      if (keys.includes(path)) continue;
      expect({[path]: type}).toEqual({[path]: ['null', ...new Set(typesOf({type}).filter(name => name !== 'null'))]});
      expect(typesOf({type}).length).toBeGreaterThan(1);
    }
  });

  test('has items for its arrays, properties for objects only, and formats on strings only', () => {
    for (const [path, node] of nodes) {
      const types = typesOf(node);
      expect({[path]: node.items !== undefined}).toEqual({[path]: types.includes('array')});
      if (node.properties !== undefined) expect({[path]: types}).toEqual({[path]: expect.arrayContaining(['object'])});
      if (node.format !== undefined) expect({[path]: types}).toEqual({[path]: ['null', 'string']});
    }
  });

  test('is loaded as its file has it, nothing left out', () => {
    const file = readFileSync(new URL(`${stream.tapStreamId}.json`, schemasDirectory), 'utf8');
    expect(JSON.stringify(loadSchema(stream.tapStreamId))).toBe(JSON.stringify(JSON.parse(file)));
  });
});

describe('loadSchema', () => {
  test('throws for a stream without a schema', () => {
    expect(() => loadSchema('no_such_stream')).toThrow('no_such_stream.json');
  });
});

describe('typesOf', () => {
  test('lists one type and several alike', () => {
    expect(typesOf({type: 'integer'})).toEqual(['integer']);
    expect(typesOf({type: ['null', 'string']})).toEqual(['null', 'string']);
  });
});

/** Where a target flattens objects and lists, the nested names become columns and tables joined by two underscores. */
function columnNames(nodes: readonly (readonly [string, unknown])[]): string[] {
  return nodes.filter(([path]) => !path.endsWith('[]')).map(([path]) => path.replaceAll('.', '__').toLowerCase());
}

/** Whether a text is one sentence or more, short enough for the comment of a column. */
function isSentences(text: string): boolean {
  return text.length <= 200 && /^[A-Z\d*"'(].*[^\s.]\.$/u.test(text) && !/\s\s|\n/.test(text);
}

/** The streams below which a stream's rows hang, from the nearest on. */
function ancestorsOf({perParent}: StreamDefinition): string[] {
  if (perParent === undefined) return [];
  return [perParent.tapStreamId, ...ancestorsOf(streamNamed(perParent.tapStreamId))];
}

function streamNamed(tapStreamId: string): StreamDefinition {
  const stream = findStream(tapStreamId);
  if (stream === undefined) throw new Error(`no stream ${tapStreamId}`);
  return stream;
}
