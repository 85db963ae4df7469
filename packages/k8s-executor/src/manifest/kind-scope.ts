import { isJsonObject, listOf, textOf } from '../cluster/json.js';
import { part } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';

/** Whether objects of a kind live in namespaces; undefined when it cannot be known. */
export type ScopeOf = (apiVersion: string, kind: string) => Promise<'namespaced' | 'cluster' | undefined>;

const clusterKinds: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'DeviceTaintRule', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
  'storagemigration.k8s.io': ['StorageVersionMigration'],
};

const groupsWithoutClusterKinds = [
  ...['apps', 'autoscaling', 'batch', 'extensions', 'policy'],
  ...['coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io'],
];

/** True for the API groups that Kubernetes itself serves; the kinds of others are custom resources. */
export function isBuiltInGroup(group: string): boolean {
  return Object.hasOwn(clusterKinds, group) || groupsWithoutClusterKinds.includes(group);
}

/** What Kubernetes itself knows, for rendering without a cluster: kinds of other groups count as namespaced. */
export const builtInScope: ScopeOf = (apiVersion, kind) => {
  const known = clusterKinds[groupOf(apiVersion)] ?? [];
  return Promise.resolve(known.includes(kind) ? 'cluster' : 'namespaced');
};

/** The kinds that the CRDs among the objects bring, before the cluster has heard of them. */
export function scopesOfCrds(objects: readonly KubeObject[]): ReadonlyMap<string, 'namespaced' | 'cluster'> {
  const scopes = new Map<string, 'namespaced' | 'cluster'>();
  for (const { kind, spec } of objects) {
    if (kind !== 'CustomResourceDefinition' || !isJsonObject(spec) || !isJsonObject(spec['names'])) continue;
    const key = kindKey(textOf(spec, 'group'), textOf(spec['names'], 'kind'));
    scopes.set(key, spec['scope'] === 'Cluster' ? 'cluster' : 'namespaced');
  }
  return scopes;
}

/** The versions in which the CRDs among the objects will serve their kinds, by `kindKey`. */
export function versionsOfCrds(objects: readonly KubeObject[]): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, readonly string[]>();
  for (const object of objects) {
    const served = listOf(part(object, 'spec'), 'versions').filter((version) => version['served'] === true);
    for (const key of scopesOfCrds([object]).keys())
      versions.set(
        key,
        served.map((version) => textOf(version, 'name')),
      );
  }
  return versions;
}

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

export function kindKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}
