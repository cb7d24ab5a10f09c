// How answers hold their rows: every form brings the same rows in the end, and what PHP writes for nothing is nothing.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {formOf, hasNext, isBare, totalOf} from '../../src/reading/envelopes.js';
import type {Envelope, StreamDefinition} from '../../src/stream-definition.js';

type Row = Readonly<Record<string, unknown>>;

const LIST: StreamDefinition = {tapStreamId: 'things', path: 'things'};

function enveloped(envelope: Envelope | undefined, more: Partial<StreamDefinition> = {}): StreamDefinition {
  return {...LIST, ...(envelope && {envelope}), ...more};
}

function rowsOf(definition: StreamDefinition, body: Row): readonly Row[] | undefined {
  return formOf(definition).rowsOf(body, 'things');
}

const jsonRow = fc
  .tuple(
    fc.nat(1_000_000),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), fc.jsonValue({maxDepth: 2}), {maxKeys: 4}),
  )
  .map(([id, rest]): Row => ({...rest, id: String(id)}));

/** What PHP makes of a list out of which some elements were taken. */
function withGaps(list: readonly unknown[]): Row {
  return Object.fromEntries(list.map((item, index) => [String(2 * index + 1), item]));
}

describe('the rows of an answer are those that were put into it', () => {
  const check = (property: (rows: readonly Row[]) => void) =>
    fc.assert(fc.property(fc.array(jsonRow, {maxLength: 6}), property), {seed: 41, numRuns: 100});

  test('in a list', () =>
    check(rows => expect(rowsOf(LIST, {things: rows, meta: {total: rows.length}})).toEqual(rows)));

  test('in a list with gaps, which comes as an object', () =>
    check(rows => expect(rowsOf(LIST, {things: withGaps(rows)})).toEqual(rows)));

  test('as resources, whose attributes stand beside id and type', () =>
    check(rows => {
      const resources = rows.map(({id, ...attributes}) => ({type: 'thing', id, attributes}));
      const expected = rows.map(row => ({...row, type: 'thing'}));
      expect(rowsOf(enveloped('resources'), {things: resources})).toEqual(expected);
      expect(rowsOf(enveloped('resources'), {things: withGaps(resources)})).toEqual(expected);
    }));

  test('as one resource', () =>
    check(rows => {
      for (const {id, ...attributes} of rows) {
        expect(rowsOf(enveloped('resources'), {things: {type: 'thing', id, attributes}})).toEqual([
          {...attributes, type: 'thing', id},
        ]);
      }
    }));

  test('as an object under the data key, and as the answer itself', () =>
    check(rows => {
      for (const row of rows) {
        expect(rowsOf(enveloped('object'), {things: row, meta: {}})).toEqual([row]);
        expect(rowsOf(enveloped('body'), row)).toEqual([row]);
      }
    }));

  test('in several lists, whose names tell the state of their rows', () => {
    const two = fc.tuple(fc.array(jsonRow, {maxLength: 4}), fc.array(jsonRow, {maxLength: 4}));
    fc.assert(
      fc.property(two, fc.boolean(), ([outstanding, completed], hasGaps) => {
        const expected = [
          ...outstanding.map(row => ({...row, state: 'outstanding'})),
          ...completed.map(row => ({...row, state: 'recently_completed'})),
        ];
        const recentlyCompleted = hasGaps ? withGaps(completed) : completed;
        const body = {meta: {page: {number: 1}}, outstanding, recentlyCompleted, success: 1};
        expect(rowsOf(enveloped('batches'), body)).toEqual(expected);
      }),
      {seed: 42, numRuns: 100},
    );
  });

  test('in a list of texts', () => {
    const events = enveloped('texts', {keyProperties: ['event']});
    fc.assert(
      fc.property(fc.array(fc.string()), texts => {
        const expected = texts.map(event => ({event}));
        expect(rowsOf(events, {things: texts})).toEqual(expected);
        expect(rowsOf(events, {things: withGaps(texts)})).toEqual(expected);
      }),
      {seed: 43, numRuns: 100},
    );
  });
});

describe('nothing', () => {
  const FORMS: readonly (Envelope | undefined)[] = [undefined, 'object', 'body', 'texts', 'resources', 'batches'];

  test.each(FORMS)('is what a bare {} holds, in the form: %s', envelope => {
    expect(rowsOf(enveloped(envelope), {})).toEqual([]);
  });

  test.each<[Envelope | undefined, unknown]>([
    [undefined, []],
    [undefined, {}],
    ['object', null],
    ['object', []],
    ['object', {}],
    ['texts', []],
    ['texts', {}],
    ['resources', []],
    ['resources', {}],
    // JSON:API writes it for one resource that is not there.
    ['resources', null],
    [undefined, null],
    ['batches', []],
    ['batches', {}],
  ])('is what %s has in the place of %j', (envelope, things) => {
    expect(rowsOf(enveloped(envelope), {things, meta: {total: '0'}})).toEqual([]);
  });

  test.each<[Envelope | undefined, Row]>([
    [undefined, {others: []}],
    [undefined, {things: null}],
    [undefined, {things: 'none'}],
    ['object', {others: {id: 1}}],
    ['object', {things: 'none'}],
    ['object', {things: [{id: 1}]}],
    ['texts', {others: []}],
    ['texts', {things: 'none'}],
    ['resources', {message: 'no such segment'}],
    ['resources', {things: 7}],
    ['batches', {message: 'no such import'}],
  ])('is not what the answer of another form holds: %s %j', (envelope, body) => {
    expect(rowsOf(enveloped(envelope), body)).toBeUndefined();
  });

  test('is null in place of a list below a parent, though nothing is counted', () => {
    const below = {path: 'owners/:id/things', perParent: {tapStreamId: 'owners', path: 'owners/:id/things'}};
    expect(rowsOf(enveloped(undefined, below), {things: null})).toEqual([]);
    expect(rowsOf(enveloped(undefined, below), {others: null})).toBeUndefined();
  });

  test('is made of what stands among rows and is none', () => {
    expect(rowsOf(LIST, {things: [null, 7, {id: '1'}, 'two', []]})).toEqual([{id: '1'}]);
  });
});

