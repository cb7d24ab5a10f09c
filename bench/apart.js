// The simulator in a process of its own, so that its work is not taken for that of the tap.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const simulator = fileURLToPath(new URL('../bin/activecampaign-simulator.js', import.meta.url));

/** The executable of the tap. */
export const tap = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));

/** What of the tap's environment makes it quiet. */
export const QUIET = {TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical'};

/** Starts an account that `sandbox` describes, gives `use` the environment that leads a tap to it, and stops it. */
export async function withAccountApart(sandbox, use) {
  const server = spawn(process.execPath, [simulator, '--sandbox', sandbox], {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    const [url, , token] = String(await new Promise(resolve => server.stdout.once('data', resolve)))
      .trim()
      .split(' ');
    return await use({...QUIET, TAP_ACTIVECAMPAIGN_API_URL: url, TAP_ACTIVECAMPAIGN_API_TOKEN: token});
  } finally {
    server.kill();
  }
}

/** Prints an answer as one line of JSON. */
export function tell(answer) {
  console.log(JSON.stringify(answer));
}

/** A number with two digits behind the point. */
export function rounded(number) {
  return Math.round(number * 100) / 100;
}
