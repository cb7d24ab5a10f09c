import {gzipSync} from 'node:zlib';
import {describe, expect, test} from '@jest/globals';
import {unpackBody} from '../src/body.js';

const MEGABYTE = 1024 * 1024;

describe('a gzip body', () => {
  test.each([
    {size: 'nothing', text: ''},
    {size: 'one byte', text: 'a'},
    {size: 'more than a usual page', text: 'ë'.repeat(300_000)},
    {size: 'more than there is room for at once', text: 'abcdefgh'.repeat(MEGABYTE)},
  ])('is unpacked whole: $size', ({text}) => expect(unpackBody(gzipSync(text), 'gzip')?.toString()).toBe(text));

  test('is unpacked whole where it is made of several, of which the last tells its own size only', () => {
    const long = 'x'.repeat(MEGABYTE);
    expect(unpackBody(Buffer.concat([gzipSync(long), gzipSync('end')]), 'gzip')?.toString()).toBe(`${long}end`);
  });

  test('is broken where it tells a size that it has not', () => {
    const packed = gzipSync('some text');
    for (const size of [0, 8, 10, 2 ** 32 - 1]) {
      const tampered = Buffer.from(packed);
      tampered.writeUInt32LE(size, tampered.length - 4);
      expect(unpackBody(tampered, 'gzip')?.toString()).toBeUndefined();
    }
  });

  test.each([0, 1, 3, 4, 17])('is broken where %d bytes are all there is', length => {
    expect(unpackBody(gzipSync('some text').subarray(0, length), 'gzip')?.toString()).toBeUndefined();
  });
});
