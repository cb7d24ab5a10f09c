// Removes from dist/ what src/ no longer has: a renamed module must not live on there and be packed.

import {existsSync, readdirSync, rmSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const src = fileURLToPath(new URL('../src/', import.meta.url));

for (const file of readdirSync(dist, {recursive: true})) {
  const source = file.replace(/\.js$/, '.ts');
  if (!existsSync(src + source)) rmSync(dist + file, {recursive: true, force: true});
}
