import type { JudgedObject } from './judged-object.js';

type Part = Readonly<Record<string, unknown>>;

/** Of generation 2. */
const object =
  (apiVersion: string, kind: string) =>
  (status?: Part, spec: Part = {}, metadata: Part = {}): JudgedObject => ({
    apiVersion,
    kind,
    metadata: { name: 'sample', generation: 2, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec,
    ...(status !== undefined && { status }),
  });

const is = (type: string, status = 'True', reason = '') => ({
  type,
  status,
  reason,
  message: `${type}: why`,
});
const seen = { observedGeneration: 2 };

const all = (count: number) => ({
  ...seen,
  replicas: count,
  updatedReplicas: count,
  readyReplicas: count,
  availableReplicas: count,
  fullyLabeledReplicas: count,
  currentReplicas: count,
});

const rolledOut = [is('Available'), is('Progressing', 'True', 'NewReplicaSetAvailable')];
const three = { replicas: 3, progressDeadlineSeconds: 600 };
const deployment = object('apps/v1', 'Deployment');
const deployments = [
  deployment(undefined, three),
  deployment({ ...all(3), conditions: rolledOut }, three),
  deployment({ ...all(3), conditions: rolledOut, observedGeneration: undefined }, three),
  deployment({ ...all(3), conditions: rolledOut, observedGeneration: 1 }, three),
  deployment({ ...all(3), conditions: rolledOut, replicas: 2 }, three),
  deployment({ ...all(3), conditions: rolledOut, updatedReplicas: 2 }, three),
  deployment({ ...all(3), conditions: rolledOut, replicas: 4 }, three),
  deployment({ ...all(3), conditions: rolledOut, availableReplicas: 2 }, three),
  deployment({ ...all(3), conditions: rolledOut, readyReplicas: 2 }, three),
  deployment({ ...all(3), conditions: [is('Progressing', 'True', 'NewReplicaSetAvailable')] }, three),
  deployment(
    { ...all(3), conditions: [is('Available'), is('Progressing', 'True', 'ReplicaSetUpdated')] },
    three,
  ),
  deployment({ ...all(3), conditions: [is('Available')] }, three),
  deployment({ ...all(3), conditions: [is('Available')] }, { replicas: 3 }),
  deployment(
    { ...all(3), conditions: [is('Available')] },
    { ...three, progressDeadlineSeconds: 2 ** 31 - 1 },
  ),
  deployment({ ...all(3), conditions: [is('Progressing', 'False', 'ProgressDeadlineExceeded')] }, three),
  deployment({ ...seen, conditions: rolledOut }, { ...three, replicas: 0 }),
  deployment({ ...all(1), conditions: [is('Available')] }),
  deployment(
    { ...seen, replicas: 1, conditions: [is('Progressing', 'Unknown', 'DeploymentPaused')] },
    { ...three, paused: true },
  ),
  object('extensions/v1beta1', 'Deployment')({ ...all(3), replicas: 2 }, three),
];

const sameRevision = { currentRevision: 'a', updateRevision: 'a' };
const rolling = (partition?: number) => ({
  replicas: 3,
  updateStrategy: { type: 'RollingUpdate', ...(partition !== undefined && { rollingUpdate: { partition } }) },
});
const onDelete = { replicas: 3, updateStrategy: { type: 'OnDelete' } };
const statefulSet = object('apps/v1', 'StatefulSet');
const statefulSets = [
  statefulSet(undefined, rolling()),
  statefulSet({ ...all(3), ...sameRevision }, rolling()),
  statefulSet({ ...all(3), ...sameRevision, replicas: 2 }, rolling()),
  statefulSet({ ...all(3), ...sameRevision, replicas: 4 }, rolling()),
  statefulSet({ ...all(3), ...sameRevision, readyReplicas: 2 }, rolling()),
  statefulSet({ ...all(3), ...sameRevision, currentReplicas: 2 }, rolling()),
  statefulSet({ ...all(3), ...sameRevision, updateRevision: 'b' }, rolling()),
  // Rolled out in the moment before the controller moves the revision on.
  statefulSet({ ...all(3), updateRevision: 'b', currentRevision: 'a', currentReplicas: 0 }, rolling(0)),
  statefulSet({ ...all(3), updateRevision: 'b', updatedReplicas: 2 }, rolling(0)),
  statefulSet({ ...all(3), updateRevision: 'b', updatedReplicas: 1 }, rolling(1)),
  statefulSet({ ...all(3), updateRevision: 'b', updatedReplicas: 1 }, rolling(2)),
  statefulSet({ ...all(3), updateRevision: 'b', updatedReplicas: 0 }, rolling(5)),
  statefulSet({ ...all(3), updatedReplicas: 0, updateRevision: 'b' }, onDelete),
  statefulSet({ ...all(3), readyReplicas: 2 }, onDelete),
  statefulSet({ ...all(0), observedGeneration: 0 }, { replicas: 0 }, { generation: undefined }),
  statefulSet(seen, { replicas: 0 }),
];

const everywhere = (count: number) => ({
  ...seen,
  desiredNumberScheduled: count,
  currentNumberScheduled: count,
  updatedNumberScheduled: count,
  numberAvailable: count,
  numberReady: count,
});
const daemonSet = object('apps/v1', 'DaemonSet');
const daemonSets = [
  daemonSet(),
  daemonSet(everywhere(2)),
  daemonSet(everywhere(2), {}, { generation: undefined }),
  daemonSet({ ...everywhere(2), observedGeneration: undefined }),
  daemonSet(seen),
  daemonSet(everywhere(0)),
  daemonSet({ ...everywhere(2), currentNumberScheduled: 1 }),
  daemonSet({ ...everywhere(2), updatedNumberScheduled: 1 }),
  daemonSet({ ...everywhere(2), updatedNumberScheduled: 1 }, onDelete),
  daemonSet({ ...everywhere(2), numberAvailable: 1 }, onDelete),
  daemonSet({ ...everywhere(2), numberReady: 1 }),
];

const replicaSet = object('apps/v1', 'ReplicaSet');
const replicaSets = [
  replicaSet(),
  replicaSet(all(3), { replicas: 3 }),
  replicaSet({ ...all(3), conditions: [is('ReplicaFailure', 'True', 'FailedCreate')] }, { replicas: 3 }),
  replicaSet({ ...all(3), conditions: [is('ReplicaFailure', 'False')] }, { replicas: 3 }),
  replicaSet({ ...all(3), fullyLabeledReplicas: 2 }, { replicas: 3 }),
  replicaSet({ ...all(3), availableReplicas: 2 }, { replicas: 3 }),
  replicaSet({ ...all(3), readyReplicas: 2 }, { replicas: 3 }),
  replicaSet({ ...all(3), replicas: 4 }, { replicas: 3 }),
  replicaSet(undefined, { replicas: 0 }),
];

const crashing = { name: 'app', state: { waiting: { reason: 'CrashLoopBackOff' } } };
const unschedulable = { phase: 'Pending', conditions: [is('PodScheduled', 'False', 'Unschedulable')] };
const pod = object('v1', 'Pod');
const pods = [
  pod(),
  pod({ phase: 'Pending' }),
  pod({ phase: 'Running' }),
  pod({ phase: 'Running', conditions: [is('Ready')] }),
  pod({ phase: 'Running', conditions: [is('Ready', 'False', 'ContainersNotReady')] }),
  pod({ phase: 'Running', containerStatuses: [crashing] }),
  pod({ phase: 'Running', containerStatuses: [crashing], conditions: [is('Ready')] }),
  pod({ phase: 'Running', initContainerStatuses: [crashing] }),
  pod({ phase: 'Succeeded' }),
  pod({ phase: 'Failed', reason: 'Evicted' }),
  pod({ phase: 'Unknown' }),
  pod(unschedulable),
  pod(unschedulable, {}, { creationTimestamp: '2099-01-01T00:00:00Z' }),
  pod({ phase: 'Pending', conditions: [is('PodScheduled', 'False', 'SchedulingGated')] }),
  pod({ phase: 'Running', observedGeneration: 1, conditions: [is('Ready')] }),
];

const started = { startTime: '2026-01-01T00:00:00Z' };
const job = object('batch/v1', 'Job');
const jobs = [
  job(),
  job(started),
  job({ ...started, succeeded: 1, conditions: [is('SuccessCriteriaMet'), is('Complete')] }),
  job({ ...started, failed: 1, conditions: [is('Failed', 'True', 'BackoffLimitExceeded')] }),
  job({ ...started, failed: 1, conditions: [is('FailureTarget', 'True', 'BackoffLimitExceeded')] }),
  job({ conditions: [is('Suspended')] }, { suspend: true }),
  job({}, { suspend: true }),
  job({ ...started, conditions: [is('Suspended', 'False', 'JobResumed')] }, { suspend: false }),
  object('batch.volcano.sh/v1alpha1', 'Job')({ state: { phase: 'Pending' } }),
];

const claim = object('v1', 'PersistentVolumeClaim');
const service = object('v1', 'Service');
const balanced = { type: 'LoadBalancer', clusterIP: '10.0.0.7' };
const addressed = { loadBalancer: { ingress: [{ hostname: 'lb.example' }] } };
const others = [
  ...[undefined, {}, { phase: 'Pending' }, { phase: 'Bound' }, { phase: 'Lost' }].map((status) =>
    claim(status),
  ),
  service(),
  service({ loadBalancer: {} }, { type: 'NodePort', clusterIP: '10.0.0.7' }),
  service({ loadBalancer: {} }, { type: 'ExternalName' }),
  service({ loadBalancer: {} }, balanced),
  service(addressed, balanced),
  service({ loadBalancer: {} }, { type: 'LoadBalancer' }),
  service(addressed, { type: 'LoadBalancer' }),
  object('networking.k8s.io/v1', 'Ingress')({ loadBalancer: {} }),
  object('batch/v1', 'CronJob')(undefined, { suspend: true }),
  object('batch/v1', 'CronJob')({ active: [{}], lastScheduleTime: '2026-01-01T00:00:00Z' }),
  object('policy/v1', 'PodDisruptionBudget')(),
  object('policy/v1', 'PodDisruptionBudget')({ observedGeneration: 1 }),
  object('policy/v1', 'PodDisruptionBudget')({ ...seen, conditions: [is('DisruptionAllowed', 'False')] }),
  object('v1', 'ConfigMap')(),
  object('v1', 'Secret')(),
  object('v1', 'ConfigMap')(undefined, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  object('v1', 'Namespace')({ phase: 'Active' }),
  object('v1', 'Namespace')({ phase: 'Terminating' }),
];

const hpa = object('autoscaling/v2', 'HorizontalPodAutoscaler');
const noMetrics = is('ScalingActive', 'False', 'FailedGetResourceMetric');
const inAnnotation = (...conditions: readonly object[]) => ({
  annotations: { 'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify(conditions) },
});
const apiService = object('apiregistration.k8s.io/v1', 'APIService');
const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
const extensions = [
  hpa(),
  hpa({ conditions: [is('AbleToScale'), noMetrics] }),
  hpa({ conditions: [is('AbleToScale', 'False', 'FailedGetScale')] }),
  object('autoscaling/v1', 'HorizontalPodAutoscaler')({}, {}, inAnnotation(is('AbleToScale'), noMetrics)),
  object('autoscaling/v1', 'HorizontalPodAutoscaler')({}, {}, inAnnotation(is('AbleToScale', 'False'))),
  apiService(),
  apiService({ conditions: [is('Available')] }),
  apiService({ conditions: [is('Available', 'False', 'ServiceNotFound')] }),
  crd(),
  crd({ conditions: [is('NamesAccepted')] }),
  crd({ conditions: [is('NamesAccepted'), is('Established')] }),
  crd({ conditions: [is('NamesAccepted', 'False', 'ListKindConflict')] }),
  crd({ conditions: [is('NamesAccepted'), is('Established', 'False', 'Installing')] }),
  crd({ conditions: [is('NamesAccepted'), is('Established', 'False', 'NotAccepted')] }),
  crd({ conditions: [is('Established'), is('NamesAccepted', 'False', 'ListKindConflict')] }),
];

const gateway = object('gateway.networking.k8s.io/v1', 'Gateway');
const gatewayClass = object('gateway.networking.k8s.io/v1', 'GatewayClass');
const widget = object('acme.example/v1', 'Widget');
const custom = [
  gateway({ conditions: [is('Accepted'), is('Programmed')] }),
  gateway({ conditions: [is('Accepted', 'Unknown', 'Pending'), is('Programmed', 'Unknown', 'Pending')] }),
  gateway({ conditions: [is('Accepted', 'False', 'Invalid'), is('Programmed', 'False')] }),
  gateway({ conditions: [is('Accepted'), is('Programmed'), is('Ready', 'False')] }),
  gatewayClass({ conditions: [is('Accepted')] }),
  gatewayClass({ conditions: [is('Accepted', 'False', 'InvalidParameters')] }),
  widget(),
  widget({ ...seen }),
  widget({ observedGeneration: 1 }),
  widget({ observedGeneration: 1, conditions: [is('Ready')] }),
  widget({ conditions: [is('Ready')] }),
  widget({ conditions: [is('Ready', 'False', 'Issuing')] }),
  widget({ conditions: [is('Ready', 'Unknown')] }),
  widget({ conditions: [is('Ready', 'Odd'), is('Ready', 'False')] }),
  widget({ conditions: [is('Available', 'False')] }),
  widget({ conditions: [is('Reconciling'), is('Stalled')] }),
  widget({ conditions: [is('Stalled'), is('Reconciling')] }),
  widget({ conditions: [is('Reconciling', 'False'), is('Ready')] }),
];

/** Objects of our own for every kind and every branch of a rule, ours or kstatus'. */
export const sampleObjects: readonly JudgedObject[] = [
  ...deployments,
  ...statefulSets,
  ...daemonSets,
  ...replicaSets,
  ...pods,
  ...jobs,
  ...others,
  ...extensions,
  ...custom,
];
