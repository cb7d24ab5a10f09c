import {describe, expect, test} from '@jest/globals';
import {dominanceOf} from '../src/plan-dominance.js';
import type {PlanEntry} from '../src/plan-entry.js';

function entry(stream: string, requests: number | null, more: Partial<PlanEntry> = {}): PlanEntry {
  return {
    stream,
    method: 'FULL_TABLE',
    replication_key: null,
    start: {from: 'whole', at: null},
    ways: ['offsets'],
    parents: null,
    records: (requests ?? 0) * 100,
    records_are: 'counted',
    requests,
    requests_are: 'expected',
    minutes: null,
    shared_with: null,
    readable: true,
    note: null,
    ...more,
  };
}

const below = (stream: string, requests: number) =>
  entry(stream, requests, {ways: ['children'], parents: {stream: 'contacts', count: 900}, records: null});

const logs = below('contact_logs', 920);
const goals = below('contact_goals', 920);
const [tags, users, deals] = [entry('tags', 60), entry('users', 20), entry('deals', 20)];

describe('what takes most of a sync', () => {
  test.each<[string, readonly PlanEntry[], string | undefined, string]>([
    [
      'is a stream, which can be left out',
      [logs, tags, users],
      undefined,
      "contact_logs takes 92 % of it: a request for each of 900 contacts; leave it out with --select '!contact_logs'",
    ],
    [
      'can be left out of those that were asked for',
      [logs, tags],
      'tags,contact_logs',
      "contact_logs takes 94 % of it: a request for each of 900 contacts; leave it out with --select 'tags'",
    ],
    [
      'can be left out where a pattern means it',
      [logs, tags],
      'tags,contact_*,!*.ip',
      'contact_logs takes 94 % of it: a request for each of 900 contacts; ' +
        "leave it out with --select 'tags,contact_*,!*.ip,!contact_logs'",
    ],
    ['is all there is', [tags], 'tags', 'tags takes 100 % of it: 6,000 records'],
    [
      'is all that hangs below the same rows',
      [logs, goals, tags],
      undefined,
      'contact_logs and contact_goals take 97 % of it: a request for each of 900 contacts, for each stream; ' +
        "leave them out with --select '!contact_logs,!contact_goals'",
    ],
    [
      'is several streams together',
      [users, deals, entry('notes', 30), entry('sms', 1)],
      undefined,
      'notes (42 %: 3,000 records) and users (28 %: 2,000 records) take 70 % of it; ' +
        "leave them out with --select '!notes,!users'",
    ],
    [
      'is nothing, where many take a little',
      Array.from({length: 20}, (_, index) => entry(`s${index}`, 1, {records: 1})),
      undefined,
      'nothing dominates; most is taken by s0 (5 %: 1 record), s1 (5 %: 1 record) and s2 (5 %: 1 record)',
    ],
  ])('%s', (_, streams, select, sentence) => {
    const requests = streams.reduce((sum, one) => sum + (one.requests ?? 0), 0);
    expect(dominanceOf(streams, {requests, select})?.sentence).toBe(sentence);
  });

  test('is not there where nothing can be read', () => {
    expect(dominanceOf([entry('tags', null)], {requests: 1, select: undefined})).toBeNull();
    expect(dominanceOf([], {requests: 1, select: undefined})).toBeNull();
  });
});
