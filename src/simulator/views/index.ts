// All views.

import type {View} from '../view.js';
import {accountViews} from './account.js';
import {contactViews} from './contacts.js';
import {segmentViews} from './segments.js';
import {smsViews} from './sms.js';

export const views: readonly View[] = [...accountViews, ...contactViews, ...segmentViews, ...smsViews];

/** The view of a name; undefined where there is none. */
export function viewNamed(name: string): View | undefined {
  return views.find(view => view.name === name);
}
