import { judge, type KubeObject } from '@flotilla/k8s-executor';
import { findBinaries } from './control-plane/find-binaries.js';
import type { ProgramOptions, ProgramResult } from './control-plane/run-program.js';
import { helmModule } from './control-plane/tool-modules.js';
import { findDisagreements } from './kstatus/disagreements.js';
import type { JudgedObject } from './kstatus/judged-object.js';
import { mergePatch } from './kube-client/kube-client.js';
import type { Deployment } from './testing/deployment.js';
import { outcomes, parseRunEvents, type RunEventLine } from './testing/run-events.js';
import { runReacting, type Reaction } from './testing/run-reacting.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment } = useControlPlane();

/** A deployment of one service per manifest, named after it. */
async function servicesOf(
  namespace: string,
  manifests: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<Deployment> {
  const services = Object.keys(manifests).map(
    (name) => `  - name: ${name}\n    manifests: [${name}.yaml]\n${more[name] ?? ''}`,
  );
  const files = Object.entries(manifests).map(([name, text]) => [`${name}.yaml`, text]);
  return await deployment(namespace, {
    'flotilla.yaml': `name: ${namespace}\nservices:\n${services.join('')}`,
    ...(Object.fromEntries(files) as Record<string, string>),
  });
}

function eventsOf({ stdout, stderr }: ProgramResult): readonly RunEventLine[] {
  if (stdout === '') throw new Error(stderr);
  return parseRunEvents(stdout);
}

/** What the pods that are meant to stay run: a pod that is being deleted is listed until its kubelet has let it go. */
async function imagesOf(deployment: Deployment): Promise<string> {
  const { items } = JSON.parse(await deployment.kubectl(['get', 'pods', '-o', 'json'])) as PodList;
  return items
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.spec.containers[0]?.image)
    .join(' ');
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly deletionTimestamp?: string };
    readonly spec: { readonly containers: readonly { readonly image: string }[] };
  }[];
}

/** What a task said last while it waited. */
function lastWait(events: readonly RunEventLine[], task: string): string | undefined {
  return events.filter((event) => event.type === 'task-progressed' && event.task === task).at(-1)?.message;
}

const container = 'terminationGracePeriodSeconds: 1, containers: [{name: c, image: IMAGE}]';
const template = (image: string, annotations = '') =>
  `{metadata: {labels: {app: x}, annotations: {${annotations}}}, spec: {${container.replace('IMAGE', image)}}}`;
const neverReady = 'lab.fake/mode: never-ready';

