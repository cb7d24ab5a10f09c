// Runs a program of node and measures it from outside and inside: lines and bytes of its stdout, CPU time, peak memory.

import {spawn} from 'node:child_process';

// Runs before the program: says at its end what the process took. VmHWM is what Linux alone tells.
const PRELOAD = `data:text/javascript,${encodeURIComponent(`
  import {readFileSync, writeSync} from 'node:fs';
  process.on('exit', () => {
    const {user, system} = process.cpuUsage();
    const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    writeSync(2, '\\nMEASURED ' + JSON.stringify({cpuSeconds: (user + system) / 1e6, peakMb: Math.round(peak / 1024)}) + '\\n');
  });
`)}`;

/**
 * Runs `node ...args` to its end, with more environment and a text for its stdin. Gives lines and bytes of its stdout,
 * `cpuSeconds`, `peakMb` and wall-clock `seconds`; `delayOf(bytes)` makes the reader a slow one: milliseconds to wait
 * after so many bytes. Throws when the program fails.
 */
export async function measured(args, {env = {}, input = '', nodeArgs = [], delayOf} = {}) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, '--import', PRELOAD, ...args], {
    env: {...process.env, ...env},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise(resolve => child.on('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let lines = 0;
  let bytes = 0;
  for await (const chunk of child.stdout) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    if (delayOf) await new Promise(resolve => setTimeout(resolve, delayOf(chunk.length)));
  }
  const code = await ended;
  const found = /MEASURED (.*)/.exec(said);
  if (code !== 0 || !found) throw new Error(`${args[0]} ended with ${code}: ${said}`);
  return {lines, bytes, seconds: (performance.now() - startedAt) / 1000, ...JSON.parse(found[1])};
}
