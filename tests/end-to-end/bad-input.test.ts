// What people get wrong, each as they would type it: one line on stderr says what and the way out, stdout stays empty.

import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {createWorkspace, runTap, type Workspace} from '../support/tap.js';

const TOKEN = 'f00dfacef00dfacef00dfacef00dfacef00dfacef00dfacef00dfacef00dfacef00dface';

const workspace = createWorkspace();
afterAll(workspace.remove);

/** A command line, what its complaint must name, and the way out that the complaint must show. */
type Case = {
  readonly args: (at: Workspace) => readonly string[];
  readonly names: string | RegExp;
  readonly wayOut: string | RegExp;
  readonly env?: Readonly<Record<string, string>>;
};

const sandbox = {api_url: 'sandbox:contacts=1&requests_per_second=0', requests_per_second: 0, log_level: 'critical'};
const account = {api_url: 'https://acme.api-us1.com', api_token: TOKEN};

const config = (content: unknown) => (at: Workspace) => ['--config', at.file('config.json', content)];
const setting = (name: string, value: unknown) => config({...account, [name]: value});
const run =
  (...args: string[]) =>
  (at: Workspace) => ['--config', at.file('config.json', sandbox), ...args];
const catalog = (content: unknown) => (at: Workspace) => [...run()(at), '--catalog', at.file('catalog.json', content)];
const state = (content: unknown) => (at: Workspace) => [...run()(at), '--state', at.file('state.json', content)];
const entry = (tapStreamId: string, metadata: object = {}) => ({
  tap_stream_id: tapStreamId,
  schema: {},
  metadata: [{breadcrumb: [], metadata: {selected: true, ...metadata}}],
});

