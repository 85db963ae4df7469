import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorkspace, type Workspace } from '../testing/workspace';
import deployExecutor from './deploy/executor';
import deployPlanExecutor from './deploy-plan/executor';
import diffExecutor from './diff/executor';
import destroyExecutor from './destroy/executor';
import historyExecutor from './history/executor';
import type { WorkflowOptions } from './options';
import planExecutor from './plan/executor';
import rollbackExecutor from './rollback/executor';
import rehearseExecutor from './rehearse/executor';

const shop = `name: shop
services:
  - name: db
    image: postgres:17
  - name: api
    image: \${parameters.image}
jobs:
  - name: migrate
    from_services: api
workflows:
  - name: setup
    order_from: [services.db, jobs.migrate, services.api]
  - name: data
    order_from: [services.db]
  - name: teardown
    order_from: [release.remove_environment]
`;

const failingMigration = `defaults: {service: 1s, job: 1s}
tasks:
  jobs.migrate: {takes: 1s, fails: exit code 1}
`;

const embedded = { cluster: 'embedded', speed: 20, param: ['image=api:1'] } as const;

let workspace: Workspace;
let printed: string;

beforeEach(() => {
  workspace = createWorkspace({
    'apps/shop/flotilla.yaml': shop,
    'apps/old/.release/application_template.yaml': 'app: old\nservices: [{name: web, image: nginx}]\n',
    'apps/broken/flotilla.yaml':
      'services: [{name: api, image: a}]\nworkflows: [{name: setup, order_from: [services.apy]}]\n',
    'apps/ruled/flotilla.yaml': `services: [{name: web, image: a, ready: {current: 'self.status.phase.matches("(?=Up)")'}}]\n`,
    'failing.yaml': failingMigration,
  });
  printed = '';
  jest.replaceProperty(process, 'env', { PATH: process.env['PATH'], NO_COLOR: '1' });
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  workspace.remove();
});

const plan = (options: WorkflowOptions, project = 'shop') =>
  planExecutor(options, workspace.contextOf(project, 'plan'));
const deploy = (options: WorkflowOptions, project = 'shop') =>
  deployExecutor(options, workspace.contextOf(project, 'deploy'));
const destroy = (options: WorkflowOptions, project = 'shop') =>
  destroyExecutor(options, workspace.contextOf(project, 'destroy'));

describe('plan', () => {
  test('prints the plan of the workflow', async () => {
    expect(await plan({ file: 'apps/shop/flotilla.yaml', param: ['image=api:1'] })).toEqual({
      success: true,
    });
    expect(printed).toContain('shop · setup');
    expect(printed).toContain('migrate');
    expect(await plan({ workflow: 'data', param: ['image=api:1'] })).toEqual({ success: true });
    expect(printed).toContain('shop · data');
  });

  test('without the option file it is the one of the project, also a template of Release', async () => {
    expect(await plan({}, 'old')).toEqual({ success: true });
    expect(printed).toContain('old · setup');
  });

  test('a mistake in the file is shown where it stands, and nothing else', async () => {
    expect(await plan({}, 'broken')).toEqual({ success: false });
    expect(printed).toContain('apps/broken/flotilla.yaml:2:');
    expect(printed).toContain('services.apy');
    expect(printed).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['plan', planExecutor],
    ['rehearse', rehearseExecutor],
  ])('%s shows a ready rule that is no CEL where it stands', async (name, executor) => {
    expect(await executor({}, workspace.contextOf('ruled', name))).toEqual({ success: false });
    expect(printed).toContain('apps/ruled/flotilla.yaml:1:');
    expect(printed).toContain('RE2, the language of patterns in CEL, does not take this one');
    expect(printed).not.toContain('ruled · setup');
  });

  test.each([
    [
      'a file that is not there',
      { file: 'apps/none/flotilla.yaml' },
      'There is no file apps/none/flotilla.yaml.',
    ],
    ['a project without a file', {}, 'There is no file apps/none/flotilla.yaml.'],
  ])('%s is refused in a sentence', async (_what, options, message) => {
    expect(await plan(options, 'none')).toEqual({ success: false });
    expect(printed).toContain(message);
    expect(printed).not.toMatch(/^\s+at /m);
  });

  test('an unknown workflow is refused with the nearest one', async () => {
    expect(await plan({ workflow: 'teardwn', param: ['image=api:1'] })).toEqual({ success: false });
    expect(printed).toBe('apps/shop/flotilla.yaml has no workflow "teardwn".\n  Did you mean teardown?\n');
  });

  test('a param is K=V', async () => {
    expect(await plan({ param: ['image'] })).toEqual({ success: false });
    expect(printed).toBe('A param is K=V, not "image".\n');
  });
});

