// The parameters of `sandbox:` and of the simulator's command line: one row each, with its reading.

import {faultAnswers} from './faults.js';
import type {FaultAnswer, FaultPlan, SimulatorOptions} from './options.js';
import {checkPaths, suggestion} from './paths.js';
import {resourceNames} from './resources/index.js';
import {sizesFor} from './sizes.js';

/** A `sandbox:` URL that cannot be read. The message names the parameter and the way out. */
export class SandboxUrlError extends Error {
  override name = 'SandboxUrlError';
}

export type Parameter = {
  readonly name: string;
  /** What a value looks like. */
  readonly form: string;
  readonly description: string;
  readonly read: (value: string) => SimulatorOptions;
};

export const parameters: readonly Parameter[] = [
  parameter('seed', whole(), 'the account that is made up: same seed, same account (1)', seed => ({seed})),
  parameter('contacts', whole(), 'contacts; the other lists follow in proportion (250)', contacts => ({contacts})),
  parameter('records', whole(), 'records over all lists together, exactly', records => ({records})),
  parameter('token', text(), 'the one good token (sandbox-token)', token => ({token})),
  parameter('latency_ms', number(), 'milliseconds before each answer (0)', latencyMs => ({latencyMs})),
  parameter('jitter_ms', number(), 'up to so many milliseconds more, at random (0)', jitterMs => ({jitterMs})),
  parameter('slow_offset_ms', number(), 'milliseconds more per 1,000 rows of offset (0.2)', slowOffsetMs => ({
    slowOffsetMs,
  })),
  parameter('requests_per_second', whole(), 'the limit, strict in any second; 0 for none (5)', requestsPerSecond => ({
    requestsPerSecond,
  })),
  parameter('retry_after', secondsOrOff(), 'seconds in Retry-After of a 429, or off (1)', retryAfter => ({retryAfter})),
  parameter('rate_headers', onOff(), 'RateLimit-Limit and RateLimit-Remaining in answers (off)', rateHeaders => ({
    rateHeaders,
  })),
  parameter('page_cap', whole(1), 'the most rows of a page (100)', pageCap => ({pageCap})),
  parameter('clock_skew_seconds', signed(), 'how far the server clock is ahead (0)', clockSkewSeconds => ({
    clockSkewSeconds,
  })),
  parameter('changes', whole(), 'random changes after the start, stamped now (0)', changes => ({changes})),
  parameter('moving', number(), 'random changes a second while it is read (0)', moving => ({moving})),
  parameter('fault_rate', share(), 'share of requests with a transient fault (0)', faultRate => ({faultRate})),
  parameter('faults', list(readFault), 'faults by plan: path[@page]:answer[xTimes], e.g. deals@2:503x3', plans => ({
    faults: plans,
  })),
  parameter('forbidden', list(identity), 'paths that answer 403 for good', forbidden => ({forbidden})),
  parameter('missing', list(identity), 'paths that answer 404 for good', missing => ({missing})),
  parameter('obey_filters', list(identity), 'filters obeyed though unproven: *, path or path.name', obeyFilters => ({
    obeyFilters,
  })),
  parameter('ignore_filters', list(identity), 'filters ignored, likewise', ignoreFilters => ({ignoreFilters})),
  parameter('obey_orders', list(identity), 'orders obeyed though unproven, likewise', obeyOrders => ({obeyOrders})),
  parameter('ignore_orders', list(identity), 'orders ignored, likewise', ignoreOrders => ({ignoreOrders})),
  parameter(
    'direction_only_orders',
    list(identity),
    'lists, or *, that sort by id whatever an order names',
    directionOnlyOrders => ({directionOnlyOrders}),
  ),
  parameter('nulls', oneOf('lowest', 'highest'), 'how missing values rank in an order (lowest)', nulls => ({nulls})),
  parameter('obey_includes', list(identity), 'include= obeyed though unproven, likewise', obeyIncludes => ({
    obeyIncludes,
  })),
  parameter('ignore_includes', list(identity), 'include= ignored, likewise', ignoreIncludes => ({ignoreIncludes})),
  parameter(
    'unstable',
    list(identity, true),
    'lists in a new order for each request (contactLists, deals, records of custom objects)',
    unstable => ({unstable}),
  ),
  parameter(
    'unstable_ties',
    list(identity),
    'lists, or *, whose rows of equal rank come in a new order each time',
    unstableTies => ({unstableTies}),
  ),
  parameter('unpaged', list(identity, true), 'lists that send all rows whatever limit and offset say', unpaged => ({
    unpaged,
  })),
  parameter(
    'totals',
    list(readTotal),
    'how meta.total is written: path:string, path:number or path:absent',
    totals => ({
      totals: Object.fromEntries(totals),
    }),
  ),
  parameter(
    'deals_filter_granularity',
    oneOf('second', 'day'),
    'of filters[updated_after] on deals (second)',
    dealsFilterGranularity => ({
      dealsFilterGranularity,
    }),
  ),
  parameter(
    'updated_after_inclusive',
    onOff(),
    'whether such filters include their bound (off)',
    updatedAfterInclusive => ({updatedAfterInclusive}),
  ),
  parameter(
    'total_after_id_greater',
    oneOf('shrunk', 'all'),
    'what meta.total counts with id_greater (shrunk)',
    totalAfterIdGreater => ({
      totalAfterIdGreater,
    }),
  ),
  parameter('ecom_order_products', oneOf('on', '404'), 'the account-wide list of order products (on)', value => ({
    ecomOrderProducts: value === 'on',
  })),
  parameter(
    'partial_deals',
    oneOf('mixed', 'with-status', 'without-status', 'none'),
    'deals without permission (mixed)',
    partialDeals => ({
      partialDeals,
    }),
  ),
  parameter(
    'custom_field_dates',
    oneOf('offset', 'zoneless'),
    'UTC dates of deal and account fields (offset)',
    customFieldDates => ({
      customFieldDates,
    }),
  ),
  parameter(
    'children_move_contacts',
    onOff(),
    'whether tags, lists and values move a contact (off)',
    childrenMoveContacts => ({childrenMoveContacts}),
  ),
  parameter(
    'included_deal_keys',
    oneOf('snake', 'camel'),
    'spelling of included deal values (snake)',
    includedDealKeys => ({includedDealKeys}),
  ),
  parameter('logged_requests', whole(), 'requests kept in the log (10000)', loggedRequests => ({loggedRequests})),
];

