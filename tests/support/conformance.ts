// The one check through which every end-to-end run passes: what targets demand of a tap's output.

import {Ajv, type ValidateFunction} from 'ajv';
import addFormats from 'ajv-formats';
import type {TapResult} from './tap.js';

export type ParsedRecord = {
  readonly stream: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly version?: number;
  readonly time_extracted: string;
};

export type ParsedSchema = {
  readonly stream: string;
  readonly schema: {readonly properties: Readonly<Record<string, unknown>>};
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
};

/** A run's output, taken apart. */
export type Output = {
  readonly schemas: ReadonlyMap<string, ParsedSchema>;
  readonly records: readonly ParsedRecord[];
  /** The records of one stream. */
  readonly of: (stream: string) => readonly Readonly<Record<string, unknown>>[];
  readonly states: readonly Record<string, unknown>[];
  readonly state: Record<string, unknown>;
  /** Stream -> the version that its ACTIVATE_VERSION names. */
  readonly activated: ReadonlyMap<string, number>;
};

export type ConformanceOptions = {
  /** A run that was broken off need not end on a STATE, and its last line may be of any kind. */
  readonly isBrokenOff?: boolean;
};

/**
 * Throws an Error that says which rule a run's stdout and stderr break, else gives the messages:
 * whole JSON lines of known types; SCHEMA before RECORD, once a stream; streams not interleaved; records valid against
 * their schema, with all its fields and no others; keys present, not null and once a run; the records of a stream all of
 * one version or of none; ACTIVATE_VERSION once a stream, of that version, behind its last record; STATE an object, the
 * last line of a run; no line on stderr that a runner could take for a state.
 */
export function checkConformance(result: TapResult, {isBrokenOff = false}: ConformanceOptions = {}): Output {
  const ajv = new Ajv({strict: true, allowUnionTypes: true, validateFormats: true});
  addFormats.default(ajv);
  const schemas = new Map<string, ParsedSchema & {readonly validate: ValidateFunction; readonly fields: string}>();
  const records: ParsedRecord[] = [];
  const states: Record<string, unknown>[] = [];
  const keys = new Map<string, Set<string>>();
  const versions = new Map<string, number | undefined>();
  const activated = new Map<string, number>();
  let current: string | undefined;
  let lastType = '';

  const fail = (line: number, what: string): never => {
    throw new Error(`line ${line + 1} of stdout: ${what}`);
  };

  if (result.stdout !== '' && !result.stdout.endsWith('\n')) throw new Error('stdout does not end on a whole line');
  for (const [index, line] of result.stdout.split('\n').slice(0, -1).entries()) {
    const message = JSON.parse(line);
    lastType = message.type;
    switch (message.type) {
      case 'SCHEMA': {
        if (schemas.has(message.stream)) fail(index, `a second SCHEMA of ${message.stream}`);
        const fields = Object.keys(message.schema.properties);
        for (const key of [...message.key_properties, ...(message.bookmark_properties ?? [])]) {
          if (!fields.includes(key)) fail(index, `${message.stream}.${key} is a key and not in the schema`);
        }
        if (message.key_properties.length === 0) fail(index, `${message.stream} has no key`);
        schemas.set(message.stream, {...message, validate: ajv.compile(message.schema), fields: fields.sort().join()});
        current = message.stream;
        break;
      }
      case 'RECORD': {
        const schema = schemas.get(message.stream) ?? fail(index, `a RECORD of ${message.stream} before its SCHEMA`);
        if (message.stream !== current) fail(index, `a RECORD of ${message.stream} among those of ${current}`);
        if (!schema.validate(message.record))
          fail(index, `${message.stream}: ${ajv.errorsText(schema.validate.errors)}`);
        const fields = Object.keys(message.record).sort().join();
        if (fields !== schema.fields) fail(index, `${message.stream} has the fields ${fields}, not ${schema.fields}`);
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(message.time_extracted)) fail(index, 'time_extracted');
        const key = JSON.stringify(schema.key_properties.map(property => message.record[property]));
        if (key.includes('null')) fail(index, `${message.stream}: a key is null`);
        const seen = keys.get(message.stream) ?? new Set<string>();
        if (seen.has(key)) fail(index, `${message.stream}: the key ${key} came twice`);
        keys.set(message.stream, seen.add(key));
        if (activated.has(message.stream)) fail(index, `a RECORD of ${message.stream} behind its ACTIVATE_VERSION`);
        if (message.version !== undefined) checkVersion(message.version, what => fail(index, what));
        if (versions.has(message.stream) && versions.get(message.stream) !== message.version) {
          fail(index, `${message.stream} has records of the version ${message.version} among others`);
        }
        versions.set(message.stream, message.version);
        checkTexts(message.record, what => fail(index, `${message.stream}: ${what}`));
        records.push(message);
        break;
      }
      case 'ACTIVATE_VERSION': {
        const {stream, version} = message;
        if (stream !== current) fail(index, `an ACTIVATE_VERSION of ${stream} behind the SCHEMA of ${current}`);
        if (activated.has(stream)) fail(index, `a second ACTIVATE_VERSION of ${stream}`);
        checkVersion(version, what => fail(index, what));
        if (versions.has(stream) && versions.get(stream) !== version) {
          fail(index, `ACTIVATE_VERSION ${version} of ${stream}, whose records have ${versions.get(stream)}`);
        }
        activated.set(stream, version);
        break;
      }
      case 'STATE':
        if (typeof message.value !== 'object' || message.value === null) fail(index, 'STATE is no object');
        if (JSON.stringify(message.value).includes('undefined')) fail(index, 'STATE holds undefined');
        states.push(message.value);
        break;
      default:
        fail(index, `a message of type ${message.type}`);
    }
  }
  if (!isBrokenOff && lastType !== 'STATE') throw new Error(`the last line is ${lastType || 'missing'}, not STATE`);
  for (const line of result.stderr.split('\n')) {
    if (/^\s*\{.*"bookmarks"/.test(line) && 'bookmarks' in JSON.parse(line)) throw new Error('stderr holds a state');
  }
  return {
    schemas,
    records,
    of: stream => records.filter(message => message.stream === stream).map(({record}) => record),
    states,
    state: states.at(-1) ?? {},
    activated,
  };
}

/** Targets store a version as a whole number, and take the higher one for the newer. */
function checkVersion(version: unknown, fail: (what: string) => never): void {
  if (!Number.isSafeInteger(version) || Number(version) <= 0) fail(`the version ${JSON.stringify(version)}`);
}

/** Targets crash on U+0000 and on lone surrogates, and on dates that are not normalised. */
function checkTexts(value: unknown, fail: (what: string) => never): void {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
    fail('a text with U+0000 or half a pair');
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) checkTexts(part, fail);
}
