// What is known of the server's obedience: proofs of this run and of earlier ones, by what was tried. Knows their age and
// not how they are made.

import {fromMillis} from '../dates.js';
import {ApiError, isRefusal} from '../errors.js';
import type {Progress, Proof} from './list.js';

const DAY_MS = 86_400_000;

/** How long a proof holds: servers change, and a refuted order may have come to be obeyed. */
const PROOF_DAYS = 7;

export type Proofs = {
  /** What is known without asking; undefined when nothing is, or not any more. */
  readonly known: (parameter: string) => boolean | undefined;
  /** Whether what `find` finds out is so. Where it returns undefined, nothing is concluded. */
  readonly prove: (name: string, find: (name: string) => Promise<boolean | undefined>) => Promise<boolean>;
  /** Notes what was found out. */
  readonly keep: (parameter: string, obeyed: boolean) => void;
  /** A page has shown the opposite. */
  readonly refute: (parameter: string) => void;
};

/** The proofs kept in `progress`. `wall` gives this machine's time: milliseconds since 1970 (UTC). */
export function createProofs(progress: Pick<Progress, 'proofs'>, wall: () => number): Proofs {
  function known(parameter: string): boolean | undefined {
    const proof = progress.proofs[parameter];
    if (!proof) return undefined;
    const age = wall() - Date.parse(proof.at);
    return age >= 0 && age < PROOF_DAYS * DAY_MS ? proof.obeyed : undefined;
  }

  function keep(parameter: string, obeyed: boolean): boolean {
    const proof: Proof = {obeyed, at: fromMillis(wall())};
    progress.proofs = {...progress.proofs, [parameter]: proof};
    return obeyed;
  }

  return {
    known,
    prove: async (parameter, find) => {
      const before = known(parameter);
      if (before !== undefined) return before;
      try {
        const obeyed = await find(parameter);
        return obeyed !== undefined && keep(parameter, obeyed);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // A server that refuses the parameter does not obey it; one that is in trouble may do so another day.
        return isRefusal(error) && keep(parameter, false);
      }
    },
    keep: (parameter, obeyed) => void keep(parameter, obeyed),
    refute: parameter => void keep(parameter, false),
  };
}
