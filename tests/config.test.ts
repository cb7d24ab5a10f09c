import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import {Ajv} from 'ajv';
import {parseApiUrl} from '../src/api-url.js';
import {type Config, fullRefreshDaysOf, lookbackOf, parseConfig} from '../src/config.js';
import {InputError} from '../src/errors.js';
import {settings, settingsSchema} from '../src/settings.js';

const TOKEN = '0123456789abcdef0123456789abcdef0123456789abcdef';
const account = {api_url: 'https://acme.api-us1.com', api_token: TOKEN};

type Env = Readonly<Record<string, string | undefined>>;

function parse(value: unknown, env: Env = {}) {
  return parseConfig({files: [{source: 'config.json', value}], env, version: '1.2.3'});
}

function configOf(more: Readonly<Record<string, unknown>> = {}, env: Env = {}): Config {
  return parse({...account, ...more}, env).config;
}

function faultsOf(value: unknown, env: Env = {}): string {
  try {
    parse(value, env);
  } catch (error) {
    if (error instanceof InputError) return error.detail;
    throw error;
  }
  return 'no fault';
}

test('an URL and a token are enough, and the rest has the documented defaults', () => {
  expect(configOf()).toEqual({
    api: {url: 'https://acme.api-us1.com', token: TOKEN},
    startDate: '2000-01-01T00:00:00.000000Z',
    userAgent: 'tap-activecampaign/1.2.3',
    requestTimeoutSeconds: 300,
    requestsPerSecond: 5,
    maxConcurrentRequests: 10,
    maxRetries: 8,
    pageSize: 100,
    lookbackSeconds: 0,
    fullRefreshDays: undefined,
    emitActivateVersionMessages: false,
    naiveTimezone: 'America/Chicago',
    customFields: 'rows',
    filters: {},
    mask: undefined,
    failFast: false,
    logLevel: 'info',
    logFormat: 'text',
    reportFile: undefined,
  });
});

test('sample-config.json is a valid config for the sandbox, without a warning', () => {
  const {config, warnings} = parse(JSON.parse(readFileSync('sample-config.json', 'utf8')));
  expect(config.api).toEqual({sandbox: 'sandbox:'});
  expect(warnings).toEqual([]);
});

