import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {isObject} from '../src/json.js';
import type {Proof} from '../src/reading/list.js';
import {getBookmark, markFinished, parseState, type State} from '../src/state.js';
import {memoryOf, setProgress, setProofs, type WholeRead} from '../src/stream-memory.js';
import type {StreamProgress} from '../src/stream-progress.js';

const JANUARY = '2026-01-01T00:00:00.000000Z';
const MARCH = '2026-03-01T15:00:00.000000Z';
const APRIL = '2026-04-01T00:00:00.000000Z';

const progress: StreamProgress = {
  selection: '0badcafe',
  beganAt: MARCH,
  savedAt: MARCH,
  highest: JANUARY,
  isZoneless: true,
  leftOut: 2,
  version: 1_790_000_000_000,
  at: {way: 'offsets', seen: 300, total: null},
};
const writtenProgress = {
  selection: '0badcafe',
  began_at: MARCH,
  saved_at: MARCH,
  highest: JANUARY,
  zoneless: true,
  left_out: 2,
  version: 1_790_000_000_000,
  at: {way: 'offsets', seen: 300, total: null},
};
const wholeRead: WholeRead = {at: JANUARY, rows: 730};
const doubt: WholeRead = {at: MARCH, rows: 3};
const proofs = {'orders[tstamp]': {obeyed: true, at: JANUARY}, 'filters[tstamp]': {obeyed: false, at: MARCH}};

function stateWith(entry: unknown): State {
  return parseState({bookmarks: {contacts: entry}}, 'state.json').state;
}

function memoryWith(entry: unknown) {
  return memoryOf({bookmarks: {contacts: entry}}, 'contacts');
}

describe('what is remembered of a stream', () => {
  test('is read from its entry', () => {
    const entry = {
      udate: MARCH,
      synced_at: MARCH,
      whole_read: wholeRead,
      doubt: [doubt],
      proofs,
      version: 1_790_000_000_000,
      parents_since: MARCH,
      filters: '0badcafe',
      progress: [writtenProgress],
    };
    expect(memoryWith(entry)).toEqual({
      wholeRead,
      doubt,
      parentsSince: MARCH,
      proofs,
      version: 1_790_000_000_000,
      filters: '0badcafe',
      progress,
      complaints: [],
    });
  });

  test.each<[string, unknown]>([
    ['no entry', undefined],
    ['null', null],
    ["the Python tap's flat form", MARCH],
    ['a bookmark alone', {udate: MARCH, synced_at: MARCH}],
    ['all that is over', {whole_read: null, doubt: null, proofs: null, version: null, filters: null, progress: null}],
    ["the SDK's form", {replication_key: 'udate', replication_key_value: MARCH, progress_markers: {}}],
  ])('is nothing in %s', (_form, entry) => {
    expect(memoryWith(entry)).toEqual({proofs: {}, complaints: []});
  });

  test('is nothing for a name that every object has', () => {
    expect(memoryOf({bookmarks: {}}, 'constructor')).toEqual({proofs: {}, complaints: []});
  });

  test('holds instants in one spelling', () => {
    const memory = memoryWith({
      whole_read: {at: '2026-03-01T09:00:00-06:00', rows: 0},
      proofs: {a: {obeyed: true, at: '2026-03-01T15:00:00Z'}},
      progress: {...writtenProgress, highest: '2026-03-01 15:00:00Z', began_at: '2026-03-01T15:00:00+00:00'},
    });
    expect(memory.wholeRead).toEqual({at: MARCH, rows: 0});
    expect(memory.proofs).toEqual({a: {obeyed: true, at: MARCH}});
    expect(memory.progress).toEqual({...progress, highest: MARCH});
  });

  test('may have lost the list around it', () => {
    expect(memoryWith({progress: writtenProgress, doubt})).toMatchObject({progress, doubt, complaints: []});
  });

  test('may lack what is null, since some runners drop it', () => {
    const {highest: _, version: __, ...written} = writtenProgress;
    expect(memoryWith({progress: written}).progress).toEqual({...progress, highest: null, version: null});
  });
});

