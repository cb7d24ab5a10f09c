// What one row of the stream table says of a stream, and what follows from it.

import type {CustomColumns} from './custom-fields/columns.js';
import type {CustomFieldSource} from './custom-fields/source.js';
import type {ApiFault} from './errors.js';
import type {StreamSchema} from './schemas.js';

/** How a stream is replicated, in Singer's words. */
export type ReplicationMethod = 'FULL_TABLE' | 'INCREMENTAL';

/** A changed-since parameter of a list. */
export type ChangedSince = {
  /** The query parameter, such as `filters[updated_after]`. It takes an instant with a zone. */
  readonly parameter: string;
  /** The replication key that the server compares with it; with another key chosen, the list is read whole. */
  readonly replicationKey: string;
  /** How far before the bookmark to ask, in seconds: the bound may be exclusive, or of day granularity. */
  readonly marginSeconds: number;
};

/** The parameters of a list that order it by its key and ask for keys greater or less than a value. */
export type KeysetParameters = {readonly order: string; readonly after: string; readonly before: string};

/**
 * The list of parents whose answers bring the rows of this one along. What changed is then read through the parents
 * that changed, which is right only where a change of a row moves its parent's replication key. Nobody documents that,
 * so it is done on evidence alone, which is looked for behind a whole read and holds for 7 days: a whole read comes at
 * least once a week, and brings again what changed since the last one. `full_refresh_days` asks for it more often.
 */
export type SideLoaded = {
  /** The parents' stream. Its list needs a changed-since filter. */
  readonly tapStreamId: string;
  /** The value of `include=` that asks for the rows. */
  readonly include: string;
  /** The key of a row that names its parent, as the wire spells it. */
  readonly parentKey: string;
  /** The field of a parent that tells when it was created. */
  readonly parentCreatedKey: string;
};

/**
 * How an answer holds its rows, where it is not a list of them under the data key:
 * `object` is one row under the data key, `body` is the answer itself as the one row, `texts` is a list of texts under
 * the data key, `resources` is JSON:API (rows of `id`, `type` and `attributes`), `customObjects` is rows with a list of
 * fields, and `batches` is rows in every list of the answer, whose name tells their `state`.
 */
export type Envelope = 'object' | 'body' | 'texts' | 'resources' | 'customObjects' | 'batches';

/** How a list is paged where it is not by `limit` and `offset`: by `page` and `page_size`, or not at all. */
export type Paging = 'pages' | 'once';

/** Where rows hang below those of another stream. */
export type PerParent = {
  /** The parents' stream. */
  readonly tapStreamId: string;
  /** The path per parent row; `:id` stands for its key. */
  readonly path: string;
  /** The query parameter that takes the parent's key, where it is not part of the path. */
  readonly parameter?: string;
  /** The key on the wire under which a parent holds what the path wants, where it is not `id`. */
  readonly parentKey?: string;
  /** The field of a record that takes the parent's key, where the rows do not say whose they are. */
  readonly parentField?: string;
  /**
   * Runs ask below those parents only whose replication key moved since the last one. Whether a change of a
   * row moves its parent, nobody knows; asking below all of them takes a request each, and `full_refresh_days` does it.
   */
  readonly isBelowChanged?: true;
  /** How answers of the parents' list bring the rows of a whole page of parents along, where they do. */
  readonly include?: {
    /** The value of `include=` that asks for them; undefined where they come unasked. */
    readonly parameter?: string;
    /** Their key in the answer. */
    readonly dataKey: string;
    /** The key of a row that names its parent, as the wire spells it. */
    readonly parentKey?: string;
    /** Where the parents themselves come along with a list of theirs: their key in its answers, and that of their rows. */
    readonly through?: {readonly dataKey: string; readonly childKey: string};
  };
};

/** Why a stream cannot be read, where that is known before it is asked for. */
export type Unreadable = ApiFault & {
  /** Set where what the stream stood for is no more. */
  readonly isGone?: true;
  /** What it means and the way out: ends the sentence "stream failed: ...". */
  readonly advice?: string;
};

