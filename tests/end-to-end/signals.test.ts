// How a run ends when it is told to, or when nobody reads it any more.

import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, describe, expect, test} from '@jest/globals';
import {checkConformance, type Output} from '../support/conformance.js';
import {createWorkspace, runTap, startTap, type TapProcess} from '../support/tap.js';

const executable = fileURLToPath(new URL('../../bin/tap-activecampaign.js', import.meta.url));
const workspace = createWorkspace();
afterAll(workspace.remove);

// What an ending may take on a busy machine; the pauses that it breaks off last a minute.
const PROMPT_SECONDS = 8;

// The third request is told to wait for a minute: the first asks who the token belongs to.
const LONG_PAUSE = 'requests_per_second=2&retry_after=60';

let configs = 0;
function configOf(sandbox: string): string {
  configs += 1;
  const api_url = `sandbox:requests_per_second=0&${sandbox}`;
  return workspace.file(`config-${configs}.json`, {api_url, requests_per_second: 0});
}

const isRecordOf = (stream: string) => (line: string) => line.includes(`"RECORD","stream":"${stream}"`);
const isAttempt = (status: number) => (line: string) => line.includes(`"http_status_code":${status}`);

function secondsUntil<T>(promise: Promise<T>): Promise<readonly [T, number]> {
  const startedAt = performance.now();
  return promise.then(value => [value, (performance.now() - startedAt) / 1_000]);
}

function keysOf({records}: Output): string[] {
  return records.map(({stream, record}) => `${stream} ${record['id']}`);
}

const requestsIn = (stderr: string) => stderr.split('http_request_duration').length - 1;

/** Resolves when a tap whose stdout is not read has stopped to ask for more, with the number of its requests. */
async function untilStuck(tap: TapProcess): Promise<number> {
  for (let before = -1; requestsIn(tap.stderr()) > before; ) {
    before = requestsIn(tap.stderr());
    await new Promise(resolve => setTimeout(resolve, 1_000));
  }
  return requestsIn(tap.stderr());
}

/** The records that the metrics tell of. */
function countedRecords(stderr: string): number {
  const points = [...stderr.matchAll(/^INFO METRIC: (.*)$/gm)].map(([, point = '']) => JSON.parse(point));
  return points.filter(({metric}) => metric === 'record_count').reduce((sum, {value}) => sum + value, 0);
}

describe('a signal', () => {
  const account = 'contacts=60&seed=5';

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s in the middle: the last line is a true STATE, the exit code %i', async (signal, code) => {
    const whole = checkConformance(await runTap(['--config', configOf(account)]));
    const tap = startTap(['--config', configOf(`${account}&latency_ms=200`)]);
    await tap.seen(isRecordOf('contact_tags'));
    tap.kill(signal);
    const [stopped, seconds] = await secondsUntil(tap.result);
    expect(stopped.code).toBe(code);
    expect(seconds).toBeLessThan(PROMPT_SECONDS);
    expect(stopped.stderr).not.toMatch(/CRITICAL|^\s+at /m);

    const before = checkConformance(stopped);
    expect(before.records.length).toBeLessThan(whole.records.length);
    expect(countedRecords(stopped.stderr)).toBe(before.records.length);
    // True: what it leaves out comes in the next run, and it leaves off where the run was.
    const {currently_syncing: syncing} = before.state;
    const state = workspace.file(`state-${signal}.json`, before.state);
    const after = checkConformance(await runTap(['--config', configOf(account), '--state', state]));
    expect([...after.schemas.keys()][0]).toBe(syncing);
    expect(new Set([...keysOf(before), ...keysOf(after)])).toEqual(new Set(keysOf(whole)));
  });

  test.each([
    ['while everybody waits for a Retry-After of a minute', LONG_PAUSE, 1],
    ['while a retry backs off', 'faults=tags:503x50', 4],
    ['while an answer is long in coming', 'faults=tags:hang', 0],
  ])('%s ends the run at once', async (_, sandbox, attempts) => {
    const tap = startTap(['--config', configOf(sandbox), '--select', 'contacts,tags']);
    const begun = tap.seen(line => line.includes('"currently_syncing":"contacts"'));
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await tap.logged(line => isAttempt(429)(line) || isAttempt(503)(line));
    }
    await begun;
    tap.kill('SIGTERM');
    const [stopped, seconds] = await secondsUntil(tap.result);
    expect(stopped.code).toBe(143);
    expect(seconds).toBeLessThan(PROMPT_SECONDS);
    checkConformance(stopped);
  });

  test('while discovery asks ends it, and no half of a catalog is printed', async () => {
    const tap = startTap(['--config', configOf(LONG_PAUSE), '--discover']);
    await tap.logged(isAttempt(429));
    tap.kill('SIGINT');
    const [{code, stdout}, seconds] = await secondsUntil(tap.result);
    expect({code, stdout}).toEqual({code: 130, stdout: ''});
    expect(seconds).toBeLessThan(PROMPT_SECONDS);
  });

  test('that comes second, even another, ends the process at once, though the reader is stuck', async () => {
    const tap = startTap(['--config', configOf('contacts=12000'), '--select', 'contacts']);
    await tap.seen(isRecordOf('contacts'));
    tap.pauseStdout();
    await untilStuck(tap);
    tap.kill('SIGINT');
    // Nothing tells that the first one has been heard: the tap waits for its reader, as it should.
    await new Promise(resolve => setTimeout(resolve, 1_000));
    expect(tap.isRunning()).toBe(true);
    tap.kill('SIGTERM');
    tap.resumeStdout();
    const [{code}, seconds] = await secondsUntil(tap.result);
    expect(code).toBe('SIGTERM');
    expect(seconds).toBeLessThan(PROMPT_SECONDS);
  });
});

