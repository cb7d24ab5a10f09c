// What people install: the tarball, in an empty folder, with its production dependencies and nothing else.

import {execFile} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals';
import {publint} from 'publint';
import {checkConformance} from '../support/conformance.js';
import {createWorkspace} from '../support/tap.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const streams = readdirSync(`${root}schemas`);

const workspace = createWorkspace();
afterAll(workspace.remove);

const folder = workspace.path('installed');
const run = (command: string, ...args: string[]) =>
  promisify(execFile)(command, args, {cwd: folder, maxBuffer: 1e8, env: {...process.env, NODE_ENV: ''}});
const tap = (...args: string[]) => run('npx', '--no-install', 'tap-activecampaign', ...args);

const EXAMPLES = [
  'run.sh',
  ...[
    'airflow/activecampaign_fleet.py',
    'airflow/dag.py',
    'docker/Dockerfile',
    'fleet/accounts.json',
    'fleet/cronjobs.js',
  ],
  ...['kubernetes/cronjob-object-storage.yaml', 'kubernetes/cronjob.yaml', 'meltano/meltano.yml'],
  ...['systemd/tap-activecampaign.service', 'systemd/tap-activecampaign.timer'],
];

let files: readonly string[] = [];
let tarball = '';

// The scripts stay out: the build that is packed is the one that is tested.
beforeAll(async () => {
  mkdirSync(folder);
  const packed = await promisify(execFile)(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', workspace.path('.')],
    {cwd: root},
  );
  const [{filename, files: list}] = JSON.parse(packed.stdout);
  files = list.map(({path}: {path: string}) => path);
  tarball = workspace.path(filename);
  await run('npm', 'init', '--yes');
  await run('npm', 'install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', tarball);
}, 180_000);

test('the tarball holds what a run needs and what a person reads, and nothing else', () => {
  const [code, others] = [files.filter(file => file.startsWith('dist/')), files.filter(file => !/^dist\//.test(file))];
  const wanted = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
    'sample-config.json',
    'bin/activecampaign-simulator.js',
    'bin/tap-activecampaign.js',
    ...readdirSync(`${root}catalogs`).map(name => `catalogs/${name}`),
    ...readdirSync(`${root}docs`).map(name => `docs/${name}`),
    ...EXAMPLES.map(name => `examples/${name}`),
    ...streams.map(name => `schemas/${name}`),
  ];
  expect([...others].sort()).toEqual(wanted.sort());
  const modules = readdirSync(`${root}src`, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));
  const programs = code.filter(file => !file.endsWith('.d.ts'));
  expect([...programs].sort()).toEqual(modules.map(name => `dist/${name.replace(/\.ts$/, '.js')}`).sort());
  // Of the types only those that a program meets which imports the tap.
  const declarations = code.filter(file => file.endsWith('.d.ts'));
  expect(declarations).toEqual(expect.arrayContaining(['dist/index.d.ts', 'dist/message-types.d.ts']));
  expect(declarations.filter(file => /^dist\/(simulator\/|cli\.|messages\.)/.test(file))).toEqual([]);
});

test('publint has nothing to say of it', async () => {
  const bytes = readFileSync(tarball);
  const pack = {tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)};
  expect((await publint({pack, strict: true})).messages).toEqual([]);
});

test('both programs may be run', async () => {
  for (const name of Object.keys(manifest.bin)) {
    await expect(run('test', '-x', `node_modules/.bin/${name}`)).resolves.toMatchObject({stderr: ''});
  }
  expect((await run('npx', '--no-install', 'activecampaign-simulator', '--version')).stdout).toBe(
    `${manifest.version}\n`,
  );
});

test('no development dependency is installed, and none of those that are runs a script', async () => {
  for (const name of Object.keys(manifest.devDependencies)) {
    expect(readdirSync(`${folder}/node_modules`)).not.toContain(name);
  }
  const {packages} = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8'));
  const withScript = Object.entries<{hasInstallScript?: boolean}>(packages).filter(
    ([, {hasInstallScript}]) => hasInstallScript,
  );
  expect(withScript.map(([path]) => path)).toEqual([]);
});

test('it tells its version', async () => {
  expect((await tap('--version')).stdout).toBe(`${manifest.version}\n`);
});

test('it discovers its streams', async () => {
  const {stdout} = await tap('--discover');
  expect(JSON.parse(stdout).streams).toHaveLength(111);
  expect(streams).toHaveLength(111);
});

test('it syncs the sandbox', async () => {
  const settings = {api_url: 'sandbox:contacts=20&requests_per_second=0', requests_per_second: 0};
  const {stdout, stderr} = await tap('--config', workspace.file('config.json', settings), '--select', '*');
  const lines = stdout.trimEnd().split('\n');
  expect(checkConformance({code: 0, stdout, stderr, lines, seconds: 0}).schemas.size).toBe(113);
});

describe('as a library', () => {
  // The example of the page, as it stands there.
  const example = () => /```ts\n([\s\S]*?)```/.exec(readFileSync(`${root}docs/library.md`, 'utf8'))?.[1] ?? '';
  const compile = (file: string, ...args: string[]) =>
    run(
      process.execPath,
      `${root}node_modules/typescript/bin/tsc`,
      ...['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2022'],
      ...['--lib', 'es2022,dom', '--types', '', file, ...args],
    );

  test('its types are understood, without the types of anything else', async () => {
    writeFileSync(`${folder}/consumer.mts`, example());
    await compile('consumer.mts');
    writeFileSync(`${folder}/wrong.mts`, example().replace("message.type === 'STATE'", "message.type === 'STATES'"));
    await expect(compile('wrong.mts', '--noEmit')).rejects.toMatchObject({stdout: expect.stringContaining('STATES')});
  }, 120_000);

  test('it syncs, prints nothing by itself, and lets the program end', async () => {
    const {stdout, stderr} = await run(process.execPath, 'consumer.mjs');
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^\d+ contacts and \d+ tags, on behalf of sandbox$/),
    ]);
  });

  test('CommonJS has it too, and the ready selections', async () => {
    const program = `const {sync} = require('tap-activecampaign');
      const {streams} = require('tap-activecampaign/catalogs/crm.json');
      console.log(typeof sync, streams.some(({stream}) => stream === 'deals'));`;
    expect(await run(process.execPath, '--eval', program)).toEqual({stdout: 'function true\n', stderr: ''});
  });

  test('a loop that is left early leaves nothing open', async () => {
    writeFileSync(
      `${folder}/early.mjs`,
      `import {sync} from 'tap-activecampaign';
      const config = {api_url: 'sandbox:contacts=500&requests_per_second=0&latency_ms=20', page_size: 10};
      for await (const {type} of sync({config, select: 'contacts'})) if (type === 'RECORD') break;
      console.log('left');`,
    );
    expect(await run(process.execPath, 'early.mjs')).toEqual({stdout: 'left\n', stderr: ''});
  });
});

test('the manifest says what registries and people ask for', () => {
  expect(manifest).toMatchObject({
    name: 'tap-activecampaign',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    description: expect.stringMatching(/./),
    license: 'MIT',
    type: 'module',
    engines: {node: '>=20.19'},
  });
  expect(manifest.keywords).toContain('singer-tap');
  expect(manifest.private).toBeUndefined();
  // Exact versions: what was tested is what is installed.
  for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(readFileSync(`${root}CHANGELOG.md`, 'utf8')).toContain(`## ${manifest.version}\n`);
});
