import type { KubeObject } from '../cluster/kube-object.js';
import { defaultGraceTimes } from './grace-times.js';
import { objectSymptoms } from './object-symptoms.js';
import { podSymptoms } from './pod-symptoms.js';
import { createSymptomTracker } from './symptom-tracker.js';

function pod(container: Record<string, unknown>, status: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'app', image: 'acme/api:1', resources: { limits: { memory: '64Mi' } } }] },
    status: { phase: 'Pending', containerStatuses: [{ name: 'app', ...container }], ...status },
  };
}

const waiting = (reason: string, message = '') => pod({ state: { waiting: { reason, message } } });
const crashed = (restartCount: number, terminated: Record<string, unknown> = { exitCode: 3 }) =>
  pod(
    { restartCount, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } },
    { phase: 'Running' },
  );

function only(given: KubeObject) {
  const symptoms = podSymptoms(given, defaultGraceTimes);
  expect(symptoms).toHaveLength(1);
  return symptoms[0]!;
}

test.each([
  ['rpc error: code = NotFound desc = … manifest unknown', 30_000, 'not found'],
  [
    'pull access denied, repository does not exist or may require authorization',
    120_000,
    'the registry denies access',
  ],
  ['dial tcp: lookup registry.invalid: no such host', 120_000, 'the name of the registry cannot be resolved'],
  ['dial tcp 10.0.0.1:443: i/o timeout', 120_000, 'the registry does not answer'],
])('an image that cannot be pulled: %s', (message, graceMs, words) => {
  const symptom = only(waiting('ErrImagePull', message));
  expect(symptom).toMatchObject({ class: 'heals-sometimes', graceMs });
  expect(symptom.cause).toBe(`image "acme/api:1" cannot be pulled: ${words}`);
});

test('what cannot heal fails at once', () => {
  for (const given of [
    waiting('InvalidImageName'),
    waiting('CreateContainerConfigError', "couldn't find key password in Secret shop/db"),
    pod({
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      restartCount: 1,
      lastState: {
        terminated: {
          exitCode: 128,
          reason: 'StartError',
          message: 'runc: exec: "serve": executable file not found in $PATH: unknown',
        },
      },
    }),
  ]) {
    expect(only(given)).toMatchObject({ class: 'cannot-heal', graceMs: 0, conclusive: true });
  }
});

test('a missing ConfigMap may still come', () => {
  expect(only(waiting('CreateContainerConfigError', 'configmap "x" not found'))).toMatchObject({
    graceMs: 30_000,
  });
});

test('a crash counts from the third restart on, and memory is named', () => {
  expect(only(crashed(1)).conclusive).toBe(false);
  expect(only(crashed(3))).toMatchObject({ conclusive: true, graceMs: 30_000 });
  expect(only(crashed(3, { exitCode: 137, reason: 'OOMKilled' })).cause).toContain('64Mi');
});

test('pods that are ready, gone, evicted or starting say nothing', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' };
  const silent = [
    pod({ restartCount: 5, lastState: { terminated: { exitCode: 1 } } }, ready),
    pod({}, { phase: 'Failed', reason: 'Evicted' }),
    pod({}, { phase: 'Failed', reason: 'Preempting' }),
    waiting('ContainerCreating'),
    waiting('PodInitializing'),
    pod({ restartCount: 0, state: { running: {} } }, { phase: 'Running' }),
  ];
  for (const given of silent) expect(podSymptoms(given, defaultGraceTimes)).toEqual([]);
});

const deadline = (lastUpdateTime: string) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    status: {
      conditions: [
        { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime },
      ],
    },
  }) as KubeObject;

test('a deadline exceeded before the apply is old news at first', () => {
  const readiness = { status: 'failed', message: '' } as const;
  const glimpse = { object: deadline('1'), readiness, pods: [] };
  expect(objectSymptoms({ ...glimpse, applied: deadline('1') }, defaultGraceTimes)[0]).toMatchObject({
    graceMs: 30_000,
  });
  expect(objectSymptoms({ ...glimpse, applied: deadline('0') }, defaultGraceTimes)[0]).toMatchObject({
    graceMs: 0,
  });
});

