import type { ServedKind } from '../store/served-kind.js';

/**
 * How a value is merged. `keyed`: a list whose items are told apart by some of their fields; `set`: a list of scalars
 * without order; `atomic`: one value, owned as a whole; `granular`: each field by itself.
 */
export type Topology =
  | { readonly form: 'granular' | 'atomic' | 'set' }
  | { readonly form: 'keyed'; readonly keys: readonly string[] };

const granular: Topology = { form: 'granular' };
const atomic: Topology = { form: 'atomic' };
const set: Topology = { form: 'set' };
const keyed = (...keys: string[]): Topology => ({ form: 'keyed', keys });

interface Rule {
  readonly name: string;
  /** The name of the field above must be one of these. */
  readonly below?: readonly string[];
  readonly kinds?: readonly string[];
  readonly notKinds?: readonly string[];
  readonly topology: Topology;
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];
const selected = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'Service',
  'PodDisruptionBudget',
  'PersistentVolumeClaim',
];

// What the OpenAPI document of Kubernetes 1.36 says by x-kubernetes-list-type and x-kubernetes-map-type about the
// kinds served here. Everything else is as by default: mappings granular, lists atomic.
const rules: readonly Rule[] = [
  { name: 'finalizers', below: ['metadata'], topology: set },
  { name: 'ownerReferences', below: ['metadata'], topology: keyed('uid') },
  { name: 'conditions', below: ['status'], notKinds: ['Job'], topology: keyed('type') },
  ...containerLists.map((name) => ({ name, topology: keyed('name') })),
  { name: 'volumes', topology: keyed('name') },
  { name: 'imagePullSecrets', notKinds: ['ServiceAccount'], topology: keyed('name') },
  { name: 'resourceClaims', topology: keyed('name') },
  { name: 'schedulingGates', topology: keyed('name') },
  { name: 'hostAliases', topology: keyed('ip') },
  { name: 'topologySpreadConstraints', topology: keyed('topologyKey', 'whenUnsatisfiable') },
  { name: 'ports', below: containerLists, topology: keyed('containerPort', 'protocol') },
  { name: 'ports', below: ['spec'], kinds: ['Service'], topology: keyed('port', 'protocol') },
  { name: 'env', below: containerLists, topology: keyed('name') },
  { name: 'volumeMounts', below: containerLists, topology: keyed('mountPath') },
  { name: 'volumeDevices', below: containerLists, topology: keyed('devicePath') },
  { name: 'claims', below: ['resources'], topology: keyed('name') },
  { name: 'secrets', kinds: ['ServiceAccount'], topology: keyed('name') },
  { name: 'podIPs', topology: keyed('ip') },
  { name: 'podCIDRs', topology: set },
  { name: 'webhooks', topology: keyed('name') },
  { name: 'matchConditions', topology: keyed('name') },
  { name: 'selector', below: ['spec'], kinds: selected, topology: atomic },
  { name: 'podSelector', kinds: ['NetworkPolicy'], topology: atomic },
  { name: 'namespaceSelector', topology: atomic },
  { name: 'objectSelector', topology: atomic },
  { name: 'labelSelector', topology: atomic },
  { name: 'nodeSelector', topology: atomic },
  { name: 'scopeSelector', topology: atomic },
  { name: 'requiredDuringSchedulingIgnoredDuringExecution', below: ['nodeAffinity'], topology: atomic },
  { name: 'preference', topology: atomic },
  { name: 'required', below: ['nodeAffinity'], topology: atomic },
  ...['configMapKeyRef', 'secretKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef'].map((name) => ({
    name,
    topology: atomic,
  })),
  { name: 'dataSource', topology: atomic },
  { name: 'claimRef', topology: atomic },
  { name: 'roleRef', topology: atomic },
  { name: 'involvedObject', topology: atomic },
  { name: 'related', topology: atomic },
  { name: 'targetRef', topology: atomic },
  { name: 'resource', below: ['backend', 'defaultBackend'], topology: atomic },
  { name: 'port', below: ['service'], kinds: ['Ingress'], topology: atomic },
];

const byName = new Map<string, readonly Rule[]>(
  rules.map(({ name }) => [name, rules.filter((rule) => rule.name === name)]),
);

/** What the schema says of a field of a kind; undefined when it says nothing. `names`: the fields on the way to it. */
export type Schema = (names: readonly string[]) => Topology | undefined;

export function schemaOf(kind: ServedKind): Schema {
  return (names) => {
    const [below = '', name = ''] = names.slice(-2);
    const rule = (names.length < 2 ? undefined : byName.get(name))?.find(
      (each) =>
        (each.below?.includes(below) ?? true) &&
        (each.kinds?.includes(kind.kind) ?? true) &&
        !(each.notKinds?.includes(kind.kind) ?? false),
    );
    return rule?.topology;
  };
}

/** The topology of a value: what the schema says, where it fits the value's form, else the default. */
export function topologyOf(schema: Schema, names: readonly string[], isList: boolean): Topology {
  const said = schema(names);
  if (isList) return said !== undefined && said.form !== 'granular' ? said : atomic;
  return said?.form === 'atomic' ? atomic : granular;
}
