import {createHmac} from 'node:crypto';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {automaticFieldsOf, discover} from '../src/catalog.js';
import {parseConfig} from '../src/config.js';
import type {FieldDefinition, FieldKind} from '../src/custom-fields/field.js';
import {releasedColumns} from '../src/custom-fields/released.js';
import {withCustomFields} from '../src/custom-fields/stream.js';
import {InputError} from '../src/errors.js';
import {fieldsOf} from '../src/fields.js';
import {hashOf, maskCatalog, maskStreams} from '../src/mask.js';
import {type Mask, parseMask} from '../src/mask-rules.js';
import {typesOf} from '../src/schemas.js';
import {type SelectedStream, selectStreams} from '../src/selection.js';
import type {StreamDefinition} from '../src/stream-definition.js';
import {planStream} from '../src/stream-plan.js';
import {streams} from '../src/streams.js';
import {ExactNumber} from '../src/wire.js';
import {USUAL_SETTINGS} from './support/planned.js';

const KEY = 'a key of the tests, long enough';
const hmac = (text: string, key = KEY) => createHmac('sha256', key).update(text).digest('hex');

function maskOf(given: Readonly<Record<string, unknown>>, key = KEY): Mask {
  const {mask, faults} = parseMask(given, key);
  if (mask === undefined || faults.length > 0) throw new Error(faults.join('; '));
  return mask;
}

function masked(given: Readonly<Record<string, unknown>>, select: string, offer?: readonly StreamDefinition[]) {
  const selection = selectStreams({select, ...(offer ? {offer} : {})});
  return maskStreams(selection.streams, maskOf(given));
}

function one(
  given: Readonly<Record<string, unknown>>,
  select: string,
  offer?: readonly StreamDefinition[],
): SelectedStream {
  const [stream] = masked(given, select, offer).streams;
  if (!stream) throw new Error(`there is no stream ${select}`);
  return stream;
}

const write = ({mask}: SelectedStream, record: Readonly<Record<string, unknown>>) => mask?.apply(record);
const typeOf = ({mask, schema}: SelectedStream, field: string) => (mask?.schema ?? schema).properties[field]?.type;

describe('a hash', () => {
  test.each<[unknown, string | null]>([
    ['ada@example.com', hmac('ada@example.com')],
    ['Ada@example.com', hmac('Ada@example.com')],
    ['ü', hmac('ü')],
    [12, hmac('12')],
    [12.5, hmac('12.5')],
    [true, hmac('true')],
    [new ExactNumber('9007199254740993'), hmac('9007199254740993')],
    [['a', 1], hmac('["a",1]')],
    [{a: new ExactNumber('9007199254740993')}, hmac('{"a":9007199254740993}')],
    ['', ''],
    [null, null],
  ])('of %j is HMAC-SHA-256 of its text; null and empty texts stay', (value, expected) => {
    expect(hashOf(value, KEY)).toBe(expected);
  });

  test('is equal for equal values and for no others, in whatever stream, and differs by key', () => {
    const contacts = one({'*.email': 'hash'}, 'contacts');
    const customers = one({'*.email': 'hash'}, 'ecommerce_customers');
    // Few letters, so that equal texts come up.
    const text = fc.string({maxLength: 3, unit: fc.constantFrom('a', 'A', '@', 'é')});
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [write(contacts, {email: a})?.['email'], write(customers, {email: b})?.['email']];
        expect(left === right).toBe(a === b);
        if (a !== '') expect(hashOf(a, `${KEY}!`)).not.toBe(left);
      }),
      {seed: 11, numRuns: 500},
    );
  });
});

