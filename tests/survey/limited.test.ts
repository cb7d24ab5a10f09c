import {expect, test} from '@jest/globals';
import fc from 'fast-check';
import type {Answer, Client} from '../../src/client.js';
import {ApiError} from '../../src/errors.js';
import {limited, RequestsSpentError} from '../../src/survey/limited.js';

const answer: Answer = {body: {}, bytes: 2, begunAt: 0, receivedAt: 0};
const options = {rank: 0, endpoint: 'tags'};

/** A client whose requests are sent as often as the next of `tries` says, and fail where that is the most. */
function clientOf(tries: readonly number[], most: number) {
  let asked = 0;
  let sent = 0;
  const client: Client = {
    get: async () => {
      const times = tries[asked] ?? 1;
      asked += 1;
      for (let time = 0; time < times; time += 1) {
        await Promise.resolve();
        sent += 1;
      }
      if (times === most) throw new ApiError({path: 'tags', status: 503, detail: 'in trouble'});
      return answer;
    },
    close: () => undefined,
  };
  return {client, sent: () => sent};
}

test('no more is sent than the limit says, however often requests are repeated, and little is left of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({min: 1, max: 3}), {minLength: 40, maxLength: 80}),
      fc.integer({min: 3, max: 30}),
      fc.integer({min: 1, max: 6}),
      async (tries, most, width) => {
        const {client, sent} = clientOf(tries, 3);
        const {get} = limited(client, {most, mostPerRequest: 3, used: sent});
        const ends: string[] = [];
        await Promise.all(
          Array.from({length: width}, async () => {
            for (let end = ''; end !== 'RequestsSpentError'; ) {
              end = await get('tags', {}, options).then(
                () => 'answer',
                (error: unknown) => (error instanceof Error ? error.name : ''),
              );
              ends.push(end);
            }
          }),
        );
        expect(sent()).toBeLessThanOrEqual(most);
        expect(sent()).toBeGreaterThan(most - 3);
        expect(ends.filter(end => end === 'RequestsSpentError')).toHaveLength(width);
      },
    ),
    {seed: 5, numRuns: 100},
  );
});

test('what a request fails with is thrown as it is', async () => {
  const {client, sent} = clientOf([3], 3);
  const {get} = limited(client, {most: 5, mostPerRequest: 3, used: sent});
  await expect(get('tags', {}, options)).rejects.toThrow('in trouble');
  await expect(get('tags', {}, options)).rejects.toThrow(RequestsSpentError);
});
