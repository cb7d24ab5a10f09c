// What is to be said of a catalog before the account is asked, and of what it selects. Pure.

import type {Config} from '../config.js';
import {CUSTOM_OBJECT} from '../custom-objects.js';
import {InputError} from '../errors.js';
import {plural} from '../figures.js';
import type {Flags} from '../flags.js';
import {type GivenCatalog, type ParsedCatalog, parseCatalog} from '../given-catalog.js';
import {isObject} from '../json.js';
import {fullRefreshMatcher, type Selection, selectStreams} from '../selection.js';
import {findStream, streams} from '../streams.js';
import {type Finding, fail, listOf, ok, skip, warn} from './finding.js';

/** Where no catalog was given. */
export const NO_CATALOG = ok('catalog', 'none is given, so that the usual streams are chosen from');

/** Catalogs of other taps may have hundreds of fields that this one names otherwise. */
const MOST_WARNINGS = 20;

/**
 * What makes a run refuse a catalog, as JSON.parse gives it: every fault for itself, and what else is to be said of the
 * other entries. Empty where a run would take it.
 */
export function faultsOfCatalog(value: unknown, source: string): readonly Finding[] {
  const {fault: whole} = take(value, source);
  if (whole === undefined) return [];
  const entries = isObject(value) && Array.isArray(value['streams']) ? value['streams'] : [];
  const single = entries.flatMap((entry: unknown, index) => {
    const {fault, warnings} = take({streams: isCustomObject(nameOf(entry)) ? [] : [entry]}, source);
    // Alone, every entry is the first.
    return fault === undefined
      ? warnings.map(toFinding)
      : [refuse(fault.replace('entry 1 of', `entry ${index + 1} of`))];
  });
  return single.some(({level}) => level === 'fail') ? single : [refuse(whole), ...single];
}

/**
 * The findings on a catalog that a run would take. `warnings` are the sentences that a run would log of it, and `own`
 * the custom objects of the account, undefined where they are not known.
 */
export function judgeCatalog(
  value: unknown,
  warnings: readonly string[],
  own: readonly string[] | undefined,
): readonly Finding[] {
  const named = namesIn(value);
  const objects = named.filter(isCustomObject);
  const gone = own ? objects.filter(name => !own.includes(name)) : [];
  const shown = warnings.slice(0, MOST_WARNINGS).map(toFinding);
  const more = warnings.length - shown.length;
  return [
    ok('catalog', `it names ${plural(named.length, 'stream')}`),
    ...shown,
    ...(more > 0 ? [warn('catalog', `${more} more such names`, 'discover again, and select anew')] : []),
    ...(gone.length > 0
      ? [warn('catalog', `the account has no custom object of ${listOf(gone)} any more`, 'discover again')]
      : []),
  ];
}

/** The finding on what is selected. */
export function judgeSelection({streams: selected}: Pick<Selection, 'streams'>, offered: number): Finding {
  if (selected.length === 0) {
    return warn('selection', 'no stream is selected', 'mark some in the catalog, or name them with --select');
  }
  return ok('selection', `${selected.length} of ${offered} streams are selected`);
}

/**
 * The findings on a catalog and on what is selected, where the account cannot be asked: its custom objects, and what its
 * custom fields add to streams where `customFields` wants that, are passed over.
 */
export function judgeCatalogAlone(
  flags: Flags,
  catalog: GivenCatalog | undefined,
  customFields: Config['customFields'],
): readonly Finding[] {
  const faults = catalog ? faultsOfCatalog(catalog.value, catalog.source) : [];
  if (faults.length > 0) return [...faults, skip('selection', 'since the catalog is wrong')];
  const parsed = catalog && parseCatalog(withoutOwn(catalog.value, customFields), catalog.source);
  const ofCatalog = catalog ? judgeCatalog(catalog.value, parsed?.warnings ?? [], undefined) : [NO_CATALOG];
  return [...ofCatalog, ...judgeSelectionAlone(flags, parsed?.catalog)];
}

function judgeSelectionAlone({select, fullRefresh}: Flags, catalog: ParsedCatalog | undefined): readonly Finding[] {
  try {
    if (fullRefresh !== undefined) fullRefreshMatcher(fullRefresh);
    const selection = selectStreams({...(catalog ? {catalog} : {}), ...(select === undefined ? {} : {select})});
    return [
      ...selection.warnings.map(warning => warn('selection', warning)),
      judgeSelection(selection, streams.length),
    ];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const terms = `${select ?? ''},${fullRefresh ?? ''}`;
    // It may be a custom object, of which only the account can tell.
    return terms.includes(CUSTOM_OBJECT)
      ? [skip('selection', 'since only the account can tell of its custom objects')]
      : [fail('selection', 'input', error.message)];
  }
}

/** The catalog without what is the account's own. */
function withoutOwn(value: unknown, customFields: Config['customFields']): unknown {
  if (!isObject(value) || !Array.isArray(value['streams'])) return value;
  const common = value['streams'].filter((entry: unknown) => !isCustomObject(nameOf(entry)));
  const stripped = common.map((entry: unknown) => {
    const hasOwn = customFields !== 'rows' && findStream(nameOf(entry))?.customFields !== undefined;
    if (!hasOwn || !isObject(entry) || !Array.isArray(entry['metadata'])) return entry;
    const ofStream = entry['metadata'].filter(
      (item: unknown) => !isObject(item) || !Array.isArray(item['breadcrumb']) || item['breadcrumb'].length === 0,
    );
    return {...entry, schema: {}, metadata: ofStream};
  });
  return {...value, streams: stripped};
}

/** What a run would say of a catalog. */
function take(
  value: unknown,
  source: string,
): {readonly fault: string | undefined; readonly warnings: readonly string[]} {
  try {
    const {catalog, warnings} = parseCatalog(value, source);
    selectStreams({catalog});
    return {fault: undefined, warnings};
  } catch (error) {
    if (error instanceof InputError) return {fault: error.message, warnings: []};
    throw error;
  }
}

function refuse(fault: string): Finding {
  return fail('catalog', 'input', fault);
}

function toFinding(warning: string): Finding {
  // The others say what to do, or that nothing need be done.
  const isOpen = warning.startsWith('the catalog names ') && !warning.includes('; ');
  return warn('catalog', warning, isOpen ? 'correct it, or remove it' : undefined);
}

function namesIn(value: unknown): readonly string[] {
  return isObject(value) && Array.isArray(value['streams']) ? value['streams'].map(nameOf) : [];
}

function nameOf(entry: unknown): string {
  return isObject(entry) ? String(entry['tap_stream_id'] ?? entry['stream']) : '';
}

function isCustomObject(name: string): boolean {
  return name.startsWith(CUSTOM_OBJECT) && !findStream(name);
}
