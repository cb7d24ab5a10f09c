// Every example answer that the provider publishes goes through the tap, as the answer of its endpoint: each row comes
// out once, with every value in its field. What a record has to hold is found without the tap's own rules.

import {isDeepStrictEqual} from 'node:util';
import {afterAll, describe, expect, test} from '@jest/globals';
import {streams} from '../../src/streams.js';
import {checkConformance, type Output} from '../support/conformance.js';
import {type Comparison, compareRow, type Row, toSnakeCase} from '../support/kept-values.js';
import {type ListAnswer, type ListQuery, startListServer} from '../support/list-server.js';
import {type Answers, answersOf, readSample, rowsOf, type Sample, sampleNames, samples} from '../support/samples.js';
import {createWorkspace, runTap} from '../support/tap.js';

/** Files that answer none of the lists, and why. */
const NO_ANSWERS: Readonly<Record<string, string>> = {
  'import-info': 'what became of one import, for whoever has the id that its sender was told: no list has these ids',
};

/** Keys in the files, under which there are no rows of a stream, and why. */
const NO_ROWS: Readonly<Record<string, string>> = {
  'activities activityRecipients': 'links of activities to contacts: rows without an id, and of no stream',
};

/** The streams of which the provider publishes no example. */
const WITHOUT_SAMPLE: readonly string[] = [
  'automation_blocks',
  'campaign_lists',
  'campaign_messages',
  'configs',
  'contact_conversions',
  'contact_emails',
  'conversion_triggers',
  'conversions',
  'deal_group_users',
  'ecommerce_order_activities',
  'goals',
  'segments',
  'site_messages',
  'sms',
  'custom_field_group_members',
  'account_settings',
  'saved_segments',
  'segments_v2',
  'segment_count_history',
  'sms_broadcasts',
  'sms_broadcast_lists',
  'sms_broadcast_recipients',
  'sms_broadcast_failures',
  'sms_credits',
  'whatsapp_templates',
  'whatsapp_flow_executions',
  'whatsapp_flow_execution_contacts',
  'whatsapp_conversations',
  'logs',
  'link_data',
  'mpp_link_data',
  'message_activities',
  'list_groups',
  'task_notifications',
  'deal_group_groups',
  'calendar_rels',
  'calendar_users',
  'address_lists',
  'address_groups',
  'ecommerce_order_discounts',
];

/** What the tables of the first 59 streams have no column for. */
const NOT_KEPT: Readonly<Record<string, readonly string[]>> = {
  // The ids of what comes along with a single contact. Lists of contacts lack them, and the rows name their contact.
  'contacts-id': [
    'contacts 1 contactAutomations: ["1"] -> undefined',
    'contacts 1 contactLists: ["1"] -> undefined',
    'contacts 1 fieldValues: ["1"] -> undefined',
    'contacts 1 geoIps: ["1"] -> undefined',
    'contacts 1 deals: ["1"] -> undefined',
  ],
};

/** Keys of one row that are one field: of those that say something, the last one stays. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  tasktypeOutcomeRels: [
    'task_type_outcome_rels 1 createdBy over created_by',
    'task_type_outcome_rels 2 createdBy over created_by',
    'task_type_outcome_rels 3 createdBy over created_by',
  ],
};

const workspace = createWorkspace();
afterAll(workspace.remove);

let runs = 0;

/** Reads the streams from an API that has these answers and no others. */
async function syncFrom(answers: Answers, tapStreamIds: readonly string[]): Promise<Output> {
  const server = await startListServer(query => answerOf(query, answers));
  runs += 1;
  const config = workspace.file(`config-${runs}.json`, {
    api_url: server.url,
    api_token: 'a1b2',
    requests_per_second: 0,
    max_retries: 0,
  });
  try {
    const result = await runTap(['--config', config, '--select', tapStreamIds.join()]);
    if (result.code !== 0) throw new Error(result.stderr);
    return checkConformance(result);
  } finally {
    await server.stop();
  }
}

