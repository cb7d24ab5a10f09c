// Which columns the custom fields of an account have: their names, which stay over renames, and their types, which never
// change once they were released.

import {toName} from '../column-names.js';
import type {PropertySchema} from '../schemas.js';
import type {FieldDefinition, FieldKind} from './field.js';

const columnTypes = ['text', 'datetime', 'number', 'list'] as const;

/** What a column holds. Dates are texts, since the schemas know date-times only. */
export type ColumnType = (typeof columnTypes)[number];

/** Whose column it is: a field's values, or the currency of each. */
export type Owner = {readonly fieldId: string; readonly part: 'value' | 'currency'};

export type Column = Owner & {readonly name: string; readonly type: ColumnType};

/** A column that targets may have by now. Where it is not known whose it was, it belongs to the field it is named after. */
export type ReleasedColumn = {readonly name: string; readonly type: ColumnType; readonly owner: Owner | undefined};

/** The columns that an account's custom fields give a stream. */
export type CustomColumns = {
  readonly columns: readonly Column[];
  readonly fields: readonly FieldDefinition[];
  /** Since when the fields are known so, by the server's clock (UTC). */
  readonly readAt: string;
  /** What is in the one object that takes all columns, where there is one: targets see it as an open object. */
  readonly shape: PropertySchema | undefined;
  /** Why they could not be found out. */
  readonly fault: string | undefined;
};

/** How every column begins, so that none is taken for a field of the API. */
export const PREFIX = 'cf_';

const CURRENCY = '_currency';
// The limit of PostgreSQL, and so of many targets.
const LONGEST_NAME = 63;
const LONGEST_SUFFIX = Math.max(CURRENCY.length, ...columnTypes.map(type => type.length + 1));

/**
 * The columns of the fields, which are given by ascending ids. A field keeps its columns whatever it is called now; one
 * whose type has changed gets another column beside the old one. A name that was released belongs to its field for ever.
 */
export function columnsOf(
  fields: readonly FieldDefinition[],
  released: readonly ReleasedColumn[] = [],
): readonly Column[] {
  const taken = new Set(released.map(({name}) => name));
  const unowned = new Set(released.filter(({owner}) => owner === undefined));

  function ownOf(field: FieldDefinition, plain: string): readonly Column[] {
    return released.flatMap(column => {
      const {name, type} = column;
      const owner = column.owner ?? (unowned.has(column) ? ownerByName(name, plain, field.id) : undefined);
      if (owner?.fieldId !== field.id) return [];
      unowned.delete(column);
      return [{name, type, ...owner}];
    });
  }

  function take(wanted: string, id: string): string {
    let name = wanted;
    while (taken.has(name)) name = `${name}_${id}`;
    taken.add(name);
    return name;
  }

  return fields.flatMap(field => {
    const fieldId = field.id;
    const plain = plainName(field);
    const own = ownOf(field, plain);
    const values = own.filter(({part}) => part === 'value');
    const type = typeOf(field.kind);
    const columns = [...own];
    let current = values.find(column => column.type === type);
    if (!current) {
      const name = take(values.length === 0 ? plain : `${plain}_${type}`, fieldId);
      current = {name, fieldId, part: 'value', type};
      columns.push(current);
    }
    if (field.kind === 'currency' && values.length === own.length) {
      columns.push({name: take(current.name + CURRENCY, fieldId), fieldId, part: 'currency', type: 'text'});
    }
    return columns;
  });
}

/** The schema of a column of this field. */
export function schemaOfColumn({type, part}: Column, field: Pick<FieldDefinition, 'title' | 'kind'>): PropertySchema {
  const title = field.title === '' ? 'without a title' : JSON.stringify(field.title);
  const unit = part === 'value' && field.kind === 'currency' ? ', in cents' : '';
  const description =
    part === 'currency' ? `Currency of the custom field ${title}.` : `The custom field ${title}${unit}.`;
  switch (type) {
    case 'text':
      return {type: ['null', 'string'], description};
    case 'datetime':
      return {type: ['null', 'string'], description, format: 'date-time'};
    case 'number':
      return {type: ['null', 'number'], description};
    case 'list':
      return {type: ['null', 'array'], description, items: {type: ['null', 'string']}};
  }
}

/** The type of a column that has this schema; undefined where no column has it. */
export function typeOfSchema(types: readonly string[], format: unknown): ColumnType | undefined {
  const [type, ...others] = types.filter(type => type !== 'null');
  if (others.length > 0) return undefined;
  if (type === 'string') return format === 'date-time' ? 'datetime' : 'text';
  return type === 'number' ? 'number' : type === 'array' ? 'list' : undefined;
}

/** Whether a word names a type of columns. */
export function isColumnType(word: string): word is ColumnType {
  return columnTypes.some(type => type === word);
}

function typeOf(kind: FieldKind): ColumnType {
  switch (kind) {
    case 'datetime':
    case 'list':
      return kind;
    case 'number':
    case 'currency':
      return 'number';
    case 'text':
    case 'date':
      return 'text';
  }
}

/** The name that a field has by itself: by its tag, which stays when its title is changed, or else by its title. */
function plainName({id, tag, title}: FieldDefinition): string {
  const words = toName(tag) || toName(title) || id;
  // Twice, for names that two further fields have.
  const longest = LONGEST_NAME - PREFIX.length - LONGEST_SUFFIX - 2 * (id.length + 1);
  return PREFIX + words.slice(0, Math.max(1, longest)).replace(/_$/, '');
}

function ownerByName(name: string, plain: string, id: string): Owner | undefined {
  if (!name.startsWith(plain)) return undefined;
  const isCurrency = name.endsWith(CURRENCY) && name.length > plain.length;
  const suffix = name.slice(plain.length, isCurrency ? -CURRENCY.length : undefined);
  const suffixes = ['', ...columnTypes.map(type => `_${type}`)].flatMap(known => [known, `${known}_${id}`]);
  if (!suffixes.includes(suffix)) return undefined;
  return {fieldId: id, part: isCurrency ? 'currency' : 'value'};
}
