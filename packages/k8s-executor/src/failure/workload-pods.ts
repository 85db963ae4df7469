import { numberOf, textOf } from '../cluster/json.js';
import type { SharedWatch } from '../cluster/cluster.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Objects as a watch knows them. */
type KnownObjects = Pick<SharedWatch, 'get' | 'ownedBy'>;

const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod'];

/** True for kinds that run pods, so that pods can tell why they are not ready. */
export function runsPods(object: { readonly apiVersion: string; readonly kind: string }): boolean {
  const group = object.apiVersion.split('/')[0] ?? '';
  return workloadKinds.includes(object.kind) && ['apps', 'batch', 'v1'].includes(group);
}

/**
 * The pods that a workload wants now: those of its newest revision. Pods of the revision before may crash as they
 * like, they are about to go.
 */
export function podsOf(
  workload: KubeObject,
  pods: KnownObjects | undefined,
  replicaSets: KnownObjects | undefined,
): readonly KubeObject[] {
  const { name, uid } = workload.metadata;
  if (isUnseen(workload)) return [];
  switch (workload.kind) {
    case 'Pod': {
      const pod = pods?.get(name);
      return pod === undefined || pod.metadata.uid !== uid ? [] : [pod];
    }
    case 'Deployment': {
      const newest = newestReplicaSet(workload, replicaSets);
      return newest === undefined ? [] : ownedBy(pods, newest.metadata.uid);
    }
    case 'StatefulSet': {
      const revision = textOf(part(workload, 'status'), 'updateRevision');
      return ownedBy(pods, uid).filter(
        (pod) => revision === '' || pod.metadata.labels?.['controller-revision-hash'] === revision,
      );
    }
    case 'DaemonSet': {
      const generation = workload.metadata.annotations?.['deprecated.daemonset.template.generation'];
      return ownedBy(pods, uid).filter(
        (pod) => generation === undefined || pod.metadata.labels?.['pod-template-generation'] === generation,
      );
    }
    default:
      return ownedBy(pods, uid);
  }
}

/** The other pods of a workload: those of its revisions before. */
export function formerPodsOf(
  workload: KubeObject,
  pods: KnownObjects | undefined,
  replicaSets: KnownObjects | undefined,
): readonly KubeObject[] {
  const { uid } = workload.metadata;
  const owners = workload.kind === 'Deployment' ? ownedBy(replicaSets, uid) : [workload];
  const newest = new Set(podsOf(workload, pods, replicaSets).map((pod) => pod.metadata.uid));
  return owners
    .flatMap((owner) => ownedBy(pods, owner.metadata.uid))
    .filter((pod) => !newest.has(pod.metadata.uid));
}

/** Until its controller has seen the present generation, all pods may be of the one before. */
function isUnseen(workload: KubeObject): boolean {
  const { generation = 0 } = workload.metadata;
  return numberOf(part(workload, 'status'), 'observedGeneration', generation) < generation;
}

/** The ReplicaSet of a Deployment's newest revision; undefined until the controller has made it. */
export function newestReplicaSet(
  deployment: KubeObject,
  replicaSets: KnownObjects | undefined,
): KubeObject | undefined {
  const revision = revisionOf(deployment);
  const owned = ownedBy(replicaSets, deployment.metadata.uid);
  return owned.find((replicaSet) => revision !== undefined && revisionOf(replicaSet) === revision);
}

function revisionOf(object: KubeObject): string | undefined {
  return object.metadata.annotations?.['deployment.kubernetes.io/revision'];
}

function ownedBy(objects: KnownObjects | undefined, uid: string | undefined): readonly KubeObject[] {
  return uid === undefined ? [] : (objects?.ownedBy(uid) ?? []);
}
