// How many rows each resource has: from the number of contacts, from a total over all, or as the caller says.

import type {Resource} from './resource.js';
import {resources} from './resources/index.js';

export type Sizes = ReadonlyMap<string, number>;

export type SizeOptions = {
  readonly contacts?: number | undefined;
  readonly records?: number | undefined;
  readonly counts?: Readonly<Record<string, number>> | undefined;
};

const usualContacts = 250;
const exponents = {withContacts: 1, slowly: 0.5, hardly: 0.25, never: 0} as const;

/**
 * The rows of every resource. With `records` the sum over all resources is exactly that number. Counts that are given
 * stay as given; a resource whose parent has no rows has none either.
 *
 * @throws RangeError if no account has so few or so many records
 */
export function sizesFor({contacts, records, counts = {}}: SizeOptions): Sizes {
  const given = new Map(Object.entries(counts));
  // The number of contacts sizes the account; a count of its own says how many there really are.
  if (contacts !== undefined && !given.has('contacts')) given.set('contacts', contacts);
  if (records === undefined)
    return sizesAt((contacts ?? given.get('contacts') ?? usualContacts) / usualContacts, given);

  const smallest = sum(sizesAt(0, given));
  if (records < smallest)
    throw new RangeError(`records: the smallest account with these counts has ${smallest} records, not ${records}`);
  let [low, high] = [0, 1];
  while (sum(sizesAt(high, given)) <= records) {
    if (high > 1e9)
      throw new RangeError(`records: with these counts the account has ${sum(sizesAt(high, given))} records at most`);
    high *= 2;
  }
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (sum(sizesAt(middle, given)) <= records) low = middle;
    else high = middle;
  }
  return toppedUp(sizesAt(low, given), given, records);
}

function sizesAt(scale: number, given: ReadonlyMap<string, number>): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const {name, size} of resources) {
    const [rows, grows] = size;
    sizes.set(name, given.get(name) ?? Math.max(1, Math.round(rows * scale ** exponents[grows])));
  }
  for (const resource of resources) if (!hasOwners(resource, sizes)) sizes.set(resource.name, 0);
  return sizes;
}

// What is missing to the exact total goes to the resources of many rows, in turn.
function toppedUp(sizes: Map<string, number>, given: ReadonlyMap<string, number>, records: number): Sizes {
  const takers = resources
    .filter(resource => resource.size[1] === 'withContacts' && !given.has(resource.name) && hasOwners(resource, sizes))
    .map(({name}) => name);
  let missing = records - sum(sizes);
  while (missing > 0) {
    if (takers.length === 0)
      throw new RangeError('records: every count is given, so there is nothing left to reach the total with');
    for (const name of takers.slice(0, missing)) sizes.set(name, (sizes.get(name) ?? 0) + 1);
    missing -= Math.min(missing, takers.length);
  }
  return sizes;
}

// Whether there are rows to hang on.
function hasOwners({parent, under}: Resource, sizes: Sizes): boolean {
  return [parent, under].every(owner => owner === undefined || sizes.get(owner.resource) !== 0);
}

function sum(sizes: Sizes): number {
  let total = 0;
  for (const rows of sizes.values()) total += rows;
  return total;
}
