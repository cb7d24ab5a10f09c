// How the end of a run is told to whoever started it.

import {InputError} from './errors.js';

export const DONE = 0;
export const FAILED = 1;
export const WRONG_INPUT = 2;

const SIGNAL_CODES = {SIGINT: 130, SIGTERM: 143} as const;

export type StopSignal = keyof typeof SIGNAL_CODES;

/** Why a run was ended, when a signal ended it. */
export class StoppedBySignal extends Error {
  override readonly name = 'StoppedBySignal';
  /** 128 and the number of the signal, as shells have it. */
  readonly exitCode: number;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.exitCode = SIGNAL_CODES[signal];
  }
}

/** The exit code of a run that an error ended. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StoppedBySignal) return error.exitCode;
  return error instanceof InputError ? WRONG_INPUT : FAILED;
}
