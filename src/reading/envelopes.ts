// How an answer holds its rows. Most lists are an array under their key; the others are brought into the same form here,
// so that nothing behind knows of them.

import {isPlainId} from '../ids.js';
import {isObject} from '../json.js';
import {snakeCase} from '../keys.js';
import {type Envelope, keyPropertiesOf, livesBelowParents, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {customObjectRows} from './custom-object-rows.js';

type Body = Readonly<Record<string, unknown>>;

/** What a list's answers have to be asked for. */
export type Form = {
  /** The rows under a data key; undefined when the answer is not of this form. */
  readonly rowsOf: (body: Body, dataKey: string) => readonly WireRow[] | undefined;
  /** What tells a row from all others of the list; undefined for a row that does not say. */
  readonly keyOf: (row: WireRow) => string | undefined;
};

/** The form of most lists: an array of rows with an `id`. */
export const USUAL_FORM: Form = {rowsOf: rowsOfList, keyOf: row => textOf(row['id'])};

/** The form of a stream's answers. */
export function formOf(definition: StreamDefinition): Form {
  const {envelope} = definition;
  const rowsOf = envelope === undefined ? rowsOfList : readers[envelope](definition);
  const keys = keyPropertiesOf(definition);
  return {
    // Below a parent there may be nothing.
    rowsOf: livesBelowParents(definition)
      ? (body, dataKey) => (body[dataKey] === null ? [] : rowsOf(body, dataKey))
      : rowsOf,
    keyOf: keys.length === 1 && keys[0] === 'id' ? USUAL_FORM.keyOf : compoundKey(keys),
  };
}

/** What an answer says of whether more pages follow, where it says so: `next` is null on the last one. */
export function hasNext(body: Body): boolean | undefined {
  const next = body['next'];
  return next === null ? false : typeof next === 'string' ? true : undefined;
}

/** The count of all rows of a list, under `meta.total` or `count`; undefined where there is none. */
export function totalOf(body: Body): number | undefined {
  const {meta} = body;
  const total = isObject(meta) && meta['total'] !== undefined ? meta['total'] : body['count'];
  if (typeof total === 'number') return total;
  return typeof total === 'string' && /^\d+$/.test(total) ? Number(total) : undefined;
}

/** Whether an answer is `{}`, which PHP writes for a list, or an object, that is not there. */
export function isBare(body: Body): boolean {
  return Object.keys(body).length === 0;
}

const readers: Readonly<Record<Envelope, (definition: StreamDefinition) => Form['rowsOf']>> = {
  object:
    ({perParent}) =>
    (body, dataKey) => {
      const value = body[dataKey];
      if (isNothing(value)) return isBare(body) || dataKey in body ? [] : undefined;
      return isObject(value) ? [perParent ? value : withId(value)] : undefined;
    },
  body: () => body => (isBare(body) ? [] : [withId(body)]),
  texts: definition => {
    const [key = 'id'] = keyPropertiesOf(definition);
    return (body, dataKey) => {
      const texts = listOf(body[dataKey]) ?? (isBare(body) ? [] : undefined);
      return texts?.map(text => ({[key]: text}));
    };
  },
  resources: () => (body, dataKey) => {
    const value = body[dataKey];
    // JSON:API's way to say that one resource is not there.
    if (value === null) return [];
    const rows = isObject(value) && 'id' in value ? [value] : rowsOfList(body, dataKey);
    return rows?.map(({attributes, ...row}) => (isObject(attributes) ? {...attributes, ...row} : row));
  },
  customObjects: definition => {
    const flatten = customObjectRows(definition);
    return (body, dataKey) => rowsOfList(body, dataKey)?.map(flatten);
  },
  batches: () => body => {
    const lists = Object.entries(body).flatMap(([name, value]) => {
      const rows = listOf(value)?.filter(isObject);
      return rows ? [rows.map(row => ({...row, state: snakeCase(name)}))] : [];
    });
    return lists.length > 0 || isBare(body) ? lists.flat() : undefined;
  },
};

/** An empty PHP array may come as `{}`, a list with gaps as an object of rows, and a list without content as a bare `{}`. */
function rowsOfList(body: Body, dataKey: string): readonly WireRow[] | undefined {
  const value = body[dataKey];
  if (Array.isArray(value)) return value.filter(isObject);
  if (isObject(value)) return Object.values(value).filter(isObject);
  // Some services write null for a list without content. Where nothing counts it, it may be missing for another reason.
  if (value === null && totalOf(body) === 0) return [];
  return isBare(body) ? [] : undefined;
}

/** PHP writes a list with gaps as an object with numbers for keys, and an empty one sometimes so, too. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isObject(value) || !Object.keys(value).every(key => /^\d+$/.test(key))) return undefined;
  return Object.values(value);
}

/** Targets need a key, a number. What an account has only one of is number 1; another id it has stays beside that. */
function withId(row: WireRow): WireRow {
  const {id} = row;
  if (id === undefined || id === null) return {...row, id: 1};
  return isPlainId(String(id)) ? row : {...row, id: 1, ownId: id};
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0) || isEmpty(value);
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && isBare(value);
}

/** Of several fields, whose names on the wire are found by the rule for names. */
function compoundKey(fields: readonly string[]): Form['keyOf'] {
  return row => {
    const parts = fields.map(field => {
      const wireKey = Object.keys(row).find(key => snakeCase(key) === field);
      return wireKey === undefined ? undefined : textOf(row[wireKey]);
    });
    return parts.includes(undefined) ? undefined : JSON.stringify(parts);
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
