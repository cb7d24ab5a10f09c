// The two ways a run can go wrong that a person can act on. Everything else is a fault of ours and keeps its stack.

import {isObject} from './json.js';

/**
 * The user's input is wrong: flags, config, catalog, state or token. Ends the run with exit code 2.
 * `source` names the file, flag or key; `detail` says what is wrong and the way out, on one line.
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly source: string,
    readonly detail: string,
  ) {
    super(`${source}: ${detail}`);
  }
}

/** What an ApiError says. `status` is the last HTTP status, undefined when no whole answer came. */
export type ApiFault = {
  readonly path: string;
  readonly detail: string;
  readonly status?: number | undefined;
  /** Set when it is the address that is wrong: no such host, no valid certificate, a redirect elsewhere. */
  readonly isWrongAddress?: boolean;
};

/** The API refused or failed a request for good, after all retries. Carries no part of the request: that holds the token. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly path: string;
  readonly detail: string;
  readonly status: number | undefined;
  readonly isWrongAddress: boolean;

  constructor({path, status, detail, isWrongAddress = false}: ApiFault) {
    super(`${path}: ${status === undefined ? '' : `HTTP ${status}, `}${detail}`);
    this.path = path;
    this.detail = detail;
    this.status = status;
    this.isWrongAddress = isWrongAddress;
  }
}

/**
 * Whether what was asked for is not there. The API documents its words for that under 403 too, for some endpoints.
 */
export function isMissing(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 404 || (error.status === 403 && /^no result found/i.test(error.detail));
}

/** Whether the server will not have a parameter, which it mostly ignores when it does not know it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

/** The system's name for what went wrong, such as ENOENT; undefined for an error that has none. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}
