// The shortcuts to what is new in a list: a filter by the time of change, the order by the replication key, or the
// parents that changed. Which of them the stream table offers, and which the server obeys.

import {snakeCase} from '../keys.js';
import type {StreamDefinition} from '../stream-definition.js';
import type {Proofs} from './known-proofs.js';
import type {Progress} from './list.js';
import type {Prover} from './proofs.js';
import type {Replication, SideLoading, StreamToRead} from './stream-to-read.js';

export type Shortcut =
  | {readonly type: 'filter'; readonly parameter: string; readonly marginSeconds: number}
  | {readonly type: 'order'; readonly parameter: string}
  /** The proof of it is made behind a whole read. */
  | {readonly type: 'include'; readonly parameter: string};

/** A shortcut that the server obeys, proven now where it was not known; undefined when there is none. */
export async function findShortcut(
  stream: Pick<StreamToRead, 'definition' | 'sideLoading'>,
  replication: Replication,
  prover: Prover,
  progress: Progress,
): Promise<Shortcut | undefined> {
  const own = await findOwn(stream.definition, replication, prover, progress);
  if (own || !stream.sideLoading?.isWanted) return own;
  const include = includeOf(stream.sideLoading);
  return prover.known(include) === true ? {type: 'include', parameter: include} : undefined;
}

/** The name under which it is kept whether a list can be read through its parents. */
export function includeOf({source}: SideLoading): string {
  return `include=${source.include}`;
}

async function findOwn(
  definition: StreamDefinition,
  replication: Replication,
  prover: Prover,
  {proofs}: Progress,
): Promise<Shortcut | undefined> {
  const filter = filterOf(definition, replication);
  if (filter && (await prover.filter(filter.parameter))) {
    return {type: 'filter', parameter: filter.parameter, marginSeconds: filter.marginSeconds};
  }
  const proven = orderBy(replication, proofs, prover.known);
  if (proven !== undefined) return {type: 'order', parameter: proven};
  const byField = `orders[${replication.key}]`;
  const isUnknown = prover.known(byField) === undefined;
  if (await prover.order(byField)) return {type: 'order', parameter: byField};
  // The list may know the key by its name on the wire only.
  const wireKey = Object.keys(prover.sample() ?? {}).find(key => snakeCase(key) === replication.key);
  if (!isUnknown || wireKey === undefined || wireKey === replication.key) return undefined;
  const byWireKey = `orders[${wireKey}]`;
  return (await prover.order(byWireKey)) ? {type: 'order', parameter: byWireKey} : undefined;
}

/** The parameter that is known to order by the replication key; undefined where none is. */
export function orderBy(
  {key}: Pick<Replication, 'key'>,
  proofs: Progress['proofs'],
  known: Proofs['known'],
): string | undefined {
  return Object.keys(proofs).find(name => isOrderBy(name, key) && known(name) === true);
}

/** Whether a parameter orders by a replication key, in either spelling: others may have been chosen in earlier runs. */
function isOrderBy(parameter: string, key: string): boolean {
  const field = /^orders\[(.*)\]$/.exec(parameter)?.[1];
  return field !== undefined && snakeCase(field) === key;
}

/** The filter that compares the chosen replication key, where the list has one. */
export function filterOf(definition: StreamDefinition, replication: Replication): StreamDefinition['changedSince'] {
  const filter = definition.changedSince;
  return filter?.replicationKey === replication.key ? filter : undefined;
}
