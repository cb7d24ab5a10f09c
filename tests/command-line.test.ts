// The command line: what it refuses.

import {expect, test} from '@jest/globals';
import {aboutFormat} from '../src/about.js';
import {createProgram} from '../src/command-line.js';
import {completionScript} from '../src/completion.js';
import {checkTasks, type Flags} from '../src/flags.js';

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

test.each<[string, Partial<Flags>, string]>([
  ['two documents', {about: true, discover: true}, '--discover: cannot be done together with --about'],
  ['a catalog of some streams', {discover: true, select: 'tags'}, '--select: has no meaning for --discover'],
  ['a catalog, read anew', {discover: true, fullRefresh: true}, '--full-refresh: has no meaning for --discover'],
  ['a catalog with a bound', {discover: true, maxRecords: '5'}, '--max-records: has no meaning for --discover'],
  ['a survey of some streams', {test: true, survey: true, select: 'tags'}, '--select: has no meaning for --survey'],
  ['a survey without a test', {survey: true}, '--survey: is a part of the test'],
])('refuses what it would pass over in silence: %s', (_, flags, complaint) => {
  expect(() => checkTasks({config: [], ...flags})).toThrow(complaint);
});

test.each<Partial<Flags>>([
  {test: true, select: 'tags', maxMinutes: '5'},
  {plan: true, select: 'tags', fullRefresh: true, maxRequests: '5'},
  {discover: true, state: 'state.json', catalog: 'catalog.json'},
])('takes for a look what a sync takes: %j', flags => {
  expect(() => checkTasks({config: [], ...flags})).not.toThrow();
});
