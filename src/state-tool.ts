// Does what the command `state` asks for: reads the file, changes the state, tells what is different and writes it.

import {writeText} from './messages.js';
import {oneLine} from './one-line.js';
import type {Surroundings} from './session.js';
import type {State} from './state.js';
import type {StateCommand} from './state-commands.js';
import {changesBetween, migrateState, resetStreams, setBookmark} from './state-edit.js';
import {readStateFile, replaceFile, STDIN} from './state-file.js';
import {renderStanding, standingOf} from './state-table.js';

export type StateToolSurroundings = Pick<Surroundings, 'stdout' | 'stderr'> & {
  /** The machine's time: milliseconds since 1970 (UTC). */
  readonly nowMs: number;
};

/**
 * Shows or changes a state file. A new state goes into the file, and what changed to stdout; of a state from stdin the
 * new one goes to stdout, and what changed to stderr. Throws InputError for a file or a wish that is no good, and
 * OutputClosedError.
 */
export async function runStateTool(
  command: StateCommand,
  {stdout, stderr, nowMs}: StateToolSurroundings,
): Promise<void> {
  const {file} = command;
  const {state, warnings, with: textWith} = readStateFile(file);
  const warn = () => {
    for (const warning of warnings) stderr.write(`WARNING ${oneLine(warning)}\n`);
  };
  if (command.action === 'show') {
    warn();
    const standing = standingOf(state, nowMs);
    await writeText(
      command.format === 'json' ? `${JSON.stringify(standing, null, 2)}\n` : renderStanding(standing),
      stdout,
    );
    return;
  }
  const after = change(command, state, nowMs);
  // Who changes one stream need not be told of others.
  if (command.action === 'migrate') warn();
  const changes = changesBetween(state, after).map(line => `${oneLine(line)}\n`);
  const told = changes.length === 0 ? 'nothing to change\n' : changes.join('');
  if (command.dryRun) {
    await writeText(told, stdout);
  } else if (file === STDIN) {
    stderr.write(told);
    await writeText(textWith(after), stdout);
  } else {
    if (changes.length > 0) replaceFile(file, textWith(after));
    await writeText(told, stdout);
  }
}

type StateChange = Exclude<StateCommand, {readonly action: 'show'}>;

function change(command: StateChange, state: State, nowMs: number): State {
  switch (command.action) {
    case 'set':
      return setBookmark(state, command, nowMs);
    case 'reset':
      return resetStreams(state, command.patterns);
    case 'migrate':
      return migrateState(state);
  }
}
