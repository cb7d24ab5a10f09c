// The messages of one stream, from pages that are handed in.

import {describe, expect, test} from '@jest/globals';
import type {Conclusion} from '../src/conclusion.js';
import {fromMillis} from '../src/dates.js';
import {ApiError} from '../src/errors.js';
import {createLogger} from '../src/logger.js';
import type {Message} from '../src/message-types.js';
import {stateBehind} from '../src/outcome.js';
import type {Checkpoint} from '../src/reading/checkpoint.js';
import {createProgress, type Page, type Progress} from '../src/reading/list.js';
import {selectStreams} from '../src/selection.js';
import type {State} from '../src/state.js';
import {createCourse} from '../src/stream-course.js';
import {memoryOf} from '../src/stream-memory.js';
import {streamMessages} from '../src/stream-messages.js';
import {type PlanSettings, planStream, toRead} from '../src/stream-plan.js';
import type {WireRow} from '../src/wire.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BEGAN = NOW - 5_000;

/** What a reading hands on: rows, milliseconds since the page before, and where it stands behind them. */
type FakePage = {
  readonly rows: readonly WireRow[];
  readonly ms?: number;
  readonly checkpoint?: (() => Checkpoint | undefined) | undefined;
};

type Run = {
  readonly stream?: string;
  readonly entry?: unknown;
  readonly settings?: Partial<PlanSettings>;
  readonly pages: readonly FakePage[];
  /** What the reading tells when it has ended. */
  readonly end?: Partial<Progress>;
  /** What it tells from the first page on. */
  readonly begin?: Partial<Progress>;
  /** Thrown behind the last page. */
  readonly error?: Error;
};

type Ran = {
  readonly messages: readonly Message[];
  readonly conclusion: Conclusion | undefined;
  readonly error: unknown;
  /** The state that is left when the reading has ended or failed. */
  readonly state: State;
  readonly log: string;
  /** The numbers of the pages that were asked for a checkpoint. */
  readonly asked: readonly number[];
};

/** Writes a stream from pages, as the engine does. */
async function write({stream: select = 'contacts', entry, settings, pages, begin, end, error}: Run): Promise<Ran> {
  const [stream] = selectStreams({select}).streams;
  if (!stream) throw new Error(`there is no stream ${select}`);
  const {tapStreamId, path} = stream.definition;
  const state: State = {bookmarks: entry === undefined ? {} : {[tapStreamId]: entry}};
  const plan = planStream(stream, state, {...USUAL_SETTINGS, ...settings}, NOW);
  const progress = createProgress();
  const asked: number[] = [];
  let now = 0;

  async function* read(): AsyncGenerator<Page> {
    Object.assign(progress, {begunAt: BEGAN}, begin);
    let released = 0;
    for (const [index, {rows, ms = 1, checkpoint}] of pages.entries()) {
      now += ms;
      progress.seen += rows.length;
      const ask = checkpoint && {
        checkpoint: () => {
          asked.push(index + 1);
          // What it says holds until the page behind it is released.
          if (released > index + 1) throw new Error(`page ${index + 1} was asked too late`);
          return checkpoint();
        },
      };
      const release = () => {
        released += 1;
      };
      yield {rows: {[path]: rows}, receivedAt: NOW, release, ...ask};
    }
    if (error) throw error;
    Object.assign(progress, {isWhole: true, verdict: 'verified', total: progress.seen}, end);
  }

  const lines: string[] = [];
  const log = createLogger({level: 'info', format: 'text', secrets: [], write: line => void lines.push(line)});
  const course = createCourse(plan, progress, () => NOW + now);
  const messages: Message[] = [];
  const generator = streamMessages({
    plan,
    reading: {pages: read(), progress},
    course,
    state,
    log,
    now: () => now,
    onRecords: () => undefined,
    bound: () => undefined,
  });
  let thrown: unknown;
  let conclusion: Conclusion | undefined;
  try {
    for (;;) {
      const next = await generator.next();
      if (next.done) {
        conclusion = next.value;
        break;
      }
      messages.push(...next.value);
    }
  } catch (error) {
    thrown = error;
  }
  const left = conclusion ? stateBehind({plan, progress, course, conclusion}, state) : course.save(state);
  return {messages, conclusion, error: thrown, state: left, log: lines.join(''), asked};
}

/** Contacts with ascending ids, changed one second after the other. */
function contacts(count: number, from = 1): WireRow[] {
  return Array.from({length: count}, (_, index) => ({
    id: String(from + index),
    udate: new Date(Date.parse('2026-07-01T00:00:00Z') + (from + index) * 1_000).toISOString(),
  }));
}

const at = (seen: number): Checkpoint => ({way: 'offsets', seen, total: 1_000});

