// Runs with bounds, one behind the other, each from the last STATE of the one before: they keep to their bounds, and
// bring what one run without bounds brings.

import {readFileSync} from 'node:fs';
import {Writable} from 'node:stream';
import {afterAll, describe, expect, test} from '@jest/globals';
import type {Flags} from '../src/flags.js';
import {runSync} from '../src/run.js';
import {type Simulator, type SimulatorOptions, startSimulator} from '../src/simulator/simulator.js';
import {checkConformance, type Output} from './support/conformance.js';
import {createWorkspace} from './support/tap.js';

const workspace = createWorkspace();
afterAll(workspace.remove);

type Bounds = Pick<Flags, 'maxRecords' | 'maxRequests' | 'maxMinutes'>;

type Run = Output & {
  readonly status: string;
  readonly stderr: string;
  readonly report: {
    readonly exit_code: number;
    readonly bound: Readonly<Record<string, unknown>> | null;
    readonly totals: {readonly requests: number};
    readonly streams: readonly {readonly stream: string; readonly outcome: string}[];
  };
};

type RunOptions = {
  readonly select: string;
  readonly bounds?: Bounds;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly state?: unknown;
};

async function run(sim: Simulator, {select, bounds = {}, config, state}: RunOptions): Promise<Run> {
  let stdout = '';
  let stderr = '';
  const report_file = workspace.path('report.json');
  const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, page_size: 10, report_file};
  const flags: Flags = {config: [workspace.file('config.json', {...settings, ...config})], select, ...bounds};
  const status = await runSync(state === undefined ? flags : {...flags, state: workspace.file('state.json', state)}, {
    env: {},
    version: '1.2.3',
    stdout: new Writable({
      write: (chunk, _encoding, done) => {
        stdout += chunk;
        done();
      },
    }),
    stderr: {
      write: text => {
        stderr += text;
        return true;
      },
    },
    signal: new AbortController().signal,
    onLog: () => undefined,
    onSecrets: () => undefined,
  });
  const output = checkConformance({code: 0, stdout, lines: stdout.trim().split('\n'), stderr, seconds: 0});
  const report = JSON.parse(readFileSync(report_file, 'utf8'));
  return {...output, status, stderr, report};
}

/** Runs until nothing is left, or until a run says that it gets no further. */
async function runAll(sim: Simulator, options: RunOptions, mostRuns = 100): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let state: unknown;
  while (runs.length < mostRuns) {
    const next = await run(sim, {...options, ...(state === undefined ? {} : {state})});
    runs.push(next);
    if (next.status !== 'bounded' || isStuck(next)) return runs;
    state = next.state;
  }
  throw new Error(`no end after ${mostRuns} runs:\n${runs.at(-1)?.stderr.slice(0, 1_000)}`);
}

const isStuck = ({stderr}: Run) => /^WARNING the bound lets nothing move on: .* raise it/m.test(stderr);

function recordsOf(runs: readonly Run[]): string[] {
  return runs.flatMap(({records}) => records.map(({stream, record}) => JSON.stringify([stream, record]))).sort();
}

async function withSim(options: SimulatorOptions, use: (sim: Simulator) => Promise<void>): Promise<void> {
  const sim = await startSimulator({requestsPerSecond: 0, seed: 11, ...options});
  try {
    await use(sim);
  } finally {
    await sim.stop();
  }
}

const counts = {contacts: 75, contactTags: 90, emailActivities: 100, tags: 54, 'contacts/{id}/contactLogs': 40};
const versioned = {emit_activate_version_messages: true};

const kinds: [stream: string, kind: string, requests: number, config?: Readonly<Record<string, unknown>>][] = [
  ['contacts', 'by ranges of ids', 7],
  ['contact_tags', 'by offsets', 6],
  ['tags', 'whole in each run, with versions', 4, versioned],
  ['contact_logs', 'below each contact', 25],
  ['email_activities', 'by offsets, with versions', 9, versioned],
];

describe.each(kinds)('%s, read %s', (stream, _, requests, config = {}) => {
  const bounds: [string, Bounds][] = [
    ['records', {maxRecords: '22'}],
    ['requests', {maxRequests: String(requests)}],
    ['records and requests', {maxRecords: '19', maxRequests: String(requests + 1)}],
  ];

  test.each(bounds)('bounded by %s, comes to its end with every record once', async (_, bounds) => {
    let whole: Run | undefined;
    await withSim({counts}, async sim => {
      whole = await run(sim, {select: stream, config: {...config, page_size: 100}});
    });
    await withSim({counts}, async sim => {
      const runs = await runAll(sim, {select: stream, bounds, config});
      expect(recordsOf(runs)).toEqual(recordsOf(whole ? [whole] : []));
      expect(runs.length).toBeGreaterThan(1);
      const {maxRequests = Number.POSITIVE_INFINITY, maxRecords = Number.POSITIVE_INFINITY} = bounds;
      for (const {report, records} of runs) {
        expect(report.totals.requests).toBeLessThanOrEqual(Number(maxRequests));
        // A page is never cut.
        expect(records.length).toBeLessThan(Number(maxRecords) + 10);
      }
      expect(sim.stats().requests).toBeLessThanOrEqual(Number(maxRequests) * runs.length);
      const last = runs.at(-1);
      expect({status: last?.status, bound: last?.report.bound}).toEqual({status: 'done', bound: null});
      // Only a read that came to its end may say what is gone.
      expect(runs.slice(0, -1).filter(({activated}) => activated.size > 0)).toEqual([]);
      expect(last?.activated.size).toBe(whole?.activated.size);
    });
  });
});

