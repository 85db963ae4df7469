import { textOf } from '../cluster/json.js';
import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { readEventsOf, timeOfEvent } from './read-events.js';

const scaleUpReasons = ['TriggeredScaleUp', 'Nominated'];
const verdictReasons = [...scaleUpReasons, 'NotTriggerScaleUp', 'FailedScaleUp'];

/** True for a pod that no node takes while an autoscaler has said, and not taken back, that it brings one. */
export async function helpAnnounced(pod: KubeObject, cluster: Cluster): Promise<boolean> {
  const newest = await newestEvent(pod, verdictReasons, cluster);
  return newest !== undefined && scaleUpReasons.includes(textOf(newest, 'reason'));
}

/** Why the controller of a workload could not create a pod, from its newest event about that. */
export async function findPodRefusal(workload: KubeObject, cluster: Cluster): Promise<string | undefined> {
  const newest = await newestEvent(workload, ['FailedCreate'], cluster);
  return newest && textOf(newest, 'message');
}

/** Why the volumes of a pod are not mounted, from its newest event about that. */
export async function findMountTrouble(pod: KubeObject, cluster: Cluster): Promise<string | undefined> {
  const newest = await newestEvent(pod, ['FailedMount', 'FailedAttachVolume'], cluster);
  return newest && textOf(newest, 'message');
}

async function newestEvent(
  object: KubeObject,
  reasons: readonly string[],
  cluster: Cluster,
): Promise<KubeObject | undefined> {
  const events = await readEventsOf(object, cluster);
  return events
    .filter((event) => reasons.includes(textOf(event, 'reason')))
    .sort((a, b) => timeOfEvent(b).localeCompare(timeOfEvent(a)))[0];
}
