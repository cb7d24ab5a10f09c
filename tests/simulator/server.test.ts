// Who may ask, how fast, how pages and totals come: the simulator as an HTTP server.

import {get} from 'node:http';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from '@jest/globals';
import {ask, idsOf, metaOf, rowsOf, withSimulator} from './support.js';

describe('the token', () => {
  test('opens the account in the header Api-Token', () =>
    withSimulator({token: 'good'}, async simulator => {
      expect((await ask(simulator, 'users/me')).status).toBe(200);
      expect(simulator.token).toBe('good');
    }));

  test.each([
    ['none', {}],
    ['a wrong one', {'Api-Token': 'wrong'}],
    ['the good one as a bearer', {Authorization: 'Bearer sandbox-token'}],
  ])('%s is answered 403 and Forbidden', (_, headers) =>
    withSimulator({}, async simulator => {
      const response = await fetch(`${simulator.url}/api/3/users/me`, {headers});
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({message: 'Forbidden'});
    }),
  );
});

describe('pages', () => {
  test('have 20 rows when no limit is asked', () =>
    withSimulator({}, async simulator => expect(await idsOf(simulator, 'contacts')).toHaveLength(20)));

  test.each(['100', '101', '1000', '99999'])('have at most 100 rows, without a word, for limit=%s', limit =>
    withSimulator({}, async simulator => expect(await idsOf(simulator, `contacts?limit=${limit}`)).toHaveLength(100)),
  );

  test.each(['0', '-5', 'ten', ''])('have 20 rows for limit=%s', limit =>
    withSimulator({}, async simulator => expect(await idsOf(simulator, `contacts?limit=${limit}`)).toHaveLength(20)),
  );

  test('may be capped lower', () =>
    withSimulator({pageCap: 7}, async simulator =>
      expect(await idsOf(simulator, 'contacts?limit=100')).toHaveLength(7),
    ));

  test('begin at the offset and end with the list', () =>
    withSimulator({counts: {tags: 230}}, async simulator => {
      const all = [...simulator.rows('tags')].map(({id}) => id);
      expect(await idsOf(simulator, 'tags?limit=100&offset=0')).toEqual(all.slice(0, 100));
      expect(await idsOf(simulator, 'tags?limit=100&offset=200')).toEqual(all.slice(200));
      expect(await idsOf(simulator, 'tags?limit=100&offset=230')).toEqual([]);
      expect(await idsOf(simulator, 'tags?limit=100&offset=9999999')).toEqual([]);
    }));

  test.each([0, 1, 100, 200])('serve a list of %i rows', rows =>
    withSimulator({counts: {configs: rows}}, async simulator => {
      const answer = await ask(simulator, 'configs?limit=100');
      expect(rowsOf(answer, 'configs')).toHaveLength(Math.min(rows, 100));
      expect(metaOf(answer)['total']).toBe(String(rows));
    }),
  );

  test('an unknown parameter changes nothing', () =>
    withSimulator({}, async simulator => {
      const plain = await ask(simulator, 'tags');
      const odd = await ask(
        simulator,
        'tags?wibble=1&filters[nothing]=2&filters[updated_after]=2030-01-01&orders[wobble]=DESC',
      );
      expect(odd.text).toBe(plain.text);
    }));
});

describe('meta', () => {
  test.each(['contacts', 'accounts', 'campaigns', 'tags', 'fieldValues', 'users', 'contactLists', 'emailActivities'])(
    '%s has its total as a text',
    path =>
      withSimulator({}, async simulator =>
        expect(metaOf(await ask(simulator, path))['total']).toBe(String(simulator.count(path))),
      ),
  );

  test.each(['deals', 'dealGroups', 'dealStages'])('%s has its total as a number', path =>
    withSimulator({}, async simulator =>
      expect(metaOf(await ask(simulator, path))['total']).toBe(simulator.count(path)),
    ),
  );

  test.each([
    'dealCustomFieldMeta',
    'dealCustomFieldData',
    'accountCustomFieldMeta',
    'accountCustomFieldData',
    'ecomOrderProducts',
  ])('%s has no meta', path =>
    withSimulator({}, async simulator => expect((await ask(simulator, path)).body['meta']).toBeUndefined()),
  );

  test('totals can be written otherwise, list by list', () =>
    withSimulator({totals: {tags: 'absent', contacts: 'number', dealCustomFieldData: 'number'}}, async simulator => {
      expect((await ask(simulator, 'tags')).body['meta']).toBeUndefined();
      expect(metaOf(await ask(simulator, 'contacts'))['total']).toBe(250);
      expect(metaOf(await ask(simulator, 'dealCustomFieldData'))['total']).toBe(simulator.count('dealCustomFieldData'));
    }));

  test('contacts tell how their parameters were read, filters apart', () =>
    withSimulator({}, async simulator => {
      const meta = metaOf(await ask(simulator, 'contacts?limit=500&offset=3&filters[updated_after]=2020-01-01'));
      expect(meta['page_input']).toMatchObject({limit: 100, offset: 3, status: -1, listid: 0});
      expect(JSON.stringify(meta['page_input'])).not.toContain('2020');
      expect(meta['sortable']).toBe(true);
    }));

  test.each([
    ['deals', 'currencies'],
    ['fields', 'selected'],
    ['automations', 'starts'],
    ['automations', 'filtered'],
    ['automations', 'smsLogs'],
  ])('%s carry %s', (path, key) =>
    withSimulator({}, async simulator => expect(Object.keys(metaOf(await ask(simulator, path)))).toContain(key)),
  );
});