describe('what is written', () => {
  const given = {
    'contacts.email': 'hash',
    'contacts.phone': 'drop',
    'contacts.first_name': 'null',
    'contacts.orgid': 'hash',
  };

  test('has hashes, nulls, and no dropped field, in SCHEMA and RECORD alike', () => {
    const stream = one(given, 'contacts');
    const record = {id: 5, email: 'ada@example.com', first_name: 'Ada', last_name: 'L', orgid: 7};
    expect(write(stream, record)).toEqual({
      id: 5,
      email: hmac('ada@example.com'),
      first_name: null,
      last_name: 'L',
      orgid: hmac('7'),
    });
    expect(record.email).toBe('ada@example.com');
    expect(['email', 'orgid', 'first_name', 'phone'].map(field => typeOf(stream, field))).toEqual([
      ['null', 'string'],
      ['null', 'string'],
      ['null', 'string'],
      undefined,
    ]);
    // The rows are still read by the types of the API.
    expect(stream.schema.properties['orgid']?.type).toEqual(['null', 'integer']);
  });

  test('has a stable type in every stream: text where it is hashed, its own with null where it is emptied', () => {
    const all = selectStreams({select: '*'}).streams;
    const {streams: hashed} = maskStreams(all, maskOf({'*.*': 'hash'}));
    const {streams: emptied} = maskStreams(all, maskOf({'*.*': 'null'}));
    for (const [index, {definition, schema}] of all.entries()) {
      const [texts, own] = [hashed[index], emptied[index]].map(stream => (stream?.mask?.schema ?? schema).properties);
      for (const [field, property] of Object.entries(schema.properties)) {
        if (automaticFieldsOf(definition).includes(field)) {
          expect([texts?.[field], own?.[field]]).toEqual([property, property]);
        } else {
          expect(texts?.[field]).toMatchObject({type: ['null', 'string']});
          expect(texts?.[field]).not.toHaveProperty('format');
          expect(own?.[field]).toEqual(property);
          expect(typesOf(property)).toContain('null');
        }
      }
    }
  });

  test('no clear value is left of what is hashed, emptied or dropped, at whatever depth', () => {
    const stream = one(
      {'forms.actiondata.actions.email': 'hash', 'forms.style.border': 'null', 'forms.submitdata': 'drop'},
      'forms',
    );
    const secret = fc.string({minLength: 6, maxLength: 12, unit: fc.constantFrom('x', 'y', 'z', '"', '\\')});
    fc.assert(
      fc.property(fc.array(secret, {minLength: 1, maxLength: 4}), texts => {
        const [first] = texts;
        const row = {
          id: 1,
          actiondata: {actions: texts.map(email => ({type: 't', email, list: 3}))},
          style: {border: {width: first}, background: 'b'},
          submitdata: {url: first},
        };
        const line = JSON.stringify(write(stream, row));
        expect(texts.filter(text => line.includes(JSON.stringify(text).slice(1, -1)))).toEqual([]);
        expect(JSON.parse(line).actiondata.actions).toEqual(
          texts.map(email => ({type: 't', email: hmac(email), list: 3})),
        );
        expect(JSON.parse(line).style).toEqual({border: null, background: 'b'});
      }),
      {seed: 11, numRuns: 100},
    );
    const paths = fieldsOf(stream.mask?.schema ?? stream.schema).map(({path}) => path);
    expect(paths.filter(path => path.startsWith('submitdata'))).toEqual([]);
    expect(paths).toContain('actiondata.actions.email');
  });

  test('the text of what nobody documents is hidden as a whole', () => {
    const stream = one({'contact_logs.extra': 'hash'}, 'contact_logs');
    expect(write(stream, {id: 1, extra: '{"a":1}'})?.['extra']).toBe(hmac('{"a":1}'));
  });

  test('a stream without masked fields is not touched', () => {
    expect(one(given, 'tags').mask).toBeUndefined();
  });
});

