// Removes from dist/ what does not belong into the package: what src/ no longer has, since a renamed module must not live
// on there, and the declarations of types that a program which imports the tap never meets.

import {existsSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const src = fileURLToPath(new URL('../src/', import.meta.url));

/** The declarations that `file` speaks of, itself among them. */
function declarationsFrom(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, path] of readFileSync(join(dist, file), 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]*)\.js['"]/g)) {
    declarationsFrom(join(file, '..', `${path}.d.ts`), found);
  }
  return found;
}

const declarations = declarationsFrom('index.d.ts');
for (const file of readdirSync(dist, {recursive: true})) {
  const isDeclaration = file.endsWith('.d.ts');
  const source = file.replace(/\.(d\.ts|js)$/, '.ts');
  if (!existsSync(src + source) || (isDeclaration && !declarations.has(file))) {
    rmSync(dist + file, {recursive: true, force: true});
  }
}
