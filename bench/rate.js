// How much of the account's five requests a second does a whole first sync use? The floor is the limit itself, which
// the simulated account enforces in any second, with 429 for what is over.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {startSimulator} from '../dist/simulator/simulator.js';

const LIMIT = 5;
const RECORDS = 7_500;
const tap = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));

for (const jitterMs of [0, 20]) for (const latencyMs of [50, 300, 1_500]) await measure(latencyMs, jitterMs);

/** Syncs a new account on a line of this latency, to which each answer adds something below the jitter; tells the share. */
async function measure(latencyMs, jitterMs) {
  const simulator = await startSimulator({records: RECORDS, latencyMs, jitterMs, requestsPerSecond: LIMIT});
  const records = await sync({
    TAP_ACTIVECAMPAIGN_API_URL: simulator.url,
    TAP_ACTIVECAMPAIGN_API_TOKEN: simulator.token,
    TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical',
  });
  const {requests, throttled, maxInOneSecond} = simulator.stats();
  const arrivals = simulator.requests.map(({arrivedAtMs}) => arrivedAtMs);
  await simulator.stop();
  // From the first request to the last there is work all the time; N requests have N - 1 distances.
  const seconds = (Math.max(...arrivals) - Math.min(...arrivals)) / 1_000;
  const perSecond = (requests - 1) / seconds;
  console.log(
    JSON.stringify({
      question: `share of the request budget used, at ${latencyMs} ms latency${jitterMs > 0 ? ` and ${jitterMs} ms jitter` : ''}`,
      floor: `${LIMIT} requests a second`,
      requestsPerSecond: Math.round(perSecond * 1_000) / 1_000,
      shareOfLimit: Math.round((perSecond / LIMIT) * 1_000) / 1_000,
      requests,
      seconds: Math.round(seconds * 10) / 10,
      refusedWith429: throttled,
      mostInOneSecond: maxInOneSecond,
      records,
    }),
  );
}

/** Runs the tap to its end and counts its RECORD lines. */
async function sync(env) {
  const child = spawn(process.execPath, [tap, '--config', 'ENV'], {
    env: {...process.env, ...env},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.on('close', resolve));
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  const code = await ended;
  if (code !== 0) throw new Error(`the tap ended with ${code}`);
  return text.split('{"type":"RECORD"').length - 1;
}
