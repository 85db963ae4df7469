import { isWrite } from './control-plane/audit-log.js';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { awaitObject } from './kube-client/await-object.js';
import type { StoredObject } from './kube-client/watch-objects.js';

interface PodWithStatus extends StoredObject {
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly ready: boolean;
      readonly state: { readonly waiting?: { readonly reason: string } };
      readonly lastState?: { readonly terminated?: { readonly exitCode: number; readonly reason: string } };
    }[];
  };
}

let cluster: ControlPlane;

beforeAll(async () => {
  cluster = await startControlPlane();
});

afterAll(async () => {
  await cluster.stop();
  expect(cluster.nodeErrors()).toEqual([]);
});

function deployment(
  name: string,
  options: { replicas?: number; image?: string; annotations?: object; deadline?: number } = {},
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: options.replicas ?? 1,
      progressDeadlineSeconds: options.deadline ?? 600,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: options.annotations ?? {} },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image: options.image ?? 'nginx:1' }],
        },
      },
    },
  };
}

function job(name: string, annotations: object): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1' }] },
      },
    },
  };
}

async function apply(...objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], list);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

async function awaitPod(app: string, accept: (pod: PodWithStatus) => boolean): Promise<PodWithStatus> {
  return awaitObject(cluster.client, `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`, {
    accept,
  });
}

async function succeeds(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const waitingReason = (pod: PodWithStatus) => pod.status.containerStatuses?.[0]?.state.waiting?.reason;

test('a Deployment rolls out, and rolls on to a new image', async () => {
  await apply(deployment('good', { replicas: 3 }));
  await succeeds('rollout', 'status', 'deploy/good', '--timeout=300s');
  await apply(deployment('good', { replicas: 3, image: 'nginx:2' }));
  await succeeds('rollout', 'status', 'deploy/good', '--timeout=300s');
});

test('an image of an .invalid registry cannot be pulled, has no logs, and exceeds the progress deadline', async () => {
  await apply(deployment('pull', { image: 'registry.invalid/x:1', deadline: 5 }));
  await awaitPod('pull', (pod) => waitingReason(pod) === 'ImagePullBackOff');
  const logs = await cluster.kubectl(['logs', 'deploy/pull']);
  expect(logs.stderr).toContain('waiting to start: trying and failing to pull image');
  await succeeds(
    'wait',
    '--for=jsonpath={.status.conditions[?(@.type=="Progressing")].reason}=ProgressDeadlineExceeded',
    'deploy/pull',
    '--timeout=300s',
  );
});

test('a crash loop backs off with its exit code, its count and its log', async () => {
  const annotations = {
    'lab.fake/mode': 'crash-loop',
    'lab.fake/exit-code': '3',
    'lab.fake/logs': 'boom at line 7',
  };
  await apply(deployment('crash', { annotations }));
  const pod = await awaitPod(
    'crash',
    (one) =>
      waitingReason(one) === 'CrashLoopBackOff' && (one.status.containerStatuses?.[0]?.restartCount ?? 0) > 0,
  );
  expect(pod.status.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 3,
    reason: 'Error',
  });
  expect(await succeeds('logs', 'deploy/crash')).toBe('boom at line 7\n');
  expect(await succeeds('get', 'events', '-o', 'jsonpath={.items[*].reason}')).toContain('BackOff');
});

test('a pod that crashes once becomes ready', async () => {
  await apply(
    deployment('heals', { annotations: { 'lab.fake/mode': 'crash-loop', 'lab.fake/fail-times': '1' } }),
  );
  await succeeds('rollout', 'status', 'deploy/heals', '--timeout=300s');
});

test('modes show as what they are named after', async () => {
  await apply(
    deployment('config', { annotations: { 'lab.fake/mode': 'config-error' } }),
    deployment('oom', { annotations: { 'lab.fake/mode': 'oom' } }),
    deployment('unready', { annotations: { 'lab.fake/mode': 'never-ready' } }),
    deployment('stuck', { annotations: { 'lab.fake/mode': 'stuck-creating' } }),
  );
  await awaitPod('config', (pod) => waitingReason(pod) === 'CreateContainerConfigError');
  const oom = await awaitPod('oom', (pod) => waitingReason(pod) === 'CrashLoopBackOff');
  expect(oom.status.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
    exitCode: 137,
    reason: 'OOMKilled',
  });
  const unready = await awaitPod('unready', (pod) => pod.status.phase === 'Running');
  expect(unready.status.containerStatuses?.[0]?.ready).toBe(false);
  await awaitPod('stuck', (pod) => waitingReason(pod) === 'ContainerCreating');
});

test('Jobs complete and fail', async () => {
  await apply(job('works', {}), job('fails', { 'lab.fake/mode': 'fail' }));
  await succeeds('wait', '--for=condition=Complete', 'job/works', '--timeout=300s');
  await succeeds('wait', '--for=condition=Failed', 'job/fails', '--timeout=300s');
  expect(await succeeds('logs', '-f', 'job/works')).toMatch(/^started works-/);
});

test('volumes are provisioned and load balancers get addresses, unless told not to', async () => {
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const metadata = { name: 'data', namespace: 'default' };
  const never = {
    name: 'never',
    namespace: 'default',
    annotations: { 'lab.fake/provision': 'never', 'lab.fake/lb': 'never' },
  };
  const service = { type: 'LoadBalancer', selector: { app: 'good' }, ports: [{ port: 80 }] };
  await apply(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: never, spec: claim },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: service },
    { apiVersion: 'v1', kind: 'Service', metadata: never, spec: service },
  );
  await succeeds('wait', '--for=jsonpath={.status.phase}=Bound', 'pvc/data', '--timeout=300s');
  await succeeds('wait', '--for=jsonpath={.status.loadBalancer.ingress[0].ip}', 'svc/data', '--timeout=300s');
  expect(await succeeds('get', 'pvc/never', '-o', 'jsonpath={.status.phase}')).toBe('Pending');
  expect(await succeeds('get', 'svc/never', '-o', 'jsonpath={.status.loadBalancer}')).toBe('{}');
});

test('a namespace deletes completely', async () => {
  await succeeds('create', 'namespace', 'short-lived');
  await succeeds('-n', 'short-lived', 'create', 'deployment', 'web', '--image=nginx:1');
  await succeeds('-n', 'short-lived', 'rollout', 'status', 'deploy/web', '--timeout=300s');
  await succeeds('delete', 'namespace', 'short-lived', '--wait', '--timeout=300s');
});

test('the bystander may do nothing, and the audit log tells reads from writes', async () => {
  const denied = await cluster.kubectl(['--kubeconfig', cluster.kubeconfig.bystander, 'get', 'pods']);
  expect(denied.stderr).toContain('Forbidden');
  await succeeds('create', 'configmap', 'audited');
  await cluster.kubectl(['create', 'configmap', 'rehearsed', '--dry-run=server']);
  const events = (await cluster.audit()).filter((event) => event.userAgent.startsWith('kubectl'));
  expect(events.some((event) => event.user === 'bystander' && event.code === 403)).toBe(true);
  const writes = events.filter((event) => isWrite(event) && event.requestURI.includes('/configmaps'));
  expect(writes.map((event) => event.code)).toEqual([201]);
});

test('the API server comes back at the same address after a kill, and nodes go on', async () => {
  await cluster.restartApiServer();
  await apply(deployment('after'));
  await succeeds('rollout', 'status', 'deploy/after', '--timeout=300s');
});
