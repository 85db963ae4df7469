import assert from 'node:assert/strict';
import { listOf, mappingOf, numberOf, textOf } from '../../cluster/json.js';
import type { JsonObject } from '../../cluster/json.js';
import { part } from '../../cluster/kube-object.js';
import type { KubeObject } from '../../cluster/kube-object.js';
import { conditionOf } from '../../readiness/readiness.js';
import type { ContractCase, ContractClient } from './contract-client.js';
import { deployment, job, statefulSet } from './manifests.js';

const statusOf = (object: KubeObject) => part(object, 'status');

function isRolledOut(object: KubeObject): boolean {
  const status = statusOf(object);
  const replicas = numberOf(part(object, 'spec'), 'replicas');
  return (
    status['observedGeneration'] === object.metadata.generation &&
    ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'].every(
      (key) => status[key] === replicas,
    ) &&
    conditionOf(object, 'Progressing')?.reason === 'NewReplicaSetAvailable'
  );
}

/** Workloads that come to be ready, are done, or fail. */
export const workloadCases: readonly ContractCase[] = [
  {
    name: 'a Deployment becomes available, with counts and conditions',
    run: async (client) => {
      await client.applied(deployment('web', { replicas: 2 }));
      const ready = await client.awaitObject('Deployment', 'web', isRolledOut);
      assert.equal(statusOf(ready)['unavailableReplicas'], undefined);
      assert.equal(conditionOf(ready, 'Available')?.status, 'True');
      assert.equal(conditionOf(ready, 'Available')?.reason, 'MinimumReplicasAvailable');
      const [set] = await client.list('ReplicaSet');
      const message = `ReplicaSet "${set?.metadata.name ?? ''}" has successfully progressed.`;
      assert.equal(conditionOf(ready, 'Progressing')?.message, message);
      const pods = await client.list('Pod', { labelSelector: 'app=web' });
      assert.equal(pods.length, 2);
      for (const pod of pods) {
        assert.equal(statusOf(pod)['phase'], 'Running');
        assert.equal(conditionOf(pod, 'Ready')?.status, 'True');
        assert.match(pod.metadata.name, /^web-[a-z0-9]+-[a-z0-9]{5}$/);
        assert.equal(listOf(pod.metadata, 'ownerReferences')[0]?.['name'], set?.metadata.name);
      }
    },
  },
  {
    name: 'applying a ready Deployment again changes nothing',
    run: async (client) => {
      await client.applied(deployment('calm'));
      const ready = await client.awaitObject('Deployment', 'calm', isRolledOut);
      const again = await client.applied(deployment('calm'));
      assert.equal(again.metadata.generation, ready.metadata.generation);
      assert.equal(again.metadata.resourceVersion, ready.metadata.resourceVersion);
    },
  },
  {
    name: 'a new image rolls out by a second ReplicaSet',
    run: async (client) => {
      await client.applied(deployment('moving', { replicas: 3 }));
      await client.awaitObject('Deployment', 'moving', isRolledOut);
      const changed = await client.applied(
        deployment('moving', { replicas: 3, image: 'registry.example/app:2' }),
      );
      assert.equal(changed.metadata.generation, 2);
      const ready = await client.awaitObject('Deployment', 'moving', isRolledOut);
      assert.equal(ready.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
      const sets = await client.list('ReplicaSet');
      const sizes = sets.map((set) => numberOf(part(set, 'spec'), 'replicas')).sort();
      assert.deepEqual(sizes, [0, 3]);
    },
  },
  {
    name: 'a Deployment that makes no progress says so after its deadline',
    run: async (client) => {
      const annotations = { 'lab.fake/mode': 'never-ready' };
      await client.applied(deployment('stuck', { annotations, spec: { progressDeadlineSeconds: 2 } }));
      const late = await client.awaitObject(
        'Deployment',
        'stuck',
        (object) => conditionOf(object, 'Progressing')?.status === 'False',
      );
      assert.equal(conditionOf(late, 'Progressing')?.reason, 'ProgressDeadlineExceeded');
      assert.match(
        conditionOf(late, 'Progressing')?.message ?? '',
        /^ReplicaSet "stuck-[a-z0-9]+" has timed out progressing\.$/,
      );
      assert.equal(conditionOf(late, 'Available')?.reason, 'MinimumReplicasUnavailable');
    },
  },
  {
    name: 'a StatefulSet makes its pods one after the other',
    run: async (client) => {
      await client.applied(statefulSet('db', { replicas: 2 }));
      const ready = await client.awaitObject(
        'StatefulSet',
        'db',
        (set) => statusOf(set)['readyReplicas'] === 2,
      );
      const status = statusOf(ready);
      assert.equal(status['currentRevision'], status['updateRevision']);
      const [first, second] = await Promise.all(['db-0', 'db-1'].map((name) => client.get('Pod', name)));
      const readyAt = conditionOf(first?.body as KubeObject, 'Ready')?.lastTransitionTime ?? '';
      const createdAt = textOf(mappingOf(second?.body ?? {}, 'metadata'), 'creationTimestamp');
      assert.ok(createdAt >= readyAt, `${createdAt} is before ${readyAt}`);
    },
  },
  {
    name: 'a DaemonSet has a ready pod on each node',
    run: async (client) => {
      const { metadata, spec, ...rest } = deployment('agent') as KubeObject;
      const { selector, template } = spec as JsonObject;
      await client.applied({ ...rest, kind: 'DaemonSet', metadata, spec: { selector, template } });
      const ready = await client.awaitObject('DaemonSet', 'agent', (object) => {
        const status = statusOf(object);
        const wanted = numberOf(status, 'desiredNumberScheduled');
        return (
          wanted > 0 &&
          ['numberReady', 'numberAvailable', 'updatedNumberScheduled'].every((key) => status[key] === wanted)
        );
      });
      assert.equal(statusOf(ready)['observedGeneration'], 1);
      assert.equal(statusOf(ready)['numberUnavailable'], undefined);
    },
  },
  {
    name: 'a Job completes, with times, counts and conditions',
    run: async (client) => {
      await client.applied(job('seed'));
      const done = await client.awaitObject(
        'Job',
        'seed',
        (object) => conditionOf(object, 'Complete') !== undefined,
      );
      const status = statusOf(done);
      assert.equal(conditionOf(done, 'Complete')?.status, 'True');
      assert.equal(conditionOf(done, 'Complete')?.reason, 'CompletionsReached');
      assert.equal(status['succeeded'], 1);
      assert.equal(status['active'], undefined);
      assert.notEqual(status['startTime'], undefined);
      assert.notEqual(status['completionTime'], undefined);
    },
  },
  {
    name: 'a Job whose pod fails more often than it may has failed',
    run: async (client) => {
      await client.applied(
        job('broken', { annotations: { 'lab.fake/mode': 'fail', 'lab.fake/exit-code': '3' } }),
      );
      const failed = await client.awaitObject(
        'Job',
        'broken',
        (object) => conditionOf(object, 'Failed') !== undefined,
      );
      assert.equal(conditionOf(failed, 'Failed')?.reason, 'BackoffLimitExceeded');
      assert.equal(conditionOf(failed, 'Failed')?.message, 'Job has reached the specified backoff limit');
      assert.equal(statusOf(failed)['failed'], 1);
      const [pod] = await client.list('Pod');
      assert.ok(pod !== undefined);
      assert.equal(statusOf(pod)['phase'], 'Failed');
      const [container = {}] = listOf(statusOf(pod), 'containerStatuses');
      const ended = mappingOf(mappingOf(container, 'state'), 'terminated');
      assert.equal(ended['exitCode'], 3);
      assert.equal(ended['reason'], 'Error');
    },
  },
  {
    name: 'a claim of the default class is bound',
    run: async (client) => {
      const claim = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      };
      const made = await client.applied(claim);
      assert.equal(part(made, 'spec')['volumeMode'], 'Filesystem');
      const bound = await client.awaitObject(
        'PersistentVolumeClaim',
        'data',
        (object) => statusOf(object)['phase'] === 'Bound',
      );
      assert.match(textOf(part(bound, 'spec'), 'volumeName'), /^pvc-/);
      assert.deepEqual(statusOf(bound)['capacity'], { storage: '1Gi' });
    },
  },
  {
    name: 'a Service of type LoadBalancer gets an address',
    run: async (client) => {
      const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
      await client.applied({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'open' }, spec });
      const open = await client.awaitObject('Service', 'open', (object) => ingressOf(object).length > 0);
      assert.match(textOf(ingressOf(open)[0] ?? {}, 'ip'), /^\d+\.\d+\.\d+\.\d+$/);
    },
  },
  {
    name: 'an image that cannot be pulled: statuses and events',
    run: async (client) => {
      const image = 'registry.invalid/app:1';
      await client.applied(deployment('unpullable', { image }));
      const pod = await client.awaitAny('Pod', (each) => waitingReason(each) === 'ImagePullBackOff');
      assert.equal(statusOf(pod)['phase'], 'Pending');
      const [container = {}] = listOf(statusOf(pod), 'containerStatuses');
      const message = textOf(mappingOf(mappingOf(container, 'state'), 'waiting'), 'message');
      assert.match(message, /^Back-off pulling image "registry\.invalid\/app:1"/);
      await awaitEvent(client, pod, {
        reason: 'Failed',
        pattern: /^Failed to pull image "registry\.invalid\/app:1"/,
      });
      await awaitEvent(client, pod, { reason: 'BackOff', pattern: /^Back-off pulling image/ });
      const refused = await client.logs(pod.metadata.name);
      assert.ok('code' in refused);
      assert.equal(refused.code, 400);
      const expected = `container "app" in pod "${pod.metadata.name}" is waiting to start: trying and failing to pull image`;
      assert.equal(refused.body['message'], expected);
    },
  },
  {
    name: 'a container that crashes again and again: statuses, events, logs of before',
    run: async (client) => {
      const annotations = {
        'lab.fake/mode': 'crash-loop',
        'lab.fake/exit-code': '7',
        'lab.fake/logs': 'last words',
      };
      await client.applied(deployment('crashing', { annotations }));
      const pod = await client.awaitAny(
        'Pod',
        (each) => waitingReason(each) === 'CrashLoopBackOff' && restartsOf(each) > 0,
      );
      const [container = {}] = listOf(statusOf(pod), 'containerStatuses');
      const ended = mappingOf(mappingOf(container, 'lastState'), 'terminated');
      assert.equal(ended['exitCode'], 7);
      assert.equal(ended['reason'], 'Error');
      assert.match(
        textOf(mappingOf(mappingOf(container, 'state'), 'waiting'), 'message'),
        /^back-off \d+s restarting failed container=app pod=/,
      );
      await awaitEvent(client, pod, {
        reason: 'BackOff',
        pattern: /^Back-off restarting failed container app in pod /,
      });
      assert.deepEqual(await client.logs(pod.metadata.name, { previous: 'true' }), ['last words']);
    },
  },
  {
    name: 'logs: refused before the container has started, then given to the end',
    run: async (client) => {
      await client.applied(job('mute', { annotations: { 'lab.fake/mode': 'stuck-creating' } }));
      const mute = await client.awaitAny('Pod', (each) => waitingReason(each) === 'ContainerCreating');
      const refused = await client.logs(mute.metadata.name);
      assert.ok('code' in refused);
      assert.equal(refused.code, 400);
      assert.equal(
        refused.body['message'],
        `container "app" in pod "${mute.metadata.name}" is waiting to start: ContainerCreating`,
      );
      const annotations = { 'lab.fake/run-ms': '500', 'lab.fake/logs': 'one\ntwo' };
      await client.applied(job('talks', { annotations }));
      const talking = await client.awaitAny(
        'Pod',
        (each) => each.metadata.name.startsWith('talks-') && statusOf(each)['phase'] !== 'Pending',
      );
      assert.deepEqual(await client.logs(talking.metadata.name, { follow: 'true' }), ['one', 'two']);
    },
  },
];

function ingressOf(service: KubeObject): readonly JsonObject[] {
  return listOf(mappingOf(statusOf(service), 'loadBalancer'), 'ingress');
}

function waitingReason(pod: KubeObject): string {
  const [container = {}] = listOf(statusOf(pod), 'containerStatuses');
  return textOf(mappingOf(mappingOf(container, 'state'), 'waiting'), 'reason');
}

function restartsOf(pod: KubeObject): number {
  return numberOf(listOf(statusOf(pod), 'containerStatuses')[0] ?? {}, 'restartCount');
}

async function awaitEvent(
  client: ContractClient,
  pod: KubeObject,
  wanted: { readonly reason: string; readonly pattern: RegExp },
): Promise<void> {
  await client.awaitAny(
    'Event',
    (event) =>
      mappingOf(event, 'involvedObject')['name'] === pod.metadata.name &&
      event['reason'] === wanted.reason &&
      wanted.pattern.test(textOf(event, 'message')),
  );
}
