// What the reading has to know of rows that come along with their parents: how they and their parents become records,
// since names, types and zones differ between the two lists.

import {zonesOf} from './bookmarks.js';
import type {Replication, SideLoading} from './reading/stream-to-read.js';
import {loadSchema, type StreamSchema} from './schemas.js';
import type {SelectedStream} from './selection.js';
import {type StreamDefinition, spellingOf} from './stream-definition.js';
import {findStream} from './streams.js';
import {compileTransform} from './transform.js';
import type {WireRow} from './wire.js';

/**
 * How a stream's rows and their parents are read; undefined for a stream whose rows come with no others.
 * `naiveTimezone` is the zone of the account's date-times that name none.
 */
export function sideLoadingOf(
  {definition, fullSchema}: Pick<SelectedStream, 'definition' | 'fullSchema'>,
  naiveTimezone: string,
): Omit<SideLoading, 'isWanted'> | undefined {
  const {sideLoaded: source} = definition;
  const parent = source && findStream(source.tapStreamId);
  const key = parent?.changedSince?.replicationKey;
  if (!source || !parent || key === undefined) return undefined;
  const recordOf = (stream: StreamDefinition, schema: StreamSchema, full: StreamSchema) =>
    compileTransform({
      schema,
      fullSchema: full,
      zone: zonesOf(stream, naiveTimezone).read,
      ...spellingOf(stream),
    }).transform;
  const parentSchema = loadSchema(parent.tapStreamId);
  const instantOf = (field: string): Replication['valueOf'] => {
    const property = parentSchema.properties[field];
    if (!property) throw new Error(`${parent.tapStreamId} has no ${field}`);
    const transform = recordOf(parent, {type: 'object', properties: {[field]: property}}, parentSchema);
    return (row: WireRow) => {
      const value = transform(row)[field];
      return typeof value === 'string' ? value : null;
    };
  };
  return {
    source,
    parent,
    // Also of fields that are not selected: what is found out about the server outlives a selection.
    recordOf: recordOf(definition, fullSchema, fullSchema),
    parentReplication: {key, valueOf: instantOf(key)},
    parentCreatedAt: instantOf(source.parentCreatedKey),
  };
}
