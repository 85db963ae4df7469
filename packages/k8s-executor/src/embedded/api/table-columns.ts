import { isJsonObject, listOf, mappingOf, numberOf, textOf } from '../../cluster/json.js';
import type { Json, JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import { controllerOf } from '../store/object-store.js';
import { ageOf, printAge } from './print-age.js';
import { podStatus, readyContainers, restarts } from './table-pod.js';

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  /** The cell; the cluster's time of day is milliseconds since 1970. */
  readonly read: (object: KubeObject, nowMs: number) => Json;
  /** Shown with `-o wide` only. */
  readonly isWide?: boolean;
}

const none = '<none>';
const status = (name: string, key: string): Column => ({
  name,
  read: (object) => numberOf(part(object, 'status'), key),
});
const statusText = (name: string, key: string): Column => ({
  name,
  read: (object) => textOf(part(object, 'status'), key),
});
const spec = (name: string, key: string): Column => ({
  name,
  read: (object) => textOf(part(object, 'spec'), key) || none,
});
const field = (name: string, key: string): Column => ({ name, read: (object) => object[key] ?? '' });
const size = (name: string, key: string): Column => ({ name, read: (object) => sizeOf(object[key]) });
const wide = (column: Column): Column => ({ ...column, isWide: true });
const age: Column = { name: 'Age', read: ageOf };

const ready: Column = {
  name: 'Ready',
  read: (object) =>
    `${numberOf(part(object, 'status'), 'readyReplicas')}/${numberOf(part(object, 'spec'), 'replicas')}`,
};
const containers = (key: 'name' | 'image'): Column =>
  wide({
    name: key === 'name' ? 'Containers' : 'Images',
    read: (object) =>
      listOf(mappingOf(mappingOf(part(object, 'spec'), 'template'), 'spec'), 'containers')
        .map((each) => textOf(each, key))
        .join(','),
  });
const selector = wide({
  name: 'Selector',
  read: (object) => printLabels(mappingOf(mappingOf(part(object, 'spec'), 'selector'), 'matchLabels')),
});
const template = [containers('name'), containers('image')];

