// What the repository says beside its code: catalogs, README, the page of the streams and sample config are what the code
// makes, and work.

import {execFile} from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {checkConformance} from '../support/conformance.js';
import {createWorkspace, runTap, type Workspace} from '../support/tap.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

const workspace = createWorkspace();
afterAll(workspace.remove);

type Ended = {readonly code: number; readonly stdout: string; readonly stderr: string};

async function run(file: string, args: readonly string[], env = process.env): Promise<Ended> {
  try {
    return {code: 0, ...(await promisify(execFile)(file, args, {env, maxBuffer: 1e8}))};
  } catch (error) {
    // Of a process that failed, execFile throws what it would have given.
    return error as Ended;
  }
}

describe('what is generated', () => {
  const generate = (directory: string) => run(process.execPath, [`${directory}/scripts/generate.js`, '--check']);

  test('is as the code makes it', async () => {
    expect(await generate(root)).toEqual({code: 0, stdout: '', stderr: ''});
  });

  describe('in a copy of the repository', () => {
    const copy = workspace.path('copy');

    beforeAll(() => {
      mkdirSync(copy);
      for (const name of ['bin', 'dist', 'schemas', 'catalogs', 'docs', 'scripts', 'package.json', 'README.md']) {
        cpSync(`${root}${name}`, `${copy}/${name}`, {recursive: true});
      }
      symlinkSync(`${root}node_modules`, `${copy}/node_modules`);
    });

    test.each(['catalogs/discovered.json', 'catalogs/crm.json', 'docs/streams.md'])(
      '%s is missed when something is added to it',
      async name => {
        expect((await generate(copy)).code).toBe(0);
        appendFileSync(`${copy}/${name}`, '\n');
        const {code, stderr} = await generate(copy);
        expect(code).toBe(1);
        expect(stderr).toBe(`${name} is not what the code makes; run npm run generate\n`);
        cpSync(`${root}${name}`, `${copy}/${name}`);
      },
    );

    test.each([
      ['README.md', 'a flag', "'--select <patterns>'", "'--choose <patterns>'", 'dist/command-line.js'],
      ['README.md', 'a default', 'default: 300', 'default: 301', 'dist/settings.js'],
      ['README.md', 'what is selected', 'every order', 'every sale', 'dist/further-streams.js'],
      ['README.md', 'a ready selection', "'task_outcomes',", '', 'dist/presets.js'],
      ['docs/sandbox.md', 'a parameter', "'unpaged'", "'unpaginated'", 'dist/simulator/parameters.js'],
      ['docs/streams.md', 'an endpoint', "path: 'bounceLogs'", "path: 'bounces'", 'dist/streams.js'],
      ['docs/streams.md', 'a description', 'Id of the tag.', 'Number of the tag.', 'schemas/tags.json'],
      ['docs/streams.md', 'a field', '"tag_type"', '"kind_of_tag"', 'schemas/tags.json'],
    ])('%s is behind when %s changes', async (name, _, before, after, file) => {
      await run('sed', ['-i', `s|${before}|${after}|`, `${copy}/${file}`]);
      expect(readFileSync(`${copy}/${file}`, 'utf8')).toContain(after);
      const {code, stderr} = await generate(copy);
      expect(code).toBe(1);
      expect(stderr).toContain(`${name} is not what the code makes`);
      cpSync(`${root}${file}`, `${copy}/${file}`);
    });
  });
});

