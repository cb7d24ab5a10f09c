import {describe, expect, test} from '@jest/globals';
import {discover} from '../../src/catalog.js';
import {columnsOf} from '../../src/custom-fields/columns.js';
import type {FieldDefinition} from '../../src/custom-fields/field.js';
import {columnsToRemember, releasedColumns} from '../../src/custom-fields/released.js';
import {withCustomFields} from '../../src/custom-fields/stream.js';
import {selectStreams} from '../../src/selection.js';
import {setColumns} from '../../src/stream-memory.js';
import {findStream} from '../../src/streams.js';

const field = (id: string, kind: FieldDefinition['kind']): FieldDefinition => ({
  ...{id, kind, title: `Field ${id}`, tag: `TAG_${id}`, options: [], currency: undefined},
});
const fields = [
  field('1', 'text'),
  field('2', 'currency'),
  field('3', 'list'),
  field('4', 'datetime'),
  field('5', 'date'),
  field('6', 'number'),
];
const definitions = {fields, readAt: '2026-01-01T00:00:00.000000Z'};
const nothing = {bookmarks: {}};

function contacts(mode: 'columns' | 'object' = 'columns') {
  const definition = findStream('contacts');
  if (!definition) throw new Error('there are no contacts');
  return withCustomFields(definition, definitions, [], mode);
}

function selected() {
  const [stream] = selectStreams({select: 'contacts', offer: [contacts()]}).streams;
  if (!stream) throw new Error('nothing is selected');
  return stream;
}

const owned = columnsOf(fields).map(({name, type, fieldId, part}) => ({name, type, owner: {fieldId, part}}));

describe('the columns that were released', () => {
  test('are known again from the state that was written with them', () => {
    const state = setColumns(nothing, 'contacts', columnsToRemember(selected()));
    expect(releasedColumns(state, undefined, 'contacts')).toEqual(owned);
    // Those of before stay in it.
    const later = setColumns(state, 'contacts', {cf_other: '9:text'});
    expect(releasedColumns(later, undefined, 'contacts')).toHaveLength(owned.length + 1);
    expect(releasedColumns(state, undefined, 'deals')).toEqual([]);
  });

  test('are known again from the catalog that shows them, in the spelling of any tool', () => {
    const catalog = JSON.parse(JSON.stringify(discover([contacts()])));
    expect(releasedColumns(nothing, catalog, 'contacts')).toEqual(owned);
    for (const entry of catalog.streams) {
      entry.stream = entry.tap_stream_id;
      delete entry.tap_stream_id;
      entry.metadata = [];
    }
    expect(releasedColumns(nothing, catalog, 'contacts')).toEqual(owned.map(column => ({...column, owner: undefined})));
    expect(releasedColumns(nothing, discover([contacts('object')]), 'contacts')).toEqual([]);
  });

  test('are those of the state where the two differ', () => {
    const state = setColumns(nothing, 'contacts', {cf_tag_1: '7:number'});
    const [first] = releasedColumns(state, discover([contacts()]), 'contacts');
    expect(first).toEqual({name: 'cf_tag_1', type: 'number', owner: {fieldId: '7', part: 'value'}});
  });

  test.each([
    [{contacts: {columns: {cf_a: 5, cf_b: 'text', cf_c: ':text', cf_d: '1:color', cf_e: null}}}],
    [{contacts: {columns: 'none'}}],
    [{contacts: '2020-01-01T00:00:00Z'}],
  ])('are none where the state holds %j', bookmarks => {
    expect(releasedColumns({bookmarks}, {streams: [{tap_stream_id: 'contacts', schema: true}]}, 'contacts')).toEqual(
      [],
    );
  });
});
