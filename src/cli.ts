// Flags in, exit code out: the only file that touches the process. Imports what a command needs when it needs it, so
// that --version and --discover answer at once.

import {readFileSync} from 'node:fs';
import {setFlagsFromString} from 'node:v8';
import {Command, CommanderError} from 'commander';
import {InputError} from './errors.js';
import {exitCodeOf, FAILED, StoppedBySignal, WRONG_INPUT} from './exit-codes.js';
import type {Logger} from './logger.js';
import type {Flags, Surroundings} from './run.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const EXAMPLES = `
Examples:
  tap-activecampaign --discover > catalog.json
  tap-activecampaign --config config.json --discover > catalog.json
  tap-activecampaign --config config.json --state state.json | target-postgres
  tap-activecampaign --config config.json --select 'contacts,deal*,!*.email'
  tap-activecampaign --config ENV --full-refresh 'contacts,tags'

Settings can also be given in the environment, as TAP_ACTIVECAMPAIGN_<KEY>;
README.md lists them. stdout carries Singer messages only; logs go to stderr.

Exit codes: 0 done, 1 a stream failed or the run could not go on, 2 wrong input,
130 and 143 stopped by SIGINT and SIGTERM, after the last STATE.`;

/** The command line of the tap. Its action is `run`. */
export function createProgram(version: string, run: (flags: Flags) => Promise<void>): Command {
  return (
    new Command('tap-activecampaign')
      .description('Singer tap for ActiveCampaign: extracts an account as Singer messages.')
      .option(
        '-c, --config <file>',
        'JSON file with the settings; may be repeated, later files win; ENV stands for the environment alone',
        (file: string, files: readonly string[] = []) => [...files, file],
      )
      .option('-d, --discover', 'print the catalog; with --config, ask the account what its token may read')
      .option('--catalog <file>', 'catalog with the selection of streams and fields')
      .option('-p, --properties <file>', 'old name of --catalog')
      .option('-s, --state <file>', 'state of the last run, to go on from')
      .option('--select <patterns>', "streams and fields to sync, such as 'contacts,deal*,!*.email'")
      .option('--full-refresh [patterns]', 'ignore the bookmarks of all streams, or of those that match')
      .option('--about', 'print what the tap is and can do: settings, capabilities, streams')
      .option('--format <format>', 'of --about: text, json (as the SDK of Meltano prints it) or markdown')
      .version(version, '--version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .addHelpText('after', EXAMPLES)
      // Arguments that belong to no option are refused below, by their names.
      .allowExcessArguments()
      .exitOverride()
      .configureOutput({outputError: () => undefined})
      .action((flags: Omit<Flags, 'config'> & Partial<Pick<Flags, 'config'>>, {args: [unexpected]}: Command) => {
        if (unexpected !== undefined) throw unexpectedArgument(unexpected);
        return run({config: [], ...flags});
      })
  );
}

/** Runs the tap with the arguments of `argv` and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A log line, or a help text, that nobody reads any more is no reason to fail.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', () => undefined);
  const version = readVersion();
  let complain = (sentence: string): void => void process.stderr.write(`CRITICAL ${sentence}\n`);
  const onLog = (log: Logger): void => {
    complain = sentence => log.fatal({}, sentence);
  };
  try {
    await createProgram(version, flags => act(flags, {version, onLog})).parseAsync(argv);
  } catch (error) {
    const {sentence, exitCode} = await judge(error);
    if (sentence !== undefined) complain(sentence);
    process.exitCode = exitCode;
  }
}

async function act(flags: Flags, {version, onLog}: Pick<Surroundings, 'version' | 'onLog'>): Promise<void> {
  if (flags.about || flags.format !== undefined) {
    const {about, aboutFormat} = await import('./about.js');
    const {writeText} = await import('./messages.js');
    await writeText(about(version, aboutFormat(flags)), process.stdout);
    return;
  }
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
  let stopped: StoppedBySignal | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    // A second signal, whichever, finds no handler any more and ends the process at once.
    for (const either of SIGNALS) process.removeListener(either, onSignal);
    stopped = new StoppedBySignal(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    stop.abort(stopped);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const {env, stdout, stderr} = process;
  const surroundings = {env, version, stderr, stdout, signal: stop.signal, onLog};
  try {
    if (flags.discover) await print(await runDiscovery(flags, surroundings));
    else if ((await runSync(flags, surroundings)) === 'failed') process.exitCode = FAILED;
  } catch (error) {
    if (stopped === undefined) throw error;
  }
  if (stopped !== undefined) process.exitCode = stopped.exitCode;
}

async function print(document: object): Promise<void> {
  const {writeText} = await import('./messages.js');
  await writeText(`${JSON.stringify(document, null, 2)}\n`, process.stdout);
}

type Verdict = {readonly sentence?: string; readonly exitCode: number};

/** What to say of an error, in one line unless the fault is ours, and the exit code. */
async function judge(error: unknown): Promise<Verdict> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return {exitCode: 0};
    return {sentence: oneLine(`command line: ${await explain(error)}`), exitCode: WRONG_INPUT};
  }
  const exitCode = exitCodeOf(error);
  if (error instanceof Error && ['InputError', 'ApiError', 'OutputClosedError'].includes(error.name)) {
    return {sentence: oneLine(error.message), exitCode};
  }
  const stack = error instanceof Error ? error.stack : String(error);
  return {sentence: `unexpected fault of the tap; please report it: ${stack}`, exitCode};
}

/** What commander complains of, and the way out. The value behind an unknown option is left out: it may be a token. */
async function explain({message}: CommanderError): Promise<string> {
  const option = /unknown option '-*([^'=]*)/.exec(message)?.[1];
  if (option !== undefined) {
    const {settings} = await import('./settings.js');
    const setting = settings.find(({name}) => name === option.replaceAll('-', '_').toLowerCase())?.name;
    if (setting !== undefined) {
      return `${setting} is a setting; put it into the config file, or into TAP_ACTIVECAMPAIGN_${setting.toUpperCase()}`;
    }
  }
  const complaint = message.replace(/^error: /, '').replace(/=[^']*'/, "'");
  const [what, guess] = complaint.split(/\s*\(Did you mean (.*?)\?\)/);
  return `${what}; ${guess === undefined ? '' : `did you mean ${guess}? `}tap-activecampaign --help lists all options`;
}

function unexpectedArgument(argument: string): InputError {
  // A long one may be the token, and short ones are no secret.
  const shown = argument.length > 40 ? `an argument of ${argument.length} characters` : JSON.stringify(argument);
  return new InputError('command line', `${shown} stands alone; name files with --config, --catalog or --state`);
}

/** Names of files and answers of servers may hold line breaks and worse. */
function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001F\u007F-\u009F]+/g, ' ');
}

function readVersion(): string {
  const manifest: {version: string} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
