import {execFileSync} from 'node:child_process';
import {chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync} from 'node:fs';
import {afterAll, beforeEach, describe, expect, test} from '@jest/globals';
import {InputError} from '../src/errors.js';
import {readStateFile, replaceFile} from '../src/state-file.js';
import {createWorkspace} from './support/tap.js';

const workspace = createWorkspace();
afterAll(workspace.remove);

const files = () => readdirSync(workspace.path('.')).sort();

beforeEach(() => {
  for (const name of files()) rmSync(workspace.path(name), {recursive: true});
});

function complaintOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.detail;
    throw error;
  }
  return 'no complaint';
}

const state = {bookmarks: {contacts: {udate: '2024-01-01T00:00:00Z'}}};
const other = {bookmarks: {deals: {mdate: '2024-01-01T00:00:00Z'}}};

describe('what is around a state stays:', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', state, other],
    ['a STATE message', {type: 'STATE', value: state, more: 1}, {type: 'STATE', value: other, more: 1}],
    ["Meltano's export", {singer_state: state, run: 'x'}, {singer_state: other, run: 'x'}],
    [
      "Meltano's record of runs",
      {completed: {singer_state: state}, partial: {}},
      {completed: {singer_state: other}, partial: {}},
    ],
  ])('%s', (_, before, after) => {
    const file = readStateFile(workspace.file('state.json', before));
    expect(file.state).toEqual(state);
    expect(JSON.parse(file.with(other))).toEqual(after);
  });

  test('and so does its form: one line, or one for people', () => {
    const line = readStateFile(workspace.file('line.json', `${JSON.stringify(state)}\n`)).with(other);
    expect(line).toBe(`${JSON.stringify(other)}\n`);
    const pretty = readStateFile(workspace.file('pretty.json', JSON.stringify(state, null, 4))).with(other);
    expect(pretty).toBe(`${JSON.stringify(other, null, 2)}\n`);
  });

  test('an empty file takes a state', () => {
    expect(JSON.parse(readStateFile(workspace.file('state.json', '')).with(other))).toEqual(other);
  });
});

test.each<[string, unknown, RegExp]>([
  ['text', 'contacts', /^the state file is not valid JSON at line 1, column 1/],
  ['a list', [], /^the state must be a JSON object/],
  ['a catalog', {streams: []}, /^this is no state/],
  ['several lines', `${JSON.stringify(state)}\n${JSON.stringify(other)}\n`, /several lines; keep only the last one/],
  ['a bookmark that is none', {bookmarks: {contacts: {udate: 5}}}, /^bookmarks\.contacts\.udate must be a date-time/],
])('%s instead of a state is refused in one sentence', (_, content, complaint) => {
  expect(complaintOf(() => readStateFile(workspace.file('state.json', content)))).toMatch(complaint);
});

describe('replacing a file', () => {
  test('is one step, keeps its mode, and leaves nothing beside it', () => {
    const path = workspace.file('state.json', 'old');
    chmodSync(path, 0o640);
    const {ino} = statSync(path);
    replaceFile(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(statSync(path).ino).not.toBe(ino);
    expect(files()).toEqual(['state.json']);
  });

  test('goes to the file behind a link, which stays one', () => {
    mkdirSync(workspace.path('volume'));
    symlinkSync(workspace.file('volume/real.json', 'old'), workspace.path('state.json'));
    replaceFile(workspace.path('state.json'), 'new');
    expect(lstatSync(workspace.path('state.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(workspace.path('volume/real.json'), 'utf8')).toBe('new');
  });

  test('says in one sentence that it cannot, and leaves no draft behind', () => {
    expect(complaintOf(() => replaceFile(workspace.path('gone.json'), 'new'))).toBe(
      'cannot be written (ENOENT); make the file and its directory writable for this user, or write to stdout with -',
    );
    // Nobody may make a file there, whoever he is.
    expect(complaintOf(() => replaceFile('/proc/self/status', 'new'))).toMatch(/^cannot be written \(/);
    expect(files()).toEqual([]);
  });

  test('leaves alone what is no file', () => {
    mkdirSync(workspace.path('directory'));
    execFileSync('mkfifo', [workspace.path('pipe')]);
    for (const name of ['directory', 'pipe']) {
      expect(complaintOf(() => replaceFile(workspace.path(name), 'new'))).toBe(
        'is no plain file; name one, or write to stdout with -',
      );
    }
    expect(lstatSync(workspace.path('pipe')).isFIFO()).toBe(true);
    expect(files()).toEqual(['directory', 'pipe']);
  });
});
