// What do custom fields cost as columns? The floor is a sync of the same contacts without them. Asked with values that
// come along with their contacts, and with a server that ignores the wish, where their list is read: the columns have to
// be the same. The peak of memory is VmHWM, which Linux alone tells.
// `node bench/custom-fields.js [contacts] [fields]`

import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {startSimulator} from '../dist/simulator/simulator.js';

const [contacts = 100_000, fields = 12] = process.argv.slice(2).map(Number);
const tap = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));

// Runs before the tap, and says the peak at its end.
const preload = `data:text/javascript,${encodeURIComponent(`
  import {readFileSync, writeSync} from 'node:fs';
  process.on('exit', () => writeSync(2, /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));
`)}`;

const floor = await measure('rows', []);
const included = await measure('columns', []);
const joined = await measure('columns', ['*']);
report('without custom fields', floor);
report('as columns, values come along', included);
report('as columns, the wish is ignored', joined);
if (included.content !== joined.content) throw new Error('the columns differ');

function report(name, {requests, records, peakMb, seconds}) {
  console.log(
    JSON.stringify({
      question: 'requests for contacts with their custom fields',
      floor: 'without custom fields',
      how: name,
      contacts,
      fields,
      requests,
      timesFloor: Math.round((requests / floor.requests) * 1_000) / 1_000,
      records,
      peakMb,
      seconds,
    }),
  );
}

/** Syncs the contacts of a new account; throws unless all come. */
async function measure(customFields, ignoreIncludes) {
  const counts = {contacts, fields, fieldValues: contacts * fields};
  const simulator = await startSimulator({counts, ignoreIncludes, requestsPerSecond: 0, slowOffsetMs: 0});
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', preload, tap, '--config', 'ENV', '--select', 'contacts'], {
    env: {
      PATH: process.env.PATH,
      TAP_ACTIVECAMPAIGN_API_URL: simulator.url,
      TAP_ACTIVECAMPAIGN_API_TOKEN: simulator.token,
      TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
      TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical',
      TAP_ACTIVECAMPAIGN_CUSTOM_FIELDS: customFields,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise(resolve => child.on('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  let records = 0;
  // A sum, since the records may come in another order.
  let content = 0n;
  for await (const line of createInterface({input: child.stdout})) {
    if (!line.startsWith('{"type":"RECORD"')) continue;
    records += 1;
    const columns = /"id":\d+/.exec(line)[0] + line.slice(line.indexOf('"cf_'), line.lastIndexOf('},"time_extracted"'));
    content += createHash('sha1').update(columns).digest().readBigUInt64BE();
  }
  const code = await ended;
  const {requests} = simulator.stats();
  await simulator.stop();
  if (code !== 0 || records !== contacts) throw new Error(`${records} records, exit code ${code}: ${said}`);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return {requests, records, content, peakMb: Math.round(Number(/\d+$/.exec(said)[0]) / 1024), seconds};
}
