// Surveys what the server of an account really does: one look at every list, and then trials, those that matter most
// first, until no more may be asked. Reads only, and what it tells holds nothing of what the account has.

import {checkToken} from '../access.js';
import {zonesOf} from '../bookmarks.js';
import {BoundReached} from '../bounds.js';
import type {Attempt, Client} from '../client.js';
import type {Flags} from '../flags.js';
import {rateFactsOf, skewOf} from '../header-facts.js';
import {readConfig} from '../inputs.js';
import type {ReadingContext} from '../reading/list.js';
import {createPlaces} from '../reading/places.js';
import {isSurelyLast} from '../reading/walk.js';
import {replicationOf} from '../replication.js';
import {createRequestBudget} from '../request-budget.js';
import {schemaOf} from '../schemas.js';
import {type Surroundings, withConnection} from '../session.js';
import {listKeyOf, livesBelowParents, type StreamDefinition} from '../stream-definition.js';
import {streams} from '../streams.js';
import {
  askList,
  isSeen,
  type Look,
  PAGE,
  placeOf,
  type Seen,
  type SeenLook,
  type Unseen,
  withEach,
} from './ask-list.js';
import type {Obedience, SurveyDocument} from './document.js';
import {countBy, emptyTrials, latencyOf, type Tried, toStream} from './told.js';
import {createTrials, filtersByKey, includesOf, ordersById, ordersByKey, type Trial} from './trials.js';

const MOST_REQUESTS = 300;
const MOST_RETRIES = 2;
const MOST_SECONDS = 60;
/** Enough for the rate at ordinary latency; the rate itself is kept by the gate. */
const AT_ONCE = 4;
/** Rows of a page by which latency is measured. */
const ROWS_OF_DEPTH = 20;
/** The list by whose length deep offsets are measured. */
const DEEP_LIST = 'contacts';

/**
 * Surveys the account of the config. Throws InputError, also where the token is refused, and ApiError where the account
 * cannot be reached.
 */
export async function runSurvey(flags: Flags, surroundings: Surroundings): Promise<SurveyDocument> {
  const {config, warnings} = readConfig(flags, surroundings);
  const {version} = surroundings;
  const patient = {
    ...config,
    requestTimeoutSeconds: Math.min(config.requestTimeoutSeconds, MOST_SECONDS),
    maxRetries: Math.min(config.maxRetries, MOST_RETRIES),
    // Three hundred lines about single requests tell nobody anything.
    logLevel: config.logLevel === 'info' ? ('warn' as const) : config.logLevel,
  };
  const bounded = {...surroundings, budget: createRequestBudget(MOST_REQUESTS)};
  return withConnection(patient, bounded, async ({client, reading, watch}, {log, signal}) => {
    for (const warning of warnings) log.warn({}, warning);
    const attempts: Attempt[] = [];
    watch(attempt => attempts.push(attempt));
    await checkToken(client, signal);
    // Nothing is written that places could wait for.
    const places = createPlaces({pages: PAGE, pagesOfOne: PAGE, bytes: Number.POSITIVE_INFINITY});
    const context = {...reading, places, pageSize: PAGE};
    const found = await survey(context, {zone: config.naiveTimezone, attempts, signal});
    const {limit: told, remaining, refused} = rateFactsOf(attempts);
    const skew = attempts.map(skewOf).findLast(skew => skew !== undefined);
    return {
      survey_version: 1,
      tap_version: version,
      requests: {used: attempts.length, most: MOST_REQUESTS},
      clock: {this_machine_ahead_seconds: skew === undefined ? null : Math.round(skew)},
      rate: {
        requests_per_second_set: config.requestsPerSecond,
        limit_told: told ?? null,
        least_remaining_told: remaining ?? null,
        refused,
      },
      statuses: countBy(attempts.map(({status}) => (status === undefined ? 'none' : String(status)))),
      latency_ms: latencyOf(attempts),
      ...found,
    };
  });
}

type Told = {readonly zone: string; readonly attempts: readonly Attempt[]; readonly signal: AbortSignal};

async function survey(
  context: ReadingContext,
  {zone, attempts, signal}: Told,
): Promise<Pick<SurveyDocument, 'latency_by_offset' | 'streams'>> {
  const looks = await lookAtAll(context.client, zone, signal);
  const seen = [...looks.values()].filter(isSeen).filter(({definition}) => definition.dataKey === undefined);
  const tried = new Map(seen.map(({definition}) => [definition.tapStreamId, emptyTrials()]));
  const depths: {offset: number; ms: number}[] = [];
  const deep = seen.find(({definition}) => definition.tapStreamId === DEEP_LIST);
  if (deep) await untilSpent(() => measureDepths(context.client, deep, {attempts, depths, signal}));
  await tryAll(context, seen, {tried, signal});
  const told = streams.map(definition => {
    const {tapStreamId} = definition;
    const look = looks.get(tapStreamId);
    return [tapStreamId, toStream(definition, look, {attempts, tried: tried.get(tapStreamId)})] as const;
  });
  return {latency_by_offset: depths, streams: Object.fromEntries(told)};
}

