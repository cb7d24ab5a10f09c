// Runs the built tap as a user does: a child process with files on disk, its stdout read line by line.

import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';

const executable = fileURLToPath(new URL('../../bin/tap-activecampaign.js', import.meta.url));

export type TapResult = {
  /** Exit code, or the signal that ended the process. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly seconds: number;
};

export type TapProcess = {
  readonly result: Promise<TapResult>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves when a line of stdout satisfies `condition`. */
  readonly seen: (condition: (line: string) => boolean) => Promise<string>;
  /** Resolves when a line of stderr satisfies `condition`. */
  readonly logged: (condition: (line: string) => boolean) => Promise<string>;
  readonly isRunning: () => boolean;
  /** What has come on stderr so far. */
  readonly stderr: () => string;
  readonly closeStdout: () => void;
  readonly closeStderr: () => void;
  readonly pauseStdout: () => void;
  readonly resumeStdout: () => void;
};

/** Starts the tap with these arguments. The environment is empty but for what is given. */
export function startTap(args: readonly string[], env: Readonly<Record<string, string>> = {}): TapProcess {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [executable, ...args], {
    env: {PATH: process.env['PATH'] ?? '', ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout = readLines(child.stdout);
  const stderr = readLines(child.stderr);
  const result = new Promise<TapResult>(resolve => {
    child.on('close', (code, signal) => {
      const lines = stdout
        .text()
        .split('\n')
        .filter(line => line !== '');
      const seconds = (performance.now() - startedAt) / 1_000;
      resolve({code: code ?? signal, stdout: stdout.text(), lines, stderr: stderr.text(), seconds});
    });
  });
  return {
    result,
    kill: signal => child.kill(signal),
    seen: stdout.seen,
    logged: stderr.seen,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stderr: stderr.text,
    closeStdout: () => child.stdout.destroy(),
    closeStderr: () => child.stderr.destroy(),
    pauseStdout: () => child.stdout.pause(),
    resumeStdout: () => child.stdout.resume(),
  };
}

type Lines = {readonly text: () => string; readonly seen: TapProcess['seen']};

function readLines(stream: Readable): Lines {
  let text = '';
  let unfinished = '';
  const watchers: {readonly condition: (line: string) => boolean; readonly found: (line: string) => void}[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const lines = (unfinished + chunk).split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) for (const {condition, found} of watchers) if (condition(line)) found(line);
  });
  return {text: () => text, seen: condition => new Promise(found => watchers.push({condition, found}))};
}

/** Runs the tap to its end. */
export function runTap(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TapResult> {
  return startTap(args, env).result;
}

/** A directory for the files of one test. */
export type Workspace = {
  /** Writes a file, JSON unless it is text or bytes already, and gives its path. */
  readonly file: (name: string, content: unknown) => string;
  readonly path: (name: string) => string;
  readonly remove: () => void;
};

export function createWorkspace(): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'tap-activecampaign-'));
  const path = (name: string) => join(directory, name);
  return {
    file: (name, content) => {
      const isReady = typeof content === 'string' || Buffer.isBuffer(content);
      // For their owner alone: of a config that shows its token to everybody the tap warns.
      writeFileSync(path(name), isReady ? content : JSON.stringify(content), {mode: 0o600});
      return path(name);
    },
    path,
    remove: () => rmSync(directory, {recursive: true, force: true}),
  };
}
