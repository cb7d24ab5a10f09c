// Shows a whole life of the tap in half a minute, on the built-in simulator: discovery, a first sync, and an
// incremental sync after the account has changed. Prints what a person would see in the files and logs of a real run.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const executable = fileURLToPath(new URL('../bin/tap-activecampaign.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'tap-activecampaign-demo-'));
const MOST_COLUMNS = 150;

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [executable, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
    const chunks = {stdout: '', stderr: ''};
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', text => {
        chunks[name] += text;
      });
    }
    child.on('close', code => {
      if (code === 0) resolve(chunks);
      else reject(new Error(`tap-activecampaign ${args.join(' ')} ended with ${code}\n${chunks.stderr}`));
    });
  });
}

function write(name, value) {
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify(value, null, 2));
  return path;
}

function title(text) {
  console.log(`\n\u2500\u2500 ${text} ${'\u2500'.repeat(Math.max(0, 90 - text.length))}`);
}

function shorten(line) {
  return line.length > MOST_COLUMNS ? `${line.slice(0, MOST_COLUMNS)}\u2026` : line;
}

async function sync(sandbox, stateFile) {
  console.log('some 70 requests, at the five a second that the API allows: about 15 seconds\u2026');
  const config = write('config.json', {api_url: sandbox, log_format: 'json'});
  const startedAt = performance.now();
  const {stdout, stderr} = await run(['--config', config, ...(stateFile ? ['--state', stateFile] : [])]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const lines = stdout.trimEnd().split('\n');
  const logs = stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  return {lines, logs, seconds, state: JSON.parse(lines.at(-1)).value};
}

function showLines(lines) {
  const first = type => lines.find(line => line.includes(`"type":"${type}"`) && line.includes('"stream":"contacts"'));
  for (const line of [first('SCHEMA'), first('RECORD'), lines.at(-1)]) if (line) console.log(shorten(line));
}

function showTable({logs, seconds}) {
  const rows = logs
    .filter(({message}) => message === 'stream finished')
    .map(({stream_name: stream, extra}) => [stream, extra.records, extra.requests, extra.seconds.toFixed(2)]);
  const total = column => rows.reduce((sum, row) => sum + row[column], 0);
  const all = [['stream', 'records', 'requests', 'seconds'], ...rows, ['all', total(1), total(2), seconds.toFixed(2)]];
  for (const [name, ...numbers] of all) {
    console.log(`  ${name.padEnd(32)}${numbers.map(number => String(number).padStart(10)).join('')}`);
  }
}

try {
  title('discovery: tap-activecampaign --discover > catalog.json');
  const catalog = JSON.parse((await run(['--discover'])).stdout);
  const methods = catalog.streams.map(({replication_method: method}) => method);
  const incremental = methods.filter(method => method === 'INCREMENTAL').length;
  console.log(`${methods.length} streams: ${incremental} incremental, ${methods.length - incremental} full-table`);

  title('first sync: tap-activecampaign --config config.json');
  const first = await sync('sandbox:contacts=150&seed=7');
  showLines(first.lines);
  showTable(first);

  title('incremental sync, after 40 changes: tap-activecampaign --config config.json --state state.json');
  const second = await sync('sandbox:contacts=150&seed=7&changes=40', write('state.json', first.state));
  showLines(second.lines);
  showTable(second);

  title('a real account');
  console.log(`Write config.json with the URL and the key from Settings > Developer of the account:
  {"api_url": "https://ACCOUNT.api-us1.com", "api_token": "KEY"}
then
  node bin/tap-activecampaign.js --config config.json --discover > catalog.json
  node bin/tap-activecampaign.js --config config.json --catalog catalog.json | target-postgres --config target.json`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(directory, {recursive: true, force: true});
}