const workload = (kind: string, spec: string, { image = 'nginx:1', annotations = '' } = {}) => `
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${kind.toLowerCase()}-x}
spec:
  ${spec}
  selector: {matchLabels: {app: x}}
  template: ${template(image, annotations)}
`;
const job = (spec: string) =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: suspended}\nspec: {${spec}, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}\n`;
const cronJob = `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}}}
`;
const autoscaler = (version: string) => `apiVersion: autoscaling/${version}
kind: HorizontalPodAutoscaler
metadata: {name: scale-${version}}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: deployment-x}}
`;
const claim = (storageClass: string, annotations = '') => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, annotations: {${annotations}}}
spec: {storageClassName: ${storageClass}, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;
const patientClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: patient}
provisioner: lab.fake/provisioner
volumeBindingMode: WaitForFirstConsumer
`;
const service = (spec: string, annotations = '') =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: front, annotations: {${annotations}}}\nspec: {${spec}, ports: [{port: 80}]}\n`;
const budget =
  'apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: budget}\nspec: {minAvailable: 1, selector: {matchLabels: {app: nobody}}}\n';
const crd = (plural: string, kind: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.acme.example}
spec:
  group: acme.example
  scope: Namespaced
  names: {plural: ${plural}, singular: ${kind.toLowerCase()}, kind: ${kind}}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
const custom = (kind: string, size: number) =>
  `apiVersion: acme.example/v1\nkind: ${kind}\nmetadata: {name: x}\nspec: {size: ${size}}\n`;

/** What a controller of the custom resource would write. */
async function setStatus(namespace: string, plural: string, status: object): Promise<void> {
  const path = `/apis/acme.example/v1/namespaces/${namespace}/${plural}/x/status`;
  await cluster.client.request({ method: 'PATCH', path, body: { status }, contentType: mergePatch });
}

test('what is as asked for is ready, though it may look otherwise', async () => {
  await cluster.kubectl(['apply', '-f', '-'], patientClass);
  const shop = await servicesOf(
    'ready',
    {
      paused: workload('Deployment', 'paused: true\n  replicas: 2'),
      autoscalers: `${autoscaler('v1')}---\n${autoscaler('v2')}`,
      nowhere: workload('DaemonSet', 'minReadySeconds: 0').replace(
        'terminationGrace',
        'nodeSelector: {no: where}, terminationGrace',
      ),
      'by-hand': workload(
        'StatefulSet',
        'updateStrategy: {type: OnDelete}\n  replicas: 1\n  serviceName: none',
      ),
      suspended: job('suspend: true'),
      nightly: cronJob,
      budget,
      patient: claim('patient'),
      front: service('type: LoadBalancer, selector: {app: nobody}'),
      selectorless: service('type: ClusterIP').replace('front', 'outside'),
      kinds: `${crd('gears', 'Gear').replace('subresources: {status: {}}', '')}---\n${custom('Gear', 1)}`,
      gear: custom('Gear', 1).replace('name: x', 'name: later'),
      empty: workload('ReplicaSet', 'replicas: 0').replaceAll('app: x', 'app: none'),
    },
    { gear: '    depends_on: [kinds]\n' },
  );
  const first = eventsOf(await shop.run(['deploy', '-o', 'ndjson']));
  expect(new Set(Object.values(outcomes(first)))).toEqual(new Set(['succeeded']));

  // OnDelete: the pod stays what it is, and that is what was asked for. Zero replicas: the old pod has to go.
  await shop.write({
    'by-hand.yaml': workload(
      'StatefulSet',
      'updateStrategy: {type: OnDelete}\n  replicas: 1\n  serviceName: none',
      { image: 'nginx:2' },
    ),
    'paused.yaml': workload('Deployment', 'replicas: 0'),
  });
  const second = eventsOf(await shop.run(['deploy', '-o', 'ndjson']));
  expect(outcomes(second)).toMatchObject({
    'services.by-hand': 'succeeded',
    'services.paused': 'succeeded',
    'services.nowhere': 'unchanged',
  });
  const images = await imagesOf(shop);
  expect(images).toBe('nginx:1');
});

test('what is not there yet is not ready, and says what it lacks', async () => {
  const shop = await servicesOf('unready', {
    set: workload('StatefulSet', 'replicas: 2\n  serviceName: none', { annotations: neverReady }),
    everywhere: workload('DaemonSet', 'minReadySeconds: 0', { annotations: neverReady }).replaceAll(
      'app: x',
      'app: z',
    ),
    claim: claim('standard', 'lab.fake/provision: never'),
    front: service('type: LoadBalancer', 'lab.fake/lb: never'),
    api: `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.nowhere.example}
