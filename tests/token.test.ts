import {chmodSync, mkdirSync, symlinkSync} from 'node:fs';
import {afterAll, describe, expect, test} from '@jest/globals';
import {parseConfig} from '../src/config.js';
import {InputError} from '../src/errors.js';
import {checkReport, readConfig} from '../src/inputs.js';
import {warnIfPublic} from '../src/token.js';
import {createWorkspace} from './support/tap.js';

const TOKEN = '0123456789abcdef0123456789abcdef0123456789abcdef';
const url = 'https://acme.api-us1.com';

const workspace = createWorkspace();
afterAll(workspace.remove);

type Env = Readonly<Record<string, string | undefined>>;

const parse = (value: unknown, env: Env = {}) =>
  parseConfig({files: [{source: 'config.json', value}], env, version: '1.2.3'});

function complaintOf(value: unknown, env: Env = {}): string {
  try {
    parse(value, env);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no complaint';
}

describe('the key is read from a file', () => {
  test.each([
    ['as it is', TOKEN],
    ['without the line break behind it', `${TOKEN}\n`],
    ['without the line break of Windows', `${TOKEN}\r\n`],
    ['without a byte order mark', `\uFEFF${TOKEN}\n`],
  ])('%s', (_, content) => {
    const file = workspace.file('token', content);
    expect(parse({api_url: url, api_token_file: file}).config.api).toEqual({url, token: TOKEN});
    expect(parse({api_url: url}, {TAP_ACTIVECAMPAIGN_API_TOKEN_FILE: file}).config.api).toEqual({url, token: TOKEN});
  });

  test('but not for the sandbox, which needs none', () => {
    const file = workspace.path('nowhere');
    expect(parse({api_url: 'sandbox:', api_token_file: file}).config.api).toEqual({sandbox: 'sandbox:'});
  });

  test.each<[string, () => string, string]>([
    [
      'that is not there',
      () => workspace.path('nowhere'),
      'does not exist; check the path, which is relative to the working directory',
    ],
    [
      'below another file',
      () => `${workspace.file('token', TOKEN)}/x`,
      'does not exist; check the path, which is relative to the working directory',
    ],
    ['that is a directory', () => workspace.path('.'), 'is a directory; name the file in it'],
    [
      'that is empty',
      () => workspace.file('token', '\n'),
      'is empty; it must hold the key from Settings > Developer and nothing else',
    ],
    [
      'of several lines',
      () => workspace.file('token', `api_token=\n${TOKEN}`),
      'holds several lines; it must hold the key from Settings > Developer and nothing else',
    ],
    [
      'that is far too large',
      () => workspace.file('token', TOKEN.repeat(2_000)),
      'is too large to hold a key alone; it must hold the key from Settings > Developer and nothing else',
    ],
  ])('a file %s is refused in one sentence', (_, make, fault) => {
    const file = make();
    expect(complaintOf({api_url: url, api_token_file: file})).toBe(`config.json: api_token_file: ${file} ${fault}`);
  });

  test('what it holds is judged like a key, and not shown', () => {
    const file = workspace.path('token');
    for (const words of ['secret words', `"${TOKEN}"`]) {
      workspace.file('token', words);
      expect(complaintOf({api_url: url, api_token_file: file})).toBe(
        `config.json: api_token_file: ${file} holds a blank, a quote, a control character or a letter that no key has; copy the key from Settings > Developer again`,
      );
    }
    workspace.file('token', 'YOUR_API_TOKEN');
    expect(complaintOf({api_url: url, api_token_file: file})).toBe(
      `config.json: api_token_file: ${file} still holds a placeholder; copy the key from Settings > Developer`,
    );
    expect(complaintOf({api_url: url, api_token_file: '/dev/zero'})).toMatch(/\/dev\/zero is too large/);
    // A name that is none leaves no room for a second complaint.
    expect(complaintOf({api_url: url, api_token_file: 5})).toBe(
      'config.json: api_token_file: must be the name of a file that holds the key',
    );
    const shown = complaintOf({
      api_url: url,
      api_token_file: workspace.file('token', 'c0ffee'),
      start_date: 'since c0ffee',
    });
    expect(shown).toMatch(/start_date.*since \*\*\*/);
  });

  test('and no report takes its place', () => {
    const file = workspace.file('token', TOKEN);
    const {config} = parse({api_url: url, api_token_file: file, report_file: file});
    expect(() => checkReport({config: []}, config)).toThrow(/is a file that the run is given to read/);
  });

  test('both the key and its file are one too many, and both are named as they were given', () => {
    const both = {api_url: url, api_key: TOKEN, api_token_file: workspace.file('token', TOKEN)};
    expect(complaintOf(both)).toBe('config.json: api_token_file: is given beside api_key; keep one of the two');
    expect(complaintOf({api_url: url, api_token: TOKEN}, {TAP_ACTIVECAMPAIGN_API_TOKEN_FILE: '/x'})).toBe(
      'config.json: TAP_ACTIVECAMPAIGN_API_TOKEN_FILE: is given beside api_token; keep one of the two',
    );
  });
});

describe('a file that shows the key to everybody is warned of', () => {
  const onSecrets = () => undefined;
  const warningsOf = (value: unknown, mode: number) => {
    const file = workspace.file('config.json', value);
    chmodSync(file, mode);
    return {file, warnings: readConfig({config: [file]}, {env: {}, version: '1', onSecrets}).warnings};
  };

  test.each([0o644, 0o604, 0o666])('the config file, mode %o', mode => {
    const {file, warnings} = warningsOf({api_url: url, api_token: TOKEN}, mode);
    expect(warnings).toEqual([`everybody on this machine may read the key in ${file}; chmod 600 ${file}`]);
  });

  test.each([0o600, 0o640, 0o400])('but not one for some, mode %o', mode => {
    expect(warningsOf({api_url: url, api_token: TOKEN}, mode).warnings).toEqual([]);
  });

  test('and not one without a key in it', () => {
    expect(warningsOf({api_url: 'sandbox:', api_token: ' '}, 0o644).warnings).toEqual([]);
  });

  test('the file of the key itself, also behind a link', () => {
    const token = workspace.file('key', TOKEN);
    symlinkSync(token, workspace.path('my key'));
    chmodSync(token, 0o644);
    const {warnings} = warningsOf({api_url: url, api_token_file: workspace.path('my key')}, 0o644);
    const link = workspace.path('my key');
    expect(warnings).toEqual([`everybody on this machine may read the key in ${link}; chmod 600 '${link}'`]);
  });

  test('nothing is said on Windows, of directories and of what is not there', () => {
    const file = workspace.file('key', TOKEN);
    chmodSync(file, 0o644);
    mkdirSync(workspace.path('open'), {mode: 0o755});
    expect(warnIfPublic(file, 'linux')).toHaveLength(1);
    expect(warnIfPublic(file, 'win32')).toEqual([]);
    expect(warnIfPublic(workspace.path('open'), 'linux')).toEqual([]);
    expect(warnIfPublic(workspace.path('nowhere'), 'linux')).toEqual([]);
  });
});
