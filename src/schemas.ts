// The JSON schemas of the streams: one file per stream under schemas/, in the dialect that every Singer target
// digests (plain type lists, date-time as the only format). Knows the files and their shape, not what is done with them.

import {readFileSync} from 'node:fs';
import {isObject} from './json.js';

const jsonTypes = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;

/** A type of the JSON Schema vocabulary. */
export type JsonType = (typeof jsonTypes)[number];

/** One field, or the items of an array. An object without `properties` is free-form. */
export type PropertySchema = {
  /** What the field is, its unit and its values, in one sentence or two. */
  readonly description?: string;
  readonly type: JsonType | readonly JsonType[];
  readonly format?: 'date-time';
  readonly items?: PropertySchema;
  readonly properties?: Readonly<Record<string, PropertySchema>>;
};

/** The schema of a stream's records; the order of `properties` is the order of the fields everywhere. */
export type StreamSchema = {
  readonly type: 'object';
  /** What one record is. */
  readonly description?: string;
  readonly properties: Readonly<Record<string, PropertySchema>>;
};

/**
 * Reads the schema of a stream, which has to be one of the table (`streams.ts`).
 * Throws when the file is missing or leaves the dialect: both are faults of the package, not of the user.
 */
export function loadSchema(tapStreamId: string): StreamSchema {
  const file = new URL(`../schemas/${tapStreamId}.json`, import.meta.url);
  const schema = parseProperty(JSON.parse(readFileSync(file, 'utf8')), tapStreamId);
  if (schema.type !== 'object' || schema.properties === undefined) {
    throw new Error(`schemas/${tapStreamId}.json is not an object with properties`);
  }
  const {description, properties} = schema;
  return {type: 'object', ...(description === undefined ? {} : {description}), properties};
}

/** The schema of a stream: its own, or that of its file. Throws as loadSchema does. */
export function schemaOf({
  tapStreamId,
  schema,
}: {
  readonly tapStreamId: string;
  readonly schema?: StreamSchema;
}): StreamSchema {
  return schema ?? loadSchema(tapStreamId);
}

/** The types a property admits, as a list however the schema writes them. */
export function typesOf(property: PropertySchema): readonly JsonType[] {
  return typeof property.type === 'string' ? [property.type] : property.type;
}

// Builds the typed node anew instead of casting the parsed one: cheap enough for all files at start-up, where a
// schema compiler would cost more than the rest of a discovery. `at` is the dotted place, for the error.
function parseProperty(value: unknown, at: string): PropertySchema {
  if (!isObject(value)) throw new Error(`the schema ${at} is not an object`);
  const {type, description, format, items, properties, ...unknownKeywords} = value;
  const [unknownKeyword] = Object.keys(unknownKeywords);
  if (unknownKeyword !== undefined) throw new Error(`the schema ${at} has the keyword ${unknownKeyword}`);
  if (format !== undefined && format !== 'date-time') throw new Error(`the schema ${at} has the format ${format}`);
  if (description !== undefined && typeof description !== 'string')
    throw new Error(`the description of ${at} is no text`);
  return {
    type: parseType(type, at),
    ...(description === undefined ? {} : {description}),
    ...(format === undefined ? {} : {format}),
    ...(items === undefined ? {} : {items: parseProperty(items, `${at}[]`)}),
    ...(properties === undefined ? {} : {properties: parseProperties(properties, at)}),
  };
}

function parseProperties(value: unknown, at: string): Record<string, PropertySchema> {
  if (!isObject(value)) throw new Error(`the properties of the schema ${at} are not an object`);
  return Object.fromEntries(Object.entries(value).map(([name, node]) => [name, parseProperty(node, `${at}.${name}`)]));
}

function parseType(value: unknown, at: string): JsonType | readonly JsonType[] {
  if (isJsonType(value)) return value;
  if (Array.isArray(value) && value.length > 0 && value.every(isJsonType)) return value;
  throw new Error(`the schema ${at} has no plain type`);
}

function isJsonType(value: unknown): value is JsonType {
  return jsonTypes.some(type => type === value);
}
