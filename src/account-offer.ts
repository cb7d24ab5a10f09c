// What an account has besides what every account has: its custom objects, each a stream of its own.

import {checkToken} from './access.js';
import type {Client} from './client.js';
import {
  CUSTOM_OBJECT,
  type CustomObject,
  customObjectStream,
  customObjectStreams,
  parseCustomObject,
  SCHEMA_ID,
} from './custom-objects.js';
import {ApiError, type ApiFault} from './errors.js';
import {isObject} from './json.js';
import {formOf, isBare, totalOf} from './reading/envelopes.js';
import {listKeyOf, type StreamDefinition} from './stream-definition.js';
import {findStream, streams} from './streams.js';

export type Offer = {
  /** What there is to choose from, in the order of output. */
  readonly streams: readonly StreamDefinition[];
  /** Sentences about what has another name than one would expect. */
  readonly warnings: readonly string[];
};

/** What every account has. */
export const USUAL_OFFER: Offer = {streams, warnings: []};

const PAGE_SIZE = 100;

/** Whether a catalog or the terms of `--select` name streams that only the account itself can tell of. */
export function namesCustomObjects(catalog: unknown, globs: readonly string[]): boolean {
  return customObjectsIn(catalog).length > 0 || globs.some(mayBeCustomObject);
}

/**
 * The offer of an account. Streams of custom objects that `catalog` names, and that are not there any more, are in it:
 * reading them will tell why. So are those of which nothing can be found out: they fail when they are read, since their
 * columns must not be lost in silence. An account that does not know custom objects, or does not show them to this token,
 * has none. Throws InputError when the token is refused, and ApiError when the account cannot be reached.
 */
export async function findOffer(client: Client, catalog: unknown, signal: AbortSignal): Promise<Offer> {
  const given = customObjectsIn(catalog);
  const objects = await readCustomObjects(client, signal);
  const names = new Map(given.map(({tapStreamId, schemaId}) => [schemaId, tapStreamId]));
  const isKnown = !(objects instanceof ApiError);
  const {streams: own, warnings} = customObjectStreams(isKnown ? objects : [], names);
  const known = new Set(own.map(({tapStreamId}) => tapStreamId));
  const gone = given
    .filter(({tapStreamId}) => !known.has(tapStreamId))
    .map(({tapStreamId, schemaId}) =>
      customObjectStream(tapStreamId, schemaId, isKnown ? undefined : faultOf(objects)),
    );
  const isNews = !isKnown && objects.status !== 403 && objects.status !== 404;
  const news = isNews ? [`the custom objects of the account cannot be found out: ${objects.message}`] : [];
  return {streams: [...streams, ...own, ...gone], warnings: [...warnings, ...news]};
}

function faultOf({path, status, detail}: ApiError): ApiFault {
  return {path, status, detail: `the fields of the object cannot be found out (${detail})`};
}

/** What objects there are, or why that cannot be found out. */
async function readCustomObjects(client: Client, signal: AbortSignal): Promise<readonly CustomObject[] | ApiError> {
  const definition = findStream('custom_object_schemas');
  if (!definition) throw new Error('the stream table has no custom_object_schemas');
  const {rowsOf} = formOf(definition);
  const objects = new Map<string, CustomObject>();
  try {
    for (let offset = 0; ; ) {
      const query = {...definition.parameters, limit: String(PAGE_SIZE), offset: String(offset)};
      const {body} = await client.get(definition.path, query, {rank: -1, endpoint: definition.tapStreamId, signal});
      const rows = rowsOf(body, listKeyOf(definition));
      // Nothing at all, too, is too little to say that there are none.
      if (!rows || isBare(body)) {
        throw new ApiError({path: definition.path, status: 200, detail: 'the answer has no list of schemas'});
      }
      const before = objects.size;
      for (const object of rows.map(parseCustomObject)) if (object) objects.set(object.id, object);
      offset += rows.length;
      // A list that knows no offsets sends the same rows for ever.
      if (objects.size === before || offset >= (totalOf(body) ?? Number.POSITIVE_INFINITY)) break;
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === undefined || error.isWrongAddress) throw error;
    // A token that is refused everywhere is no account without custom objects.
    if (error.status === 401 || error.status === 403) await checkToken(client, signal);
    return error;
  }
  return [...objects.values()];
}

/** The streams of custom objects in a catalog as it was given. */
function customObjectsIn(catalog: unknown): readonly {readonly tapStreamId: string; readonly schemaId: string}[] {
  const entries = isObject(catalog) && Array.isArray(catalog['streams']) ? catalog['streams'].filter(isObject) : [];
  return entries.flatMap(entry => {
    const tapStreamId = entry['tap_stream_id'] ?? entry['stream'];
    const schemaId = schemaIdIn(entry['metadata']);
    if (typeof tapStreamId !== 'string' || schemaId === undefined || findStream(tapStreamId)) return [];
    return [{tapStreamId, schemaId}];
  });
}

function schemaIdIn(metadata: unknown): string | undefined {
  for (const item of Array.isArray(metadata) ? metadata.filter(isObject) : []) {
    const id = isObject(item['metadata']) ? item['metadata'][SCHEMA_ID] : undefined;
    if (typeof id === 'string' && id !== '') return id;
  }
  return undefined;
}

/** Whether a glob could match a name that begins as those of custom objects do, and that no other stream has. */
function mayBeCustomObject(glob: string): boolean {
  const [stream = ''] = glob.split('.');
  const wildcard = stream.search(/[*?]/);
  if (wildcard === -1) return stream.startsWith(CUSTOM_OBJECT) && !findStream(stream);
  const beginning = stream.slice(0, wildcard);
  return CUSTOM_OBJECT.startsWith(beginning) || beginning.startsWith(CUSTOM_OBJECT);
}
