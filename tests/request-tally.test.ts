import {expect, test} from '@jest/globals';
import {createRequestTally} from '../src/request-tally.js';

test('nothing was asked yet', () => {
  const tally = createRequestTally();
  const nothing = {requests: 0, retries: 0, throttledSeconds: 0};
  expect(tally.total()).toEqual(nothing);
  expect(tally.of('contacts')).toEqual(nothing);
});

test('requests, repeated ones and pauses are counted for the stream that asked, and for all', () => {
  const tally = createRequestTally();
  tally.sent('users/me', false);
  tally.sent('contacts', false);
  tally.paused('contacts', 1_500);
  tally.sent('contacts', true);
  tally.paused('contacts', 0);
  tally.sent('tags', false);
  tally.paused('tags', 250);
  expect(tally.of('contacts')).toEqual({requests: 2, retries: 1, throttledSeconds: 1.5});
  expect(tally.of('tags')).toEqual({requests: 1, retries: 0, throttledSeconds: 0.25});
  expect(tally.of('deals')).toEqual({requests: 0, retries: 0, throttledSeconds: 0});
  expect(tally.total()).toEqual({requests: 4, retries: 1, throttledSeconds: 1.75});
});

test('counts that were taken stay as they were', () => {
  const tally = createRequestTally();
  tally.sent('tags', false);
  const before = tally.of('tags');
  tally.sent('tags', true);
  expect(before.requests).toBe(1);
});
