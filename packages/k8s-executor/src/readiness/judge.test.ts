import type { KubeObject } from '../cluster/kube-object.js';
import { judge, judgeCompletion } from './judge.js';

function object(kind: string, apiVersion: string, parts: Record<string, unknown>): KubeObject {
  const { metadata, ...rest } = parts;
  return { apiVersion, kind, metadata: { name: 'x', ...(metadata as object) }, ...rest };
}

const condition = (type: string, status: string, ...[reason = '', message = '']: string[]) => ({
  type,
  status,
  reason,
  message,
});
const rolledOut = [
  condition('Available', 'True'),
  condition('Progressing', 'True', 'NewReplicaSetAvailable'),
];

function deployment(status: Record<string, unknown>, spec: Record<string, unknown> = {}, generation = 2) {
  const counts = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
  return object('Deployment', 'apps/v1', {
    metadata: { generation },
    spec: { replicas: 2, progressDeadlineSeconds: 600, ...spec },
    status: { observedGeneration: 2, ...counts, conditions: rolledOut, ...status },
  });
}

function statefulSet(status: Record<string, unknown>, strategy: Record<string, unknown> = {}) {
  return object('StatefulSet', 'apps/v1', {
    metadata: { generation: 1 },
    spec: { replicas: 2, updateStrategy: { type: 'RollingUpdate', ...strategy } },
    status: {
      ...{ observedGeneration: 1, replicas: 2, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2 },
      ...{ currentRevision: 'a', updateRevision: 'a' },
      ...status,
    },
  });
}

function daemonSet(status: Record<string, unknown>, type = 'RollingUpdate') {
  const counts = { desiredNumberScheduled: 3, currentNumberScheduled: 3, updatedNumberScheduled: 3 };
  return object('DaemonSet', 'apps/v1', {
    metadata: { generation: 1 },
    spec: { updateStrategy: { type } },
    status: { observedGeneration: 1, ...counts, numberAvailable: 3, numberReady: 3, ...status },
  });
}

const pod = (status: Record<string, unknown>) => object('Pod', 'v1', { status });
const job = (status: Record<string, unknown>) => object('Job', 'batch/v1', { status });
const claim = (phase: string) => object('PersistentVolumeClaim', 'v1', { status: { phase } });