describe('which rule counts:', () => {
  const actionOn = (given: Readonly<Record<string, unknown>>, field: string) => {
    const value = write(one(given, 'contacts'), {[field]: 'x'})?.[field];
    return value === undefined ? 'drop' : value === null ? 'null' : 'hash';
  };

  test.each<[string, Record<string, unknown>, string, string]>([
    ['a name', {'contacts.email': 'hash'}, 'email', 'hash'],
    ['a pattern', {'*.*mail': 'drop'}, 'email', 'drop'],
    ['the last of several patterns', {'*.email': 'hash', 'contact?.email': 'null'}, 'email', 'null'],
    ['a single field before patterns', {'contacts.email': 'hash', '*.email': 'drop'}, 'email', 'hash'],
  ])('%s', (_, given, field, action) => expect(actionOn(given, field)).toBe(action));

  test('a pattern for many fields leaves the keys, and that is told', () => {
    const {streams: written, warnings} = masked({'contacts.*': 'null'}, 'contacts');
    const record = written[0] && write(written[0], {id: 5, udate: 'a', updated_timestamp: 'b', email: 'c'});
    expect(record).toEqual({id: 5, udate: 'a', updated_timestamp: 'b', email: null});
    expect(warnings).toEqual([
      'the mask leaves contacts.id, contacts.udate, contacts.updated_timestamp as they are: by keys and replication keys rows are found again',
    ]);
  });
});

describe('columns of custom fields', () => {
  const contacts = streams.find(({tapStreamId}) => tapStreamId === 'contacts');
  if (!contacts) throw new Error('there are no contacts');
  const field = (id: string, kind: FieldKind): FieldDefinition => ({
    id,
    tag: `F${id}`,
    title: `F${id}`,
    kind,
    options: [],
    currency: undefined,
  });
  const definitions = {fields: [field('1', 'number'), field('2', 'text')], readAt: '2024-01-01T00:00:00.000000Z'};
  const columns = [withCustomFields(contacts, definitions, [], 'columns')];
  const [first = ''] = Object.keys(columns[0]?.schema?.properties ?? {}).filter(name => name.startsWith('cf_'));

  test('are hidden like others, and one that is not there is told', () => {
    const {
      streams: [stream],
      warnings,
    } = masked(
      {[`contacts.${first}`]: 'hash', 'contacts.cf_nothing': 'drop', 'deals.cf_x': 'drop'},
      'contacts',
      columns,
    );
    expect(stream && write(stream, {id: 1, [first]: 7})).toEqual({id: 1, [first]: hmac('7')});
    expect(warnings).toEqual([
      'the mask "contacts.cf_nothing" hides nothing: the streams that it names have no such field',
    ]);
  });

  test('also those inside one object', () => {
    const offer = [withCustomFields(contacts, definitions, [], 'object')];
    const inside = first.slice('cf_'.length);
    const stream = one(
      {[`contacts.custom_fields.${inside}`]: 'drop', 'contacts.custom_fields.*': 'hash'},
      'contacts',
      offer,
    );
    const record = write(stream, {id: 1, custom_fields: {[inside]: 7, other: 'x'}});
    expect(record?.['custom_fields']).not.toHaveProperty(inside);
  });

  test('keep their types between runs, though the catalog shows hashes', () => {
    const catalog = maskCatalog(discover(columns), columns, maskOf({'contacts.cf_*': 'hash'}));
    expect(catalog.streams[0]?.schema.properties[first]?.type).toEqual(['null', 'string']);
    const plain = releasedColumns({bookmarks: {}}, discover(columns), 'contacts');
    expect(releasedColumns({bookmarks: {}}, catalog, 'contacts')).toEqual(plain);
    expect(plain.map(({type}) => type)).toContain('number');
  });
});

