import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane/control-plane.js';
import { findBinaries } from './control-plane/find-binaries.js';
import { runProgram, type ProgramResult } from './control-plane/run-program.js';
import { kubernetesModule } from './control-plane/tool-modules.js';
import { flotilla } from './testing/flotilla.js';

const web = `apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {a: "1"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "nginx:1"}]
`;

const pod = '{metadata: {labels: {app: each}}, spec: {containers: [{name: main, image: "nginx:1"}]}}';
const once = '{spec: {restartPolicy: Never, containers: [{name: main, image: "nginx:1"}]}}';
const oneOfEach = `
{apiVersion: apps/v1, kind: Deployment, metadata: {name: each}, spec: {selector: {matchLabels: {app: each}}, template: ${pod}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: each}, spec: {serviceName: each, selector: {matchLabels: {app: each}}, template: ${pod}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: each}, spec: {selector: {matchLabels: {app: each}}, template: ${pod}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: each}, spec: {template: ${once}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: each}, spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: ${once}}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: each}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: each}}
---
{apiVersion: v1, kind: Secret, metadata: {name: each}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: each}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: each}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: each}, spec: {holderIdentity: me}}
---
{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: each}, revision: 1, data: {a: b}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: eaches.example.com}, spec: {group: example.com, scope: Namespaced, names: {plural: eaches, kind: Each}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}}
`;

let folder: string;
let program: string;
let cluster: Promise<ProgramResult>;
let stop: () => void = () => undefined;
let real: ControlPlane;

/** The real kubectl against `flotilla cluster`. */
function kubectl(...args: readonly string[]): Promise<ProgramResult> {
  const env = { PATH: process.env['PATH'], HOME: folder };
  return runProgram(program, ['--kubeconfig', join(folder, 'kubeconfig'), ...args], { env });
}

/** What it prints; a command that fails, or warns, fails the test. */
async function ask(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(...args);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-kubectl-'));
  program = join(await findBinaries(kubernetesModule), 'kubectl');
  await writeFile(join(folder, 'web.yaml'), web);
  await new Promise<void>((resolve) => {
    cluster = flotilla(['cluster', '--kubeconfig-out', join(folder, 'kubeconfig')], {
      timeoutMs: 600_000,
      onOutput: (_stdout, stderr, kill) => {
        stop = () => {
          kill('SIGTERM');
        };
        if (stderr.includes('kubeconfig')) resolve();
      },
    });
  });
  real = await startControlPlane();
});

afterAll(async () => {
  stop();
  expect((await cluster).code).toBe(143);
  await real.stop();
  await rm(folder, { recursive: true });
});

test('apply, by the client and by the server, from creation to conflict', async () => {
  const file = join(folder, 'web.yaml');
  expect(await ask('apply', '-f', file)).toBe('configmap/conf created\ndeployment.apps/web created\n');
  expect(await ask('apply', '-f', file)).toBe('configmap/conf unchanged\ndeployment.apps/web unchanged\n');
  expect(await ask('apply', '--server-side', '-f', file)).toContain('configmap/conf serverside-applied');
  expect(await ask('rollout', 'status', 'deploy/web', '--timeout=300s')).toContain('successfully rolled out');
  expect(await ask('wait', '--for=condition=Available', 'deploy/web', '--timeout=300s')).toContain(
    'condition met',
  );
  await writeFile(join(folder, 'other.yaml'), web.replace('a: "1"', 'a: "2"'));
  const args = ['apply', '--server-side', '--field-manager=other', '-f', join(folder, 'other.yaml')];
  const refused = await kubectl(...args);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('conflict with "kubectl"');
  expect(refused.stderr).toContain('.data.a');
  await ask(...args, '--force-conflicts');
});

test('every form of output', async () => {
  await ask('apply', '-f', join(folder, 'web.yaml'), '--server-side', '--force-conflicts');
  await ask('rollout', 'status', 'deploy/web', '--timeout=300s');
  expect(await ask('get', 'deploy', 'web')).toMatch(
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s\n$/,
  );
  expect(await ask('get', 'deploy', 'web', '-o', 'name')).toBe('deployment.apps/web\n');
  expect(await ask('get', 'deploy', 'web', '-o', 'jsonpath={.status.readyReplicas}')).toBe('2');
  expect(JSON.parse(await ask('get', 'deploy', 'web', '-o', 'json'))).toMatchObject({ kind: 'Deployment' });
  expect(await ask('get', 'deploy', 'web', '-o', 'yaml')).toContain('kind: Deployment\n');
  const described = await ask('describe', 'deploy', 'web');
  expect(described).toContain('2 desired | 2 updated | 2 total | 2 available | 0 unavailable');
  expect(described).toContain('ScalingReplicaSet');
  expect(await ask('logs', '-l', 'app=web', '--tail=1')).toMatch(/^started web-/);
});

