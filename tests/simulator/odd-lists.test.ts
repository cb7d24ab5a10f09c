// Lists of other forms: page numbers, JSON:API, UUIDs, texts, single objects, and lists that know no pages.

import {describe, expect, test} from '@jest/globals';
import {type Simulator, toWireJson, type WireRow} from '../../src/simulator/simulator.js';
import {ask, asRow, metaOf, type Row, readAll, rowsOf, withSimulator} from './support.js';

const templates = 'channel/whatsapp/channels/whatsapp/template';
const executions = 'channel/whatsapp/flow-execution';
const executionContacts = 'channel/whatsapp/flow-execution-contact';
const conversations = 'channel/whatsapp/inbox/conversation';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each([templates, executions, executionContacts, conversations])('%s', path => {
  test('comes in numbered pages with a count and the way to the pages around', () =>
    withSimulator({counts: {[path]: 45}}, async simulator => {
      const pages = [];
      for (const page of [1, 2, 3]) pages.push(await ask(simulator, `${path}?page=${page}`));
      expect(pages.map(page => rowsOf(page, 'results').length)).toEqual([20, 20, 5]);
      expect(pages.flatMap(page => rowsOf(page, 'results'))).toEqual([...simulator.rows(path)].map(asSent));
      expect(pages.map(({body}) => body['count'])).toEqual([45, 45, 45]);
      expect(pages.map(({body}) => /page=\d$/.exec(String(body['next']))?.[0])).toEqual([
        'page=2',
        'page=3',
        undefined,
      ]);
      expect(pages.map(({body}) => body['previous'] === null)).toEqual([true, false, false]);
    }));

  test('is 404 behind the last page, and empty when there is nothing', () =>
    withSimulator({counts: {[path]: 20}}, async simulator => {
      expect(await ask(simulator, `${path}?page=2`)).toMatchObject({status: 404, body: {detail: 'Invalid page.'}});
      for (const id of [...simulator.ids(path)]) simulator.remove(path, id);
      expect((await ask(simulator, path)).body).toEqual({count: 0, next: null, previous: null, results: []});
    }));

  test('has UUIDs, and times in UTC down to microseconds', () =>
    withSimulator({contacts: 2000}, async simulator => {
      const rows = [...simulator.rows(path)];
      expect(rows.filter(({id}) => !uuid.test(String(id)))).toEqual([]);
      expect(new Set(rows.map(({id}) => id)).size).toBe(rows.length);
      for (const {created_on} of rows)
        if (created_on !== undefined) expect(created_on).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    }));

  test('moves by its UUIDs', () =>
    withSimulator({}, async simulator => {
      const [first = ''] = simulator.ids(path);
      simulator.remove(path, first);
      const added = simulator.insert(path);
      simulator.edit(path, added);
      const ids = rowsOf(await ask(simulator, `${path}?page_size=100`), 'results').map(({id}) => id);
      expect(ids).not.toContain(first);
      if (path !== executions) expect(ids).toContain(added);
      expect([...simulator.ids(path)]).toContain(added);
    }));
});

test('page_size is obeyed where it is documented, up to 100', () =>
  withSimulator({counts: {[templates]: 150, [executions]: 150}}, async simulator => {
    const sizes = [];
    for (const path of [templates, executions])
      for (const size of [7, 1000])
        sizes.push(rowsOf(await ask(simulator, `${path}?page_size=${size}`), 'results').length);
    expect(sizes).toEqual([7, 100, 20, 20]);
  }));

test('templates sort by ordering, with a dash downwards', () =>
  withSimulator({counts: {[templates]: 30}}, async simulator => {
    const names = rowsOf(await ask(simulator, `${templates}?page_size=30&ordering=-name`), 'results').map(({name}) =>
      String(name),
    );
    expect(names).toEqual([...names].sort().reverse());
    expect(rowsOf(await ask(simulator, `${templates}?orders[name]=DESC`), 'results')).toEqual(
      rowsOf(await ask(simulator, templates), 'results'),
    );
  }));

