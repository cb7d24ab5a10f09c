// Chooses how each selected stream is read, starts all readings, and gives every stream its own pages in order.

import {ApiError} from '../errors.js';
import {dataKeyOf, findStream, listKeyOf, type StreamDefinition} from '../streams.js';
import type {WireRow} from "../wire.js";
import {readAhead} from './ahead.js';
import {readByKeyset} from './keyset.js';
import {createProgress, type List, openList, type Page, type Progress, type ReadingContext} from './list.js';
import {readByOffset} from './offsets.js';
import {readPerParent} from './per-parent.js';

/** A stream as it is to be read. Instants are UTC with six decimals. */
export type StreamToRead = {
  readonly definition: StreamDefinition;
  /** Rows whose replication key is older are not wanted; undefined when every row is. */
  readonly since: string | undefined;
  readonly replication: Replication | undefined;
  readonly memory: Memory;
  /** Where an interrupted reading of the same rows stood. */
  readonly checkpoint: Checkpoint | undefined;
  /** Told why a checkpoint is of no use. */
  readonly onIgnored?: (reason: string) => void;
};

/** The chosen replication key, and its instant in a row; null where the row has none. */
export type Replication = {readonly key: string; readonly valueOf: (row: WireRow) => string | null};

/** What earlier runs found out about a list. */
export type Memory = {
  /** Its rows when it was last read as a whole. */
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
    const identity = `${stream.definition.path}?${new URLSearchParams(queryOf(stream))}`;
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
      query: queryOf(stream),
      dataKeys: [...new Set([listKeyOf(stream.definition), ...dataKeys])],
      endpoint: stream.definition.tapStreamId,
      rank: members[0] ?? 0,
    };
    const sources = readAhead(choose(context, stream.definition, list, progress, endsWithRun), members.length);
    members.forEach((index, reader) => {
      const pages = sources[reader];
      if (pages) readings[index] = {pages, progress, stop: () => controller.abort()};
    });
  }
  return readings;
}

/** The way of reading that fits a stream. Further ways, chosen by what the server was seen to obey, belong here. */
async function* choose(
  context: ReadingContext,
  definition: StreamDefinition,
  list: List,
  progress: Progress,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const session = openList(context, list, progress, signal);
  if (definition.keyset) {
    yield* readByKeyset(context, session, definition.keyset);
    return;
  }
  try {
    yield* readByOffset(context, session);
  } catch (error) {
    const isMissing = error instanceof ApiError && error.status === 404;
    const parent = definition.perParent && findStream(definition.perParent.tapStreamId);
    if (!isMissing || !parent || !definition.perParent) throw error;
    const {path} = definition.perParent;
    const parents: List = {
      path: parent.path,
      query: queryOf({definition: parent, changedSince: undefined}),
      dataKeys: [listKeyOf(parent)],
      endpoint: list.endpoint,
      // Between this stream and the next: what this one is waiting for goes before the parents further down.
      rank: list.rank + 0.5,
    };
    progress.parents = createProgress();
    const parentSession = openList(context, parents, progress.parents, signal);
    yield* readPerParent(context, parentSession, session, key => path.replace(':id', encodeURIComponent(key)));
    // Without parents no request for the stream's own rows was answered, and the parents' list says when that was.
    progress.begunAt ??= parentSession.progress.begunAt;
  }
}

function queryOf({definition, changedSince}: StreamToRead): Record<string, string> {
  const filter = definition.changedSince;
  return {
    ...definition.parameters,
    ...definition.order,
    ...(filter && changedSince !== undefined ? {[filter.parameter]: changedSince} : {}),
  };
}