describe('a target that dies', () => {
  const expectOneLine = (stderr: string) => {
    const lines = stderr.split('\n').filter(line => line !== '' && !/^(INFO|WARNING) /.test(line));
    expect(lines).toEqual([expect.stringMatching(/^CRITICAL stdout was closed by its reader/)]);
  };

  test('in the middle of records ends the tap promptly with 1 and one line', async () => {
    const tap = startTap(['--config', configOf('contacts=20000&latency_ms=20'), '--select', 'contacts']);
    await tap.seen(isRecordOf('contacts'));
    tap.closeStdout();
    const [{code, stderr}, seconds] = await secondsUntil(tap.result);
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(PROMPT_SECONDS);
    expectOneLine(stderr);
  });

  // A pipe of the shell tells of its reader's end only when something is written into it; a socket, which is what
  // Node gives its children, tells at once.
  test.each([
    ['in the middle of records', 'contacts=2000', 3],
    // STATE, SCHEMA, 20 records, STATE: then a minute of silence.
    ['while nothing is written for a minute', `contacts=20&${LONG_PAUSE}`, 23],
  ])('%s ends the tap at the head of a shell pipe too', async (_, sandbox, lines) => {
    const tap = `node ${executable} --config ${configOf(sandbox)} --select contacts,tags`;
    const command = `${tap} | head -n ${lines}; echo "\${PIPESTATUS[@]}"`;
    const [{stdout, stderr}, seconds] = await secondsUntil(
      promisify(execFile)('bash', ['-c', command], {maxBuffer: 1e8}),
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 0');
    expectOneLine(stderr);
    expect(seconds).toBeLessThan(10 + PROMPT_SECONDS);
  });

  test('before a catalog is printed ends discovery with 1 and one line', async () => {
    const tap = startTap(['--discover']);
    tap.closeStdout();
    const {code, stderr} = await tap.result;
    expect(code).toBe(1);
    expectOneLine(stderr);
  });

  test('a device that takes nothing more is named', async () => {
    const command = `node ${executable} --config ${configOf('contacts=20')} > /dev/full`;
    const {code, stderr} = await promisify(execFile)('bash', ['-c', command]).catch(error => error);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^CRITICAL stdout cannot be written \(ENOSPC\)/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('a reader that is slow', () => {
  test('gets everything, and nothing piles up in the tap meanwhile', async () => {
    const tap = startTap(['--config', configOf('contacts=12000'), '--select', 'contacts']);
    await tap.seen(isRecordOf('contacts'));
    tap.pauseStdout();
    // It reads on until what it may hold is full, and then no further.
    expect(await untilStuck(tap)).toBeLessThan(80);
    expect(tap.isRunning()).toBe(true);
    tap.resumeStdout();
    const result = await tap.result;
    expect(result.code).toBe(0);
    expect(checkConformance(result).of('contacts')).toHaveLength(12_000);
  });
});

describe('a log that nobody reads', () => {
  test('is no reason to stop', async () => {
    const tap = startTap(['--config', configOf('contacts=400&latency_ms=5')]);
    await tap.seen(isRecordOf('accounts'));
    tap.closeStderr();
    const result = await tap.result;
    expect(result.code).toBe(0);
    expect(checkConformance(result).of('contacts')).toHaveLength(400);
  });
});
