// The command line: its options, their descriptions and examples.

import {Argument, Command, Option} from 'commander';
import {InputError} from './errors.js';
import {ABOUT_FORMATS, COMPLETED_SHELLS, type Flags} from './flags.js';
import {showText} from './json.js';
import {addStateCommands, type StateCommand} from './state-commands.js';

const EXAMPLES = `
Examples:
  tap-activecampaign --discover > catalog.json
  tap-activecampaign --config config.json --discover > catalog.json
  tap-activecampaign --config config.json --state state.json | target-postgres
  tap-activecampaign --config config.json --select 'contacts,deal*,!*.email'
  tap-activecampaign --config config.json --state state.json --plan > plan.json
  tap-activecampaign --config ENV --full-refresh 'contacts,tags'
  tap-activecampaign --config config.json --state state.json --max-minutes 30
  tap-activecampaign --config config.json --state state.json --test

Settings can also be given in the environment, as TAP_ACTIVECAMPAIGN_<KEY>;
docs/settings.md lists them. stdout carries Singer messages only; logs go to
stderr.

Exit codes: 0 done, or ended at a bound; 1 a stream failed or the run could not
go on; 2 wrong input; 130 and 143 stopped by SIGINT and SIGTERM, after the last
STATE.`;

/** What the command line leads to: a sync or whatever else its flags ask for, and what is done with a state file. */
export type Actions = {
  readonly run: (flags: Flags) => Promise<void>;
  readonly runState: (command: StateCommand) => Promise<void>;
  /** Prints the script by which this shell completes the command line. */
  readonly complete: (program: Command, shell: string) => Promise<void>;
};

/** The command line of the tap. */
export function createProgram(version: string, {run, runState, complete}: Actions): Command {
  const program = createFlags(version, run);
  addStateCommands(program, runState);
  program
    .command('completion')
    .addArgument(
      new Argument('<shell>', 'the shell that is to complete')
        .choices(COMPLETED_SHELLS)
        // Who makes the script says what is wrong with it.
        .argParser(shell => shell),
    )
    .description('print a script by which bash, zsh or fish completes this command line')
    .allowExcessArguments(false)
    .action((shell: string) => complete(program, shell));
  return program;
}

/** The options of a run. */
function createFlags(version: string, run: (flags: Flags) => Promise<void>): Command {
  return (
    new Command('tap-activecampaign')
      .description('Singer tap for ActiveCampaign: extracts an account as Singer messages.')
      .optionsGroup('What to do, if not to sync:')
      .option('-d, --discover', 'print the catalog; with --config, ask the account what its token may read')
      .option('--plan', 'print what a sync would read: records, requests and minutes, by stream and in all')
      .option('--test', 'check config, account, token, rights, catalog and state, and say what to do about each fault')
      .option('--survey', 'of --test: print as JSON what the server of the account really does, without any data of it')
      .option('--about', 'print what the tap is and can do: settings, capabilities, streams')
      .addOption(
        new Option('--format <format>', 'of --about; json is as the SDK of Meltano prints it')
          .choices(ABOUT_FORMATS)
          // Who reads it says what is wrong with it.
          .argParser(format => format),
      )
      .optionsGroup('Files:')
      .option(
        '-c, --config <file>',
        'JSON file with the settings; may be repeated, later files win; ENV stands for the environment alone',
        (file: string, files: readonly string[] = []) => [...files, file],
      )
      .option('--catalog <file>', 'catalog with the selection of streams and fields')
      .option('-p, --properties <file>', 'old name of --catalog')
      .option('-s, --state <file>', 'state of the last run, to go on from')
      .optionsGroup('Which streams and fields:')
      .option('--select <patterns>', "streams and fields to sync, such as 'contacts,@crm,deal*,!*.email'")
      .option('--full-refresh [patterns]', 'ignore the bookmarks of all streams, or of those that match')
      .optionsGroup('How far (the next run goes on from there):')
      .option('--max-records <n>', 'end behind the page with the record of this number')
      .option('--max-requests <n>', 'send no more requests than this, repeated ones included')
      .option('--max-minutes <n>', 'end when this time has passed, such as 30 or 0.5')
      .optionsGroup('Help:')
      .version(version, '--version', 'print the version')
      .helpOption('-h, --help', 'print this help')
      .addHelpText('after', EXAMPLES)
      // Arguments that belong to no option are refused below, by their names.
      .allowExcessArguments()
      // Options behind a command are its own.
      .enablePositionalOptions()
      .exitOverride()
      .configureOutput({outputError: () => undefined})
      .action((flags: Omit<Flags, 'config'> & Partial<Pick<Flags, 'config'>>, {args: [unexpected]}: Command) => {
        if (unexpected !== undefined) throw unexpectedArgument(unexpected);
        return run({config: [], ...flags});
      })
  );
}

function unexpectedArgument(argument: string): InputError {
  return new InputError(
    'command line',
    `${showText(argument)} stands alone; name files with --config, --catalog or --state`,
  );
}
