// What a run means to read of values, and what a read of them leaves behind.

import {describe, expect, test} from '@jest/globals';
import {type Conclusion, conclude} from '../../src/conclusion.js';
import type {FieldDefinition} from '../../src/custom-fields/field.js';
import {withCustomFields, withUnknownFields} from '../../src/custom-fields/stream.js';
import {createProgress, type Progress} from '../../src/reading/list.js';
import {selectStreams} from '../../src/selection.js';
import {finishMemory, memoryOf} from '../../src/stream-memory.js';
import {type PlanSettings, planStream, type StreamPlan, toRead} from '../../src/stream-plan.js';
import {findStream} from '../../src/streams.js';
import {USUAL_SETTINGS} from '../support/planned.js';

const NOW = Date.parse('2026-08-01T12:00:00Z');
const BOOKMARK = '2026-07-30T00:00:00.000000Z';
const VALUES_SINCE = '2026-07-31T10:00:00.000000Z';
const FIELDS_READ = '2026-08-01T11:58:00.500000Z';
const BEGAN = '2026-08-01T11:59:00.500000Z';

const text: FieldDefinition = {id: '1', title: '', tag: 'A', kind: 'text', options: [], currency: undefined};

function plan(
  entry: object,
  {select = 'contacts', fields = [text], settings = {}, state = {}}: Partial<Wish> = {},
): StreamPlan {
  const definition = findStream('contacts');
  if (!definition) throw new Error('there are no contacts');
  const offer = [withCustomFields(definition, {fields, readAt: FIELDS_READ}, [], 'columns')];
  const [stream] = selectStreams({select, offer}).streams;
  if (!stream) throw new Error('nothing is selected');
  return planStream(stream, {bookmarks: {contacts: entry, ...state}}, {...USUAL_SETTINGS, ...settings}, NOW);
}

type Wish = {
  readonly select: string;
  readonly fields: readonly FieldDefinition[];
  readonly settings: Partial<PlanSettings>;
  readonly state: object;
};

const values = (planned: StreamPlan) => toRead(planned, () => undefined).values;

describe('contacts with columns', () => {
  test('are read from their start while nobody knows which values they have', () => {
    const planned = plan({udate: BOOKMARK});
    expect({isFromStart: planned.isFromStart, since: planned.since, values: values(planned)?.since}).toEqual({
      isFromStart: true,
      since: undefined,
      values: undefined,
    });
    // Whatever the rows bring, the bookmark does not fall below the one that there is.
    expect(planned.bookmark).toBe(BOOKMARK);
  });

  test('are read from their bookmark on, and values from a minute before they were last read', () => {
    const planned = plan({udate: BOOKMARK, values_since: VALUES_SINCE});
    expect([planned.isFromStart, planned.since]).toEqual([false, BOOKMARK]);
    expect(values(planned)?.since).toBe('2026-07-31T09:59:00.000000Z');
    const earlier = plan({udate: BOOKMARK, values_since: VALUES_SINCE}, {settings: {lookbackSeconds: () => 600}});
    expect(values(earlier)?.since).toBe('2026-07-31T09:49:00.000000Z');
  });

  test.each<[string, object, Partial<Wish>]>([
    ['with --full-refresh', {values_since: VALUES_SINCE}, {settings: {isFullRefresh: () => true}}],
    ['when the last whole read is too old', {values_since: VALUES_SINCE}, {settings: {fullRefreshDays: () => 1}}],
  ])('come all %s, so that no changes have to be looked for', (_, entry, wish) => {
    const planned = plan({udate: BOOKMARK, ...entry}, wish);
    expect([planned.isFromStart, values(planned)?.since]).toEqual([true, undefined]);
  });

  test.each<[string, Partial<Wish>]>([
    ['no column is selected', {select: 'contacts,!contacts.cf_*'}],
    ['there are no fields', {fields: []}],
  ])('are read as ever where %s', (_, wish) => {
    const planned = plan({udate: BOOKMARK}, wish);
    expect([planned.isFromStart, planned.since, values(planned)]).toEqual([false, BOOKMARK, undefined]);
  });

  test('know what was found out about their values, by themselves and by the stream of the values', () => {
    const [old, young] = ['2026-07-01T00:00:00.000000Z', '2026-07-31T00:00:00.000000Z'];
    const planned = plan(
      {
        proofs: {
          'fieldValues: orders[udate]': {obeyed: true, at: young},
          'fieldValues: orders[cdate]': {obeyed: true, at: old},
        },
      },
      {
        state: {
          contact_custom_field_values: {
            rows: 7,
            proofs: {'orders[udate]': {obeyed: false, at: old}, 'orders[cdate]': {obeyed: false, at: young}},
          },
        },
      },
    );
    expect(values(planned)?.list.memory).toEqual({
      rows: 7,
      proofs: {'orders[udate]': {obeyed: true, at: young}, 'orders[cdate]': {obeyed: false, at: young}},
    });
  });

  test('go on with a checkpoint only where the same columns and changes were wanted', () => {
    const entry = {udate: BOOKMARK, values_since: VALUES_SINCE};
    const {selection} = plan(entry);
    expect(plan(entry).selection).toBe(selection);
    expect(plan({...entry, values_since: BOOKMARK}).selection).not.toBe(selection);
    expect(plan(entry, {fields: [text, {...text, id: '2'}]}).selection).not.toBe(selection);
  });
});