const parameterNames = [...parameters.map(({name}) => name), ...resourceNames];

/**
 * Reads `sandbox:` or `sandbox:contacts=10000&latency_ms=300`. Besides the parameters every list sets its rows
 * (`deals=500`), by its path, with `{id}` where the id of another row stands.
 *
 * @throws SandboxUrlError for an unknown parameter or a value out of its form
 */
export function parseSandboxUrl(url: string): SimulatorOptions {
  if (!/^sandbox:/i.test(url)) throw new SandboxUrlError(`"${url}" does not begin with "sandbox:"`);
  return parseParameters(url.slice('sandbox:'.length).replace(/^(\/\/)?\??/, ''));
}

/** Reads the part of a sandbox URL behind the colon. @throws SandboxUrlError as parseSandboxUrl does */
export function parseParameters(query: string): SimulatorOptions {
  let options: SimulatorOptions = {};
  const counts: Record<string, number> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const known = parameters.find(candidate => candidate.name === name);
    if (known !== undefined) options = {...options, ...known.read(value)};
    else if (resourceNames.includes(name)) counts[name] = readAs(name, whole(), value);
    else throw new SandboxUrlError(`sandbox parameter "${name}" is unknown; ${suggestion(name, parameterNames)}`);
  }
  if (Object.keys(counts).length > 0) options = {...options, counts};
  check(options);
  return options;
}

type Form<Value> = {readonly form: string; readonly read: (value: string) => Value | undefined};

function parameter<Value>(
  name: string,
  form: Form<Value>,
  description: string,
  options: (value: Value) => SimulatorOptions,
): Parameter {
  return {name, form: form.form, description, read: value => options(readAs(name, form, value))};
}

function readAs<Value>(name: string, {form, read}: Form<Value>, value: string): Value {
  const result = read(value.trim());
  if (result === undefined) throw new SandboxUrlError(`sandbox parameter "${name}" must be ${form}, not "${value}"`);
  return result;
}

function check(options: SimulatorOptions): void {
  try {
    checkPaths(options);
    sizesFor(options);
  } catch (error) {
    if (error instanceof RangeError) throw new SandboxUrlError(`sandbox parameter ${error.message}`);
    throw error;
  }
}

function identity(value: string): string {
  return value;
}

function text(): Form<string> {
  return {form: 'a text', read: value => (value === '' ? undefined : value)};
}

function whole(least = 0): Form<number> {
  return {
    form: `a whole number from ${least} on`,
    read: value => (/^\d{1,12}$/.test(value) && Number(value) >= least ? Number(value) : undefined),
  };
}

function number(): Form<number> {
  return {form: 'a number from 0 on', read: value => (/^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : undefined)};
}

function signed(): Form<number> {
  return {form: 'a number', read: value => (/^[+-]?\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : undefined)};
}

function share(): Form<number> {
  return {
    form: 'a share from 0 to 1, such as 0.02',
    read: value => (/^(0|1|0?\.\d+|1\.0+)$/.test(value) ? Number(value) : undefined),
  };
}

function onOff(): Form<boolean> {
  return {form: 'on or off', read: value => ({on: true, off: false})[value]};
}

function secondsOrOff(): Form<number | false> {
  return {
    form: 'a whole number of seconds, or off',
    read: value => (value === 'off' ? false : value === 'on' ? 1 : whole().read(value)),
  };
}

function oneOf<const Value extends string>(...values: readonly Value[]): Form<Value> {
  return {form: `one of ${values.join(', ')}`, read: value => values.find(candidate => candidate === value)};
}

function list<Value>(read: (value: string) => Value | undefined, mayBeEmpty = false): Form<readonly Value[]> {
  return {
    form: 'a list with commas, as --help shows it',
    read: value => {
      const items = value === '' ? [] : value.split(',').map(item => read(item.trim()));
      return items.includes(undefined) || (items.length === 0 && !mayBeEmpty)
        ? undefined
        : items.filter(item => item !== undefined);
    },
  };
}

function readFault(value: string): FaultPlan | undefined {
  const match = /^([^@:]+)(?:@(\d+))?:([a-z0-9]+?)(?:x(\d+))?$/.exec(value);
  const answer: FaultAnswer | undefined = faultAnswers.find(candidate => String(candidate) === match?.[3]);
  if (match?.[1] === undefined || answer === undefined) return undefined;
  return {
    path: match[1],
    answer,
    page: match[2] === undefined ? undefined : Number(match[2]),
    times: match[4] === undefined ? undefined : Number(match[4]),
  };
}

function readTotal(value: string): [string, 'string' | 'number' | 'absent'] | undefined {
  const [path = '', kind] = value.split(':');
  return kind === 'string' || kind === 'number' || kind === 'absent' ? [path, kind] : undefined;
}
