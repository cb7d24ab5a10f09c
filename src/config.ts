// From config files and environment to a Config: merges, validates, and reports every fault at once. The settings
// themselves are data (settings.ts).

import {Ajv} from 'ajv';
import {type ApiAddress, isLocal, parseApiUrl} from './api-url.js';
import {Faults, type SettingFault} from './config-faults.js';
import {parseInstant} from './dates.js';
import {InputError} from './errors.js';
import {type FiltersByStream, parseFilters} from './filters.js';
import {
  type ConfigFile,
  coerceSetting,
  type Environment,
  type Given,
  mergeSettings,
  variableOf,
} from './given-settings.js';
import {describe, showText} from './json.js';
import type {LogLevel} from './logger.js';
import {MASK_KEY_VARIABLE, type Mask, parseMask} from './mask-rules.js';
import {createRedactor} from './redaction.js';
import {settings, settingsSchema} from './settings.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';
import {faultOfToken, readTokenFile, warnIfPublic} from './token.js';
import {isZone} from './zone-offsets.js';

/** What a run is told. */
export type Config = {
  /** The account and its key, or the options of the simulator (`sandbox:…`). */
  readonly api: {readonly url: string; readonly token: string} | {readonly sandbox: string};
  /** UTC, with six decimals. */
  readonly startDate: string;
  readonly userAgent: string;
  readonly requestTimeoutSeconds: number;
  /** 0 means no limit. */
  readonly requestsPerSecond: number;
  readonly maxConcurrentRequests: number;
  readonly maxRetries: number;
  readonly pageSize: number;
  /** See `lookbackOf`. */
  readonly lookbackSeconds: NumberByStream;
  /** See `fullRefreshDaysOf`. */
  readonly fullRefreshDays: NumberByStream | undefined;
  readonly emitActivateVersionMessages: boolean;
  readonly naiveTimezone: string;
  /** Whether custom field values come in their own streams only, or also as columns or in an object. */
  readonly customFields: 'rows' | 'columns' | 'object';
  /** See `filtersOf`. */
  readonly filters: FiltersByStream;
  /** Which fields are hidden, and how; undefined where none is. */
  readonly mask: Mask | undefined;
  readonly failFast: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: 'text' | 'json';
  /** Where the run report goes, if anywhere. */
  readonly reportFile: string | undefined;
  /** The file in which the key is kept. */
  readonly tokenFile: string | undefined;
};

/** What must not be shown anywhere. */
export function secretsOf({api, mask}: Config): readonly string[] {
  return ['token' in api ? api.token : '', mask?.key ?? ''].filter(secret => secret !== '');
}

/** A number for every stream, or for some by tap_stream_id. */
export type NumberByStream = number | Readonly<Record<string, number>>;

export type ConfigInput = {
  /** Later files win. */
  readonly files: readonly ConfigFile[];
  readonly env: Environment;
  /** The version of the tap. */
  readonly version: string;
};

/** The lookback of one stream, in seconds. */
export function lookbackOf(lookbackSeconds: Config['lookbackSeconds'], tapStreamId: string): number {
  return numberOf(lookbackSeconds, tapStreamId) ?? 0;
}

/** How old the last whole read of one stream may be, in days; undefined where it may be of any age. */
export function fullRefreshDaysOf(fullRefreshDays: Config['fullRefreshDays'], tapStreamId: string): number | undefined {
  return numberOf(fullRefreshDays, tapStreamId);
}

function numberOf(numbers: NumberByStream | undefined, tapStreamId: string): number | undefined {
  return typeof numbers === 'object' ? numbers[tapStreamId] : numbers;
}

/**
 * Merges the files (later ones win) and the environment variables TAP_ACTIVECAMPAIGN_<KEY> (which win over all files)
 * and checks every setting. Null and blank text mean "not set". Warnings are sentences about what was ignored.
 * Throws one InputError that names all faults, separated by "; ", each with its key and the way out.
 */
export function parseConfig(input: ConfigInput): {
  readonly config: Config;
  readonly warnings: readonly string[];
} {
  const {config, faults, warnings} = examineConfig(input);
  if (config === undefined || faults.length > 0) {
    const sources = input.files.map(({source}) => source).join(', ');
    throw new InputError(sources === '' ? 'environment' : sources, faults.map(({sentence}) => sentence).join('; '));
  }
  return {config, warnings};
}

