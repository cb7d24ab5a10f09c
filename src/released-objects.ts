// Which streams of custom objects targets may have by now, and with which columns: those in a catalog, and those in the
// state. Both are other people's files, and what cannot be understood in them was not released by this tap.

import {COLUMN_OWNER, CUSTOM_OBJECT, ownColumns, type ReleasedObject, SCHEMA_ID} from './custom-objects.js';
import {isObject} from './json.js';
import type {State} from './state-entry.js';
import type {StreamDefinition} from './stream-definition.js';
import {memoryOf} from './stream-memory.js';
import {findStream} from './streams.js';

/** Under the column that holds it in every record, the state remembers the schema of a stream. */
const SCHEMA_COLUMN = 'schema_id';
const SCHEMA_OWNER = 'schema:';

/**
 * The streams that a catalog as it was given and the state tell of, each schema and each name once: where the two
 * disagree, the catalog is right, since somebody has chosen by it.
 */
export function releasedObjects(catalog: unknown, state: State): readonly ReleasedObject[] {
  const released: ReleasedObject[] = [];
  for (const {tapStreamId, schemaId, columns} of [...objectsInCatalog(catalog), ...objectsInState(state)]) {
    const same = released.findIndex(other => other.schemaId === schemaId || other.tapStreamId === tapStreamId);
    const before = released[same];
    if (!before) released.push({tapStreamId, schemaId, columns});
    // What was once a column of this name stays what it was, though the catalog may not know it any more.
    else if (before.tapStreamId === tapStreamId) {
      released[same] = {...before, columns: new Map([...before.columns, ...columns])};
    }
  }
  return released;
}

/** The streams of custom objects in a catalog as it was given. */
export function objectsInCatalog(catalog: unknown): readonly ReleasedObject[] {
  const entries = isObject(catalog) && Array.isArray(catalog['streams']) ? catalog['streams'].filter(isObject) : [];
  return entries.flatMap(entry => {
    const tapStreamId = entry['tap_stream_id'] ?? entry['stream'];
    const schemaId = textsIn(entry['metadata'], SCHEMA_ID).get('');
    if (typeof tapStreamId !== 'string' || schemaId === undefined || findStream(tapStreamId)) return [];
    return [{tapStreamId, schemaId, columns: textsIn(entry['metadata'], COLUMN_OWNER)}];
  });
}

function objectsInState(state: State): readonly ReleasedObject[] {
  return Object.keys(state.bookmarks).flatMap(tapStreamId => {
    if (!tapStreamId.startsWith(CUSTOM_OBJECT) || findStream(tapStreamId)) return [];
    const {[SCHEMA_COLUMN]: schema, ...columns} = memoryOf(state, tapStreamId).columns ?? {};
    if (!schema?.startsWith(SCHEMA_OWNER)) return [];
    const schemaId = schema.slice(SCHEMA_OWNER.length);
    return [{tapStreamId, schemaId, columns: new Map(Object.entries(columns))}];
  });
}

/** What the state is to remember of a custom object's stream: column -> its owner. Empty for any other stream. */
export function objectToRemember(definition: StreamDefinition): Readonly<Record<string, string>> {
  const schemaId = definition.metadata?.[SCHEMA_ID];
  if (schemaId === undefined) return {};
  return {[SCHEMA_COLUMN]: `${SCHEMA_OWNER}${schemaId}`, ...Object.fromEntries(ownColumns(definition))};
}

/** The texts that metadata holds under a key: that of the stream by '', those of its fields by their names. */
function textsIn(metadata: unknown, key: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const {breadcrumb = [], metadata: said} of Array.isArray(metadata) ? metadata.filter(isObject) : []) {
    const text = isObject(said) ? said[key] : undefined;
    if (!Array.isArray(breadcrumb) || typeof text !== 'string' || text === '') continue;
    const [properties, name, ...deeper] = breadcrumb;
    if (breadcrumb.length === 0) texts.set('', text);
    else if (properties === 'properties' && typeof name === 'string' && deeper.length === 0) texts.set(name, text);
  }
  return texts;
}
