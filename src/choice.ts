// Chooses what is to be synced, of what every account has and of what the account at hand has besides.

import {findOffer, namesCustomObjects, type Offer, USUAL_OFFER} from './account-offer.js';
import type {Client} from './client.js';
import type {Config} from './config.js';
import {withCustomFieldsOf} from './custom-fields/offer.js';
import {InputError} from './errors.js';
import {unusedFilters} from './filters.js';
import {type GivenCatalog, parseCatalog} from './given-catalog.js';
import {globMatcher, splitTerms} from './globs.js';
import {maskStreams} from './mask.js';
import {fullRefreshMatcher, type Selection, selectStreams} from './selection.js';
import type {State} from './state.js';
import type {StreamDefinition} from './stream-definition.js';
import {streams} from './streams.js';

export type Choice = {
  readonly selection: Selection;
  /** Whether the bookmark of a stream is to be ignored. */
  readonly isFullRefresh: (tapStreamId: string) => boolean;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
};

/** The wishes of `--select` and `--full-refresh`; `true` means all streams. */
export type Wishes = {
  readonly select?: string | undefined;
  readonly fullRefresh?: string | true | undefined;
};

/** What a run is given to choose by; `state` is that of the last run. */
export type ChosenBy = Wishes & {
  readonly config: Config;
  readonly catalog?: GivenCatalog | undefined;
  readonly state: State;
};

type ChoiceInput = Pick<ChosenBy, 'config' | 'select' | 'fullRefresh' | 'catalog'>;

/**
 * Prepares the choice of streams and fields. Most can be made without a request, and are made at once: throws
 * InputError for a catalog or a term that does not fit. What is returned gives the choice, and asks the account for its
 * custom objects and custom fields where they are wanted: it throws InputError and ApiError.
 */
export function prepareChoice(given: ChosenBy): (client: Client, signal: AbortSignal) => Promise<Choice> {
  const {config, state} = given;
  const catalog = given.catalog?.value;
  const isOwn = namesCustomObjects(catalog, globsIn(given));
  const mayHaveFields = config.customFields === 'rows' ? () => false : fieldsChooser(given);
  const isUsual = !isOwn && !streams.some(mayHaveFields);
  const usual = isUsual ? choose(given, USUAL_OFFER) : undefined;
  return async (client, signal) => {
    if (usual) return usual;
    const offer = isOwn ? await findOffer(client, {catalog, state}, signal) : USUAL_OFFER;
    const known = {client, state, catalog, isWanted: mayHaveFields};
    const whole = await offerFields(offer, config, known, signal);
    try {
      return choose(given, whole);
    } catch (error) {
      throw explained(error, whole);
    }
  };
}

/** What is to be said of a choice before it is read: its own warnings, and wishes that come to nothing. */
export function warningsOf(
  choice: Choice,
  {config, fullRefresh}: Pick<ChosenBy, 'config' | 'fullRefresh'>,
): readonly string[] {
  const ids = choice.selection.streams.map(({definition}) => definition.tapStreamId);
  const isVain = fullRefresh !== undefined && !ids.some(choice.isFullRefresh);
  return [
    ...choice.warnings,
    ...unusedFilters(config.filters, ids),
    ...(isVain ? ['--full-refresh means none of the selected streams, and changes nothing'] : []),
    ...(ids.length === 0 ? ['no stream is selected; mark some in the catalog, or name them with --select'] : []),
  ];
}

/** What is to be synced, of all that there is. Throws InputError for a catalog or a term that does not fit. */
function choose({config, select, fullRefresh, catalog: given}: ChoiceInput, offer: Offer): Choice {
  const catalog = given && parseCatalog(given.value, given.source, offer.streams);
  const selection = selectStreams({
    ...(catalog ? {catalog: catalog.catalog} : {}),
    ...(select === undefined ? {} : {select}),
    offer: offer.streams,
  });
  const masked = maskStreams(selection.streams, config.mask);
  return {
    selection: {...selection, streams: masked.streams},
    isFullRefresh: fullRefresh === undefined ? () => false : fullRefreshMatcher(fullRefresh, offer.streams),
    warnings: [...(catalog?.warnings ?? []), ...offer.warnings, ...selection.warnings, ...masked.warnings],
  };
}

/** What does not fit may be one of the custom objects, or of the fields, that could not be found out. */
function explained(error: unknown, {unlisted, gaps = []}: Offer): unknown {
  if (!(error instanceof InputError)) return error;
  if (unlisted && unlisted.status !== 403 && unlisted.status !== 404) return unlisted;
  const objects = unlisted ? [`the custom objects cannot be listed (${unlisted.message})`] : [];
  return new InputError(error.source, [error.detail, ...objects, ...gaps].join('; '));
}

/**
 * The offer with the custom fields of the account, where they are wanted. Throws InputError when the token is refused,
 * and ApiError when the account cannot be reached.
 */
export async function offerFields(
  offer: Offer,
  {customFields: mode}: Config,
  known: {
    readonly client: Client;
    readonly state: State;
    readonly catalog?: unknown;
    readonly isWanted: (stream: StreamDefinition) => boolean;
  },
  signal: AbortSignal,
): Promise<Offer> {
  const {client, state, catalog, isWanted} = known;
  return mode === 'rows' ? offer : await withCustomFieldsOf(client, offer, {mode, isWanted, state, catalog}, signal);
}

/**
 * Tells the streams with custom fields that may be synced: those that --select names, by themselves or by their fields,
 * else those that a catalog selects. Throws InputError for a catalog that does not fit.
 */
function fieldsChooser({config, select, catalog}: ChoiceInput): (stream: StreamDefinition) => boolean {
  const terms = select === undefined ? [] : splitTerms(select, '--select');
  const named = terms.filter(({isNegative}) => !isNegative).map(({glob}) => globMatcher(glob.split('.')[0] ?? ''));
  const {selection} = choose({config, catalog}, USUAL_OFFER);
  const selected = new Set(selection.streams.map(({definition}) => definition.tapStreamId));
  return ({tapStreamId, customFields}) => {
    if (!customFields) return false;
    return named.length > 0 ? named.some(matches => matches(tapStreamId)) : selected.has(tapStreamId);
  };
}

/** The patterns that name streams. */
function globsIn({select = '', fullRefresh}: Wishes): readonly string[] {
  return `${select},${fullRefresh === true ? '' : (fullRefresh ?? '')}`
    .split(',')
    .map(term => term.trim().replace(/^!\s*/, ''));
}
