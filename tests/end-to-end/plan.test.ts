// --plan of the built tap: what it says of a sync, held against what the same sync then takes.

import {describe, expect, test} from '@jest/globals';
import type {PlanDocument} from '../../src/plan-document.js';
import type {PlanEntry} from '../../src/plan-entry.js';
import {type RunOptions, type TestAccount, withAccount} from '../support/account.js';
import {defaultStreams} from '../support/stream-rows.js';
import type {TapResult} from '../support/tap.js';

type Planned = TapResult & {readonly plan: PlanDocument; readonly asked: TestAccount['sim']['requests']};

/** Plans as a user does, and gives the document with the requests that it took. */
async function plan({sim, start}: TestAccount, run: RunOptions = {}): Promise<Planned> {
  const before = sim.requests.length;
  const result = await start({...run, args: ['--plan', ...(run.args ?? [])]}).result;
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.stderr}`);
  const document: PlanDocument = JSON.parse(result.stdout);
  // Nothing else is on stdout, and the token nowhere.
  expect(result.stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
  expect(result.stdout + result.stderr).not.toContain(sim.token);
  return {...result, plan: document, asked: sim.requests.slice(before)};
}

const entryOf = ({plan: {streams}}: Planned, name: string): PlanEntry | undefined =>
  streams.find(({stream}) => stream === name);

const isWithin = (share: number, planned: number, real: number) => Math.abs(planned - real) <= share * real;

describe('--plan', () => {
  test('tells of a first and of a second sync what they then take, by a request a stream at most', () =>
    withAccount({contacts: 300}, async account => {
      const {sim, sync, clock} = account;
      const first = await plan(account);
      expect(first.plan.streams.map(({stream}) => stream)).toEqual(expect.arrayContaining([...defaultStreams]));
      expect(first.plan.totals).toMatchObject({streams: defaultStreams.length, unreadable: []});
      // Three streams live in one list, and the token is looked at.
      expect(first.asked).toHaveLength(defaultStreams.length - 2 + 1);
      expect(new Set(first.asked.map(({path, query}) => `${path}?${query}`)).size).toBe(first.asked.length);
      const ofStreams = first.asked.filter(({path}) => path !== 'users/me');
      expect(ofStreams.filter(({params}) => params['limit'] !== '1')).toEqual([]);
      expect(first.stderr).toMatch(/^ +stream +method +from +way +records +requests +time$/m);
      expect(first.stderr).toMatch(/^ +contacts +INCR +the start +keyset +300 +\d+$/m);

      const before = sim.stats().requests;
      const run = await sync();
      const took = sim.stats().requests - before;
      expect({took, planned: isWithin(0.25, first.plan.totals.requests, took) || first.plan.totals}).toEqual({
        took,
        planned: true,
      });
      expect(isWithin(0.25, first.plan.totals.records, run.output.records.length)).toBe(true);
      for (const {stream, records, records_are} of first.plan.streams) {
        if (records_are === 'counted')
          expect({stream, records}).toEqual({stream, records: run.output.of(stream).length});
      }

      clock.now += 3_600_000;
      sim.insert('contacts', {});
      sim.edit('contacts', '7', {});
      const state = run.output.state;
      const second = await plan(account, {state});
      expect(entryOf(second, 'contacts')).toMatchObject({
        start: {from: 'bookmark'},
        ways: ['changed since', 'keyset'],
        records_are: 'counted',
        requests: 1,
      });
      expect(entryOf(second, 'ecommerce_order_products')).toMatchObject({records_are: 'remembered'});
      const again = sim.stats().requests;
      const later = await sync({state});
      expect(isWithin(0.25, second.plan.totals.requests, sim.stats().requests - again)).toBe(true);
      expect(entryOf(second, 'contacts')?.records).toBe(later.output.of('contacts').length);
      for (const {stream, records, records_are} of second.plan.streams) {
        if (records_are !== 'at most' || records === null) continue;
        expect({stream, isLess: later.output.of(stream).length <= records}).toEqual({stream, isLess: true});
      }
    }));

  test('says what cannot be read, what takes most, and how to leave it out', () =>
    withAccount({contacts: 60, forbidden: ['tags'], missing: ['sms']}, async account => {
      const select = 'tags,sms,users,contacts,contact_tracking_logs,contact_goals';
      const planned = await plan(account, {select, config: {requests_per_second: 100}});
      // Below contacts nothing is asked: their number is the one of contacts.
      expect(planned.asked.map(({path}) => path).sort()).toEqual(['contacts', 'sms', 'tags', 'users', 'users/me']);
      expect(entryOf(planned, 'tags')).toMatchObject({
        readable: false,
        requests: null,
        note: expect.stringMatching(/^HTTP 403/),
      });
      expect(entryOf(planned, 'contact_tracking_logs')).toMatchObject({
        ways: ['children'],
        parents: {stream: 'contacts', count: 60},
        requests: 61,
      });
      expect(planned.plan.totals.unreadable.toSorted()).toEqual(['sms', 'tags']);
      const {minutes, requests} = planned.plan.totals;
      expect(minutes).toBeCloseTo(requests / 100 / 60, 3);
      expect(planned.plan.dominates?.sentence).toBe(
        'contact_tracking_logs and contact_goals take 98 % of it: a request for each of 60 contacts, for each stream; ' +
          "leave them out with --select 'tags,sms,users,contacts'",
      );
      expect(planned.stderr).toMatch(/^! tags +FULL$/m);
      expect(planned.stderr).toMatch(/^ {2}tags cannot be read: HTTP 403/m);

      const withValues = await plan(account, {select: 'contacts,accounts', config: {custom_fields: 'columns'}});
      // The definitions of the fields are read as in a sync.
      const looks = withValues.asked.filter(({params}) => params['limit'] === '1');
      expect(looks.map(({path, params}) => `${path} ${params['include']}`).sort()).toEqual([
        'accounts accountCustomFieldData',
        'contacts fieldValues',
      ]);
      // What proves that contacts bring their values along is part of the plan; of accounts their own list is read.
      expect(entryOf(withValues, 'contacts')).toMatchObject({ways: ['values included', 'keyset'], requests: 4});
      expect(entryOf(withValues, 'accounts')).toMatchObject({
        ways: ['values joined', 'offsets'],
        requests_are: 'at least',
      });

      const wrong = await account.start({select: 'contcts', args: ['--plan']}).result;
      expect({code: wrong.code, stdout: wrong.stdout}).toEqual({code: 2, stdout: ''});
      expect(wrong.stderr).toContain('contacts');
    }));
});
