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
  const lines: string[] = [];
  let length = 0;
  let closed = false;
  let flushing: NodeJS.Immediate | undefined;
  let release: () => void = () => undefined;

  const onClosed = () => {
    closed = true;
    release();
  };
  const onDrain = () => release();
  output.on('error', onClosed);
  output.on('close', onClosed);
  output.on('drain', onDrain);

  function flush(): boolean {
    if (lines.length === 0 || closed) return !output.writableNeedDrain;
    const chunk = Buffer.from(lines.join(''), 'utf8');
    lines.length = 0;
    length = 0;
    return output.write(chunk);
  }

  async function flushAndWait(): Promise<void> {
    if (!flush() && !closed) {
      await new Promise<void>(resolve => {
        release = resolve;
      });
    }
    if (closed) throw new OutputClosedError();
  }

  try {
    for await (const message of messages) {
      const line = `${message.type === 'RECORD' ? serialize(message) : JSON.stringify(message)}\n`;
      lines.push(line);
      length += line.length;
      if (length >= BUFFER_BYTES) await flushAndWait();
      // What is gathered leaves as soon as the messages pause, which they do while the next page is on its way.
      else
        flushing ??= setImmediate(() => {
          flushing = undefined;
          flush();
        });
      if (closed) throw new OutputClosedError();
    }
  } finally {
    clearImmediate(flushing);
    flush();
    output.off('close', onClosed);
    output.off('drain', onDrain);
  }
  await new Promise<void>(resolve => {
    output.write('', () => resolve());
  });
  if (closed) throw new OutputClosedError();
}
