import {spawn} from 'node:child_process';
import {Writable} from 'node:stream';
import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Message} from '../src/message-types.js';
import {OutputClosedError, writeMessages, writeText} from '../src/messages.js';
import {ExactNumber} from '../src/wire.js';

const turn = () => new Promise(resolve => setImmediate(resolve));

type Reader = Writable & {
  /** What arrived, chunk by chunk. */
  readonly chunks: readonly string[];
  /** Takes what waits, and goes on taking. */
  readonly goOn: () => void;
};

/** A pipe with room for a kilobyte. Its reader takes everything at once, or nothing until it is told to. */
function createReader(isReading = true): Reader {
  const chunks: string[] = [];
  let takes = isReading;
  let waiting: (() => void) | undefined;
  const output = new Writable({
    highWaterMark: 1_024,
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0) chunks.push(chunk.toString('utf8'));
      if (takes) setImmediate(done);
      else waiting = done;
    },
  });
  const goOn = () => {
    takes = true;
    waiting?.();
  };
  return Object.assign(output, {chunks, goOn});
}

function record(id: number, text = ''): Message {
  return {type: 'RECORD', stream: 'tags', record: {id, text}, time_extracted: '2024-01-01T00:00:00.000000Z'};
}

function state(value: string): Message {
  return {type: 'STATE', value: {bookmarks: {tags: {udate: value}}}};
}

async function* messagesOf(...messages: readonly Message[]): AsyncGenerator<readonly Message[]> {
  yield messages;
}

/** Twenty megabytes of records, with a pause behind every so many. Counts the bytes that were asked for. */
function plenty(size: number, pauseEvery: number) {
  const asked = {bytes: 0};
  async function* generate(): AsyncGenerator<readonly Message[]> {
    for (let id = 1; asked.bytes < 20_000_000; id += 1) {
      asked.bytes += size;
      yield [record(id, 'x'.repeat(size))];
      if (id % pauseEvery === 0) await turn();
    }
  }
  return {asked, messages: generate()};
}

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await turn();
}

