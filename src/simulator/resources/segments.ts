// Segments as the newer part of the API has them: the summaries of the saved ones. Their definitions and counts follow
// from the older list of segments, see `views/segments.ts`.

import {jsonApi} from '../envelopes.js';
import {uuidOf, uuids} from '../ids.js';
import type {Resource} from '../resource.js';
import {byStamp, byText, contains} from '../rules.js';
import {created, later, touched, updated, zulu} from '../stamps.js';
import {words} from '../texts.js';
import type {WireRow} from '../wire.js';

const [createdDate, updatedDate, usedDate] = [zulu(created, 3), zulu(updated, 3), zulu(touched, 3)];
const [runBegan, runEnded] = [zulu(later(3600), 3), zulu(later(3602), 3)];

/** The id of one is the `segmentid_v2` of the segment in the same place. */
const audiences: Resource = {
  name: 'audiences',
  key: 'data',
  ids: uuids,
  sent: jsonApi,
  size: [6, 'hardly'],
  editable: 'name',
  isRemovable: true,
  // No `meta` is documented.
  total: 'absent',
  paging: {rows: 20, mostRows: 10_000},
  row: r => {
    const count = (bound: number): WireRow => ({
      count: r.int(bound),
      last_total_updated: r.at(runBegan),
      run_id: uuidOf(r.int(2 ** 32), r.index),
      run_id_start: r.at(runBegan),
      run_id_end: r.at(runEnded),
    });
    return {
      type: 'SegmentSummary',
      id: r.id,
      segment_id: r.id,
      category: 'audience',
      name: r.text(`Audience ${r.pick(words)}`),
      counts: {last_total: count(900), last_active_total: count(500)},
      created_date: r.at(createdDate),
      updated_date: r.at(updatedDate),
      last_used_date: r.at(usedDate),
    };
  },
  stamps: {created_date: createdDate, updated_date: updatedDate, last_used_date: usedDate},
  filters: [contains('search', 'name')],
  orderParameter: 'sort',
  orders: [byStamp('updated_date'), byText('name'), byStamp('recent', 'last_used_date')],
  usualOrder: {name: 'updated_date', isDescending: true},
};

export const segmentResources = [audiences];
