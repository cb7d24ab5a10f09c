// What a sync costs, in things that can be counted and are the same on every machine: requests, bytes, collections of
// garbage, modules that are loaded. Only the last test takes time, as a ratio, and leaves it much room.

import {spawn} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from '@jest/globals';
import {withAccount} from '../support/account.js';

const executable = fileURLToPath(new URL('../../bin/tap-activecampaign.js', import.meta.url));
const benchmark = fileURLToPath(new URL('../../bench/transform.js', import.meta.url));
const CONTACTS = 20_000;
const PAGES = CONTACTS / 100;

/** Runs a program of node, and gives what it wrote to stdout and stderr. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, args, {env: {PATH: process.env['PATH'] ?? '', ...env}});
  const read = async (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  };
  const code = new Promise(resolve => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  expect({args, code: await code}).toEqual({args, code: 0});
  return {stdout, stderr};
}

/** Runs before a program, and says at its end how often young garbage was collected, which is done by the megabyte. */
const countCollections = `data:text/javascript,${encodeURIComponent(`
  import {writeSync} from 'node:fs';
  import {constants, PerformanceObserver} from 'node:perf_hooks';
  let collections = 0;
  const count = entries => {
    for (const {detail} of entries) if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) collections++;
  };
  const observer = new PerformanceObserver(list => count(list.getEntries()));
  observer.observe({entryTypes: ['gc']});
  process.on('exit', () => {
    count(observer.takeRecords());
    writeSync(2, 'collections ' + collections + '\\n');
  });
`)}`;

test('a first sync asks once for each page, writes little beside the records, and makes little garbage', () =>
  withAccount({contacts: CONTACTS}, async ({sim}) => {
    const env = {
      TAP_ACTIVECAMPAIGN_API_URL: sim.url,
      TAP_ACTIVECAMPAIGN_API_TOKEN: sim.token,
      TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
    };
    const {stdout, stderr} = await run(
      ['--import', countCollections, executable, '--config', 'ENV', '--select', 'contacts'],
      env,
    );
    const records = stdout.split('\n').filter(line => line.startsWith('{"type":"RECORD"'));
    expect(records).toHaveLength(CONTACTS);
    // One for the token, some to find out how the list can be read, one or two at the end of each range of ids.
    expect(sim.stats().requests).toBeLessThanOrEqual(PAGES + 15);

    const bytesOfRecords = records.reduce((sum, line) => sum + JSON.stringify(JSON.parse(line).record).length, 0);
    expect(stdout.length - bytesOfRecords).toBeLessThan(130 * CONTACTS);

    // Ninety as it is, of four megabytes each.
    const collections = Number(/collections (\d+)/.exec(stderr)?.[1]);
    expect(collections).toBeGreaterThan(0);
    expect(collections).toBeLessThan(115);
  }));

describe('what is loaded', () => {
  /** The packages and the own files of dist whose code a command loads, as the coverage of V8 tells them. */
  async function loadedBy(args: readonly string[]): Promise<{packages: string[]; files: number}> {
    const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
    try {
      await run([executable, ...args], {NODE_V8_COVERAGE: folder});
      const [report = ''] = readdirSync(folder);
      const {result}: {result: {url: string}[]} = JSON.parse(readFileSync(join(folder, report), 'utf8'));
      const packages = result.flatMap(({url}) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
      return {
        packages: [...new Set(packages)].sort(),
        files: result.filter(({url}) => url.includes('/dist/') && !url.includes('node_modules')).length,
      };
    } finally {
      rmSync(folder, {recursive: true});
    }
  }

  test.each([
    [['--version'], 20],
    [['--help'], 20],
    [['--discover'], 30],
  ])('%s loads commander alone, and few files', async (args, most) => {
    const {packages, files} = await loadedBy(args);
    expect(packages).toEqual(['commander']);
    expect(files).toBeLessThanOrEqual(most);
  });
});

test('a RECORD line takes no more than four times as long as it takes to read and write its row unchanged', async () => {
  const {stdout} = await run([benchmark, '15']);
  const {timesFloor} = JSON.parse(stdout);
  // Less than two as it is.
  expect(timesFloor).toBeGreaterThan(0.5);
  expect(timesFloor).toBeLessThan(4);
});
