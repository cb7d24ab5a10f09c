// What a state is made of: an entry for each stream under `bookmarks`. Knows how a value is taken out of one that a user
// or another tool may have written, and nothing of what it means.

import {parseInstant} from './dates.js';
import {isObject} from './json.js';

type Json = Readonly<Record<string, unknown>>;

/** The value of a STATE message. A stream's bookmark is an object, or a bare instant in the Python tap's form. */
export type State = {
  readonly bookmarks: Json;
  readonly currently_syncing?: string | null;
  readonly [key: string]: unknown;
};

/** What the state has of a stream, whatever it is. */
export function entryOf(state: State, tapStreamId: string): unknown {
  return property(state.bookmarks, tapStreamId);
}

/** The state with another entry for a stream. */
export function putEntry(state: State, tapStreamId: string, entry: Json): State {
  return {...state, bookmarks: {...state.bookmarks, [tapStreamId]: entry}};
}

/** Called with the place of a value that is no instant; ends in an error. */
export type Wrong = (where: string, value: unknown) => never;

/** The instant that a value stands for, UTC with six decimals. */
export function readInstant(value: unknown, where: string, wrong: Wrong): string {
  return parseTime(value) ?? wrong(where, value);
}

/** The same; undefined for what stands for none. */
export function parseTime(value: unknown): string | undefined {
  return typeof value === 'string' ? parseInstant(value) : undefined;
}

/** An object's own property. Names come from the user's file, and an object has more properties than its own. */
export function property(object: Json, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Whether a value says nothing: what is over is written as null. */
export function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/**
 * What takes the place of a value that is over and was not meant to be: null, and for an object one of nulls, since
 * a runner that merges states cannot put an object where a null is (Meltano, core/utils, merge).
 */
export function hollow(value: unknown): unknown {
  if (!isObject(value) || Object.keys(value).length === 0) return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hollow(inner)]));
}

/** Whether a value is null, or an object of nulls. */
export function isHollow(value: unknown): boolean {
  if (!isObject(value)) return isNothing(value);
  const inner = Object.values(value);
  return inner.length > 0 && inner.every(isHollow);
}