describe('api_url', () => {
  test.each([
    ['https://acme.api-us1.com', 'https://acme.api-us1.com'],
    ['  https://acme.api-us1.com/\n', 'https://acme.api-us1.com'],
    ['https://acme.api-us1.com/api/3', 'https://acme.api-us1.com'],
    ['https://acme.api-us1.com/api/3/', 'https://acme.api-us1.com'],
    ['HTTPS://Acme.API-us1.com//', 'https://acme.api-us1.com'],
    ['acme.api-us1.com', 'https://acme.api-us1.com'],
    ['acme.api-us1.com/api/3', 'https://acme.api-us1.com'],
    ['acme.activehosted.com', 'https://acme.activehosted.com'],
    ['https://acme.example.org:8443', 'https://acme.example.org:8443'],
    ['yourbrand.api-us1.com', 'https://yourbrand.api-us1.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080/api/3', 'http://localhost:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['localhost:8080', 'http://localhost:8080'],
    ['https://localhost:8080', 'https://localhost:8080'],
  ])('%j means %s', (text, url) => {
    expect(parseApiUrl(text)).toEqual({url});
  });

  test.each([
    ['sandbox:', 'sandbox:'],
    [' Sandbox:contacts=10000&latency_ms=300&seed=7 ', 'sandbox:contacts=10000&latency_ms=300&seed=7'],
  ])('%j starts the simulator', (text, sandbox) => {
    expect(parseApiUrl(text)).toEqual({sandbox});
  });

  test.each([
    ['http://acme.api-us1.com', 'plain http is for loopback'],
    ['http://127.0.0.1.evil.com', 'plain http is for loopback'],
    ['http://localhost.evil.com', 'plain http is for loopback'],
    ['ftp://acme.api-us1.com', 'must begin with https://'],
    ['https://me:pass@acme.api-us1.com', 'user name or password'],
    ['https://acme.api-us1.com?api_key=1', 'query'],
    ['https://acme.api-us1.com/#/settings', 'fragment'],
    ['https://acme.activehosted.com/app/settings', 'must not hold a path'],
    ['https://acme.api-us1.com/api/3/contacts', 'must not hold a path'],
    ['https://ACCOUNT.api-us1.com', 'placeholder'],
    ['https://your-account.api-us1.com', 'placeholder'],
    ['youraccountname.api-us1.com', 'placeholder'],
    ['https://<account>.api-us1.com', 'is no URL'],
    ['acme', 'names no full host'],
    [TOKEN, 'names no full host'],
    ['https://acme .api-us1.com', 'holds a blank'],
    ['https://', 'is no URL'],
    ['sandbox', 'with the colon'],
  ])('%j is refused, for it %s', (text, words) => {
    const answer = parseApiUrl(text);
    expect(answer).toEqual({fault: expect.stringContaining(words)});
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
  });
});

describe('api_token', () => {
  test('may have blanks around it, as pasted text has', () => {
    expect(configOf({api_token: ` ${TOKEN}\n`}).api).toEqual({url: account.api_url, token: TOKEN});
  });

  test('is not needed for the sandbox, and then not looked at', () => {
    expect(parse({api_url: 'sandbox:', api_token: '<your token>'}).config.api).toEqual({sandbox: 'sandbox:'});
  });

  test.each([
    [undefined, 'is missing'],
    [null, 'is missing'],
    ['', 'is missing'],
    ['   ', 'is missing'],
    [`${TOKEN} ${TOKEN}`, 'holds a blank'],
    [`${TOKEN}\u0000`, 'a control character'],
    [`${TOKEN}ü`, 'a letter that no key has'],
    ['YOUR_API_TOKEN', 'placeholder'],
    ['<api token>', 'placeholder'],
    ['your-token', 'placeholder'],
    ['KEY', 'placeholder'],
    ['xxxxxxxx', 'placeholder'],
    ['$API_TOKEN', 'placeholder'],
    ['changeme', 'placeholder'],
    [12345, 'must be the key'],
    [[TOKEN], 'must be the key'],
  ])('%j is refused, for it %s', (token, words) => {
    const faults = faultsOf({...account, api_token: token});
    expect(faults).toMatch(/^api_token: /);
    expect(faults).toContain(words);
    if (typeof token === 'string' && token.trim() !== '') expect(faults).not.toContain(token.trim());
    expect(faults).not.toContain('12345');
  });
});

describe('a value as users and Meltano write it', () => {
  test.each<[string, unknown, Partial<Config>]>([
    ['start_date', '2024-03-01T09:00:00-06:00', {startDate: '2024-03-01T15:00:00.000000Z'}],
    ['start_date', '2024-03-01', {startDate: '2024-03-01T00:00:00.000000Z'}],
    ['user_agent', ' acme-etl (ops@acme.org) ', {userAgent: 'acme-etl (ops@acme.org)'}],
    ['request_timeout', 0, {requestTimeoutSeconds: 300}],
    ['request_timeout', '0', {requestTimeoutSeconds: 300}],
    ['request_timeout', '0.0', {requestTimeoutSeconds: 300}],
    ['request_timeout', '', {requestTimeoutSeconds: 300}],
    ['request_timeout', null, {requestTimeoutSeconds: 300}],
    ['request_timeout', '12.5', {requestTimeoutSeconds: 12.5}],
    ['requests_per_second', '2.5', {requestsPerSecond: 2.5}],
    ['requests_per_second', 0.2, {requestsPerSecond: 0.2}],
    ['max_concurrent_requests', '3', {maxConcurrentRequests: 3}],
    ['max_retries', 0, {maxRetries: 0}],
    ['page_size', ' 50 ', {pageSize: 50}],
    ['lookback_seconds', '3600', {lookbackSeconds: 3600}],
    ['lookback_seconds', {contacts: '60', deals: 5}, {lookbackSeconds: {contacts: 60, deals: 5}}],
    ['lookback_seconds', '{"contacts": 60}', {lookbackSeconds: {contacts: 60}}],
    ['naive_timezone', 'UTC', {naiveTimezone: 'UTC'}],
    ['fail_fast', 'true', {failFast: true}],
    ['fail_fast', 'False', {failFast: false}],
    ['log_level', 'DEBUG', {logLevel: 'debug'}],
    ['log_level', 'Warning', {logLevel: 'warn'}],
    ['log_level', 'warn', {logLevel: 'warn'}],
    ['log_level', 'CRITICAL', {logLevel: 'fatal'}],
    ['log_format', 'JSON', {logFormat: 'json'}],
    ['custom_fields', 'rows', {}],
    ['filters', {}, {filters: {}}],
    ['filters', '{}', {filters: {}}],
    ['filters', {contacts: {}}, {filters: {}}],
    ['filters', {contacts: {listid: '3'}}, {filters: {contacts: {listid: '3'}}}],
    ['filters', '{"contacts": {"listid": 3}}', {filters: {contacts: {listid: '3'}}}],
    [
      'filters',
      {accounts: {'filters[a][gt]': 0.5, b: true}},
      {filters: {accounts: {b: 'true', 'filters[a][gt]': '0.5'}}},
    ],
    ['filters', {contacts: {'ids[]': ['3', '5']}}, {filters: {contacts: {'ids[]': ['3', '5']}}}],
    ['filters', {deals: {after: '2024-01-01'}}, {filters: {deals: {after: '2024-01-01'}}}],
    [
      'filters',
      {custom_object_pets: {'filters[fields.age][gt]': 3}},
      {filters: {custom_object_pets: {'filters[fields.age][gt]': '3'}}},
    ],
    ['full_refresh_days', 7, {fullRefreshDays: 7}],
    ['full_refresh_days', '0.5', {fullRefreshDays: 0.5}],
    ['full_refresh_days', 0, {fullRefreshDays: 0}],
    ['full_refresh_days', {contacts: '30', deals: 0}, {fullRefreshDays: {contacts: 30, deals: 0}}],
    ['full_refresh_days', '{"contacts": 1.5}', {fullRefreshDays: {contacts: 1.5}}],
    ['full_refresh_days', {}, {fullRefreshDays: {}}],
    ['full_refresh_days', '', {fullRefreshDays: undefined}],
    ['emit_activate_version_messages', true, {emitActivateVersionMessages: true}],
    ['emit_activate_version_messages', 'True', {emitActivateVersionMessages: true}],
    ['emit_activate_version_messages', 'false', {emitActivateVersionMessages: false}],
    ['report_file', 'out/report.json', {reportFile: 'out/report.json'}],
    ['report_file', '', {reportFile: undefined}],
  ])('%s: %j is accepted', (key, value, expected) => {
    expect(configOf({[key]: value})).toMatchObject(expected);
    expect(parse({...account, [key]: value}).warnings).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    [
      'start_date',
      'yesterday',
      'start_date: must be a date-time with its zone, such as 2024-01-01T00:00:00Z, not "yesterday"',
    ],
    ['start_date', '2024-01-01T00:00:00', 'start_date: must be a date-time with its zone'],
    ['start_date', '2024-02-30T00:00:00Z', 'start_date: must be a date-time with its zone'],
    [
      'start_date',
      20240101,
      'start_date: must be a date-time with its zone, such as 2024-01-01T00:00:00Z, not 20240101',
    ],
    ['user_agent', 'a\r\nX-Evil: 1', 'user_agent: must be plain printable ASCII text'],
    ['user_agent', 'Zürich', 'user_agent: must be plain printable ASCII text'],
    ['request_timeout', -1, 'request_timeout: must be a number of seconds from 0 (the default) to 86400, not -1'],
    [
      'request_timeout',
      'soon',
      'request_timeout: must be a number of seconds from 0 (the default) to 86400, not "soon"',
    ],
    ['requests_per_second', 0, 'requests_per_second: must be above 0'],
    ['requests_per_second', -5, 'requests_per_second: must be a number above 0'],
    ['requests_per_second', true, 'requests_per_second: must be a number above 0'],
    ['max_concurrent_requests', 0, 'max_concurrent_requests: must be a whole number from 1 to 100, not 0'],
    ['max_concurrent_requests', 101, 'max_concurrent_requests: must be a whole number from 1 to 100, not 101'],
    ['max_retries', -1, 'max_retries: must be a whole number from 0 to 100, not -1'],
    ['max_retries', 2.5, 'max_retries: must be a whole number from 0 to 100, not 2.5'],
    ['page_size', 500, 'page_size: must be a whole number from 1 to 100, the most the API serves, not 500'],
    ['page_size', 0, 'page_size: must be a whole number from 1 to 100'],
    ['page_size', true, 'page_size: must be a whole number from 1 to 100, the most the API serves, not true'],
    ['page_size', '0x10', 'page_size: must be a whole number from 1 to 100, the most the API serves, not "0x10"'],
    ['page_size', [50], 'page_size: must be a whole number from 1 to 100, the most the API serves, not a list'],
    ['lookback_seconds', -1, 'lookback_seconds: must be a whole number of seconds'],
    ['lookback_seconds', '1 day', 'lookback_seconds: must be a whole number of seconds'],
    ['lookback_seconds', {contacts: 'x'}, 'lookback_seconds: must be a whole number of seconds, or an object'],
    ['lookback_seconds', {contcts: 5}, 'lookback_seconds: there is no stream "contcts"; did you mean "contacts"?'],
    ['lookback_seconds', JSON.parse('{"__proto__": 5}'), 'lookback_seconds: there is no stream "__proto__"'],
    ['lookback_seconds', '{"contacts": ', 'lookback_seconds: must be a whole number of seconds'],
    ['full_refresh_days', -1, 'full_refresh_days: must be a number of days (0: in every run), or an object'],
    ['full_refresh_days', 40_000, 'full_refresh_days: must be a number of days'],
    ['full_refresh_days', 'weekly', 'full_refresh_days: must be a number of days'],
    ['full_refresh_days', true, 'full_refresh_days: must be a number of days'],
    ['full_refresh_days', {contacts: null}, 'full_refresh_days: must be a number of days'],
    ['full_refresh_days', {contcts: 5}, 'full_refresh_days: there is no stream "contcts"; did you mean "contacts"?'],
    ['emit_activate_version_messages', 'perhaps', 'emit_activate_version_messages: must be true or false'],
    ['report_file', 5, 'report_file: must be the name of a file, not 5'],
    ['report_file', {contacts: 'x'}, 'report_file: must be the name of a file, not an object'],
    [
      'naive_timezone',
      'Central',
      'naive_timezone: must be the name of a time zone, such as America/Chicago or UTC, not "Central"',
    ],
    ['naive_timezone', 7, 'naive_timezone: must be the name of a time zone'],
    ['fail_fast', 'maybe', 'fail_fast: must be true or false, not "maybe"'],
    ['fail_fast', 2, 'fail_fast: must be true or false, not 2'],
    ['log_level', 'loud', 'log_level: must be trace, debug, info, warning, error or critical, not "loud"'],
    ['log_format', 'xml', 'log_format: must be text or json, not "xml"'],
    ['custom_fields', 'sideways', 'custom_fields: must be rows, columns or object, not "sideways"'],
    ['filters', ['x'], 'filters: must be an object of stream names'],
    ['filters', '{"contacts": ', 'filters: must be an object of stream names'],
    ['filters', {contcts: {listid: '3'}}, 'filters: there is no stream "contcts"; did you mean "contacts"?'],
    ['filters', JSON.parse('{"__proto__": {"a": "b"}}'), 'filters: there is no stream "__proto__"'],
    [
      'filters',
      {contacts: 'listid=3'},
      'filters: contacts must be an object of query parameters, such as {"listid": "3"}, not text',
    ],
    ['filters', {contacts: null}, 'filters: contacts must be an object of query parameters'],
    [
      'filters',
      {contacts: {'list id': '3'}},
      'filters: contacts."list id" is no query parameter; write it as the API spells it',
    ],
    ['filters', {contacts: {'filters[a': '3'}}, 'filters: contacts."filters[a" is no query parameter'],
    [
      'filters',
      {contacts: {listid: null}},
      'filters: contacts.listid must be a text, a number, true, false or a list of texts, not null',
    ],
    [
      'filters',
      {contacts: {listid: {eq: '3'}}},
      'filters: contacts.listid must be a text, a number, true, false or a list of texts, not an object',
    ],
    ['filters', {contacts: {listid: ' '}}, 'filters: contacts.listid is empty; say what to filter by, or remove it'],
    ['filters', {contacts: {ids: ['3']}}, 'filters: contacts.ids holds a list; write its name as ids[]'],
    ['filters', {contacts: {'ids[]': []}}, 'filters: contacts.ids[] is empty'],
    ['filters', {contacts: {'ids[]': ['3', '']}}, 'filters: contacts.ids[] is empty'],
    [
      'filters',
      {contacts: {'ids[]': [3]}},
      'filters: contacts.ids[] must be a list of texts; put each of them into quotes',
    ],
    [
      'filters',
      {contacts: {listid: 2 ** 53}},
      'filters: contacts.listid is a number that JSON cannot carry exactly; write it as text',
    ],
    ['filters', {contacts: {listid: 1e-9}}, 'filters: contacts.listid is a number that JSON cannot carry exactly'],
  ])('%s: %j is refused with the way out', (key, value, expected) => {
    const faults = faultsOf({...account, [key]: value});
    expect(faults.startsWith(expected)).toBe(true);
    expect(faults.split(`${key}: `)).toHaveLength(2);
  });

  test.each([
    ...['limit', 'offset', 'page', 'page_size', 'include', 'orders[id]', 'order[id]', 'id_greater', 'id_less'],
    ...['sort', 'ordering', 'page.size', 'Limit', 'orders', 'limit[]'],
  ])('a filter cannot be %s, which the tap needs itself', name => {
    expect(faultsOf({...account, filters: {contacts: {[name]: '3'}}})).toBe(
      `filters: contacts.${name} belongs to the tap, which pages and sorts by itself; remove it`,
    );
  });

  test.each([
    ['contacts', 'filters[updated_after]', 'asks for what changed since the bookmark; remove it, and see start_date'],
    ['contacts', 'filters[updated_after][gt]', 'asks for what changed since the bookmark'],
    ['activities', 'after', 'asks for what changed since the bookmark'],
    ['accounts', 'count_deals', 'sends it with every request; remove it'],
    ['custom_object_schemas', 'showFields', 'sends it with every request'],
    ['custom_field_group_members', 'group_id', 'sends it with every request'],
  ])('a filter of %s cannot be %s, which the tap needs itself', (stream, name, words) => {
    expect(faultsOf({...account, filters: {[stream]: {[name]: '3'}}})).toContain(
      `filters: ${stream}.${name} belongs to the tap, which ${words}`,
    );
    expect(configOf({filters: {tags: {[name]: '3'}}}).filters).toEqual({tags: {[name]: '3'}});
  });

  test('all filters that are wrong are reported at once, and none of their values is shown', () => {
    const filters = {contcts: {}, deals: {limit: 1, 'filters[title]': {secret: 1}}, contacts: {email: `x${TOKEN}`}};
    expect(faultsOf({...account, filters})).toBe(
      'filters: there is no stream "contcts"; did you mean "contacts"?; ' +
        'filters: deals.limit belongs to the tap, which pages and sorts by itself; remove it; ' +
        'filters: deals.filters[title] must be a text, a number, true, false or a list of texts, not an object; ' +
        'filters: contacts.email holds the api_token, which belongs into no query; remove it',
    );
    for (const contacts of [{[TOKEN]: 1}, {'ids[]': ['3', TOKEN]}]) {
      const faults = faultsOf({...account, filters: {contacts}});
      expect(faults).toMatch(/^filters: contacts\..* holds the api_token/);
      expect(faults).not.toContain(TOKEN);
    }
  });

  test('a filter from the environment is JSON, and has the name of its variable', () => {
    const env = (text: string) => ({TAP_ACTIVECAMPAIGN_FILTERS: text});
    expect(configOf({}, env('{"contacts": {"listid": "3"}}')).filters).toEqual({contacts: {listid: '3'}});
    expect(faultsOf(account, env('{"contacts": {"limit": "3"}}'))).toMatch(
      /^TAP_ACTIVECAMPAIGN_FILTERS: contacts\.limit /,
    );
    expect(faultsOf(account, env('listid=3'))).toMatch(
      /^TAP_ACTIVECAMPAIGN_FILTERS: must be an object of stream names/,
    );
  });

  test('a rate without a limit is for this machine only', () => {
    expect(parse({api_url: 'sandbox:', requests_per_second: 0}).config.requestsPerSecond).toBe(0);
    expect(configOf({api_url: 'http://127.0.0.1:81', requests_per_second: '0'}).requestsPerSecond).toBe(0);
    expect(faultsOf({...account, requests_per_second: 0})).toContain('requests_per_second: must be above 0');
  });

  test('a long value is not repeated in an error: it may be the token in the wrong place', () => {
    const faults = faultsOf({api_token: account.api_url, api_url: TOKEN, page_size: TOKEN, start_date: TOKEN});
    expect(faults).not.toContain(TOKEN);
    expect(faults).toContain('page_size: must be');
    expect(faults).toContain('not a text of 48 characters');
  });
});

test('all faults are reported at once, on one line, in the order of the settings', () => {
  const faults = faultsOf({
    page_size: 500,
    api_url: 'http://acme.api-us1.com',
    log_level: 'x',
    filters: {deals: {limit: 1}},
  });
  expect(faults.split('; ').map(fault => /^[a-z_]+: /.exec(fault)?.[0])).toEqual([
    'api_url: ',
    'api_token: ',
    undefined,
    'page_size: ',
    'filters: ',
    undefined,
    'log_level: ',
  ]);
  expect(faults).not.toMatch(/[\r\n]/);
});

test('a setting with a fault has one fault, and none of its default', () => {
  expect(faultsOf({api_url: 5, api_token: [TOKEN]})).toBe(
    'api_url: must be the URL shown under Settings > Developer, such as https://ACCOUNT.api-us1.com; api_token: must be the key shown under Settings > Developer, as text',
  );
});

test('an empty config says what is missing and where to find it', () => {
  expect(() => parse({})).toThrow(
    new InputError(
      'config.json',
      'api_url: is missing; copy the URL from Settings > Developer, such as https://ACCOUNT.api-us1.com; api_token: is missing; copy the key from Settings > Developer',
    ),
  );
});

test('a config that is no object is refused under the name of its file', () => {
  expect(() => parse(['x'])).toThrow(new InputError('config.json', 'must hold a JSON object ({…}), not a list'));
});

describe('several sources', () => {
  const files = [
    {source: 'a.json', value: {...account, page_size: 10, max_retries: 1}},
    {source: 'b.json', value: {page_size: 20, max_retries: null}},
  ];

  test('a later file wins, null in it means the default, and the environment wins over all', () => {
    const env = {TAP_ACTIVECAMPAIGN_PAGE_SIZE: '30'};
    expect(parseConfig({files, env: {}, version: '1'}).config).toMatchObject({pageSize: 20, maxRetries: 8});
    expect(parseConfig({files, env, version: '1'}).config.pageSize).toBe(30);
  });

  test('an empty environment variable says nothing', () => {
    expect(parseConfig({files, env: {TAP_ACTIVECAMPAIGN_PAGE_SIZE: ''}, version: '1'}).config.pageSize).toBe(20);
  });

  test('the environment alone is enough', () => {
    const env = {
      TAP_ACTIVECAMPAIGN_API_URL: account.api_url,
      TAP_ACTIVECAMPAIGN_API_KEY: TOKEN,
      TAP_ACTIVECAMPAIGN_LOOKBACK_SECONDS: '{"contacts": 60}',
      PATH: '/bin',
    };
    const {config, warnings} = parseConfig({files: [], env, version: '1'});
    expect(config.api).toEqual({url: account.api_url, token: TOKEN});
    expect(config.lookbackSeconds).toEqual({contacts: 60});
    expect(warnings).toEqual([]);
  });

  test('a fault names the file or the variable it comes from', () => {
    const more = [...files, {source: 'c.json', value: {page_size: 0}}];
    expect(() => parseConfig({files: more, env: {TAP_ACTIVECAMPAIGN_MAX_RETRIES: 'x'}, version: '1'})).toThrow(
      new InputError(
        'a.json, b.json, c.json',
        'TAP_ACTIVECAMPAIGN_MAX_RETRIES: must be a whole number from 0 to 100, not "x"; page_size (c.json): must be a whole number from 1 to 100, the most the API serves, not 0',
      ),
    );
  });

  test.each([
    [{api_key: TOKEN, base_url: 'acme.api-us1.com'}],
    [{api_key: 'other', api_token: TOKEN, api_url: 'acme.api-us1.com'}],
    [{api_token: TOKEN, api_key: 'other', api_url: 'acme.api-us1.com'}],
  ])('the aliases api_key and base_url are accepted, and the own name wins: %j', value => {
    expect(parse(value)).toMatchObject({config: {api: {url: account.api_url, token: TOKEN}}, warnings: []});
  });
});

describe('the log level', () => {
  test.each<[Env, unknown, string]>([
    [{LOGLEVEL: 'ERROR'}, undefined, 'error'],
    [{LOGLEVEL: 'ERROR'}, 'debug', 'debug'],
    [{LOGLEVEL: '20'}, undefined, 'info'],
    [{TAP_ACTIVECAMPAIGN_LOGLEVEL: 'WARNING', LOGLEVEL: 'ERROR'}, 'debug', 'warn'],
    [{TAP_ACTIVECAMPAIGN_LOGLEVEL: 'error', TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'trace'}, 'debug', 'trace'],
  ])('with %j and %j in the file is %s', (env, level, expected) => {
    expect(configOf({log_level: level}, env).logLevel).toBe(expected);
    expect(parse(account, env).warnings).toEqual([]);
  });
});

describe('an unknown key', () => {
  test.each([
    ['api_tokn', 'the setting api_tokn is unknown and ignored; did you mean "api_token"?'],
    ['pagesize', 'the setting pagesize is unknown and ignored; did you mean "page_size"?'],
    ['_select', 'the setting _select is unknown and ignored'],
    ['stream_maps', 'the setting stream_maps is unknown and ignored'],
    ['constructor', 'the setting constructor is unknown and ignored'],
  ])('%s gets a warning', (key, warning) => {
    expect(parse({...account, [key]: {}}).warnings).toEqual([warning]);
  });

  test('of the environment gets one too, but not what Meltano sets by itself', () => {
    const env = {TAP_ACTIVECAMPAIGN_PAGESIZE: '5', TAP_ACTIVECAMPAIGN__SELECT: '["*.*"]'};
    expect(parse(account, env).warnings).toEqual([
      'the setting TAP_ACTIVECAMPAIGN_PAGESIZE is unknown and ignored; did you mean "page_size"?',
    ]);
  });
});

test('a lookback per stream is 0 for the streams it does not name', () => {
  expect(lookbackOf(30, 'deals')).toBe(30);
  expect(lookbackOf({contacts: 60}, 'contacts')).toBe(60);
  expect(lookbackOf({contacts: 60}, 'deals')).toBe(0);
});

test('a stream without a number of days of its own is never read whole for its age', () => {
  expect(fullRefreshDaysOf(7, 'deals')).toBe(7);
  expect(fullRefreshDaysOf(0, 'deals')).toBe(0);
  expect(fullRefreshDaysOf({contacts: 0}, 'contacts')).toBe(0);
  expect(fullRefreshDaysOf({contacts: 0.5}, 'deals')).toBe(undefined);
  expect(fullRefreshDaysOf(undefined, 'deals')).toBe(undefined);
});

test.each(settings)('the setting $name is described', ({schema}) => {
  expect(schema.description).toMatch(/^\S.*\.$/);
});

test('the settings are one JSON Schema', () => {
  const ajv = new Ajv({strict: true, allowUnionTypes: true, strictTypes: false});
  expect({isValid: ajv.validateSchema(settingsSchema), errors: ajv.errors}).toEqual({isValid: true, errors: null});
  expect(Object.keys(settingsSchema.properties)).toEqual(settings.map(({name}) => name));
});
