// The account that is made up: its size, its dates, its relations, its awkward rows.

import {describe, expect, test} from '@jest/globals';
import {DateTime} from 'luxon';
import {resourceNames} from '../../src/simulator/resources/index.js';
import {toWireJson, type WireRow} from '../../src/simulator/simulator.js';
import {ask, asRow, readAll, withSimulator} from './support.js';

const central = {zone: 'America/Chicago'};

describe('the size', () => {
  test('without a word is about 3,000 records, one in each list at least, a few over a page', () =>
    withSimulator({}, async simulator => {
      const counts = simulator.resources.map(name => simulator.count(name));
      expect(counts).toHaveLength(resourceNames.length);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      expect(sum(counts)).toBeGreaterThan(1500);
      expect(sum(counts)).toBeLessThanOrEqual(3500);
      expect(counts.filter(count => count > 100).length).toBeGreaterThan(4);
      expect(sum(counts.map(count => Math.ceil(count / 100)))).toBeLessThan(resourceNames.length + 20);
    }));

  test.each([resourceNames.length, resourceNames.length + 1, 500, 7500, 123_456])(
    'can be %i records exactly',
    records =>
      withSimulator({records}, async simulator => {
        expect(sum(simulator.resources.map(name => simulator.count(name)))).toBe(records);
      }),
  );

  test('follows the contacts, and single lists can be set', () =>
    withSimulator({contacts: 1000, counts: {deals: 7, contactTags: 5000}}, async simulator => {
      expect(simulator.count('contacts')).toBe(1000);
      expect(simulator.count('deals')).toBe(7);
      expect(simulator.count('contactTags')).toBe(5000);
      expect(simulator.count('activities')).toBe(640);
    }));

  test('no contacts means nothing that hangs on them', () =>
    withSimulator({contacts: 0}, async simulator => {
      expect(await readAll(simulator, 'contacts')).toEqual([]);
      for (const name of ['contactTags', 'contacts/{id}/trackingLogs', 'contacts/{id}/contactGoals'])
        expect(simulator.count(name)).toBe(0);
      expect((await ask(simulator, 'activities')).status).toBe(200);
    }));
});

describe('the seed', () => {
  test('gives the same account, byte for byte', async () => {
    const [first, again, other] = [await bytesWith(7), await bytesWith(7), await bytesWith(8)];
    expect(first).toBe(again);
    expect(other).not.toBe(first);
  });

  test('ids ascend and leave gaps', () =>
    withSimulator({}, async simulator => {
      const ids = [...simulator.rows('contacts')].map(({id}) => Number(id));
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(ids.at(-1)).toBeGreaterThan(ids.length);
    }));

  test('the rows that the simulator tells are those it sends', () =>
    withSimulator({unstable: []}, async simulator => {
      for (const name of ['contacts', 'deals', 'ecomOrders', 'fieldValues', 'forms', 'contactData']) {
        expect(await readAll(simulator, name)).toEqual([...simulator.rows(name)].map(asSent));
      }
    }));
});

