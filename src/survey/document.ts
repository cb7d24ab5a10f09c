// The document of a survey. It holds what a server does and nothing of what an account has: counts, types, names of the
// API, words of this file, booleans, status codes, milliseconds. A field that could hold anything else has no place here.

/** What a server does with a parameter. Unclear is what the rows at hand cannot show. */
export type Obedience = 'obeyed' | 'ignored' | 'refused' | 'unclear' | 'not asked';

export type SurveyDocument = {
  /** The form of this document. */
  readonly survey_version: 1;
  readonly tap_version: string;
  readonly requests: {readonly used: number; readonly most: number};
  readonly clock: {readonly this_machine_ahead_seconds: number | null};
  readonly rate: {
    readonly requests_per_second_set: number;
    readonly limit_told: number | null;
    readonly least_remaining_told: number | null;
    readonly refused: number;
  };
  /** How often each status came; `none` where no whole answer did. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency_ms: {readonly median: number; readonly slowest_tenth: number; readonly slowest: number} | null;
  /** Of contacts, one page at each offset. */
  readonly latency_by_offset: readonly {readonly offset: number; readonly ms: number}[];
  /** By tap_stream_id. */
  readonly streams: Readonly<Record<string, SurveyedStream>>;
};

export type SurveyedStream = {
  /** As in the stream table, `:id` standing for the id of another row. */
  readonly path: string;
  /** Of the first look; null where it was not asked, or no whole answer came. */
  readonly status: number | null;
  /** What only a list that could be read tells. */
  readonly list?: SurveyedList;
};

export type SurveyedList = {
  readonly ms: number;
  readonly bytes: number;
  /** Rows that came for `limit=100`, and for `limit=1000` where there are more than that. */
  readonly rows: number;
  readonly rows_for_1000: number | null;
  readonly total: number | null;
  readonly total_type: 'string' | 'number' | 'absent' | 'other';
  readonly default_order: 'ascending ids' | 'descending ids' | 'another' | 'unclear';
  /** Whether a second request brought the same rows in the same order. */
  readonly is_order_stable: boolean | null;
  /** Rows without the replication key; null for a stream without one. */
  readonly rows_without_replication_key: number | null;
  /** What comes along with the rows unasked. */
  readonly beside: readonly string[];
  /** Names on the wire that the schema lacks, and names of the schema that no row has. */
  readonly unknown_fields: readonly string[];
  readonly absent_fields: readonly string[];
  readonly zoneless_fields: readonly ZonelessField[];
  readonly orders: Readonly<Record<string, Obedience>>;
  readonly filters: Readonly<Record<string, Obedience>>;
  readonly filter_bounds?: FilterBounds;
  readonly keyset?: {readonly after: Obedience; readonly before: Obedience; readonly is_total_shrunk: boolean | null};
  /** By the value of `include=`. */
  readonly includes?: Readonly<Record<string, SurveyedInclude>>;
};

/** A field of date-times without a zone, and the zone that fits where another field tells the same moment with its own. */
export type ZonelessField = {readonly field: string; readonly twin: string | null; readonly zone: string | null};

export type SurveyedInclude = {readonly came: Obedience; readonly rows: number | null; readonly comes_unasked: boolean};

/** How a filter by an instant treats its bound. */
export type FilterBounds = {
  readonly is_inclusive: boolean | null;
  /** Whether it is seen to tell times of one day apart. */
  readonly knows_time_of_day: boolean | null;
};
