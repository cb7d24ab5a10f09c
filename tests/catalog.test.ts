import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from '@jest/globals';
import {annotateUnsupported, automaticFieldsOf, discover} from '../src/catalog.js';
import {fieldsOf, pathOf, selectFields} from '../src/fields.js';
import {loadSchema, type StreamSchema} from '../src/schemas.js';
import {selectStreams} from '../src/selection.js';
import {streams} from '../src/streams.js';

const catalog = discover();
const entryOf = (tapStreamId: string) => catalog.streams.find(entry => entry.tap_stream_id === tapStreamId);
const metadataOf = (tapStreamId: string, ...breadcrumb: string[]) =>
  entryOf(tapStreamId)?.metadata.find(item => item.breadcrumb.join() === breadcrumb.join())?.metadata;

describe('discovery', () => {
  test('lists all 111 streams in the order of the table', () => {
    expect(catalog.streams).toHaveLength(111);
    expect(catalog.streams.map(entry => entry.tap_stream_id)).toEqual(streams.map(stream => stream.tapStreamId));
  });

  test('prints the same bytes every time', () => {
    expect(JSON.stringify(discover())).toBe(JSON.stringify(catalog));
  });

  test('says of an incremental stream what it proposes, and leaves the choice', () => {
    expect(metadataOf('contacts')).toEqual({
      'table-key-properties': ['id'],
      'replication-method': 'INCREMENTAL',
      'replication-key': 'udate',
      'valid-replication-keys': ['udate', 'updated_timestamp'],
      inclusion: 'available',
      'selected-by-default': true,
    });
    expect(entryOf('contacts')).toMatchObject({replication_method: 'INCREMENTAL', replication_key: 'udate'});
  });

  test('says of a full-table stream that there is no choice', () => {
    expect(metadataOf('tags')).toEqual({
      'table-key-properties': ['id'],
      'forced-replication-method': 'FULL_TABLE',
      inclusion: 'available',
      'selected-by-default': true,
    });
    expect(entryOf('tags')).toMatchObject({replication_method: 'FULL_TABLE'});
    expect(entryOf('tags')).not.toHaveProperty('replication_key');
  });

  test('names the parent of a child stream', () => {
    expect(metadataOf('ecommerce_order_products')).toMatchObject({'parent-tap-stream-id': 'ecommerce_orders'});
    expect(metadataOf('contact_geo_addresses')).toMatchObject({'parent-tap-stream-id': 'contact_geo_ips'});
  });

  test('names all fields of a key that has several', () => {
    const keys = ['broadcast_id', 'error_code', 'error_source'];
    expect(entryOf('sms_broadcast_failures')?.key_properties).toEqual(keys);
    expect(metadataOf('sms_broadcast_failures')).toMatchObject({'table-key-properties': keys});
    for (const key of keys) {
      expect(metadataOf('sms_broadcast_failures', 'properties', key)).toMatchObject({inclusion: 'automatic'});
    }
  });

  test('says that a stream is not selected by default, and why', () => {
    const {description} = loadSchema('contact_goals');
    expect(metadataOf('contact_goals')).toMatchObject({inclusion: 'available', 'selected-by-default': false});
    expect(entryOf('contact_goals')?.schema.description).toBe(
      `${description} Not selected by default: it may take a request for every contact.`,
    );
    expect(metadataOf('contact_goals', 'properties', 'goal')).toMatchObject({'selected-by-default': true});
    expect(entryOf('notes')?.schema.description).toBe(loadSchema('notes').description);
  });

  test('says of fields what they are, nested ones too', () => {
    const {properties = {}} = entryOf('notes')?.schema ?? {};
    expect(properties['id']?.description).toMatch(/\.$/);
    expect(properties['owner']?.properties?.['type']?.description).toMatch(/\.$/);
  });

  test.each([
    ['contacts', 'id', 'automatic'],
    ['contacts', 'udate', 'automatic'],
    ['contacts', 'updated_timestamp', 'automatic'],
    ['contacts', 'email', 'available'],
    ['sms', 'ldate', 'automatic'],
    ['sms', 'tstamp', 'automatic'],
    ['tags', 'id', 'automatic'],
    ['tags', 'tag', 'available'],
  ])('%s.%s is %s', (stream, field, inclusion) => {
    expect(metadataOf(stream, 'properties', field)).toEqual({inclusion, 'selected-by-default': true});
  });

  test('gives the fields inside lists their own metadata', () => {
    const at = ['properties', 'actiondata', 'properties', 'actions', 'items', 'properties', 'email'];
    expect(metadataOf('forms', ...at)).toEqual({inclusion: 'available', 'selected-by-default': true});
  });
});

