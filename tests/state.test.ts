import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {InputError} from '../src/errors.js';
import {
  getBookmark,
  hasState,
  markFinished,
  parseState,
  readStateText,
  type State,
  setCurrentlySyncing,
} from '../src/state.js';

const contacts = {
  tapStreamId: 'contacts',
  replicationKey: 'udate',
  validReplicationKeys: ['udate', 'updated_timestamp'],
};
const JANUARY = '2024-01-01T00:00:00.000000Z';
const MARCH = '2024-03-01T15:00:00.000000Z';
const SYNCED_AT = '2024-03-02T00:00:00.000000Z';

/** The state behind a read that has moved a bookmark. */
function moveBookmark(state: State, tapStreamId: string, replicationKey: string, bookmark: string): State {
  return markFinished(state, tapStreamId, {replicationKey, bookmark, syncedAt: SYNCED_AT});
}

function stateOf(value: unknown): State {
  return parseState(value, 'state.json').state;
}

function bookmarkOf(bookmark: unknown): string | undefined {
  return getBookmark(stateOf({bookmarks: {contacts: bookmark}}), contacts);
}

function faultOf(value: unknown): string {
  try {
    parseState(value, 'state.json');
  } catch (error) {
    if (error instanceof InputError && error.source === 'state.json') return error.detail;
    throw error;
  }
  return 'no fault';
}

describe('no state', () => {
  test.each([undefined, null, {}, {bookmarks: {}}, {bookmarks: null}])('is %j', value => {
    expect(stateOf(value).bookmarks).toEqual({});
  });

  test.each(['', ' \n', '\uFEFF', 'null', '{}', '\uFEFF{}\n'])('is a file that holds %j', text => {
    expect(stateOf(readStateText(text, 'state.json'))).toEqual({bookmarks: {}});
  });
});

describe('the bookmark of a stream', () => {
  test.each<[string, unknown, string | undefined]>([
    ['our own form', {udate: MARCH}, MARCH],
    ['another spelling of the instant', {udate: '2024-03-01T09:00:00-06:00'}, MARCH],
    ['whole seconds', {udate: '2024-03-01T15:00:00Z'}, MARCH],
    ['another valid key', {updated_timestamp: MARCH}, MARCH],
    ['two keys: its own wins', {updated_timestamp: JANUARY, udate: MARCH}, MARCH],
    ['its own key null, another set', {udate: null, updated_timestamp: MARCH}, MARCH],
    ['a key that is not valid', {cdate: MARCH}, undefined],
    ['further keys beside it', {udate: MARCH, progress: {page: 7}, version: 12}, MARCH],
    ['nothing', {}, undefined],
    ['null', null, undefined],
    ["the Python tap's flat form", '2024-03-01T15:00:00Z', MARCH],
    ["the SDK's form", {replication_key: 'udate', replication_key_value: '2024-03-01T15:00:00+00:00'}, MARCH],
    ["the SDK's form without the key's name", {replication_key_value: MARCH}, MARCH],
    ["the SDK's form, another valid key", {replication_key: 'updated_timestamp', replication_key_value: MARCH}, MARCH],
    ["the SDK's form, a key that is not valid", {replication_key: 'id', replication_key_value: 4711}, undefined],
    ['our own key beside the SDK keys', {udate: MARCH, replication_key_value: JANUARY}, MARCH],
    [
      'partitions: the lowest',
      {
        partitions: [
          {context: {list: 1}, replication_key: 'udate', replication_key_value: MARCH},
          {context: {list: 2}, replication_key: 'udate', replication_key_value: JANUARY},
        ],
      },
      JANUARY,
    ],
    ['partitions, one never read', {partitions: [{replication_key_value: MARCH}, {context: {list: 2}}]}, undefined],
    ['no partitions', {partitions: []}, undefined],
    ['a finished value before partitions', {replication_key_value: MARCH, partitions: []}, MARCH],
    ['progress markers alone', {progress_markers: {replication_key: 'udate', replication_key_value: MARCH}}, MARCH],
    [
      'progress markers beyond the moment that run began',
      {progress_markers: {replication_key_value: MARCH}, replication_key_signpost: JANUARY},
      JANUARY,
    ],
    [
      'progress markers beside a finished value',
      {replication_key_value: JANUARY, progress_markers: {replication_key_value: MARCH}},
      JANUARY,
    ],
    [
      'progress markers of an interrupted run: where that run started',
      {
        progress_markers: {
          Note: 'Progress is not resumable if interrupted.',
          replication_key: 'udate',
          replication_key_value: MARCH,
        },
        starting_replication_value: JANUARY,
      },
      JANUARY,
    ],
    [
      'progress markers of an interrupted first run: nothing',
      {progress_markers: {replication_key_value: MARCH}, starting_replication_value: null},
      undefined,
    ],
    ['progress markers in a partition', {partitions: [{progress_markers: {replication_key_value: MARCH}}]}, MARCH],
    [
      'progress markers of another key',
      {progress_markers: {replication_key: 'id', replication_key_value: 3}},
      undefined,
    ],
  ])('is read from %s', (_form, bookmark, expected) => {
    expect(bookmarkOf(bookmark)).toBe(expected);
  });

  test('is nothing when the state has nothing of the stream', () => {
    expect(getBookmark({bookmarks: {deals: {mdate: MARCH}}}, contacts)).toBeUndefined();
    expect(getBookmark({bookmarks: {}}, {...contacts, tapStreamId: 'constructor'})).toBeUndefined();
  });
});

