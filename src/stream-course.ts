// The course of one stream's read: makes the records of its rows, keeps account of what was written and what was left
// out, and says in the state where the read stands. An interrupted read that goes on keeps its account.

import {shaped} from './custom-fields/stream.js';
import {fromMillis} from './dates.js';
import type {Checkpoint} from './reading/checkpoint.js';
import type {Page, Progress} from './reading/list.js';
import {isWrittenZoneless} from './replication.js';
import type {State} from './state.js';
import {keyPropertiesOf, spellingOf} from './stream-definition.js';
import {dropProgress, setColumns, setProgress, setProofs} from './stream-memory.js';
import type {StreamPlan} from './stream-plan.js';
import type {StreamProgress} from './stream-progress.js';
import {compileTransform, type Transformer} from './transform.js';
import type {WireRow} from './wire.js';

export type StreamCourse = {
  /**
   * The record of a row; undefined when it is left out, being too old or without its key. With `isWanted` it is never
   * too old.
   */
  readonly take: (row: WireRow, isWanted?: boolean) => Record<string, unknown> | undefined;
  /** All records of a page were written. */
  readonly endPage: (page: Pick<Page, 'checkpoint'>) => void;
  /** Whether a later run could go on behind the last page that ended, or at least further than from where it did. */
  readonly canGoOn: () => boolean;
  /**
   * Rows of the list up to where a later run would go on, those of earlier runs included; undefined where they are not
   * counted, or where the read would begin again.
   */
  readonly rowsBehind: () => number | undefined;
  /** The state with where the read stands behind the last page that ended, and with what is known of the server. */
  readonly save: (state: State) => State;
  /** The state as it was last saved, if it was. */
  readonly saved: (state: State) => State;
  /** What was written so far. From the first page on it counts what an interrupted read had written before. */
  readonly account: () => Account;
  /** Records that were taken in this run. */
  readonly records: () => number;
  readonly misfits: Transformer['misfits'];
  readonly drift: Transformer['drift'];
  /** Rows of this run that had no key. */
  readonly withoutKey: () => number;
  /** Rows of this run that showed little but their key. */
  readonly partial: () => number;
};

/** The account of a whole read, all runs taken together. */
export type Account = {
  /** When the read began, by the server's clock; the beginning of time for one that has not. */
  readonly beganAt: string;
  /** The highest replication key that was written. */
  readonly highest: string | undefined;
  /** Whether replication keys came without a zone. */
  readonly isZoneless: boolean;
  /** Rows that came and were not written. */
  readonly leftOut: number;
  /** The version of its records, if they have one. */
  readonly version: number | undefined;
};

/** The course of a stream that is read by `plan`. `wall` gives this machine's time: milliseconds since 1970 (UTC). */
export function createCourse(plan: StreamPlan, progress: Progress, wall: () => number): StreamCourse {
  const {stream, zones} = plan;
  const {definition, replicationKey} = stream;
  const keys = keyPropertiesOf(definition);
  const {transform, misfits, drift} = compileTransform({
    schema: shaped(stream.schema, definition),
    fullSchema: shaped(stream.fullSchema, definition),
    zone: zones.read,
    ...spellingOf(definition),
  });
  let records = 0;
  let withoutKey = 0;
  let partial = 0;
  let tooOld = 0;
  let highest: string | undefined;
  let isZoneless = false;
  let checkpoint: (() => Checkpoint | undefined) | undefined;
  let place: StreamProgress | undefined;
  let placeBefore: StreamProgress | undefined;
  let isPlaceOfPage = false;
  let hasBegun = false;

  const take = (row: WireRow, isWanted = false) => {
    const record = transform(row);
    if (definition.partialRows && isMarked(row[definition.partialRows.markedBy])) partial += 1;
    if (keys.some(key => record[key] === null)) {
      withoutKey += 1;
      return undefined;
    }
    const value = replicationKey === undefined ? undefined : record[replicationKey];
    // Rows without a replication key cannot be told from changed ones: they are written and move nothing.
    if (typeof value === 'string' && replicationKey !== undefined) {
      // A read of less than the list may be given up for a whole one, which does not bring again what it saw.
      const since = progress.isSideLoaded ? plan.since : plan.sinceOfWhole;
      if (since !== undefined && value < since && !isWanted) {
        tooOld += 1;
        return undefined;
      }
      if (highest === undefined || value > highest) highest = value;
      isZoneless ||= zones.read !== zones.written && isWrittenZoneless(row, replicationKey);
    }
    records += 1;
    return stream.mask ? stream.mask.apply(record) : record;
  };

  const account = (): Account => {
    // Until the reading has begun, it may still find that its checkpoint is of no use.
    const before = progress.isResumed ? plan.resumed : undefined;
    return {
      beganAt: before?.beganAt ?? fromMillis(progress.begunAt ?? 0),
      highest: higher(highest, before?.highest ?? undefined),
      isZoneless: isZoneless || (before?.isZoneless ?? false),
      leftOut: withoutKey + tooOld + (before?.leftOut ?? 0),
      version: before ? (before.version ?? undefined) : plan.version,
    };
  };

  const saved = (state: State) => {
    const withProofs =
      Object.keys(progress.proofs).length === 0 ? state : setProofs(state, plan.tapStreamId, progress.proofs);
    const known = setColumns(withProofs, plan.tapStreamId, plan.columns);
    if (place !== undefined) return setProgress(known, plan.tapStreamId, place);
    // The records of a read that began anew may have another version than those of the one before.
    return hasBegun && !progress.isResumed ? dropProgress(known, plan.tapStreamId) : known;
  };

  const hold = () => {
    const at = checkpoint?.();
    // It holds for the last page only, and costs something to make.
    checkpoint = undefined;
    if (at !== undefined) {
      const {beganAt, highest = null, isZoneless, leftOut, version = null} = account();
      const savedAt = fromMillis(wall());
      placeBefore = place;
      place = {selection: plan.selection, beganAt, savedAt, highest, isZoneless, leftOut, version, at};
      isPlaceOfPage = true;
    }
  };

  const canGoOn = () => {
    hold();
    const before = placeBefore ?? (progress.isResumed ? plan.resumed : undefined);
    // In the middle of a long list below one parent the place is that in front of the parent.
    return isPlaceOfPage && JSON.stringify(place?.at) !== JSON.stringify(before?.at);
  };

  const rowsBehind = () => {
    const standing = place ?? (hasBegun && !progress.isResumed ? undefined : plan.resumed);
    const seen = standing?.at['seen'];
    return typeof seen === 'number' && seen > 0 ? seen : undefined;
  };

  return {
    take,
    endPage: page => {
      hasBegun = true;
      checkpoint = page.checkpoint;
      isPlaceOfPage = false;
    },
    canGoOn,
    rowsBehind,
    save: state => {
      hold();
      return saved(state);
    },
    saved,
    account,
    records: () => records,
    misfits,
    drift,
    withoutKey: () => withoutKey,
    partial: () => partial,
  };
}

/** PHP writes a flag as it likes. */
function isMarked(flag: unknown): boolean {
  return flag === true || flag === 1 || flag === '1';
}

function higher(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
