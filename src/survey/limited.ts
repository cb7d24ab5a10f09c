// A client that asks no more than so often, whatever has to be repeated.

import type {Client} from '../client.js';

/** Thrown instead of a request that could be one too many. */
export class RequestsSpentError extends Error {
  override readonly name = 'RequestsSpentError';
}

export type Limit = {
  readonly most: number;
  /** How often one request may be sent, its repetitions included. */
  readonly mostPerRequest: number;
  /** Attempts that have ended so far. */
  readonly used: () => number;
};

/**
 * The client within the limit. Its `get` waits for requests under way where only their repetitions could exceed it, and
 * throws RequestsSpentError where nothing is left.
 */
export function limited(client: Client, {most, mostPerRequest, used}: Limit): Client {
  const underWay = new Set<Promise<unknown>>();
  const room = () => most - used() - (underWay.size + 1) * mostPerRequest;
  return {
    ...client,
    get: async (path, query, options) => {
      while (room() < 0) {
        if (underWay.size === 0) throw new RequestsSpentError('the survey has asked all that it may');
        await Promise.race(underWay);
      }
      const answer = client.get(path, query, options);
      // Whoever waits for its end has no use for its fault.
      const ended = answer.then(() => undefined).catch(() => undefined);
      underWay.add(ended);
      try {
        return await answer;
      } finally {
        underWay.delete(ended);
      }
    },
  };
}
