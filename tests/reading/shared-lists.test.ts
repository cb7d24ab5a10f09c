// Streams that live in the same answers: what their readers may say of where a later run can go on.

import {afterEach, expect, test} from '@jest/globals';
import type {Checkpoint} from '../../src/reading/checkpoint.js';
import {type StreamReading, startReading} from '../../src/reading/reader.js';
import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import {type ListServer, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

const ROWS = 250;

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

/** A server of fields that stand otherwise in every answer, so that a checkpoint consists of the keys that came. */
async function startFields(): Promise<ListServer> {
  const rows = Array.from({length: ROWS}, (_, index) => ({id: String(index + 1)}));
  const server = await startListServer(({params, number}) => {
    const rankOf = ({id}: {id: string}) => (Number(id) * 7_919 * (number + 1)) % (ROWS + 1);
    const offset = Number(params.get('offset'));
    const fields = [...rows].sort((a, b) => rankOf(a) - rankOf(b)).slice(offset, offset + Number(params.get('limit')));
    return {body: {fields, fieldOptions: [], fieldRels: [], meta: {total: String(ROWS)}}};
  });
  closing.push(server.stop);
  return server;
}

/** Starts to read as a process of its own does; gives a reading for each stream, and what kills it. */
function startRun({url}: ListServer, streams: readonly StreamToRead[]) {
  const {context, client} = createContext(url, {pageSize: 50, places: 100});
  closing.push(client.close);
  const controller = new AbortController();
  return {readings: startReading(context, streams, controller.signal), kill: () => controller.abort()};
}

/** Reads fields until a checkpoint holds keys, as if the process were killed then. */
async function readSome({pages}: StreamReading) {
  const ids = new Set<string>();
  let checkpoint: Checkpoint | undefined;
  for await (const page of pages) {
    for (const row of page.rows['fields'] ?? []) ids.add(String(row['id']));
    checkpoint = page.checkpoint?.() ?? checkpoint;
    page.release();
    if (checkpoint?.['keys'] !== undefined && ids.size < ROWS) break;
  }
  return {ids, checkpoint};
}

test.each([
  ['first', true],
  ['second', false],
] as const)(
  'a list that holds several streams loses no row of the %s one when its reading is killed',
  async (_, isFirst) => {
    const server = await startFields();
    const names = ['contact_custom_field_options', 'contact_custom_fields'];
    const {readings, kill} = startRun(
      server,
      (isFirst ? names.reverse() : names).map(name => planned(name)),
    );
    const [first, second] = readings;
    if (!first || !second) throw new Error('two streams are read');
    if (!isFirst) await idsOf(first.pages, 'fieldOptions');
    const {ids, checkpoint} = await readSome(isFirst ? first : second);
    kill();

    const {readings: again} = startRun(server, [planned('contact_custom_fields', {}, {checkpoint})]);
    for (const {pages} of again) for (const id of await idsOf(pages, 'fields')) ids.add(id);
    expect({rows: ids.size, hasCheckpoint: checkpoint !== undefined}).toEqual({rows: ROWS, hasCheckpoint: isFirst});
  },
);
