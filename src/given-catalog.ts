// Reads the catalogs that users give: our own, those of the Python tap, Meltano, PipelineWise and Stitch, old and new.
// Only the wishes in them count; the schemas are the tap's own.

import {InputError} from './errors.js';
import {fieldsOf, pathOf} from './fields.js';
import {describe, isObject} from './json.js';
import {schemaOf} from './schemas.js';
import type {StreamDefinition} from './stream-definition.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

/** What a catalog says about selecting a stream or field; what it does not say is undefined. */
export type Wish = {
  readonly inclusion?: string | undefined;
  readonly selected?: boolean | undefined;
  readonly selectedByDefault?: boolean | undefined;
};

/** One stream of a given catalog. */
export type GivenEntry = {
  readonly definition: StreamDefinition;
  readonly wish: Wish;
  /** By dotted path. */
  readonly fields: ReadonlyMap<string, Wish>;
  /** What the metadata says first, then what the entry says. */
  readonly replicationMethods: readonly string[];
  readonly replicationKeys: readonly string[];
};

/** A catalog as it was given, not yet understood: its name, for messages, and its JSON. */
export type GivenCatalog = {readonly source: string; readonly value: unknown};

/** What was understood of it: its name, and its streams in its order. */
export type ParsedCatalog = {readonly source: string; readonly entries: readonly GivenEntry[]};

/**
 * Reads a catalog. Streams and fields that are not in the offer are warned of and left out.
 * Throws InputError for what is no catalog, and for a stream that is there twice.
 */
export function parseCatalog(
  value: unknown,
  source: string,
  offer: readonly StreamDefinition[] = streams,
): {readonly catalog: ParsedCatalog; readonly warnings: readonly string[]} {
  if (!isObject(value) || !Array.isArray(value['streams'])) {
    throw new InputError(source, 'this is no catalog: it has no list "streams"; make one with --discover');
  }
  const warnings: string[] = [];
  const entries: GivenEntry[] = [];
  for (const [index, given] of value['streams'].entries()) {
    const id = isObject(given) ? (given['tap_stream_id'] ?? given['stream']) : undefined;
    if (!isObject(given) || typeof id !== 'string') {
      throw new InputError(
        source,
        `entry ${index + 1} of "streams" has no "tap_stream_id"; make a catalog with --discover`,
      );
    }
    const definition = offer.find(({tapStreamId}) => tapStreamId === id);
    if (definition === undefined) {
      const guess = didYouMean(
        id,
        offer.map(({tapStreamId}) => tapStreamId),
      );
      warnings.push(`the catalog names the stream ${JSON.stringify(id)}, which the tap does not have${guess}`);
      continue;
    }
    if (entries.some(entry => entry.definition === definition)) {
      throw new InputError(source, `the stream ${id} is there twice; remove one of its entries`);
    }
    entries.push(parseEntry(definition, given, {source, warnings}));
  }
  return {catalog: {source, entries}, warnings};
}

type Json = Readonly<Record<string, unknown>>;
type Report = {readonly source: string; readonly warnings: string[]};

function parseEntry(definition: StreamDefinition, entry: Json, {source, warnings}: Report): GivenEntry {
  const id = definition.tapStreamId;
  const fail = (detail: string): never => {
    throw new InputError(source, `stream ${id}: ${detail}`);
  };
  const metadata = readMetadata(entry['metadata'], fail);
  const legacy = readNodes(entry['schema']);
  const stream = metadata.get('') ?? {};
  const legacyWish = {
    ...toWish(legacy.get('') ?? {}, fail),
    // Meltano's SDK writes it on the entry itself.
    ...withoutUndefined({selected: toBoolean(entry['selected'], 'selected', fail)}),
  };
  const paths = new Set([...metadata.keys(), ...legacy.keys()].filter(path => path !== ''));
  warnOfUnknownFields(definition, paths, warnings);
  return {
    definition,
    wish: {...legacyWish, ...toWish(stream, fail)},
    fields: new Map(
      [...paths].map(path => [
        path,
        {...toWish(legacy.get(path) ?? {}, fail), ...toWish(metadata.get(path) ?? {}, fail)},
      ]),
    ),
    replicationMethods: textsOf(
      [stream['replication-method'], entry['replication_method']],
      'replication-method',
      fail,
    ),
    replicationKeys: textsOf([stream['replication-key'], entry['replication_key']], 'replication-key', fail),
  };
}

