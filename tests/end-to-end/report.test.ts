// The run report of the built tap: in its file and in the log, however the run ends, with the server's own figures.

import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import type {RunReport, StreamEntry} from '../../src/report.js';
import {check, complaints, type TestAccount, withAccount} from '../support/account.js';
import type {TapResult} from '../support/tap.js';

const ALWAYS = Number.POSITIVE_INFINITY;

const lastLine = ({stderr}: TapResult) => stderr.trimEnd().split('\n').at(-1) ?? '';

function loggedIn({stderr}: TapResult): RunReport {
  const lines = stderr.split('\n').filter(line => line.startsWith('INFO run report '));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]?.slice('INFO run report '.length) ?? '');
}

/** Settings for a report, and what stands in its file. */
function reportIn({workspace}: Pick<TestAccount, 'workspace'>) {
  const report_file = workspace.path('report.json');
  return {report_file, read: (): RunReport => JSON.parse(readFileSync(report_file, 'utf8'))};
}

const entryOf = ({streams}: RunReport, name: string): StreamEntry | undefined =>
  streams.find(({stream}) => stream === name);

describe('the run report', () => {
  test('is the same in its file and in the log, and counts what the server counts', () =>
    withAccount(
      {
        contacts: 350,
        faults: [
          {path: 'contacts', answer: 503, skip: 1, times: 2},
          {path: 'tags', answer: 429, retryAfter: 1},
          {path: 'deals', answer: 'reset', times: 1},
        ],
      },
      async account => {
        const {report_file, read} = reportIn(account);
        const {sim} = account;
        const before = Date.now();
        const run = await account.sync({config: {report_file}, select: 'contacts,deals,tags,users'});
        const report = read();
        expect(loggedIn(run)).toEqual(report);
        expect(readdirSync(account.workspace.path('.')).sort()).toEqual(['config.json', 'report.json']);
        expect(report).toMatchObject({tap: 'tap-activecampaign', exit_code: 0, interrupted: false, error: null});
        expect(report.tap_version).toMatch(/^\d+\.\d+\.\d+/);
        expect(Date.parse(report.started_at)).toBeGreaterThanOrEqual(before);
        expect(Date.parse(report.ended_at)).toBeGreaterThan(Date.parse(report.started_at));

        expect(report.streams.map(({stream, outcome}) => `${stream} ${outcome}`)).toEqual([
          'contacts done',
          'deals done',
          'tags done',
          'users done',
        ]);
        for (const {stream, records, requests} of report.streams) {
          expect({stream, records}).toEqual({stream, records: run.output.of(stream).length});
          const asked = sim.requests.filter(({path}) => path === stream);
          expect({stream, requests}).toEqual({stream, requests: asked.length});
        }
        expect(entryOf(report, 'contacts')?.retries).toBe(2);
        expect(entryOf(report, 'deals')?.retries).toBe(1);
        expect(entryOf(report, 'tags')).toMatchObject({retries: 1, throttled_seconds: 1});
        expect(report.totals).toMatchObject({
          streams: 4,
          done: 4,
          failed: 0,
          records: run.output.records.length,
          requests: sim.stats().requests,
          retries: 4,
          throttled_seconds: 1,
        });
      },
    ));

  test('tells of streams that failed and were skipped, and is followed by the names of those that failed', () =>
    withAccount(
      {contacts: 20, forbidden: ['tags'], faults: [{path: 'deals', answer: 500, times: ALWAYS}]},
      async account => {
        const {report_file, read} = reportIn(account);
        const run = await account.sync({config: {report_file, max_retries: 1}, select: 'deals,tags,users', code: 1});
        const report = read();
        expect(report).toMatchObject({exit_code: 1, error: null, totals: {done: 1, failed: 1, skipped: 1}});
        expect(entryOf(report, 'deals')).toMatchObject({outcome: 'failed', records: 0, requests: 2, retries: 1});
        expect(entryOf(report, 'tags')?.outcome).toBe('skipped');
        expect(report.totals.requests).toBe(account.sim.stats().requests);
        expect(lastLine(run)).toMatch(/^CRITICAL .*deals/);
        expect(JSON.stringify(report)).not.toContain(account.sim.token);
      },
    ));

  test('names the streams whose turn did not come', () =>
    withAccount({contacts: 20, faults: [{path: 'deals', answer: 500, times: ALWAYS}]}, async account => {
      const {report_file, read} = reportIn(account);
      const config = {report_file, max_retries: 0, fail_fast: true};
      await account.sync({config, select: 'contacts,deals,tags,users', code: 1});
      expect(read().streams.map(({stream, outcome}) => `${stream} ${outcome}`)).toEqual([
        'contacts done',
        'deals failed',
        'tags not started',
        'users not started',
      ]);
      expect(read().totals.not_started).toBe(2);
    }));

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('is written when %s stops the run, requests under way included', (signal, code) =>
    withAccount({contacts: 3_000, latencyMs: 100}, async account => {
      const {report_file, read} = reportIn(account);
      const tap = account.start({config: {report_file}, select: 'contacts,tags'});
      await tap.seen(line => line.includes('"RECORD","stream":"contacts"'));
      tap.kill(signal);
      const run = check(await tap.result, code);
      const report = read();
      expect(loggedIn(run)).toEqual(report);
      expect(report).toMatchObject({exit_code: code, interrupted: true, error: null, totals: {stopped: 1}});
      expect(entryOf(report, 'contacts')).toMatchObject({
        outcome: 'stopped',
        records: run.output.of('contacts').length,
      });
      expect(entryOf(report, 'tags')?.outcome).toBe('not started');
      expect(report.totals.requests).toBe(account.sim.stats().requests);
    }),
  );

  test('says why a run ended that could not begin', () =>
    withAccount({contacts: 20}, async account => {
      const {report_file, read} = reportIn(account);
      const config = {report_file, api_token: 'wrong-token', max_retries: 0};
      const tap = account.start({config, select: 'tags'});
      const result = await tap.result;
      expect({code: result.code, stdout: result.stdout}).toEqual({code: 2, stdout: ''});
      expect(read()).toMatchObject({
        exit_code: 2,
        interrupted: false,
        error: expect.stringMatching(/^api_token: .*403/),
      });
      expect(read().totals.requests).toBeGreaterThan(0);
      expect(loggedIn(result)).toEqual(read());
      expect(lastLine(result)).toMatch(/^CRITICAL api_token: /);
      expect(result.stderr + readFileSync(report_file, 'utf8')).not.toContain('wrong-token');
    }));

  test('says that the target died', () =>
    withAccount({contacts: 5_000, latencyMs: 10}, async account => {
      const {report_file, read} = reportIn(account);
      const tap = account.start({config: {report_file}, select: 'contacts'});
      await tap.seen(line => line.includes('"RECORD","stream":"contacts"'));
      tap.closeStdout();
      expect((await tap.result).code).toBe(1);
      expect(read()).toMatchObject({exit_code: 1, error: expect.stringMatching(/^stdout was closed by its reader/)});
      expect(read().totals.requests).toBe(account.sim.stats().requests);
    }));

  test('is not worth the run: where it cannot be saved at the end, a warning says so', () =>
    withAccount({contacts: 600, latencyMs: 100}, async account => {
      const directory = account.workspace.path('reports');
      mkdirSync(directory);
      const tap = account.start({config: {report_file: `${directory}/report.json`}, select: 'contacts,tags'});
      await tap.seen(line => line.includes('"RECORD","stream":"contacts"'));
      rmSync(directory, {recursive: true});
      const run = check(await tap.result, 0);
      expect(complaints(run)).toEqual([
        expect.stringMatching(/^WARNING the run report was not saved; .*reports.*ENOENT/),
      ]);
      expect(loggedIn(run).exit_code).toBe(0);
    }));

  test('is in its file though the log is silent, and takes the place of the last one', () =>
    withAccount({contacts: 5}, async account => {
      const {report_file, read} = reportIn(account);
      account.workspace.file('report.json', 'the last one');
      const {stderr} = await account.sync({config: {report_file, log_level: 'warning'}, select: 'tags'});
      expect(stderr).toBe('');
      expect(read().exit_code).toBe(0);
    }));

  test('in a log of JSON is made of its fields', () =>
    withAccount({contacts: 5}, async account => {
      const {report_file, read} = reportIn(account);
      const {stderr} = await account.sync({config: {report_file, log_format: 'json'}, select: 'tags'});
      const entries = stderr
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line))
        .filter(({message}) => message === 'run report');
      expect(entries).toEqual([expect.objectContaining({level: 'info', stream_name: null, extra: read()})]);
    }));

  test('tells of a run that had nothing to do', () =>
    withAccount({contacts: 5}, async account => {
      const run = await account.sync({catalog: {streams: []}});
      expect(loggedIn(run)).toMatchObject({exit_code: 0, streams: [], totals: {streams: 0, records: 0}});
    }));

  test('is for syncs: discovery writes none', () =>
    withAccount({contacts: 5}, async account => {
      const {report_file} = reportIn(account);
      const {code} = await account.start({config: {report_file}, args: ['--discover']}).result;
      expect(code).toBe(0);
      expect(existsSync(report_file)).toBe(false);
    }));
});
