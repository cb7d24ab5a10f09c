// Runs every benchmark, one after another, or those that are named. Each answers one question about the built tap, one
// JSON line an answer. The answers are kept in results.jsonl, of which the README's section about speed is made.
// `node bench/run.js [program.js ...]`

import {spawnSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {fileURLToPath} from 'node:url';

const PROGRAMS = [
  ['start-up.js'],
  ['transform.js'],
  ['throughput.js'],
  ['rate.js'],
  ['incremental.js'],
  ['custom-fields.js', '20000'],
  ['memory.js'],
];

const named = process.argv.slice(2);
const file = new URL('results.jsonl', import.meta.url);
const before = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));

const results = [
  {question: 'where', machine: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version},
];
for (const [name, ...args] of PROGRAMS) {
  if (named.length > 0 && !named.includes(name)) {
    results.push(...before.filter(({program}) => program === name));
    continue;
  }
  const program = fileURLToPath(new URL(name, import.meta.url));
  const {status, stdout} = spawnSync(process.execPath, [program, ...args], {stdio: ['ignore', 'pipe', 'inherit']});
  process.stdout.write(stdout);
  const lines = String(stdout).trim().split('\n');
  results.push(...lines.filter(line => line.startsWith('{')).map(line => ({program: name, ...JSON.parse(line)})));
  if (status !== 0) process.exitCode = 1;
}
// Half of the answers would make a wrong section.
if (process.exitCode === undefined) {
  writeFileSync(file, results.map(result => `${JSON.stringify(result)}\n`).join(''));
}
