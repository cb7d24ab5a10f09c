// Where settings come from: config files, later ones over earlier ones, and the environment over all of them; and what
// a value sent as text was meant to be. Knows names and types, not what a setting is for.

import {InputError} from './errors.js';
import {describe, isObject} from './json.js';
import {MASK_KEY_VARIABLE} from './mask-rules.js';
import {aliases, type SettingSchema, settings} from './settings.js';
import {didYouMean} from './suggest.js';

/** A config file as read: its name, for messages, and its JSON. */
export type ConfigFile = {readonly source: string; readonly value: unknown};

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value as given, and the name that a message uses for it. */
export type Given = {readonly value: unknown; readonly label: string};

/**
 * The settings that are set, by name. Null and blank text in a file unset what an earlier file says; in the
 * environment they say nothing. Warnings tell of unknown keys. Throws InputError for a file that holds no object.
 */
export function mergeSettings(
  files: readonly ConfigFile[],
  env: Environment,
): {readonly given: ReadonlyMap<string, Given>; readonly warnings: readonly string[]} {
  const layers = [...files.map(file => layerOfFile(file, files.length > 1)), ...layersOfEnv(env)];
  const given = new Map<string, Given>();
  const warnings: string[] = [];
  for (const layer of layers) {
    // Aliases first, so that the setting's own name wins within one layer.
    for (const wanted of ['alias', 'name']) {
      for (const {key, value, label} of layer) {
        const alias = Object.hasOwn(aliases, key) ? aliases[key] : undefined;
        if ((wanted === 'alias') !== (alias !== undefined)) continue;
        const name = alias ?? key;
        if (names.includes(name)) given.set(name, {value, label});
        else warnings.push(`the setting ${label} is unknown and ignored${didYouMean(key, names)}`);
      }
    }
  }
  const set = [...given].filter(([, {value}]) => !isBlank(value));
  // LOGLEVEL comes first in the list, so whatever was written for this tap takes its place.
  return {given: new Map([...generalLogLevel(env), ...set]), warnings};
}

/** What a setting's value was meant to be: Meltano and the environment send text, whatever the type. */
export function coerceSetting(value: unknown, schema: SettingSchema): unknown {
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (isObject(value)) {
    const inner = schema.additionalProperties?.type;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, inner === undefined ? item : coerceScalar(item, [inner])]),
    );
  }
  if (typeof value === 'string' && types.includes('object') && value.trim().startsWith('{')) {
    try {
      return coerceSetting(JSON.parse(value), schema);
    } catch {
      // The validator says what is wanted instead.
      return value;
    }
  }
  const scalar = coerceScalar(value, types);
  return typeof scalar === 'string' && schema.enum ? scalar.trim().toLowerCase() : scalar;
}

/** The environment variable of a setting. */
export function variableOf(setting: string): string {
  return ENV_PREFIX + setting.toUpperCase();
}

const ENV_PREFIX = 'TAP_ACTIVECAMPAIGN_';
const names = settings.map(({name}) => name);

type Layer = readonly {readonly key: string; readonly value: unknown; readonly label: string}[];

function layerOfFile({source, value}: ConfigFile, isOneOfMany: boolean): Layer {
  if (!isObject(value)) throw new InputError(source, `must hold a JSON object ({…}), not ${describe(value)}`);
  return Object.entries(value).map(([key, value]) => ({key, value, label: isOneOfMany ? `${key} (${source})` : key}));
}

function layersOfEnv(env: Environment): readonly Layer[] {
  const variables = Object.entries(env)
    .filter(([label, value]) => label.startsWith(ENV_PREFIX) && !isBlank(value))
    .map(([label, value]) => ({key: label.slice(ENV_PREFIX.length).toLowerCase(), value, label}))
    // Meltano sets its own extras (TAP_ACTIVECAMPAIGN__SELECT …) on every run; nobody could act on a warning.
    // The key of the hashes is no setting, but a secret beside them.
    .filter(({key, label}) => !key.startsWith('_') && label !== MASK_KEY_VARIABLE);
  const isLogLevel = ({key}: {readonly key: string}) => key === 'loglevel';
  return [
    // The Meltano SDK's spelling of log_level.
    variables.filter(isLogLevel).map(variable => ({...variable, key: 'log_level'})),
    variables.filter(variable => !isLogLevel(variable)),
  ];
}

// LOGLEVEL speaks to every program on the machine: a level that only others know is no fault.
function generalLogLevel(env: Environment): readonly (readonly [string, Given])[] {
  const value = env['LOGLEVEL']?.trim().toLowerCase() ?? '';
  const levels = settings.find(({name}) => name === 'log_level')?.schema.enum;
  return levels?.includes(value) ? [['log_level', {value, label: 'LOGLEVEL'}]] : [];
}

function coerceScalar(value: unknown, types: readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  const isNumber = types.includes('number') || types.includes('integer');
  if (isNumber && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return Number(text);
  if (types.includes('boolean') && /^(true|1)$/i.test(text)) return true;
  if (types.includes('boolean') && /^(false|0)$/i.test(text)) return false;
  return value;
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '');
}
