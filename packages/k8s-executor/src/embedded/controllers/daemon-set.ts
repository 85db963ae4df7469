import type { KubeObject } from '../../cluster/kube-object.js';
import { templateHash } from './deployment.js';
import { controlled, createPod, deletePod, isActive, isReady } from './owned-pods.js';
import type { World } from './world.js';

const revisionLabel = 'controller-revision-hash';

/** Keeps one pod of a DaemonSet on the cluster's only node. */
export function reconcileDaemonSet(world: World, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const revision = templateHash(set);
  const isNew = (pod: KubeObject) => pod.metadata.labels?.[revisionLabel] === revision;
  const pods = controlled(world, set, 'pods');
  for (const pod of pods.filter((each) => isActive(each) && !isNew(each))) deletePod(world, set, pod);
  if (controlled(world, set, 'pods').length === 0)
    createPod(world, set, { labels: { [revisionLabel]: revision } });
  const now = controlled(world, set, 'pods').filter(isActive);
  const ready = now.filter(isReady).length;
  const updated = now.filter(isNew).length;
  world.lifecycle.changeStatus(world.kinds.builtIn('daemonsets'), set, {
    currentNumberScheduled: now.length,
    desiredNumberScheduled: 1,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(ready > 0 && { numberAvailable: ready }),
    ...(ready < 1 && { numberUnavailable: 1 - ready }),
    observedGeneration: set.metadata.generation,
  });
}
