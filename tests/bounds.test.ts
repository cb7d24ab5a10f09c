import {describe, expect, test} from '@jest/globals';
import {BoundReached, boundIn, parseBounds, reachedAfter} from '../src/bounds.js';
import {InputError} from '../src/errors.js';

const flags = {config: []};
const unbounded = {records: undefined, requests: undefined, minutes: undefined};

describe('bounds from flags', () => {
  test('there are none unless they are set', () => {
    expect(parseBounds(flags)).toEqual(unbounded);
  });

  test('are numbers, of minutes also fractions', () => {
    const given = {...flags, maxRecords: '1000', maxRequests: ' 1 ', maxMinutes: '0.5'};
    expect(parseBounds(given)).toEqual({records: 1_000, requests: 1, minutes: 0.5});
    expect(parseBounds({...flags, maxMinutes: '.25'}).minutes).toBe(0.25);
    expect(parseBounds({...flags, maxMinutes: '90'}).minutes).toBe(90);
  });

  test.each(['0', '-5', '', ' ', '1.5', '1e3', '10k', '0x10', 'NaN', 'Infinity', 'ten', '9'.repeat(400)])(
    '%j is no number of records or requests',
    text => {
      expect(() => parseBounds({...flags, maxRecords: text})).toThrow(InputError);
      expect(() => parseBounds({...flags, maxRequests: text})).toThrow(
        /^--max-requests: must be a whole number from 1/,
      );
    },
  );

  test.each(['0', '0.0', '-1', '', '.', '1,5', '1h', '1e-3', 'Infinity'])('%j is no number of minutes', text => {
    expect(() => parseBounds({...flags, maxMinutes: text})).toThrow(/^--max-minutes: must be a number above 0/);
  });

  test('a long text is not repeated, as it may be a token', () => {
    expect(() => parseBounds({...flags, maxRecords: 'f00d'.repeat(18)})).toThrow(/not a text of 72 characters$/);
  });
});

describe('which bound is reached', () => {
  test('that of records with the last one of them, and not before', () => {
    expect(reachedAfter(99, {...unbounded, records: 100})).toBeUndefined();
    expect(reachedAfter(100, {...unbounded, records: 100})).toMatchObject({option: '--max-records', limit: 100});
    expect(reachedAfter(1e9, unbounded)).toBeUndefined();
  });

  test('is told by the error that ended the run, or by what the signal was aborted for', () => {
    const reached = new BoundReached('--max-requests', 5);
    const idle = new AbortController().signal;
    expect(boundIn(reached, idle)).toBe(reached);
    expect(boundIn(new Error('reset'), idle)).toBeUndefined();
    expect(boundIn(new Error('aborted'), AbortSignal.abort(reached))).toBe(reached);
    // Who stops a run wants it to be told as that.
    expect(boundIn(reached, AbortSignal.abort(new Error('SIGTERM')))).toBeUndefined();
  });
});
