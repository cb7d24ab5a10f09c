// Flags in, exit code out: the only file that touches the process. Imports what a command needs when it needs it, so
// that --version and --discover answer at once.

import {readFileSync} from 'node:fs';
import {setFlagsFromString} from 'node:v8';
import {Command, CommanderError} from 'commander';
import {InputError} from './errors.js';
import type {Flags} from './run.js';

const FAILED = 1;
const WRONG_INPUT = 2;
const SIGNAL_CODES = {SIGINT: 130, SIGTERM: 143} as const;

const EXAMPLES = `
Examples:
  tap-activecampaign --discover > catalog.json
  tap-activecampaign --config config.json --discover > catalog.json
  tap-activecampaign --config config.json --state state.json | target-postgres --config target.json
  tap-activecampaign --config config.json --select 'contacts,deal*,!*.email'
  tap-activecampaign --config ENV --full-refresh 'contacts,tags'

Settings can also be given in the environment, as TAP_ACTIVECAMPAIGN_<KEY>. stdout carries Singer messages only;
logs go to stderr. Exit codes: 0 done, 1 a stream failed or the run could not go on, 2 wrong input, 130 and 143
stopped by SIGINT and SIGTERM after the last STATE.`;

/** The command line of the tap. Its action is `run`. */
export function createProgram(version: string, run: (flags: Flags) => Promise<void>): Command {
  return new Command('tap-activecampaign')
    .description('Singer tap for ActiveCampaign: extracts an account as Singer messages.')
    .option(
      '-c, --config <file>',
      'JSON file with the settings; may be repeated, later files win; ENV stands for the environment alone',
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option('-d, --discover', 'print the catalog; with --config, ask the account what its token may read')
    .option('--catalog <file>', 'catalog with the selection of streams and fields')
    .option('-p, --properties <file>', 'old name of --catalog')
    .option('-s, --state <file>', 'state of the last run, to go on from')
    .option('--select <patterns>', "streams and fields to sync, such as 'contacts,deal*,!*.email'")
    .option('--full-refresh [patterns]', 'ignore the bookmarks of all streams, or of those that match')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({outputError: () => undefined})
    .action(run);
}

/** Runs the tap with the arguments of `argv` and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A log line that nobody reads any more is no reason to fail.
  process.stderr.on('error', () => undefined);
  const version = readVersion();
  try {
    await createProgram(version, flags => act(flags, version)).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

async function act(flags: Flags, version: string): Promise<void> {
  if (flags.discover && flags.config.length === 0) {
    const {discover} = await import('./catalog.js');
    await print(discover());
    return;
  }
  if (flags.config.length === 0) {
    throw new InputError('--config', 'is missing; name a config file, or ENV to read TAP_ACTIVECAMPAIGN_* variables');
  }
  // Pages outlive a scavenge, so by default the heap grows to several times of what is alive before it is swept.
  // Sweeping earlier takes a quarter off the peak and no measurable time (bench/memory.js).
  setFlagsFromString('--heap-growing-percent=50');
  const {runDiscovery, runSync} = await import('./run.js');
  const stop = new AbortController();
  let signalled: keyof typeof SIGNAL_CODES | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    // The second signal finds no handler any more and ends the process at once.
    process.once(name, () => {
      signalled = name;
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  const surroundings = {env: process.env, version, stderr: process.stderr, stdout: process.stdout, signal: stop.signal};
  try {
    if (flags.discover) await print(await runDiscovery(flags, surroundings));
    else if ((await runSync(flags, surroundings)) === 'failed') process.exitCode = FAILED;
  } catch (error) {
    if (signalled === undefined) throw error;
  }
  if (signalled !== undefined) process.exitCode = SIGNAL_CODES[signalled];
}

async function print(document: object): Promise<void> {
  const {writeText} = await import('./messages.js');
  await writeText(`${JSON.stringify(document, null, 2)}\n`, process.stdout);
}

/** Says what went wrong, in one line unless the fault is ours, and gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    complain(`command line: ${error.message.replace(/^error: /, '')}; see tap-activecampaign --help`);
    return WRONG_INPUT;
  }
  if (error instanceof InputError) {
    complain(error.message);
    return WRONG_INPUT;
  }
  const isForeseen = error instanceof Error && ['ApiError', 'OutputClosedError'].includes(error.name);
  if (isForeseen) complain(error.message);
  else
    complain(`unexpected fault of the tap; please report it: ${error instanceof Error ? error.stack : String(error)}`);
  return FAILED;
}

function complain(sentence: string): void {
  process.stderr.write(`CRITICAL ${sentence}\n`);
}

function readVersion(): string {
  const manifest: {version: string} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
