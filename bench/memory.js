// How much memory does a sync take at its peak, does it grow with the account, and does a slow reader make it grow? The
// floor is a sync of one page. The peak is VmHWM, which Linux alone tells.
// `node bench/memory.js [largest]`

import {rounded, tap, tell, withAccountApart, withAnswersApart} from './apart.js';
import {measured} from './measured.js';

const LARGEST = Number(process.argv[2] ?? 1_000_000);
const SIZES = [100, 10_000, 100_000, 1_000_000].filter(size => size <= LARGEST);
const SLOW_SIZE = 10_000;
const SLOWER = 10;
const SYNC = [tap, '--config', 'ENV', '--select', 'contacts'];

let floor;
let usual;
for (const contacts of SIZES) {
  const run = await sync(contacts);
  floor ??= run;
  if (contacts === SLOW_SIZE) usual = run;
  answer({contacts, reader: 'as fast as it can'}, run);
}
// As long for each piece as makes the whole take so many times as long.
const msPerByte = (SLOWER * usual.seconds * 1_000) / usual.bytes;
answer({contacts: SLOW_SIZE, reader: `${SLOWER} times slower`}, await sync(SLOW_SIZE, bytes => bytes * msPerByte));

function answer(what, {peakMb, seconds}) {
  tell({
    question: 'peak memory of a sync of contacts',
    floor: `${SIZES[0]} contacts`,
    ...what,
    peakMb,
    timesFloor: rounded(peakMb / floor.peakMb),
    seconds: rounded(seconds),
  });
}

/** Syncs contacts without a limit, from a server that answers at once; throws unless all come. */
async function sync(contacts, delayOf) {
  const run = await withAccountApart(`contacts=${contacts}&requests_per_second=0&slow_offset_ms=0`, account =>
    withAnswersApart(account, async env => {
      const options = {env: {...env, TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0'}};
      await measured(SYNC, options);
      return measured(SYNC, {...options, delayOf});
    }),
  );
  if (run.lines < contacts) throw new Error(`${run.lines} lines of ${contacts} contacts`);
  return run;
}
