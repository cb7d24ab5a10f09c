// Campaigns with their lists, messages and links.

import type {Resource} from '../resource.js';
import {byId, byStamp, equals} from '../rules.js';
import {created, type Instants, later, onClock, unless, updated} from '../stamps.js';
import {words} from '../texts.js';
import {zeros} from './contact-settings.js';

const isDraft = (row: Instants): boolean => row.index % 6 === 0;
const firstSent = unless(isDraft, later(3600));
const lastSent = unless(isDraft, later(7200));
const editedUnlessNew = unless(row => row.index % 3 === 0 && !row.isChanged, updated);

const campaigns: Resource = {
  name: 'campaigns',
  size: [24, 'slowly'],
  editable: 'analytics_campaign_name',
  row: r => {
    const isUnsent = isDraft(r);
    const user = r.ref('users');
    const message = r.refOrZero('messages');
    return {
      type: r.pick(['single', 'recurring', 'split', 'responder']),
      userid: user,
      ...zeros('segmentid realcid sendid threadid seriesid'),
      bounceid: '-1',
      formid: '0',
      basetemplateid: r.hex(40),
      basemessageid: '0',
      addressid: '0',
      source: 'web',
      name: r.text(`Campaign ${r.pick(words)} ${r.index}`),
      cdate: r.cdate,
      mdate: r.udate,
      sdate: r.at(firstSent),
      ldate: r.at(lastSent),
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      send_amt: r.count(900),
      total_amt: r.count(900),
      opens: r.count(500),
      uniqueopens: r.count(300),
      linkclicks: r.count(90),
      uniquelinkclicks: r.count(60),
      subscriberclicks: r.count(60),
      ...zeros(
        'forwards uniqueforwards hardbounces softbounces unsubscribes unsubreasons updates socialshares replies uniquereplies',
      ),
      status: isUnsent ? '0' : '5',
      public: '1',
      ...zeros('mail_transfer mail_send mail_cleanup mailer_log_file'),
      tracklinks: 'all',
      tracklinksanalytics: '0',
      trackreads: '1',
      trackreadsanalytics: '1',
      analytics_campaign_name: '',
      tweet: '0',
      facebook: '0',
      survey: '',
      ...zeros('embed_images htmlunsub textunsub'),
      htmlunsubdata: null,
      textunsubdata: null,
      recurring: 'day1',
      willrecur: '0',
      split_type: 'even',
      split_content: '0',
      split_offset: '2',
      split_offset_type: 'day',
      split_winner_messageid: '0',
      split_winner_awaiting: '0',
      responder_offset: '0',
      responder_type: 'subscribe',
      responder_existing: '0',
      reminder_field: 'sdate',
      reminder_format: null,
      reminder_type: 'month_day',
      reminder_offset: '0',
      reminder_offset_type: 'day',
      reminder_offset_sign: '+',
      reminder_last_cron_run: null,
      activerss_interval: 'day1',
      activerss_url: null,
      activerss_items: '10',
      ip4: String(643992596 + r.index),
      laststep: 'designer',
      managetext: '0',
      schedule: '0',
      scheduleddate: null,
      waitpreview: '0',
      deletestamp: null,
      replysys: '0',
      additional_data: null,
      campaignIsText: '0',
      campaign_message_id: message,
      can_skip_approval: '0',
      created_by: user,
      ed_version: '3',
      format: 'mime',
      groupLimitViolation: false,
      hasTranslations: '0',
      has_outdated_translations: '0',
      has_predictive_content: '0',
      ip: '192.0.2.7',
      message_id: message,
      moderation_status: null,
      numberOfMessages: '1',
      predictive_send: '0',
      repair_by_pydex: '0',
      repair_timestamp: '0000-00-00 00:00:00',
      screenshot: null,
      segmentname: '',
      series_send_lock_time: '0000-00-00 00:00:00',
      statusString: isUnsent ? 'draft' : 'completed',
      statusToolTip: '',
      typeText: 'One-Time',
      updated_by: user,
      use_quartz_scheduler: '0',
      verified_opens: r.count(300),
      verified_unique_opens: r.count(200),
      links: r.links(
        'campaigns',
        'user',
        'automation',
        'campaignMessage',
        'campaignMessages',
        'links',
        'aggregateRevenues',
        'campaignLists',
      ),
      id: r.id,
      user,
      automation: r.index % 7 === 0 ? r.ref('automations') : null,
    };
  },
  stamps: {
    cdate: created,
    mdate: updated,
    sdate: firstSent,
    ldate: lastSent,
    created_timestamp: onClock(created),
    updated_timestamp: onClock(updated),
  },
  filters: [
    equals('filters[seriesid]', 'seriesid'),
    equals('filters[status]', 'status', false),
    equals('filters[type]', 'type', false),
  ],
  orders: [byStamp('sdate'), byStamp('ldate'), byId()],
};