const cases: Readonly<Record<string, Case>> = {
  'an unknown flag': {args: run('--catalogue', 'x'), names: '--catalogue', wayOut: 'did you mean --catalog?'},
  'a flag that is nothing like any': {args: run('--frobnicate'), names: '--frobnicate', wayOut: '--help'},
  'a setting as a flag': {
    args: () => [`--api-token=${TOKEN}`],
    names: 'api_token',
    wayOut: 'TAP_ACTIVECAMPAIGN_API_TOKEN',
  },
  'a misspelt setting as a flag': {args: () => [`--api_tokn=${TOKEN}`], names: '--api_tokn', wayOut: '--help'},
  'an argument too many': {args: () => ['config.json'], names: '"config.json"', wayOut: '--config'},
  'a token as an argument': {args: () => [TOKEN], names: '72 characters', wayOut: '--config'},
  'a flag without its value': {args: () => ['--config'], names: '--config <file>', wayOut: '--help'},
  'two things at once': {args: run('--plan', '--test'), names: '--test', wayOut: 'give one of them'},
  'a command without its file': {
    args: () => ['state', 'show'],
    names: "'file'",
    wayOut: /; tap-activecampaign state show --help lists all options$/,
  },
  'no config': {args: () => [], names: '--config', wayOut: 'name a config file, or ENV'},

  'a config file that is not there': {
    args: at => ['--config', at.path('nowhere.json')],
    names: 'nowhere.json',
    wayOut: 'check its path',
  },
  'a file name with a line break': {
    args: () => ['--config', 'two\nlines.json'],
    names: 'two lines.json',
    wayOut: 'check its path',
  },
  'a directory for a config file': {args: at => ['--config', at.path('.')], names: 'directory', wayOut: 'name the'},
  'a config file that is not UTF-8': {
    args: at => ['--config', at.file('latin1.json', Buffer.from('{"api_url": "caf\u00e9"}', 'latin1'))],
    names: 'latin1.json',
    wayOut: 'save it as UTF-8',
  },
  'an empty config file': {args: config(''), names: 'config.json', wayOut: 'must hold a JSON object'},
  'a config file that is not JSON': {
    args: config(`{\n  "api_token": "${TOKEN}"\n  "api_url": 1}`),
    names: /config\.json.*line 3, column 3/,
    wayOut: 'mend it there',
  },
  'a list for a config': {args: config([account]), names: 'config.json', wayOut: 'must hold a JSON object'},

  'no api_url': {args: config({api_token: TOKEN}), names: 'api_url', wayOut: 'Settings > Developer'},
  'an api_url of another scheme': {
    args: setting('api_url', 'ftp://acme.api-us1.com'),
    names: 'api_url',
    wayOut: 'https',
  },
  'credentials in the api_url': {
    args: setting('api_url', `https://me:${TOKEN}@acme.api-us1.com`),
    names: 'api_url',
    wayOut: 'the key belongs into api_token',
  },
  'plain http to another machine': {
    args: setting('api_url', 'http://acme.api-us1.com'),
    names: 'api_url',
    wayOut: 'https://',
  },
  'a path in the api_url': {
    args: setting('api_url', 'https://acme.activehosted.com/app/settings'),
    names: 'api_url',
    wayOut: 'write only',
  },
  'the placeholder of the manual': {
    args: setting('api_url', 'https://ACCOUNT.api-us1.com'),
    names: 'placeholder',
    wayOut: 'Settings > Developer',
  },
  'no api_token': {args: config({api_url: account.api_url}), names: 'api_token', wayOut: 'Settings > Developer'},
  'an unfilled variable for a token': {
    args: setting('api_token', '$TOKEN'),
    names: 'api_token',
    wayOut: 'copy the key',
  },

  'nonsense for a date': {
    args: setting('start_date', 'last tuesday'),
    names: 'start_date',
    wayOut: '2024-01-01T00:00:00Z',
  },
  'a date-time without its zone': {
    args: setting('start_date', '2024-01-01T00:00:00'),
    names: 'start_date',
    wayOut: 'with its zone',
  },
  'a page size of 0': {args: setting('page_size', 0), names: 'page_size', wayOut: 'from 1 to 100'},
  'a page size of 101': {args: setting('page_size', '101'), names: 'page_size', wayOut: 'from 1 to 100'},
  'a text for a page size': {args: setting('page_size', 'big'), names: 'page_size', wayOut: 'from 1 to 100'},
  'no rate limit for a real account': {
    args: setting('requests_per_second', 0),
    names: 'requests_per_second',
    wayOut: 'must be above 0',
  },
  'a zone on Mars': {
    args: setting('naive_timezone', 'Mars/Olympus'),
    names: 'naive_timezone',
    wayOut: 'America/Chicago',
  },
  'a log level that nobody knows': {args: setting('log_level', 'loud'), names: 'log_level', wayOut: 'debug, info'},
  'a log format that nobody knows': {args: setting('log_format', 'xml'), names: 'log_format', wayOut: 'text or json'},
  'a lookback for an unknown stream': {
    args: setting('lookback_seconds', {contcts: 60}),
    names: 'lookback_seconds',
    wayOut: 'did you mean "contacts"?',
  },
  'an age in words': {args: setting('full_refresh_days', 'weekly'), names: 'full_refresh_days', wayOut: 'a number of'},
  'an age for an unknown stream': {
    args: setting('full_refresh_days', {deal: 7}),
    names: 'full_refresh_days',
    wayOut: 'did you mean "deals"?',
  },
  'versions, perhaps': {
    args: setting('emit_activate_version_messages', 'perhaps'),
    names: 'emit_activate_version_messages',
    wayOut: 'true or false',
  },
  'custom fields in a form that there is not': {
    args: setting('custom_fields', 'column'),
    names: 'custom_fields',
    wayOut: 'rows, columns or object',
  },
  'filters for a stream that is none': {
    args: setting('filters', {contcts: {listid: '3'}}),
    names: /filters: .*"contcts"/,
    wayOut: 'did you mean "contacts"',
  },
  'a filter by what the tap needs itself': {
    args: setting('filters', {contacts: {limit: '3'}}),
    names: 'filters: contacts.limit',
    wayOut: 'remove it',
  },
  'filters of a wrong kind in the environment': {
    args: config(account),
    env: {TAP_ACTIVECAMPAIGN_FILTERS: '{"contacts": {"listid": null}}'},
    names: 'TAP_ACTIVECAMPAIGN_FILTERS: contacts.listid',
    wayOut: 'must be a text, a number, true, false or a list of texts',
  },
  'a report in a directory that is not there': {
    args: at => setting('report_file', at.path('nowhere/report.json'))(at),
    names: /report_file: .*nowhere/,
    wayOut: 'make the directory',
  },
  'a directory for a report': {
    args: at => setting('report_file', at.path('.'))(at),
    names: 'report_file',
    wayOut: 'name a file in it',
  },
  'a report below a file': {
    args: at => setting('report_file', join(at.file('plain.txt', 'x'), 'report.json'))(at),
    names: 'report_file',
    wayOut: 'make the directory',
  },
  'a report where nobody can write': {
    args: setting('report_file', '/proc/report.json'),
    names: 'report_file',
    wayOut: 'choose a directory that this user may write to',
  },
  'a report in the place of a device': {
    args: setting('report_file', '/dev/null'),
    names: 'report_file',
    wayOut: 'name a plain file',
  },
  'a report in the place of the config': {
    args: at => setting('report_file', at.path('config.json'))(at),
    names: /report_file.*config\.json/,
    wayOut: 'name another file',
  },
  'an environment without settings': {
    args: () => ['--config', 'ENV'],
    names: 'TAP_ACTIVECAMPAIGN_API_URL',
    wayOut: 'Settings > Developer',
  },
  'a wrong value in the environment': {
    args: config(account),
    env: {TAP_ACTIVECAMPAIGN_MAX_RETRIES: 'many'},
    names: 'TAP_ACTIVECAMPAIGN_MAX_RETRIES',
    wayOut: 'a whole number',
  },
  'an unknown sandbox parameter': {
    args: setting('api_url', 'sandbox:latency=3'),
    names: /api_url.*"latency"/,
    wayOut: 'latency_ms',
  },
  'a wrong sandbox parameter': {
    args: setting('api_url', 'sandbox:contacts=many'),
    names: /api_url.*"contacts"/,
    wayOut: 'a whole number',
  },

  'a catalog that is not there': {args: run('--catalog', 'nowhere.json'), names: 'nowhere.json', wayOut: '--discover'},
  'a catalog that is not JSON': {
    args: catalog('{"streams": [}'),
    names: /catalog\.json.*line 1/,
    wayOut: 'mend it there',
  },
  'a catalog without streams': {args: catalog({}), names: 'catalog.json', wayOut: '--discover'},
  'a stream that is there twice': {
    args: catalog({streams: [entry('tags'), entry('tags')]}),
    names: /catalog\.json.*tags/,
    wayOut: 'remove one',
  },
  'a replication key that is none': {
    args: catalog({streams: [entry('contacts', {'replication-key': 'email'})]}),
    names: /catalog\.json.*contacts.*"email"/,
    wayOut: 'choose udate or updated_timestamp',
  },
  'a replication method that is none': {
    args: catalog({streams: [entry('contacts', {'replication-method': 'LOG_BASED'})]}),
    names: /catalog\.json.*contacts.*"LOG_BASED"/,
    wayOut: 'choose INCREMENTAL or FULL_TABLE',
  },
  'two catalogs, under the old name and the new one': {
    args: run('--catalog', 'one.json', '--properties', 'two.json'),
    names: '--properties',
    wayOut: 'keep one of them',
  },

  'a state that is not there': {args: run('--state', 'nowhere.json'), names: 'nowhere.json', wayOut: 'an empty file'},
  'a state that is not JSON': {args: state('{"bookmarks": '), names: /state\.json.*line 1/, wayOut: 'mend it there'},
  'a list for a state': {args: state([]), names: 'state.json', wayOut: 'must be a JSON object'},
  'bookmarks of a wrong type': {args: state({bookmarks: []}), names: 'bookmarks', wayOut: 'an object of stream names'},
  'a bookmark that is no instant': {
    args: state({bookmarks: {contacts: {udate: 'yesterday'}}}),
    names: 'bookmarks.contacts.udate',
    wayOut: 'a date-time with its zone',
  },
  'all that the target printed for a state': {
    args: state('{"bookmarks":{}}\n{"bookmarks":{}}\n'),
    names: 'state.json',
    wayOut: 'tail -n 1',
  },

  'a selection that matches nothing': {args: run('--select', 'contcts'), names: '--select', wayOut: '"contacts"'},
  'an empty selection': {args: run('--select', ''), names: '--select', wayOut: 'give patterns'},
  'a selected field that is none': {args: run('--select', 'tags.nme'), names: '"tags.nme"', wayOut: '--discover'},
  'a full refresh of nothing': {args: run('--full-refresh', 'tgas'), names: '--full-refresh', wayOut: '"tags"'},
};

