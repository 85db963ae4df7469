import fc from 'fast-check';
import type { JudgedObject } from './judged-object.js';

const truth = fc.constantFrom('True', 'False', 'Unknown');
const few = fc.constantFrom(undefined, 0, 1, 2, 3);
const past = '2020-01-01T00:00:00Z';
const future = '2099-01-01T00:00:00Z';

/** Any of these conditions, in any order, also twice: rules differ in whether the first or any of them counts. */
function conditions(types: readonly string[], reasons: readonly string[] = ['']) {
  const condition = fc.record({
    type: fc.constantFrom('Reconciling', 'Stalled', ...types, ...types, ...types),
    status: truth,
    reason: fc.constantFrom(...reasons),
  });
  return fc.option(fc.array(condition, { maxLength: 3 }), { nil: undefined });
}

/** Values from `of` under some of the keys. */
function some(keys: readonly string[], of: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, of])), { requiredKeys: [] });
}

const metadata = fc.record({
  name: fc.constant('x'),
  generation: fc.constantFrom(undefined, 1, 2),
  creationTimestamp: fc.constantFrom(past, future),
  deletionTimestamp: fc.constantFrom(undefined, undefined, undefined, undefined, past),
});
const observedGeneration = fc.constantFrom(undefined, 0, 1, 1, 2, 2);
const maxDeadline = 2 ** 31 - 1;

interface Shape {
  readonly spec?: fc.Arbitrary<Record<string, unknown>>;
  readonly status?: fc.Arbitrary<Record<string, unknown>>;
}

/** Objects of one kind around the boundaries of its rule. */
function objects(apiVersion: string, kind: string, { spec, status }: Shape): fc.Arbitrary<JudgedObject> {
  const merged = fc
    .tuple(fc.record({ observedGeneration }), status ?? fc.constant({}))
    .map(([generic, own]) => ({ ...generic, ...own }));
  return fc.record({
    apiVersion: fc.constant(apiVersion),
    kind: fc.constant(kind),
    metadata,
    spec: fc.option(spec ?? fc.constant({}), { nil: undefined }),
    status: fc.option(merged, { nil: undefined, freq: 20 }),
  });
}

