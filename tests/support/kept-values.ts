// A second opinion on what of a row is in its record. Written from what the API's documents say of values and names, not
// from the transformation, and without a look at a schema: every value of the row is looked for in the record.

import {isDeepStrictEqual} from 'node:util';

export type Row = Readonly<Record<string, unknown>>;

export type Reading = {
  /** The zone of the list's date-times that name none. */
  readonly zone: 'America/Chicago' | 'UTC';
  /** Fields whose names are not the wire's in snake_case: key of the wire -> field. */
  readonly oddNames?: Readonly<Record<string, string>>;
};

export type Comparison = {
  /** What the row has and the record has not, or not as it should: `path: value of the wire -> value in the record`. */
  readonly lost: readonly string[];
  /** What the record has and the row has not: `path: value`. */
  readonly madeUp: readonly string[];
  /** Keys of the wire that are one field: `createdBy over created_by` where the first has the last word. */
  readonly shared: readonly string[];
};

/**
 * Compares a row of the API with the record made of it. Ids, counts and amounts may be numbers or texts, flags booleans
 * or numbers; date-times are instants in UTC; what says nothing (null, an empty text, list or object, a zero date) is
 * null or as it stands; objects and lists are as deep as on the wire, or a text that holds their JSON; `links` to other
 * answers are left out. Where a field is missing, the record may hold the key in `extra`.
 */
export function compareRow(row: Row, record: Row, {zone, oddNames = {}}: Reading): Comparison {
  const lost: string[] = [];
  const madeUp: string[] = [];
  const shared: string[] = [];
  compareObjects(row, record, '');
  return {lost, madeUp, shared};

  function compareObjects(wire: Row, kept: Row, path: string): void {
    const extra = extraOf(kept);
    const keysOfFields = new Map<string, string[]>();
    for (const [key, value] of Object.entries(wire)) {
      if (key === 'links' && typeof value === 'object') continue;
      const field = oddNames[key] ?? toSnakeCase(key);
      if (Object.hasOwn(kept, field)) keysOfFields.set(field, [...(keysOfFields.get(field) ?? []), key]);
      else if (!isDeepStrictEqual(extra[key], value)) note(lost, path + key, value, extra[key]);
    }
    for (const [field, keys] of keysOfFields) {
      const telling = keys.findLast(key => saysSomething(wire[key])) ?? keys[0] ?? field;
      if (keys.length > 1) shared.push(`${path}${telling} over ${keys.filter(key => key !== telling).join(', ')}`);
      compareValues(wire[telling], kept[field], path + telling);
    }
    for (const [field, value] of Object.entries(kept)) {
      if (field === 'extra' || keysOfFields.has(field) || !saysSomething(value)) continue;
      madeUp.push(`${path}${field}: ${JSON.stringify(value)}`);
    }
    for (const key of Object.keys(extra)) if (!Object.hasOwn(wire, key)) madeUp.push(`${path}extra.${key}`);
  }

  function compareValues(wire: unknown, kept: unknown, path: string): void {
    if (Array.isArray(wire) && Array.isArray(kept) && wire.length === kept.length) {
      for (const [index, item] of wire.entries()) compareValues(item, kept[index], `${path}[${index}]`);
    } else if (isObject(wire) && isObject(kept)) {
      compareObjects(wire, kept, `${path}.`);
    } else if (!isKept(wire, kept)) {
      note(lost, path, wire, kept);
    }
  }

  function isKept(wire: unknown, kept: unknown): boolean {
    if (wire === kept) return true;
    if (!saysSomething(wire)) return !saysSomething(kept);
    if (typeof wire === 'object') return typeof kept === 'string' && isDeepStrictEqual(JSON.parse(kept), wire);
    switch (typeof kept) {
      case 'number':
        return isNumeric(wire) && Number(wire) === kept;
      case 'boolean':
        return [kept, Number(kept)].map(String).includes(String(wire));
      case 'string':
        return kept === (typeof wire === 'string' ? instantOf(wire, zone) : String(wire));
      default:
        return false;
    }
  }
}

function note(list: string[], path: string, wire: unknown, kept: unknown): void {
  list.push(`${path}: ${JSON.stringify(wire)} -> ${JSON.stringify(kept)}`);
}

function extraOf({extra}: Row): Row {
  const parsed: unknown = typeof extra === 'string' ? JSON.parse(extra) : {};
  return isObject(parsed) ? parsed : {};
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function saysSomething(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && !value.startsWith('0000-00-00');
  if (typeof value === 'object' && value !== null) return Object.values(value).some(saysSomething);
  return value !== null && value !== undefined;
}

/** True and false count, being 1 and 0 where a field holds numbers. */
function isNumeric(value: unknown): boolean {
  return typeof value === 'string' ? /^-?\d+(\.\d+)?$/.test(value) : true;
}

/** The name of a key's field: camelCase becomes snake_case. */
export function toSnakeCase(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)[ T](\d{1,2})(:\d\d:\d\d)(?:\.(\d+))?(Z|[-+]\d\d:\d\d)?$/;

/** A date-time in UTC with six digits of a second; undefined for any other text. */
function instantOf(text: string, zone: Reading['zone']): string | undefined {
  const [, date, hour = '', rest, fraction = '', offset = ''] = DATE_TIME.exec(text) ?? [];
  if (date === undefined) return undefined;
  const wall = `${date}T${hour.padStart(2, '0')}${rest}`;
  const seconds = offset === '' ? inUtc(wall, zone) : new Date(wall + offset).toISOString();
  return `${seconds.slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

/** What the clocks of a zone show is found by trying: it is the same wall clock some hours later in UTC. */
function inUtc(wall: string, zone: Reading['zone']): string {
  const clock = new Intl.DateTimeFormat('sv', {timeZone: zone, dateStyle: 'short', timeStyle: 'medium'});
  for (const hours of [0, 5, 6]) {
    const instant = new Date(Date.parse(`${wall}Z`) + hours * 3_600_000);
    if (clock.format(instant).replace(' ', 'T') === wall) return instant.toISOString();
  }
  throw new Error(`no clock of ${zone} shows ${wall}`);
}
