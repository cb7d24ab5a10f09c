import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {bookmarkOf} from '../src/bookmarks.js';
import {InputError} from '../src/errors.js';
import {getBookmark, hasState, parseState, type State} from '../src/state.js';
import {changesBetween, migrateState, resetStreams, setBookmark} from '../src/state-edit.js';
import {renderStanding, standingOf} from '../src/state-table.js';
import {validReplicationKeys} from '../src/stream-definition.js';
import {memoryOf} from '../src/stream-memory.js';
import {streams} from '../src/streams.js';

const NOW = Date.UTC(2024, 5, 1);
const at = (day: number) => `2024-01-${String(day).padStart(2, '0')}T00:00:00.000000Z`;

const stateOf = (bookmarks: Record<string, unknown>, syncing?: string): State =>
  parseState({bookmarks, ...(syncing === undefined ? {} : {currently_syncing: syncing})}, 'state.json').state;

function complaintOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no complaint';
}

const progress = {
  selection: 'abc',
  began_at: at(3),
  saved_at: '2024-05-31T20:00:00.000000Z',
  highest: at(2),
  zoneless: false,
  left_out: 0,
  version: null,
  at: {way: 'keyset', seen: 2_300, total: 5_000},
};

// All that a stream can have.
const full = {
  udate: at(4),
  updated_timestamp: at(5),
  synced_at: at(6),
  rows: 10,
  whole_read: {at: at(6), rows: 10},
  doubt: [{at: at(6), rows: 3}],
  sure_until: at(2),
  parents_since: at(2),
  values_since: at(2),
  columns: {cf_size: '3:text'},
  proofs: {'orders[udate]': {obeyed: true, at: at(1)}, 'filters[x]': {obeyed: false, at: at(1)}},
  version: 1_700_000_000_000,
  filters: 'cafe',
  progress: [progress],
};

describe('state set', () => {
  test('puts the bookmark under the replication key, and ends what else would count', () => {
    const sdk = {replication_key: 'udate', replication_key_value: at(1), progress_markers: {Note: 'x'}};
    expect(
      setBookmark(
        stateOf({contacts: {...sdk, progress: [progress]}}),
        {stream: 'contacts', instant: '2024-02-01'},
        NOW,
      ),
    ).toEqual({
      bookmarks: {
        contacts: {
          replication_key: null,
          replication_key_value: null,
          progress_markers: null,
          progress: null,
          udate: '2024-02-01T00:00:00.000000Z',
        },
      },
    });
    expect(setBookmark(stateOf({contacts: at(1)}), {stream: 'contacts', instant: at(2)}, NOW).bookmarks).toEqual({
      contacts: {udate: at(2)},
    });
  });

  test('by the key that the state has a bookmark of, or the one that is named', () => {
    const state = stateOf({contacts: {updated_timestamp: at(1)}});
    const keysOf = (after: State) => Object.entries(after.bookmarks['contacts'] ?? {}).flat();
    expect(keysOf(setBookmark(state, {stream: 'contacts', instant: at(2)}, NOW))).toEqual(['updated_timestamp', at(2)]);
    expect(keysOf(setBookmark(state, {stream: 'contacts', instant: at(2), key: 'udate'}, NOW))).toEqual([
      'updated_timestamp',
      at(1),
      'udate',
      at(2),
    ]);
  });

  test('also from when on parents are asked, and changes of custom fields where that is earlier', () => {
    const parents = setBookmark(
      stateOf({contact_logs: {tstamp: at(9), parents_since: at(9)}}),
      {stream: 'contact_logs', instant: at(3)},
      NOW,
    );
    expect(parents.bookmarks['contact_logs']).toEqual({tstamp: at(3), parents_since: at(3)});
    const since = (day: number) =>
      setBookmark(stateOf({deals: {mdate: at(5), values_since: at(5)}}), {stream: 'deals', instant: at(day)}, NOW)
        .bookmarks['deals'];
    expect([since(3), since(7)]).toEqual([
      {mdate: at(3), values_since: at(3)},
      {mdate: at(7), values_since: at(5)},
    ]);
  });

  test('whatever stood there, the stream goes on from the new bookmark', () => {
    const incremental = streams.filter(stream => validReplicationKeys(stream).length > 0);
    fc.assert(
      fc.property(
        fc.constantFrom(...incremental),
        fc.jsonValue(),
        fc.integer({min: 1, max: 28}),
        (stream, junk, day) => {
          const id = stream.tapStreamId;
          const before: State = {bookmarks: {[id]: junk}};
          const {bookmarks} = setBookmark(before, {stream: id, instant: at(day)}, NOW);
          expect(bookmarkOf({bookmarks}, stream, stream.replicationKey ?? '')).toBe(at(day));
        },
      ),
      {seed: 3, numRuns: 200},
    );
  });

  const none = stateOf({});
  test.each<[string, Parameters<typeof setBookmark>[1], string]>([
    [
      'an unknown stream',
      {stream: 'contcts', instant: at(1)},
      'there is no stream "contcts"; did you mean "contacts"?',
    ],
    [
      'a custom object that the state does not know',
      {stream: 'custom_object_pets', instant: at(1)},
      'there is no stream "custom_object_pets"; did you mean "custom_object_schemas"?',
    ],
    [
      'a key pasted for a stream',
      {stream: 'f00d'.repeat(18), instant: at(1)},
      'there is no stream a text of 72 characters',
    ],
    [
      'a stream without bookmarks',
      {stream: 'tags', instant: at(1)},
      'tags has no bookmark: it is read whole in every run',
    ],
    [
      'words',
      {stream: 'contacts', instant: 'yesterday'},
      'the bookmark must be a date-time with its zone (2024-01-01T00:00:00Z), not "yesterday"',
    ],
    [
      'no zone',
      {stream: 'contacts', instant: '2024-01-01T00:00:00'},
      'the bookmark must be a date-time with its zone (2024-01-01T00:00:00Z), not "2024-01-01T00:00:00"',
    ],
    [
      '30 February',
      {stream: 'contacts', instant: '2024-02-30'},
      'the bookmark must be a date-time with its zone (2024-01-01T00:00:00Z), not "2024-02-30"',
    ],
    [
      'the future',
      {stream: 'contacts', instant: '2024-06-01T00:00:01Z'},
      '2024-06-01T00:00:01.000000Z lies in the future; a bookmark is a moment up to which all was read',
    ],
    [
      'a key of another stream',
      {stream: 'contacts', instant: at(1), key: 'mdate'},
      '"mdate" is no replication key of contacts; choose udate or updated_timestamp',
    ],
    [
      'a key where there is none',
      {stream: 'tags', instant: at(1), key: 'id'},
      '"id" is no replication key of tags; it is read whole in every run',
    ],
  ])('%s is refused in one sentence', (_, wish, complaint) => {
    expect(complaintOf(() => setBookmark(none, wish, NOW))).toBe(`state set: ${complaint}`);
  });
});

