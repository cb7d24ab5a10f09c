// From wire rows to records: names, nesting, what is selected, what does not fit, what nobody knows.

import {describe, expect, test} from '@jest/globals';
import {Ajv} from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import {loadSchema, type PropertySchema, type StreamSchema, typesOf} from '../src/schemas.js';
import {spellingOf} from '../src/stream-definition.js';
import {findStream, streams} from '../src/streams.js';
import {compileTransform, type TransformOptions} from '../src/transform.js';
import {parseWire, serialize} from '../src/wire.js';

const integer: PropertySchema = {type: ['null', 'integer']};
const text: PropertySchema = {type: ['null', 'string']};
const flag: PropertySchema = {type: ['null', 'boolean']};
const date: PropertySchema = {type: ['null', 'string'], format: 'date-time'};

/** A transformation of rows with these properties, in Central time. */
function compile(properties: Record<string, PropertySchema>, options: Partial<TransformOptions> = {}) {
  return compileTransform({schema: {type: 'object', properties}, zone: 'America/Chicago', ...options});
}

describe('fields', () => {
  test('are named in snake case, in the order of the schema, and null when the row has none', () => {
    const {transform} = compile({id: integer, first_name: text, created_timestamp: date, email: text});
    const record = transform({
      email: 'a@b.c',
      createdTimestamp: '2026-05-28T03:05:54-05:00',
      firstName: 'Ann',
      id: '7',
    });
    expect(Object.entries(record)).toEqual([
      ['id', 7],
      ['first_name', 'Ann'],
      ['created_timestamp', '2026-05-28T08:05:54.000000Z'],
      ['email', 'a@b.c'],
    ]);
    expect(transform({})).toEqual({id: null, first_name: null, created_timestamp: null, email: null});
  });

  test('of one row do not reach into the next', () => {
    const {transform} = compile({id: integer, email: text});
    const first = transform({id: 1, email: 'x'});
    expect(transform({id: 2})).toEqual({id: 2, email: null});
    expect(first).toEqual({id: 1, email: 'x'});
  });

  test('that are not selected are left out and are no drift', () => {
    const fullSchema: StreamSchema = {
      type: 'object',
      properties: {id: integer, email: text, options: {type: ['null', 'object'], properties: {a: text, b: text}}},
    };
    const selected = {id: integer, options: {type: ['null', 'object'], properties: {b: text}} satisfies PropertySchema};
    const {transform, drift} = compile(selected, {fullSchema});
    expect(transform({id: 1, email: 'x', options: {a: '1', b: '2', c: '3'}})).toEqual({id: 1, options: {b: '2'}});
    expect([...drift]).toEqual([['options.c', 1]]);
  });

  test('may come under another key of the wire, inside objects too', () => {
    const {transform, drift} = compile(
      {ip_4sub: integer, options: {type: ['null', 'object'], properties: {blank_overwrite: flag}}},
      {wireKeys: {ip_4sub: 'ip4Sub', 'options.blank_overwrite': 'blanks_overwrite'}},
    );
    expect(transform({ip4Sub: '12', options: {blanks_overwrite: true}})).toEqual({
      ip_4sub: 12,
      options: {blank_overwrite: true},
    });
    expect(drift.size).toBe(0);
  });

  test('that two keys of the wire lead to keep the value that is not null', () => {
    const {transform} = compile({order_id: integer});
    expect(transform({orderId: '5', order_id: null})).toEqual({order_id: 5});
    expect(transform({orderId: null, order_id: '6'})).toEqual({order_id: 6});
  });

  test('named like the innards of JavaScript are fields like others', () => {
    const {transform, drift} = compile({constructor: text});
    expect(transform(JSON.parse('{"constructor":"x","__proto__":"y","toString":"z"}'))).toEqual({constructor: 'x'});
    expect([...drift.keys()]).toEqual(['__proto__', 'to_string']);
  });
});