describe('audiences', () => {
  test('are rows of JSON:API without meta, the last updated first, in pages of up to 10,000', () =>
    withSimulator({counts: {audiences: 450}}, async simulator => {
      const whole = await ask(simulator, 'audiences?page_size=10000');
      const rows = rowsOf(whole, 'data');
      expect(Object.keys(whole.body)).toEqual(['data']);
      expect(rows).toHaveLength(450);
      expect(new Set(rows.flatMap(row => Object.keys(row)))).toEqual(new Set(['type', 'id', 'attributes']));
      const dates = rows.map(row => String(asRow(row['attributes'])['updated_date']));
      expect(dates).toEqual([...dates].sort().reverse());
      expect(dates[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const pages = [];
      for (const page of [1, 2, 23, 24])
        pages.push(rowsOf(await ask(simulator, `audiences?page=${page}`), 'data').map(({id}) => id));
      expect(pages).toEqual(
        [
          [0, 20],
          [20, 40],
          [440, 450],
          [450, 450],
        ].map(([from, to]) => idsOf(rows.slice(from, to))),
      );
    }));

  test('sort by name when asked, and are searched by it', () =>
    withSimulator({counts: {audiences: 40}}, async simulator => {
      const namesOf = async (query: string) =>
        rowsOf(await ask(simulator, `audiences?page_size=50&${query}`), 'data').map(row =>
          String(asRow(row['attributes'])['name']).toLowerCase(),
        );
      const names = await namesOf('sort=name');
      expect(names).toEqual([...names].sort());
      const found = await namesOf('search=Lumen');
      expect(found.length).toBeGreaterThan(0);
      expect(found).toEqual(expect.arrayContaining([expect.stringContaining('lumen')]));
      expect(found.length).toBeLessThan(40);
    }));

  test('are told by their attributes beside the id, and edited so', () =>
    withSimulator({}, async simulator => {
      const [row] = [...simulator.rows('audiences')];
      simulator.edit('audiences', String(row?.['id']), {name: 'New name'});
      const [sent] = rowsOf(await ask(simulator, 'audiences?search=New name'), 'data');
      expect(sent).toMatchObject({id: row?.['id'], attributes: {name: 'New name', segment_id: row?.['id']}});
    }));
});

describe('segments', () => {
  test('have their definition under the id that the older list names, and audiences under their own', () =>
    withSimulator({counts: {segments: 9, audiences: 12}}, async simulator => {
      const segments = [...simulator.rows('segments')];
      for (const segment of segments) {
        const {body} = await ask(simulator, `segmentsV2/${segment['segmentid_v2']}`);
        const [row, ...others] = Array.isArray(body['data']) ? body['data'].map(asRow) : [];
        expect(others).toEqual([]);
        expect(row).toMatchObject({
          type: 'Segment.v2',
          id: segment['segmentid_v2'],
          attributes: {name: segment['name']},
        });
      }
      const known = new Set(segments.map(row => row['segmentid_v2']));
      const audiences = idsOf([...simulator.rows('audiences')].map(asSent));
      expect(audiences.filter(id => known.has(id))).toHaveLength(9);
      for (const id of audiences) expect((await ask(simulator, `segmentsV2/${id}`)).status).toBe(200);
      expect((await ask(simulator, 'segmentsV2/nothing')).status).toBe(404);
      expect([...simulator.rows('segmentsV2/{id}')]).toHaveLength(12);
    }));

  test('have their last count told for many at once, and unknown ids are ignored', () =>
    withSimulator({}, async simulator => {
      const ids = [...simulator.rows('segments')].map(row => String(row['segmentid_v2']));
      const {body} = await ask(simulator, `segmentsV2/count-history?segmentIds=${ids.join()},nothing`);
      const rows = Array.isArray(body['data']) ? body['data'].map(asRow) : [];
      expect(rows.map(row => asRow(row['attributes'])['segment_id'])).toEqual(ids);
      for (const {type, id, attributes} of rows) {
        expect(type).toBe('SegmentCountHistory');
        expect(Math.floor(Date.parse(String(asRow(attributes)['timestamp'])) / 1000)).toBe(Number(id));
      }
    }));
});

describe('groups of custom fields', () => {
  test('come from one path, and with a parameter the members of one, which are fields of its type', () =>
    withSimulator({}, async simulator => {
      const groups = rowsOf(await ask(simulator, 'groupMembers'), 'groupDefinitions');
      const fields = ['fields', 'dealCustomFieldMeta', 'accountCustomFieldMeta'];
      let members = 0;
      for (const {id, type_id} of groups) {
        const rows = rowsOf(await ask(simulator, `groupMembers?group_id=${id}&limit=100`), 'groupMembers');
        const known = new Set(simulator.ids(fields[Number(type_id) - 1] ?? ''));
        for (const {rel_id, group_id} of rows) expect([known.has(String(rel_id)), group_id]).toEqual([true, id]);
        members += rows.length;
      }
      expect(members).toBe(simulator.count('groupMembers?group_id={id}'));
      expect((await ask(simulator, 'groupMembers?group_id=999')).body).toEqual({groupMembers: []});
    }));

  test('are forbidden together', () =>
    withSimulator({forbidden: ['groupMembers']}, async simulator => {
      for (const path of ['groupMembers', 'groupMembers?group_id=1'])
        expect((await ask(simulator, path)).status).toBe(403);
    }));
});

describe('single objects', () => {
  test.each([
    ['eventTracking', 'eventTracking', 'enabled', false],
    ['siteTracking', 'siteTracking', 'enabled', false],
    ['sms/credits', 'smsCredits', 'usedThisPeriod', 72],
  ])('%s is one in every account, and can be changed', (path, key, column, changed) =>
    withSimulator({contacts: 100_000}, async simulator => {
      expect(simulator.count(path)).toBe(1);
      const before = asRow((await ask(simulator, path)).body[key]);
      simulator.edit(path, [...simulator.ids(path)][0] ?? '');
      expect((await ask(simulator, path)).body).toEqual({[key]: {...before, [column]: changed}});
    }),
  );

  test('the account itself stands without a key around it', () =>
    withSimulator({contacts: 77}, async simulator =>
      expect((await ask(simulator, 'settings/account')).body).toMatchObject({
        account: 'sandbox.activehosted.com',
        subscriber_total: 77,
        trial: false,
        credits: null,
      }),
    ));

  test('random changes leave them alone but for their values', () =>
    withSimulator({}, async simulator => {
      simulator.change(6 * simulator.resources.length);
      for (const path of ['eventTracking', 'siteTracking', 'sms/credits', 'settings/account'])
        expect(simulator.count(path)).toBe(1);
    }));
});

describe('lists without paging', () => {
  test.each([
    ['webhook/events', 'webhookEvents', 60],
    ['prism/urlWhitelistings', 'data', 60],
  ])('%s sends all rows whatever limit and offset say, unless told otherwise', async (path, key, count) => {
    const lengthOf = async (simulator: Simulator) => {
      const {body} = await ask(simulator, `${path}?limit=10&offset=20`);
      return Array.isArray(body[key]) ? body[key].length : 0;
    };
    const options = {counts: {[path]: count}};
    await withSimulator(options, async simulator => expect(await lengthOf(simulator)).toBe(count));
    await withSimulator({...options, unpaged: []}, async simulator => expect(await lengthOf(simulator)).toBe(10));
  });

  test('others can be made so', () =>
    withSimulator({counts: {tags: 130}, unpaged: ['tags', 'contacts/{id}/trackingLogs']}, async simulator =>
      expect(rowsOf(await ask(simulator, 'tags?limit=10&offset=100'), 'tags')).toHaveLength(130),
    ));

  test('imports are two lists, by their state', () =>
    withSimulator({}, async simulator => {
      const {body} = await ask(simulator, 'import/bulk_import');
      const told = [...simulator.rows('import/bulk_import')].map(({state, ...row}) => [state, row]);
      expect(Object.keys(body)).toEqual(['outstanding', 'recentlyCompleted']);
      expect(body['outstanding']).toEqual(told.filter(([state]) => state === 'outstanding').map(([, row]) => row));
      expect(body['recentlyCompleted']).toEqual(
        told.filter(([state]) => state === 'recently_completed').map(([, row]) => row),
      );
      expect(new Set(told.map(([state, row]) => JSON.stringify([state, row]))).size).toBe(told.length);
    }));
});

describe('text messages', () => {
  test('failures are counted from the recipients', () =>
    withSimulator({contacts: 2000}, async simulator => {
      let failed = 0;
      for (const id of simulator.ids('sms/broadcasts')) {
        const recipients = await readAll(simulator, `sms/broadcasts/${id}/recipients`, 'recipients');
        const {body} = await ask(simulator, `sms/broadcasts/metrics/${id}/failures`);
        const counts = listIn(body['failures']).map(({count}) => Number(count));
        const expected = recipients.filter(({deliverability}) => deliverability === 'failed').length;
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(expected);
        expect(new Set(recipients.map(row => row['id'])).size).toBe(recipients.length);
        failed += expected;
      }
      expect(failed).toBeGreaterThan(10);
      expect((await ask(simulator, 'sms/broadcasts/metrics/999999/failures')).status).toBe(404);
    }));

  test('recipients sort by order, not by orders, and tell how the query was read', () =>
    withSimulator({counts: {'sms/broadcasts/{id}/recipients': 200}}, async simulator => {
      const [id = ''] = simulator.ids('sms/broadcasts');
      const path = `sms/broadcasts/${id}/recipients?limit=40`;
      const clicksOf = async (query: string) =>
        rowsOf(await ask(simulator, path + query), 'recipients').map(({clicks}) => Number(clicks));
      const sorted = await clicksOf('&order[clicks]=DESC');
      expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
      expect(await clicksOf('&orders[clicks]=DESC')).toEqual(await clicksOf(''));
      expect(metaOf(await ask(simulator, path))).toEqual({total: 50, limit: 40, offset: 0});
    }));
});

test('personalizations are filtered by filter, not by filters', () =>
  withSimulator({counts: {personalizations: 30}}, async simulator => {
    const lengthOf = async (query: string) =>
      rowsOf(await ask(simulator, `personalizations?limit=100&${query}`), 'personalizations').length;
    expect(await lengthOf('filters[format]=html')).toBe(30);
    expect(await lengthOf('filter[format]=html')).toBeLessThan(30);
  }));

function asSent(row: WireRow): Row {
  return asRow(JSON.parse(toWireJson(row)));
}

function idsOf(rows: readonly Row[]): string[] {
  return rows.map(({id}) => String(id));
}

function listIn(value: Row[string] | undefined): Row[] {
  return Array.isArray(value) ? value.map(asRow) : [];
}
