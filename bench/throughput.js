// How many records a second does one core carry, from the wire to the pipe? Contacts, 36 fields of them, over loopback
// HTTP with gzip and without a limit, from another process that has the answers ready; the CPU time is that of the tap's
// process.
// The floor is measured in the same run: a process that parses the same pages, writes every row whole as JSON, and does
// nothing else.
// `node bench/throughput.js [contacts]`

import {fileURLToPath} from 'node:url';
import {loadSchema} from '../dist/schemas.js';
import {startSimulator, toWireJson} from '../dist/simulator/simulator.js';
import {rounded, tap, tell, withAccountApart, withAnswersApart} from './apart.js';
import {measured} from './measured.js';

const CONTACTS = Number(process.argv[2] ?? 500_000);
const FIELDS = 36;
const ROUNDS = 3;
const PAGE = 100;
const FLOOR_PAGES = 10;
// What the Python tap takes for a contact.
const PYTHON_TAP_MICROSECONDS = 583;

const floorProgram = fileURLToPath(new URL('floor.js', import.meta.url));
const unwanted = Object.keys(loadSchema('contacts').properties).slice(FIELDS);
const select = ['contacts', ...unwanted.map(field => `!contacts.${field}`)].join();

const input = JSON.stringify(await samplePages());
const runs = {tap: [], floor: []};
await withAccountApart(`contacts=${CONTACTS}&requests_per_second=0&slow_offset_ms=0`, account =>
  withAnswersApart(account, async answers => {
    const env = {...answers, TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0'};
    const sync = () => measured([tap, '--config', 'ENV', '--select', select], {env});
    // The first one waits for the pages to be made.
    await sync();
    // In turns, so that both see the machine in the same mood.
    for (let round = 0; round < ROUNDS; round++) {
      runs.tap.push(await sync());
      runs.floor.push(await measured([floorProgram, String(CONTACTS)], {input}));
    }
  }),
);

const [microseconds, floorMicroseconds] = [runs.tap, runs.floor].map(all =>
  Math.min(...all.map(({cpuSeconds, lines}) => (cpuSeconds / lines) * 1e6)),
);
tell({
  question: 'CPU per contact from HTTP to the pipe',
  floor: 'JSON.parse, JSON.stringify and write of the whole row',
  contacts: CONTACTS,
  fields: FIELDS,
  microseconds: rounded(microseconds),
  floorMicroseconds: rounded(floorMicroseconds),
  timesFloor: rounded(microseconds / floorMicroseconds),
  recordsPerSecondOfCore: Math.round(1e6 / microseconds),
  timesLessThanPythonTap: rounded(PYTHON_TAP_MICROSECONDS / microseconds),
  bytesPerRecord: Math.round(runs.tap[0].bytes / runs.tap[0].lines),
  recordsPerSecond: Math.round(Math.max(...runs.tap.map(({lines, seconds}) => lines / seconds))),
});

/** Some pages as they come over the wire. */
async function samplePages() {
  const simulator = await startSimulator({contacts: FLOOR_PAGES * PAGE});
  try {
    const rows = [...simulator.rows('contacts')];
    return Array.from({length: FLOOR_PAGES}, (_, page) =>
      toWireJson({contacts: rows.slice(page * PAGE, (page + 1) * PAGE)}),
    );
  } finally {
    await simulator.stop();
  }
}
