// Every stream of the tap is one row of this table plus one schema file: what differs between streams is data.

/** A changed-since parameter of a list. */
export type ChangedSince = {
  /** The query parameter, such as `filters[updated_after]`. It takes an instant with a zone. */
  readonly parameter: string;
  /** The replication key that the server compares with it; with another key chosen, the list is read whole. */
  readonly replicationKey: string;
  /** How far before the bookmark to ask, in seconds: the bound may be exclusive, or of day granularity. */
  readonly marginSeconds: number;
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
  /** The parameter that asks for rows behind a key (`id_greater`), where the list has one: pages need no offset then. */
  readonly keyset?: string;
  readonly changedSince?: ChangedSince;
  /** How the list's date-times without a zone are to be read where that is not the account-wide `naive_timezone`. */
  readonly zonelessDates?: 'UTC';
  /** Spellings on the wire that the snake_case rule does not lead to: field -> wire key. */
  readonly wireKeys?: Readonly<Record<string, string>>;
  /** The parent stream's tap_stream_id and the path per parent row (`:id` stands for its key), used where `path` answers 404. */
  readonly perParent?: {readonly tapStreamId: string; readonly path: string};
};
