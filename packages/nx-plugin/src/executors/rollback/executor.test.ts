import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@flotilla/core';
import { startEmbeddedCluster, type EmbeddedCluster } from '@flotilla/k8s-executor/embedded';
import { createWorkspace, type Workspace } from '../../testing/workspace';
import deployExecutor from '../deploy/executor';
import historyExecutor from '../history/executor';
import statusExecutor from '../status/executor';
import rollbackExecutor from './executor';

let cluster: EmbeddedCluster;
let workspace: Workspace;
let printed: string;

beforeEach(async () => {
  cluster = await startEmbeddedCluster({ clock: systemClock, speed: 100 });
  workspace = createWorkspace({
    kubeconfig: cluster.kubeconfig,
    'apps/shop/flotilla.yaml': fileOf('api:1', 'web:1'),
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

function fileOf(api: string, web: string): string {
  return `name: shop\nnamespace: shop\nservices: [{name: api, image: "${api}"}, {name: web, image: "${web}"}]\n`;
}

const options = { kubeconfig: 'kubeconfig' };
const rewrite = (text: string) => {
  writeFileSync(join(workspace.root, 'apps/shop/flotilla.yaml'), text);
};

test('a task goes back to the version before, another one stays, and the history says so', async () => {
  const deploy = () =>
    deployExecutor({ ...options, createNamespace: true }, workspace.contextOf('shop', 'deploy'));
  expect(await deploy()).toEqual({ success: true });
  rewrite(fileOf('api:2', 'web:2'));
  expect(await deploy()).toEqual({ success: true });
  const tasks = ['services.api'];
  expect(
    await rollbackExecutor({ ...options, tasks, to: 1 }, workspace.contextOf('shop', 'rollback')),
  ).toEqual({ success: true });
  expect(printed).toContain('✓ shop · rollback succeeded');
  rewrite(fileOf('api:1', 'web:2'));
  printed = '';
  expect(await statusExecutor(options, workspace.contextOf('shop', 'status'))).toEqual({ success: true });
  expect(printed).toContain('services.api  in-sync');
  expect(printed).toContain('services.web  in-sync');
  printed = '';
  const history = await historyExecutor({ ...options, tasks }, workspace.contextOf('shop', 'history'));
  expect(history).toEqual({ success: true });
  expect(printed.split('\n').slice(1, -1)).toEqual([
    expect.stringMatching(/^services\.api +3 /),
    expect.stringMatching(/^services\.api +2 /),
    expect.stringMatching(/^services\.api +1 /),
  ]);
});
