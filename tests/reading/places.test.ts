import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {createPlaces, type Place, type Places} from '../../src/reading/places.js';
import {createVirtualClock} from '../support/virtual-clock.js';

const never = new AbortController().signal;

/** Asks for a place; `place` is undefined until it is given. */
function ask(places: Places, request: {rank?: number; order?: number; expectedBytes?: number; signal?: AbortSignal}) {
  const asked: {place?: Place; reason?: unknown} = {};
  places.take({rank: 0, order: 0, expectedBytes: 0, signal: never, ...request}).then(
    place => {
      asked.place = place;
    },
    reason => {
      asked.reason = reason;
    },
  );
  return asked;
}

const settled = () => new Promise(resolve => setImmediate(resolve));

async function takeMany(places: Places, count: number, rank: number, expectedBytes = 0) {
  const asked = Array.from({length: count}, (_, order) => ask(places, {rank, order, expectedBytes}));
  await settled();
  return {asked, given: asked.filter(({place}) => place).length};
}

describe('places for pages', () => {
  test('are given until all are taken, and again when one is released', async () => {
    const places = createPlaces({pages: 3, pagesOfOne: 9, bytes: 100});
    const {asked, given} = await takeMany(places, 5, 1);
    expect(given).toBe(3);
    asked[0]?.place?.release();
    asked[0]?.place?.release();
    await settled();
    expect(asked.map(({place}) => place !== undefined)).toEqual([true, true, true, true, false]);
  });

  test('are kept for the stream that is being written, however many the others have taken', async () => {
    const places = createPlaces({pages: 4, pagesOfOne: 2, bytes: 100});
    // No stream has more than its own share.
    expect((await takeMany(places, 9, 5)).given).toBe(2);
    expect((await takeMany(places, 9, 6)).given).toBe(2);
    expect((await takeMany(places, 9, 7)).given).toBe(0);
    expect((await takeMany(places, 9, 0)).given).toBe(2);
    places.setCurrent(5);
    expect((await takeMany(places, 9, 4)).given).toBe(2);
  });

  test('go to the streams in the order of the output, and to each in the order of its asking', async () => {
    const places = createPlaces({pages: 1, pagesOfOne: 1, bytes: 100});
    places.setCurrent(-1);
    const first = ask(places, {rank: 9});
    await settled();
    const order: string[] = [];
    for (const [rank, name] of [
      [3, 'c'],
      [1, 'a'],
      [3, 'd'],
      [2, 'b'],
    ] as const) {
      void places.take({rank, order: 0, expectedBytes: 0, signal: never}).then(place => {
        order.push(name);
        place.release();
      });
    }
    first.place?.release();
    for (let turn = 0; turn < 4; turn += 1) await settled();
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are not given beyond the bytes that may be held, except to the page that has to be written next', async () => {
    const places = createPlaces({pages: 10, pagesOfOne: 5, bytes: 100});
    const {asked, given} = await takeMany(places, 4, 1, 50);
    expect(given).toBe(2);
    const behind = ask(places, {rank: 0, order: 7});
    await settled();
    expect(behind.place).toBeDefined();
    const ahead = ask(places, {rank: 0, order: 8});
    const before = ask(places, {rank: 0, order: 6});
    await settled();
    expect([ahead.place, before.place].map(place => place !== undefined)).toEqual([false, true]);
    asked[0]?.place?.fill(10);
    await settled();
    expect(ahead.place).toBeDefined();
  });

  test('of a stream whose turn has not come may be more, and what is only looked at needs none of its share', async () => {
    const places = createPlaces({pages: 10, pagesOfOne: 2, pagesOfWaiting: 4, bytes: 1_000});
    expect((await takeMany(places, 6, 0)).given).toBe(2);
    const {asked, given} = await takeMany(places, 6, 1);
    expect(given).toBe(4);
    const look = ask(places, {rank: 1, order: -1});
    await settled();
    expect(look.place).toBeDefined();
    // Once it is written, a stream needs no more than any other that is.
    places.setCurrent(1);
    for (const {place} of asked.slice(0, 2)) place?.release();
    look.place?.release();
    await settled();
    expect(asked.filter(({place}) => place !== undefined)).toHaveLength(4);
    asked[2]?.place?.release();
    await settled();
    expect(asked.filter(({place}) => place !== undefined)).toHaveLength(5);
  });

  test('are of no use to a page that was given up', async () => {
    const places = createPlaces({pages: 1, pagesOfOne: 1, bytes: 100});
    const controller = new AbortController();
    const first = ask(places, {rank: 1});
    const givenUp = ask(places, {rank: 1, order: 1, signal: controller.signal});
    const next = ask(places, {rank: 1, order: 2});
    await settled();
    controller.abort('given up');
    first.place?.release();
    await settled();
    expect(givenUp).toEqual({reason: 'given up'});
    expect(next.place).toBeDefined();
    const late = ask(places, {rank: 1, signal: controller.signal});
    await settled();
    expect(late).toEqual({reason: 'given up'});
  });

  describe('in the beginning', () => {
    const bounds = {pages: 50, pagesOfOne: 50, bytes: 1_000};
    const slow = {first: 3, pagesToEarnOne: 4, perSecond: 5};

    test('are few, and one more for every few pages that were written', async () => {
      const clock = createVirtualClock();
      const places = createPlaces({...bounds, start: {...slow, clock}});
      // Of all streams together; only the page that has to be written next comes besides.
      expect((await takeMany(places, 5, 2)).given).toBe(3);
      expect((await takeMany(places, 5, 3)).given).toBe(0);
      const {asked, given} = await takeMany(places, 40, 0);
      expect(given).toBe(1);
      const givenNow = () => asked.filter(({place}) => place !== undefined).length;
      for (const released of [1, 2, 3]) {
        asked[released - 1]?.place?.fill(1);
        asked[released - 1]?.place?.release();
        await settled();
        expect(givenNow()).toBe(released + 1);
      }
      asked[3]?.place?.fill(1);
      asked[3]?.place?.release();
      await settled();
      // The next one as ever, and the one that four written pages have earned.
      expect(givenNow()).toBe(4 + 1);
      asked[4]?.place?.release();
      await settled();
      expect(givenNow()).toBe(4 + 2);
    });

    test('are not earned by pages that never came', async () => {
      const places = createPlaces({...bounds, start: {...slow, clock: createVirtualClock()}});
      const {asked} = await takeMany(places, 20, 1);
      for (const one of asked) {
        one.place?.release();
        await settled();
      }
      const held = asked.filter(({place}) => place !== undefined);
      expect(held).toHaveLength(20);
      const again = await takeMany(places, 20, 1);
      expect(again.given).toBe(3);
    });

    test('become more with time, though nothing is written, by the second since the first was taken', async () => {
      const clock = createVirtualClock();
      const places = createPlaces({...bounds, start: {...slow, clock}});
      const later = clock.sleep(60_000);
      await clock.run(60_000);
      await later;
      const asked = Array.from({length: 60}, (_, order) => ask(places, {rank: 1, order}));
      const given: number[] = [];
      for (const seconds of [0, 0.199, 0.2, 1, 2, 9.2, 9.4, 100]) {
        await clock.run(60_000 + seconds * 1_000);
        given.push(asked.filter(({place}) => place !== undefined).length);
      }
      expect(given).toEqual([3, 3, 4, 8, 13, 49, 50, 50]);
    });

    test('set no timer when nobody waits for time to pass', async () => {
      const clock = createVirtualClock();
      let timers = 0;
      const sleep = async (milliseconds: number, signal?: AbortSignal) => {
        timers += 1;
        try {
          await clock.sleep(milliseconds, signal);
        } finally {
          timers -= 1;
        }
      };
      const places = createPlaces({...bounds, pages: 4, start: {...slow, clock: {now: clock.now, sleep}}});
      const controller = new AbortController();
      await takeMany(places, 3, 1);
      expect(timers).toBe(0);
      ask(places, {rank: 1, order: 3, signal: controller.signal});
      ask(places, {rank: 1, order: 4, signal: controller.signal});
      await settled();
      expect(timers).toBe(1);
      controller.abort('the run is over');
      await settled();
      expect(timers).toBe(0);
      // Time cannot help those who wait for the bounds that always hold.
      await clock.run();
      await takeMany(places, 9, 2);
      await clock.run(60_000);
      expect((await takeMany(places, 9, 3)).given).toBe(0);
      expect(timers).toBe(0);
    });
  });

  test('never run out for the stream that is being written, and are never more than the bounds allow', async () => {
    const stream = fc.record({
      pages: fc.integer({min: 0, max: 25}),
      window: fc.integer({min: 1, max: 8}),
      size: fc.integer({min: 1, max: 60}),
      /** Every so many pages another one turns out to be needed before the next, as behind a short page. */
      extraEvery: fc.integer({min: 1, max: 6}),
      latencies: fc.array(fc.integer({min: 1, max: 50}), {minLength: 1, maxLength: 5}),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, {minLength: 1, maxLength: 6}),
        fc.integer({min: 1, max: 12}),
        fc.integer({min: 1, max: 6}),
        fc.oneof(fc.constant(1), fc.integer({min: 1, max: 200})),
        fc.option(
          fc.record({
            first: fc.integer({min: 0, max: 5}),
            pagesToEarnOne: fc.integer({min: 1, max: 9}),
            perSecond: fc.constantFrom(0.001, 3, 5, 700),
          }),
          {nil: undefined},
        ),
        async (streams, pages, pagesOfOne, bytes, slowStart) => {
          const clock = createVirtualClock();
          const start = slowStart && {...slowStart, clock};
          const places = createPlaces({pages, pagesOfOne, bytes, ...(start ? {start} : {})});
          let released = 0;
          let current = 0;
          const held = new Map<number, number>();
          const total = () => [...held.values()].reduce((sum, count) => sum + count, 0);
          const written: number[][] = streams.map(() => []);

          async function get(rank: number, order: number, size: number, latencyMs: number): Promise<Place> {
            const place = await places.take({rank, order, expectedBytes: size, signal: never});
            const heldNow = (held.get(rank) ?? 0) + 1;
            held.set(rank, heldNow);
            // One page more is what has to be written next.
            if (rank > current) expect(total()).toBeLessThanOrEqual(pages + pagesOfOne + 1);
            else expect(heldNow).toBeLessThanOrEqual(Math.max(pages, pagesOfOne) + 1);
            if (start) {
              const earned = start.first + released / start.pagesToEarnOne + (clock.now() / 1_000) * start.perSecond;
              // And the page to be written next: of this stream, and of the one before it, which may still be held.
              expect(total()).toBeLessThanOrEqual(Math.max(earned, 0) + 2);
            }
            await clock.sleep(latencyMs);
            place.fill(size);
            return place;
          }

          // Each stream asks for a window of pages ahead, and buffers what comes in order.
          const buffers = streams.map(() => [] as {order: number; place: Place}[]);
          const ended = streams.map(() => false);
          const readers = streams.map(async ({pages: count, window, size, extraEvery, latencies}, rank) => {
            const latency = (order: number) => latencies[order % latencies.length] ?? 1;
            const ahead: {order: number; place: Promise<Place>}[] = [];
            for (let next = 0; ; ) {
              while (ahead.length < window && next < count) {
                ahead.push({order: next, place: get(rank, next, size, latency(next))});
                next += 1;
              }
              const head = ahead.shift();
              if (!head) break;
              buffers[rank]?.push({order: head.order, place: await head.place});
              if (head.order % extraEvery === 0) {
                const order = head.order + 0.5;
                buffers[rank]?.push({order, place: await get(rank, order, size, latency(head.order))});
              }
            }
            ended[rank] = true;
          });

          const writer = (async () => {
            for (const rank of streams.keys()) {
              current = rank;
              places.setCurrent(rank);
              while (!ended[rank] || buffers[rank]?.length) {
                const page = buffers[rank]?.shift();
                await clock.sleep(3);
                if (!page) continue;
                written[rank]?.push(page.order);
                held.set(rank, (held.get(rank) ?? 0) - 1);
                released += 1;
                page.place.release();
              }
            }
          })();

          // Long enough for everything one behind the other; a writer that waits for ever is still there afterwards.
          const all = Promise.all([...readers, writer]);
          all.catch(() => undefined);
          await clock.run(120_000);
          expect(ended).toEqual(streams.map(() => true));
          await all;
          for (const [rank, {pages: count, extraEvery}] of streams.entries()) {
            const orders = Array.from({length: count}, (_, order) =>
              order % extraEvery === 0 ? [order, order + 0.5] : [order],
            ).flat();
            expect(written[rank]).toEqual(orders);
          }
        },
      ),
      {seed: 5, numRuns: 60},
    );
  }, 60_000);
});
