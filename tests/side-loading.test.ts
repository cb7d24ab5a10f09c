// What a run knows of rows that come along with their parents, and what it may trust behind a read of that kind.

import {describe, expect, test} from '@jest/globals';
import {conclude} from '../src/conclusion.js';
import {createProgress, type Progress} from '../src/reading/list.js';
import {type SelectedStream, selectStreams} from '../src/selection.js';
import {sideLoadingOf} from '../src/side-loading.js';
import {markFinished} from '../src/state.js';
import {createCourse} from '../src/stream-course.js';
import {memoryOf} from '../src/stream-memory.js';
import {type PlanSettings, planStream, toRead} from '../src/stream-plan.js';
import {findStream, streams} from '../src/streams.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const SURE = '2026-07-20T00:00:00.000000Z';
const BOOKMARK = '2026-07-30T00:00:00.000000Z';
const HIGHEST = '2026-07-31T00:00:00.000000Z';

function selected(select: string): SelectedStream {
  const [stream] = selectStreams({select}).streams;
  if (!stream) throw new Error(`there is no stream ${select}`);
  return stream;
}

function plan(entry: Readonly<Record<string, unknown>>, settings: Partial<PlanSettings> = {}) {
  return planStream(
    selected('contact_tags'),
    {bookmarks: {contact_tags: entry}},
    {...USUAL_SETTINGS, ...settings},
    NOW,
  );
}

const unsure = {updated_timestamp: BOOKMARK, sure_until: SURE};

describe('rows that come along', () => {
  const sideLoaded = streams.flatMap(({tapStreamId, sideLoaded: source}) => (source ? [{tapStreamId, source}] : []));

  test('are those of four streams', () =>
    expect(sideLoaded.map(({tapStreamId, source}) => [tapStreamId, source.tapStreamId, source.include])).toEqual([
      ['contact_custom_field_values', 'contacts', 'fieldValues'],
      ['contact_lists', 'contacts', 'contactLists'],
      ['contact_tags', 'contacts', 'contactTags'],
      ['deal_custom_field_values', 'deals', 'dealCustomFieldData'],
    ]));

  test.each(sideLoaded)('$tapStreamId: have parents with a filter by the time of change', ({tapStreamId, source}) => {
    const loading = sideLoadingOf(selected(tapStreamId), 'UTC');
    expect(loading?.parent).toBe(findStream(source.tapStreamId));
    expect(loading?.parentReplication.key).toBe(loading?.parent.changedSince?.replicationKey);
  });

  test('are compared by all their fields, and their parents by true time', () => {
    const tags = sideLoadingOf(selected('contact_tags'), 'Europe/Berlin');
    const values = sideLoadingOf(selected('deal_custom_field_values'), 'Europe/Berlin');
    const row = {id: '7', contact: '3', tag: 5, updated_timestamp: '2026-05-28 10:00:00', links: {}};
    expect(tags?.recordOf(row)).toMatchObject({id: 7, contact: 3, tag: 5, cdate: null});
    expect(tags?.recordOf(row)).toMatchObject({updated_timestamp: '2026-05-28T08:00:00.000000Z'});
    expect(values?.recordOf({updated_timestamp: '2026-05-28 10:00:00'})).toMatchObject({
      updated_timestamp: '2026-05-28T10:00:00.000000Z',
    });
    const contact = {udate: '2026-05-28T03:00:00-05:00', cdate: '0000-00-00 00:00:00'};
    expect(tags?.parentReplication.valueOf(contact)).toBe('2026-05-28T08:00:00.000000Z');
    expect(tags?.parentCreatedAt(contact)).toBeNull();
  });

  test('are none where they have a list of their own only', () =>
    expect(sideLoadingOf(selected('tags'), 'UTC')).toBeUndefined());

  test.each<[string, Partial<PlanSettings>, boolean]>([
    ['only what is new is wanted', {}, true],
    ['--full-refresh asks for all', {isFullRefresh: () => true}, false],
    ['full_refresh_days asks for all', {fullRefreshDays: () => 3}, false],
  ])('are wanted or not where %s', (_, settings, isWanted) =>
    expect(toRead(plan(unsure, settings), () => undefined).sideLoading?.isWanted).toBe(isWanted),
  );
});

describe('behind a read through the parents', () => {
  const account = {beganAt: '2026-08-01T11:59:00.000000Z', highest: HIGHEST, isZoneless: false, leftOut: 0};
  const after = (entry: Readonly<Record<string, unknown>>, progress: Partial<Progress>) => {
    const read = plan(entry);
    const {bookmark, sureUntil} = conclude(
      read,
      {...createProgress(), verdict: 'verified', ...progress},
      {...account, version: undefined},
    );
    const state = {bookmarks: {contact_tags: entry}};
    const finish = {replicationKey: 'updated_timestamp', bookmark, syncedAt: HIGHEST, sureUntil};
    return markFinished(state, 'contact_tags', finish).bookmarks['contact_tags'];
  };

  test.each<[string, Readonly<Record<string, unknown>>, Partial<Progress>, unknown]>([
    ['the bookmark of before is sure', {updated_timestamp: BOOKMARK}, {isSideLoaded: true}, BOOKMARK],
    ['the one of before that stays so', unsure, {isSideLoaded: true}, SURE],
    ['it stays so behind a read by the filter or order of the list itself', unsure, {}, SURE],
    ['a whole read makes all sure', unsure, {isWhole: true}, null],
    ['nothing is said of what always was', {updated_timestamp: BOOKMARK}, {isWhole: true}, undefined],
  ])('%s', (_, entry, progress, expected) => {
    const written = after(entry, progress);
    expect(written).toMatchObject({updated_timestamp: HIGHEST});
    expect((written as Record<string, unknown>)['sure_until']).toBe(expected);
  });

  test.each<[string, Readonly<Record<string, unknown>>, Partial<PlanSettings>, string | undefined]>([
    ['from where it is sure', unsure, {}, SURE],
    ['from before that, by the lookback', unsure, {lookbackSeconds: () => 60}, '2026-07-19T23:59:00.000000Z'],
    ['from its bookmark, where that is sure', {updated_timestamp: BOOKMARK}, {}, BOOKMARK],
    ['from its bookmark, where that lies before', {updated_timestamp: SURE, sure_until: BOOKMARK}, {}, SURE],
    ['from its start, where all is wanted', unsure, {isFullRefresh: () => true}, undefined],
  ])('a whole read writes %s', (_, entry, settings, expected) =>
    expect(plan(entry, settings).sinceOfWhole).toBe(expected),
  );

  // What comes by a shortcut that is given up behind it does not come again with the whole list.
  test.each([
    ['are written', {isWhole: true}, [1, 2]],
    ['are written by a shortcut through the list itself', {isWhole: false}, [1, 2]],
    ['are not written when they come with their parents', {isSideLoaded: true}, [2]],
  ])('rows between the two %s', (_, progress, expected) => {
    const course = createCourse(plan(unsure), {...createProgress(), ...progress}, () => NOW);
    const days = ['19', '25', '31'].map((day, id) => ({id, updated_timestamp: `2026-07-${day} 00:00:00`}));
    expect(days.flatMap(row => course.take(row)?.['id'] ?? [])).toEqual(expected);
  });

  test('a date that is none is told of', () => {
    const memory = memoryOf({bookmarks: {contact_tags: {...unsure, sure_until: 'yesterday'}}}, 'contact_tags');
    expect(memory.sureUntil).toBeUndefined();
    expect(memory.complaints).toHaveLength(1);
  });
});
