// The custom fields that an account has defined: read from the list of definitions, with the options to choose from.

import type {Client} from '../client.js';
import {fromMillis} from '../dates.js';
import {ApiError} from '../errors.js';
import {compareIds} from '../ids.js';
import {isObject} from '../json.js';
import {isBare, totalOf, USUAL_FORM} from '../reading/envelopes.js';
import {listKeyOf, type StreamDefinition} from '../stream-definition.js';
import {cleanText} from '../values.js';
import type {WireRow} from '../wire.js';
import type {FieldDefinition, FieldKind, FieldOption} from './field.js';
import type {DefinitionSource} from './source.js';

/** The definitions by ascending ids, and since when they hold: the server's instant (UTC) of the first answer. */
export type Definitions = {readonly fields: readonly FieldDefinition[]; readonly readAt: string};

const PAGE_SIZE = 100;

/**
 * Reads all definitions of a list, a page at a time. `stream` is that of the definitions. Throws ApiError, also where the
 * answers show none and do not say that there are none: columns would vanish.
 */
export async function readDefinitions(
  client: Client,
  stream: StreamDefinition,
  source: DefinitionSource,
  signal: AbortSignal,
): Promise<Definitions> {
  const rows = new Map<string, WireRow>();
  const beside: WireRow[] = [];
  const listKey = listKeyOf(stream);
  let begunAt: number | undefined;
  let total = 0;
  let isAskedAgain = false;
  for (let offset = 0; ; ) {
    const query = {...stream.parameters, limit: String(PAGE_SIZE), offset: String(offset)};
    const answer = await client.get(stream.path, query, {rank: -1, endpoint: stream.tapStreamId, signal});
    begunAt ??= answer.begunAt;
    const came = USUAL_FORM.rowsOf(answer.body, listKey);
    if (!came) throw new ApiError({path: stream.path, status: 200, detail: `the answer has no list "${listKey}"`});
    total = totalOf(answer.body) ?? 0;
    if (source.optionsBeside !== undefined) {
      beside.push(...(USUAL_FORM.rowsOf(answer.body, source.optionsBeside) ?? []));
    }
    const before = rows.size;
    for (const row of came) {
      const id = USUAL_FORM.keyOf(row);
      if (id !== undefined) rows.set(id, row);
    }
    offset += came.length;
    if (total > 0 && offset >= total) break;
    if (rows.size > before) continue;
    // A list that knows no offsets sends the same rows for ever. One that counts more rows than it shows, or shows
    // nothing at all, may err.
    const isDoubtful = rows.size < total || isBare(answer.body);
    if (isAskedAgain || !isDoubtful) break;
    isAskedAgain = true;
    offset -= came.length;
  }
  if (rows.size === 0 && total > 0) {
    throw new ApiError({path: stream.path, status: 200, detail: `the list counts ${total} fields, and shows none`});
  }
  const fields = [...rows].map(([id, row]) => parseDefinition(id, row, source, beside));
  return {fields: fields.sort((a, b) => compareIds(a.id, b.id)), readAt: fromMillis(begunAt ?? 0)};
}

function parseDefinition(
  id: string,
  row: WireRow,
  source: DefinitionSource,
  beside: readonly WireRow[],
): FieldDefinition {
  const own = row[source.options];
  const options = [
    // Where options come beside the definitions, a definition holds nothing but their ids.
    ...listOf(own).filter(option => source.optionsBeside === undefined || isObject(option)),
    ...beside.filter(option => textOf(option['field']) === id),
  ];
  const currency = source.currency === undefined ? '' : textOf(row[source.currency]);
  return {
    id,
    title: textOf(row[source.title]),
    tag: textOf(row[source.tag]),
    kind: kindOf(textOf(row[source.type])),
    options: options.map(parseOption),
    currency: currency === '' ? undefined : currency,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
}

function parseOption(option: unknown): FieldOption {
  if (!isObject(option)) return {id: undefined, value: textOf(option), label: textOf(option)};
  const id = textOf(option['id']);
  const value = textOf(option['value']);
  const label = textOf(option['label']);
  return {id: id === '' ? undefined : id, value, label: label === '' ? value : label};
}

/** The API's types (docs: custom fields); what is none of them is a text. */
function kindOf(type: string): FieldKind {
  switch (type) {
    case 'date':
    case 'datetime':
    case 'number':
    case 'currency':
      return type;
    case 'checkbox':
    case 'multiselect':
    case 'listbox':
      return 'list';
    default:
      return 'text';
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? cleanText(String(value)).trim() : '';
}
