// The options of the command line as they were given.

import {resolve} from 'node:path';
import {InputError} from './errors.js';

/** The values of `--format`. */
export const ABOUT_FORMATS = ['text', 'json', 'markdown'] as const;

/** The shells for which `completion` makes a script. */
export const COMPLETED_SHELLS = ['bash', 'zsh', 'fish'] as const;

/** The flags as they were given. */
export type Flags = {
  readonly config: readonly string[];
  readonly discover?: boolean;
  readonly plan?: boolean;
  readonly test?: boolean;
  readonly survey?: boolean;
  readonly about?: boolean;
  readonly format?: string;
  readonly catalog?: string;
  readonly properties?: string;
  readonly state?: string;
  readonly select?: string;
  readonly fullRefresh?: string | true;
  readonly maxRecords?: string;
  readonly maxRequests?: string;
  readonly maxMinutes?: string;
};

/** The file of `--catalog`, or of its old name. Throws InputError when they name two files. */
export function catalogFileOf({catalog, properties}: Flags): string | undefined {
  if (catalog !== undefined && properties !== undefined && resolve(catalog) !== resolve(properties)) {
    throw new InputError('--properties', 'is the old name of --catalog, and they name two files; keep one of them');
  }
  return catalog ?? properties;
}

/** Each of these is all that a call does. */
const TASKS = ['about', 'discover', 'plan', 'test'] as const;

/** What says how much is to be synced: who gives it to what looks at everything expects less of it. */
const PARTS = ['select', 'fullRefresh', 'maxRecords', 'maxRequests', 'maxMinutes'] as const;

/** Throws InputError when the flags ask for several things, or for a part of one without the whole. */
export function checkTasks(flags: Flags): void {
  const [first, second] = TASKS.filter(task => flags[task]);
  if (second !== undefined) {
    throw new InputError(`--${second}`, `cannot be done together with --${first}; give one of them`);
  }
  if (flags.survey && !flags.test) {
    throw new InputError('--survey', 'is a part of the test; write --test --survey');
  }
  const part = PARTS.find(part => flags[part] !== undefined);
  if (part === undefined || !(flags.discover || flags.survey)) return;
  const [task, isWhole] = flags.discover
    ? ['--discover', 'which shows all streams; give it to the sync']
    : ['--survey', 'which looks at all streams; remove it'];
  throw new InputError(`--${kebab(part)}`, `has no meaning for ${task}, ${isWhole}`);
}

/** An option as it is written. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}