test('what kubectl creates as protobuf', async () => {
  await ask('create', 'namespace', 'proto');
  const create = (...args: readonly string[]) => ask('-n', 'proto', 'create', ...args);
  await create('configmap', 'conf', '--from-literal=a=b');
  await create('secret', 'generic', 'keys', '--from-literal=password=hush');
  await create('deployment', 'web', '--image=nginx:1', '--replicas=0', '--port=80');
  await create('cronjob', 'nightly', '--image=busybox', '--schedule=0 3 * * *', '--', 'echo', 'hi');
  await create('service', 'nodeport', 'web', '--tcp=80:8080');
  await create('serviceaccount', 'robot');
  await create('role', 'reader', '--verb=get,list', '--resource=pods');
  await create('rolebinding', 'readers', '--role=reader', '--serviceaccount=proto:robot');
  const read = (what: string, path: string) => ask('-n', 'proto', 'get', what, '-o', `jsonpath=${path}`);
  expect(await read('cm/conf', '{.data.a}')).toBe('b');
  expect(await read('secret/keys', '{.data.password}')).toBe(Buffer.from('hush').toString('base64'));
  expect(
    await read('deploy/web', '{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}'),
  ).toBe('0 80');
  expect(await read('cronjob/nightly', '{.spec.jobTemplate.spec.template.spec.containers[0].command}')).toBe(
    '["echo","hi"]',
  );
  expect(await read('svc/web', '{.spec.ports[0].targetPort}')).toBe('8080');
  expect(await read('role/reader', '{.rules[0].verbs}')).toBe('["get","list"]');
  expect(await ask('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
  expect(await ask('delete', 'namespace', 'proto')).toContain('deleted');
  const unknown = await kubectl('create', 'quota', 'small', '--hard=pods=2');
  expect(unknown.stderr).toContain('application/json');
});

test('a job from its creation to its logs, followed; a scaled Deployment; deletion', async () => {
  await ask('create', 'job', 'hello', '--image=busybox', '--', 'echo', 'hi');
  await ask('wait', '--for=condition=complete', 'job/hello', '--timeout=300s');
  expect(await ask('logs', '-f', 'job/hello')).toMatch(/^started hello-/);
  await ask('create', 'deployment', 'many', '--image=nginx:1');
  expect(await ask('scale', 'deploy/many', '--replicas=3')).toContain('scaled');
  expect(await ask('rollout', 'status', 'deploy/many', '--timeout=300s')).toContain(
    'successfully rolled out',
  );
  await ask('wait', '--for=jsonpath={.status.readyReplicas}=3', 'deploy/many', '--timeout=300s');
  await ask('delete', 'deploy/many', 'job/hello');
  expect((await kubectl('get', 'deploy', 'many')).stderr).toContain('NotFound');
});

test('what people type every day', async () => {
  await ask('apply', '--server-side', '--force-conflicts', '-f', join(folder, 'web.yaml'));
  const daily = [
    ['run', 'one', '--image=nginx:1'],
    ['expose', 'deploy/web', '--port=80'],
    ['describe', 'deploy/web'],
    ['set', 'image', 'deploy/web', 'main=nginx:2'],
    ['set', 'env', 'deploy/web', 'LEVEL=info'],
    ['label', 'deploy/web', 'tier=front'],
    ['annotate', 'deploy/web', 'note=x'],
    ['patch', 'deploy/web', '-p', '{"spec":{"replicas":2}}'],
    ['rollout', 'history', 'deploy/web'],
    ['rollout', 'restart', 'deploy/web'],
    ['auth', 'can-i', 'get', 'pods'],
    ['api-resources'],
    ['delete', 'pod/one', 'service/web'],
  ];
  for (const args of daily) await ask(...args);
  await ask('replace', '-f', join(folder, 'web.yaml'));
  expect((await kubectl('diff', '-f', join(folder, 'web.yaml'))).code).toBeLessThanOrEqual(1);
});

test('what it does not do is refused and changes nothing, and the same objects are taken as YAML', async () => {
  await ask('create', 'deployment', 'plain', '--image=nginx:1');
  const refused = [
    ['explain', 'deployment.spec'],
    ['top', 'nodes'],
    ['auth', 'whoami'],
    ['exec', 'deploy/plain', '--', 'ls'],
    ['attach', 'deploy/plain'],
    ['port-forward', 'deploy/plain', '8080:80'],
    ['create', 'quota', 'few', '--hard=pods=3'],
    ['create', 'poddisruptionbudget', 'some', '--selector=app=plain', '--min-available=1'],
    ['create', 'ingress', 'front', '--rule=a.example/x=plain:80'],
    ['create', 'priorityclass', 'high', '--value=10'],
    ['create', 'token', 'default'],
    ['autoscale', 'deploy/plain', '--min=1', '--max=3', '--cpu=50%'],
  ];
  for (const args of refused)
    expect({ args, code: (await kubectl(...args)).code }).toEqual({ args, code: 1 });
  const objects = ['quota', 'poddisruptionbudgets', 'ingresses', 'horizontalpodautoscalers'];
  expect(await ask('get', objects.join(','), '-o', 'name')).toBe('');
  const quota = join(folder, 'quota.yaml');
  await writeFile(
    quota,
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: few}\nspec: {hard: {pods: "3"}}\n',
  );
  expect(await ask('apply', '-f', quota)).toBe('resourcequota/few created\n');
  await ask('delete', 'deploy/plain', 'quota/few');
});

const kinds = [
  ...['pods', 'deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'services'],
  ...['configmaps', 'secrets', 'serviceaccounts', 'namespaces', 'nodes', 'persistentvolumeclaims'],
  ...['leases', 'controllerrevisions', 'customresourcedefinitions', 'events'],
];

test('get prints the columns of a real server', async () => {
  const file = join(folder, 'one-of-each.yaml');
  await writeFile(file, oneOfEach);
  await ask('apply', '--server-side', '-f', file);
  await real.kubectl(['apply', '--server-side', '-f', file]);
  const rollout = ['rollout', 'status', 'deploy/each', '--timeout=300s'] as const;
  await ask(...rollout);
  await real.kubectl(rollout);
  const headerOf = (table: string) => table.split('\n')[0]?.split(/ {2,}/);
  for (const kind of kinds) {
    const expected = headerOf((await real.kubectl(['get', kind])).stdout);
    expect({ kind, columns: headerOf(await ask('get', kind)) }).toEqual({ kind, columns: expected });
  }
});
