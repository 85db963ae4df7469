import { listOf, numberOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';

/** `ready/all` of a pod's containers. */
export function readyContainers(pod: KubeObject): string {
  const ready = listOf(part(pod, 'status'), 'containerStatuses').filter((each) => each['ready'] === true);
  return `${ready.length}/${listOf(part(pod, 'spec'), 'containers').length}`;
}

/** What kubectl shows as a pod's status: what holds it, else its phase. */
export function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const status = part(pod, 'status');
  for (const container of [
    ...listOf(status, 'initContainerStatuses'),
    ...listOf(status, 'containerStatuses'),
  ]) {
    const state = container['state'];
    if (typeof state !== 'object' || state === null || Array.isArray(state)) continue;
    for (const held of ['waiting', 'terminated']) {
      const [reason] = listOf({ list: [(state as JsonObject)[held] ?? null] }, 'list').map((each) =>
        textOf(each, 'reason'),
      );
      if (reason !== undefined && reason !== '' && reason !== 'Completed') return reason;
    }
  }
  return textOf(status, 'phase') === 'Succeeded' ? 'Completed' : textOf(status, 'phase');
}

/** Restarts of all its containers. */
export function restarts(pod: KubeObject): number {
  return listOf(part(pod, 'status'), 'containerStatuses').reduce(
    (sum, each) => sum + numberOf(each, 'restartCount'),
    0,
  );
}
