// The state that a run begins with: every form that is accepted, what is carried along, and who comes first.

import {describe, expect, test} from '@jest/globals';
import {bookmarkOf, complaints, expectedWarnings, withAccount} from '../support/account.js';
import {differences, expectedRecords, expectedSince} from '../support/expected-records.js';
import {FIRST_STREAMS, fieldFacts, streamFacts} from '../support/facts.js';
import {keyFieldsOf} from '../support/stream-rows.js';

/** The config, the catalog with everything selected and the state that the Python tap leaves behind. */
function pythonCatalog(): object {
  const streams = streamFacts.slice(0, FIRST_STREAMS).map(fact => {
    const fields = fieldFacts.filter(({stream, origin}) => stream === fact.stream && origin === 'python');
    const topLevel = fields.map(({field}) => field).filter(field => /^\w+$/.test(field));
    const keys = fact.replication_key === '' ? [] : [fact.replication_key];
    return {
      stream: fact.stream,
      tap_stream_id: fact.stream,
      key_properties: [fact.primary_key],
      schema: {
        type: ['null', 'object'],
        additionalProperties: false,
        properties: Object.fromEntries(topLevel.map(field => [field, {type: ['null', 'string']}])),
      },
      metadata: [
        {
          breadcrumb: [],
          metadata: {
            'table-key-properties': [fact.primary_key],
            'forced-replication-method': fact.replication_method,
            ...(keys.length > 0 ? {'valid-replication-keys': keys} : {}),
            inclusion: 'available',
            selected: true,
          },
        },
        ...topLevel.map(field => ({
          breadcrumb: ['properties', field],
          metadata: {inclusion: [fact.primary_key, ...keys].includes(field) ? 'automatic' : 'available'},
        })),
      ],
    };
  });
  return {streams};
}

test('who comes from the Python tap keeps config, catalog and state, and misses no record', () =>
  withAccount({records: 1_200, seed: 5}, async ({sim, clock, sync}) => {
    const names = streamFacts.slice(0, FIRST_STREAMS).map(({stream}) => stream);
    // What the Python tap has loaded. It reads stamps without a zone as UTC, and so its bookmarks are hours early.
    const loaded = new Map(names.map(stream => [stream, expectedRecords(sim, stream)]));
    const bookmarks: Record<string, string> = {};
    for (const {stream, replication_key: key} of streamFacts.slice(0, FIRST_STREAMS)) {
      const stamps = [...expectedRecords(sim, stream, 'UTC').values()].map(record => record[key]);
      const last = stamps
        .filter(stamp => typeof stamp === 'string')
        .sort()
        .at(-1);
      if (last !== undefined) bookmarks[stream] = last;
    }
    expect(Object.keys(bookmarks).length).toBeGreaterThan(25);
    clock.now += 3_600_000;
    sim.change(400);

    const config = {
      start_date: '2010-01-01T00:00:00Z',
      user_agent: 'tap-activecampaign <me@example.com>',
      request_timeout: '0',
    };
    const run = await sync({config, catalog: pythonCatalog(), state: {currently_syncing: 'deals', bookmarks}});
    expect(complaints(run)).toEqual(expectedWarnings(sim, names));
    expect([...run.output.schemas.keys()].sort()).toEqual([...names].sort());
    let changes = 0;
    for (const stream of names) {
      const before = loaded.get(stream);
      const now = [...expectedRecords(sim, stream)];
      const changed = new Map(
        now.filter(([key, record]) => JSON.stringify(before?.get(key)) !== JSON.stringify(record)),
      );
      changes += changed.size;
      const lines = run.lines.filter(line => {
        const {type, stream: of, record} = JSON.parse(line);
        return (
          type === 'RECORD' &&
          of === stream &&
          changed.has(
            keyFieldsOf(stream)
              .map(field => String(record[field]))
              .join(),
          )
        );
      });
      expect(differences(lines, stream, changed)).toEqual([]);
    }
    expect(changes).toBeGreaterThan(200);
    // And it is no first sync: contacts that had not changed stay away.
    expect(run.output.of('contacts').length).toBeLessThan(sim.count('contacts') / 2);
  }));

