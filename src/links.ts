// Nearly every row of the API brings `links`, URLs of what belongs to it, and no stream wants them. Of a page of contacts
// they are two fifths: they are cut out before it is parsed, which takes less time than to make texts of them.

import {isObject} from './json.js';
import type {PropertySchema, StreamSchema} from './schemas.js';
import {typesOf} from './schemas.js';

const BEGIN = Buffer.from('"links":{');
const END = 0x7d;
const BACKSLASH = 0x5c;

/**
 * Whether records of this schema have no place where the links of a row, or of something inside it, could stand: no
 * field takes an object with whatever names it has.
 */
export function canDropLinks({properties}: StreamSchema): boolean {
  return Object.values(properties).every(hasNoFreeForm);
}

function hasNoFreeForm(property: PropertySchema): boolean {
  const types = typesOf(property);
  if (types.includes('object') && property.properties === undefined) return false;
  if (types.includes('array') && property.items === undefined) return false;
  const inside = [...Object.values(property.properties ?? {}), ...(property.items ? [property.items] : [])];
  return inside.every(hasNoFreeForm);
}

/**
 * Empties the objects under a key `links` in a JSON text of UTF-8, in its own memory. Gives what is left of it, and how
 * many objects were emptied.
 *
 * What looks like the key is one: inside a text its quotes would be escaped. An object is taken to end at the first
 * brace, which it does not where it holds another one, or a brace in a text. What is left then is no JSON, as its braces
 * or its quotes do not match: who cannot parse it has to parse the whole.
 */
export function withoutLinks(json: Buffer): {readonly json: Buffer; readonly emptied: number} {
  let emptied = 0;
  let size = 0;
  let from = 0;
  for (let at = json.indexOf(BEGIN); at >= 0; ) {
    const kept = at + BEGIN.length;
    json.copyWithin(size, from, kept);
    size += kept - from;
    from = kept;
    // The end of a key such as `"links`, with a quote in it.
    const isKey = json[at - 1] !== BACKSLASH;
    if (isKey) {
      from = json.indexOf(END, kept);
      emptied += 1;
    }
    if (from < 0) return {json: json.subarray(0, size), emptied};
    at = json.indexOf(BEGIN, from);
  }
  json.copyWithin(size, from);
  return {json: json.subarray(0, size + json.length - from), emptied};
}

/**
 * How many rows of an answer have an object `links`: of what stands in its lists, or beside them. Where more were emptied,
 * some stood deeper, in what a field of text would write as JSON, and that may not lose them.
 */
export function countRowLinks(body: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const value of Object.values(body)) {
    for (const row of Array.isArray(value) ? value : [value]) {
      if (isObject(row) && isObject(row['links'])) count += 1;
    }
  }
  return count;
}
