import type { Refusal } from '@flotilla/core';
import type { ApiFailure } from '../../cluster/api-failure.js';
import type { AcquireLockOptions } from './acquire-lock.js';
import { asking, leaseReference, microTime, readLease } from './lease-record.js';
import type { LeaseRecord, LockHolder } from './lease-record.js';
import { formatHolder, refuseUnlockable } from './lock-refusals.js';
import { PulseObserver } from './pulse-observer.js';
import { createPulseWatch } from './pulse-watch.js';

/** Whose lock it is and who asks, as somebody who acquires it says it. */
export type UnlockOptions = Omit<AcquireLockOptions, 'durationMs' | 'timeoutMs' | 'takeOver'>;

/**
 * `free`: nobody held it. `released`: its holder has stopped and let it go. `expired`: its holder was dead. `kept`: its
 * holder is alive and does not listen. `stopped`: the signal came first.
 */
export type UnlockResult =
  | { readonly kind: 'free' | 'stopped' }
  | { readonly kind: 'released' | 'expired' | 'kept'; readonly holder: LockHolder }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A holder looks at its lease every few seconds and then needs a few more to stop; one that has not by then never will. */
const patienceMs = 60_000;

/**
 * Makes the holder of a lock let it go. The lock is never just taken away, so that two runs never write at once: a
 * holder that is alive is asked to stop, a dead one is waited for until it counts as dead.
 */
export async function requestUnlock(options: UnlockOptions): Promise<UnlockResult> {
  const { cluster, clock, signal } = options;
  const lease = leaseReference(options);
  const pulse = createPulseWatch(cluster, lease);
  const observer = new PulseObserver(clock);
  const giveUpAt = clock.now() + patienceMs;
  let first: LockHolder | undefined;
  let refusedAt: string | undefined;
  try {
    while (signal?.aborted !== true) {
      pulse.reset();
      const found = await cluster.get(lease, signal);
      if (!found.ok) return refuse(options, found.failure);
      const record = found.value === undefined ? undefined : readLease(found.value);
      const holder = record?.holder;
      if (record === undefined || holder === undefined)
        return first === undefined ? { kind: 'free' } : { kind: 'released', holder: first };
      if (first !== undefined && holder.run !== first.run) return { kind: 'released', holder: first };
      first = holder;
      const restMs = observer.observe(record);
      if (restMs <= 0) {
        const failure = await remove(options, record);
        if (failure === undefined) return { kind: 'expired', holder };
        if (!isOutdated(failure)) return refuse(options, failure);
        continue;
      }
      if (clock.now() >= giveUpAt) return { kind: 'kept', holder };
      if (record.request === undefined) {
        const failure = await ask(options, record);
        // A lease that is another one by now answers 422 too, but not twice.
        const isRefused =
          failure !== undefined && (!isOutdated(failure) || refusedAt === record.resourceVersion);
        if (isRefused) return refuse(options, failure);
        if (failure !== undefined) refusedAt = record.resourceVersion;
        continue;
      }
      await pulse.until(clock, Math.min(clock.now() + restMs, giveUpAt), signal);
    }
    return { kind: 'stopped' };
  } finally {
    pulse.close();
  }
}

async function ask(options: UnlockOptions, record: LeaseRecord): Promise<ApiFailure | undefined> {
  const { cluster, run, origin, wallClock, onNote } = options;
  const { uid, resourceVersion, holder } = record;
  const { metadata } = asking({ how: 'unlock', by: { ...origin, run, since: microTime(wallClock()) } });
  const asked = await cluster.patch(leaseReference(options), {
    metadata: { ...metadata, uid, resourceVersion },
  });
  if (!asked.ok) return asked.failure;
  if (holder !== undefined) onNote?.(`Asked ${formatHolder(holder)} to stop and let the lock go.`);
  return undefined;
}

async function remove(
  options: UnlockOptions,
  { uid, resourceVersion }: LeaseRecord,
): Promise<ApiFailure | undefined> {
  const removed = await options.cluster.delete(leaseReference(options), { uid, resourceVersion });
  return removed.ok ? undefined : removed.failure;
}

/** It has changed since it was read: looking again tells. */
function isOutdated(failure: ApiFailure): boolean {
  return failure.kind === 'status' && [404, 409, 422].includes(failure.code);
}

function refuse(options: UnlockOptions, failure: ApiFailure): UnlockResult {
  if (failure.kind === 'aborted') return { kind: 'stopped' };
  return { kind: 'refused', refusal: refuseUnlockable(options, failure) };
}
