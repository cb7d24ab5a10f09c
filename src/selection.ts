// Which streams and fields a run writes, and how each stream is replicated: the wishes of a catalog and of --select,
// put together with the table. The schemas are always the tap's own.

import {automaticFieldsOf, isSelectedByDefault} from './catalog.js';
import {InputError} from './errors.js';
import {fieldsOf, selectFields} from './fields.js';
import type {GivenEntry, ParsedCatalog, Wish} from './given-catalog.js';
import {globMatcher, LISTED, matchGlobs, noStream, splitTerms, type Term} from './globs.js';
import {showText} from './json.js';
import {type StreamSchema, schemaOf} from './schemas.js';
import {
  type ReplicationMethod,
  replicationMethodOf,
  type StreamDefinition,
  validReplicationKeys,
} from './stream-definition.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

/** A stream as a run is to write it. */
export type SelectedStream = {
  readonly definition: StreamDefinition;
  readonly fullSchema: StreamSchema;
  /** The selected fields only; the keys and the replication keys are always among them. */
  readonly schema: StreamSchema;
  readonly replicationMethod: ReplicationMethod;
  /** Undefined for FULL_TABLE. */
  readonly replicationKey: string | undefined;
  /** What is hidden of its records; undefined where nothing is. */
  readonly mask?: StreamMask;
};

