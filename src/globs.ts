// Patterns on the command line: terms separated by commas, `*` for any letters, `?` for one, `!` to take away, and
// `@name` for the streams of a ready selection.

import {InputError} from './errors.js';
import {showText} from './json.js';
import {presets} from './presets.js';
import {didYouMean} from './suggest.js';

/** One term: the glob, and whether it takes away what it matches. */
export type Term = {readonly text: string; readonly glob: string; readonly isNegative: boolean};

/**
 * The terms of a list such as `contacts,@crm,!deal*`. Throws InputError when there are none, and for a ready selection
 * that there is not.
 */
export function splitTerms(list: string, source: string): readonly Term[] {
  const terms = list
    .split(',')
    .map(text => text.trim())
    .filter(text => text !== '')
    .map(text => ({text, glob: text.replace(/^!\s*/, ''), isNegative: text.startsWith('!')}));
  if (terms.length === 0) throw new InputError(source, 'names nothing; give patterns such as contacts,deal*');
  for (const {text, glob} of terms) {
    const [name = ''] = glob.split('.');
    if (!name.startsWith('@') || PRESET_NAMES.includes(name)) continue;
    const guess = didYouMean(name, PRESET_NAMES, `; there are ${PRESET_NAMES.join(', ')}`);
    throw new InputError(source, `${showText(text, 60)} names no ready selection${guess}`);
  }
  return terms;
}

/** How the ready selections are called here. */
export const PRESET_NAMES: readonly string[] = Object.keys(presets).map(name => `@${name}`);

/** Where to look, when no name is near to what was written. */
export const LISTED = '; --discover prints all streams and fields';

/** Whether a name fits a glob, or is that of a stream in the ready selection that the glob names. */
export function globMatcher(glob: string): (name: string) => boolean {
  const preset = PRESET_NAMES.includes(glob) ? presets[glob.slice(1)] : undefined;
  if (preset) return name => preset.streams.includes(name);
  const pattern = glob
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${pattern}$`);
  return name => expression.test(name);
}

/** Whether a glob may fit a name that begins so, and goes on. */
export function mayBeginWith(glob: string, beginning: string): boolean {
  const wildcard = glob.search(/[*?]/);
  const fixed = wildcard === -1 ? glob : glob.slice(0, wildcard);
  return fixed.startsWith(beginning) || (wildcard !== -1 && beginning.startsWith(fixed));
}

/**
 * The names that a list of terms leaves, applied in order. Without a term that adds, all names are there to begin with.
 * Throws InputError, in the name of `source`, for a term that matches no name.
 */
export function matchGlobs(terms: readonly Term[], names: readonly string[], source: string): ReadonlySet<string> {
  const matched = new Set(terms.every(term => term.isNegative) ? names : []);
  for (const {text, glob, isNegative} of terms) {
    const found = names.filter(globMatcher(glob));
    if (found.length === 0) throw noStream(source, {text, glob}, names);
    for (const name of found) {
      if (isNegative) matched.delete(name);
      else matched.add(name);
    }
  }
  return matched;
}

/** The complaint, in the name of `source`, about a term whose glob fits none of the names of streams. */
export function noStream(
  source: string,
  {text, glob}: Pick<Term, 'text' | 'glob'>,
  names: readonly string[],
): InputError {
  return new InputError(
    source,
    `${showText(text, 60)} matches no stream${didYouMean(glob, [...names, ...PRESET_NAMES], LISTED)}`,
  );
}
