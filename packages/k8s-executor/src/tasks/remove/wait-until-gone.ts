import type { Cluster } from '../../cluster/cluster.js';
import type { SharedWatch } from '../../cluster/cluster.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { aborted, createBell, ringOnAbort } from '../wait/bell.js';

export interface GoneOptions {
  readonly cluster: Cluster;
  readonly signal: AbortSignal;
  /** Told what is left, as it is now. */
  readonly onProgress?: (left: readonly KubeObject[]) => void;
}

/**
 * Waits until none of the objects exists any more (an object of the same name with another uid is not it). True
 * when that is so, false when `signal` aborted before.
 */
export async function waitUntilGone(
  objects: readonly KubeObject[],
  { cluster, signal, onProgress }: GoneOptions,
): Promise<boolean> {
  const bell = createBell();
  const stops = [ringOnAbort(signal, bell)];
  const watches = new Map<KubeObject, SharedWatch>();
  for (const object of objects) {
    const resource = await cluster.resource(object.apiVersion, object.kind);
    if (!resource.ok || resource.value === undefined) continue;
    const watch = cluster.watch(resource.value, object.metadata.namespace);
    watches.set(object, watch);
  }
  for (const watch of new Set(watches.values())) {
    stops.push(
      watch.subscribe(() => {
        bell.ring();
      }),
    );
  }
  try {
    await Promise.race([Promise.all([...watches.values()].map((watch) => watch.synced)), aborted(signal)]);
    for (;;) {
      bell.reset();
      if (signal.aborted) return false;
      const left = objects.flatMap((object) => liveState(object, watches.get(object)) ?? []);
      if (left.length === 0) return true;
      onProgress?.(left);
      await bell.rung();
    }
  } finally {
    for (const stop of stops) stop();
  }
}

function liveState(object: KubeObject, watch: SharedWatch | undefined): KubeObject | undefined {
  const live = watch?.get(object.metadata.name);
  if (live === undefined) return undefined;
  const same = object.metadata.uid === undefined || live.metadata.uid === object.metadata.uid;
  // Watches may leave out what all their objects have in common.
  return same ? { ...live, apiVersion: object.apiVersion, kind: object.kind } : undefined;
}
