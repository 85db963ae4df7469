import { numberOf } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { controlled, createPod, deletePod, isActive, isReady } from './owned-pods.js';
import type { World } from './world.js';

/** Keeps as many pods as a ReplicaSet asks for. */
export function reconcileReplicaSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const wanted = numberOf(part(set, 'spec'), 'replicas', 1);
  const active = controlled(world, set, 'pods').filter(isActive);
  for (let missing = wanted - active.length; missing > 0; missing -= 1) createPod(world, set);
  // Pods that are not ready go first.
  const victims = [...active].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
  for (const pod of victims.slice(0, Math.max(0, active.length - wanted))) deletePod(world, set, pod);
  const all = controlled(world, set, 'pods');
  const now = all.filter(isActive);
  const ready = now.filter(isReady).length;
  world.lifecycle.changeStatus(world.kinds.builtIn('replicasets'), set, {
    replicas: now.length,
    ...(now.length > 0 && { fullyLabeledReplicas: now.length }),
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    terminatingReplicas: all.filter((pod) => pod.metadata.deletionTimestamp !== undefined).length,
    observedGeneration: set.metadata.generation,
  });
}
