import type { CancelReason, Clock, EventSink } from '@flotilla/core';

/** What `work` comes to, or that it was cancelled first; nobody waits for the work then. */
export function unlessCancelled<Value>(
  cancelled: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value | { readonly kind: 'stopped'; readonly reason: CancelReason }> {
  if (cancelled === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => {
      resolve({ kind: 'stopped', reason: cancelled.reason as CancelReason });
    };
    if (cancelled.aborted) stop();
    cancelled.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      cancelled.removeEventListener('abort', stop);
    });
  });
}

/** What `work` comes to, or undefined when that takes longer. */
export async function withinMs<Value>(
  clock: Clock,
  limitMs: number,
  work: Promise<Value>,
): Promise<Value | undefined> {
  const done = new AbortController();
  const finished = work.finally(() => {
    done.abort();
  });
  return await Promise.race([
    finished,
    clock.until(clock.now() + limitMs, done.signal).then(() => (done.signal.aborted ? finished : undefined)),
  ]);
}

/** One sink for both. */
export function bothSinks(first: EventSink, second: EventSink): EventSink {
  return (event) => {
    first(event);
    second(event);
  };
}

/** Aborts as soon as one of them does, with its reason. */
export function eitherSignal(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other]);
}
