import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { taskId, type RunSettled, type TaskId } from '@flotilla/core';
import type { Cluster } from '../cluster/cluster.js';
import type { RunProgram } from '../manifest/run-program.js';
import { readHistory } from '../record/history/read-history.js';
import { readJournal } from '../record/journal/read-journal.js';
import { readReceipt } from '../record/receipt.js';
import { observed } from '../testing/observed-cluster.js';
import { rollbackDeployment } from './rollback-deployment.js';
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

const configMap = (name: string, value = 'one') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: ${value}}\n---\n`;
/** The API server refuses it, and nobody asks it before. */
const impossible = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: 1}\n';
/** A deployment whose services have the manifests of their name, one file each. */
function write(services: Readonly<Record<string, string>>, name = 'shop'): void {
  const listed = Object.keys(services).map((each) => `  - {name: ${each}, kustomize: ${each}}\n`);
  const entries = Object.keys(services).map((each) => `services.${each}`);
  const workflow = `workflows:\n  - {name: setup, order_from: [${entries.join(', ')}]}\n`;
  const removal = '  - {name: teardown, order_from: [release.remove_environment]}\n';
  const anew = `  - {name: anew, order_from: [release.remove_environment, ${String(entries[0])}]}\n`;
  const halting = workflow.replace('services.bad', '{task: services.bad, halt_on_error: true}');
  const files = Object.entries(services).map(([service, text]) => [`${service}.yaml`, text] as const);
  place.write({
    'flotilla.yaml': `name: ${name}\nservices:\n${listed.join('')}${halting}${removal}${anew}`,
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
  readonly back?: Back;
};

/** What a rollback is asked for. */
interface Back {
  readonly tasks?: readonly TaskId[];
  readonly to?: number;
}

async function deploy({ only, workflow = 'setup', back, ...options }: Asked = {}): Promise<DeployPlanResult> {
  const asked: DeployPlanOptions = {
    ...place.run({ workflow, only }),
    namespace,
    runProgram: printManifest,
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

test('what a run deploys after it has removed everything is what its receipt says, and nothing else', async () => {
  write({ a: configMap('a1'), b: configMap('b1') });
  await settled();
  await settled({ workflow: 'anew' });
  expect(await configMaps()).toEqual(['a1']);
  const read = await readReceipt(cluster, { deployment: 'shop', namespace });
  const receipt = read.ok ? read.value : undefined;
  expect(receipt).toMatchObject({ workflow: 'anew', outcome: 'succeeded', tokens: {} });
  expect(Object.keys(receipt?.tasks ?? {})).toEqual([a]);
});

const valueOf = async (name: string): Promise<unknown> => {
  const found = await cluster.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });
  return found.ok ? found.value?.['data'] : found;
};
const lease = () =>
  cluster.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'flotilla-shop' });
const journal = async () => {
  const read = await readJournal({ cluster, plan: { name: 'shop' }, namespace });
  if (!read.ok || read.found.journal === undefined) throw new Error('there is no journal');
  return read.found.journal;
};

/** A good version of `a`, and one of which `a` is good but the run is halted. */
async function deployThenHalt(halting: Asked): Promise<DeployPlanResult> {
  write({ a: configMap('a1'), bad: configMap('b1') });
  await settled();
  write({ a: configMap('a1', 'two') + configMap('a2'), bad: configMap('b1') + impossible });
  return deploy({ preflight: false, ...halting });
}

test('a resumed run takes back what its earlier parts have changed, and only that', async () => {
  await deployThenHalt({ run: 'first' });
  expect(await revisions()).toEqual(['services.a 2', 'services.a 1', 'services.bad 1']);
  const halted = await settled({ mode: 'resume', onHalt: 'rollback', preflight: false });
  expect(halted).toMatchObject({
    outcome: 'halted',
    tasks: [{ task: a, kept: { run: 'first', part: 1 } }, { outcome: 'failed' }],
    rolledBack: [{ task: a, revision: 1, outcome: 'succeeded' }],
  });
  expect([await configMaps(), await valueOf('a1')]).toEqual([['a1', 'b1'], { value: 'one' }]);
  // What is deployed is the newest good version again, so that nothing is left to put back.
  expect(await revisions()).toEqual(['services.a 3', 'services.a 2', 'services.a 1', 'services.bad 1']);
  expect(await deploy({ back: {} })).toMatchObject({ kind: 'refused', refusal: { exitCode: 65 } });
  // Whoever resumes it once more does it all again.
  await settled({ mode: 'resume', preflight: false });
  expect(await valueOf('a1')).toEqual({ value: 'two' });
});

test('what another run has changed is not taken back, also by one that took over from it', async () => {
  await deployThenHalt({ run: 'first' });
  const halted = await settled({ mode: 'take-over', onHalt: 'rollback', preflight: false });
  expect(halted).toMatchObject({ outcome: 'halted', rolledBack: [] });
  expect(await valueOf('a1')).toEqual({ value: 'two' });
});

/** Runs `work` again and again, each time cancelled at a later one of its requests after `begins`, until one is not reached. */
async function cancelAtRequests(
  work: (cancelling: Asked, reached: () => boolean) => Promise<void>,
  begins: (note: string) => boolean,
): Promise<number> {
  for (let at = 1; ; at += 3) {
    const cancelled = new AbortController();
    let requests = begins('') ? 0 : undefined;
    const reached = () => cancelled.signal.aborted;
    const onRequest = () => {
      if (requests === undefined) return;
      requests += 1;
      if (requests === at) cancelled.abort(at % 2 === 0 ? 'SIGINT' : 'SIGTERM');
    };
    namespace = deployments.newNamespace();
    await work(
      {
        cluster: observed(cluster, onRequest),
        cancelled: cancelled.signal,
        onNote: (note) => {
          if (begins(note)) requests ??= 0;
        },
      },
      reached,
    );
    expect(await lease()).toMatchObject({ ok: true, value: undefined });
    if (!reached()) return at - 1;
  }
}

/** What is there is the one version or the other, as the run says. */
async function expectTrue(ended: RunSettled, isBack: boolean): Promise<void> {
  const { end, tasks } = await journal();
  expect(end).toMatchObject({ outcome: ended.outcome });
  if (isBack)
    expect([await valueOf('a1'), await configMaps()]).toMatchObject([{ value: 'one' }, ['a1', 'b1']]);
  const entry = tasks.get(a);
  const isSaidBack = entry?.state === 'settled' && entry.reason.startsWith('rolled back');
  if (!isBack) expect(isSaidBack).toBe(false);
}

test('cancelled at moments all over --on-halt rollback: bounded, unlocked, and the journal is true', async () => {
  const moments = await cancelAtRequests(
    async (cancelling, reached) => {
      const result = await deployThenHalt({ onHalt: 'rollback', ...cancelling });
      if (result.kind !== 'settled') throw new Error(JSON.stringify(result));
      const ended = result.settled;
      const [back] = ended.rolledBack ?? [];
      const isBack = back?.outcome === 'succeeded' || back?.outcome === 'unchanged';
      // Once all is put back, a signal ends nothing any more.
      const codes = reached() && !isBack ? [130, 143] : [1, 130, 143];
      expect(codes).toContain(ended.exitCode);
      await expectTrue(ended, isBack);
    },
    (note) => note.startsWith('the run was halted'),
  );
  expect(moments).toBeGreaterThan(10);
}, 60_000);

test('cancelled at moments all over a rollback: bounded, unlocked, and the journal is true', async () => {
  const moments = await cancelAtRequests(
    async (cancelling, reached) => {
      write({ a: configMap('a1'), bad: configMap('b1') });
      await settled();
      write({ a: configMap('a1', 'two') + configMap('a2'), bad: configMap('b1') });
      await settled();
      const result = await deploy({ back: { tasks: [a] }, ...cancelling });
      if (result.kind === 'stopped') {
        expect([await valueOf('a1'), reached()]).toEqual([{ value: 'two' }, true]);
      } else {
        if (result.kind !== 'settled') throw new Error(JSON.stringify(result));
        await expectTrue(result.settled, result.settled.outcome === 'succeeded');
      }
    },
    () => true,
  );
  expect(moments).toBeGreaterThan(20);
}, 60_000);
