// How many requests does a second sync take, after a hundred changes? The floor is what a sync of everything takes. Asked
// of an account that obeys what the API documents, and of one that obeys no filter and no order.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startSimulator} from '../dist/simulator/simulator.js';
import {QUIET, rounded, tap, tell} from './apart.js';

const RECORDS = 100_000;
const CHANGES = 100;
const DAY_MS = 86_400_000;

for (const [how, options] of [
  ['the server obeys what is documented', {}],
  ['the server obeys every order', {obeyOrders: ['*']}],
  ['the server obeys nothing', {ignoreFilters: ['*'], ignoreOrders: ['*'], ignoreIncludes: ['*']}],
]) {
  let now = Date.now() - 2 * DAY_MS;
  const simulator = await startSimulator({
    records: RECORDS,
    requestsPerSecond: 0,
    slowOffsetMs: 0,
    now: () => now,
    ...options,
  });
  const first = await sync(simulator);
  now += DAY_MS;
  simulator.change(CHANGES);
  now += DAY_MS;
  const second = await sync(simulator, first.state);
  tell({
    question: `requests of a sync after ${CHANGES} changes, when ${how}`,
    floor: 'a sync of everything',
    records: second.records,
    recordsOfFirst: first.records,
    requests: second.requests,
    requestsOfFirst: first.requests,
    timesFloor: rounded(second.requests / first.requests),
  });
  await simulator.stop();
}

/** Runs the tap to its end. Gives its last STATE, its RECORD lines and its requests. */
async function sync(simulator, state) {
  const before = simulator.stats().requests;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'state.json');
  if (state) writeFileSync(file, state);
  const child = spawn(process.execPath, [tap, '--config', 'ENV', ...(state ? ['--state', file] : [])], {
    env: {
      PATH: process.env.PATH,
      ...QUIET,
      TAP_ACTIVECAMPAIGN_API_URL: simulator.url,
      TAP_ACTIVECAMPAIGN_API_TOKEN: simulator.token,
      TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.on('close', resolve));
  let records = 0;
  let last = '';
  let rest = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('{"type":"RECORD"')) records += 1;
      else if (line.startsWith('{"type":"STATE"')) last = line;
    }
  }
  const code = await ended;
  rmSync(folder, {recursive: true});
  if (code !== 0) throw new Error(`the tap ended with ${code}`);
  return {state: JSON.stringify(JSON.parse(last).value), records, requests: simulator.stats().requests - before};
}
