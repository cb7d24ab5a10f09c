import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {automaticFieldsOf, discover} from '../src/catalog.js';
import {InputError} from '../src/errors.js';
import {fieldsOf} from '../src/fields.js';
import {parseCatalog} from '../src/given-catalog.js';
import {presets} from '../src/presets.js';
import {fullRefreshMatcher, type SelectedStream, selectStreams} from '../src/selection.js';
import {findStream, streams} from '../src/streams.js';

type Json = Readonly<Record<string, unknown>>;
type Selection = {readonly streams: readonly SelectedStream[]; readonly warnings: readonly string[]};

const field = (path: string, metadata: Json) => ({
  breadcrumb: path.split('.').flatMap(name => ['properties', name]),
  metadata,
});

/** An entry as people and tools write it: the name, metadata of the stream, and whatever else. */
const entry = (tap_stream_id: string, metadata: Json, fields: readonly Json[] = [], more: Json = {}) => ({
  tap_stream_id,
  metadata: [{breadcrumb: [], metadata}, ...fields],
  ...more,
});

function selectFrom(entries: readonly Json[], select?: string): Selection {
  const {catalog, warnings} = parseCatalog({streams: entries}, 'catalog.json');
  const selection = selectStreams({catalog, ...(select === undefined ? {} : {select})});
  return {streams: selection.streams, warnings: [...warnings, ...selection.warnings]};
}

const namesOf = ({streams}: Selection) => streams.map(({definition}) => definition.tapStreamId);
const pathsOf = (stream: SelectedStream | undefined) =>
  stream === undefined ? [] : fieldsOf(stream.schema).map(({path}) => path);

/** Whether a stream is in one of these ready selections. */
function isIn(stream: string, ...names: readonly string[]): boolean {
  return names.some(name => presets[name]?.streams.includes(stream));
}

describe('without a catalog', () => {
  test('everything is selected that is so by default, in the order of the table, but a child behind its parent', () => {
    const names = namesOf(selectStreams({}));
    expect(names).toHaveLength(65);
    expect(names.indexOf('ecommerce_order_products')).toBe(names.indexOf('ecommerce_orders') + 1);
    const byDefault = streams.filter(({unselected}) => unselected === undefined).map(({tapStreamId}) => tapStreamId);
    expect(names.filter(name => name !== 'ecommerce_order_products')).toEqual(
      byDefault.filter(name => name !== 'ecommerce_order_products'),
    );
    expect(selectStreams({}).warnings).toEqual([]);
  });

  test('streams are replicated as the table proposes', () => {
    for (const {definition, replicationKey, replicationMethod} of selectStreams({}).streams) {
      expect(replicationKey).toBe(definition.replicationKey);
      expect(replicationMethod).toBe(replicationKey === undefined ? 'FULL_TABLE' : 'INCREMENTAL');
    }
  });
});

test('a discovered catalog that nobody edited selects what is selected without one', () => {
  const {catalog, warnings} = parseCatalog(JSON.parse(JSON.stringify(discover())), 'catalog.json');
  expect(warnings).toEqual([]);
  expect(selectStreams({catalog})).toEqual(selectStreams({}));
});

