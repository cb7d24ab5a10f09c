// All resources that streams are read from: the first ones in the order of their names, then those that came later.
// Random changes, and what is left of a total number of records, go to them in this sequence, so that the first ones
// keep theirs.

import type {Resource} from '../resource.js';
import {accountResources} from './accounts.js';
import {activityResources} from './activities.js';
import {automationResources} from './automations.js';
import {campaignResources} from './campaigns.js';
import {contactMailResources} from './contact-mails.js';
import {contactPartResources} from './contact-parts.js';
import {contactSettingResources} from './contact-settings.js';
import {contactResources} from './contacts.js';
import {customFieldResources} from './custom-fields.js';
import {customObjectResources} from './custom-objects.js';
import {dealResources} from './deals.js';
import {discountResources, ecommerceResources} from './ecommerce.js';
import {fieldGroupResources} from './field-groups.js';
import {listSettingResources} from './list-settings.js';
import {logResources} from './logs.js';
import {messageResources} from './messages.js';
import {noteResources} from './notes.js';
import {outcomeResources} from './outcomes.js';
import {permissionResources} from './permissions.js';
import {relationResources} from './relations.js';
import {segmentResources} from './segments.js';
import {settingResources} from './settings.js';
import {smsResources} from './sms.js';
import {trackingResources} from './tracking.js';
import {whatsappResources} from './whatsapp.js';

const firstResources: readonly Resource[] = [
  ...accountResources,
  ...activityResources,
  ...automationResources,
  ...campaignResources,
  ...contactResources,
  ...contactMailResources,
  ...contactSettingResources,
  ...customFieldResources,
  ...dealResources,
  ...ecommerceResources,
  ...messageResources,
  ...settingResources,
].sort((a, b) => (a.name < b.name ? -1 : 1));

export const resources: readonly Resource[] = [
  ...firstResources,
  ...noteResources,
  ...outcomeResources,
  ...logResources,
  ...permissionResources,
  ...relationResources,
  ...contactPartResources,
  ...discountResources,
  ...customObjectResources,
  ...fieldGroupResources,
  ...listSettingResources,
  ...segmentResources,
  ...smsResources,
  ...trackingResources,
  ...whatsappResources,
];

export const resourceNames: readonly string[] = resources.map(({name}) => name);