/** An example shows a whole list, and pages are cut out of it. */
function answerOf({path, params}: ListQuery, answers: Answers): ListAnswer {
  const body = {'users/me': readSample('users-me'), ...answers}[path];
  if (body === undefined) return {status: 404, body: {message: 'No Result found'}};
  const offset = Number(params.get('offset') ?? 0);
  const end = offset + Number(params.get('limit') ?? Number.POSITIVE_INFINITY);
  const page = Object.entries(body).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.slice(offset, end) : value,
  ]);
  return {body: Object.fromEntries(page)};
}

/** Compares the records of a stream with the rows that they are to be made of. */
function compareAll(rows: readonly Row[], output: Output, tapStreamId: string, {reading}: Sample): Comparison {
  const keyProperties = output.schemas.get(tapStreamId)?.key_properties ?? [];
  const keyOf = (record: Row) => keyProperties.map(field => String(record[field])).join(' ');
  const records = new Map(output.of(tapStreamId).map(record => [keyOf(record), record]));
  const compared = rows.map(row => {
    const key = keyOf(Object.fromEntries(Object.entries(row).map(([name, value]) => [toSnakeCase(name), value])));
    const {lost, madeUp, shared} = compareRow(row, records.get(key) ?? {}, {zone: 'America/Chicago', ...reading});
    const named = (what: string) => `${tapStreamId} ${key} ${what}`;
    return {lost: lost.map(named), madeUp: madeUp.map(named), shared: shared.map(named)};
  });
  return {
    lost: compared.flatMap(({lost}) => lost),
    madeUp: compared.flatMap(({madeUp}) => madeUp),
    shared: compared.flatMap(({shared}) => shared),
  };
}

describe('the example', () => {
  /** Examples that do not stand in each other's way, read in one run. */
  type Round = {readonly samples: readonly Sample[]; readonly answers: Answers; readonly streams: readonly string[]};
  const rounds = samples.reduce<readonly Round[]>((before, sample) => {
    const [answers, wanted] = [answersOf(sample), [...rowsOf(sample).keys()]];
    const fitting = before.find(
      round =>
        !wanted.some(tapStreamId => round.streams.includes(tapStreamId)) &&
        Object.entries(answers).every(([path, body]) => isDeepStrictEqual(round.answers[path] ?? body, body)),
    );
    const round = fitting ?? {samples: [], answers: {}, streams: []};
    const grown = {
      samples: [...round.samples, sample],
      answers: {...round.answers, ...answers},
      streams: [...round.streams, ...wanted],
    };
    return [...before.filter(other => other !== fitting), grown];
  }, []);
  const outputs = new Map<Round, Promise<Output>>();
  const outputOf = (round: Round) => {
    const output = outputs.get(round) ?? syncFrom(round.answers, round.streams);
    outputs.set(round, output);
    return output;
  };

  test.each(samples.map(sample => [sample.name, [...rowsOf(sample).keys()].join(', '), sample] as const))(
    '%s comes out as records of %s',
    async (name, _, sample) => {
      const round = rounds.find(({samples: served}) => served.includes(sample));
      if (round === undefined) throw new Error(`${name} is in no run`);
      const output = await outputOf(round);
      const rows = [...rowsOf(sample)];
      const comparisons = rows.map(([tapStreamId, of]) => compareAll(of, output, tapStreamId, sample));
      expect({
        records: rows.map(([tapStreamId]) => [tapStreamId, output.of(tapStreamId).length]),
        lost: comparisons.flatMap(({lost}) => lost),
        madeUp: comparisons.flatMap(({madeUp}) => madeUp),
        shared: comparisons.flatMap(({shared}) => shared),
      }).toEqual({
        records: rows.map(([tapStreamId, of]) => [tapStreamId, of.length]),
        lost: NOT_KEPT[name] ?? [],
        madeUp: [],
        shared: SHARED[name] ?? [],
      });
    },
  );
});

describe('the examples', () => {
  test('are all used, or said to be no answer', () => {
    expect([...samples.map(({name}) => name), ...Object.keys(NO_ANSWERS)].sort()).toEqual(sampleNames().toSorted());
  });

  test('have no list or object that is not used, or said to be no rows', () => {
    const unused = samples.flatMap(({name, streams: used}) =>
      Object.keys(readSample(name)).flatMap(key => (key === 'meta' || key in used ? [] : [`${name} ${key}`])),
    );
    expect(unused).toEqual(Object.keys(NO_ROWS));
  });

  test('are of all streams but for those known to have none', () => {
    const covered = new Set(samples.flatMap(sample => [...rowsOf(sample).keys()]));
    const missing = streams.map(({tapStreamId}) => tapStreamId).filter(tapStreamId => !covered.has(tapStreamId));
    expect(missing).toEqual(WITHOUT_SAMPLE);
  });
});

