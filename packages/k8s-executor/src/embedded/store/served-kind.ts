/** A kind that the cluster serves, as discovery tells of it. */
export interface ServedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  /** Whether `metadata.generation` counts changes of the spec. */
  readonly hasGeneration: boolean;
}

export function apiVersionOf({ group, version }: ServedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, `pods`: how the API server names a kind in messages. */
export function qualifiedPlural({ group, plural }: ServedKind): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `Deployment.apps`, `Pod`: how the API server names a kind in messages about invalid objects. */
export function qualifiedKind({ group, kind }: ServedKind): string {
  return group === '' ? kind : `${kind}.${group}`;
}

// group/version: plural Kind shortNames(comma) flags: n namespaced, s status, g generation, c scale
const table = `
v1: namespaces Namespace ns s
v1: nodes Node no s
v1: persistentvolumes PersistentVolume pv s
v1: pods Pod po nsg
v1: services Service svc ns
v1: configmaps ConfigMap cm n
v1: secrets Secret - n
v1: serviceaccounts ServiceAccount sa n
v1: persistentvolumeclaims PersistentVolumeClaim pvc ns
v1: events Event ev n
v1: endpoints Endpoints ep n
v1: resourcequotas ResourceQuota quota ns
v1: limitranges LimitRange limits n
v1: replicationcontrollers ReplicationController rc nsgc
v1: podtemplates PodTemplate - ng
apps/v1: deployments Deployment deploy nsgc
apps/v1: statefulsets StatefulSet sts nsgc
apps/v1: daemonsets DaemonSet ds nsg
apps/v1: replicasets ReplicaSet rs nsgc
apps/v1: controllerrevisions ControllerRevision - n
batch/v1: jobs Job - nsg
batch/v1: cronjobs CronJob cj nsg
networking.k8s.io/v1: ingresses Ingress ing nsg
networking.k8s.io/v1: networkpolicies NetworkPolicy netpol ng
networking.k8s.io/v1: ingressclasses IngressClass - g
rbac.authorization.k8s.io/v1: roles Role - n
rbac.authorization.k8s.io/v1: rolebindings RoleBinding - n
rbac.authorization.k8s.io/v1: clusterroles ClusterRole - -
rbac.authorization.k8s.io/v1: clusterrolebindings ClusterRoleBinding - -
policy/v1: poddisruptionbudgets PodDisruptionBudget pdb nsg
autoscaling/v2: horizontalpodautoscalers HorizontalPodAutoscaler hpa ns
coordination.k8s.io/v1: leases Lease - n
storage.k8s.io/v1: storageclasses StorageClass sc -
discovery.k8s.io/v1: endpointslices EndpointSlice - ng
scheduling.k8s.io/v1: priorityclasses PriorityClass pc g
admissionregistration.k8s.io/v1: validatingwebhookconfigurations ValidatingWebhookConfiguration - g
admissionregistration.k8s.io/v1: mutatingwebhookconfigurations MutatingWebhookConfiguration - g
apiregistration.k8s.io/v1: apiservices APIService - s
apiextensions.k8s.io/v1: customresourcedefinitions CustomResourceDefinition crd,crds sg
`;

function readRow(row: string): ServedKind {
  const [apiVersion = '', plural = '', kind = '', shortNames = '-', flags = '-'] = row.split(/:? /);
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return {
    group,
    version,
    kind,
    plural,
    namespaced: flags.includes('n'),
    shortNames: shortNames === '-' ? [] : shortNames.split(','),
    hasStatus: flags.includes('s'),
    hasScale: flags.includes('c'),
    hasGeneration: flags.includes('g'),
  };
}

/** The kinds that are there from the start. */
export const builtInKinds: readonly ServedKind[] = table.trim().split('\n').map(readRow);