describe('a stream of a catalog', () => {
  const schema = {type: 'object', properties: {}};
  test.each<[string, Json, boolean]>([
    ['selected: true', entry('tags', {selected: true}), true],
    ['selected: "true"', entry('tags', {selected: 'true'}), true],
    ['selected: "True"', entry('tags', {selected: 'True'}), true],
    ['selected: false', entry('tags', {selected: false, 'selected-by-default': true}), false],
    ['selected: "false"', entry('tags', {selected: 'false', 'selected-by-default': true}), false],
    ['selected: null, by default', entry('tags', {selected: null, 'selected-by-default': true}), true],
    ['selected-by-default: true', entry('tags', {'selected-by-default': true}), true],
    ['selected-by-default: false', entry('tags', {'selected-by-default': false}), false],
    ['no word', entry('tags', {}), false],
    ['no metadata', {tap_stream_id: 'tags'}, false],
    ['selected on the entry', {tap_stream_id: 'tags', selected: true}, true],
    ['selected: false on the entry', entry('tags', {'selected-by-default': true}, [], {selected: false}), false],
    ['selected in the schema', {tap_stream_id: 'tags', schema: {...schema, selected: true}}, true],
    ['"false" in the schema', {tap_stream_id: 'tags', schema: {...schema, selected: 'false'}}, false],
    [
      'the schema against the metadata',
      entry('tags', {selected: false}, [], {schema: {...schema, selected: true}}),
      false,
    ],
    ['the metadata against the entry', entry('tags', {selected: true}, [], {selected: false}), true],
    ['unsupported', entry('tags', {selected: true, inclusion: 'unsupported'}), false],
    ['only the name of the stream', {stream: 'tags', selected: true}, true],
    ['a breadcrumb of null', {tap_stream_id: 'tags', metadata: [{breadcrumb: null, metadata: {selected: true}}]}, true],
  ])('with %s', (_what, given, isSelected) => {
    expect(namesOf(selectFrom([given]))).toEqual(isSelected ? ['tags'] : []);
  });

  test('that it does not name is not synced', () => {
    expect(namesOf(selectFrom([entry('tags', {selected: true})]))).toEqual(['tags']);
    expect(namesOf(selectFrom([]))).toEqual([]);
  });

  test('keeps its place, but for a child, which comes right behind its parent', () => {
    const chosen = {selected: true};
    expect(
      namesOf(
        selectFrom([
          entry('ecommerce_order_products', chosen),
          entry('tags', chosen),
          entry('ecommerce_orders', chosen),
          entry('contacts', chosen),
        ]),
      ),
    ).toEqual(['tags', 'ecommerce_orders', 'ecommerce_order_products', 'contacts']);
  });

  test('that is a child is synced without its parent, too', () => {
    expect(namesOf(selectFrom([entry('ecommerce_order_products', {selected: true})]))).toEqual([
      'ecommerce_order_products',
    ]);
  });

  test('that the account cannot read is left out with a warning', () => {
    const given = entry('deals', {'selected-by-default': true, inclusion: 'unsupported'});
    expect(selectFrom([given]).warnings).toEqual([
      'the catalog marks deals as unsupported, so they are left out; discover again when rights changed',
    ]);
    expect(selectFrom([entry('deals', {selected: false, inclusion: 'unsupported'})]).warnings).toEqual([]);
  });
});

describe('a field of a selected stream', () => {
  const has = (fields: readonly Json[], path: string, more: Json = {}) =>
    pathsOf(selectFrom([entry('forms', {selected: true}, fields, more)]).streams[0]).includes(path);

  test.each<[string, readonly Json[], string, boolean]>([
    ['no word', [], 'name', true],
    ['selected: true', [field('name', {selected: true})], 'name', true],
    ['selected: false', [field('name', {selected: false})], 'name', false],
    ['selected: "false"', [field('name', {selected: 'false'})], 'name', false],
    ['selected-by-default: false', [field('name', {'selected-by-default': false})], 'name', false],
    ['selected against the default', [field('name', {selected: true, 'selected-by-default': false})], 'name', true],
    ['selected: null', [field('name', {selected: null, 'selected-by-default': false})], 'name', false],
    ['unsupported', [field('name', {selected: true, inclusion: 'unsupported'})], 'name', false],
    ['automatic', [field('name', {selected: false, inclusion: 'automatic'})], 'name', true],
    ['a key deselected', [field('id', {selected: false})], 'id', true],
    ['a key unsupported', [field('id', {inclusion: 'unsupported'})], 'id', true],
    ['a replication key deselected', [field('udate', {selected: false})], 'udate', true],
    ['its parent deselected', [field('submitdata', {selected: false})], 'submitdata.url', false],
    [
      'its parent deselected, itself selected',
      [field('submitdata', {selected: false}), field('submitdata.url', {selected: true})],
      'submitdata.url',
      false,
    ],
    ['nested, deselected', [field('style.background', {selected: false})], 'style.background', false],
    ['nested, its neighbour deselected', [field('style.background', {selected: false})], 'style', true],
    ['the only one in an object deselected', [field('submitdata.url', {selected: false})], 'submitdata', false],
    [
      'in a list, as Meltano writes it',
      [field('actiondata.actions.email', {selected: false})],
      'actiondata.actions.email',
      false,
    ],
    [
      'in a list, as we write it',
      [
        {
          breadcrumb: ['properties', 'actiondata', 'properties', 'actions', 'items', 'properties', 'email'],
          metadata: {selected: false},
        },
      ],
      'actiondata.actions.email',
      false,
    ],
    [
      'in a list, its neighbour deselected',
      [field('actiondata.actions.email', {selected: false})],
      'actiondata.actions.list',
      true,
    ],
  ])('with %s', (_what, fields, path, expected) => {
    expect(has(fields, path)).toBe(expected);
  });

  test.each<[string, readonly Json[], Json, string, boolean]>([
    ['selected: false in its schema node', [], {properties: {name: {selected: false}}}, 'name', false],
    [
      'selected: true in its node',
      [field('name', {inclusion: 'available'})],
      {properties: {name: {selected: true}}},
      'name',
      true,
    ],
    [
      'the metadata against its node',
      [field('name', {selected: true})],
      {properties: {name: {selected: false}}},
      'name',
      true,
    ],
    ['inclusion in its node', [], {properties: {name: {inclusion: 'unsupported'}}}, 'name', false],
    [
      'a nested node',
      [],
      {properties: {submitdata: {properties: {url: {selected: 'false'}}}}},
      'submitdata.url',
      false,
    ],
    [
      "a node in a list, as the Python tap's anyOf hides it",
      [],
      {
        properties: {
          actiondata: {
            properties: {
              actions: {anyOf: [{type: 'null'}, {type: 'array', items: {properties: {email: {selected: false}}}}]},
            },
          },
        },
      },
      'actiondata.actions.email',
      false,
    ],
    ['a schema that is true', [], {properties: {name: true}}, 'name', true],
  ])('in an old catalog: %s', (_what, fields, schema, path, expected) => {
    expect(has(fields, path, {schema})).toBe(expected);
  });

  test('is in the order of the schema, whatever the order in the catalog', () => {
    const [contacts] = selectFrom([
      entry('contacts', {selected: true}, [field('phone', {selected: true}), field('email', {selected: true})]),
    ]).streams;
    expect(pathsOf(contacts)).toEqual(
      fieldsOf(contacts?.fullSchema ?? {type: 'object', properties: {}}).map(f => f.path),
    );
  });
});