/**
 * As parseConfig, but gives the faults one by one. The config then is what is left when the settings that are wrong are
 * left out; undefined where the account or its key is among them. Throws InputError for a file that holds no object.
 */
export function examineConfig({files, env, version}: ConfigInput): {
  readonly config: Config | undefined;
  /** Where the account is, also where there is no config without its key; undefined where that is wrong. */
  readonly address: ApiAddress | undefined;
  readonly faults: readonly SettingFault[];
  readonly warnings: readonly string[];
} {
  const {given, warnings: ofSettings} = mergeSettings(files, env);
  const nameOf = files.length === 0 ? variableOf : (name: string) => name;
  const faults = new Faults(given, nameOf);
  const raw = validate(given, faults);
  const config = interpret(raw, {env, version}, faults);
  // A message shows what was given; somebody may have given the token twice.
  const token = given.get('api_token')?.value;
  const hide = createRedactor([...(typeof token === 'string' ? [token.trim()] : []), ...faults.secrets]);
  const {api_token_file: tokenFile} = raw;
  const isTokenRead = tokenFile !== undefined && config !== undefined && 'url' in config.api;
  const warnings = [...ofSettings, ...(isTokenRead ? warnIfPublic(tokenFile) : [])];
  const told = faults.list().map(({setting, sentence}) => ({setting, sentence: hide(sentence)}));
  const url = given.get('api_url')?.value;
  const parsed = typeof url === 'string' ? parseApiUrl(url) : undefined;
  const address = parsed && !('fault' in parsed) ? parsed : undefined;
  if (told.length === 0) return {config, address, faults: [], warnings};
  const right = new Map([...given].filter(([name]) => !told.some(({setting}) => setting === name)));
  const further = new Faults(right, nameOf);
  const rest = interpret(validate(right, further), {env, version}, further);
  return {config: further.list().length === 0 ? rest : undefined, address, faults: told, warnings};
}

/** The settings once the JSON Schema has passed; the defaults are filled in. */
type RawConfig = {
  readonly api_url?: string;
  readonly api_token?: string;
  readonly api_token_file?: string;
  readonly start_date: string;
  readonly user_agent: string;
  readonly request_timeout: number;
  readonly requests_per_second: number;
  readonly max_concurrent_requests: number;
  readonly max_retries: number;
  readonly page_size: number;
  readonly lookback_seconds: NumberByStream;
  readonly full_refresh_days?: NumberByStream;
  readonly emit_activate_version_messages: boolean;
  readonly naive_timezone: string;
  readonly custom_fields: 'rows' | 'columns' | 'object';
  readonly filters?: Readonly<Record<string, unknown>>;
  readonly mask?: Readonly<Record<string, unknown>>;
  readonly fail_fast: boolean;
  readonly log_level: LogLevel | 'warning' | 'critical';
  readonly log_format: 'text' | 'json';
  readonly report_file?: string;
};

// A setting that fails is reported and replaced by its default, so that the checks behind see the others.
function validate(given: ReadonlyMap<string, Given>, faults: Faults): RawConfig {
  // A test holds the schema to its meta-schema, which every run would have to compile for that.
  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    useDefaults: true,
    meta: false,
    validateSchema: false,
  });
  // Whether api_url is there is asked later, together with what it says.
  const isRawConfig = ajv.compile<RawConfig>({...settingsSchema, required: []});
  const values: Record<string, unknown> = {};
  for (const {name, schema} of settings) {
    const value = coerceSetting(given.get(name)?.value, schema);
    // Old configs say 0 where they mean the default time-out.
    if (value !== undefined && !(name === 'request_timeout' && value === 0)) values[name] = value;
  }
  if (isRawConfig(values)) return values;
  for (const {name, wanted} of settings) {
    if (!isRawConfig.errors?.some(({instancePath}) => instancePath.split('/')[1] === name)) continue;
    faults.refuse(name, `must be ${wanted}${name.startsWith('api_') ? '' : `, not ${show(given.get(name)?.value)}`}`);
    delete values[name];
  }
  if (isRawConfig(values)) return values;
  throw new Error('the defaults of the settings do not fit their own schema');
}