describe('the comparison', () => {
  const compare = (row: Row, record: Row) => compareRow(row, record, {zone: 'America/Chicago'});

  test('misses a key that the tap has no field for', async () => {
    const sample: Sample = {name: 'tags', path: 'tags', streams: {tags: ['tags']}};
    const body = {tags: [{id: '1', tag: 'one', colourOfTag: 'red'}]};
    const output = await syncFrom(answersOf(sample, body), ['tags']);
    const {lost} = compareAll(rowsOf(sample, body).get('tags') ?? [], output, 'tags', sample);
    expect(lost).toEqual(['tags 1 colourOfTag: "red" -> undefined']);
  });

  test.each<[string, Row, Row]>([
    ['another id', {id: '1'}, {id: 2}],
    ['a digit', {amount: '12.50'}, {amount: 12}],
    ['a null', {count: '0'}, {count: null}],
    ['a flag turned round', {isOpen: '0'}, {is_open: true}],
    ['a date-time of another zone', {cdate: '2024-03-01 09:00:00'}, {cdate: '2024-03-01T09:00:00.000000Z'}],
    ['a lost fraction', {at: '2024-03-01T09:00:00.123Z'}, {at: '2024-03-01T09:00:00.000000Z'}],
    ['a text cut off', {name: 'Jane Doe'}, {name: 'Jane'}],
    ['an item', {lists: ['1', '2']}, {lists: [1]}],
    ['a value inside', {style: {border: {width: 1}}}, {style: {border: {width: null}}}],
    ['a key inside', {style: {border: {width: 1}}}, {style: {border: {}}}],
    ['a text of JSON with less in it', {value: ['a', 'b']}, {value: '["a"]'}],
    ['a key that is not in the rest', {relid: '1'}, {extra: '{"reltype":"1"}'}],
    ['the first of two keys', {created_by: '1', createdBy: '2'}, {created_by: 1}],
  ])('misses %s', (_, row, record) => {
    expect(compare(row, record).lost).toHaveLength(1);
  });

  test.each<[string, Row, Row]>([
    ['a value without a key', {id: '1'}, {id: 1, name: 'x'}],
    ['one inside', {owner: {id: '1'}}, {owner: {id: 1, type: 'x'}}],
    ['a key in the rest', {id: '1'}, {id: 1, extra: '{"reltype":"1"}'}],
  ])('is surprised by %s', (_, row, record) => {
    expect(compare(row, record)).toMatchObject({lost: [], madeUp: [expect.any(String)]});
  });

  test.each<[string, Row, Row]>([
    ['numbers in texts', {id: '1', geoLat: '0.500', total: 5}, {id: 1, geo_lat: 0.5, total: '5'}],
    ['flags in numbers', {a: 1, b: '0', c: true, d: 'false'}, {a: true, b: false, c: 1, d: false}],
    ['what says nothing', {a: '', b: '0000-00-00 00:00:00', c: [], d: null}, {a: null, b: null, c: {e: null}, d: null}],
    [
      'date-times of all spellings',
      {a: '2024-07-01 00:30:00', b: '2024-01-01T2:10:00-06:00', c: '2024-01-01T00:00:00.123456789Z'},
      {a: '2024-07-01T05:30:00.000000Z', b: '2024-01-01T08:10:00.000000Z', c: '2024-01-01T00:00:00.123456Z'},
    ],
    ['what is in the rest as it stands', {id: '1', relId: '2'}, {id: 1, extra: '{"relId":"2"}'}],
    ['links left out', {links: {tag: 'https://example.com'}, owner: {links: []}}, {owner: {}}],
  ])('takes %s for kept', (_, row, record) => {
    expect(compare(row, record)).toEqual({lost: [], madeUp: [], shared: []});
  });
});
