// What does it cost to make a contact's RECORD line out of its row? The floor is to read the row and write it unchanged.
// `node bench/transform.js [rounds]`

import {withoutLinks} from '../dist/links.js';
import {loadSchema} from '../dist/schemas.js';
import {startSimulator, toWireJson} from '../dist/simulator/simulator.js';
import {compileTransform} from '../dist/transform.js';
import {parseWire, serialize} from '../dist/wire.js';

const CONTACTS = 1_000;
const PAGE = 100;
const ROUNDS = Number(process.argv[2] ?? 100);
const SAMPLES = 7;

const simulator = await startSimulator({contacts: CONTACTS});
const rows = [...simulator.rows('contacts')];
await simulator.stop();
const pages = [];
for (let start = 0; start < rows.length; start += PAGE) {
  pages.push(toWireJson({contacts: rows.slice(start, start + PAGE)}));
}

const {transform} = compileTransform({schema: loadSchema('contacts'), zone: 'America/Chicago'});
const message = {type: 'RECORD', stream: 'contacts', time_extracted: '2026-01-01T00:00:00.000000Z'};

const bodies = pages.map(page => Buffer.from(page));
const read = body => parseWire(withoutLinks(Buffer.from(body)).json.toString('utf8')).contacts;
const parsed = bodies.map(read);
const ways = {
  floor: () => pages.map(page => JSON.parse(page).contacts.map(row => JSON.stringify(row).length)),
  whole: () => bodies.map(body => read(body).map(row => serialize({...message, record: transform(row)}).length)),
  parse: () => bodies.map(body => read(body).length),
  transform: () => parsed.map(page => page.map(row => transform(row).id)),
};

/** The median of the CPU time a row, in microseconds, after one sample to warm up. */
function microseconds(work) {
  const samples = Array.from({length: SAMPLES + 1}, () => {
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) work();
    const {user, system} = process.cpuUsage(before);
    return (user + system) / ROUNDS / CONTACTS;
  });
  return samples.slice(1).sort((a, b) => a - b)[Math.floor(SAMPLES / 2)];
}

const round = number => Math.round(number * 100) / 100;
const times = Object.fromEntries(Object.entries(ways).map(([name, work]) => [name, microseconds(work)]));
console.log(
  JSON.stringify({
    question: 'CPU per contact, from the bytes of a page to RECORD line',
    floor: 'JSON.parse and JSON.stringify of the whole row',
    microseconds: round(times.whole),
    floorMicroseconds: round(times.floor),
    timesFloor: round(times.whole / times.floor),
    ofWhich: {parse: round(times.parse), transform: round(times.transform)},
  }),
);
