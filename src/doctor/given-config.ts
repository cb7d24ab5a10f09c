// What is to be said of the config: every fault for itself, and what is left to go on with.

import type {ApiAddress} from '../api-url.js';
import {type Config, type ConfigInput, examineConfig, secretsOf} from '../config.js';
import {InputError} from '../errors.js';
import {readJsonFile} from '../files.js';
import type {Flags} from '../flags.js';
import {tokensIn, warningsOfShown} from '../inputs.js';
import {checkReportFile} from '../report-file.js';
import type {Surroundings} from '../session.js';
import {type Finding, fail, ok, skip, warn} from './finding.js';

export type GivenConfig = {
  readonly findings: readonly Finding[];
  /** Without the settings that are wrong; undefined where there is no account to be asked, or no key. */
  readonly config: Config | undefined;
  /** Undefined where it is not known; what is wrong with it is among the findings then. */
  readonly address: ApiAddress | undefined;
};

const SEE = 'docs/settings.md lists the settings';

/** Reads and judges the config of the files and the environment. Throws nothing that is the user's fault. */
export function examineGivenConfig(
  {config: files}: Flags,
  {env, version, onSecrets}: Pick<Surroundings, 'env' | 'version' | 'onSecrets'>,
): GivenConfig {
  const read: {readonly source: string; readonly value: Readonly<Record<string, unknown>>}[] = [];
  const findings: Finding[] = [];
  for (const source of files.filter(file => file !== 'ENV')) {
    try {
      read.push({source, value: readJsonFile(source, 'config')});
    } catch (error) {
      findings.push(faultOf(error, 'config'));
    }
  }
  // What a missing file would have set can only be guessed.
  if (findings.length > 0) {
    const because = skip('url', 'since the config cannot be read');
    return {findings: [...findings, because], config: undefined, address: undefined};
  }
  for (const {value} of read) onSecrets(tokensIn(value));
  const given = judgeConfig({files: read, env, version}, warningsOfShown(read));
  if (given.config) onSecrets(secretsOf(given.config));
  return given;
}

/** The findings on the settings and the address; `ofFiles` are warnings about the files themselves. */
export function judgeConfig(input: ConfigInput, ofFiles: readonly string[] = []): GivenConfig {
  const {config, address, faults, warnings} = examineConfig(input);
  const isOfAddress = ({setting}: {readonly setting: string}) => setting === 'api_url';
  const others = faults.filter(fault => !isOfAddress(fault));
  const ofConfig = [
    ...others.map(({sentence}) => fail('config', 'input', sentence)),
    ...warnings.map(sentence => warn('config', sentence, sentence.includes('; ') ? undefined : SEE)),
    ...ofFiles.map(sentence => warn('config', sentence)),
  ];
  const ofAddress = faults.filter(isOfAddress).map(({sentence}) => fail('url', 'input', sentence));
  return {
    findings: [
      ...(ofConfig.length === 0 ? [ok('config', 'all settings are known and right')] : ofConfig),
      ...ofAddress,
    ],
    config,
    address,
  };
}

/** The finding on an address of a right form: what stands behind `sandbox:` is looked at here. */
export async function judgeAddress(address: ApiAddress): Promise<Finding> {
  if (!('sandbox' in address)) return ok('url', `${address.url} is of the right form`);
  const {parseSandboxUrl, SandboxUrlError} = await import('../simulator/simulator.js');
  try {
    parseSandboxUrl(address.sandbox);
    return ok('url', 'the simulator that is built in');
  } catch (error) {
    if (error instanceof SandboxUrlError) return fail('url', 'input', error.message);
    throw error;
  }
}

/** The finding on the file of the run report. `inputs` are the files that the run reads. */
export function judgeReportFile(config: Config | undefined, inputs: readonly string[]): Finding {
  if (!config) return skip('report_file', 'since the config is wrong');
  if (config.reportFile === undefined) return ok('report_file', 'none is asked for');
  try {
    checkReportFile(config.reportFile, inputs);
    return ok('report_file', `${config.reportFile} can be written`);
  } catch (error) {
    return faultOf(error, 'report_file');
  }
}

/** The finding that an InputError tells of. Throws every other error. */
export function faultOf(error: unknown, check: Finding['check']): Finding {
  if (error instanceof InputError) return fail(check, 'input', error.message);
  throw error;
}
