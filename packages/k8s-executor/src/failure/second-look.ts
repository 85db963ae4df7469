import type { Cluster } from '../cluster/cluster.js';
import { isJsonObject } from '../cluster/json.js';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { conditionOf } from '../readiness/readiness.js';
import { helpAnnounced } from './help-announced.js';
import { deadlineKey } from './object-symptoms.js';
import type { MissingConfiguration, Symptom } from './symptom.js';

/** What the cluster says when it is asked once more, before a symptom that is due becomes a verdict. */
export type SecondLook =
  | { readonly kind: 'final' }
  /** It may yet heal; `because` is said to people, in words that continue the cause. */
  | { readonly kind: 'wait'; readonly because?: string };

const final: SecondLook = { kind: 'final' };

/**
 * No verdict by one glimpse where others may know better: an autoscaler may be bringing a node, what a kubelet
 * missed may be there by now, a rollout may have got over its deadline at this very moment.
 */
export async function lookAgain(
  symptom: Symptom,
  { object, pods }: { readonly object: KubeObject; readonly pods: readonly KubeObject[] },
  cluster: Cluster,
): Promise<SecondLook> {
  const pod = pods.find((each) => each.metadata.name === symptom.pod);
  if (symptom.class === 'needs-room' && pod !== undefined)
    return (await helpAnnounced(pod, cluster)) ? { kind: 'wait', because: 'a scale-up is announced' } : final;
  if (symptom.missing !== undefined)
    return (await isThere(symptom.missing, object, cluster))
      ? { kind: 'wait', because: 'it is there now, the kubelet will see it' }
      : final;
  if (symptom.key === deadlineKey) return (await hasGotOver(object, cluster)) ? { kind: 'wait' } : final;
  return final;
}

async function isThere(
  { kind, name, key }: MissingConfiguration,
  object: KubeObject,
  cluster: Cluster,
): Promise<boolean> {
  const { namespace } = object.metadata;
  const found = await cluster.get({
    apiVersion: 'v1',
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
  });
  if (!found.ok || found.value === undefined) return false;
  if (key === undefined) return true;
  const { data, binaryData } = found.value;
  return [data, binaryData].some((values) => isJsonObject(values) && key in values);
}

async function hasGotOver(object: KubeObject, cluster: Cluster): Promise<boolean> {
  const found = await cluster.get(referenceOf(object));
  if (!found.ok || found.value === undefined) return false;
  return conditionOf(found.value, 'Progressing')?.reason !== 'ProgressDeadlineExceeded';
}