/** How Meltano merges states (core/utils, merge). */
function merge(source: Record<string, unknown>, target: Record<string, unknown>): Record<string, unknown> {
  for (const [key, value] of Object.entries(source)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      target[key] ??= Object.hasOwn(target, key) ? null : {};
      if (typeof target[key] !== 'object' || target[key] === null) throw new TypeError(`${key} is no object`);
      merge(value as Record<string, unknown>, target[key] as Record<string, unknown>);
    } else target[key] = value;
  }
  return target;
}

describe('state reset', () => {
  const before = stateOf({contacts: full, deals: {mdate: at(4)}, tags: {synced_at: at(4)}, pets: {x: 1}}, 'contacts');

  test('makes a stream one that was never read, and keeps what its server and its columns are known by', () => {
    const after = resetStreams(before, ['contacts']);
    expect(hasState(after, 'contacts')).toBe(false);
    expect(after.currently_syncing).toBeNull();
    const {columns, proofs, version} = memoryOf(before, 'contacts');
    expect(memoryOf(after, 'contacts')).toEqual({columns, proofs, version, complaints: []});
    for (const key of ['udate', 'updated_timestamp']) {
      expect(
        getBookmark(after, {tapStreamId: 'contacts', replicationKey: key, validReplicationKeys: []}),
      ).toBeUndefined();
    }
    expect({...after.bookmarks, contacts: full}).toEqual(before.bookmarks);
  });

  test('a runner that merges states forgets it as well, and can take what the next run says', () => {
    const after = resetStreams(before, ['*']);
    const kept = merge(structuredClone({...after}), structuredClone({...before}));
    expect(hasState(parseState(kept, 'merged').state, 'contacts')).toBe(false);
    expect(memoryOf(parseState(kept, 'merged').state, 'contacts').progress).toBeUndefined();
    const next = merge(structuredClone({...before}), structuredClone({...after}));
    expect(parseState(next, 'merged').state).toEqual(before);
  });

  test('takes patterns as --select does, several of them, and those of streams that only the state knows', () => {
    const left = (...patterns: string[]) => {
      const after = resetStreams(before, patterns);
      return Object.keys(after.bookmarks).filter(name => hasState(after, name));
    };
    expect(left('*')).toEqual([]);
    expect(left('deal*,pets')).toEqual(['contacts', 'tags']);
    expect(left('deals', 'tags')).toEqual(['contacts', 'pets']);
    expect(left('!contacts')).toEqual(['contacts']);
  });

  test.each<[string, string[], string]>([
    ['no pattern', [], "names no stream; give patterns such as contacts,deal*, or '*' for all"],
    ['nothing but commas', [' , '], 'names nothing; give patterns such as contacts,deal*'],
    ['a pattern that matches nothing', ['contcts'], '"contcts" matches no stream; did you mean "contacts"?'],
    ['a stream without a bookmark', ['lists'], 'the state holds nothing of lists, so there is nothing to forget'],
    [
      'streams without a bookmark',
      ['sms*'],
      'the state holds nothing of the streams that match, so there is nothing to forget',
    ],
  ])('%s is refused in one sentence', (_, patterns, complaint) => {
    expect(complaintOf(() => resetStreams(before, patterns))).toBe(`state reset: ${complaint}`);
  });
});

