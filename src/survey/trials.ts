// Tries out on one list what its server obeys, by the same proofs that a run goes by.

import type {Client} from '../client.js';
import {shiftSeconds} from '../dates.js';
import {isRefusal} from '../errors.js';
import {snakeCase} from '../keys.js';
import {formOf} from '../reading/envelopes.js';
import {createProgress, openList, type ReadingContext} from '../reading/list.js';
import {createProver} from '../reading/proofs.js';
import type {Replication} from '../reading/stream-to-read.js';
import {dataKeyOf, type KeysetParameters, listKeyOf, type StreamDefinition} from '../stream-definition.js';
import {streams} from '../streams.js';
import {askList, PAGE, pageOf, type Query, type Seen, type SeenLook, type Unseen} from './ask-list.js';
import type {FilterBounds, Obedience, SurveyedInclude, SurveyedList} from './document.js';

/** The instant of an id, in the eyes of a proof: they compare as texts. */
const BY_ID: Replication = {
  key: 'id',
  valueOf: ({id}) => {
    const text = String(id);
    return /^\d{1,20}$/.test(text) ? text.padStart(20, '0') : null;
  },
};

/** What nobody has documented, and is the likeliest to be obeyed: it is on contacts and deals. */
const LIKELIEST_FILTER = 'filters[updated_after]';

/** A parameter to be tried, and the key by whose values its obedience shows. */
export type Trial = {readonly parameter: string; readonly by: Replication};

/** The orders by the replication key, in the spellings of the record and of the wire. */
export function ordersByKey({replication, found}: SeenLook): readonly Trial[] {
  if (!replication) return [];
  const wireKey = Object.keys(found.rows[0] ?? {}).find(key => snakeCase(key) === replication.key);
  const names = new Set([replication.key, wireKey ?? replication.key]);
  return [...names].map(name => ({parameter: `orders[${name}]`, by: replication}));
}

/** The order by ids. */
export function ordersById(): readonly Trial[] {
  return [{parameter: 'orders[id]', by: BY_ID}];
}

/** The filter by the time of change: the one that the stream table names, or else the likeliest. */
export function filtersByKey({definition, replication}: SeenLook): readonly Trial[] {
  return replication ? [{parameter: definition.changedSince?.parameter ?? LIKELIEST_FILTER, by: replication}] : [];
}