/** One row of the stream table. */
export type StreamDefinition = {
  readonly tapStreamId: string;
  /** What its records look like, of a stream that only this account has: the others have a file each. */
  readonly schema?: StreamSchema;
  /** Why it cannot be read, where that is known before it is asked for. */
  readonly fault?: Unreadable;
  /** What the catalog is to say of such a stream besides. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The list endpoint, relative to `/api/3/`. Of a stream that lives below its parents only, the path per parent. */
  readonly path: string;
  /** The key of the rows in an answer, where it is not the last segment of `path`. */
  readonly dataKey?: string;
  /** The key of the list that is paged through, where neither of the two is it. */
  readonly listKey?: string;
  readonly envelope?: Envelope;
  readonly paging?: Paging;
  /** The fields that identify a record, where it is not `id` alone. */
  readonly keyProperties?: readonly string[];
  /** Rows that show little but their key, since a right is missing: the key on the wire that marks them, and the right. */
  readonly partialRows?: {readonly markedBy: string; readonly right: string};
  /** Why the stream is only synced when it is asked for: ends the sentence "Not selected by default: ...". */
  readonly unselected?: string;
  /** What the schema does not name goes into the field `extra`, as JSON: nobody documents the fields of such a list. */
  readonly hasExtra?: true;
  /** The replication key makes a stream INCREMENTAL; without one it is FULL_TABLE. */
  readonly replicationKey?: string;
  /** Further keys that a user may choose in the catalog instead. */
  readonly otherReplicationKeys?: readonly string[];
  /** Query parameters that ask for an order of rows, sent with every page. */
  readonly order?: Readonly<Record<string, string>>;
  /**
   * Whoever crawled the list met its rows in another order with every page, so that it is read several times. It is only
   * reckoned with in advance: what the list does when it is read, its pages show.
   */
  readonly hasNoOrder?: true;
  /** The parameters by which a list can be read key by key, where it has them: pages need no offset then. */
  readonly keyset?: KeysetParameters;
  readonly changedSince?: ChangedSince;
  /** The parameter that asks for rows by their ids, a list in brackets, where the list has it. */
  readonly idsParameter?: string;
  readonly sideLoaded?: SideLoaded;
  /** The custom fields of its rows, whose values may go into its records. */
  readonly customFields?: CustomFieldSource;
  /** What an account's custom fields add to its records, where that is wanted. */
  readonly custom?: CustomColumns;
  /** How the list's date-times without a zone are to be read where that is not the account-wide `naive_timezone`. */
  readonly zonelessDates?: 'UTC';
  /** Query parameters sent with every page. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Spellings on the wire that the snake_case rule does not lead to: field -> wire key. A dotted name is a field inside
   * an object (`options.blank_overwrite`), whose wire key is then the last part only.
   */
  readonly wireKeys?: Readonly<Record<string, string>>;
  /** Where the rows hang below others; beside a `path` of another value it is used where that answers 404. */
  readonly perParent?: PerParent;
};

/** Whether a stream has no list of its own: its rows are only to be had below their parents. */
export function livesBelowParents({path, perParent}: StreamDefinition): boolean {
  return perParent?.path === path;
}

/** The key under which an answer holds a stream's own rows: that of its list, unless the table says otherwise. */
export function dataKeyOf(stream: StreamDefinition): string {
  return stream.dataKey ?? listKeyOf(stream);
}

/** The key under which an answer holds the rows of the list itself, by which it is paged: the last segment of the path. */
export function listKeyOf({path, listKey}: StreamDefinition): string {
  return listKey ?? path.slice(path.lastIndexOf('/') + 1);
}

/** The fields that identify a record. */
export function keyPropertiesOf({keyProperties = ['id']}: StreamDefinition): readonly string[] {
  return keyProperties;
}

/** The replication keys a user may choose from, the default first; empty for a FULL_TABLE stream. */
export function validReplicationKeys(stream: StreamDefinition): readonly string[] {
  return stream.replicationKey === undefined ? [] : [stream.replicationKey, ...(stream.otherReplicationKeys ?? [])];
}

/** Singer's replication method, which follows from the replication key. */
export function replicationMethodOf(stream: StreamDefinition): ReplicationMethod {
  return stream.replicationKey === undefined ? 'FULL_TABLE' : 'INCREMENTAL';
}

/** What the transformation of a stream's rows has to know of their keys. */
export function spellingOf({wireKeys, hasExtra}: StreamDefinition): {
  readonly wireKeys?: Readonly<Record<string, string>>;
  readonly rest?: string;
} {
  return {...(wireKeys && {wireKeys}), ...(hasExtra && {rest: 'extra'})};
}
