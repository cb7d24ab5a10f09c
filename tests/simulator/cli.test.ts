// The simulator as a program: what it prints, how it ends.

import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {describe, expect, test} from '@jest/globals';
import {parameters} from '../../src/simulator/parameters.js';

const program = new URL('../../bin/activecampaign-simulator.js', import.meta.url).pathname;

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints one line with URL and token, serves, and ends with 0 on %s',
  async signal => {
    const child = started('--sandbox', 'contacts=12&token=secret');
    const [line] = await once(child.stdout, 'data');
    const [, url, token] = /^(http:\/\/127\.0\.0\.1:\d+) token (\S+)\n$/.exec(String(line)) ?? [];
    expect(token).toBe('secret');
    const response = await fetch(`${url}/api/3/contacts`, {headers: {'Api-Token': 'secret'}});
    expect(await response.json()).toMatchObject({meta: {total: '12'}});
    child.kill(signal);
    expect((await once(child, 'close'))[0]).toBe(0);
  },
);

test('--version prints the version of the package', async () => {
  const {version}: {version: string} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await outcome('--version')).toEqual({code: 0, stdout: `${version}\n`, stderr: ''});
});

test('--help tells every parameter', async () => {
  const {code, stdout} = await outcome('--help');
  expect(code).toBe(0);
  for (const {name} of parameters) expect(stdout).toContain(`  ${name} `);
});

describe('wrong input ends with 2, one line and nothing on stdout', () => {
  test.each([
    [['--port', 'http'], /a port is a number from 0 to 65535/],
    [['--port', '99999'], /a port is a number from 0 to 65535/],
    [['--sandbox', 'contcts=5'], /did you mean "contacts"\?/],
    [['--sandbox', 'records=3'], /the smallest account .* \d+ records/],
    [['--wibble'], /unknown option '--wibble'/],
    [['extra'], /too many arguments/],
  ])('%j', async (flags, message) => {
    const {code, stdout, stderr} = await outcome(...flags);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const {code, stdout, stderr} = await outcome('--port', String(port));
    server.close();
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toMatch(/^error: cannot listen on port \d+: .*EADDRINUSE.*\n$/);
  });
});

function started(...flags: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [program, ...flags]);
}

async function outcome(...flags: string[]): Promise<{code: number | null; stdout: string; stderr: string}> {
  const child = started(...flags);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => {
    stdout += String(chunk);
  });
  child.stderr.on('data', chunk => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  return {code, stdout, stderr};
}
