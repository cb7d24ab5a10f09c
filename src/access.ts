// What the token may do: whether it is good at all, and which lists it may read.

import type {Client} from './client.js';
import {ApiError, InputError} from './errors.js';
import type {Logger} from './logger.js';
import type {StreamDefinition} from './stream-definition.js';
import {streams} from './streams.js';

/**
 * Asks who the token belongs to: the cheapest request that every good token may make.
 * Throws InputError when the token is refused or the address is not that of an account.
 */
export async function checkToken(client: Client, signal: AbortSignal): Promise<void> {
  try {
    await client.get('users/me', {}, {rank: -1, endpoint: 'users/me', signal});
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
 * list; lists that fail for another cause than a refusal (403, 404) count as readable, with a warning.
 */
export async function findUnreadable(
  client: Client,
  log: Logger,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const asked = new Map<string, Promise<Refusal | undefined>>();
  const refusalOf = (path: string, {tapStreamId}: StreamDefinition) => {
    const refusal = asked.get(path) ?? askFor(path, tapStreamId, client, log, signal);
    asked.set(path, refusal);
    return refusal;
  };

  const reasons = new Map<string, string>();
  await Promise.all(
    streams.map(async stream => {
      const refusal = await refusalOf(stream.path, stream);
      const parent = streams.find(other => other.tapStreamId === stream.perParent?.tapStreamId);
      // Without its own list, a child is read below its parents.
      const final = refusal?.status === 404 && parent ? await refusalOf(parent.path, parent) : refusal;
      if (final) reasons.set(stream.tapStreamId, `HTTP ${final.status}: ${final.detail}`);
    }),
  );
  return reasons;
}

type Refusal = Pick<ApiError, 'status' | 'detail'>;

async function askFor(
  path: string,
  endpoint: string,
  client: Client,
  log: Logger,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  try {
    await client.get(path, {limit: '1'}, {rank: 0, endpoint, signal});
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403 || error.status === 404) return error;
    log.warn({stream: endpoint, reason: error.message}, 'access to the stream could not be checked');
    return undefined;
  }
}
