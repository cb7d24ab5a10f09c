// The checks that ask the account: its token, its clock, the zone of its stamps, and what may be read of what is selected.

import {askWho, findUnreadable} from '../access.js';
import {findOffer, namesCustomObjects, USUAL_OFFER} from '../account-offer.js';
import {type Choice, prepareChoice, warningsOf} from '../choice.js';
import type {Attempt, Client} from '../client.js';
import type {Config} from '../config.js';
import type {Connection} from '../connection.js';
import {ApiError, InputError} from '../errors.js';
import type {Flags} from '../flags.js';
import type {GivenCatalog} from '../given-catalog.js';
import {rateFactsOf, skewOf} from '../header-facts.js';
import type {Logger} from '../logger.js';
import {formOf} from '../reading/envelopes.js';
import type {State} from '../state.js';
import {listKeyOf} from '../stream-definition.js';
import {findStream} from '../streams.js';
import {CREATED, type Twin, twinsIn} from '../zone-twins.js';
import {judgeClock} from './clock.js';
import {type Finding, fail, skip, warn} from './finding.js';
import {faultsOfCatalog, judgeCatalog, judgeCatalogAlone, judgeSelection, NO_CATALOG} from './given-catalog.js';
import {faultOf} from './given-config.js';
import {judgeRate} from './rate.js';
import {askGroups, judgeAccess, judgeUser, userIn} from './token.js';
import {judgeZone} from './zones.js';

/** Lists whose rows show when they were made in both spellings. */
const LISTS_WITH_TWINS = ['contacts', 'tags', 'lists'];
/** A page has rows of summer and of winter, mostly. */
const ROWS = '100';

const FIRST = {rank: -1} as const;

export type ToCheck = {
  readonly config: Config;
  readonly flags: Flags;
  readonly catalog: GivenCatalog | undefined;
  /** Why there is no catalog, though one was named. */
  readonly faults: readonly Finding[];
  /** Undefined where it is wrong. */
  readonly state: State | undefined;
  readonly say: (...found: readonly Finding[]) => void;
  readonly signal: AbortSignal;
};

/** What is worth knowing for other checks. */
export type AccountFacts = {
  /** How far this machine's clock is ahead of the server's; undefined where no answer told. */
  readonly skewSeconds: number | undefined;
};

/** Asks the account for all that it can tell, and says what was found. Throws the signal's reason. */
export async function checkAccount({client, watch}: Connection, given: ToCheck): Promise<AccountFacts> {
  const {say, signal, config} = given;
  const attempts: Attempt[] = [];
  watch(attempt => attempts.push(attempt));
  const ofToken = await checkToken(client, signal);
  say(...ofToken);
  const skewSeconds = attempts.map(skewOf).findLast(skew => skew !== undefined);
  say(judgeClock(skewSeconds));
  const isGood = ofToken.every(({level}) => level !== 'fail');
  const because = 'since the token could not be checked';
  say(isGood ? await checkZone(client, config.naiveTimezone, signal) : skip('zone', because));
  const choice = await choose(isGood ? client : undefined, given);
  if (isGood && choice) await checkAccess(client, choice, given);
  else say(skip('permissions', isGood ? 'since nothing is chosen to be read' : because));
  say(...judgeRate(rateFactsOf(attempts), config.requestsPerSecond));
  return {skewSeconds};
}

async function checkToken(client: Client, signal: AbortSignal): Promise<readonly Finding[]> {
  try {
    const user = userIn(await askWho(client, signal));
    return [judgeUser(user, user.id === undefined ? undefined : await askGroups(client, user.id, signal))];
  } catch (error) {
    if (error instanceof InputError) {
      return [fail('token', 'input', error.source === 'api_token' ? error.detail : error.message)];
    }
    if (error instanceof ApiError) return [fail('token', 'account', error.message, 'try again later')];
    throw error;
  }
}

async function checkZone(client: Client, zone: string, signal: AbortSignal): Promise<Finding> {
  let twins: readonly Twin[] = [];
  for (const id of LISTS_WITH_TWINS) {
    const definition = findStream(id);
    if (!definition || twins.length > 0) continue;
    try {
      const {body} = await client.get(definition.path, {limit: ROWS}, {...FIRST, endpoint: id, signal});
      twins = twinsIn(formOf(definition).rowsOf(body, listKeyOf(definition)) ?? [], CREATED);
    } catch (error) {
      // What cannot be read is told among the permissions.
      if (!(error instanceof ApiError)) throw error;
    }
  }
  return judgeZone(twins, zone);
}

/** Says what is to be said of the catalog and the selection, and gives the choice of a run, or else the usual one. */
async function choose(client: Client | undefined, given: ToCheck): Promise<Choice | undefined> {
  const {config, flags, catalog, faults, say, signal} = given;
  const state = given.state ?? {bookmarks: {}};
  const usual = async (): Promise<Choice | undefined> => {
    try {
      return client && (await prepareChoice({config, state})(client, signal));
    } catch (error) {
      // It is no more than a stand-in, and its faults are told of what was wished for.
      if (error instanceof ApiError || error instanceof InputError) return undefined;
      throw error;
    }
  };
  const wrong = faults.length > 0 || !catalog ? faults : faultsOfCatalog(catalog.value, catalog.source);
  say(...wrong);
  if (wrong.length > 0) {
    say(skip('selection', 'since the catalog is wrong; what follows goes by the streams that are synced by default'));
    return usual();
  }
  if (!client) {
    say(...judgeCatalogAlone(flags, catalog, config.customFields));
    return undefined;
  }
  try {
    const choice = await prepareChoice({...flags, config, catalog, state})(client, signal);
    const isNaming = catalog !== undefined && namesCustomObjects(catalog.value, []);
    const released = {catalog: catalog?.value, state};
    const found = isNaming ? await findOffer(client, released, signal) : USUAL_OFFER;
    const offered = found.streams.filter(({fault}) => !fault?.isGone);
    const ids = choice.selection.streams.map(({definition}) => definition.tapStreamId);
    const own = found.unlisted ? undefined : offered.map(({tapStreamId}) => tapStreamId);
    say(...(catalog ? judgeCatalog(catalog.value, choice.warnings, own) : [NO_CATALOG]));
    if (!catalog) say(...choice.warnings.map(warning => warn('selection', warning)));
    if (ids.length > 0) say(judgeSelection(choice.selection, offered.length));
    const ofWishes = warningsOf(choice, {config, fullRefresh: flags.fullRefresh}).slice(choice.warnings.length);
    say(...ofWishes.map(warning => warn('selection', warning)));
    return ids.length === 0 ? undefined : choice;
  } catch (error) {
    if (error instanceof ApiError) {
      say(fail('selection', 'account', error.message, 'try again later'));
      return undefined;
    }
    say(faultOf(error, 'selection'));
    return usual();
  }
}

async function checkAccess(client: Client, {selection}: Choice, {state, say, signal}: ToCheck): Promise<void> {
  const definitions = selection.streams.map(({definition}) => definition);
  const unclear = new Map<string, string>();
  const log: Pick<Logger, 'warn'> = {
    warn: ({stream, reason}) => void unclear.set(String(stream), String(reason)),
  };
  const unreadable = await findUnreadable(client, definitions, log, signal);
  const selected = definitions.map(({tapStreamId}) => tapStreamId);
  say(...judgeAccess({selected, unreadable, unclear, state}));
}