test('fields that could not be found out are a fault of the values, whatever is selected', () => {
  const definition = findStream('contacts');
  if (!definition) throw new Error('there are no contacts');
  const [stream] = selectStreams({select: 'contacts.email', offer: [withUnknownFields(definition, 'no')]}).streams;
  if (!stream) throw new Error('nothing is selected');
  expect(values(planStream(stream, {bookmarks: {}}, USUAL_SETTINGS, NOW))?.fault).toBe('no');
});

describe('a read that has ended', () => {
  const concluded = (progress: Partial<Progress>, beganAt = BEGAN): Conclusion =>
    conclude(
      plan({udate: BOOKMARK}),
      {...createProgress(), seen: 1, isWhole: true, verdict: 'verified', ...progress},
      {beganAt, highest: BOOKMARK, isZoneless: false, leftOut: 0, version: undefined},
    );

  test.each<[string, Progress['values'], string | undefined]>([
    ['when the fields were found out, which was before', {verdict: 'verified', isSure: true}, FIELDS_READ],
    ['as before, where changes that move no row were not looked for', {verdict: 'verified', isSure: false}, undefined],
    ['as before, where no values were read', undefined, undefined],
  ])('lets the next one look for changes since %s', (_, read, expected) => {
    const floored = expected && `${expected.slice(0, 19)}.000000Z`;
    expect(concluded(read ? {values: read} : {}).valuesSince).toBe(floored);
  });

  test('lets the next one look for changes since it began, where that was before the fields were found out', () => {
    const read = {values: {verdict: 'verified', isSure: true}} as const;
    expect(concluded(read, '2026-07-01T00:00:00.500000Z').valuesSince).toBe('2026-07-01T00:00:00.000000Z');
  });

  test('is as sure as the values are, and tells what is gone all the same', () => {
    expect(concluded({values: {verdict: 'unverified', isSure: true}}).verdict).toBe('unverified');
    expect(concluded({verdict: 'moving', values: {verdict: 'verified', isSure: true}}).verdict).toBe('moving');
    expect(concluded({values: {verdict: 'unverified', isSure: true}}).wholeRead).toEqual({at: BEGAN, rows: 1});
  });

  test('is remembered', () => {
    const entry = finishMemory({values_since: BOOKMARK}, {valuesSince: VALUES_SINCE});
    expect(memoryOf({bookmarks: {contacts: entry}}, 'contacts').valuesSince).toBe(VALUES_SINCE);
    expect(finishMemory(entry, {})).toMatchObject({values_since: VALUES_SINCE});
    const {valuesSince, complaints} = memoryOf({bookmarks: {contacts: {values_since: 'now'}}}, 'contacts');
    expect([valuesSince, complaints.length]).toEqual([undefined, 1]);
  });
});