/** Pages of contacts, each with a checkpoint. */
const pagesOf = (count: number, rows = 1, ms = 1): FakePage[] =>
  Array.from({length: count}, (_, index) => ({
    rows: contacts(rows, 1 + index * rows),
    ms,
    checkpoint: () => at((index + 1) * rows),
  }));

const typesOf = (messages: readonly Message[]) => messages.map(({type}) => type).join(' ');

const statesIn = (messages: readonly Message[], stream = 'contacts') =>
  messages.flatMap(message => (message.type === 'STATE' ? [memoryOf(message.value, stream)] : []));

const ACTIVATING = {settings: {emitActivateVersion: true}, stream: 'tags'};
const tags = (count: number): FakePage[] => [{rows: contacts(count).map(({id}) => ({id, tag: 'x'}))}];
const broken = new ApiError({path: 'contacts', status: 500, detail: 'it is broken'});

describe('a STATE inside a stream', () => {
  test('comes behind all records of its page', async () => {
    const {messages} = await write({pages: pagesOf(3, 2)});
    expect(typesOf(messages)).toBe('SCHEMA RECORD RECORD STATE RECORD RECORD STATE RECORD RECORD STATE');
  });

  test('comes behind each of the first ten pages, then behind 1,000 records', async () => {
    const {messages} = await write({pages: pagesOf(20, 100)});
    expect(statesIn(messages).map(({progress}) => progress?.at['seen'])).toEqual([
      100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, 2_000,
    ]);
  });

  test('comes before 10 seconds have passed where pages are slow', async () => {
    const {messages} = await write({pages: pagesOf(14, 1, 4_000)});
    expect(statesIn(messages).map(({progress}) => progress?.at['seen'])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14,
    ]);
  });

  test('says where the read stands, since when, and what it has seen; its bookmark stays', async () => {
    const entry = {udate: '2026-07-01T00:00:02.000000Z'};
    const proofs = {'orders[id]': {obeyed: true, at: '2026-08-01T11:59:00.000000Z'}};
    const {messages} = await write({entry, pages: pagesOf(1, 3, 20), begin: {proofs}});
    const [state] = messages.flatMap(message => (message.type === 'STATE' ? [message.value] : []));
    expect(state?.bookmarks['contacts']).toMatchObject(entry);
    expect(statesIn(messages)).toEqual([
      {
        complaints: [],
        proofs,
        progress: {
          selection: expect.stringMatching(/^[0-9a-f]{8}$/),
          beganAt: '2026-08-01T11:59:55.000000Z',
          savedAt: '2026-08-01T12:00:00.020000Z',
          highest: '2026-07-01T00:00:03.000000Z',
          isZoneless: false,
          leftOut: 1,
          version: null,
          at: at(3),
        },
      },
    ]);
  });

  test('tells the last place that is known where a page has none', async () => {
    const [first, second, third, fourth] = pagesOf(4);
    const pages = [first, second, third, fourth].flatMap((page, index) => {
      if (!page) return [];
      return [index === 1 ? {rows: page.rows} : index === 3 ? {...page, checkpoint: () => undefined} : page];
    });
    const {messages} = await write({pages});
    expect(statesIn(messages).map(({progress}) => progress?.at['seen'])).toEqual([1, 1, 3, 3]);
    const none = await write({pages: pages.map(({rows}) => ({rows}))});
    expect(statesIn(none.messages).map(({progress}) => progress)).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('asks only the pages that it follows where they stand', async () => {
    const {asked} = await write({pages: pagesOf(12)});
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('a read that breaks off', () => {
  test('leaves the place behind its last page, and its bookmark unmoved', async () => {
    const entry = {udate: '2026-07-01T00:00:01.000000Z'};
    const run = await write({entry, pages: pagesOf(13), error: broken});
    expect(run.error).toBe(broken);
    expect(run.conclusion).toBeUndefined();
    expect(memoryOf(run.state, 'contacts').progress?.at).toEqual(at(13));
    expect(run.state.bookmarks['contacts']).toMatchObject(entry);
    expect(run.asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13]);
  });

  test('asks no page twice, and none that is no longer the last', async () => {
    const twice = await write({pages: pagesOf(4), error: broken});
    expect(twice.asked).toEqual([1, 2, 3, 4]);
    const late = await write({pages: [...pagesOf(3), {rows: contacts(1, 4)}, {rows: contacts(1, 5)}], error: broken});
    expect(late.asked).toEqual([1, 2, 3]);
    expect(memoryOf(late.state, 'contacts').progress?.at).toEqual(at(3));
  });

  test('counts the records that were written, whatever stopped it', async () => {
    const {log} = await write({pages: pagesOf(3, 5), error: new Error('the run is over')});
    expect(log).toMatch(/METRIC: .*record_count.*15/);
  });

  test('before its first page writes nothing and leaves the state as it is', async () => {
    const entry = {udate: '2026-07-01T00:00:01.000000Z'};
    const {messages, state} = await write({entry, pages: [], error: broken});
    expect(messages).toEqual([]);
    expect(state).toEqual({bookmarks: {contacts: entry}});
  });

  test('keeps its version for the run that goes on with it', async () => {
    const {state} = await write({
      ...ACTIVATING,
      pages: tags(3).map(page => ({...page, checkpoint: () => at(3)})),
      error: broken,
    });
    expect(memoryOf(state, 'tags')).toMatchObject({version: NOW, progress: {version: NOW}});
  });
});

describe('a read that goes on', () => {
  /** The entry that an interrupted read of three contacts left, the third left out. */
  async function interrupted(stream = 'contacts', settings: Partial<PlanSettings> = {}): Promise<unknown> {
    const rows = [...contacts(2), {id: '', udate: '2026-07-02T00:00:00Z'}];
    const {state} = await write({stream, settings, pages: [{rows, checkpoint: () => at(3)}], error: broken});
    return state.bookmarks[stream];
  }

  const later = {begunAt: NOW + 3_600_000, isResumed: true};

  test('is as old as when it first began, which is where its bookmark ends', async () => {
    const entry = await interrupted();
    const late = {id: '9', udate: '2026-08-01T12:30:00Z'};
    const {conclusion, log} = await write({entry, pages: [{rows: [late]}], begin: later});
    expect(conclusion).toMatchObject({
      bookmark: '2026-08-01T11:59:55.000000Z',
      wholeRead: {at: fromMillis(BEGAN)},
    });
    expect(log).toContain('stream goes on where it was interrupted');
  });

  test('has the highest key of both runs', async () => {
    const {conclusion} = await write({entry: await interrupted(), pages: [{rows: contacts(1)}], begin: later});
    expect(conclusion?.bookmark).toBe('2026-07-01T00:00:02.000000Z');
  });

  test('remembers what was left out, so that nothing is taken for deleted', async () => {
    const settings = {emitActivateVersion: true};
    const entry = await interrupted('tags', settings);
    const {messages} = await write({stream: 'tags', settings, entry, pages: tags(1), begin: later});
    expect(typesOf(messages)).toBe('SCHEMA RECORD STATE');
  });

  test('keeps its version, and activates it in the end', async () => {
    const settings = {emitActivateVersion: true};
    const {state} = await write({
      ...ACTIVATING,
      pages: [{...tags(3)[0], rows: tags(3)[0]?.rows ?? [], checkpoint: () => at(3)}],
      error: broken,
    });
    const entry = {...Object(state.bookmarks['tags']), version: NOW + 5};
    const {messages} = await write({stream: 'tags', settings, entry, pages: tags(1), begin: later});
    expect(messages).toMatchObject([
      {type: 'SCHEMA'},
      {version: NOW},
      {type: 'STATE'},
      {type: 'ACTIVATE_VERSION', version: NOW},
    ]);
  });

  test('begins anew, under a new version, where the reading cannot use its checkpoint', async () => {
    const settings = {emitActivateVersion: true};
    const entry = {...Object(await interrupted('tags', settings)), version: NOW};
    const {messages} = await write({stream: 'tags', settings, entry, pages: tags(1), begin: {isResumed: false}});
    expect(messages.at(-1)).toEqual({type: 'ACTIVATE_VERSION', stream: 'tags', version: NOW + 1});
  });

  test('forgets where it stood once it has begun anew, and not before', async () => {
    const entry = await interrupted();
    const {messages} = await write({entry, pages: [{rows: contacts(1)}], begin: {isResumed: false}});
    const [state] = messages.flatMap(message => (message.type === 'STATE' ? [message.value] : []));
    expect(state?.bookmarks['contacts']).toEqual({progress: null});
    const {state: broken} = await write({entry, pages: [], error: new Error('the run is over')});
    expect(broken.bookmarks['contacts']).toEqual(entry);
  });

  test('tells in its first STATE where it stood, if it has no place of its own yet', async () => {
    const entry = await interrupted();
    const {messages} = await write({entry, pages: [{rows: contacts(1)}], begin: later});
    expect(statesIn(messages).map(({progress}) => progress?.at)).toEqual([at(3)]);
  });
});

describe('ACTIVATE_VERSION', () => {
  test('comes once, behind the last record, with the version of all records', async () => {
    const {messages} = await write({...ACTIVATING, pages: [...tags(2), ...tags(2)]});
    expect(messages.filter(({type}) => type !== 'STATE')).toMatchObject([
      {type: 'SCHEMA'},
      ...Array.from({length: 4}, () => ({type: 'RECORD', version: NOW})),
      {type: 'ACTIVATE_VERSION', stream: 'tags', version: NOW},
    ]);
  });

  test('comes for a list that is empty and always was', async () => {
    const {messages} = await write({...ACTIVATING, pages: []});
    expect(typesOf(messages)).toBe('SCHEMA ACTIVATE_VERSION');
  });

  test.each<[string, Partial<Run>]>([
    ['that was not wanted', {settings: {}}],
    ['that is not verified', {end: {verdict: 'unverified'}}],
    ['whose total moved', {end: {verdict: 'moving'}}],
    ['that was not told to be complete', {end: {verdict: undefined}}],
    ['that was not whole', {end: {isWhole: false}}],
    ['whose parents are not verified', {end: {parents: {...createProgress(), isWhole: true, verdict: 'moving'}}}],
    ['of which a row was left out', {pages: [...tags(2), {rows: [{tag: 'no key'}]}]}],
    ['that failed', {error: broken}],
    ['that lost most of its rows', {entry: {whole_read: {at: '2026-07-31T00:00:00Z', rows: 5}}}],
  ])('does not come behind a read %s', async (_, run) => {
    const {messages} = await write({...ACTIVATING, pages: tags(2), ...run});
    expect(typesOf(messages)).not.toContain('ACTIVATE_VERSION');
  });

  test('comes behind a read whose parents are verified as well', async () => {
    const parents: Progress = {...createProgress(), isWhole: true, verdict: 'verified'};
    const {messages} = await write({...ACTIVATING, pages: tags(2), end: {parents}});
    expect(typesOf(messages)).toMatch(/ACTIVATE_VERSION$/);
  });

  test('comes behind a loss that a second run has seen', async () => {
    const wholeRead = {at: '2026-07-30T00:00:00Z', rows: 5};
    const entry = {whole_read: wholeRead, doubt: [{at: '2026-07-31T00:00:00Z', rows: 2}]};
    const {messages} = await write({...ACTIVATING, entry, pages: tags(2)});
    expect(typesOf(messages)).toMatch(/ACTIVATE_VERSION$/);
  });

  test('comes behind a whole re-read of an incremental stream, in which all rows are written', async () => {
    const entry = {udate: '2026-07-31T00:00:00.000000Z', whole_read: {at: '2026-07-01T00:00:00Z', rows: 3}};
    const settings = {emitActivateVersion: true, fullRefreshDays: () => 7};
    const {messages, conclusion} = await write({entry, settings, pages: pagesOf(1, 3)});
    expect(typesOf(messages)).toBe('SCHEMA RECORD RECORD RECORD STATE ACTIVATE_VERSION');
    expect(conclusion?.bookmark).toBe(entry.udate);
  });
});

describe('the state behind a stream that was read to its end', () => {
  test('has its bookmark, what is known of it, and no place to go on from', async () => {
    const proofs = {'orders[id]': {obeyed: true, at: '2026-08-01T11:59:00.000000Z'}};
    const {state} = await write({pages: pagesOf(3), end: {proofs}});
    expect(state.bookmarks['contacts']).toEqual({
      udate: '2026-07-01T00:00:03.000000Z',
      synced_at: '2026-08-01T11:59:55.000000Z',
      whole_read: {at: '2026-08-01T11:59:55.000000Z', rows: 3},
      proofs,
      progress: null,
    });
  });

  test('mentions no place where none was told', async () => {
    const {state} = await write({pages: [{rows: contacts(3)}]});
    expect(state.bookmarks['contacts']).not.toHaveProperty('progress');
  });

  test('takes back the place of an interrupted read, though none was told since', async () => {
    const {state: before} = await write({pages: pagesOf(3), error: broken});
    const {state} = await write({entry: before.bookmarks['contacts'], pages: [], begin: {isResumed: true}});
    expect(state.bookmarks['contacts']).toHaveProperty('progress', null);
  });

  test('has the version of its records, activated or not', async () => {
    const {state} = await write({...ACTIVATING, pages: tags(3), end: {verdict: 'moving'}});
    expect(state.bookmarks['tags']).toMatchObject({version: NOW, whole_read: {rows: 3}});
  });
});

test('a stream without a page has its SCHEMA all the same', async () => {
  const {messages, conclusion} = await write({pages: []});
  expect(typesOf(messages)).toBe('SCHEMA');
  expect(conclusion?.bookmark).toBeUndefined();
});

test('the reading is told what the plan says, and who to tell of a checkpoint without use', async () => {
  const [stream] = selectStreams({select: 'tags'}).streams;
  if (!stream) throw new Error('there is no stream tags');
  const reasons: string[] = [];
  const read = toRead(planStream(stream, {bookmarks: {}}, USUAL_SETTINGS, NOW), reason => void reasons.push(reason));
  read.onIgnored?.('it is of another way');
  expect(read).toMatchObject({definition: stream.definition, since: undefined, replication: undefined});
  expect(reasons).toEqual(['it is of another way']);
});
