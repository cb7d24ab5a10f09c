// The catalog that discovery prints: Singer's description of every stream, made from the table and the schemas. Static,
// so the same version always prints the same bytes.

import {columnMetadata} from './custom-fields/stream.js';
import {COLUMN_OWNER, ownColumns} from './custom-objects.js';
import {fieldsOf} from './fields.js';
import {type StreamSchema, schemaOf} from './schemas.js';
import {
  keyPropertiesOf,
  type ReplicationMethod,
  replicationMethodOf,
  type StreamDefinition,
  validReplicationKeys,
} from './stream-definition.js';
import {streams} from './streams.js';

/** What Singer says about a stream (the empty breadcrumb) or a field. */
export type MetadataEntry = {
  readonly breadcrumb: readonly string[];
  readonly metadata: Readonly<Record<string, string | boolean | readonly string[]>>;
};

/** One stream in the catalog. */
export type CatalogEntry = {
  readonly tap_stream_id: string;
  readonly stream: string;
  readonly key_properties: readonly string[];
  readonly replication_method: ReplicationMethod;
  readonly replication_key?: string;
  readonly schema: StreamSchema;
  readonly metadata: readonly MetadataEntry[];
};

export type Catalog = {readonly streams: readonly CatalogEntry[]};

/** The full catalog, in the order of the table. Needs no account; `offer` is what a certain account has instead. */
export function discover(offer: readonly StreamDefinition[] = streams): Catalog {
  return {streams: offer.map(toEntry)};
}

/**
 * The catalog with the streams that this account cannot read marked `inclusion: unsupported`, each with the reason
 * (tap_stream_id -> sentence). They stay in it: the right to read them may be granted any day.
 */
export function annotateUnsupported(catalog: Catalog, reasons: ReadonlyMap<string, string>): Catalog {
  return {
    streams: catalog.streams.map(entry => {
      const reason = reasons.get(entry.tap_stream_id);
      return reason === undefined
        ? entry
        : {...entry, metadata: entry.metadata.map(each => markUnsupported(each, reason))};
    }),
  };
}

/** Whether a stream is synced where nobody says which ones are to be. */
export function isSelectedByDefault({unselected}: StreamDefinition): boolean {
  return unselected === undefined;
}

/** The fields that are always written: the keys, and every replication key that may be chosen. */
export function automaticFieldsOf(stream: StreamDefinition): readonly string[] {
  return [...keyPropertiesOf(stream), ...validReplicationKeys(stream)];
}

function toEntry(stream: StreamDefinition): CatalogEntry {
  const {tapStreamId, replicationKey} = stream;
  const schema = described(stream, schemaOf(stream));
  return {
    tap_stream_id: tapStreamId,
    stream: tapStreamId,
    key_properties: keyPropertiesOf(stream),
    replication_method: replicationMethodOf(stream),
    ...(replicationKey === undefined ? {} : {replication_key: replicationKey}),
    schema,
    metadata: [{breadcrumb: [], metadata: streamMetadata(stream)}, ...fieldMetadata(stream, schema)],
  };
}

/** A schema that says, too, why the stream is not selected. */
function described({unselected}: StreamDefinition, schema: StreamSchema): StreamSchema {
  if (unselected === undefined) return schema;
  const description = [schema.description, `Not selected by default: ${unselected}.`].join(' ').trim();
  return {type: schema.type, description, properties: schema.properties};
}

function streamMetadata(stream: StreamDefinition): MetadataEntry['metadata'] {
  const {replicationKey, perParent} = stream;
  return {
    'table-key-properties': keyPropertiesOf(stream),
    // An incremental stream may be read whole instead, so its method is a proposal; the others have no choice.
    ...(replicationKey === undefined
      ? {'forced-replication-method': 'FULL_TABLE'}
      : {
          'replication-method': 'INCREMENTAL',
          'replication-key': replicationKey,
          'valid-replication-keys': validReplicationKeys(stream),
        }),
    inclusion: 'available',
    'selected-by-default': isSelectedByDefault(stream),
    ...(perParent === undefined ? {} : {'parent-tap-stream-id': perParent.tapStreamId}),
    ...stream.metadata,
  };
}

// Tools make up rules for fields that have no entry, so every field has one, nested ones too.
function fieldMetadata(stream: StreamDefinition, schema: StreamSchema): readonly MetadataEntry[] {
  const automatic = automaticFieldsOf(stream);
  const owners = ownColumns(stream);
  return fieldsOf(schema).map(({path, breadcrumb}) => ({
    breadcrumb,
    metadata: {
      inclusion: automatic.includes(path) ? 'automatic' : 'available',
      'selected-by-default': true,
      ...columnMetadata(stream, path),
      ...ownerMetadata(owners.get(path)),
    },
  }));
}

function ownerMetadata(owner: string | undefined): Readonly<Record<string, string>> {
  return owner === undefined ? {} : {[COLUMN_OWNER]: owner};
}

function markUnsupported({breadcrumb, metadata}: MetadataEntry, reason: string): MetadataEntry {
  if (breadcrumb.length > 0) return {breadcrumb, metadata};
  return {breadcrumb, metadata: {...metadata, inclusion: 'unsupported', 'unsupported-reason': reason}};
}
