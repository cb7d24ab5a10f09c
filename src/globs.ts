// Patterns on the command line: terms separated by commas, `*` for any letters, `?` for one, `!` to take away.

import {InputError} from './errors.js';
import {didYouMean} from './suggest.js';

/** One term: the glob, and whether it takes away what it matches. */
export type Term = {readonly text: string; readonly glob: string; readonly isNegative: boolean};

/** The terms of a list such as `contacts,deal*,!deal_activities`. Throws InputError when there are none. */
export function splitTerms(list: string, source: string): readonly Term[] {
  const terms = list
    .split(',')
    .map(text => text.trim())
    .filter(text => text !== '')
    .map(text => ({text, glob: text.replace(/^!\s*/, ''), isNegative: text.startsWith('!')}));
  if (terms.length === 0) throw new InputError(source, 'names nothing; give patterns such as contacts,deal*');
  return terms;
}

/** Where to look, when no name is near to what was written. */
export const LISTED = '; --discover prints all streams and fields';

/** Whether a name fits a glob. */
export function globMatcher(glob: string): (name: string) => boolean {
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
    if (found.length === 0) {
      throw new InputError(source, `"${text}" matches no stream${didYouMean(glob, names, LISTED)}`);
    }
    for (const name of found) {
      if (isNegative) matched.delete(name);
      else matched.add(name);
    }
  }
  return matched;
}