describe('paths', () => {
  test.each(['nothing', 'fieldOptions', 'fieldRels', 'contacts/1/nothing'])('%s is answered 404 in JSON', path =>
    withSimulator({}, async simulator => {
      const answer = await ask(simulator, path);
      expect(answer.status).toBe(404);
      expect(answer.body).toHaveProperty('message');
    }),
  );

  test('users/me is an object', () =>
    withSimulator({}, async simulator =>
      expect((await ask(simulator, 'users/me')).body['user']).toMatchObject({id: '1'}),
    ));

  test('a user has a group, by the path that its links name', () =>
    withSimulator({}, async simulator => {
      const [user] = simulator.rows('users');
      const {body} = await ask(simulator, `users/${user?.['id']}/userGroup`);
      const groups = [...simulator.rows('groups')].map(({id}) => id);
      expect(body['userGroup']).toMatchObject({user: user?.['id'], group: groups[0]});
      expect((await ask(simulator, 'users/99999/userGroup')).status).toBe(404);
    }));

  test('nothing can be written', () =>
    withSimulator({}, async simulator => {
      const response = await fetch(`${simulator.url}/api/3/tags`, {
        method: 'POST',
        headers: {'Api-Token': simulator.token},
        body: '{}',
      });
      expect(response.status).toBe(405);
    }));

  test('a forbidden path answers 403, a missing one 404, for good', () =>
    withSimulator({forbidden: ['deals', 'lists'], missing: ['segments']}, async simulator => {
      for (let time = 0; time < 3; time++) {
        expect((await ask(simulator, 'deals')).status).toBe(403);
        expect((await ask(simulator, 'lists')).status).toBe(403);
        expect((await ask(simulator, 'segments')).status).toBe(404);
        expect((await ask(simulator, 'tags')).status).toBe(200);
      }
    }));

  test('errors have no common form', () =>
    withSimulator(
      {forbidden: ['deals', 'lists', 'tags', 'users', 'forms', 'contacts', 'scores', 'groups']},
      async simulator => {
        const forms = new Set<string>();
        for (const path of ['deals', 'lists', 'tags', 'users', 'forms', 'contacts', 'scores', 'groups']) {
          const {text, headers} = await ask(simulator, path);
          forms.add(`${headers.get('content-type')} ${text.replaceAll(/\w+/g, '').slice(0, 20)}`);
        }
        expect(forms.size).toBeGreaterThan(3);
      },
    ));
});

describe('the rate limit', () => {
  test('lets five requests of a second pass and refuses the sixth with Retry-After', () =>
    withSimulator({requestsPerSecond: 5}, async simulator => {
      const answers = await Promise.all(Array.from({length: 9}, () => ask(simulator, 'users/me')));
      expect(answers.filter(({status}) => status === 200)).toHaveLength(5);
      const refused = answers.filter(({status}) => status === 429);
      expect(refused).toHaveLength(4);
      expect(refused.map(({headers}) => headers.get('retry-after'))).toEqual(['1', '1', '1', '1']);
      expect(simulator.stats()).toMatchObject({requests: 9, throttled: 4, maxInOneSecond: 9});
    }));

  test.each([
    [30, '30'],
    [false, null],
  ] as const)('Retry-After can be %s', (retryAfter, header) =>
    withSimulator({requestsPerSecond: 1, retryAfter}, async simulator => {
      await ask(simulator, 'users/me');
      const refused = await ask(simulator, 'users/me');
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe(header);
    }),
  );

  test.each([
    [undefined, [null, null]],
    [true, ['2', '1']],
  ])('is told in headers if they are %s', (rateHeaders, told) =>
    withSimulator({requestsPerSecond: 2, rateHeaders}, async simulator => {
      const {headers} = await ask(simulator, 'users/me');
      expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual(told);
    }),
  );

  test('does not wait before it refuses', () =>
    withSimulator({requestsPerSecond: 1, latencyMs: 400}, async simulator => {
      const [first, second] = await Promise.all([ask(simulator, 'tags'), ask(simulator, 'tags')]);
      expect([first.status, second.status].sort()).toEqual([200, 429]);
      const refused = simulator.requests.find(({status}) => status === 429);
      expect((refused?.answeredAtMs ?? 0) - (refused?.arrivedAtMs ?? 0)).toBeLessThan(200);
    }));

  test('0 sets none', () =>
    withSimulator({requestsPerSecond: 0}, async simulator => {
      const answers = await Promise.all(Array.from({length: 40}, () => ask(simulator, 'users/me')));
      expect(answers.every(({status}) => status === 200)).toBe(true);
      expect(simulator.stats().throttled).toBe(0);
    }));
});

