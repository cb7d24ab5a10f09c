// Custom objects as a user meets them: in the catalog of the account, in a sync, in the next one, and when somebody has
// renamed or deleted them meanwhile, or the account does not show them.

import {beforeAll, describe, expect, test} from '@jest/globals';
import type {Simulator} from '../../src/simulator/simulator.js';
import {
  bookmarkOf,
  type CatalogDocument,
  complaints,
  type Run,
  type TestAccount,
  withAccount,
} from '../support/account.js';
import {type OwnStream, ownStreams, recordsOfCustomObject} from '../support/custom-object-records.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {runTap, type TapResult} from '../support/tap.js';

const HOUR = 3_600_000;
const ALWAYS = Number.POSITIVE_INFINITY;
const SCHEMAS = 'customObjects/schemas';
const RECORDS = 'customObjects/records/{id}';
const GENERIC = ['custom_object_schemas', 'custom_object_records'];
const quick = {max_retries: 0};

function discover({sim, workspace}: TestAccount): Promise<TapResult> {
  const settings = {api_url: sim.url, api_token: sim.token, requests_per_second: 0, ...quick};
  return runTap(['--config', workspace.file('discovery.json', settings), '--discover']);
}

/** The custom objects of a catalog and what is beside them, selected; and `tags`, which have nothing to do with them. */
function chosenIn({streams}: CatalogDocument): CatalogDocument {
  const chosen = streams.filter(({tap_stream_id: id}) => id.startsWith('custom_object_') || id === 'tags');
  const selected = {breadcrumb: [], metadata: {selected: true}};
  return {streams: chosen.map(entry => ({...entry, metadata: [...entry.metadata, selected]}))};
}

/** Where the records of custom objects are not those of the account, every value of them. */
function wrongIn(sim: Simulator, own: readonly OwnStream[], {lines}: TapResult): string[] {
  return [
    ...own.flatMap(stream => differences(lines, stream.stream, recordsOfCustomObject(sim, stream), ['id'])),
    ...GENERIC.flatMap(stream => differences(lines, stream, expectedRecords(sim, stream))),
  ];
}

/** The schemas of a run by the names of their streams. */
function schemasOf({output}: Run): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...output.schemas].map(([stream, {schema}]) => [stream, schema]));
}

/** What a run says about the names of its streams and columns. */
const aboutNames = (result: TapResult) =>
  complaints(result).filter(line => /WARNING .* is the (stream|column) /.test(line));
const others = (result: TapResult) =>
  complaints(result).filter(
    line => !aboutNames(result).includes(line) && !line.includes('fields that the schema lacks'),
  );

const tellsOfNames = [
  'WARNING the custom object "Support_Ticket" is the stream custom_object_support_ticket_',
  'WARNING custom_object_support_ticket_',
  'WARNING custom_object_2nd_order: "field:amount" is the column amount_',
].map(beginning => expect.stringMatching(new RegExp(`^${beginning}[0-9a-f]{6}.* since .* is another one$`)));