describe('what is not understood is left aside and told', () => {
  const begins = "the checkpoint of contacts is not one of this tap's; the stream begins again";
  const unread = "the last whole read of contacts is not one of this tap's; it counts as never read whole";
  const undoubted = "the doubtful read of contacts is not one of this tap's; it is forgotten";
  const unversioned = "the version of contacts is not one of this tap's; the next one is made from the clock";
  const unasked = 'since when the parents of contacts are to be asked is no date-time; it counts as never read';
  const unproven = (count: number) => `${count} of the proofs of contacts are not this tap's; they are made anew`;

  test.each<[unknown, string]>([
    [{progress: 7}, begins],
    [{progress: ''}, begins],
    [{progress: false}, begins],
    [{progress: {}}, begins],
    [{progress: []}, begins],
    [{progress: [null]}, begins],
    [{progress: [writtenProgress, writtenProgress]}, begins],
    [{progress: {page: 7}}, begins],
    [{progress: {...writtenProgress, selection: 1}}, begins],
    [{progress: {...writtenProgress, began_at: 'yesterday'}}, begins],
    [{progress: {...writtenProgress, began_at: null}}, begins],
    [{progress: {...writtenProgress, saved_at: 1_790_000_000}}, begins],
    [{progress: {...writtenProgress, highest: 'x'}}, begins],
    [{progress: {...writtenProgress, zoneless: 'true'}}, begins],
    [{progress: {...writtenProgress, left_out: -1}}, begins],
    [{progress: {...writtenProgress, left_out: null}}, begins],
    [{progress: {...writtenProgress, version: 1.5}}, begins],
    [{progress: {...writtenProgress, at: null}}, begins],
    [{progress: {...writtenProgress, at: 'offsets'}}, begins],
    [{progress: {...writtenProgress, at: {seen: 300}}}, begins],
    [{whole_read: MARCH}, unread],
    [{whole_read: [wholeRead]}, unread],
    [{whole_read: {at: MARCH}}, unread],
    [{whole_read: {at: MARCH, rows: -1}}, unread],
    [{whole_read: {at: MARCH, rows: '730'}}, unread],
    [{whole_read: {at: '2026-03-01T15:00:00', rows: 730}}, unread],
    [{doubt: true}, undoubted],
    [{doubt: {rows: 3}}, undoubted],
    [{version: '12'}, unversioned],
    [{version: 0}, unversioned],
    [{version: -1}, unversioned],
    [{version: 1.5}, unversioned],
    [{version: Number.MAX_SAFE_INTEGER}, unversioned],
    [{parents_since: 'yesterday'}, unasked],
    [{parents_since: 7}, unasked],
    [{parents_since: [MARCH]}, unasked],
    [{proofs: []}, unproven(1)],
    [{proofs: true}, unproven(1)],
    [{proofs: {a: true, b: {obeyed: 'yes', at: MARCH}, c: {obeyed: true, at: 0}, d: null}}, unproven(3)],
  ])('%j', (entry, complaint) => {
    expect(memoryWith(entry)).toEqual({proofs: {}, complaints: [complaint]});
  });

  test('and the rest is kept', () => {
    const entry = {whole_read: wholeRead, doubt: 'much', proofs: {...proofs, other: {}}, version: 12, progress: []};
    expect(memoryWith(entry)).toEqual({
      wholeRead,
      proofs,
      version: 12,
      complaints: [undoubted, unproven(1), begins],
    });
  });

  test('whatever JSON stands there', () => {
    const keys = fc.constantFrom('whole_read', 'doubt', 'proofs', 'version', 'filters', 'progress');
    const near = fc
      .constantFrom(...Object.keys(writtenProgress))
      .chain(key => fc.jsonValue().map(value => ({...writtenProgress, [key]: value})));
    const value = fc.oneof(
      fc.jsonValue(),
      near,
      fc.record({at: fc.oneof(fc.constant(MARCH), fc.jsonValue()), rows: fc.jsonValue(), obeyed: fc.jsonValue()}),
      fc.dictionary(fc.string(), fc.record({at: fc.constant(MARCH), obeyed: fc.jsonValue()})),
    );
    const entry = fc.oneof(fc.jsonValue(), fc.dictionary(keys, value));
    fc.assert(
      fc.property(entry, written => {
        const {complaints, ...memory} = memoryWith(written);
        const understood = markFinished(stateWith({}), 'contacts', {...memory, syncedAt: MARCH});
        const again = memoryOf(
          memory.progress ? setProgress(understood, 'contacts', memory.progress) : understood,
          'contacts',
        );
        const version = Math.max(memory.version ?? 0, memory.progress?.version ?? 0);
        expect(again).toEqual({...memory, ...(version > 0 && {version}), complaints: []});
        expect(complaints.length).toBeLessThanOrEqual(5);
      }),
      {seed: 5, numRuns: 2_000},
    );
  });
});

