// Filters: the query parameters by which a user narrows the list of a stream. Knows how they are given, which parameters
// the tap needs for itself, and how they travel. Whether the server obeys them, the reading finds out (narrowing.ts).

import {createHash} from 'node:crypto';
import {CUSTOM_OBJECT, SCHEMA_ID} from './custom-objects.js';
import {describe, isObject} from './json.js';
import type {StreamDefinition} from './stream-definition.js';
import {findStream, streams} from './streams.js';
import {didYouMean} from './suggest.js';

/** The parameters of one stream, by name in the order of the alphabet. A list belongs to a name that ends in `[]`. */
export type Filters = Readonly<Record<string, FilterValue>>;

export type FilterValue = string | readonly string[];

/** The filters of all streams that have some, by tap_stream_id. */
export type FiltersByStream = Readonly<Record<string, Filters>>;

/**
 * Reads the setting. Faults are ends of sentences that begin with its name; each names its stream and parameter and the
 * way out, and none holds a value. A custom object is a stream of its account alone: whether there is one of that name,
 * nobody knows yet.
 */
export function parseFilters(
  given: Readonly<Record<string, unknown>>,
  token: string | undefined,
): {readonly filters: FiltersByStream; readonly faults: readonly string[]} {
  const faults: string[] = [];
  const filters: [string, Filters][] = [];
  for (const [stream, parameters] of Object.entries(given)) {
    const definition = findStream(stream);
    if (!definition && !stream.startsWith(CUSTOM_OBJECT)) {
      const names = streams.map(({tapStreamId}) => tapStreamId);
      faults.push(`there is no stream ${shorten(stream)}${didYouMean(stream, names)}`);
    } else if (!isObject(parameters)) {
      faults.push(
        `${stream} must be an object of query parameters, such as {"listid": "3"}, not ${describe(parameters)}`,
      );
    } else {
      const parsed = Object.entries(parameters).map(([name, value]) => {
        const fault = faultOfName(name, definition) ?? faultOfValue(name, value) ?? faultOfToken(name, value, token);
        if (fault !== undefined) faults.push(`${stream}.${fault}`);
        return [name, Array.isArray(value) ? value.map(String) : String(value)] as const;
      });
      if (parsed.length > 0) filters.push([stream, Object.fromEntries(parsed.sort(byName))]);
    }
  }
  return {filters: Object.fromEntries(filters), faults};
}

/** The filters of one stream; undefined where it has none. */
export function filtersOf(filters: FiltersByStream, tapStreamId: string): Filters | undefined {
  return Object.hasOwn(filters, tapStreamId) ? filters[tapStreamId] : undefined;
}

/** Sentences about filters that do nothing, since their streams are not among those `selected`. */
export function unusedFilters(filters: FiltersByStream, selected: readonly string[]): readonly string[] {
  return Object.keys(filters)
    .filter(stream => !selected.includes(stream))
    .map(stream => {
      const guess = findStream(stream) ? '' : didYouMean(stream, selected);
      return `the filters of ${stream} do nothing: the stream is not selected${guess}`;
    });
}

/** Filters as they are sent. A list is numbered, as PHP reads it: `ids[0]=3&ids[1]=5`. */
export function toQuery(filters: Filters): Readonly<Record<string, string>> {
  const entries = Object.entries(filters).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [[name, value] as const]
      : value.map((item, index) => [name.replace(/\[\]$/, `[${index}]`), item] as const),
  );
  return Object.fromEntries(entries);
}

/**
 * A name for the rows of a stream, by its filters and by the custom object that they are of, that tells them from all
 * others and does not show the filters, for the state. Undefined for those of any stream that is not narrowed.
 */
export function fingerprintOf(filters: Filters | undefined, {metadata}: StreamDefinition): string | undefined {
  const parts = [filters, metadata?.[SCHEMA_ID]].filter(part => part !== undefined);
  if (parts.length === 0) return undefined;
  return createHash('sha256')
    .update(parts.map(part => JSON.stringify(part)).join())
    .digest('hex')
    .slice(0, 8);
}

