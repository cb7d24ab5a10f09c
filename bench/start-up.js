// How long until the tap says something? The floor is node with an empty program.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {QUIET, rounded, tap, tell} from './apart.js';

const ROUNDS = 15;

const programs = {
  floor: [fileURLToPath(new URL('nothing.js', import.meta.url))],
  '--version': [tap, '--version'],
  '--discover': [tap, '--discover'],
  'first RECORD': [tap, '--config', 'ENV', '--select', 'tags'],
};
const isSaid = {'first RECORD': text => text.includes('"RECORD"')};
const env = {
  ...process.env,
  ...QUIET,
  TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:requests_per_second=0',
  TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
};

const times = new Map(Object.keys(programs).map(name => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, args] of Object.entries(programs)) times.get(name).push(await time(args, isSaid[name]));
}

// The quickest of many: what is over it was taken by others on the machine.
const floorMs = Math.min(...times.get('floor'));
for (const [name, all] of times) {
  if (name === 'floor') continue;
  const ms = Math.min(...all);
  tell({
    question: `time until ${name} is out`,
    floor: 'an empty node process',
    ms: rounded(ms),
    floorMs: rounded(floorMs),
    msOverFloor: rounded(ms - floorMs),
    timesFloor: rounded(ms / floorMs),
  });
}

/** Milliseconds until a program has ended, or has said what is waited for. */
async function time(args, isEnough = () => false) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', 'pipe', 'inherit']});
  const ended = new Promise(resolve => child.on('close', resolve));
  let text = '';
  let tookMs;
  child.stdout.setEncoding('utf8').on('data', piece => {
    text += piece;
    if (tookMs === undefined && isEnough(text)) tookMs = performance.now() - startedAt;
  });
  const code = await ended;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return tookMs ?? performance.now() - startedAt;
}
