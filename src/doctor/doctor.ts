// Checks everything that a run depends on, and says what to do about each fault. Goes on behind a fault wherever the rest
// can still be looked at; what depends on it is said to be skipped.

import type {ApiAddress} from '../api-url.js';
import {parseBounds} from '../bounds.js';
import {systemClock} from '../clock.js';
import type {Config} from '../config.js';
import {InputError} from '../errors.js';
import {readTextFile} from '../files.js';
import type {Flags} from '../flags.js';
import type {GivenCatalog as GivenFile} from '../given-catalog.js';
import {readCatalog} from '../inputs.js';
import {openText} from '../messages.js';
import {type Surroundings, withConnection} from '../session.js';
import {parseState, readStateText, type State} from '../state.js';
import {type AccountFacts, checkAccount} from './account.js';
import {type Check, exitCodeOfFindings, type Finding, lineOf, ok, skip} from './finding.js';
import {judgeCatalogAlone} from './given-catalog.js';
import {examineGivenConfig, faultOf, type GivenConfig, judgeAddress, judgeReportFile} from './given-config.js';
import {judgeState} from './given-state.js';
import {reach} from './reach.js';
import {judgeWay} from './way.js';

/** What only the account can tell. */
const OF_ACCOUNT: readonly Check[] = ['token', 'clock', 'zone'];

const NO_ADDRESS = skipWay('since the address is not known');
const IN_THIS_PROCESS = skipWay('since the simulator runs in this process');

// A person waits: what does not answer by then is a finding.
const MOST_SECONDS = 60;
const MOST_RETRIES = 3;

/**
 * Checks the config, the way to the account, the token and what it may read, the catalog and the state; writes a line
 * for each finding to stdout, with the secrets hidden by `hide`. Gives the exit code. Throws OutputClosedError and the
 * signal's reason; no fault of the user.
 */
export async function runDoctor(
  flags: Flags,
  surroundings: Surroundings,
  hide: (text: string) => string,
): Promise<number> {
  const {signal, stdout} = surroundings;
  const output = openText(stdout);
  const given = examineGivenConfig(flags, surroundings);
  const {config, address} = given;
  const findings: Finding[] = [];
  const say = (...found: readonly Finding[]) => {
    findings.push(...found);
    for (const finding of found) output.write(`${hide(lineOf(finding))}\n`);
  };

  say(...judgeBounds(flags), ...given.findings);
  const ofWay = address ? await checkWay(address, signal) : NO_ADDRESS;
  say(...ofWay);
  const catalog = readGiven(() => readCatalog(flags), 'catalog');
  const stateFile = readGiven(() => readStateFile(flags), 'state');
  const because = whyNotAsked(given, ofWay);
  const facts =
    because === undefined && config
      ? await checkOnline(config, {flags, surroundings, catalog, state: stateOf(stateFile), say})
      : undefined;
  if (!facts) checkOffline(because ?? 'since the API cannot be asked', {flags, catalog, config, say});
  say(...judgeStateFile(stateFile, {config, skewSeconds: facts?.skewSeconds}));
  const inputs = [...flags.config, catalog.file?.source, flags.state].filter(input => input !== undefined);
  say(judgeReportFile(config, inputs));
  await output.end();
  return exitCodeOfFindings(findings);
}

async function checkWay(address: ApiAddress, signal: AbortSignal): Promise<readonly Finding[]> {
  const ofForm = await judgeAddress(address);
  if (ofForm.level === 'fail') return [ofForm, ...NO_ADDRESS];
  if ('sandbox' in address) return [ofForm, ...IN_THIS_PROCESS];
  return [ofForm, ...judgeWay(address.url, await reach(address.url, signal), systemClock.wall())];
}

/** A bound that is none is what a run refuses first. */
function judgeBounds(flags: Flags): readonly Finding[] {
  try {
    parseBounds(flags);
    return [];
  } catch (error) {
    return [faultOf(error, 'config')];
  }
}

function skipWay(reason: string): readonly Finding[] {
  return [skip('dns', reason), skip('connection', reason)];
}

function whyNotAsked({config}: GivenConfig, ofWay: readonly Finding[]): string | undefined {
  if (ofWay.some(({level}) => level === 'fail')) return 'since the API cannot be reached';
  return config ? undefined : 'since api_url or api_token is wrong';
}

type Given = {
  readonly flags: Flags;
  readonly catalog: Read;
  readonly say: (...found: readonly Finding[]) => void;
};

/** Asks the account. */
async function checkOnline(
  config: Config,
  {surroundings, catalog, ...given}: Given & {readonly surroundings: Surroundings; readonly state: State | undefined},
): Promise<AccountFacts> {
  const patient = {
    ...config,
    requestTimeoutSeconds: Math.min(config.requestTimeoutSeconds, MOST_SECONDS),
    maxRetries: Math.min(config.maxRetries, MOST_RETRIES),
    // The findings say it all.
    logLevel: config.logLevel === 'info' || config.logLevel === 'warn' ? ('error' as const) : config.logLevel,
  };
  return withConnection(patient, surroundings, (connection, {signal}) =>
    checkAccount(connection, {...given, config, catalog: catalog.file, faults: catalog.faults, signal}),
  );
}

function checkOffline(
  because: string,
  {flags, catalog, config, say}: Given & {readonly config: Config | undefined},
): void {
  say(...OF_ACCOUNT.map(check => skip(check, because)));
  say(...catalog.faults);
  if (catalog.faults.length === 0) say(...judgeCatalogAlone(flags, catalog.file, config?.customFields ?? 'rows'));
  else say(skip('selection', 'since the catalog is wrong'));
  say(skip('permissions', because), skip('rate', because));
}

type Read = {
  /** Undefined where none was given, or it cannot be read. */
  readonly file: GivenFile | undefined;
  readonly faults: readonly Finding[];
};

function readGiven(read: () => GivenFile | undefined, check: Check): Read {
  try {
    return {file: read(), faults: []};
  } catch (error) {
    return {file: undefined, faults: [faultOf(error, check)]};
  }
}

function readStateFile({state: source}: Flags): GivenFile | undefined {
  return source === undefined ? undefined : {source, value: readStateText(readTextFile(source, 'state'), source)};
}

/** Undefined where a run would refuse it. */
function stateOf({file, faults}: Read): State | undefined {
  if (faults.length > 0) return undefined;
  try {
    return parseState(file?.value, file?.source ?? '--state').state;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function judgeStateFile(
  {file, faults}: Read,
  {config, skewSeconds = 0}: {readonly config: Config | undefined; readonly skewSeconds: number | undefined},
): readonly Finding[] {
  if (faults.length > 0) return faults;
  if (!file) return [ok('state', 'none is given, so that every stream begins at start_date')];
  const nowMs = systemClock.wall() - skewSeconds * 1_000;
  return judgeState(file.value, {source: file.source, nowMs, filters: config?.filters}).findings;
}