describe('what the tap does not have', () => {
  test('is warned of, with the nearest name', () => {
    const {streams, warnings} = selectFrom([
      entry('contcts', {selected: true}),
      entry('invoices', {selected: true}),
      entry('forms', {selected: true}, [
        field('titel', {selected: true}),
        field('constructor', {selected: true}),
        field('submitdata.urls', {selected: true}),
        {breadcrumb: ['odd'], metadata: {}},
      ]),
    ]);
    expect(streams.map(({definition}) => definition.tapStreamId)).toEqual(['forms']);
    expect(warnings).toEqual([
      'the catalog names the stream "contcts", which the tap does not have; did you mean "contacts"?',
      'the catalog names the stream "invoices", which the tap does not have',
      'the catalog names the field forms.titel, which the tap does not have; did you mean "title"?',
      'the catalog names the field forms.constructor, which the tap does not have',
      'the catalog names the field forms.submitdata.urls, which the tap does not have; did you mean "submitdata.url"?',
      'the catalog names the field forms.odd, which the tap does not have',
    ]);
  });
});

test('of fields inside a free-form object, or inside an unknown one, nobody is warned', () => {
  const fields = [field('params.anything', {}), field('odd.inner', {})];
  expect(selectFrom([entry('automation_blocks', {selected: true}, fields)]).warnings).toEqual([]);
});

describe('what is no catalog is refused with the place of the fault', () => {
  const noCatalog = 'this is no catalog: it has no list "streams"; make one with --discover';
  test.each<[unknown, string]>([
    [null, noCatalog],
    [[], noCatalog],
    [{}, noCatalog],
    [{streams: {}}, noCatalog],
    [{streams: ['tags']}, 'entry 1 of "streams" has no "tap_stream_id"; make a catalog with --discover'],
    [{streams: [{}]}, 'entry 1 of "streams" has no "tap_stream_id"; make a catalog with --discover'],
    [{streams: [{tap_stream_id: 5}]}, 'entry 1 of "streams" has no "tap_stream_id"; make a catalog with --discover'],
    [
      {streams: [{tap_stream_id: 'tags'}, {tap_stream_id: 'tags'}]},
      'the stream tags is there twice; remove one of its entries',
    ],
    [{streams: [{tap_stream_id: 'tags', metadata: {}}]}, 'stream tags: "metadata" must be a list, not an object'],
    [
      {streams: [{tap_stream_id: 'tags', metadata: [{breadcrumb: 'id'}]}]},
      'stream tags: each item of "metadata" needs a "breadcrumb" (a list of names) and "metadata" (an object)',
    ],
    [
      {streams: [{tap_stream_id: 'tags', metadata: [7]}]},
      'stream tags: each item of "metadata" needs a "breadcrumb" (a list of names) and "metadata" (an object)',
    ],
    [{streams: [entry('tags', {selected: 'yes'})]}, 'stream tags: "selected" must be true or false, not "yes"'],
    [{streams: [entry('tags', {selected: 1})]}, 'stream tags: "selected" must be true or false, not a number'],
    [
      {streams: [entry('tags', {'replication-method': 5})]},
      'stream tags: "replication-method" must be text, not a number',
    ],
  ])('%j', (value, fault) => {
    expect(() => parseCatalog(value, 'catalog.json')).toThrow(new InputError('catalog.json', fault));
  });
});

