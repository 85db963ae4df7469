import { awaitUnready } from './cluster-cases.js';
import { deployedBefore } from './deployed-before.js';
import type { FailureCase, Scene, SeenObject } from './failure-case.js';
import { configMap, deployment, manifest, secret, statefulSet } from './manifests.js';

const startsNeverLog = 'connecting to db:5432\nFATAL: password authentication failed for user "shop"';
const timedOutRegistry =
  'failed to pull and unpack image "registry.example/acme/web:9": failed to do request: Head "https://registry.example/v2/acme/web/manifests/9": dial tcp 10.0.0.9:443: i/o timeout';

const waitsFor = (reason: string) => (pod: SeenObject) =>
  pod.status.containerStatuses?.some(({ state }) => state.waiting?.reason === reason) === true;

/** Creates objects by hand as soon as a pod of the run waits for a reason. */
function createOnceWaiting(reason: string, objects: Parameters<typeof manifest>[0]) {
  return async ({ shop, awaitObject }: Scene) => {
    await awaitObject('/api/v1', 'pods', waitsFor(reason));
    await shop.kubectl(['create', '-f', '-'], manifest(objects));
  };
}

const envFromConfigMap = { envFrom: [{ configMapRef: { name: 'settings' } }] };
const envFromKey = {
  env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
};
const secretVolume = {
  volumes: [{ name: 'tls', secret: { secretName: 'tls' } }],
};
const migrations = { initContainers: [{ name: 'migrate', image: 'acme/migrate:1' }] };
const proxy = { initContainers: [{ name: 'proxy', image: 'acme/proxy:1', restartPolicy: 'Always' }] };
const probe = { readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 } };

const hasRestarted = ({ status }: SeenObject) =>
  status.containerStatuses?.some(({ restartCount }) => restartCount > 0) === true;

/** What containers do: images, commands, crashes, configuration, probes. */
export const containerCases: readonly FailureCase[] = [
  {
    title: 'an image that is not there',
    objects: [deployment({ image: 'registry.example/acme/web:9', behaviour: { mode: 'image-pull' } })],
    outcome: 'failed',
  },
  {
    title: 'an image that comes a little late',
    objects: [deployment({ behaviour: { mode: 'image-pull', 'fail-times': '2' } })],
    words: ['--grace', 'image-not-found=20s'],
    outcome: 'succeeded',
  },
  {
    title: 'a registry that does not answer',
    objects: [
      deployment({
        image: 'registry.example/acme/web:9',
        behaviour: { mode: 'image-pull', message: timedOutRegistry },
      }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a registry that hiccups for longer than a missing image may be missed',
    objects: [
      deployment({ behaviour: { mode: 'image-pull', message: timedOutRegistry, 'fail-times': '4' } }),
    ],
    words: ['--grace', 'image-not-found=100ms,image-pull=30s'],
    outcome: 'succeeded',
  },
  {
    title: 'a container that crashes again and again',
    objects: [deployment({ behaviour: { mode: 'crash-loop', 'exit-code': '3', logs: startsNeverLog } })],
    outcome: 'failed',
  },
  {
    title: 'one crash, then healthy',
    objects: [deployment({ behaviour: { mode: 'crash-loop', 'fail-times': '1' } })],
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a ConfigMap that does not exist',
    objects: [deployment({ container: envFromConfigMap })],
    outcome: 'failed',
  },
  {
    title: 'a ConfigMap that comes late',
    objects: [deployment({ container: envFromConfigMap })],
    words: ['--grace', 'missing-config=30s'],
    during: createOnceWaiting('CreateContainerConfigError', [configMap('settings', { level: 'info' })]),
    outcome: 'succeeded',
  },
  {
    title: 'a mounted Secret that does not exist',
    objects: [deployment({ pod: secretVolume })],
    outcome: 'failed',
  },
  {
    title: 'a mounted Secret that comes late',
    objects: [deployment({ pod: secretVolume })],
    words: ['--grace', 'missing-config=30s'],
    during: createOnceWaiting('ContainerCreating', [secret('tls', { 'tls.crt': 'certificate' })]),
    outcome: 'succeeded',
  },
  {
    title: 'a key that an existing Secret lacks',
    objects: [secret('db', { user: 'shop-user' }), deployment({ container: envFromKey })],
    words: ['--grace', 'missing-config=50s'],
    outcome: 'failed',
  },
  {
    title: 'a key that the Secret has',
    objects: [secret('db', { password: 'shop-password' }), deployment({ container: envFromKey })],
    outcome: 'succeeded',
  },
  {
    title: 'a container that uses more memory than its limit',
    objects: [
      deployment({ behaviour: { mode: 'oom' }, container: { resources: { limits: { memory: '64Mi' } } } }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a container that is killed for its memory once, then healthy',
    objects: [deployment({ behaviour: { mode: 'oom', 'fail-times': '1' } })],
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a command that the image does not hold',
    objects: [deployment({ behaviour: { mode: 'start-error' }, container: { command: ['nope'] } })],
    words: ['--grace', 'crash-loop=50s'],
    racing: /^Warning BackOff/,
    outcome: 'failed',
  },
  {
    title: 'a runtime that cannot start a container once',
    objects: [
      deployment({
        behaviour: { mode: 'start-error', message: 'context deadline exceeded', 'fail-times': '1' },
      }),
    ],
    outcome: 'succeeded',
  },
  {
    title: 'an init container that fails',
    objects: [
      deployment({
        pod: migrations,
        behaviour: { mode: 'crash-loop', container: 'migrate', logs: 'relation "orders" does not exist' },
      }),
    ],
    outcome: 'failed',
  },
  {
    title: 'an init container that succeeds at the second try',
    objects: [
      deployment({
        pod: migrations,
        behaviour: { mode: 'crash-loop', container: 'migrate', 'fail-times': '1' },
      }),
    ],
    outcome: 'succeeded',
  },
  {
    title: 'a sidecar that crashes again and again',
    objects: [deployment({ pod: proxy, behaviour: { mode: 'crash-loop', container: 'proxy' } })],
    outcome: 'failed',
  },
  {
    title: 'a readiness probe that never succeeds',
    objects: [deployment({ behaviour: { mode: 'never-ready' }, container: probe })],
    before: deployedBefore(awaitUnready),
    words: ['--timeout', '16s'],
    outcome: 'timed-out',
  },
  {
    title: 'a readiness probe that takes its time',
    objects: [deployment({ behaviour: { 'ready-ms': '3500' }, container: probe })],
    words: ['--grace', 'crash-loop=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'a stateful set that is stuck at its first pod',
    objects: [
      statefulSet({
        spec: { replicas: 3 },
        behaviour: { mode: 'crash-loop', logs: 'data directory is not empty' },
      }),
    ],
    outcome: 'failed',
  },
  {
    title: 'a stateful set that starts pod by pod',
    objects: [statefulSet({ spec: { replicas: 3 }, behaviour: { 'ready-ms': '900' } })],
    words: ['--grace', 'no-room=0s'],
    outcome: 'succeeded',
  },
  {
    title: 'one of three pods crashes',
    objects: [deployment({ spec: { replicas: 3 }, behaviour: { mode: 'crash-loop', 'fail-pods': '1' } })],
    before: deployedBefore(async ({ awaitObject }) => {
      await awaitObject('/apis/apps/v1', 'deployments', ({ status }) => status.availableReplicas === 2);
      await awaitObject('/api/v1', 'pods', hasRestarted);
    }),
    words: ['--timeout', '16s'],
    outcome: 'timed-out',
  },
];
