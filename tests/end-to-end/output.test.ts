// What comes out of a run, and by which settings: messages on stdout, logs on stderr, and never the token.

import {fileURLToPath} from 'node:url';
import {afterAll, describe, expect, test} from '@jest/globals';
import {checkConformance} from '../support/conformance.js';
import {createWorkspace, runTap, startTap} from '../support/tap.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const workspace = createWorkspace();
afterAll(workspace.remove);

const TOKEN = 'se/cret+token=%&äö'.replace(/[äö]/g, '"');
const sandboxOf = (parameters: string) =>
  `sandbox:contacts=120&requests_per_second=0&token=${encodeURIComponent(TOKEN)}&${parameters}`;

let configs = 0;
function configOf(settings: object, parameters = ''): string {
  configs += 1;
  const config = {api_url: sandboxOf(parameters), requests_per_second: 0, ...settings};
  return workspace.file(`config-${configs}.json`, config);
}

const select = ['--select', 'contacts,tags,deals'];
// Something of everything: faults to repeat, a stream to skip and one to fail.
const TROUBLE = 'faults=contacts:503x2,deals:500x99&forbidden=tags';

const linesOf = (text: string) => text.split('\n').filter(line => line !== '');
const levelsOf = (stderr: string) => new Set(linesOf(stderr).map(line => line.replace(/ .*/, '')));

