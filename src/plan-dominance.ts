// What takes most of a sync, in one sentence with the way out. Pure.

import {count, plural} from './figures.js';
import {globMatcher, splitTerms} from './globs.js';
import type {PlanEntry} from './plan-entry.js';
import {quote} from './shell.js';

/** The streams that take most. */
export type Dominance = {
  readonly streams: readonly string[];
  /** Of all requests, 0 to 1. */
  readonly share: number;
  readonly sentence: string;
};

/** So many are named at most, and so much they should take together. */
const MOST_NAMED = 3;
const MOST_OF_IT = 0.5;

/** What is told of together: a stream, or all that take a request for each row of the same parents. */
type Part = {readonly names: readonly string[]; readonly share: number; readonly reason: string};

export type Whole = {
  /** All requests of the sync. */
  readonly requests: number;
  /** The value of --select, which the advice goes on with. */
  readonly select: string | undefined;
};

/** The streams of a plan that take most of its requests; null where nothing is to be read. */
export function dominanceOf(streams: readonly PlanEntry[], {requests, select}: Whole): Dominance | null {
  const parts = partsOf(streams, requests);
  const named: Part[] = [];
  let share = 0;
  for (const part of parts.slice(0, MOST_NAMED)) {
    if (share >= MOST_OF_IT) break;
    named.push(part);
    share += part.share;
  }
  const [first] = named;
  if (!first) return null;
  const names = named.flatMap(part => part.names);
  const dominance = {streams: names, share: Math.round(share * 1_000) / 1_000};
  const inDetail = listed(named.map(part => `${listed(part.names)} (${percent(part.share)}: ${part.reason})`));
  if (share < MOST_OF_IT) return {...dominance, sentence: `nothing dominates; most is taken by ${inDetail}`};
  const isOne = names.length === 1;
  const what =
    named.length === 1
      ? `${listed(first.names)} ${isOne ? 'takes' : 'take'} ${percent(share)} of it: ${first.reason}`
      : `${inDetail} take ${percent(share)} of it`;
  if (streams.length === names.length) return {...dominance, sentence: what};
  return {...dominance, sentence: `${what}; leave ${isOne ? 'it' : 'them'} out with ${without(names, select)}`};
}

/** What takes requests, the most first. */
function partsOf(streams: readonly PlanEntry[], requests: number): readonly Part[] {
  const groups = new Map<string, PlanEntry[]>();
  for (const entry of streams) {
    if ((entry.requests ?? 0) === 0) continue;
    const isBelow = entry.ways.includes('children') && entry.parents !== null;
    const key = isBelow ? `below ${entry.parents?.stream}` : entry.stream;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const parts = [...groups.values()].map(group => ({
    names: group.map(({stream}) => stream),
    share: group.reduce((sum, entry) => sum + (entry.requests ?? 0), 0) / requests,
    reason: reasonOf(group),
  }));
  return parts.sort((one, other) => other.share - one.share);
}

function reasonOf(group: readonly PlanEntry[]): string {
  const [entry] = group;
  if (!entry) return '';
  const {ways, parents, requests, records, records_are, note} = entry;
  if (ways.includes('children') && parents) {
    const some = parents.count === null ? parents.stream : `${count(parents.count)} ${parents.stream}`;
    return `a request for each of ${some}${group.length > 1 ? ', for each stream' : ''}`;
  }
  if (note?.startsWith('its order')) return note;
  if (records === null || records_are === 'at least') return plural(requests ?? 0, 'request');
  return records_are === 'at most' ? `${plural(records, 'row')} to look through` : plural(records, 'record');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The option of the command line that leaves streams out of those that were asked for, quoted for a shell. */
function without(names: readonly string[], select: string | undefined): string {
  const terms = select === undefined ? [] : splitTerms(select, '--select');
  const others = terms.filter(({text}) => !names.includes(text));
  // Where no term adds any more, all streams are meant that are selected by default.
  const kept = others.some(({isNegative}) => !isNegative) ? others : terms;
  const matchers = kept.filter(({isNegative}) => !isNegative).map(({glob}) => globMatcher(glob.split('.')[0] ?? ''));
  const isMeant = (name: string) => matchers.length === 0 || matchers.some(matches => matches(name));
  const texts = [...kept.map(({text}) => text), ...names.filter(isMeant).map(name => `!${name}`)];
  return `--select ${quote(texts.join(','))}`;
}
