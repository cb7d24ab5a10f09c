// What one resource of the API is: its rows, its place among the others, and what its list obeys. The resources
// themselves are data, under resources/.

import type {Envelope} from './envelopes.js';
import type {Ids} from './ids.js';
import type {RowSource} from './row-source.js';
import type {Stamp} from './stamps.js';
import type {WireRow} from './wire.js';

export type Resource = Envelope & {
  /**
   * The path of its list, which names it everywhere: `tags`, `lists/exclusions`. The id of another row in it is written
   * `{id}`: `contacts/{id}/trackingLogs`, `groupMembers?group_id={id}`.
   */
  readonly name: string;
  /** The rows have no list of their own; they come with others. */
  readonly isSideLoaded?: boolean;
  /** Numbers where nothing is said. */
  readonly ids?: Ids;
  /** Rows in the account of 250 contacts, and how that grows: with the contacts, slower, hardly at all, or never. */
  readonly size: readonly [rows: number, grows: 'withContacts' | 'slowly' | 'hardly' | 'never'];
  /** The row that each row hangs on: which resource it is, and the key that names it. */
  readonly parent?: Parent;
  /** The row whose id stands in the path, where that is not the parent. */
  readonly under?: Owner;
  /** Another row that takes these along when it goes: the field of a value. */
  readonly goesWith?: Owner;
  /** The parent's row holds the ids of these rows. */
  readonly isListedByParent?: boolean;
  readonly row: (r: RowSource) => WireRow;
  /** The key of the text that changes when an edit does not say what. */
  readonly editable: string;
  /** Rows are written once and stay as they are. */
  readonly isLog?: boolean;
  /** May vanish in a random change. */
  readonly isRemovable?: boolean;
  /**
   * The columns that hold an instant, by their names on the wire. A server that is told to obey sorts by each of them,
   * as it is spelled or in snake case.
   */
  readonly stamps?: Readonly<Record<string, Stamp>>;
  readonly filters?: readonly Filter[];
  /** What is obeyed by default, and orders by other columns than stamps and the id. */
  readonly orders?: readonly Order[];
  /** The parameter that asks for an order: `orders[name]=DESC` where nothing is said, or `sort=-name`. */
  readonly orderParameter?: OrderParameter;
  /** What the list is sorted by when nothing that it obeys was asked for; its ids where nothing is said. */
  readonly usualOrder?: {readonly name: string; readonly isDescending: boolean};
};

export type OrderParameter = 'orders' | 'order' | 'sort' | 'ordering';

/** Which row stands in a path: a key of the rows below it holds the value of a column of its own. */
export type Owner = {readonly resource: string; readonly key: string; readonly column?: string};

export type Parent = {
  readonly resource: string;
  readonly key: string;
  /** Only every third (or so) parent has children. */
  readonly every?: number;
};

/** A row that a filter judges or an order ranks. */
export type Candidate = Pick<RowSource, 'id' | 'index' | 'created' | 'updated' | 'isPartial'> & {
  /** The rank of one of the resource's stamps; null where the row does not show it. */
  readonly rankOf: (column: string) => number | null;
  readonly row: () => WireRow;
};

export type Filter = {
  /** The parameter as a query spells it: `filters[contact]`, `after`, `ids[]`. */
  readonly parameter: string;
  /** Whether the server obeys it unless told otherwise: what is documented or was seen, not what only code relies on. */
  readonly isObeyed: boolean;
  /** Makes the test for one value, or undefined for a value that cannot be read, which is then ignored. */
  readonly test: (value: string, context: FilterContext) => ((candidate: Candidate) => boolean) | undefined;
  /** The same for filters that are nothing but bounds of a stamp, so that rows in its order need not be tested. */
  readonly range?: (value: string, context: FilterContext) => StampRange | undefined;
};

/** Both ends are included. */
export type StampRange = {readonly column: string; readonly least: number; readonly most: number};

export type FilterContext = {
  /** The operator of `filters[name][operator]`, `eq` where none is given. */
  readonly operator: string;
  readonly isAfterInclusive: boolean;
  readonly dealsFilterGranularity: 'second' | 'day';
  /** The ids of a contact's rows of a child resource. */
  readonly childrenOf: (child: string, parentIndex: number) => readonly WireRow[];
};

export type Order = {
  /** The name inside `orders[...]`. */
  readonly name: string;
  readonly isObeyed: boolean;
  readonly rank: (candidate: Candidate) => Rank;
};

export type Rank = string | number | null;
