// What a person at a terminal sees of a plan, and what a log of JSON shows; a pipe is tested end to end.

import {Writable} from 'node:stream';
import {describe, expect, test} from '@jest/globals';
import {runPlan} from '../src/plan.js';
import type {PlanDocument} from '../src/plan-document.js';

type Terminal = {readonly isTTY?: boolean; readonly columns?: number};

async function watch(terminal: Terminal, env = {}): Promise<{readonly shown: string; readonly plan: PlanDocument}> {
  let shown = '';
  const plan = await runPlan(
    {config: ['ENV'], select: 'contacts,contact_custom_field_*,tags,contact_logs', plan: true},
    {
      env: {
        TAP_ACTIVECAMPAIGN_API_URL: 'sandbox:contacts=120&requests_per_second=0&forbidden=tags',
        TAP_ACTIVECAMPAIGN_REQUESTS_PER_SECOND: '50',
        ...env,
      },
      version: '1.2.3',
      stdout: new Writable({write: (_chunk, _encoding, done) => done()}),
      stderr: {
        ...terminal,
        write: text => {
          shown += text;
          return true;
        },
      },
      signal: new AbortController().signal,
      onLog: () => undefined,
      onSecrets: () => undefined,
    },
    text => text,
  );
  return {shown, plan};
}

describe('a plan', () => {
  test('is a table that a narrow terminal holds, with what is to be said below it', async () => {
    const {shown} = await watch({isTTY: true, columns: 72});
    const lines = shown.trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThan(72);
    expect(lines[0]).toBe('asking once for each of 6 streams, up to 1 s');
    expect(lines[1]).toMatch(/^ {2}stream +method +from +way +records +requests +time$/);
    expect(shown).toMatch(/^ {2}contacts +INCR +the start +keyset +120 +3 +1 s$/m);
    expect(shown).toMatch(/^ {2}contact_logs +INCR +the start +below 1… +\? +123 +3 s$/m);
    expect(shown).toMatch(/^ {2}6 streams +≥\d+ +\d+ +3 s$/m);
    expect(shown).toMatch(/^ {2}tags cannot be read: HTTP 403: /m);
    expect(shown).toMatch(/contact_logs takes \d\d % of it: a request for each of 120 contacts;/);
    expect(shown).toMatch(/^\u001b\[31m! tags +FULL\u001b\[39m$/m);
    expect(shown).not.toContain('METRIC');
  });

  test('is a document whose keys stay as they are', async () => {
    const {plan, shown} = await watch(
      {},
      {TAP_ACTIVECAMPAIGN_LOG_FORMAT: 'json', TAP_ACTIVECAMPAIGN_LOG_LEVEL: 'error'},
    );
    expect(shown).toBe('');
    expect(Object.keys(plan)).toEqual([
      'tap',
      'tap_version',
      'planned_at',
      'requests_per_second',
      'page_size',
      'totals',
      'dominates',
      'streams',
    ]);
    expect(plan).toMatchObject({
      tap: 'tap-activecampaign',
      tap_version: '1.2.3',
      requests_per_second: 50,
      page_size: 100,
    });
    expect(plan.totals).toEqual({
      streams: 6,
      records: expect.any(Number),
      records_are: 'at least',
      requests: expect.any(Number),
      requests_are: 'expected',
      minutes: expect.any(Number),
      unknown: ['contact_custom_field_options', 'contact_custom_field_rels', 'contact_logs'],
      unreadable: ['tags'],
    });
    expect(plan.dominates).toEqual({
      streams: ['contact_logs'],
      share: expect.any(Number),
      sentence: expect.stringContaining("--select 'contacts,contact_custom_field_*,tags'"),
    });
    const entry = (name: string) => plan.streams.find(({stream}) => stream === name);
    expect(entry('contact_logs')).toEqual({
      stream: 'contact_logs',
      method: 'INCREMENTAL',
      replication_key: 'tstamp',
      start: {from: 'whole', at: null},
      ways: ['children'],
      parents: {stream: 'contacts', count: 120},
      records: null,
      records_are: 'unknown',
      requests: 123,
      requests_are: 'expected',
      minutes: 0.041,
      shared_with: null,
      readable: true,
      note: null,
    });
    expect(entry('tags')).toEqual({
      stream: 'tags',
      method: 'FULL_TABLE',
      replication_key: null,
      start: {from: 'whole', at: null},
      ways: [],
      parents: null,
      records: null,
      records_are: 'unknown',
      requests: null,
      requests_are: 'unknown',
      minutes: null,
      shared_with: null,
      readable: false,
      note: expect.stringMatching(/^HTTP 403/),
    });
    expect(entry('contact_custom_field_rels')).toMatchObject({
      shared_with: 'contact_custom_field_options',
      requests: 0,
    });
  });
});
