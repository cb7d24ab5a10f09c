// From a row as the API sends it to a record as the schema promises it: field names, types, dates, text. Compiled once
// per stream into a table from the row's own keys to converters, which fills as keys are met. What does not fit becomes
// null and is counted; what the schema does not know is dropped and counted.

import {toUtc} from './dates.js';
import {isObject} from './json.js';
import {snakeCase} from './keys.js';
import {type JsonType, type PropertySchema, type StreamSchema, typesOf} from './schemas.js';
import {cleanText, MISFIT, mapJson, toBoolean, toInteger, toNumber, toText} from './values.js';
import type {WireRow} from './wire.js';

export type TransformOptions = {
  /** What records are to have: the selected part of the stream's schema. */
  readonly schema: StreamSchema;
  /** All the fields the stream has, by which drift is judged; the same when left out. */
  readonly fullSchema?: StreamSchema;
  /** The zone of date-times that come without one. */
  readonly zone: string;
  /** Field -> wire key, where `snakeCase` does not lead from one to the other. Dotted for a field inside an object. */
  readonly wireKeys?: Readonly<Record<string, string>>;
  /** A field that takes what the schema does not name, as JSON; undefined where that is drift. */
  readonly rest?: string;
  /** Told of each value that was set to null. `detail` says what kind of value it was, never the value: rows are private. */
  readonly onMisfit?: (field: string, detail: string) => void;
};

export type Transformer = {
  /** Makes a record with every selected field, null where the row has nothing for it. Never throws. */
  readonly transform: (row: WireRow) => Record<string, unknown>;
  /** How many values of a field did not fit and were set to null. Fields inside others are dotted, items end in `[]`. */
  readonly misfits: ReadonlyMap<string, number>;
  /** How often the API sent a field that the schema lacks. */
  readonly drift: ReadonlyMap<string, number>;
};

/** Compiles the transformation of one stream's rows. The counts it returns grow as rows pass. */
export function compileTransform(options: TransformOptions): Transformer {
  const {schema, fullSchema = schema, zone, wireKeys = {}, rest, onMisfit} = options;
  const misfits = new Map<string, number>();
  const drift = new Map<string, number>();
  const transform = compileObject(schema.properties, fullSchema.properties, '', {
    zone,
    wireKeys,
    rest,
    countMisfit: (field, detail) => {
      misfits.set(field, (misfits.get(field) ?? 0) + 1);
      onMisfit?.(field, detail);
    },
    countDrift: field => {
      // A map by id sent where fields are declared would bring endless names.
      const name = drift.has(field) || drift.size < DRIFT_LIMIT ? field : '(more)';
      drift.set(name, (drift.get(name) ?? 0) + 1);
    },
  });
  return {transform, misfits, drift};
}

const DRIFT_LIMIT = 1000;

type Context = {
  readonly zone: string;
  readonly wireKeys: Readonly<Record<string, string>>;
  readonly rest: string | undefined;
  readonly countMisfit: (field: string, detail: string) => void;
  readonly countDrift: (field: string) => void;
};

type Properties = Readonly<Record<string, PropertySchema>>;

/** A value for its field. `row` is the object the value stands in: its other dates may tell the zone of this one. */
type Convert = (value: unknown, row: WireRow) => unknown;

/**
 * What happens to a key of the wire: its value becomes that of a field, a key the schema lacks goes with the rest or is
 * counted, others are left out.
 */
type Slot = {
  readonly becomes: 'field' | 'rest' | 'drift' | 'nothing';
  /** The field, or the name under which drift is counted. */
  readonly field: string;
  readonly convert: Convert;
};

/** `path` is empty for the record itself and ends in a dot for an object inside it. */
function compileObject(
  properties: Properties,
  fullProperties: Properties,
  path: string,
  context: Context,
): (row: WireRow) => Record<string, unknown> {
  const template: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.keys(properties).map(field => [field, null]),
  );
  const converters = new Map(
    Object.entries(properties).map(([field, property]) => [
      field,
      compileField(property, fullProperties[field] ?? property, path + field, context),
    ]),
  );
  const fieldsByWireKey = new Map(
    Object.keys(fullProperties).flatMap(field => {
      const wireKey = context.wireKeys[path + field];
      return wireKey === undefined ? [] : [[wireKey, field] as const];
    }),
  );

  const {rest} = context;
  const isRestKept = rest !== undefined && path === '';

  const slotOf = (wireKey: string): Slot => {
    const field = fieldsByWireKey.get(wireKey) ?? snakeCase(wireKey);
    // A key of the API's with the name of that field is one that nobody documents, too.
    if (isRestKept && (field === rest || !Object.hasOwn(fullProperties, field)) && field !== 'links') {
      return {becomes: converters.has(rest) ? 'rest' : 'nothing', field, convert: asItIs};
    }
    const convert = converters.get(field);
    if (convert !== undefined) return {becomes: 'field', field, convert};
    // Nearly every row carries `links`, URLs of no value (the one schema that wants them has the field).
    const isKnown = Object.hasOwn(fullProperties, field) || field === 'links';
    return {becomes: isKnown ? 'nothing' : 'drift', field: path + cleanText(field), convert: asItIs};
  };

  const slots = new Map<string, Slot>();
  const findSlot = (wireKey: string): Slot => {
    const found = slots.get(wireKey) ?? slotOf(wireKey);
    if (slots.size < SLOT_LIMIT) slots.set(wireKey, found);
    return found;
  };

  // Rows of a list have the same keys in the same order, so that a key is looked up only where it is not the one that
  // the row before had in its place.
  const keysBefore: string[] = [];
  const slotsBefore: Slot[] = [];
  return row => {
    const record = {...template};
    let kept: Map<string, unknown> | undefined;
    let place = 0;
    for (const wireKey in row) {
      let slot = wireKey === keysBefore[place] ? slotsBefore[place] : undefined;
      if (slot === undefined) {
        slot = findSlot(wireKey);
        if (place < SLOT_LIMIT) {
          keysBefore[place] = wireKey;
          slotsBefore[place] = slot;
        }
      }
      place++;
      const {becomes, field} = slot;
      if (becomes === 'field') {
        const value = slot.convert(row[wireKey], row);
        // Two keys of the wire may lead to one field: the one that says something stays.
        if (value !== null) record[field] = value;
      } else if (becomes === 'drift') context.countDrift(field);
      else if (becomes === 'rest') {
        kept ??= new Map();
        kept.set(wireKey, row[wireKey]);
      }
    }
    if (kept && rest !== undefined) record[rest] = toText(Object.fromEntries(kept));
    return record;
  };
}

