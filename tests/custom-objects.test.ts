// Streams of custom objects: their names and columns, from rows as the API's list of schemas has them.

import {afterEach, describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {findOffer, namesCustomObjects} from '../src/account-offer.js';
import {discover} from '../src/catalog.js';
import {customObjectStreams, parseCustomObject, type ReleasedObject, unreadableObject} from '../src/custom-objects.js';
import {formOf} from '../src/reading/envelopes.js';
import {objectToRemember, releasedObjects} from '../src/released-objects.js';
import {schemaOf} from '../src/schemas.js';
import {type StreamDefinition, spellingOf} from '../src/stream-definition.js';
import {compileTransform} from '../src/transform.js';
import type {WireRow} from '../src/wire.js';
import {type ListAnswer, startListServer} from './support/list-server.js';
import {createContext} from './support/reading.js';

const SAMPLE: WireRow = {
  id: '6449c3f3-b68d-46d1-850b-c8aea998ce1b',
  slug: 'my-object',
  labels: {singular: 'My Object', plural: 'My Objects'},
  createdTimestamp: '2021-04-16T15:08:25.783751329Z',
  fields: [
    {id: 'my-number-field', labels: {singular: 'Number'}, type: 'number', scale: 0},
    {id: 'tags', labels: {singular: 'Tags'}, type: 'multiselect'},
    {id: 'due-at', labels: {singular: 'Due'}, type: 'datetime'},
    {id: 'note', labels: {singular: 'Note'}, type: 'textarea'},
    {id: 'odd', type: 'a type that came later'},
  ],
  relationships: [
    {id: 'primary-contact', labels: {singular: 'Primary Contact'}, namespace: 'contacts', hasMany: false},
    {id: 'deals', namespace: 'deals', hasMany: true},
  ],
};

/** The streams of rows as the API sends them. */
function streamsOf(...rows: readonly WireRow[]) {
  return customObjectStreams(rows.map(parseCustomObject).filter(object => object !== undefined));
}

function only({streams: [stream]}: {readonly streams: readonly StreamDefinition[]}): StreamDefinition {
  if (!stream) throw new Error('there is no stream');
  return stream;
}

const withSlug = (slug: string, more: WireRow = {}): WireRow => ({...SAMPLE, id: `id of ${slug}`, slug, ...more});
const withFields = (...ids: readonly string[]): WireRow => ({...SAMPLE, fields: ids.map(id => ({id, type: 'text'}))});
const namesOf = (rows: readonly WireRow[]) => streamsOf(...rows).streams.map(({tapStreamId}) => tapStreamId);
const columnsOf = (row: WireRow) => Object.keys(schemaOf(only(streamsOf(row))).properties);

describe('a custom object', () => {
  test('is a stream with a column of the right type for each field and relationship', () => {
    const stream = only(streamsOf(SAMPLE));
    expect(stream).toMatchObject({
      tapStreamId: 'custom_object_my_object',
      path: 'customObjects/records/6449c3f3-b68d-46d1-850b-c8aea998ce1b',
      replicationKey: 'updated_timestamp',
    });
    const types = Object.entries(schemaOf(stream).properties).map(([name, {type, format}]) => [name, format ?? type]);
    expect(types).toEqual([
      ['id', 'string'],
      ['external_id', ['null', 'string']],
      ['schema_id', ['null', 'string']],
      ['created_timestamp', 'date-time'],
      ['updated_timestamp', 'date-time'],
      ['my_number_field', ['null', 'number']],
      ['tags', ['null', 'array']],
      ['due_at', 'date-time'],
      ['note', ['null', 'string']],
      ['odd', ['null', 'string']],
      ['primary_contact_id', ['null', 'string']],
      ['deals_ids', ['null', 'array']],
    ]);
  });

  test('gives records in which every value of its rows is found', () => {
    const stream = only(streamsOf(SAMPLE));
    const rows = formOf(stream).rowsOf(
      {
        records: [
          {
            id: 'r1',
            externalId: 'x',
            schemaId: SAMPLE['id'],
            fields: [
              {id: 'my-number-field', value: '100'},
              {id: 'tags', value: ['a', 'b']},
              {id: 'due-at', value: '2026-05-21T00:00:00Z'},
              {id: 'odd', value: {any: ['thing']}},
            ],
            relationships: {'primary-contact': ['14'], deals: ['7']},
            createdTimestamp: '2021-04-16T16:12:22.222685095Z',
            updatedTimestamp: '2021-04-16T16:13:12.022671090Z',
          },
        ],
      },
      'records',
    );
    const {transform, drift, misfits} = compileTransform({
      schema: schemaOf(stream),
      zone: 'UTC',
      ...spellingOf(stream),
    });
    expect(rows?.map(transform)).toEqual([
      {
        id: 'r1',
        external_id: 'x',
        schema_id: SAMPLE['id'],
        created_timestamp: '2021-04-16T16:12:22.222685Z',
        updated_timestamp: '2021-04-16T16:13:12.022671Z',
        my_number_field: 100,
        tags: ['a', 'b'],
        due_at: '2026-05-21T00:00:00.000000Z',
        note: null,
        odd: '{"any":["thing"]}',
        primary_contact_id: '14',
        deals_ids: ['7'],
      },
    ]);
    expect([drift.size, misfits.size]).toEqual([0, 0]);
  });

  test.each([
    [[], null],
    [['14', '15'], '["14","15"]'],
  ])('keeps what a relationship to one object holds against all expectation: %j', (ids, expected) => {
    const stream = only(streamsOf(SAMPLE));
    const rows = formOf(stream).rowsOf({records: [{id: 'r', relationships: {'primary-contact': ids}}]}, 'records');
    const {transform} = compileTransform({schema: schemaOf(stream), zone: 'UTC', ...spellingOf(stream)});
    expect(rows?.map(row => transform(row)['primary_contact_id'])).toEqual([expected]);
  });

  test.each<[string, unknown]>([
    [
      'a list',
      [
        {id: 'tags', value: ['a']},
        {id: 'my-number-field', value: 5},
      ],
    ],
    [
      'a list with gaps, which comes as an object',
      {3: {id: 'tags', value: ['a']}, 7: {id: 'my-number-field', value: 5}},
    ],
    ['a map by field', {tags: ['a'], 'my-number-field': 5}],
    [
      'a list with a single choice',
      [
        {id: 'tags', value: 'a'},
        {id: 'my-number-field', value: '5'},
      ],
    ],
  ])('has the values of records that hold them as %s', (_, fields) => {
    const stream = only(streamsOf(SAMPLE));
    const rows = formOf(stream).rowsOf({records: [{id: 'r', fields, relationships: []}]}, 'records') ?? [];
    const {transform} = compileTransform({schema: schemaOf(stream), zone: 'UTC', ...spellingOf(stream)});
    expect(rows.map(transform)).toMatchObject([{tags: ['a'], my_number_field: 5}]);
  });

  test('without an id is none', () => expect(parseCustomObject({slug: 'x'})).toBeUndefined());

  test('is in the catalog, not selected, with the id of its schema', () => {
    const [entry] = discover(streamsOf(SAMPLE).streams).streams;
    expect(entry?.metadata[0]?.metadata).toMatchObject({
      'selected-by-default': false,
      'custom-object-schema-id': SAMPLE['id'],
    });
  });
});

describe('names', () => {
  test.each([
    ['my-object', 'custom_object_my_object'],
    ['Support Ticket', 'custom_object_support_ticket'],
    ['2nd-order', 'custom_object_2nd_order'],
    ['Größe Élan', 'custom_object_grosse_elan'],
    ['--', 'custom_object_object'],
  ])('of the slug %s', (slug, expected) => expect(namesOf([withSlug(slug)])).toEqual([expected]));

  test('do not depend on the order in which the API lists the objects, and the older one keeps the plain name', () => {
    const [older, newer] = [
      withSlug('a-b', {createdTimestamp: '2021-01-01T00:00:00Z'}),
      withSlug('A_B', {createdTimestamp: '2022-01-01T00:00:00Z'}),
    ];
    const names = namesOf([older, newer]);
    expect(names).toEqual(['custom_object_a_b', expect.stringMatching(/^custom_object_a_b_[0-9a-f]{6}$/)]);
    expect(namesOf([newer, older])).toEqual(names);
    expect(namesOf([older])).toEqual(['custom_object_a_b']);
    expect(streamsOf(newer, older).warnings).toEqual([
      `the custom object "A_B" is the stream ${names[1]}, since custom_object_a_b is another one`,
    ]);
  });

  test('are never those of streams that every account has', () => {
    expect(namesOf([withSlug('schemas'), withSlug('records')])).toEqual([
      expect.stringMatching(/^custom_object_records_[0-9a-f]{6}$/),
      expect.stringMatching(/^custom_object_schemas_[0-9a-f]{6}$/),
    ]);
  });

  test('of columns never hide those that every object has, and what is renamed is said', () => {
    const columns = columnsOf(withFields('ID', 'created-timestamp', 'Amount', 'amount'));
    expect(columns.slice(5, 9)).toEqual([
      expect.stringMatching(/^id_[0-9a-f]{6}$/),
      expect.stringMatching(/^created_timestamp_[0-9a-f]{6}$/),
      'amount',
      expect.stringMatching(/^amount_[0-9a-f]{6}$/),
    ]);
    expect(streamsOf(withFields('ID')).warnings).toEqual([
      expect.stringMatching(
        /^custom_object_my_object: "field:ID" is the column id_[0-9a-f]{6}, since id is another one$/,
      ),
    ]);
  });

  test('are all different, plain and short enough, whatever people call their fields', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.oneof(fc.string(), fc.string({unit: 'grapheme'}), fc.stringMatching(/^[A-Za-z0-9_-]{1,90}$/)),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        ids => {
          const named = ids.filter(id => id !== '');
          const columns = columnsOf(withFields(...named)).slice(5);
          expect(new Set(columns).size).toBe(named.length + 2);
          for (const column of columns) expect(column).toMatch(/^[a-z][a-z0-9_]{0,62}$/);
        },
      ),
      {seed: 41, numRuns: 300},
    );
  });
});