type Fail = (detail: string) => never;

/** The metadata by dotted path; that of the stream by ''. */
function readMetadata(value: unknown, fail: Fail): ReadonlyMap<string, Json> {
  if (value === undefined || value === null) return new Map();
  if (!Array.isArray(value)) return fail(`"metadata" must be a list, not ${describe(value)}`);
  const byPath = new Map<string, Json>();
  for (const item of value) {
    const breadcrumb = isObject(item) ? (item['breadcrumb'] ?? []) : undefined;
    const metadata = isObject(item) ? (item['metadata'] ?? {}) : undefined;
    if (!Array.isArray(breadcrumb) || !breadcrumb.every(isText) || !isObject(metadata)) {
      return fail('each item of "metadata" needs a "breadcrumb" (a list of names) and "metadata" (an object)');
    }
    const path = breadcrumb.length === 0 ? '' : (pathOf(breadcrumb) ?? breadcrumb.join('.'));
    byPath.set(path, {...byPath.get(path), ...metadata});
  }
  return byPath;
}

/** Every node of a schema by dotted path; old catalogs keep the selection there. The Python tap's arrays hide in anyOf. */
function readNodes(schema: unknown, path = ''): ReadonlyMap<string, Json> {
  // `true` is a schema too, and says nothing; nor does a schema that is left out.
  if (!isObject(schema)) return new Map();
  const {items, anyOf, properties} = schema;
  const nodes = [items, ...(Array.isArray(anyOf) ? anyOf : [])].flatMap(node => [...readNodes(node, path)]);
  for (const [name, node] of Object.entries(isObject(properties) ? properties : {})) {
    nodes.push(...readNodes(node, path === '' ? name : `${path}.${name}`));
  }
  // Behind the nodes of its items and alternatives, which have the same path.
  return new Map([...nodes, [path, schema]]);
}

function toWish(metadata: Json, fail: Fail): Wish {
  const {inclusion, selected, 'selected-by-default': byDefault} = metadata;
  return withoutUndefined({
    inclusion: typeof inclusion === 'string' ? inclusion : undefined,
    selected: toBoolean(selected, 'selected', fail),
    selectedByDefault: toBoolean(byDefault, 'selected-by-default', fail),
  });
}

// Singer's own manual writes "true" and "false" as text.
function toBoolean(value: unknown, name: string, fail: Fail): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return fail(
    `"${name}" must be true or false, not ${typeof value === 'string' ? JSON.stringify(value) : describe(value)}`,
  );
}

function textsOf(values: readonly unknown[], name: string, fail: Fail): readonly string[] {
  return values
    .filter(value => value !== null && value !== undefined && value !== '')
    .map(value => (isText(value) ? value : fail(`"${name}" must be text, not ${describe(value)}`)));
}

function withoutUndefined(wish: Wish): Wish {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined));
}

function warnOfUnknownFields(definition: StreamDefinition, paths: ReadonlySet<string>, warnings: string[]): void {
  const id = definition.tapStreamId;
  const fields = fieldsOf(schemaOf(definition));
  const known = new Set(fields.map(({path}) => path));
  for (const path of paths) {
    const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : undefined;
    const siblings = fields.filter(field => field.parent === parent).map(field => field.path);
    // Inside a free-form object anything may be, and inside an unknown one everything is unknown.
    if (known.has(path) || siblings.length === 0) continue;
    warnings.push(
      `the catalog names the field ${id}.${path}, which the tap does not have${didYouMean(path, siblings)}`,
    );
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
