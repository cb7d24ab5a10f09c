// The setting `mask` as it was given: which fields are to be hidden, and how. Knows names and patterns; what becomes of a
// value, mask.ts knows.

import {automaticFieldsOf} from './catalog.js';
import {PREFIX} from './custom-fields/columns.js';
import {OBJECT_FIELD} from './custom-fields/stream.js';
import {CUSTOM_OBJECT} from './custom-objects.js';
import {fieldsOf} from './fields.js';
import {globMatcher, LISTED, mayBeginWith} from './globs.js';
import {describe, showText} from './json.js';
import {schemaOf} from './schemas.js';
import type {StreamDefinition} from './stream-definition.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

const ACTIONS = ['hash', 'null', 'drop'] as const;

/** A field becomes a keyed hash, or null, or is not there at all. */
export type MaskAction = (typeof ACTIONS)[number];

/** One entry of the setting. */
export type MaskRule = {
  /** As it was given: `contacts.email`, `*.email`, `contacts.cf_*`. */
  readonly pattern: string;
  readonly matchesStream: (tapStreamId: string) => boolean;
  readonly matchesField: (path: string) => boolean;
  /** Whether it names its fields without `*` and `?`. */
  readonly isExact: boolean;
  /** Whether it names a single field of a single stream. */
  readonly isSingle: boolean;
  readonly action: MaskAction;
};

/** The rules and the key of the hashes. */
export type Mask = {readonly rules: readonly MaskRule[]; readonly key: string};

/** The variable that holds the key of the hashes. It is no setting: who has the config must not have the key with it. */
export const MASK_KEY_VARIABLE = 'TAP_ACTIVECAMPAIGN_MASK_KEY';

const SHORTEST_KEY = 16;

/**
 * Reads the setting. Faults are ends of sentences that begin with its name, each with the way out. Fields that only an
 * account has are taken on trust. `key` is what the environment holds; a key that no rule needs is of no interest.
 */
export function parseMask(
  given: Readonly<Record<string, unknown>>,
  key: string | undefined,
): {readonly mask: Mask | undefined; readonly faults: readonly string[]} {
  const faults: string[] = [];
  const rules: MaskRule[] = [];
  for (const [pattern, value] of Object.entries(given)) {
    const action = ACTIONS.find(each => each === value);
    const rule = toRule(pattern, action ?? 'null');
    const fault = rule === undefined ? faultOfPattern(pattern) : (faultOfAction(pattern, value) ?? faultOfRule(rule));
    if (fault !== undefined) faults.push(fault);
    else if (rule) rules.push(rule);
  }
  const secret = key?.trim() ?? '';
  const keyFault = rules.some(({action}) => action === 'hash') ? faultOfKey(secret) : undefined;
  if (keyFault !== undefined) faults.push(keyFault);
  return {mask: rules.length === 0 ? undefined : {rules, key: secret}, faults};
}

/** What a mask says of a stream's fields. */
export type MaskedFields = {
  /** By path. What is inside a masked field is not mentioned. */
  readonly actions: ReadonlyMap<string, MaskAction>;
  /** The keys and replication keys that rules match and that stay as they are. */
  readonly kept: readonly string[];
  /** Rules that could have matched and did not. */
  readonly idle: readonly MaskRule[];
};

/**
 * What rules say of a stream with fields at these paths, an object before the fields in it. A rule for a single field
 * counts more than one for many; among equals the last one does.
 */
export function maskedFields(
  rules: readonly MaskRule[],
  definition: StreamDefinition,
  paths: readonly string[],
): MaskedFields {
  const own = rules.filter(({matchesStream}) => matchesStream(definition.tapStreamId));
  const automatic = automaticFieldsOf(definition);
  const actions = new Map<string, MaskAction>();
  const kept: string[] = [];
  for (const path of paths) {
    const found = own.filter(({matchesField}) => matchesField(path));
    const rule = found.findLast(({isSingle}) => isSingle) ?? found.at(-1);
    if (rule === undefined || isInside(path, actions)) continue;
    if (automatic.includes(path)) kept.push(path);
    else actions.set(path, rule.action);
  }
  return {actions, kept, idle: own.filter(({matchesField}) => !paths.some(matchesField))};
}

