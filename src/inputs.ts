// The files that a run is given, read and checked.

import {parseConfig} from './config.js';
import {readJsonFile, readTextFile} from './files.js';
import {catalogFileOf, type Flags} from './flags.js';
import type {GivenCatalog} from './given-catalog.js';
import type {Surroundings} from './session.js';
import {parseState, readStateText} from './state.js';

/** The config, of its files and the environment. Throws InputError that names every fault. */
export function readConfig({config: files}: Flags, {env, version}: Pick<Surroundings, 'env' | 'version'>) {
  const named = files.filter(file => file !== 'ENV');
  return parseConfig({files: named.map(file => ({source: file, value: readJsonFile(file, 'config')})), env, version});
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
