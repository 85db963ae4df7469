import { createHash } from 'node:crypto';
import { applySet } from './testing/apply-set.js';
import type { Deployment } from './testing/deployment.js';
import { ended } from './testing/ended.js';
import { useControlPlane } from './testing/use-control-plane.js';

const { cluster, deployment, neighbour } = useControlPlane({
  audit: false,
  nodes: { nodes: 1, startMs: 50, readyMs: 50 },
});

const configMap = (name: string, { namespace = '', value = 'one' } = {}) =>
  `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`}}
data: {value: ${value}}
`;

const clusterRole = (name: string) =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ${name}}\nrules: []\n`;

const workload = (name: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: c, image: 'nginx:1'}]}
`;

const documents = (...texts: readonly string[]) => texts.join('---\n');

/** A flotilla file whose services have one manifest of their name each. */
const fileOf = (name: string, services: readonly string[]) =>
  `name: ${name}\nservices:\n${services.map((each) => `  - {name: ${each}, manifests: [${each}.yaml]}\n`).join('')}`;

interface Status {
  readonly lock: unknown;
  readonly tasks: readonly {
    readonly task: string;
    readonly state: string;
    readonly fields?: readonly string[];
  }[];
  readonly foreign: readonly string[];
}

async function status(made: Deployment): Promise<Status> {
  const shown = await made.run(['status', '-o', 'json']);
  expect(ended(shown)).toMatchObject({ code: 0 });
  return JSON.parse(shown.stdout) as Status;
}

const scale = [
  'patch',
  'deploy',
  'web',
  '--subresource=scale',
  '--type=merge',
  '-p',
  '{"spec":{"replicas":2}}',
];

test('status says what is missing, what drifted in which field by whom, and leaves an autoscaler its replicas', async () => {
  const shop = await deployment('states', {
    'flotilla.yaml': fileOf('shop', ['web', 'db', 'api']),
    'web.yaml': workload('web'),
    'db.yaml': configMap('db'),
    'api.yaml': documents(configMap('api'), configMap('spare')),
  });
  expect((await status(shop)).tasks.map(({ state }) => state)).toEqual(Array(3).fill('never-deployed'));
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  expect(await status(shop)).toMatchObject({ lock: null, foreign: [] });
  // As the controller writes that an HPA has asked.
  await shop.kubectl([...scale, '--field-manager=kube-controller-manager']);
  await shop.kubectl([
    'patch',
    'cm',
    'db',
    '--type=merge',
    '-p',
    '{"data":{"value":"two"}}',
    '--field-manager=ops',
  ]);
  await shop.kubectl(['delete', 'cm', 'spare']);
  expect((await status(shop)).tasks).toMatchObject([
    { task: 'services.web', state: 'in-sync' },
    { task: 'services.db', state: 'drifted', fields: ['ConfigMap states/db .data.value (changed by ops)'] },
    { task: 'services.api', state: 'missing', fields: ['ConfigMap states/spare is not there'] },
  ]);
  const text = await shop.run(['status']);
  expect(ended(text)).toMatchObject({ code: 0 });
  expect(text.stdout).toMatch(
    /^~ services\.db {3}drifted.*\n {4}ConfigMap states\/db \.data\.value \(changed by ops\)$/m,
  );
  expect(text.stdout).toMatch(/^✗ services\.api {2}missing.*\n {4}ConfigMap states\/spare is not there$/m);
});

test('replicas that somebody else than an autoscaler has taken are drift', async () => {
  const shop = await deployment('scaled', {
    'flotilla.yaml': fileOf('shop', ['web']),
    'web.yaml': workload('web'),
  });
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.kubectl([...scale, '--field-manager=ops']);
  expect((await status(shop)).tasks).toMatchObject([
    { state: 'drifted', fields: ['Deployment scaled/web .spec.replicas (changed by ops)'] },
  ]);
});

test('status tells of the objects of others instead of refusing', async () => {
  const shop = await deployment('foreign', {
    'flotilla.yaml': fileOf('shop', ['api', 'web']),
    'api.yaml': documents(configMap('of-other'), configMap('of-nobody')),
    'web.yaml': configMap('web'),
  });
  const other = await neighbour('foreign', {
    'flotilla.yaml': fileOf('other', ['api']),
    'api.yaml': configMap('of-other'),
  });
  expect(ended(await other.run(['deploy']))).toMatchObject({ code: 0 });
  await shop.kubectl(['create', 'configmap', 'of-nobody']);
  const foreign = ['ConfigMap foreign/of-other (of other)', 'ConfigMap foreign/of-nobody'];
  expect(await status(shop)).toMatchObject({ foreign, tasks: [{ state: 'never-deployed' }, {}] });
  expect((await shop.run(['status'])).stdout).toContain(
    '! ConfigMap foreign/of-other (of other) is there, but does not belong to this deployment',
  );
  // What writes still refuses.
  expect(ended(await shop.run(['deploy']))).toMatchObject({ code: 65 });
});

/** What is in the set of the fleet, over all namespaces. */
async function applyFleet(...members: readonly string[]): Promise<void> {
  const set = { parent: 'fleets.example.org/all', manifest: documents(...members) };
  expect(ended(await applySet(cluster, set))).toMatchObject({ code: 0 });
}

const fleet = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: fleets.example.org, labels: {applyset.kubernetes.io/is-parent-type: "true"}}
spec:
  group: example.org
  names: {kind: Fleet, plural: fleets, singular: fleet}
  scope: Cluster
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`;

