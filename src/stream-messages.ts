// The messages of one stream: its SCHEMA, the RECORDs of its pages, a STATE now and then, and ACTIVATE_VERSION where
// the read may speak about what is missing. Knows their order and no HTTP.

import type {BoundReached} from './bounds.js';
import {type Conclusion, conclude} from './conclusion.js';
import {fromMillis} from './dates.js';
import type {Logger} from './logger.js';
import type {Message, SchemaMessage, StateMessage} from './message-types.js';
import type {StreamReading} from './reading/reader.js';
import type {SelectedStream} from './selection.js';
import type {State} from './state.js';
import {createStateCadence} from './state-cadence.js';
import type {StreamCourse} from './stream-course.js';
import {dataKeyOf, keyPropertiesOf} from './stream-definition.js';
import type {StreamPlan} from './stream-plan.js';

const RECORD_COUNT_EVERY_MS = 60_000;

export type StreamToWrite = {
  readonly plan: StreamPlan;
  /** Its pages, and how far their reading has come. */
  readonly reading: Pick<StreamReading, 'pages' | 'progress'>;
  readonly course: StreamCourse;
  /** The state in which the stream begins. */
  readonly state: State;
  readonly log: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  /** Told after the records of each page. */
  readonly onRecords: () => void;
  /** The bound at which the run ends before a page that has come, if one is reached now. */
  readonly bound: () => BoundReached | undefined;
};

/**
 * Yields the messages of a stream, those of a page together: a step of a generator costs as much as half of a record.
 * Returns what the read means, once it has ended; passes on what `pages` throws, and
 * throws BoundReached where the run is to end between two pages, after which the course says what was written.
 */
export async function* streamMessages(options: StreamToWrite): AsyncGenerator<readonly Message[], Conclusion> {
  const {plan, reading, course, state, log, now, onRecords, bound} = options;
  const {stream, tapStreamId} = plan;
  const dataKey = dataKeyOf(stream.definition);
  const cadence = createStateCadence(now);
  const counter = createRecordCounter(tapStreamId, log, now);
  let isAnnounced = false;

  try {
    for await (const page of reading.pages) {
      // Looked at when there is a next page: a bound that falls on the end of the stream cuts nothing.
      const reached = bound();
      if (reached) throw reached;
      // Not before the first page: a stream that turns out to be unreadable makes no table.
      const messages: Message[] = [];
      if (!isAnnounced) {
        if (reading.progress.isResumed) log.info({stream: tapStreamId}, 'stream goes on where it was interrupted');
        messages.push(toSchemaMessage(stream));
      }
      isAnnounced = true;
      const {version} = course.account();
      const time_extracted = fromMillis(page.receivedAt);
      const before = course.records();
      for (const row of page.rows[dataKey] ?? []) {
        const record = course.take(row, page.isWanted?.(row));
        if (record === undefined) continue;
        messages.push(
          version === undefined
            ? {type: 'RECORD', stream: tapStreamId, record, time_extracted}
            : {type: 'RECORD', stream: tapStreamId, record, version, time_extracted},
        );
      }
      const records = course.records() - before;
      counter.add(records);
      if (messages.length > 0) yield messages;
      onRecords();
      course.endPage(page);
      if (cadence.isDueAfter(records)) yield [toStateMessage(course.save(state))];
      page.release();
    }
    // A list below its parents has no page at all where there are no parents.
    if (!isAnnounced) yield [toSchemaMessage(stream)];
  } finally {
    // Also of a stream that fails or is stopped: its records were written.
    counter.end();
  }

  const conclusion = conclude(plan, reading.progress, course.account());
  const {activated: version} = conclusion;
  if (version !== undefined) yield [{type: 'ACTIVATE_VERSION', stream: tapStreamId, version}];
  return conclusion;
}

/** The STATE message of a state. */
export function toStateMessage(value: State): StateMessage {
  return {type: 'STATE', value};
}

function toSchemaMessage({definition, schema, mask, replicationKey}: SelectedStream): SchemaMessage {
  return {
    type: 'SCHEMA',
    stream: definition.tapStreamId,
    schema: mask?.schema ?? schema,
    key_properties: keyPropertiesOf(definition),
    ...(replicationKey === undefined ? {} : {bookmark_properties: [replicationKey]}),
  };
}

/** Counts records as singer-python does: the number since the last point, every minute and at the end. */
function createRecordCounter(stream: string, log: Logger, now: () => number): {add(count: number): void; end(): void} {
  let records = 0;
  let saidAt = now();
  const say = () => {
    log.metric({type: 'counter', metric: 'record_count', value: records, tags: {endpoint: stream}});
    records = 0;
    saidAt = now();
  };
  return {
    add: count => {
      records += count;
      if (now() - saidAt >= RECORD_COUNT_EVERY_MS) say();
    },
    end: say,
  };
}
