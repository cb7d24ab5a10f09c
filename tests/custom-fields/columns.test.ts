import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {
  type Column,
  columnsOf,
  type ReleasedColumn,
  schemaOfColumn,
  typeOfSchema,
} from '../../src/custom-fields/columns.js';
import type {FieldDefinition, FieldKind} from '../../src/custom-fields/field.js';
import {typesOf} from '../../src/schemas.js';

const field = (id: string, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  id,
  title: '',
  tag: `TAG_${id}`,
  kind: 'text',
  options: [],
  currency: undefined,
  ...more,
});

const namesOf = (columns: readonly Column[]) => columns.map(({name}) => name);
const released = (columns: readonly Column[]): ReleasedColumn[] =>
  columns.map(({name, type, fieldId, part}) => ({name, type, owner: {fieldId, part}}));

test.each([
  [{tag: 'FAVORITE_COLOR'}, 'cf_favorite_color'],
  [{tag: 'Birthday!'}, 'cf_birthday'],
  [{tag: '%A--b%'}, 'cf_a_b'],
  [{tag: '', title: 'Preferred Größe (cm)'}, 'cf_preferred_grosse_cm'],
  [{tag: '', title: 'Straße'}, 'cf_strasse'],
  [{tag: '', title: 'Любимый цвет'}, 'cf_7'],
  [{tag: '', title: ''}, 'cf_7'],
])('names the field %j %s', (more, name) => {
  expect(namesOf(columnsOf([field('7', more)]))).toEqual([name]);
});

test('gives a name that several fields have to the lowest id, and the id to the others', () => {
  const fields = [field('2', {tag: 'COLOR'}), field('9', {tag: 'color'}), field('10', {tag: 'Color '})];
  expect(namesOf(columnsOf(fields))).toEqual(['cf_color', 'cf_color_9', 'cf_color_10']);
});

test('gives no name twice, even where one field is called as the other one would be', () => {
  const fields = [field('2', {tag: 'A_9'}), field('3', {tag: 'A'}), field('9', {tag: 'A'})];
  expect(namesOf(columnsOf(fields))).toEqual(['cf_a_9', 'cf_a', 'cf_a_9_9']);
});

test('gives an amount a second column with its currency', () => {
  expect(columnsOf([field('4', {tag: 'PRICE', kind: 'currency'})])).toEqual([
    {name: 'cf_price', fieldId: '4', part: 'value', type: 'number'},
    {name: 'cf_price_currency', fieldId: '4', part: 'currency', type: 'text'},
  ]);
});

test.each<[FieldKind, unknown]>([
  ['text', {type: ['null', 'string']}],
  ['date', {type: ['null', 'string']}],
  ['datetime', {type: ['null', 'string'], format: 'date-time'}],
  ['number', {type: ['null', 'number']}],
  ['currency', {type: ['null', 'number']}],
  ['list', {type: ['null', 'array'], items: {type: ['null', 'string']}}],
])('a field of the kind %s has a column of its type', (kind, schema) => {
  const definition = field('1', {kind, title: 'Size'});
  const [column] = columnsOf([definition]);
  if (!column) throw new Error('there is no column');
  const {description, ...types} = schemaOfColumn(column, definition);
  expect(types).toEqual(schema);
  expect(description).toContain('"Size"');
  // What a catalog says of it is understood again.
  expect(typeOfSchema(typesOf(types), types.format)).toBe(column.type);
});

describe('a released column', () => {
  const before = columnsOf([field('1', {tag: 'A'}), field('2', {tag: 'A'}), field('3', {kind: 'currency'})]);

  test('keeps its name whatever the field is called now', () => {
    const renamed = [field('1', {tag: 'B'}), field('2', {tag: 'C', title: 'other'}), field('3', {kind: 'currency'})];
    expect(columnsOf(renamed, released(before))).toEqual(before);
  });

  test('stays where it was when another field is now called the same and has a lower id', () => {
    expect(namesOf(columnsOf([field('0', {tag: 'A'}), field('1', {tag: 'A'})], released(before)))).toEqual([
      'cf_a_0',
      'cf_a',
    ]);
  });

  test('gives its name to no other field when its own is gone', () => {
    expect(namesOf(columnsOf([field('5', {tag: 'A'})], released(before)))).toEqual(['cf_a_5']);
  });

  test('stays with its type when the field has another one, and the field gets a second column', () => {
    const old = columnsOf([field('1', {tag: 'A'})]);
    const now = columnsOf([field('1', {tag: 'A', kind: 'number'})], released(old));
    expect(now).toEqual([...old, {name: 'cf_a_number', fieldId: '1', part: 'value', type: 'number'}]);
    // Whatever it becomes then, no further column is needed.
    expect(columnsOf([field('1', {tag: 'A'})], released(now))).toEqual(now);
  });

  test('belongs to the field that it is named after where nobody says whose it is', () => {
    const unowned = released(before).map(({name, type}) => ({name, type, owner: undefined}));
    const fields = [field('1', {tag: 'A', kind: 'number'}), field('2', {tag: 'A'}), field('3', {kind: 'currency'})];
    expect(namesOf(columnsOf(fields, unowned))).toEqual([
      'cf_a',
      'cf_a_number',
      'cf_a_2',
      'cf_tag_3',
      'cf_tag_3_currency',
    ]);
  });
});

test('names are short, plain, different, and stay over any renaming and retyping', () => {
  const kinds: FieldKind[] = ['text', 'date', 'datetime', 'number', 'currency', 'list'];
  const fields = fc.uniqueArray(
    fc.record({
      id: fc.integer({min: 1, max: 1_000}).map(String),
      tag: fc.oneof(fc.constantFrom('A', 'a', 'A_1', 'A_CURRENCY', 'A_NUMBER', ''), fc.string({maxLength: 90})),
      title: fc.oneof(fc.constant('x'.repeat(90)), fc.string({unit: 'grapheme', maxLength: 90})),
      kind: fc.constantFrom(...kinds),
    }),
    {selector: ({id}) => id, maxLength: 8},
  );
  const definitionsOf = (some: readonly Partial<FieldDefinition>[]) =>
    some.map(({id = '', ...more}) => field(id, more)).sort((a, b) => Number(a.id) - Number(b.id));
  fc.assert(
    fc.property(fields, fields, (first, second) => {
      const before = columnsOf(definitionsOf(first));
      const after = columnsOf(definitionsOf(second), released(before));
      for (const columns of [before, after]) {
        expect(new Set(namesOf(columns)).size).toBe(columns.length);
        for (const {name} of columns) expect(name).toMatch(/^cf_[a-z0-9_]{1,60}$/);
      }
      for (const column of after) {
        const old = before.find(({name}) => name === column.name);
        if (old) expect(column).toEqual(old);
      }
      // Each field has a column of its own type now.
      for (const {id, kind} of second) {
        const type = kind === 'currency' ? 'number' : kind === 'date' ? 'text' : kind;
        expect(after).toContainEqual(expect.objectContaining({fieldId: id, part: 'value', type}));
      }
    }),
    {seed: 17, numRuns: 500},
  );
});