function expectOneComplaint(stderr: string): string {
  const complaints = stderr.split('\n').filter(line => line !== '' && !/^(INFO|WARNING) /.test(line));
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatch(/^CRITICAL /);
  expect(stderr).not.toMatch(/^\s+at |file:\/\/|node:internal/m);
  expect(stderr).not.toContain(TOKEN);
  return complaints[0] ?? '';
}

describe('wrong input ends with 2, one line that says the way out, and nothing on stdout:', () => {
  test.each(Object.entries(cases))('%s', async (_, {args, names, wayOut, env}) => {
    const result = await runTap(args(workspace), env);
    expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
    const complaint = expectOneComplaint(result.stderr);
    // Nothing was asked or begun: the complaint is all there is.
    expect(result.stderr).toBe(`${complaint}\n`);
    if (names instanceof RegExp) expect(complaint).toMatch(names);
    else expect(complaint).toContain(names);
    if (wayOut instanceof RegExp) expect(complaint).toMatch(wayOut);
    else expect(complaint).toContain(wayOut);
  });

  test('several faults at once, all of them', async () => {
    const wrong = {api_url: 'ftp://x', page_size: 0, start_date: 'now', log_level: 'loud', filters: {tgas: {}}};
    const {code, stderr} = await runTap(config(wrong)(workspace));
    expect(code).toBe(2);
    const complaint = expectOneComplaint(stderr);
    for (const name of [...Object.keys(wrong), 'api_token']) expect(complaint).toContain(`${name}: `);
  });
});

