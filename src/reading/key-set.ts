// The keys of a list that were seen so far. Ids of this API are nearly always integers that lie close together, so a
// bit each is enough: ten million keys take about four megabytes, and compressed they fit into the state.

import {deflateSync, inflateSync} from 'node:zlib';

// Small enough that keys that lie far apart, one in a chunk, do not take much more than they would in a Set.
const BITS_PER_CHUNK = 1 << 10;
const BYTES_PER_CHUNK = BITS_PER_CHUNK / 8;

// Integers of 15 digits are exact in a double, whatever is done to them here.
const MOST_DIGITS = 15;
const LAST_CHUNK = Math.floor((10 ** MOST_DIGITS - 1) / BITS_PER_CHUNK);

/** A state is written again and again, and some targets store it in one field of a table. */
const LONGEST_TEXT = 24 * 1024;

/** What the longest text can hold when it compresses as well as anything can (1:1032). */
const MOST_BYTES_UNPACKED = LONGEST_TEXT * 1_032;

export type Key = string | number;

export type KeySet = {
  /** Adds a key as the wire spells it (text or number); says whether it is new. */
  readonly add: (key: Key) => boolean;
  readonly has: (key: Key) => boolean;
  /** How many different keys were added, those before `startAt` included. */
  readonly size: () => number;
  /** Those before `startAt` will come again after all, and count no longer. */
  readonly forgetUnknown: () => void;
  /** A copy less some keys. */
  readonly without: (keys: Iterable<Key>) => KeySet;
  /** The keys as a short text; undefined when some are no integers or not known, or when it would be no short text. */
  readonly toText: () => string | undefined;
};

type Contents = {
  readonly chunks: Map<number, Uint8Array>;
  readonly others: Set<string>;
  /** Keys that count although nobody knows them any more. */
  unknown: number;
  /** How many are known. */
  size: number;
};

/** An empty set. `startAt` different keys that will not come again count as added before. */
export function createKeySet(options?: {readonly startAt: number}): KeySet;
/** The set that `toText` was made of; undefined when the text is not one of its making. */
export function createKeySet(options: {readonly from: unknown}): KeySet | undefined;
export function createKeySet(options: {readonly startAt?: number; readonly from?: unknown} = {}): KeySet | undefined {
  if ('from' in options) {
    const contents = read(options.from);
    return contents && wrap(contents);
  }
  const {startAt = 0} = options;
  return wrap({chunks: new Map(), others: new Set(), unknown: startAt, size: 0});
}

function wrap(contents: Contents): KeySet {
  const {chunks, others} = contents;
  return {
    add: key => {
      const isNew = isPlainInteger(key) ? addInteger(chunks, Number(key)) : addOther(others, String(key));
      if (isNew) contents.size += 1;
      return isNew;
    },
    has: key => (isPlainInteger(key) ? hasInteger(chunks, Number(key)) : others.has(String(key))),
    size: () => contents.unknown + contents.size,
    forgetUnknown: () => {
      contents.unknown = 0;
    },
    without: keys => {
      const copies = new Map(Array.from(chunks, ([number, chunk]) => [number, chunk.slice()]));
      const copy = {...contents, chunks: copies, others: new Set(others)};
      for (const key of keys) {
        const isGone = isPlainInteger(key) ? removeInteger(copies, Number(key)) : copy.others.delete(String(key));
        if (isGone) copy.size -= 1;
      }
      return wrap(copy);
    },
    toText: () => (others.size > 0 || contents.unknown > 0 ? undefined : write(chunks)),
  };
}

function isPlainInteger(key: Key): boolean {
  const text = String(key);
  return text.length <= MOST_DIGITS && /^(0|[1-9]\d*)$/.test(text);
}

function addInteger(chunks: Map<number, Uint8Array>, key: number): boolean {
  const chunkNumber = Math.floor(key / BITS_PER_CHUNK);
  let chunk = chunks.get(chunkNumber);
  if (!chunk) {
    chunk = new Uint8Array(BYTES_PER_CHUNK);
    chunks.set(chunkNumber, chunk);
  }
  const {at, mask} = placeOf(key);
  const byte = chunk[at] ?? 0;
  if (byte & mask) return false;
  chunk[at] = byte | mask;
  return true;
}

function hasInteger(chunks: ReadonlyMap<number, Uint8Array>, key: number): boolean {
  const {at, mask} = placeOf(key);
  return ((chunks.get(Math.floor(key / BITS_PER_CHUNK))?.[at] ?? 0) & mask) !== 0;
}

function removeInteger(chunks: Map<number, Uint8Array>, key: number): boolean {
  const chunk = chunks.get(Math.floor(key / BITS_PER_CHUNK));
  const {at, mask} = placeOf(key);
  const byte = chunk?.[at] ?? 0;
  if (!chunk || !(byte & mask)) return false;
  chunk[at] = byte & ~mask;
  return true;
}

function placeOf(key: number): {readonly at: number; readonly mask: number} {
  const bit = key % BITS_PER_CHUNK;
  return {at: bit >> 3, mask: 1 << (bit & 7)};
}

function addOther(others: Set<string>, key: string): boolean {
  if (others.has(key)) return false;
  others.add(key);
  return true;
}

/** The number of chunks, the distance of each from the one before, then all bits: what is alike lies together. */
function write(chunks: ReadonlyMap<number, Uint8Array>): string | undefined {
  const inOrder = [...chunks].sort(([a], [b]) => a - b);
  const numbers = [inOrder.length];
  let previous = 0;
  for (const [number] of inOrder) {
    numbers.push(number - previous);
    previous = number;
  }
  const bits = inOrder.map(([, chunk]) => chunk);
  const text = deflateSync(Buffer.concat([Buffer.from(numbers.flatMap(toBytes)), ...bits])).toString('base64');
  return text.length <= LONGEST_TEXT ? text : undefined;
}

function read(text: unknown): Contents | undefined {
  const bytes = typeof text === 'string' && text.length <= LONGEST_TEXT ? unpack(text) : undefined;
  if (!bytes) return undefined;
  let at = 0;
  // A number as `toBytes` writes it; NaN behind the last byte.
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at] ?? Number.NaN;
      at += 1;
      value += (byte % 128) * factor;
      if (!(byte >= 128)) return value;
    }
  };
  const count = next();
  if (!(count <= bytes.length)) return undefined;
  const numbers: number[] = [];
  let previous = 0;
  for (let index = 0; index < count; index += 1) {
    const number = previous + next();
    if (!(number <= LAST_CHUNK) || (index > 0 && number === previous)) return undefined;
    numbers.push(number);
    previous = number;
  }
  if (bytes.length !== at + count * BYTES_PER_CHUNK) return undefined;
  const chunks = new Map(
    numbers.map((number, index) => {
      const start = at + index * BYTES_PER_CHUNK;
      return [number, Uint8Array.from(bytes.subarray(start, start + BYTES_PER_CHUNK))];
    }),
  );
  return {chunks, others: new Set(), unknown: 0, size: countBits(bytes.subarray(at))};
}

function unpack(text: string): Uint8Array | undefined {
  try {
    // It carries a checksum: a text that was cut or changed is known as such.
    return inflateSync(Buffer.from(text, 'base64'), {maxOutputLength: MOST_BYTES_UNPACKED});
  } catch {
    return undefined;
  }
}

/** Seven bits a byte, the lowest first; all bytes but the last have the highest bit set. */
function toBytes(number: number): number[] {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
