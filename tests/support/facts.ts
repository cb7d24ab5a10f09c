// The facts about streams and fields that the tap promises to keep, as plain tables with a header line (facts/*.tsv).

import {readFileSync} from 'node:fs';

/** So many rows of the streams' facts are those of the Python tap; the further ones stand behind them. */
export const FIRST_STREAMS = 59;

/** One row a stream, in the order of the table; a key of several fields has commas between them. */
export const streamFacts = readFacts('streams', [
  'stream',
  'path',
  'data_key',
  'parent',
  'primary_key',
  'replication_method',
  'replication_key',
]);

/** One row a field; `origin` is `python` or `api-only` for the first streams, `openapi` or `code` for the further ones. */
export const fieldFacts = readFacts('fields', ['stream', 'field', 'api_field', 'types', 'format', 'origin']);

/** Reads facts/<name>.tsv: one object a line, keyed by the header. */
function readFacts<Column extends string>(name: string, columns: readonly Column[]): Record<Column, string>[] {
  const [header = '', ...lines] = readFileSync(new URL(`facts/${name}.tsv`, import.meta.url), 'utf8')
    .replace(/\n$/, '')
    .split('\n');
  const positions = columns.map(column => [column, header.split('\t').indexOf(column)] as const);
  const missing = positions.filter(([, position]) => position < 0).map(([column]) => column);
  if (missing.length > 0) throw new Error(`facts/${name}.tsv has no column ${missing.join(', ')}`);
  return lines.map(line => {
    const cells = line.split('\t');
    return Object.fromEntries(positions.map(([column, position]) => [column, cells[position] ?? ''])) as Record<
      Column,
      string
    >;
  });
}