describe('an account that lets nobody in ends with 2 and one line that names the setting:', () => {
  let server: Server;
  let answer: {readonly status: number; readonly headers: Record<string, string>; readonly body: string};
  let address: string;

  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status, answer.headers).end(answer.body));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    // Reached over TCP; Node gives the address as an object.
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  const html = {'content-type': 'text/html'};
  test.each([
    ['a wrong token (403)', 403, {}, '{"message":"Not authorized"}', /api_token.*HTTP 403.*copy the key/],
    ['a wrong token (401)', 401, {}, '', /api_token.*HTTP 401.*copy the key/],
    ['a server that repeats the token', 403, {}, `{"message":"no such key ${TOKEN}"}`, /api_token.*copy the key/],
    ['another server', 404, html, '<html><h1>Not Found</h1></html>', /api_url.*Not Found.*copy the URL/],
    ['a redirect', 302, {location: 'https://www.example.com/login'}, '', /api_url.*www\.example\.com.*copy the URL/],
    ['a redirect to nowhere', 301, {}, '', /api_url.*redirects to another address.*copy the URL/],
  ])('%s', async (_, status, headers, body, complaint) => {
    answer = {status, headers, body};
    const result = await runTap(
      config({api_url: address, api_token: TOKEN, requests_per_second: 0, max_retries: 0})(workspace),
    );
    expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
    expect(expectOneComplaint(result.stderr)).toMatch(complaint);
  });

  test('a host that does not exist', async () => {
    const url = 'https://no-such-account.invalid';
    const result = await runTap(config({api_url: url, api_token: TOKEN, max_retries: 0})(workspace));
    expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
    expect(expectOneComplaint(result.stderr)).toMatch(/api_url.*the host is not known.*copy the URL/);
  });

  test('TLS spoken to a port that does not speak it', async () => {
    const url = address.replace('http:', 'https:');
    const result = await runTap(config({api_url: url, api_token: TOKEN, max_retries: 0})(workspace));
    expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
    expect(expectOneComplaint(result.stderr)).toMatch(/api_url.*no secure connection.*copy the URL/);
  });

  test('a wrong token, said in JSON where the config asks for JSON', async () => {
    answer = {status: 403, headers: {}, body: '{}'};
    const result = await runTap(
      config({api_url: address, api_token: TOKEN, requests_per_second: 0, max_retries: 0, log_format: 'json'})(
        workspace,
      ),
    );
    const lines = result.stderr
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({level: 'critical', message: expect.stringMatching(/^api_token: .*HTTP 403/)});
    expect(result.code).toBe(2);
  });
});

