// What the callers of the library give, checked as the command line checks its flags: they may write JavaScript, where
// no compiler does.

import {InputError} from './errors.js';
import {describe, isObject, showText} from './json.js';
import {didYouMean} from './suggest.js';

type Check = readonly [isRight: (value: unknown) => boolean, wanted: string];

const isFunction = (value: unknown) => typeof value === 'function';
const isTerms = (value: unknown) =>
  typeof value === 'string' || (Array.isArray(value) && value.every(term => typeof term === 'string'));

const COMMON: Readonly<Record<string, Check>> = {
  // What is in them is looked at by those who read them.
  config: [() => true, ''],
  env: [isObject, 'an object of variables, such as process.env'],
  signal: [value => value instanceof AbortSignal, 'an AbortSignal'],
  log: [isFunction, 'a function that takes an entry'],
};

/** The options of `discover`. */
export const DISCOVER_OPTIONS = COMMON;

/** The options of `sync`. */
export const SYNC_OPTIONS: Readonly<Record<string, Check>> = {
  ...COMMON,
  catalog: [() => true, ''],
  state: [() => true, ''],
  select: [isTerms, 'a text such as contacts,deal*, or a list of texts'],
  fullRefresh: [
    value => typeof value === 'boolean' || isTerms(value),
    'true, a text such as contacts,deal*, or a list of texts',
  ],
  onReport: [isFunction, 'a function that takes the report'],
};

/** Throws InputError for options that are none, or of a wrong kind. What is undefined is not given. */
export function checkOptions(options: unknown, known: Readonly<Record<string, Check>>): void {
  if (!isObject(options))
    throw new InputError('options', `must be an object such as {config}, not ${describe(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const names = Object.keys(known);
    const [isRight, wanted] = (Object.hasOwn(known, name) ? known[name] : undefined) ?? [];
    if (isRight === undefined) {
      const guess = didYouMean(name, names, `; there are ${names.join(', ')}`);
      throw new InputError(showText(name), `is no option${guess}`);
    }
    if (!isRight(value)) throw new InputError(name, `must be ${wanted}, not ${describe(value)}`);
  }
}
