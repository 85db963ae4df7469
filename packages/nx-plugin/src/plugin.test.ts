import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateNodesContext, ProjectConfiguration } from '@nx/devkit';
import { createWorkspace, type Workspace } from './testing/workspace';
import type { PluginOptions } from './plugin-options';
import { createNodes, createNodesV2 } from './index';

// Inference runs on every command of Nx: were one of these loaded, these tests would fail.
jest.mock('@flotilla/core', () => {
  throw new Error('inference has loaded @flotilla/core');
});
jest.mock('@flotilla/k8s-executor', () => {
  throw new Error('inference has loaded @flotilla/k8s-executor');
});

let workspace: Workspace | undefined;

afterEach(() => {
  workspace?.remove();
  workspace = undefined;
});

async function infer(
  paths: readonly string[],
  options?: PluginOptions,
): Promise<Record<string, Pick<ProjectConfiguration, 'targets' | 'metadata'>>> {
  // Inference must not read them: what they say is no YAML.
  workspace = createWorkspace(Object.fromEntries(paths.map((path) => [path, '{ not: [yaml'])));
  const context = { workspaceRoot: workspace.root, nxJsonConfiguration: {} } as CreateNodesContext;
  const files = paths.filter((path) => /flotilla\.yaml$|application_template\.yaml$/.test(path));
  const results = await createNodes[1](files, options, context);
  return Object.fromEntries(results.flatMap(([, { projects }]) => Object.entries(projects ?? {})));
}

test('a project with a flotilla.yaml can be deployed, and a cached deploy rests on its proof', async () => {
  const projects = await infer(['apps/shop/flotilla.yaml', 'apps/shop/project.json']);
  const file = 'apps/shop/flotilla.yaml';
  const proofFile = '.nx/workspace-data/flotilla/apps/shop/deploy-proof.json';
  expect(projects).toMatchObject({
    'apps/shop': {
      root: 'apps/shop',
      targets: {
        deploy: {
          executor: '@flotilla/nx-plugin:deploy',
          options: { file, proofFile },
          cache: true,
          dependsOn: [
            { target: 'deploy-plan', params: 'forward', options: 'forward' },
            'image',
            { dependencies: true, target: 'image' },
            { dependencies: true, target: 'deploy', params: 'forward' },
          ],
          inputs: [
            '{projectRoot}/**/*.{yaml,yml,tpl}',
            { dependentTasksOutputFiles: '**/*-proof*.json' },
            { dependentTasksOutputFiles: '**/image.json' },
          ],
          outputs: [],
          metadata: { technologies: ['kubernetes'] },
        },
        'deploy-plan': {
          executor: '@flotilla/nx-plugin:deploy-plan',
          options: { file, proofFile },
          cache: false,
          dependsOn: ['image', { dependencies: true, target: 'image' }],
          outputs: ['{options.proofFile}'],
        },
        plan: { executor: '@flotilla/nx-plugin:plan', options: { file }, cache: false },
        rehearse: { executor: '@flotilla/nx-plugin:rehearse', cache: false },
        diff: {
          executor: '@flotilla/nx-plugin:diff',
          dependsOn: ['image', { dependencies: true, target: 'image' }],
          cache: false,
        },
        status: { executor: '@flotilla/nx-plugin:status', cache: false },
        destroy: { executor: '@flotilla/nx-plugin:destroy', cache: false },
        history: { executor: '@flotilla/nx-plugin:history', cache: false },
        rollback: { executor: '@flotilla/nx-plugin:rollback', cache: false },
      },
    },
  });
});

test('whoever looks at a project finds its targets together, each with a word about it', async () => {
  const options = { deployTargetName: 'release' };
  const { shop } = await infer(['shop/flotilla.yaml', 'shop/package.json'], options);
  const targets = Object.entries(shop?.targets ?? {});
  expect(shop?.metadata?.targetGroups).toEqual({ Deployment: targets.map(([name]) => name) });
  expect(targets.map(([name]) => name)).toContain('release');
  for (const [, { metadata }] of targets)
    expect(metadata).toEqual({
      technologies: ['kubernetes'],
      description: expect.stringMatching(/^[A-Z].+\.$/) as string,
    });
});

