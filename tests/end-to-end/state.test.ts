// The state that a run begins with: every form that is accepted, what is carried along, and who comes first.

import {describe, expect, test} from '@jest/globals';
import {bookmarkOf, complaints, withAccount} from '../support/account.js';
import {differences, expectedRecords, expectedSince} from '../support/expected-records.js';

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
