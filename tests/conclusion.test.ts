// What a read that has ended means for the next run and for targets.

import {describe, expect, test} from '@jest/globals';
import {type Conclusion, conclude} from '../src/conclusion.js';
import {createProgress, type Progress} from '../src/reading/list.js';
import {selectStreams} from '../src/selection.js';
import type {Account} from '../src/stream-course.js';
import {finishMemory, memoryOf} from '../src/stream-memory.js';
import {type PlanSettings, planStream} from '../src/stream-plan.js';
import {USUAL_SETTINGS} from './support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BEGAN = '2026-08-01T11:59:00.000000Z';
const BOOKMARK = '2026-07-30T00:00:00.000000Z';
const HIGHEST = '2026-07-31T00:00:00.000000Z';
const BEFORE = {at: '2026-07-29T00:00:00.000000Z', rows: 100};

type Read = {
  readonly stream?: string;
  readonly entry?: unknown;
  readonly settings?: Partial<PlanSettings>;
  readonly progress?: Partial<Progress>;
  readonly account?: Partial<Account>;
};

/** Concludes from a read of contacts, which saw 100 rows and was verified unless something else is said. */
function concluded({stream: name = 'contacts', entry, settings, progress, account}: Read): Conclusion {
  const [stream] = selectStreams({select: name}).streams;
  if (!stream) throw new Error(`there is no stream ${name}`);
  const plan = planStream(stream, {bookmarks: {[name]: entry}}, {...USUAL_SETTINGS, ...settings}, NOW);
  return conclude(
    plan,
    {...createProgress(), seen: 100, isWhole: true, verdict: 'verified', ...progress},
    {beganAt: BEGAN, highest: HIGHEST, isZoneless: false, leftOut: 0, version: plan.version, ...account},
  );
}

const known = {udate: BOOKMARK, whole_read: BEFORE};
const weekly = {fullRefreshDays: () => 2};
const refreshed = {isFullRefresh: () => true};
const versioned = {emitActivateVersion: true};

describe('the verdict', () => {
  const parents = (verdict: Progress['verdict']) => ({...createProgress(), isWhole: true, verdict});

  test.each<[Conclusion['verdict'], string, Partial<Progress>]>([
    ['verified', 'of the list', {}],
    ['moving', 'of the list', {verdict: 'moving'}],
    ['unverified', 'where there is none', {verdict: undefined}],
    ['verified', 'of what is new in the list', {isWhole: false}],
    ['moving', 'of the parents, where it is the worse one', {parents: parents('moving')}],
    ['unverified', 'of the list, where it is the worse one', {verdict: 'unverified', parents: parents('moving')}],
    ['verified', 'of both', {parents: parents('verified')}],
  ])('is %s: that %s', (verdict, _, progress) => expect(concluded({progress}).verdict).toBe(verdict));
});

describe('the last whole read', () => {
  const partial = {isWhole: false};

  test.each<[string, Read, Conclusion['wholeRead']]>([
    ['is the one that has ended', {}, {at: BEGAN, rows: 100}],
    [
      'is the one that has ended, also where it saw less',
      {entry: known, settings: weekly, progress: {seen: 60}},
      {at: BEGAN, rows: 60},
    ],
    [
      'keeps its rows where the next one may have missed some',
      {entry: known, settings: weekly, progress: {seen: 60, verdict: 'unverified'}},
      {at: BEGAN, rows: 100},
    ],
    [
      'has more rows where the next one saw more, verified or not',
      {entry: known, settings: weekly, progress: {seen: 160, verdict: 'moving'}},
      {at: BEGAN, rows: 160},
    ],
    ['stays where only changes were read', {entry: known, progress: partial}, undefined],
    [
      'keeps its instant where all rows were seen and the old ones not written',
      {entry: known, progress: {seen: 120}},
      {at: BEFORE.at, rows: 120},
    ],
    ['is none where all rows were seen and the old ones never written', {entry: {udate: BOOKMARK}}, undefined],
    [
      'is the one from start_date on, though the server has left out what is older',
      {settings: {startDate: BOOKMARK}, progress: partial},
      {at: BEGAN, rows: 0},
    ],
    [
      'stays where the next one is in doubt, so that it is repeated',
      {entry: known, settings: weekly, progress: {seen: 40}},
      undefined,
    ],
  ])('%s', (_, read, expected) => expect(concluded(read).wholeRead).toEqual(expected));
});

