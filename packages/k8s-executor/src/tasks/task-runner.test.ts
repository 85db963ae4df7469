import { createManualClock } from '@flotilla/core/testing';
import type { TaskNode, TaskProgress, Verdict } from '@flotilla/core';
import { referenceOf } from '../cluster/kube-object.js';
import type { KubeObject } from '../cluster/kube-object.js';
import { labelObject } from '../manifest/labels.js';
import { createFakeCluster } from '../testing/fake-cluster.js';
import { createTestContext } from '../testing/test-context.js';
import { withDigest } from '../objects/digest.js';
import { createTaskRunner } from './task-runner.js';

const task = { kind: 'service', id: 'services.api', name: 'api' } as TaskNode;
const owner = { deployment: 'shop', namespace: 'shop', task: task.id };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'api' } },
    template: { metadata: { labels: { app: 'api' } } },
  },
} as KubeObject;

function start(podsSynced = Promise.resolve()) {
  const fake = createFakeCluster({ podsSynced });
  const clock = createManualClock();
  const desired = withDigest(labelObject(deployment, owner));
  const runner = createTaskRunner(() => [desired], createTestContext(fake.cluster, clock));
  const progress: TaskProgress[] = [];
  const abort = new AbortController();
  let verdict: Verdict | undefined;
  const run = () =>
    runner
      .run(task, {
        attempt: 1,
        signal: abort.signal,
        progress: (each) => progress.push(each),
        log: () => undefined,
      })
      .then((value) => (verdict = value));
  const uid = 'uid-api';
  const status = (ready: number) => ({
    ...{
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: ready,
      availableReplicas: ready,
    },
    conditions: [{ type: 'Available', status: ready === 1 ? 'True' : 'False' }],
  });
  const metadata = {
    ...desired.metadata,
    uid,
    generation: 1,
    annotations: { ...desired.metadata.annotations, 'deployment.kubernetes.io/revision': '1' },
  };
  const roll = async (ready: number) => {
    const live = await fake.cluster.get(referenceOf(desired));
    const managedFields = live.ok ? live.value?.metadata['managedFields'] : undefined;
    fake.put({ ...desired, metadata: { ...metadata, managedFields }, status: status(ready) });
  };
  const pod = (container: Record<string, unknown>, more: Record<string, unknown> = {}) => {
    const owned = (ownerUid: string) => ({
      namespace: 'shop',
      ownerReferences: [{ uid: ownerUid }],
      labels: { app: 'api' },
    });
    const annotations = { 'deployment.kubernetes.io/revision': '1' };
    fake.put({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { ...owned(uid), name: 'api-1', uid: 'rs', annotations },
    });
    fake.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...owned('rs'), name: 'api-1-x', uid: 'pod' },
      spec: { containers: [{ name: 'api', image: 'acme/api:9' }] },
      status: { phase: 'Pending', containerStatuses: [{ name: 'api', ...container }], ...more },
    });
  };
  return { fake, clock, runner, run, abort, progress, roll, pod, verdict: () => verdict };
}

const unpulled = { state: { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } } };

test('a task is done when its objects are current, and leaves no listener behind', async () => {
  const { fake, clock, run, roll, progress } = start();
  const done = run();
  await clock.advanceTo(1);
  await roll(0);
  await clock.advanceTo(2);
  await roll(1);
  expect(await done).toEqual({ kind: 'succeeded', reason: '1 object applied, all ready' });
  expect(progress.map((each) => each.message)).toContain('Deployment shop/api: 0 of 1 replicas available');
  expect(fake.listeners.size).toBe(0);
  expect(clock.waiting()).toBe(0);
});

test('a second run writes nothing', async () => {
  const { fake, clock, run, roll } = start();
  const first = run();
  await clock.advanceTo(1);
  await roll(1);
  await first;
  await clock.advanceTo(60_000);
  expect(await run()).toEqual({ kind: 'unchanged', reason: '1 object as asked and ready' });
  expect(fake.writes).toEqual(['Deployment']);
});

const waits = (reason: string, message: string) => ({ state: { waiting: { reason, message } } });
const crashed = (restartCount: number) => ({
  restartCount,
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 3 } },
});
const unschedulable = {
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
  ],
};

test.each([
  ['an image that is not there', unpulled, {}, 30_000, 'not found'],
  ['a registry that is down', waits('ErrImagePull', 'i/o timeout'), {}, 120_000, 'does not answer'],
  [
    'a ConfigMap that is missing',
    waits('CreateContainerConfigError', 'configmap "x" not found'),
    {},
    30_000,
    'ConfigMap x',
  ],
  ['a crash loop', crashed(3), { phase: 'Running' }, 30_000, 'crashed 4 times'],
  ['no room', {}, unschedulable, 120_000, 'no node takes pod'],
] as const)(
  '%s fails the task within a second after its grace, and not before',
  async (...[, container, more, graceMs, words]) => {
    const { clock, run, roll, pod, verdict } = start();
    void run();
    await clock.advanceTo(1_000);
    await roll(0);
    pod(container, more);
    await clock.advanceTo(1_000 + graceMs - 1);
    expect(verdict()).toBeUndefined();
    await clock.advanceTo(1_000 + graceMs + 1_000);
    expect(verdict()).toMatchObject({ kind: 'failed', reason: expect.stringContaining(words) as string });
  },
);