spec: {group: nowhere.example, version: v1, groupPriorityMinimum: 1000, versionPriority: 10, service: {name: nowhere, namespace: unready}}
`,
  });
  const lacks = [
    'StatefulSet unready/statefulset-x: 1 of 2 replicas made',
    'DaemonSet unready/daemonset-x: 0 of 3 pods available',
    'no volume is bound',
    'its load balancer has no address yet',
    'Available is False: ServiceNotFound',
  ];
  // It would wait for ever: it is stopped once each has said what it lacks.
  const run = await runReacting(shop, ['deploy', '-o', 'ndjson'], {
    reactions: lacks.map((lack, at) => [
      lack,
      (kill) => {
        if (at === lacks.length - 1) kill('SIGTERM');
      },
    ]),
  });
  const events = eventsOf(run);
  expect(outcomes(events)).toEqual({
    'services.set': 'cancelled',
    'services.everywhere': 'cancelled',
    'services.claim': 'cancelled',
    'services.front': 'cancelled',
    'services.api': 'cancelled',
  });
  const waits = ['set', 'everywhere', 'claim', 'front', 'api'].map((name) =>
    lastWait(events, `services.${name}`),
  );
  expect(waits).toEqual(lacks.map((lack) => expect.stringContaining(lack) as string));
  await cluster.kubectl(['delete', 'apiservice', 'v1.nowhere.example']);
});

test('a rollout is judged by what it makes, not by what was there before', async () => {
  const good = workload('Deployment', 'replicas: 2\n  progressDeadlineSeconds: 600');
  const shop = await servicesOf('rollout', { web: good });
  expect(outcomes(eventsOf(await shop.run(['deploy', '-o', 'ndjson'])))).toEqual({
    'services.web': 'succeeded',
  });

  const spec = 'replicas: 2\n  progressDeadlineSeconds: 600';
  await shop.write({
    'web.yaml': workload('Deployment', spec, { image: 'nginx:2', annotations: neverReady }),
  });
  const stuck = eventsOf(await shop.run(['deploy', '-o', 'ndjson', '--timeout', '4s']));
  expect(outcomes(stuck)).toEqual({ 'services.web': 'timed-out' });

  // Back to what runs: the conditions of the stuck rollout must not count, and its pod has to go.
  await shop.write({ 'web.yaml': good });
  expect(outcomes(eventsOf(await shop.run(['deploy', '-o', 'ndjson'])))).toEqual({
    'services.web': 'succeeded',
  });
  const images = await imagesOf(shop);
  expect(images).toBe('nginx:1 nginx:1');
});

test('a partition stops a StatefulSet where it was told to', async () => {
  const partitioned = (image: string, partition: number) =>
    workload(
      'StatefulSet',
      `replicas: 2\n  serviceName: none\n  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: ${partition}}}`,
      { image },
    );
  const shop = await servicesOf('partition', { set: partitioned('nginx:1', 0) });
  await shop.run(['deploy']);
  await shop.write({ 'set.yaml': partitioned('nginx:2', 1) });
  expect(outcomes(eventsOf(await shop.run(['deploy', '-o', 'ndjson'])))).toEqual({
    'services.set': 'succeeded',
  });
  const images = await imagesOf(shop);
  expect(images).toBe('nginx:1 nginx:2');
});

test('an object that somebody deletes and makes again while it is waited for is not the one that was waited for', async () => {
  const shop = await servicesOf('recreated', {
    web: workload('Deployment', 'replicas: 1', { annotations: neverReady }),
  });
  const recreate = async () => {
    await shop.kubectl(['delete', 'deployment', 'deployment-x']);
    await shop.kubectl(['apply', '-f', '-'], workload('Deployment', 'replicas: 1'));
  };
  const reactions: readonly Reaction[] = [['0 of 1 replicas available', recreate]];
  const events = eventsOf(await runReacting(shop, ['deploy', '-o', 'ndjson'], { reactions }));
  expect(outcomes(events)).toEqual({ 'services.web': 'failed' });
  expect(events.find((event) => event.type === 'task-settled')?.reason).toMatch(/deleted by someone else/);
});

describe('a custom resource', () => {
  const rules = `    ready: {current: 'self.status.phase == "Up"', failed: 'self.status.phase == "Broken"'}\n`;

  /** Deploys, and writes the first status that `reply` has for what the task says, once. */
  async function deployAgainst(
    shop: Deployment,
    replies: readonly (readonly [said: string, status: object])[],
    options: ProgramOptions = {},
  ): Promise<readonly RunEventLine[]> {
    const reactions = replies.map(([said, status]): Reaction => [
      said,
      () => setStatus(shop.namespace, 'widgets', status),
    ]);
    return eventsOf(await runReacting(shop, ['deploy', '-o', 'ndjson'], { ...options, reactions }));
  }

  beforeAll(async () => {
    await cluster.kubectl(['apply', '-f', '-'], crd('widgets', 'Widget'));
    await cluster.kubectl([
      'wait',
      '--for=condition=Established',
      'crd/widgets.acme.example',
      '--timeout=300s',
    ]);
  });

  test('is ready when the rule of the file says so, and not before', async () => {
    const shop = await servicesOf('rules', { widget: custom('Widget', 1) }, { widget: rules });
    const events = await deployAgainst(shop, [
      ['has no answer yet (there is no status)', { phase: 'Starting' }],
      ['does not hold yet', { phase: 'Up' }],
    ]);
    expect(outcomes(events)).toEqual({ 'services.widget': 'succeeded' });
    expect((await shop.run(['status', '-o', 'json'])).stdout).toContain('"state": "in-sync"');
  });

  test('has failed when the rule says so for as long as a verdict needs', async () => {
    const shop = await servicesOf('broken', { widget: custom('Widget', 1) }, { widget: rules });
    const events = await deployAgainst(shop, [['has no answer yet', { phase: 'Broken' }]]);
    expect(outcomes(events)).toEqual({ 'services.widget': 'failed' });
    const settled = events.find((event) => event.type === 'task-settled');
    expect(settled?.reason).toContain(
      `the file's ready rule calls this failed: self.status.phase == "Broken"`,
    );
  });

  test('of a chart is judged by the rules of the chart, each object by the one that names it', async () => {
    const shop = await servicesOf('chart', { none: custom('Widget', 1) });
    const web = workload('Deployment', 'replicas: 2', { annotations: neverReady });
    await shop.write({
      'flotilla.yaml': `name: chart
charts:
  - name: gears
    directory: gears
    ready:
      - {kind: Deployment, current: self.status.updatedReplicas == self.spec.replicas}
      - current: self.status.size == self.spec.size && self.status.phase.matches("(?i)^up$")
        failed: self.status.phase == "Broken"
`,
      'gears/Chart.yaml': 'apiVersion: v2\nname: gears\nversion: 1.0.0\n',
      'gears/values.yaml': 'size: 3\n',
      'gears/templates/all.yaml': `${custom('Widget', 1).replace('size: 1', 'size: {{ .Values.size }}')}---\n${web}`,
    });
    const replies = [
      ['has no answer yet', { phase: 'UP', size: 1 }],
      ['does not hold yet', { phase: 'UP', size: 3 }],
    ] as const;
    const events = await deployAgainst(shop, replies, { env: { PATH: await findBinaries(helmModule) } });
    expect(outcomes(events)).toEqual({ 'charts.gears': 'succeeded' });
    const status = await shop.run(['status', '-o', 'json'], {
      env: { PATH: await findBinaries(helmModule) },
    });
    expect(status.stdout).toContain('"state": "in-sync"');
  });

  test('without a rule waits for its controller to see it, and for its Ready condition', async () => {
    const shop = await servicesOf('conditions', { widget: custom('Widget', 1) });
    const ready = (status: string) => [{ type: 'Ready', status, reason: 'Working' }];
    const first = await deployAgainst(shop, [
      ['no controller has written its status yet', { observedGeneration: 1, conditions: ready('False') }],
      ['Ready is False: Working', { conditions: ready('True') }],
    ]);
    expect(outcomes(first)).toEqual({ 'services.widget': 'succeeded' });
    await shop.write({ 'widget.yaml': custom('Widget', 2) });
    const second = await deployAgainst(shop, [['generation 1, not yet 2', { observedGeneration: 2 }]]);
    expect(outcomes(second)).toEqual({ 'services.widget': 'succeeded' });
  });

  test('of which no controller ever speaks is ready after a while', async () => {
    const shop = await servicesOf('silent', { widget: custom('Widget', 1) });
    const events = await deployAgainst(shop, []);
    expect(outcomes(events)).toEqual({ 'services.widget': 'succeeded' });
    expect(lastWait(events, 'services.widget')).toMatch(/no controller has written its status yet/);
  });
});

test('of every object that is left here kstatus says the same, but for the known differences', async () => {
  const names = await cluster.kubectl(['api-resources', '--verbs=list', '-o', 'name']);
  const kinds = names.stdout.trim().split('\n').join(',');
  const { stdout } = await cluster.kubectl(['get', kinds, '--all-namespaces', '-o', 'json']);
  const { items } = JSON.parse(stdout) as { readonly items: readonly JudgedObject[] };
  expect(new Set(items.map(({ kind }) => kind)).size).toBeGreaterThan(30);
  const found = await findDisagreements(items, (object) => judge(object as unknown as KubeObject));
  expect(found.filter(({ row }) => row === -1)).toEqual([]);
});