describe('the progress of a read', () => {
  test('is written in the form of the wire, beside what stands there', () => {
    expect(setProgress(stateWith({udate: JANUARY, whole_read: wholeRead}), 'contacts', progress)).toEqual(
      stateWith({udate: JANUARY, whole_read: wholeRead, version: progress.version, progress: [writtenProgress]}),
    );
  });

  test.each([JANUARY, {udate: JANUARY}, {replication_key: 'udate', replication_key_value: JANUARY}])(
    'leaves the bookmark %j where it is',
    entry => {
      const stream = {tapStreamId: 'contacts', replicationKey: 'udate', validReplicationKeys: ['udate']};
      expect(getBookmark(setProgress(stateWith(entry), 'contacts', progress), stream)).toBe(JANUARY);
      expect(getBookmark(setProofs(stateWith(entry), 'contacts', proofs), stream)).toBe(JANUARY);
    },
  );

  test('makes its version the highest that was used, and never lowers it', () => {
    const versions = [1_780_000_000_000, 1_800_000_000_000, 'x'].map(
      version => memoryOf(setProgress(stateWith({version}), 'contacts', progress), 'contacts').version,
    );
    expect(versions).toEqual([1_790_000_000_000, 1_800_000_000_000, 1_790_000_000_000]);
    expect(memoryOf(setProgress(stateWith({}), 'contacts', {...progress, version: null}), 'contacts').version).toBe(
      undefined,
    );
  });
});

test('proofs replace older ones of the same parameter, and those that are no proofs', () => {
  const newer = {'orders[tstamp]': {obeyed: false, at: APRIL}};
  const state = stateWith({proofs: {...proofs, broken: 7}});
  expect(setProofs(state, 'contacts', newer)).toEqual(stateWith({proofs: {...proofs, ...newer}}));
});

describe('a stream that was read to its end', () => {
  const finish = {syncedAt: APRIL};

  test('mentions nothing that never was', () => {
    expect(markFinished(stateWith(null), 'tags', finish)).toEqual({
      bookmarks: {contacts: null, tags: {synced_at: APRIL}},
    });
  });

  test('writes null over its progress', () => {
    const state = setProgress(stateWith({}), 'contacts', {...progress, version: null});
    expect(markFinished(state, 'contacts', finish)).toEqual(stateWith({progress: null, synced_at: APRIL}));
    expect(markFinished(stateWith({progress: null}), 'contacts', finish)).toEqual(
      stateWith({progress: null, synced_at: APRIL}),
    );
    expect(markFinished(stateWith({progress: {page: 7}}), 'contacts', finish)).toEqual(
      stateWith({progress: null, synced_at: APRIL}),
    );
  });

  test('remembers what it is told', () => {
    const state = markFinished(stateWith({}), 'contacts', {...finish, wholeRead, doubt, proofs, version: 12});
    expect(state).toEqual(stateWith({whole_read: wholeRead, doubt: [doubt], proofs, version: 12, synced_at: APRIL}));
  });

  test('keeps what it is not told', () => {
    const entry = {whole_read: wholeRead, doubt, proofs, version: 12};
    expect(markFinished(stateWith(entry), 'contacts', finish)).toEqual(stateWith({...entry, synced_at: APRIL}));
  });

  test('ends a doubt by a whole read without one', () => {
    const later = {at: APRIL, rows: 2};
    const state = stateWith({whole_read: wholeRead, doubt});
    expect(memoryOf(markFinished(state, 'contacts', {...finish, wholeRead: later}), 'contacts')).toEqual({
      wholeRead: later,
      proofs: {},
      complaints: [],
    });
    expect(memoryOf(markFinished(state, 'contacts', {...finish, doubt: later}), 'contacts')).toMatchObject({
      wholeRead,
      doubt: later,
    });
  });

  test('remembers by which filters it was narrowed, and that it no longer is', () => {
    const state = markFinished(stateWith({}), 'contacts', {...finish, filters: '0badcafe'});
    expect(state).toEqual(stateWith({filters: '0badcafe', synced_at: APRIL}));
    expect(markFinished(state, 'contacts', {...finish, filters: null})).toEqual(
      stateWith({filters: null, synced_at: APRIL}),
    );
    expect(markFinished(stateWith({}), 'contacts', {...finish, filters: null})).toEqual(stateWith({synced_at: APRIL}));
  });

  test('keeps nothing of its rows and bookmarks where it was started over, but what is known of its server', () => {
    const remembered = {rows: 730, doubt: [doubt], sure_until: JANUARY, parents_since: JANUARY};
    const sdk = {replication_key: 'udate', replication_key_value: JANUARY};
    const kept = {proofs, version: 12, other: 'x'};
    const entry = {...remembered, ...sdk, ...kept, udate: MARCH, updated_timestamp: MARCH, whole_read: wholeRead};
    const startedOver = ['udate', 'updated_timestamp'];
    const later = {at: APRIL, rows: 2};
    const over = {
      ...{rows: null, doubt: null, sure_until: null, parents_since: null},
      ...{replication_key: null, replication_key_value: null, updated_timestamp: null},
    };
    const told = {...finish, replicationKey: 'udate', wholeRead: later, filters: '0badcafe', startedOver};
    const ended = {...kept, ...over, whole_read: later, filters: '0badcafe', synced_at: APRIL};
    expect(markFinished(stateWith(entry), 'contacts', {...told, bookmark: APRIL})).toEqual(
      stateWith({...ended, udate: APRIL}),
    );
    // Where no row came there is no bookmark: that of the rows before would leave out what is to come.
    const empty = markFinished(stateWith(entry), 'contacts', told);
    expect(empty).toEqual(stateWith({...ended, udate: null}));
    const stream = {tapStreamId: 'contacts', replicationKey: 'udate', validReplicationKeys: startedOver};
    expect(getBookmark(empty, stream)).toBeUndefined();
    expect(getBookmark(markFinished(stateWith(MARCH), 'contacts', told), stream)).toBeUndefined();
  });

  test('never lowers its version', () => {
    expect(markFinished(stateWith({version: 12}), 'contacts', {...finish, version: 11})).toEqual(
      stateWith({version: 12, synced_at: APRIL}),
    );
  });
});

