// The sub-commands of the command line that look at a state file and change it.

import {type Command, Option} from 'commander';
import {InputError} from './errors.js';
import {showText} from './json.js';
import {didYouMean} from './suggest.js';

/** What is to be done with a state file; `-` is stdin. */
export type StateCommand =
  | {readonly action: 'show'; readonly file: string; readonly format: 'table' | 'json'}
  | (Change & {
      readonly action: 'set';
      readonly stream: string;
      readonly instant: string;
      /** The replication key, where it is not the one that the state has, or the usual one. */
      readonly key?: string;
    })
  | (Change & {readonly action: 'reset'; readonly patterns: readonly string[]})
  | (Change & {readonly action: 'migrate'});

type Change = {readonly file: string; readonly dryRun?: true};

const FORMATS = ['table', 'json'];
const ACTIONS = ['show', 'set', 'reset', 'migrate'];

const EXAMPLES = `
The file may be that of a runner, with the state inside; - stands for stdin, and
writes the new state to stdout. Every change is made in one step.

Examples:
  tap-activecampaign state show state.json
  tap-activecampaign state set state.json contacts 2024-01-01T00:00:00Z --dry-run
  tap-activecampaign state reset state.json 'deal*,!deal_activities'
  tap-activecampaign state migrate - < python-state.json > state.json`;

/** Adds the command `state` with what it can do to the command line; each does what it does by `run`. */
export function addStateCommands(program: Command, run: (command: StateCommand) => Promise<void>): void {
  // What is meant for a sync would be passed over in silence.
  const refuseOptions = (): void => {
    const [option] = Object.keys(program.opts());
    if (option !== undefined) throw new InputError(`--${option}`, 'has no meaning for the command state; remove it');
  };
  const state = program
    .command('state')
    .description('show or change a state file; state --help tells how')
    .addHelpText('after', EXAMPLES)
    .helpCommand(false)
    .allowExcessArguments()
    .action((_, {args: [action]}: Command) => {
      const wrong = action === undefined ? 'says nothing to do' : `cannot ${showText(action)}`;
      const guess = action === undefined ? '' : didYouMean(action, ACTIONS);
      throw new InputError('state', `${wrong}; give one of ${ACTIONS.join(', ')} and a file${guess}`);
    });
  const dryRun = () => new Option('--dry-run', 'tell what would change, and change nothing');
  state
    .command('show <file>')
    .allowExcessArguments(false)
    .description('tell how far the streams have been read')
    .addOption(
      new Option('--format <format>', 'table, which it is without a word, or json')
        .choices(FORMATS)
        // Wrong ones are refused below.
        .argParser(format => format),
    )
    .action((file: string, {format = 'table'}: {format?: string}) => {
      refuseOptions();
      if (format !== 'table' && format !== 'json') {
        throw new InputError('--format', `must be table or json, not ${showText(format)}`);
      }
      return run({action: 'show', file, format});
    });
  state
    .command('set <file> <stream> <instant>')
    .allowExcessArguments(false)
    .description('set the bookmark of a stream')
    .option('--key <key>', 'the replication key, where a stream has several')
    .addOption(dryRun())
    .action((file: string, stream: string, instant: string, options: {key?: string; dryRun?: true}) => {
      refuseOptions();
      return run({action: 'set', file, stream, instant, ...options});
    });
  state
    .command('reset <file> [patterns...]')
    .allowExcessArguments(false)
    .description("forget what was read of streams, '*' for all")
    .addOption(dryRun())
    .action((file: string, patterns: string[], options: {dryRun?: true}) => {
      refuseOptions();
      return run({action: 'reset', file, patterns, ...options});
    });
  state
    .command('migrate <file>')
    .allowExcessArguments(false)
    .description("turn the state of another tap into this one's")
    .addOption(dryRun())
    .action((file: string, options: {dryRun?: true}) => {
      refuseOptions();
      return run({action: 'migrate', file, ...options});
    });
}
