import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createKeySet} from '../../src/reading/key-set.js';
import {bytesHeld} from '../support/garbage.js';

describe('a set of keys', () => {
  const key = fc.oneof(
    fc.integer({min: 0, max: 300}),
    fc.integer({min: 0, max: 300}).map(String),
    fc.integer({min: 65_500, max: 65_600}),
    fc.maxSafeInteger(),
    fc.constantFrom('', '0', '00', '007', '-1', '1.0', '1e3', ' 1', '999999999999999', '1000000000000000'),
    fc.constantFrom('18446744073709551615', '18446744073709551616', '9007199254740992', '9007199254740993'),
    fc.uuid(),
    fc.string(),
  );

  test('knows every key again, however it was spelt on the wire, and no other', () => {
    fc.assert(
      fc.property(fc.array(key, {maxLength: 400, size: 'max'}), keys => {
        const set = createKeySet();
        const model = new Set<string>();
        const expected = keys.map(one => {
          const isNew = !model.has(String(one));
          model.add(String(one));
          return {isNew, size: model.size};
        });
        expect(keys.map(one => ({isNew: set.add(one), size: set.size()}))).toEqual(expected);
      }),
      {seed: 8, numRuns: 100},
    );
  });

  test.each([
    {keys: 'that lie close together', count: 2_000_000, step: 1, megabytes: 4},
    {keys: 'that lie far apart', count: 20_000, step: 49_999_999, megabytes: 20},
  ])('holds $count keys $keys in $megabytes megabytes', async ({count, step, megabytes}) => {
    const before = await bytesHeld();
    const set = createKeySet();
    for (let index = 0; index < count; index += 1) set.add(index * step);
    const held = (await bytesHeld()) - before;
    expect(set.size()).toBe(count);
    expect(held / 1_048_576).toBeLessThan(megabytes);
  });
});