const strategy = (partition: fc.Arbitrary<unknown>) =>
  fc.record(
    {
      type: fc.constantFrom('RollingUpdate', 'OnDelete'),
      rollingUpdate: fc.record({ partition }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );

const replicaCounts = [
  ...['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'],
  ...['fullyLabeledReplicas', 'currentReplicas'],
];
/** Counts that are all as asked for, but for a few: chance alone would hardly ever make a workload ready. */
const counts = fc
  .tuple(fc.constantFrom(0, 1, 2), some(replicaCounts, few), fc.boolean())
  .map(([all, others, near]) => ({
    ...(near && Object.fromEntries(replicaCounts.map((key) => [key, all]))),
    ...Object.fromEntries(Object.entries(others).slice(0, near ? 1 : undefined)),
  }));

const deployments = (group: string) =>
  objects(`${group}/v1`, 'Deployment', {
    spec: fc.record({
      replicas: few,
      paused: fc.constantFrom(undefined, undefined, false, true),
      progressDeadlineSeconds: fc.constantFrom(undefined, 10, maxDeadline),
    }),
    status: fc
      .tuple(
        counts,
        conditions(
          ['Progressing', 'Available'],
          [
            'NewReplicaSetAvailable',
            'NewReplicaSetAvailable',
            'ProgressDeadlineExceeded',
            'ReplicaSetUpdated',
          ],
        ),
      )
      .map(([all, list]) => ({ ...all, conditions: list })),
  });

const withConditions = (types: readonly string[], reasons?: readonly string[]) =>
  fc.record({ conditions: conditions(types, reasons) });

const daemonCounts = some(
  ['desiredNumberScheduled', 'currentNumberScheduled', 'updatedNumberScheduled'],
  few,
).chain((first) => some(['numberAvailable', 'numberReady'], few).map((second) => ({ ...first, ...second })));

const container = fc.record({
  name: fc.constantFrom('a', 'b'),
  state: fc.constantFrom({ running: {} }, { waiting: { reason: 'CrashLoopBackOff' } }, { waiting: {} }, {}),
});

const ingress = fc.constantFrom(undefined, {}, { ingress: [] }, { ingress: [{ ip: '192.0.2.1' }] });

/** Objects of every kind that kstatus or we have a rule for, and of one that nobody has a rule for. */
export const arbitraryObject: fc.Arbitrary<JudgedObject> = fc.oneof(
  deployments('apps'),
  deployments('apps'),
  objects('apps/v1', 'StatefulSet', {
    spec: fc.record({ replicas: few, updateStrategy: strategy(few) }),
    status: fc
      .tuple(counts, some(['currentRevision', 'updateRevision'], fc.constantFrom('a', 'b')))
      .map(([all, revisions]) => ({ ...all, ...revisions })),
  }),
  objects('apps/v1', 'DaemonSet', {
    spec: fc.record({ updateStrategy: strategy(few) }),
    status: daemonCounts,
  }),
  objects('apps/v1', 'ReplicaSet', {
    spec: fc.record({ replicas: few }),
    status: fc
      .tuple(counts, conditions(['ReplicaFailure']))
      .map(([all, list]) => ({ ...all, conditions: list })),
  }),
  objects('v1', 'Pod', {
    status: fc.record({
      phase: fc.constantFrom(undefined, 'Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
      conditions: conditions(['Ready', 'PodScheduled'], ['Unschedulable', 'SchedulingGated']),
      containerStatuses: fc.option(fc.array(container, { maxLength: 2 }), { nil: undefined }),
      initContainerStatuses: fc.option(fc.array(container, { maxLength: 1 }), { nil: undefined }),
    }),
  }),
  objects('batch/v1', 'Job', {
    spec: fc.record({ suspend: fc.constantFrom(undefined, false, true), completions: few }),
    status: fc.record({
      startTime: fc.constantFrom(undefined, past),
      conditions: conditions(['Complete', 'Failed', 'FailureTarget', 'Suspended', 'SuccessCriteriaMet']),
      active: few,
    }),
  }),
  objects('batch/v1', 'CronJob', { spec: some(['suspend'], fc.boolean()) }),
  objects('v1', 'PersistentVolumeClaim', {
    status: fc.record({ phase: fc.constantFrom(undefined, 'Pending', 'Bound', 'Lost') }),
  }),
  objects('v1', 'Service', {
    spec: fc.record({
      type: fc.constantFrom(undefined, 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
      clusterIP: fc.constantFrom(undefined, '', 'None', '10.0.0.1'),
    }),
    status: fc.record({ loadBalancer: ingress }),
  }),
  objects('networking.k8s.io/v1', 'Ingress', { status: fc.record({ loadBalancer: ingress }) }),
  objects('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    status: withConditions(['NamesAccepted', 'Established'], ['Installing', 'NotAccepted', '']),
  }),
  objects('policy/v1', 'PodDisruptionBudget', { status: withConditions(['DisruptionAllowed']) }),
  objects('autoscaling/v2', 'HorizontalPodAutoscaler', {
    status: withConditions(['AbleToScale', 'ScalingActive', 'ScalingLimited']),
  }),
  objects('apiregistration.k8s.io/v1', 'APIService', { status: withConditions(['Available']) }),
  objects('v1', 'Namespace', {
    status: fc.record({ phase: fc.constantFrom(undefined, 'Active', 'Terminating') }),
  }),
  objects('gateway.networking.k8s.io/v1', 'Gateway', {
    status: withConditions(['Accepted', 'Programmed', 'Ready']),
  }),
  objects('gateway.networking.k8s.io/v1', 'GatewayClass', { status: withConditions(['Accepted']) }),
  ...['ConfigMap', 'Secret', 'ServiceAccount'].map((kind) => objects('v1', kind, {})),
  objects('acme.example/v1', 'Widget', { status: withConditions(['Ready', 'Available', 'Synced']) }),
);
