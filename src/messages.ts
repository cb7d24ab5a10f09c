// The one writer of stdout.

import type {Writable} from 'node:stream';
import {codeOf} from './errors.js';
import {createLineBuffer} from './line-buffer.js';
import type {Message} from './message-types.js';
import {serialize} from './wire.js';

/** The reader of stdout has gone, or stdout takes nothing more; nothing more can be delivered. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';

  /** `code` is that of the fault that stdout reported, if it reported one. */
  constructor(code?: string) {
    super(
      code === undefined || READER_GONE.includes(code)
        ? 'stdout was closed by its reader: the target ended before the tap; see what the target wrote last'
        : `stdout cannot be written (${code}): check the file or device it goes to`,
    );
  }
}

const READER_GONE = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

const BUFFER_BYTES = 64 * 1024;

// A pipe tells of its reader's end only when something is written. The last STATE may come again at any time: it still
// promises no more than the lines before it hold.
const SILENCE_MS = 10_000;

export type WriteOptions = {
  /** Called once, as soon as the reader is found to have gone: the next message may be long in coming. */
  readonly onClosed?: () => void;
  /** After so long without a line the last STATE is written again, to find out whether somebody reads. */
  readonly silenceMs?: number;
  /** What is done to lines before they leave. */
  readonly hide?: (lines: Buffer) => Buffer;
};

/**
 * Writes messages as lines, whole ones only, and asks for the next ones only when the reader keeps up. Lines are
 * gathered while messages come without a pause. Resolves when the last line was handed over; throws
 * OutputClosedError when the reader has gone, and passes on what `messages` throws, after what came before it was
 * written.
 */
export async function writeMessages(
  messages: AsyncIterable<readonly Message[]>,
  output: Writable,
  {onClosed = () => undefined, silenceMs = SILENCE_MS, hide = lines => lines}: WriteOptions = {},
): Promise<void> {
  const sink = createSink(output, onClosed);
  const lines = createLineBuffer();
  let idle: NodeJS.Immediate | undefined;
  let lastState = '';

  const flush = () => {
    clearImmediate(idle);
    idle = undefined;
    if (lines.size() > 0) sink.write(hide(lines.take()));
    silence.refresh();
  };
  const silence = setTimeout(() => {
    if (lines.size() === 0 && lastState !== '' && !sink.isBehind()) sink.write(hide(Buffer.from(`${lastState}\n`)));
    silence.refresh();
  }, silenceMs);

  try {
    for await (const several of messages) {
      for (const message of several) {
        const line = message.type === 'RECORD' ? serialize(message) : JSON.stringify(message);
        if (message.type === 'STATE') lastState = line;
        lines.add(line);
        if (lines.size() >= BUFFER_BYTES) flush();
        // Short bursts add up too: whatever made the reader fall behind, the next message waits for it.
        if (sink.isBehind()) await sink.drained();
        sink.throwIfClosed();
      }
      // What is gathered leaves when the messages pause, which they do while the next page is on its way.
      if (lines.size() > 0) idle ??= setImmediate(flush);
    }
  } finally {
    flush();
    clearTimeout(silence);
  }
  await sink.end();
}

/** Writes one text whole. Throws OutputClosedError when the reader has gone. */
export async function writeText(text: string, output: Writable): Promise<void> {
  const sink = createSink(output);
  sink.write(Buffer.from(text));
  await sink.end();
}

/** Writes texts as they come. Both throw OutputClosedError when the reader has gone. */
export type TextWriter = {
  readonly write: (text: string) => void;
  /** Resolves when all was handed over. */
  readonly end: () => Promise<void>;
};

/** A writer for a document that is made bit by bit. */
export function openText(output: Writable): TextWriter {
  const sink = createSink(output);
  return {
    write: text => {
      sink.throwIfClosed();
      sink.write(Buffer.from(text));
    },
    end: sink.end,
  };
}

type Sink = {
  readonly write: (bytes: Buffer) => void;
  readonly isBehind: () => boolean;
  /** Resolves when the reader has caught up. */
  readonly drained: () => Promise<void>;
  readonly throwIfClosed: () => void;
  /** Resolves when all was handed over; throws OutputClosedError when the reader has gone. */
  readonly end: () => Promise<void>;
};

function createSink(output: Writable, onClosed: () => void = () => undefined): Sink {
  let closed: OutputClosedError | undefined;
  let wakeUp: () => void = () => undefined;
  const close = (error?: unknown) => {
    if (closed) return;
    closed = new OutputClosedError(error === undefined ? undefined : (codeOf(error) ?? 'unknown reason'));
    wakeUp();
    onClosed();
  };
  // These stay: a pipe may report its reader's end after the last line, and an unheard error would be a stack trace.
  output.on('error', close);
  output.on('close', close);
  output.on('drain', () => wakeUp());

  const throwIfClosed = () => {
    if (closed) throw closed;
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
    write: bytes => {
      if (!closed) output.write(bytes);
    },
    isBehind: () => output.writableNeedDrain,
    drained,
    throwIfClosed,
    end: async () => {
      throwIfClosed();
      await new Promise<void>(resolve => {
        // A stream that is destroyed in the middle of a write forgets the ones behind it.
        output.once('close', resolve);
        output.write('', error => {
          if (error) close(error);
          output.off('close', resolve);
          resolve();
        });
      });
      throwIfClosed();
    },
  };
}
