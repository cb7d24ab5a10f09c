// The paths that the simulator serves, and the check that whoever names one means one of them.

import type {SimulatorOptions} from './options.js';
import {resourceNames, resources} from './resources/index.js';
import {views} from './views/index.js';

/** What a path means: the name of a resource or view, and the id that stands where the name has `{id}`. */
export type Route = {readonly name: string; readonly id: string};

const listed = resources.filter(({isSideLoaded}) => isSideLoaded !== true).map(({name}) => name);
/** The names of everything that can be asked for. */
const names: readonly string[] = [...listed, ...views.map(({name}) => name)];
const plainNames = new Set(names.filter(name => !name.includes('{id}')));
const patterns = names
  .filter(name => /^[^?]*\{id\}/.test(name))
  .map(name => ({name, pattern: new RegExp(`^${name.replace('{id}', '([^/]+)')}$`)}));
const byParameter = names.flatMap(name => {
  const [, path, parameter] = /^([^?]+)\?(\w+)=\{id\}$/.exec(name) ?? [];
  return path === undefined || parameter === undefined ? [] : [{name, path, parameter}];
});

/** What a request asks for, undefined where there is nothing. */
export function routeOf(path: string, params = new URLSearchParams()): Route | undefined {
  for (const {name, path: ownPath, parameter} of byParameter) {
    const id = params.get(parameter);
    if (path === ownPath && id !== null) return {name, id};
  }
  if (plainNames.has(path)) return {name: path, id: ''};
  for (const {name, pattern} of patterns) {
    const [, id] = pattern.exec(path) ?? [];
    if (id !== undefined) return {name, id};
  }
  return undefined;
}

/** @throws RangeError if an option names a path or a resource that does not exist: it would do nothing, silently */
export function checkPaths(options: SimulatorOptions): void {
  const withViews = [...resourceNames, ...views.map(({name}) => name)];
  const named: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['forbidden', options.forbidden ?? [], names],
    ['missing', options.missing ?? [], names],
    ['faults', (options.faults ?? []).map(({path}) => routeOf(path)?.name ?? path), ['*', ...names]],
    ['obey_filters', pathsOf(options.obeyFilters), ['*', ...resourceNames]],
    ['ignore_filters', pathsOf(options.ignoreFilters), ['*', ...resourceNames]],
    ['obey_orders', pathsOf(options.obeyOrders), ['*', ...resourceNames]],
    ['ignore_orders', pathsOf(options.ignoreOrders), ['*', ...resourceNames]],
    ['obey_includes', pathsOf(options.obeyIncludes), ['*', ...resourceNames]],
    ['ignore_includes', pathsOf(options.ignoreIncludes), ['*', ...resourceNames]],
    ['direction_only_orders', options.directionOnlyOrders ?? [], ['*', ...resourceNames]],
    ['unpaged', options.unpaged ?? [], withViews],
    ['unstable', options.unstable ?? [], resourceNames],
    ['unstable_ties', options.unstableTies ?? [], ['*', ...resourceNames]],
    ['totals', Object.keys(options.totals ?? {}), withViews],
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
