// What the token may do: whether it is good at all, and which lists it may read.

import type {Answer, Client} from './client.js';
import {ApiError, type ApiFault, InputError, isMissing} from './errors.js';
import type {Logger} from './logger.js';
import {formOf} from './reading/envelopes.js';
import {listKeyOf, livesBelowParents, type StreamDefinition} from './stream-definition.js';
import {findStream} from './streams.js';
import type {WireRow} from './wire.js';

/**
 * Asks who the token belongs to: the cheapest request that every good token may make.
 * Throws InputError when the token is refused or the address is not that of an account.
 */
export async function checkToken(client: Client, signal: AbortSignal): Promise<void> {
  await askWho(client, signal);
}

/** The answer of `users/me`: the user whom the token belongs to. Throws as checkToken does. */
export async function askWho(client: Client, signal: AbortSignal): Promise<Answer['body']> {
  try {
    const {body} = await client.get('users/me', {}, {rank: -1, endpoint: 'users/me', signal});
    return body;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401 || error.status === 403) {
      const advice = 'copy the key from Settings > Developer of the account that api_url names';
      throw new InputError('api_token', `the API refuses it (HTTP ${error.status}); ${advice}`);
    }
    if (error.isWrongAddress || error.status === 404) {
      throw new InputError('api_url', `${error.detail}; copy the URL from Settings > Developer`);
    }
    throw error;
  }
}

/** Whether the token is good, after a refusal; false where it cannot be told. Throws InputError when it is refused. */
export async function isTokenGood(client: Client, signal: AbortSignal): Promise<boolean> {
  try {
    await checkToken(client, signal);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/**
 * The streams that this token cannot read, each with the reason: tap_stream_id -> reason. One request of one row per
 * list, and one below the first row of each list of parents; what fails for another cause than a refusal (403, 404)
 * counts as readable, with a warning. Throws ApiError when the connection is lost.
 */
export async function findUnreadable(
  client: Client,
  streams: readonly StreamDefinition[],
  log: Pick<Logger, 'warn'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const looks = new Map<string, Promise<Look>>();
  /** Each path is looked at once, and by every stream that it serves. */
  const lookAt = (path: string, stream: StreamDefinition, query: Readonly<Record<string, string>> = {}) => {
    const identity = JSON.stringify([path, query, listKeyOf(stream)]);
    const look = looks.get(identity) ?? ask(path, stream, {...query, limit: '1'});
    looks.set(identity, look);
    return look;
  };

  async function lookInto(stream: StreamDefinition): Promise<Look> {
    const {perParent, fault} = stream;
    if (fault) return {refusal: fault, first: undefined};
    if (!perParent) return lookAt(stream.path, stream);
    const parent = findStream(perParent.tapStreamId);
    if (!parent) throw new Error(`${stream.tapStreamId} hangs below ${perParent.tapStreamId}, which is no stream`);
    if (!livesBelowParents(stream)) {
      const own = await lookAt(stream.path, stream);
      // Without its own list, a child is read below its parents.
      return own.refusal?.status === 404 ? lookInto(parent) : own;
    }
    const {refusal, first} = await lookInto(parent);
    const key = first?.[perParent.parentKey ?? 'id'];
    if (refusal || key === undefined || key === null || key === '') return {refusal, first: undefined};
    const path = perParent.path.replace(':id', encodeURIComponent(String(key)));
    const look = await lookAt(
      path,
      stream,
      perParent.parameter === undefined ? {} : {[perParent.parameter]: String(key)},
    );
    // Below one parent there may be nothing, or the parent has gone.
    return look.isMissing ? {refusal: undefined, first: undefined} : look;
  }

  async function ask(path: string, stream: StreamDefinition, query: Readonly<Record<string, string>>): Promise<Look> {
    const endpoint = stream.tapStreamId;
    try {
      const {body} = await client.get(path, query, {rank: 0, endpoint, signal});
      return {refusal: undefined, first: formOf(stream).rowsOf(body, listKeyOf(stream))?.[0]};
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 403 || error.status === 404) {
        return {refusal: error, isMissing: isMissing(error), first: undefined};
      }
      log.warn({stream: endpoint, reason: error.message}, 'access to the stream could not be checked');
      return {refusal: undefined, first: undefined};
    }
  }

  const reasons = new Map<string, string>();
  await Promise.all(
    streams.map(async stream => {
      const {refusal} = await lookInto(stream);
      if (refusal) reasons.set(stream.tapStreamId, reasonOf(refusal));
    }),
  );
  return reasons;
}

function reasonOf({status, detail}: Refusal): string {
  return status === undefined ? detail : `HTTP ${status}: ${detail}`;
}

type Refusal = Pick<ApiFault, 'status' | 'detail'>;

/** What one request of one row has shown. */
type Look = {
  readonly refusal: Refusal | undefined;
  /** Whether what was asked for is not there. */
  readonly isMissing?: boolean;
  readonly first: WireRow | undefined;
};