describe('drift', () => {
  test('counts what the schema lacks, by path, and never links', () => {
    const {transform, drift} = compile({
      id: integer,
      style: {type: ['null', 'object'], properties: {width: integer}},
      items: {type: ['null', 'array'], items: {type: ['null', 'object'], properties: {id: text}}},
    });
    const row = {
      id: 1,
      links: {a: 'b'},
      newField: null,
      style: {width: 1, newHeight: 2, links: []},
      items: [{n: 1}, {n: 2}],
    };
    transform(row);
    transform(row);
    expect([...drift]).toEqual([
      ['new_field', 2],
      ['style.new_height', 2],
      ['items[].n', 4],
    ]);
  });

  test('keeps links where the schema has them', () => {
    const {transform} = compile({links: text});
    expect(transform({links: 'x'})).toEqual({links: 'x'});
  });

  test('stays small when rows bring endless keys', () => {
    const {transform, drift} = compile({id: integer});
    for (let row = 0; row < 3000; row += 1) transform({id: row, [`key${row}`]: 1});
    expect(drift.size).toBeLessThan(1100);
    expect([...drift.values()].reduce((sum, count) => sum + count)).toBe(3000);
  });
});

describe('what nobody documents', () => {
  const id: PropertySchema = {type: 'integer'};
  const kept = {rest: 'extra'};
  const undocumented = {id, tstamp: date, extra: text};

  test('goes into one field, as JSON and as the API spelt it', () => {
    const {transform, drift} = compile(undocumented, kept);
    const row = {taskID: '3', id: '7', nested: {aB: [1, {C: null}]}, tstamp: '2026-05-28T03:05:54-05:00', flag: false};
    expect(transform(row)).toEqual({
      id: 7,
      tstamp: '2026-05-28T08:05:54.000000Z',
      extra: '{"taskID":"3","nested":{"aB":[1,{"C":null}]},"flag":false}',
    });
    expect(drift.size).toBe(0);
  });

  test('is null where there is nothing, links apart', () => {
    const {transform} = compile(undocumented, kept);
    expect(transform({id: '7', links: {thing: 'https://account.example/7'}})['extra']).toBeNull();
    expect(transform({id: '7'})['extra']).toBeNull();
  });

  test('of one row does not reach into the next', () => {
    const {transform} = compile(undocumented, kept);
    expect([{id: 1, a: 1}, {id: 2, b: 2}, {id: 3}].map(row => transform(row)['extra'])).toEqual([
      '{"a":1}',
      '{"b":2}',
      null,
    ]);
  });

  test('takes along what the API calls by the name of that field', () => {
    const {transform} = compile(undocumented, kept);
    expect(transform({id: 7, extra: 'more'})['extra']).toBe('{"extra":"more"}');
    expect(transform({extra: {a: 1}, id: 7, b: 2})['extra']).toBe('{"extra":{"a":1},"b":2}');
  });

  test('is left out where the field is not selected, and is no drift then', () => {
    const fullSchema: StreamSchema = {type: 'object', properties: undocumented};
    const {transform, drift} = compile({id}, {...kept, fullSchema});
    expect(transform({id: 7, name: 'a', extra: 'b', tstamp: null})).toEqual({id: 7});
    expect(drift.size).toBe(0);
  });

  test('holds no field that the schema has, selected or not', () => {
    const fullSchema: StreamSchema = {type: 'object', properties: undocumented};
    const {transform} = compile({id, extra: text}, {...kept, fullSchema});
    expect(transform({id: 7, tstamp: '2026-05-28 03:05:54', name: 'a'})).toEqual({id: 7, extra: '{"name":"a"}'});
  });

  test('is drift inside objects, as the fields of an object are known', () => {
    const {transform, drift} = compile(
      {...undocumented, owner: {type: ['null', 'object'], properties: {id: text}}},
      kept,
    );
    expect(transform({id: 7, owner: {id: '3', more: 1}})).toMatchObject({owner: {id: '3'}, extra: null});
    expect([...drift]).toEqual([['owner.more', 1]]);
  });

  test('loses nothing but what no database stores, whatever the API sends', () => {
    const {transform} = compile(undocumented, kept);
    const value = fc.jsonValue({stringUnit: 'grapheme', noUnicodeString: true});
    const rows = fc.dictionary(fc.string({unit: 'grapheme'}), value, {noNullPrototype: true});
    fc.assert(
      fc.property(rows, row => {
        const {extra} = transform({...row, id: '7'});
        const rest = Object.entries(row).filter(([key]) => !['id', 'tstamp', 'links'].includes(key.toLowerCase()));
        const expected = rest.length === 0 ? null : Object.fromEntries(rest);
        expect(extra === null ? null : JSON.parse(String(extra))).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
      {seed: 61, numRuns: 300, examples: [[JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}')]]},
    );
    expect(transform({id: 7, note: 'a\u0000b\ud83d', ['k\u0000']: 1})['extra']).toBe('{"note":"ab\ufffd","k":1}');
  });

  test('is what the streams keep whose fields nobody documents, beside their keys', () => {
    const stream = findStream('segment_count_history');
    if (!stream) throw new Error('there is no stream segment_count_history');
    const {transform, drift} = compileTransform({
      schema: loadSchema(stream.tapStreamId),
      zone: 'UTC',
      ...spellingOf(stream),
    });
    const row = {segment_id: 'aa', id: '5', type: 'count', timestamp: 1_790_000_000, matchCount: 12};
    expect(transform(row)).toEqual({
      segment_id: 'aa',
      timestamp: '1790000000',
      extra: '{"id":"5","type":"count","matchCount":12}',
    });
    expect(drift.size).toBe(0);
  });
});

describe('misfits', () => {
  test('become null, are counted by field and told without the value', () => {
    const told: string[][] = [];
    const {transform, misfits} = compile(
      {
        id: integer,
        ok: flag,
        cdate: date,
        list: {type: ['null', 'array'], items: integer},
        inner: {type: ['null', 'object'], properties: {n: integer}},
      },
      {onMisfit: (field, detail) => told.push([field, detail])},
    );
    expect(
      transform({id: 'secret', ok: 'secret', cdate: 'secret', list: ['1', 'secret', []], inner: {n: {secret: 1}}}),
    ).toEqual({id: null, ok: null, cdate: null, list: [1, null, null], inner: {n: null}});
    transform({id: 5.5, list: 'secret', inner: ['secret']});
    expect(Object.fromEntries(misfits)).toEqual({id: 2, ok: 1, cdate: 1, 'list[]': 2, list: 1, 'inner.n': 1, inner: 1});
    expect(told).toContainEqual(['id', 'a text is no integer']);
    expect(told).toContainEqual(['id', 'a number is no integer']);
    expect(told).toContainEqual(['cdate', 'a text is no date-time']);
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('are not: null, an empty text where no text belongs, a date that is not set', () => {
    const {transform, misfits} = compile({
      id: integer,
      ok: flag,
      list: {type: ['null', 'array']},
      inner: {type: ['null', 'object']},
      a: date,
      b: date,
      c: date,
    });
    const record = transform({id: '', ok: '', list: '', inner: '', a: '', b: '0000-00-00 00:00:00', c: '2024-02-30'});
    expect(new Set(Object.values(record))).toEqual(new Set([null]));
    expect(misfits.size).toBe(0);
  });
});

describe('objects and lists', () => {
  const inner: PropertySchema = {type: ['null', 'object'], properties: {a: integer, b: text}};
  const items: PropertySchema = {type: ['null', 'array'], items: integer};

  test('have every declared field once the object is there; an empty PHP array is an empty object', () => {
    const {transform} = compile({inner});
    expect(transform({inner: {a: '1'}})).toEqual({inner: {a: 1, b: null}});
    expect(transform({inner: []})).toEqual({inner: {a: null, b: null}});
    expect(transform({inner: {}})).toEqual({inner: {a: null, b: null}});
    expect(transform({inner: null})).toEqual({inner: null});
  });

  test('are told apart: an empty object is an empty list, a PHP list with gaps its values', () => {
    const {transform, misfits} = compile({items});
    expect(transform({items: {}})).toEqual({items: []});
    expect(transform({items: {'0': '5', '2': '6'}})).toEqual({items: [5, 6]});
    expect(misfits.size).toBe(0);
    expect(transform({items: {a: '5'}})).toEqual({items: null});
  });

  test('without declared fields pass with keys in snake case and clean texts', () => {
    const {transform, drift} = compile({object: {type: ['null', 'object']}, list: {type: ['null', 'array']}});
    expect(
      transform({object: {userId: {'foo\u0000Bar': 'x\u0000', n: 1}}, list: [{userId: ['\ud800']}, 'y\u0000', null]}),
    ).toEqual({
      object: {user_id: {foo_bar: 'x', n: 1}},
      list: [{user_id: ['\ufffd']}, 'y', null],
    });
    expect(drift.size).toBe(0);
  });
});

describe('a field of several types', () => {
  test.each([
    [5, 5],
    ['5', 5],
    ['-5', -5],
    ['5.1.1', '5.1.1'],
    ['007', '007'],
    ['', ''],
    ['99999999999999999999', '99999999999999999999'],
    [5.5, '5.5'],
    [true, 1],
  ])('integer or string, reads %j as %j', (wire, value) => {
    expect(compile({code: {type: ['null', 'integer', 'string']}}).transform({code: wire})).toEqual({code: value});
  });

  test.each([
    [[], []],
    [{}, {}],
    [
      [{type: 'x'}, null],
      [{type: 'x'}, null],
    ],
    [{'0': {userId: 1}}, {'0': {user_id: 1}}],
    ['', null],
    ['x', null],
  ])('array or object, reads %j as %j', (wire, value) => {
    const params: PropertySchema = {type: ['null', 'array', 'object'], items: {type: ['null', 'object']}};
    expect(compile({params}).transform({params: wire})).toEqual({params: value});
  });

  test.each([
    ['1', '1'],
    [{id: 5}, {id: '5'}],
    [[], {id: null}],
    [5, '5'],
  ])('object or string, reads %j as %j', (wire, value) => {
    const recent: PropertySchema = {type: ['null', 'object', 'string'], properties: {id: text}};
    expect(compile({recent}).transform({recent: wire})).toEqual({recent: value});
  });
});

describe('dates', () => {
  const properties = {
    cdate: date,
    created_timestamp: date,
    inner: {type: 'object', properties: {a: date, b: date}},
  } as const;

  test('without a zone are wall clocks of the zone given', () => {
    const row = {created_timestamp: '2026-05-28 03:05:54'};
    expect(compile(properties).transform(row)).toMatchObject({created_timestamp: '2026-05-28T08:05:54.000000Z'});
    expect(compile(properties, {zone: 'UTC'}).transform(row)).toMatchObject({
      created_timestamp: '2026-05-28T03:05:54.000000Z',
    });
  });

  test('without a zone in the hour that came twice follow their twin in the same object', () => {
    const twins = {a: '2024-11-03 01:30:00', b: '2024-11-03T01:30:00-06:00'};
    const row = {cdate: '2024-11-03T01:30:00-06:00', created_timestamp: '2024-11-03 01:30:00', inner: twins};
    expect(compile(properties).transform(row)).toEqual({
      cdate: '2024-11-03T07:30:00.000000Z',
      created_timestamp: '2024-11-03T07:30:00.000000Z',
      inner: {a: '2024-11-03T07:30:00.000000Z', b: '2024-11-03T07:30:00.000000Z'},
    });
  });

  test('that are a number are not dates, but for zero', () => {
    const {transform, misfits} = compile({a: date, b: date});
    expect(transform({a: 0, b: 1388563200})).toEqual({a: null, b: null});
    expect([...misfits.keys()]).toEqual(['b']);
  });
});

test('the digits of an id beyond 2^53 survive from the answer to the message', () => {
  const {transform} = compile({id: integer, deal: integer, note: text, value: {type: ['null', 'number']}});
  const row = parseWire(
    '{"id":9007199254740993,"deal":"9223372036854775807","note":12345678901234567890,"value":"0.12345678901234567891"}',
  );
  expect(serialize(transform(row as Record<string, unknown>))).toBe(
    '{"id":9007199254740993,"deal":9223372036854775807,"note":"12345678901234567890","value":0.12345678901234567891}',
  );
});

describe('every stream, whatever the API sends', () => {
  const ajv = new Ajv({allowUnionTypes: true});
  addFormats.default(ajv);

  const oddTexts = fc.constantFrom(
    '',
    ' 5 ',
    '1,234',
    '5.5',
    '9223372036854775808',
    '1e400',
    'true',
    '0000-00-00',
    '2024-11-03 01:30:00',
    '2024-02-30T00:00:00Z',
    'x\u0000\ud800',
  );
  const value = fc.oneof(
    fc.jsonValue(),
    oddTexts,
    fc.string({unit: fc.integer({min: 0, max: 0xffff}).map(code => String.fromCharCode(code))}),
  );

  /** Values that are objects where objects are declared, and so on, filled with anything. */
  const valueFor = (property: PropertySchema): fc.Arbitrary<unknown> => {
    const shapes: fc.Arbitrary<unknown>[] = [value];
    if (property.items !== undefined) shapes.push(fc.array(valueFor(property.items), {maxLength: 3}));
    if (property.properties !== undefined) shapes.push(rowFor(property.properties));
    return fc.oneof(...shapes);
  };
  const rowFor = (properties: Readonly<Record<string, PropertySchema>>): fc.Arbitrary<Record<string, unknown>> =>
    fc
      .tuple(
        fc.record(
          Object.fromEntries(Object.entries(properties).map(([field, property]) => [field, valueFor(property)])),
          {
            requiredKeys: [],
          },
        ),
        fc.dictionary(fc.string(), fc.jsonValue(), {maxKeys: 3}),
      )
      .map(([known, unknown]) => ({...unknown, ...known}));

  // A record without its key is left out later on; the transformation itself may find none.
  const withNullableKeys = (schema: StreamSchema): StreamSchema => ({
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(schema.properties).map(([field, property]) => [
        field,
        {...property, type: [...new Set(['null' as const, ...typesOf(property)])]},
      ]),
    ),
  });

  test.each(streams.map(({tapStreamId}) => tapStreamId))(
    '%s: a record with the selected fields that fits its schema',
    stream => {
      const fullSchema = loadSchema(stream);
      const fields = Object.keys(fullSchema.properties);
      const schema: StreamSchema = {
        type: 'object',
        properties: Object.fromEntries(Object.entries(fullSchema.properties).filter((_, index) => index % 3 !== 1)),
      };
      const isValid = ajv.compile(withNullableKeys(schema));
      const {wireKeys = {}} = findStream(stream) ?? {};
      const {transform} = compileTransform({schema, fullSchema, zone: 'America/Chicago', wireKeys});
      fc.assert(
        fc.property(rowFor(fullSchema.properties), row => {
          const record = transform(row);
          expect(Object.keys(record)).toEqual(fields.filter((_, index) => index % 3 !== 1));
          const written: unknown = JSON.parse(serialize(record));
          if (!isValid(written)) throw new Error(ajv.errorsText(isValid.errors));
          forEachText(written, text => expect(text.isWellFormed() && !text.includes('\u0000')).toBe(true));
        }),
        {seed: 10, numRuns: 60},
      );
    },
  );
});

/** Visits every text of a JSON value, keys of objects among them. */
function forEachText(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    visit(key);
    forEachText(inner, visit);
  }
}
