// Memory as it is without what nobody holds any more.

import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';

/** Gives back the memory of all that cannot be reached. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < 3; round += 1) {
    // What a WeakRef was asked for lives until the end of the turn.
    await new Promise(resolve => setImmediate(resolve));
    collect();
  }
}

/** Bytes that are held at the moment, those of typed arrays included. */
export async function bytesHeld(): Promise<number> {
  await collectGarbage();
  const {heapUsed, arrayBuffers} = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
