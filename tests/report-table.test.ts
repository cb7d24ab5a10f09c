import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {blankReport, type StreamReport, toRunReport} from '../src/report.js';
import {renderReportTable} from '../src/report-table.js';
import {widthOf} from '../src/table.js';

function tableOf(streams: readonly StreamReport[], columns: number): readonly string[] {
  const report = toRunReport({
    sync: {streams, isInterrupted: false},
    counts: {requests: 1_234, retries: 0, throttledSeconds: 0},
    version: '1.2.3',
    startedAt: 0,
    endedAt: 83_500,
    exitCode: 0,
    error: null,
  });
  return renderReportTable(report, columns);
}

const contacts: StreamReport = {
  ...blankReport('contacts'),
  outcome: 'done',
  records: 123_456,
  requests: 1_236,
  ways: ['newest first', 'keyset'],
  verdict: 'verified',
  seconds: 247.25,
};
const options: StreamReport = {
  ...blankReport('contact_custom_field_options'),
  outcome: 'done',
  records: 7,
  requests: 1,
  ways: ['offsets'],
  seconds: 0.4,
};
const deals: StreamReport = {...blankReport('deals'), outcome: 'failed', records: 100, requests: 9, ways: ['offsets']};
const tags: StreamReport = {...blankReport('tags'), outcome: 'skipped', requests: 4};

describe('the table of a report', () => {
  test('has a line for each stream and one for all, the failed ones marked', () => {
    expect(tableOf([contacts, options, deals, tags, blankReport('users')], 120)).toEqual([
      '  stream                        records  requests  way                   verdict      seconds',
      '  contacts                      123,456     1,236  newest first, keyset  verified       247.3',
      '  contact_custom_field_options        7         1  offsets               done             0.4',
      '! deals                             100         9  offsets               FAILED           0.0',
      '  tags                                0         4                        skipped          0.0',
      '  users                               0         0                        not started      0.0',
      '  5 streams                     123,563     1,234                        1 FAILED        83.5',
    ]);
  });

  test('cuts the ways of reading where the terminal is narrow, then the names', () => {
    expect(tableOf([contacts, options], 80)).toEqual([
      '  stream                        records  requests  way         verdict   seconds',
      '  contacts                      123,456     1,236  newest fi…  verified    247.3',
      '  contact_custom_field_options        7         1  offsets     done          0.4',
      '  2 streams                     123,463     1,234                           83.5',
    ]);
    expect(tableOf([contacts, options], 66)[2]).toBe(
      '  contact_custom_fi…        7         1  offse…  done          0.4',
    );
  });

  test('tells of no stream too', () => {
    expect(tableOf([], 80)).toEqual([
      '  stream     records  requests  way  verdict  seconds',
      '  0 streams        0     1,234                   83.5',
    ]);
    expect(tableOf([tags], 80)[2]).toMatch(/^ {2}1 stream {2}/);
  });

  test('is never wider than the terminal, and never cuts a number where there is room', () => {
    const stream = fc.record({
      stream: fc.stringMatching(/^[a-z_]{1,40}$/),
      records: fc.nat(10_000_000),
      ways: fc.array(fc.constantFrom('keyset', 'offsets', 'newest first', 'changed since')),
      outcome: fc.constantFrom('done', 'failed', 'skipped', 'stopped', 'not started'),
      verdict: fc.constantFrom('verified', 'moving', 'unverified', null),
    });
    fc.assert(
      fc.property(fc.array(stream, {maxLength: 5}), fc.integer({min: 1, max: 200}), (streams, columns) => {
        const whole = streams.map(partial => ({...blankReport(partial.stream), ...partial}) as StreamReport);
        const lines = tableOf(whole, columns);
        expect(lines).toHaveLength(streams.length + 2);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        if (columns < 72) return;
        for (const [index, {records}] of whole.entries()) {
          expect(lines[index + 1]).toContain(` ${records.toLocaleString('en')} `);
        }
      }),
      {seed: 20_240_202, numRuns: 300},
    );
  });
});

test('a terminal that tells no width, or 0, has the usual one', () => {
  expect([{}, {columns: 0}, {columns: 132}].map(widthOf)).toEqual([80, 80, 132]);
});
