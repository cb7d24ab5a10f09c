// The rows of one query in their sequence, kept from one request to the next. What was sorted once stays; rows that
// change afterwards are taken out of it and merged in anew, so that a page of a million rows that move costs a few
// halvings and not a sort.

import type {Account} from './account.js';
import {compare, type Ranking, sorted} from './ranking.js';
import type {Candidate, Resource} from './resource.js';
import type {Change} from './table.js';

export type KeptQuery = {
  readonly resource: Resource;
  /** Judges a row by itself and its own changes alone. */
  readonly isIn: (row: Candidate) => boolean;
  readonly ranking: Ranking;
};

// So many changed rows are merged one by one; then they are folded into the base.
const mostMerged = 4096;

export class KeptRows {
  readonly #account: Account;
  readonly #query: KeptQuery;
  readonly #unwatch: () => void;
  #base: Uint32Array;
  // The rows that changed since the base was sorted, with their changes of then: by these they are found in it.
  readonly #asOfBase = new Map<number, Change | undefined>();
  // What is not merged yet: all that changed again, and among them the rows that are still in the base.
  readonly #pending = new Set<number>();
  readonly #stillInBase = new Set<number>();
  // Positions in the base whose rows count no more.
  #holes: number[] = [];
  // The changed rows in their sequence, and for each the position in the base before which it comes.
  #merged: number[] = [];
  #before: number[] = [];

  /** `matching` are the indices of all rows that are in, ascending. */
  constructor(account: Account, query: KeptQuery, matching: Uint32Array) {
    this.#account = account;
    this.#query = query;
    this.#base = sorted(matching, query.ranking, index => account.candidate(query.resource, index));
    this.#unwatch = account.table(query.resource.name).watch((index, change) => this.#changed(index, change));
  }

  get count(): number {
    return this.#base.length - this.#holes.length + this.#merged.length;
  }

  /** More rows changed between two requests than are worth merging. */
  get isSpent(): boolean {
    return this.#asOfBase.size > 4 * mostMerged;
  }

  /** Ends the watch on the table; the rows stay as they are. */
  close(): void {
    this.#unwatch();
  }

  /** Brings the sequence up to what the rows are now. */
  refresh(): void {
    if (this.#pending.size === 0) return;
    // First all of them go, then they come: what is searched must be in sequence.
    for (const index of this.#pending) {
      if (this.#stillInBase.has(index)) this.#takeFromBase(index);
      else this.#takeFromMerged(index);
    }
    const table = this.#account.table(this.#query.resource.name);
    for (const index of this.#pending) if (table.isAlive(index)) this.#merge(index);
    this.#pending.clear();
    this.#stillInBase.clear();
    if (this.#asOfBase.size > mostMerged) this.#fold();
  }

  /** The index of the row at a position. */
  indexAt(position: number): number {
    const before = this.#mergedBefore(position);
    const merged = this.#merged[before];
    if (merged !== undefined && this.#positionOfMerged(before) === position) return merged;
    return this.#base[this.#positionInBase(position - before)] ?? 0;
  }

  rowAt(position: number): Candidate {
    return this.#account.candidate(this.#query.resource, this.indexAt(position));
  }

  /** The indices from one position to before another. */
  slice(from: number, to: number): Uint32Array {
    const indices = new Uint32Array(to - from);
    let merged = this.#mergedBefore(from);
    let base = this.#positionInBase(from - merged);
    let hole = this.#holesBefore(base);
    for (let at = 0; at < indices.length; ) {
      if (merged < this.#merged.length && (this.#before[merged] ?? 0) <= base) {
        indices[at++] = this.#merged[merged++] ?? 0;
      } else if (this.#holes[hole] === base) {
        hole++;
        base++;
      } else {
        indices[at++] = this.#base[base++] ?? 0;
      }
    }
    return indices;
  }

  /** The first position whose row passes a test that all later rows pass too; `count` if none does. */
  firstWhere(test: (row: Candidate) => boolean): number {
    return halve(this.count, position => test(this.rowAt(position)));
  }

  /** The positions, from one to before another, of the rows that the ranking does not tell from the one at `position`. */
  tiesOf(position: number): readonly [number, number] {
    const row = this.rowAt(position);
    const {ranking} = this.#query;
    return [
      this.firstWhere(other => compare(other, row, ranking) >= 0),
      this.firstWhere(other => compare(other, row, ranking) > 0),
    ];
  }

  #changed(index: number, change: Change | undefined): void {
    if (this.isSpent) return;
    this.#pending.add(index);
    if (this.#asOfBase.has(index)) return;
    this.#asOfBase.set(index, change);
    this.#stillInBase.add(index);
  }

  #takeFromBase(index: number): void {
    const position = this.#placeInBase(this.#rowOfBase(index));
    // A row may not have been in: it is new, or did not pass.
    if (this.#base[position] === index) this.#holes.splice(this.#holesBefore(position), 0, position);
  }

  #takeFromMerged(index: number): void {
    const at = this.#merged.indexOf(index);
    if (at < 0) return;
    this.#merged.splice(at, 1);
    this.#before.splice(at, 1);
  }

  #merge(index: number): void {
    const {resource, isIn} = this.#query;
    const row = this.#account.candidate(resource, index);
    if (!isIn(row)) return;
    const at = halve(this.#merged.length, place => {
      const other = this.#account.candidate(resource, this.#merged[place] ?? 0);
      return this.#compare(other, row) > 0;
    });
    this.#merged.splice(at, 0, index);
    this.#before.splice(at, 0, this.#placeInBase(row));
  }

  #fold(): void {
    this.#base = this.slice(0, this.count);
    [this.#holes, this.#merged, this.#before] = [[], [], []];
    this.#asOfBase.clear();
  }

  // Where a row is in the base, or would be.
  #placeInBase(row: Candidate): number {
    return halve(this.#base.length, position => this.#compare(this.#rowOfBase(this.#base[position] ?? 0), row) >= 0);
  }

  #rowOfBase(index: number): Candidate {
    const {resource} = this.#query;
    return this.#asOfBase.has(index)
      ? this.#account.candidateAfter(resource, index, this.#asOfBase.get(index))
      : this.#account.candidate(resource, index);
  }

  #compare(left: Candidate, right: Candidate): number {
    return compare(left, right, this.#query.ranking) || left.index - right.index;
  }

  #mergedBefore(position: number): number {
    return halve(this.#merged.length, place => this.#positionOfMerged(place) >= position);
  }

  #positionOfMerged(place: number): number {
    const before = this.#before[place] ?? 0;
    return place + before - this.#holesBefore(before);
  }

  // The position of the nth row of the base that still counts.
  #positionInBase(n: number): number {
    return n + halve(this.#holes.length, hole => (this.#holes[hole] ?? 0) - hole > n);
  }

  #holesBefore(position: number): number {
    return halve(this.#holes.length, hole => (this.#holes[hole] ?? 0) >= position);
  }
}

// The first of `count` places that passes a test which all later ones pass; `count` if none does.
function halve(count: number, test: (place: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
