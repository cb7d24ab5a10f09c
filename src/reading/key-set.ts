// The keys of a list that were seen so far. Ids of this API are nearly always integers that lie close together, so a
// bit each is enough: ten million keys take about four megabytes.

// Small enough that keys that lie far apart, one in a chunk, do not take much more than they would in a Set.
const BITS_PER_CHUNK = 1 << 10;

export type KeySet = {
  /** Adds a key as the wire spells it (text or number); says whether it is new. */
  readonly add: (key: string | number) => boolean;
  /** How many different keys were added. */
  readonly size: () => number;
};

/** An empty set. */
export function createKeySet(): KeySet {
  const chunks = new Map<number, Uint8Array>();
  const others = new Set<string>();
  let size = 0;

  function addInteger(key: number): boolean {
    const chunkNumber = Math.floor(key / BITS_PER_CHUNK);
    let chunk = chunks.get(chunkNumber);
    if (!chunk) {
      chunk = new Uint8Array(BITS_PER_CHUNK / 8);
      chunks.set(chunkNumber, chunk);
    }
    const bit = key % BITS_PER_CHUNK;
    const byte = chunk[bit >> 3] ?? 0;
    const mask = 1 << (bit & 7);
    if (byte & mask) return false;
    chunk[bit >> 3] = byte | mask;
    return true;
  }

  function addOther(key: string): boolean {
    if (others.has(key)) return false;
    others.add(key);
    return true;
  }

  return {
    add: key => {
      const text = String(key);
      const isPlainInteger = /^(0|[1-9]\d{0,14})$/.test(text);
      const isNew = isPlainInteger ? addInteger(Number(text)) : addOther(text);
      if (isNew) size += 1;
      return isNew;
    },
    size: () => size,
  };
}
