// What a person at a terminal sees of a run; what a pipe gets is tested end to end.

import {Writable} from 'node:stream';
import {describe, expect, test} from '@jest/globals';
import type {Flags} from '../src/flags.js';
import {runSync} from '../src/run.js';

type Terminal = {readonly isTTY?: boolean; readonly columns?: number};

/** Runs a sync of the sandbox whose stderr is what is given, and gives what was written there. */
async function watch(terminal: Terminal, {select = 'contacts,tags', env = {}, parameters = ''} = {}): Promise<string> {
  let written = '';
  const stdout = new Writable({write: (_chunk, _encoding, done) => done()});
  const flags: Flags = {config: ['ENV'], select};
  await runSync(flags, {
    env: {
      TAP_ACTIVECAMPAIGN_API_URL: `sandbox:contacts=120&requests_per_second=0&${parameters}`,
      TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
      TAP_ACTIVECAMPAIGN_MAX_RETRIES: '0',
      NO_COLOR: '1',
      ...env,
    },
    version: '1.2.3',
    stdout,
    stderr: {
      ...terminal,
      write: text => {
        written += text;
        return true;
      },
    },
    signal: new AbortController().signal,
    onLog: () => undefined,
    onSecrets: () => undefined,
  });
  return written;
}

const HEADER = /^INFO +stream +records +requests +way +verdict +seconds$/m;

describe('at the end of a run', () => {
  test('a terminal shows the report as a table, and not as JSON', async () => {
    const shown = await watch({isTTY: true, columns: 100});
    const lines = shown.slice(shown.search(HEADER)).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^INFO +contacts +120 +\d+ /);
    expect(lines[3]).toMatch(/^INFO +2 streams +\d+ +\d+ +\d+\.\d$/);
    expect(shown).not.toContain('run report');
  });

  test('the streams that failed stand below the table, and are marked in it', async () => {
    const shown = await watch({isTTY: true, columns: 100}, {parameters: 'faults=tags:500x99'});
    expect(shown).toMatch(/^INFO ! tags +0 +1 .*FAILED/m);
    expect(shown.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*tags/);
  });

  test('a terminal shows faults in red, unless NO_COLOR says that it is to show none', async () => {
    const parameters = 'faults=tags:500x99';
    const shown = await watch({isTTY: true, columns: 100}, {parameters, env: {NO_COLOR: ''}});
    expect(shown).toMatch(/^\u001b\[31mINFO ! tags .*\u001b\[39m$/m);
    expect(shown).toMatch(/\u001b\[31mCRITICAL .*tags.*\u001b\[39m\n$/);
    expect(shown).toMatch(/^INFO +contacts +120/m);
    const pipe = await watch({}, {parameters, env: {NO_COLOR: ''}});
    const plain = await watch({isTTY: true, columns: 100}, {parameters});
    expect(pipe + plain.replaceAll('\r\u001b[2K', '')).not.toContain('\u001b');
  });

  test('the table leaves the last column of the terminal free', async () => {
    const shown = await watch({isTTY: true, columns: 70}, {select: 'contact_custom_field_options'});
    const lines = shown.slice(shown.search(HEADER)).trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThan(70);
    expect(lines[1]).toContain('…');
  });

  test.each<[string, Terminal, Readonly<Record<string, string>>]>([
    ['a pipe', {}, {}],
    ['a terminal that asks for JSON', {isTTY: true, columns: 100}, {TAP_ACTIVECAMPAIGN_LOG_FORMAT: 'json'}],
  ])('%s shows no table, but the report', async (_, terminal, env) => {
    const shown = await watch(terminal, {env});
    expect(shown).toContain('run report');
    expect(shown).not.toMatch(/requests +way/);
  });

  test('a terminal at a silent log level shows neither', async () => {
    expect(await watch({isTTY: true}, {env: {TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'warning'}})).toBe('');
  });
});