/** What is done to the records of a stream before anybody sees them. */
export type StreamMask = {
  /** The schema of the records as they are written. */
  readonly schema: StreamSchema;
  /** The record as it is written. The one that is given stays as it is. */
  readonly apply: (record: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  /** Tells one mask from another, and does not show the key. */
  readonly fingerprint: string;
};

export type SelectionInput = {
  readonly catalog?: ParsedCatalog;
  /** The value of --select. */
  readonly select?: string;
  /** What there is to choose from; all that every account has, if not given. */
  readonly offer?: readonly StreamDefinition[];
};

export type Selection = {
  readonly streams: readonly SelectedStream[];
  /** Sentences for the log. */
  readonly warnings: readonly string[];
};

/**
 * The streams to sync, in the order of the catalog (without one, of the table), a child right behind its parent.
 * Without a catalog every stream and field is selected. Throws InputError for a term of --select that matches nothing
 * and for a replication method or key that the stream does not have.
 */
export function selectStreams({catalog, select, offer = streams}: SelectionInput): Selection {
  const warnings: string[] = [];
  const candidates = listCandidates(catalog, offer);
  const chosen = new Map(
    candidates.filter(({isSelected}) => isSelected).map(candidate => [candidate, candidate.defaultFields]),
  );
  if (select !== undefined) applyTerms(splitTerms(select, SELECT), candidates, chosen, warnings);

  const unsupported = [...chosen.keys()].filter(({isUnsupported}) => isUnsupported);
  if (unsupported.length > 0) {
    const names = unsupported.map(({definition}) => definition.tapStreamId).join(', ');
    warnings.push(
      `the catalog marks ${names} as unsupported, so they are left out; discover again when rights changed`,
    );
  }
  const selected = candidates.flatMap(candidate => {
    const fields = chosen.get(candidate);
    return fields === undefined || candidate.isUnsupported
      ? []
      : [toSelectedStream(candidate, fields, catalog?.source ?? 'catalog', warnings)];
  });
  return {streams: childrenBehindParents(selected), warnings};
}

/**
 * Tells the streams that `--full-refresh [globs]` means; `true` means all of them. Throws InputError for a glob that
 * matches no stream.
 */
export function fullRefreshMatcher(
  globs: string | true,
  offer: readonly StreamDefinition[] = streams,
): (tapStreamId: string) => boolean {
  if (globs === true) return () => true;
  const source = '--full-refresh';
  const names = offer.map(({tapStreamId}) => tapStreamId);
  const matched = matchGlobs(splitTerms(globs, source), names, source);
  return tapStreamId => matched.has(tapStreamId);
}

const SELECT = '--select';

/** A stream that could be selected. */
type Candidate = {
  readonly definition: StreamDefinition;
  readonly entry: GivenEntry | undefined;
  readonly fullSchema: StreamSchema;
  /** The paths of all its fields. */
  readonly allFields: readonly string[];
  /** The paths that are written when --select says nothing about fields, provided the objects around them are. */
  readonly defaultFields: ReadonlySet<string>;
  readonly isSelected: boolean;
  readonly isUnsupported: boolean;
};

/** The streams of the catalog in its order, and behind them those it does not name. */
function listCandidates(catalog: ParsedCatalog | undefined, offer: readonly StreamDefinition[]): readonly Candidate[] {
  const entries = catalog?.entries ?? [];
  const named = new Set(entries.map(({definition}) => definition));
  return [
    ...entries.map(entry => toCandidate(entry.definition, entry, isStreamSelected(entry.wish))),
    ...offer
      .filter(stream => !named.has(stream))
      .map(stream => toCandidate(stream, undefined, catalog === undefined && isSelectedByDefault(stream))),
  ];
}

function toCandidate(definition: StreamDefinition, entry: GivenEntry | undefined, isSelected: boolean): Candidate {
  const fullSchema = schemaOf(definition);
  const fields = fieldsOf(fullSchema);
  const defaults = new Set<string>();
  const automatic = automaticFieldsOf(definition);
  for (const {path} of fields) {
    // The wishes about the fields of a stream that is not selected are not worth more than that of the stream.
    const wish = (isSelected ? entry?.fields.get(path) : undefined) ?? {};
    if (automatic.includes(path) || isFieldSelected(wish)) defaults.add(path);
  }
  return {
    definition,
    entry,
    fullSchema,
    allFields: fields.map(({path}) => path),
    defaultFields: defaults,
    isSelected,
    isUnsupported: entry?.wish.inclusion === 'unsupported',
  };
}

// A stream has to be asked for (singer-io/getting-started, DISCOVERY_MODE), a field goes with its stream.

function isStreamSelected({selected, selectedByDefault}: Wish): boolean {
  return selected ?? selectedByDefault ?? false;
}

function isFieldSelected({inclusion, selected, selectedByDefault}: Wish): boolean {
  if (inclusion === 'unsupported') return false;
  return inclusion === 'automatic' || (selected ?? selectedByDefault ?? true);
}

// Applies the terms in their order to what is chosen, which a term that adds makes start from nothing.
function applyTerms(
  terms: readonly Term[],
  candidates: readonly Candidate[],
  chosen: Map<Candidate, ReadonlySet<string>>,
  warnings: string[],
): void {
  if (terms.some(term => !term.isNegative)) chosen.clear();
  // The streams that a term has reduced to single fields: further such terms add to them.
  const reduced = new Set<Candidate>();
  for (const term of terms) {
    const dot = term.glob.indexOf('.');
    if (dot === -1) applyStreamTerm(term);
    else applyFieldTerm(term, term.glob.slice(0, dot), term.glob.slice(dot + 1));
  }

  function applyStreamTerm({text, glob, isNegative}: Term): void {
    const found = findCandidates(candidates, text, glob);
    for (const candidate of found) {
      reduced.delete(candidate);
      if (isNegative) chosen.delete(candidate);
      else chosen.set(candidate, candidate.defaultFields);
    }
  }

  function applyFieldTerm({text, isNegative}: Term, streamGlob: string, fieldGlob: string): void {
    const found = findFields(findCandidates(candidates, text, streamGlob), text, fieldGlob);
    const kept: string[] = [];
    for (const [candidate, paths] of found) {
      const before = chosen.get(candidate);
      if (isNegative) {
        if (before === undefined) continue;
        const automatic = automaticFieldsOf(candidate.definition);
        kept.push(...paths.filter(path => automatic.includes(path)).map(path => pathIn(candidate, path)));
        chosen.set(candidate, new Set([...before].filter(path => !paths.some(gone => isInOrAt(path, gone)))));
      } else {
        const added = candidate.allFields.filter(path =>
          paths.some(wanted => isInOrAt(path, wanted) || isInOrAt(wanted, path)),
        );
        chosen.set(candidate, new Set([...(reduced.has(candidate) ? (before ?? []) : []), ...added]));
        reduced.add(candidate);
      }
    }
    if (kept.length > 0) {
      const some = kept.length > 3 ? `${kept.slice(0, 3).join(', ')} and others` : kept.join(', ');
      warnings.push(`${SELECT} "${text}" leaves ${some}: keys and replication keys are always written`);
    }
  }
}

function findCandidates(candidates: readonly Candidate[], text: string, glob: string): readonly Candidate[] {
  const names = candidates.map(({definition}) => definition.tapStreamId);
  const matches = globMatcher(glob);
  const found = candidates.filter(({definition}) => matches(definition.tapStreamId));
  if (found.length > 0) return found;
  throw noStream(SELECT, {text, glob}, names);
}

function findFields(
  candidates: readonly Candidate[],
  text: string,
  glob: string,
): readonly (readonly [Candidate, readonly string[]])[] {
  const matches = globMatcher(glob);
  const found = candidates
    .map(candidate => [candidate, candidate.allFields.filter(matches)] as const)
    .filter(([, paths]) => paths.length > 0);
  if (found.length > 0) return found;
  const names = candidates.flatMap(({allFields}) => allFields);
  throw new InputError(SELECT, `${showText(text, 60)} matches no field${didYouMean(glob, names, LISTED)}`);
}

function isInOrAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`);
}

function pathIn({definition}: Candidate, path: string): string {
  return `${definition.tapStreamId}.${path}`;
}

function toSelectedStream(
  {definition, entry, fullSchema}: Candidate,
  fields: ReadonlySet<string>,
  source: string,
  warnings: string[],
): SelectedStream {
  const automatic = automaticFieldsOf(definition);
  const replicationMethod = chooseMethod(definition, entry, source, warnings);
  return {
    definition,
    fullSchema,
    schema: selectFields(fullSchema, path => fields.has(path) || automatic.includes(path)),
    replicationMethod,
    replicationKey: replicationMethod === 'FULL_TABLE' ? undefined : chooseKey(definition, entry, source),
  };
}

// Tools copy the method and the key that discovery proposed to a second place. Whichever of the two a user changed is
// the wish; with both changed, the metadata holds.

function chooseMethod(
  definition: StreamDefinition,
  entry: GivenEntry | undefined,
  source: string,
  warnings: string[],
): ReplicationMethod {
  const proposed = replicationMethodOf(definition);
  const wanted = entry?.replicationMethods.find(method => method !== proposed) ?? proposed;
  if (wanted === 'FULL_TABLE' || wanted === proposed) return wanted;
  const stream = definition.tapStreamId;
  if (wanted !== 'INCREMENTAL') {
    const choice = proposed === 'FULL_TABLE' ? 'the stream knows FULL_TABLE only' : 'choose INCREMENTAL or FULL_TABLE';
    throw new InputError(
      source,
      `stream ${stream}: there is no replication-method ${JSON.stringify(wanted)}; ${choice}`,
    );
  }
  warnings.push(
    `the stream ${stream} has no replication key, so it is read whole in spite of INCREMENTAL in the catalog`,
  );
  return proposed;
}

function chooseKey(definition: StreamDefinition, entry: GivenEntry | undefined, source: string): string | undefined {
  const proposed = definition.replicationKey;
  const valid = validReplicationKeys(definition);
  const wanted = entry?.replicationKeys.find(key => key !== proposed) ?? proposed;
  if (wanted === undefined || valid.includes(wanted)) return wanted;
  const stream = definition.tapStreamId;
  throw new InputError(
    source,
    `stream ${stream}: ${JSON.stringify(wanted)} is no valid replication-key; choose ${valid.join(' or ')}`,
  );
}

function childrenBehindParents(selected: readonly SelectedStream[]): readonly SelectedStream[] {
  const parentOf = ({definition}: SelectedStream) =>
    selected.find(other => other.definition.tapStreamId === definition.perParent?.tapStreamId);
  const withChildren = (stream: SelectedStream): readonly SelectedStream[] => [
    stream,
    ...selected.filter(other => parentOf(other) === stream).flatMap(withChildren),
  ];
  return selected.filter(stream => parentOf(stream) === undefined).flatMap(withChildren);
}
