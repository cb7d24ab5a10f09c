// The second opinion on every value: what a whole read of an account has to bring, worked out from the rows of the
// simulator and from the facts about streams and fields (facts/*.tsv), with rules of its own. It shares no code with
// the tap, so that a fault of the tap's rules shows as a difference.

import type {Simulator, WireRow} from '../../src/simulator/simulator.js';
import {shippedCatalog} from './account.js';
import {fieldFacts} from './facts.js';
import {firstStreams, keyFieldsOf, resourceOf, rowsOf} from './stream-rows.js';

/** A number by its digits, as JSON spells it; a double would lose some. */
class Digits {
  constructor(readonly text: string) {}

  toJSON(): string {
    return `number ${this.text}`;
  }
}

export type Value = null | boolean | string | Digits | Value[] | {[key: string]: Value};
export type ExpectedRecord = Record<string, Value>;

type Node = {
  readonly types: readonly string[];
  readonly format: string;
  /** Where the API spells the field otherwise. */
  readonly wireKey: string;
  items?: Node;
  readonly properties: Map<string, Node>;
};

const CENTRAL = 'America/Chicago';

/** The field for what is not documented of a row. */
const EXTRA = 'extra';

// These four keep true UTC, in old answers without saying so.
const KEPT_IN_UTC = ['accountCustomFieldData', 'accountCustomFieldMeta', 'dealCustomFieldData', 'dealCustomFieldMeta'];

/** Every record that a whole read of a stream brings, by its key. `zone` is that of date-times without one. */
export function expectedRecords(sim: Simulator, stream: string, zone = CENTRAL): Map<string, ExpectedRecord> {
  const resource = resourceOf(stream);
  const node = nodeOf(stream);
  const zoneOfRows = KEPT_IN_UTC.includes(resource) ? 'UTC' : zone;
  const records = new Map<string, ExpectedRecord>();
  for (const row of rowsOf(sim, stream)) {
    // The tap asks for the counts of accounts, which the plain row holds as 0; the simulator makes them from the id.
    const counts =
      resource === 'accounts'
        ? {contactCount: String(Number(row['id']) % 7), dealCount: String(Number(row['id']) % 3)}
        : {};
    const record = objectOf({...row, ...counts}, node, zoneOfRows);
    if (node.properties.has(EXTRA)) record[EXTRA] = restOf(row, node);
    records.set(keyOf(stream, record), record);
  }
  return records;
}

/** A record that has its values under the names of its fields, typed by a schema of the catalog. */
export function recordBySchema(row: WireRow, schema: object): ExpectedRecord {
  return objectOf(row, nodeOfPromised(schema), CENTRAL);
}

function keyOf(stream: string, record: ExpectedRecord): string {
  return keyFieldsOf(stream)
    .map(field => keyTextOf(record[field]))
    .join();
}

function keyTextOf(value: Value | undefined): string {
  return value instanceof Digits ? value.text : String(value);
}

/** A line of stdout with numbers as Digits. */
function parseExactly(line: string): {type: string; stream: string; record: ExpectedRecord} {
  const marked = line.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, token =>
    token.startsWith('"') ? token : `"\uE000${token}"`,
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith('\uE000') ? digits(value.slice(1)) : value,
  );
}

/**
 * Where the records on stdout are not those expected: one sentence each, the first twenty. `keys` are the fields that
 * tell them apart, of a stream that only this account has.
 */
export function differences(
  lines: readonly string[],
  stream: string,
  expected: ReadonlyMap<string, ExpectedRecord>,
  keys: readonly string[] = keyFieldsOf(stream),
): string[] {
  const found: string[] = [];
  const missing = new Set(expected.keys());
  const prefix = `{"type":"RECORD","stream":"${stream}",`;
  for (const line of lines) {
    if (!line.startsWith(prefix)) continue;
    const {record} = parseExactly(line);
    const key = keys.map(field => keyTextOf(record[field])).join();
    const wanted = expected.get(key);
    if (!wanted) {
      found.push(`${stream} ${key} is not expected`);
      continue;
    }
    if (!missing.delete(key)) found.push(`${stream} ${key} came twice`);
    for (const field of new Set([...Object.keys(wanted), ...Object.keys(record)])) {
      const [left, right] = [wanted, record].map(of => (field === EXTRA ? spellRest(of[field]) : spell(of[field])));
      if (left !== right) found.push(`${stream} ${key} ${field}: ${right}, not ${left}`);
    }
  }
  found.push(...[...missing].map(key => `${stream} ${key} is missing`));
  return found.slice(0, 20);
}

function spell(value: Value | undefined): string {
  if (value instanceof Digits) return value.toJSON();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'absent';
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'absent'
  );
}

/** A rest of a row: in what order its keys come is of no account. */
function spellRest(value: Value | undefined): string {
  return typeof value === 'string' ? spell(JSON.parse(value)) : spell(value);
}

// The schema as the facts tell it: the types of the Python tap's fields, and for fields that the API has gained since
// the types that the tap promises in its catalog.

const nodes = new Map<string, Node>();

