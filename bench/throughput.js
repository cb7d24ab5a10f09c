// How many records a second does one core carry, from the wire to the pipe? Contacts, 36 fields of them, over loopback
// HTTP with gzip and without a limit, from a simulator in another process; the CPU time is that of the tap's process.
// The floor is measured in the same run: a process that parses the same pages, writes every row whole as JSON, and does
// nothing else.

import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {loadSchema} from '../dist/schemas.js';
import {startSimulator, toWireJson} from '../dist/simulator/simulator.js';
import {measured} from './measured.js';

const CONTACTS = Number(process.env.BENCH_CONTACTS ?? 200_000);
const FIELDS = 36;
const ROUNDS = 3;
const PAGE = 100;
const FLOOR_PAGES = 10;
// What the Python tap takes, per contact, measured by others on another machine.
const PYTHON_TAP_MICROSECONDS = 583;

const path = name => fileURLToPath(new URL(name, import.meta.url));
const sandbox = `contacts=${CONTACTS}&requests_per_second=0&slow_offset_ms=0`;
const unwanted = Object.keys(loadSchema('contacts').properties).slice(FIELDS);
const select = ['contacts', ...unwanted.map(field => `!contacts.${field}`)].join();

const pages = await samplePages();
const server = spawn(process.execPath, [path('../bin/activecampaign-simulator.js'), '--sandbox', sandbox], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [url, , token] = String(await new Promise(resolve => server.stdout.once('data', resolve)))
    .trim()
    .split(' ');
  const env = {
    TAP_ACTIVECAMPAIGN_API_URL: url,
    TAP_ACTIVECAMPAIGN_API_TOKEN: token,
    TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '0',
    TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'critical',
  };
  const tap = [path('../bin/tap-activecampaign.js'), '--config', 'ENV', '--select', select];
  const taps = [];
  const floors = [];
  // In turns, so that both see the machine in the same mood.
  for (let round = 0; round < ROUNDS; round++) {
    taps.push(await measured(tap, {env}));
    floors.push(await measured([path('floor.js'), String(CONTACTS)], {input: JSON.stringify(pages)}));
  }
  const microsecondsOf = runs => Math.min(...runs.map(run => (run.cpuSeconds / run.lines) * 1e6));
  const [microseconds, floorMicroseconds] = [microsecondsOf(taps), microsecondsOf(floors)];
  const round = number => Math.round(number * 100) / 100;
  console.log(
    JSON.stringify({
      question: 'CPU per contact from HTTP to the pipe',
      floor: 'JSON.parse, JSON.stringify and write of the whole row',
      contacts: CONTACTS,
      fields: FIELDS,
      microseconds: round(microseconds),
      floorMicroseconds: round(floorMicroseconds),
      timesFloor: round(microseconds / floorMicroseconds),
      recordsPerSecondOfCore: Math.round(1e6 / microseconds),
      timesFasterThanPythonTap: round(PYTHON_TAP_MICROSECONDS / microseconds),
      bytesPerRecord: Math.round(taps[0].bytes / taps[0].lines),
      peakMb: Math.max(...taps.map(run => run.peakMb)),
    }),
  );
} finally {
  server.kill();
}

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
