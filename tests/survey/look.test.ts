import {expect, test} from '@jest/globals';
import {schemaOf} from '../../src/schemas.js';
import {findStream} from '../../src/streams.js';
import {besideIn, fieldsOf, orderOf, totalTypeOf, withoutKey, zonelessIn} from '../../src/survey/look.js';
import {includesOf} from '../../src/survey/trials.js';

function definitionOf(tapStreamId: string) {
  const definition = findStream(tapStreamId);
  if (!definition) throw new Error(`no ${tapStreamId}`);
  return definition;
}

const tags = definitionOf('tags');
const tag = {id: '1', tag: 'Jane', cdate: '2026-05-28T03:05:54-05:00', created_timestamp: '2026-05-28 03:05:54'};

test.each([
  [{meta: {total: '3'}}, 'string'],
  [{meta: {total: 3}}, 'number'],
  [{meta: {}}, 'absent'],
  [{}, 'absent'],
  [{meta: {total: null}}, 'other'],
])('the type of the total of %j is %s', (body, type) => {
  expect(totalTypeOf(body)).toBe(type);
});

test.each([
  [['1', '2', '10'], 'ascending ids'],
  [['10', '2', '1'], 'descending ids'],
  [['1', '10', '2'], 'another'],
  [['1', '1'], 'another'],
  [['1'], 'unclear'],
  [[], 'unclear'],
  [['a-b', 'c-d'], 'unclear'],
  [['1', undefined], 'unclear'],
])('ids %j stand in the order: %s', (keys, order) => {
  expect(orderOf(keys)).toBe(order);
});

test('rows without the replication key are counted', () => {
  const replication = {key: 'cdate', valueOf: ({cdate}: Readonly<Record<string, unknown>>) => (cdate ? 'x' : null)};
  expect(withoutKey([tag, {...tag, cdate: ''}], replication)).toBe(1);
  expect(withoutKey([tag], undefined)).toBeNull();
});

test('a name is told when every one of several rows has it, and it looks like one of the API', () => {
  const schema = schemaOf(tags);
  const fieldsIn = (rows: readonly Readonly<Record<string, unknown>>[]) => fieldsOf(rows, tags, schema).unknown_fields;
  const rowsWith = (key: string, count = 3) => Array.from({length: count}, () => ({...tag, [key]: 'x'}));
  expect(fieldsIn(rowsWith('newField'))).toEqual(['newField']);
  // Maps by what a person has entered, and rows too few to tell one from the other.
  expect(fieldsIn([...rowsWith('jane'), tag])).toEqual([]);
  expect(fieldsIn(rowsWith('newField', 2))).toEqual([]);
  for (const key of ['jane@example.com', 'Jane Doe', '+49 30 1234', 'x'.repeat(60), 'größe']) {
    expect(fieldsIn(rowsWith(key))).toEqual([]);
    expect(besideIn({tags: [], meta: {}, [key]: []}, tags)).toEqual([]);
  }
  expect(besideIn({tags: [], meta: {}, scoreValues: []}, tags)).toEqual(['scoreValues']);
  expect(fieldsOf(rowsWith('links'), tags, schema).absent_fields).toContain('description');
});

test('nothing is told of fields that the account itself has named', () => {
  const records = definitionOf('custom_object_records');
  const rows = Array.from({length: 5}, () => ({id: 'a', shoe_size: '44', birthday: '2026-05-28 03:05:54'}));
  expect(fieldsOf(rows, records, schemaOf(records))).toEqual({unknown_fields: [], absent_fields: []});
  expect(zonelessIn(rows, records)).toEqual([]);
});

test('a stamp without a zone is told with its zone where another one of the row shows the same moment', () => {
  const rows = [tag, tag, tag];
  expect(zonelessIn(rows, tags)).toEqual([{field: 'created_timestamp', twin: 'cdate', zone: 'America/Chicago'}]);
  const others = [tag, tag, tag].map(row => ({...row, cdate: '2026-05-28T03:07:00-05:00'}));
  expect(zonelessIn(others, tags)).toEqual([{field: 'created_timestamp', twin: null, zone: null}]);
  expect(
    zonelessIn(
      rows.map(row => ({...row, created_timestamp: '0000-00-00 00:00:00'})),
      tags,
    ),
  ).toEqual([]);
});

test('what can come along with a list follows from the stream table', () => {
  const includes = includesOf(definitionOf('contacts')).map(({include}) => include);
  expect(includes).toEqual(expect.arrayContaining(['fieldValues', 'contactTags', 'contactLists']));
  expect(includesOf(definitionOf('deals'))).toContainEqual({
    include: 'dealCustomFieldData',
    dataKey: 'dealCustomFieldData',
  });
  expect(includesOf(tags)).toEqual([]);
});
