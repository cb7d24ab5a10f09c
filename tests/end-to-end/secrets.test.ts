// A server that repeats the token in every way there is, and rows of which some fields are nobody's business: neither
// comes out of the tap, whatever it prints.

import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {expect, test} from '@jest/globals';
import {check} from '../support/account.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {createWorkspace, runTap, type TapResult} from '../support/tap.js';

const TOKEN = 'f00d+face/f00d=face:f00dfacef00dfacef00dfacef00dfacef00dface';
const MASK_KEY = 'the key of hashes/0123456789';
const hmac = (text: string) => createHmac('sha256', MASK_KEY).update(text).digest('hex');

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Pieces of which none may come out. */
const SECRETS = [
  ...[TOKEN, encodeURIComponent(TOKEN), base64(TOKEN).slice(4, -4), base64(`Api-Token: ${TOKEN}`).slice(20, -4)],
  ...[MASK_KEY, 'ada@example.com', 'ADA@example.com', '+44 20', 'Augusta', 'no organization of Ada'],
];

const people = [
  {id: '1', email: 'ada@example.com', phone: '+44 20 1', firstName: 'Augusta', lastName: 'Lovelace', orgid: '3'},
  {
    id: '2',
    email: 'ADA@example.com',
    phone: '+44 20 2',
    firstName: '',
    lastName: `L ${TOKEN}`,
    orgid: 'no organization of Ada',
  },
].map(row => ({...row, udate: '2024-01-02T03:04:05-06:00', created_timestamp: '2024-01-01 00:00:00'}));

const customers = [{id: '7', email: 'ada@example.com', updatedDate: '2024-01-02T03:04:05-06:00'}];

const list = (key: string, rows: readonly object[], {params}: ListQuery): ListAnswer => {
  const isBehind = Number(params.get('offset') ?? 0) >= rows.length || Number(params.get('id_greater') ?? 0) > 2;
  return {body: {[key]: isBehind ? [] : rows, meta: {total: String(rows.length)}}};
};

test('the token and what is masked are in no line and no file, whatever the server answers', async () => {
  const workspace = createWorkspace();
  const elsewhere = await startListServer(() => ({body: {}}));
  const server = await startListServer(query => {
    switch (query.path) {
      case 'users/me':
        return {body: {user: {id: '1'}}};
      case 'contacts':
        return list('contacts', people, query);
      case 'ecomCustomers':
        return list('ecomCustomers', customers, query);
      case 'tags':
        return {status: 302, headers: {location: `${elsewhere.url}/?key=${encodeURIComponent(TOKEN)}`}};
      case 'lists':
        return {status: 400, body: {message: `header ${base64(`Api-Token: ${TOKEN}`)} is bad`}};
      case 'campaigns':
        return {status: 500, body: `<p>?key=${encodeURIComponent(TOKEN)}</p>`};
      default:
        return {status: 404, body: {message: `there is no ${query.path} for ${TOKEN}`}};
    }
  });
  const report = workspace.path('report.json');
  const settings = {
    api_url: server.url,
    api_token_file: workspace.file('token', `${TOKEN}\n`),
    requests_per_second: 0,
    max_retries: 1,
    log_level: 'debug',
    report_file: report,
    mask: {'*.email': 'hash', 'contacts.phone': 'drop', 'contacts.first_name': 'null', 'contacts.orgid': 'hash'},
  };
  const env = {TAP_ACTIVECAMPAIGN_MASK_KEY: MASK_KEY};
  const run = (more: object, ...args: string[]): Promise<TapResult> =>
    runTap(['--config', workspace.file('config.json', {...settings, ...more}), ...args], env);
  const leaksOf = ({stdout, stderr}: TapResult, file = '') => {
    return SECRETS.filter(secret => [stdout, stderr, file].some(text => text.includes(secret)));
  };
  try {
    const select = 'contacts,ecommerce_customers,tags,lists,campaigns,deals';
    for (const log_format of ['json', 'text']) {
      const result = await run({log_format}, '--select', select);
      const file = readFileSync(report, 'utf8');
      expect({code: result.code, leaks: leaksOf(result, file)}).toEqual({code: 1, leaks: []});
      // Whatever a field is by nature, its records fit the SCHEMA.
      const {output} = check(result, 1);
      expect(output.schemas.get('contacts')?.schema.properties['orgid']).toMatchObject({type: ['null', 'string']});
      expect(result.stderr).toContain('***');
      expect(file).toContain('***');
      const records = result.lines.map(line => JSON.parse(line)).filter(({type}) => type === 'RECORD');
      const hidden = {phone: undefined, first_name: null};
      const [first, second, customer] = records.map(({record}) => ({phone: undefined, ...record}));
      expect(first).toMatchObject({...hidden, email: hmac('ada@example.com'), last_name: 'Lovelace', orgid: hmac('3')});
      expect(second).toMatchObject({...hidden, email: hmac('ADA@example.com'), last_name: 'L ***', orgid: null});
      expect(customer?.['email']).toBe(first?.['email']);
    }
    expect(server.queries.every(({headers}) => headers['api-token'] === TOKEN)).toBe(true);
    expect(elsewhere.queries).toEqual([]);

    const discovered = await run({log_level: 'warning'}, '--discover');
    expect(leaksOf(discovered)).toEqual([]);
    const said = JSON.parse(discovered.stdout).streams[0].metadata;
    expect(Array.isArray(said)).toBe(true);
    expect(discovered.stdout).toMatch(/"mask": "drop"/);

    const wrong = await run({}, '--select', TOKEN);
    expect({code: wrong.code, stderr: wrong.stderr}).toEqual({
      code: 2,
      stderr: 'CRITICAL --select: "***" matches no stream; --discover prints all streams and fields\n',
    });
    const option = await runTap([`--token=${TOKEN}`]);
    expect({code: option.code, stderr: option.stderr}).toEqual({
      code: 2,
      stderr:
        'CRITICAL command line: api_token is a setting; put it into the config file, or into TAP_ACTIVECAMPAIGN_API_TOKEN\n',
    });
  } finally {
    workspace.remove();
    await Promise.all([server.stop(), elsewhere.stop()]);
  }
});

test('what nobody foresaw ends the tap with its stack, and without the token', async () => {
  const workspace = createWorkspace();
  const error = "Object.assign(new Error('no ' + process.env.TAP_ACTIVECAMPAIGN_API_TOKEN), {headers: process.env})";
  const fault = `setTimeout(() => Promise.reject(${error}), 300)`;
  const settings = {api_url: 'sandbox:latency_ms=200', log_format: 'json'};
  try {
    const {code, stdout, stderr} = await runTap(
      ['--config', workspace.file('config.json', settings), '--select', 'contacts'],
      {
        TAP_ACTIVECAMPAIGN_API_TOKEN: TOKEN,
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
      },
    );
    expect({code, leaks: SECRETS.filter(secret => `${stdout}${stderr}`.includes(secret))}).toEqual({
      code: 1,
      leaks: [],
    });
    expect(stderr).toMatch(/unexpected fault of the tap; please report it: Error: no \*\*\*/);
  } finally {
    workspace.remove();
  }
});
