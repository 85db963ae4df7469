import type { CreateDependenciesContext } from '@nx/devkit';
import { createDependencies } from './index';
import { createWorkspace } from './testing/workspace';

async function dependenciesIn(files: Readonly<Record<string, string>>) {
  const workspace = createWorkspace(files);
  const projects = { shop: { root: '.' }, api: { root: 'apps/api' }, web: { root: 'apps/web' } };
  const context = { workspaceRoot: workspace.root, projects } as Partial<CreateDependenciesContext>;
  try {
    return await createDependencies({}, context as CreateDependenciesContext);
  } finally {
    workspace.remove();
  }
}

test('a project depends on those whose files it includes', async () => {
  const found = await dependenciesIn({
    'flotilla.yaml':
      'name: shop\ninclude:\n  - apps/api/flotilla.part.yaml\n  - apps/web/deploy/part.yaml\n  - infra/base.yaml\n',
    'apps/api/flotilla.yaml': 'include: [../web/more.yaml]\n',
  });
  expect(found).toEqual([
    { source: 'shop', target: 'api', sourceFile: 'flotilla.yaml', type: 'static' },
    { source: 'shop', target: 'web', sourceFile: 'flotilla.yaml', type: 'static' },
    { source: 'api', target: 'web', sourceFile: 'apps/api/flotilla.yaml', type: 'static' },
  ]);
});

test.each(['include: all\n', 'include: ["open\n', 'include: [1, {a: b}]\n', 'name: shop\n'])(
  'a file like %j adds nothing and breaks no graph: running it says what is wrong',
  async (text) => {
    expect(await dependenciesIn({ 'flotilla.yaml': text })).toEqual([]);
  },
);