describe('what runners wrap around a state', () => {
  const state = {bookmarks: {contacts: {udate: MARCH}}, currently_syncing: null};

  test.each([
    [{type: 'STATE', value: state}],
    [{singer_state: state}],
    [{completed: {singer_state: state}, partial: {}}],
  ])('is taken off: %j', wrapped => {
    expect(stateOf(wrapped)).toEqual(state);
  });

  test('may hold nothing', () => {
    expect(stateOf({singer_state: {}})).toEqual({bookmarks: {}});
    expect(stateOf({type: 'STATE', value: {}})).toEqual({bookmarks: {}});
  });
});

describe('what is no state is refused with the place of the fault', () => {
  const mustBe = 'must be a date-time with its zone (2024-01-01T00:00:00Z), not';
  test.each<[unknown, string]>([
    [[], 'the state must be a JSON object ({…}), not a list'],
    ['2024-01-01T00:00:00Z', 'the state must be a JSON object ({…}), not text'],
    [7, 'the state must be a JSON object ({…}), not a number'],
    [{streams: []}, 'this is no state: it has no "bookmarks"; give the last STATE that the tap wrote'],
    [{contacts: MARCH}, 'this is no state: it has no "bookmarks"; give the last STATE that the tap wrote'],
    [{bookmarks: []}, 'bookmarks must be an object of stream names, not a list'],
    [{bookmarks: 'x'}, 'bookmarks must be an object of stream names, not text'],
    [{bookmarks: {}, currently_syncing: 5}, 'currently_syncing must be the name of a stream, not a number'],
    [{bookmarks: {contacts: 5}}, `bookmarks.contacts ${mustBe} a number`],
    [{bookmarks: {contacts: true}}, `bookmarks.contacts ${mustBe} a boolean`],
    [{bookmarks: {contacts: ['x']}}, `bookmarks.contacts ${mustBe} a list`],
    [{bookmarks: {tags: 5}}, `bookmarks.tags ${mustBe} a number`],
    [{bookmarks: {contacts: 'yesterday'}}, `bookmarks.contacts ${mustBe} "yesterday"`],
    [{bookmarks: {contacts: ''}}, `bookmarks.contacts ${mustBe} ""`],
    [{bookmarks: {contacts: 'x'.repeat(72)}}, `bookmarks.contacts ${mustBe} a text of 72 characters`],
    [{bookmarks: {contacts: {udate: 1709305200}}}, `bookmarks.contacts.udate ${mustBe} a number`],
    [
      {bookmarks: {contacts: {udate: '2024-03-01 15:00:00'}}},
      `bookmarks.contacts.udate ${mustBe} "2024-03-01 15:00:00"`,
    ],
    [
      {bookmarks: {contacts: {udate: MARCH, updated_timestamp: 'x'}}},
      `bookmarks.contacts.updated_timestamp ${mustBe} "x"`,
    ],
    [
      {bookmarks: {contacts: {replication_key_value: {}}}},
      `bookmarks.contacts.replication_key_value ${mustBe} an object`,
    ],
    [{bookmarks: {contacts: {partitions: {}}}}, `bookmarks.contacts.partitions ${mustBe} an object`],
    [{bookmarks: {contacts: {partitions: [5]}}}, `bookmarks.contacts.partitions[0] ${mustBe} a number`],
    [
      {bookmarks: {contacts: {partitions: [{replication_key_value: 'x'}]}}},
      `bookmarks.contacts.partitions[0].replication_key_value ${mustBe} "x"`,
    ],
    [
      {bookmarks: {contacts: {progress_markers: {replication_key_value: 'x'}}}},
      `bookmarks.contacts.progress_markers.replication_key_value ${mustBe} "x"`,
    ],
    [{bookmarks: {contacts: {progress_markers: 1}}}, `bookmarks.contacts.progress_markers ${mustBe} a number`],
  ])('%j', (value, fault) => {
    expect(faultOf(value)).toBe(fault);
  });

  test('also in a file', () => {
    expect(() => readStateText('{"bookmarks": ', 'state.json')).toThrow(
      'state.json: the state file is not valid JSON at line 1, column 15; mend it there',
    );
    expect(() => readStateText('{"bookmarks": {}}\n{"bookmarks": {}}\n', 'state.json')).toThrow(
      'keep only the last one, the newest (tail -n 1)',
    );
  });
});