describe('answers', () => {
  test('take as long as the latency says', () =>
    withSimulator({latencyMs: 120}, async simulator => {
      await ask(simulator, 'tags');
      const [request] = simulator.requests;
      expect((request?.answeredAtMs ?? 0) - (request?.arrivedAtMs ?? 0)).toBeGreaterThanOrEqual(118);
    }));

  test('take longer at deep offsets', () =>
    withSimulator({counts: {tags: 3000}, slowOffsetMs: 60}, async simulator => {
      await ask(simulator, 'tags?offset=2000');
      const [request] = simulator.requests;
      expect((request?.answeredAtMs ?? 0) - (request?.arrivedAtMs ?? 0)).toBeGreaterThanOrEqual(118);
    }));

  test('are gzipped for those who take it, and are the same bytes then', () =>
    withSimulator({}, async simulator => {
      const zipped = await rawAnswer(`${simulator.url}/api/3/tags`, {
        'Api-Token': simulator.token,
        'Accept-Encoding': 'gzip, br',
      });
      const plain = await rawAnswer(`${simulator.url}/api/3/tags`, {'Api-Token': simulator.token});
      expect(zipped.encoding).toBe('gzip');
      expect(plain.encoding).toBeUndefined();
      expect(gunzipSync(zipped.bytes).equals(plain.bytes)).toBe(true);
    }));

  test('spell everything outside ASCII and every slash as PHP does', () =>
    withSimulator({}, async simulator => {
      const {text} = await ask(simulator, 'contacts?limit=100');
      expect(text).not.toMatch(/[^\u0020-\u007e]/);
      expect(text).toContain('\\u');
      expect(text).not.toMatch(/[^\\]\//);
    }));

  test('tell the time in the header Date, skewed if asked', () =>
    withSimulator({clockSkewSeconds: 3600}, async simulator => {
      const date = Date.parse((await ask(simulator, 'tags')).headers.get('date') ?? '');
      expect(Math.abs(date - Date.now() - 3_600_000)).toBeLessThan(5000);
    }));

  test('of a million rows come as fast as those of a thousand, and no row is kept', () =>
    withSimulator({contacts: 1_000_000, slowOffsetMs: 0}, async simulator => {
      const [first] = await idsOf(simulator, 'contacts?orders[id]=ASC&id_greater=1999000');
      expect(Number(first)).toBeGreaterThan(1_999_000);
      const before = process.memoryUsage().heapUsed;
      for (let offset = 0; offset < 900_000; offset += 30_000)
        await ask(simulator, `contactLists?limit=100&offset=${offset}`);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(60_000_000);
    }));
});

describe('the log', () => {
  test('holds what was asked, decoded, with what was answered', () =>
    withSimulator({}, async simulator => {
      await ask(simulator, 'contacts?limit=2&filters%5Bupdated_after%5D=2020-01-01T00%3A00%3A00Z');
      expect(simulator.requests).toEqual([
        {
          method: 'GET',
          path: 'contacts',
          query: 'limit=2&filters[updated_after]=2020-01-01T00:00:00Z',
          params: {limit: '2', 'filters[updated_after]': '2020-01-01T00:00:00Z'},
          arrivedAtMs: expect.any(Number),
          answeredAtMs: expect.any(Number),
          status: 200,
          rows: 2,
        },
      ]);
    }));

  test('keeps the newest requests, as many as asked', () =>
    withSimulator({loggedRequests: 3}, async simulator => {
      for (const path of ['tags', 'users', 'lists', 'forms', 'deals']) await ask(simulator, path);
      expect(simulator.requests.map(({path}) => path)).toEqual(['lists', 'forms', 'deals']);
      expect(simulator.stats().requests).toBe(5);
    }));
});

// fetch would ask for gzip and unpack it by itself.
function rawAnswer(
  url: string,
  headers: Record<string, string>,
): Promise<{encoding: string | undefined; bytes: Buffer}> {
  return new Promise((resolve, reject) => {
    get(url, {headers}, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({encoding: response.headers['content-encoding'], bytes: Buffer.concat(chunks)}));
    }).on('error', reject);
  });
}