describe('what was released', () => {
  const older = withSlug('a-b', {createdTimestamp: '2021-01-01T00:00:00Z'});
  const newer = withSlug('A_B', {createdTimestamp: '2022-01-01T00:00:00Z'});
  const parsed = (...rows: readonly WireRow[]) => rows.flatMap(row => parseCustomObject(row) ?? []);
  const fault = {path: 'p', detail: 'd'};

  /** What a catalog, or a state, tells of these streams. */
  const told: [string, (streams: readonly StreamDefinition[]) => readonly ReleasedObject[]][] = [
    ['a catalog', streams => releasedObjects(JSON.parse(JSON.stringify(discover(streams))), {bookmarks: {}})],
    [
      'the state',
      streams =>
        releasedObjects(undefined, {
          bookmarks: Object.fromEntries(
            streams.map(stream => [stream.tapStreamId, {columns: objectToRemember(stream)}]),
          ),
        }),
    ],
  ];

  describe.each(told)('as %s tells', (_, releasedFrom) => {
    test('keeps its name when the object that had the plain one is gone, and when its slug is another', () => {
      const before = streamsOf(older, newer).streams;
      const [, name] = before.map(({tapStreamId}) => tapStreamId);
      const after = customObjectStreams(parsed({...newer, slug: 'c'}), releasedFrom(before));
      expect(after.streams.map(({tapStreamId}) => tapStreamId)).toEqual([name]);
      expect(after.warnings).toEqual([`the custom object "c" is the stream ${name}, as it was before`]);
    });

    test('is never the name of another object', () => {
      const {streams, warnings} = customObjectStreams(parsed(newer), releasedFrom(streamsOf(older).streams));
      const [name = ''] = streams.map(({tapStreamId}) => tapStreamId);
      expect(name).toMatch(/^custom_object_a_b_[0-9a-f]{6}$/);
      expect(warnings).toEqual([
        `the custom object "A_B" is the stream ${name}, since custom_object_a_b is another one`,
      ]);
    });

    test('keeps its columns, in whatever order the fields come and whichever of them are gone', () => {
      const before = streamsOf(withFields('Amount', 'amount', 'plain')).streams;
      const [, second = ''] = Object.keys(schemaOf(only({streams: before})).properties).slice(5);
      const columnOf = (row: WireRow) =>
        Object.entries(only(customObjectStreams(parsed(row), releasedFrom(before))).wireKeys ?? {});
      expect(columnOf(withFields('amount', 'Amount')).slice(0, 2)).toEqual([
        [second, 'field:amount'],
        ['amount', 'field:Amount'],
      ]);
      expect(columnOf(withFields('amount', 'AMOUNT')).slice(0, 2)).toEqual([
        [second, 'field:amount'],
        [expect.stringMatching(/^amount_[0-9a-f]{6}$/), 'field:AMOUNT'],
      ]);
    });

    test('has no column that changes its type', () => {
      const before = streamsOf(withFields('amount')).streams;
      const number = {...SAMPLE, fields: [{id: 'amount', type: 'number'}]};
      const stream = only(customObjectStreams(parsed(number), releasedFrom(before)));
      const columns = Object.entries(schemaOf(stream).properties).slice(5, 6);
      expect(columns).toEqual([
        [expect.stringMatching(/^amount_[0-9a-f]{6}$/), expect.objectContaining({type: ['null', 'number']})],
      ]);
      expect(only(customObjectStreams(parsed(number), releasedFrom([stream]))).wireKeys).toEqual(stream.wireKeys);
    });

    test('has its columns still when it cannot be read', () => {
      const before = streamsOf(SAMPLE).streams;
      const typesIn = (stream: StreamDefinition) =>
        Object.entries(schemaOf(stream).properties).map(([name, {description: _, ...type}]) => [name, type]);
      const [released] = releasedFrom(before);
      if (!released) throw new Error('nothing was released');
      const stream = unreadableObject(released, fault);
      expect(typesIn(stream)).toEqual(typesIn(only({streams: before})));
      expect(stream).toMatchObject({tapStreamId: 'custom_object_my_object', fault});
    });
  });

  test('is no column that every object has, whatever a catalog says', () => {
    const released = {tapStreamId: 'custom_object_my_object', schemaId: String(SAMPLE['id'])};
    const columns = new Map([['id', 'field:note:text']]);
    const stream = only(customObjectStreams(parsed(SAMPLE), [{...released, columns}]));
    expect(stream.wireKeys).toEqual(only(streamsOf(SAMPLE)).wireKeys);
  });

  test('is in the catalog what somebody has chosen by, whatever the state says', () => {
    const [inCatalog, inState] = [streamsOf(withSlug('x', {id: 'new'})), streamsOf(withSlug('x', {id: 'old'}))];
    const state = {bookmarks: {custom_object_x: {columns: objectToRemember(only(inState))}}};
    const released = releasedObjects(discover(inCatalog.streams), state);
    expect(released.map(({tapStreamId, schemaId}) => [tapStreamId, schemaId])).toEqual([['custom_object_x', 'new']]);
  });

  test.each<[string, unknown, Readonly<Record<string, unknown>>]>([
    ['a catalog and a state of something else', 'catalog', {custom_object_x: 'x', custom_object_y: {columns: 3}}],
    ['entries that are no streams', {streams: [null, 3, {tap_stream_id: 5}]}, {custom_object_x: null}],
    [
      'a stream of every account',
      {streams: [{tap_stream_id: 'contacts', metadata: [{metadata: {'custom-object-schema-id': 'u'}}]}]},
      {custom_object_schemas: {columns: {schema_id: 'schema:u'}}},
    ],
    ['metadata that says nothing', {streams: [{tap_stream_id: 'a', metadata: [{breadcrumb: 'b', metadata: 3}]}]}, {}],
  ])('is not found in %s', (_, catalog, bookmarks) => {
    expect(releasedObjects(catalog, {bookmarks})).toEqual([]);
  });
});

