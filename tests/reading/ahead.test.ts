import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {readAhead} from '../../src/reading/ahead.js';
import {collectGarbage} from '../support/garbage.js';

const turn = () => new Promise(resolve => setImmediate(resolve));

/** Numbers 0 to n-1 with pauses between them, and then perhaps a fault. */
async function* numbers(count: number, pauses: readonly number[], fault?: Error): AsyncGenerator<number> {
  for (let value = 0; value < count; value += 1) {
    for (let pause = pauses[value % pauses.length] ?? 0; pause > 0; pause -= 1) await turn();
    yield value;
  }
  if (fault) throw fault;
}

/** What a reader got, in the order it got it; a fault as the last value. It may stop after `most` values. */
async function drain(reader: AsyncGenerator<number>, pauses: readonly number[], most = Number.POSITIVE_INFINITY) {
  const got: unknown[] = [];
  try {
    for await (const value of reader) {
      got.push(value);
      if (got.length >= most) break;
      for (let pause = pauses[value % pauses.length] ?? 0; pause > 0; pause -= 1) await turn();
    }
  } catch (error) {
    got.push(error);
  }
  return got;
}

describe('reading ahead', () => {
  const pauses = fc.array(fc.integer({min: 0, max: 3}), {minLength: 1, maxLength: 5});

  test('gives every reader the same values in their order, and a fault behind them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 0, max: 30}),
        pauses,
        fc.array(fc.record({pauses, most: fc.option(fc.integer({min: 1, max: 30}), {nil: undefined})}), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.boolean(),
        fc.boolean(),
        async (count, sourcePauses, readers, isFaulty, inTurn) => {
          const fault = isFaulty ? new Error('the source broke') : undefined;
          const generators = readAhead(numbers(count, sourcePauses, fault), readers.length);
          const drains = readers.map((reader, index) => async () => {
            const generator = generators[index];
            return generator ? drain(generator, reader.pauses, reader.most) : [];
          });
          const got: unknown[][] = [];
          if (inTurn) for (const start of drains) got.push(await start());
          else got.push(...(await Promise.all(drains.map(start => start()))));
          const all: unknown[] = Array.from({length: count}, (_, index) => index);
          if (fault) all.push(fault);
          expect(got).toEqual(readers.map(({most}) => all.slice(0, most)));
        },
      ),
      {seed: 13, numRuns: 80},
    );
  });

  test('pulls from its source before anybody reads', async () => {
    const pulled: number[] = [];
    async function* source(): AsyncGenerator<number> {
      for (const value of [1, 2, 3]) {
        pulled.push(value);
        yield value;
      }
    }
    readAhead(source(), 1);
    await turn();
    expect(pulled).toEqual([1, 2, 3]);
  });

  test('does not take a fault that nobody reads for unhandled', async () => {
    readAhead(numbers(0, [0], new Error('nobody looks')), 2);
    await turn();
  });

  test('forgets a value as soon as every reader has had it or has stopped', async () => {
    const values: WeakRef<object>[] = [];
    async function* source(): AsyncGenerator<object> {
      for (let count = 0; count < 4; count += 1) {
        const value = {filling: new Uint8Array(1_000)};
        values.push(new WeakRef(value));
        yield value;
      }
    }
    const [first, second] = readAhead(source(), 2);
    if (!first || !second) throw new Error('two readers were asked for');
    const areThere = async () => {
      await collectGarbage();
      return values.map(value => value.deref() !== undefined);
    };
    await first.next();
    await first.next();
    await first.next();
    expect(await areThere()).toEqual([true, true, true, true]);
    await second.next();
    await second.next();
    // What a reader was given last is its own until it asks for more.
    expect(await areThere()).toEqual([false, true, true, true]);
    await second.return(undefined);
    expect(await areThere()).toEqual([false, false, true, true]);
  });
});
