// The setting `filters` narrows the list of a stream. What comes is what the simulator has for it, whichever way the list
// is read, in the first sync and in later ones; and a filter that the server ignores never brings everything.

import {readFileSync} from 'node:fs';
import {describe, expect, test} from '@jest/globals';
import type {RunReport, StreamEntry} from '../../src/report.js';
import type {Simulator, SimulatorOptions, WireRow} from '../../src/simulator/simulator.js';
import {bookmarkOf, complaints, type Run, type RunOptions, type TestAccount, withAccount} from '../support/account.js';
import {differences, type ExpectedRecord, expectedRecords, expectedSince} from '../support/expected-records.js';
import {PRESENT} from '../support/movement.js';
import {replicationKeyOf, resourceOf} from '../support/stream-rows.js';
import {createTarget} from '../support/target.js';
import {sinceIn} from '../support/truth.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;

type Filters = Readonly<Record<string, string | number | boolean | readonly string[]>>;

type Narrowed = {
  readonly stream: string;
  readonly filters: Filters;
  /** Whether a row passes, by the rules of the API. */
  readonly passes: (row: WireRow) => boolean;
};

/** The id of a row of a resource, by its place. */
const idAt = (sim: Simulator, resource: string, place: number) => String([...sim.ids(resource)][place]);