test('crashes beside a ready pod of the same revision fail nothing, but are told', () => {
  const object = deadline('1');
  const ready = pod({}, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
  const glimpse = { object, applied: object, readiness: { status: 'progressing', message: '' } as const };
  expect(objectSymptoms({ ...glimpse, pods: [crashed(9), ready] }, defaultGraceTimes)).toMatchObject([
    {
      conclusive: false,
      cause: 'of 2 pods one does not run: container app crashed 10 times with exit code 3',
    },
  ]);
  expect(objectSymptoms({ ...glimpse, pods: [crashed(9)] }, defaultGraceTimes)).toMatchObject([
    { conclusive: true },
  ]);
});

test('a symptom is due when it has lasted its grace, and healing starts it anew', () => {
  const tracker = createSymptomTracker();
  const symptoms = podSymptoms(waiting('ImagePullBackOff', 'not found'), defaultGraceTimes);
  tracker.observe(symptoms, 1_000);
  expect(tracker.nextDueMs()).toBe(31_000);
  expect(tracker.due(30_999)).toBeUndefined();
  expect(tracker.due(31_000)?.cause).toContain('not found');
  tracker.observe([], 31_000);
  expect(tracker.due(99_000)).toBeUndefined();
  tracker.observe(symptoms, 40_000);
  expect(tracker.due(69_999)).toBeUndefined();
});

test('the most telling words about an image stay when kubelet only says that it backs off', () => {
  const tracker = createSymptomTracker();
  tracker.observe(podSymptoms(waiting('ErrImagePull', 'manifest unknown'), defaultGraceTimes), 0);
  tracker.observe(
    podSymptoms(waiting('ImagePullBackOff', 'Back-off pulling image "acme/api:1"'), defaultGraceTimes),
    10_000,
  );
  expect(tracker.due(30_000)?.cause).toBe('image "acme/api:1" cannot be pulled: not found');
});

test('the time of a crash loop runs from the first crash', () => {
  const tracker = createSymptomTracker();
  tracker.observe(podSymptoms(crashed(1), defaultGraceTimes), 0);
  expect(tracker.due(60_000)).toBeUndefined();
  tracker.observe(podSymptoms(crashed(3), defaultGraceTimes), 35_000);
  expect(tracker.due(35_000)?.key).toBe('crash/app');
});

test('the end of a pod is waited for when its job has heard of it before us, for a moment', () => {
  const failedJob = (reason: string): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'seed' },
    status: { conditions: [{ type: 'Failed', status: 'True', reason, message: 'gave up' }] },
  });
  const ended = pod({ state: { terminated: { exitCode: 7 } } }, { phase: 'Failed' });
  const symptomOf = (reason: string, pods: readonly KubeObject[]) => {
    const object = failedJob(reason);
    const readiness = { status: 'failed', message: 'gave up' } as const;
    return objectSymptoms({ object, applied: object, readiness, pods }, defaultGraceTimes)[0];
  };
  const untold = symptomOf('BackoffLimitExceeded', []);
  expect(untold).toMatchObject({ graceMs: 2_000, cause: 'Job seed failed: gave up' });
  const told = symptomOf('BackoffLimitExceeded', [ended]);
  expect(told).toMatchObject({ graceMs: 0, cause: 'Job seed failed: container app ended with exit code 7' });
  expect(symptomOf('DeadlineExceeded', [])).toMatchObject({ class: 'cannot-heal', graceMs: 0 });
  const tracker = createSymptomTracker();
  tracker.observe([untold!], 0);
  expect(tracker.due(0)).toBeUndefined();
  tracker.observe([told!], 10);
  expect(tracker.due(10)).toBe(told);
});
