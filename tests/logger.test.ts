import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createLogger, type LoggerOptions, type MetricPoint} from '../src/logger.js';

function startLog(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({level: 'debug', format: 'text', secrets: [], write: line => lines.push(line), ...options});
  return {log, lines};
}

const point: MetricPoint = {
  type: 'timer',
  metric: 'http_request_duration',
  value: 0.25,
  tags: {endpoint: 'contacts', http_status_code: 200, status: 'succeeded'},
};

const levels = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

describe('a line of text', () => {
  test('has the level as Python names it, the sentence and the facts', () => {
    const {log, lines} = startLog();
    for (const level of levels) log[level]({stream: 'contacts', records: 3}, 'stream finished');
    expect(lines).toEqual([
      'DEBUG stream finished stream=contacts records=3\n',
      'INFO stream finished stream=contacts records=3\n',
      'WARNING stream finished stream=contacts records=3\n',
      'ERROR stream finished stream=contacts records=3\n',
      'CRITICAL stream finished stream=contacts records=3\n',
    ]);
  });

  test.each<{fact: string; value: unknown; shown: string}>([
    {fact: 'a word', value: 'contacts/1?limit=100', shown: 'contacts/1?limit=100'},
    {fact: 'an empty text', value: '', shown: '""'},
    {fact: 'a text with blanks', value: 'two words', shown: '"two words"'},
    {fact: 'a text with quotes', value: '"so"', shown: String.raw`"\"so\""`},
    {fact: 'a list', value: ['contacts', 'deals'], shown: '["contacts","deals"]'},
    {fact: 'a map', value: {a_field: 2}, shown: '{"a_field":2}'},
    {fact: 'null', value: null, shown: 'null'},
    {fact: 'a truth', value: true, shown: 'true'},
    {fact: 'an escape sequence', value: '\u001b[31mred\u009b0m', shown: String.raw`"\u001b[31mred\u009b0m"`},
  ])('shows $fact so that it can be read again', ({value, shown}) => {
    const {log, lines} = startLog();
    log.info({value}, 'seen');
    expect(lines).toEqual([`INFO seen value=${shown}\n`]);
  });

  test('leaves out a fact without a value', () => {
    const {log, lines} = startLog();
    log.info({status: undefined, tries: 1}, 'request is repeated');
    expect(lines).toEqual(['INFO request is repeated tries=1\n']);
  });

  test("is what singer-python's reader of metrics expects", () => {
    const {log, lines} = startLog();
    log.metric(point);
    const [, json = ''] = /^INFO METRIC: (.*)\n$/.exec(lines[0] ?? '') ?? [];
    expect(JSON.parse(json)).toEqual(point);
    expect(Object.keys(JSON.parse(json))).toEqual(['type', 'metric', 'value', 'tags']);
  });

  test('holds a document whole, behind its name', () => {
    const {log, lines} = startLog();
    log.document('run report', {streams: [{stream: 'deals', error: 'two\nlines'}], level: 3});
    expect(lines).toEqual(['INFO run report {"streams":[{"stream":"deals","error":"two\\nlines"}],"level":3}\n']);
  });
});

describe('a line of JSON', () => {
  const parse = (line: string | undefined): Record<string, unknown> => JSON.parse(line ?? '');

  test("has the fields of Meltano's SDK", () => {
    const before = Date.now() / 1_000;
    const {log, lines} = startLog({format: 'json'});
    log.warn({stream: 'deals', records: 3, fields: {a: 1}}, 'stream finished');
    const {ts, ...entry} = parse(lines[0]);
    expect(entry).toEqual({
      level: 'warning',
      pid: process.pid,
      logger_name: 'tap-activecampaign',
      thread_name: 'MainThread',
      app_name: 'tap-activecampaign',
      stream_name: 'deals',
      message: 'stream finished',
      extra: {records: 3, fields: {a: 1}},
    });
    expect(Number(ts)).toBeGreaterThanOrEqual(Math.floor(before * 1_000) / 1_000);
    expect(Number(ts)).toBeLessThanOrEqual(Date.now() / 1_000);
  });

  test.each([
    ['debug', 'debug'],
    ['info', 'info'],
    ['warn', 'warning'],
    ['error', 'error'],
    ['fatal', 'critical'],
  ] as const)('names the level %s as %s', (level, name) => {
    const {log, lines} = startLog({format: 'json'});
    log[level]({}, 'said');
    const entry = parse(lines[0]);
    expect(entry).toMatchObject({level: name, stream_name: null, message: 'said'});
    expect(entry).not.toHaveProperty('extra');
    expect(entry).not.toHaveProperty('metric_info');
  });

  test('carries a metric as text and as fields', () => {
    const {log, lines} = startLog({format: 'json'});
    log.metric(point);
    expect(parse(lines[0])).toMatchObject({
      level: 'info',
      logger_name: 'tap-activecampaign.metrics',
      stream_name: 'contacts',
      message: `METRIC: ${JSON.stringify(point)}`,
      metric_info: point,
    });
  });
});