const parent = `apiVersion: example.org/v1
kind: Fleet
metadata:
  name: all
  labels: {applyset.kubernetes.io/id: applyset-ID-v1}
  annotations:
    applyset.kubernetes.io/tooling: kubectl/v1.36
    applyset.kubernetes.io/contains-group-kinds: ConfigMap
`;

test('a kubectl set over two namespaces and the cluster, and ours over the same, leave each other alone', async () => {
  const members = [
    clusterRole('shared'),
    configMap('far', { namespace: 'far' }),
    configMap('near', { namespace: 'sets' }),
  ];
  const own = [clusterRole('ours'), configMap('far-ours', { namespace: 'far' }), configMap('near-ours')];
  const shop = await deployment('sets', {
    'flotilla.yaml': fileOf('shop', ['api']),
    'api.yaml': documents(...own, clusterRole('shared')),
  });
  await cluster.kubectl(['create', 'namespace', 'far']);
  await cluster.kubectl(['apply', '-f', '-'], fleet);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd/fleets.example.org', '--timeout=300s']);
  const id = createHash('sha256').update('all..Fleet.example.org').digest('base64url');
  await cluster.kubectl(['create', '-f', '-'], parent.replace('ID', id));
  await applyFleet(...members);
  const left = async () =>
    (
      await shop.kubectl([
        'get',
        'clusterrole/shared',
        'clusterrole/ours',
        'cm/near',
        'cm/near-ours',
        '--ignore-not-found',
        '-o',
        'name',
      ])
    )
      .split('\n')
      .filter(Boolean);
  const far = async () =>
    (
      await cluster.kubectl(['-n', 'far', 'get', 'cm/far', 'cm/far-ours', '--ignore-not-found', '-o', 'name'])
    ).stdout
      .split('\n')
      .filter(Boolean);

  const refused = ended(await shop.run(['deploy']));
  expect(refused).toMatchObject({
    code: 65,
    said: expect.stringContaining('ClusterRole shared belongs to another ApplySet') as string,
  });
  expect(ended(await shop.run(['deploy', '--take-ownership']))).toMatchObject({ code: 0 });
  // Without what has changed hands: kubectl prunes nothing of ours.
  await applyFleet(...members.slice(1));
  expect(await left()).toHaveLength(4);
  expect(await far()).toHaveLength(2);
  // Kubectl takes it back: we say who has it, and delete it no more.
  await applyFleet(...members);
  expect(ended(await shop.run(['deploy']))).toMatchObject({
    code: 65,
    said: expect.stringContaining(
      'ClusterRole shared belongs to another ApplySet, which took it from this deployment',
    ) as string,
  });
  await shop.write({ 'api.yaml': configMap('near-ours') });
  expect(ended(await shop.run(['deploy']))).toMatchObject({
    code: 0,
    said: expect.stringMatching(/pruned {2}ClusterRole ours\npruned {2}ConfigMap far\/far-ours/) as string,
  });
  expect(await left()).toEqual([
    'clusterrole.rbac.authorization.k8s.io/shared',
    'configmap/near',
    'configmap/near-ours',
  ]);
  expect(ended(await shop.run(['destroy', '--yes']))).toMatchObject({ code: 0 });
  expect(await left()).toEqual(['clusterrole.rbac.authorization.k8s.io/shared', 'configmap/near']);
  expect(await far()).toEqual(['configmap/far']);
});
