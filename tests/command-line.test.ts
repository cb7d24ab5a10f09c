// The command line: what it refuses.

import {expect, test} from '@jest/globals';
import {aboutFormat} from '../src/about.js';
import {createProgram} from '../src/command-line.js';
import {completionScript} from '../src/completion.js';
import type {Flags} from '../src/flags.js';

const run = async (flags: Flags) => void aboutFormat(flags);
const program = () =>
  createProgram('1.2.3', {
    run,
    runState: async () => undefined,
    complete: async (given, shell) => void completionScript(given, shell),
  });

const TOKEN = 'k'.repeat(72);

test.each([
  ['alone', [TOKEN]],
  ['as what is to be done with a state', ['state', TOKEN]],
  ['as the form of what is shown', ['state', 'show', 'state.json', '--format', TOKEN]],
  ['as the form of what is told', ['--about', '--format', TOKEN]],
  ['as a shell', ['completion', TOKEN]],
])('does not repeat a token that stands in a wrong place: %s', async (_, words) => {
  await expect(program().parseAsync(['node', 'tap', ...words])).rejects.toThrow(/a text of 72 characters/);
});
