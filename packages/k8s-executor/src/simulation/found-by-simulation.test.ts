import { builtInDurations, compilePlan, parseDeploymentFile } from '@flotilla/core';
import type { TaskId } from '@flotilla/core';
import type { KubeObject } from '../cluster/kube-object.js';
import { deploymentName } from './draw-workload.js';
import type { Workload } from './draw-workload.js';
import { SimulatedWorld } from './simulated-world.js';

function serviceOf(objects: readonly KubeObject[], takesMs: number): Workload {
  const text =
    'services:\n- name: web\n  kustomize: k8s\nworkflows:\n- name: setup\n  order_from: [services.web]\n';
  const parsed = parseDeploymentFile(
    { path: 'flotilla.yaml', text },
    { folderName: deploymentName, parameters: {}, environment: {} },
  );
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join());
  const plan = compilePlan(parsed.value, {});
  if (!plan.ok) throw new Error(plan.diagnostics.map(({ message }) => message).join());
  const stdout = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const runProgram = () => Promise.resolve({ kind: 'exited', code: 0, stdout, stderr: '' } as const);
  return {
    versions: [{ name: 'A', file: parsed.value, plan: plan.value, runProgram }],
    rehearsal: { defaults: builtInDurations, tasks: new Map([['services.web' as TaskId, { takesMs }]]) },
    concurrency: undefined,
    isHealthy: true,
    secrets: [],
  };
}

const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
  },
};

// The claim's grace time (120 s) ran out long after it was bound, and the wait for the Deployment turned into a loop.
test('a symptom that has healed wakes nobody when its grace time is over', async () => {
  const workload = serviceOf([claim, deployment], 300_000);
  const world = new SimulatedWorld(1, { workload });
  const run = world.run({ name: 'run', action: 'deploy', version: workload.versions[0] });
  await world.clock.runUntil(run, 600_000);
  world.close();
  expect(await run).toMatchObject({ kind: 'ended', result: { settled: { outcome: 'succeeded' } } });
  expect(world.violations).toEqual([]);
});
