// How a resource names its rows: ids that follow from a row's place, and lead back to it, so that a million rows need
// no list of ids.

import {mix} from './random.js';

export type Ids = {
  readonly idOf: (salt: number, index: number) => string;
  /** The index whose id this is, undefined where no row could have it. */
  readonly indexOf: (salt: number, id: string) => number | undefined;
};

/** Numbers that ascend with gaps: those of nearly every list. */
export const numbers: Ids = {
  idOf: (salt, index) => String(idOf(salt, index)),
  indexOf: (salt, id) => indexOfId(salt, Number(id)),
};

/** UUIDs, which say nothing about the sequence of the rows. */
export const uuids: Ids = {
  idOf: uuidOf,
  indexOf: (salt, id) => {
    const index = Math.imul(Number.parseInt(id.slice(0, 8), 16) ^ salt, inverse) >>> 0;
    return uuidOf(salt, index) === id ? index : undefined;
  },
};

/** Ids ascend with gaps, and both ways are arithmetic. */
export function idOf(salt: number, index: number): number {
  return 2 * index + 1 + (mix(salt, index) & 1);
}

/** The index whose id this is, undefined where no row has it. */
export function indexOfId(salt: number, id: number): number | undefined {
  const index = Math.floor((id - 1) / 2);
  return Number.isInteger(id) && id > 0 && idOf(salt, index) === id ? index : undefined;
}

// An odd factor and its inverse modulo 2^32: the first eight digits tell the index to those who know the salt.
const factor = 0x9e3779b1;
const inverse = 0x0e8b2f51;

/** A UUID of version 4, by its looks. */
export function uuidOf(salt: number, index: number): string {
  const first = hex(Math.imul(index, factor) ^ salt);
  const middle = hex(mix(salt, index, 41));
  const last = hex(mix(salt, index, 42)) + hex(mix(salt, index, 43));
  const variant = ((mix(salt, index, 44) & 3) | 8).toString(16);
  return `${first}-${middle.slice(0, 4)}-4${middle.slice(5)}-${variant}${last.slice(1, 4)}-${last.slice(4)}`;
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0');
}
