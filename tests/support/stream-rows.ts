// Which streams there are, and which rows of the simulator are theirs: from the facts about streams (facts/streams.tsv),
// and for rows that hang below others from those others.

import type {Simulator, WireRow} from '../../src/simulator/simulator.js';
import {shippedCatalog} from './account.js';
import {FIRST_STREAMS, streamFacts} from './facts.js';

const namesOf = (facts: typeof streamFacts): readonly string[] => facts.map(({stream}) => stream);

/** All streams that every account has. */
export const allStreams = namesOf(streamFacts);

/** Those of the Python tap. */
export const firstStreams = namesOf(streamFacts.slice(0, FIRST_STREAMS));

/** Those behind them. */
export const furtherStreams = namesOf(streamFacts.slice(FIRST_STREAMS));

/** Those that are synced where nobody says which ones are to be, as the catalog promises. */
export const defaultStreams: readonly string[] = shippedCatalog('discovered').streams.flatMap(
  ({tap_stream_id, metadata}) =>
    metadata.some(item => item.breadcrumb.length === 0 && item.metadata['selected-by-default'] === true)
      ? [tap_stream_id]
      : [],
);

/** The path of a stream's rows where its facts say it otherwise, or not at all. */
const PATHS: Readonly<Record<string, string>> = {
  custom_field_group_members: 'groupMembers?group_id={custom_field_groups.id}',
  segment_count_history: 'segmentsV2/count-history?segmentIds={segments_v2.id}',
};

/** What the tap puts into rows that do not say whose they are: the id of the row they hang below. */
const PARENT_FIELDS: Readonly<Record<string, string>> = {
  segment_count_history: 'segment_id',
  sms_broadcast_recipients: 'broadcast_id',
  sms_broadcast_failures: 'broadcast_id',
  contact_automation_entry_counts: 'contact_id',
};

/** What an account has one of is number 1. */
const SINGLE_STREAMS: readonly string[] = [
  'event_tracking_status',
  'site_tracking_status',
  'account_settings',
  'sms_credits',
];

/** An answer below a parent shows one row of these, however many there may be. */
const ONE_BELOW_EACH: readonly string[] = ['contact_plus_appends', 'contact_organizations', 'contact_geo_addresses'];

function factOf(stream: string) {
  const fact = streamFacts.find(other => other.stream === stream);
  if (!fact) throw new Error(`there are no facts about ${stream}`);
  return fact;
}

/** The fields that tell a record of a stream from all others. */
export function keyFieldsOf(stream: string): readonly string[] {
  return factOf(stream).primary_key.split(',');
}

/** The default replication key of a stream; empty for a full table. */
export function replicationKeyOf(stream: string): string {
  return factOf(stream).replication_key;
}

/** The resource, or the path of the rows below others, that holds a stream's rows. */
export function resourceOf(stream: string): string {
  return firstStreams.includes(stream) ? factOf(stream).data_key : pathOf(stream).replace(/\{.*\}/, '{id}');
}

/** The stream below whose rows those of another one hang; undefined for one that has a list of its own. */
export function parentOf(stream: string): string | undefined {
  return firstStreams.includes(stream) ? undefined : placeholderIn(stream)?.parent;
}

function pathOf(stream: string): string {
  return PATHS[stream] ?? factOf(stream).path;
}

function placeholderIn(stream: string): {readonly parent: string; readonly key: string} | undefined {
  const [, parent, key] = /\{(\w+)\.(\w+)\}/.exec(pathOf(stream)) ?? [];
  return parent === undefined || key === undefined ? undefined : {parent, key};
}

/** The rows of a stream as the wire has them, with what the tap puts into them; one may come below several parents. */
export function* rowsOf(sim: Simulator, stream: string): Iterable<WireRow> {
  if (parentOf(stream) !== undefined) {
    for (const {row} of rowsBelow(sim, stream)) yield row;
    return;
  }
  for (const row of sim.rows(resourceOf(stream))) {
    // The whole answer is the record, and the credits are an object in it.
    const whole = stream === 'sms_credits' ? {smsCredits: row} : row;
    yield SINGLE_STREAMS.includes(stream) ? {id: 1, ...whole} : whole;
  }
}

/** The rows of a stream that hang below those of another one, each with the id below which it comes. */
export function* rowsBelow(sim: Simulator, stream: string): Iterable<{readonly parent: string; readonly row: WireRow}> {
  const {parent, key} = placeholderIn(stream) ?? {parent: '', key: ''};
  const field = PARENT_FIELDS[stream];
  for (const {[key]: id} of rowsOf(sim, parent)) {
    if (id === null || id === undefined) continue;
    for (const row of sim.rowsUnder(resourceOf(stream), String(id))) {
      yield {parent: String(id), row: field === undefined ? row : {[field]: id, ...row}};
      if (ONE_BELOW_EACH.includes(stream)) break;
    }
  }
}
