// The tap as a library: objects in, messages, log entries and a report out. That it prints nothing, and works as it is
// installed, is seen in end-to-end/package.test.ts.

import {describe, expect, test} from '@jest/globals';
import {discover as discoverOffline} from '../src/catalog.js';
import {ApiError, discover, InputError, type LogEntry, type Message, type RunReport, sync} from '../src/index.js';

const config = {api_url: 'sandbox:contacts=30&requests_per_second=0', requests_per_second: 0, max_retries: 0};
const faulty = (faults: string) => ({...config, api_url: `${config.api_url}&faults=${faults}`});

async function collect(messages: AsyncIterable<Message>): Promise<{messages: Message[]; error?: unknown}> {
  const found: Message[] = [];
  try {
    for await (const message of messages) found.push(message);
  } catch (error) {
    return {messages: found, error};
  }
  return {messages: found};
}

const recordsOf = (messages: readonly Message[], stream: string) =>
  messages.filter(message => message.type === 'RECORD' && message.stream === stream);
const stateOf = (messages: readonly Message[]) => messages.findLast(message => message.type === 'STATE')?.value;

describe('discover', () => {
  test('gives the static catalog without a config', async () => {
    expect(await discover()).toEqual(discoverOffline());
  });

  test("gives the account's catalog with one: what it has besides, and what its token may not read", async () => {
    const {streams} = await discover({config: faulty('forms:403x99')});
    expect(streams.length).toBeGreaterThan(discoverOffline().streams.length);
    const forms = streams.find(({stream}) => stream === 'forms');
    expect(forms?.metadata[0]?.metadata).toMatchObject({inclusion: 'unsupported'});
  });

  test('ends with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(discover({config, signal})).rejects.toThrow('enough');
  });
});

