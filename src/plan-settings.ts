// What of the config decides how streams are read.

import {type Config, fullRefreshDaysOf, lookbackOf} from './config.js';
import {filtersOf} from './filters.js';
import type {PlanSettings} from './stream-plan.js';

/** The settings by which the streams of a run are planned. `isFullRefresh` tells whose bookmarks are ignored. */
export function planSettingsOf(config: Config, isFullRefresh: (tapStreamId: string) => boolean): PlanSettings {
  return {
    startDate: config.startDate,
    naiveTimezone: config.naiveTimezone,
    lookbackSeconds: tapStreamId => lookbackOf(config.lookbackSeconds, tapStreamId),
    fullRefreshDays: tapStreamId => fullRefreshDaysOf(config.fullRefreshDays, tapStreamId),
    isFullRefresh,
    emitActivateVersion: config.emitActivateVersionMessages,
    filters: tapStreamId => filtersOf(config.filters, tapStreamId),
  };
}
