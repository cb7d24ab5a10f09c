// Gathers lines as bytes, ready to be written at once.

const USUAL_BYTES = 128 * 1024;

// What a UTF-16 unit takes at most in UTF-8.
const MOST_BYTES_A_UNIT = 3;

const NEWLINE = 10;

export type LineBuffer = {
  /** Adds a line, which is given without its end. */
  readonly add: (line: string) => void;
  /** Bytes gathered since the last `take`. */
  readonly size: () => number;
  /** Gives what was gathered, in memory of its own, and begins anew. */
  readonly take: () => Buffer;
};

/**
 * A buffer for lines of UTF-8. Each line is encoded by itself: one letter beyond ASCII makes the encoding of its whole
 * text several times as slow, and of a joined text that would be all of its lines.
 */
export function createLineBuffer(): LineBuffer {
  let bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
  let size = 0;
  return {
    add: line => {
      const needed = size + line.length * MOST_BYTES_A_UNIT + 1;
      if (needed > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * bytes.length));
        bytes.copy(larger, 0, 0, size);
        bytes = larger;
      }
      size += bytes.write(line, size, 'utf8');
      bytes[size++] = NEWLINE;
    },
    size: () => size,
    take: () => {
      const taken = Buffer.from(bytes.subarray(0, size));
      size = 0;
      // One huge line must not hold its memory for ever.
      if (bytes.length > USUAL_BYTES) bytes = Buffer.allocUnsafeSlow(USUAL_BYTES);
      return taken;
    },
  };
}
