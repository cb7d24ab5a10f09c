// The simulator as a program of its own, for pipelines and tests of others.

import {readFileSync} from 'node:fs';
import {Command, CommanderError, InvalidArgumentError} from 'commander';
import {faultAnswers} from './faults.js';
import {parameters, parseParameters, SandboxUrlError} from './parameters.js';
import {type Simulator, type SimulatorOptions, startSimulator} from './simulator.js';

type Flags = {readonly port: number; readonly sandbox?: SimulatorOptions};

/** Reads the command line, serves until SIGINT or SIGTERM, and ends with exit code 0; 2 if the command line is wrong. */
export async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('activecampaign-simulator')
    .description('Serves a made-up ActiveCampaign account over the API v3, on this machine alone.')
    .option('--port <number>', 'port to listen on; 0 takes any free one', readPort, 0)
    .option('--sandbox <parameters>', "the account and its manners, e.g. 'contacts=10000&latency_ms=300'", readSandbox)
    .version(version())
    .addHelpText('after', `\nParameters of --sandbox (and of "api_url": "sandbox:..."):\n${parameterHelp()}`)
    .exitOverride();
  try {
    command.parse([...argv]);
  } catch (error) {
    // commander has said what there was to say; --help and --version come this way too.
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const {port, sandbox} = command.opts<Flags>();

  let simulator: Simulator;
  try {
    simulator = await startSimulator({...sandbox, port});
  } catch (error) {
    process.stderr.write(
      `error: cannot listen on port ${port}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 2;
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
  process.stdout.write(`${simulator.url} token ${simulator.token}\n`);
}

function parameterHelp(): string {
  const rows = parameters.map(({name, description}) => `  ${name.padEnd(26)}${description}`);
  return [
    ...rows,
    '  any list, e.g. deals=500  the rows of that list',
    `Answers of faults: ${faultAnswers.join(', ')}.`,
  ].join('\n');
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function readSandbox(text: string): SimulatorOptions {
  try {
    return parseParameters(text.replace(/^sandbox:/, ''));
  } catch (error) {
    if (error instanceof SandboxUrlError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

// From dist/simulator/ as from src/simulator/, the package's own file is two folders up.
function version(): string {
  const {version: text}: {version: string} = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return text;
}