describe('the page of the streams', () => {
  const [, ...sections] = readFileSync(`${root}docs/streams.md`, 'utf8').split(/^## /m);
  const {streams} = JSON.parse(readFileSync(`${root}catalogs/discovered.json`, 'utf8')) as {
    streams: readonly {
      stream: string;
      key_properties: readonly string[];
      metadata: readonly {breadcrumb: string[]}[];
    }[];
  };
  const nameOf = (breadcrumb: readonly string[]) =>
    breadcrumb.filter((_, at) => breadcrumb[at - 1] === 'properties').join('.');
  const cellsOf = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1);

  test('has a section for each stream, in the order of the catalog', () => {
    expect(sections.map(section => section.split('\n')[0])).toEqual(streams.map(({stream}) => stream));
  });

  test.each(streams)('describes $stream and each of its fields', ({stream, key_properties: keys, metadata}) => {
    const section = sections.find(text => text.startsWith(`${stream}\n`)) ?? '';
    const [, description = '', facts = '', fields = ''] = section.trimEnd().split('\n\n');
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(facts).toContain(`\n- Key: ${keys.map(key => `\`${key}\``).join(', ')}\n`);
    const rows = fields.split('\n').slice(2).map(cellsOf);
    expect(rows.map(([name]) => name?.trim())).toEqual(
      metadata.filter(({breadcrumb}) => breadcrumb.length > 0).map(({breadcrumb}) => `\`${nameOf(breadcrumb)}\``),
    );
    for (const row of rows)
      expect(row).toEqual([expect.anything(), expect.stringMatching(/^ [a-z]/), expect.stringMatching(/\w.*\. $/)]);
  });
});

describe('the catalogs', () => {
  const config = workspace.file('sandbox.json', {
    api_url: 'sandbox:contacts=20&requests_per_second=0',
    requests_per_second: 0,
    log_level: 'warning',
  });

  test('discovered.json is what --discover prints, to the byte', async () => {
    const {stdout} = await runTap(['--discover']);
    expect(stdout).toBe(readFileSync(`${root}catalogs/discovered.json`, 'utf8'));
  });

  test.each(readdirSync(`${root}catalogs`))('%s is taken by the tap, which syncs what it selects', async name => {
    const catalog = `${root}catalogs/${name}`;
    const result = await runTap(['--config', config, '--catalog', catalog]);
    expect(result.code).toBe(0);
    expect(result.stderr).not.toMatch(/CRITICAL|ERROR|the catalog/);
    const selected = JSON.parse(readFileSync(catalog, 'utf8')).streams.filter(
      ({metadata: [{metadata}]}: {metadata: [{metadata: Record<string, unknown>}]}) =>
        metadata['selected'] ?? metadata['selected-by-default'],
    );
    const names = selected.map(({tap_stream_id: id}: {tap_stream_id: string}) => id);
    expect(names.length).toBeGreaterThan(0);
    expect([...checkConformance(result).schemas.keys()].sort()).toEqual(names.sort());
  });
});

