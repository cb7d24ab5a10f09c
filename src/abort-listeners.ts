// Many who wait for one signal. A run has one, which ends whatever is under way, and every request and every pause waits
// for it. A listener for each would be hundreds, of which Node warns, and got spends a third of a request on its own.

type Waiting = {readonly all: Set<() => void>; readonly listener: () => void};

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `act` when the signal aborts, unless the function that it returns was called before. Does nothing for a signal
 * that has aborted already.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listen(signal);
  waiting.all.add(act);
  return () => {
    waiting.all.delete(act);
    if (waiting.all.size > 0 || waitingFor.get(signal) !== waiting) return;
    signal.removeEventListener('abort', waiting.listener);
    waitingFor.delete(signal);
  };
}

function listen(signal: AbortSignal): Waiting {
  const all = new Set<() => void>();
  const listener = () => {
    for (const act of all) act();
  };
  const waiting = {all, listener};
  signal.addEventListener('abort', listener, {once: true});
  waitingFor.set(signal, waiting);
  return waiting;
}
