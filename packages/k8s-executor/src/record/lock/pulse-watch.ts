import type { Clock, ObjectReference } from '@flotilla/core';
import type { Cluster } from '../../cluster/cluster.js';

/** Wakes one who waits for something to happen to a lease. A change since `reset` is not lost. */
export interface PulseWatch {
  /** To be called before looking at the lease. */
  reset(): void;
  /** Resolves at the first change since `reset`, at `atMs` on the clock, or when `signal` aborts. */
  until(clock: Clock, atMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Nothing is watched before somebody waits: most locks are free. */
export function createPulseWatch(
  cluster: Cluster,
  lease: ObjectReference & { readonly namespace: string },
): PulseWatch {
  let changed = new AbortController();
  let unsubscribe: (() => void) | undefined;
  const watch = async () => {
    const resource = await cluster.resource(lease.apiVersion, lease.kind);
    // Without a watch the lease is looked at when its time has passed.
    if (!resource.ok || resource.value === undefined) return;
    unsubscribe ??= cluster.watch(resource.value, lease.namespace).subscribe((event) => {
      if (event.type !== 'synced' && event.object.metadata.name === lease.name) changed.abort();
    });
  };
  return {
    reset() {
      changed = new AbortController();
    },
    async until(clock, atMs, signal) {
      if (unsubscribe === undefined) await watch();
      const woken = [changed.signal, ...(signal === undefined ? [] : [signal])];
      await clock.until(atMs, AbortSignal.any(woken));
    },
    close() {
      unsubscribe?.();
    },
  };
}
