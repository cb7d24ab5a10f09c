// The replication key of a row of the wire.

import {describe, expect, test} from '@jest/globals';
import fc from 'fast-check';
import {isWrittenZoneless, replicationOf} from '../src/replication.js';
import {type SelectedStream, selectStreams} from '../src/selection.js';
import {streams} from '../src/streams.js';
import {compileTransform} from '../src/transform.js';

function selected(select: string): SelectedStream {
  const [stream] = selectStreams({select}).streams;
  if (!stream) throw new Error(`there is no stream ${select}`);
  return stream;
}

const instantIn = (stream: string, row: Record<string, unknown>, zone = 'America/Chicago') =>
  replicationOf(selected(stream), zone)?.valueOf(row);

describe('the instant of a replication key', () => {
  test.each([
    ['a stamp with a zone', 'contacts', {udate: '2026-05-28T03:05:54-05:00'}, '2026-05-28T08:05:54.000000Z'],
    ['a stamp without one', 'contacts', {udate: '2026-05-28 03:05:54'}, '2026-05-28T08:05:54.000000Z'],
    [
      'the spelling of the wire',
      'contact_tags',
      {updatedTimestamp: '2026-05-28 03:05:54'},
      '2026-05-28T08:05:54.000000Z',
    ],
    [
      'the one of two spellings that says something',
      'contact_tags',
      {updatedTimestamp: null, updated_timestamp: '2026-05-28 03:05:54'},
      '2026-05-28T08:05:54.000000Z',
    ],
    ['a zero date', 'contacts', {udate: '0000-00-00 00:00:00'}, null],
    ['an empty text', 'contacts', {udate: ''}, null],
    ['null', 'contacts', {udate: null}, null],
    ['what is no date', 'contacts', {udate: 'yesterday'}, null],
    ['a number', 'contacts', {udate: 1_700_000_000}, null],
    ['nothing', 'contacts', {id: '1'}, null],
  ])('from %s', (_, stream, row, expected) => expect(instantIn(stream, row)).toBe(expected));

  test('is read in the zone that is given', () =>
    expect(instantIn('contacts', {udate: '2026-05-28 03:05:54'}, 'UTC')).toBe('2026-05-28T03:05:54.000000Z'));

  test('where the clocks were put back, is told by another date of the row', () => {
    const row = {udate: '2025-11-02 01:30:00', cdate: '2025-11-02T01:30:00-06:00'};
    expect(instantIn('contacts', row)).toBe('2025-11-02T07:30:00.000000Z');
    expect(instantIn('contacts', {udate: row.udate})).toBe('2025-11-02T06:30:00.000000Z');
  });

  test('does not exist in a stream that has no such key', () =>
    expect(replicationOf(selected('tags'), 'UTC')).toBeUndefined());

  test('is the one that the record of the row has, in every stream and for any row', () => {
    const incremental = streams.filter(({replicationKey}) => replicationKey !== undefined);
    const cases = incremental.map(({tapStreamId}) => {
      const stream = selected(tapStreamId);
      const zone = 'America/Chicago';
      const {definition, schema, fullSchema} = stream;
      const {wireKeys} = definition;
      const {transform} = compileTransform({schema, fullSchema, zone, ...(wireKeys ? {wireKeys} : {})});
      return {stream, transform, replication: replicationOf(stream, zone)};
    });
    const stamp = fc.oneof(
      fc
        .date({noInvalidDate: true, min: new Date('1999-01-01'), max: new Date('2040-01-01')})
        .map(date => date.toISOString()),
      fc
        .tuple(fc.integer({min: 0, max: 59}), fc.constantFrom('', '-05:00', '-06:00', 'Z'), fc.constantFrom(' ', 'T'))
        .map(([minute, zone, between]) => `2025-11-02${between}01:${String(minute).padStart(2, '0')}:00${zone}`),
      fc.constantFrom('', '0', '0000-00-00 00:00:00', 'soon', null, 0, 17, true, [], {}),
    );
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.array(fc.tuple(fc.nat(6), stamp), {maxLength: 6}), (one, values) => {
        const key = one.replication?.key ?? '';
        const camel = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
        const names = [key, camel, 'id', 'cdate', 'createdTimestamp', 'links', 'unknownKey'];
        const row = Object.fromEntries(values.map(([name, value]) => [names[name], value]));
        expect(one.replication?.valueOf(row)).toBe(one.transform(row)[key]);
      }),
      {seed: 20_260_801, numRuns: 2_000},
    );
  });
});

test.each([
  [{updatedTimestamp: '2026-08-01 07:00:00'}, true],
  [{updated_timestamp: '2026-08-01T07:00:00-05:00'}, false],
])('%j has its date without a zone: %s', (row, expected) =>
  expect(isWrittenZoneless(row, 'updated_timestamp')).toBe(expected),
);
