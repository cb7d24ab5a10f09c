import {readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createValueStore} from '../../src/custom-fields/value-store.js';
import type {FieldValue} from '../../src/custom-fields/values.js';

const temporaryFiles = () => readdirSync(tmpdir()).filter(name => /^tap-activecampaign-[0-9a-f]{8}-/.test(name));

test('gives every parent the values that were added for it, in their order, however much it holds in memory', () => {
  const values = fc.array(
    fc.record({
      id: fc.nat().map(String),
      parent: fc.oneof(fc.nat({max: 2_000}).map(String), fc.constantFrom('9007199254740993', 'a-b', 'ü')),
      field: fc.nat({max: 9}).map(String),
      value: fc.oneof(fc.jsonValue(), fc.string({unit: 'binary'})),
      currency: fc.constantFrom(null, 'eur'),
    }),
    {maxLength: 60},
  );
  fc.assert(
    fc.property(values, fc.nat({max: 3_000}), (added, charactersInMemory) => {
      const store = createValueStore({charactersInMemory});
      const expected = new Map<string, FieldValue[]>();
      try {
        for (const value of added) {
          store.add(value);
          expected.set(value.parent, [...(expected.get(value.parent) ?? []), value]);
          // As it would come from a file, in which there is no minus zero.
          expect(store.of(value.parent)).toEqual(JSON.parse(JSON.stringify(expected.get(value.parent))));
        }
        for (const [parent, own] of expected) expect(store.of(parent)).toEqual(JSON.parse(JSON.stringify(own)));
        expect(store.of('nobody')).toEqual([]);
      } finally {
        store.close();
      }
    }),
    {seed: 5, numRuns: 200},
  );
});

test('leaves no file behind, not even while it is open', () => {
  const before = temporaryFiles();
  const store = createValueStore({charactersInMemory: 0});
  store.add({id: '1', parent: '1', field: '1', value: 'private', currency: null});
  expect(store.of('1')).toHaveLength(1);
  expect(temporaryFiles()).toEqual(before);
  store.close();
  expect(temporaryFiles()).toEqual(before);
});

test('has all values of many parents at hand, in whatever order they are asked for', () => {
  const store = createValueStore({charactersInMemory: 50_000});
  const parents = 20_000;
  for (let id = 1; id <= 2 * parents; id += 1) {
    store.add({id: String(id), parent: String((id * 7919) % parents), field: '1', value: id, currency: null});
  }
  for (const parent of [0, 1, 7, 9_999, 19_999, 256, 255]) {
    const own = store.of(String(parent));
    expect(own).toHaveLength(2);
    for (const {value} of own) expect((Number(value) * 7919) % parents).toBe(parent);
  }
  store.close();
});

test('says what to do where no file can be made', () => {
  const store = createValueStore({charactersInMemory: 0, directory: '/nowhere/to/be/found'});
  expect(() => store.add({id: '1', parent: '1', field: '1', value: 'x', currency: null})).toThrow(
    /^custom field values cannot be kept in a temporary file \(.*ENOENT: .*; set TMPDIR to a folder with more room$/,
  );
  store.close();
});
