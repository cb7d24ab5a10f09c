// Completion: bash is asked as its line editor would ask it. zsh and fish are asked whether they understand their
// scripts, where they are installed; what their scripts offer is read in any case.

import {execFileSync, spawnSync} from 'node:child_process';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {Command} from 'commander';
import {createProgram} from '../src/command-line.js';
import {describeCommands} from '../src/completion/model.js';
import {completionScript} from '../src/completion.js';
import {InputError} from '../src/errors.js';
import {streams} from '../src/streams.js';
import {createWorkspace} from './support/tap.js';

const workspace = createWorkspace();
afterAll(workspace.remove);

const nothing = async () => undefined;
const program = createProgram('1.2.3', {run: nothing, runState: nothing, complete: nothing});
const scripts = {
  bash: completionScript(program, 'bash'),
  zsh: completionScript(program, 'zsh'),
  fish: completionScript(program, 'fish'),
};
const names = streams.map(({tapStreamId}) => tapStreamId);
const presets = ['@contacts', '@crm', '@ecommerce', '@marketing'];

describe('bash', () => {
  /** What bash puts in the place of the last word of each line, as it parts words; one process for all. */
  function replies(lines: readonly string[]): string[][] {
    const calls = lines.map(
      (_, index) =>
        `COMP_LINE=$line${index} COMP_POINT=\${#line${index}}; _tap_activecampaign; printf '%s\\n' "\${COMPREPLY[@]}" =`,
    );
    const env = Object.fromEntries(lines.map((line, index) => [`line${index}`, line]));
    const answer = execFileSync('bash', ['-c', `source ${workspace.path('completion.bash')}\n${calls.join('\n')}`], {
      encoding: 'utf8',
      cwd: workspace.path('.'),
      env: {PATH: process.env['PATH'] ?? '', ...env},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return answer
      .split('=\n')
      .slice(0, -1)
      .map(words => words.split('\n').filter(word => word !== ''));
  }

  const cases: [line: string, words: readonly string[]][] = [
    ['tap-activecampaign --max', ['--max-records', '--max-requests', '--max-minutes']],
    ['tap-activecampaign --config config.json --prop', ['--properties']],
    ['tap-activecampaign st', ['state']],
    ['tap-activecampaign ', ['state', 'completion']],
    ['tap-activecampaign state ', ['show', 'set', 'reset', 'migrate']],
    ['tap-activecampaign state re', ['reset']],
    ['tap-activecampaign state reset --d', ['--dry-run']],
    ['tap-activecampaign completion ', ['bash', 'zsh', 'fish']],
    ['tap-activecampaign --about --format ', ['text', 'json', 'markdown']],
    ['tap-activecampaign --about --format=j', ['json']],
    ['tap-activecampaign state show state.json --format j', ['json']],
    ['tap-activecampaign --config con', ['config.json']],
    ['tap-activecampaign --config=con', ['config.json']],
    ['tap-activecampaign -c config.json -s tw', ['two words.json']],
    ['tap-activecampaign state set con', ['config.json']],
    ['tap-activecampaign state set config.json deal_st', ['deal_stages']],
    ['tap-activecampaign state reset config.json tags deal_st', ['deal_stages']],
    ['tap-activecampaign --select contact_ta', ['contact_tags']],
    ['tap-activecampaign --select contacts,!deal_st', ['contacts,!deal_stages']],
    ["tap-activecampaign --select 'contacts,deal_st", ['contacts,deal_stages']],
    // Unless a quote is open, bash takes @ for the beginning of a word.
    ['tap-activecampaign --select tags,@cr', ['crm']],
    ["tap-activecampaign --select 'tags,!@cr", ['tags,!@crm']],
    ['tap-activecampaign --full-refresh not', ['notes']],
    ['tap-activecampaign --full-refresh --sel', ['--select']],
    ['tap-activecampaign --max-records ', []],
    ['tap-activecampaign --select xyz', []],
    // A value is no command.
    ['tap-activecampaign --config state --ab', ['--about']],
  ];
  const answers: string[][] = [];

  beforeAll(() => {
    for (const name of ['completion.bash', 'config.json', 'two words.json']) workspace.file(name, scripts.bash);
    answers.push(...replies(cases.map(([line]) => line)));
  });

  test.each(cases.map(([line, words], index) => [line, words, index] as const))('%s', (_, words, index) => {
    expect(answers[index]).toEqual(words);
  });

  test('offers all streams and ready selections, and completes words that were parted already', () => {
    const call =
      'COMP_WORDS=(tap-activecampaign --select "") COMP_CWORD=2; _tap_activecampaign; IFS=" "; echo "$' +
      '{COMPREPLY[*]}"';
    const answer = execFileSync('bash', ['-c', `source ${workspace.path('completion.bash')}; ${call}; complete -p`], {
      encoding: 'utf8',
    });
    const [words = '', registered] = answer.split('\n');
    expect(words.split(' ')).toEqual([...names, ...presets]);
    expect(registered).toBe('complete -F _tap_activecampaign tap-activecampaign');
  });
});

describe.each(['zsh', 'fish'] as const)('%s', shell => {
  // Few machines have them all.
  if (spawnSync(shell, ['--version']).error === undefined) {
    test('understands its script', () => {
      const {status, stderr} = spawnSync(shell, ['-n', workspace.file(`completion.${shell}`, scripts[shell])], {
        encoding: 'utf8',
      });
      expect({status, stderr}).toEqual({status: 0, stderr: ''});
    });
  }

  test('is told of every option and command, all streams and ready selections', () => {
    const script = scripts[shell];
    for (const {options, commands} of describeCommands(program)) {
      for (const {names} of options) {
        const [longest = ''] = names.toSorted((a, b) => b.length - a.length);
        expect(script).toContain(shell === 'fish' ? `-l ${longest.slice(2)}` : longest);
      }
      for (const {name} of commands) expect(script).toContain(name);
    }
    for (const name of [...names, ...presets]) expect(script).toMatch(new RegExp(`[ (]${name}[ )\\n]`));
  });
});

test('zsh is told which options take files, words and patterns, and what they are for', () => {
  expect(scripts.zsh).toContain("'*'{-c,--config}'[JSON file with the settings; ");
  expect(scripts.zsh).toContain(":file:_files'");
  expect(scripts.zsh).toContain(':word:(text json markdown)');
  expect(scripts.zsh).toContain(':patterns:_tap_activecampaign_patterns');
  // What has a meaning for zsh itself is no part of a description.
  expect(scripts.zsh).toContain('[of --test\\: print as JSON');
  expect(scripts.zsh).toMatch(/^#compdef tap-activecampaign$/m);
});

test('fish is told which options take files, words and patterns, and what they are for', () => {
  const lines = scripts.fish.split('\n');
  const at = (path: string) => `complete -c tap-activecampaign -n '__tap_activecampaign_at \\'${path}\\''`;
  expect(lines).toContain(`${at('')} -s s -l state -r -F -d 'state of the last run, to go on from'`);
  expect(lines.find(line => line.startsWith(`${at('')} -l format`))).toContain(" -x -a 'text json markdown' ");
  expect(lines.find(line => line.includes('-l select'))).toContain(" -x -a '(__tap_activecampaign_patterns)' ");
  expect(lines).toContain(`${at('state')} -a 'reset' -d 'forget what was read of streams, \\'*\\' for all'`);
});

test('whatever is added to the command line is completed', () => {
  const own = new Command('prog').option('--colour <colour>', "it's [red]: or not");
  own.command('paint <file>').option('-f, --fast', 'in haste');
  const all = describeCommands(own);
  expect(all.map(({path}) => path)).toEqual(['', 'paint', 'help']);
  expect(all[1]).toMatchObject({
    options: [{names: ['-f', '--fast']}, {names: ['-h', '--help']}],
    positions: [{value: {type: 'file'}}],
  });
  const script = completionScript(own, 'bash');
  expect(script).toContain("'paint') options='-f --fast -h --help'");
});

test('a shell that is not known is refused with those that are', () => {
  expect(() => completionScript(program, 'fisch')).toThrow(
    new InputError('completion', 'is made for bash, zsh, fish, not for "fisch"; did you mean "fish"?'),
  );
});
