// What the answers say of the rate of requests, and whether the settings keep to it. Pure.

import type {Attempt} from '../client.js';
import {type Finding, ok, warn} from './finding.js';

/** Requests a second that the provider allows an account, all programs together (its page on rate limits). */
const DOCUMENTED = 5;

export type RateFacts = {
  /** The documented headers, where an answer had them. */
  readonly limit: number | undefined;
  /** The least that was left. */
  readonly remaining: number | undefined;
  /** Answers that refused for the rate. */
  readonly refused: number;
};

/** What a number of attempts tell of the rate. */
export function rateFactsOf(attempts: readonly Pick<Attempt, 'headers' | 'status'>[]): RateFacts {
  const numbersOf = (name: string) =>
    attempts.flatMap(({headers}) => {
      const value = headers[name];
      return typeof value === 'string' && /^\d+$/.test(value.trim()) ? [Number(value)] : [];
    });
  const remaining = numbersOf('ratelimit-remaining');
  return {
    limit: numbersOf('ratelimit-limit').at(-1),
    remaining: remaining.length === 0 ? undefined : Math.min(...remaining),
    refused: attempts.filter(({status}) => status === 429).length,
  };
}

/** Findings on the rate. `requestsPerSecond` is the setting; 0 means no limit, which only a local server may have. */
export function judgeRate({limit, remaining, refused}: RateFacts, requestsPerSecond: number): readonly Finding[] {
  const lower = 'lower requests_per_second, so that what else uses the account has its share';
  const findings: Finding[] = [];
  if (refused > 0) findings.push(warn('rate', `the API refused ${refused} requests for the rate (HTTP 429)`, lower));
  const allowed = limit ?? DOCUMENTED;
  if (requestsPerSecond > allowed) {
    const who = limit === undefined ? 'the API is documented to allow' : 'the API allows';
    findings.push(
      warn(
        'rate',
        `requests_per_second is ${requestsPerSecond}, and ${who} ${allowed}`,
        `set it to ${allowed} or less`,
      ),
    );
  }
  if (findings.length > 0) return findings;
  const told =
    limit === undefined
      ? 'the answers tell no limit, as is usual'
      : `the API allows ${limit} a second${remaining === undefined ? '' : `, of which ${remaining} were left at the least`}`;
  const kept = requestsPerSecond === 0 ? 'no limit is set' : `the tap keeps to ${requestsPerSecond} requests a second`;
  return [ok('rate', `${told}; ${kept}`)];
}
