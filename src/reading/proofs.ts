// Finds out whether the server obeys a parameter. It ignores what it does not know, without a word, so that only the
// answer tells: a filter by a future instant has to leave nothing, and an order asked both ways has to differ.

import {shiftSeconds} from '../dates.js';
import type {WireRow} from '../wire.js';
import {createProofs, type Proofs} from './known-proofs.js';
import type {Accept, ListSession, ReadingContext} from './list.js';
import {descend} from './sequence.js';
import type {Replication} from './stream-to-read.js';

const DAY_MS = 86_400_000;

/** No row is newer, whatever the clocks and zones. */
const FUTURE_MS = 366 * DAY_MS;

/** Rows asked for at either end of an order. */
const ROWS_AT_AN_END = 5;
/** More than the witnesses are, fewer than a page: some of these rows came since. */
const ROWS_AROUND_WITNESSES = 50;

/** No row is older. */
const BEGINNING = '1970-01-01T00:00:00Z';

/** No list has a field of this name, so that an order by it shows what the server does with any. */
const NO_FIELD = 'orders[no_such_field]';

export type Prover = Proofs & {
  /** Whether the list can be filtered by an instant with this parameter. */
  readonly filter: (parameter: string) => Promise<boolean>;
  /** Whether the list can be had by the replication key, the newest first, with this parameter. */
  readonly order: (parameter: string) => Promise<boolean>;
  /**
   * Whether what was proven before all rows had come holds for those of them that changed last. Throws ApiError.
   */
  readonly confirm: (parameter: string) => Promise<boolean | undefined>;
  /** Some row that was seen while proving. */
  readonly sample: () => WireRow | undefined;
};

export type ProverOptions = {
  /** The list's fixed parameters. */
  readonly query: Readonly<Record<string, string>>;
  readonly replication: Replication;
  /** The rows that changed last, the newest first, where the whole list was just read. */
  readonly newest?: () => readonly Newest[];
  /** Whether the query narrows the list: a filter that makes the server forget it brings too much. */
  readonly isNarrowed?: boolean;
};

/** A row by its key and its replication key. */
export type Newest = {readonly key: string; readonly changedAt: string};