describe('in the embedded cluster', () => {
  test('deploy succeeds when everything is ready', async () => {
    expect(await deploy(embedded)).toEqual({ success: true });
    expect(printed).toContain('This is a simulation');
    expect(printed).toContain('✓ shop · setup succeeded');
    expect(printed).toContain('3 tasks: 3 succeeded');
  });

  test('destroy runs the teardown workflow', async () => {
    expect(await destroy(embedded)).toEqual({ success: true });
    expect(printed).toContain('shop · teardown');
  });

  test('a degraded run is a failure, unless it is allowed', async () => {
    const failing = { ...embedded, with: 'failing.yaml' };
    expect(await deploy(failing)).toEqual({ success: false });
    expect(printed).toContain('shop · setup degraded');
    expect(printed).toContain('jobs.migrate');
    expect(printed).not.toMatch(/^\s+at /m);
    expect(await deploy({ ...failing, allowDegraded: true })).toEqual({ success: true });
  });

  test('a rehearsal file that is not there, or for a real cluster, is refused', async () => {
    expect(await deploy({ ...embedded, with: 'none.yaml' })).toEqual({ success: false });
    expect(printed).toContain('There is no rehearsal file none.yaml.');
    expect(await deploy({ with: 'failing.yaml', param: ['image=a'] })).toEqual({ success: false });
    expect(printed).toContain('with is for the embedded cluster.');
  });
});

test('a kubeconfig that is not there is refused in a sentence', async () => {
  expect(await deploy({ kubeconfig: 'none', param: ['image=a'] })).toEqual({ success: false });
  expect(printed).toContain('none');
  expect(printed).not.toMatch(/^\s+at /m);
});

test('a deploy whose result would be cached is refused without a proof', async () => {
  const context = workspace.contextOf('shop', 'deploy');
  const cached = { ...context, target: { executor: '@flotilla/nx-plugin:deploy', cache: true } };
  expect(await deployExecutor(embedded, cached)).toEqual({ success: false });
  expect(printed).toContain('deploy-plan did not run before this deploy');
});

test('deploy-plan of a simulated cluster writes a token that was never seen', async () => {
  const prove = async () => {
    const proved = await deployPlanExecutor(embedded, workspace.contextOf('shop', 'deploy-plan'));
    expect(proved).toEqual({ success: true });
    const path = join(workspace.root, '.nx/workspace-data/flotilla/apps/shop/deploy-proof.json');
    return JSON.parse(readFileSync(path, 'utf8')) as { token: string };
  };
  const [first, second] = [await prove(), await prove()];
  expect(first).toMatchObject({ kind: 'Proof', name: 'shop', workflow: 'setup' });
  expect(second.token).not.toBe(first.token);
});

test('deploy-plan that fails leaves no proof of before', async () => {
  const context = workspace.contextOf('shop', 'deploy-plan');
  expect(await deployPlanExecutor(embedded, context)).toEqual({ success: true });
  const unreachable = { kubeconfig: 'none', param: ['image=a'] };
  expect(await deployPlanExecutor(unreachable, context)).toEqual({ success: false });
  expect(existsSync(join(workspace.root, '.nx/workspace-data/flotilla/apps/shop/deploy-proof.json'))).toBe(
    false,
  );
});

test('rehearse plays the workflow in virtual time, also with a failure', async () => {
  const context = workspace.contextOf('shop', 'rehearse');
  expect(await rehearseExecutor({ param: ['image=a'] }, context)).toEqual({ success: true });
  expect(printed).toContain('jobs.migrate');
  expect(await rehearseExecutor({ param: ['image=a'], fail: ['jobs.migrate'] }, context)).toEqual({
    success: false,
  });
  expect(await rehearseExecutor({ param: ['image=a'], fail: ['jobs.nix'] }, context)).toEqual({
    success: false,
  });
  expect(printed).toContain('runs no task "jobs.nix"');
});

test('diff says what a deploy would create, and fails only when it cannot tell', async () => {
  const context = workspace.contextOf('shop', 'diff');
  expect(await diffExecutor(embedded, context)).toEqual({ success: true });
  expect(printed).toMatch(/\+ Deployment default\/db/);
  expect(await diffExecutor({ kubeconfig: 'none', param: ['image=a'] }, context)).toEqual({ success: false });
});

test('history says when there is none, and which task has none', async () => {
  const context = workspace.contextOf('shop', 'history');
  expect(await historyExecutor(embedded, context)).toEqual({ success: true });
  expect(printed).toContain('shop has no history in namespace default.');
  expect(await historyExecutor({ ...embedded, tasks: ['services.api'] }, context)).toEqual({
    success: false,
  });
  expect(printed).toContain('services.api has no revisions.');
});

test('rollback is refused where there is nothing to put back, and a revision is one of one task', async () => {
  const context = workspace.contextOf('shop', 'rollback');
  expect(await rollbackExecutor(embedded, context)).toEqual({ success: false });
  expect(printed).toContain('there is nothing to put back');
  expect(await rollbackExecutor({ ...embedded, to: 1 }, context)).toEqual({ success: false });
  expect(printed).toContain('to needs exactly one task');
});
