import type { TaskGraph } from '@nx/devkit';
import { createWorkspace } from '../../testing/workspace';
import { findProofTask } from './find-proof-task';

const tasks = Object.fromEntries(
  ['deploy', 'deploy-plan', 'plan'].map((target) => [
    `shop:${target}`,
    { id: `shop:${target}`, target: { project: 'shop', target } },
  ]),
);

test.each([
  ['ids, as Nx 22 and 23 tell them', ['shop:plan', 'shop:deploy-plan'], 'shop:deploy-plan'],
  ['objects, as Nx 24 tells them', [{ id: 'shop:deploy-plan' }], 'shop:deploy-plan'],
  ['other tasks', ['shop:plan', { id: 'shop:plan' }], undefined],
  ['nothing', [], undefined],
])('a deploy that depends on %s', (_what, before, id) => {
  const workspace = createWorkspace({});
  const context = workspace.contextOf('shop', 'deploy');
  workspace.remove();
  const taskGraph = { roots: [], tasks, dependencies: { 'shop:deploy': before } } as unknown as TaskGraph;
  expect(findProofTask({ ...context, taskGraph })?.id).toBe(id);
  expect(findProofTask(context)).toBeUndefined();
});
