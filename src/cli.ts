// Flags in, exit code out: the only file that touches the process. Imports what a command needs when it needs it, so
// that --version and --discover answer at once.

import {type Command, CommanderError} from 'commander';
import {createProgram} from './command-line.js';
import {InputError} from './errors.js';
import {DONE, exitCodeOf, FAILED, StoppedBySignal, WRONG_INPUT} from './exit-codes.js';
import {checkTasks, type Flags} from './flags.js';
import type {Logger} from './logger.js';
import {oneLine} from './one-line.js';
import {createSecretKeeper, type SecretKeeper} from './secret-keeper.js';
import type {Surroundings} from './session.js';
import type {StateCommand} from './state-commands.js';
import {readVersion} from './version.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs the tap with the arguments of `argv` and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A log line, or a help text, that nobody reads any more is no reason to fail.
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', () => undefined);
  const version = readVersion();
  const secrets = createSecretKeeper(process.env);
  let complain = (sentence: string): void => void process.stderr.write(`CRITICAL ${secrets.hide(sentence)}\n`);
  const onLog = (log: Logger): void => {
    complain = sentence => log.fatal({}, secrets.hide(sentence));
  };
  // Node prints what nobody foresaw with all that hangs on it, and on errors of the HTTP library the token does.
  process.on('uncaughtException', error => {
    complain(unforeseen(error));
    process.exit(FAILED);
  });
  const run = (flags: Flags) => act(flags, {version, onLog, secrets});
  const program = createProgram(version, {run, runState: changeState, complete});
  try {
    await program.parseAsync(argv);
  } catch (error) {
    const {sentence, exitCode} = await judge(error, commandOf(program, argv.slice(2)));
    if (sentence !== undefined) complain(sentence);
    process.exitCode = exitCode;
  }
}

async function changeState(command: StateCommand): Promise<void> {
  const {runStateTool} = await import('./state-tool.js');
  const {stdout, stderr} = process;
  await runStateTool(command, {stdout, stderr, nowMs: Date.now()});
}

async function complete(program: Command, shell: string): Promise<void> {
  const {completionScript} = await import('./completion.js');
  const {writeText} = await import('./messages.js');
  await writeText(completionScript(program, shell), process.stdout);
}

type Given = Pick<Surroundings, 'version' | 'onLog'> & {readonly secrets: SecretKeeper};

async function act(flags: Flags, {version, onLog, secrets}: Given): Promise<void> {
  checkTasks(flags);
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
  const {prepareHeap} = await import('./heap.js');
  prepareHeap();
  const {env, stdout, stderr} = process;
  await untilStopped(signal =>
    perform(flags, {env, version, stderr, stdout, signal, onLog, onSecrets: secrets.keep}, secrets),
  );
}

/** Sets the exit code to what `work` gives, or to that of the signal that stopped it. */
async function untilStopped(work: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const stop = new AbortController();
  let stopped: StoppedBySignal | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    // A second signal, whichever, finds no handler any more and ends the process at once.
    for (const either of SIGNALS) process.removeListener(either, onSignal);
    stopped = new StoppedBySignal(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    stop.abort(stopped);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    process.exitCode = await work(stop.signal);
  } catch (error) {
    if (stopped === undefined) throw error;
  }
  if (stopped !== undefined) process.exitCode = stopped.exitCode;
}

/** Does what the flags ask of an account, and tells the exit code. */
async function perform(flags: Flags, surroundings: Surroundings, secrets: SecretKeeper): Promise<number> {
  const {hide, hideInDocument} = secrets;
  if (flags.discover) {
    const {runDiscovery} = await import('./discovery.js');
    await print(hideInDocument(await runDiscovery(flags, surroundings)));
    return DONE;
  }
  if (flags.survey) {
    const {runSurvey} = await import('./survey/survey.js');
    await print(hideInDocument(await runSurvey(flags, surroundings)));
    return DONE;
  }
  if (flags.test) {
    const {runDoctor} = await import('./doctor/doctor.js');
    return runDoctor(flags, surroundings, hide);
  }
  if (flags.plan) {
    const {runPlan} = await import('./plan.js');
    await print(hideInDocument(await runPlan(flags, surroundings, hide)));
    return DONE;
  }
  const {runSync} = await import('./run.js');
  return (await runSync(flags, surroundings)) === 'failed' ? FAILED : DONE;
}

async function print(document: unknown): Promise<void> {
  const {writeText} = await import('./messages.js');
  await writeText(`${JSON.stringify(document, null, 2)}\n`, process.stdout);
}

type Verdict = {readonly sentence?: string; readonly exitCode: number};

/** What to say of an error, in one line unless the fault is ours, and the exit code. `command` is what was called. */
async function judge(error: unknown, command: string): Promise<Verdict> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return {exitCode: 0};
    return {sentence: oneLine(`command line: ${await explain(error, command)}`), exitCode: WRONG_INPUT};
  }
  const exitCode = exitCodeOf(error);
  if (error instanceof Error && ['InputError', 'ApiError', 'OutputClosedError'].includes(error.name)) {
    return {sentence: oneLine(error.message), exitCode};
  }
  return {sentence: unforeseen(error), exitCode};
}

function unforeseen(error: unknown): string {
  return `unexpected fault of the tap; please report it: ${error instanceof Error ? error.stack : String(error)}`;
}

/** The name of the command that the words call, with those of the commands above it: `tap-activecampaign state show`. */
function commandOf(program: Command, words: readonly string[]): string {
  const name = program.name();
  const at = words.findIndex(word => !word.startsWith('-'));
  const command = program.commands.find(each => each.name() === words[at]);
  return command ? `${name} ${commandOf(command, words.slice(at + 1))}` : name;
}

/** What commander complains of, and the way out. The value behind an unknown option is left out: it may be a token. */
async function explain({message}: CommanderError, command: string): Promise<string> {
  const option = /unknown option '-*([^'=]*)/.exec(message)?.[1];
  if (option !== undefined) {
    const {aliases, settings} = await import('./settings.js');
    const wanted = option.replaceAll('-', '_').toLowerCase();
    // What other programs call it; arguments can be seen by everybody on the machine.
    const alias = Object.hasOwn(aliases, wanted) ? aliases[wanted] : undefined;
    const name = ['token', 'apikey', 'key'].includes(wanted) ? 'api_token' : (alias ?? wanted);
    const setting = settings.find(setting => setting.name === name)?.name;
    if (setting !== undefined) {
      return `${setting} is a setting; put it into the config file, or into TAP_ACTIVECAMPAIGN_${setting.toUpperCase()}`;
    }
  }
  const complaint = message
    .replace(/^error: /, '')
    .replace(/=[^']*'/, "'")
    .replace(/\.$/, '');
  const [what, guess] = complaint.split(/\s*\(Did you mean (.*?)\?\)/);
  return `${what}; ${guess === undefined ? '' : `did you mean ${guess}? `}${command} --help lists all options`;
}
