// Other programs than the tap, run to their end.

import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

/** How a program ended. */
export type Ended = {readonly code: number; readonly stdout: string; readonly stderr: string};

/** Runs a program. Throws nothing: how it failed is in what it gives. */
export async function runProgram(file: string, args: readonly string[], env = process.env): Promise<Ended> {
  try {
    return {code: 0, ...(await promisify(execFile)(file, args, {env, maxBuffer: 1e8}))};
  } catch (error) {
    // Of a process that failed, execFile throws what it would have given.
    return error as Ended;
  }
}
