// A stream as a run would ask the reading for it: planned from what the state knows of it, with the usual settings.

import type {StreamToRead} from '../../src/reading/stream-to-read.js';
import {type SelectedStream, selectStreams} from '../../src/selection.js';
import {type PlanSettings, planStream, toRead} from '../../src/stream-plan.js';

/** The settings of a plan where a test wants no others. */
export const USUAL_SETTINGS: PlanSettings = {
  startDate: '2000-01-01T00:00:00.000000Z',
  naiveTimezone: 'UTC',
  lookbackSeconds: () => 0,
  fullRefreshDays: () => undefined,
  isFullRefresh: () => false,
  emitActivateVersion: false,
  filters: () => undefined,
};

function selected(tapStreamId: string): SelectedStream {
  const stream = selectStreams({select: tapStreamId}).streams.find(
    ({definition}) => definition.tapStreamId === tapStreamId,
  );
  if (!stream) throw new Error(`no stream ${tapStreamId}`);
  return stream;
}

/** `entry` is the stream's part of the state; `more` replaces what was planned. */
export function planned(tapStreamId: string, entry: object = {}, more: Partial<StreamToRead> = {}): StreamToRead {
  const plan = planStream(selected(tapStreamId), {bookmarks: {[tapStreamId]: entry}}, USUAL_SETTINGS, Date.now());
  return {...toRead(plan, () => undefined), ...more};
}
