// Asks an account for its custom fields, so that the streams that have some offer them as columns.

import {checkToken} from '../access.js';
import type {Offer} from '../account-offer.js';
import type {Client} from '../client.js';
import {ApiError} from '../errors.js';
import type {State} from '../state-entry.js';
import type {StreamDefinition} from '../stream-definition.js';
import {findStream} from '../streams.js';
import {type Definitions, readDefinitions} from './definitions.js';
import {releasedColumns} from './released.js';
import {type CustomFieldsMode, withCustomFields, withUnknownFields} from './stream.js';

export type CustomFieldsWanted = {
  readonly mode: CustomFieldsMode;
  /** Whether a stream may be read, so that its fields are worth a request. */
  readonly isWanted: (stream: StreamDefinition) => boolean;
  /** What tells of the columns that targets have by now; a catalog as it was given. */
  readonly state: State;
  readonly catalog: unknown;
};

/**
 * An offer in which the streams with custom fields have them in their schemas. Where these cannot be read there is a
 * warning, and the stream fails if it is read after all: its columns must not be lost in silence.
 * Throws InputError when the token is refused, and ApiError when the account cannot be reached.
 */
export async function withCustomFieldsOf(
  client: Client,
  offer: Offer,
  {mode, isWanted, state, catalog}: CustomFieldsWanted,
  signal: AbortSignal,
): Promise<Offer> {
  const warnings: string[] = [];
  const streams = await Promise.all(
    offer.streams.map(async stream => {
      if (!stream.customFields || !isWanted(stream)) return stream;
      const {tapStreamId} = stream;
      const definitions = await ask(client, stream.customFields.definitions, signal);
      if (definitions instanceof ApiError) {
        warnings.push(`the custom fields of ${tapStreamId} cannot be found out: ${definitions.message}`);
        return withUnknownFields(stream, faultOf(definitions));
      }
      return withCustomFields(stream, definitions, releasedColumns(state, catalog, tapStreamId), mode);
    }),
  );
  return {...offer, streams, warnings: [...offer.warnings, ...warnings], gaps: warnings};
}

async function ask(
  client: Client,
  source: NonNullable<StreamDefinition['customFields']>['definitions'],
  signal: AbortSignal,
): Promise<Definitions | ApiError> {
  const stream = findStream(source.tapStreamId);
  if (!stream) throw new Error(`custom fields are defined in ${source.tapStreamId}, which is no stream`);
  try {
    return await readDefinitions(client, stream, source, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.isWrongAddress) throw error;
    // A token that is refused everywhere is no account without such a right.
    if (error.status === 401 || error.status === 403) await checkToken(client, signal);
    return error;
  }
}

function faultOf({message}: ApiError): string {
  const advice = 'grant the right, or set custom_fields to "rows"';
  return `its custom fields cannot be found out (${message}); ${advice}`;
}
