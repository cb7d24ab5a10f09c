// A first sync brings every row of every list, and every value as the facts about streams and fields say.

import {expect, test} from '@jest/globals';
import type {SimulatorOptions} from '../../src/simulator/simulator.js';
import {withAccount} from '../support/account.js';
import {differences, expectedRecords} from '../support/expected-records.js';
import {defaultStreams} from '../support/stream-rows.js';

const worlds: [string, SimulatorOptions][] = [
  ['a server that obeys what is documented', {seed: 1}],
  ['another account', {seed: 2, contacts: 120}],
  ['an account of a few rows', {seed: 3, contacts: 3}],
  ['a server that obeys every order and filter', {seed: 4, contacts: 130, obeyOrders: ['*'], obeyFilters: ['*']}],
  ['a server that ignores every order and filter', {seed: 5, contacts: 130, ignoreOrders: ['*'], ignoreFilters: ['*']}],
  ['custom fields whose dates do not say that they are UTC', {seed: 6, contacts: 60, customFieldDates: 'zoneless'}],
  ['partial deals without a status', {seed: 7, contacts: 60, partialDeals: 'without-status'}],
];

test.each(worlds)(
  'brings every record of all streams that are selected by default, true in every value, from %s',
  (_, options) =>
    withAccount(options, async ({sim, sync}) => {
      const {output, lines} = await sync();
      expect(defaultStreams).toHaveLength(65);
      expect([...output.schemas.keys()].sort()).toEqual([...defaultStreams].sort());
      expect(defaultStreams.flatMap(stream => differences(lines, stream, expectedRecords(sim, stream)))).toEqual([]);
    }),
);

test('reads dates without a zone as UTC where naive_timezone says so', () =>
  withAccount({seed: 8, contacts: 40}, async ({sim, sync}) => {
    const {lines} = await sync({config: {naive_timezone: 'UTC'}});
    expect(defaultStreams.flatMap(stream => differences(lines, stream, expectedRecords(sim, stream, 'UTC')))).toEqual(
      [],
    );
  }));