/** What the API server prints for each kind, behind the name (pkg/printers/internalversion of Kubernetes 1.36). */
const columns: Readonly<Record<string, readonly Column[]>> = {
  ConfigMap: [size('Data', 'data'), age],
  Secret: [field('Type', 'type'), size('Data', 'data'), age],
  Namespace: [statusText('Status', 'phase'), age],
  Node: [
    {
      name: 'Status',
      read: (node) => (conditionOf(node, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'),
    },
    { name: 'Roles', read: () => none },
    age,
    {
      name: 'Version',
      read: (node) => textOf(mappingOf(part(node, 'status'), 'nodeInfo'), 'kubeletVersion'),
    },
  ],
  Pod: [
    { name: 'Ready', read: readyContainers },
    { name: 'Status', read: podStatus },
    { name: 'Restarts', read: restarts },
    age,
    wide({ name: 'IP', read: (pod) => textOf(part(pod, 'status'), 'podIP') || none }),
    wide(spec('Node', 'nodeName')),
    wide({ name: 'Nominated Node', read: () => none }),
    wide({ name: 'Readiness Gates', read: () => none }),
  ],
  Deployment: [
    ready,
    status('Up-to-date', 'updatedReplicas'),
    status('Available', 'availableReplicas'),
    age,
    ...template,
    selector,
  ],
  StatefulSet: [ready, age, ...template],
  ReplicaSet: [
    { name: 'Desired', read: (object) => numberOf(part(object, 'spec'), 'replicas') },
    status('Current', 'replicas'),
    status('Ready', 'readyReplicas'),
    age,
    ...template,
    selector,
  ],
  DaemonSet: [
    status('Desired', 'desiredNumberScheduled'),
    status('Current', 'currentNumberScheduled'),
    status('Ready', 'numberReady'),
    status('Up-to-date', 'updatedNumberScheduled'),
    status('Available', 'numberAvailable'),
    { name: 'Node Selector', read: () => none },
    age,
    ...template,
    selector,
  ],
  Job: [
    { name: 'Status', read: jobStatus },
    {
      name: 'Completions',
      read: (job) =>
        `${numberOf(part(job, 'status'), 'succeeded')}/${numberOf(part(job, 'spec'), 'completions', 1)}`,
    },
    { name: 'Duration', read: jobDuration },
    age,
    ...template,
    selector,
  ],
  CronJob: [
    spec('Schedule', 'schedule'),
    spec('Timezone', 'timeZone'),
    { name: 'Suspend', read: (job) => (part(job, 'spec')['suspend'] === true ? 'True' : 'False') },
    { name: 'Active', read: (job) => listOf(part(job, 'status'), 'active').length },
    { name: 'Last Schedule', read: () => none },
    age,
  ],
  Service: [
    spec('Type', 'type'),
    spec('Cluster-IP', 'clusterIP'),
    { name: 'External-IP', read: externalAddress },
    { name: 'Port(s)', read: servicePorts },
    age,
    wide({
      name: 'Selector',
      read: (service) => printLabels(mappingOf(part(service, 'spec'), 'selector')),
    }),
  ],
  PersistentVolumeClaim: [
    statusText('Status', 'phase'),
    spec('Volume', 'volumeName'),
    {
      name: 'Capacity',
      read: (claim) => textOf(mappingOf(part(claim, 'status'), 'capacity'), 'storage'),
    },
    { name: 'Access Modes', read: accessModes },
    spec('StorageClass', 'storageClassName'),
    { name: 'VolumeAttributesClass', read: () => '<unset>' },
    age,
  ],
  CustomResourceDefinition: [
    { name: 'Created At', read: (object) => object.metadata.creationTimestamp ?? '' },
  ],
  Lease: [spec('Holder', 'holderIdentity'), age],
  ControllerRevision: [{ name: 'Controller', read: controllerName }, field('Revision', 'revision'), age],
  Event: [
    {
      name: 'Last Seen',
      read: (event, nowMs) => printAge(nowMs - Date.parse(textOf(event, 'lastTimestamp'))),
    },
    field('Type', 'type'),
    field('Reason', 'reason'),
    { name: 'Object', read: involvedObject },
    field('Message', 'message'),
    wide({ name: 'Name', read: (event) => event.metadata.name }),
  ],
};

/** The columns of a kind; its name comes first but for events. */
export function columnsOf(kind: string): readonly Column[] {
  const known = columns[kind] ?? [age];
  return kind === 'Event' ? known : [{ name: 'Name', read: (object) => object.metadata.name }, ...known];
}

function sizeOf(value: Json | undefined): number {
  return isJsonObject(value) ? Object.keys(value).length : 0;
}

function printLabels(labels: JsonObject): string {
  const pairs = Object.keys(labels).map((key) => `${key}=${textOf(labels, key)}`);
  return pairs.length === 0 ? none : pairs.join(',');
}

function controllerName(revision: KubeObject): string {
  const owner = controllerOf(revision);
  return owner === undefined ? none : `${textOf(owner, 'kind').toLowerCase()}/${textOf(owner, 'name')}`;
}

function involvedObject(event: KubeObject): string {
  const object = mappingOf(event, 'involvedObject');
  return `${textOf(object, 'kind').toLowerCase()}/${textOf(object, 'name')}`;
}

function jobStatus(job: KubeObject): string {
  if (conditionOf(job, 'Complete')?.status === 'True') return 'Complete';
  return conditionOf(job, 'Failed')?.status === 'True' ? 'Failed' : 'Running';
}

function jobDuration(job: KubeObject, nowMs: number): string {
  const { startTime, completionTime } = { ...part(job, 'status') };
  if (typeof startTime !== 'string') return '';
  const endMs = typeof completionTime === 'string' ? Date.parse(completionTime) : nowMs;
  return printAge(endMs - Date.parse(startTime));
}

function externalAddress(service: KubeObject): string {
  const balancer = mappingOf(part(service, 'status'), 'loadBalancer');
  const addresses = listOf(balancer, 'ingress').map((each) => textOf(each, 'ip') || textOf(each, 'hostname'));
  if (addresses.length > 0) return addresses.join(',');
  return textOf(part(service, 'spec'), 'type') === 'LoadBalancer' ? '<pending>' : none;
}

function servicePorts(service: KubeObject): string {
  const ports = listOf(part(service, 'spec'), 'ports').map((port) => {
    const node = numberOf(port, 'nodePort');
    return `${numberOf(port, 'port')}${node === 0 ? '' : `:${node}`}/${textOf(port, 'protocol')}`;
  });
  return ports.length === 0 ? none : ports.join(',');
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(claim: KubeObject): string {
  const modes = part(claim, 'status')['accessModes'];
  if (!Array.isArray(modes)) return '';
  return modes.map((mode) => (typeof mode === 'string' ? (shortModes[mode] ?? mode) : '')).join(',');
}
