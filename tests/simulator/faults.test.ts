// What goes wrong on demand: by plan, by page, by number, and by chance.

import {describe, expect, test} from '@jest/globals';
import type {FaultAnswer} from '../../src/simulator/simulator.js';
import {ask, withSimulator} from './support.js';

describe('a fault by plan', () => {
  test.each([400, 401, 403, 404, 422, 429, 500, 502, 503, 504, 520] as const)(
    '%i strikes once, and the request works when repeated',
    answer =>
      withSimulator({faults: [{path: 'tags', answer}]}, async simulator => {
        expect((await ask(simulator, 'users')).status).toBe(200);
        expect((await ask(simulator, 'tags')).status).toBe(answer);
        expect((await ask(simulator, 'tags')).status).toBe(200);
        expect(simulator.requests.map(({fault}) => fault)).toEqual([undefined, answer, undefined]);
        expect(simulator.stats().faulted).toBe(1);
      }),
  );

  test.each([502, 503, 520] as const)('%i has a body of HTML', answer =>
    withSimulator({faults: [{path: 'tags', answer}]}, async simulator => {
      const {text, headers} = await ask(simulator, 'tags');
      expect(text).toMatch(/^<!DOCTYPE html>/);
      expect(headers.get('content-type')).toMatch(/^text\/html/);
    }),
  );

  test('reset ends the connection before the answer', () =>
    withSimulator({faults: [{path: 'tags', answer: 'reset'}]}, async simulator => {
      await expect(ask(simulator, 'tags')).rejects.toThrow();
      expect((await ask(simulator, 'tags')).status).toBe(200);
    }));

  test('cut ends it in the middle of the body', () =>
    withSimulator({faults: [{path: 'tags', answer: 'cut'}]}, async simulator => {
      await expect(ask(simulator, 'tags')).rejects.toThrow();
    }));

  test('truncated is a whole answer with half of its JSON', () =>
    withSimulator({faults: [{path: 'tags', answer: 'truncated'}]}, async simulator => {
      const half = await ask(simulator, 'tags');
      const whole = await ask(simulator, 'tags');
      expect(half.status).toBe(200);
      expect(() => JSON.parse(half.text)).toThrow();
      expect(whole.text.startsWith(half.text)).toBe(true);
    }));

  test('empty is 200 without a body and with X-Ac-Error', () =>
    withSimulator({faults: [{path: 'tags', answer: 'empty'}]}, async simulator => {
      const {status, text, headers} = await ask(simulator, 'tags');
      expect([status, text, headers.get('x-ac-error')]).toEqual([200, '', 'Code 9001']);
    }));

  test.each([
    ['html', /^<!DOCTYPE html>/],
    ['bare', /^\{\}$/],
  ] as const)('%s is 200 with what it says', (answer, text) =>
    withSimulator({faults: [{path: 'tags', answer}]}, async simulator => {
      const result = await ask(simulator, 'tags');
      expect(result.status).toBe(200);
      expect(result.text).toMatch(text);
    }),
  );

  test('slow is the right answer, late', () =>
    withSimulator({faults: [{path: 'tags', answer: 'slow', delayMs: 150}]}, async simulator => {
      const late = await ask(simulator, 'tags');
      expect(late.text).toBe((await ask(simulator, 'tags')).text);
      const [request] = simulator.requests;
      expect((request?.answeredAtMs ?? 0) - (request?.arrivedAtMs ?? 0)).toBeGreaterThanOrEqual(148);
    }));

  test('hang never answers', () =>
    withSimulator({faults: [{path: 'tags', answer: 'hang'}]}, async simulator => {
      const signal = AbortSignal.timeout(150);
      await expect(
        fetch(`${simulator.url}/api/3/tags`, {headers: {'Api-Token': simulator.token}, signal}),
      ).rejects.toThrow(/timeout/i);
    }));

  test('429 has Retry-After if the plan says so, and a body of any kind', () =>
    withSimulator(
      {
        faults: [
          {path: 'tags', answer: 429},
          {path: 'tags', answer: 429, retryAfter: 2, body: '<html>slow down</html>'},
        ],
      },
      async simulator => {
        expect((await ask(simulator, 'tags')).headers.get('retry-after')).toBeNull();
        const second = await ask(simulator, 'tags');
        expect(second.headers.get('retry-after')).toBe('2');
        expect(second.text).toBe('<html>slow down</html>');
      },
    ));

  test('meets one page, one offset or one query', () =>
    withSimulator({contacts: 500}, async simulator => {
      simulator.addFault({path: 'contacts', page: 3, answer: 503});
      simulator.addFault({path: 'contacts', offset: 100, answer: 500});
      simulator.addFault({path: '*', query: 'id_greater=7', answer: 502, times: 2});
      const statuses = async (...paths: string[]) => {
        const found = [];
        for (const path of paths) found.push((await ask(simulator, path)).status);
        return found;
      };
      expect(
        await statuses('contacts?limit=100', 'contacts?limit=100&offset=100', 'contacts?limit=100&offset=200'),
      ).toEqual([200, 500, 503]);
      expect(await statuses('contacts?id_greater=7', 'contacts?id_greater=7', 'contacts?id_greater=7')).toEqual([
        502, 502, 200,
      ]);
    }));

  test('begins after so many requests and lasts as long as it says', () =>
    withSimulator({faults: [{path: 'tags', answer: 403, skip: 1, times: 2}]}, async simulator => {
      const statuses = [];
      for (let time = 0; time < 5; time++) statuses.push((await ask(simulator, 'tags')).status);
      expect(statuses).toEqual([200, 403, 403, 200, 200]);
    }));

  test('for a path that there is not is refused', () =>
    withSimulator({}, async simulator => {
      expect(() => simulator.addFault({path: 'tag', answer: 500})).toThrow('did you mean "tags"?');
    }));
});

describe('faults by chance', () => {
  test('meet the share of requests that was asked, in every kind, and are the same for the same seed', async () => {
    const runs: (FaultAnswer | undefined)[][] = [];
    for (const seed of [1, 1, 2]) {
      await withSimulator({seed, faultRate: 0.3}, async simulator => {
        for (let time = 0; time < 200; time++) await ask(simulator, 'users/me').catch(() => undefined);
        runs.push(simulator.requests.map(({fault}) => fault));
      });
    }
    const [first = [], again, other] = runs;
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    const met = first.filter(fault => fault !== undefined);
    expect(met.length).toBeGreaterThan(40);
    expect(met.length).toBeLessThan(80);
    expect(new Set(met).size).toBeGreaterThan(7);
  });
});