test('a crash loop lasts from the first crash on: when its time is over, the third restart is the verdict', async () => {
  const { clock, run, roll, pod, verdict } = start();
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  pod(crashed(1), { phase: 'Running' });
  await clock.advanceTo(40_000);
  pod(crashed(2), { phase: 'Running' });
  await clock.advanceTo(50_000);
  expect(verdict()).toBeUndefined();
  pod(crashed(3), { phase: 'Running' });
  await clock.advanceTo(51_000);
  expect(verdict()?.kind).toBe('failed');
});

test('while the grace time runs, a task says what its trouble is', async () => {
  const { clock, run, roll, pod, progress, abort } = start();
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  pod(unpulled);
  await clock.advanceTo(2_000);
  expect(progress.at(-1)).toMatchObject({
    phase: 'wait',
    message:
      'Deployment shop/api: image "acme/api:9" cannot be pulled: not found (fails unless it heals within 30 s)',
  });
  abort.abort();
  await clock.advanceTo(3_000);
});

test('what heals within its grace does not fail, and what heals after it recovers', async () => {
  const { clock, run, roll, pod, runner, verdict } = start();
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  pod(unpulled);
  await clock.advanceTo(20_000);
  pod({ state: { waiting: { reason: 'ContainerCreating' } } });
  await clock.advanceTo(25_000);
  pod(unpulled);
  await clock.advanceTo(54_000);
  expect(verdict()).toBeUndefined();
  await clock.advanceTo(56_000);
  expect(verdict()?.kind).toBe('failed');
  const recovered = runner.recovery(task, new AbortController().signal);
  await clock.advanceTo(57_000);
  await roll(1);
  expect(await recovered).toBe(true);
});

test('no verdict falls before the pods are known, which may be to blame', async () => {
  let sync: () => void = () => undefined;
  const podsSynced = new Promise<void>((resolve) => {
    sync = resolve;
  });
  const { fake, clock, run, roll, pod, verdict } = start(podsSynced);
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  const live = await fake.cluster.get(referenceOf(deployment));
  const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
  fake.put({
    ...(live.ok && live.value !== undefined ? live.value : deployment),
    status: { observedGeneration: 1, replicas: 1, conditions },
  });
  await clock.advanceTo(5_000);
  expect(verdict()).toBeUndefined();
  pod(unpulled);
  sync();
  await clock.advanceTo(5_001);
  expect(verdict()).toMatchObject({
    reason:
      'the rollout made no progress within its deadline of 600 s: image "acme/api:9" cannot be pulled: not found',
  });
});

test('a timeout before everything is applied is explained by what was done last', async () => {
  const { clock, run, runner, abort, fake } = start();
  fake.cluster.apply = () => new Promise(() => undefined);
  void run();
  await clock.advanceTo(1_000);
  expect(await runner.explain(task, 1_000)).toEqual({
    cause: 'it was still applying 1 object',
    events: [],
    logs: [],
  });
  abort.abort();
});

test('a timeout is explained by what is not current', async () => {
  const { clock, run, roll, pod, runner, abort } = start();
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  pod(unpulled);
  await clock.advanceTo(2_000);
  const evidence = await runner.explain(task, 1_000);
  expect(evidence).toMatchObject({
    cause: 'image "acme/api:9" cannot be pulled: not found',
    object: { kind: 'Deployment', name: 'api' },
    state: '0 of 1 replicas ready',
    command: 'kubectl -n shop describe pod api-1-x',
  });
  abort.abort();
  await clock.advanceTo(3_000);
});

test('a rollout that somebody else takes over is superseded', async () => {
  const { fake, clock, run, roll, verdict } = start();
  void run();
  await clock.advanceTo(1_000);
  await roll(0);
  const managedFields = [
    {
      manager: 'flotilla',
      operation: 'Apply',
      fieldsV1: { 'f:metadata': {}, 'f:spec': { 'f:selector': {}, 'f:replicas': {} } },
    },
    { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': { 'f:template': {} } } },
  ];
  const metadata = { ...deployment.metadata, uid: 'uid-api', generation: 2, managedFields };
  fake.put({ ...deployment, metadata });
  await clock.advanceTo(2_000);
  expect(verdict()).toMatchObject({
    kind: 'superseded',
    reason: 'Deployment shop/api was superseded: kubectl-edit changed .spec.template',
  });
});
