// What becomes of the fields that the setting `mask` hides: keyed hashes, nulls, or nothing. Pure.

import {createHmac} from 'node:crypto';
import type {Catalog, CatalogEntry, MetadataEntry} from './catalog.js';
import {FIELD_TYPE, shaped} from './custom-fields/stream.js';
import {fieldsOf, selectFields} from './fields.js';
import {isObject} from './json.js';
import {type Mask, type MaskAction, maskedFields} from './mask-rules.js';
import type {PropertySchema, StreamSchema} from './schemas.js';
import type {SelectedStream, StreamMask} from './selection.js';
import type {StreamDefinition} from './stream-definition.js';
import {ExactNumber, serialize} from './wire.js';

/** The streams as they are written under a mask, and sentences about what of it does nothing. */
export function maskStreams(
  selected: readonly SelectedStream[],
  mask: Mask | undefined,
): {readonly streams: readonly SelectedStream[]; readonly warnings: readonly string[]} {
  if (mask === undefined) return {streams: selected, warnings: []};
  const warnings: string[] = [];
  const idle = new Set(mask.rules);
  const met = new Set<string>();
  const left: string[] = [];
  const streams = selected.map(stream => {
    const {definition, fullSchema} = stream;
    const own = mask.rules.filter(({matchesStream}) => matchesStream(definition.tapStreamId));
    const {actions, kept, idle: without} = maskedFields(mask.rules, definition, pathsOf(fullSchema, definition));
    for (const rule of own) {
      met.add(rule.pattern);
      if (!without.includes(rule)) idle.delete(rule);
    }
    left.push(...kept.map(path => `${definition.tapStreamId}.${path}`));
    return actions.size === 0 ? stream : masked(stream, actions, mask.key);
  });
  if (left.length > 0) {
    const some = left.length > 3 ? `${left.slice(0, 3).join(', ')} and others` : left.join(', ');
    warnings.push(`the mask leaves ${some} as they are: by keys and replication keys rows are found again`);
  }
  for (const {pattern} of [...idle].filter(({pattern}) => met.has(pattern))) {
    warnings.push(`the mask ${JSON.stringify(pattern)} hides nothing: the streams that it names have no such field`);
  }
  return {streams, warnings};
}

/**
 * A catalog that says of the fields under a mask what becomes of them: `mask`, the type of a hash, and that a dropped
 * field is not to be had. `offer` is what the catalog was made of.
 */
export function maskCatalog(catalog: Catalog, offer: readonly StreamDefinition[], mask: Mask | undefined): Catalog {
  if (mask === undefined) return catalog;
  return {
    streams: catalog.streams.map(entry => {
      const definition = offer.find(({tapStreamId}) => tapStreamId === entry.tap_stream_id);
      if (definition === undefined) return entry;
      const {actions} = maskedFields(mask.rules, definition, pathsOf(entry.schema, definition));
      return actions.size === 0 ? entry : maskEntry(entry, definition, actions);
    }),
  };
}

/** The key of HMAC-SHA-256, and the text of a value, make its hash: equal values have equal hashes in all streams. */
export function hashOf(value: unknown, key: string): string | null {
  if (value === null || value === undefined) return null;
  const text = textOf(value);
  // Nothing is no secret, and a column of hashes of nothing would join everything with everything.
  return text === '' ? '' : createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof ExactNumber ? value.digits : serialize(value);
}

type Actions = ReadonlyMap<string, MaskAction>;

function pathsOf(schema: StreamSchema, definition: StreamDefinition): readonly string[] {
  return fieldsOf(shaped(schema, definition)).map(({path}) => path);
}

function masked(stream: SelectedStream, actions: Actions, key: string): SelectedStream {
  const schema = selectFields(stream.schema, path => actions.get(path) !== 'drop');
  const hasHash = [...actions.values()].includes('hash');
  return {
    ...stream,
    schema,
    mask: {
      schema: hashedSchema(schema, actions),
      apply: compile(actions, key),
      fingerprint: JSON.stringify([...actions, hasHash ? hashOf('the key of a mask', key)?.slice(0, 8) : null]),
    },
  };
}

type Apply = StreamMask['apply'];

function compile(actions: Actions, key: string): Apply {
  const own = [...actions].filter(([path]) => !path.includes('.'));
  const inner = new Map<string, [string, MaskAction][]>();
  for (const [path, action] of actions) {
    const dot = path.indexOf('.');
    if (dot === -1) continue;
    const holder = path.slice(0, dot);
    inner.set(holder, [...(inner.get(holder) ?? []), [path.slice(dot + 1), action]]);
  }
  const inside = [...inner].map(([holder, paths]) => [holder, compile(new Map(paths), key)] as const);
  return record => {
    const written = {...record};
    for (const [field, action] of own) {
      if (action === 'drop') delete written[field];
      else if (Object.hasOwn(written, field)) written[field] = action === 'hash' ? hashOf(written[field], key) : null;
    }
    for (const [holder, apply] of inside) {
      if (Object.hasOwn(written, holder)) written[holder] = applyInside(written[holder], apply);
    }
    return written;
  };
}

function applyInside(value: unknown, apply: Apply): unknown {
  if (Array.isArray(value)) return value.map(item => applyInside(item, apply));
  return isObject(value) ? apply(value) : value;
}

/** The schema with the fields that become hashes as texts. */
function hashedSchema(schema: StreamSchema, actions: Actions): StreamSchema {
  return {...schema, properties: hashedProperties(schema.properties, '', actions)};
}

type Properties = Readonly<Record<string, PropertySchema>>;

function hashedProperties(properties: Properties, prefix: string, actions: Actions): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const path = prefix + name;
      return [name, actions.get(path) === 'hash' ? hashed(property) : hashedInside(property, `${path}.`, actions)];
    }),
  );
}

function hashed({description}: PropertySchema): PropertySchema {
  return {type: ['null', 'string'], ...(description === undefined ? {} : {description})};
}

function hashedInside(property: PropertySchema, prefix: string, actions: Actions): PropertySchema {
  if (property.items !== undefined) return {...property, items: hashedInside(property.items, prefix, actions)};
  if (property.properties === undefined) return property;
  return {...property, properties: hashedProperties(property.properties, prefix, actions)};
}

function maskEntry(entry: CatalogEntry, {custom}: StreamDefinition, actions: Actions): CatalogEntry {
  const paths = new Map(fieldsOf(entry.schema).map(({path, breadcrumb}) => [breadcrumb.join('\n'), path]));
  const types = new Map(custom?.columns.map(({name, type}) => [name, type]));
  return {
    ...entry,
    schema: hashedSchema(entry.schema, actions),
    metadata: entry.metadata.flatMap((item): readonly MetadataEntry[] => {
      const path = paths.get(item.breadcrumb.join('\n')) ?? '';
      const action = actions.get(path);
      if (action === undefined) return isBelowHash(path, actions) ? [] : [item];
      const type = action === 'hash' ? types.get(path) : undefined;
      const said = {
        ...item.metadata,
        ...(action === 'drop' && {inclusion: 'unsupported', 'selected-by-default': false}),
        mask: action,
        // A column keeps its type whatever its values look like.
        ...(type !== undefined && {[FIELD_TYPE]: type}),
      };
      return [{breadcrumb: item.breadcrumb, metadata: said}];
    }),
  };
}

/** Whether a field is inside one that is a text now. */
function isBelowHash(path: string, actions: Actions): boolean {
  return path
    .split('.')
    .some((_, index, names) => index > 0 && actions.get(names.slice(0, index).join('.')) === 'hash');
}
