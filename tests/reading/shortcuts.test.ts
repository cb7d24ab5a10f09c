// Which of the ways to read only what is new is chosen, by what earlier runs have proven.

import {afterEach, expect, test} from '@jest/globals';
import {startReading} from '../../src/reading/reader.js';
import {startListServer} from '../support/list-server.js';
import {planned} from '../support/planned.js';
import {createContext, idsOf} from '../support/reading.js';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map(close => close())));

test('an order that was proven for another replication key is not used for this one', async () => {
  // One message is as old as the others by the time it was made, and new by the chosen key.
  const CHANGED = 21;
  const rows = Array.from({length: 400}, (_, index) => {
    const tstamp = new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();
    const id = index + 1;
    return {id: String(id), tstamp, ldate: id === CHANGED ? '2026-05-05T00:00:00Z' : tstamp};
  });
  const server = await startListServer(({params}) => {
    const direction = {ASC: 1, DESC: -1}[params.get('orders[tstamp]') ?? ''] ?? 0;
    const sorted = [...rows].sort((a, b) => (a.tstamp < b.tstamp ? -direction : direction));
    const offset = Number(params.get('offset') ?? 0);
    return {body: {sms: sorted.slice(offset, offset + Number(params.get('limit'))), meta: {total: '400'}}};
  });
  const {context, client} = createContext(server.url);
  closing.push(server.stop, client.close);
  const stream = planned('sms', {
    tstamp: '2026-05-01T00:00:00Z',
    rows: 400,
    proofs: {'orders[tstamp]': {obeyed: true, at: new Date().toISOString()}},
  });
  expect(stream.replication?.key).toBe('ldate');
  const [reading] = startReading(context, [stream], new AbortController().signal);
  if (!reading) throw new Error('the stream is read');
  expect(await idsOf(reading.pages, 'sms')).toContain(String(CHANGED));
});
