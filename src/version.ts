// The version of the tap, which stands in its manifest alone.

import {readFileSync} from 'node:fs';

/** The version, such as `1.2.3`. */
export function readVersion(): string {
  const manifest: {version: string} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
