// Starts the readings of all selected streams, and gives every stream its own pages in order.

import {dataKeyOf, listKeyOf} from '../stream-definition.js';
import {readAhead} from './ahead.js';
import {formOf} from './envelopes.js';
import {createProgress, type List, type Page, type Progress, type ReadingContext} from './list.js';
import type {StreamToRead} from './stream-to-read.js';
import {readWithValues} from './with-values.js';

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
      form: formOf(stream.definition),
      dropsLinks: members.every(index => streams[index]?.dropsLinks),
    };
    const sources = readAhead(readWithValues(context, stream, list, progress, endsWithRun), members.length);
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
export function identify({definition, since, checkpoint}: StreamToRead): string {
  return JSON.stringify([definition.path, listKeyOf(definition), definition.parameters, since, checkpoint]);
}
