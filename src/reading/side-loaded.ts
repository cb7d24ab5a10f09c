// Reads what is new in a list through another one: the parents that changed bring its rows along. Right only as far as
// a change of a row moves its parent, which was proven before (witnesses.ts).

import {ApiError} from '../errors.js';
import {listKeyOf} from '../stream-definition.js';
import {readChangedRows} from './changed-rows.js';
import type {Checkpoint} from './checkpoint.js';
import type {KeySet} from './key-set.js';
import {createProgress, type List, openList, type Page, type Progress, type ReadingContext} from './list.js';
import type {SideLoading} from './stream-to-read.js';
import {parentsSince} from './witnesses.js';

export type SideLoadedRows = {
  readonly sideLoading: SideLoading;
  /** The parents' list, whose answers bring the rows along. */
  readonly list: List;
  /** The data key of the rows. */
  readonly dataKey: string;
  /** Rows older than this are not wanted. */
  readonly since: string;
  /** The progress of the rows' own list, which takes over the verdict of the parents'. */
  readonly progress: Progress;
  /** Where an interrupted reading of the parents stood, and which of them it had seen. */
  readonly resume: {readonly checkpoint: Checkpoint; readonly seen: KeySet} | undefined;
  readonly signal: AbortSignal;
};

/**
 * The pages that hold what is new, and some older rows. Returns refuted when the server does not bring the rows along,
 * or does not obey the filter; what came until then is no loss. Throws ApiError when it does not answer at all.
 */
export async function* readSideLoaded(
  context: ReadingContext,
  {sideLoading, list, dataKey, since, progress, resume, signal}: SideLoadedRows,
): AsyncGenerator<Page, 'done' | 'refuted'> {
  const {parent, parentReplication, source} = sideLoading;
  const filter = parent.changedSince;
  if (!filter) return 'refuted';
  const parents = createProgress();
  const session = openList(context, list, parents, signal, resume?.seen);
  const parentsKey = listKeyOf(parent);
  // Before the first page is written, since a STATE behind it says when the reading began.
  const noteBegin = () => {
    if (parents.begunAt !== undefined)
      progress.begunAt = Math.min(progress.begunAt ?? parents.begunAt, parents.begunAt);
  };
  const hand = (page: Page): Page | undefined => {
    noteBegin();
    const rows = page.rows[dataKey];
    // Parents without any rows bring an empty list along. Without parents there is nothing to bring.
    if (!rows && (page.rows[parentsKey] ?? []).length > 0) return undefined;
    return {...page, rows: {[dataKey]: rows ?? []}};
  };
  try {
    const end = yield* readChangedRows(context, session, {
      definition: parent,
      query: {...parent.parameters, ...parent.order, include: source.include},
      filter: filter.parameter,
      replication: parentReplication,
      since: parentsSince(since, sideLoading),
      checkpoint: resume?.checkpoint,
      hand,
    });
    if (end === 'refuted') return 'refuted';
  } catch (error) {
    // The list itself may be readable all the same: answers of parents are larger, and need a right of their own.
    if (error instanceof ApiError && error.status !== undefined && error.status < 500) return 'refuted';
    throw error;
  } finally {
    progress.requests += parents.requests;
  }
  noteBegin();
  progress.parents = parents;
  progress.verdict = parents.verdict;
  return 'done';
}
