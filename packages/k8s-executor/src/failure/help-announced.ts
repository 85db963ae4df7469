import type { Cluster } from '../cluster/cluster.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { textOf } from '../readiness/readiness.js';
import { readEventsOf, timeOfEvent } from './read-events.js';
import type { Symptom } from './symptom.js';

const scaleUpReasons = ['TriggeredScaleUp', 'Nominated'];
const verdictReasons = [...scaleUpReasons, 'NotTriggerScaleUp', 'FailedScaleUp'];

/** True for a pod that no node takes while an autoscaler has said, and not taken back, that it brings one. */
export async function helpAnnounced(
  symptom: Symptom,
  subject: { readonly pods: readonly KubeObject[] },
  cluster: Cluster,
): Promise<boolean> {
  if (symptom.key !== 'unschedulable') return false;
  const pod = subject.pods.find((each) => each.metadata.name === symptom.pod);
  if (pod === undefined) return false;
  const events = await readEventsOf(pod, cluster);
  const [newest] = events
    .filter((event) => verdictReasons.includes(textOf(event, 'reason')))
    .sort((a, b) => timeOfEvent(b).localeCompare(timeOfEvent(a)));
  return newest !== undefined && scaleUpReasons.includes(textOf(newest, 'reason'));
}

/** Why the controller of a workload could not create a pod, from its newest event about that. */
export async function findPodRefusal(workload: KubeObject, cluster: Cluster): Promise<string | undefined> {
  const events = await readEventsOf(workload, cluster);
  const [newest] = events
    .filter((event) => textOf(event, 'reason') === 'FailedCreate')
    .sort((a, b) => timeOfEvent(b).localeCompare(timeOfEvent(a)));
  return newest === undefined ? undefined : textOf(newest, 'message');
}
