// What a read that has ended means: the bookmark from which the next one goes on, whether targets may take for deleted
// what did not come, and what is remembered. Pure.

import {nextBookmark} from './bookmarks.js';
import {floorToSecond} from './dates.js';
import type {Progress, Verdict} from './reading/list.js';
import type {Account} from './stream-course.js';
import type {WholeRead} from './stream-memory.js';
import type {StreamPlan} from './stream-plan.js';
import {judgeWholeRead} from './versions.js';

export type Conclusion = {
  /** Of all that was asked for: of the list, or of what is new in it, and of the list of its parents. */
  readonly verdict: Verdict;
  /** The version that targets may activate: all that the API has was written under it. */
  readonly activated: number | undefined;
  readonly bookmark: string | undefined;
  /** The whole read that counts from now on; undefined where the one of before still does. */
  readonly wholeRead: WholeRead | undefined;
  /** Null when there is none any more. */
  readonly doubt: WholeRead | null | undefined;
  /** The bookmark up to which nothing can have been missed, where it is another; null where it is not. */
  readonly sureUntil: string | null | undefined;
  /** From when on the parents have to be asked next, where rows are wanted below those that changed only. */
  readonly parentsSince: string | undefined;
  /** From when on a changed value of a custom field makes its row come again; undefined where that stays as it was. */
  readonly valuesSince: string | undefined;
  /** A sentence about a sudden loss. */
  readonly warning: string | undefined;
};

/** Draws the conclusion from a read that went to its end without an error. */
export function conclude(plan: StreamPlan, progress: Progress, account: Account): Conclusion {
  const {memory, zones} = plan;
  const {beganAt, leftOut, version} = account;
  const verdict = verdictOf(progress);
  const judgement = progress.isWhole
    ? judgeWholeRead({
        before: memory.wholeRead,
        doubt: memory.doubt,
        hadRows: plan.storedBookmark !== undefined,
        rows: progress.seen,
        at: beganAt,
        verdict,
      })
    : undefined;
  const activated = judgement?.believed === true && leftOut === 0 && !progress.isUnordered ? version : undefined;
  const next = nextBookmark(plan.bookmark, account, zones);
  return {
    verdict: worst([verdict, progress.values?.verdict ?? 'verified']),
    activated,
    // Some targets hide the records of a version until it is activated, so the next run writes without one what has
    // changed since the old bookmark. One that lies ahead is of no use.
    bookmark: version === activated ? next : lowerOf(plan.storedBookmark, next),
    wholeRead: judgement?.warning === undefined ? wholeReadOf(plan, progress, beganAt, verdict) : undefined,
    doubt: judgement ? (judgement.doubt ?? null) : memory.doubt,
    sureUntil: sureUntilOf(plan, progress),
    parentsSince: plan.stream.definition.perParent?.isBelowChanged ? beganAt : undefined,
    valuesSince: valuesSinceOf(plan, progress, beganAt),
    warning: judgement?.warning,
  };
}

const FROM_WORST: readonly Verdict[] = ['unverified', 'moving', 'verified'];

function verdictOf({verdict, parents}: Progress): Verdict {
  // Rows of parents that did not come are missing here as well.
  return worst([verdict, ...(parents ? [parents.verdict] : [])].map(one => one ?? 'unverified'));
}

function worst(verdicts: readonly Verdict[]): Verdict {
  return FROM_WORST.find(one => verdicts.includes(one)) ?? 'unverified';
}

/** A value of a field that was made after the fields were asked for had no column yet: it is to come again. */
function valuesSinceOf({stream}: StreamPlan, {values}: Progress, beganAt: string): Conclusion['valuesSince'] {
  const readAt = stream.definition.custom?.readAt;
  if (!values?.isSure || readAt === undefined) return undefined;
  return floorToSecond(readAt < beganAt ? readAt : beganAt);
}

/**
 * What counts as the last whole read. Its instant says when all records were last written: also an unverified read wrote
 * what it saw, and where the API tells no total there is no other, so that one which did not count would be repeated in
 * every run. Its rows are the yardstick for a sudden loss: a read that may have missed some cannot lower it.
 */
function wholeReadOf(
  {memory, isFromStart}: StreamPlan,
  {seen, isWhole}: Progress,
  beganAt: string,
  verdict: Verdict,
): WholeRead | undefined {
  const before = memory.wholeRead;
  // What start_date leaves out may not have come at all, and says nothing about the length of the list.
  const least = before?.rows ?? 0;
  const rows = !isWhole ? least : verdict === 'verified' ? seen : Math.max(least, seen);
  if (isFromStart) return {at: beganAt, rows};
  // All rows were seen, and the old ones were not written.
  return before && isWhole ? {at: before.at, rows} : undefined;
}

/** Rows that came with their parents may lack some: only the list itself tells, from where it was last read on. */
function sureUntilOf({memory, storedBookmark}: StreamPlan, {isWhole, isSideLoaded}: Progress): Conclusion['sureUntil'] {
  if (isWhole) return null;
  return isSideLoaded ? (memory.sureUntil ?? storedBookmark) : undefined;
}

/** The lower of two bookmarks; none where there was none before. */
function lowerOf(before: string | undefined, next: string | undefined): string | undefined {
  return before !== undefined && next !== undefined && next < before ? next : before;
}
