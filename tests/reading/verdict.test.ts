import {expect, test} from '@jest/globals';
import {verdictOf} from '../../src/reading/verdict.js';

test.each([
  {why: 'as many rows came as the list always counted', seen: 7, before: 7, after: 7, sound: true, verdict: 'verified'},
  {why: 'the numbers agree, though the seams broke', seen: 7, before: 7, after: 7, sound: false, verdict: 'verified'},
  {why: 'an empty list was empty to the end', seen: 0, before: 0, after: 0, sound: true, verdict: 'verified'},
  {why: 'the list has grown', seen: 7, before: 7, after: 8, sound: true, verdict: 'moving'},
  {why: 'the list has shrunk', seen: 7, before: 7, after: 6, sound: true, verdict: 'moving'},
  {why: 'the list has grown, by fewer rows than came', seen: 9, before: 7, after: 8, sound: true, verdict: 'moving'},
  {why: 'more rows came than there ever were at once', seen: 8, before: 7, after: 7, sound: true, verdict: 'moving'},
  {why: 'rows are missing', seen: 6, before: 7, after: 7, sound: true, verdict: 'unverified'},
  {why: 'the list has grown and seams broke', seen: 7, before: 7, after: 8, sound: false, verdict: 'unverified'},
  {why: 'more rows came and seams broke', seen: 8, before: 7, after: 7, sound: false, verdict: 'unverified'},
  {why: 'no total was told', seen: 7, before: undefined, after: undefined, sound: true, verdict: 'unverified'},
  {why: 'no total was told at first', seen: 7, before: undefined, after: 7, sound: true, verdict: 'unverified'},
  {why: 'no total was told at the end', seen: 7, before: 7, after: undefined, sound: true, verdict: 'unverified'},
])('a reading is $verdict when $why', ({seen, before, after, sound, verdict}) => {
  expect(verdictOf({seen, totalBefore: before, totalAfter: after, isSound: sound})).toBe(verdict);
});
