// Finds out what would shorten the next reading of a list while the list itself is still being read: asked one behind
// the other when all rows have come, these questions leave a slow line idle. What they show is believed only when it
// holds against the rows that changed last, which are known at the end.

import {createProgress, type ListSession, type ReadingContext} from './list.js';
import {createProver, type Prover, type ProverOptions} from './proofs.js';
import {findShortcut, type Shortcut} from './shortcuts.js';
import type {StreamToRead} from './stream-to-read.js';

export type EarlyProofs = {
  /** Called when all rows have come; gives what findShortcut would give then. Throws ApiError. */
  readonly settle: () => Promise<Shortcut | undefined>;
};

/** Begins to prove. What is found out is kept by `late`, the prover of the session, when it is settled; nothing before. */
export function beginProofs(
  context: ReadingContext,
  session: ListSession,
  stream: Pick<StreamToRead, 'definition' | 'sideLoading'>,
  late: Prover,
  options: ProverOptions,
): EarlyProofs {
  const {progress} = session;
  const before = progress.proofs;
  const own = {...createProgress(), proofs: before};
  let areAllSeen = false;
  const newest = () => (areAllSeen ? (options.newest?.() ?? []) : []);
  const prover = createProver(context, {...session, progress: own}, {...options, newest});
  const search = findShortcut(stream, options.replication, prover, own);
  // Looked at when it is settled; until then a fault must not count as unhandled.
  search.catch(() => undefined);
  let settled: Promise<Shortcut | undefined> | undefined;

  async function settle(): Promise<Shortcut | undefined> {
    areAllSeen = true;
    try {
      const found = await search;
      const isNew = (name: string) => own.proofs[name] !== before[name];
      for (const [name, {obeyed}] of Object.entries(own.proofs)) if (isNew(name) && !obeyed) late.keep(name, false);
      if (!found || !isNew(found.parameter)) return found;
      const isConfirmed = await late.prove(found.parameter, prover.confirm);
      return isConfirmed ? found : await findShortcut(stream, options.replication, late, progress);
    } finally {
      progress.proofRequests += own.proofRequests;
    }
  }

  return {
    settle: () => {
      settled ??= settle();
      // Whoever begins to settle need not be the one who waits for it.
      settled.catch(() => undefined);
      return settled;
    },
  };
}
