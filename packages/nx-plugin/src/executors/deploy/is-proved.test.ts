import type { TaskGraph } from '@nx/devkit';
import { createWorkspace } from '../../testing/workspace';
import { isProved } from './is-proved';

const tasks = Object.fromEntries(
  ['deploy', 'deploy-plan', 'plan'].map((target) => [
    `shop:${target}`,
    { id: `shop:${target}`, target: { project: 'shop', target } },
  ]),
);

test.each([
  ['ids, as Nx 22 and 23 tell them', ['shop:plan', 'shop:deploy-plan'], true],
  ['objects, as Nx 24 tells them', [{ id: 'shop:deploy-plan' }], true],
  ['other tasks', ['shop:plan', { id: 'shop:plan' }], false],
  ['nothing', [], false],
])('a deploy that depends on %s', (_what, before, proved) => {
  const workspace = createWorkspace({});
  const context = workspace.contextOf('shop', 'deploy');
  workspace.remove();
  const taskGraph = { roots: [], tasks, dependencies: { 'shop:deploy': before } } as unknown as TaskGraph;
  expect(isProved({ ...context, taskGraph })).toBe(proved);
  expect(isProved(context)).toBe(false);
});
