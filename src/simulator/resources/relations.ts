// Tables that say which row goes with which other one, and nothing else. Their names come from the links of other
// rows; nobody published a row of them, so their columns are a guess.

import type {Resource} from '../resource.js';

type Side = {readonly key: string; readonly resource: string};

/** The row hangs on its first side and goes with it; it never changes. */
function relation(name: string, size: Resource['size'], first: Side, second: Side): Resource {
  return {
    name,
    size,
    parent: first,
    editable: second.key,
    isLog: true,
    row: r => ({
      [first.key]: r.parent(),
      [second.key]: r.ref(second.resource),
      links: r.links(name, first.key, second.key),
      id: r.id,
    }),
  };
}

const address: Side = {key: 'address', resource: 'addresses'};
const calendar: Side = {key: 'calendar', resource: 'calendars'};
const group: Side = {key: 'group', resource: 'groups'};
const list: Side = {key: 'list', resource: 'lists'};
const pipeline: Side = {key: 'dealGroup', resource: 'dealGroups'};
const task: Side = {key: 'dealTask', resource: 'dealTasks'};
const user: Side = {key: 'user', resource: 'users'};

export const relationResources: readonly Resource[] = [
  relation('addressGroups', [3, 'hardly'], address, group),
  relation('addressLists', [4, 'hardly'], address, list),
  relation('calendarRels', [3, 'hardly'], calendar, pipeline),
  relation('calendarUsers', [4, 'hardly'], calendar, user),
  relation('dealGroupGroups', [6, 'hardly'], pipeline, group),
  relation('taskNotifications', [16, 'withContacts'], task, user),
];
