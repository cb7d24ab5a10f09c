// The settings: names, defaults, bounds and words, as one JSON Schema. Data only, so that help texts and the README can
// be made from it without loading a validator.

/** The part of JSON Schema that settings need. */
export type SettingSchema = {
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'object' | readonly ('number' | 'integer' | 'object')[];
  readonly description: string;
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly additionalProperties?: {
    readonly type: 'integer' | 'number';
    readonly minimum?: number;
    readonly maximum?: number;
  };
  /** JSON Schema's way to say that a value is secret. */
  readonly writeOnly?: true;
};

/** One setting. */
export type Setting = {
  readonly name: string;
  /** Ends the sentence "<name> must be …". */
  readonly wanted: string;
  readonly schema: SettingSchema;
};

// A hundred years: more would leave the calendar.
const LONGEST_LOOKBACK_SECONDS = 3_153_600_000;
const MOST_DAYS = 36_500;

/** Every setting, in the order in which people meet them. */
export const settings: readonly Setting[] = [
  {
    name: 'api_url',
    wanted: 'the URL shown under Settings > Developer, such as https://ACCOUNT.api-us1.com',
    schema: {
      type: 'string',
      description:
        'The API URL of the account, as ActiveCampaign shows it under Settings > Developer: `https://ACCOUNT.api-us1.com`. Plain http only on loopback. `sandbox:` (or `sandbox:contacts=10000&latency_ms=300&seed=7`) starts the built-in simulator instead.',
    },
  },
  {
    name: 'api_token',
    wanted: 'the key shown under Settings > Developer, as text',
    schema: {
      type: 'string',
      description:
        'The API key, from Settings > Developer; not needed for `sandbox:`. It sees what its user may see. Never printed.',
      writeOnly: true,
    },
  },
  {
    name: 'api_token_file',
    wanted: 'the name of a file that holds the key',
    schema: {
      type: 'string',
      description:
        'A file that holds the API key and nothing else, instead of `api_token`. Read once, at the start; a relative name is one in the working directory.',
    },
  },
  {
    name: 'start_date',
    wanted: 'a date-time with its zone, such as 2024-01-01T00:00:00Z',
    schema: {
      type: 'string',
      description: 'Incremental streams without a bookmark begin here (RFC 3339).',
      default: '2000-01-01T00:00:00Z',
    },
  },
  {
    name: 'user_agent',
    wanted: 'plain printable ASCII text',
    schema: {
      type: 'string',
      description: 'How the tap introduces itself to the API.',
      default: 'tap-activecampaign/<version>',
    },
  },
  {
    name: 'request_timeout',
    wanted: 'a number of seconds from 0 (the default) to 86400',
    schema: {
      type: 'number',
      description: 'Seconds without a whole answer before a request is retried; 0 means the default.',
      default: 300,
      minimum: 0,
      maximum: 86_400,
    },
  },
  {
    name: 'requests_per_second',
    wanted: 'a number above 0 (0, for no limit, on loopback and sandbox: only)',
    schema: {
      type: 'number',
      description:
        "This run's share of the account's five requests a second; lower it when other programs use the API too. 0 (no limit) on loopback and `sandbox:` only.",
      default: 5,
      minimum: 0,
    },
  },
  {
    name: 'max_concurrent_requests',
    wanted: 'a whole number from 1 to 100',
    schema: {
      type: 'integer',
      description: 'How many requests may be under way at the same time.',
      default: 10,
      minimum: 1,
      maximum: 100,
    },
  },
  {
    name: 'max_retries',
    wanted: 'a whole number from 0 to 100',
    schema: {
      type: 'integer',
      description:
        'How often a request is tried again, with growing pauses; `Retry-After` is obeyed whatever its length.',
      default: 8,
      minimum: 0,
      maximum: 100,
    },
  },
  {
    name: 'page_size',
    wanted: 'a whole number from 1 to 100, the most the API serves',
    schema: {type: 'integer', description: 'Records a request.', default: 100, minimum: 1, maximum: 100},
  },
  {
    name: 'lookback_seconds',
    wanted: 'a whole number of seconds, or an object of stream names and such numbers',
    schema: {
      type: ['integer', 'object'],
      description:
        'How far before its bookmark an incremental stream reads again: a number, or an object stream → number.',
      default: 0,
      minimum: 0,
      maximum: LONGEST_LOOKBACK_SECONDS,
      additionalProperties: {type: 'integer', minimum: 0, maximum: LONGEST_LOOKBACK_SECONDS},
    },
  },
  {
    name: 'full_refresh_days',
    wanted: 'a number of days (0: in every run), or an object of stream names and such numbers',
    schema: {
      type: ['number', 'object'],
      description:
        'Reads an incremental stream whole again when its last whole read is older than this many days; 0 does so in every run, 0.5 after half a day. A number, or an object stream → number; streams without one go on from their bookmarks.',
      minimum: 0,
      maximum: MOST_DAYS,
      additionalProperties: {type: 'number', minimum: 0, maximum: MOST_DAYS},
    },
  },
  {
    name: 'emit_activate_version_messages',
    wanted: 'true or false',
    schema: {
      type: 'boolean',
      description:
        'Full-table streams and whole re-reads carry a version and end with ACTIVATE_VERSION, but only after a complete read that was verified, so that targets can remove what was deleted.',
      default: false,
    },
  },
  {
    name: 'naive_timezone',
    wanted: 'the name of a time zone, such as America/Chicago or UTC',
    schema: {
      type: 'string',
      description:
        "The zone of the API's date-times without a zone. The API writes US Central time; `UTC` reads them as the Python tap did.",
      default: 'America/Chicago',
    },
  },
  {
    name: 'custom_fields',
    wanted: 'rows, columns or object',
    schema: {
      type: 'string',
      description:
        'How custom field values arrive: `rows` in their own streams only, `columns` also as typed columns of contacts, deals and accounts (`cf_…`), `object` also in one object `custom_fields` of each.',
      default: 'rows',
      enum: ['rows', 'columns', 'object'],
    },
  },
  {
    name: 'filters',
    wanted: 'an object of stream names, each with an object of query parameters',
    schema: {
      type: 'object',
      description:
        'API query parameters by stream, which narrow its list: `{"contacts": {"listid": "3"}, "tags": {"filters[search][eq]": "vip"}}`. Values are texts, numbers, true, false, or lists of texts (`"ids[]": ["3", "5"]`). A parameter that the API does not obey fails its stream.',
    },
  },
  {
    name: 'mask',
    wanted: 'an object of fields, such as {"contacts.email": "hash", "*.phone": "drop"}',
    schema: {
      type: 'object',
      description:
        'Fields to hide: `{"contacts.email": "hash", "*.phone": "drop", "contacts.first_name": "null"}`. Names are `<stream>.<field>`, with `*` and `?` as in `--select`. `hash` is HMAC-SHA-256 with the key in the environment variable `TAP_ACTIVECAMPAIGN_MASK_KEY`, `null` empties a field, `drop` leaves it out.',
    },
  },
  {
    name: 'fail_fast',
    wanted: 'true or false',
    schema: {
      type: 'boolean',
      description: 'Stops at the first failing stream instead of going on with the others.',
      default: false,
    },
  },
  {
    name: 'log_level',
    wanted: 'trace, debug, info, warning, error or critical',
    schema: {
      type: 'string',
      description:
        '`trace`, `debug`, `info`, `warning`, `error` or `critical`; also read from the environment variables `TAP_ACTIVECAMPAIGN_LOGLEVEL` and, behind the config, `LOGLEVEL`.',
      default: 'info',
      enum: ['trace', 'debug', 'info', 'warn', 'warning', 'error', 'critical', 'fatal'],
    },
  },
  {
    name: 'log_format',
    wanted: 'text or json',
    schema: {
      type: 'string',
      description:
        '`text`: `LEVEL message`, as singer-python logs; `json`: one object a line, as the Meltano SDK logs.',
      default: 'text',
      enum: ['text', 'json'],
    },
  },
  {
    name: 'report_file',
    wanted: 'the name of a file',
    schema: {
      type: 'string',
      description:
        'Where a sync writes its report as JSON: per stream the records, requests, way of reading, verdict and bookmarks, and the totals. Written in one step when the run ends, however it ends; its directory must exist.',
    },
  },
];

/** The JSON Schema of the config: every setting with its description and default. Unknown keys are allowed. */
export const settingsSchema = {
  type: 'object',
  properties: Object.fromEntries(settings.map(({name, schema}) => [name, schema])),
  required: ['api_url'],
} as const;

/** Other names under which a setting is accepted. */
export const aliases: Readonly<Record<string, string>> = {api_key: 'api_token', base_url: 'api_url'};
