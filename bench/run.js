// Runs every benchmark, one after another. Each answers one question about the built tap, one JSON line an answer.

import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

for (const name of ['transform', 'rate', 'memory', 'custom-fields']) {
  const program = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const {status} = spawnSync(process.execPath, [program], {stdio: 'inherit'});
  if (status !== 0) process.exitCode = 1;
}
