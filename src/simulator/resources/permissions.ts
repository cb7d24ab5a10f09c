// What the groups of users may do: the limits of each group, and its rights on each list.

import type {Resource} from '../resource.js';

const groupLimits: Resource = {
  name: 'groupLimits',
  size: [4, 'hardly'],
  parent: {resource: 'groups', key: 'groupid'},
  editable: 'limitUser',
  row: r => {
    const group = r.parent() ?? '0';
    return {
      groupid: group,
      limitMail: r.count(5000),
      limitMailType: 'month',
      limitContact: '0',
      limitList: '0',
      limitCampaign: '0',
      limitCampaignType: 'month',
      limitAttachment: '-1',
      limitUser: r.count(20),
      abuseRatio: '4',
      forceSenderInfo: r.flag(0.2),
      links: r.links('groupLimits', 'group'),
      id: r.id,
      group,
    };
  },
};

const listRights =
  'p_list_add p_list_edit p_list_delete p_list_filter p_list_sync p_message_add p_message_edit p_message_delete p_message_send ' +
  'p_subscriber_add p_subscriber_edit p_subscriber_delete p_subscriber_import p_subscriber_approve';

const listGroups: Resource = {
  name: 'listGroups',
  size: [8, 'hardly'],
  parent: {resource: 'lists', key: 'list'},
  editable: 'p_subscriber_approve',
  isRemovable: true,
  row: r => ({
    id: r.id,
    list: r.parent() ?? '0',
    group: r.refOrZero('groups'),
    ...Object.fromEntries(listRights.split(' ').map(name => [name, r.flag(0.8)])),
    links: r.links('listGroups', 'list', 'group'),
  }),
};

export const permissionResources = [groupLimits, listGroups];