describe('everything else in a state', () => {
  const foreign: State = {
    bookmarks: {
      contacts: {udate: MARCH, progress: {page: 7}},
      deals: '2024-03-01T15:00:00Z',
      invoices: {id: 5},
      tags: {version: 3},
    },
    currently_syncing: 'deals',
    activate_versions: {tags: 3},
  };

  test('is carried through untouched', () => {
    expect(stateOf(foreign)).toEqual(foreign);
    expect(moveBookmark(foreign, 'lists', 'updated_timestamp', MARCH)).toEqual({
      ...foreign,
      bookmarks: {...foreign.bookmarks, lists: {updated_timestamp: MARCH, synced_at: SYNCED_AT}},
    });
  });

  test('gets a warning where it names streams the tap does not have', () => {
    expect(parseState(foreign, 'state.json').warnings).toEqual([
      'the state holds a bookmark for "invoices", a stream the tap does not have',
    ]);
    expect(parseState({bookmarks: {}, currently_syncing: 'contcts'}, 'state.json').warnings).toEqual([
      'the state says currently_syncing "contcts", a stream the tap does not have; did you mean "contacts"?',
    ]);
    expect(parseState({bookmarks: {}, currently_syncing: null}, 'state.json').warnings).toEqual([]);
    // Which custom objects there are, only the account knows.
    expect(parseState({bookmarks: {custom_object_cars: {}}}, 'state.json').warnings).toEqual([]);
  });
});

describe('a bookmark that moves', () => {
  test('keeps the other keys of the stream', () => {
    const state = {bookmarks: {contacts: {updated_timestamp: JANUARY, version: 3}}};
    expect(moveBookmark(state, 'contacts', 'udate', MARCH)).toEqual({
      bookmarks: {contacts: {updated_timestamp: JANUARY, version: 3, udate: MARCH, synced_at: SYNCED_AT}},
    });
    expect(state).toEqual({bookmarks: {contacts: {updated_timestamp: JANUARY, version: 3}}});
  });

  test('takes the place of a bare instant', () => {
    expect(moveBookmark({bookmarks: {contacts: JANUARY}}, 'contacts', 'udate', MARCH)).toEqual({
      bookmarks: {contacts: {udate: MARCH, synced_at: SYNCED_AT}},
    });
  });

  test("writes null over the SDK's keys, because runners merge states", () => {
    const sdk = {replication_key: 'udate', replication_key_value: JANUARY, partitions: [], custom: 1};
    expect(moveBookmark({bookmarks: {contacts: sdk}}, 'contacts', 'udate', MARCH)).toEqual({
      bookmarks: {
        contacts: {
          replication_key: null,
          replication_key_value: null,
          partitions: null,
          custom: 1,
          udate: MARCH,
          synced_at: SYNCED_AT,
        },
      },
    });
  });
});