const asItIs: Convert = value => value;

/** Keys beyond this many are looked up anew each time: rows may bring maps by id. */
const SLOT_LIMIT = 5000;

/** The converter of one field: null for what is missing, and for what does not fit, which is counted. */
function compileField(property: PropertySchema, full: PropertySchema, field: string, context: Context): Convert {
  const adapt = compileTypes(property, full, field, context);
  const wanted = typesOf(property).filter(type => type !== 'null');
  const named = property.format ?? wanted.join(' or ');
  return (value, row) => {
    if (value === null || value === undefined) return null;
    const fitted = adapt(value, row);
    if (fitted !== MISFIT) return fitted;
    context.countMisfit(field, `${kindOf(value)} is no ${named}`);
    return null;
  };
}

function compileTypes(property: PropertySchema, full: PropertySchema, field: string, context: Context): Convert {
  const types = typesOf(property).filter(type => type !== 'null');
  const adapters = types.map(type => ({type, adapt: compileType(type, property, full, field, context)}));
  const [first, second] = adapters;
  if (first === undefined) return () => MISFIT;
  if (second === undefined) return first.adapt;
  // Of several types the one a value already has comes first, so that `5.1.1` stays a text and `[]` a list. Only what
  // has none of them is made to fit.
  return (value, row) => {
    for (const {type, adapt} of adapters) {
      const fitted = isOfType(value, type) ? adapt(value, row) : MISFIT;
      if (fitted !== MISFIT) return fitted;
    }
    for (const {adapt} of adapters) {
      const fitted = adapt(value, row);
      if (fitted !== MISFIT) return fitted;
    }
    return MISFIT;
  };
}

function compileType(
  type: JsonType,
  property: PropertySchema,
  full: PropertySchema,
  field: string,
  context: Context,
): Convert {
  switch (type) {
    case 'null':
      return () => MISFIT;
    case 'boolean':
      return toBoolean;
    case 'integer':
      return toInteger;
    case 'number':
      return toNumber;
    case 'string':
      return property.format === 'date-time' ? (value, row) => toDate(value, row, context.zone) : toText;
    case 'array':
      return compileArray(property, full, field, context);
    case 'object':
      return compileNested(property, full, field, context);
  }
}

function toDate(value: unknown, row: WireRow, zone: string): unknown {
  if (typeof value !== 'string') return value === 0 ? null : MISFIT;
  const instant = toUtc(value, zone, row);
  return instant === undefined ? MISFIT : instant;
}

/** PHP has one kind of array: a list with gaps in it arrives as an object with numbers for keys, an empty one as either. */
function compileArray(property: PropertySchema, full: PropertySchema, field: string, context: Context): Convert {
  const convert: Convert =
    property.items === undefined
      ? value => mapJson(value, fieldName)
      : compileField(property.items, full.items ?? property.items, `${field}[]`, context);
  return (value, row) => {
    if (value === '') return null;
    if (Array.isArray(value)) return value.map(item => convert(item, row));
    if (!isObject(value) || !Object.keys(value).every(isListKey)) return MISFIT;
    return Object.values(value).map(item => convert(item, row));
  };
}

function compileNested(property: PropertySchema, full: PropertySchema, field: string, context: Context): Convert {
  const convert =
    property.properties === undefined
      ? (value: WireRow) => mapJson(value, fieldName)
      : compileObject(property.properties, full.properties ?? property.properties, `${field}.`, context);
  return value => {
    if (value === '') return null;
    if (Array.isArray(value) && value.length === 0) return convert({});
    return isObject(value) ? convert(value) : MISFIT;
  };
}

function fieldName(wireKey: string): string {
  return cleanText(snakeCase(wireKey));
}

function isListKey(key: string): boolean {
  return /^\d+$/.test(key);
}

/** True when the value is of the type as it stands, or is a text that spells an integer or a number in the usual way. */
function isOfType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'string' ? /^-?(?:0|[1-9]\d*)$/.test(value) : Number.isInteger(value);
    case 'number':
      return typeof value === 'string' ? /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value) : typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
  }
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (typeof value === 'boolean') return 'a boolean';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : 'a number';
}