describe('a state', () => {
  const bookmark = '2025-06-01T00:00:00.000000Z';
  const forms: [string, unknown][] = [
    ['of this tap', {bookmarks: {contacts: {udate: bookmark}}}],
    ['of the Python tap', {bookmarks: {contacts: '2025-06-01T00:00:00Z'}}],
    [
      "of Meltano's SDK",
      {bookmarks: {contacts: {replication_key: 'udate', replication_key_value: '2025-06-01T00:00:00' + '+00:00'}}},
    ],
    [
      "of Meltano's SDK, in partitions",
      {bookmarks: {contacts: {partitions: [{context: {}, replication_key: 'udate', replication_key_value: bookmark}]}}},
    ],
    [
      "of Meltano's SDK, broken off",
      {
        bookmarks: {
          contacts: {
            replication_key_signpost: '2025-08-01T00:00:00Z',
            starting_replication_value: '2025-05-31T19:00:00-05:00',
            progress_markers: {replication_key: 'udate', replication_key_value: '2025-07-01T00:00:00Z'},
          },
        },
      },
    ],
    ['as a line of stdout', {type: 'STATE', value: {bookmarks: {contacts: {udate: bookmark}}}}],
    ["as Meltano's database has it", {singer_state: {bookmarks: {contacts: {udate: bookmark}}}}],
  ];
  test.each(forms)('%s is gone on from', (_, state) =>
    withAccount({contacts: 60}, async ({sim, sync}) => {
      const run = await sync({select: 'contacts', state});
      const expected = expectedSince(expectedRecords(sim, 'contacts'), 'udate', bookmark);
      expect(expected.size).toBeLessThan(50);
      expect(differences(run.lines, 'contacts', expected)).toEqual([]);
      const again = await sync({select: 'contacts', state: run.output.state});
      expect(again.output.of('contacts').length).toBeLessThan(5);
    }),
  );

  test.each(['', ' \n', 'null', '{}', '{"bookmarks": {}}'])('%j is none', state =>
    withAccount({contacts: 10}, async ({sim, sync}) => {
      const run = await sync({select: 'contacts', state});
      expect(differences(run.lines, 'contacts', expectedRecords(sim, 'contacts'))).toEqual([]);
    }),
  );

  test('keeps what it says of streams that are not selected, and what else it holds', () =>
    withAccount({contacts: 5}, async ({sync}) => {
      const state = {
        bookmarks: {
          deals: {mdate: '2025-06-01T00:00:00.000000Z', progress: {page: 3}},
          accounts: '2020-01-01T00:00:00Z',
          no_such_stream: {any: ['thing']},
        },
        currently_syncing: 'deals',
        vendor: {x: 1},
      };
      const {output} = await sync({select: 'tags', state});
      expect(output.states.length).toBeGreaterThan(1);
      for (const {bookmarks, vendor} of output.states) {
        expect(bookmarks).toMatchObject(state.bookmarks);
        expect(vendor).toEqual(state.vendor);
      }
      expect(output.state['currently_syncing']).toBe(null);
    }));

  test('with a bookmark in the future is warned of, and --full-refresh is the way out', () =>
    withAccount({contacts: 20}, async ({sim, sync}) => {
      const state = {bookmarks: {contacts: {udate: '2199-01-01T00:00:00.000000Z'}}};
      const run = await sync({select: 'contacts', state});
      expect(complaints(run)).toEqual([
        expect.stringMatching(/^WARNING the bookmark lies in the future: .*--full-refresh.* stream=contacts/),
      ]);
      const refreshed = await sync({select: 'contacts', state, args: ['--full-refresh']});
      expect(complaints(refreshed)).toEqual([]);
      expect(differences(refreshed.lines, 'contacts', expectedRecords(sim, 'contacts'))).toEqual([]);
      expect(String(bookmarkOf(refreshed.output.state, 'contacts')['udate'])).toMatch(/^20[0-4]/);
    }));

  test('names the stream that was interrupted, which then comes first, the others behind it', () =>
    withAccount({contacts: 5}, async ({sync}) => {
      const {output} = await sync({
        select: 'accounts,contacts,deals,tags',
        state: {bookmarks: {}, currently_syncing: 'deals'},
      });
      expect([...output.schemas.keys()]).toEqual(['deals', 'tags', 'accounts', 'contacts']);
      // Each is named again while it is being read.
      const named = output.states.map(state => state['currently_syncing']);
      expect(named.filter((name, index) => name !== named[index - 1])).toEqual([
        'deals',
        'tags',
        'accounts',
        'contacts',
        null,
      ]);
    }));
});
