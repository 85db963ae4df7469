import type { Task, TargetConfiguration } from '@nx/devkit';
import { inferTargets } from '../../infer-targets';
import { createWorkspace } from '../../testing/workspace';
import { refuseCache } from './refuse-cache';

const inferred = inferTargets({ file: 'apps/shop/flotilla.yaml', root: 'apps/shop' }, {})['deploy'];
const path = '.nx/workspace-data/flotilla/apps/shop/deploy-proof.json';

function refusalOf(
  target: Partial<TargetConfiguration>,
  proving: { readonly outputs?: readonly string[]; readonly path?: string } = {},
): string {
  const workspace = createWorkspace({});
  const context = { ...workspace.contextOf('shop', 'deploy'), target: { ...inferred, ...target } };
  workspace.remove();
  const task = {
    id: 'shop:deploy-plan',
    target: { project: 'shop', target: 'deploy-plan' },
    overrides: {},
    outputs: [...(proving.outputs ?? [path])],
    cache: false,
    parallelism: true,
  } satisfies Task;
  const { message = '', help = '' } = refuseCache(context, { task, path: proving.path ?? path }) ?? {};
  return `${message} ${help}`.trim();
}

test('an inferred target may be kept, and so may one that reads its own proof file', () => {
  expect(refusalOf({})).toBe('');
  const own = { outputs: ['dist/proofs'], path: 'dist/proofs/shop.json' };
  expect(refusalOf({ inputs: [{ dependentTasksOutputFiles: 'dist/proofs/shop.json' }] }, own)).toBe('');
  expect(refusalOf({ cache: false, inputs: [] }, { outputs: [] })).toBe('');
});

test.each<readonly [string, NonNullable<TargetConfiguration['inputs']>]>([
  ['replaced in project.json', ['{projectRoot}/**/*', '^production']],
  ['that read something else', [{ dependentTasksOutputFiles: '**/image.json' }]],
  ['left out', []],
])('inputs that are %s hide the proof from Nx', (_what, inputs) => {
  expect(refusalOf({ inputs })).toContain('The inputs of shop:deploy leave out the proof');
  expect(refusalOf({ inputs })).toContain('{ "dependentTasksOutputFiles": "**/*-proof*.json" }');
});

test('a proof that is no output of its task is hidden from Nx, too', () => {
  const refused = refusalOf({}, { outputs: ['apps/shop/dist', 'apps/shop/build'] });
  expect(refused).toContain('The outputs of shop:deploy-plan leave out its proof');
  expect(refused).toContain(`"{workspaceRoot}/${path}"`);
});

test('a glob that does not match the name of the proof hides it', () => {
  const own = { outputs: ['dist/proved.json'], path: 'dist/proved.json' };
  expect(refusalOf({}, own)).toContain('{ "dependentTasksOutputFiles": "dist/proved.json" }');
});
