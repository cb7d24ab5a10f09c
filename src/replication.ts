// The replication key in the rows of the wire, where it has the API's spelling of names and dates.

import {hasZone} from './dates.js';
import {snakeCase} from './keys.js';
import type {Replication} from './reading/stream-to-read.js';
import type {SelectedStream} from './selection.js';
import {spellingOf} from './stream-definition.js';
import {compileTransform} from './transform.js';
import type {WireRow} from './wire.js';

/**
 * A stream's replication key and its instant in a row, the same as in the record of that row; undefined for a stream
 * without one. `zone` is that of date-times that name none.
 */
export function replicationOf(
  stream: Pick<SelectedStream, 'definition' | 'fullSchema' | 'replicationKey'>,
  zone: string,
): Replication | undefined {
  const {definition, fullSchema, replicationKey: key} = stream;
  const property = key === undefined ? undefined : fullSchema.properties[key];
  if (key === undefined || property === undefined) return undefined;
  // A record of this field alone: whatever the transformation knows of names and dates holds here too.
  const {transform} = compileTransform({
    schema: {type: 'object', properties: {[key]: property}},
    fullSchema,
    zone,
    ...spellingOf(definition),
  });
  return {
    key,
    valueOf: row => {
      const value = transform(row)[key];
      return typeof value === 'string' ? value : null;
    },
  };
}

/** Whether a row's date-time stands there without a zone. */
export function isWrittenZoneless(row: WireRow, field: string): boolean {
  const wireKey = Object.keys(row).find(key => snakeCase(key) === field);
  return !hasZone(String(row[wireKey ?? '']));
}