const instant = fc
  .date({min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true})
  .map(date => `${date.toISOString().slice(0, 23)}000Z`);
const count = fc.nat();
const anyWholeRead = fc.record({at: instant, rows: count});
const anyProofs: fc.Arbitrary<Record<string, Proof>> = fc.dictionary(
  fc.constantFrom('orders[tstamp]', 'orders[id]', 'filters[updated_after]'),
  fc.record({obeyed: fc.boolean(), at: instant}),
);
const anyProgress: fc.Arbitrary<StreamProgress> = fc.record({
  selection: fc.string(),
  beganAt: instant,
  savedAt: instant,
  highest: fc.option(instant),
  isZoneless: fc.boolean(),
  leftOut: count,
  version: fc.option(fc.integer({min: 1, max: 2 ** 52})),
  at: fc
    .tuple(fc.dictionary(fc.constantFrom('seen', 'total', 'first', 'last', 'ranges'), fc.jsonValue()), fc.string())
    .map(([more, way]) => ({...more, way})),
});

test('what is written is what is read, and the bookmark stays', () => {
  const before = fc.oneof(
    fc.constant(undefined),
    instant,
    fc.record({udate: instant}),
    fc.record({replication_key_value: instant}),
  );
  fc.assert(
    fc.property(before, anyProgress, anyProofs, (entry, written, known) => {
      const stream = {tapStreamId: 'contacts', replicationKey: 'udate', validReplicationKeys: ['udate']};
      const state = stateWith(entry);
      const after = setProofs(setProgress(state, 'contacts', written), 'contacts', known);
      const again = parseState(JSON.parse(JSON.stringify(after)), 'state.json').state;
      const {progress: read, proofs: readProofs, complaints} = memoryOf(again, 'contacts');
      expect(read).toEqual(JSON.parse(JSON.stringify(written)));
      expect(readProofs).toEqual(known);
      expect(complaints).toEqual([]);
      expect(getBookmark(again, stream)).toBe(getBookmark(state, stream));
    }),
    {seed: 7, numRuns: 500},
  );
});

// As Meltano merges states (core/utils, merge), its errors included.
function mergeInto(merged: Record<string, unknown>, later: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(later)) {
    if (isObject(value)) {
      if (!Object.hasOwn(merged, key)) merged[key] = {};
      const node = merged[key];
      if (!isObject(node)) throw new TypeError(`${key} is no object and cannot be merged with one`);
      mergeInto(node, value);
    } else merged[key] = value;
  }
}

test('a runner that merges states, one upon the other, brings back nothing that is over and mixes nothing', () => {
  type Step = (state: State) => State;
  const finish = fc.record(
    {
      ...{wholeRead: anyWholeRead, doubt: anyWholeRead, proofs: anyProofs, version: fc.integer({min: 1, max: 2 ** 52})},
      ...{rows: count, filters: fc.option(fc.string()), startedOver: fc.constant(['udate'])},
    },
    {requiredKeys: []},
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    anyProgress.map(
      (progress): Step =>
        state =>
          setProgress(state, 'contacts', progress),
    ),
    anyProofs.map(
      (proofs): Step =>
        state =>
          setProofs(state, 'contacts', proofs),
    ),
    fc.tuple(finish, instant).map(
      ([memory, at]): Step =>
        state =>
          markFinished(state, 'contacts', {...memory, replicationKey: 'udate', bookmark: at, syncedAt: at}),
    ),
  );
  fc.assert(
    fc.property(fc.array(step, {maxLength: 8}), steps => {
      const merged: Record<string, unknown> = {};
      let state = stateWith({});
      for (const take of steps) {
        state = take(state);
        mergeInto(merged, JSON.parse(JSON.stringify(state)));
        expect(memoryOf(parseState(merged, 'state.json').state, 'contacts')).toEqual(
          memoryOf(JSON.parse(JSON.stringify(state)), 'contacts'),
        );
      }
    }),
    {seed: 9, numRuns: 500},
  );
});
