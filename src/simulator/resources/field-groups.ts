// The groups in which custom fields are shown, and the fields in them. One path has both: the groups, and with a
// parameter the members of one.

import type {Resource} from '../resource.js';
import {words} from '../texts.js';

const usualLabels = ['{**DEFAULT**}', '{**DEAL_DEFAULT**}', '{**ACCOUNT_DEFAULT**}'];
const fieldsOf = ['fields', 'dealCustomFieldMeta', 'accountCustomFieldMeta'] as const;

const groupDefinitions: Resource = {
  name: 'groupMembers',
  key: 'groupDefinitions',
  size: [4, 'hardly'],
  editable: 'label',
  total: 'absent',
  row: r => {
    const type = (r.index % 3) + 1;
    const url = 'https://sandbox.api-us1.com/api/3';
    return {
      id: Number(r.id),
      type_id: type,
      label: usualLabels[r.index] ?? r.text(`Group ${r.pick(words)}`),
      ordernum: r.index + 1,
      links: {groupMembers: `${url}/groupMembers?group_id=${r.id}`, groupType: `${url}/groupTypes/${type}`},
    };
  },
};

const groupMembers: Resource = {
  name: 'groupMembers?group_id={id}',
  key: 'groupMembers',
  size: [24, 'hardly'],
  parent: {resource: 'groupMembers', key: 'group_id'},
  editable: 'ordernum',
  isRemovable: true,
  row: r => {
    const group = r.parent();
    const type = Number(r.valueOf('groupMembers', group, 'type_id') ?? 1);
    return {
      id: Number(r.id),
      rel_id: Number(r.inTurn(fieldsOf[type - 1] ?? 'fields').id),
      group_id: Number(group),
      ordernum: r.index + 1,
      links: r.links('groupMembers', 'groupDefinition'),
    };
  },
};

export const fieldGroupResources = [groupDefinitions, groupMembers];