describe('a stream that was read to its end', () => {
  const syncedAt = '2024-03-02T00:00:00.000000Z';

  test('leaves its bookmark and when it was read', () => {
    expect(markFinished({bookmarks: {}}, 'contacts', {replicationKey: 'udate', bookmark: MARCH, syncedAt})).toEqual({
      bookmarks: {contacts: {udate: MARCH, synced_at: syncedAt}},
    });
  });

  test('leaves a trace also when it has no bookmark', () => {
    const state = markFinished({bookmarks: {}}, 'tags', {syncedAt});
    expect(state).toEqual({bookmarks: {tags: {synced_at: syncedAt}}});
    expect(hasState(state, 'tags')).toBe(true);
    const empty = markFinished({bookmarks: {}}, 'contacts', {replicationKey: 'udate', bookmark: undefined, syncedAt});
    expect(JSON.parse(JSON.stringify(empty))).toStrictEqual(empty);
  });

  test.each([JANUARY, {udate: JANUARY}, {replication_key: 'udate', replication_key_value: JANUARY}])(
    'keeps the bookmark %j when it was read without one',
    before => {
      const state = markFinished({bookmarks: {contacts: before}}, 'contacts', {syncedAt});
      expect(getBookmark(state, contacts)).toBe(JANUARY);
    },
  );
});

describe('whether a stream was ever read', () => {
  test.each<[unknown, boolean]>([
    [undefined, false],
    [null, false],
    [{}, false],
    [{udate: null}, false],
    [{udate: MARCH}, true],
    [{synced_at: MARCH}, true],
    [MARCH, true],
    [{replication_key_value: MARCH}, true],
    [{progress: {at: {way: 'offsets'}}}, true],
    [{whole_read: {at: MARCH, rows: 0}}, true],
    [{progress: null, doubt: null, udate: null}, false],
    [{proofs: {'orders[tstamp]': {obeyed: true, at: MARCH}}}, false],
    [{version: 1_790_000_000_000, progress: null}, false],
  ])('%j says %s', (bookmark, expected) => {
    expect(hasState({bookmarks: {contacts: bookmark}}, 'contacts')).toBe(expected);
  });
});

test('currently_syncing is written as null when nothing is being read', () => {
  expect(setCurrentlySyncing({bookmarks: {}, other: 1}, 'deals')).toEqual({
    bookmarks: {},
    other: 1,
    currently_syncing: 'deals',
  });
  expect(setCurrentlySyncing({bookmarks: {}, currently_syncing: 'deals'}, null)).toEqual({
    bookmarks: {},
    currently_syncing: null,
  });
});

test('whatever form a state has, the bookmark that is set is the one that is read, then and after a merge', () => {
  const instant = fc
    .date({min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true})
    .map(date => `${date.toISOString().slice(0, 23)}000Z`);
  const key = fc.constantFrom('udate', 'updated_timestamp');
  const sdk = fc.record(
    {
      replication_key: key,
      replication_key_value: instant,
      progress_markers: fc.record({replication_key_value: instant}),
    },
    {requiredKeys: []},
  );
  const form = fc.oneof(
    instant,
    fc.constant(null),
    fc.dictionary(key, instant),
    sdk,
    fc.record({partitions: fc.array(sdk)}),
    fc.tuple(fc.dictionary(fc.constantFrom('version', 'progress'), fc.json()), sdk).map(([a, b]) => ({...a, ...b})),
  );
  fc.assert(
    fc.property(form, key, instant, (before, replicationKey, moved) => {
      const stream = {...contacts, replicationKey};
      const state = stateOf({bookmarks: {contacts: before}});
      const after = moveBookmark(state, 'contacts', replicationKey, moved);
      expect(getBookmark(stateOf(JSON.parse(JSON.stringify(after))), stream)).toBe(moved);

      // Meltano merges deep: what the old state has and the new one lacks comes back.
      const {contacts: written} = after.bookmarks;
      const mergeable = typeof before === 'object' && before !== null && typeof written === 'object';
      const merged = mergeable ? {...before, ...written} : written;
      expect(getBookmark({bookmarks: {contacts: merged}}, stream)).toBe(moved);
      expect(merged).toEqual(written);
    }),
    {seed: 11, numRuns: 500},
  );
});
