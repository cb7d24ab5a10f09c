// What the repository says beside its code: catalogs, README, the page of the streams and sample config are what the code
// makes, and work.

import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {settings} from '../../src/settings.js';
import {checkConformance} from '../support/conformance.js';
import {startListServer} from '../support/list-server.js';
import {runProgram} from '../support/programs.js';
import {createWorkspace, runTap} from '../support/tap.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

const workspace = createWorkspace();
afterAll(workspace.remove);

describe('what is generated', () => {
  const generate = (directory: string) => runProgram(process.execPath, [`${directory}/scripts/generate.js`, '--check']);

  test('is as the code makes it', async () => {
    expect(await generate(root)).toEqual({code: 0, stdout: '', stderr: ''});
  });

  test('shows what the tap prints, where a page has a sample of it', async () => {
    const {code, stdout} = await runProgram(process.execPath, [`${root}scripts/samples.js`]);
    const samples: Record<string, Record<string, string>> = JSON.parse(stdout);
    expect({code, pages: Object.keys(samples).length}).toEqual({code: 0, pages: 5});
    for (const [page, parts] of Object.entries(samples)) {
      const shown = readFileSync(`${root}${page}`, 'utf8');
      for (const [mark, text] of Object.entries(parts)) {
        expect(shown).toContain(`<!-- ${mark}: generated -->\n${text}\n<!-- ${mark}: end -->`);
      }
    }
  });

  describe('in a copy of the repository', () => {
    const copy = workspace.path('copy');

    beforeAll(() => {
      mkdirSync(copy);
      for (const name of [
        'bin',
        'dist',
        'schemas',
        'catalogs',
        'docs',
        'bench',
        'examples',
        'scripts',
        'package.json',
        'README.md',
      ]) {
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
      ['docs/settings.md', 'a default', 'default: 300', 'default: 301', 'dist/settings.js'],
      ['examples/meltano/meltano.yml', 'a name', "'page_size'", "'rows'", 'dist/settings.js'],
      ['README.md', 'the script for cron', '.lock', '.locked', 'examples/run.sh'],
      ['docs/streams.md', 'what is selected', 'every order', 'every sale', 'dist/further-streams.js'],
      ['docs/selecting.md', 'a ready selection', "'task_outcomes',", '', 'dist/presets.js'],
      ['docs/sandbox.md', 'a parameter', "'unpaged'", "'unpaginated'", 'dist/simulator/parameters.js'],
      ['docs/streams.md', 'an endpoint', "path: 'bounceLogs'", "path: 'bounces'", 'dist/streams.js'],
      ['docs/streams.md', 'a description', 'Id of the tag.', 'Number of the tag.', 'schemas/tags.json'],
      ['docs/streams.md', 'a field', '"tag_type"', '"kind_of_tag"', 'schemas/tags.json'],
    ])('%s is behind when %s changes', async (name, _, before, after, file) => {
      await runProgram('sed', ['-i', `s|${before}|${after}|`, `${copy}/${file}`]);
      expect(readFileSync(`${copy}/${file}`, 'utf8')).toContain(after);
      const {code, stderr} = await generate(copy);
      expect(code).toBe(1);
      expect(stderr).toContain(`${name} is not what the code makes`);
      cpSync(`${root}${file}`, `${copy}/${file}`);
    });
  });
});

describe('the pages', () => {
  const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(`${root}docs`).map(name => `docs/${name}`)];

  test.each(pages)('%s links to nothing that is not there', page => {
    const text = readFileSync(`${root}${page}`, 'utf8').replace(/```[\s\S]*?```/g, '');
    for (const [, target = ''] of text.matchAll(/\]\(([^)]*)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const path = file === '' ? `${root}${page}` : join(root, dirname(page), file);
      expect({target, isThere: existsSync(path)}).toEqual({target, isThere: true});
      if (anchor === undefined) continue;
      const headings = readFileSync(path, 'utf8').match(/^#+ .*$/gm) ?? [];
      const anchors = headings.map(line =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors).toContain(anchor);
    }
  });

  test('are all reached from the README', () => {
    for (const page of pages.filter(name => name.startsWith('docs/'))) expect(readme).toContain(`](${page})`);
  });

  test('of troubleshooting quotes only what the tap says', () => {
    const files = readdirSync(`${root}src`, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));
    const source = files.map(name => readFileSync(`${root}src/${name}`, 'utf8')).join('\n');
    const quotes = readFileSync(`${root}docs/troubleshooting.md`, 'utf8').match(/(?<=^> ).*$/gm) ?? [];
    expect(quotes.length).toBeGreaterThan(40);
    expect(quotes.filter(quote => !source.includes(quote))).toEqual([]);
  });

  test('of settings has a row for each setting', () => {
    const page = readFileSync(`${root}docs/settings.md`, 'utf8');
    expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(settings.map(({name}) => name));
  });
});

// Done as the page says, in a copy: with the row and the schema that it shows, and a server that answers as it shows.
test('a stream is added by what the page on adding one shows', async () => {
  const page = readFileSync(`${root}docs/adding-a-stream.md`, 'utf8');
  const [answer = '', schema = ''] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  const row = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const clone = workspace.path('clone');
  mkdirSync(clone);
  const parts = [
    'bin',
    'src',
    'schemas',
    'catalogs',
    'bench',
    'examples',
    'scripts',
    'package.json',
    'tsconfig.json',
    'README.md',
  ];
  for (const name of parts) cpSync(`${root}${name}`, `${clone}/${name}`, {recursive: true});
  symlinkSync(`${root}node_modules`, `${clone}/node_modules`);
  const table = readFileSync(`${clone}/src/further-streams.ts`, 'utf8');
  expect(table.split('\n];\n')).toHaveLength(2);
  writeFileSync(`${clone}/src/further-streams.ts`, table.replace('\n];\n', `\n${row}];\n`));
  writeFileSync(`${clone}/schemas/widgets.json`, schema);
  const built = await runProgram(process.execPath, [
    `${root}node_modules/typescript/bin/tsc`,
    '-p',
    `${clone}/tsconfig.json`,
  ]);
  expect(built).toEqual({code: 0, stdout: '', stderr: ''});
  expect((await runProgram(process.execPath, [`${clone}/scripts/generate.js`])).stderr).toContain(
    'docs/streams.md written',
  );
  expect(readFileSync(`${clone}/docs/streams.md`, 'utf8')).toContain('\n## widgets\n\nA widget.\n');

  const server = await startListServer(({path}) => ({
    body: path === 'widgets' ? JSON.parse(answer) : {user: {id: '1'}},
  }));
  try {
    const config = workspace.file('widgets.json', {api_url: server.url, api_token: 'a1b2c3', requests_per_second: 0});
    const tap = [`${clone}/bin/tap-activecampaign.js`, '--config', config, '--select', 'widgets'];
    const {code, stdout} = await runProgram(process.execPath, tap);
    const messages = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(code).toBe(0);
    expect(messages.filter(({type}) => type === 'RECORD').map(({record}) => record)).toEqual([
      {
        id: 1,
        display_name: 'First',
        is_active: 1,
        created_at: '2024-03-01T15:00:00.000000Z',
        updated_at: '2024-03-05T16:30:00.000000Z',
      },
    ]);
    expect(messages.at(-1).value.bookmarks.widgets.updated_at).toBe('2024-03-05T16:30:00.000000Z');
  } finally {
    await server.stop();
  }
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
