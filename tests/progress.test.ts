import {describe, expect, test} from '@jest/globals';
import {createProgressLine} from '../src/progress.js';
import {createProgress, type Progress} from '../src/reading/list.js';
import type {StreamReading} from '../src/reading/reader.js';

/** A terminal on which nothing moves but what the test moves. */
function openTerminal(columns = 120) {
  const terminal = {written: '', nowMs: 0, isTicking: true};
  let tick: () => void = () => undefined;
  const line = createProgressLine({
    write: text => {
      terminal.written += text;
    },
    now: () => terminal.nowMs,
    columns: () => columns,
    pageSize: 100,
    every: (_milliseconds, call) => {
      tick = call;
      return () => {
        terminal.isTicking = false;
      };
    },
  });
  const pass = (milliseconds: number) => {
    terminal.nowMs += milliseconds;
    tick();
  };
  /** What stands in the last line: everything behind the last time it was cleared. */
  const shown = () => terminal.written.split('\r\u001b[2K').at(-1) ?? '';
  return {terminal, line, pass, shown};
}

function readingOf(progress: Partial<Progress>): StreamReading {
  const whole: Progress = {...createProgress(), ...progress};
  async function* pages(): AsyncGenerator<never> {}
  return {pages: pages(), progress: whole, stop: () => undefined};
}

describe('the progress line', () => {
  test('tells the stream, its records, the streams begun, the rate and the time left', () => {
    const {line, pass, shown} = openTerminal();
    const contacts = readingOf({requests: 1, seen: 100, total: 7_500});
    const deals = readingOf({});
    line.update({stream: 'contacts', records: 0, known: [contacts, deals], expected: [75, 1]});
    pass(250);
    expect(shown()).toBe('contacts: 0 records, 1 of 2 streams begun, 0.0 requests/s');
    contacts.progress.requests = 51;
    contacts.progress.seen = 5_000;
    line.update({stream: 'contacts', records: 4_900, known: [contacts, deals], expected: [75, 1]});
    pass(10_000);
    // Twenty-five pages of contacts, and one of deals, at five a second.
    expect(shown()).toBe('contacts: 4,900 records, 1 of 2 streams begun, 5.0 requests/s, about 6 s left');
  });

  test('counts a list once that several streams share', () => {
    const {line, pass, shown} = openTerminal();
    const fields = readingOf({requests: 10, seen: 1_000, total: 3_000});
    const known = [fields, {...fields}, {...fields}];
    line.update({stream: 'contact_custom_fields', records: 1, known, expected: []});
    pass(0);
    fields.progress.requests = 20;
    pass(10_000);
    expect(shown()).toBe('contact_custom_fields: 1 record, 3 of 3 streams begun, 1.0 requests/s, about 20 s left');
  });

  test('counts what the state lets expect of lists that were not asked yet, or do not tell their length', () => {
    const {line, pass, shown} = openTerminal();
    const contacts = readingOf({requests: 1, seen: 100, total: 1_000});
    const logs = readingOf({});
    const values = readingOf({});
    line.update({stream: 'contacts', records: 100, known: [contacts, logs, values], expected: [500, 301, 12]});
    pass(0);
    contacts.progress.requests = 7;
    values.progress.requests = 4;
    pass(10_000);
    // Nine pages of contacts, three hundred and one requests of the logs, and eight of the values, at one a second.
    expect(shown()).toContain('1.0 requests/s, about 6 min left');
    values.progress.requests = 104;
    contacts.progress.seen = 1_000;
    pass(10_000);
    expect(shown()).toContain('10.0 requests/s, about 31 s left');
  });

  test('goes on telling the rate of the last quarter of a minute while no record comes', () => {
    const {line, pass, shown} = openTerminal();
    const contacts = readingOf({requests: 100, total: 100_000});
    line.update({stream: 'contacts', records: 1, known: [contacts], expected: []});
    pass(0);
    contacts.progress.requests = 200;
    pass(10_000);
    expect(shown()).toContain('10.0 requests/s, about 2 min left');
    pass(10_000);
    pass(20_000);
    expect(shown()).toBe('contacts: 1 record, 0.0 requests/s');
  });

  test.each([
    {pages: 300, left: 'about 2 min left'},
    {pages: 12_600, left: 'about 1 h 10 min left'},
    {pages: 3, left: 'about 1 s left'},
  ])('tells the time left so that a person can read it: $left', ({pages, left}) => {
    const {line, pass, shown} = openTerminal();
    const contacts = readingOf({requests: 1, total: pages * 100});
    line.update({stream: 'contacts', records: 1, known: [contacts], expected: []});
    pass(0);
    contacts.progress.requests = 31;
    pass(10_000);
    expect(shown()).toContain(left);
  });

  test('is never longer than the terminal is wide, so that it does not wrap', () => {
    const {line, pass, shown} = openTerminal(30);
    line.update({
      stream: 'contact_custom_field_options',
      records: 1_000,
      known: [readingOf({requests: 1})],
      expected: [],
    });
    pass(250);
    expect(shown()).toBe('contact_custom_field_options:');
  });

  test('shows nothing before there is something to tell', () => {
    const {line, pass, terminal} = openTerminal();
    pass(1_000);
    line.above('INFO sync started\n');
    expect(terminal.written).toBe('INFO sync started\n');
    line.end();
    expect(terminal.written).toBe('INFO sync started\n');
  });

  test('lets whole lines of the log pass above it, and stays', () => {
    const {line, pass, terminal} = openTerminal();
    line.update({stream: 'tags', records: 2, known: [readingOf({requests: 1})], expected: []});
    pass(250);
    terminal.written = '';
    line.above('WARNING stream is skipped\n');
    expect(terminal.written).toBe('\r\u001b[2KWARNING stream is skipped\ntags: 2 records, 0.0 requests/s');
  });

  test('is taken away at the end, and not drawn again', () => {
    const {line, pass, shown, terminal} = openTerminal();
    line.update({stream: 'tags', records: 2, known: [readingOf({requests: 1})], expected: []});
    pass(250);
    line.end();
    expect(shown()).toBe('');
    expect(terminal.isTicking).toBe(false);
    const before = terminal.written;
    line.end();
    expect(terminal.written).toBe(before);
    line.above('INFO sync finished\n');
    expect(terminal.written).toBe(`${before}INFO sync finished\n`);
  });

  test('draws by itself, four times a second', async () => {
    let written = '';
    const line = createProgressLine({
      write: text => {
        written += text;
      },
      now: () => performance.now(),
      columns: () => 80,
      pageSize: 100,
    });
    line.update({stream: 'tags', records: 2, known: [readingOf({requests: 1})], expected: []});
    while (written === '') await new Promise(resolve => setImmediate(resolve));
    line.end();
    expect(written).toContain('tags: 2 records');
  });
});