test('an environment is a configuration of every target, with the options that its executor has', async () => {
  const said = {
    context: 'kind',
    namespace: 'shop',
    kubeconfig: 'k',
    workflow: 'w',
    envId: 'e',
    param: ['a=b'],
  };
  const projects = await infer(['shop/flotilla.yaml', 'shop/project.json'], {
    environments: { staging: said },
  });
  const targets = projects['shop']?.targets ?? {};
  for (const [name, { configurations }] of Object.entries(targets)) {
    const path = join(__dirname, 'executors', name, 'schema.json');
    const { options, open } = JSON.parse(readFileSync(path, 'utf8')) as {
      options: readonly string[];
      open?: boolean;
    };
    const given = Object.keys((configurations?.['staging'] ?? {}) as object);
    if (open !== true)
      expect({ name, options }).toMatchObject({ options: expect.arrayContaining(given) as unknown });
    expect(given).toEqual(expect.arrayContaining(['envId', 'param']));
  }
  const proofFile = '.nx/workspace-data/flotilla/shop/deploy-proof.staging.json';
  expect(targets['deploy']?.configurations).toEqual({ staging: { ...said, proofFile } });
  expect(targets['deploy-plan']?.configurations).toEqual({ staging: { ...said, proofFile } });
  expect(targets['plan']?.configurations).toEqual({
    staging: { workflow: 'w', envId: 'e', param: ['a=b'] },
  });
  // Or it would not be the teardown.
  expect(targets['destroy']?.configurations?.['staging']).not.toHaveProperty('workflow');
});

test('a template of Release in .release belongs to the project around that folder', async () => {
  const projects = await infer(['apps/shop/.release/application_template.yaml', 'apps/shop/package.json']);
  expect(Object.keys(projects)).toEqual(['apps/shop']);
  expect(projects['apps/shop']?.targets?.['deploy']?.options).toMatchObject({
    file: 'apps/shop/.release/application_template.yaml',
  });
});

test.each([
  [['shop/.release/application_template.yaml', 'shop/flotilla.yaml']],
  [['shop/flotilla.yaml', 'shop/.release/application_template.yaml']],
])('with both files, flotilla.yaml is deployed, in whatever order Nx lists them', async (files) => {
  const projects = await infer([...files, 'shop/project.json']);
  expect(projects['shop']?.targets?.['deploy']?.options).toMatchObject({ file: 'shop/flotilla.yaml' });
});

test('options rename the targets, and what they depend on with them', async () => {
  const options = {
    deployTargetName: 'ship',
    planTargetName: 'chart',
    rehearseTargetName: 'drill',
    diffTargetName: 'compare',
    statusTargetName: 'lookout',
    destroyTargetName: 'sink',
    historyTargetName: 'log',
    rollbackTargetName: 'return',
    imageTargetName: 'container',
  };
  const projects = await infer(['shop/flotilla.yaml', 'shop/project.json'], options);
  const targets = projects['shop']?.targets ?? {};
  expect(Object.keys(targets)).toEqual([
    'ship',
    'ship-plan',
    'chart',
    'drill',
    'compare',
    'lookout',
    'sink',
    'log',
    'return',
  ]);
  expect(targets['ship']?.dependsOn).toEqual([
    { target: 'ship-plan', params: 'forward', options: 'forward' },
    'container',
    { dependencies: true, target: 'container' },
    { dependencies: true, target: 'ship', params: 'forward' },
  ]);
});

test('a folder that is no project gets nothing', async () => {
  expect(await infer(['examples/flotilla.yaml', 'examples/.release/application_template.yaml'])).toEqual({});
});

test('nested projects each have their own file', async () => {
  const projects = await infer([
    'flotilla.yaml',
    'package.json',
    'apps/shop/flotilla.yaml',
    'apps/shop/project.json',
    'apps/shop/admin/flotilla.yaml',
    'apps/shop/admin/package.json',
    'apps/shop/fixtures/flotilla.yaml',
  ]);
  expect(Object.keys(projects)).toEqual(['.', 'apps/shop', 'apps/shop/admin']);
  expect(projects).toMatchObject({
    '.': { targets: { deploy: { options: { file: 'flotilla.yaml' } } } },
    'apps/shop': { targets: { deploy: { options: { file: 'apps/shop/flotilla.yaml' } } } },
    'apps/shop/admin': { targets: { deploy: { options: { file: 'apps/shop/admin/flotilla.yaml' } } } },
  });
});

test('only the file at the root, which may include parts of other projects, is kept in sync with them', async () => {
  const projects = await infer(['flotilla.yaml', 'package.json', 'shop/flotilla.yaml', 'shop/project.json']);
  const synced = ['@flotilla/nx-plugin:sync-include'];
  expect(projects['.']?.targets).toMatchObject({
    deploy: { syncGenerators: synced },
    plan: { syncGenerators: synced },
  });
  expect(projects['shop']?.targets?.['deploy']).not.toHaveProperty('syncGenerators');
});

test('Nx 22 finds the same under its own name', () => {
  expect(createNodesV2).toBe(createNodes);
});
