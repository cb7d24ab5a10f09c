// The README's table of figures, made from what the benchmarks last told.

import {readFileSync} from 'node:fs';
import {table} from './markdown.js';

const results = new URL('../bench/results.jsonl', import.meta.url);

const percent = share => `${(share * 100).toFixed(1)} %`;
const count = number => number.toLocaleString('en');

// Each kind of answer in words: what was asked, what came out, and what that is held against. Floors are no answers.
const WORDS = {
  'start-up.js': ({question, msOverFloor, floor}) => [question, `${Math.round(msOverFloor)} ms more`, floor],
  'throughput.js': ({
    question,
    contacts,
    fields,
    microseconds,
    recordsPerSecondOfCore,
    recordsPerSecond,
    timesFloor,
    timesLessThanPythonTap,
    floor,
  }) => [
    `${question}, ${count(contacts)} of ${fields} fields`,
    `${microseconds} µs (${count(recordsPerSecondOfCore)} a second of one core; ${count(recordsPerSecond)} a second by the clock), ${timesFloor} times the floor, ${timesLessThanPythonTap} times less than the Python tap`,
    floor,
  ],
  'rate.js': ({question, shareOfLimit, refusedWith429, floor}) => [
    question,
    `${percent(shareOfLimit)}, ${refusedWith429} refused with 429`,
    floor,
  ],
  'incremental.js': ({question, requests, requestsOfFirst, floor}) => [
    question,
    count(requests),
    `${floor}: ${count(requestsOfFirst)}`,
  ],
  'custom-fields.js': ({question, how, contacts, fields, requests, timesFloor, floor}) =>
    how === floor
      ? undefined
      : [
          `${question}, ${how} (${count(contacts)} of ${fields} fields)`,
          `${count(requests)}, ${timesFloor} times the floor`,
          floor,
        ],
  'memory.js': ({question, contacts, reader, peakMb}) =>
    contacts < 10_000 ? undefined : [`${question}: ${count(contacts)}, read ${reader}`, `${peakMb} MB`, ''],
};

/** The table, and the sentence that says where it was measured. */
export function performanceTable() {
  const [where, ...answers] = readFileSync(results, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const rows = answers.map(answer => WORDS[answer.program]?.(answer)).filter(words => words !== undefined);
  const place = `Measured on ${where.cores} cores of ${where.machine} with Node ${where.node}.`;
  return `${place}\n\n${table(['asked', 'measured', 'held against'], rows)}`;
}
