// What tasks come to and for which types of tasks that can be chosen; the roles that contacts have in deals.

import {mix} from '../random.js';
import type {Resource} from '../resource.js';
import type {RowSource} from '../row-source.js';
import {contains, equals} from '../rules.js';
import {created, onClock, updated} from '../stamps.js';
import {words} from '../texts.js';

const taskOutcomes: Resource = {
  name: 'taskOutcomes',
  size: [4, 'hardly'],
  editable: 'title',
  row: r => ({
    title: r.text(`Outcome ${r.pick(words)}`),
    sentiment: r.pick(['POSITIVE', 'NEGATIVE', 'NEUTRAL']),
    disabled: r.flag(0.2),
    created_by: r.refOrZero('users'),
    updated_by: r.refOrZero('users'),
    // The names say UTC, the offset is the Central one.
    created_utc_timestamp: r.cdate,
    updated_utc_timestamp: r.udate,
    dealTasktype_ids: [...new Set(r.children('tasktypeOutcomeRels').map(rel => tasktypeOf(r, rel)))],
    links: r.links('taskOutcomes', 'tasktypeOutcomeRels', 'dealTasks'),
    id: r.id,
  }),
  stamps: {created_utc_timestamp: created, updated_utc_timestamp: updated},
  filters: [equals('filters[sentiment]', 'sentiment')],
};

const tasktypeOutcomeRels: Resource = {
  name: 'tasktypeOutcomeRels',
  size: [6, 'hardly'],
  // The examples have outcomes without types.
  parent: {resource: 'taskOutcomes', key: 'outcome_id', every: 2},
  isListedByParent: true,
  editable: 'display_order',
  isRemovable: true,
  row: r => {
    const [type, outcome] = [tasktypeOf(r, r.id), r.parent() ?? '0'];
    return {
      tasktype_id: type,
      outcome_id: outcome,
      display_order: String(r.index),
      created_by: '0',
      // Two styles in one row: an offset, and the Central wall clock that says nothing of its zone.
      created_utc_timestamp: r.cdate,
      updated_by: null,
      updated_utc_timestamp: r.updatedClock,
      links: r.links('tasktypeOutcomeRels', 'tasktype', 'outcome', 'createdBy'),
      id: r.id,
      tasktype: type,
      outcome,
      // Beside `created_by`, and not always of the same value: so the provider's example has it.
      createdBy: r.refOrZero('users'),
    };
  },
  stamps: {created_utc_timestamp: created, updated_utc_timestamp: onClock(updated)},
};

const dealRoles: Resource = {
  name: 'dealRoles',
  size: [3, 'hardly'],
  editable: 'title',
  isRemovable: true,
  row: r => ({
    title: r.text(`Role ${r.pick(words)}`),
    created_timestamp: r.cdate,
    updated_timestamp: r.udate,
    links: r.links('dealRoles', 'contactDeals'),
    id: r.id,
  }),
  stamps: {created_timestamp: created, updated_timestamp: updated},
  filters: [contains('search', 'title')],
};

export const outcomeResources = [taskOutcomes, tasktypeOutcomeRels, dealRoles];

// It follows from the id of the relation alone, so that an outcome can tell the types of its relations.
function tasktypeOf({relations}: RowSource, rel: string): string {
  return relations.idAt('dealTasktypes', mix(Number(rel), 37) / 2 ** 32) ?? '0';
}
