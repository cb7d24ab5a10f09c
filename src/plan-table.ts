// The plan as a table for a person at a terminal. Pure: gives lines, and writes none.

import {count, duration, plural} from './figures.js';
import {oneLine} from './one-line.js';
import type {PlanDocument} from './plan-document.js';
import type {PlanEntry} from './plan-entry.js';
import {type Column, drawTable} from './table.js';

// In the order in which they are shown.
const COLUMNS: readonly Column[] = [
  {title: 'stream', least: 12},
  {title: 'method'},
  {title: 'from', least: 10},
  {title: 'way', least: 8},
  {title: 'records', isNumber: true},
  {title: 'requests', isNumber: true},
  {title: 'time', isNumber: true},
];

// Names of streams need the room.
const METHODS = {INCREMENTAL: 'INCR', FULL_TABLE: 'FULL'} as const;

// What stands before a figure that is not sure.
const SIGNS = {counted: '', expected: '', remembered: '~', 'at most': '≤', 'at least': '≥', unknown: ''} as const;
const LEGEND = '≤ at most, ≥ at least, ~ as it was last read, ? not known';

/** Sentences are hard to read in longer lines. */
const WIDEST = 100;

/** The lines of the table, none of them wider than `columns`: a stream each, the totals, and what takes most of it. */
export function renderPlanTable(plan: PlanDocument, columns: number): readonly string[] {
  const {streams, totals, dominates, requests_per_second: perSecond} = plan;
  const time = (requests: number | null) =>
    requests === null || perSecond === 0 ? '' : duration(requests / perSecond);
  const rows = [
    ...streams.map(entry => ({mark: entry.requests === null ? '!' : ' ', cells: toCells(entry, time)})),
    {
      cells: [
        plural(totals.streams, 'stream'),
        '',
        '',
        '',
        figure(totals.records, totals.records_are),
        figure(totals.requests, totals.requests_are),
        time(totals.requests),
      ],
    },
  ];
  const table = drawTable({columns: COLUMNS, rows, cutFirst: ['way', 'from', 'stream']}, columns);
  const unread = streams.filter(({requests}) => requests === null);
  const sentences = [
    LEGEND,
    ...unread.map(({stream, readable, note}) => `${stream} ${readable ? 'did not answer' : 'cannot be read'}: ${note}`),
    ...(dominates ? [dominates.sentence] : []),
  ];
  const behind = sentences.flatMap(sentence => ['', ...wrap(sentence, Math.min(columns, WIDEST) - 2)]);
  return [...table, ...behind.map(line => line.slice(0, Math.max(0, columns)))];
}

function toCells(entry: PlanEntry, time: (requests: number | null) => string): string[] {
  const {stream, method, start, records, records_are, requests, requests_are, shared_with} = entry;
  if (requests === null) return [stream, METHODS[method]];
  const isShared = shared_with !== null;
  return [
    stream,
    METHODS[method],
    start.from === 'checkpoint' ? 'checkpoint' : (start.at?.slice(0, 16).replace('T', ' ') ?? 'the start'),
    wayOf(entry),
    figure(records, records_are),
    isShared ? '' : figure(requests, requests_are),
    isShared ? '' : time(requests),
  ];
}

function wayOf({ways, parents, shared_with}: PlanEntry): string {
  if (shared_with !== null) return `with ${shared_with}`;
  const some = parents && `${parents.count === null ? '' : `${count(parents.count)} `}${parents.stream}`;
  const named = ways.map(way => {
    if (way === 'children') return `below ${some}`;
    return way === 'included' || way === 'side-loaded' ? `along with ${some}` : way;
  });
  return named.join(', ');
}

function figure(value: number | null, is: keyof typeof SIGNS): string {
  return value === null ? '?' : SIGNS[is] + count(value);
}

/** The lines of a sentence, which may hold what a server has written, each of them indented and as wide as may be; a word that is wider stands alone. */
function wrap(sentence: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of oneLine(sentence).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map(line => `  ${line}`);
}
