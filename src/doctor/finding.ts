// What a check of the doctor has found, how it is written, and what exit code follows from all of them.

import {DONE, FAILED, WRONG_INPUT} from '../exit-codes.js';

/** What is checked, in the order in which it is told. */
export type Check =
  | 'config'
  | 'url'
  | 'dns'
  | 'connection'
  | 'token'
  | 'clock'
  | 'zone'
  | 'catalog'
  | 'selection'
  | 'permissions'
  | 'rate'
  | 'state'
  | 'report_file';

/** One finding. `advice` says what to do; a finding that holds it already needs none. */
export type Finding = {readonly check: Check; readonly finding: string; readonly advice?: string} & (
  | {readonly level: 'ok' | 'warn'}
  /** What the check depends on has failed, or there is nothing to look at. */
  | {readonly level: 'skip'}
  /** Whose the fault is: the user's input, which a run would refuse, or the account and the way to it. */
  | {readonly level: 'fail'; readonly of: 'input' | 'account'}
);

/** All is well. */
export function ok(check: Check, finding: string): Finding {
  return {level: 'ok', check, finding};
}

/** A run would go on, but perhaps not as it is meant to. */
export function warn(check: Check, finding: string, advice?: string): Finding {
  return {level: 'warn', check, finding, ...(advice === undefined ? {} : {advice})};
}

/** A run would fail of this. */
export function fail(check: Check, of: 'input' | 'account', finding: string, advice?: string): Finding {
  return {level: 'fail', of, check, finding, ...(advice === undefined ? {} : {advice})};
}

/** Nothing can be said. */
export function skip(check: Check, reason: string): Finding {
  return {level: 'skip', check, finding: `not checked, ${reason}`};
}

/** The finding as one line: `warn  clock: this machine is 90 s behind the API; set its clock`. */
export function lineOf({level, check, finding, advice}: Finding): string {
  const line = `${level.padEnd(4)}  ${check}: ${finding}${advice === undefined ? '' : `; ${advice}`}`;
  // Names in files and answers of servers may hold line breaks and worse.
  return line.replace(/[\r\n\t\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, ' ');
}

const MOST_NAMES = 8;

/** Names in a sentence, not too many of them. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** 2 where the input is wrong, else 1 where the account or the way to it has a fault, else 0. */
export function exitCodeOfFindings(findings: readonly Finding[]): number {
  const faults = findings.flatMap(found => (found.level === 'fail' ? [found.of] : []));
  return faults.includes('input') ? WRONG_INPUT : faults.length > 0 ? FAILED : DONE;
}
