// The account: a table for every resource, and the relations between them. Rows are computed when they are asked for.

import {mix, saltOf} from './random.js';
import type {Candidate, Resource} from './resource.js';
import {resources} from './resources/index.js';
import {type Relations, RowSource} from './row-source.js';
import type {Sizes} from './sizes.js';
import {rankOf, rankOfValue} from './stamps.js';
import {type Change, Table} from './table.js';
import type {WireRow, WireValue} from './wire.js';

export type AccountOptions = Pick<Relations, 'hasUtcOffsets' | 'partialDeals'> & {
  readonly seed: number;
  readonly sizes: Sizes;
  /** The server's clock, in milliseconds. */
  readonly now: () => number;
  /** Whether a contact's `udate` moves with its tags, lists and field values. */
  readonly childrenMoveContacts: boolean;
};

/** A row by its resource and id. */
export type RowName = {readonly resource: string; readonly id: string};

const partsOfContacts = [
  'contactTags',
  'contactLists',
  'fieldValues',
  'contacts/{id}/scoreValues',
  'contacts/{id}/geoIps',
];

export class Account implements Relations {
  readonly hasUtcOffsets: boolean;
  readonly partialDeals: Relations['partialDeals'];
  readonly #options: AccountOptions;
  readonly #resources = new Map<string, Resource>(resources.map(resource => [resource.name, resource]));
  readonly #tables = new Map<string, Table>();
  readonly #adopted = new Map<string, {version: number; byParent: Map<string, number[]>}>();
  readonly #columns = new Map<string, {version: number; byValue: Map<string, number[]>}>();

  constructor(options: AccountOptions) {
    this.#options = options;
    this.hasUtcOffsets = options.hasUtcOffsets;
    this.partialDeals = options.partialDeals;
    for (const {name, ids} of resources) {
      this.#tables.set(name, new Table(name, mix(options.seed, saltOf(name)), options.sizes.get(name) ?? 0, ids));
    }
  }

  /** The server's clock in whole seconds, the granularity of its stamps. */
  get now(): number {
    return Math.floor(this.#options.now() / 1000);
  }

  has(name: string): boolean {
    return this.#resources.has(name);
  }

  /** @throws RangeError if there is no such resource */
  resource(name: string): Resource {
    const resource = this.#resources.get(name);
    if (resource === undefined) throw new RangeError(`the simulator has no resource "${name}"`);
    return resource;
  }

  /** @throws RangeError if there is no such resource */
  table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new RangeError(`the simulator has no resource "${name}"`);
    return table;
  }

  row(resource: Resource, index: number): WireRow {
    return this.candidate(resource, index).row();
  }

  /** A row as filters and orders see it: its instants at once, the rest when they ask. */
  candidate(resource: Resource, index: number): Candidate {
    return this.candidateAfter(resource, index, this.table(resource.name).changes.get(index));
  }

  /** The same row after other changes than those of now. */
  candidateAfter(resource: Resource, index: number, change: Change | undefined): Candidate {
    return new AccountRow(resource, this.table(resource.name), index, change, this);
  }

  insert(name: string, overrides: WireRow = {}): string {
    const table = this.table(name);
    const index = table.insert({insertedAt: this.now, overrides: withoutId(overrides)});
    this.#settle(name, index);
    this.#moveParent(name, index);
    return table.idAt(index);
  }

