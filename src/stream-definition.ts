// What one row of the stream table says of a stream, and what follows from it.

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

/** One row of the stream table. */
export type StreamDefinition = {
  readonly tapStreamId: string;
  /** The list endpoint, relative to `/api/3/`. */
  readonly path: string;
  /** The key of the rows in an answer, where it is not the last segment of `path`. */
  readonly dataKey?: string;
  /** The replication key makes a stream INCREMENTAL; without one it is FULL_TABLE. */
  readonly replicationKey?: string;
  /** Further keys that a user may choose in the catalog instead. */
  readonly otherReplicationKeys?: readonly string[];
  /** Query parameters that ask for an order of rows, sent with every page. */
  readonly order?: Readonly<Record<string, string>>;
  /** The parameters by which a list can be read key by key, where it has them: pages need no offset then. */
  readonly keyset?: KeysetParameters;
  readonly changedSince?: ChangedSince;
  /** The parameter that asks for rows by their ids, a list in brackets, where the list has it. */
  readonly idsParameter?: string;
  readonly sideLoaded?: SideLoaded;
  /** How the list's date-times without a zone are to be read where that is not the account-wide `naive_timezone`. */
  readonly zonelessDates?: 'UTC';
  /** Query parameters sent with every page. */
  readonly parameters?: Readonly<Record<string, string>>;
  /**
   * Spellings on the wire that the snake_case rule does not lead to: field -> wire key. A dotted name is a field inside
   * an object (`options.blank_overwrite`), whose wire key is then the last part only.
   */
  readonly wireKeys?: Readonly<Record<string, string>>;
  /** The parent stream's tap_stream_id and the path per parent row (`:id` stands for its key), used where `path` answers 404. */
  readonly perParent?: {readonly tapStreamId: string; readonly path: string};
};

/** The key under which an answer holds a stream's own rows: that of its list, unless the table says otherwise. */
export function dataKeyOf(stream: StreamDefinition): string {
  return stream.dataKey ?? listKeyOf(stream);
}

/** The key under which an answer holds the rows of the list itself, by which it is paged: the last segment of the path. */
export function listKeyOf({path}: StreamDefinition): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The fields that identify a record. Every list of the table numbers its rows by `id`. */
export function keyPropertiesOf(_stream: StreamDefinition): readonly string[] {
  return ['id'];
}

/** The replication keys a user may choose from, the default first; empty for a FULL_TABLE stream. */
export function validReplicationKeys(stream: StreamDefinition): readonly string[] {
  return stream.replicationKey === undefined ? [] : [stream.replicationKey, ...(stream.otherReplicationKeys ?? [])];
}

/** Singer's replication method, which follows from the replication key. */
export function replicationMethodOf(stream: StreamDefinition): ReplicationMethod {
  return stream.replicationKey === undefined ? 'FULL_TABLE' : 'INCREMENTAL';
}
