// The values of custom fields: what a row of a value list says, and what of it goes into the columns of its parent.

import {compareIds} from '../ids.js';
import type {WireRow} from '../wire.js';
import type {Column} from './columns.js';
import type {FieldDefinition} from './field.js';
import type {ValueSource} from './source.js';

/** What one field holds for one parent. */
export type FieldValue = {
  readonly id: string;
  readonly parent: string;
  readonly field: string;
  /** As the wire has it; null for what is empty. */
  readonly value: unknown;
  /** As the value names it itself; null where it does not. */
  readonly currency: unknown;
};

/** Reads rows of a value list, or of those that come with their parents; undefined for one that does not say whose it is. */
export function valueReader({parent, field, value, currency}: ValueSource): (row: WireRow) => FieldValue | undefined {
  const [parents, fields, values, currencies] = [parent, field, value, currency].map(spellings);
  return row => {
    const parentId = textOf(firstOf(row, parents));
    const fieldId = textOf(firstOf(row, fields));
    if (parentId === undefined || fieldId === undefined) return undefined;
    return {
      id: textOf(row['id']) ?? '',
      parent: parentId,
      field: fieldId,
      value: firstOf(row, values),
      currency: firstOf(row, currencies),
    };
  };
}

/** A list writes `dealId` where an answer with `include=` writes `deal_id`. */
function spellings(keys: readonly string[]): readonly string[] {
  return keys.flatMap(key => [
    ...new Set([key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), key]),
  ]);
}

/** The first of these keys that says something; null where none does. */
function firstOf(row: WireRow, keys: readonly string[] = []): unknown {
  for (const key of keys) {
    const held = emptied(row[key]);
    if (held !== null) return held;
  }
  return null;
}

/** Puts values into rows. */
export type Filler = {
  /** Whether the values of a field are needed: those of fields that nobody knows are, to be told of. */
  readonly isWanted: (fieldId: string) => boolean;
  /** Whether the values of a field are in a column. */
  readonly isFilled: (fieldId: string) => boolean;
  /** A row of the wire with its values, each under the key of its column (`wireKeyOf`). */
  readonly fill: (row: WireRow, values: readonly FieldValue[]) => WireRow;
};

/** The key by which the value of a column stands in a row. No row of the API has such a key. */
export function wireKeyOf({name}: Pick<Column, 'name'>): string {
  return `cf:${name}`;
}

/**
 * Fills the given columns. `holder` is the key of an object that takes the values; without one the row itself does.
 * Values of unknown fields, and all but the last of one field, end under keys that no schema has, and so are counted.
 */
export function createFiller(
  columns: readonly Column[],
  fields: readonly FieldDefinition[],
  holder: string | undefined,
): Filler {
  const known = new Set(fields.map(({id}) => id));
  const setters = new Map<string, {readonly column: Column; readonly convert: (value: FieldValue) => unknown}[]>();
  for (const column of columns) {
    const field = fields.find(({id}) => id === column.fieldId);
    if (!field) continue;
    const convert = column.part === 'currency' ? currencyConverter(field) : valueConverter(column, field);
    setters.set(field.id, [...(setters.get(field.id) ?? []), {column, convert}]);
  }

  return {
    isWanted: fieldId => setters.has(fieldId) || !known.has(fieldId),
    isFilled: fieldId => setters.has(fieldId),
    fill: (row, values) => {
      const filled: Record<string, unknown> = {};
      const leftOut: Record<string, unknown> = {};
      // The last one holds, whichever way they came.
      for (const value of values.length > 1 ? [...values].sort((a, b) => compareIds(a.id, b.id)) : values) {
        const own = setters.get(value.field);
        if (!own) {
          if (!known.has(value.field)) leftOut[`custom_field:${value.field}`] = true;
          continue;
        }
        for (const {column, convert} of own) {
          const key = wireKeyOf(column);
          if (Object.hasOwn(filled, key)) leftOut[`custom_field:${value.field}:another_value`] = true;
          filled[key] = convert(value);
        }
      }
      return holder === undefined ? {...row, ...leftOut, ...filled} : {...row, ...leftOut, [holder]: filled};
    },
  };
}

function currencyConverter({currency}: FieldDefinition): (value: FieldValue) => unknown {
  return ({value, currency: own}) => (value === null ? null : (own ?? currency ?? null));
}

function valueConverter({type}: Column, {kind, options}: FieldDefinition): (value: FieldValue) => unknown {
  const labels = new Map(options.flatMap(({id, label}) => (id === undefined ? [] : [[id, label] as const])));
  for (const {value} of options) labels.delete(value);
  // The value of an option may look like the id of another: what is a value stays.
  const label = (choice: unknown) => (labels.size === 0 ? choice : (labels.get(textOf(choice) ?? '') ?? choice));
  if (type === 'list') return ({value}) => (value === null ? null : choicesOf(value).map(label));
  if (type === 'text' && kind === 'date') return ({value}) => dayOf(value);
  if (type !== 'text') return ({value}) => value;
  return ({value}) => (Array.isArray(value) ? value.map(label) : label(value));
}

/** Several choices come as a list, or as one text with a frame: `||a||b||` (docs: field values). */
function choicesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.filter(choice => emptied(choice) !== null);
  if (typeof value !== 'string' || !value.startsWith('||')) return [value];
  return value.split('||').filter(choice => choice !== '');
}

/** The day of a date that carries a time. What is no date stays as it is: people write what they like. */
function dayOf(value: unknown): unknown {
  return typeof value === 'string' ? (/^(\d{4}-\d{2}-\d{2})[T ]\d/.exec(value)?.[1] ?? value) : value;
}

/** A value that says nothing as null: whether an emptied field is kept as a row, as `''` or not at all is chance. */
function emptied(value: unknown): unknown {
  if (value === null || value === undefined || value === '' || value === '||||') return null;
  if (Array.isArray(value) && value.length === 0) return null;
  return typeof value === 'string' && /^0000-00-00/.test(value) ? null : value;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
