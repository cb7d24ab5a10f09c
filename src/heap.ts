// How V8 keeps the memory of a sync: few things live long, and a page of rows is garbage a moment after it has come.
// By its own rules V8 looks through all that lives long again and again, and lets the space for young objects grow to
// more than all the rest. The figures are those of bench/throughput.js and bench/memory.js.

import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

// As much again as lives, so that all of it is looked through half as often as with half of it. With more, the peak of
// memory grows faster than CPU is saved.
const GROWTH_PERCENT = 100;

// Both halves of it. Larger, it takes up more memory than it saves CPU.
const YOUNG_BYTES = 8 * 1024 * 1024;

// Threads that share the work on so small a space spend more time on agreeing than they save.
const ALONE = '--no-parallel-scavenge';

const LOOK_EVERY_MS = 20;

/** Sets up this process for a sync. To be called once, before the first request. */
export function prepareHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString(ALONE);
  // The largest size of this space can be given on the command line of node only; its growth can be ended at any time.
  const look = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({space_name}) => space_name === 'new_space');
    if (young && young.space_size < YOUNG_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(look);
  }, LOOK_EVERY_MS);
  look.unref();
}