describe('sync', () => {
  test('yields the messages of the selected streams and tells its report', async () => {
    const reports: RunReport[] = [];
    const entries: LogEntry[] = [];
    const options = {select: ['contacts', 'tags', '!*.email'], onReport: reports.push.bind(reports)};
    const {messages, error} = await collect(sync({config, ...options, log: entry => entries.push(entry)}));
    expect(error).toBeUndefined();
    const schemas = messages.filter(message => message.type === 'SCHEMA');
    expect(schemas.map(({stream}) => stream).sort()).toEqual(['contacts', 'tags']);
    expect(recordsOf(messages, 'contacts')).toHaveLength(30);
    expect(JSON.stringify(schemas)).not.toContain('"email"');
    expect(messages.at(-1)).toMatchObject({type: 'STATE', value: {currently_syncing: null}});
    expect(reports).toMatchObject([{exit_code: 0, totals: {streams: 2, done: 2}}]);
    expect(entries).toContainEqual({
      level: 'info',
      message: 'sync started',
      fields: expect.objectContaining({streams: 2}),
    });
    expect(entries.map(({level}) => level)).not.toContain('debug');
  });

  test('goes on from a state, unless it is to be ignored', async () => {
    const state = {bookmarks: {contacts: '2199-01-01T00:00:00Z'}};
    const options = {config, select: 'contacts', state};
    expect(recordsOf((await collect(sync(options))).messages, 'contacts')).toHaveLength(0);
    const refreshed = await collect(sync({...options, fullRefresh: true}));
    expect(recordsOf(refreshed.messages, 'contacts')).toHaveLength(30);
    const next = await collect(sync({...options, fullRefresh: false, state: stateOf(refreshed.messages)}));
    expect(recordsOf(next.messages, 'contacts').length).toBeLessThan(5);
  });

  test('takes a catalog', async () => {
    const {streams} = await discover();
    const catalog = {
      streams: streams.map(entry => ({
        ...entry,
        metadata: entry.metadata.map(item =>
          item.breadcrumb.length > 0
            ? item
            : {...item, metadata: {...item.metadata, selected: entry.stream === 'tags'}},
        ),
      })),
    };
    const {messages} = await collect(sync({config, catalog}));
    expect(messages.flatMap(message => (message.type === 'SCHEMA' ? [message.stream] : []))).toEqual(['tags']);
  });

  test('reads variables only where they are given', async () => {
    process.env['TAP_ACTIVECAMPAIGN_API_URL'] = 'nonsense:';
    try {
      expect((await collect(sync({config, select: 'tags'}))).error).toBeUndefined();
      const {error} = await collect(sync({config, select: 'tags', env: process.env}));
      expect(String(error)).toContain('TAP_ACTIVECAMPAIGN_API_URL');
    } finally {
      delete process.env['TAP_ACTIVECAMPAIGN_API_URL'];
    }
  });

  test.each<[string, object, RegExp]>([
    ['a setting', {config: {...config, page_size: 1000}}, /^config: page_size: must be a whole number from 1 to 100/],
    ['no config', {config: undefined}, /^config: must hold a JSON object \(\{…\}\), not undefined$/],
    ['no list of patterns', {config, select: 5}, /^select: must be a text such as contacts,deal\*, or a list of texts/],
    ['a signal', {config, signal: 5}, /^signal: must be an AbortSignal, not a number$/],
    ['a log', {config, log: 'info'}, /^log: must be a function/],
    ["an option's name", {config, selct: 'tags'}, /^"selct": is no option; did you mean "select"\?$/],
    ['a pattern', {config, select: 'contatcs'}, /"contatcs" matches no stream/],
    ['no pattern', {config, fullRefresh: []}, /names nothing/],
    ['a catalog', {config, catalog: []}, /^catalog: this is no catalog/],
    [
      'a state',
      {config, state: {bookmarks: {contacts: {udate: 'soon'}}}},
      /^state: bookmarks\.contacts\.udate must be/,
    ],
    [
      'a report file',
      {config: {...config, report_file: '/no/such/folder/report.json'}},
      /^report_file: .*lies in a dir/,
    ],
    ['a token', {config: faulty('tags:403x99,users/me:403x99'), select: 'tags'}, /token/],
  ])('throws InputError for %s that is wrong, before any message', async (_, options, complaint) => {
    const {messages, error} = await collect(sync(options as Parameters<typeof sync>[0]));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({message: expect.stringMatching(complaint)});
    expect(messages).toEqual([]);
  });

  test('throws ApiError for streams that failed, when all others are done', async () => {
    const reports: RunReport[] = [];
    const onReport = (report: RunReport) => reports.push(report);
    const {messages, error} = await collect(sync({config: faulty('tags:500x99'), select: 'tags,lists', onReport}));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({message: expect.stringMatching(/^tags: failed; .*HTTP 500/)});
    expect(stateOf(messages)).toMatchObject({bookmarks: {lists: expect.anything()}, currently_syncing: null});
    expect(reports).toMatchObject([{exit_code: 1, totals: {done: 1, failed: 1}}]);
  });

  test('ends behind a true STATE, and without an error, when it is stopped', async () => {
    const stop = new AbortController();
    const messages: Message[] = [];
    const reports: RunReport[] = [];
    const options = {select: 'tags,contacts', signal: stop.signal, onReport: reports.push.bind(reports)};
    for await (const message of sync({config, ...options})) {
      messages.push(message);
      if (message.type === 'RECORD' && message.stream === 'contacts') stop.abort();
    }
    expect(messages.at(-1)).toMatchObject({type: 'STATE', value: {currently_syncing: expect.any(String)}});
    expect(reports).toMatchObject([{interrupted: true, error: null}]);
  });

  test('hides the token in its log and its errors', async () => {
    const token = 'secret-token-0123';
    const entries: LogEntry[] = [];
    const settings = {...config, api_url: 'http://127.0.0.1:9', api_token: token, log_level: 'trace'};
    const {error} = await collect(sync({config: settings, select: 'tags', log: entry => entries.push(entry)}));
    expect(error).toBeInstanceOf(ApiError);
    expect(entries.length).toBeGreaterThan(0);
    expect(JSON.stringify([entries, error, String(error)])).not.toContain(token);
  });
});
