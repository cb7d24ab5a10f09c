import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createLineBuffer} from '../src/line-buffer.js';

test('lines come out as they went in, in UTF-8, each with its end', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({unit: 'grapheme'}))), batches => {
      const buffer = createLineBuffer();
      for (const lines of batches) {
        for (const line of lines) buffer.add(line);
        const expected = lines.map(line => `${line}\n`).join('');
        expect(buffer.size()).toBe(Buffer.byteLength(expected));
        expect(buffer.take().toString('utf8')).toBe(expected);
      }
    }),
    {seed: 1},
  );
});

test.each([
  ['longer than the buffer is by itself', ['a', 'é'.repeat(1_000_000), 'z']],
  ['together more than it is by itself', Array.from({length: 500}, (_, index) => `${index}: ${'🌱'.repeat(500)}`)],
])('lines that are %s are whole', (_, lines) => {
  const buffer = createLineBuffer();
  for (const line of lines) buffer.add(line);
  expect(buffer.take().toString('utf8').split('\n')).toEqual([...lines, '']);
  buffer.add('next');
  expect(buffer.take().toString('utf8')).toBe('next\n');
});

test('what was taken stays as it is when more is added', () => {
  const buffer = createLineBuffer();
  buffer.add('first');
  const taken = buffer.take();
  buffer.add('other');
  expect(taken.toString('utf8')).toBe('first\n');
});