  /** @throws RangeError if no such row is alive */
  edit(name: string, id: string, overrides?: WireRow): void {
    const resource = this.resource(name);
    const index = this.#living(name, id);
    const edits = (this.table(name).changes.get(index)?.edits ?? 0) + 1;
    const value = this.row(resource, index)[resource.editable];
    const edited = editedValue(value, `edit ${edits} of ${id}`);
    const movesParent = overrides?.[resource.parent?.key ?? ''] !== undefined;
    if (movesParent) this.#moveParent(name, index);
    this.table(name).edit(index, {
      editedAt: this.now,
      overrides: withoutId(overrides ?? {[resource.editable]: edited}),
    });
    if (movesParent || this.#movesContact(name)) this.#moveParent(name, index);
  }

  /** What an opened mail does: `updated_timestamp` moves and `udate` stays. */
  touch(contactId: string): void {
    this.table('contacts').edit(this.#living('contacts', contactId), {touchedAt: this.now, overrides: {}});
  }

  /**
   * Removes a row and what hangs on it: the tags of a contact, the values of a deal.
   *
   * @returns all rows that went
   * @throws RangeError if no such row is alive
   */
  remove(name: string, id: string): readonly RowName[] {
    const index = this.#living(name, id);
    const removed = [{resource: name, id}];
    for (const child of resources.filter(({parent}) => parent?.resource === name)) {
      for (const childId of this.childIds(child.name, index)) removed.push(...this.remove(child.name, childId));
    }
    for (const {name: other, goesWith} of resources.filter(({goesWith}) => goesWith?.resource === name)) {
      const table = this.table(other);
      for (const at of [...this.indicesWith(other, goesWith?.key ?? '', id)])
        removed.push(...this.remove(other, table.idAt(at)));
    }
    this.#moveParent(name, index);
    this.table(name).remove(index);
    return removed;
  }

  idAt(resource: string, draw: number): string | undefined {
    const table = this.table(resource);
    return table.baseCount === 0 ? undefined : table.idAt(Math.floor(draw * table.baseCount));
  }

  countOf(resource: string): number {
    return this.table(resource).baseCount;
  }

  idOfIndex(resource: string, index: number): string {
    return this.table(resource).idAt(index);
  }

  indexOfId(resource: string, id: string): number | undefined {
    return this.table(resource).indexOfAny(id);
  }

  // The rows of the seed are dealt out evenly among the parents, in order, so that both ways are arithmetic.
  parentId(name: string, index: number): string | undefined {
    const {parent} = this.resource(name);
    const table = this.table(name);
    if (parent === undefined) return undefined;
    const parents = this.table(parent.resource);
    if (parents.baseCount === 0) return undefined;
    if (index >= table.baseCount) return this.idAt(parent.resource, mix(table.salt, index, 5) / 2 ** 32);
    return parents.idAt((parent.every ?? 1) * Math.floor((index * holders(parents, parent.every)) / table.baseCount));
  }

  parentOf(name: string, id: string): string | undefined {
    const index = this.indexOfId(name, id);
    return index === undefined ? undefined : this.parentId(name, index);
  }

  valueOf(name: string, id: string, key: string): WireValue | undefined {
    const index = this.table(name).indexOf(id);
    return index === undefined ? undefined : this.row(this.resource(name), index)[key];
  }

  childIds(child: string, parentIndex: number): readonly string[] {
    const table = this.table(child);
    return this.#children(child, parentIndex).map(index => table.idAt(index));
  }

  childRows(child: string, parentIndex: number): readonly WireRow[] {
    const resource = this.resource(child);
    return this.#children(child, parentIndex).map(index => this.row(resource, index));
  }

  /**
   * The living rows below the row that an id in a path stands for, ascending by index but for those that came later;
   * undefined if it stands for none.
   */
  indicesUnder({name, parent, under}: Resource, id: string): readonly number[] | undefined {
    const owner = under ?? parent;
    if (owner === undefined) return undefined;
    const table = this.table(owner.resource);
    const column = under?.column;
    const index = column === undefined ? table.indexOf(id) : this.indicesWith(owner.resource, column, id)[0];
    if (index === undefined) return undefined;
    if (under !== undefined && under.resource !== parent?.resource) return this.indicesWith(name, under.key, id);
    return this.#children(name, index);
  }

  /** The living rows that hold a value in a column. */
  indicesWith(name: string, key: string, value: string): readonly number[] {
    const resource = this.resource(name);
    const table = this.table(name);
    // What a row shows may come from the row that it hangs on.
    const version = table.version + (resource.parent === undefined ? 0 : this.table(resource.parent.resource).version);
    const column = `${name} ${key}`;
    let known = this.#columns.get(column);
    if (known === undefined || known.version !== version) {
      known = {version, byValue: new Map()};
      for (const index of table.living()) {
        const found = String(this.row(resource, index)[key]);
        const others = known.byValue.get(found);
        if (others === undefined) known.byValue.set(found, [index]);
        else others.push(index);
      }
      this.#columns.set(column, known);
    }
    return known.byValue.get(value) ?? [];
  }

  firstValues(child: string, parentIndex: number, key: string): readonly WireValue[] {
    const resource = this.resource(child);
    return this.#dealtTo(child, parentIndex).map(
      index => this.candidateAfter(resource, index, undefined).row()[key] ?? null,
    );
  }

  #children(child: string, parentIndex: number): readonly number[] {
    const {parent} = this.resource(child);
    if (parent === undefined) return [];
    const table = this.table(child);
    const indices = this.#dealtTo(child, parentIndex).filter(
      index => table.isAlive(index) && table.changes.get(index)?.overrides[parent.key] === undefined,
    );
    if (table.changes.size === 0) return indices;
    return indices.concat(this.#adoptedBy(child, this.table(parent.resource).idAt(parentIndex)));
  }

