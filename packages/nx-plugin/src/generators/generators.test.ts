import { addProjectConfiguration, readJson, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { compilePlan, parseDeploymentFile } from '@flotilla/core';
import deploymentGenerator from './deployment/generator';
import initGenerator from './init/generator';
import syncIncludeGenerator from './sync-include/generator';

let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  addProjectConfiguration(tree, 'api', { root: 'apps/api' });
  addProjectConfiguration(tree, '@acme/Web_App', { root: 'apps/web' });
});

function text(path: string): string {
  return tree.read(path, 'utf8') ?? `no ${path}`;
}

/** The tasks of a file's setup; throws with the first mistake. */
function tasksOf(path: string): readonly string[] {
  const variables = { folderName: 'shop', parameters: {}, environment: {} };
  const parsed = parseDeploymentFile({ path, text: text(path) }, variables);
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message);
  const compiled = compilePlan(parsed.value);
  if (!compiled.ok) throw new Error(compiled.diagnostics[0]?.message);
  return compiled.value.tasks.map(({ id }) => id);
}

describe('init', () => {
  test('registers the plugin once', async () => {
    await initGenerator(tree, { skipFormat: true });
    await initGenerator(tree, { skipFormat: true });
    expect(readNxJson(tree)?.plugins).toEqual([{ plugin: '@flotilla/nx-plugin', options: {} }]);
  });

  test('leaves other plugins, and options that people have set', async () => {
    updateNxJson(tree, { plugins: ['other', '@flotilla/nx-plugin'] });
    await initGenerator(tree, { skipFormat: true });
    expect(readNxJson(tree)?.plugins).toEqual(['other', '@flotilla/nx-plugin']);
  });
});

describe('deployment', () => {
  test('from an image', async () => {
    const options = { project: 'api', image: 'ghcr.io/acme/api:1', port: 8080, namespace: 'shop' };
    await deploymentGenerator(tree, { ...options, skipFormat: true });
    expect(text('apps/api/flotilla.yaml')).toContain('ghcr.io/acme/api:1');
    expect(text('apps/api/flotilla.yaml')).toContain('namespace: "shop"');
    expect(tasksOf('apps/api/flotilla.yaml')).toEqual(['services.api']);
    expect(readJson(tree, 'nx.json')).toMatchObject({ plugins: [{ plugin: '@flotilla/nx-plugin' }] });
  });

  test.each([
    ['manifests', 'services.acme-web-app', 'apps/web/k8s/deployment.yaml'],
    ['kustomize', 'services.acme-web-app', 'apps/web/k8s/kustomization.yaml'],
    ['chart', 'charts.acme-web-app', 'apps/web/chart/Chart.yaml'],
  ] as const)('from %s, which are written where there are none', async (from, task, file) => {
    await deploymentGenerator(tree, { skipFormat: true, project: '@acme/Web_App', from });
    expect(tasksOf('apps/web/flotilla.yaml')).toEqual([task]);
    expect(tree.exists(file)).toBe(true);
  });

  test('what the project has already is left as it is', async () => {
    tree.write('apps/api/k8s/mine.yaml', 'mine');
    await deploymentGenerator(tree, { skipFormat: true, project: 'api', from: 'manifests' });
    expect(tree.children('apps/api/k8s')).toEqual(['mine.yaml']);
    await expect(deploymentGenerator(tree, { skipFormat: true, project: 'api' })).rejects.toThrow(
      'api has apps/api/flotilla.yaml already: nothing was changed.',
    );
  });

  test('as a part, it is included by the root', async () => {
    await deploymentGenerator(tree, { skipFormat: true, project: 'api', part: true });
    await deploymentGenerator(tree, { skipFormat: true, project: '@acme/Web_App', part: true });
    expect(tasksOf('apps/api/flotilla.part.yaml')).toEqual(['services.api']);
    expect(text('flotilla.yaml')).toContain('apps/api/flotilla.part.yaml');
    expect(text('flotilla.yaml')).toContain('apps/web/flotilla.part.yaml');
    expect(syncIncludeGenerator(tree)).toEqual({});
  });
});

describe('sync-include', () => {
  test('adds the parts of new projects and drops those that are gone; the rest stays, comments too', () => {
    tree.write('apps/web/flotilla.part.yaml', 'services: [{name: web}]\n');
    tree.write(
      'flotilla.yaml',
      '# the shop\nname: shop\ninclude:\n  - infra/base.yaml # by hand\n  - apps/old/flotilla.part.yaml\n',
    );
    expect(syncIncludeGenerator(tree)).toEqual({
      outOfSyncMessage:
        'The include of flotilla.yaml is out of date: apps/web/flotilla.part.yaml is not included yet; apps/old/flotilla.part.yaml is gone.',
    });
    expect(text('flotilla.yaml')).toBe(
      '# the shop\nname: shop\ninclude:\n  - infra/base.yaml # by hand\n  - apps/web/flotilla.part.yaml\n',
    );
    expect(syncIncludeGenerator(tree)).toEqual({});
  });

  test('the last part takes the key with it', () => {
    tree.write(
      'flotilla.yaml',
      'name: shop\ninclude: [apps/old/flotilla.part.yaml]\nservices: [{name: db}]\n',
    );
    syncIncludeGenerator(tree);
    expect(text('flotilla.yaml')).toBe('name: shop\nservices: [ { name: db } ]\n');
  });

  test.each(['- not a mapping\n', 'name: "open\n', 'include: all\n'])(
    'a root file like %j is left alone',
    (broken) => {
      tree.write('apps/web/flotilla.part.yaml', 'services: [{name: web}]\n');
      tree.write('flotilla.yaml', broken);
      expect(syncIncludeGenerator(tree)).toEqual({});
      expect(text('flotilla.yaml')).toBe(broken);
    },
  );

  test('a workspace without parts needs no root file', () => {
    expect(syncIncludeGenerator(tree)).toEqual({});
    expect(tree.exists('flotilla.yaml')).toBe(false);
  });
});
