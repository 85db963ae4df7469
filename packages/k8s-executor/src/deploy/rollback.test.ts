import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlan, taskId, systemClock, type RunSettled, type TaskId } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import { connectTo } from '../cluster/connect-to.js';
import { startEmbeddedCluster, type EmbeddedCluster } from '../embedded/index.js';
import type { RunProgram } from '../manifest/run-program.js';
import { readHistory } from '../record/history/read-history.js';
import { rollbackDeployment } from './rollback-deployment.js';
import { deployPlan, type DeployPlanOptions, type DeployPlanResult } from './deploy-plan.js';

let embedded: EmbeddedCluster;
let cluster: Cluster;
let directory: string;
let namespace = '';
let count = 0;

beforeAll(async () => {
  embedded = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
  cluster = connectTo({
    server: embedded.server,
    context: 'embedded',
    defaultNamespace: 'default',
    clock: systemClock,
  });
});

afterAll(async () => {
  cluster.close();
  await embedded.close();
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flotilla-rollback-'));
  namespace = `rollback-${String(++count)}`;
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n---\n`;
/** A deployment whose services have the manifests of their name, one file each. */
function write(services: Readonly<Record<string, string>>, name = 'shop'): void {
  const listed = Object.keys(services).map((each) => `  - {name: ${each}, kustomize: ${each}}\n`);
  writeFileSync(join(directory, 'flotilla.yaml'), `name: ${name}\nservices:\n${listed.join('')}`);
  for (const [service, text] of Object.entries(services))
    writeFileSync(join(directory, `${service}.yaml`), text);
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
  readonly back?: Back;
};

/** What a rollback is asked for. */
interface Back {
  readonly tasks?: readonly TaskId[];
  readonly to?: number;
}

async function deploy({ only, workflow = 'setup', back, ...options }: Asked = {}): Promise<DeployPlanResult> {
  const loaded = loadPlan({
    workingDirectory: directory,
    workflow,
    parameters: {},
    environment: {},
    strict: false,
    ...(only !== undefined && { compile: { only } }),
  });
  if (loaded.kind !== 'loaded') throw new Error(JSON.stringify(loaded));
  const asked: DeployPlanOptions = {
    ...loaded.loaded,
    runProgram: printManifest,
    cluster,
    namespace,
    clock: systemClock,
    wallClock: () => new Date('2026-11-26T20:00:00Z'),
    origin: { who: 'ada@laptop', commit: null, url: null },
    run: `run-${String(++count)}`,
    sink: () => undefined,
    createNamespace: true,
    ...options,
  };
  return back === undefined
    ? deployPlan(asked)
    : rollbackDeployment({ ...asked, ...back, onEvidence: () => undefined });
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

const revisions = async () => {
  const read = await readHistory(cluster, { deployment: 'shop', namespace });
  return read.ok ? read.value.map(({ task, number }) => `${task} ${String(number)}`) : [];
};
const a: TaskId = taskId('services', 'a');

test('every good version is kept once; a rollback puts the one before back, from what was recorded', async () => {
  write({ a: configMap('a1'), b: configMap('b1') });
  await settled();
  await settled();
  write({ a: configMap('a1') + configMap('a2'), b: configMap('b1') });
  await settled();
  expect(await revisions()).toEqual(['services.a 2', 'services.a 1', 'services.b 1']);
  write({ b: configMap('b1') + configMap('not-deployed') });
  const back = await settled({ back: { tasks: [a] } });
  expect(back).toMatchObject({ outcome: 'succeeded', tasks: [{ task: a }] });
  expect(await configMaps()).toEqual(['a1', 'b1']);
  await settled({ back: { tasks: [a], to: 2 } });
  expect(await configMaps()).toEqual(['a1', 'a2', 'b1']);
});

test('a destroyed deployment leaves no record', async () => {
  write({ a: configMap('a1') });
  await settled();
  await settled({ workflow: 'teardown' });
  expect(await revisions()).toEqual([]);
  const parent = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'flotilla-shop' };
  expect(await cluster.get(parent)).toMatchObject({ ok: true, value: undefined });
});