describe('state migrate', () => {
  test("writes the Python tap's and the SDK's forms in this tap's own", () => {
    const sdk = {replication_key: 'updated_timestamp', replication_key_value: '2024-01-05T01:00:00+01:00'};
    const partitions = [{replication_key_value: at(7)}, {replication_key_value: at(6)}];
    const before = stateOf({
      deals: '2024-01-04T00:00:00Z',
      contacts: sdk,
      tags: at(3),
      pets: 'x',
      lists: {},
      accounts: {partitions},
    });
    expect(migrateState(before).bookmarks).toEqual({
      deals: {mdate: at(4)},
      contacts: {replication_key: null, replication_key_value: null, updated_timestamp: at(5)},
      tags: {synced_at: at(3)},
      pets: 'x',
      lists: {},
      accounts: {partitions: null, updated_timestamp: at(6)},
    });
  });

  test('leaves what is in this form already, and does nothing twice', () => {
    const own = stateOf({contacts: full, deals: {mdate: null, replication_key_value: at(1)}});
    const once = migrateState(own);
    expect(once.bookmarks['contacts']).toEqual(full);
    expect(migrateState(once)).toEqual(once);
    expect(changesBetween(once, migrateState(once))).toEqual([]);
  });

  test('every stream goes on from where it would have gone on', () => {
    const instant = fc.integer({min: 1, max: 28}).map(at);
    const entry = fc.oneof(
      instant,
      fc.record({replication_key_value: instant}),
      fc.record({partitions: fc.array(fc.record({replication_key_value: instant}), {minLength: 1, maxLength: 3})}),
      fc.record({starting_replication_value: instant, progress_markers: fc.record({replication_key_value: instant})}),
      fc.record({progress_markers: fc.record({replication_key_value: instant}), replication_key_signpost: instant}),
    );
    const incremental = streams.filter(stream => validReplicationKeys(stream).length > 0);
    fc.assert(
      fc.property(fc.constantFrom(...incremental), entry, (stream, given) => {
        const before = stateOf({[stream.tapStreamId]: given});
        const after = migrateState(before);
        for (const key of validReplicationKeys(stream).slice(0, 1)) {
          expect(bookmarkOf(after, stream, key)).toBe(bookmarkOf(before, stream, key));
        }
        expect(Object.keys(after.bookmarks[stream.tapStreamId] ?? {})).toContain(stream.replicationKey);
      }),
      {seed: 3, numRuns: 200},
    );
  });
});

describe('state show', () => {
  const state = stateOf({contacts: full, deals: at(2), tags: {synced_at: at(4)}, pets: {x: 1}}, 'contacts');

  test('tells all there is of a stream', () => {
    const {currently_syncing: syncing, streams: shown} = standingOf(state, NOW);
    expect(syncing).toBe('contacts');
    expect(shown[0]).toEqual({
      stream: 'contacts',
      known: true,
      replication_key: 'udate',
      bookmark: at(4),
      bookmarks: {udate: at(4), updated_timestamp: at(5)},
      foreign: false,
      last_read: at(6),
      whole_read: {at: at(6), rows: 10},
      interrupted: {
        began_at: at(3),
        saved_at: progress.saved_at,
        highest: at(2),
        rows: 2_300,
        total: 5_000,
        expired: 'its read began over 7 days ago',
      },
      proofs: full.proofs,
    });
    expect(shown.map(({stream, known, foreign}) => [stream, known, foreign])).toEqual([
      ['contacts', true, false],
      ['deals', true, true],
      ['tags', true, false],
      ['pets', false, false],
    ]);
  });

  test('as a table, a stream a line', () => {
    expect(renderStanding(standingOf(state, NOW)).split('\n')).toEqual([
      'stream    replication key    bookmark              last read             last whole read                interrupted                                                  server obeys',
      'contacts  udate              2024-01-04T00:00:00Z  2024-01-06T00:00:00Z  2024-01-06T00:00:00Z, 10 rows  2024-05-31T20:00:00Z after 2,300 of 5,000 rows, begins anew  1 of 2',
      '          updated_timestamp  2024-01-05T00:00:00Z',
      'deals     mdate              2024-01-02T00:00:00Z  -                     -                              -                                                            -',
      'tags      -                  -                     2024-01-04T00:00:00Z  -                              -                                                            -',
      'pets      unknown stream     -                     -                     -                              -                                                            -',
      '',
      'contacts was being read; it comes first in the next run',
      'in the form of another tap, which is read as well: deals',
      '',
    ]);
    expect(renderStanding(standingOf(stateOf({}), NOW))).toBe(
      'the state holds nothing: every stream begins at start_date\n',
    );
  });

  test('names that would steer a terminal are shown in one line, without what steers', () => {
    const shown = renderStanding(standingOf({bookmarks: {'a\u001B[2J\nb': {x: 1}}, currently_syncing: 'c\nd'}, NOW));
    expect(shown.replace(/ +/g, ' ').split('\n').slice(1)).toEqual([
      'a [2J b unknown stream - - - - -',
      '',
      'c d was being read; it comes first in the next run',
      '',
    ]);
  });
});