describe('writing messages', () => {
  test('writes each as one line of JSON, in their order', async () => {
    const output = createReader();
    const messages: Message[] = [
      {type: 'SCHEMA', stream: 'tags', schema: {type: 'object', properties: {}}, key_properties: ['id']},
      record(1, 'two\nlines, Zoë and 🎈'),
      state('2024-01-01T00:00:00.000000Z'),
    ];
    await writeMessages(messagesOf(...messages), output);
    const lines = output.chunks.join('').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map(line => JSON.parse(line))).toEqual(messages);
  });

  test('writes all digits of a number, and no half letter', async () => {
    const output = createReader();
    const fields = {id: new ExactNumber('9007199254740993'), text: 'half \ud83c'};
    await writeMessages(
      messagesOf({type: 'RECORD', stream: 'tags', record: fields, time_extracted: '2024-01-01T00:00:00.000000Z'}),
      output,
    );
    expect(output.chunks.join('')).toContain('"id":9007199254740993,');
    expect(output.chunks.join('')).not.toContain('\ud83c');
  });

  test('hands on whole lines only, whatever their lengths and pauses', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({size: fc.oneof(fc.nat(50), fc.nat(90_000)), pause: fc.nat(2)}), {maxLength: 40}),
        fc.boolean(),
        async (steps, isReading) => {
          const output = createReader(isReading);
          async function* generate(): AsyncGenerator<readonly Message[]> {
            for (const [id, {size, pause}] of steps.entries()) {
              yield [record(id, 'é'.repeat(size))];
              await turns(pause);
            }
          }
          const writing = writeMessages(generate(), output);
          await turns(2);
          output.goOn();
          await writing;
          expect(output.chunks.filter(chunk => !chunk.endsWith('\n'))).toEqual([]);
          const ids = output.chunks
            .join('')
            .split('\n')
            .slice(0, -1)
            .map(line => JSON.parse(line).record.id);
          expect(ids).toEqual(steps.map((_, id) => id));
        },
      ),
      {seed: 2, numRuns: 60},
    );
  });

  test('gathers lines while they come without a pause, and hands them on when they pause', async () => {
    const output = createReader();
    let goOn: () => void = () => undefined;
    async function* generate(): AsyncGenerator<readonly Message[]> {
      for (let id = 0; id < 50; id += 1) yield [record(id)];
      await new Promise<void>(resolve => {
        goOn = resolve;
      });
      yield [record(50)];
    }
    const writing = writeMessages(generate(), output);
    await turns(3);
    expect(output.chunks).toHaveLength(1);
    expect(output.chunks[0]?.match(/\n/g)).toHaveLength(50);
    goOn();
    await writing;
    expect(output.chunks).toHaveLength(2);
  });

  test.each([
    {pace: 'without a pause', size: 500, pauseEvery: 1_000_000},
    {pace: 'in bursts smaller than its buffer', size: 500, pauseEvery: 5},
    {pace: 'one by one', size: 500, pauseEvery: 1},
    {pace: 'in large pieces', size: 50_000, pauseEvery: 1},
  ])('asks for no more messages while its reader is behind: $pace', async ({size, pauseEvery}) => {
    const output = createReader(false);
    const {asked, messages} = plenty(size, pauseEvery);
    const writing = writeMessages(messages, output);
    writing.catch(() => undefined);
    await turns(2_000);
    const before = asked.bytes;
    expect(before).toBeLessThan(200_000);
    await turns(2_000);
    expect(asked.bytes).toBe(before);
    output.goOn();
    await turns(200);
    expect(asked.bytes).toBeGreaterThan(before);
    output.destroy();
    await expect(writing).rejects.toThrow(OutputClosedError);
  });

  test('is over when the last line was handed over, not before', async () => {
    const output = createReader(false);
    let isOver = false;
    const writing = writeMessages(messagesOf(record(1), state('x')), output).then(() => {
      isOver = true;
    });
    await turns(20);
    expect(output.chunks.join('')).toContain('STATE');
    expect(isOver).toBe(false);
    output.goOn();
    await writing;
  });

  test('passes on what the messages fail with, behind the lines that came before', async () => {
    const output = createReader();
    const fault = new Error('the source broke');
    async function* generate(): AsyncGenerator<readonly Message[]> {
      yield [record(1)];
      yield [state('x')];
      throw fault;
    }
    await expect(writeMessages(generate(), output)).rejects.toBe(fault);
    expect(output.chunks.join('').match(/\n/g)).toHaveLength(2);
  });

  test('ends its messages when the reader has gone', async () => {
    const output = createReader();
    let hasEnded = false;
    async function* generate(): AsyncGenerator<readonly Message[]> {
      try {
        for (let id = 0; ; id += 1) {
          yield [record(id, 'x'.repeat(1_000))];
          await turn();
        }
      } finally {
        hasEnded = true;
      }
    }
    const writing = writeMessages(generate(), output);
    await turns(10);
    output.destroy();
    await expect(writing).rejects.toThrow(OutputClosedError);
    expect(hasEnded).toBe(true);
  });

  test('does not take the last line for delivered when the reader goes before it', async () => {
    const output = createReader(false);
    const writing = writeMessages(messagesOf(record(1), state('x')), output);
    await turns(10);
    output.destroy(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
    await expect(writing).rejects.toThrow('stdout was closed by its reader');
  });

  test.each([
    {code: 'ENOSPC', told: 'stdout cannot be written (ENOSPC)'},
    {code: undefined, told: 'stdout cannot be written (unknown reason)'},
  ])('tells of a fault that is not of the reader, its code being $code', async ({code, told}) => {
    const output = createReader(false);
    const writing = writeMessages(messagesOf(record(1), state('x')), output);
    await turns(10);
    output.destroy(Object.assign(new Error('no room'), {code}));
    await expect(writing).rejects.toThrow(told);
  });

  test.each([
    {pace: 'messages come without end', pauseEvery: 1_000_000},
    {pace: 'messages come one by one', pauseEvery: 1},
  ])('finds out at once that a process at the other end of a real pipe has gone, while $pace', async ({pauseEvery}) => {
    const reader = spawn('head', ['-n', '3'], {stdio: ['pipe', 'pipe', 'inherit']});
    const read: Buffer[] = [];
    reader.stdout.on('data', (chunk: Buffer) => read.push(chunk));
    const hasEnded = new Promise(resolve => reader.on('close', resolve));
    const {messages} = plenty(1_000, pauseEvery);
    await expect(writeMessages(messages, reader.stdin)).rejects.toThrow(OutputClosedError);
    await hasEnded;
    const lines = Buffer.concat(read).toString().trimEnd().split('\n');
    expect(lines.map(line => JSON.parse(line).record.id)).toEqual([1, 2, 3]);
  });

  test.each([
    {how: 'when the pipe says so', closes: (output: Writable) => output.destroy(), silenceMs: 60_000},
    {how: 'by asking when it was silent for long', closes: () => undefined, silenceMs: 20},
  ])(
    'finds out that the reader has gone while the next message is long in coming: $how',
    async ({closes, silenceMs}) => {
      const chunks: string[] = [];
      const output = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          // Like a pipe without a reader: only who writes to it is told.
          if (chunks.length >= 1) done(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
          else {
            chunks.push(chunk.toString('utf8'));
            done();
          }
        },
      });
      let onClosed: () => void = () => undefined;
      const closed = new Promise<void>(resolve => {
        onClosed = resolve;
      });
      async function* generate(): AsyncGenerator<readonly Message[]> {
        yield [state('x')];
        await closed;
      }
      const writing = writeMessages(generate(), output, {onClosed, silenceMs});
      writing.catch(() => undefined);
      await turns(3);
      expect(chunks).toEqual([`${JSON.stringify(state('x'))}\n`]);
      closes(output);
      await expect(writing).rejects.toThrow('stdout was closed by its reader');
    },
  );

  test('writes its last STATE again when it was silent for long, and no STATE that is not written yet', async () => {
    const output = createReader();
    let end: () => void = () => undefined;
    const ended = new Promise<void>(resolve => {
      end = resolve;
    });
    async function* generate(): AsyncGenerator<readonly Message[]> {
      yield [state('first')];
      yield [state('second')];
      yield [record(1)];
      await ended;
    }
    const writing = writeMessages(generate(), output, {silenceMs: 5});
    while (output.chunks.length < 3) await turn();
    end();
    await writing;
    const again = output.chunks.slice(1).map(line => JSON.parse(line));
    expect(again.slice(0, 2)).toEqual([state('second'), state('second')]);
  });

  test('delivers everything to a process that reads slowly', async () => {
    const script = `process.stdin.on('data', () => { process.stdin.pause(); setTimeout(() => process.stdin.resume(), 1); });
      let bytes = 0; process.stdin.on('data', chunk => { bytes += chunk.length; });
      process.stdin.on('end', () => console.log(bytes));`;
    const reader = spawn(process.execPath, ['-e', script], {stdio: ['pipe', 'pipe', 'inherit']});
    const said: Buffer[] = [];
    reader.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    const messages = Array.from({length: 2_000}, (_, id) => record(id, 'x'.repeat(1_000)));
    await writeMessages(messagesOf(...messages), reader.stdin);
    reader.stdin.end();
    await new Promise(resolve => reader.on('close', resolve));
    const bytes = messages.reduce((sum, message) => sum + JSON.stringify(message).length + 1, 0);
    expect(Buffer.concat(said).toString().trim()).toBe(String(bytes));
  });
});

describe('writing a text', () => {
  test('writes it whole, however slow the reader is', async () => {
    const output = createReader(false);
    const text = 'Zoë 🎈\n'.repeat(50_000);
    const writing = writeText(text, output);
    await turns(5);
    output.goOn();
    await writing;
    expect(output.chunks.join('')).toBe(text);
  });

  test('fails when the reader has gone', async () => {
    const output = createReader(false);
    const writing = writeText('x'.repeat(100_000), output);
    await turns(2);
    output.destroy();
    await expect(writing).rejects.toThrow(OutputClosedError);
  });
});
