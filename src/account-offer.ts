// What an account has besides what every account has: its custom objects, each a stream of its own. Those that targets may
// have and that cannot be read any more are among them, so that nobody loses one in silence.

import {checkToken} from './access.js';
import type {Client} from './client.js';
import {
  CUSTOM_OBJECT,
  type CustomObject,
  customObjectStreams,
  parseCustomObject,
  type ReleasedObject,
  unreadableObject,
} from './custom-objects.js';
import {ApiError} from './errors.js';
import {formOf, isBare, totalOf} from './reading/envelopes.js';
import {objectsInCatalog, releasedObjects} from './released-objects.js';
import type {State} from './state-entry.js';
import {listKeyOf, type StreamDefinition, type Unreadable} from './stream-definition.js';
import {findStream, streams} from './streams.js';

/** The stream of the list of custom objects, and its path. */
const SCHEMAS = 'custom_object_schemas';
const LIST = 'customObjects/schemas';

export type Offer = {
  /** What there is to choose from, in the order of output. */
  readonly streams: readonly StreamDefinition[];
  /** Sentences about what has another name than one would expect, and about what is missing. */
  readonly warnings: readonly string[];
  /** Why the account's custom objects could not be listed. */
  readonly unlisted?: ApiError;
  /** Sentences about custom fields that could not be found out. */
  readonly gaps?: readonly string[];
};

/** What tells which streams and columns targets have by now: a catalog as it was given, and the state. */
export type Released = {readonly catalog: unknown; readonly state: State};

/** What every account has. */
export const USUAL_OFFER: Offer = {streams, warnings: []};

const PAGE_SIZE = 100;

/** Whether a catalog or the terms of `--select` name streams that only the account itself can tell of. */
export function namesCustomObjects(catalog: unknown, globs: readonly string[]): boolean {
  return objectsInCatalog(catalog).length > 0 || globs.some(mayBeCustomObject);
}

/**
 * The offer of an account. Streams of custom objects that were released, and that are not there any more, are in it:
 * reading them tells why. So are those of which nothing can be found out: they fail when they are read, since their
 * columns must not be lost in silence. An account that does not know custom objects, or does not show them to this token,
 * has none, and a warning says so. Throws InputError when the token is refused, and ApiError when the account cannot be
 * reached.
 */
export async function findOffer(client: Client, {catalog, state}: Released, signal: AbortSignal): Promise<Offer> {
  const released = releasedObjects(catalog, state);
  const objects = await readCustomObjects(client, signal);
  if (objects instanceof ApiError) {
    return {
      streams: [...streams, ...released.map(object => unreadableObject(object, faultOf(objects)))],
      warnings: [`the account's custom objects are left out: ${causeOf(objects)} (${objects.message})`],
      unlisted: objects,
    };
  }
  const {streams: own, warnings} = customObjectStreams(objects, released);
  const known = new Set(own.map(({tapStreamId}) => tapStreamId));
  const gone = released.filter(({tapStreamId}) => !known.has(tapStreamId));
  return {streams: [...streams, ...own, ...gone.map(object => unreadableObject(object, goneOf(object)))], warnings};
}

function causeOf({status}: ApiError): string {
  const isRefused = status === 403 || status === 404;
  return isRefused ? 'this token may not read their list, or the plan lacks them' : 'their list cannot be read';
}

function faultOf({path, status, detail}: ApiError): Unreadable {
  return {path, status, detail: `the fields of the object cannot be found out (${detail})`};
}

function goneOf({tapStreamId, schemaId}: ReleasedObject): Unreadable {
  return {
    path: LIST,
    detail: `the account has no custom object ${schemaId}`,
    isGone: true,
    advice: `its custom object was deleted; deselect it in the catalog or by --select '...,!${tapStreamId}'`,
  };
}

/** What objects there are, or why that cannot be found out. */
async function readCustomObjects(client: Client, signal: AbortSignal): Promise<readonly CustomObject[] | ApiError> {
  const definition = findStream(SCHEMAS);
  if (!definition) throw new Error(`the stream table has no ${SCHEMAS}`);
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

/** Whether a glob could match a name that begins as those of custom objects do, and that no other stream has. */
function mayBeCustomObject(glob: string): boolean {
  const [stream = ''] = glob.split('.');
  const wildcard = stream.search(/[*?]/);
  if (wildcard === -1) return stream.startsWith(CUSTOM_OBJECT) && !findStream(stream);
  const beginning = stream.slice(0, wildcard);
  return CUSTOM_OBJECT.startsWith(beginning) || beginning.startsWith(CUSTOM_OBJECT);
}
