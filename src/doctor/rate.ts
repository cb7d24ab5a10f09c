// What is to be said of the rate of requests, and whether the settings keep to it. Pure.

import {plural} from '../figures.js';
import type {RateFacts} from '../header-facts.js';
import {type Finding, ok, warn} from './finding.js';

/** Requests a second that the provider allows an account, all programs together (its page on rate limits). */
const DOCUMENTED = 5;

/** Findings on the rate. `requestsPerSecond` is the setting; 0 means no limit, which only a local server may have. */
export function judgeRate({limit, remaining, refused}: RateFacts, requestsPerSecond: number): readonly Finding[] {
  const lower = 'lower requests_per_second, so that what else uses the account has its share';
  const findings: Finding[] = [];
  if (refused > 0)
    findings.push(warn('rate', `the API refused ${plural(refused, 'request')} for the rate (HTTP 429)`, lower));
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
