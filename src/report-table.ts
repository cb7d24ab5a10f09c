// The run report as a table for a person at a terminal. Pure: gives lines, and writes none.

import type {RunReport, StreamEntry} from './report.js';

type Column = {
  readonly title: string;
  readonly isNumber?: boolean;
  /** What it may be cut down to where the terminal is narrow; undefined for what is never cut. */
  readonly least?: number;
};

const GAP = '  ';

// In the order in which they are shown. Numbers are never cut: half of a number is a wrong one.
const COLUMNS: readonly Column[] = [
  {title: 'stream', least: 12},
  {title: 'records', isNumber: true},
  {title: 'requests', isNumber: true},
  {title: 'way', least: 6},
  {title: 'verdict'},
  {title: 'seconds', isNumber: true},
];

// What is cut first: the names of the streams are worth more than the ways of reading.
const CUT_FIRST = ['way', 'stream'];

/** The lines of the table, none of them wider than `columns`: a stream each, the totals at the end. */
export function renderReportTable({streams, totals, seconds}: RunReport, columns: number): readonly string[] {
  const rows = [
    {mark: ' ', cells: COLUMNS.map(({title}) => title)},
    ...streams.map(stream => ({mark: stream.outcome === 'failed' ? '!' : ' ', cells: toCells(stream)})),
    {
      mark: ' ',
      cells: [
        `${count(totals.streams)} stream${totals.streams === 1 ? '' : 's'}`,
        count(totals.records),
        count(totals.requests),
        '',
        totals.failed > 0 ? `${count(totals.failed)} FAILED` : '',
        seconds.toFixed(1),
      ],
    },
  ];
  const natural = COLUMNS.map((_, index) => Math.max(...rows.map(({cells}) => (cells[index] ?? '').length)));
  const widths = shrink(natural, columns - 2);
  return rows.map(({mark, cells}) => {
    const padded = cells.map((cell, index) => pad(cell, widths[index] ?? 0, COLUMNS[index]?.isNumber ?? false));
    return `${mark} ${padded.join(GAP)}`.trimEnd().slice(0, Math.max(0, columns));
  });
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

/** Takes from the columns that may be cut what is too much for the line. */
function shrink(natural: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  let surplus = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - columns;
  for (const title of CUT_FIRST) {
    const index = COLUMNS.findIndex(column => column.title === title);
    const width = widths[index] ?? 0;
    const cut = Math.max(0, Math.min(surplus, width - (COLUMNS[index]?.least ?? width)));
    widths[index] = width - cut;
    surplus -= cut;
  }
  return widths;
}

function pad(cell: string, width: number, isNumber: boolean): string {
  const shown = cell.length > width ? `${cell.slice(0, width - 1)}…` : cell;
  return isNumber ? shown.padStart(width) : shown.padEnd(width);
}

function count(number: number): string {
  return number.toLocaleString('en');
}
