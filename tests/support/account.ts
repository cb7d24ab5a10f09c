// One account of the simulator and the built tap as its user: what every end-to-end test runs with.

import {readFileSync} from 'node:fs';
import {type Simulator, type SimulatorOptions, startSimulator} from '../../src/simulator/simulator.js';
import {type ConformanceOptions, checkConformance, type Output} from './conformance.js';
import {createWorkspace, runTap, startTap, type TapProcess, type TapResult, type Workspace} from './tap.js';

/** A moment after the last stamp of the simulator's account, in the Central summer. */
export const NOON = Date.UTC(2026, 7, 1, 12, 0, 0, 750);

export type Run = TapResult & {readonly output: Output};

export type RunOptions = {
  /** Settings besides the address and the token; without a word there is no rate limit. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly state?: unknown;
  readonly catalog?: unknown;
  readonly select?: string;
  readonly args?: readonly string[];
  /** The exit code that is expected. Default 0. */
  readonly code?: number;
};

export type TestAccount = {
  readonly sim: Simulator;
  readonly workspace: Workspace;
  /** The server's clock, which stands still until it is set. */
  readonly clock: {now: number};
  /** Syncs to the end, checks the exit code and that the output is what targets demand. */
  readonly sync: (options?: RunOptions) => Promise<Run>;
  /** Starts a sync that the test watches; hand the result to `check`. */
  readonly start: (options?: RunOptions) => TapProcess;
};

/** Runs `use` with an account that is gone afterwards. The simulator has no rate limit unless the options set one. */
export async function withAccount(
  options: SimulatorOptions,
  use: (account: TestAccount) => Promise<void>,
): Promise<void> {
  const clock = {now: NOON};
  const sim = await startSimulator({requestsPerSecond: 0, now: () => clock.now, ...options});
  const workspace = createWorkspace();
  const argsOf = (run: RunOptions) => argsFor(sim, workspace, run);
  try {
    await use({
      sim,
      workspace,
      clock,
      sync: async (run = {}) => check(await runTap(argsOf(run)), run.code ?? 0),
      start: (run = {}) => startTap(argsOf(run)),
    });
  } finally {
    workspace.remove();
    await sim.stop();
  }
}

/** A run's result with its messages. Throws when the exit code is another or the output breaks a rule. */
export function check(result: TapResult, code: number, options?: ConformanceOptions): Run {
  if (result.code !== code) {
    throw new Error(`exit code ${result.code}, not ${code}:\n${result.stderr.split('\n').slice(-20).join('\n')}`);
  }
  return {...result, output: checkConformance(result, options)};
}

function argsFor(sim: Simulator, workspace: Workspace, run: RunOptions): string[] {
  const {config = {}, state, catalog, select, args = []} = run;
  const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, ...config};
  return [
    '--config',
    workspace.file('config.json', settings),
    ...(state === undefined ? [] : ['--state', workspace.file('state.json', state)]),
    ...(catalog === undefined ? [] : ['--catalog', workspace.file('catalog.json', catalog)]),
    ...(select === undefined ? [] : ['--select', select]),
    ...args,
  ];
}

export type CatalogEntry = {
  tap_stream_id: string;
  schema: {properties: Record<string, unknown>};
  metadata: {breadcrumb: string[]; metadata: Record<string, unknown>}[];
  [key: string]: unknown;
};

export type CatalogDocument = {streams: CatalogEntry[]};

/** A catalog that comes with the tap: `discovered`, or one of the ready selections. */
export function shippedCatalog(name: string): CatalogDocument {
  return JSON.parse(readFileSync(new URL(`../../catalogs/${name}.json`, import.meta.url), 'utf8'));
}

/**
 * A discovered catalog of these streams alone, as a user edits it: stream -> breadcrumb (dotted, `` for the stream
 * itself) -> metadata to add.
 */
export function editedCatalog(
  edits: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>,
): CatalogDocument {
  const streams = shippedCatalog('discovered').streams.filter(entry => entry.tap_stream_id in edits);
  for (const entry of streams) {
    for (const [path, metadata] of Object.entries(edits[entry.tap_stream_id] ?? {})) {
      const breadcrumb = path === '' ? [] : path.split('.').flatMap(name => ['properties', name]);
      const node = entry.metadata.find(item => item.breadcrumb.join() === breadcrumb.join());
      if (!node) throw new Error(`${entry.tap_stream_id} has no ${path}`);
      Object.assign(node.metadata, metadata);
    }
  }
  return {streams};
}

/** What a state says of a stream. */
export function bookmarkOf(state: Readonly<Record<string, unknown>>, stream: string): Record<string, unknown> {
  const {bookmarks = {}} = state as {bookmarks?: Record<string, Record<string, unknown>>};
  return bookmarks[stream] ?? {};
}

/** What a run has to warn of that reads these streams: deals of which the user of the token may not see much. */
export function expectedWarnings(sim: Simulator, streams: readonly string[]): string[] {
  const partial = streams.includes('deals') ? [...sim.rows('deals')].filter(row => row['isDisabled']).length : 0;
  const sentence =
    'rows came without most of their fields: the user of this token lacks the permission for their pipelines';
  return partial === 0 ? [] : [`WARNING ${sentence} stream=deals count=${partial}`];
}

/** The warnings and errors of a run. */
export function complaints({stderr}: TapResult): string[] {
  const lines = stderr.split('\n').filter(line => /^(WARNING|ERROR|CRITICAL) /.test(line));
  // A request that is tried again has not failed yet: how often chance hits the same one is not a test's business.
  return lines.filter(line => !line.startsWith('WARNING request is repeated'));
}