  // The rows of the seed that were dealt out to a parent, whatever has become of them.
  #dealtTo(child: string, parentIndex: number): number[] {
    const {parent} = this.resource(child);
    if (parent === undefined) return [];
    const table = this.table(child);
    const parents = this.table(parent.resource);
    const every = parent.every ?? 1;
    if (parentIndex >= parents.baseCount || parentIndex % every !== 0) return [];
    const count = holders(parents, every);
    const holder = parentIndex / every;
    const from = Math.ceil((holder * table.baseCount) / count);
    const to = Math.ceil(((holder + 1) * table.baseCount) / count);
    return Array.from({length: to - from}, (_, at) => from + at);
  }

  // Children that were inserted, or whose parent was changed.
  #adoptedBy(child: string, parentId: string): readonly number[] {
    const table = this.table(child);
    const {parent} = this.resource(child);
    let adopted = this.#adopted.get(child);
    if (adopted === undefined || adopted.version !== table.version) {
      adopted = {version: table.version, byParent: new Map()};
      for (const [index, change] of table.changes) {
        const named = parent === undefined ? undefined : change.overrides[parent.key];
        if (named === undefined && index < table.baseCount) continue;
        const id = String(named ?? this.parentId(child, index));
        adopted.byParent.set(id, [...(adopted.byParent.get(id) ?? []), index]);
      }
      this.#adopted.set(child, adopted);
    }
    return adopted.byParent.get(parentId) ?? [];
  }

  // A new row whose parent was drawn and is gone, or hangs on what is gone itself, gets the next one that lives.
  #settle(name: string, index: number): void {
    const {parent, under} = this.resource(name);
    const table = this.table(name);
    const drawn = this.parentId(name, index);
    if (parent === undefined || drawn === undefined) return;
    if (table.changes.get(index)?.overrides[parent.key] !== undefined) return;
    const parents = this.table(parent.resource);
    const fits = (id: string) => {
      const owner = under === undefined ? undefined : this.valueOf(parent.resource, id, under.key);
      return owner === undefined || this.table(under?.resource ?? '').indexOf(String(owner)) !== undefined;
    };
    if (parents.indexOf(drawn) !== undefined && fits(drawn)) return;
    const first = Math.floor((mix(table.salt, index, 5) / 2 ** 32) * parents.count);
    for (let tried = 0; tried < parents.count; tried++) {
      const id = parents.idAt(parents.indexAt((first + tried) % parents.count));
      if (!fits(id)) continue;
      table.edit(index, {overrides: {[parent.key]: id}});
      return;
    }
  }

  // A parent whose row lists its children moves with them; whether a contact moves with its parts is an open question.
  #moveParent(name: string, index: number): void {
    const {parent, isListedByParent} = this.resource(name);
    if (parent === undefined || !(isListedByParent || this.#movesContact(name))) return;
    const parents = this.table(parent.resource);
    const id = this.table(name).changes.get(index)?.overrides[parent.key] ?? this.parentId(name, index);
    const parentIndex = parents.indexOf(String(id));
    if (parentIndex !== undefined) parents.edit(parentIndex, {editedAt: this.now, overrides: {}});
  }

  #movesContact(name: string): boolean {
    return this.#options.childrenMoveContacts && partsOfContacts.includes(name);
  }

  #living(name: string, id: string): number {
    const index = this.table(name).indexOf(id);
    if (index === undefined) throw new RangeError(`${name} has no row ${id}`);
    return index;
  }
}

// Where a row has no text to change, a number counts up or a switch is turned.
function editedValue(value: WireValue | undefined, text: string): WireValue {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return /^\d+$/.test(String(value)) ? String(Number(value) + 1) : text;
}

function holders(parents: Table, every = 1): number {
  return Math.ceil(parents.baseCount / every);
}

class AccountRow extends RowSource implements Candidate {
  readonly #resource: Resource;
  readonly #change: Change | undefined;
  #row: WireRow | undefined;

  constructor(resource: Resource, table: Table, index: number, change: Change | undefined, relations: Relations) {
    super(table, index, change, relations);
    this.#resource = resource;
    this.#change = change;
  }

  override parent(): string | null {
    const named = this.#change?.overrides[this.#resource.parent?.key ?? ''];
    return named === undefined ? super.parent() : named === null ? null : String(named);
  }

  rankOf(column: string): number | null {
    const stamp = this.#resource.stamps?.[column];
    if (stamp === undefined) return null;
    const value = this.#change?.overrides[column];
    if (value !== undefined) return rankOfValue(value, stamp);
    return this.isPartial ? null : rankOf(stamp, this);
  }

  row(): WireRow {
    if (this.#row === undefined) {
      const row = this.#resource.row(this);
      this.#row = this.#change === undefined ? row : {...row, ...this.#shown(this.#change.overrides, row)};
    }
    return this.#row;
  }

  // Not every row shows what it hangs on.
  #shown(overrides: WireRow, row: WireRow): WireRow {
    const key = this.#resource.parent?.key ?? '';
    if (overrides[key] === undefined || key in row) return overrides;
    const {[key]: _, ...others} = overrides;
    return others;
  }
}

function withoutId(overrides: WireRow): WireRow {
  const {id, ...rest} = overrides;
  if (id !== undefined) throw new RangeError('the simulator gives ids itself');
  return rest;
}
