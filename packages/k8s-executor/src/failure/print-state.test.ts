import type { KubeObject } from '../cluster/kube-object.js';
import { judge, judgeCompletion } from '../readiness/judge.js';
import { printState } from './print-state.js';
import type { Symptom } from './symptom.js';

const symptom: Symptom = {
  class: 'heals-sometimes',
  key: 'crash/app',
  graceMs: 30_000,
  conclusive: true,
  cause: 'container app crashes',
};

function pod(ready: boolean, phase = 'Running'): KubeObject {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1' }, status: { phase, conditions } };
}

function workload(kind: string, status: Record<string, unknown>, spec: Record<string, unknown> = {}) {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'apps/v1';
  return { apiVersion, kind, metadata: { name: 'web', generation: 1 }, spec, status } as KubeObject;
}

interface Seen {
  readonly pods?: readonly KubeObject[];
  readonly formerPods?: readonly KubeObject[];
  readonly symptom?: Symptom | undefined;
}

function stateOf(object: KubeObject, seen: Seen = {}): string {
  const readiness = object.kind === 'Job' ? judgeCompletion(object) : judge(object);
  return printState({ object, readiness, symptom, pods: [], formerPods: [], ...seen });
}

const spec = { replicas: 3 };
const daemons = { desiredNumberScheduled: 3, observedGeneration: 1 };

/** Each twice: with pods that its controller has not counted yet, and that it has. */
test.each([
  ['Deployment', [{}, { observedGeneration: 1, replicas: 3, updatedReplicas: 3 }], '1 of 3 replicas ready'],
  ['StatefulSet', [{}, { observedGeneration: 1, replicas: 2, readyReplicas: 1 }], '1 of 3 replicas ready'],
  ['ReplicaSet', [{}, { fullyLabeledReplicas: 2, readyReplicas: 1 }], '1 of 3 replicas ready'],
  ['DaemonSet', [daemons, { ...daemons, currentNumberScheduled: 2, numberReady: 1 }], '1 of 3 pods ready'],
] as const)('the pods of a %s are counted as they are seen', (kind, [uncounted, counted], said) => {
  const pods = [pod(true), pod(false)];
  for (const status of [uncounted, counted])
    expect(stateOf(workload(kind, status, spec), { pods })).toBe(said);
});

test('a job that has not been counted either', () => {
  const pods = [pod(false, 'Pending')];
  for (const status of [{}, { startTime: 'now', active: 1 }])
    expect(stateOf(workload('Job', status), { pods })).toBe('it is running: 1 pod active, 0 of 1 completed');
});

test('where no pod can be made, that is the state', () => {
  for (const status of [{}, { observedGeneration: 1, replicas: 0 }]) {
    expect(stateOf(workload('Deployment', status))).toBe('0 of 1 replicas made');
    expect(stateOf(workload('StatefulSet', status, spec))).toBe('0 of 3 replicas made');
  }
});

test('whether the version before still serves is said', () => {
  const seen = { pods: [pod(false)], formerPods: [pod(true), pod(true), pod(false)] };
  expect(stateOf(workload('Deployment', {}, spec), seen)).toBe(
    '0 of 3 replicas ready, 2 of the version before still ready',
  );
});

test('what is not at fault, or has failed by its own account, says its state itself', () => {
  const object = workload('Deployment', { observedGeneration: 1, replicas: 3, updatedReplicas: 3 }, spec);
  expect(stateOf(object, { symptom: undefined })).toBe('0 of 3 replicas available');
  expect(stateOf(object, { symptom: { ...symptom, class: 'silent' } })).toBe('0 of 3 replicas available');
  const failed = {
    observedGeneration: 1,
    conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }],
  };
  expect(stateOf(workload('Deployment', failed))).toBe('the rollout exceeded its progress deadline');
  const claim = { ...workload('PersistentVolumeClaim', { phase: 'Pending' }), apiVersion: 'v1' };
  expect(stateOf(claim)).toBe('no volume is bound to it yet');
});
