import type { KubeObject } from '../cluster/kube-object.js';
import { groupOf } from './kind-scope.js';
import type { Manifest } from './parse-manifests.js';

/**
 * When an object is applied inside its task (execution.md §1): what others cannot exist without, what they read, the
 * rest; and last what stands between the API server and all others, since nothing answers for it before.
 */
export type Wave = 'foundation' | 'configuration' | 'rest' | 'admission';

export const waves: readonly Wave[] = ['foundation', 'configuration', 'rest', 'admission'];

const configurationKinds = new Set([
  '/ConfigMap',
  '/LimitRange',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/ResourceQuota',
  '/Secret',
  '/ServiceAccount',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/StorageClass',
]);

const admissionKinds = new Set([
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiregistration.k8s.io/APIService',
]);

export function waveOf(object: KubeObject): Wave {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
  if (kind === '/Namespace' || kind === 'apiextensions.k8s.io/CustomResourceDefinition') return 'foundation';
  if (configurationKinds.has(kind)) return 'configuration';
  return admissionKinds.has(kind) ? 'admission' : 'rest';
}

/** Sorted by wave; inside a wave the order of the files stays. */
export function orderForApply(manifests: readonly Manifest[]): readonly Manifest[] {
  return waves.flatMap((wave) => manifests.filter((manifest) => waveOf(manifest.object) === wave));
}