function isInside(path: string, actions: ReadonlyMap<string, MaskAction>): boolean {
  return path.split('.').some((_, index, names) => index > 0 && actions.has(names.slice(0, index).join('.')));
}

function toRule(pattern: string, action: MaskAction): MaskRule | undefined {
  const [, stream, field] = /^([^.\s]+)\.(\S+)$/.exec(pattern.trim()) ?? [];
  if (stream === undefined || field === undefined || pattern.includes('!')) return undefined;
  const isExact = !/[*?]/.test(field);
  return {
    pattern: pattern.trim(),
    matchesStream: globMatcher(stream),
    matchesField: globMatcher(field),
    isExact,
    isSingle: isExact && !/[*?]/.test(stream),
    action,
  };
}

function faultOfPattern(pattern: string): string {
  return `${shorten(pattern)} names no field; write <stream>.<field>, such as contacts.email or *.email`;
}

function faultOfAction(pattern: string, value: unknown): string | undefined {
  if (ACTIONS.some(each => each === value)) return undefined;
  const shown = typeof value === 'string' ? shorten(value) : value === null ? 'null without quotes' : describe(value);
  const guess = typeof value === 'string' ? didYouMean(value, ACTIONS) : '';
  return `${shorten(pattern)} must be "hash", "null" or "drop", not ${shown}${guess}`;
}

function faultOfRule(rule: MaskRule): string | undefined {
  const {pattern, matchesStream, matchesField, isExact} = rule;
  const [stream = '', field = ''] = [pattern.slice(0, pattern.indexOf('.')), pattern.slice(pattern.indexOf('.') + 1)];
  const matching = streams.filter(({tapStreamId}) => matchesStream(tapStreamId));
  const mayBeOwn = mayBeginWith(stream, CUSTOM_OBJECT);
  if (matching.length === 0 && !mayBeOwn) {
    const names = streams.map(({tapStreamId}) => tapStreamId);
    return `${shorten(pattern)} matches no stream${didYouMean(stream, names, LISTED)}`;
  }
  const withFields = matching.map(definition => ({definition, paths: pathsOf(definition)}));
  const isCustom = matching.some(({customFields}) => customFields) && mayBeCustom(field);
  if (!mayBeOwn && !isCustom && !withFields.some(({paths}) => paths.some(matchesField))) {
    const paths = withFields.flatMap(each => each.paths);
    return `${shorten(pattern)} matches no field${didYouMean(field, paths, LISTED)}`;
  }
  const keyed = matching.filter(definition => automaticFieldsOf(definition).includes(field));
  if (!isExact || keyed.length === 0) return undefined;
  const [first] = keyed.map(({tapStreamId}) => `${tapStreamId}.${field}`);
  return `${shorten(pattern)} cannot be: ${first} is a key or a replication key, by which rows are loaded and found again; take the rule out`;
}

function pathsOf(definition: StreamDefinition): readonly string[] {
  return fieldsOf(schemaOf(definition)).map(({path}) => path);
}

/** Whether a glob may mean a column that the custom fields of an account make, or what is in their object. */
function mayBeCustom(field: string): boolean {
  return mayBeginWith(field, PREFIX) || mayBeginWith(field, `${OBJECT_FIELD}.`) || field === OBJECT_FIELD;
}

function faultOfKey(key: string): string | undefined {
  const wayOut = 'make one with: openssl rand -hex 32';
  if (key === '') {
    return `"hash" needs a key in the environment variable ${MASK_KEY_VARIABLE}; ${wayOut}`;
  }
  return key.length < SHORTEST_KEY
    ? `the key in ${MASK_KEY_VARIABLE} is shorter than ${SHORTEST_KEY} letters, and could be guessed; ${wayOut}`
    : undefined;
}

/** Patterns are longer than most that people write. */
function shorten(text: string): string {
  return showText(text, 80);
}