test('the catalog shows what becomes of masked fields, and nothing else of it changes', () => {
  const mask = maskOf({
    'contacts.email': 'hash',
    'contacts.orgid': 'hash',
    'contacts.phone': 'drop',
    'forms.style': 'hash',
    'forms.url': 'null',
  });
  const before = discover();
  const after = maskCatalog(before, streams, mask);
  const said = after.streams.flatMap(({tap_stream_id: id, metadata}) =>
    metadata
      .filter(item => 'mask' in item.metadata)
      .map(item => [id, item.breadcrumb.at(-1), item.metadata['mask'], item.metadata['inclusion']]),
  );
  expect(said).toEqual([
    ['contacts', 'email', 'hash', 'available'],
    ['contacts', 'phone', 'drop', 'unsupported'],
    ['contacts', 'orgid', 'hash', 'available'],
    ['forms', 'url', 'null', 'available'],
    ['forms', 'style', 'hash', 'available'],
  ]);
  const entry = (id: string) => after.streams.find(stream => stream.tap_stream_id === id);
  expect(entry('contacts')?.schema.properties['orgid']?.type).toEqual(['null', 'string']);
  // A text has no fields inside.
  expect(entry('forms')?.metadata.filter(({breadcrumb}) => breadcrumb[1] === 'style')).toHaveLength(1);
  const others = (catalog: typeof before) =>
    catalog.streams.filter(({tap_stream_id: id}) => id !== 'contacts' && id !== 'forms');
  expect(others(after)).toEqual(others(before));
  expect(maskCatalog(before, streams, undefined)).toBe(before);
});

test('an interrupted read goes on only under the same mask and the same key', () => {
  const fingerprint = (given: Readonly<Record<string, unknown>>, key = KEY) =>
    maskStreams(selectStreams({select: 'contacts'}).streams, maskOf(given, key)).streams[0]?.mask?.fingerprint;
  const hash = fingerprint({'contacts.email': 'hash'});
  expect(fingerprint({'*.email': 'hash'})).toBe(hash);
  expect(fingerprint({'contacts.email': 'null'})).not.toBe(hash);
  expect(fingerprint({'contacts.email': 'hash'}, `${KEY}!`)).not.toBe(hash);
  expect(hash).not.toContain(KEY);
  const selectionOf = (stream: SelectedStream) => planStream(stream, {bookmarks: {}}, USUAL_SETTINGS, 0).selection;
  const [plain] = selectStreams({select: 'contacts'}).streams;
  const masks = [{'contacts.email': 'hash'}, {'contacts.email': 'null'}, {'contacts.email': 'drop'}];
  const selections = masks.map(mask => selectionOf(one(mask, 'contacts')));
  expect(new Set([...selections, plain && selectionOf(plain)]).size).toBe(4);
  expect(selectionOf(one({'*.email': 'hash'}, 'contacts'))).toBe(selections[0]);
});