describe('dates', () => {
  test('with an offset are on the Central clock, in winter and in summer', () =>
    withSimulator({}, async simulator => {
      const dates = [...simulator.rows('contacts')].map(row => String(row['cdate']));
      for (const date of dates) {
        const [, offset] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)$/.exec(date) ?? [];
        expect(offset).toBe(DateTime.fromISO(date, central).toFormat('ZZ'));
      }
      expect(new Set(dates.map(date => date.slice(-6)))).toEqual(new Set(['-05:00', '-06:00']));
    }));

  test('of creation ascend with the ids, so that lists come oldest first', () =>
    withSimulator({}, async simulator => {
      const dates = [...simulator.rows('activities')].map(row => DateTime.fromISO(String(row['tstamp'])).toMillis());
      expect(dates).toEqual([...dates].sort((a, b) => a - b));
    }));

  test('without a zone show the wall clock of the same instant, though they be called UTC', () =>
    withSimulator({}, async simulator => {
      for (const row of simulator.rows('contacts')) {
        const clock = String(row['cdate']).slice(0, 19).replace('T', ' ');
        expect(row['created_timestamp']).toBe(clock);
        expect(row['created_utc_timestamp']).toBe(clock);
      }
    }));

  test('run from 2019 to the middle of 2026', () =>
    withSimulator({contacts: 5000}, async simulator => {
      const years = [...simulator.rows('contacts')].map(row => String(row['cdate']).slice(0, 4));
      expect(new Set(years)).toEqual(new Set(['2019', '2020', '2021', '2022', '2023', '2024', '2025', '2026']));
      expect([...simulator.rows('contacts')].every(row => String(row['created_timestamp']) < '2026-07')).toBe(true);
    }));

  test('some lie in the hour that the autumn change shows twice, before it and after it', () =>
    withSimulator({}, async simulator => {
      const hours = [...simulator.rows('contacts')]
        .map(row => String(row['cdate']))
        .filter(date => /-11-0[1-7]T01:/.test(date));
      expect(new Set(hours.map(date => date.slice(-6)))).toEqual(new Set(['-05:00', '-06:00']));
    }));

  test('most rows were changed after their creation, none before it', () =>
    withSimulator({}, async simulator => {
      const rows = [...simulator.rows('contacts')].map(row =>
        [row['cdate'], row['udate']].map(date => DateTime.fromISO(String(date)).toMillis()),
      );
      expect(rows.filter(([created = 0, updated = 0]) => updated > created).length).toBeGreaterThan(rows.length / 2);
      expect(rows.filter(([created = 0, updated = 0]) => updated < created)).toEqual([]);
    }));

  test('an opened mail moves updated_timestamp beyond udate', () =>
    withSimulator({}, async simulator => {
      const rows = [...simulator.rows('contacts')];
      const moved = rows.filter(
        row => String(row['updated_timestamp']) > String(row['udate']).slice(0, 19).replace('T', ' '),
      );
      expect(moved.length).toBeGreaterThan(rows.length / 10);
      expect(moved.length).toBeLessThan(rows.length / 2);
    }));

  test.each(['dealCustomFieldMeta', 'dealCustomFieldData', 'accountCustomFieldMeta', 'accountCustomFieldData'])(
    'of %s are true UTC',
    name =>
      withSimulator({}, async simulator => {
        for (const row of simulator.rows(name))
          expect(row['createdTimestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
      }),
  );

  test('of custom fields can be UTC that does not say so', () =>
    withSimulator({customFieldDates: 'zoneless'}, async simulator => {
      for (const row of simulator.rows('dealCustomFieldData'))
        expect(row['updatedTimestamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    }));

  test('deals have an edate without a zone, or a zero date, or none', () =>
    withSimulator({}, async simulator => {
      const dates = [...simulator.rows('deals')].map(row => row['edate']);
      expect(dates).toContain('0000-00-00 00:00:00');
      expect(dates).toContain(null);
      expect(dates.some(date => /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/.test(String(date)))).toBe(true);
    }));

  test.each([
    ['contacts', 'sms_consent_updated_at', '0000-00-00 00:00:00'],
    ['contacts', 'bounced_date', '0000-00-00'],
    ['campaigns', 'repair_timestamp', '0000-00-00 00:00:00'],
    ['campaigns', 'series_send_lock_time', '0000-00-00 00:00:00'],
    ['users', 'password_updated_utc_timestamp', '0000-00-00 00:00:00'],
    ['contactData', 'created_timestamp', '0000-00-00 00:00:00'],
  ])('%s have zero dates in %s', (name, key, zero) =>
    withSimulator({}, async simulator => expect([...simulator.rows(name)].map(row => row[key])).toContain(zero)),
  );

  test.each([
    ['dealStages', 'udate'],
    ['users', 'udate'],
    ['campaigns', 'sdate'],
    ['campaigns', 'ldate'],
    ['savedResponses', 'mdate'],
    ['sms', 'ldate'],
  ])('%s have rows whose %s is null', (name, key) =>
    withSimulator({}, async simulator => expect([...simulator.rows(name)].map(row => row[key])).toContain(null)),
  );

  test('nine in ten deal stages have none at all', () =>
    withSimulator({counts: {dealStages: 100}}, async simulator => {
      const bare = [...simulator.rows('dealStages')].filter(row => row['udate'] === null && row['cdate'] === null);
      expect(bare).toHaveLength(90);
    }));

  test('an order may have an hour of one digit', () =>
    withSimulator({contacts: 3000}, async simulator => {
      expect([...simulator.rows('ecomOrders')].some(row => /T\d:/.test(String(row['externalCreatedDate'])))).toBe(true);
    }));
});

describe('deals without permission', () => {
  test('come among the others as a title, an id and isDisabled, some with a status', () =>
    withSimulator({}, async simulator => {
      const deals = [...simulator.rows('deals')];
      const partial = deals.filter(({isDisabled}) => isDisabled !== false);
      expect(partial.length / deals.length).toBeGreaterThan(0.02);
      expect(partial.length / deals.length).toBeLessThan(0.1);
      const shapes = new Set(partial.map(row => Object.keys(row).sort().join()));
      expect(shapes).toEqual(new Set(['id,isDisabled,title', 'id,isDisabled,status,title']));
      expect(new Set(partial.map(({isDisabled}) => isDisabled))).toEqual(new Set([true, 1]));
    }));

  test.each([
    ['with-status', 'id,isDisabled,status,title'],
    ['without-status', 'id,isDisabled,title'],
  ] as const)('can all be %s', (partialDeals, keys) =>
    withSimulator({partialDeals}, async simulator => {
      const partial = [...simulator.rows('deals')].filter(({isDisabled}) => isDisabled !== false);
      expect(new Set(partial.map(row => Object.keys(row).sort().join()))).toEqual(new Set([keys]));
    }),
  );

  test('can be left out', () =>
    withSimulator({partialDeals: 'none'}, async simulator => {
      expect([...simulator.rows('deals')].every(({isDisabled}) => isDisabled === false)).toBe(true);
    }));
});

describe('awkward values', () => {
  test.each([
    ['emoji', /\p{Extended_Pictographic}/u],
    ['markup and quotes', /<b>.*"/],
    ['control characters', /[\u0007\u001b]/],
    ['U+0000', /\0/],
    ['a lone high surrogate', /\ud83d(?![\udc00-\udfff])/],
    ['a lone low surrogate', /(?<![\ud800-\udbff])\udc4d/],
    ['line separators', /\u2028/],
    ['a backslash', /\\/],
    ['other scripts', /[\u4e00-\u9fff]/],
  ])('names hold %s', (_, pattern) =>
    withSimulator({}, async simulator => {
      const names = (await readAll(simulator, 'contacts')).map(row => String(row['firstName']));
      expect(names.some(name => pattern.test(name))).toBe(true);
    }),
  );

  test('numbers beyond 2^53 keep their digits, as texts and as JSON numbers', () =>
    withSimulator({contacts: 1000}, async simulator => {
      const texts = [...simulator.rows('contactData')].map(row => String(row['fb_id']));
      expect(texts.some(text => BigInt(text) > 2n ** 53n)).toBe(true);
      expect([...simulator.rows('ecomOrders')].map(row => row['totalPrice'])).toContain(9007199254740993n);
      expect((await ask(simulator, 'ecomOrders?limit=100')).text).toContain('"totalPrice":9007199254740993,');
    }));

  test('several values are joined and framed by ||', () =>
    withSimulator({}, async simulator => {
      const values = [...simulator.rows('fieldValues')].map(({value}) => String(value));
      expect(values.some(value => /^\|\|.+\|\|.+\|\|$/.test(value))).toBe(true);
    }));

  test('values of deal fields are texts, lists, numbers and null', () =>
    withSimulator({}, async simulator => {
      const kinds = [...simulator.rows('dealCustomFieldData')].map(({fieldValue}) => kindOf(fieldValue));
      expect(new Set(kinds)).toEqual(new Set(['string', 'array', 'number', 'null', 'bigint']));
    }));

  test.each([
    ['forms', 'style'],
    ['forms', 'options'],
    ['automationBlocks', 'params'],
  ])('%s have in %s an object, {} and []', (name, key) =>
    withSimulator({}, async simulator => {
      const values = [...simulator.rows(name)].map(row => JSON.stringify(row[key]));
      expect(values).toContain('{}');
      expect(values).toContain('[]');
      expect(values.some(value => value.length > 4 && value.startsWith('{'))).toBe(true);
    }),
  );

  test.each(['fieldRels', 'webhooks', 'contactData', 'scores'])('links of %s are an empty list', name =>
    withSimulator({}, async simulator => {
      for (const row of simulator.rows(name)) expect(row['links']).toEqual([]);
    }),
  );

  test('links of others are an object of URLs', () =>
    withSimulator({}, async simulator => {
      for (const row of simulator.rows('contacts'))
        expect(Object.values(asRow(asSent(row)['links']))[0]).toMatch(/^https:/);
    }));
});

async function bytesWith(seed: number): Promise<string> {
  let bytes = '';
  await withSimulator({seed}, async simulator => {
    for (const path of ['contacts?limit=100', 'deals?limit=100', 'contactLists?limit=100', 'forms'])
      bytes += (await ask(simulator, path)).text;
  });
  return bytes;
}

function asSent(row: WireRow): ReturnType<typeof asRow> {
  return asRow(JSON.parse(toWireJson(row)));
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
