// The warnings that Node prints on stderr, as a test sees them.

import {runInThisContext} from 'node:vm';

/** Gathers the names of warnings from now on; `stop` waits for those under way and gives them. */
export function gatherWarnings(): {readonly stop: () => Promise<readonly string[]>} {
  const names: string[] = [];
  // A test has a copy of `process`, at which no warning arrives.
  const realProcess: NodeJS.Process = runInThisContext('process');
  const note = (warning: Error) => {
    names.push(warning.name);
  };
  realProcess.on('warning', note);
  return {
    stop: async () => {
      await new Promise(resolve => setImmediate(resolve));
      realProcess.off('warning', note);
      return names.filter(name => name !== 'ExperimentalWarning');
    },
  };
}
