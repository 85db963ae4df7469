import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunSettled } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { printReference } from '../cluster/kube-object.js';
import type { RunProgram } from '../manifest/run-program.js';
import { observed } from '../testing/observed-cluster.js';
import type { PruneChoice } from './pruning.js';
import type { DeployPlanOptions, DeployPlanResult } from './deploy-options.js';
import { deployPlan } from './deploy-plan.js';
import { startTestDeployments, type TestDeployments, type TestPlace } from '../testing/test-deployments.js';

let deployments: TestDeployments;
let cluster: Cluster;
let place: TestPlace;
let namespace = '';

beforeAll(async () => {
  deployments = await startTestDeployments();
  ({ cluster } = deployments);
});

afterAll(async () => {
  await deployments.close();
});

beforeEach(() => {
  place = deployments.open();
  ({ namespace } = place);
});

afterEach(() => {
  place.remove();
});

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n---\n`;
const claim =
  'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n';

/** A deployment whose services have the manifests of their name, one file each. */
function write(services: Readonly<Record<string, string>>, name = 'shop'): void {
  const listed = Object.keys(services).map((each) => `  - {name: ${each}, kustomize: ${each}}\n`);
  const files = Object.entries(services).map(([service, text]) => [`${service}.yaml`, text] as const);
  place.write({
    'flotilla.yaml': `name: ${name}\nservices:\n${listed.join('')}`,
    ...Object.fromEntries(files),
  });
}

/** What `kubectl kustomize` would print. */
const printManifest: RunProgram = async ({ args, directory: folder }) => ({
  kind: 'exited',
  code: 0,
  stdout: await readFile(join(folder, `${String(args.at(-1))}.yaml`), 'utf8'),
  stderr: '',
});

type Asked = Partial<DeployPlanOptions> & {
  readonly only?: readonly string[];
  readonly workflow?: string;
  readonly timeoutMs?: number;
};

async function deploy({
  only,
  workflow = 'setup',
  timeoutMs,
  ...options
}: Asked = {}): Promise<DeployPlanResult> {
  return deployPlan({
    ...place.run({ workflow, only, timeoutMs }),
    runProgram: printManifest,
    ...options,
  });
}

async function settled(asked: Asked = {}): Promise<RunSettled> {
  const result = await deploy(asked);
  if (result.kind !== 'settled') throw new Error(JSON.stringify(result));
  return result.settled;
}

async function configMaps(): Promise<readonly string[]> {
  const resource = await cluster.resource('v1', 'ConfigMap');
  if (!resource.ok || resource.value === undefined) throw new Error('no ConfigMap');
  const listed = await cluster.list(resource.value, { namespace, labelSelector: 'flotilla.dev/task' });
  return listed.ok ? listed.value.map(({ metadata }) => metadata.name).sort() : [];
}

const deleted = ({ pruned }: RunSettled) => pruned?.deleted.map(printReference) ?? [];
const kept = ({ pruned }: RunSettled) => pruned?.kept.map(({ object }) => printReference(object)) ?? [];

test('what a task no longer renders is pruned, and so is what a removed task had', async () => {
  write({ a: configMap('a1') + configMap('a2'), b: configMap('b1') });
  expect((await settled()).pruned).toBeUndefined();
  write({ a: configMap('a1') });
  const second = await settled();
  expect(deleted(second).sort()).toEqual([`ConfigMap ${namespace}/a2`, `ConfigMap ${namespace}/b1`]);
  expect(await configMaps()).toEqual(['a1']);
  expect((await settled()).pruned).toBeUndefined();
});

test('a finalizer that nobody takes away holds no run for ever', async () => {
  const held = configMap('held').replace('{name: held}', '{name: held, finalizers: [example.com/hold]}');
  write({ a: configMap('a1') + held });
  await settled();
  write({ a: configMap('a1') });
  const run = await settled({ timeoutMs: 3_000 });
  expect(run).toMatchObject({ outcome: 'degraded', exitCode: 2 });
  expect(run.pruned?.failure).toBe(
    `not finished within 3 s: waiting for ConfigMap ${namespace}/held to go (held by the finalizer example.com/hold), 1 left`,
  );
});

test('a run of some tasks leaves what the others have, also what has moved to them', async () => {
  write({ a: configMap('a1') + configMap('moving'), b: configMap('b1') });
  await settled();
  write({ a: configMap('a1'), b: configMap('b2') + configMap('moving') });
  expect((await settled({ only: ['services.a'] })).pruned).toBeUndefined();
  expect(await configMaps()).toEqual(['a1', 'b1', 'moving']);
  expect(deleted(await settled({ only: ['services.b'] }))).toEqual([`ConfigMap ${namespace}/b1`]);
  expect(await configMaps()).toEqual(['a1', 'b2', 'moving']);
});

test('nothing is pruned that may have moved to a task that does not render', async () => {
  write({ a: configMap('a1') + configMap('a2'), b: configMap('b1') });
  await settled();
  write({ a: configMap('a1'), b: 'this is: [no YAML' });
  expect(kept(await settled({ only: ['services.a'] }))).toEqual([`ConfigMap ${namespace}/a2`]);
  expect(await configMaps()).toEqual(['a1', 'a2', 'b1']);
});

test('a set that came out empty is refused before anything is written, unless it is allowed', async () => {
  write({ a: configMap('a1'), b: configMap('b1') });
  await settled();
  write({ a: configMap('a1'), b: '' });
  const refused = await deploy();
  expect(refused).toMatchObject({ kind: 'refused', refusal: { exitCode: 65 } });
  expect(JSON.stringify(refused)).toContain('services.b has no objects any more');
  expect(await configMaps()).toEqual(['a1', 'b1']);
  expect(deleted(await settled({ prune: { enabled: true, allowEmpty: true } }))).toEqual([
    `ConfigMap ${namespace}/b1`,
  ]);
});

test('a task whose objects have all moved to one that is not deployed now has lost nothing', async () => {
  write({ a: configMap('a1'), b: configMap('b1') });
  await settled();
  write({ a: '', b: configMap('b1') + configMap('a1') });
  expect((await settled({ only: ['services.a'] })).pruned).toBeUndefined();
  expect(await configMaps()).toEqual(['a1', 'b1']);
});

test('claims go only when that is asked for', async () => {
  write({ a: configMap('a1') + claim });
  await settled();
  write({ a: configMap('a1') });
  expect(kept(await settled())).toEqual([`PersistentVolumeClaim ${namespace}/data`]);
  const data = `PersistentVolumeClaim ${namespace}/data`;
  const asked: string[] = [];
  const answering = (answer: boolean): PruneChoice => ({
    enabled: true,
    allowEmpty: false,
    confirmStateful: (objects) => {
      asked.push(...objects.map(printReference));
      return Promise.resolve(answer);
    },
  });
  expect(deleted(await settled({ prune: answering(false) }))).toEqual([]);
  expect(deleted(await settled({ prune: answering(true) }))).toEqual([data]);
  expect(asked).toEqual([data, data]);
});

test('--no-prune leaves all, and the next run without it finds it', async () => {
  write({ a: configMap('a1') + configMap('a2') });
  await settled();
  write({ a: configMap('a1') });
  expect((await settled({ prune: { enabled: false, allowEmpty: false } })).pruned).toBeUndefined();
  expect(deleted(await settled())).toEqual([`ConfigMap ${namespace}/a2`]);
});

test('an object of another deployment is neither taken nor pruned; taken over aloud, the other one leaves it', async () => {
  write({ a: configMap('shared') + configMap('a1') });
  await settled();
  write({ b: configMap('shared') }, 'other');
  const refused = await deploy();
  expect(refused).toMatchObject({
    kind: 'wrong',
    diagnostics: [{ code: 'manifest/owned-by-another' }],
  });
  expect(JSON.stringify(refused)).toContain('the deployment \\"shop\\"');
  await settled({ takeOwnership: true });
  write({ a: configMap('a1') });
  expect((await settled()).pruned).toBeUndefined();
  expect(await configMaps()).toEqual(['a1', 'shared']);
});

test('whoever finds that another run came between its checks and its lock checks again, and leaves its journal', async () => {
  write({ a: configMap('a1'), b: configMap('b1') });
  let isFirst = true;
  const get: Cluster['get'] = async (reference, signal) => {
    if (reference.kind === 'Lease' && isFirst) {
      isFirst = false;
      write({ a: configMap('a1') });
      await settled({ run: 'between' });
      write({ b: configMap('b1') }, 'other');
      await settled();
    }
    return cluster.get(reference, signal);
  };
  const refused = await deploy({ cluster: { ...observed(cluster, () => undefined), get } });
  expect(refused).toMatchObject({ kind: 'wrong', diagnostics: [{ code: 'manifest/owned-by-another' }] });
  const journal = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'flotilla-shop.journal' };
  const found = await cluster.get(journal);
  expect(JSON.stringify(found)).toContain('between');
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'flotilla-shop' };
  expect(await cluster.get(lease)).toMatchObject({ ok: true, value: undefined });
});
