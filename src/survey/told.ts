// Puts together what the document tells, from what was seen and tried. Pure.

import type {Attempt} from '../client.js';
import {schemaOf} from '../schemas.js';
import type {StreamDefinition} from '../stream-definition.js';
import type {Look} from './ask-list.js';
import type {Obedience, SurveyDocument, SurveyedInclude, SurveyedList, SurveyedStream} from './document.js';
import {besideIn, fieldsOf, orderOf, totalTypeOf, withoutKey, zonelessIn} from './look.js';

/** What the trials have found out about one list. */
export type Tried = {
  orders: Record<string, Obedience>;
  filters: Record<string, Obedience>;
  includes: Record<string, SurveyedInclude>;
  bounds?: SurveyedList['filter_bounds'];
  keyset?: SurveyedList['keyset'];
  again?: {readonly rows: number; readonly isStable: boolean} | undefined;
};

type Known = {readonly attempts: readonly Attempt[]; readonly tried: Tried | undefined};

/** What is told of a stream; `look` is undefined where it was not looked at. */
export function toStream(
  definition: StreamDefinition,
  look: Look | undefined,
  {attempts, tried}: Known,
): SurveyedStream {
  const {path} = definition;
  if (!look) return {path, status: null};
  if (!('rows' in look.found)) return {path, status: look.found.status ?? null};
  if (!tried) return {path, status: 200};
  const {replication, found} = look;
  const {orders, filters, includes, bounds, keyset, again} = tried;
  const first = attempts.find(attempt => attempt.path === look.path && attempt.succeeded);
  return {
    path,
    status: 200,
    list: {
      ms: Math.round((first?.seconds ?? 0) * 1_000),
      bytes: found.bytes,
      rows: found.rows.length,
      rows_for_1000: again?.rows ?? null,
      total: found.total ?? null,
      total_type: totalTypeOf(found.body),
      default_order: orderOf(found.keys),
      is_order_stable: again?.isStable ?? null,
      rows_without_replication_key: withoutKey(found.rows, replication),
      beside: besideIn(found.body, definition),
      ...fieldsOf(found.rows, definition, schemaOf(definition)),
      zoneless_fields: zonelessIn(found.rows, definition),
      orders,
      filters,
      ...(bounds && {filter_bounds: bounds}),
      ...(keyset && {keyset}),
      ...(Object.keys(includes).length > 0 && {includes}),
    },
  };
}

/** Of a list on which nothing was tried yet. */
export function emptyTrials(): Tried {
  return {orders: {}, filters: {}, includes: {}};
}

/** How long the attempts took; null where there were none. */
export function latencyOf(attempts: readonly Attempt[]): SurveyDocument['latency_ms'] {
  const times = attempts.map(({seconds}) => Math.round(seconds * 1_000)).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return times.length === 0 ? null : {median: at(0.5), slowest_tenth: at(0.9), slowest: at(1)};
}

/** How often each name occurs. */
export function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