function nodeOf(stream: string): Node {
  const known = nodes.get(stream);
  if (known) return known;
  const root: Node = {types: ['object'], format: '', wireKey: '', properties: new Map()};
  const promised = shippedCatalog('discovered').streams.find(entry => entry.tap_stream_id === stream)
    ?.schema as Promised;
  // The schemas of the further streams are compared with the facts field by field, by a test of their own.
  if (!firstStreams.includes(stream)) {
    nodes.set(stream, nodeOfPromised(promised));
    return nodeOfPromised(promised);
  }
  for (const fact of fieldFacts.filter(other => other.stream === stream)) {
    const names = fact.field.split(/\.|(?=\[\])/);
    const name = names.pop() ?? '';
    const holder = names.reduce((node, step) => inside(node, step), root);
    const node: Node =
      fact.origin === 'python'
        ? {
            types: fact.types === 'any' ? ['string'] : fact.types.split('|').filter(type => type !== 'null'),
            format: fact.format === 'date-time' ? fact.format : '',
            wireKey: fact.api_field.replace(/^\?/, '') || (name === 'blank_overwrite' ? 'blanks_overwrite' : ''),
            properties: new Map(),
          }
        : {...nodeOfPromised(promised.properties?.[fact.field]), wireKey: fact.api_field.replace(/^\?/, '')};
    if (name === '[]') holder.items = node;
    else holder.properties.set(name, node);
  }
  nodes.set(stream, root);
  return root;
}

type Promised = {type?: string | string[]; format?: string; items?: Promised; properties?: Record<string, Promised>};

function nodeOfPromised(promised: Promised | undefined): Node {
  if (!promised) throw new Error('the catalog lacks a field of the API');
  return {
    types: [promised.type ?? []].flat().filter(type => type !== 'null'),
    format: promised.format ?? '',
    wireKey: '',
    ...(promised.items ? {items: nodeOfPromised(promised.items)} : {}),
    properties: new Map(
      Object.entries(promised.properties ?? {}).map(([name, inner]) => [name, nodeOfPromised(inner)]),
    ),
  };
}

function inside(node: Node, step: string): Node {
  const inner = step === '[]' ? node.items : node.properties.get(step);
  if (!inner) throw new Error(`the facts tell of ${step} before what it stands in`);
  return inner;
}

// From a row to its record.

function objectOf(row: WireRow, node: Node, zone: string): ExpectedRecord {
  const wireKeys = new Map<string, string>();
  for (const key of Object.keys(row)) {
    const field = snake(key);
    // Of two keys that lead to the same field the last one that says something stays.
    if (row[key] !== null || !wireKeys.has(field)) wireKeys.set(field, key);
  }
  const record: ExpectedRecord = {};
  for (const [field, inner] of node.properties) {
    const wireKey = inner.wireKey || (wireKeys.get(field) ?? field);
    record[field] = fitted(row[wireKey], inner, row, zone);
  }
  return record;
}

/** What a row holds besides the fields that are known, as JSON; null where that is nothing. */
function restOf(row: WireRow, {properties}: Node): Value {
  const rest = Object.entries(row).filter(([key]) => !properties.has(snake(key)) && key !== 'links');
  return rest.length === 0 ? null : textOf(Object.fromEntries(rest));
}

function fitted(value: unknown, node: Node, row: WireRow, zone: string): Value {
  if (value === null || value === undefined) return null;
  if (node.types.length > 1) return fittedToOne(value, node, row, zone);
  switch (node.types[0]) {
    case 'string':
      return node.format === 'date-time' ? instantOf(value, node.wireKey, row, zone) : textOf(value);
    case 'integer':
      return integerOf(value);
    case 'number':
      return numberOf(value);
    case 'boolean':
      return flagOf(value);
    case 'array':
      return listOf(value, node, row, zone);
    case 'object':
      return typeof value === 'object' ? mapOf(value, node, zone) : null;
    default:
      throw new Error(`a value of type ${node.types[0]}`);
  }
}

// A value of two types keeps the one it has.
function fittedToOne(value: unknown, node: Node, row: WireRow, zone: string): Value {
  const own = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : 'text';
  const integer = own === 'text' && node.types.includes('integer') ? integerOf(value) : null;
  if (integer !== null) return integer;
  const type = own === 'text' ? 'string' : own;
  return node.types.includes(type) ? fitted(value, {...node, types: [type]}, row, zone) : null;
}

function listOf(value: unknown, node: Node, row: WireRow, zone: string): Value {
  if (typeof value !== 'object' || value === null) return null;
  // PHP's empty object and its list with gaps are lists.
  return Object.values(value).map(item => (node.items ? fitted(item, node.items, row, zone) : freely(item)));
}

function mapOf(value: object, node: Node, zone: string): Value {
  if (Array.isArray(value) && value.length > 0) return null;
  const row: WireRow = Array.isArray(value) ? {} : (value as WireRow);
  return node.properties.size > 0 ? objectOf(row, node, zone) : freely(row);
}