describe('an account with custom objects', () => {
  const options = {seed: 61, contacts: 12, counts: {[SCHEMAS]: 4, [RECORDS]: 60, tags: 4}};
  /** What the account's catalog is, the custom objects in it, and a whole sync by that catalog. */
  let discovered: TapResult;
  let catalog: CatalogDocument;
  let own: OwnStream[];
  let first: Run;

  beforeAll(() =>
    withAccount(options, async account => {
      discovered = await discover(account);
      catalog = chosenIn(JSON.parse(discovered.stdout));
      own = ownStreams(account.sim, catalog);
      first = await account.sync({catalog});
    }),
  );

  /** The same account again, with the state of that sync. */
  const withSynced = (use: (account: TestAccount, state: Run['output']['state']) => Promise<void>) =>
    withAccount(options, account => use(account, first.output.state));

  const ownNamed = (name: string): OwnStream => {
    const found = own.find(({stream}) => stream === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  };

  test('has each as a stream in its catalog, with typed columns, and what had to be renamed is said', () => {
    expect({code: discovered.code, complaints: complaints(discovered)}).toEqual({code: 0, complaints: tellsOfNames});
    expect(own.map(({stream}) => stream).sort()).toEqual([
      'custom_object_2nd_order',
      'custom_object_invoice',
      'custom_object_support_ticket',
      expect.stringMatching(/^custom_object_support_ticket_[0-9a-f]{6}$/),
    ]);
  });

  test('gives the same rows with that catalog and without one, every value of them', () =>
    withSynced(async ({sim, sync}) => {
      expect(wrongIn(sim, own, first)).toEqual([]);
      const globbed = await sync({select: 'custom_object_*'});
      expect(wrongIn(sim, own, globbed)).toEqual([]);
      const {tags: _, ...schemas} = schemasOf(first);
      expect(schemasOf(globbed)).toEqual(schemas);
      for (const run of [first, globbed]) expect([aboutNames(run), others(run)]).toEqual([tellsOfNames, []]);
    }));

  test('keeps streams and columns when people rename an object and its fields, and gives only what has changed', () =>
    withSynced(async ({sim, clock, sync}, state) => {
      const invoice = ownNamed('custom_object_invoice');
      clock.now += HOUR;
      const [changed = ''] = recordsOfCustomObject(sim, invoice).keys();
      sim.edit(RECORDS, changed);
      const {fields} = [...sim.rows(SCHEMAS)].find(({id}) => id === invoice.schemaId) ?? {};
      const renamed = (Array.isArray(fields) ? fields : []).map(field => ({
        ...Object(field),
        labels: {singular: 'New'},
      }));
      sim.edit(SCHEMAS, invoice.schemaId, {slug: 'bill', labels: {singular: 'Bill'}, fields: renamed.toReversed()});

      const since = String(bookmarkOf(state, invoice.stream)['updated_timestamp']);
      const rows = [...recordsOfCustomObject(sim, invoice)];
      const recent = new Map(rows.filter(([, record]) => String(record['updated_timestamp']) >= since));
      expect(recent.size).toBeLessThan(5);
      expect(recent.has(changed)).toBe(true);
      const byCatalog = await sync({catalog, state});
      const byName = await sync({select: 'custom_object_*', state});
      for (const run of [byCatalog, byName]) {
        expect(differences(run.lines, invoice.stream, recent, ['id'])).toEqual([]);
        expect(Object.keys(run.output.schemas.get(invoice.stream)?.schema.properties ?? {}).sort()).toEqual(
          Object.keys(invoice.schema.properties).sort(),
        );
        expect(aboutNames(run)).toContainEqual(
          expect.stringMatching(/"bill" is the stream custom_object_invoice, as it was before$/),
        );
      }
    }));

  test('fails in what was read before and is deleted, even where its name is free for another, and does the others', () =>
    withSynced(async ({sim, start, sync}, state) => {
      // Of the two whose names would be the same, the one with the plain name goes; another one comes back.
      const gone = own.filter(({stream}) =>
        ['custom_object_support_ticket', 'custom_object_2nd_order'].includes(stream),
      );
      const living = own.filter(stream => !gone.includes(stream));
      expect([gone.length, living.length]).toEqual([2, 2]);
      for (const {schemaId} of gone) sim.remove(SCHEMAS, schemaId);
      const record = sim.insert(RECORDS, {schemaId: sim.insert(SCHEMAS, {slug: '2nd-order'})});

      const byCatalog = await sync({catalog, state, args: ['--full-refresh'], code: 1});
      const byName = await sync({select: 'custom_object_*', state, args: ['--full-refresh'], code: 1});
      for (const run of [byCatalog, byName]) {
        expect(others(run).sort()).toEqual([
          expect.stringMatching(/^CRITICAL streams failed.*custom_object/),
          ...gone
            .map(({stream}) => stream)
            .sort()
            .map(stream =>
              expect.stringMatching(`^ERROR .* was deleted; deselect .*!${stream}' stream=${stream} reason=`),
            ),
        ]);
        expect(wrongIn(sim, living, run)).toEqual([]);
        for (const {stream} of gone) {
          expect(run.output.of(stream)).toEqual([]);
          expect(bookmarkOf(run.output.state, stream)).toEqual(bookmarkOf(state, stream));
        }
      }
      const [anew = ''] = [...byName.output.schemas.keys()].filter(name => /^custom_object_2nd_order_/.test(name));
      expect(byName.output.of(anew).map(({id}) => id)).toEqual([record]);

      const doctor = await start({catalog, state, args: ['--test']}).result;
      expect(doctor.code).toBe(1);
      const said = doctor.stdout.split('\n').filter(line => /any more|could be read before/.test(line));
      expect(
        said.map(line => own.map(({stream}) => stream).filter(name => new RegExp(`${name}\\b`).test(line))),
      ).toEqual([gone.map(({stream}) => stream), ...gone.map(({stream}) => [stream])]);

      const stateless = await sync({catalog});
      expect(others(stateless)).toEqual([
        ...gone.map(({stream}) => expect.stringMatching(`^WARNING stream is skipped: .* deleted.* stream=${stream} `)),
        expect.stringMatching(/^WARNING streams were skipped streams=/),
      ]);
      expect(wrongIn(sim, living, stateless)).toEqual([]);
    }));

  test('gives no record without its columns when their list can no longer be read', () =>
    withSynced(async ({sim, sync}, state) => {
      sim.addFault({path: SCHEMAS, answer: 403, times: ALWAYS});
      const run = await sync({catalog, state, config: quick, code: 1});
      for (const {stream} of own) {
        expect(run.output.of(stream)).toEqual([]);
        const sentence = `^ERROR stream failed: it could be read before.* stream=${stream} .*HTTP 403, the fields of the object`;
        expect(others(run)).toContainEqual(expect.stringMatching(sentence));
      }
      expect(differences(run.lines, 'tags', expectedRecords(sim, 'tags'))).toEqual([]);
    }));
});

describe('an account that does not show its custom objects', () => {
  const missing =
    "WARNING the account's custom objects are left out: this token may not read their list, or the plan lacks";

  test.each([
    [403, {forbidden: [SCHEMAS, RECORDS]}],
    [404, {missing: [SCHEMAS, RECORDS]}],
  ])('with HTTP %i says so, and everything else goes on', (status, options) =>
    withAccount({contacts: 5, ...options}, async account => {
      const {sync} = account;
      const tells = (line: string) => line.startsWith(missing) && line.includes(`HTTP ${status}`);
      const run = await sync({select: 'custom_object_*,tags', config: quick});
      expect(complaints(run).filter(tells)).toHaveLength(1);
      expect(differences(run.lines, 'tags', expectedRecords(account.sim, 'tags'))).toEqual([]);
      expect([...run.output.schemas.keys()]).toEqual(['tags']);

      const discovered = await discover(account);
      expect(discovered.code).toBe(0);
      expect(complaints(discovered).filter(tells)).toHaveLength(1);
      const {streams} = JSON.parse(discovered.stdout) as CatalogDocument;
      expect(streams.map(({tap_stream_id: id}) => id).filter(id => id.startsWith('custom_object_'))).toEqual(GENERIC);

      const named = await account.start({select: 'custom_object_pets', config: quick}).result;
      expect(named.code).toBe(2);
      expect(complaints(named)).toEqual([
        expect.stringMatching(
          new RegExp(`^CRITICAL --select: "custom_object_pets" matches no stream.*cannot be listed.*HTTP ${status}`),
        ),
      ]);
    }),
  );

  test('because of a fault fails what needs them, and its catalog says that they are missing', () =>
    withAccount({contacts: 5, faults: [{path: SCHEMAS, answer: 500, times: ALWAYS}]}, async account => {
      const named = await account.start({select: 'custom_object_pets', config: quick}).result;
      expect(named.code).toBe(1);
      expect(complaints(named)).toEqual([expect.stringMatching(/^CRITICAL .*customObjects\/schemas.*HTTP 500/)]);
      const run = await account.sync({select: 'custom_object_*,tags', config: quick, code: 1});
      expect(differences(run.lines, 'tags', expectedRecords(account.sim, 'tags'))).toEqual([]);
      const discovered = await discover(account);
      expect(discovered.code).toBe(0);
      expect(complaints(discovered)[0]).toMatch(/^WARNING the account's custom objects are left out: .*HTTP 500/);
    }));
});
