// An interrupted read, as the state remembers it: where it stood, and what it was a read of. Pure.

import {isCount, isObject} from './json.js';
import type {Checkpoint} from './reading/checkpoint.js';
import {isNothing, parseTime, property} from './state-entry.js';

type Json = Readonly<Record<string, unknown>>;

/** An interrupted read. Its instants are UTC with six decimals. */
export type StreamProgress = {
  /** Hash of what was selected: a checkpoint holds for the same rows and fields only. */
  readonly selection: string;
  /** When the read began, by the server's clock; stays when it goes on. */
  readonly beganAt: string;
  /** When the checkpoint was made, by this machine's clock. */
  readonly savedAt: string;
  /** The highest replication key that was written. */
  readonly highest: string | null;
  /** Whether replication keys came without a zone. */
  readonly isZoneless: boolean;
  /** Records that came and were not written: too old, or without their key. */
  readonly leftOut: number;
  /** The version its records carry, if any: the rest of the read must carry the same. */
  readonly version: number | null;
  readonly at: Checkpoint;
};

/** The progress as the state holds it. */
export function writeProgress({
  selection,
  beganAt,
  savedAt,
  highest,
  isZoneless,
  leftOut,
  version,
  at,
}: StreamProgress): Json {
  return {
    selection,
    began_at: beganAt,
    saved_at: savedAt,
    highest,
    zoneless: isZoneless,
    left_out: leftOut,
    version,
    at,
  };
}

/** What the state holds as a progress; undefined where it is not understood, or not whole. */
export function parseProgress(value: unknown): StreamProgress | undefined {
  if (!isObject(value)) return undefined;
  const selection = property(value, 'selection');
  const beganAt = parseTime(property(value, 'began_at'));
  const savedAt = parseTime(property(value, 'saved_at'));
  const highest = orNull(property(value, 'highest'), parseTime);
  const isZoneless = property(value, 'zoneless');
  const leftOut = property(value, 'left_out');
  const version = orNull(property(value, 'version'), parseVersion);
  const at = property(value, 'at');
  if (typeof selection !== 'string' || beganAt === undefined || savedAt === undefined) return undefined;
  if (highest === undefined || typeof isZoneless !== 'boolean' || !isCount(leftOut)) return undefined;
  if (version === undefined || !isCheckpoint(at)) return undefined;
  return {selection, beganAt, savedAt, highest, isZoneless, leftOut, version, at};
}

/**
 * The version of a stream's rows in a state; undefined where there is none. It is below the largest integer that JSON
 * carries safely, so that a higher version can always be made.
 */
export function parseVersion(value: unknown): number | undefined {
  return isCount(value) && value > 0 && value < Number.MAX_SAFE_INTEGER ? value : undefined;
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return isObject(value) && typeof property(value, 'way') === 'string';
}

/** A value that may be null; undefined when it is there and is not understood. */
function orNull<T>(value: unknown, parse: (value: unknown) => T | undefined): T | null | undefined {
  return isNothing(value) ? null : parse(value);
}
