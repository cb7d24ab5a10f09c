// The living rows of one resource by their place: the rows that the seed made, less the removed ones, plus the
// inserted ones. It stores what changed and nothing else; rows themselves are computed by whoever asks.

import {type Ids, numbers} from './ids.js';
import type {WireRow} from './wire.js';

/** What happened to one row since the account was made. Instants are seconds since 1970. */
export type Change = {
  readonly insertedAt?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly touchedAt?: number | undefined;
  /** How often the row was edited. */
  readonly edits: number;
  readonly overrides: WireRow;
};

/** Hears of a row that was inserted, edited or removed, and what its changes were before. */
export type Watcher = (index: number, before: Change | undefined) => void;

export class Table {
  readonly name: string;
  readonly salt: number;
  readonly baseCount: number;
  /** Moves with every change, so that what was derived from the rows can be thrown away. */
  version = 0;
  readonly #ids: Ids;
  #nextIndex: number;
  readonly #changes = new Map<number, Change>();
  // Ascending, so that a position among the living is found by halving.
  readonly #removed: number[] = [];
  readonly #watchers = new Set<Watcher>();

  constructor(name: string, salt: number, baseCount: number, ids: Ids = numbers) {
    this.name = name;
    this.salt = salt;
    this.baseCount = baseCount;
    this.#ids = ids;
    this.#nextIndex = baseCount;
  }

  get count(): number {
    return this.#nextIndex - this.#removed.length;
  }

  get changes(): ReadonlyMap<number, Change> {
    return this.#changes;
  }

  idAt(index: number): string {
    return this.#ids.idOf(this.salt, index);
  }

  /** The index of a living row. */
  indexOf(id: string): number | undefined {
    const index = this.indexOfAny(id);
    return index === undefined || index >= this.#nextIndex || this.#isRemoved(index) ? undefined : index;
  }

  /** The same for rows that are gone, or never were. */
  indexOfAny(id: string): number | undefined {
    return this.#ids.indexOf(this.salt, id);
  }

  isAlive(index: number): boolean {
    return index < this.#nextIndex && !this.#isRemoved(index);
  }

  /** The index of the living row at a position, counted in the order of ids. */
  indexAt(position: number): number {
    // The row's index is its position plus the removed rows before it.
    let [low, high] = [0, this.#removed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#removed[middle] ?? 0) - middle <= position) low = middle + 1;
      else high = middle;
    }
    return position + low;
  }

  /** The indices of all living rows, ascending. */
  living(): Uint32Array {
    const indices = new Uint32Array(this.count);
    let [found, removed] = [0, 0];
    for (let index = 0; index < this.#nextIndex; index++) {
      if (this.#removed[removed] === index) removed++;
      else indices[found++] = index;
    }
    return indices;
  }

  /** Calls the watcher after every change from now on. @returns what ends that */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  insert(change: Omit<Change, 'edits'>): number {
    const index = this.#nextIndex++;
    this.#changes.set(index, {...change, edits: 0});
    this.#moved(index, undefined);
    return index;
  }

  edit(index: number, change: {editedAt?: number; touchedAt?: number; overrides: WireRow}): void {
    const before = this.#changes.get(index);
    this.#changes.set(index, {
      ...before,
      ...change,
      edits: (before?.edits ?? 0) + 1,
      overrides: {...before?.overrides, ...change.overrides},
    });
    this.#moved(index, before);
  }

  remove(index: number): void {
    this.#removed.splice(this.#removedBelow(index), 0, index);
    const before = this.#changes.get(index);
    this.#changes.delete(index);
    this.#moved(index, before);
  }

  #moved(index: number, before: Change | undefined): void {
    this.version++;
    for (const watcher of this.#watchers) watcher(index, before);
  }

  #isRemoved(index: number): boolean {
    return this.#removed[this.#removedBelow(index)] === index;
  }

  #removedBelow(index: number): number {
    let [low, high] = [0, this.#removed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#removed[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
