// Files that are replaced in one step: whoever reads one sees the old text or the new one, never a half.

import {randomUUID} from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';

/** A name beside a file: only within one directory is a rename a single step. */
export function besides(path: string): string {
  return join(dirname(path), `.tap-activecampaign-${randomUUID()}.tmp`);
}

/**
 * Writes a text as the whole of a file, in one step and to the disk. Of a file that is there the mode stays, the owner
 * where that is allowed, and a link stays one. Throws what the system says when it cannot, and leaves all as it was.
 */
export function writeInOneStep(path: string, text: string): void {
  const before = statSync(path, {throwIfNoEntry: false});
  const target = before ? realpathSync(path) : path;
  const draft = besides(target);
  try {
    // Nobody else reads the draft of a file that others may not read.
    const file = openSync(draft, 'wx', before ? 0o600 : 0o666);
    try {
      writeFileSync(file, text);
      if (before) keepRights(file, before);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, {force: true});
    throw error;
  }
  syncDirectory(dirname(target));
}

function keepRights(file: number, {mode, uid, gid}: Stats): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    // Only the superuser may give a file away; nobody else had another's file to begin with, mostly.
  }
  fchmodSync(file, mode & 0o7777);
}

function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // Not every system can; the file itself is on the disk by now.
  }
}
