// How much memory does a sync take at its peak, and does it grow with the account? The floor is a sync of one page.
// Asked of the tap alone (the simulator apart) and of the tap with `sandbox:` in one process, and, up to a size that
// shows it, without the earlier sweeping of the heap that the tap asks of V8. The peak is VmHWM, which Linux alone tells.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const SIZES = [100, 10_000, 100_000, 1_000_000];
const SIZES_SWEPT_LATE = [100, 10_000, 100_000];

const path = name => fileURLToPath(new URL(name, import.meta.url));
const tap = path('../bin/tap-activecampaign.js');
const simulator = path('../bin/activecampaign-simulator.js');

// Runs before the tap: says the peak at the end, and takes away the tap's means to set flags of V8 where it is told to.
const preload = sweepsEarly =>
  `data:text/javascript,${encodeURIComponent(`
  import {readFileSync, writeSync} from 'node:fs';
  import {syncBuiltinESMExports} from 'node:module';
  import v8 from 'node:v8';
  if (!${sweepsEarly}) v8.setFlagsFromString = () => {};
  syncBuiltinESMExports();
  process.on('exit', () => writeSync(2, /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));
`)}`;

for (const isApart of [true, false]) {
  for (const sweepsEarly of [true, false]) {
    let floor;
    for (const contacts of sweepsEarly ? SIZES : SIZES_SWEPT_LATE) {
      const {peakMb, seconds} = await measure(contacts, isApart, sweepsEarly);
      floor ??= peakMb;
      console.log(
        JSON.stringify({
          question: 'peak memory of a sync of contacts',
          floor: `${SIZES[0]} contacts`,
          contacts,
          simulator: isApart ? 'another process' : 'the same process',
          heapGrowingPercent: sweepsEarly ? 50 : "V8's own",
          peakMb,
          timesFloor: Math.round((peakMb / floor) * 100) / 100,
          seconds,
        }),
      );
    }
  }
}

async function measure(contacts, isApart, sweepsEarly) {
  const sandbox = `contacts=${contacts}&requests_per_second=0&slow_offset_ms=0`;
  if (!isApart) return sync({TAP_ACTIVECAMPAIGN_API_URL: `sandbox:${sandbox}`}, contacts, sweepsEarly);
  const server = spawn(process.execPath, [simulator, '--sandbox', sandbox], {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    const [url, , token] = String(await new Promise(resolve => server.stdout.once('data', resolve)))
      .trim()
      .split(' ');
    const env = {TAP_ACTIVECAMPAIGN_API_URL: url, TAP_ACTIVECAMPAIGN_API_TOKEN: token};
    return await sync(env, contacts, sweepsEarly);
  } finally {
    server.kill();
  }
}

/** Runs the tap to its end; throws unless it wrote every contact. */
async function sync(env, contacts, sweepsEarly) {
  const settings = {TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0', TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical'};
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', preload(sweepsEarly), tap, '--config', 'ENV', '--select', 'contacts'],
    {env: {...process.env, ...settings, ...env}, stdio: ['ignore', 'pipe', 'pipe']},
  );
  const ended = new Promise(resolve => child.on('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  let lines = 0;
  for await (const chunk of child.stdout) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  const code = await ended;
  if (code !== 0 || lines < contacts) throw new Error(`the tap ended with ${code} after ${lines} lines: ${said}`);
  return {peakMb: Math.round(Number(said) / 1024), seconds: Math.round((performance.now() - startedAt) / 100) / 10};
}