/** One look at every list, those below others behind them. Streams of one list share it. */
async function lookAtAll(client: Client, zone: string, signal: AbortSignal): Promise<ReadonlyMap<string, Look>> {
  const looks = new Map<string, Look>();
  const shared = new Map<string, Promise<Seen | Unseen>>();
  const lookAt = async (definition: StreamDefinition, parent?: SeenLook): Promise<void> => {
    const place = placeOf(definition, parent?.found.rows[0]);
    if (!place) return;
    const identity = JSON.stringify([place, listKeyOf(definition)]);
    const asked = shared.get(identity) ?? askList(client, definition, place, signal);
    shared.set(identity, asked);
    const {tapStreamId, replicationKey} = definition;
    const stream = {definition, fullSchema: schemaOf(definition), replicationKey};
    const replication = replicationOf(stream, zonesOf(definition, zone).read);
    looks.set(tapStreamId, {definition, replication, ...place, found: await asked});
  };
  await withEach(
    streams.filter(stream => !livesBelowParents(stream)),
    AT_ONCE,
    stream => lookAt(stream),
  );
  const parentOf = ({perParent}: StreamDefinition): SeenLook | undefined => {
    const parent = looks.get(perParent?.tapStreamId ?? '');
    return parent && isSeen(parent) ? parent : undefined;
  };
  let waiting = streams.filter(livesBelowParents);
  while (waiting.some(parentOf)) {
    const ready = waiting.filter(parentOf);
    waiting = waiting.filter(stream => !ready.includes(stream));
    await withEach(ready, AT_ONCE, stream => lookAt(stream, parentOf(stream)));
  }
  return looks;
}

type Depths = Pick<Told, 'attempts' | 'signal'> & {readonly depths: {offset: number; ms: number}[]};

async function measureDepths(client: Client, look: SeenLook, {attempts, depths, signal}: Depths): Promise<void> {
  const last = Math.max(0, (look.found.total ?? look.found.rows.length) - ROWS_OF_DEPTH);
  for (const offset of new Set([0, Math.floor(last / 2), last])) {
    const query = {limit: String(ROWS_OF_DEPTH), offset: String(offset)};
    const seen = await askList(client, look.definition, {path: look.path, query}, signal);
    const attempt = attempts.at(-1);
    if ('rows' in seen && attempt) depths.push({offset, ms: Math.round(attempt.seconds * 1_000)});
  }
}

type Trying = {readonly tried: ReadonlyMap<string, Tried>; readonly signal: AbortSignal};

/** All trials, the most telling first, and of each kind those of the longest lists. */
async function tryAll(context: ReadingContext, seen: readonly SeenLook[], {tried, signal}: Trying): Promise<void> {
  const trials = createTrials(context, signal);
  const sizeOf = ({found}: SeenLook) => found.total ?? found.rows.length;
  const pageable = seen
    .filter(({definition}) => definition.paging === undefined && !livesBelowParents(definition))
    .toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const resultOf = ({definition}: SeenLook) => tried.get(definition.tapStreamId) ?? emptyTrials();
  const withFilter = pageable.filter(({definition}) => definition.changedSince);
  const tryOrders = (look: SeenLook, orders: readonly Trial[]) =>
    tryEach(look, orders, resultOf(look).orders, trials.order);
  const tryFilters = (look: SeenLook) => tryEach(look, filtersByKey(look), resultOf(look).filters, trials.filter);

  // What is not come to is told as well.
  for (const look of pageable) {
    for (const {parameter} of [...ordersByKey(look), ...ordersById()]) resultOf(look).orders[parameter] = 'not asked';
    for (const {parameter} of filtersByKey(look)) resultOf(look).filters[parameter] = 'not asked';
  }
  await withEach(pageable, AT_ONCE, async look => {
    const {keyset} = look.definition;
    if (keyset) resultOf(look).keyset = await trials.keyset(look, keyset);
    for (const include of includesOf(look.definition)) {
      resultOf(look).includes[include.include] = await trials.include(look, include);
    }
  });
  await withEach(withFilter, AT_ONCE, async look => {
    await tryFilters(look);
    for (const trial of filtersByKey(look)) {
      if (resultOf(look).filters[trial.parameter] === 'obeyed')
        resultOf(look).bounds = await trials.bounds(look, trial);
    }
  });
  const long = pageable.filter(isLong);
  await withEach(long, AT_ONCE, async look => {
    resultOf(look).again = await trials.again(look);
  });
  // A list of one page is read whole, whatever its server obeys.
  for (const lists of [long, pageable.filter(look => !long.includes(look))]) {
    await withEach(lists, AT_ONCE, look => tryOrders(look, ordersByKey(look)));
    await withEach(
      lists.filter(({definition}) => !definition.changedSince),
      AT_ONCE,
      tryFilters,
    );
    await withEach(lists, AT_ONCE, look => tryOrders(look, ordersById()));
  }
}

async function tryEach(
  look: SeenLook,
  trials: readonly Trial[],
  results: Record<string, Obedience>,
  tryOut: (look: SeenLook, trial: Trial) => Promise<Obedience>,
): Promise<void> {
  for (const trial of trials) {
    const result = await tryOut(look, trial);
    results[trial.parameter] = result;
    // Another spelling of the same brings nothing new.
    if (result === 'obeyed') return;
  }
}

/** Whether there is more than the first look has shown. */
function isLong({found: {rows, total}}: SeenLook): boolean {
  return total === undefined ? rows.length > 0 && !isSurelyLast(rows.length, PAGE) : total > rows.length;
}

async function untilSpent(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof BoundReached)) throw error;
  }
}