const campaignLists: Resource = {
  name: 'campaignLists',
  size: [30, 'slowly'],
  editable: 'name',
  isRemovable: true,
  row: r => {
    const [campaign, list, user] = [r.refOrZero('campaigns'), r.refOrZero('lists'), r.refOrZero('users')];
    return {
      campaignid: campaign,
      listid: list,
      userid: user,
      list_amt: r.count(900),
      cdate: r.cdate,
      udate: r.at(editedUnlessNew),
      name: r.text(`List ${r.pick(words)}`),
      links: r.links('campaignLists', 'campaign', 'list', 'user'),
      id: r.id,
      user,
      list,
      campaign,
    };
  },
  stamps: {cdate: created, udate: editedUnlessNew},
};

const campaignMessages: Resource = {
  name: 'campaignMessages',
  size: [30, 'slowly'],
  editable: 'subject',
  isRemovable: true,
  row: r => {
    const [campaign, message] = [r.refOrZero('campaigns'), r.refOrZero('messages')];
    return {
      messageid: message,
      campaignid: campaign,
      percentage: r.pick(['100', '50', '33.33']),
      sourcesize: r.count(90_000),
      send_amt: r.count(900),
      total_amt: r.count(900),
      opens: r.count(500),
      ...zeros(
        'uniqueopens linkclicks uniquelinkclicks subscriberclicks forwards uniqueforwards hardbounces softbounces unsubscribes unsubreasons updates socialshares replies uniquereplies',
      ),
      spamcheck_score: r.index % 2 === 0 ? null : '0',
      spamcheck_max: r.index % 2 === 0 ? null : '5',
      initial_split_percentage: '100',
      screenshot: r.index % 2 === 0 ? null : 'https://example.com/shot.png',
      subject: r.text(`Subject ${r.pick(words)}`),
      links: r.links('campaignMessages', 'campaign', 'message'),
      id: r.id,
      campaign,
      message,
    };
  },
};

const links: Resource = {
  name: 'links',
  size: [30, 'slowly'],
  editable: 'name',
  row: r => {
    const campaign = r.refOrZero('campaigns');
    const message = r.index % 2 === 0 ? null : r.ref('messages');
    return {
      campaignid: campaign,
      messageid: message ?? '0',
      link: r.index % 3 === 0 ? 'open' : `https://example.com/${r.pick(words)}?a=1&b=%20`,
      name: r.text(r.index % 3 === 0 ? 'Read Tracker' : ''),
      ref: '',
      tracked: '1',
      uniquelinkclicks: r.count(90),
      linkclicks: r.count(200),
      created_timestamp: r.createdClock,
      updated_timestamp: r.updatedClock,
      created_by: null,
      updated_by: null,
      links: r.links('links', 'campaign', 'message'),
      id: r.id,
      campaign,
      message,
    };
  },
  stamps: {created_timestamp: onClock(created), updated_timestamp: onClock(updated)},
};

export const campaignResources = [campaigns, campaignLists, campaignMessages, links];