/** Whether a state was made by other rows of a stream than those of now, by its fingerprint. */
export function isOfOthers(
  remembered: string | undefined,
  filters: Filters | undefined,
  definition: StreamDefinition,
): boolean {
  // A state that somebody has written by hand, or another tap, tells nothing of custom objects.
  if (remembered === undefined && filters === undefined) return false;
  return fingerprintOf(filters, definition) !== remembered;
}

/** The stream as its filters leave it: they go with every request for its rows, which have to come by themselves. */
export function narrowed(definition: StreamDefinition, filters: Filters | undefined): StreamDefinition {
  if (!filters) return definition;
  const {perParent, ...others} = definition;
  const parameters = {...definition.parameters, ...toQuery(filters)};
  if (!perParent) return {...others, parameters};
  // What comes along with the parents comes whatever is asked of the rows below them.
  const {include: _, ...asked} = perParent;
  return {...others, parameters, perParent: asked};
}

/** What the tap pages, sorts and extends answers by, before any bracket. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['limit', 'offset', 'page', 'page_size', 'id_greater', 'id_less'],
  ...['order', 'orders', 'sort', 'ordering', 'include'],
]);

const PARAMETER = /^([\w.-]+)(\[[^[\]]*\])*$/;

function faultOfName(name: string, definition: StreamDefinition | undefined): string | undefined {
  const [, base] = PARAMETER.exec(name) ?? [];
  if (base === undefined) {
    return `${shorten(name)} is no query parameter; write it as the API spells it, such as listid or filters[email]`;
  }
  // PHP takes a point in a name for an underscore.
  const plain = base.replaceAll('.', '_').toLowerCase();
  if (RESERVED.has(plain)) {
    return `${name} belongs to the tap, which pages and sorts by itself; remove it`;
  }
  const {changedSince, parameters = {}, perParent} = definition ?? {};
  if (changedSince && isOrIsBelow(name, changedSince.parameter)) {
    return `${name} belongs to the tap, which asks for what changed since the bookmark; remove it, and see start_date`;
  }
  if (Object.keys(parameters).includes(base) || perParent?.parameter === base) {
    return `${name} belongs to the tap, which sends it with every request; remove it`;
  }
  return undefined;
}

function isOrIsBelow(name: string, parameter: string): boolean {
  return name === parameter || name.startsWith(`${parameter}[`);
}

function faultOfValue(name: string, value: unknown): string | undefined {
  const isOfTexts = Array.isArray(value) && value.every(item => typeof item === 'string');
  if (Array.isArray(value) && !name.endsWith('[]')) return `${name} holds a list; write its name as ${name}[]`;
  if (Array.isArray(value) && !isOfTexts) return `${name} must be a list of texts; put each of them into quotes`;
  if (typeof value === 'number') {
    const isExact = Number.isSafeInteger(value) || (!Number.isInteger(value) && !String(value).includes('e'));
    return isExact ? undefined : `${name} is a number that JSON cannot carry exactly; write it as text`;
  }
  if (typeof value === 'boolean') return undefined;
  if (typeof value !== 'string' && !isOfTexts) {
    return `${name} must be a text, a number, true, false or a list of texts, not ${describe(value)}`;
  }
  const texts: readonly unknown[] = isOfTexts ? value : [value];
  // Nothing to filter by is no filter: the API would send everything.
  if (texts.length === 0 || texts.some(text => String(text).trim() === '')) {
    return `${name} is empty; say what to filter by, or remove it`;
  }
  return undefined;
}

// Filters are shown in the log and in the report.
function faultOfToken(name: string, value: unknown, token: string | undefined): string | undefined {
  const isHeld = token && [name, value].flat().some(text => String(text).includes(token));
  return isHeld ? `${name} holds the api_token, which belongs into no query; remove it` : undefined;
}

// A long text may be the token, pasted into the wrong place.
function shorten(name: string): string {
  return name.length > 40 ? `of ${name.length} characters` : JSON.stringify(name);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
