// Servers in processes of their own, so that their work is not taken for that of the tap.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const simulator = fileURLToPath(new URL('../bin/activecampaign-simulator.js', import.meta.url));
const answers = fileURLToPath(new URL('answers.js', import.meta.url));

/** The executable of the tap. */
export const tap = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));

/** What of the tap's environment makes it quiet. */
export const QUIET = {TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical'};

/** Starts an account that `sandbox` describes, gives `use` the environment that leads a tap to it, and stops it. */
export function withAccountApart(sandbox, use) {
  return withServer([simulator, '--sandbox', sandbox], ([url, , token]) =>
    use({...QUIET, TAP_ACTIVECAMPAIGN_API_URL: url, TAP_ACTIVECAMPAIGN_API_TOKEN: token}),
  );
}

/** Gives `use` the environment that leads a tap to answers.js before `account`: what was asked before comes at once. */
export function withAnswersApart(account, use) {
  return withServer([answers, account.TAP_ACTIVECAMPAIGN_API_URL], ([url]) =>
    use({...account, TAP_ACTIVECAMPAIGN_API_URL: url}),
  );
}

/** Starts a program that says in the words of its first line how to reach it, gives them to `use`, and stops it. */
async function withServer(args, use) {
  const server = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    const line = String(await new Promise(resolve => server.stdout.once('data', resolve)));
    return await use(line.trim().split(' '));
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
