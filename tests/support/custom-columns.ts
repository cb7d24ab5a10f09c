// The second opinion on custom fields: which columns an account's contacts, deals and accounts have, and what is in them,
// worked out from the rows of the simulator with rules of its own.

import type {Simulator, WireRow} from '../../src/simulator/simulator.js';

/** A column's value as `columnsOf` spells it: a number is a text of its digits behind `#`. */
export type Cell = null | string | readonly string[];
export type Cells = Readonly<Record<string, Cell>>;

type Kind = 'text' | 'date' | 'datetime' | 'number' | 'currency' | 'list';

const sources = {
  contacts: {
    ...{fields: 'fields', tag: 'perstag', title: 'title', type: 'type'},
    ...{values: 'fieldValues', parent: 'contact', field: 'field', value: 'value'},
  },
  deals: {
    ...{fields: 'dealCustomFieldMeta', tag: 'personalization', title: 'fieldLabel', type: 'fieldType'},
    ...{values: 'dealCustomFieldData', parent: 'dealId', field: 'customFieldId', value: 'fieldValue'},
  },
  accounts: {
    ...{fields: 'accountCustomFieldMeta', tag: 'personalization', title: 'fieldLabel', type: 'fieldType'},
    ...{values: 'accountCustomFieldData', parent: 'accountId', field: 'customFieldId', value: 'fieldValue'},
  },
} as const;

/** The streams that have custom fields. */
export type Holder = keyof typeof sources;
export const holders: readonly Holder[] = ['contacts', 'deals', 'accounts'];

/** The resource of the values of a stream's rows, and the key of a value that names its row. */
export function valuesOf(stream: Holder): {readonly resource: string; readonly parent: string} {
  return {resource: sources[stream].values, parent: sources[stream].parent};
}

/** The resource of a stream's fields. */
export function fieldsOf(stream: Holder): string {
  return sources[stream].fields;
}

const kinds: Readonly<Record<string, Kind>> = {
  ...{date: 'date', datetime: 'datetime', number: 'number', currency: 'currency'},
  ...{checkbox: 'list', listbox: 'list', multiselect: 'list'},
};

/** The names of the columns by the field's id: the ones that a first run gives. */
export function columnNames(sim: Simulator, stream: Holder): Map<string, string> {
  const {fields, tag, title} = sources[stream];
  const names = new Map<string, string>();
  for (const row of [...sim.rows(fields)].sort((a, b) => Number(a['id']) - Number(b['id']))) {
    const spoken = `${row[tag] || row[title]}`.normalize('NFD').toLowerCase();
    const words = spoken.replace(/\p{Mn}/gu, '').match(/[a-z0-9]+/g) ?? [];
    const name = `cf_${words.join('_')}`;
    names.set(String(row['id']), [...names.values()].includes(name) ? `${name}_${row['id']}` : name);
  }
  return names;
}

/** What is in the columns of every row of a stream. */
export function expectedColumns(sim: Simulator, stream: Holder): Map<string, Cells> {
  const {fields, type, values, parent, field, value} = sources[stream];
  const names = columnNames(sim, stream);
  const definitions = new Map([...sim.rows(fields)].map(row => [String(row['id']), row]));
  const blank: Record<string, Cell> = {};
  for (const [id, name] of names) {
    blank[name] = null;
    if (definitions.get(id)?.[type] === 'currency') blank[`${name}_currency`] = null;
  }
  const columns = new Map([...sim.rows(stream)].map(row => [String(row['id']), {...blank}]));
  for (const row of sim.rows(values)) {
    const id = String(row[field]);
    const [name, definition, cells] = [names.get(id), definitions.get(id), columns.get(String(row[parent]))];
    if (name === undefined || !definition || !cells) continue;
    const kind = kinds[String(definition[type])] ?? 'text';
    const cell = cellOf(row[value], kind);
    cells[name] = cell;
    const currency = definition['fieldDefaultCurrency'];
    if (kind === 'currency') cells[`${name}_currency`] = cell === null ? null : textOf(currency ?? null);
  }
  return columns;
}

function cellOf(value: unknown, kind: Kind): Cell {
  if (value === null || value === undefined || value === '') return null;
  if (kind === 'number' || kind === 'currency') return `#${value}`;
  if (kind === 'datetime') return `${new Date(String(value)).toISOString().slice(0, 19)}.000000Z`;
  if (kind !== 'list') return textOf(value);
  const choices = Array.isArray(value) ? value : String(value).split('||');
  return choices
    .map(String)
    .filter(choice => choice !== '')
    .map(choice => textOf(choice) ?? '');
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  return [...String(value)]
    .map(letter => (/^\p{Cs}$/u.test(letter) ? '\uFFFD' : letter))
    .join('')
    .split('\0')
    .join('');
}

/** The columns of the records among some lines, by the record's id. `from` picks them out of a record. */
export function columnsIn(
  lines: readonly string[],
  stream: Holder,
  from: (record: WireRow) => WireRow = record => record,
): Map<string, Cells> {
  const prefix = `{"type":"RECORD","stream":"${stream}",`;
  return new Map(
    lines
      .filter(line => line.startsWith(prefix))
      .map(line => {
        const exact = line.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, token =>
          token.startsWith('"') ? token : `"#${token}"`,
        );
        const {record} = JSON.parse(exact);
        const cells = Object.entries(from(record)).filter(([name]) => name.startsWith('cf_'));
        return [String(record.id).slice(1), Object.fromEntries(cells) as Cells];
      }),
  );
}

/** Those of some columns that `custom_fields: object` puts into one object, under the names that they have as columns. */
export function insideObject(record: WireRow): WireRow {
  const inside = Object.entries(record['custom_fields'] ?? {});
  return Object.fromEntries(inside.map(([name, value]) => [`cf_${name}`, value]));
}