describe('the replication of a stream', () => {
  const chosen = {selected: true};
  test.each<[string, Json, string, string | undefined]>([
    ['no word', entry('contacts', chosen), 'INCREMENTAL', 'udate'],
    ['FULL_TABLE', entry('contacts', {...chosen, 'replication-method': 'FULL_TABLE'}), 'FULL_TABLE', undefined],
    [
      "FULL_TABLE over the Python tap's forced INCREMENTAL",
      entry('contacts', {
        ...chosen,
        'forced-replication-method': 'INCREMENTAL',
        'replication-method': 'FULL_TABLE',
        'replication-key': 'udate',
      }),
      'FULL_TABLE',
      undefined,
    ],
    [
      'FULL_TABLE on the entry',
      entry('contacts', chosen, [], {replication_method: 'FULL_TABLE'}),
      'FULL_TABLE',
      undefined,
    ],
    [
      'FULL_TABLE on the entry, with what discovery proposed in the metadata',
      entry('contacts', {...chosen, 'replication-method': 'INCREMENTAL'}, [], {replication_method: 'FULL_TABLE'}),
      'FULL_TABLE',
      undefined,
    ],
    [
      'another valid key',
      entry('contacts', {...chosen, 'replication-key': 'updated_timestamp'}),
      'INCREMENTAL',
      'updated_timestamp',
    ],
    [
      'another valid key on the entry',
      entry('sms', {...chosen, 'replication-key': 'ldate'}, [], {replication_key: 'tstamp'}),
      'INCREMENTAL',
      'tstamp',
    ],
    [
      'another valid key in the metadata, the proposed one on the entry',
      entry('sms', {...chosen, 'replication-key': 'tstamp'}, [], {replication_key: 'ldate'}),
      'INCREMENTAL',
      'tstamp',
    ],
    [
      'null in all places',
      entry('contacts', {...chosen, 'replication-method': null, 'replication-key': null}, [], {
        replication_method: null,
        replication_key: '',
      }),
      'INCREMENTAL',
      'udate',
    ],
    [
      'FULL_TABLE with a key',
      entry('contacts', {...chosen, 'replication-method': 'FULL_TABLE', 'replication-key': 'x'}),
      'FULL_TABLE',
      undefined,
    ],
    ['a full-table stream', entry('tags', {...chosen, 'replication-method': 'FULL_TABLE'}), 'FULL_TABLE', undefined],
  ])('with %s', (_what, given, method, key) => {
    const {streams, warnings} = selectFrom([given]);
    expect(streams[0]).toMatchObject({replicationMethod: method});
    expect(streams[0]?.replicationKey).toBe(key);
    expect(warnings).toEqual([]);
  });

  test('that is impossible for a full-table stream is warned of', () => {
    const {streams, warnings} = selectFrom([
      entry('tags', {...chosen, 'replication-method': 'INCREMENTAL', 'replication-key': 'updated_timestamp'}),
    ]);
    expect(streams[0]).toMatchObject({replicationMethod: 'FULL_TABLE', replicationKey: undefined});
    expect(warnings).toEqual([
      'the stream tags has no replication key, so it is read whole in spite of INCREMENTAL in the catalog',
    ]);
  });

  test.each<[Json, string]>([
    [
      entry('contacts', {...chosen, 'replication-key': 'cdate'}),
      'stream contacts: "cdate" is no valid replication-key; choose udate or updated_timestamp',
    ],
    [
      entry('deals', chosen, [], {replication_key: 'cdate'}),
      'stream deals: "cdate" is no valid replication-key; choose mdate',
    ],
    [
      entry('contacts', {...chosen, 'replication-method': 'LOG_BASED'}),
      'stream contacts: there is no replication-method "LOG_BASED"; choose INCREMENTAL or FULL_TABLE',
    ],
    [
      entry('tags', {...chosen, 'replication-method': 'LOG_BASED'}),
      'stream tags: there is no replication-method "LOG_BASED"; the stream knows FULL_TABLE only',
    ],
  ])('that does not exist is refused: %j', (given, fault) => {
    expect(() => selectFrom([given])).toThrow(new InputError('catalog.json', fault));
  });

  test('does not matter for a stream that is not selected', () => {
    expect(namesOf(selectFrom([entry('contacts', {'replication-key': 'cdate'})]))).toEqual([]);
  });
});

