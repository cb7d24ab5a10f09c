// Asks once per list whether this token may read it. Used by discovery; a sync finds out by reading.

import type {Client} from './client.js';
import {ApiError} from './errors.js';
import type {Logger} from './logger.js';
import {type StreamDefinition, streams} from './streams.js';

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
