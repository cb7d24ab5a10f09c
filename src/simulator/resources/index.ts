// All resources that streams are read from, in the order of their names.

import type {Resource} from '../resource.js';
import {accountResources} from './accounts.js';
import {activityResources} from './activities.js';
import {automationResources} from './automations.js';
import {campaignResources} from './campaigns.js';
import {contactSettingResources} from './contact-settings.js';
import {contactResources} from './contacts.js';
import {customFieldResources} from './custom-fields.js';
import {dealResources} from './deals.js';
import {ecommerceResources} from './ecommerce.js';
import {messageResources} from './messages.js';
import {settingResources} from './settings.js';

export const resources: readonly Resource[] = [
  ...accountResources,
  ...activityResources,
  ...automationResources,
  ...campaignResources,
  ...contactResources,
  ...contactSettingResources,
  ...customFieldResources,
  ...dealResources,
  ...ecommerceResources,
  ...messageResources,
  ...settingResources,
].sort((a, b) => (a.name < b.name ? -1 : 1));

export const resourceNames: readonly string[] = resources.map(({name}) => name);