describe('the README', () => {
  test('shows the two commands', () => {
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
  });

  test('shows a config that lacks nothing but the account', async () => {
    const config = /```json\s*(\{[^`]*\})\s*```/.exec(readme)?.[1] ?? '';
    const {code, stderr} = await runTap(['--config', workspace.file('config.json', config.trim())]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/api_url: still holds the placeholder.*api_token: still holds a placeholder/);
    const filled = config
      .replace('ACCOUNT', 'no-such-account')
      .replace('api-us1.com', 'invalid')
      .replace('KEY', 'a1b2c3');
    const {stderr: asked} = await runTap(['--config', workspace.file('filled.json', filled)], {
      TAP_ACTIVECAMPAIGN_MAX_RETRIES: '0',
    });
    expect(asked).toContain('the host is not known');
  });
});

// The script that the README gives for cron, as it stands there but for its directory.
describe('the script of the README', () => {
  const TARGET = `#!/usr/bin/env bash
# Prints the state of each STATE line, as targets do; the environment says what goes wrong.
while IFS= read -r line; do
  case $line in '{"type":"STATE"'*) line=\${line#*\\"value\\":}; echo "\${line%\\}}" ;; esac
done
if [ "\${HALF_A_LINE:-}" ]; then printf '{"bookmarks": {"conta'; fi
exit "\${TARGET_CODE:-0}"
`;

  /** A directory with the script, a config, and commands of the script's names on the PATH. */
  function install(at: Workspace, tap: string): () => Promise<Ended> {
    const script = /```bash\n(#![^`]*)```/.exec(readme)?.[1] ?? '';
    expect(script).toContain('cd /srv/activecampaign ');
    mkdirSync(at.path('bin'));
    const commands = {'tap-activecampaign': tap, 'target-postgres': TARGET};
    for (const [name, text] of Object.entries(commands)) chmodSync(at.file(`bin/${name}`, text), 0o755);
    at.file('run.sh', script.replace('/srv/activecampaign', at.path('.')));
    at.file('config.json', {api_url: 'sandbox:contacts=20&requests_per_second=0', requests_per_second: 0});
    at.file('target.json', {});
    return () => run('bash', [at.path('run.sh')], {...process.env, PATH: `${at.path('bin')}:${process.env['PATH']}`});
  }

  const TAP = `#!/usr/bin/env bash\nexec "${process.execPath}" "${root}bin/tap-activecampaign.js" "$@" --select tags,contacts\n`;
  const stateOf = (at: Workspace) => JSON.parse(readFileSync(at.path('state.json'), 'utf8'));

  const workspaces: Workspace[] = [];
  const create = () => {
    const at = createWorkspace();
    workspaces.push(at);
    return at;
  };
  afterAll(() => {
    for (const at of workspaces) at.remove();
  });

  test('keeps the last state, and the next run goes on from it', async () => {
    const at = create();
    const start = install(at, TAP);
    expect((await start()).code).toBe(0);
    const first = stateOf(at);
    expect(first).toMatchObject({bookmarks: {contacts: {udate: expect.any(String)}}, currently_syncing: null});
    at.file('config.json', {
      api_url: 'sandbox:contacts=20&requests_per_second=0&changes=60',
      requests_per_second: 0,
    });
    const second = await start();
    expect(second.code).toBe(0);
    expect(stateOf(at).bookmarks.contacts.udate > first.bookmarks.contacts.udate).toBe(true);
    // An incremental run: the contacts that did not change do not come again.
    const records = Number(/stream finished stream=contacts records=(\d+)/.exec(second.stderr)?.[1]);
    expect(records).toBeGreaterThan(0);
    expect(records).toBeLessThan(10);
    expect(existsSync(at.path('state.tmp'))).toBe(false);
  });

  test('keeps what a run that failed has got, and tells of the failure', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('config.json', {
      api_url: 'sandbox:contacts=20&requests_per_second=0&faults=tags:500x99',
      requests_per_second: 0,
      max_retries: 0,
    });
    expect((await start()).code).toBe(1);
    expect(Object.keys(stateOf(at).bookmarks)).toEqual(['contacts']);
  });

  test('leaves the state alone when the tap does not start, and tells of that', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('config.json', '{}');
    at.file('state.json', '{"bookmarks":{"tags":{"synced_at":"2024-01-01T00:00:00.000000Z"}}}');
    expect((await start()).code).toBe(2);
    expect(Object.keys(stateOf(at).bookmarks)).toEqual(['tags']);
  });

  test('is not misled by a target that fails or is cut off in the middle of a line', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file(
      'bin/target-postgres',
      TARGET.replace('#!/usr/bin/env bash', '#!/usr/bin/env bash\nHALF_A_LINE=1 TARGET_CODE=3'),
    );
    expect((await start()).code).toBe(3);
    expect(Object.keys(stateOf(at).bookmarks).sort()).toEqual(['contacts', 'tags']);
  });

  test('does not start while the last run is still going', async () => {
    const at = create();
    const start = install(at, TAP);
    at.file('state.json', '');
    const held = `flock --nonblock 9 || exit 9; "$0" ${at.path('run.sh')}; exit $?`;
    const {code, stderr} = await run('bash', ['-c', `exec 9> ${at.path('.lock')}; ${held}`, 'bash']);
    expect({code, stderr}).toEqual({code: 0, stderr: 'the last run is still going\n'});
    expect(readFileSync(at.path('state.json'), 'utf8')).toBe('');
    expect((await start()).code).toBe(0);
  });
});