describe('a bound of records', () => {
  test('that falls on the end of the last stream cuts nothing, and one record less does', () =>
    withSim({counts: {contactTags: 20, tags: 15}}, async sim => {
      const select = 'contact_tags,tags';
      const endOf = async (maxRecords: string) => {
        const {status, state, records} = await run(sim, {select, bounds: {maxRecords}});
        return {status, syncing: state['currently_syncing'], records: records.length};
      };
      expect(await endOf('35')).toEqual({status: 'done', syncing: null, records: 35});
      // The last page has fewer rows than its bound leaves.
      expect(await endOf('31')).toEqual({status: 'done', syncing: null, records: 35});
      expect(await endOf('30')).toEqual({status: 'bounded', syncing: 'tags', records: 30});
    }));

  test('that falls between two streams leaves the next one to the next run', () =>
    withSim({counts: {contactTags: 20, tags: 15}}, async sim => {
      const select = 'contact_tags,tags';
      const first = await run(sim, {select, bounds: {maxRecords: '20'}});
      expect([...first.schemas.keys()]).toEqual(['contact_tags']);
      expect(first.state['currently_syncing']).toBe('tags');
      expect(first.report.streams.map(({outcome}) => outcome)).toEqual(['done', 'not started']);
      expect(first.report).toMatchObject({exit_code: 0, bound: {option: '--max-records', limit: 20, moved_on: true}});
      expect(first.stderr).toMatch(/^INFO a bound is reached.* bound="--max-records 20" .*not_begun=\["tags"\]$/m);
      const second = await run(sim, {select, bounds: {maxRecords: '15'}, state: first.state});
      expect([...second.schemas.keys()]).toEqual(['tags']);
    }));
});

test('a bound of records does not end a run in the middle of a list below one parent, which would begin anew', () =>
  withSim({}, async sim => {
    const options = {select: 'sms_broadcast_recipients', config: {page_size: 7}};
    const whole = await run(sim, options);
    const runs = await runAll(sim, {...options, bounds: {maxRecords: '4'}});
    expect(runs.length).toBeGreaterThan(1);
    expect(recordsOf(runs)).toEqual(recordsOf([whole]));
  }));

describe('a bound of requests', () => {
  test('counts those that are repeated', () =>
    withSim({counts, faults: [{path: 'tags', answer: 503, times: 2}]}, async sim => {
      const {status, stderr} = await run(sim, {select: 'tags', bounds: {maxRequests: '3'}});
      expect({status, requests: sim.stats().requests}).toEqual({status: 'bounded', requests: 3});
      expect(stderr).toContain('a bound is reached');
    }));

  test('is not spent on streams whose turn has not come', () =>
    withSim({counts}, async sim => {
      await run(sim, {select: 'contact_tags,tags,contacts', bounds: {maxRequests: '6'}});
      const asked = sim.requests.map(({path}) => path);
      expect(new Set(asked)).toEqual(new Set(['users/me', 'contactTags']));
    }));

  test.each([
    ['1', 'anything'],
    ['5', 'all that is below contacts'],
  ])('of %s is too small for %s, and says so', maxRequests =>
    withSim({counts}, async sim => {
      const runs = await runAll(sim, {select: 'contact_logs', bounds: {maxRequests}});
      const last = runs.at(-1);
      expect(last && isStuck(last)).toBe(true);
      expect(last?.report.bound).toMatchObject({option: '--max-requests', moved_on: false});
    }),
  );

  test('that is spent before the streams are known gives back the state as it was', () =>
    withSim({counts}, async sim => {
      const state = {bookmarks: {tags: {synced_at: '2024-01-01T00:00:00.000000Z'}}, currently_syncing: 'contacts'};
      const faults = {path: 'customObjects/schemas', answer: 503, times: 9} as const;
      sim.addFault(faults);
      const bounds = {maxRequests: '2'};
      const end = await run(sim, {select: 'custom_object_*,tags', bounds, state});
      expect({status: end.status, state: end.state, records: end.records}).toEqual({
        status: 'bounded',
        state,
        records: [],
      });
    }));
});

describe('a bound of minutes', () => {
  test('ends a run that waits for an answer, and the next one goes on', () =>
    withSim({counts, faults: [{path: 'tags', page: 3, answer: 'hang'}]}, async sim => {
      const first = await run(sim, {select: 'contact_tags,tags', bounds: {maxMinutes: '0.01'}});
      expect(first).toMatchObject({status: 'bounded', state: {currently_syncing: 'tags'}});
      expect(first.report).toMatchObject({exit_code: 0, bound: {option: '--max-minutes', limit: 0.01}});
      expect(first.of('contact_tags')).toHaveLength(90);
      const second = await run(sim, {select: 'tags', state: first.state});
      expect(new Set([...first.of('tags'), ...second.of('tags')].map(({id}) => id)).size).toBe(54);
      expect(first.of('tags').length + second.of('tags').length).toBe(54);
    }));
});

test('a stream that failed before the bound was reached makes the run a failed one', () =>
  withSim({counts, faults: [{path: 'contactTags', answer: 500, times: 99}]}, async sim => {
    const config = {max_retries: 0};
    const {status, report} = await run(sim, {select: 'contact_tags,tags', bounds: {maxRecords: '1'}, config});
    expect(status).toBe('failed');
    expect(report).toMatchObject({exit_code: 1, bound: {option: '--max-records'}});
  }));