describe('the account is asked for its custom objects', () => {
  const catalog = {
    streams: [{tap_stream_id: 'custom_object_x', metadata: [{metadata: {'custom-object-schema-id': 'u'}}]}],
  };
  test.each<[string, unknown, readonly string[], boolean]>([
    ['the catalog has one', catalog, [], true],
    ['one is named', undefined, ['custom_object_x'], true],
    ['a pattern may mean one', undefined, ['contacts', 'custom_*'], true],
    ['a pattern means all', undefined, ['*'], true],
    ['fields of one are named', undefined, ['custom_object_x.amount'], true],
    ['nothing is said', undefined, [''], false],
    ['other streams are named', {streams: [{tap_stream_id: 'contacts'}]}, ['contacts*', 'deals.*'], false],
    ['the streams of every account are named', undefined, ['custom_object_schemas', 'custom_object_records'], false],
  ])('where %s', (_, given, globs, expected) => expect(namesCustomObjects(given, globs)).toBe(expected));
});

describe('an account', () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => Promise.all(closing.splice(0).map(close => close())));

  const [older, newer] = [
    withSlug('a-b', {createdTimestamp: '2021-01-01T00:00:00Z'}),
    withSlug('A_B', {createdTimestamp: '2022-01-01T00:00:00Z'}),
  ];
  const entryOf = ({id}: WireRow, name: string) => ({
    tap_stream_id: name,
    metadata: [{breadcrumb: [], metadata: {'custom-object-schema-id': id}}],
  });
  const catalog = {streams: [entryOf(older, 'custom_object_a_b'), entryOf(newer, 'custom_object_a_b_of_old')]};

  async function offerOf(answer: ListAnswer, given?: unknown) {
    const server = await startListServer(({path}) => (path === 'users/me' ? {body: {user: {id: '1'}}} : answer));
    const {context, client} = createContext(server.url);
    closing.push(client.close, server.stop);
    const {streams, warnings} = await findOffer(
      context.client,
      {catalog: given, state: {bookmarks: {}}},
      new AbortController().signal,
    );
    const own = streams.filter(({path}) => path.startsWith('customObjects/records/id'));
    return {own: own.map(({tapStreamId, path, fault}) => ({tapStreamId, path, fault})), warnings};
  }

  test('gives objects the names that a catalog has for them, though the older one of that name is gone', async () => {
    const {own} = await offerOf({body: {schemas: [newer]}}, catalog);
    expect(own).toEqual([
      {tapStreamId: 'custom_object_a_b_of_old', path: 'customObjects/records/id%20of%20A_B', fault: undefined},
      {
        tapStreamId: 'custom_object_a_b',
        path: 'customObjects/records/id%20of%20a-b',
        fault: expect.objectContaining({isGone: true}),
      },
    ]);
  });

  test.each<[string, ListAnswer, number]>([
    ['is in trouble', {status: 500, body: '<html>'}, 500],
    ['does not take the question', {status: 400, body: {message: 'no'}}, 400],
    ['shows no list', {body: {message: 'odd'}}, 200],
    ['shows nothing at all', {body: {}}, 200],
    ['does not show them to this token', {status: 403, body: {message: 'no'}}, 403],
    ['does not know them', {status: 404, body: {message: 'no'}}, 404],
  ])('that %s has none, and says why those of a catalog cannot be read', async (_, answer, status) => {
    expect(await offerOf(answer)).toMatchObject({own: [], warnings: {length: 1}});
    const {own} = await offerOf(answer, catalog);
    expect(own.map(({tapStreamId, fault}) => [tapStreamId, fault?.status, fault?.detail])).toEqual([
      ['custom_object_a_b', status, expect.stringContaining('fields of the object cannot be found out')],
      ['custom_object_a_b_of_old', status, expect.stringContaining('fields of the object cannot be found out')],
    ]);
  });
});
