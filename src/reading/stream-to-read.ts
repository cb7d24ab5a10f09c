// What the reading has to know of a stream: what is wanted of it, and what is known of it already.

import type {CustomFieldSource} from '../custom-fields/source.js';
import type {Filler} from '../custom-fields/values.js';
import type {Filters} from '../filters.js';
import type {SideLoaded, StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import type {Checkpoint} from './checkpoint.js';
import type {Proof} from './list.js';

/** A stream as it is to be read. Instants are UTC with six decimals. */
export type StreamToRead = {
  readonly definition: StreamDefinition;
  /** Those of its parameters by which a user narrows the list: the server has to be seen to obey them. */
  readonly filters?: Filters | undefined;
  /** Rows whose replication key is older are not wanted; undefined when every row is. */
  readonly since: string | undefined;
  readonly replication: Replication | undefined;
  readonly memory: Memory;
  /** Where the rows come along with those of their parents. */
  readonly sideLoading?: SideLoading | undefined;
  /** Where the rows hang below others: those, as they are to be read. Only below these are rows wanted. */
  readonly parents?: StreamToRead | undefined;
  /** The values of custom fields that the rows are to carry. */
  readonly values?: ValuesToRead | undefined;
  /** Whether its records have no place for the `links` of a row. */
  readonly dropsLinks?: boolean | undefined;
  /** Where an interrupted reading of the same rows stood. */
  readonly checkpoint: Checkpoint | undefined;
  /** Told why a checkpoint is of no use. */
  readonly onIgnored?: (reason: string) => void;
};

/** The chosen replication key, and its instant in a row; null where the row has none. */
export type Replication = {readonly key: string; readonly valueOf: (row: WireRow) => string | null};

/** What has to be known of rows that come along with their parents. Instants are UTC with six decimals. */
export type SideLoading = {
  readonly source: SideLoaded;
  readonly parent: StreamDefinition;
  /** Whether the list may be read so in this run; where not, it is only found out whether it could be. */
  readonly isWanted: boolean;
  /** The whole record of a row. */
  readonly recordOf: (row: WireRow) => Readonly<Record<string, unknown>>;
  /** The parent's replication key, and its instant in a parent. */
  readonly parentReplication: Replication;
  /** When a parent was created; null where it does not say. */
  readonly parentCreatedAt: (parent: WireRow) => string | null;
};

/** What has to be known of the values that rows are to carry. */
export type ValuesToRead = {
  readonly source: CustomFieldSource;
  readonly filler: Filler;
  /** Their own list, as a whole. */
  readonly list: StreamToRead;
  /** From when on a changed value makes its row come again; undefined where all rows come. */
  readonly since: string | undefined;
  /** How what is found out about their list is told from what is known of the rows' own. */
  readonly proofPrefix: string;
  /** Why there can be no values; undefined where nothing is known against them. */
  readonly fault: string | undefined;
};

/** What earlier runs found out about a list. */
export type Memory = {
  /** How many rows it was last seen or told to have. */
  readonly rows: number | undefined;
  readonly proofs: Readonly<Record<string, Proof>>;
};
