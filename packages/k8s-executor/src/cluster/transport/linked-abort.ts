import { setMaxListeners } from 'node:events';

/** An abort that follows others. `release` must be called, so that a long-lived signal does not gather listeners. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  readonly release: () => void;
}

/** Aborts as soon as one of `parents` does (or has), or on `abort()`. */
export function linkAbort(parents: readonly (AbortSignal | undefined)[]): LinkedAbort {
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  for (const parent of parents) {
    if (parent?.aborted === true) abort();
    if (parent === undefined) continue;
    // Hundreds of requests under one signal are no leak.
    setMaxListeners(0, parent);
    parent.addEventListener('abort', abort);
  }
  const release = () => {
    for (const parent of parents) parent?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, abort, release };
}