describe.each(catalog.streams)('$tap_stream_id', entry => {
  test('has metadata for itself and for every property, nested ones too, and for nothing else', () => {
    const breadcrumbs = entry.metadata.map(({breadcrumb}) => JSON.stringify(breadcrumb));
    expect(new Set(breadcrumbs).size).toBe(breadcrumbs.length);
    expect(breadcrumbs).toEqual(['[]', ...breadcrumbsIn(entry.schema).map(breadcrumb => JSON.stringify(breadcrumb))]);
  });

  test('has its key and replication keys among its fields, and they are automatic', () => {
    const stream = streams.find(({tapStreamId}) => tapStreamId === entry.tap_stream_id);
    const automatic = entry.metadata.filter(({metadata}) => metadata['inclusion'] === 'automatic');
    const expected = new Set(stream && automaticFieldsOf(stream));
    expect(new Set(automatic.map(({breadcrumb}) => breadcrumb.slice(1).join('.')))).toEqual(expected);
    for (const key of entry.key_properties) expect(expected).toContain(key);
  });
});

// Written apart from the code under test: any node with properties, wherever it is.
function breadcrumbsIn(node: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof node !== 'object' || node === null) return [];
  const properties = 'properties' in node && typeof node.properties === 'object' ? (node.properties ?? {}) : {};
  const items = 'items' in node ? node.items : undefined;
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => {
      const here = [...at, 'properties', name];
      return [here, ...breadcrumbsIn(inner, here)];
    }),
    ...breadcrumbsIn(items, [...at, 'items']),
  ];
}

describe('a stream that the account cannot read', () => {
  const reason = 'HTTP 403: deals are not part of this plan';
  const annotated = annotateUnsupported(catalog, new Map([['deals', reason]]));

  test('stays in the catalog, marked with the reason', () => {
    const deals = annotated.streams.find(entry => entry.tap_stream_id === 'deals');
    expect(deals?.metadata[0]).toEqual({
      breadcrumb: [],
      metadata: {...metadataOf('deals'), inclusion: 'unsupported', 'unsupported-reason': reason},
    });
    expect(deals?.metadata.slice(1)).toEqual(entryOf('deals')?.metadata.slice(1));
  });

  test('changes nothing about the others', () => {
    const others = (streamId: string) => streamId !== 'deals';
    expect(annotated.streams.filter(entry => others(entry.tap_stream_id))).toEqual(
      catalog.streams.filter(entry => others(entry.tap_stream_id)),
    );
  });
});

test('discovery and selection load no package, so that they answer at once', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const source = readFileSync(`src/${file}`, 'utf8');
    for (const [, name = ''] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm)) {
      if (name.startsWith('.')) follow(join(dirname(file), name).replace(/\.js$/, '.ts'));
      else if (!name.startsWith('node:')) packages.add(name);
    }
  };
  follow('catalog.ts');
  follow('selection.ts');
  expect(seen).toContain('streams.ts');
  expect([...packages]).toEqual([]);
});

describe('fields', () => {
  const schema: StreamSchema = {
    type: 'object',
    properties: {
      id: {type: 'integer'},
      tags: {type: ['null', 'array'], items: {type: ['null', 'string']}},
      free: {type: ['null', 'object']},
      address: {type: ['null', 'object'], properties: {city: {type: 'string'}, zip: {type: 'string'}}},
      lines: {
        type: ['null', 'array'],
        items: {type: 'object', properties: {sku: {type: 'string'}, price: {type: 'number'}}},
      },
    },
  };

  test('are listed with their paths, objects before what is in them', () => {
    expect(fieldsOf(schema).map(({path}) => path)).toEqual([
      'id',
      'tags',
      'free',
      'address',
      'address.city',
      'address.zip',
      'lines',
      'lines.sku',
      'lines.price',
    ]);
    expect(fieldsOf(schema).at(-1)).toEqual({
      path: 'lines.price',
      breadcrumb: ['properties', 'lines', 'items', 'properties', 'price'],
      parent: 'lines',
    });
  });

  test.each([
    [['properties', 'a'], 'a'],
    [['properties', 'a', 'properties', 'b'], 'a.b'],
    [['properties', 'a', 'items', 'properties', 'b'], 'a.b'],
    [['properties', 'properties', 'properties', 'items'], 'properties.items'],
    [[], undefined],
    [['properties'], undefined],
    [['a'], undefined],
  ])('the breadcrumb %j leads to %s', (breadcrumb, path) => {
    expect(pathOf(breadcrumb)).toBe(path);
  });

  test.each([
    [
      ['id', 'tags', 'free'],
      {id: {type: 'integer'}, tags: schema.properties['tags'], free: {type: ['null', 'object']}},
    ],
    [['address', 'address.zip'], {address: {type: ['null', 'object'], properties: {zip: {type: 'string'}}}}],
    [
      ['lines', 'lines.sku'],
      {lines: {type: ['null', 'array'], items: {type: 'object', properties: {sku: {type: 'string'}}}}},
    ],
    [['address.zip'], {}],
    [['address', 'lines'], {}],
  ])('of %j leave that much of the schema', (paths: readonly string[], properties) => {
    expect(selectFields(schema, path => paths.includes(path))).toEqual({type: 'object', properties});
  });

  test('all of them leave the schema as it is', () => {
    const {streams: selected} = selectStreams({});
    for (const stream of selected) expect(stream.schema).toEqual(loadSchema(stream.definition.tapStreamId));
  });
});
