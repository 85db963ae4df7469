import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutNxWorkspace, nxVersions, oneProcess, type NxWorkspace } from './testing/nx-workspace.js';
import { packPackages, type PackedPackages } from './testing/packed.js';

let folder: string;
let packed: PackedPackages;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-tarballs-'));
  packed = await packPackages(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.each(nxVersions)('Nx %s', (version) => {
  let workspace: NxWorkspace;

  beforeAll(async () => {
    workspace = await layOutNxWorkspace(version, packed, {
      'nx.json': '{ "neverConnectToCloud": true, "analytics": false }',
      'package.json': '{ "private": true, "name": "acme" }',
      'project.json': '{ "name": "root" }',
      'tsconfig.base.json': '{}',
      'apps/api/project.json': '{ "name": "api" }',
      'apps/web/project.json': '{ "name": "web" }',
    });
  });

  afterAll(async () => {
    await workspace.remove();
  });

  async function succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await workspace.nx(args, { env: oneProcess });
    expect({ args, code, said: code === 0 ? '' : stdout + stderr }).toEqual({ args, code: 0, said: '' });
    return stdout;
  }

  const read = (path: string) => readFile(join(workspace.folder, path), 'utf8');

  test('the plugin is registered, projects get parts, the root plans them all, and keeps up when one goes', async () => {
    await succeed('g', '@flotilla/nx-plugin:init');
    expect(JSON.parse(await read('nx.json'))).toMatchObject({ plugins: [{ plugin: '@flotilla/nx-plugin' }] });
    const generator = '@flotilla/nx-plugin:deployment';
    await succeed('g', generator, 'api', '--from=image', '--image=nginx', '--port=80', '--part');
    await succeed('g', generator, 'web', '--from=manifests', '--part');
    expect(await succeed('run', 'root:plan')).toMatch(/api +web/);

    await rm(join(workspace.folder, 'apps/web'), { recursive: true });
    const checked = await workspace.nx(['sync:check'], { env: oneProcess });
    expect(checked.code).not.toBe(0);
    expect(checked.stdout + checked.stderr).toContain('apps/web/flotilla.part.yaml is gone');
    await succeed('sync');
    expect(await read('flotilla.yaml')).not.toContain('apps/web');
    expect(await succeed('run', 'root:plan')).toContain('api');
  });
});
