// Campaigns with their lists, messages and links; messages, templates, forms, texts and text messages.

import type {Resource} from '../resource.js';
import {byId, byInstant, created, equals, updated} from '../rules.js';
import {words} from '../texts.js';
import type {WireRow, WireValue} from '../wire.js';
import {zeros} from './contact-settings.js';

const campaigns: Resource = {
  name: 'campaigns',
  size: [24, 'slowly'],
  editable: 'analytics_campaign_name',
  row: r => {
    const isDraft = r.index % 6 === 0;
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
      sdate: isDraft ? null : r.later(3600),
      ldate: isDraft ? null : r.later(7200),
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
      status: isDraft ? '0' : '5',
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
      statusString: isDraft ? 'draft' : 'completed',
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
  filters: [
    equals('filters[seriesid]', 'seriesid'),
    equals('filters[status]', 'status', false),
    equals('filters[type]', 'type', false),
  ],
  orders: [
    byInstant('sdate', candidate => (candidate.row()['sdate'] === null ? Number.NEGATIVE_INFINITY : candidate.created)),
    byInstant('ldate', candidate => (candidate.row()['ldate'] === null ? Number.NEGATIVE_INFINITY : candidate.created)),
    byId(),
    byInstant('cdate', created, false),
  ],
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
      udate: r.index % 3 === 0 && !r.isChanged ? null : r.udate,
      name: r.text(`List ${r.pick(words)}`),
      links: r.links('campaignLists', 'campaign', 'list', 'user'),
      id: r.id,
      user,
      list,
      campaign,
    };
  },
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
};

const messages: Resource = {
  name: 'messages',
  size: [26, 'slowly'],
  editable: 'preheader_text',
  row: r => {
    const user = r.ref('users');
    const subject = r.text(`About ${r.pick(words)} %LISTNAME%`);
    return {
      userid: user,
      ed_instanceid: r.count(90),
      ed_version: r.pick(['1', '2', '3']),
      cdate: r.cdate,
      mdate: r.udate,
      name: subject,
      fromname: 'John Doe',
      fromemail: 'noreply@example.com',
      reply2: '',
      priority: '3',
      charset: 'utf-8',
      encoding: r.pick(['quoted-printable', '8bit']),
      format: 'mime',
      subject,
      preheader_text: '',
      text: ` \n\n**${subject}** \n\n`,
      html: `<!DOCTYPE html><html><body style="margin:0">${'<p>Lorem &amp; ipsum</p>\n'.repeat(5 + r.int(40))}${subject}</body></html>`,
      htmlfetch: 'now',
      textfetch: 'now',
      hidden: '0',
      preview_mime: '',
      preview_data: r.index % 2 === 0 ? null : '',
      links: r.links('messages', 'user'),
      id: r.id,
      user,
    };
  },
  orders: [byInstant('mdate', updated, false)],
};

const templates: Resource = {
  name: 'templates',
  size: [8, 'hardly'],
  editable: 'subject',
  row: r => ({
    userid: r.ref('users'),
    ed_instanceid: '0',
    ed_version: '0',
    name: r.text(`Template ${r.pick(words)}`),
    subject: r.index % 2 === 0 ? null : 'Hello',
    content: r.text('<table><tr><td>Hi</td></tr></table>'),
    categoryid: '1',
    used: r.count(9),
    waitpreview: '1',
    importnum: '0',
    // Without a zone, unlike every other mdate: so the provider's example has it.
    mdate: r.updatedClock,
    preview_content: null,
    modified: '1',
    hidden: '0',
    screenshot: null,
    links: [],
    id: r.id,
  }),
};

const savedResponses: Resource = {
  name: 'savedResponses',
  size: [4, 'hardly'],
  editable: 'body',
  row: r => ({
    title: r.text('Response title'),
    subject: 'Response subject',
    body: r.text('Response body'),
    ldate: r.index % 2 === 0 ? null : r.udate,
    last_sent_user_id: null,
    cdate: r.cdate,
    mdate: r.index % 2 === 0 && !r.isChanged ? null : r.udate,
    links: r.links('savedResponses', 'savedResponseSent'),
    id: r.id,
  }),
};

