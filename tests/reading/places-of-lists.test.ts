// Lists and the places for their pages: no reading waits for a place that only it could give back, and none keeps one.

import {afterEach, describe, expect, test} from '@jest/globals';
import {systemClock} from '../../src/clock.js';
import type {ReadingContext} from '../../src/reading/list.js';
import {createPlaces, USUAL_START} from '../../src/reading/places.js';
import {startReading} from '../../src/reading/reader.js';
import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import type {WireRow} from '../../src/wire.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

// Only a reading that waits for ever takes so long.
const STUCK_MS = 10_000;

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

async function open(answer: (query: ListQuery) => ListAnswer, options = {}): Promise<ReadingContext> {
  const server = await startListServer(answer);
  const {context, client} = createContext(server.url, options);
  closing.push(server.stop, client.close);
  return context;
}

/** 500 rows of any list, in the order of their ids whatever is asked for. */
function answerUnsorted({path, params}: ListQuery): ListAnswer {
  const filler = 'x'.repeat(300);
  const rows = Array.from({length: 500}, (_, index) => ({id: String(index + 1), mdate: '2026-05-02 00:00:00', filler}));
  const offset = Number(params.get('offset') ?? 0);
  return {body: {[path]: rows.slice(offset, offset + Number(params.get('limit'))), meta: {total: '500'}}};
}

/** Reads one stream after the other; gives how many rows each had. Rejects when they wait for too long. */
async function readAll(context: ReadingContext, streams: readonly StreamToRead[]): Promise<number[]> {
  const readings = startReading(context, streams, AbortSignal.timeout(STUCK_MS));
  const counts: number[] = [];
  for (const [rank, reading] of readings.entries()) {
    context.places.setCurrent(rank);
    counts.push((await idsOf(reading.pages, streams[rank]?.definition.path ?? '')).length);
  }
  return counts;
}

const LATER = '2026-06-01T00:00:00Z';

describe('a list whose first page is kept while its order is proven', () => {
  test('does not wait for bytes that its own page holds', async () => {
    const context = await open(answerUnsorted, {bytes: 100_000, places: 60});
    const names = ['automations', 'campaigns', 'messages', 'templates'];
    const streams = names.map(name => planned(name, {mdate: LATER, updated_timestamp: LATER}));
    expect(await readAll(context, streams)).toEqual([500, 500, 500, 500]);
  });

  test('does not wait for places that are earned by writing alone', async () => {
    const context = await open(answerUnsorted);
    const start = {...USUAL_START, perSecond: 0, clock: systemClock};
    const places = createPlaces({pages: 60, pagesOfOne: 8, bytes: 16_000_000, start});
    const streams = ['automations', 'messages', 'templates'].map(name => planned(name, {mdate: LATER}));
    expect(await readAll({...context, places}, streams)).toEqual([500, 500, 500]);
  });
});

test('a list that is read by its keys keeps no place in the end, where it was not known how long it is', async () => {
  const PLACES = 6;
  const rows = Array.from({length: 150}, (_, index) => ({
    id: String(index + 1),
    updated_timestamp: '2026-05-02 00:00:00',
  }));
  const context = await open(
    ({params}) => {
      const wanted = rows.slice(Number(params.get('id_greater') ?? 0));
      return {body: {contacts: wanted.slice(0, Number(params.get('limit'))), meta: {total: '150'}}};
    },
    {places: PLACES, window: PLACES},
  );
  const replication = {key: 'updated_timestamp', valueOf: (row: WireRow) => String(row['updated_timestamp'])};
  expect(await readAll(context, [planned('contacts', {udate: '2026-05-01T00:00:00Z'}, {replication})])).toEqual([150]);

  const signal = AbortSignal.timeout(STUCK_MS);
  const takeAll = Array.from({length: PLACES}, (_, order) =>
    context.places.take({rank: 1, order, expectedBytes: 0, signal}),
  );
  await expect(Promise.all(takeAll)).resolves.toHaveLength(PLACES);
});
