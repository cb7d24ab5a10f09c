import {expect, test} from '@jest/globals';
import {resumable} from '../src/resuming.js';
import type {StreamProgress} from '../src/stream-progress.js';

const now = '2026-03-09T12:00:00.000000Z';
const fresh: StreamProgress = {
  selection: '0badcafe',
  beganAt: '2026-03-09T10:00:00.000000Z',
  savedAt: '2026-03-09T11:00:00.000000Z',
  highest: null,
  isZoneless: false,
  leftOut: 0,
  version: null,
  at: {way: 'offsets'},
};

test.each<[string, Partial<StreamProgress>]>([
  ['fresh', {}],
  ['saved almost 24 hours ago', {savedAt: '2026-03-08T12:00:00.000001Z'}],
  ['saved an hour ahead of this clock', {savedAt: '2026-03-09T13:00:00.000000Z'}],
  ['of a read that began 7 days ago', {beganAt: '2026-03-02T12:00:00.000000Z'}],
])('a checkpoint that is %s is resumed', (_what, change) => {
  const progress = {...fresh, ...change};
  expect(resumable(progress, {selection: '0badcafe', now})).toEqual({progress});
});

test.each<[string, Partial<StreamProgress>]>([
  ['it was made for other fields, filters or dates', {selection: '0badcaff'}],
  ['it is older than 24 hours', {savedAt: '2026-03-08T12:00:00.000000Z'}],
  ['it comes from the future', {savedAt: '2026-03-09T13:00:00.000001Z'}],
  ['its read began over 7 days ago', {beganAt: '2026-03-02T11:59:59.999999Z'}],
])('a checkpoint is not resumed when %s', (reason, change) => {
  expect(resumable({...fresh, ...change}, {selection: '0badcafe', now})).toEqual({reason});
});
