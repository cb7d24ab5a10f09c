import {getEventListeners} from 'node:events';
import {describe, expect, test} from '@jest/globals';
import {onAbort} from '../src/abort-listeners.js';

describe('many who wait for one signal', () => {
  test('are all called when it aborts, each once', () => {
    const controller = new AbortController();
    const called: string[] = [];
    onAbort(controller.signal, () => called.push('first'));
    onAbort(controller.signal, () => called.push('second'));
    controller.abort();
    controller.abort();
    expect(called).toEqual(['first', 'second']);
  });

  test('are not called once they have stopped waiting, even in the moment in which it aborts', () => {
    const controller = new AbortController();
    const called: string[] = [];
    const stopped = onAbort(controller.signal, () => called.push('stopped before'));
    onAbort(controller.signal, () => {
      called.push('first');
      second();
    });
    const second = onAbort(controller.signal, () => called.push('stopped by the first'));
    stopped();
    controller.abort();
    expect(called).toEqual(['first']);
  });

  test('are one listener of the signal, and none when nobody waits any more', () => {
    const {signal} = new AbortController();
    const stops = Array.from({length: 50}, () => onAbort(signal, () => undefined));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const stop of [...stops, ...stops]) stop();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    onAbort(signal, () => undefined);
    for (const stop of stops) stop();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});
