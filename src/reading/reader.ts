// Starts the readings of all selected streams, and gives every stream its own pages in order.

import {dataKeyOf, listKeyOf, type SideLoaded, type StreamDefinition} from '../stream-definition.js';
import type {WireRow} from '../wire.js';
import {readAhead} from './ahead.js';
import type {Checkpoint} from './checkpoint.js';
import {createProgress, type List, type Page, type Progress, type Proof, type ReadingContext} from './list.js';
import {readStream} from './ways.js';

/** A stream as it is to be read. Instants are UTC with six decimals. */
export type StreamToRead = {
  readonly definition: StreamDefinition;
  /** Rows whose replication key is older are not wanted; undefined when every row is. */
  readonly since: string | undefined;
  readonly replication: Replication | undefined;
  readonly memory: Memory;
  /** Where the rows come along with those of their parents. */
  readonly sideLoading?: SideLoading | undefined;
  /** Where an interrupted reading of the same rows stood. */
  readonly checkpoint: Checkpoint | undefined;
  /** Told why a checkpoint is of no use. */
  readonly onIgnored?: (reason: string) => void;
};

/** The chosen replication key, and its instant in a row; null where the row has none. */
export type Replication = {readonly key: string; readonly valueOf: (row: WireRow) => string | null};

/** What has to be known of rows that come along with their parents. Instants are UTC with six decimals. */
export type SideLoading = {
  readonly source: SideLoaded;
  readonly parent: StreamDefinition;
  /** Whether the list may be read so in this run; where not, it is only found out whether it could be. */
  readonly isWanted: boolean;
  /** The whole record of a row. */
  readonly recordOf: (row: WireRow) => Readonly<Record<string, unknown>>;
  /** The parent's replication key, and its instant in a parent. */
  readonly parentReplication: Replication;
  /** When a parent was created; null where it does not say. */
  readonly parentCreatedAt: (parent: WireRow) => string | null;
};

/** What earlier runs found out about a list. */
export type Memory = {
  /** How many rows it was last seen or told to have. */
  readonly rows: number | undefined;
  readonly proofs: Readonly<Record<string, Proof>>;
};

/** The reading of one stream, under way. */
export type StreamReading = {
  readonly pages: AsyncGenerator<Page>;
  readonly progress: Progress;
  /** Ends its requests; other streams that share the list end with it. */
  readonly stop: () => void;
};

/**
 * Starts to read all `streams`, given in the order of output. Streams that live in the same answers (`fields` holds
 * three) share one reading. `signal` ends everything.
 */
export function startReading(
  context: ReadingContext,
  streams: readonly StreamToRead[],
  signal: AbortSignal,
): readonly StreamReading[] {
  const groups = new Map<string, {members: number[]; stream: StreamToRead}>();
  streams.forEach((stream, index) => {
    const identity = identify(stream);
    const group = groups.get(identity);
    if (group) group.members.push(index);
    else groups.set(identity, {members: [index], stream});
  });

  const readings: StreamReading[] = [];
  for (const {members, stream} of groups.values()) {
    const progress = createProgress();
    const controller = new AbortController();
    const endsWithRun = AbortSignal.any([signal, controller.signal]);
    const dataKeys = members.flatMap(index => {
      const member = streams[index];
      return member ? [dataKeyOf(member.definition)] : [];
    });
    const list: List = {
      path: stream.definition.path,
      dataKeys: [...new Set([listKeyOf(stream.definition), ...dataKeys])],
      endpoint: stream.definition.tapStreamId,
      rank: members[0] ?? 0,
    };
    const sources = readAhead(readStream(context, stream, list, progress, endsWithRun), members.length);
    members.forEach((index, reader) => {
      const pages = sources[reader];
      if (!pages) return;
      // The first one gives the pages back, and what a checkpoint leaves out is told by that.
      const own = reader === 0 ? pages : withoutCheckpoints(pages);
      readings[index] = {pages: own, progress, stop: () => controller.abort()};
    });
  }
  return readings;
}

async function* withoutCheckpoints(pages: AsyncGenerator<Page>): AsyncGenerator<Page> {
  for await (const {checkpoint: _, ...page} of pages) yield page;
}

/** What makes two streams one reading: the same rows of the same list, from the same place. */
function identify({definition, since, checkpoint}: StreamToRead): string {
  return JSON.stringify([definition.path, definition.parameters, since, checkpoint]);
}
