// The script by which a shell completes the command line of the tap. What can be completed is read off the definitions
// of the commands; how each shell is told is its own file's. A script is static: nothing is run at the press of a key.

import type {Command} from 'commander';
import {bashScript} from './completion/bash.js';
import {fishScript} from './completion/fish.js';
import {describeCommands} from './completion/model.js';
import {zshScript} from './completion/zsh.js';
import {InputError} from './errors.js';
import {COMPLETED_SHELLS} from './flags.js';
import {PRESET_NAMES} from './globs.js';
import {showText} from './json.js';
import {streams} from './streams.js';
import {didYouMean} from './suggest.js';

const SCRIPTS = {bash: bashScript, zsh: zshScript, fish: fishScript};

/** The script for a shell, with a line break at its end. Throws InputError for a shell that is not known. */
export function completionScript(program: Command, shell: string): string {
  const known = COMPLETED_SHELLS.find(name => name === shell);
  if (known === undefined) {
    const guess = didYouMean(shell, COMPLETED_SHELLS);
    throw new InputError(
      'completion',
      `is made for ${COMPLETED_SHELLS.join(', ')}, not for ${showText(shell)}${guess}`,
    );
  }
  const names = streams.map(({tapStreamId}) => tapStreamId);
  return SCRIPTS[known](program.name(), describeCommands(program), {streams: names, presets: PRESET_NAMES});
}
