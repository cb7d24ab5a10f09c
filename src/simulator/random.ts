// Chance that repeats itself: numbers that follow from a seed alone, so that no row has to be stored.

/** A 32-bit number that follows from its three arguments alone. */
export function mix(a: number, b: number, c = 0): number {
  let h =
    Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^
    Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(c + 0x165667b1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A 32-bit number for a name (FNV-1a). */
export function saltOf(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A sequence of draws. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 to below `bound`. */
  int(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.int(values.length)] ?? values[0];
  }

  hex(length: number): string {
    let text = '';
    while (text.length < length) text += this.int(0x10000).toString(16).padStart(4, '0');
    return text.slice(0, length);
  }
}

/**
 * Where `position` goes in a shuffle of `count` positions: a permutation for each seed that needs no memory
 * (a Feistel network over the next power of four, walked until it lands inside).
 */
export function shuffled(position: number, count: number, seed: number): number {
  if (count < 2) return position;
  let halfBits = 1;
  while (2 ** (2 * halfBits) < count) halfBits++;
  const mask = 2 ** halfBits - 1;
  let at = position;
  do {
    let left = Math.floor(at / (mask + 1));
    let right = at & mask;
    for (let round = 0; round < 4; round++) {
      [left, right] = [right, left ^ (mix(seed, right, round) & mask)];
    }
    at = left * (mask + 1) + right;
  } while (at >= count);
  return at;
}
