// The file of the run report.

import {existsSync, realpathSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {codeOf, InputError} from './errors.js';
import {look} from './files.js';
import {besides, writeInOneStep} from './one-step.js';

/**
 * Makes sure that a report can be written to `path`, so that hours of reading do not end without one. Throws
 * InputError when it cannot, or when it would take the place of one of the run's own `inputs`.
 */
export function checkReportFile(path: string, inputs: readonly string[]): void {
  const refuse = (fault: string) => new InputError('report_file', `${path} ${fault}`);
  const file = look(path);
  if (file?.isDirectory()) throw refuse('is a directory; name a file in it');
  // A device or a pipe would be replaced by the report, not written to.
  if (file && !file.isFile()) throw refuse('is a device or a pipe; name a plain file');
  if (file && inputs.some(input => existsSync(input) && realpathSync(input) === realpathSync(path))) {
    throw refuse('is a file that the run is given to read; name another file');
  }
  if (!look(dirname(path))?.isDirectory()) {
    throw refuse('lies in a directory that does not exist; make the directory, or name a file in another');
  }
  try {
    // Throws for a name that is too long, or holds what no name may.
    statSync(path, {throwIfNoEntry: false});
    // Rights alone do not tell: the file system may be full, or read-only.
    const trial = besides(path);
    writeFileSync(trial, '', {flag: 'wx'});
    rmSync(trial);
  } catch (error) {
    throw refuse(
      `cannot be written (${codeOf(error) ?? 'unknown reason'}); choose a directory that this user may write to`,
    );
  }
}

/** Writes the report as JSON, in one step. Throws an error whose message says why in one line when it cannot. */
export function writeReportFile(path: string, report: unknown): void {
  try {
    writeInOneStep(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw new Error(`${path} cannot be written (${codeOf(error) ?? 'unknown reason'})`);
  }
}
