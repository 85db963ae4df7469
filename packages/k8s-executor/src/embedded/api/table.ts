import type { Json, JsonObject } from '../../cluster/json.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf, listOf, numberOf, part, textOf } from '../../readiness/readiness.js';

interface Column {
  readonly name: string;
  readonly read: (object: KubeObject) => Json;
}

const count = (object: KubeObject, key: string) => numberOf(part(object, 'status'), key);
const readyOf = (object: KubeObject) =>
  `${count(object, 'readyReplicas')}/${numberOf(part(object, 'spec'), 'replicas')}`;
const statusText = (key: string) => (object: KubeObject) => textOf(part(object, 'status'), key);

/** Columns between NAME and AGE. */
const columns: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [{ name: 'Status', read: statusText('phase') }],
  Node: [
    {
      name: 'Status',
      read: (node) => (conditionOf(node, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'),
    },
  ],
  Pod: [
    { name: 'Ready', read: readyContainers },
    { name: 'Status', read: podStatus },
    { name: 'Restarts', read: restarts },
  ],
  Deployment: [
    { name: 'Ready', read: readyOf },
    { name: 'Up-to-date', read: (object) => count(object, 'updatedReplicas') },
    { name: 'Available', read: (object) => count(object, 'availableReplicas') },
  ],
  StatefulSet: [{ name: 'Ready', read: readyOf }],
  ReplicaSet: [
    { name: 'Desired', read: (object) => numberOf(part(object, 'spec'), 'replicas') },
    { name: 'Current', read: (object) => count(object, 'replicas') },
    { name: 'Ready', read: (object) => count(object, 'readyReplicas') },
  ],
  DaemonSet: [
    { name: 'Desired', read: (object) => count(object, 'desiredNumberScheduled') },
    { name: 'Ready', read: (object) => count(object, 'numberReady') },
  ],
  Job: [
    { name: 'Status', read: jobStatus },
    {
      name: 'Completions',
      read: (job) => `${count(job, 'succeeded')}/${numberOf(part(job, 'spec'), 'completions', 1)}`,
    },
  ],
  Service: [
    { name: 'Type', read: (service) => textOf(part(service, 'spec'), 'type') },
    { name: 'Cluster-IP', read: (service) => textOf(part(service, 'spec'), 'clusterIP') || '<none>' },
    { name: 'Port(s)', read: servicePorts },
  ],
  PersistentVolumeClaim: [
    { name: 'Status', read: statusText('phase') },
    { name: 'Volume', read: (claim) => textOf(part(claim, 'spec'), 'volumeName') },
  ],
  Event: [
    { name: 'Type', read: (event) => event['type'] ?? '' },
    { name: 'Reason', read: (event) => event['reason'] ?? '' },
    { name: 'Message', read: (event) => event['message'] ?? '' },
  ],
};

export interface TableContext {
  readonly metadata: JsonObject;
  /** The cluster's time of day, since 1970. */
  readonly nowMs: number;
}

/** Objects as `kubectl get` asks for them. */
export function printTable(kind: string, objects: readonly KubeObject[], about: TableContext): JsonObject {
  const between = columns[kind] ?? [];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: about.metadata,
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
      ...[...between.map(({ name }) => name), 'Age'].map((name) => ({
        name,
        type: 'string',
        format: '',
        description: '',
        priority: 0,
      })),
    ],
    rows: objects.map((object) => ({
      cells: [
        object.metadata.name,
        ...between.map(({ read }) => read(object)),
        printAge(about.nowMs - Date.parse(object.metadata.creationTimestamp ?? '')),
      ],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function readyContainers(pod: KubeObject): string {
  const ready = listOf(part(pod, 'status'), 'containerStatuses').filter((each) => each['ready'] === true);
  return `${ready.length}/${listOf(part(pod, 'spec'), 'containers').length}`;
}

function podStatus(pod: KubeObject): string {
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

function restarts(pod: KubeObject): number {
  return listOf(part(pod, 'status'), 'containerStatuses').reduce(
    (sum, each) => sum + numberOf(each, 'restartCount'),
    0,
  );
}

function jobStatus(job: KubeObject): string {
  if (conditionOf(job, 'Complete')?.status === 'True') return 'Complete';
  return conditionOf(job, 'Failed')?.status === 'True' ? 'Failed' : 'Running';
}

function servicePorts(service: KubeObject): string {
  const ports = listOf(part(service, 'spec'), 'ports').map(
    (port) => `${numberOf(port, 'port')}/${textOf(port, 'protocol')}`,
  );
  return ports.length === 0 ? '<none>' : ports.join(',');
}

/** As kubectl shows ages: the largest unit that says something. */
function printAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (!Number.isFinite(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