describe('parents are asked next from', () => {
  test.each<[string, Read, string | undefined]>([
    ['the beginning of the read', {stream: 'contact_goals'}, BEGAN],
    [
      'the beginning of the read, where it was one below changed ones',
      {stream: 'contact_goals', entry: {parents_since: BOOKMARK}, progress: {isWhole: false}},
      BEGAN,
    ],
    ['the beginning of the read, of a stream without a replication key', {stream: 'contact_organizations'}, BEGAN],
    ['nowhere, where all of them are asked every time', {stream: 'sms_broadcast_recipients'}, undefined],
    ['nowhere, where there are none', {}, undefined],
  ])('%s', (_, read, expected) => expect(concluded(read).parentsSince).toBe(expected));

  test('there also where the state is written and read again', () => {
    const {parentsSince} = concluded({stream: 'contact_goals'});
    const entry = finishMemory({}, {parentsSince});
    const state = {bookmarks: {contact_goals: JSON.parse(JSON.stringify(entry))}};
    expect(memoryOf(state, 'contact_goals').parentsSince).toBe(BEGAN);
  });
});

describe('a sudden loss', () => {
  const doubt = {at: '2026-07-31T00:00:00.000000Z', rows: 40};
  const lost = {seen: 40};

  test('is warned of and remembered, whether there are versions or not', () => {
    for (const emitActivateVersion of [false, true]) {
      const {doubt, warning, activated} = concluded({
        entry: known,
        settings: {...weekly, emitActivateVersion},
        progress: lost,
      });
      expect({doubt, activated}).toEqual({doubt: {at: BEGAN, rows: 40}, activated: undefined});
      expect(warning).toMatch(/^only 40 rows came where the last whole read had 100/);
    }
  });

  test('is believed when a second run sees it', () =>
    expect(
      concluded({entry: {...known, doubt: [doubt]}, settings: {...weekly, ...versioned}, progress: lost}),
    ).toMatchObject({doubt: null, warning: undefined, activated: NOW, wholeRead: {at: BEGAN, rows: 40}}));

  test('stays in doubt while nothing whole is read', () =>
    expect(concluded({entry: {...known, doubt: [doubt]}, progress: {isWhole: false}}).doubt).toEqual(doubt));

  test('is over when the rows are back', () =>
    expect(concluded({entry: {...known, doubt: [doubt]}, settings: weekly}).doubt).toBeNull());

  test('is over when the rows are back, also where no whole read was known', () => {
    const entry = {udate: BOOKMARK, doubt: [{...doubt, rows: 0}]};
    const {doubt: remaining, wholeRead} = concluded({entry, settings: versioned});
    expect({remaining, wholeRead}).toEqual({remaining: null, wholeRead: undefined});
    expect(finishMemory(entry, {doubt: remaining, wholeRead})).toMatchObject({doubt: null});
  });

  test('is none where old rows were seen and not written', () =>
    expect(concluded({entry: known, account: {leftOut: 95}}).warning).toBeUndefined());
});

describe('the bookmark', () => {
  test.each<[string, Read, string | undefined]>([
    ['is the highest key', {entry: known}, HIGHEST],
    ['is not later than the beginning of the read', {account: {highest: '2026-08-01T12:30:00.000000Z'}}, BEGAN],
    ['does not fall in a whole re-read', {entry: {udate: BEGAN}, settings: weekly}, BEGAN],
    ['falls with --full-refresh', {entry: {udate: BEGAN}, settings: refreshed}, HIGHEST],
    ['moves with a version that is activated', {entry: known, settings: {...refreshed, ...versioned}}, HIGHEST],
  ])('%s', (_, read, expected) => expect(concluded(read).bookmark).toBe(expected));

  // Records of a version that is not activated stay hidden in some targets.
  test.each<[string, unknown, string | undefined]>([
    ['stays', known, BOOKMARK],
    ['is none where there was none', undefined, undefined],
    ['falls where it lay ahead', {udate: '2199-01-01T00:00:00.000000Z'}, HIGHEST],
  ])('%s behind a version that is not activated', (_, entry, expected) => {
    const settings = {...refreshed, ...versioned};
    expect(concluded({entry, settings, progress: {verdict: 'moving'}}).bookmark).toBe(expected);
  });
});

describe('a read under other filters than before', () => {
  const settings = {filters: () => ({listid: '3'})};

  test('has nothing to be measured by: less than half of the rows are no loss, nor are none', () => {
    for (const seen of [0, 40]) {
      expect(concluded({entry: known, settings, progress: {seen}})).toMatchObject({
        wholeRead: {at: BEGAN, rows: seen},
        doubt: null,
        warning: undefined,
      });
    }
  });

  test('moves no bookmark where no row came, since that of the former filters means nothing', () =>
    expect(concluded({entry: known, settings, account: {highest: undefined}}).bookmark).toBeUndefined());

  test('may say what is gone, and begins again without a version where it may not', () => {
    const both = {...settings, ...versioned};
    expect(concluded({entry: known, settings: both})).toMatchObject({activated: NOW, bookmark: HIGHEST});
    expect(concluded({entry: known, settings: both, progress: {verdict: 'moving'}})).toMatchObject({
      activated: undefined,
      bookmark: undefined,
    });
  });
});