const cases: [string, KubeObject, 'progressing' | 'current' | 'failed', RegExp][] = [
  ['Deployment done', deployment({}), 'current', /2 of 2 replicas ready/],
  ['Deployment not seen', deployment({ observedGeneration: undefined }), 'progressing', /not seen/],
  ['Deployment of an older generation', deployment({}, {}, 3), 'progressing', /generation 2, not yet 3/],
  ['Deployment too few', deployment({ replicas: 1 }), 'progressing', /1 of 2 replicas made/],
  ['Deployment not updated', deployment({ updatedReplicas: 1 }), 'progressing', /1 of 2 replicas updated/],
  ['Deployment with old pods', deployment({ replicas: 3 }), 'progressing', /1 old replica still/],
  [
    'Deployment unavailable',
    deployment({ availableReplicas: 0 }),
    'progressing',
    /0 of 2 replicas available/,
  ],
  ['Deployment paused', deployment({ updatedReplicas: 0 }, { paused: true }), 'current', /paused/],
  [
    'Deployment out of time',
    deployment({ conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')] }),
    'failed',
    /deadline/,
  ],
  [
    'Deployment just progressing',
    deployment({
      conditions: [condition('Available', 'True'), condition('Progressing', 'True', 'ReplicaSetUpdated')],
    }),
    'progressing',
    /new ReplicaSet/,
  ],
  ['StatefulSet done', statefulSet({}), 'current', /2 of 2/],
  [
    'StatefulSet rolling',
    statefulSet({ updateRevision: 'b', updatedReplicas: 1 }),
    'progressing',
    /1 of 2 replicas updated/,
  ],
  [
    'StatefulSet with a partition',
    statefulSet({ updateRevision: 'b', updatedReplicas: 1 }, { rollingUpdate: { partition: 1 } }),
    'current',
    /partition 1/,
  ],
  [
    'StatefulSet OnDelete unready',
    statefulSet({ readyReplicas: 1 }, { type: 'OnDelete' }),
    'progressing',
    /1 of 2 replicas ready/,
  ],
  ['StatefulSet not seen', statefulSet({ observedGeneration: 0 }), 'progressing', /seen/],
  ['DaemonSet done', daemonSet({}), 'current', /3 of 3/],
  ['DaemonSet updating', daemonSet({ updatedNumberScheduled: 1 }), 'progressing', /1 of 3 pods updated/],
  ['DaemonSet OnDelete', daemonSet({ updatedNumberScheduled: 1 }, 'OnDelete'), 'current', /3 of 3/],
  ['Pod ready', pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }), 'current', /ready/],
  ['Pod failed', pod({ phase: 'Failed', reason: 'Error' }), 'failed', /Error/],
  [
    'Pod unschedulable',
    pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable', 'no room')] }),
    'progressing',
    /no room/,
  ],
  [
    'Pod crash-looping',
    pod({
      phase: 'Running',
      containerStatuses: [{ name: 'a', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    }),
    'failed',
    /container a/,
  ],
  ['Job running', job({ startTime: 'now', active: 1 }), 'current', /running/],
  [
    'Job failed',
    job({ conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] }),
    'failed',
    /Backoff/,
  ],
  [
    'Job about to fail',
    job({ conditions: [condition('FailureTarget', 'True', 'BackoffLimitExceeded')] }),
    'failed',
    /Backoff/,
  ],
  ['Job not started', job({}), 'progressing', /not started/],
  ['Claim pending', claim('Pending'), 'progressing', /no volume/],
  ['Claim lost', claim('Lost'), 'failed', /lost/],
  ['Claim bound', claim('Bound'), 'current', /bound/],
  [
    'Service without address',
    object('Service', 'v1', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }),
    'progressing',
    /no address/,
  ],
  [
    'Service with address',
    object('Service', 'v1', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
    }),
    'current',
    /1\.2\.3\.4/,
  ],
  [
    'Namespace ending',
    object('Namespace', 'v1', { status: { phase: 'Terminating' } }),
    'progressing',
    /terminating/,
  ],
  [
    'CRD established',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
      status: { conditions: [condition('NamesAccepted', 'True'), condition('Established', 'True')] },
    }),
    'current',
    /established/,
  ],
  [
    'CRD with a taken name',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
      status: { conditions: [condition('NamesAccepted', 'False', 'Conflict', 'taken')] },
    }),
    'failed',
    /taken/,
  ],
  [
    'CRD installing',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
      status: { conditions: [condition('Established', 'False', 'Installing')] },
    }),
    'progressing',
    /not established/,
  ],
  [
    'APIService down',
    object('APIService', 'apiregistration.k8s.io/v1', {
      status: { conditions: [condition('Available', 'False', 'Missing')] },
    }),
    'progressing',
    /Missing/,
  ],
  [
    'Certificate not ready',
    object('Certificate', 'cert-manager.io/v1', {
      status: { conditions: [condition('Ready', 'False', 'Issuing')] },
    }),
    'progressing',
    /Issuing/,
  ],
  [
    'a resource that stalls',
    object('Thing', 'acme.io/v1', { status: { conditions: [condition('Stalled', 'True', 'BadSpec')] } }),
    'failed',
    /BadSpec/,
  ],
  [
    'a Gateway that waits for its controller',
    object('Gateway', 'gateway.networking.k8s.io/v1', {
      status: { conditions: [condition('Accepted', 'True'), condition('Programmed', 'Unknown', 'Pending')] },
    }),
    'progressing',
    /Programmed is Unknown: Pending/,
  ],
  [
    'a Gateway in service',
    object('Gateway', 'gateway.networking.k8s.io/v1', {
      status: { conditions: [condition('Accepted', 'True'), condition('Programmed', 'True')] },
    }),
    'current',
    /there/,
  ],
  [
    'an autoscaler without what it scales',
    object('HorizontalPodAutoscaler', 'autoscaling/v2', {
      status: { conditions: [condition('AbleToScale', 'False', 'FailedGetScale')] },
    }),
    'progressing',
    /FailedGetScale/,
  ],
  [
    'an old autoscaler without metrics, which an annotation tells',
    object('HorizontalPodAutoscaler', 'autoscaling/v1', {
      metadata: {
        annotations: {
          'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify([
            condition('AbleToScale', 'True'),
            condition('ScalingActive', 'False', 'FailedGetResourceMetric'),
          ]),
        },
      },
      status: {},
    }),
    'current',
    /but ScalingActive is False: FailedGetResourceMetric/,
  ],
  [
    'a Job that its spec suspends',
    object('Job', 'batch/v1', {
      spec: { suspend: true },
      status: { conditions: [condition('Suspended', 'True')] },
    }),
    'current',
    /suspended, as its spec asks/,
  ],
  [
    'one that finalizers hold',
    object('ConfigMap', 'v1', { metadata: { deletionTimestamp: 'now', finalizers: ['a/b', 'c/d'] } }),
    'progressing',
    /held by 2 finalizers: a\/b, c\/d/,
  ],
  [
    'Deployment scaled to zero',
    deployment({ replicas: 0, updatedReplicas: 0, availableReplicas: 0, readyReplicas: 0 }, { replicas: 0 }),
    'current',
    /scaled to zero/,
  ],
  ['DaemonSet without a node', daemonSet({ desiredNumberScheduled: 0 }), 'current', /no node matches/],
  [
    'StatefulSet rolled out before its revision moves on',
    statefulSet({ updateRevision: 'b', currentReplicas: 0 }, { rollingUpdate: { partition: 0 } }),
    'current',
    /2 of 2/,
  ],
  ['a resource without status', object('Thing', 'acme.io/v1', {}), 'current', /there/],
  [
    'a Gateway refused',
    object('Gateway', 'gateway.networking.k8s.io/v1', {
      status: { conditions: [condition('Accepted', 'False', 'Invalid')] },
    }),
    'failed',
    /Invalid/,
  ],
  [
    'anything on its way out',
    object('ConfigMap', 'v1', { metadata: { deletionTimestamp: 'now' } }),
    'progressing',
    /deleted/,
  ],
  ['a Job of another group', object('Job', 'batch.volcano.sh/v1alpha1', { status: {} }), 'current', /there/],
];

test.each(cases)('%s', (...[, given, status, message]) => {
  const judged = judge(given);
  expect(judged.status).toBe(status);
  expect(judged.message).toMatch(message);
});

test('a job task waits for completion', () => {
  expect(judgeCompletion(job({ startTime: 'now', active: 1 })).status).toBe('progressing');
  expect(judgeCompletion(job({ conditions: [condition('Complete', 'True')] })).status).toBe('current');
  expect(judgeCompletion(pod({ phase: 'Running', conditions: [condition('Ready', 'True')] })).status).toBe(
    'progressing',
  );
  expect(judgeCompletion(pod({ phase: 'Succeeded' })).status).toBe('current');
});
