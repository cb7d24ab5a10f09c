// What the tap says of itself, without config and account.

import {describe, expect, test} from '@jest/globals';
import {schemaOf} from '../../src/schemas.js';
import {settings} from '../../src/settings.js';
import {streams} from '../../src/streams.js';
import {runTap} from '../support/tap.js';

const printed = async (...args: readonly string[]) => {
  const {code, stdout, stderr} = await runTap(['--about', ...args]);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  return stdout;
};

describe('--about', () => {
  test('as JSON has the keys that the SDK of Meltano prints, and the streams', async () => {
    const document = JSON.parse(await printed('--format', 'json'));
    expect(Object.keys(document)).toEqual([
      'name',
      'description',
      'version',
      'capabilities',
      'settings',
      'env_var_prefix',
      'streams',
    ]);
    expect(document).toMatchObject({name: 'tap-activecampaign', env_var_prefix: 'TAP_ACTIVECAMPAIGN_'});
    expect(document.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(document.settings.required).toEqual(['api_url']);
    expect(Object.keys(document.settings.properties)).toEqual(settings.map(({name}) => name));
    const secrets = Object.entries<{secret?: boolean}>(document.settings.properties).filter(([, {secret}]) => secret);
    expect(secrets.map(([name]) => name)).toEqual(['api_token']);
    expect(document.streams.map(({name}: {name: string}) => name)).toEqual(streams.map(({tapStreamId}) => tapStreamId));
    const contacts = document.streams.find(({name}: {name: string}) => name === 'contacts');
    expect(contacts).toMatchObject({
      description: schemaOf({tapStreamId: 'contacts'}).description,
      key_properties: ['id'],
      replication_method: 'INCREMENTAL',
      valid_replication_keys: ['udate', 'updated_timestamp'],
      selected_by_default: true,
      fields: {email: schemaOf({tapStreamId: 'contacts'}).properties['email']?.description},
    });
  });

  test.each<readonly [string, readonly string[]]>([
    ['text', []],
    ['text', ['--format', 'text']],
    ['markdown', ['--format', 'markdown']],
  ])('as %s names every setting and every stream, with what they are: %j', async (_, args) => {
    const text = await printed(...args);
    for (const {name} of settings) expect(text).toMatch(new RegExp(`^\\W*${name}\\b.*`, 'm'));
    for (const {schema} of settings) expect(text.replaceAll('\\|', '|')).toContain(schema.description);
    for (const stream of streams) {
      expect(text).toMatch(new RegExp(`^\\W*${stream.tapStreamId}\\b.*`, 'm'));
      expect(text).toContain(schemaOf(stream).description);
    }
  });

  test.each([
    [
      ['--about', '--format', 'jsn'],
      'CRITICAL --format: must be text, json or markdown, not "jsn"; did you mean "json"?',
    ],
    [['--format', 'json'], 'CRITICAL --format: is the form of --about; give both'],
  ])('refuses %j in one line', async (args, line) => {
    const {code, stdout, stderr} = await runTap(args);
    expect({code, stdout, stderr}).toEqual({code: 2, stdout: '', stderr: `${line}\n`});
  });
});
