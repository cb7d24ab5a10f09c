// What the doctor says of facts, each a situation that somebody gets into.

import {writeFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import {judgeClock} from '../../src/doctor/clock.js';
import {exitCodeOfFindings, type Finding, fail, lineOf, ok, skip, warn} from '../../src/doctor/finding.js';
import {faultsOfCatalog, judgeCatalog, judgeCatalogAlone} from '../../src/doctor/given-catalog.js';
import {examineGivenConfig, judgeAddress, judgeConfig, judgeReportFile} from '../../src/doctor/given-config.js';
import {judgeState} from '../../src/doctor/given-state.js';
import {judgeRate} from '../../src/doctor/rate.js';
import type {Reach} from '../../src/doctor/reach.js';
import {groupIdsIn, judgeAccess, judgeUser, userIn} from '../../src/doctor/token.js';
import {judgeWay} from '../../src/doctor/way.js';
import {judgeZone} from '../../src/doctor/zones.js';
import {parseCatalog} from '../../src/given-catalog.js';
import {rateFactsOf, skewOf} from '../../src/header-facts.js';
import {CREATED, fits, twinsIn, zoneThatFits} from '../../src/zone-twins.js';
import {createWorkspace} from '../support/tap.js';

const NOW = Date.UTC(2026, 7, 1);
const DAY_MS = 86_400_000;
const TOKEN = 'f00dfacef00dface';

const linesOf = (found: Finding | readonly Finding[]) => [found].flat().map(lineOf);

test.each([
  [[ok('url', 'a'), warn('clock', 'b'), skip('zone', 'c')], 0],
  [[ok('url', 'a'), fail('connection', 'account', 'b')], 1],
  [[fail('connection', 'account', 'b'), fail('config', 'input', 'c')], 2],
])('warnings end with 0, faults of the account with 1, wrong input with 2: %#', (findings, code) => {
  expect(exitCodeOfFindings(findings)).toBe(code);
});

test('a finding is one line, whatever a server or a file says', () => {
  expect(lineOf(warn('clock', 'two\nlines\u001b', 'mend it'))).toBe('warn  clock: two lines ; mend it');
  expect(lineOf(skip('zone', 'since it is dark'))).toBe('skip  zone: not checked, since it is dark');
});

const met = (certificate: object): Reach => ({
  stoppedAt: undefined,
  addresses: 2,
  milliseconds: 40,
  certificate: {fault: undefined, validUntil: NOW + 60.5 * DAY_MS, protocol: 'TLSv1.3', ...certificate},
});

test.each<[string, Reach, readonly string[], number]>([
  [
    'a host that there is not',
    {stoppedAt: 'dns', code: 'ENOTFOUND'},
    ['fail  dns: there is no host a.test; copy api_url', 'skip  connection: not checked'],
    2,
  ],
  ['a silent name server', {stoppedAt: 'dns', code: 'EAI_AGAIN'}, ['fail  dns: the name server does not answer'], 1],
  [
    'a closed port',
    {stoppedAt: 'tcp', code: 'ECONNREFUSED', addresses: 1},
    ['ok    dns: a.test has 1 address', 'fail  connection: a.test: it refuses connections; check the network'],
    1,
  ],
  [
    'something that speaks no TLS',
    {stoppedAt: 'tls', code: 'EPROTO', addresses: 1},
    ['ok    dns', 'fail  connection: a.test makes no secure connection (EPROTO); copy api_url'],
    1,
  ],
  [
    'the certificate of another host',
    met({fault: 'ERR_TLS_CERT_ALTNAME_INVALID'}),
    ['ok    dns', 'fail  connection: the certificate of a.test is for another host; copy api_url'],
    2,
  ],
  [
    'a proxy with a certificate of its own',
    met({fault: 'SELF_SIGNED_CERT_IN_CHAIN'}),
    ['ok    dns', 'fail  connection: the certificate of a.test is not trusted (SELF_SIGNED_CERT_IN_CHAIN); a proxy'],
    1,
  ],
  [
    'a certificate that has expired, or a machine of another year',
    met({fault: 'CERT_HAS_EXPIRED'}),
    [
      'ok    dns',
      "fail  connection: the certificate of a.test is not trusted (CERT_HAS_EXPIRED); check this machine's",
    ],
    1,
  ],
  [
    'a certificate that nobody renews',
    met({validUntil: NOW + 1.5 * DAY_MS}),
    [
      'ok    dns',
      'warn  connection: a.test answers within 40 ms by TLSv1.3; its certificate holds for 1 more day; it is',
    ],
    0,
  ],
  ['a good certificate', met({}), ['ok    dns: a.test has 2 addresses', 'ok    connection: a.test answers'], 0],
])('the way to the API: %s', (_, reached, beginnings, code) => {
  const findings = judgeWay('https://a.test', reached, NOW);
  expect(exitCodeOfFindings(findings)).toBe(code);
  for (const [index, beginning] of beginnings.entries()) {
    expect(lineOf(findings[index] ?? ok('dns', '')).slice(0, beginning.length)).toBe(beginning);
  }
});

const config = (settings: object) => judgeConfig({files: [{source: 'c.json', value: settings}], env: {}, version: '1'});
const right = {api_url: 'https://acme.api-us1.com', api_token: TOKEN};

test('every setting that is wrong has a line, and the others are gone on with', () => {
  const {findings, config: left} = config({...right, page_size: 0, start_date: 'now', pagesize: 3});
  expect(linesOf(findings)).toEqual([
    expect.stringMatching(/^fail {2}config: start_date: /),
    expect.stringMatching(/^fail {2}config: page_size: /),
    expect.stringMatching(/^warn {2}config: the setting pagesize is unknown .*"page_size"/),
  ]);
  expect(left).toMatchObject({pageSize: 100, api: {url: 'https://acme.api-us1.com', token: TOKEN}});
});

test('without a key there is nothing to ask with, and still an address to look for', () => {
  const {findings, config: left, address} = config({api_url: right.api_url, api_token: '<token>'});
  expect(linesOf(findings)[0]).toMatch(/^fail {2}config: api_token: still holds a placeholder/);
  expect([left, address]).toEqual([undefined, {url: right.api_url}]);
});

test('an address of a wrong form is a fault of the url', () => {
  const {findings, address} = config({...right, api_url: 'ftp://acme.api-us1.com'});
  expect(linesOf(findings)).toEqual([
    'ok    config: all settings are known and right',
    expect.stringMatching(/^fail {2}url: /),
  ]);
  expect(address).toBeUndefined();
});

test('what stands behind sandbox: is looked at before it is started', async () => {
  expect(lineOf(await judgeAddress({sandbox: 'sandbox:latency=3'}))).toMatch(/^fail {2}url: .*"latency".*latency_ms/);
  expect(lineOf(await judgeAddress({sandbox: 'sandbox:'}))).toBe('ok    url: the simulator that is built in');
  expect(lineOf(await judgeAddress({url: right.api_url}))).toBe(`ok    url: ${right.api_url} is of the right form`);
});

test('files that cannot be read are told together, and what they would have set is not guessed', () => {
  const {findings} = examineGivenConfig(
    {config: ['nowhere.json', 'neither.json']},
    {env: {}, version: '1', onSecrets: () => undefined},
  );
  expect(linesOf(findings).map(line => line.slice(0, 26))).toEqual([
    'fail  config: nowhere.json',
    'fail  config: neither.json',
    'skip  url: not checked, si',
  ]);
});

test('a report that would take the place of an input is a fault', () => {
  const workspace = createWorkspace();
  const file = workspace.path('config.json');
  writeFileSync(file, '{}');
  const {config: asked} = config({...right, report_file: file});
  expect(lineOf(judgeReportFile(asked, [file]))).toMatch(/^fail {2}report_file: .*name another file/);
  expect(lineOf(judgeReportFile(asked, []))).toMatch(/^ok {4}report_file: .* can be written/);
  expect(judgeReportFile(undefined, []).level).toBe('skip');
  workspace.remove();
});

test.each([
  [0.6, 'ok', 'agree'],
  [59.9, 'ok', 'differ by 60 s'],
  [61, 'warn', '61 s ahead of the API'],
  [-7200, 'warn', '7200 s behind the API'],
  [undefined, 'skip', 'name no date'],
] as const)('clocks that differ by %s s: %s', (skew, level, words) => {
  const finding = judgeClock(skew);
  expect(finding.level).toBe(level);
  expect(lineOf(finding)).toContain(words);
});

test('the skew is told by the middle of a request, and by the middle of the second that the server names', () => {
  const headers = {date: 'Sat, 01 Aug 2026 00:00:00 GMT'};
  expect(skewOf({headers, seconds: 2, endedAt: NOW + 1_500})).toBe(0);
  expect(skewOf({headers, seconds: 0, endedAt: NOW - 59_500})).toBe(-60);
  expect(skewOf({headers: {}, seconds: 0, endedAt: NOW})).toBeUndefined();
});

const created = (cdate: unknown, created_timestamp: unknown) => ({cdate, created_timestamp});
const summer = created('2026-05-28T03:05:54-05:00', '2026-05-28 03:05:54');
const winter = created('2026-01-28T03:05:54-06:00', '2026-01-28 03:05:54');
const repeated = created('2025-11-02T01:30:00-06:00', '2025-11-02 01:30:00');

test('a row that shows one moment in both spellings tells the zone, in summer, winter and the hour between', () => {
  const twins = twinsIn([summer, winter, repeated], CREATED);
  expect(twins).toHaveLength(3);
  expect(fits(twins, 'America/Chicago')).toBe(true);
  expect(zoneThatFits(twins)).toBe('America/Chicago');
  expect(lineOf(judgeZone(twins, 'America/Chicago'))).toMatch(/^ok {4}zone: .* as 3 rows show$/);
});

test.each([
  [
    created('2026-05-28T03:05:54-05:00', '2026-05-28 08:05:54'),
    'America/Chicago',
    /rows? fits? UTC; set naive_timezone to UTC$/,
  ],
  [summer, 'UTC', /fits? America\/Chicago; .*unless they are to be read as the Python tap does$/],
  [created('2026-05-28T03:05:54-05:00', '2026-05-28 13:50:54'), 'UTC', /fits? Asia\/(Kathmandu|Katmandu)/],
])('a zone that does not fit is named with the one that does: %#', (row, zone, words) => {
  const finding = judgeZone(twinsIn([row], CREATED), zone);
  expect(finding.level).toBe('warn');
  expect(lineOf(finding)).toMatch(words);
});

test('rows that do not show one moment twice tell nothing', () => {
  const rows = [
    created('2026-05-28T03:05:54-05:00', '2026-05-28 03:06:54'),
    created('2026-05-28T03:05:54-05:00', '2026-07-28 03:05:54'),
    created('2026-05-28 03:05:54', '2026-05-28 03:05:54'),
    created('2026-05-28T03:05:54-05:00', '0000-00-00 00:00:00'),
    created(null, 5),
  ];
  expect(judgeZone(twinsIn(rows, CREATED), 'UTC').level).toBe('skip');
  const torn = [summer, created('2026-05-28T03:05:54-05:00', '2026-05-28 09:20:54')];
  expect(lineOf(judgeZone(twinsIn(torn, CREATED), 'UTC'))).toMatch(/of no one zone; please report it$/);
});

test.each([
  [{}, 5, ['ok    rate: the answers tell no limit, as is usual; the tap keeps to 5 requests a second']],
  [{'ratelimit-limit': '5', 'ratelimit-remaining': '3'}, 5, [/^ok .*the API allows 5 a second, of which 3 were left/]],
  [{'ratelimit-limit': '2'}, 5, [/^warn .*is 5, and the API allows 2; set it to 2 or less/]],
  [{}, 9, [/^warn .*is 9, and the API is documented to allow 5; set it to 5 or less/]],
  [{'x-ratelimit-limit': '2', 'ratelimit-limit': 'many'}, 5, [/^ok .*tell no limit/]],
])('what the headers say of the rate: %#', (headers, perSecond, lines) => {
  const told = linesOf(judgeRate(rateFactsOf([{headers, status: 200}]), perSecond));
  expect(told).toEqual(lines.map(line => (line instanceof RegExp ? expect.stringMatching(line) : line)));
});

test('refusals for the rate are told', () => {
  const facts = rateFactsOf([
    {headers: {}, status: 429},
    {headers: {}, status: 200},
  ]);
  expect(linesOf(judgeRate(facts, 5))).toEqual([
    expect.stringMatching(/^warn .*refused 1 request for.*lower requests_per_second/),
  ]);
});

test('the token is told by its user and the groups, where they are shown', () => {
  const user = userIn({user: {id: 7, username: 'jdoe', email: 'jdoe@example.com'}});
  expect(lineOf(judgeUser(user, ['Sales']))).toContain('the user "jdoe", of the group "Sales"');
  expect(lineOf(judgeUser(userIn({}), undefined))).toContain('a user without a name, whose groups are not shown');
  expect(lineOf(judgeUser(user, ['Sales']))).not.toContain('example.com');
  expect(groupIdsIn({userGroup: {group: 3}})).toEqual(['3']);
  expect(groupIdsIn({userGroups: [{groupid: '3'}, {group: '4'}, {}]})).toEqual(['3', '4']);
  expect(groupIdsIn({})).toEqual([]);
});

test('what cannot be read is told by its reason; what could be read before is a fault', () => {
  const refused = 'HTTP 403: no right';
  const findings = judgeAccess({
    selected: ['tags', 'deals', 'deal_stages', 'goals', 'custom_object_pets', 'sms', 'forms'],
    unreadable: new Map([
      ['deals', refused],
      ['deal_stages', refused],
      ['tags', refused],
      ['goals', 'HTTP 404: no such list'],
      ['custom_object_pets', 'the account has none'],
    ]),
    unclear: new Map([['sms', 'sms: HTTP 503']]),
    state: {bookmarks: {tags: {synced_at: '2026-01-01T00:00:00Z'}, deals: {proofs: {}}}},
  });
  expect(exitCodeOfFindings(findings)).toBe(1);
  expect(linesOf(findings)).toEqual([
    'ok    permissions: 1 of 7 selected streams can be read',
    expect.stringMatching(/^fail {2}permissions: tags could be read before.*Users & Groups, or run without it$/),
    expect.stringMatching(
      /^warn {2}permissions: deals, deal_stages cannot be read and will be skipped.*or deselect them$/,
    ),
    expect.stringMatching(/^warn {2}permissions: goals cannot be read.*HTTP 404.*look whether the plan/),
    expect.stringMatching(/^warn {2}permissions: custom_object_pets cannot be read.*has none.*discover again/),
    expect.stringMatching(/^warn {2}permissions: whether sms can be read is not clear.*HTTP 503.*try again later/),
  ]);
});

const context = {source: 's.json', nowMs: NOW, filters: {contacts: {listid: '3'}}};
const stateLines = (value: unknown, filters = {}) => linesOf(judgeState(value, {...context, filters}).findings);

test.each<[string, unknown, readonly (string | RegExp)[]]>([
  ['a list', [], [/^fail .*s\.json: the state must be a JSON object/]],
  [
    'two bookmarks that are none',
    {bookmarks: {tags: 3, deals: {mdate: 'x'}, contacts: {udate: 5}}, currently_syncing: 4},
    [/^fail .*currently_syncing/, /^fail .*bookmarks\.tags /, /^fail .*deals\.mdate/, /^fail .*contacts\.udate/],
  ],
  ['a stream that is none', {bookmarks: {contcts: {}}}, [/^warn .*"contcts".*did you mean "contacts"/]],
  ['a custom object', {bookmarks: {custom_object_pets: {}}}, [/^ok .*goes on from it, with 1 stream$/]],
  [
    'a bookmark that is yet to come',
    {bookmarks: {deals: {mdate: '2027-01-01T00:00:00Z'}, campaigns: {updated_timestamp: '2026-08-01T00:00:30Z'}}},
    [/^warn .*deals goes on from 2027-01-01.*--full-refresh deals$/],
  ],
  [
    'bookmarks of the Python tap and of Meltano',
    {
      singer_state: {
        bookmarks: {
          contacts: '2020-01-01T00:00:00Z',
          deals: {replication_key: 'mdate', replication_key_value: '2020-01-01T00:00:00Z'},
        },
      },
    },
    [
      /^ok .*with 2 streams/,
      /^ok .*wrapped up/,
      /^ok .*the Python tap wrote.* contacts;/,
      /^ok .*Meltano's SDK .*deals;/,
    ],
  ],
  ['a memory that is not understood', {bookmarks: {tags: {whole_read: 'x'}}}, [/^warn .*last whole read of tags/]],
  ['an empty file', null, [/^ok .*with 0 streams/]],
])('a state with %s', (_, value, lines) => {
  expect(stateLines(value)).toEqual(lines.map(line => expect.stringMatching(line)));
});

test('filters that are new since the last read are told', () => {
  const value = {bookmarks: {contacts: {udate: '2026-01-01T00:00:00Z'}}};
  expect(stateLines(value, context.filters)).toEqual([
    expect.stringMatching(/^warn .*contacts was read with other filters/),
  ]);
  expect(linesOf(judgeState(value, {...context, filters: undefined}).findings)).toHaveLength(1);
});

const entry = (id: string, metadata: object = {}) => ({
  tap_stream_id: id,
  metadata: [{breadcrumb: [], metadata: {selected: true, ...metadata}}],
});

test('every entry of a catalog that a run would refuse has a line, and so have the names that are none', () => {
  const streams = [
    entry('contcts'),
    entry('tags', {selected: 'no'}),
    {stream: 3},
    entry('deals', {'replication-key': 'foo'}),
    entry('custom_object_pets'),
    entry('forms'),
  ];
  expect(linesOf(faultsOfCatalog({streams}, 'k.json'))).toEqual([
    expect.stringMatching(/^warn .*"contcts".*did you mean/),
    expect.stringMatching(/^fail .*k\.json: stream tags: "selected" must be true or false/),
    expect.stringMatching(/^fail .*entry 3 of "streams"/),
    expect.stringMatching(/^fail .*stream deals: "foo" is no valid replication-key/),
  ]);
});

test('what is wrong with a catalog as a whole is told too', () => {
  expect(linesOf(faultsOfCatalog({}, 'k.json'))).toEqual([expect.stringMatching(/no list "streams"/)]);
  expect(linesOf(faultsOfCatalog({streams: [entry('tags'), entry('tags')]}, 'k.json'))).toEqual([
    expect.stringMatching(/tags is there twice/),
  ]);
  expect(faultsOfCatalog({streams: [entry('tags')]}, 'k.json')).toEqual([]);
});

test('a catalog in which nothing is selected, and what is unknown in it, are told without an account', () => {
  const value = {streams: [entry('tags', {selected: false}), entry('nonsense'), entry('custom_object_pets')]};
  expect(linesOf(judgeCatalogAlone({config: []}, {source: 'k.json', value}, 'rows'))).toEqual([
    'ok    catalog: it names 3 streams',
    expect.stringMatching(/^warn .*"nonsense", which the tap does not have; correct it, or remove it/),
    expect.stringMatching(/^warn {2}selection: no stream is selected; mark some/),
  ]);
});

test('columns of custom fields are no unknown fields where they are asked for', () => {
  const contacts = {
    ...entry('contacts'),
    metadata: [...entry('contacts').metadata, {breadcrumb: ['properties', 'shoe_size'], metadata: {}}],
  };
  const catalog = {source: 'k.json', value: {streams: [contacts]}};
  const warnings = (mode: 'rows' | 'columns') =>
    linesOf(judgeCatalogAlone({config: []}, catalog, mode)).filter(line => line.startsWith('warn'));
  expect(warnings('columns')).toEqual([]);
  expect(warnings('rows')).toEqual([expect.stringContaining('contacts.shoe_size')]);
});

test('terms of --select and --full-refresh that match nothing are wrong input', () => {
  const alone = (flags: object) => linesOf(judgeCatalogAlone({config: [], ...flags}, undefined, 'rows')).at(-1);
  expect(alone({select: 'contcts'})).toMatch(/^fail {2}selection: --select/);
  expect(alone({fullRefresh: 'tgas'})).toMatch(/^fail {2}selection: --full-refresh/);
  expect(alone({select: 'custom_object_pets'})).toMatch(/^skip {2}selection: .*only the account can tell/);
  expect(alone({select: 'tags'})).toMatch(/^ok {4}selection: 1 of \d+ streams/);
});

test('custom objects that the account has no more are told, and long lists of unknown names are cut', () => {
  const value = {streams: [entry('custom_object_pets'), entry('custom_object_cars'), entry('tags')]};
  expect(linesOf(judgeCatalog(value, [], ['custom_object_cars', 'tags']))).toEqual([
    'ok    catalog: it names 3 streams',
    expect.stringMatching(
      /^warn {2}catalog: the account has no custom object of custom_object_pets any more; discover/,
    ),
  ]);
  const fields = Array.from({length: 50}, (_, index) => ({breadcrumb: ['properties', `zz${index}qq`], metadata: {}}));
  const {warnings} = parseCatalog({streams: [{tap_stream_id: 'tags', metadata: fields}]}, 'k.json');
  const found = linesOf(judgeCatalog({streams: []}, warnings, undefined));
  expect(found).toHaveLength(22);
  expect(found.at(-1)).toMatch(/30 more such names/);
});