/** What has no declared fields keeps its shape; its keys are spelt as all keys are. */
function freely(value: unknown): Value {
  if (typeof value === 'string') return cleaned(value);
  if (typeof value === 'number' || typeof value === 'bigint') return digits(String(value));
  if (Array.isArray(value)) return value.map(freely);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snake(key), freely(inner)]));
  }
  return typeof value === 'boolean' ? value : null;
}

function textOf(value: unknown): Value {
  if (typeof value === 'string') return cleaned(value);
  if (typeof value !== 'object') return String(value);
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? cleaned(inner) : inner));
}

function cleaned(text: string): string {
  return [...text]
    .filter(character => character !== '\0')
    .map(character => (/^[\ud800-\udfff]$/.test(character) ? '\ufffd' : character))
    .join('');
}

function integerOf(value: unknown): Value {
  if (typeof value === 'boolean') return digits(value ? '1' : '0');
  const text = String(value).trim();
  if (!/^-?\d+(\.0*)?$/.test(text)) return null;
  const integer = BigInt(text.replace(/\..*/, ''));
  return BigInt.asIntN(64, integer) === integer ? new Digits(integer.toString()) : null;
}

function numberOf(value: unknown): Value {
  const text = String(value).trim();
  return /^-?\d+(\.\d+)?$/.test(text) ? digits(text) : null;
}

/** One spelling for equal numbers: 12.50 is 12.5, and -0 is 0. */
function digits(text: string): Digits {
  const plain = /[eE]/.test(text) ? text : text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  return new Digits(plain === '-0' ? '0' : plain);
}

function flagOf(value: unknown): Value {
  const text = String(value).toLowerCase();
  if (['1', 'true'].includes(text)) return true;
  return ['0', 'false'].includes(text) ? false : null;
}

const snakes = new Map<string, string>();

/** The name of a field whose key on the wire is this. All rows of a list have the same keys: each is spelt once. */
function snake(key: string): string {
  const known = snakes.get(key);
  if (known !== undefined) return known;
  const spelt = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  snakes.set(key, spelt);
  return spelt;
}

// Dates.

const WIRE_DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d?):(\d\d)(?::(\d\d))?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/;

function instantOf(value: unknown, wireKey: string, row: WireRow, zone: string): Value {
  const match = WIRE_DATE.exec(String(value).trim());
  if (!match) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset] = match;
  if (Number(year) === 0 || Number(month) === 0 || Number(day) === 0) return null;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const micros = fraction.slice(1, 7).padEnd(6, '0');
  const at = offset === undefined ? instantOfWall(wall, zone, wireKey, row) : wall - millisOf(offset);
  return `${new Date(at).toISOString().slice(0, 19)}.${micros}Z`;
}

// Which stamps with an offset tell first of the same event as one without.
const TWINS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^created/, ['cdate', 'createdTimestamp']],
  [/^updated/, ['udate', 'mdate', 'updatedTimestamp']],
];

function instantOfWall(wall: number, zone: string, wireKey: string, row: WireRow): number {
  if (zone === 'UTC') return wall;
  const readings = [wall + 5 * 3_600_000, wall + 6 * 3_600_000].filter(at => centralWall(at) === wall);
  const [earlier, later] = readings;
  if (earlier === undefined) throw new Error(`${new Date(wall).toISOString()} was never on a Central clock`);
  if (later === undefined) return earlier;
  // The hour that came twice: a stamp of the same row that shows the same clock with its offset tells which it was.
  const shown = new Date(wall).toISOString().slice(0, 19);
  const [, namesakes] = TWINS.find(([name]) => name.test(wireKey)) ?? [undefined, []];
  const stamps = [...namesakes.map(key => row[key]), ...Object.values(row)].map(String);
  const twin = stamps.find(stamp => stamp === `${shown}-05:00` || stamp === `${shown}-06:00`);
  return twin === `${shown}-06:00` ? later : earlier;
}

function millisOf(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}

const central = new Intl.DateTimeFormat('sv-SE', {timeZone: CENTRAL, dateStyle: 'short', timeStyle: 'medium'});
const wallByHour = new Map<number, number>();

/** The Central wall clock at an instant, as milliseconds. */
function centralWall(at: number): number {
  const hour = Math.floor(at / 3_600_000) * 3_600_000;
  let wall = wallByHour.get(hour);
  if (wall === undefined) {
    wall = Date.parse(`${central.format(hour).replace(' ', 'T')}Z`);
    wallByHour.set(hour, wall);
  }
  return wall + (at - hour);
}

/** Whether Central clocks show the time of an instant twice: the hour of the autumn change. */
export function isShownTwice(instant: string): boolean {
  const at = Date.parse(instant);
  return [at - 3_600_000, at + 3_600_000].some(other => centralWall(other) === centralWall(at));
}

/**
 * The records that an incremental read from `since` brings: those whose replication key is that or later, and those
 * that have none. Undefined brings all, and so does a stream without a key.
 */
export function expectedSince(
  records: ReadonlyMap<string, ExpectedRecord>,
  replicationKey: string,
  since: string | undefined,
): Map<string, ExpectedRecord> {
  return new Map(
    [...records].filter(([, record]) => {
      const value = record[replicationKey];
      return since === undefined || typeof value !== 'string' || value >= since;
    }),
  );
}
