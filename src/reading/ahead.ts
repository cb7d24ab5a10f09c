// Keeps a generator of pages running ahead of its reader, and lets several readers share one generator.

/**
 * Starts to pull from `source` at once and hands its values on in order, to each of `readers` readers alike. Values
 * wait in memory until every reader has had them. For one reader they are bounded, since a source asks for places
 * before it asks for pages; the first of several readers gives the places back, and a list that is shared has to be
 * small enough to be held whole. A fault of the source reaches the readers behind the values that came before it.
 */
export function readAhead<T>(source: AsyncGenerator<T>, readers: number): readonly AsyncGenerator<T>[] {
  const buffer: T[] = [];
  // Where each reader stands, counted from the first value of all; one that has finished waits for nothing.
  const positions: number[] = Array.from({length: readers}, () => 0);
  let dropped = 0;
  let end: {readonly error?: unknown} | undefined;
  let wakeUp: () => void = () => undefined;
  let news = new Promise<void>(resolve => {
    wakeUp = resolve;
  });

  function announce(): void {
    const wake = wakeUp;
    news = new Promise<void>(resolve => {
      wakeUp = resolve;
    });
    wake();
  }

  async function pull(): Promise<void> {
    try {
      for await (const value of source) {
        buffer.push(value);
        announce();
      }
      end = {};
    } catch (error) {
      end = {error};
    }
    announce();
  }

  function forget(): void {
    const slowest = Math.min(...positions);
    while (dropped < slowest && buffer.length > 0) {
      buffer.shift();
      dropped += 1;
    }
  }

  async function* read(reader: number): AsyncGenerator<T> {
    try {
      for (let position = 0; ; ) {
        const value = buffer[position - dropped];
        if (value !== undefined) {
          yield value;
          position += 1;
          positions[reader] = position;
          forget();
        } else if (end) {
          if ('error' in end) throw end.error;
          return;
        } else await news;
      }
    } finally {
      positions[reader] = Number.POSITIVE_INFINITY;
      forget();
    }
  }

  void pull();
  return positions.map((_, reader) => read(reader));
}