/** Proves by the rows of one list. Proofs are kept in the session's progress. */
export function createProver(
  context: ReadingContext,
  session: ListSession,
  {query, replication, newest = () => [], isNarrowed = false}: ProverOptions,
): Prover {
  const {progress} = session;
  const {wall} = context;
  const {known, prove, keep, refute} = createProofs(progress, wall);
  let sample: WireRow | undefined;
  /** With which values the list began that was ordered by a parameter. */
  const fronts = new Map<string, readonly string[]>();
  /** Filters that were seen to keep the rows that changed last. */
  const keeping = new Set<string>();

  async function ask(parameters: Readonly<Record<string, string>>): Promise<Accept> {
    progress.proofRequests += 1;
    // Before all pages, the one that may be kept until the proof is made included: they wait for it.
    const answer = await session.request({...query, ...parameters}, {isPart: true, order: -1});
    // Only looked at: its rows come again with the pages.
    answer.discard();
    sample = answer.rows[0] ?? sample;
    return answer;
  }

  const valuesOf = (rows: readonly WireRow[]) => rows.map(replication.valueOf);

  async function askBothWays(parameter: string, rows: number): Promise<readonly [Accept, Accept]> {
    const limit = String(Math.min(rows, context.pageSize));
    const front = ask({[parameter]: 'DESC', limit});
    const end = ask({[parameter]: 'ASC', limit});
    end.catch(() => undefined);
    return [await front, await end];
  }

  async function proveOrder(parameter: string): Promise<boolean | undefined> {
    const [front, end] = await askBothWays(parameter, ROWS_AT_AN_END);
    const [down, up] = [valuesOf(front.rows), valuesOf(end.rows).reverse()];
    const [highest, lowest] = [down.find(isValue), up.findLast(isValue)];
    if (!descend(down) || !descend(up) || highest === undefined) return false;
    // Where all rows carry the same key, their order shows nothing yet.
    if (highest === lowest) return undefined;
    if (lowest !== undefined && highest < lowest) return false;
    if (front.keys[0] === end.keys[0]) return false;
    // Sorted by another column, the list does not begin with the rows that were seen to have changed last.
    const values = down.filter(isValue);
    if (!beginsWithLatest(values)) return false;
    fronts.set(parameter, values);
    if (!isSortedById(front.keys) || !isSortedById(end.keys.toReversed())) return true;
    // The rows stand as they would by their ids: perhaps any order, by whatever name, only turns the list round.
    const [controlDown, controlUp] = await askBothWays(NO_FIELD, 1);
    return controlDown.keys[0] !== front.keys[0] || controlUp.keys[0] !== end.keys[0];
  }

  function beginsWithLatest(values: readonly string[]): boolean {
    return latest().every(({changedAt}, index) => (values[index] ?? changedAt) >= changedAt);
  }

  async function confirm(parameter: string): Promise<boolean | undefined> {
    const front = fronts.get(parameter);
    if (!front) return keeping.has(parameter) || (await keepsNewest(parameter));
    // What changed since the front was seen is no contradiction, and shows only when it is looked at again.
    return beginsWithLatest(front) || (await proveOrder(parameter));
  }

  async function proveFilter(parameter: string): Promise<boolean> {
    const future = `${new Date(wall() + FUTURE_MS).toISOString().slice(0, 19)}Z`;
    const answer = await ask({[parameter]: future, limit: String(context.pageSize)});
    if (answer.count === 0 && (answer.isBare || (answer.total ?? 0) > 0)) return false;
    if (valuesOf(answer.rows).some(isValue)) return false;
    if (answer.count > 0) {
      if (answer.total === undefined) return false;
      // Rows without a key come with any filter. Where they stand in front, the last row tells.
      const last = await ask({[parameter]: future, limit: '1', offset: String(answer.total - 1)});
      if (valuesOf(last.rows).some(isValue)) return false;
    }
    return (await hidesNone(parameter)) && (await keepsNewest(parameter));
  }

  /** Whether the rows that changed last pass the filter: it may compare another column, or know whole days only. */
  async function keepsNewest(parameter: string): Promise<boolean> {
    const witnesses = latest();
    const oldest = witnesses.at(-1);
    if (!oldest) return true;
    const bound = `${shiftSeconds(oldest.changedAt, -1).slice(0, 19)}Z`;
    const limit = Math.min(ROWS_AROUND_WITNESSES, context.pageSize);
    const answer = await ask({[parameter]: bound, limit: String(limit)});
    // What does not fit on a page may be behind it.
    const isWhole = answer.total === undefined ? answer.count < limit : answer.count >= answer.total;
    if (isWhole && !witnesses.every(({key}) => answer.keys.includes(key))) return false;
    keeping.add(parameter);
    return true;
  }

  /**
   * Whether the filter passes the rows without a key, which are wanted every time: it has to let all rows through, and
   * none that the query keeps back.
   */
  async function hidesNone(parameter: string): Promise<boolean> {
    const all = await ask({limit: '1'});
    const filtered = await ask({[parameter]: BEGINNING, limit: '1'});
    if (all.total === undefined || filtered.total === undefined) return true;
    const hasMore = filtered.total > all.total;
    if (filtered.total === all.total || (hasMore && !isNarrowed)) return true;
    // Rows may have come or gone between the two.
    const after = await ask({limit: '1'});
    if (after.total === undefined) return true;
    return hasMore ? filtered.total <= after.total : filtered.total >= after.total;
  }

  function latest(): readonly Newest[] {
    return newest().slice(0, ROWS_AT_AN_END);
  }

  return {
    filter: parameter => prove(parameter, proveFilter),
    order: parameter => prove(parameter, proveOrder),
    confirm,
    prove,
    known,
    keep,
    refute,
    sample: () => sample,
  };
}

function isValue(value: string | null): value is string {
  return value !== null;
}

/** Whether ids descend, as far as they can be compared. */
function isSortedById(keys: readonly (string | undefined)[]): boolean {
  const numbers = keys.map(Number);
  return numbers.every((number, index) => index === 0 || number < (numbers[index - 1] ?? 0));
}
