import {deflateSync} from 'node:zlib';
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
        const found = keys.map(one => ({wasKnown: set.has(one), isNew: set.add(one), size: set.size()}));
        expect(found).toEqual(expected.map(({isNew, size}) => ({wasKnown: !isNew, isNew, size})));
        expect(keys.every(one => set.has(one))).toBe(true);
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

  test('counts keys of an earlier run as added, though it does not know them', () => {
    const set = createKeySet({startAt: 500});
    expect(set.size()).toBe(500);
    expect([set.add(7), set.add('7'), set.size()]).toEqual([true, false, 501]);
    const copy = set.without([7]);
    expect(copy.size()).toBe(500);
    expect(set.toText()).toBeUndefined();
    set.forgetUnknown();
    expect([set.size(), copy.size()]).toEqual([1, 500]);
    expect(createKeySet({from: set.toText()})?.size()).toBe(1);
  });

  test('makes a copy without some of its keys, and stays as it is', () => {
    fc.assert(
      fc.property(fc.array(key, {maxLength: 60}), fc.array(key, {maxLength: 60}), (keys, others) => {
        const set = createKeySet();
        for (const one of keys) set.add(one);
        const size = set.size();
        const copy = set.without([...others, ...keys.slice(0, 9)]);
        const model = new Set(keys.map(String));
        for (const one of [...others, ...keys.slice(0, 9)]) model.delete(String(one));
        expect(copy.size()).toBe(model.size);
        for (const one of new Set(keys.map(String))) expect(copy.add(one)).toBe(!model.has(one));
        expect(set.size()).toBe(size);
        expect(keys.some(one => set.add(one))).toBe(false);
      }),
      {seed: 9, numRuns: 200},
    );
  });
});

describe('the text of a set of keys', () => {
  const integer = fc.oneof(
    fc.integer({min: 0, max: 5_000}),
    fc.integer({min: 0, max: 3_000_000}),
    fc.constantFrom(0, 1_023, 1_024, 999_999_999_999_999),
  );

  test('makes the same set again', () => {
    fc.assert(
      fc.property(fc.uniqueArray(integer, {maxLength: 600, size: 'max'}), fc.array(integer), (keys, others) => {
        const set = createKeySet();
        for (const one of keys) set.add(one);
        const copy = createKeySet({from: set.toText()});
        expect(copy?.size()).toBe(keys.length);
        expect(copy?.toText()).toBe(set.toText());
        for (const one of [...keys, ...others]) expect(copy?.add(one)).toBe(set.add(one));
      }),
      {seed: 10, numRuns: 100},
    );
  });

  test.each([
    {keys: 'a million keys without a gap', count: 1_000_000, isGap: () => false, most: 1_000},
    {keys: 'a million keys of which every hundredth is missing', count: 1_000_000, isGap: by(100), most: 19_000},
    {keys: '100,000 keys, each of which is missing or not', count: 100_000, isGap: by(2), most: 18_000},
  ])('takes at most $most characters for $keys', ({count, isGap, most}) => {
    const set = createKeySet();
    for (let index = 0; index < count; index += 1) if (!isGap(index)) set.add(index);
    expect(set.toText()?.length).toBeLessThanOrEqual(most);
  });

  test('is none where a key is no integer, or where it would be longer than 24 KB', () => {
    const set = createKeySet();
    for (let index = 0; index < 20_000; index += 1) set.add(index * 50_021);
    expect(set.toText()).toBeUndefined();
    const uuids = createKeySet();
    uuids.add('1c1f0b2e-0000-4000-8000-000000000000');
    expect(uuids.toText()).toBeUndefined();
  });

  test('is refused, without a fault, when it was cut, changed or made by somebody else', () => {
    const set = createKeySet();
    for (let index = 0; index < 5_000; index += 1) if (!by(3)(index)) set.add(index);
    const text = set.toText() ?? '';
    const compressed = fc
      .uint8Array({maxLength: 300})
      .map(bytes => deflateSync(bytes).toString('base64'))
      // The text of an empty set is a zero byte.
      .filter(one => one !== createKeySet().toText());
    const foreign = fc.oneof(
      fc.nat({max: text.length - 1}).map(length => text.slice(0, length - (length % 4))),
      fc
        .nat({max: text.length - 9})
        .map(at => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`),
      compressed,
      fc.string(),
      fc.jsonValue(),
      fc.constant(deflateSync(Buffer.alloc(40_000_000)).toString('base64')),
    );
    fc.assert(
      fc.property(foreign, one => expect(createKeySet({from: one})).toBeUndefined()),
      {seed: 11, numRuns: 500},
    );
  });
});

/** Whether a number falls into a gap, by chance: one in `many` does. */
function by(many: number): (index: number) => boolean {
  return index => Math.imul(index ^ (index >>> 7), 2_654_435_761) >>> 16 < 65_536 / many;
}