describe('--select', () => {
  const select = (terms: string) => selectStreams({select: terms});
  const deals = streams.map(({tapStreamId}) => tapStreamId).filter(name => name.startsWith('deal'));

  test.each<[string, readonly string[]]>([
    ['contacts', ['contacts']],
    [' contacts , tags,', ['contacts', 'tags']],
    ['tags,contacts', ['contacts', 'tags']],
    ['deal*', deals],
    ['deal*,!deals', deals.filter(name => name !== 'deals')],
    ['!deals,deal*', deals],
    ['?ags', ['tags']],
    ['contacts.email', ['contacts']],
    ['contacts.email,tags', ['contacts', 'tags']],
    ['ecommerce_order*,!*_activities', ['ecommerce_orders', 'ecommerce_order_products', 'ecommerce_order_discounts']],
    ['contact_geo*,contacts', ['contacts', 'contact_geo_ips', 'contact_geo_addresses']],
    ['contact_goals', ['contact_goals']],
    ['tags,!tags', []],
  ])('%s selects %j', (terms, names) => {
    expect(namesOf(select(terms))).toEqual(names);
  });

  test.each<[string, readonly string[]]>([
    ['@ecommerce', presets['ecommerce']?.streams ?? []],
    ['@ecommerce,!ecommerce_*', ['contacts']],
    ['@crm,@ecommerce', [...(presets['crm']?.streams ?? []), ...(presets['ecommerce']?.streams ?? [])]],
    [
      '*,!@crm,!@marketing',
      streams.map(({tapStreamId}) => tapStreamId).filter(name => !isIn(name, 'crm', 'marketing')),
    ],
    ['@contacts,!*,tags', ['tags']],
  ])('%s stands for the streams of ready selections', (terms, names) => {
    expect(namesOf(select(terms)).toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test('takes a ready selection away from what is selected by default, and fields from all its streams', () => {
    const rest = namesOf(selectStreams({})).filter(name => !isIn(name, 'crm'));
    expect(namesOf(select('!@crm'))).toEqual(rest);
    const {streams: chosen} = select('@crm,lists,!@crm.name');
    const fieldsOf = (name: string) => pathsOf(chosen.find(({definition}) => definition.tapStreamId === name));
    expect(fieldsOf('accounts')).not.toContain('name');
    expect(fieldsOf('lists')).toContain('name');
  });

  test.each<[string, string]>([
    ['@crn', '"@crn" names no ready selection; did you mean "@crm"?'],
    ['contacts,!@deals.id', '"!@deals.id" names no ready selection; there are @contacts, @crm, @ecommerce, @marketing'],
    ['@', '"@" names no ready selection; there are @contacts, @crm, @ecommerce, @marketing'],
    ['@crm*', '"@crm*" names no ready selection; did you mean "@crm"?'],
    ['marketing', '"marketing" matches no stream; did you mean "@marketing"?'],
    ['contact-tags', '"contact-tags" matches no stream; did you mean "contact_tags"?'],
    ['@crm.*,@crm.valeu', '"@crm.valeu" matches no field; did you mean "value"?'],
  ])('%s is refused with the nearest name', (terms, complaint) => {
    expect(() => select(terms)).toThrow(new InputError('--select', complaint));
  });

  test('with terms that only take away starts from everything', () => {
    expect(namesOf(select('!deal*'))).toEqual(namesOf(selectStreams({})).filter(name => !name.startsWith('deal')));
  });

  test.each<[string, readonly string[]]>([
    ['contacts.email', ['email', 'id', 'udate', 'updated_timestamp']],
    ['contacts.email,contacts.phone', ['email', 'id', 'phone', 'udate', 'updated_timestamp']],
    ['contacts,contacts.email', ['email', 'id', 'udate', 'updated_timestamp']],
    ['*,!*_tags,contacts.email', ['email', 'id', 'udate', 'updated_timestamp']],
    ['contacts.email,!contacts.email', ['id', 'udate', 'updated_timestamp']],
    ['contacts.email,contacts,contacts.phone', ['id', 'phone', 'udate', 'updated_timestamp']],
    ['contacts.e*ail,!contacts,contacts.phone', ['id', 'phone', 'udate', 'updated_timestamp']],
  ])('%s leaves contacts %j', (terms, fields) => {
    const contacts = select(terms).streams.find(({definition}) => definition.tapStreamId === 'contacts');
    expect([...pathsOf(contacts)].sort()).toEqual(fields);
  });

  test('takes single fields away, wherever they are', () => {
    const {streams, warnings} = select('contacts,deal*,!*.email');
    expect(pathsOf(streams[0])).not.toContain('email');
    expect(pathsOf(streams[0])).toContain('phone');
    expect(warnings).toEqual([]);
  });

  test('reaches nested fields: an object goes with all that is in it, and what is in it brings it', () => {
    expect(pathsOf(select('forms.submitdata').streams[0])).toEqual(['id', 'submitdata', 'submitdata.url', 'udate']);
    expect(pathsOf(select('forms.actiondata.actions.email').streams[0])).toEqual([
      'id',
      'actiondata',
      'actiondata.actions',
      'actiondata.actions.email',
      'udate',
    ]);
    const without = pathsOf(select('forms,!forms.actiondata.actions.email,!forms.submitdata').streams[0]);
    expect(without).toContain('actiondata.actions.list');
    expect(without).not.toContain('actiondata.actions.email');
    expect(without.filter(path => path.startsWith('submitdata'))).toEqual([]);
  });

  test('keeps keys and replication keys, and says so', () => {
    const {streams, warnings} = select('tags,contacts,!*.*id,!contacts.updated_timestamp');
    expect(pathsOf(streams.find(({definition}) => definition.tapStreamId === 'tags'))).toContain('id');
    expect(pathsOf(streams[0])).toEqual(expect.arrayContaining(['id', 'updated_timestamp']));
    expect(warnings).toEqual([
      '--select "!*.*id" leaves contacts.id, tags.id: keys and replication keys are always written',
      '--select "!contacts.updated_timestamp" leaves contacts.updated_timestamp: keys and replication keys are always written',
    ]);
  });

  test.each([
    ['contcts', '"contcts" matches no stream; did you mean "contacts"?'],
    ['contacts,!contcts', '"!contcts" matches no stream; did you mean "contacts"?'],
    ['invoice*', '"invoice*" matches no stream; --discover prints all streams and fields'],
    ['contacts.emial', '"contacts.emial" matches no field; did you mean "email"?'],
    ['!tags.email', '"!tags.email" matches no field; --discover prints all streams and fields'],
    ['contacts.', '"contacts." matches no field; --discover prints all streams and fields'],
    ['contcts.email', '"contcts.email" matches no stream; did you mean "contacts"?'],
    ['(contacts', '"(contacts" matches no stream; did you mean "contacts"?'],
    ['contact[s]', '"contact[s]" matches no stream; did you mean "contacts"?'],
    ['', 'names nothing; give patterns such as contacts,deal*'],
    [' , ', 'names nothing; give patterns such as contacts,deal*'],
  ])('%j is refused', (terms, fault) => {
    expect(() => select(terms)).toThrow(new InputError('--select', fault));
  });

  describe('over a catalog', () => {
    const catalog = [
      entry('tags', {selected: true}, [field('tag', {selected: false})]),
      entry('deals', {selected: false}, [field('title', {selected: false})]),
      entry('lists', {selected: true, inclusion: 'unsupported'}),
      entry('sms', {'replication-method': 'FULL_TABLE'}),
    ];

    test('takes away from what the catalog selects', () => {
      expect(namesOf(selectFrom(catalog, '!deals'))).toEqual(['tags']);
    });

    test("chooses streams with the catalog's own fields, or all where the catalog does not select the stream", () => {
      const {streams: chosen} = selectFrom(catalog, 'contacts,deals,tags');
      expect(chosen.map(({definition}) => definition.tapStreamId)).toEqual(['tags', 'deals', 'contacts']);
      expect(pathsOf(chosen[0])).not.toContain('tag');
      expect(pathsOf(chosen[1])).toContain('title');
    });

    test("keeps the catalog's replication method", () => {
      expect(selectFrom(catalog, 'sms').streams[0]).toMatchObject({replicationMethod: 'FULL_TABLE'});
    });

    test('does not bring back what the account cannot read', () => {
      const {streams, warnings} = selectFrom(catalog, 'lists,tags');
      expect(streams.map(({definition}) => definition.tapStreamId)).toEqual(['tags']);
      expect(warnings).toHaveLength(1);
    });
  });
});

describe('--full-refresh', () => {
  test('without globs means every stream', () => {
    expect(streams.every(({tapStreamId}) => fullRefreshMatcher(true)(tapStreamId))).toBe(true);
  });

  test.each<[string, string, boolean]>([
    ['contacts', 'contacts', true],
    ['contacts', 'deals', false],
    ['deal*,!deals', 'deal_stages', true],
    ['deal*,!deals', 'deals', false],
    ['!deals', 'contacts', true],
    ['!deals', 'deals', false],
    ['@crm', 'deals', true],
    ['@crm', 'tags', false],
    ['@crm,!deals', 'deals', false],
  ])('%s says of %s: %s', (globs, stream, expected) => {
    expect(fullRefreshMatcher(globs)(stream)).toBe(expected);
  });

  test('refuses a glob that matches no stream', () => {
    expect(() => fullRefreshMatcher('contacts,dealz')).toThrow(
      new InputError('--full-refresh', '"dealz" matches no stream; did you mean "deals"?'),
    );
    expect(() => fullRefreshMatcher('')).toThrow(InputError);
  });
});

test('whatever a catalog wishes, the schema is a part of the full one, the keys are in it, and deselected fields are not', () => {
  const definition = fc.constantFrom(...streams);
  const wish = fc.record(
    {
      selected: fc.constantFrom(true, false, 'true', 'false', null),
      'selected-by-default': fc.boolean(),
      inclusion: fc.constantFrom('available', 'unsupported'),
    },
    {requiredKeys: []},
  );
  fc.assert(
    fc.property(definition, fc.array(wish, {minLength: 1, maxLength: 40}), ({tapStreamId}, wishes) => {
      const given = discover().streams.find(({tap_stream_id: id}) => id === tapStreamId);
      const metadata = (given?.metadata ?? []).map(({breadcrumb, metadata: proposed}, index) => ({
        breadcrumb,
        metadata:
          breadcrumb.length === 0 ? {...proposed, selected: true} : {...proposed, ...wishes[index % wishes.length]},
      }));
      const [stream] = selectFrom([{tap_stream_id: tapStreamId, metadata}]).streams;
      const paths = pathsOf(stream);
      const all = fieldsOf(stream?.fullSchema ?? {type: 'object', properties: {}}).map(({path}) => path);
      const found = findStream(tapStreamId);
      const automatic = found === undefined ? [] : automaticFieldsOf(found);

      expect(all.filter(path => paths.includes(path))).toEqual(paths);
      expect(paths).toEqual(expect.arrayContaining([...automatic]));
      for (const {breadcrumb, metadata: said} of metadata) {
        const path = breadcrumb.filter((_, at) => breadcrumb[at - 1] === 'properties').join('.');
        const isRefused = String(said.selected) === 'false' || said.inclusion === 'unsupported';
        if (isRefused && path !== '' && !automatic.includes(path)) expect(paths).not.toContain(path);
      }
      for (const node of Object.values(stream?.schema.properties ?? {})) {
        expect(node.properties === undefined || Object.keys(node.properties).length > 0).toBe(true);
      }
    }),
    {seed: 23, numRuns: 300},
  );
});

test.each(['', 'contacts.', '@'])('a long term, which may be the token, is not repeated: behind %j', beginning => {
  const select = `${beginning}${'k'.repeat(72)}`;
  expect(() => selectStreams({select})).toThrow(new RegExp(`a text of ${select.length} characters (matches|names) no`));
});
