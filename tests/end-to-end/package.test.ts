// What people install: the tarball, in an empty folder, with its production dependencies and nothing else.

import {execFile} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, beforeAll, expect, test} from '@jest/globals';
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

let files: readonly string[] = [];

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
  await run('npm', 'init', '--yes');
  await run(
    'npm',
    'install',
    '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    workspace.path(filename),
  );
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
    ...streams.map(name => `schemas/${name}`),
  ];
  expect([...others].sort()).toEqual(wanted.sort());
  const modules = readdirSync(`${root}src`, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));
  expect([...code].sort()).toEqual(modules.map(name => `dist/${name.replace(/\.ts$/, '.js')}`).sort());
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
