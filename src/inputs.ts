// The files that a run is given, read and checked.

import {type Config, parseConfig, secretsOf} from './config.js';
import {readJsonFile, readTextFile} from './files.js';
import {catalogFileOf, type Flags} from './flags.js';
import type {GivenCatalog} from './given-catalog.js';
import {checkReportFile} from './report-file.js';
import type {Surroundings} from './session.js';
import {parseState, readStateText} from './state.js';
import {warnIfPublic} from './token.js';

/**
 * The config, of its files and the environment. Warnings tell, besides what the settings are warned of, of files that
 * show a key to everybody. Throws InputError that names every fault.
 */
export function readConfig(
  {config}: Pick<Flags, 'config'>,
  {env, version, onSecrets}: Pick<Surroundings, 'env' | 'version' | 'onSecrets'>,
): ReturnType<typeof parseConfig> {
  const files = config
    .filter(file => file !== 'ENV')
    .map(file => ({source: file, value: readJsonFile(file, 'config')}));
  // Even where the settings are wrong, the complaint must not hold one of them.
  for (const {value} of files) onSecrets(tokensIn(value));
  const parsed = parseConfig({files, env, version});
  onSecrets(secretsOf(parsed.config));
  return {config: parsed.config, warnings: [...parsed.warnings, ...warningsOfShown(files)]};
}

/** Sentences about the config files that show a key to everybody. */
export function warningsOfShown(files: readonly {readonly source: string; readonly value: Json}[]): readonly string[] {
  return files.filter(({value}) => tokensIn(value).length > 0).flatMap(({source}) => warnIfPublic(source));
}

type Json = Readonly<Record<string, unknown>>;

/** What a config file holds as the key, under any of its names. */
export function tokensIn({api_token: token, api_key: key}: Json): readonly string[] {
  return [token, key].filter(value => typeof value === 'string').filter(value => value.trim() !== '');
}

/** The state of the last run; an empty one where none was given. Throws InputError when it cannot be read. */
export function readState(file: string | undefined) {
  if (file === undefined) return parseState(undefined, '--state');
  return parseState(readStateText(readTextFile(file, 'state'), file), file);
}

/** The catalog; undefined where none was given. Throws InputError when it cannot be read. */
export function readCatalog(flags: Flags): GivenCatalog | undefined {
  const source = catalogFileOf(flags);
  return source === undefined ? undefined : {source, value: readJsonFile(source, 'catalog')};
}

/** Throws InputError when the report of a sync could not be written, or would take the place of one of its inputs. */
export function checkReport(flags: Flags, {reportFile, tokenFile}: Pick<Config, 'reportFile' | 'tokenFile'>): void {
  if (reportFile === undefined) return;
  const inputs = [...flags.config, catalogFileOf(flags), flags.state, tokenFile];
  checkReportFile(
    reportFile,
    inputs.filter(input => input !== undefined),
  );
}