const sms: Resource = {
  name: 'sms',
  size: [5, 'hardly'],
  editable: 'msg',
  row: r => {
    const [user, automation] = [r.ref('users'), r.ref('automations')];
    return {
      userid: user,
      seriesid: automation ?? '0',
      msg: r.text('Reply STOP to end 👋'),
      tstamp: r.cdate,
      tf_day: '',
      tf_hr_from: '0',
      tf_hr_to: '23',
      sent: r.count(90),
      ...zeros('failed unsubscribes replies uniquereplies'),
      sdate: r.cdate,
      ldate: r.index % 4 === 3 && !r.isChanged ? null : r.udate,
      links: r.links('sms', 'user', 'automation'),
      id: r.id,
      user,
      automation,
    };
  },
};

const siteMessages: Resource = {
  name: 'siteMessages',
  size: [3, 'hardly'],
  editable: 'name',
  row: r => ({
    name: r.text(`Site message ${r.pick(words)}`),
    automation: r.ref('automations'),
    template: {initial: {title: 'Hi', color: '#333333'}, detailed: r.index % 2 === 0 ? [] : {body: r.text('More')}},
    ldate: r.udate,
    links: r.links('siteMessages', 'automation'),
    id: r.id,
  }),
};

const forms: Resource = {
  name: 'forms',
  size: [5, 'hardly'],
  editable: 'thanks',
  row: r => {
    const variant = r.index % 3;
    return {
      name: r.text(`Form ${r.pick(words)}`),
      action: '',
      actiondata: emptyOr(variant, {
        actions: [{type: 'subscribe-to-list', email: 'johndoe@example.com', list: r.refOrZero('lists')}],
      }),
      submit: 'show-thank-you',
      submitdata: emptyOr(variant, {url: ''}),
      url: '',
      layout: 'inline-form',
      title: '',
      body: '',
      button: 'Submit',
      thanks: 'Thanks for signing up!',
      style: emptyOr(variant, formStyle(r.index)),
      options: emptyOr(variant, {
        blanks_overwrite: true,
        confaction: 'show-message',
        sendoptin: true,
        optin_id: 1,
        optin_created: true,
        confform: '2',
      }),
      cfields:
        variant === 1
          ? {}
          : [
              {type: 'header', header: 'Subscribe for Email Updates', class: '_x41699710'},
              {type: 'html', html: '<p>Tell them why</p>', class: '_x50329289'},
            ],
      parentformid: '0',
      userid: r.ref('users'),
      addressid: '0',
      cdate: r.cdate,
      udate: r.udate,
      entries: String(r.int(40)),
      aid: '0',
      defaultscreenshot: 'http://img-us1.com/default-form.gif',
      recent: variant === 0 ? [] : [{id: r.refOrZero('contacts')}],
      source: '',
      contacts: r.int(40),
      deals: 0,
      links: r.links('forms', 'address'),
      id: r.id,
      address: null,
    };
  },
};

// PHP writes an empty object as an empty array, and sometimes does not.
function emptyOr(variant: number, filled: WireRow): WireValue {
  return [filled, [], {}][variant] ?? filled;
}

function formStyle(index: number): WireRow {
  return {
    background: 'FFFFFF',
    dark: true,
    fontcolor: '000000',
    layout: 'normal',
    border: {width: 0, style: 'solid', color: 'B0B0B0', radius: 0},
    width: 500,
    ac_branding: true,
    button: {
      padding: index % 2 === 0 ? 10 : '10px',
      background: '333333',
      fontcolor: 'FFFFFF',
      border: {radius: 4, color: '333333', style: 'solid', width: 0},
    },
  };
}

export const campaignResources = [
  campaigns,
  campaignLists,
  campaignMessages,
  links,
  messages,
  templates,
  savedResponses,
  sms,
  siteMessages,
  forms,
];