describe('the setting', () => {
  const account = {api_url: 'sandbox:'};
  const MASK_KEY = {TAP_ACTIVECAMPAIGN_MASK_KEY: KEY};
  const parse = (mask: unknown, env: Readonly<Record<string, string>> = MASK_KEY) =>
    parseConfig({files: [{source: 'config.json', value: {...account, mask}}], env, version: '1'});
  const complaintOf = (mask: unknown, env?: Readonly<Record<string, string>>) => {
    try {
      parse(mask, env);
    } catch (error) {
      if (error instanceof InputError) return error.detail.replace(/^mask: /, '');
      throw error;
    }
    return 'no complaint';
  };

  test('comes from the environment as JSON, too, and its key warns of nothing', () => {
    const {config, warnings} = parseConfig({
      files: [{source: 'config.json', value: account}],
      env: {...MASK_KEY, TAP_ACTIVECAMPAIGN_MASK: '{"*.email": "hash"}'},
      version: '1',
    });
    expect(config.mask?.rules.map(({pattern, action}) => [pattern, action])).toEqual([['*.email', 'hash']]);
    expect([config.mask?.key, warnings]).toEqual([KEY, []]);
  });

  test('takes fields that only an account has on trust', () => {
    const given = {
      'contacts.cf_size': 'drop',
      'accounts.custom_fields.size': 'drop',
      '*.cf_*': 'drop',
      'custom_object_pets.name': 'null',
      'custom_object_*.*': 'drop',
    };
    expect(parse(given, {}).config.mask?.rules).toHaveLength(5);
  });

  test('needs no key where nothing is hashed', () => {
    expect(parse({'contacts.email': 'null'}, {}).config.mask?.key).toBe('');
    expect(parse({}, {}).config.mask).toBeUndefined();
  });

  const field = '; write <stream>.<field>, such as contacts.email or *.email';
  const wayOut = 'make one with: openssl rand -hex 32';
  test.each<[string, unknown, string]>([
    ['a field without its stream', {email: 'hash'}, `"email" names no field${field}`],
    ['a stream without a field', {'contacts.': 'hash'}, `"contacts." names no field${field}`],
    ['a negation', {'!contacts.email': 'hash'}, `"!contacts.email" names no field${field}`],
    ['an unknown stream', {'contcts.email': 'hash'}, '"contcts.email" matches no stream; did you mean "contacts"?'],
    [
      'a pattern for no stream',
      {'pets*.email': 'hash'},
      '"pets*.email" matches no stream; --discover prints all streams and fields',
    ],
    ['an unknown field', {'contacts.emial': 'hash'}, '"contacts.emial" matches no field; did you mean "email"?'],
    [
      'a custom field of a stream without any',
      {'tags.cf_size': 'drop'},
      '"tags.cf_size" matches no field; --discover prints all streams and fields',
    ],
    [
      'an unknown action',
      {'contacts.email': 'hsh'},
      '"contacts.email" must be "hash", "null" or "drop", not "hsh"; did you mean "hash"?',
    ],
    [
      'null without quotes',
      {'contacts.email': null},
      '"contacts.email" must be "hash", "null" or "drop", not null without quotes',
    ],
    [
      'a flag for an action',
      {'contacts.email': true},
      '"contacts.email" must be "hash", "null" or "drop", not a boolean',
    ],
    [
      'a key',
      {'contacts.id': 'hash'},
      '"contacts.id" cannot be: contacts.id is a key or a replication key, by which rows are loaded and found again; take the rule out',
    ],
    [
      'a replication key',
      {'deals.mdate': 'null'},
      '"deals.mdate" cannot be: deals.mdate is a key or a replication key, by which rows are loaded and found again; take the rule out',
    ],
    [
      'the key of one of many',
      {'*.contact_id': 'drop'},
      '"*.contact_id" cannot be: contact_automation_entry_counts.contact_id is a key or a replication key, by which rows are loaded and found again; take the rule out',
    ],
    [
      'a list',
      ['contacts.email'],
      'must be an object of fields, such as {"contacts.email": "hash", "*.phone": "drop"}, not a list',
    ],
    [
      'a text',
      'contacts.email',
      'must be an object of fields, such as {"contacts.email": "hash", "*.phone": "drop"}, not "contacts.email"',
    ],
  ])('%s is refused in one sentence', (_, mask, complaint) => expect(complaintOf(mask)).toBe(complaint));

  test.each<[string, Record<string, string>, string]>([
    ['no key', {}, `"hash" needs a key in the environment variable TAP_ACTIVECAMPAIGN_MASK_KEY; ${wayOut}`],
    [
      'a blank key',
      {TAP_ACTIVECAMPAIGN_MASK_KEY: ' '},
      `"hash" needs a key in the environment variable TAP_ACTIVECAMPAIGN_MASK_KEY; ${wayOut}`,
    ],
    [
      'a short key',
      {TAP_ACTIVECAMPAIGN_MASK_KEY: '123456789012345'},
      `the key in TAP_ACTIVECAMPAIGN_MASK_KEY is shorter than 16 letters, and could be guessed; ${wayOut}`,
    ],
  ])('%s for a hash is refused in one sentence', (_, env, complaint) =>
    expect(complaintOf({'contacts.email': 'hash'}, env)).toBe(complaint),
  );
});
