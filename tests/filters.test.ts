// How the filters of a stream travel and are told from others. What is accepted of them: config.test.ts.

import {describe, expect, test} from '@jest/globals';
import {filtersOf, fingerprintOf, isOfOthers, narrowed, parseFilters, toQuery, unusedFilters} from '../src/filters.js';
import type {StreamDefinition} from '../src/stream-definition.js';

const parse = (given: Readonly<Record<string, unknown>>) => parseFilters(given, undefined);

test('filters travel as they are written, and lists as PHP numbers them', () => {
  expect(toQuery({'filters[search][eq]': 'vip', 'ids[]': ['3', '5'], 'tags[]': '7'})).toEqual({
    'filters[search][eq]': 'vip',
    'ids[0]': '3',
    'ids[1]': '5',
    'tags[]': '7',
  });
});

describe('the fingerprint of filters', () => {
  const contacts: StreamDefinition = {tapStreamId: 'contacts', path: 'contacts'};
  const nameOf = (parameters: Readonly<Record<string, unknown>>) => {
    const {filters, faults} = parse({contacts: parameters});
    expect(faults).toEqual([]);
    return fingerprintOf(filtersOf(filters, 'contacts'), contacts);
  };

  test('is the same however they are written', () => {
    expect(nameOf({listid: 3, status: true})).toBe(nameOf({status: 'true', listid: '3'}));
  });

  test('is another one for each other parameter, value and list', () => {
    const names = [
      ...[{listid: '3'}, {listid: '4'}, {tagid: '3'}, {listid: '3', tagid: '3'}],
      ...[{'ids[]': ['3']}, {'ids[]': '3'}, {'ids[]': ['3', '5']}, {'ids[]': ['35']}],
    ].map(nameOf);
    expect(new Set(names).size).toBe(names.length);
  });

  test('does not show them, and there is none where nothing is filtered', () => {
    expect(nameOf({email: 'jane@example.com'})).toMatch(/^[0-9a-f]{8}$/);
    expect(nameOf({})).toBeUndefined();
  });

  test('is another one for each custom object, and a state that says nothing of it is taken for its own', () => {
    const [pets, cars] = ['p', 'c'].map(id => ({...contacts, metadata: {'custom-object-schema-id': id}}));
    if (!pets || !cars) throw new Error('there are no custom objects');
    const names = [
      fingerprintOf(undefined, pets),
      fingerprintOf(undefined, cars),
      fingerprintOf({a: 'b'}, pets),
      fingerprintOf({a: 'b'}, contacts),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(isOfOthers(names[0], undefined, pets)).toBe(false);
    expect(isOfOthers(names[0], undefined, cars)).toBe(true);
    expect(isOfOthers(undefined, undefined, pets)).toBe(false);
    expect(isOfOthers(undefined, {a: 'b'}, pets)).toBe(true);
  });
});

test('only streams that are not selected are warned of, and a custom object with the one it may have meant', () => {
  const {filters} = parse({contacts: {a: 'b'}, tags: {a: 'b'}, custom_object_pet: {a: 'b'}, deals: {}});
  expect(unusedFilters(filters, ['contacts', 'contact_tags', 'custom_object_pets'])).toEqual([
    'the filters of tags do nothing: the stream is not selected',
    'the filters of custom_object_pet do nothing: the stream is not selected; did you mean "custom_object_pets"?',
  ]);
});

test('a stream that is narrowed keeps its own parameters, and asks for what would come along with its parents', () => {
  const below = {tapStreamId: 'contacts', path: 'contacts/:id/logs'};
  const logs: StreamDefinition = {
    tapStreamId: 'logs',
    path: below.path,
    parameters: {showFields: 'all'},
    perParent: {...below, include: {dataKey: 'logs', parentKey: 'contact'}},
  };
  expect(narrowed(logs, undefined)).toBe(logs);
  expect(narrowed(logs, {a: 'b'})).toEqual({...logs, parameters: {showFields: 'all', a: 'b'}, perParent: below});
});
