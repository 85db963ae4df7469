import type { CancelReason, Clock, EventSink } from '@flotilla/core';

/** A run that was cancelled before its first object. `records`: its lock, its journal or its namespace may have been written. */
export interface Stopped {
  readonly kind: 'stopped';
  readonly reason: CancelReason;
  readonly wrote: 'nothing' | 'records';
}

/** What `work` comes to, or that it was cancelled first; nobody waits for the work then. */
export function unlessCancelled<Value>(
  cancelled: AbortSignal | undefined,
  work: Promise<Value>,
): Promise<Value | Stopped> {
  if (cancelled === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => {
      resolve({ kind: 'stopped', reason: cancelled.reason as CancelReason, wrote: 'nothing' });
    };
    if (cancelled.aborted) stop();
    cancelled.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      cancelled.removeEventListener('abort', stop);
    });
  });
}

/** How long a run that was stopped waits for what it only records. */
const recordPatienceMs = 5_000;

/**
 * What `work` comes to; undefined when that takes more than some seconds after the run was cancelled, or after now when
 * there is hurry already: whoever stops a run does not wait for what an API server in trouble may never answer.
 */
export async function unlessHurried<Value>(
  work: Promise<Value>,
  {
    clock,
    cancelled,
    hurry,
  }: { readonly clock: Clock; readonly cancelled: AbortSignal; readonly hurry: boolean },
): Promise<Value | undefined> {
  const done = new AbortController();
  const finished = work.finally(() => {
    done.abort();
  });
  const giveUp = async () => {
    if (!hurry) await clock.until(Infinity, AbortSignal.any([cancelled, done.signal]));
    await clock.until(clock.now() + recordPatienceMs, done.signal);
    return done.signal.aborted ? finished : undefined;
  };
  return await Promise.race([finished, giveUp()]);
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
