// Who the token is, and what it may read.

import type {Client} from '../client.js';
import {ApiError} from '../errors.js';
import {isObject} from '../json.js';
import {hasState, type State} from '../state.js';
import {type Finding, fail, listOf, ok, warn} from './finding.js';

/** The user whom a token belongs to. */
export type TokenUser = {readonly id: string | undefined; readonly name: string | undefined};

/** What the answer of `users/me` says. */
export function userIn(body: Readonly<Record<string, unknown>>): TokenUser {
  const user = isObject(body['user']) ? body['user'] : {};
  return {id: idOf(user['id']), name: textOf(user['username'])};
}

/**
 * The names of the groups of a user, whose rights the token has; undefined where they are not shown. Throws what is no
 * refusal of the API.
 */
export async function askGroups(
  client: Client,
  userId: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const ask = (path: string, query: Readonly<Record<string, string>>) =>
    client.get(path, query, {rank: -1, endpoint: path.startsWith('users') ? 'users' : 'groups', signal});
  try {
    const {body} = await ask(`users/${encodeURIComponent(userId)}/userGroup`, {});
    const ids = groupIdsIn(body);
    if (ids.length === 0) return undefined;
    const groups = (await ask('groups', {limit: '100'})).body['groups'];
    const rows = Array.isArray(groups) ? groups.filter(isObject) : [];
    return ids.map(id => textOf(rows.find(row => idOf(row['id']) === id)?.['title']) ?? `number ${id}`);
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** Nobody published this answer: one relation, or a list of them. */
export function groupIdsIn(body: Readonly<Record<string, unknown>>): readonly string[] {
  const relations = [body['userGroup'], body['userGroups']].flat().filter(isObject);
  return relations.flatMap(relation => idOf(relation['group']) ?? idOf(relation['groupid']) ?? []);
}

/** The finding on who the token is. */
export function judgeUser({name}: TokenUser, groups: readonly string[] | undefined): Finding {
  const user = name === undefined ? 'a user without a name' : `the user ${JSON.stringify(name)}`;
  const names = groups?.map(group => JSON.stringify(group)).join(', ');
  const of = names === undefined ? ', whose groups are not shown' : `, of the group ${names}`;
  return ok('token', `it is good, and belongs to ${user}${of}: it sees what that user may see`);
}

export type Access = {
  /** The streams that are selected. */
  readonly selected: readonly string[];
  /** Those of them that cannot be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Those of which it could not be found out, with the reason. */
  readonly unclear: ReadonlyMap<string, string>;
  /** Undefined where it is wrong. */
  readonly state: State | undefined;
};

/** The findings on what may be read: what was read before and cannot be now fails a run, the others are skipped. */
export function judgeAccess({selected, unreadable, unclear, state}: Access): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [reason, ids] of byReason(unreadable)) {
    const before = ids.filter(id => state && hasState(state, id));
    const others = ids.filter(id => !before.includes(id));
    const wayOut = wayOutOf(reason);
    if (before.length > 0) {
      const finding = `${listOf(before)} could be read before, and cannot be now (${reason})`;
      findings.push(fail('permissions', 'account', finding, `${wayOut}, or run without ${them(before)}`));
    }
    if (others.length > 0) {
      const finding = `${listOf(others)} cannot be read and will be skipped (${reason})`;
      findings.push(warn('permissions', finding, `${wayOut}, or deselect ${them(others)}`));
    }
  }
  for (const [reason, ids] of byReason(unclear)) {
    findings.push(
      warn('permissions', `whether ${listOf(ids)} can be read is not clear (${reason})`, 'try again later'),
    );
  }
  const readable = selected.filter(id => !unreadable.has(id) && !unclear.has(id)).length;
  if (readable === 0 && findings.length > 0) return findings;
  return [ok('permissions', `${readable} of ${selected.length} selected streams can be read`), ...findings];
}

/** 403 is the answer to a missing right, 404 to what the plan of the account does not have; what is gone is not asked for. */
function wayOutOf(reason: string): string {
  if (!reason.startsWith('HTTP ')) return 'discover again';
  return reason.startsWith('HTTP 404')
    ? 'look whether the plan of the account has it'
    : "have an administrator allow it to the user's group under Settings > Users & Groups";
}

function byReason(reasons: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const byReason = new Map<string, readonly string[]>();
  for (const [id, reason] of reasons) byReason.set(reason, [...(byReason.get(reason) ?? []), id]);
  return byReason;
}

function them({length}: readonly string[]): string {
  return length === 1 ? 'it' : 'them';
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
