// Discovery of an account: the catalog of what its token may read, with what it alone has.

import {checkToken, findUnreadable} from './access.js';
import {findOffer} from './account-offer.js';
import {annotateUnsupported, type Catalog, discover} from './catalog.js';
import {offerFields} from './choice.js';
import type {Client} from './client.js';
import type {Config} from './config.js';
import type {Flags} from './flags.js';
import {readConfig} from './inputs.js';
import {maskCatalog} from './mask.js';
import {type Output, type Surroundings, withConnection} from './session.js';

/**
 * The catalog for the account that the config names: every stream that the token cannot read is marked.
 * Throws InputError and ApiError.
 */
export async function runDiscovery(flags: Flags, surroundings: Surroundings): Promise<Catalog> {
  const {config, warnings} = readConfig(flags, surroundings);
  return withConnection(config, surroundings, async ({client}, output) => {
    for (const warning of warnings) output.log.warn({}, warning);
    return discoverAccount(client, config, output);
  });
}

/**
 * The catalog of an account, by asking every list once. Throws InputError when the token is refused, and ApiError when
 * the account cannot be reached.
 */
export async function discoverAccount(
  client: Client,
  config: Config,
  {log, signpost, signal}: Pick<Output, 'log' | 'signpost' | 'signal'>,
): Promise<Catalog> {
  await checkToken(client, signal);
  const state = {bookmarks: {}};
  const usual = await findOffer(client, {catalog: undefined, state}, signal);
  const offer = await offerFields(usual, config, {client, state, isWanted: () => true}, signal);
  for (const warning of offer.warnings) log.warn({}, warning);
  signpost.info({}, 'asking once for every stream whether this token may read it');
  const unreadable = await findUnreadable(client, offer.streams, log, signal);
  const whole = maskCatalog(discover(offer.streams), offer.streams, config.mask);
  const catalog = annotateUnsupported(whole, unreadable);
  for (const [stream, reason] of unreadable) log.warn({stream, reason}, 'the stream cannot be read by this token');
  signpost.info({streams: catalog.streams.length, unsupported: unreadable.size}, 'discovery finished');
  return catalog;
}
