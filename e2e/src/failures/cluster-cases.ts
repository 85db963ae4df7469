import { awaitPodsRefused } from './await-pods-refused.js';
import { deployedBefore, eventOf } from './deployed-before.js';
import type { FailureCase, Scene, SeenObject } from './failure-case.js';
import { claim, deployment, manifest, statefulSet, type Json } from './manifests.js';

const requests = { resources: { requests: { cpu: '100m' } } };
const nowhere = (name: string) => ({ nodeSelector: { disk: name } });
const slow = { 'ready-ms': '4000' };

const isUnschedulable = ({ status }: SeenObject) =>
  status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') ===
  true;

/** What an autoscaler says of a pod that no node takes. */
function scaleUp(pod: SeenObject, namespace: string): Json {
  const { name, uid } = pod.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'scale-up' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    type: 'Normal',
    reason: 'TriggeredScaleUp',
    message: 'pod triggered scale-up: [{pool-1 3->4 (max: 9)}]',
    source: { component: 'cluster-autoscaler' },
    lastTimestamp: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    count: 1,
  };
}

/** Announces a node, and brings it once the grace time has passed all the same. */
async function scaleUpLate({ shop, awaitObject, awaitSaid, cluster }: Scene): Promise<void> {
  const pod = await awaitObject('/api/v1', 'pods', isUnschedulable);
  await shop.kubectl(['create', '-f', '-'], manifest([scaleUp(pod, shop.namespace)]));
  await awaitSaid('a scale-up is announced');
  await cluster.kubectl(['label', 'node', 'simulated-0', 'disk=late']);
}

/** Before a run: the namespace may have no pods at all. */
export async function allowNoPods({ shop }: Scene): Promise<void> {
  await shop.kubectl(['create', 'quota', 'none', '--hard=pods=0']);
}

const roomAgain = ['patch', 'quota', 'none', '--type=merge', '-p', '{"spec":{"hard":{"pods":"5"}}}'];

const runningUnready = ({ status }: SeenObject) =>
  status.phase === 'Running' &&
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False') === true;

/** Waits until a pod runs and is not ready. */
export async function awaitUnready({ awaitObject }: Scene): Promise<void> {
  await awaitObject('/api/v1', 'pods', runningUnready);
}

const urgent: Json = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: 'urgent' },
  value: 1000,
};
const fullNode = { nodeSelector: { 'kubernetes.io/hostname': 'simulated-2' } };
const mostOfANode = { resources: { requests: { cpu: '200' } } };

/** A more important pod takes the place of the run's, and leaves it again. */
async function preempt({ shop, awaitObject }: Scene): Promise<void> {
  const victim = await awaitObject('/api/v1', 'pods', runningUnready);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'important' },
    spec: {
      ...fullNode,
      priorityClassName: 'urgent',
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'app', image: 'acme/important:1', ...mostOfANode }],
    },
  };
  await shop.kubectl(['create', '-f', '-'], manifest([urgent, pod]));
  await awaitObject(
    '/api/v1',
    'pods',
    (seen) =>
      seen.metadata.name.startsWith('web-') &&
      seen.metadata.uid !== victim.metadata.uid &&
      isUnschedulable(seen),
  );
  await shop.kubectl(['delete', 'pod', 'important', '--wait=false']);
}

const consumerClass: Json = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'on-demand' },
  provisioner: 'example.com/none',
  volumeBindingMode: 'WaitForFirstConsumer',
};
async function createConsumerClass({ shop }: Scene): Promise<void> {
  await shop.kubectl(['create', '-f', '-'], manifest([consumerClass]));
}

const mountsData = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };

async function bindLate({ shop, awaitObject }: Scene): Promise<void> {
  await awaitObject('/api/v1', 'persistentvolumeclaims', ({ status }) => status.phase === 'Pending');
  const volume: Json = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'late' },
    spec: {
      storageClassName: 'by-hand',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/data' },
    },
  };
  await shop.kubectl(['create', '-f', '-'], manifest([volume]));
}

/** What the cluster does: room, quotas, volumes, nodes, other people. */
export const clusterCases: readonly FailureCase[] = [
  {
    title: 'a pod that no node takes',
    objects: [deployment({ pod: nowhere('none') })],
    before: deployedBefore(eventOf('FailedScheduling')),
    outcome: 'failed',
  },
  {
    title: 'a pod that a node is on its way for',
    objects: [deployment({ pod: nowhere('late') })],
    words: ['--grace', 'no-room=5s'],
    during: scaleUpLate,
    outcome: 'succeeded',
  },
  {
    title: 'a quota that allows no pods',
    objects: [deployment({ container: requests })],
    before: async (scene) => {
      await allowNoPods(scene);
      await deployedBefore(eventOf('FailedCreate'))(scene);
    },
    outcome: 'failed',
  },
  {
    title: 'a quota that allows no pods of a stateful set',
    objects: [statefulSet()],
    before: allowNoPods,
    outcome: 'failed',
  },
  {
    title: 'a quota that is raised in time',
    objects: [deployment()],
    before: allowNoPods,
    during: async (scene) => {
      await awaitPodsRefused(scene);
      await scene.shop.kubectl(roomAgain);
    },
    words: ['--grace', 'no-room=30s'],
    outcome: 'succeeded',
  },
  {
    title: 'a claim that gets no volume',
    objects: [claim('missing'), deployment({ pod: mountsData })],
    before: deployedBefore(eventOf('ProvisioningFailed')),
    words: ['--grace', 'no-room=50s'],
    outcome: 'failed',
  },
  {
    title: 'a claim that gets its volume late',
    objects: [claim('by-hand'), deployment({ pod: mountsData })],
    words: ['--grace', 'claim-unbound=30s,no-room=30s'],
    during: bindLate,
    outcome: 'succeeded',
  },
  {
    title: 'a claim that waits for its first consumer',
    objects: [claim('on-demand')],
    before: createConsumerClass,
    words: ['--grace', 'claim-unbound=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a pod that its node evicts',
    objects: [deployment({ behaviour: { mode: 'evicted', 'fail-pods': '1' } })],
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a pod that a more important one displaces',
    objects: [deployment({ behaviour: slow, pod: fullNode, container: mostOfANode })],
    words: ['--grace', 'no-room=30s'],
    during: preempt,
    outcome: 'succeeded',
  },
  {
    title: 'a rollout that makes no progress within its deadline',
    objects: [
      deployment({
        spec: { progressDeadlineSeconds: 4 },
        behaviour: { mode: 'never-ready' },
        container: { readinessProbe: { tcpSocket: { port: 5432 } } },
      }),
    ],
    before: deployedBefore(awaitUnready, (manifest) =>
      manifest.replace('progressDeadlineSeconds: 4', 'progressDeadlineSeconds: 600'),
    ),
    outcome: 'failed',
  },
  {
    title: 'a version that somebody else replaces',
    objects: [deployment({ behaviour: { mode: 'never-ready' } })],
    during: async ({ shop, awaitObject }) => {
      await awaitObject('/api/v1', 'pods', runningUnready);
      await shop.kubectl(['set', 'image', 'deployment/web', 'app=acme/web:2', '--field-manager=argocd']);
    },
    outcome: 'superseded',
  },
  {
    title: 'a deployment that an autoscaler scales meanwhile',
    objects: [deployment({ behaviour: { 'ready-ms': '1500' }, spec: { replicas: 1 } })],
    during: async ({ shop, awaitObject }) => {
      await awaitObject('/api/v1', 'pods', runningUnready);
      await shop.kubectl(['scale', 'deployment/web', '--replicas=3']);
    },
    outcome: 'succeeded',
  },
];
