import {lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs';
import {afterAll, beforeEach, describe, expect, test} from '@jest/globals';
import {InputError} from '../src/errors.js';
import {toRunReport} from '../src/report.js';
import {checkReportFile, writeReportFile} from '../src/report-file.js';
import {createWorkspace} from './support/tap.js';

const workspace = createWorkspace();
afterAll(workspace.remove);

const report = toRunReport({
  sync: {streams: [], isInterrupted: false},
  counts: {requests: 1, retries: 0, throttledSeconds: 0},
  version: '1.2.3',
  startedAt: 0,
  endedAt: 1_000,
  exitCode: 0,
  error: null,
});

const files = () => readdirSync(workspace.path('.')).sort();
const read = (name: string) => JSON.parse(readFileSync(workspace.path(name), 'utf8'));

beforeEach(() => {
  for (const name of files()) rmSync(workspace.path(name), {recursive: true});
});

describe('writing a report', () => {
  test('makes a file, or replaces the one that is there, and leaves nothing beside it', () => {
    writeReportFile(workspace.path('new.json'), report);
    writeReportFile(workspace.file('old.json', 'x'.repeat(100_000)), report);
    expect([read('new.json'), read('old.json')]).toEqual([report, report]);
    expect(readFileSync(workspace.path('new.json'), 'utf8')).toMatch(/\}\n$/);
    expect(files()).toEqual(['new.json', 'old.json']);
  });

  test('is one step: the old file is whole as long as somebody reads it', () => {
    const path = workspace.file('report.json', 'the last one');
    const before = lstatSync(path).ino;
    writeReportFile(path, report);
    expect(lstatSync(path).ino).not.toBe(before);
  });

  test('goes to the file behind a link', () => {
    const file = workspace.file('real.json', '{}');
    symlinkSync(file, workspace.path('link.json'));
    writeReportFile(workspace.path('link.json'), report);
    expect(lstatSync(workspace.path('link.json')).isSymbolicLink()).toBe(true);
    expect(read('real.json')).toEqual(report);
  });

  test('says why it cannot, and leaves no draft behind', () => {
    expect(() => writeReportFile(workspace.path('gone/report.json'), report)).toThrow(
      /gone.*cannot be written.*ENOENT/,
    );
    mkdirSync(workspace.path('full.json'));
    workspace.file('full.json/x', '');
    expect(() => writeReportFile(workspace.path('full.json'), report)).toThrow(/full\.json.*cannot be written/);
    expect(files()).toEqual(['full.json']);
  });
});

describe('a place for a report', () => {
  test('is good where there is nothing yet, or a file', () => {
    checkReportFile(workspace.path('report.json'), [workspace.path('nowhere.json')]);
    expect(files()).toEqual([]);
    const file = workspace.file('report.json', 'the last one');
    checkReportFile(file, [workspace.file('config.json', {})]);
    expect(readFileSync(file, 'utf8')).toBe('the last one');
    expect(files()).toEqual(['config.json', 'report.json']);
  });

  test('is not that of a file that the run reads, whatever it is called', () => {
    const state = workspace.file('state.json', {});
    symlinkSync(state, workspace.path('link.json'));
    for (const path of [state, workspace.path('link.json'), workspace.path('./state.json')]) {
      expect(() => checkReportFile(path, ['ENV', state])).toThrow(InputError);
    }
  });

  test.each([
    ['a directory', '.', 'name a file in it'],
    ['a directory that is not there', 'nowhere/report.json', 'make the directory'],
    ['a name that is too long', `${'x'.repeat(300)}.json`, 'cannot be written'],
    ['a name with a NUL', 'a\0b', 'cannot be written'],
  ])('is not %s', (_, name, words) => {
    expect(() => checkReportFile(workspace.path(name), [])).toThrow(words);
    expect(files()).toEqual([]);
  });
});