describe('the log', () => {
  test.each([
    ['trace', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']],
    ['debug', ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']],
    ['info', ['INFO', 'WARNING', 'ERROR', 'CRITICAL']],
    ['warning', ['WARNING', 'ERROR', 'CRITICAL']],
    ['error', ['ERROR', 'CRITICAL']],
    ['critical', ['CRITICAL']],
  ])('at level %s holds %j, whole lines of text, and stdout messages only', async (log_level, levels) => {
    const result = await runTap(['--config', configOf({log_level, max_retries: 2}, TROUBLE), ...select]);
    expect(result.code).toBe(1);
    expect([...levelsOf(result.stderr)].sort()).toEqual([...levels].sort());
    expect(checkConformance(result).of('contacts')).toHaveLength(120);
    // Nothing of what a terminal would be shown.
    expect(result.stderr).not.toMatch(/[\r\u001b]/);
  });

  test('holds points as singer-python reads them, whose counts are those of the records', async () => {
    const result = await runTap(['--config', configOf({}), ...select]);
    const points = [...result.stderr.matchAll(/^INFO METRIC: (.*)$/gm)].map(([, point = '']) => JSON.parse(point));
    for (const point of points) {
      expect(point).toEqual({
        type: expect.stringMatching(/^(counter|timer)$/),
        metric: expect.any(String),
        value: expect.any(Number),
        tags: expect.any(Object),
      });
    }
    const output = checkConformance(result);
    for (const stream of ['contacts', 'tags', 'deals']) {
      const counts = points.filter(({metric, tags}) => metric === 'record_count' && tags.endpoint === stream);
      expect(counts.reduce((sum, {value}) => sum + value, 0)).toBe(output.of(stream).length);
    }
    expect(new Set(points.map(({metric}) => metric))).toEqual(
      new Set(['record_count', 'http_request_duration', 'sync_duration', 'job_duration']),
    );
    expect(points.find(({metric}) => metric === 'job_duration').tags).toEqual({job_type: 'sync', status: 'done'});
  });

  test('in JSON has one object a line, with the fields of the Meltano SDK', async () => {
    const config = configOf({log_format: 'json', log_level: 'debug', max_retries: 2}, TROUBLE);
    const result = await runTap(['--config', config, ...select]);
    checkConformance(result);
    const entries = linesOf(result.stderr).map(line => JSON.parse(line));
    for (const entry of entries) {
      expect(entry).toMatchObject({
        level: expect.stringMatching(/^(debug|info|warning|error|critical)$/),
        pid: expect.any(Number),
        logger_name: expect.stringMatching(/^tap-activecampaign/),
        ts: expect.any(Number),
        thread_name: expect.any(String),
        app_name: 'tap-activecampaign',
        message: expect.any(String),
      });
      expect(entry).toHaveProperty('stream_name');
      expect(entry).not.toHaveProperty('bookmarks');
    }
    const counts = entries.filter(({metric_info: point}) => point?.metric === 'record_count');
    expect(counts.find(({stream_name: stream}) => stream === 'contacts').metric_info.value).toBe(120);
    expect(entries.at(-1)).toMatchObject({level: 'critical', extra: {streams: ['deals']}});
  });

  test('tells why a run does not get on: a fault that stays, and a long pause', async () => {
    const failing = startTap(['--config', configOf({log_level: 'warning'}, 'faults=tags:502x50'), '--select', 'tags']);
    const paused = startTap([
      '--config',
      configOf({log_level: 'warning'}, 'requests_per_second=2&retry_after=60'),
      '--select',
      'contacts,tags',
    ]);
    const [fault, pause] = await Promise.all([failing.logged(() => true), paused.logged(() => true)]);
    failing.kill('SIGTERM');
    paused.kill('SIGTERM');
    await Promise.all([failing.result, paused.result]);
    expect(fault).toMatch(/^WARNING request is repeated path=tags .*status=502 try=3 /);
    expect(pause).toBe('WARNING the API asks for a pause; all requests wait path=tags status=429 seconds=60');
  });

  test.each(['text', 'json'])('in %s never shows the token, however it is spelt', async log_format => {
    const config = configOf({log_format, log_level: 'trace', max_retries: 2, api_token: TOKEN}, TROUBLE);
    const runs = await Promise.all([
      runTap(['--config', config, ...select]),
      runTap(['--config', config, '--discover']),
      runTap(['--config', config, ...select], {TAP_ACTIVECAMPAIGN_API_KEY: TOKEN, TAP_ACTIVECAMPAIGN_PAGE_SIZE: TOKEN}),
    ]);
    const spellings = [TOKEN, encodeURIComponent(TOKEN), JSON.stringify(TOKEN).slice(1, -1)];
    for (const {stdout, stderr} of runs) {
      for (const spelling of spellings) expect(stdout + stderr).not.toContain(spelling);
    }
    expect(runs.map(({code}) => code)).toEqual([1, 0, 2]);
  });
});

describe('settings', () => {
  const small = ['--select', 'tags'];
  /** How many requests the run made for tags, and the level of its log. */
  const pagesOf = (stderr: string) => stderr.split('"endpoint":"tags"').length - 1;
  const tags = sandboxOf('tags=40');

  test('of the environment win over those of files, and of files the later one', async () => {
    const first = workspace.file('first.json', {api_url: tags, requests_per_second: 0, page_size: 20});
    const second = workspace.file('second.json', {page_size: 10});
    const files = ['--config', first, '--config', second];
    const one = await runTap(['--config', first, ...small]);
    const both = await runTap([...files, ...small]);
    const env = await runTap([...files, ...small], {TAP_ACTIVECAMPAIGN_PAGE_SIZE: '40'});
    // The last point of each list is the count of its records. Of each page but the first one row is known already.
    expect([one, both, env].map(({stderr}) => pagesOf(stderr) - 1)).toEqual([3, 5, 1]);
  });

  test('may come from the environment alone, and as text', async () => {
    const result = await runTap(['--config', 'ENV', ...small], {
      TAP_ACTIVECAMPAIGN_BASE_URL: tags,
      TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
      TAP_ACTIVECAMPAIGN_PAGE_SIZE: '10',
      TAP_ACTIVECAMPAIGN_FAIL_FAST: 'false',
      TAP_ACTIVECAMPAIGN_LOOKBACK_SECONDS: '{"contacts": "60"}',
      TAP_ACTIVECAMPAIGN_REQUEST_TIMEOUT: '0',
      TAP_ACTIVECAMPAIGN_LOGLEVEL: 'INFO',
    });
    expect(result.code).toBe(0);
    expect(checkConformance(result).of('tags')).toHaveLength(40);
    expect(pagesOf(result.stderr) - 1).toBe(5);
  });

  test('as Meltano sends them: everything text, extras of its own, its log settings', async () => {
    const file = workspace.file('meltano.json', {
      api_url: tags,
      api_token: '',
      requests_per_second: '0',
      page_size: '20',
      max_retries: '3',
      fail_fast: 'true',
      start_date: '2000-01-01T00:00:00Z',
      lookback_seconds: {contacts: '60'},
      report_file: null,
    });
    const result = await runTap(['--config', file, ...small], {
      TAP_ACTIVECAMPAIGN__SELECT: '["tags.*"]',
      TAP_ACTIVECAMPAIGN__CATALOG: 'x.json',
      SINGER_SDK_LOG_CONFIG: '/nowhere/logging.yaml',
      LOGLEVEL: 'warning',
    });
    expect({code: result.code, stderr: result.stderr}).toEqual({code: 0, stderr: ''});
  });

  test('api_key and base_url are taken for api_token and api_url', async () => {
    const file = workspace.file('aliases.json', {api_key: 'a1b2', base_url: 'https://no-such-account.invalid'});
    const {code, stderr} = await runTap(['--config', file], {TAP_ACTIVECAMPAIGN_MAX_RETRIES: '0'});
    expect(code).toBe(2);
    expect(stderr).toContain('the host is not known');
  });

  test('of the sample config work as they stand', async () => {
    const result = await runTap(['--config', `${root}sample-config.json`, '--select', 'tags']);
    expect(result.code).toBe(0);
    expect(result.stderr).not.toContain('WARNING');
    expect(checkConformance(result).of('tags').length).toBeGreaterThan(0);
  });
});

describe('the short answers', () => {
  test.each([
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['--help', /^Usage: tap-activecampaign \[options\] \[command\]\n/],
    ['-h', /^Usage: /],
  ])('%s', async (flag, expected) => {
    const {code, stdout, stderr} = await runTap([flag]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(stdout).toMatch(expected);
  });

  test('--help names every option, and fits a terminal of 80 columns', async () => {
    const {stdout} = await runTap(['--help']);
    const options = [...stdout.matchAll(/^ {2}(-.*?)(?: {2}|$)/gm)].map(([, option]) => option);
    expect(options).toEqual([
      '-d, --discover',
      '--plan',
      '--test',
      '--survey',
      '--about',
      '--format <format>',
      '-c, --config <file>',
      '--catalog <file>',
      '-p, --properties <file>',
      '-s, --state <file>',
      '--select <patterns>',
      '--full-refresh [patterns]',
      '--max-records <n>',
      '--max-requests <n>',
      '--max-minutes <n>',
      '--version',
      '-h, --help',
    ]);
    for (const line of linesOf(stdout)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('discovery of an account says what it does, and marks what the token may not read', async () => {
    const {code, stdout, stderr} = await runTap(['-d', '-c', configOf({}, 'forbidden=deals')]);
    expect(code).toBe(0);
    const deals = JSON.parse(stdout).streams.find(({stream}: {stream: string}) => stream === 'deals');
    expect(deals.metadata[0].metadata.inclusion).toBe('unsupported');
    expect(stderr).toMatch(/^WARNING the stream cannot be read by this token stream=deals reason=.*HTTP 403/m);
    expect(stderr).toMatch(/^INFO discovery finished streams=114 unsupported=1$/m);
  });
});
