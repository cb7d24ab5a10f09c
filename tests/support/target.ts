// A target as a tap meets one: it upserts rows by their key, hands on a STATE only together with everything that came
// before it, and removes what a version lacks when that version becomes active, as Meltano's SDK does.

import type {TapProcess, TapResult} from './tap.js';

export type State = Readonly<Record<string, unknown>>;

/** A row as it came last. */
export type KeptRow = {
  /** The whole line of the RECORD. */
  readonly line: string;
  readonly version: number | undefined;
};

/** A version that became active, and what that removed. */
export type Activation = {
  readonly stream: string;
  readonly version: number;
  readonly removed: readonly string[];
};

export type TargetRun = TapResult & {
  /** RECORD lines of this run by stream, in their order, those included that the target did not keep. */
  readonly written: (stream: string) => readonly string[];
  /** Whole lines that came. */
  readonly messages: number;
  readonly activations: readonly Activation[];
  /** The versions that the records of a stream carried in this run. */
  readonly versionsOf: (stream: string) => readonly (number | undefined)[];
};

export type RunPlan = {
  /** Sends this signal when so many messages have come. */
  readonly kill?: {readonly after: number; readonly signal: NodeJS.Signals};
  /**
   * What a target keeps of a run that was cut off: all whole lines, or, as one that dies with its tap, what a STATE
   * stands behind among the lines up to the kill. Default all.
   */
  readonly keeps?: 'all' | 'what a STATE stands behind' | undefined;
};

export type Target = {
  /** The last STATE behind which everything is kept; undefined before the first. */
  readonly state: () => State | undefined;
  /** The rows of a stream by their key. */
  readonly table: (stream: string) => ReadonlyMap<string, KeptRow>;
  /** Takes in a run of the tap to its end. Throws an Error that says which line no target could take. */
  readonly run: (tap: TapProcess, plan?: RunPlan) => Promise<TargetRun>;
};

/** A target without tables. */
export function createTarget(): Target {
  const tables = new Map<string, Map<string, KeptRow>>();
  let state: State | undefined;

  const tableOf = (stream: string) => {
    const table = tables.get(stream) ?? new Map<string, KeptRow>();
    tables.set(stream, table);
    return table;
  };

  return {
    state: () => state,
    table: tableOf,
    run: async (tap, {kill, keeps = 'all'} = {}) => {
      if (kill) {
        let messages = 0;
        void tap.seen(() => {
          messages += 1;
          if (messages === kill.after) tap.kill(kill.signal);
          return false;
        });
      }
      const result = await tap.result;
      // What comes behind the last line break was cut off in the middle.
      const lines = result.stdout.split('\n').slice(0, -1);
      const messages = readMessages(lines);
      const isCutShort = keeps !== 'all' && result.code !== 0;
      const upToKill = messages.slice(0, kill?.after);
      const lastState = upToKill.findLastIndex(({type}) => type === 'STATE');
      const activations: Activation[] = [];
      for (const message of isCutShort ? upToKill.slice(0, lastState + 1) : messages) {
        if (message.type === 'STATE') state = message.value;
        if (message.type === 'RECORD') {
          const {line, version} = message;
          tableOf(message.stream).set(message.key, {line, version});
        }
        if (message.type === 'ACTIVATE_VERSION') {
          const {stream, version} = message;
          const table = tableOf(stream);
          const removed = [...table].filter(([, row]) => row.version === undefined || row.version < version);
          for (const [key] of removed) table.delete(key);
          activations.push({stream, version, removed: removed.map(([key]) => key)});
        }
      }
      const records = messages.filter(message => message.type === 'RECORD');
      return {
        ...result,
        lines,
        messages: lines.length,
        activations,
        written: stream => records.filter(record => record.stream === stream).map(({line}) => line),
        versionsOf: stream => [
          ...new Set(records.filter(record => record.stream === stream).map(({version}) => version)),
        ],
      };
    },
  };
}

const exitCodes: Readonly<Record<string, number>> = {SIGTERM: 143, SIGINT: 130};

/** Throws with the last lines of stderr unless a run ended by the signal that was sent to it. */
export function expectKilled(run: TapResult, {kill}: RunPlan): void {
  // A run that has not come to handle signals yet ends by them.
  if (kill && (run.code === kill.signal || run.code === exitCodes[kill.signal])) return;
  throw new Error(`the run ended with ${run.code}:\n${run.stderr.split('\n').slice(-12).join('\n')}`);
}

type ReadMessage =
  | {readonly type: 'SCHEMA'; readonly stream: string}
  | {
      readonly type: 'RECORD';
      readonly stream: string;
      readonly key: string;
      readonly version: number | undefined;
      readonly line: string;
    }
  | {readonly type: 'STATE'; readonly value: State}
  | {readonly type: 'ACTIVATE_VERSION'; readonly stream: string; readonly version: number};

/**
 * The messages of one run. Beyond what every target demands: a key comes again only where its row really changed, all
 * records of a stream carry one version, and nothing of a stream follows the version that closes it.
 */
function readMessages(lines: readonly string[]): ReadMessage[] {
  const keysOf = new Map<string, readonly string[]>();
  const bodies = new Map<string, string>();
  const versions = new Map<string, number | undefined>();
  const closed = new Set<string>();

  return lines.map((line, index): ReadMessage => {
    const fail = (what: string): never => {
      throw new Error(`line ${index + 1} of stdout: ${what}`);
    };
    const message = JSON.parse(line);
    switch (message.type) {
      case 'SCHEMA':
        keysOf.set(message.stream, message.key_properties);
        return {type: 'SCHEMA', stream: message.stream};
      case 'RECORD': {
        const {stream, record, version} = message;
        const properties = keysOf.get(stream) ?? fail(`a RECORD of ${stream} before its SCHEMA`);
        const key = properties.map(property => String(record[property] ?? fail('a record without its key'))).join();
        const body = JSON.stringify(record);
        if (bodies.get(`${stream} ${key}`) === body) fail(`${stream} ${key} came twice and had not changed`);
        bodies.set(`${stream} ${key}`, body);
        if (closed.has(stream)) fail(`a RECORD of ${stream} behind its ACTIVATE_VERSION`);
        if (versions.has(stream) && versions.get(stream) !== version) fail(`${stream} changes its version`);
        versions.set(stream, version);
        return {type: 'RECORD', stream, key, version, line};
      }
      case 'ACTIVATE_VERSION': {
        const {stream, version} = message;
        if (!Number.isSafeInteger(version)) fail(`the version ${version} is no whole number`);
        if (versions.has(stream) && versions.get(stream) !== version) fail(`${stream} activates another version`);
        closed.add(stream);
        return {type: 'ACTIVATE_VERSION', stream, version};
      }
      case 'STATE':
        if (typeof message.value !== 'object' || message.value === null) fail('STATE is no object');
        return {type: 'STATE', value: message.value};
      default:
        return fail(`a message of type ${message.type}`);
    }
  });
}
