// The definitions of segments, and how many contacts they matched when they ran last. Both follow from the older list of
// segments, whose rows name the id that they have here; a saved segment may be missing there.

import type {Account} from '../account.js';
import {zuluTime} from '../central-time.js';
import {jsonApi} from '../envelopes.js';
import {uuidOf} from '../ids.js';
import {mix, saltOf} from '../random.js';
import {idsOf, type View} from '../view.js';
import type {WireRow} from '../wire.js';

type Segment = {readonly name: string; readonly salt: number; readonly updated: number; readonly user: string};

/** A list of one row. */
const segment: View = {
  name: 'segmentsV2/{id}',
  key: 'data',
  sent: jsonApi,
  paging: 'none',
  rowsOf: (account, id) => {
    const found = segmentWith(account, id);
    return found === undefined ? undefined : [definitionOf(id, found)];
  },
  ids: knownIds,
};

/** One row for each segment that is asked for; ids that stand for none are ignored. */
const countHistory: View = {
  name: 'segmentsV2/count-history?segmentIds={id}',
  key: 'data',
  sent: jsonApi,
  paging: 'none',
  rowsOf: (account, ids) =>
    ids.split(',').flatMap(id => {
      const found = segmentWith(account, id);
      return found === undefined ? [] : [countOf(id, found)];
    }),
  ids: knownIds,
};

export const segmentViews = [segment, countHistory];

function knownIds(account: Account): Iterable<string> {
  const named = [...idsOf(account, 'segments')].map(id => account.valueOf('segments', id, 'segmentid_v2'));
  return new Set([...named.filter(id => typeof id === 'string'), ...idsOf(account, 'audiences')]);
}

function segmentWith(account: Account, id: string): Segment | undefined {
  const [index] = account.indicesWith('segments', 'segmentid_v2', id);
  const name = index === undefined ? 'audiences' : 'segments';
  const at = index ?? account.table('audiences').indexOf(id);
  if (at === undefined) return undefined;
  const candidate = account.candidate(account.resource(name), at);
  return {
    name: String(candidate.row()['name']),
    salt: mix(saltOf(id), 3),
    updated: candidate.updated,
    user: account.idAt('users', 0) ?? '1',
  };
}

function definitionOf(id: string, {name, salt, updated, user}: Segment): WireRow {
  const isTagged = salt % 2 === 0;
  return {
    type: 'Segment.v2',
    id,
    created_date: zuluTime(updated, '952'),
    meta: isTagged ? {} : {builder: '2'},
    segment_condition_group_operator: isTagged ? 'and' : 'or',
    segment_condition_groups: [{id: '1', operator: 'and', values: [{id: '1', type: 'condition'}]}],
    segment_conditions: [
      {
        field_aggregate: isTagged ? {} : {aggregate_field_operator: '>=', aggregate_field_value: '2'},
        fields: [
          {value: '14', data_type: 'string', name: isTagged ? 'tagid' : 'email', operator: '=', external: false},
        ],
        hash: salt.toString(16),
        hash_simple: salt.toString(16),
        id: '1',
        object_type: 'contact',
        source_system: 'hosted',
      },
    ],
    segment_hash: hashOf(salt),
    segment_id: id,
    user_id: user,
    name,
    description: '',
    category: 'AUDIENCE',
  };
}

// A count is named by the second in which it was made.
function countOf(id: string, {salt, updated}: Segment): WireRow {
  const ran = updated + 3600;
  return {
    type: 'SegmentCountHistory',
    id: String(ran),
    timestamp: zuluTime(ran, '523'),
    segment_id: id,
    segment_hash: hashOf(salt),
    run_id: uuidOf(salt, 1),
    result_count: salt % 900,
    active_result_count: salt % 500,
  };
}

function hashOf(salt: number): string {
  return [1, 2, 3, 4, 5, 6, 7, 8].map(part => mix(salt, part).toString(16).padStart(8, '0')).join('');
}