describe('what can be lived with is warned of, and the run goes on:', () => {
  const small = {...sandbox, log_level: 'warning'};

  test('an unknown setting, with the one it may have meant', async () => {
    const file = workspace.file('config.json', {...small, page_sise: 50, colour: 'red'});
    const {code, stderr} = await runTap(['--config', file, '--select', 'tags']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^WARNING .*page_sise is unknown and ignored; did you mean "page_size"\?$/m);
    expect(stderr).toMatch(/^WARNING .*colour is unknown and ignored$/m);
  });

  test('an unknown stream and an unknown field in a catalog', async () => {
    const field = {breadcrumb: ['properties', 'tagg'], metadata: {selected: true}};
    const tags = entry('tags');
    const streams = [{...tags, metadata: [...tags.metadata, field]}, entry('contcts')];
    const {code, stderr} = await runTap([
      '--config',
      workspace.file('config.json', small),
      '--catalog',
      workspace.file('catalog.json', {streams}),
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^WARNING .*"contcts", which the tap does not have; did you mean "contacts"\?$/m);
    expect(stderr).toMatch(/^WARNING .*tags\.tagg, which the tap does not have; did you mean "tag"\?$/m);
  });

  test('a catalog in which nothing is selected: it ends with 0 and a STATE', async () => {
    const {code, lines, stderr} = await runTap([
      '--config',
      workspace.file('config.json', small),
      '--catalog',
      workspace.file('catalog.json', {streams: [entry('tags', {selected: false})]}),
    ]);
    expect(code).toBe(0);
    expect(lines.map(line => JSON.parse(line))).toEqual([
      {type: 'STATE', value: {bookmarks: {}, currently_syncing: null}},
    ]);
    expect(stderr).toMatch(/^WARNING no stream is selected; .*--select$/m);
  });

  test('a full refresh of streams that are not selected', async () => {
    const args = ['--config', workspace.file('config.json', small), '--select', 'tags', '--full-refresh', 'contacts'];
    const {code, stderr} = await runTap(args);
    expect(code).toBe(0);
    expect(stderr).toBe('WARNING --full-refresh means none of the selected streams, and changes nothing\n');
    const {stderr: silent} = await runTap(args.with(-1, 'tag*,contacts'));
    expect(silent).toBe('');
  });

  test('the same file under --catalog and its old name', async () => {
    const file = workspace.file('catalog.json', {streams: [entry('tags')]});
    const args = ['--config', workspace.file('config.json', small), '--catalog', file, '--properties', file];
    expect((await runTap(args)).code).toBe(0);
  });
});
