// Asks an account how much a sync would have to read: one row of each list that the plans name, and its count. Lists that
// serve several streams are asked once.

import type {Client} from './client.js';
import {ApiError} from './errors.js';
import {type Expected, estimate, type Reckoning, type Told} from './estimate.js';
import {type Foreseen, foresee, foreseeBelow, type Question} from './foreseen.js';
import {formOf, hasNext, totalOf} from './reading/envelopes.js';
import {identify} from './reading/reader.js';
import type {StreamToRead} from './reading/stream-to-read.js';
import {listKeyOf, livesBelowParents} from './stream-definition.js';
import {type StreamPlan, toRead} from './stream-plan.js';

/** What is expected of one stream of a sync. */
export type Forecast = {
  readonly plan: StreamPlan;
  /** Whether it goes on with an interrupted read. */
  readonly isResumed: boolean;
  /** Undefined where nothing can be said. */
  readonly expected: Expected | undefined;
  /** The stream whose requests bring its rows too. */
  readonly sharedWith: string | undefined;
  /** Why its list could not be asked, and whether a sync would skip it for that. */
  readonly problem: {readonly sentence: string; readonly isRefusal: boolean} | undefined;
};

export type ForecastOptions = {
  /** In the order in which the sync would read them. */
  readonly plans: readonly StreamPlan[];
  readonly client: Client;
  readonly reckoning: Reckoning;
  readonly signal: AbortSignal;
};

type Body = Readonly<Record<string, unknown>>;
type Answer = {readonly body: Body} | {readonly fault: ApiError};

/** What is expected of the streams of a sync, by one request a stream at most. Throws the signal's reason. */
export async function forecastStreams(options: ForecastOptions): Promise<readonly Forecast[]> {
  const {plans, client, reckoning, signal} = options;
  const answers = new Map<string, Promise<Answer>>();

  function answerTo(question: Question, endpoint: string, rank: number): Promise<Answer> {
    const identity = identityOf(question);
    const answer = answers.get(identity) ?? ask(question, endpoint, rank);
    answers.set(identity, answer);
    return answer;
  }

  async function ask({definition, query}: Question, endpoint: string, rank: number): Promise<Answer> {
    try {
      return await client.get(definition.path, query, {rank, endpoint, signal, believesRefusal: true});
    } catch (error) {
      if (error instanceof ApiError) return {fault: error};
      throw error;
    }
  }

  /** Where a list is not there, its rows may still be had below their parents, if others had to ask for those. */
  async function withoutList(
    stream: StreamToRead,
    parents: StreamToRead,
  ): Promise<readonly [Foreseen, Told | undefined]> {
    const below = foreseeBelow(stream, parents, reckoning);
    const answer = await answers.get(identityOf(below.question));
    return [below, answer && 'body' in answer ? toldBy(answer.body, below.question) : undefined];
  }

  async function forecast(plan: StreamPlan, rank: number, sharedWith: string | undefined): Promise<Forecast> {
    const stream = toRead(plan, () => undefined);
    const foreseen = foresee(stream, reckoning);
    const blank = {plan, isResumed: foreseen.isResumed, expected: undefined, sharedWith, problem: undefined};
    const answer = await answerTo(foreseen.question, plan.tapStreamId, rank);
    if ('fault' in answer) {
      const {status, detail} = answer.fault;
      const {parents} = stream;
      if (status === 404 && parents && !livesBelowParents(stream.definition)) {
        const [below, told] = await withoutList(stream, parents);
        return {...blank, expected: estimate(stream, below, told, reckoning)};
      }
      const sentence = status === undefined ? detail : `HTTP ${status}: ${detail}`;
      return {...blank, problem: {sentence, isRefusal: status === 403 || status === 404}};
    }
    const told = toldBy(answer.body, foreseen.question);
    if (!told) return {...blank, problem: {sentence: 'the answer is no such list', isRefusal: false}};
    return {...blank, expected: estimate(stream, foreseen, told, reckoning)};
  }

  const leaders = new Map<string, string>();
  return Promise.all(
    plans.map((plan, rank) => {
      const identity = identify(toRead(plan, () => undefined));
      const leader = leaders.get(identity);
      if (leader === undefined) leaders.set(identity, plan.tapStreamId);
      return forecast(plan, rank, leader);
    }),
  );
}

function identityOf({definition, query}: Question): string {
  return JSON.stringify([definition.path, query]);
}

/** What an answer has told; undefined where it is no answer of this list. */
function toldBy(body: Body, {definition, along}: Question): Told | undefined {
  const rows = formOf(definition).rowsOf(body, listKeyOf(definition));
  if (!rows) return undefined;
  const hasAlong = along !== undefined && body[along] !== undefined;
  return {rows: rowsTold(body, rows.length, definition), row: rows[0], hasAlong};
}

function rowsTold(body: Body, came: number, {envelope}: Question['definition']): number | undefined {
  const total = totalOf(body);
  if (total !== undefined && total >= came) return total;
  const isOne = envelope === 'object' || envelope === 'body';
  // One row was asked for: a single one may be the first of many, more are the list of a server that knows no limit.
  return came !== 1 || isOne || hasNext(body) === false ? came : undefined;
}
