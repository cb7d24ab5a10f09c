// The facts about streams and fields that the tap promises to keep, as plain tables with a header line (facts/*.tsv).

import {readFileSync} from 'node:fs';

/** Reads facts/<name>.tsv: one object a line, keyed by the header. */
export function readFacts<Column extends string>(name: string, columns: readonly Column[]): Record<Column, string>[] {
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
