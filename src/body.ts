// The bytes of an HTTP body, however it was compressed. Unpacks a body at once: the streams that do it bit by bit cost
// five times as much for a page of rows.

import {brotliDecompressSync, gunzipSync, inflateSync} from 'node:zlib';

// A page of a hundred rows has 150 to 300 KB. A body that tells of more gets room for the rest as it comes.
const MOST_ROOM_AT_ONCE = 4 * 1024 * 1024;

const LEAST_ROOM = 1024;

const UNPACKERS: ReadonlyMap<string, (body: Buffer) => Buffer> = new Map([
  ['', body => Buffer.from(body)],
  ['identity', body => Buffer.from(body)],
  ['gzip', body => gunzipSync(body, {chunkSize: roomFor(body)})],
  ['br', body => brotliDecompressSync(body)],
  ['deflate', body => inflateSync(body)],
]);

/**
 * The bytes of a body, in memory of their own; undefined when its compression is broken or unknown. `encoding` is the
 * header Content-Encoding, an empty text where there is none. Throws nothing.
 */
export function unpackBody(body: Uint8Array, encoding: string): Buffer | undefined {
  try {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return UNPACKERS.get(encoding.trim().toLowerCase())?.(bytes);
  } catch {
    return undefined;
  }
}

/**
 * How much room to unpack a gzip into, in bytes. Its last four bytes tell its unpacked size (RFC 1952, section 2.3.1),
 * and one byte more shows at once that the end is reached; room in small pieces would have to be put together.
 */
function roomFor(gzip: Buffer): number {
  const told = gzip.length < 4 ? 0 : gzip.readUInt32LE(gzip.length - 4);
  return Math.min(MOST_ROOM_AT_ONCE, Math.max(LEAST_ROOM, told + 1));
}