test('a document is the extra of a line of JSON, and holds no secret', () => {
  const {log, lines} = startLog({format: 'json', secrets: ['s3cret']});
  log.document('run report', {streams: [{error: 'not s3cret'}], msg: 'its own'});
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    logger_name: 'tap-activecampaign',
    message: 'run report',
    extra: {streams: [{error: 'not ***'}], msg: 'its own'},
  });
});

describe('any line', () => {
  const formats = ['text', 'json'] as const;
  const facts = fc.dictionary(
    fc
      .string({unit: 'binary'})
      .filter(name => !['level', 'time', 'msg', 'metric', 'document', 'stream', '__proto__'].includes(name)),
    fc.oneof(fc.string({unit: 'binary'}), fc.jsonValue()),
  );
  const sentence = fc.oneof(
    fc.string({unit: 'binary'}),
    fc.constantFrom('two\nlines', '{"bookmarks": {}}', '\r\n', '\u2028', '\u0085'),
  );

  test.each(formats)('is one line and never a message of Singer, whatever it holds: %s', format => {
    fc.assert(
      fc.property(facts, sentence, fc.constantFrom(...levels), (fields, text, level) => {
        const {log, lines} = startLog({format});
        log[level]({...fields, bookmarks: {contacts: {}}}, text);
        expect(lines).toHaveLength(1);
        // A reader may end a line at any of these.
        expect(lines[0]).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+\n$/);
        if (format === 'json') {
          const entry: Record<string, unknown> = JSON.parse(lines[0] ?? '');
          expect(entry).not.toHaveProperty('bookmarks');
          expect(entry['message']).toBe(text.toWellFormed());
        } else {
          expect(lines[0]).toMatch(/^(DEBUG|INFO|WARNING|ERROR|CRITICAL) /);
        }
      }),
      {seed: 4, numRuns: 300},
    );
  });

  test.each(formats)('is written from the level on that was chosen, metrics at info: %s', format => {
    const {log, lines} = startLog({format, level: 'warn'});
    log.debug({}, 'no');
    log.info({}, 'no');
    log.metric(point);
    log.warn({}, 'yes');
    log.fatal({}, 'yes');
    expect(lines).toHaveLength(2);
  });

  describe.each(formats)('hides secrets: %s', format => {
    const secret = 'c0ffee/+= "q\\';
    const spellings = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), 'c0ffee'];

    test.each<{place: string; fields: Record<string, unknown>; sentence?: string}>([
      {place: 'in the sentence', fields: {}, sentence: `the token is ${secret}`},
      {place: 'in a field', fields: {reason: `HTTP 400, ${secret}`}},
      {place: 'as a field', fields: {reason: secret}},
      {place: 'in a list', fields: {streams: ['a', `b${secret}`]}},
      {place: 'in a map', fields: {outer: {inner: [{deepest: secret}]}}},
      {place: 'as a name in a map', fields: {fields: {[secret]: 1, more: {[`x${secret}`]: 2}}}},
      {place: 'in a URL', fields: {query: `?key=${encodeURIComponent(secret)}&limit=100`}},
      {place: 'in the query of a form', fields: {query: new URLSearchParams({key: secret}).toString()}},
      {place: 'in JSON', fields: {body: JSON.stringify({key: secret})}},
      {place: 'in an error', fields: {err: new Error(`refused ${secret}`)}},
      {place: 'in the name of a stream', fields: {stream: secret}},
    ])('$place', ({fields, sentence = 'said'}) => {
      const {log, lines} = startLog({format, secrets: ['', secret]});
      log.error(fields, sentence);
      expect(lines).toHaveLength(1);
      expect(spellings.filter(spelling => lines[0]?.includes(spelling))).toEqual([]);
      expect(lines[0]).toContain('***');
      if (format === 'json') expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
    });

    test('in a metric', () => {
      const {log, lines} = startLog({format, secrets: [secret]});
      log.metric({...point, tags: {endpoint: `contacts/${secret}`}});
      expect(lines[0]).not.toContain('c0ffee');
    });

    test('without breaking the line, even where they are common words or digits', () => {
      const {log, lines} = startLog({format, secrets: ['level', '1', 'INFO', 'e']});
      log.info({count: 11}, 'level 1');
      if (format === 'json') expect(JSON.parse(lines[0] ?? '')).toMatchObject({level: 'info', message: '*** ***'});
      else expect(lines).toEqual(['INFO *** *** count=11\n']);
    });
  });
});
