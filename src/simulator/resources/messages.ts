// What is sent and shown: messages, templates, saved responses, text messages, site messages, forms.

import type {Resource} from '../resource.js';
import {created, onClock, unless, updated} from '../stamps.js';
import {words} from '../texts.js';
import type {WireRow, WireValue} from '../wire.js';
import {zeros} from './contact-settings.js';

const answeredAt = unless(row => row.index % 2 === 0, updated);
const editedUnlessNew = unless(row => row.index % 2 === 0 && !row.isChanged, updated);
const lastSent = unless(row => row.index % 4 === 3 && !row.isChanged, updated);

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
  stamps: {cdate: created, mdate: updated},
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
  stamps: {mdate: onClock(updated)},
};

const savedResponses: Resource = {
  name: 'savedResponses',
  size: [4, 'hardly'],
  editable: 'body',
  row: r => ({
    title: r.text('Response title'),
    subject: 'Response subject',
    body: r.text('Response body'),
    ldate: r.at(answeredAt),
    last_sent_user_id: null,
    cdate: r.cdate,
    mdate: r.at(editedUnlessNew),
    links: r.links('savedResponses', 'savedResponseSent'),
    id: r.id,
  }),
  stamps: {ldate: answeredAt, cdate: created, mdate: editedUnlessNew},
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
      ldate: r.at(lastSent),
      links: r.links('sms', 'user', 'automation'),
      id: r.id,
      user,
      automation,
    };
  },
  stamps: {tstamp: created, sdate: created, ldate: lastSent},
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
  stamps: {ldate: updated},
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
  stamps: {cdate: created, udate: updated},
};

export const messageResources = [messages, templates, savedResponses, sms, siteMessages, forms];

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
