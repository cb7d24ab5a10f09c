// Singer messages (Singer specification, 0.3.0) and the one writer of stdout.

import type {Writable} from 'node:stream';
import type {State} from './state.js';
import {serialize} from './wire.js';

export type SchemaMessage = {
  readonly type: 'SCHEMA';
  readonly stream: string;
  readonly schema: object;
  readonly key_properties: readonly string[];
  readonly bookmark_properties?: readonly string[];
};

export type RecordMessage = {
  readonly type: 'RECORD';
  readonly stream: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** UTC, six decimals. */
  readonly time_extracted: string;
};

export type StateMessage = {readonly type: 'STATE'; readonly value: State};

export type Message = SchemaMessage | RecordMessage | StateMessage;

/** The reader of stdout has gone; nothing more can be delivered. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';

  constructor() {
    super('stdout was closed by its reader: the target ended before the tap; see what the target wrote last');
  }
}

const BUFFER_BYTES = 64 * 1024;

/**
 * Writes messages as lines, whole ones only, and asks for the next message only when the reader keeps up. Lines are
 * gathered while messages come without a pause. Resolves when the last line was handed over; throws
 * OutputClosedError when the reader has gone, and passes on what `messages` throws, after what came before it was
 * written.
 */
export async function writeMessages(messages: AsyncIterable<Message>, output: Writable): Promise<void> {
  const sink = createSink(output);
  const lines: string[] = [];
  let length = 0;
  let idle: NodeJS.Immediate | undefined;

  const flush = () => {
    idle = undefined;
    const text = lines.join('');
    lines.length = 0;
    length = 0;
    if (text !== '') sink.write(text);
  };

  try {
    for await (const message of messages) {
      const line = `${message.type === 'RECORD' ? serialize(message) : JSON.stringify(message)}\n`;
      lines.push(line);
      length += line.length;
      if (length >= BUFFER_BYTES) {
        flush();
        await sink.drained();
      } else {
        // What is gathered leaves when the messages pause, which they do while the next page is on its way.
        idle ??= setImmediate(flush);
      }
      sink.throwIfClosed();
    }
  } finally {
    clearImmediate(idle);
    flush();
  }
  await sink.end();
}

/** Writes one text whole. Throws OutputClosedError when the reader has gone. */
export async function writeText(text: string, output: Writable): Promise<void> {
  const sink = createSink(output);
  sink.write(text);
  await sink.end();
}

type Sink = {
  readonly write: (text: string) => void;
  /** Resolves when the reader has caught up. */
  readonly drained: () => Promise<void>;
  readonly throwIfClosed: () => void;
  /** Resolves when all was handed over; throws OutputClosedError when the reader has gone. */
  readonly end: () => Promise<void>;
};

function createSink(output: Writable): Sink {
  let isClosed = false;
  let wakeUp: () => void = () => undefined;
  const onClosed = () => {
    isClosed = true;
    wakeUp();
  };
  // These stay: a pipe may report its reader's end after the last line, and an unheard error would be a stack trace.
  output.on('error', onClosed);
  output.on('close', onClosed);
  output.on('drain', () => wakeUp());

  const throwIfClosed = () => {
    if (isClosed) throw new OutputClosedError();
  };
  const drained = async () => {
    throwIfClosed();
    if (output.writableNeedDrain) {
      await new Promise<void>(resolve => {
        wakeUp = resolve;
      });
    }
    throwIfClosed();
  };
  return {
    write: text => {
      // As bytes: a text with one letter beyond ASCII takes a slow way through the stream.
      if (!isClosed) output.write(Buffer.from(text, 'utf8'));
    },
    drained,
    throwIfClosed,
    end: async () => {
      throwIfClosed();
      await new Promise<void>(resolve => {
        output.write('', () => resolve());
      });
      throwIfClosed();
    },
  };
}
