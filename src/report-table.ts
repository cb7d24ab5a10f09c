// The run report as a table for a person at a terminal. Pure: gives lines, and writes none.

import {count, plural} from './figures.js';
import type {RunReport, StreamEntry} from './report.js';
import {type Column, drawTable} from './table.js';

// In the order in which they are shown.
const COLUMNS: readonly Column[] = [
  {title: 'stream', least: 12},
  {title: 'records', isNumber: true},
  {title: 'requests', isNumber: true},
  {title: 'way', least: 6},
  {title: 'verdict'},
  {title: 'seconds', isNumber: true},
];

/** The lines of the table, none of them wider than `columns`: a stream each, the totals at the end. */
export function renderReportTable({streams, totals, seconds}: RunReport, columns: number): readonly string[] {
  const rows = [
    ...streams.map(stream => ({mark: stream.outcome === 'failed' ? '!' : ' ', cells: toCells(stream)})),
    {
      cells: [
        plural(totals.streams, 'stream'),
        count(totals.records),
        count(totals.requests),
        '',
        totals.failed > 0 ? `${count(totals.failed)} FAILED` : '',
        seconds.toFixed(1),
      ],
    },
  ];
  // The names of the streams are worth more than the ways of reading.
  return drawTable({columns: COLUMNS, rows, cutFirst: ['way', 'stream']}, columns);
}

function toCells(entry: StreamEntry): string[] {
  return [
    entry.stream,
    count(entry.records),
    count(entry.requests),
    entry.ways.join(', '),
    toVerdict(entry),
    entry.seconds.toFixed(1),
  ];
}

function toVerdict({outcome, verdict}: StreamEntry): string {
  if (outcome === 'done') return verdict ?? 'done';
  return outcome === 'failed' ? 'FAILED' : outcome;
}