/** The value that most rows of a resource have under a key, of those that say something. */
function commonest(sim: Simulator, resource: string, key: string): string {
  const counts = new Map<string, number>();
  for (const row of sim.rows(resource)) counts.set(String(row[key]), (counts.get(String(row[key])) ?? 0) + 1);
  return [...counts].filter(([value]) => value !== '').sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** Whether a contact has a row of another resource with this value. */
function hasChild(sim: Simulator, resource: string, key: string, value: string): Narrowed['passes'] {
  const rows = [...sim.rows(resource)].filter(row => row[key] === value);
  const parents = new Set(rows.map(row => row['contact']));
  return row => parents.has(row['id']);
}

const hasValue =
  (key: string, value: string): Narrowed['passes'] =>
  row =>
    String(row[key]) === value;

/** The contacts of a list, by its place among the lists. */
function ofList(sim: Simulator, place: number): Narrowed {
  const list = idAt(sim, 'lists', place);
  return {stream: 'contacts', filters: {listid: list}, passes: hasChild(sim, 'contactLists', 'list', list)};
}

/** Contacts that were created in or behind the first half of 2024. */
const YOUNG: Narrowed = {
  stream: 'contacts',
  filters: {'filters[created_after]': '2024-06-01'},
  passes: row => Date.parse(String(row['cdate'])) >= Date.parse('2024-06-01T00:00:00Z'),
};
const ALL_CONTACTS: Narrowed = {stream: 'contacts', filters: {}, passes: () => true};

const withWord: Narrowed = {
  stream: 'tags',
  filters: {search: '-1'},
  passes: row => String(row['tag']).includes('-1'),
};
const fieldOf = (sim: Simulator): Narrowed => {
  const field = commonest(sim, 'fieldValues', 'field');
  return {
    stream: 'contact_custom_field_values',
    filters: {'filters[fieldid]': field},
    passes: hasValue('field', field),
  };
};
const mailsOf = (sim: Simulator): Narrowed => {
  const contact = commonest(sim, 'emailActivities', 'subscriberid');
  return {
    stream: 'email_activities',
    filters: {'filters[subscriberid]': contact},
    passes: hasValue('subscriberid', contact),
  };
};

/** The records that a whole read of a narrowed stream brings. */
function expectedOf(sim: Simulator, {stream, passes}: Narrowed): Map<string, ExpectedRecord> {
  const passing = [...sim.rows(resourceOf(stream))].filter(row => passes(row)).map(row => String(row['id']));
  const ids = new Set(passing);
  return new Map([...expectedRecords(sim, stream)].filter(([id]) => ids.has(id)));
}

const configOf = (...narrowed: readonly Narrowed[]) => ({
  filters: Object.fromEntries(narrowed.map(({stream, filters}) => [stream, filters])),
});

/** Where the records of a run are not exactly those that follow from the state it began with, as narrowed. */
function wrong(run: Run, sim: Simulator, narrowed: Narrowed, state: Record<string, unknown> = {}): string[] {
  const {stream} = narrowed;
  const since = replicationKeyOf(stream) === '' ? undefined : sinceIn(state, stream);
  return differences(run.lines, stream, expectedSince(expectedOf(sim, narrowed), replicationKeyOf(stream), since));
}

function reportOf({stderr}: Run, stream: string): StreamEntry {
  const line = stderr.split('\n').find(text => text.startsWith('INFO run report ')) ?? '';
  const report: RunReport = JSON.parse(line.slice('INFO run report '.length));
  const entry = report.streams.find(other => other.stream === stream);
  if (!entry) throw new Error(`the report lacks ${stream}`);
  return entry;
}

const asked = ({sim}: TestAccount, path: string, from = 0) =>
  sim.requests.slice(from).filter(request => request.path === path);
const startedOver = ({stderr}: Run) => stderr.split('\n').filter(line => line.includes('the stream starts over'));

const cases: [string, SimulatorOptions, (sim: Simulator) => Narrowed][] = [
  ['contacts of a list', {contacts: 350}, sim => ofList(sim, 2)],
  ['contacts of a list, by pages', {contacts: 350, ignoreOrders: ['contacts.id']}, sim => ofList(sim, 2)],
  [
    'contacts with a tag, where that is obeyed',
    {contacts: 350, obeyFilters: ['contacts.tagid']},
    sim => {
      const tag = commonest(sim, 'contactTags', 'tag');
      return {stream: 'contacts', filters: {tagid: tag}, passes: hasChild(sim, 'contactTags', 'tag', tag)};
    },
  ],
  [
    'contacts that have unsubscribed',
    {contacts: 350},
    sim => ({stream: 'contacts', filters: {status: 2}, passes: hasChild(sim, 'contactLists', 'status', '2')}),
  ],
  [
    'contacts by two filters',
    {contacts: 350},
    sim => {
      const {filters, passes} = ofList(sim, 1);
      const isActive = hasChild(sim, 'contactLists', 'status', '1');
      return {stream: 'contacts', filters: {...filters, status: 1}, passes: row => passes(row) && isActive(row)};
    },
  ],
  [
    'contacts by their ids',
    {contacts: 350},
    sim => {
      const ids = [7, 19, 250].map(place => idAt(sim, 'contacts', place));
      return {stream: 'contacts', filters: {'ids[]': ids}, passes: ({id}) => ids.includes(String(id))};
    },
  ],
  ['contacts that are not older', {contacts: 350}, () => YOUNG],
  ['values of a custom field', {counts: {fieldValues: 900}}, fieldOf],
  [
    'values of a custom field, in another order each time',
    {counts: {fieldValues: 900}, unstable: ['fieldValues'], ignoreOrders: ['*']},
    fieldOf,
  ],
  ['tags with a word in them', {counts: {tags: 130}}, () => withWord],
  [
    'deals of a stage, with those that nobody may see',
    {counts: {deals: 400}},
    sim => {
      const stage = commonest(sim, 'deals', 'stage');
      const passes: Narrowed['passes'] = row => row['stage'] === stage || row['mdate'] === undefined;
      return {stream: 'deals', filters: {'filters[stage]': stage}, passes};
    },
  ],
  [
    'values of deals, of which the API tells no number',
    {counts: {deals: 30, dealCustomFieldData: 300}},
    sim => {
      const deal = commonest(sim, 'dealCustomFieldData', 'dealId');
      return {stream: 'deal_custom_field_values', filters: {'filters[dealId]': deal}, passes: hasValue('dealId', deal)};
    },
  ],
  [
    'what deals have done, but for what is left out',
    {counts: {dealActivities: 300}},
    sim => {
      const type = commonest(sim, 'dealActivities', 'dataType');
      return {stream: 'deal_activities', filters: {exclude: type}, passes: row => row['dataType'] !== type};
    },
  ],
  ['emails of one contact, which are a few pages', {contacts: 3, counts: {emailActivities: 1_100}}, mailsOf],
];

describe('a filter that is obeyed gives exactly the rows that the API has for it:', () => {
  test.each(cases)('%s', (_, options, narrow) =>
    withAccount({seed: 41, ...options}, async account => {
      const {sim, clock, sync} = account;
      const narrowed = narrow(sim);
      const {stream} = narrowed;
      const resource = resourceOf(stream);
      const run: RunOptions = {select: stream, config: configOf(narrowed)};
      const own = (run: Run) => complaints(run).filter(line => !line.includes('permission for their pipelines'));
      const expected = expectedOf(sim, narrowed).size;
      expect({expected, isPart: expected > 0 && expected < sim.count(resource)}).toEqual({expected, isPart: true});

      const first = await sync(run);
      expect(wrong(first, sim, narrowed)).toEqual([]);
      expect(own(first)).toEqual([]);
      const report = reportOf(first, stream);
      expect(report.proofs).toMatchObject(Object.fromEntries(Object.keys(narrowed.filters).map(name => [name, true])));
      expect(report.proof_requests).toBeGreaterThanOrEqual(3);

      // What changed comes in the next sync, and nothing else; the filter goes with every page of it.
      clock.now += HOUR;
      if (stream === 'email_activities') sim.insert(resource, {subscriberid: commonest(sim, resource, 'subscriberid')});
      else if (stream !== 'deal_activities') {
        for (const id of [...sim.ids(resource)].filter((_, place) => place % 29 === 0)) sim.edit(resource, id);
      }
      clock.now += HOUR;
      const before = sim.requests.length;
      const second = await sync({...run, state: first.output.state});
      expect(wrong(second, sim, narrowed, first.output.state)).toEqual([]);
      expect({complaints: own(second), over: startedOver(second)}).toEqual({complaints: [], over: []});
      const pages = asked(account, resource, before);
      expect(pages.length).toBeGreaterThan(0);
      const names = Object.keys(narrowed.filters).map(name => name.replace('[]', '[0]'));
      for (const {params} of pages) for (const name of names) expect(Object.keys(params)).toContain(name);
    }),
  );

  test('a parameter of which one value alone is known, where it leaves something out', () =>
    withAccount({counts: {dealGroups: 4, dealStages: 6}}, async ({sim, sync}) => {
      const group = sim.insert('dealGroups');
      const passes: Narrowed['passes'] = ({id}) => id !== group;
      const narrowed = {stream: 'deal_groups', filters: {'filters[have_stages]': '1'}, passes};
      const run = await sync({select: 'deal_groups', config: configOf(narrowed)});
      expect(wrong(run, sim, narrowed)).toEqual([]);
    }));
});

describe('the ways of reading carry a filter:', () => {
  test('by key, and by what changed once that is proven beside the filter', () =>
    withAccount({contacts: 1_500}, async ({sim, clock, sync}) => {
      const run = {select: 'contacts', config: configOf(YOUNG)};
      const first = await sync(run);
      expect(wrong(first, sim, YOUNG)).toEqual([]);
      expect(reportOf(first, 'contacts').ways).toEqual(['keyset']);
      clock.now += HOUR;
      for (const id of [...sim.ids('contacts')].slice(-40)) sim.edit('contacts', id);
      clock.now += HOUR;
      const second = await sync({...run, state: first.output.state});
      expect(wrong(second, sim, YOUNG, first.output.state)).toEqual([]);
      expect(second.output.of('contacts').length).toBeGreaterThan(10);
      expect(reportOf(second, 'contacts').ways).toEqual(['changed since', 'keyset']);
      expect(reportOf(second, 'contacts').proof_requests).toBe(0);
    }));

  test('the newest first', () =>
    withAccount({contacts: 3, counts: {emailActivities: 1_100}}, async ({sim, clock, sync}) => {
      const narrowed = mailsOf(sim);
      const run = {select: 'email_activities', config: configOf(narrowed)};
      const first = await sync(run);
      clock.now += HOUR;
      for (const place of [0, 1, 2, 1]) sim.insert('emailActivities', {subscriberid: idAt(sim, 'contacts', place)});
      clock.now += HOUR;
      const second = await sync({...run, state: first.output.state});
      expect(wrong(second, sim, narrowed, first.output.state)).toEqual([]);
      expect(second.output.of('email_activities').length).toBeLessThan(10);
      expect(reportOf(second, 'email_activities').ways).toEqual(['newest first']);
    }));

  test('never through the parents that changed, where it would not hold', () => {
    const counts = {contacts: 1_500, contactTags: 2_000, tags: 4};
    const options = {seed: 31, counts, childrenMoveContacts: true, obeyFilters: ['contactTags.tag'], unstable: []};
    return withAccount(options, async account => {
      const {sim, clock, sync} = account;
      const tag = commonest(sim, 'contactTags', 'tag');
      const narrowed = {stream: 'contact_tags', filters: {'filters[tag]': tag}, passes: hasValue('tag', tag)};
      const ids = [...sim.rows('contactTags')].filter(row => row['tag'] === tag).map(({id}) => String(id));
      const edit = (from: number) => {
        for (let place = from; place < ids.length; place += 12) sim.edit('contactTags', ids[place] ?? '');
      };
      edit(0);
      clock.now += HOUR;
      const whole = await sync({select: 'contact_tags'});
      expect(reportOf(whole, 'contact_tags').proofs).toMatchObject({'include=contactTags': true});
      const run = {select: 'contact_tags', config: configOf(narrowed)};
      const from = sim.requests.length;
      const first = await sync({...run, state: whole.output.state});
      expect(wrong(first, sim, narrowed)).toEqual([]);
      clock.now += HOUR;
      edit(7);
      clock.now += HOUR;
      const second = await sync({...run, state: first.output.state});
      expect(wrong(second, sim, narrowed, first.output.state)).toEqual([]);
      expect(second.output.of('contact_tags').length).toBeGreaterThan(20);
      expect(asked(account, 'contacts', from)).toEqual([]);
    });
  });

  test('an interrupted read goes on with it, also under filters that are new', () =>
    withAccount({contacts: 1_200, seed: 3}, async ({sim, clock, sync, start}) => {
      clock.now = PRESENT;
      const config = {...configOf(YOUNG), page_size: 20};
      const whole = await sync({select: 'contacts'});
      const tap = start({select: 'contacts', config, state: whole.output.state});
      const isProgress = (line: string) => line.startsWith('{"type":"STATE"') && line.includes('"way"');
      await tap.seen(isProgress);
      tap.kill('SIGTERM');
      const cut = await tap.result;
      const state = JSON.parse(cut.lines.at(-1) ?? '').value;
      // Until the read has ended, the bookmark and the filters are those of before.
      expect(bookmarkOf(state, 'contacts')).toMatchObject({udate: bookmarkOf(whole.output.state, 'contacts')['udate']});
      expect(bookmarkOf(state, 'contacts')['filters']).toBeUndefined();

      const rest = await sync({select: 'contacts', config, state});
      expect(rest.stderr).toMatch(/stream goes on where it was interrupted/);
      expect({over: startedOver(rest), proofs: reportOf(rest, 'contacts').proofs}).toMatchObject({
        over: [],
        proofs: {'filters[created_after]': true},
      });
      const expected = expectedOf(sim, YOUNG);
      const lines = new Set([...cut.lines, ...rest.lines].map(withoutTime));
      expect(differences([...lines], 'contacts', expected)).toEqual([]);
      expect(rest.output.of('contacts').length).toBeLessThan(expected.size);
      expect(bookmarkOf(rest.output.state, 'contacts')['filters']).toMatch(/^[0-9a-f]{8}$/);
    }));
});

/** A line without the moment at which its record came. */
const withoutTime = (line: string) => line.replace(/,"time_extracted":"[^"]*"/, '');

describe('a filter that is', () => {
  const select = 'contacts,tags';

  test.each<[string, (sim: Simulator) => readonly [Narrowed, Narrowed]]>([
    ['added', sim => [ALL_CONTACTS, ofList(sim, 1)]],
    ['changed', sim => [ofList(sim, 1), ofList(sim, 2)]],
    ['removed', sim => [ofList(sim, 1), ALL_CONTACTS]],
  ])('%s makes its stream start over from start_date, and says so once', (_, narrow) =>
    withAccount({contacts: 300}, async ({sim, clock, sync}) => {
      const [before, after] = narrow(sim);
      const first = await sync({select, config: configOf(before)});
      clock.now += HOUR;
      const config = {...configOf(after), start_date: '2024-01-01T00:00:00Z'};
      const second = await sync({select, config, state: first.output.state});
      const expected = expectedSince(expectedOf(sim, after), 'udate', '2024-01-01T00:00:00.000000Z');
      expect(expected.size).toBeGreaterThan(20);
      expect(differences(second.lines, 'contacts', expected)).toEqual([]);
      expect(startedOver(second)).toEqual([expect.stringMatching(/^INFO the filters .* stream=contacts filters=/)]);
      expect(complaints(second)).toEqual([]);

      const entry = bookmarkOf(second.output.state, 'contacts');
      const keys = [...expected.values()].map(record => String(record['udate'])).sort();
      expect(entry).toMatchObject({udate: keys.at(-1), whole_read: {rows: expect.any(Number)}});
      expect(entry['filters']).not.toEqual(bookmarkOf(first.output.state, 'contacts')['filters']);

      clock.now += HOUR;
      const third = await sync({select, config, state: second.output.state});
      expect(wrong(third, sim, after, second.output.state)).toEqual([]);
      expect(startedOver(third)).toEqual([]);
      expect(third.output.of('contacts').length).toBeLessThan(10);
    }),
  );

  test('changed to one that leaves nothing has no bookmark any more, so that what comes later comes', () =>
    withAccount({contacts: 60}, async ({sim, clock, sync}) => {
      const first = await sync({select: 'contacts', config: configOf(ofList(sim, 1))});
      expect(first.output.of('contacts').length).toBeGreaterThan(0);
      const config = {filters: {contacts: {listid: '77'}}};
      const second = await sync({select: 'contacts', config, state: first.output.state});
      expect(second.output.of('contacts')).toEqual([]);
      expect(bookmarkOf(second.output.state, 'contacts')).toMatchObject({udate: null, filters: expect.any(String)});
      const contact = idAt(sim, 'contacts', 0);
      clock.now += HOUR;
      sim.insert('contactLists', {contact, list: '77'});
      const third = await sync({select: 'contacts', config, state: second.output.state});
      expect(third.output.of('contacts').map(({id}) => String(id))).toEqual([contact]);
    }));

  test('written otherwise is the same', () =>
    withAccount({contacts: 60}, async ({sim, sync}) => {
      const list = idAt(sim, 'lists', 1);
      const configs = [
        {listid: list, status: 1},
        {status: '1', listid: Number(list)},
      ].map(contacts => ({filters: {contacts}}));
      const first = await sync({select: 'contacts', config: configs[0] ?? {}});
      const second = await sync({select: 'contacts', config: configs[1] ?? {}, state: first.output.state});
      expect(first.output.of('contacts').length).toBeGreaterThan(second.output.of('contacts').length);
      expect(startedOver(second)).toEqual([]);
    }));
});

describe('a filter that the API ignores', () => {
  const tagged = {stream: 'contact_tags', filters: {'filters[tag]': '3'}, passes: () => false};
  const worlds: [string, SimulatorOptions][] = [
    ['a calm account', {}],
    ['a list without an order', {unstable: ['contactTags'], ignoreOrders: ['*']}],
    [
      'a list without an order, that tells no length',
      {unstable: ['contactTags'], ignoreOrders: ['*'], totals: {contactTags: 'absent'}},
    ],
    ['a short list', {counts: {contactTags: 7}}],
    ['an account that moves', {moving: 400}],
  ];

  test.each(worlds)('fails its stream, which writes nothing, and the others go on: %s', (_, options) =>
    withAccount({contacts: 200, ...options}, async ({sim, sync}) => {
      const run = await sync({select: 'tags,contact_tags,users', config: configOf(tagged), code: 1});
      expect([...run.output.schemas.keys()].sort()).toEqual(['tags', 'users']);
      expect(run.output.of('tags').length).toBeGreaterThan(0);
      const [complaint, last, ...others] = complaints(run);
      expect(complaint).toMatch(
        /^ERROR stream failed: .* stream=contact_tags reason=.*filters\[tag\].*would send all rows; remove it/,
      );
      expect(last).toMatch(/^CRITICAL .*contact_tags/);
      expect(others).toEqual([]);
      const report = reportOf(run, 'contact_tags');
      expect(report).toMatchObject({
        outcome: 'failed',
        records: 0,
        filters: {'filters[tag]': '3'},
        proofs: {'filters[tag]': false},
        bookmark_after: null,
      });
      expect(report.proof_requests).toBeGreaterThanOrEqual(3);
      const requests = sim.requests.filter(({path}) => path === 'contactTags');
      expect(report.requests).toBe(requests.length);
      const entry = bookmarkOf(run.output.state, 'contact_tags');
      expect(Object.keys(entry)).toEqual(['proofs']);
    }),
  );

  test('leaves the bookmark where it was, and the stream goes on from there without the filter', () =>
    withAccount({contacts: 200, ignoreFilters: ['contacts.listid']}, async ({sim, clock, sync}) => {
      const first = await sync({select: 'contacts'});
      clock.now += HOUR;
      sim.edit('contacts', idAt(sim, 'contacts', 4));
      clock.now += HOUR;
      const failed = await sync({
        select: 'contacts',
        config: configOf(ofList(sim, 1)),
        state: first.output.state,
        code: 1,
      });
      const {udate} = bookmarkOf(first.output.state, 'contacts');
      expect(bookmarkOf(failed.output.state, 'contacts')).toMatchObject({udate});
      expect(reportOf(failed, 'contacts')).toMatchObject({bookmark_before: udate, bookmark_after: udate});
      const again = await sync({select: 'contacts', state: failed.output.state});
      expect(wrong(again, sim, ALL_CONTACTS, first.output.state)).toEqual([]);
      expect(startedOver(again)).toEqual([]);
    }));

  test('is named beside those that are obeyed', () =>
    withAccount({contacts: 200}, async ({sim, sync}) => {
      const filters = {contacts: {listid: idAt(sim, 'lists', 1), colour: 'red', tagid: '4'}};
      const run = await sync({select: 'contacts', config: {filters}, code: 1});
      expect(complaints(run)[0]).toMatch(/ignores the filters \\"colour\\" and \\"tagid\\" and/);
      expect(reportOf(run, 'contacts').proofs).toMatchObject({listid: true, colour: false, tagid: false});
    }));

  test('is tried again in the next run', () =>
    withAccount({contacts: 100, ignoreFilters: ['contacts.listid']}, async ({sim, sync}) => {
      const run = {select: 'contacts', config: configOf(ofList(sim, 1)), code: 1};
      const first = await sync(run);
      const second = await sync({...run, state: first.output.state});
      expect(reportOf(second, 'contacts').proof_requests).toBe(reportOf(first, 'contacts').proof_requests);
    }));

  test.each([
    ['webhook_events', 'a list that comes at once'],
    ['contact_tracking_logs', 'lists below contacts'],
    ['saved_segments', 'a list that numbers its pages'],
  ])('fails %s, too: %s', stream =>
    withAccount({contacts: 30}, async ({sync}) => {
      const run = await sync({select: `tags,${stream}`, config: {filters: {[stream]: {colour: 'red'}}}, code: 1});
      expect([...run.output.schemas.keys()]).toEqual(['tags']);
      expect(complaints(run)[0]).toMatch(/the API ignores the filter \\"colour\\"/);
    }),
  );

  test('of an empty list is no fault: nothing came', () =>
    withAccount({contacts: 20, counts: {contactTags: 0}}, async ({sync}) => {
      const run = await sync({select: 'contact_tags', config: configOf(tagged)});
      expect([...run.output.schemas.keys()]).toEqual(['contact_tags']);
      expect(reportOf(run, 'contact_tags')).toMatchObject({records: 0, proof_requests: 0, proofs: {}});
    }));
});

test('a filter that cannot be proven today, since the server is in trouble, is no filter that is ignored', () =>
  withAccount(
    {contacts: 200, faults: [{path: 'contacts', answer: 500, skip: 1, times: ALWAYS}]},
    async ({sim, sync}) => {
      const config = {...configOf(ofList(sim, 1)), max_retries: 0};
      const run = await sync({select: 'contacts', config, code: 1});
      expect(complaints(run)[0]).toMatch(/^ERROR stream failed: .*HTTP 500/);
      expect(reportOf(run, 'contacts').proofs).toEqual({});
      expect([...run.output.schemas.keys()]).toEqual([]);
    },
  ));

test('streams of one list are read apart where their filters are not the same', () =>
  withAccount({counts: {fields: 40, fieldOptions: 60}}, async ({sim, sync}) => {
    const tag = String([...sim.rows('fields')][3]?.['perstag']);
    const filters = {contact_custom_fields: {'filters[perstag]': tag}};
    const select = 'contact_custom_fields,contact_custom_field_options';
    const run = await sync({select, config: {filters}});
    expect(run.output.of('contact_custom_fields').map(({perstag}) => perstag)).toEqual([tag]);
    const options = expectedRecords(sim, 'contact_custom_field_options');
    expect(differences(run.lines, 'contact_custom_field_options', options)).toEqual([]);
  }));

test('a filter is seen in the report and in the log, and the values of the state are not', () =>
  withAccount({contacts: 100}, async ({sim, workspace, sync}) => {
    const email = String([...sim.rows('contacts')][6]?.['email']);
    const report_file = workspace.path('report.json');
    const filters = {contacts: {email}, custom_object_cars: {a: 'b'}, users: {c: 'd'}};
    const run = await sync({select: 'contacts,tags', config: {filters, report_file}});
    expect(run.output.of('contacts').map(record => record['email'])).toEqual([email]);
    const report: RunReport = JSON.parse(readFileSync(report_file, 'utf8'));
    expect(report.streams.map(entry => entry.filters)).toEqual([{email}, {}]);
    expect(run.stderr).toMatch(new RegExp(`^INFO stream finished stream=contacts .*filters=.*${email}`, 'm'));
    expect(JSON.stringify(run.output.state)).not.toContain(email);
    expect(complaints(run)).toEqual([
      'WARNING the filters of custom_object_cars do nothing: the stream is not selected',
      'WARNING the filters of users do nothing: the stream is not selected',
    ]);
  }));

describe('contacts whose custom fields are columns', () => {
  // Lists of two pages are read as a whole, which shows nothing of how single rows are asked for.
  const config = (narrowed: Narrowed) => ({...configOf(narrowed), custom_fields: 'columns', page_size: 20});

  test.each<[string, (sim: Simulator) => Narrowed]>([
    ['a date', () => YOUNG],
    [
      'ids',
      sim => {
        const ids = [...sim.ids('contacts')].slice(0, 90);
        return {stream: 'contacts', filters: {'ids[]': ids}, passes: ({id}) => ids.includes(String(id))};
      },
    ],
  ])('come again for a value that changed only if the filter lets them through, by %s', (_, narrow) =>
    withAccount({contacts: 300, counts: {fieldValues: 700, fields: 5}}, async ({sim, clock, sync}) => {
      const narrowed = narrow(sim);
      const first = await sync({select: 'contacts', config: config(narrowed)});
      const ids = ({output}: Run) => output.of('contacts').map(({id}) => String(id));
      expect(ids(first).sort()).toEqual([...expectedOf(sim, narrowed).keys()].sort());

      clock.now += HOUR;
      const values = [...sim.rows('fieldValues')].filter((_, place) => place % 35 === 0);
      for (const {id} of values) sim.edit('fieldValues', String(id));
      clock.now += HOUR;
      const second = await sync({select: 'contacts', config: config(narrowed), state: first.output.state});
      const changed = new Set(values.map(({contact}) => String(contact)));
      const wanted = [...expectedOf(sim, narrowed).keys()].filter(id => changed.has(id));
      expect({wanted: wanted.length, isPart: wanted.length > 2 && wanted.length < changed.size}).toMatchObject({
        isPart: true,
      });
      expect(ids(second)).toEqual(expect.arrayContaining(wanted));
      expect(ids(second).filter(id => !expectedOf(sim, narrowed).has(id))).toEqual([]);
      expect(ids(second).length).toBeLessThan(wanted.length + 5);
    }),
  );

  test('are read again, with their columns, when the filter changes', () =>
    withAccount({contacts: 200, counts: {fieldValues: 400, fields: 5}}, async ({sim, sync}) => {
      const first = await sync({select: 'contacts', config: config(ofList(sim, 1))});
      const second = await sync({select: 'contacts', config: config(ofList(sim, 2)), state: first.output.state});
      const ids = second.output.of('contacts').map(({id}) => String(id));
      expect(ids.sort()).toEqual([...expectedOf(sim, ofList(sim, 2)).keys()].sort());
      expect(
        second.output
          .of('contacts')
          .some(record => Object.entries(record).some(([name, value]) => name.startsWith('cf_') && value !== null)),
      ).toBe(true);
      const plain = {select: 'contacts', config: configOf(ofList(sim, 1)), state: second.output.state};
      const third = await sync(plain);
      // Written without columns meanwhile: whoever wants them again gets them for all.
      expect(bookmarkOf(third.output.state, 'contacts')['values_since']).toBeNull();
    }));
});

describe('with versions a filtered set is the content of its stream', () => {
  const emit_activate_version_messages = true;

  test('of a table and of a stream that starts over: what the filter leaves out goes from the target', () =>
    withAccount({contacts: 200, counts: {tags: 60}}, async account => {
      const {sim, clock, start} = account;
      const target = createTarget();
      const tag = String([...sim.rows('tags')][10]?.['tag']);
      const named: Narrowed = {stream: 'tags', filters: {'filters[search][eq]': tag}, passes: hasValue('tag', tag)};
      const [one, other] = [ofList(sim, 1), ofList(sim, 2)];
      const read = (...narrowed: readonly Narrowed[]) => {
        clock.now += HOUR;
        const state = target.state();
        const config = {...configOf(...narrowed), emit_activate_version_messages};
        return target.run(start({select: 'contacts,tags', config, ...(state ? {state} : {})}));
      };
      const keys = (stream: string) => [...target.table(stream).keys()].map(key => key.replace(/\D/g, '')).sort();
      const idsOf = (narrowed: Narrowed) => [...expectedOf(sim, narrowed).keys()].sort();

      const first = await read(one);
      expect(first.activations.map(({stream}) => stream)).toEqual(['tags']);
      expect(keys('contacts')).toEqual(idsOf(one));

      const second = await read(other, named);
      expect(second.activations.map(({stream}) => stream)).toEqual(['contacts', 'tags']);
      expect(keys('contacts')).toEqual(idsOf(other));
      expect(keys('tags')).toEqual(idsOf(named));

      const third = await read(other, named);
      expect(third.activations.map(({stream}) => stream)).toEqual(['tags']);
      expect(keys('contacts')).toEqual(idsOf(other));
    }));
});
