// What is chosen where the account does not tell all that it has.

import {afterEach, expect, test} from '@jest/globals';
import {prepareChoice} from '../src/choice.js';
import {parseConfig} from '../src/config.js';
import {startListServer} from './support/list-server.js';
import {createContext} from './support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

test('a field that the account may have says why that is not known', async () => {
  const server = await startListServer(() => ({status: 500, body: {message: 'in trouble'}}));
  const {client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const value = {api_url: server.url, api_token: '0123456789abcdef0123', custom_fields: 'columns'};
  const {config} = parseConfig({files: [{source: 'config.json', value}], env: {}, version: '1'});
  const choose = prepareChoice({select: 'contacts.cf_size', config, state: {bookmarks: {}}});
  await expect(choose(client, new AbortController().signal)).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(
      /^--select: "contacts\.cf_size" matches no field.*; the custom fields of contacts .*fields: HTTP 500, in trouble$/,
    ),
  });
});
