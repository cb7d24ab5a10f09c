// What answers with and without a parameter say of whether the server obeys it. Lists move while they are looked at, come
// in another order each time, and need not tell their length: what could come of that is no evidence. Pure.

import type {FilterValue} from '../filters.js';

/** What one answer shows of a list. */
export type Look = {
  readonly count: number;
  readonly keys: readonly (string | undefined)[];
  readonly total: number | undefined;
  /** Whether the answer holds the whole list. */
  readonly isWhole: boolean;
};

/** Fewer rows than these stand in the order of their ids by chance now and then. */
const LEAST_IN_ORDER = 5;

const NO_NUMBER = '2000000011';
const NO_TEXT = 'no-such-value-5f1c0e2b';

/**
 * Values like a given one that no row can match, or that cannot match the same rows: a server that obeys the parameter
 * leaves fewer rows for one of them, or refuses it. One that cannot read a value may ignore that value alone, which is
 * why there are several.
 */
export function valuesWithoutMatch(value: FilterValue): readonly FilterValue[] {
  if (typeof value !== 'string') return valuesWithoutMatch(value[0] ?? '').map(other => [String(other)]);
  const text = value.trim();
  if (/^(true|false)$/i.test(text)) return [/^t/i.test(text) ? 'false' : 'true', NO_TEXT];
  if (/^[01]$/.test(text)) return [NO_NUMBER, text === '1' ? '0' : '1', NO_TEXT];
  // Years long after and long before, both with a 29th of February.
  if (/^\d{4}-\d\d-\d\d/.test(text)) return [`2996${text.slice(4)}`, `1972${text.slice(4)}`, NO_TEXT];
  if (/^[-+\d.,]+$/.test(text)) return [NO_NUMBER, NO_TEXT];
  return [NO_TEXT, NO_NUMBER];
}

/** Whether an answer between two others has lost rows that cannot have gone in between. */
export function hasLostRows(before: Look, look: Look, after: Look): boolean {
  if (before.count === 0 || after.count === 0) return false;
  if (look.count === 0) return true;
  if (![before, look, after].every(({isWhole}) => isWhole)) return false;
  const stayed = before.keys.filter(key => key !== undefined && after.keys.includes(key));
  return stayed.some(key => !look.keys.includes(key));
}

/** Whether an answer is another one than its neighbours at all: where it is not, asking again shows nothing. */
export function isOther(neighbours: readonly Look[], look: Look): boolean {
  const {total} = look;
  const totals = totalsOf(neighbours);
  if (totals && total !== undefined) return total < Math.min(...totals) || total > Math.max(...totals);
  return neighbours.some(neighbour => textOf(neighbour) !== textOf(look));
}

/**
 * Whether the answers with a parameter are others than those without it, which came in between, by more than all of them
 * move by themselves. Where totals are not told, the first rows have to be the same each time, and in the order of ids:
 * a list without an order begins with any rows.
 */
export function areOthers(without: readonly Look[], withIt: readonly Look[]): boolean {
  const [totals, totalsWithIt] = [totalsOf(without), totalsOf(withIt)];
  if (totals && totalsWithIt) {
    const gap = Math.max(leastOf(totals) - mostOf(totalsWithIt), leastOf(totalsWithIt) - mostOf(totals));
    return gap > mostOf(totals) - leastOf(totals) + mostOf(totalsWithIt) - leastOf(totalsWithIt);
  }
  const [first, firstWithIt] = [without[0], withIt[0]];
  if (!first || !firstWithIt || textOf(first) === textOf(firstWithIt)) return false;
  const isSteady = (looks: readonly Look[]) => new Set(looks.map(textOf)).size === 1;
  if (!isSteady(without) || !isSteady(withIt)) return false;
  const isShorter = firstWithIt.count < first.count;
  return isInOrder(first) && (isShorter || isInOrder(firstWithIt));
}

function isInOrder({keys}: Look): boolean {
  const ids = keys.map(Number);
  const isRising = ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? id));
  const isFalling = ids.every((id, index) => index === 0 || id < (ids[index - 1] ?? id));
  return ids.length >= LEAST_IN_ORDER && (isRising || isFalling);
}

function totalsOf(looks: readonly Look[]): readonly number[] | undefined {
  const totals = looks.flatMap(({total}) => total ?? []);
  return totals.length === looks.length && totals.length > 0 ? totals : undefined;
}

function textOf({keys}: Look): string {
  return JSON.stringify(keys);
}

function leastOf(numbers: readonly number[]): number {
  return Math.min(...numbers);
}

function mostOf(numbers: readonly number[]): number {
  return Math.max(...numbers);
}
