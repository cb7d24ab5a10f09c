// What is selected is written, whole and true; what is not selected is neither asked for nor written.

import {expect, test} from '@jest/globals';
import type {Simulator} from '../../src/simulator/simulator.js';
import {complaints, editedCatalog, type Run, shippedCatalog, withAccount} from '../support/account.js';
import {differences, type ExpectedRecord, expectedRecords} from '../support/expected-records.js';
import {allStreams} from '../support/stream-rows.js';

/** The expected records of a stream without some of its fields. */
function without(sim: Simulator, stream: string, fields: readonly string[]): Map<string, ExpectedRecord> {
  return new Map(
    [...expectedRecords(sim, stream)].map(([key, record]) => [
      key,
      Object.fromEntries(Object.entries(record).filter(([field]) => !fields.includes(field))),
    ]),
  );
}

const streamsOf = ({output}: Run) => [...output.schemas.keys()];

test.each(['contacts', 'crm', 'marketing', 'ecommerce'])(
  'the ready selection %s brings the streams it marks, whole, and asks for no other list',
  name =>
    withAccount({contacts: 40}, async ({sim, sync}) => {
      const catalog = shippedCatalog(name);
      const marked = catalog.streams
        .filter(({metadata}) =>
          metadata.some(item => item.breadcrumb.length === 0 && item.metadata['selected'] === true),
        )
        .map(({tap_stream_id}) => tap_stream_id);
      expect(marked.length).toBeGreaterThan(0);
      expect(marked.length).toBeLessThan(allStreams.length);
      const run = await sync({catalog});
      expect(streamsOf(run).sort()).toEqual([...marked].sort());
      expect(marked.flatMap(stream => differences(run.lines, stream, expectedRecords(sim, stream)))).toEqual([]);
      // A few contacts are asked for what comes along with all of them.
      const asked = new Set(sim.requests.map(({path}) => path.replace(/\/\d+\//, '/{id}/')));
      expect(asked.size).toBeLessThanOrEqual(marked.length + 1);
    }),
);

test('fields that are not selected are in neither SCHEMA nor RECORD, and keys are in both all the same', () =>
  withAccount({contacts: 30}, async ({sim, sync}) => {
    const run = await sync({
      catalog: editedCatalog({
        contacts: {'': {selected: true}, email: {selected: false}, id: {selected: false}, udate: {selected: false}},
        tags: {'': {selected: true}, tag: {selected: 'false'}},
      }),
    });
    expect(Object.keys(run.output.schemas.get('contacts')?.schema.properties ?? {})).not.toContain('email');
    expect(differences(run.lines, 'contacts', without(sim, 'contacts', ['email']))).toEqual([]);
    expect(differences(run.lines, 'tags', without(sim, 'tags', ['tag']))).toEqual([]);
    expect(run.stdout).not.toContain('"email":');
  }));

test('fields inside others can be left out one by one', () =>
  withAccount({contacts: 100}, async ({sim, sync}) => {
    const run = await sync({
      catalog: editedCatalog({
        forms: {'': {selected: true}, 'style.border': {selected: false}, 'style.button.padding': {selected: false}},
      }),
    });
    const {style} = (run.output.schemas.get('forms')?.schema.properties ?? {}) as {
      style: {properties: Record<string, {properties: object}>};
    };
    expect(Object.keys(style.properties)).not.toContain('border');
    expect(Object.keys(style.properties['button']?.properties ?? {})).toEqual(['background', 'fontcolor', 'border']);
    const styles = run.output.of('forms').flatMap(record => (record['style'] ? [record['style']] : []));
    expect(styles.length).toBeGreaterThan(0);
    for (const value of styles) expect(Object.keys(value).sort()).toEqual(Object.keys(style.properties).sort());
    expect(
      differences(run.lines, 'forms', expectedRecords(sim, 'forms')).filter(line => !/ style: /.test(line)),
    ).toEqual([]);
  }));

test('catalogs that keep the selection in the schema, as the first taps did, are understood', () =>
  withAccount({contacts: 30}, async ({sim, sync}) => {
    const run = await sync({
      args: [],
      catalog: {
        streams: [
          {
            tap_stream_id: 'deals',
            stream: 'deals',
            key_properties: ['id'],
            schema: {
              selected: true,
              type: 'object',
              properties: {id: {type: 'integer'}, title: {selected: false, type: ['null', 'string']}},
            },
          },
          {tap_stream_id: 'tags', stream: 'tags', selected: true, schema: {type: 'object', properties: {}}},
          {tap_stream_id: 'users', stream: 'users', schema: {selected: false, type: 'object', properties: {}}},
        ],
      },
    });
    expect(streamsOf(run)).toEqual(['deals', 'tags']);
    expect(differences(run.lines, 'deals', without(sim, 'deals', ['title']))).toEqual([]);
    expect(differences(run.lines, 'tags', expectedRecords(sim, 'tags'))).toEqual([]);
  }));

test('--properties is the old name of --catalog', () =>
  withAccount({contacts: 10}, async ({workspace, sync}) => {
    const file = workspace.file('properties.json', editedCatalog({tags: {'': {selected: true}}}));
    expect(streamsOf(await sync({args: ['-p', file]}))).toEqual(['tags']);
  }));

test('--select chooses streams and fields by pattern, without a catalog', () =>
  withAccount({contacts: 20}, async ({sim, sync}) => {
    const run = await sync({select: 'contacts,deal*,!deal_activities,!*.email'});
    const deals = allStreams.filter(stream => stream.startsWith('deal') && stream !== 'deal_activities');
    expect(streamsOf(run).sort()).toEqual(['contacts', ...deals].sort());
    expect(differences(run.lines, 'contacts', without(sim, 'contacts', ['email']))).toEqual([]);
    expect(deals.flatMap(stream => differences(run.lines, stream, expectedRecords(sim, stream)))).toEqual([]);
  }));

test('with nothing selected the run says so, writes the state and is done', () =>
  withAccount({contacts: 5}, async ({sync}) => {
    const state = {bookmarks: {contacts: {udate: '2026-01-01T00:00:00.000000Z'}}};
    const run = await sync({catalog: editedCatalog({contacts: {'': {selected: false}}}), state});
    expect(run.lines).toHaveLength(1);
    expect(run.output.state).toMatchObject(state);
    expect(complaints(run)).toEqual([expect.stringMatching(/^WARNING no stream is selected/)]);
  }));

test('a child is read without its parent, and right behind it where both are selected', () =>
  withAccount({contacts: 20}, async ({sim, sync}) => {
    const alone = await sync({select: 'ecommerce_order_products'});
    expect(streamsOf(alone)).toEqual(['ecommerce_order_products']);
    const expected = expectedRecords(sim, 'ecommerce_order_products');
    expect(differences(alone.lines, 'ecommerce_order_products', expected)).toEqual([]);
    const both = await sync({select: 'ecommerce_order_products,ecommerce_orders,email_activities'});
    expect(streamsOf(both)).toEqual(['ecommerce_orders', 'ecommerce_order_products', 'email_activities']);
  }));

test('what a catalog names and the tap does not have is warned of and left out', () =>
  withAccount({contacts: 5}, async ({sync}) => {
    const catalog = editedCatalog({tags: {'': {selected: true}}});
    catalog.streams.push({tap_stream_id: 'contact', schema: {properties: {}}, metadata: []});
    catalog.streams[0]?.metadata.push({breadcrumb: ['properties', 'tagg'], metadata: {selected: true}});
    const run = await sync({catalog});
    expect(streamsOf(run)).toEqual(['tags']);
    expect(complaints(run)).toEqual([
      expect.stringMatching(/^WARNING .*tags\.tagg.*did you mean/),
      expect.stringMatching(/^WARNING .*"contact".*did you mean/),
    ]);
  }));