// What the JSON Schema cannot say. Undefined when there is no usable account, which is then among the faults.
function interpret(
  raw: RawConfig,
  {env, version}: Pick<ConfigInput, 'env' | 'version'>,
  faults: Faults,
): Config | undefined {
  const address = readAddress(raw, faults);
  const token = address !== undefined && 'sandbox' in address ? undefined : readToken(raw, faults);
  const startDate = parseInstant(raw.start_date);
  if (startDate === undefined) {
    faults.add(
      'start_date',
      `must be a date-time with its zone, such as 2024-01-01T00:00:00Z, not ${show(raw.start_date)}`,
    );
  }
  const userAgent = raw.user_agent.trim().replace('<version>', version);
  if (!/^[\x20-\x7E]+$/.test(userAgent)) {
    faults.add('user_agent', 'must be plain printable ASCII text, because it travels as an HTTP header');
  }
  if (raw.requests_per_second === 0 && address !== undefined && !isLocal(address)) {
    faults.add(
      'requests_per_second',
      'must be above 0; 0 (no limit) is for loopback and sandbox: only, since the API allows 5 a second',
    );
  }
  if (!isZone(raw.naive_timezone)) {
    faults.add(
      'naive_timezone',
      `must be the name of a time zone, such as America/Chicago or UTC, not ${show(raw.naive_timezone)}`,
    );
  }
  checkStreamNames('lookback_seconds', raw.lookback_seconds, faults);
  checkStreamNames('full_refresh_days', raw.full_refresh_days, faults);
  const {filters, faults: ofFilters} = parseFilters(raw.filters ?? {}, token ?? raw.api_token?.trim());
  for (const fault of ofFilters) faults.add('filters', fault);
  const {mask, faults: ofMask} = parseMask(raw.mask ?? {}, env[MASK_KEY_VARIABLE]);
  for (const fault of ofMask) faults.add('mask', fault);
  if (address === undefined || startDate === undefined) return undefined;
  return {
    api: 'sandbox' in address ? address : {url: address.url, token: token ?? ''},
    startDate,
    userAgent,
    requestTimeoutSeconds: raw.request_timeout,
    requestsPerSecond: raw.requests_per_second,
    maxConcurrentRequests: raw.max_concurrent_requests,
    maxRetries: raw.max_retries,
    pageSize: raw.page_size,
    lookbackSeconds: raw.lookback_seconds,
    fullRefreshDays: raw.full_refresh_days,
    emitActivateVersionMessages: raw.emit_activate_version_messages,
    naiveTimezone: raw.naive_timezone,
    customFields: raw.custom_fields,
    filters,
    mask,
    failFast: raw.fail_fast,
    logLevel: raw.log_level === 'warning' ? 'warn' : raw.log_level === 'critical' ? 'fatal' : raw.log_level,
    logFormat: raw.log_format,
    reportFile: raw.report_file,
    tokenFile: raw.api_token_file,
  };
}

function readAddress(raw: RawConfig, faults: Faults): ApiAddress | undefined {
  if (raw.api_url === undefined) {
    faults.add('api_url', 'is missing; copy the URL from Settings > Developer, such as https://ACCOUNT.api-us1.com');
    return undefined;
  }
  const address = parseApiUrl(raw.api_url);
  if (!('fault' in address)) return address;
  faults.add('api_url', address.fault);
  return undefined;
}

function readToken({api_token: given, api_token_file: file}: RawConfig, faults: Faults): string | undefined {
  if (given !== undefined && file !== undefined) {
    faults.add('api_token_file', `is given beside ${faults.nameOf('api_token')}; keep one of the two`);
    return undefined;
  }
  if (given === undefined && file === undefined && faults.isRefused('api_token_file')) return undefined;
  const setting = file === undefined ? 'api_token' : 'api_token_file';
  const found = file === undefined ? {token: given?.trim()} : readTokenFile(file);
  const token = 'fault' in found ? undefined : found.token;
  if (token !== undefined) faults.secrets.push(token);
  const fault = 'fault' in found ? found.fault : faultOfToken(token);
  const isOfContent = file !== undefined && !('fault' in found);
  if (fault !== undefined) faults.add(setting, isOfContent ? `${file} ${fault}` : fault);
  return fault === undefined ? token : undefined;
}

function checkStreamNames(setting: string, value: NumberByStream | undefined, faults: Faults): void {
  if (typeof value !== 'object') return;
  const names = streams.map(({tapStreamId}) => tapStreamId);
  for (const name of Object.keys(value).filter(name => !names.includes(name))) {
    faults.add(setting, `there is no stream ${show(name)}${didYouMean(name, names)}`);
  }
}

function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return describe(value);
  return showText(value.trim());
}
