// Keeps all values of a list at hand by their parents, in bounded memory: what is too much goes to a temporary file, in
// which the values of neighbouring parents lie together. Parents mostly come by their ids, so that a few parts of the
// file, once read, serve many of them.

import {randomUUID} from 'node:crypto';
import {closeSync, openSync, readSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {FieldValue} from './values.js';

// Parents whose values lie together: with a dozen values each, a part is read in a few milliseconds.
const PARENTS_PER_PART = 256;
const PARTS_OF_OTHER_IDS = 64;
const PARTS_IN_MEMORY = 16;
const MOST_CHARACTERS_IN_MEMORY = 4 * 1024 * 1024;

/** The temporary file cannot be made, written or read. The message ends in the way out. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

export type ValueStore = {
  readonly add: (value: FieldValue) => void;
  /** What was added for a parent, in that order. */
  readonly of: (parent: string) => readonly FieldValue[];
  /** Frees what it holds. */
  readonly close: () => void;
};

type Part = Map<string, FieldValue[]>;
type Line = readonly [parent: string, id: string, field: string, value: unknown, currency: unknown];

/**
 * An empty store. `charactersInMemory` bounds what waits to be written to the file in `directory`. Its functions throw StorageError
 * when the file fails.
 */
export function createValueStore({
  charactersInMemory = MOST_CHARACTERS_IN_MEMORY,
  directory = tmpdir(),
} = {}): ValueStore {
  const waiting = new Map<number, string[]>();
  let characters = 0;
  let file: TemporaryFile | undefined;
  /** Where the written lines of each part are. */
  const written = new Map<number, {readonly at: number; readonly bytes: number}[]>();
  /** The parts that were asked for last, the oldest first. */
  const inMemory = new Map<number, Part>();

  function spill(): void {
    file ??= createTemporaryFile(directory);
    for (const [number, lines] of waiting) {
      const place = file.append(lines.join(''));
      const places = written.get(number);
      if (places) places.push(place);
      else written.set(number, [place]);
    }
    waiting.clear();
    characters = 0;
  }

  function load(number: number): Part {
    const part: Part = new Map();
    const texts = (written.get(number) ?? []).map(place => file?.read(place) ?? '');
    for (const line of [...texts, ...(waiting.get(number) ?? [])].join('').split('\n')) {
      if (line === '') continue;
      const [parent, id, field, value, currency]: Line = JSON.parse(line);
      const values = part.get(parent);
      const own: FieldValue = {id, parent, field, value, currency};
      if (values) values.push(own);
      else part.set(parent, [own]);
    }
    return part;
  }

  return {
    add: ({id, parent, field, value, currency}) => {
      const number = partOf(parent);
      const line = `${JSON.stringify([parent, id, field, value, currency])}\n`;
      const lines = waiting.get(number);
      if (lines) lines.push(line);
      else waiting.set(number, [line]);
      inMemory.delete(number);
      characters += line.length;
      if (characters > charactersInMemory) spill();
    },
    of: parent => {
      const number = partOf(parent);
      const part = inMemory.get(number) ?? load(number);
      inMemory.delete(number);
      inMemory.set(number, part);
      const [oldest] = inMemory.keys();
      if (inMemory.size > PARTS_IN_MEMORY && oldest !== undefined) inMemory.delete(oldest);
      return part.get(parent) ?? [];
    },
    close: () => {
      file?.remove();
      file = undefined;
      for (const held of [waiting, written, inMemory]) held.clear();
    },
  };
}

function partOf(parent: string): number {
  if (/^\d{1,15}$/.test(parent)) return Math.floor(Number(parent) / PARENTS_PER_PART);
  let hash = 0;
  for (let at = 0; at < parent.length; at += 1) hash = (hash * 31 + parent.charCodeAt(at)) % PARTS_OF_OTHER_IDS;
  return -1 - hash;
}

type Place = {readonly at: number; readonly bytes: number};

type TemporaryFile = {
  readonly append: (text: string) => Place;
  readonly read: (place: Place) => string;
  readonly remove: () => void;
};

/** A file that nobody else may read, and that is gone with this process, however that ends. */
function createTemporaryFile(directory: string): TemporaryFile {
  const path = join(directory, `tap-activecampaign-${randomUUID()}`);
  const descriptor = tried(() => openSync(path, 'wx+', 0o600));
  let isNamed = true;
  const forgetName = () => {
    if (!isNamed) return;
    try {
      rmSync(path, {force: true});
      isNamed = false;
    } catch {
      // Some systems keep the names of open files: there it goes when it is closed.
    }
  };
  forgetName();
  let end = 0;
  return {
    append: text => {
      const bytes = Buffer.from(text);
      const at = end;
      for (let done = 0; done < bytes.length; ) {
        const from = done;
        done += tried(() => writeSync(descriptor, bytes, from, bytes.length - from, at + from));
      }
      end += bytes.length;
      return {at, bytes: bytes.length};
    },
    read: ({at, bytes}) => {
      const buffer = Buffer.alloc(bytes);
      for (let done = 0; done < bytes; ) {
        const from = done;
        const read = tried(() => readSync(descriptor, buffer, from, bytes - from, at + from));
        if (read === 0) throw new StorageError('the temporary file of custom field values was cut; run the tap again');
        done += read;
      }
      return buffer.toString();
    },
    remove: () => {
      closeSync(descriptor);
      forgetName();
    },
  };
}

function tried<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      `custom field values cannot be kept in a temporary file (${reason}); set TMPDIR to a folder with more room`,
    );
  }
}
