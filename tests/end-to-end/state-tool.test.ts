// The state tools as a user runs them, beside a sync that goes on from what they wrote.

import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from '@jest/globals';
import {bookmarkOf, withAccount} from '../support/account.js';
import {createWorkspace, runTap} from '../support/tap.js';

const executable = fileURLToPath(new URL('../../bin/tap-activecampaign.js', import.meta.url));

test('a state of the Python tap is shown, migrated, set and reset, and syncs go on from it', () =>
  withAccount({contacts: 30}, async ({sync, workspace}) => {
    const select = 'contacts,tags';
    const path = workspace.file('kept.json', {
      bookmarks: {contacts: '2026-07-01T00:00:00Z', deals: '2026-06-01T00:00:00Z'},
    });
    const read = () => JSON.parse(readFileSync(path, 'utf8'));

    const shown = await runTap(['state', 'show', path]);
    expect({code: shown.code, stderr: shown.stderr}).toEqual({code: 0, stderr: ''});
    expect(shown.stdout).toMatch(/^contacts {2}udate +2026-07-01T00:00:00Z/m);

    const before = read();
    const dry = await runTap(['state', 'migrate', path, '--dry-run']);
    expect(dry.stdout).toBe(
      'contacts: 2026-07-01T00:00:00Z -> {"udate":"2026-07-01T00:00:00.000000Z"}\n' +
        'deals: 2026-06-01T00:00:00Z -> {"mdate":"2026-06-01T00:00:00.000000Z"}\n',
    );
    expect(read()).toEqual(before);
    expect(await runTap(['state', 'migrate', path])).toMatchObject({code: 0, stderr: '', stdout: dry.stdout});
    expect(read().bookmarks).toEqual({
      contacts: {udate: '2026-07-01T00:00:00.000000Z'},
      deals: {mdate: '2026-06-01T00:00:00.000000Z'},
    });

    const whole = await sync({select});
    const count = ({lines}: {lines: readonly string[]}) =>
      lines.filter(line => line.includes('"RECORD","stream":"contacts"')).length;
    const last = (bookmarkOf(whole.output.state, 'contacts')['udate'] ?? '') as string;
    workspace.file('kept.json', whole.output.state);
    const set = await runTap(['state', 'set', path, 'contacts', '2026-01-01']);
    expect(set).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `contacts.udate: ${last} -> 2026-01-01T00:00:00.000000Z\n`,
    });
    const some = await sync({select, state: read()});
    expect(some.lines.filter(line => line.includes('"udate":"2025-')).length).toBe(0);

    workspace.file('kept.json', some.output.state);
    expect((await runTap(['state', 'reset', path, 'contacts'])).code).toBe(0);
    const again = await sync({select, state: read()});
    expect(count(again)).toBe(count(whole));
    expect(readdirSync(workspace.path('.')).filter(name => name.startsWith('.'))).toEqual([]);
  }));

test('a state comes from stdin and goes to stdout, and what is wrong is one line', async () => {
  const workspace = createWorkspace();
  try {
    const state = {singer_state: {bookmarks: {contacts: {udate: '2024-01-01T00:00:00.000000Z'}}}};
    const run = spawnSync(process.execPath, [executable, 'state', 'reset', '-', '*'], {
      input: JSON.stringify(state),
      encoding: 'utf8',
    });
    expect(JSON.parse(run.stdout)).toEqual({singer_state: {bookmarks: {contacts: {udate: null}}}});
    expect({code: run.status, stderr: run.stderr}).toEqual({
      code: 0,
      stderr: 'contacts.udate: 2024-01-01T00:00:00.000000Z -> null\n',
    });

    const file = workspace.file('state.json', {bookmarks: {tagz: 1}});
    const wrong: readonly (readonly [args: readonly string[], complaint: RegExp])[] = [
      [
        ['set', file, 'contcts', '2024-01-01'],
        /^CRITICAL state set: there is no stream "contcts"; did you mean "contacts"\?$/,
      ],
      [['show', workspace.path('gone.json')], /^CRITICAL .*gone\.json: there is no such state file; check its path/],
      [
        ['shwo', file],
        /^CRITICAL state: cannot "shwo"; give one of show, set, reset, migrate and a file; did you mean "show"\?$/,
      ],
    ];
    for (const [args, complaint] of wrong) {
      const {code, stdout, stderr} = await runTap(['state', ...args]);
      expect({code, stdout, lines: stderr.trimEnd().split('\n').length}).toEqual({code: 2, stdout: '', lines: 1});
      expect(stderr.trimEnd()).toMatch(complaint);
    }
  } finally {
    workspace.remove();
  }
});
