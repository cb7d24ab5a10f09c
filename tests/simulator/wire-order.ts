// An order as a client can check it: by nothing but what the rows show.

import type {WireRow, WireValue} from '../../src/simulator/simulator.js';

export type Asked = {
  readonly column: string;
  readonly direction: 'ASC' | 'DESC';
  readonly nulls?: 'lowest' | 'highest';
};

/**
 * The moment that a date shows, for comparing dates of one column: its true time where it names a zone, the digits of
 * its clock where not. Null for null, a missing key and zero dates.
 */
export function momentOf(value: WireValue | undefined): number | null {
  const text = String(value ?? '');
  if (text === '' || text.startsWith('0000')) return null;
  const padded = text.replace(/T(\d):/, 'T0$1:').replace(' ', 'T');
  const moment = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(padded) ? padded : `${padded}Z`);
  if (Number.isNaN(moment)) throw new Error(`"${text}" is no date`);
  return moment;
}

/** The ids in the asked order; rows of one moment by ascending id. */
export function idsInOrder(rows: Iterable<WireRow>, {column, direction, nulls = 'lowest'}: Asked): string[] {
  const none = nulls === 'lowest' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const sign = direction === 'ASC' ? 1 : -1;
  return [...rows]
    .map(row => ({id: Number(row['id']), moment: momentOf(row[column]) ?? none}))
    .sort((a, b) => (a.moment === b.moment ? a.id - b.id : a.moment < b.moment ? -sign : sign))
    .map(({id}) => String(id));
}

/** `updatedTimestamp` as `updated_timestamp`. */
export function inSnakeCase(name: string): string {
  return name.replace(/([A-Z])/g, '_$1').toLowerCase();
}

/** The column that a replication key names, in either spelling. @throws Error if the rows have none */
export function columnNamed(rows: readonly WireRow[], key: string): string {
  const column = rows.flatMap(row => Object.keys(row)).find(name => name === key || inSnakeCase(name) === key);
  if (column === undefined) throw new Error(`the rows show no ${key}`);
  return column;
}

/** The columns in which some row shows a date. */
export function datesIn(rows: readonly WireRow[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) {
    for (const [key, value] of Object.entries(row)) if (/^\d{4}-\d\d-\d\d/.test(String(value))) columns.add(key);
  }
  return [...columns];
}
