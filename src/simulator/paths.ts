// The paths that the simulator serves, and the check that whoever names one means one of them.

import type {SimulatorOptions} from './options.js';
import {resourceNames} from './resources/index.js';

const perOrder = 'ecomOrders/{id}/orderProducts';

/** Lists that have no path of their own: their rows come with `fields`. */
export const sideLoaded: readonly string[] = ['fieldOptions', 'fieldRels'];

const paths: readonly string[] = [...resourceNames.filter(name => !sideLoaded.includes(name)), perOrder, 'users/me'];

/** The pattern of a path as options name it: the id of an order gives way to `{id}`. */
export function patternOf(path: string): string {
  return /^ecomOrders\/[^/]+\/orderProducts$/.test(path) ? perOrder : path;
}

/** @throws RangeError if an option names a path or a resource that does not exist: it would do nothing, silently */
export function checkPaths(options: SimulatorOptions): void {
  const named: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['forbidden', options.forbidden ?? [], paths],
    ['missing', options.missing ?? [], paths],
    ['faults', (options.faults ?? []).map(({path}) => patternOf(path)), ['*', ...paths]],
    ['obey_filters', pathsOf(options.obeyFilters), ['*', ...resourceNames]],
    ['ignore_filters', pathsOf(options.ignoreFilters), ['*', ...resourceNames]],
    ['obey_orders', pathsOf(options.obeyOrders), ['*', ...resourceNames]],
    ['ignore_orders', pathsOf(options.ignoreOrders), ['*', ...resourceNames]],
    ['ignore_includes', pathsOf(options.ignoreIncludes), ['*', ...resourceNames]],
    ['direction_only_orders', options.directionOnlyOrders ?? [], ['*', ...resourceNames]],
    ['unstable', options.unstable ?? [], resourceNames],
    ['unstable_ties', options.unstableTies ?? [], ['*', ...resourceNames]],
    ['totals', Object.keys(options.totals ?? {}), resourceNames],
    ['counts', Object.keys(options.counts ?? {}), resourceNames],
  ];
  for (const [option, entries, known] of named) {
    const unknown = entries.find(entry => !known.includes(entry));
    if (unknown !== undefined)
      throw new RangeError(`${option}: the simulator has no "${unknown}"; ${suggestion(unknown, known)}`);
  }
}

/** `did you mean "contacts"?`, or where to look when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const [best] = known
    .map(candidate => ({candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase())}))
    .sort((a, b) => a.distance - b.distance);
  if (best !== undefined && best.distance <= Math.max(2, name.length / 3)) return `did you mean "${best.candidate}"?`;
  const longer = known.find(candidate => name.length > 3 && candidate.toLowerCase().startsWith(name.toLowerCase()));
  if (longer !== undefined) return `did you mean "${longer}"?`;
  return 'activecampaign-simulator --help lists what there is';
}

// `contacts.updated_after` names the path before its point.
function pathsOf(entries: readonly string[] = []): string[] {
  return entries.map(entry => entry.split('.')[0] ?? entry);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