/** Tries out single parameters. All throw BoundReached, and the signal's reason. */
export function createTrials(context: ReadingContext, signal: AbortSignal) {
  async function prove(look: SeenLook, {parameter, by}: Trial, what: 'order' | 'filter'): Promise<Obedience> {
    const {definition, path} = look;
    // One row, or none, looks the same in any order and behind any filter.
    if (look.found.rows.length < 2) return 'unclear';
    const watched = watchRefusals(context.client);
    const progress = createProgress();
    const list = {
      path,
      dataKeys: [listKeyOf(definition)],
      endpoint: definition.tapStreamId,
      rank: 0,
      form: formOf(definition),
    };
    const own = {...context, client: watched.client};
    const session = openList(own, list, progress, signal);
    const prover = createProver(own, session, {query: definition.parameters ?? {}, replication: by});
    await prover[what](parameter);
    const proof = progress.proofs[parameter];
    if (!proof) return 'unclear';
    return proof.obeyed ? 'obeyed' : watched.isRefused() ? 'refused' : 'ignored';
  }

  const ask = ({definition, path}: SeenLook, query: Query): Promise<Seen | Unseen> =>
    askList(context.client, definition, {path, query: {...definition.parameters, ...query}}, signal);

  return {
    order: (look: SeenLook, trial: Trial) => prove(look, trial, 'order'),
    filter: (look: SeenLook, trial: Trial) => prove(look, trial, 'filter'),

    /** How a filter that is obeyed treats its bound. */
    bounds: async (look: SeenLook, {parameter, by}: Trial): Promise<FilterBounds> => {
      const unknown: FilterBounds = {is_inclusive: null, knows_time_of_day: null};
      const value = laterOfOneDay(look.found.rows.map(by.valueOf).filter(value => value !== null));
      if (value === undefined) return unknown;
      const countBehind = async (bound: string) => {
        const seen = await ask(look, {[parameter]: `${bound.slice(0, 19)}Z`, limit: '1'});
        return 'rows' in seen ? seen.total : undefined;
      };
      const ofDay = await countBehind(`${value.slice(0, 10)}T00:00:00`);
      const before = await countBehind(shiftSeconds(value, -1));
      const at = await countBehind(value);
      if (ofDay === undefined || before === undefined || at === undefined || ofDay <= before) return unknown;
      return {is_inclusive: at === before, knows_time_of_day: true};
    },

    /** Whether the list can be read by its keys. */
    keyset: async (look: SeenLook, {order, after, before}: KeysetParameters): Promise<SurveyedList['keyset']> => {
      const ids = look.found.keys.map(Number).filter(Number.isFinite);
      const bound = ids.toSorted((a, b) => a - b)[Math.floor(ids.length / 2)];
      if (bound === undefined) return {after: 'unclear', before: 'unclear', is_total_shrunk: null};
      const ranged = (direction: string, parameter: string) =>
        ask(look, {[order]: direction, [parameter]: String(bound), limit: '5'});
      const [behind, ahead] = [await ranged('ASC', after), await ranged('DESC', before)];
      const total = 'rows' in behind ? behind.total : undefined;
      const isKnown = total !== undefined && look.found.total !== undefined;
      return {
        after: judgeRange(behind, id => id > bound),
        before: judgeRange(ahead, id => id < bound),
        is_total_shrunk: isKnown ? total < (look.found.total ?? 0) : null,
      };
    },

    /** Whether rows of another stream come along. */
    include: async (look: SeenLook, {include, dataKey}: Include): Promise<SurveyedInclude> => {
      const isUnasked = dataKey in look.found.body;
      const seen = isUnasked ? look.found : await ask(look, {include, ...pageOf(look.definition, PAGE)});
      if (!('rows' in seen)) return {came: refusedOr(seen, 'unclear'), rows: null, comes_unasked: false};
      const rows = seen.body[dataKey];
      const came = dataKey in seen.body ? 'obeyed' : 'ignored';
      return {came, rows: Array.isArray(rows) ? rows.length : null, comes_unasked: isUnasked};
    },

    /** How many rows come for a thousand, and whether those of the first look come again in their order. */
    again: async (look: SeenLook): Promise<{readonly rows: number; readonly isStable: boolean} | undefined> => {
      const seen = await ask(look, pageOf(look.definition, 1_000));
      if (!('rows' in seen)) return undefined;
      const isStable = look.found.keys.every((key, index) => key === seen.keys[index]);
      return {rows: seen.rows.length, isStable};
    },
  };
}

/** What a list is asked to bring along, and the key under which it comes. */
export type Include = {readonly include: string; readonly dataKey: string};

/** What can be asked of a stream's list, as the stream table knows it. */
export function includesOf({tapStreamId}: StreamDefinition): readonly Include[] {
  const found = streams.flatMap(stream => {
    const {sideLoaded, perParent} = stream;
    const own =
      sideLoaded?.tapStreamId === tapStreamId ? {include: sideLoaded.include, dataKey: dataKeyOf(stream)} : [];
    const {parameter, dataKey, through} = perParent?.tapStreamId === tapStreamId ? (perParent.include ?? {}) : {};
    const below = parameter === undefined || dataKey === undefined || through ? [] : {include: parameter, dataKey};
    return [own, below].flat();
  });
  return [...new Map(found.map(include => [include.include, include])).values()];
}

/** The client, and whether one of its requests was refused for its parameters. */
function watchRefusals(client: Client): {readonly client: Client; readonly isRefused: () => boolean} {
  let refused = false;
  return {
    client: {
      ...client,
      get: async (path, query, options) => {
        try {
          return await client.get(path, query, options);
        } catch (error) {
          refused ||= isRefusal(error);
          throw error;
        }
      },
    },
    isRefused: () => refused,
  };
}

/** An instant before which there is another one of the same day, by more than a second. */
function laterOfOneDay(values: readonly string[]): string | undefined {
  const sorted = values.toSorted();
  return sorted.find((value, index) => {
    const before = sorted[index - 1];
    return before !== undefined && before.slice(0, 10) === value.slice(0, 10) && before < shiftSeconds(value, -1);
  });
}

function judgeRange(seen: Seen | Unseen, isWithin: (id: number) => boolean): Obedience {
  if (!('rows' in seen)) return refusedOr(seen, 'unclear');
  if (seen.rows.length === 0) return 'unclear';
  return seen.keys.every(key => isWithin(Number(key))) ? 'obeyed' : 'ignored';
}

function refusedOr({status}: Unseen, otherwise: Obedience): Obedience {
  return status === 400 || status === 422 ? 'refused' : otherwise;
}