describe('a row without an id', () => {
  test.each<[Envelope, Row]>([
    ['object', {things: {enabled: true}}],
    ['object', {things: {id: null, enabled: true}}],
    ['body', {enabled: true}],
    ['body', {id: null, enabled: true}],
  ])('is number 1 where an account has only one: %s %j', (envelope, body) => {
    expect(rowsOf(enveloped(envelope), body)).toEqual([{id: 1, enabled: true}]);
  });

  test('keeps an id that it has', () => {
    expect(rowsOf(enveloped('object'), {things: {id: '0'}})).toEqual([{id: '0'}]);
    expect(rowsOf(enveloped('body'), {id: 7, name: 'a'})).toEqual([{id: 7, name: 'a'}]);
  });

  test('is a number, and what else is called so stays beside it', () => {
    expect(rowsOf(enveloped('body'), {id: 'a-7', name: 'a'})).toEqual([{id: 1, name: 'a', ownId: 'a-7'}]);
  });

  test('stays without one where each parent has one of its own', () => {
    const below = enveloped('object', {
      path: 'owners/:id/thing',
      perParent: {tapStreamId: 'owners', path: 'owners/:id/thing'},
    });
    expect(rowsOf(below, {things: {name: 'a'}})).toEqual([{name: 'a'}]);
  });
});

describe('the key of a row', () => {
  test('is its id, text and number alike', () => {
    const {keyOf} = formOf(LIST);
    expect([{id: '7'}, {id: 7}, {id: null}, {}, {id: {}}, {id: true}].map(keyOf)).toEqual([
      '7',
      '7',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('has all its fields, whatever the wire calls them, and is none when one is missing', () => {
    const {keyOf} = formOf(enveloped('batches', {keyProperties: ['for_date', 'state']}));
    const key = keyOf({forDate: '2026-05-01', state: 'outstanding'});
    expect(key).toBeDefined();
    expect(keyOf({state: 'outstanding', batches: '3', for_date: '2026-05-01'})).toBe(key);
    expect(keyOf({forDate: '2026-05-01', state: 'recently_completed'})).not.toBe(key);
    expect(keyOf({forDate: '2026-05-01'})).toBeUndefined();
    expect(keyOf({forDate: null, state: 'outstanding'})).toBeUndefined();
  });

  test('may be one field of another name', () => {
    const {keyOf} = formOf(enveloped('texts', {keyProperties: ['event']}));
    expect(keyOf({event: 'open'})).toBe(keyOf({event: 'open'}));
    expect(keyOf({event: 'open'})).not.toBe(keyOf({event: 'click'}));
    expect(keyOf({id: '1'})).toBeUndefined();
  });

  test('of two rows is the same only where all parts are', () => {
    const {keyOf} = formOf(enveloped(undefined, {keyProperties: ['a', 'b']}));
    const parts = ['', 'a', ',', 'a,', ',a', 'a,a', '"', '","', 'a","a', 'null', '1'];
    const pairs = parts.flatMap(a => parts.map(b => ({a, b})));
    expect(new Set(pairs.map(keyOf)).size).toBe(pairs.length);
    expect(keyOf({a: 1, b: '2'})).toBe(keyOf({a: '1', b: 2}));
  });
});

describe('an answer says', () => {
  test.each<[Row, number | undefined]>([
    [{meta: {total: '12'}}, 12],
    [{meta: {total: 12}}, 12],
    [{meta: {total: 0}, count: 5}, 0],
    [{count: 5}, 5],
    [{count: '5', meta: {}}, 5],
    [{meta: []}, undefined],
    [{meta: {total: 'many'}}, undefined],
    [{meta: {total: null}, count: 5}, undefined],
    [{}, undefined],
  ])('how many rows there are, if it does: %j', (body, total) => expect(totalOf(body)).toBe(total));

  test.each<[Row, boolean | undefined]>([
    [{next: null}, false],
    [{next: 'https://account.api-us1.com/api/3/things?page=2'}, true],
    [{}, undefined],
    [{next: 2}, undefined],
  ])('whether more pages follow, if it does: %j', (body, more) => expect(hasNext(body)).toBe(more));

  test('nothing at all where it is {}', () => {
    expect(isBare({})).toBe(true);
    expect(isBare({things: []})).toBe(false);
  });
});
