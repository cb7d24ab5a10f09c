// The account itself: users, groups, addresses, brandings, calendars, settings, webhooks.

import type {Resource} from '../resource.js';
import {equals} from '../rules.js';
import {created, type Instants, onClock, unless, updated} from '../stamps.js';
import {cities, firstNames, lastNames, words} from '../texts.js';
import type {WireRow} from '../wire.js';

// The account's first user has no dates.
const isFirst = (row: Instants): boolean => row.index === 0 && !row.isChanged;
const startedAt = unless(row => row.index % 2 === 0, created);

const users: Resource = {
  name: 'users',
  size: [5, 'hardly'],
  editable: 'phone',
  row: r => {
    const hasNoDates = isFirst(r);
    return {
      username: r.index === 0 ? 'admin' : `user${r.index}`,
      firstName: r.pick(firstNames),
      lastName: r.text(r.pick(lastNames)),
      email: `user${r.index}@example.com`,
      phone: '',
      signature: r.index % 2 === 0 ? null : r.text('Best regards'),
      localZoneid: r.pick(['America/Chicago', 'Europe/Berlin']),
      password_updated_utc_timestamp: '0000-00-00 00:00:00',
      cdate: hasNoDates ? null : r.cdate,
      udate: hasNoDates ? null : r.udate,
      mfaEnabled: r.flag(),
      links: r.links('users', 'lists', 'userGroup', 'dealGroupTotals', 'dealGroupUsers', 'configs'),
      id: r.id,
    };
  },
  stamps: {cdate: unless(isFirst, created), udate: unless(isFirst, updated)},
};

const groupPermissions =
  'pgListAdd pgListEdit pgListDelete pgListHeaders pgListEmailaccount pgListBounce pgMessageAdd pgMessageEdit pgMessageDelete pgMessageSend ' +
  'pgContactAdd pgContactEdit pgContactDelete pgContactMerge pgContactImport pgContactApprove pgContactExport pgContactSync pgContactFilters ' +
  'pgContactActions pgContactFields pg_user_add pg_user_edit pg_user_delete pgGroupAdd pgGroupEdit pgGroupDelete pgTemplateAdd pgTemplateEdit ' +
  'pgTemplateDelete pgPersonalizationAdd pgPersonalizationEdit pgPersonalizationDelete pgAutomationManage pgFormEdit pgReportsCampaign ' +
  'pgReportsList pgReportsUser pgReportsTrend pgStartupReports pgStartupGettingstarted pgDeal pgDealDelete pgDealReassign pgDealGroupAdd ' +
  'pgDealGroupEdit pgDealGroupDelete pgSavedResponsesManage pgAccountAdd pgAccountDelete pgAccountEdit pgAccountExport pgAccountImport ' +
  'pgAccountManageCustomField pgAccountNoteAdd pgAccountNoteDelete pgAccountNoteEdit pgContactResubscribe pgDealExport pgDealFields pgDealImport ' +
  'pgDealListAll pgDealManageRoles pgDealNoteAdd pgDealNoteDelete pgDealNoteEdit pgMfaAdmin pgReportsDeal pgTagManage';

const groups: Resource = {
  name: 'groups',
  size: [4, 'hardly'],
  editable: 'title',
  row: r => ({
    title: r.text(`Group ${r.pick(words)}`),
    descript: r.index % 2 === 0 ? null : 'This is a group for admin users',
    unsubscribelink: '0',
    optinconfirm: '0',
    p_admin: '1',
    ...permissions(() => r.flag()),
    sdate: r.at(startedAt),
    reqApproval: '0',
    reqApproval1st: '2',
    reqApprovalNotify: '',
    socialdata: '0',
    links: r.links(
      'groups',
      'userGroups',
      'groupLimit',
      'dealGroupGroups',
      'listGroups',
      'addressGroups',
      'automationGroups',
    ),
    id: r.id,
  }),
  stamps: {sdate: startedAt},
};

const addresses: Resource = {
  name: 'addresses',
  size: [2, 'hardly'],
  editable: 'address2',
  row: r => ({
    companyName: r.text(`Company ${r.pick(words)}`),
    address1: `${r.int(99) + 1} N Dearborn St`,
    address2: '',
    city: r.pick(cities),
    state: '',
    district: '',
    zip: '',
    country: 'US',
    allgroup: '0',
    isDefault: r.index === 0 ? '1' : '0',
    created_by: null,
    created_timestamp: r.createdClock,
    updated_by: null,
    updated_timestamp: r.updatedClock,
    links: r.links('addresses', 'addressGroups', 'addressLists'),
    id: r.id,
  }),
  stamps: {created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
};

const brandings: Resource = {
  name: 'brandings',
  size: [2, 'hardly'],
  editable: 'headerTextValue',
  row: r => ({
    groupid: r.ref('groups'),
    siteName: r.text('Email Marketing'),
    siteLogo: 'http://example.com/logo.jpg',
    siteLogoSmall: 'http://example.com/logo_small.jpg',
    headerTextValue: 'my custom text header',
    headerHtmlValue: '<p>my custom HTML header</p>',
    footerTextValue: '',
    footerHtmlValue: '',
    copyright: '1',
    version: '1',
    license: '1',
    // A flag on this resource, not an object of URLs.
    links: '1',
    help: '1',
    adminTemplateHtm: '',
    adminTemplateCss: '',
    publicTemplateHtm: '',
    publicTemplateCss: '',
    favicon: null,
    id: r.id,
  }),
};

const calendars: Resource = {
  name: 'calendars',
  size: [2, 'hardly'],
  editable: 'title',
  row: r => ({
    userid: r.ref('users'),
    title: r.text('Calendar Title'),
    type: 'All',
    token: r.hex(32),
    notification: '0',
    cdate: r.cdate,
    mdate: r.udate,
    links: r.links('calendars', 'calendarRels', 'calendarUsers'),
    id: r.id,
  }),
  stamps: {cdate: created, mdate: updated},
};

const configs: Resource = {
  name: 'configs',
  size: [12, 'hardly'],
  editable: 'val',
  row: r => {
    const user = r.refOrZero('users');
    return {
      keyname: `key_${r.pick(words)}_${r.index}`,
      section: r.pick(['site', 'user', '']),
      item: '',
      userid: user,
      val: r.text(r.pick(['1', '0', 'yes', ''])),
      cdate: r.cdate,
      udate: r.udate,
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      created_by: null,
      updated_by: null,
      links: r.links('configs', 'owner'),
      id: r.id,
      owner: user,
    };
  },
  stamps: {cdate: created, udate: updated, created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
};

const webhooks: Resource = {
  name: 'webhooks',
  size: [4, 'hardly'],
  editable: 'name',
  isRemovable: true,
  row: r => ({
    cdate: r.cdate,
    listid: '0',
    name: r.text(`Hook ${r.pick(words)}`),
    url: `http://example.com/hook/${r.index}`,
    events: r.pick([['subscribe', 'unsubscribe'], ['subscribe'], []]),
    sources: r.pick([['public', 'system'], ['admin']]),
    links: [],
    id: r.id,
  }),
  stamps: {cdate: created},
  filters: [equals('filters[name]', 'name'), equals('filters[url]', 'url'), equals('filters[listid]', 'listid')],
};

export const settingResources = [users, groups, addresses, brandings, calendars, configs, webhooks];

function permissions(flag: () => string): WireRow {
  return Object.fromEntries(groupPermissions.split(' ').map(name => [name, flag()]));
}
