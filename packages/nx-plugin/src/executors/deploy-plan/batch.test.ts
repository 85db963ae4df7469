import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskGraph } from '@nx/devkit';
import { systemClock } from '@flotilla/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import { createWorkspace, type Workspace } from '../../testing/workspace';
import deployExecutor from '../deploy/executor';
import deploySchema from '../deploy/schema.json';
import statusExecutor from '../status/executor';
import proveProjects from './batch';
import proofSchema from './schema.json';

let cluster: EmbeddedCluster;
let workspace: Workspace;
let printed: string;

beforeEach(async () => {
  cluster = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
  workspace = createWorkspace({
    kubeconfig: cluster.kubeconfig,
    'apps/shop/flotilla.yaml': 'name: shop\nnamespace: shop\nservices: [{name: api, image: "api:1"}]\n',
    'apps/shop/dist/image.json': '{"api": "registry/api@sha256:abc"}',
    'apps/web/flotilla.yaml': 'name: web\nnamespace: web\nservices: [{name: web, image: "web:1"}]\n',
    'apps/broken/flotilla.yaml': 'services: [{name: api, image: a, depend_on: b}]\nworkflows: 3\n',
  });
  printed = '';
  jest.replaceProperty(process, 'env', { PATH: process.env['PATH'], NO_COLOR: '1' });
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  workspace.remove();
  await cluster.close();
});

const options = { kubeconfig: 'kubeconfig', createNamespace: true };

/** Proves projects as one batch; the tokens of those that succeeded. */
async function prove(...projects: readonly string[]) {
  const tasks = projects.map((project) => ({
    id: `${project}:deploy-plan`,
    target: { project, target: 'deploy-plan' },
  }));
  const graph = { tasks: Object.fromEntries(tasks.map((task) => [task.id, task])) } as unknown as TaskGraph;
  const roots = projects.map((project) => [project, { root: `apps/${project}` }] as const);
  const context = {
    ...workspace.contextOf(projects[0] ?? '', 'deploy-plan'),
    projectsConfigurations: { version: 2, projects: Object.fromEntries(roots) },
  };
  const given = Object.fromEntries(tasks.map(({ id }) => [id, options]));
  const results = await proveProjects(graph, given, {}, context);
  return Object.fromEntries(
    projects.map((project) => [project, { ...results[`${project}:deploy-plan`], token: tokenOf(project) }]),
  );
}

function tokenOf(project: string): string | undefined {
  const path = join(workspace.root, `.nx/workspace-data/flotilla/apps/${project}/deploy-proof.json`);
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { token: string }).token;
}

test('all projects of a batch are proved; one that cannot be fails alone, says why, and leaves no proof', async () => {
  const proved = await prove('shop', 'web', 'broken');
  expect(proved).toMatchObject({
    shop: { success: true, terminalOutput: expect.stringContaining('no run of shop is recorded') as string },
    web: { success: true },
    broken: { success: false, token: undefined },
  });
  expect(proved['shop']?.token).not.toBe(proved['web']?.token);
  expect(printed).toContain('broken:deploy-plan: apps/broken/flotilla.yaml:');
});

test('while nothing changes a project keeps the token of its deploy, and its image is the one that was built', async () => {
  expect(await deployExecutor(options, workspace.contextOf('shop', 'deploy'))).toEqual({ success: true });
  const [first, second] = [await prove('shop'), await prove('shop')];
  expect(first).toEqual(second);
  expect(first).toMatchObject({ shop: { success: true, terminalOutput: 'shop is as its files say.\n' } });
  const status = { kubeconfig: 'kubeconfig' };
  expect(await statusExecutor(status, workspace.contextOf('shop', 'status'))).toEqual({ success: true });
  expect(printed).toContain('services.api  in-sync');
});

test('an option that deploy does not have is refused in words, and one that it has is not', async () => {
  const mistyped = { ...options, contxt: 'prod' };
  const task = { id: 'shop:deploy-plan', target: { project: 'shop', target: 'deploy-plan' } };
  const graph = { tasks: { [task.id]: task } } as unknown as TaskGraph;
  const context = workspace.contextOf('shop', 'deploy-plan');
  const proved = await proveProjects(graph, { [task.id]: mistyped }, {}, context);
  expect(proved[task.id]).toMatchObject({ success: false });
  expect(printed).toContain('There is no option "contxt".\n  Did you mean context?');
  expect(proofSchema.options).toEqual(expect.arrayContaining(deploySchema.options));
});
